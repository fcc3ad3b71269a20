"""Serves the files of a page that runs scripts, with that page's content security policy."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope


class PageFiles(StaticFiles):
    """StaticFiles whose answers all carry `headers`, a 304 too.

    A browser applies the headers of a 304 to the copy that it has, so the policy must be the same in both. Browsers
    ask again each time whether their copy is current (`no-cache`): after an upgrade, files of two versions never mix.
    """

    def __init__(self, folders: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> None:
        """Takes (package, folder in the package) pairs, which are searched in their order."""
        super().__init__(packages=list(folders), html=True)
        self.headers = {"Cache-Control": "no-cache", **headers}

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Adds the headers to the file or to the 304."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(self.headers)
        return response

    async def index(self, request: Request) -> Response:
        """Answers the folder's address without the slash at its end: the same page, without a redirect."""
        return await self.get_response("index.html", request.scope)
