"""Serves the files of a page that runs scripts, with that page's content security policy."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from api.http.representation import represent
from api.http.responses import RawResponse


class PageFiles(StaticFiles):
    """StaticFiles whose answers all carry `headers`, a 304 too, and whose tags are of the content.

    A browser applies the headers of a 304 to the copy that it has, so the policy must be the same in both. Browsers
    ask again each time whether their copy is current (`no-cache`): after an upgrade, files of two versions never mix.
    Starlette's tag is of the time and the size, which a package that is built reproducibly has in common with the
    next one.
    """

    def __init__(self, folders: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> None:
        """Takes (package, folder in the package) pairs, which are searched in their order."""
        super().__init__(packages=list(folders), html=True)
        self.headers = [
            (name.lower().encode(), value.encode()) for name, value in {"Cache-Control": "no-cache", **headers}.items()
        ]
        self.kept: dict[tuple[str, int, int, int], RawResponse] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, as this client gets it."""
        response = await super().get_response(path, scope)
        settings = scope.get("state", {}).get("settings")
        return await represent(scope, response, compress=settings is not None and settings.compression)

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, read once; all of them together are 2 MB."""
        key = (str(full_path), stat_result.st_ino, stat_result.st_ctime_ns, stat_result.st_size)
        response = self.kept.get(key)
        if response is None:
            kind = mimetypes.guess_type(full_path)[0] or "text/plain"
            kind += "; charset=utf-8" if kind.startswith("text/") else ""
            content = Path(full_path).read_bytes()
            headers = [(b"content-type", kind.encode()), *self.headers]
            response = self.kept[key] = RawResponse(status_code, content, headers)
        return response

    async def index(self, request: Request) -> Response:
        """Answers the folder's address without the slash at its end: the same page, without a redirect."""
        return await self.get_response("index.html", request.scope)
