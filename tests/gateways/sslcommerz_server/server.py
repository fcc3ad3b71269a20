"""The server: its life, which call is answered how, and HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from contextlib import suppress
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.gateways.sslcommerz_server.fields import COMMON, QUERY_FIELDS, Wrong
from tests.gateways.sslcommerz_server.store import Store

# lost: it is done and nobody hears of it. unreached: it is not done. hang: it is done, and the answer does not come.
FAULTS = ("lost", "unreached", "hang", "500", "html", "list", "inactive")


class SSLCommerzServer(Store):
    provider = "sslcommerz"

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the shop: see api.settings."""
        return {
            "SSLCOMMERZ_API": self.url,
            "SSLCOMMERZ_STORE_ID": self.store_id,
            "SSLCOMMERZ_STORE_PASSWORD": self.store_password,
        }

    # --- its life ---------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._live, args=(listener,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        assert not self.complaints, self.complaints

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    def _live(self, listener: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(listener))

    async def _listen(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._serve, sock=listener)
        await self._closing.wait()
        server.close()

    # --- HTTP -------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, body: bytes) -> tuple[str, dict[str, Any] | None]:
        """The kind of call and its answer; None for an address that there is not."""
        address = urlsplit(target)
        pairs = parse_qsl(body.decode() if method == "POST" else address.query, keep_blank_values=True)
        fields = dict(pairs)
        kind = {
            ("POST", "/gwprocess/v4/api.php"): "session",
            ("GET", "/validator/api/validationserverAPI.php"): "validation",
            ("GET", "/validator/api/merchantTransIDvalidationAPI.php"): (
                "query" if "tran_id" in fields else "refund" if "bank_tran_id" in fields else "refund_query"
            ),
        }.get((method, address.path))
        if kind is None or len(fields) != len(pairs) or (method == "POST" and address.query):
            return "unknown", None
        self.requests.append((kind, fields))
        if self.faults[kind] and self.faults[kind][0] == "unreached":
            return kind, {}
        known = fields.get("store_id") == self.store_id and fields.get("store_passwd") == self.store_password
        if kind == "session":
            try:
                if not known:
                    raise Wrong("Store Credential Error Or Store is De-active")
                said = self._session(fields)
            except Wrong as wrong:
                said = {"status": "FAILED", "failedreason": str(wrong), "sessionkey": "", "GatewayPageURL": ""}
        elif not known:
            said = {"APIConnect": "FAILED", "element": []}
        else:
            own = {name: value for name, value in fields.items() if name not in COMMON}
            try:
                if fields["v"] != "1" or fields["format"] != "json":
                    raise Wrong("v and format are constants")
                self._check(own, QUERY_FIELDS[kind], set(QUERY_FIELDS[kind]))
                said = getattr(self, f"_{kind}")(own)
            except (Wrong, KeyError) as wrong:
                said = {"APIConnect": "INVALID_REQUEST", "errorReason": str(wrong)}
        return kind, {**said, **self.overrides[kind]}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ")
            length = re.search(r"(?i)\r\ncontent-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            if re.search(r"(?i)\r\ncookie:", head):
                self.complaints.append("a cookie came back: customers must not share a PHP session")
            with self._lock:
                kind, said = self.answer(method, target, body)
                fault = self.faults[kind].pop(0) if self.faults[kind] else ""
            if fault not in ("", *FAULTS):
                self.complaints.append(f"{fault} is no fault")
            if fault == "hang":
                await self._closing.wait()
            elif fault not in ("lost", "unreached"):
                status, content = ("404 Not Found", b"") if said is None else ("200 OK", json.dumps(said).encode())
                if fault == "500":
                    status = "500 Internal Server Error"
                elif fault == "html":
                    content = b"<html><body>Under maintenance</body></html>"
                elif fault == "list":
                    content = b"[]"
                elif fault == "inactive":
                    content = json.dumps({"APIConnect": "INACTIVE"}).encode()
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: {len(content)}\r\n"
                    "Set-Cookie: PHPSESSID=shared; path=/\r\nConnection: close\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        writer.close()
