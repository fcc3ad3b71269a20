from __future__ import annotations

import httpx


class PasswordTransport(httpx.AsyncBaseTransport):
    """Adds the store's password to the address of a GET request, below the client.

    httpx logs the address of each request (at INFO) and attaches the request to its exceptions: there the password is
    not yet part of it.
    """

    def __init__(self, store_password: str) -> None:
        self._store_password = store_password
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if request.method == "GET":
            url = url.copy_add_param("store_passwd", self._store_password)
        sent = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._inner.handle_async_request(sent)

    async def aclose(self) -> None:
        await self._inner.aclose()
