"""A Starlette router that finds a route by the segments of its path.

Starlette tries its routes one after the other: with 180 of them that is 30 to 200 µs a request. An index by segments
takes 3 to 8 µs, however many routes there are (tests/bench/routing.py).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import Lifespan, Message, Receive, Scope, Send

from api.http.context import request_context
from api.http.errors import Problem


class StartupError(Exception):
    """Why the application does not start, in words for the person who starts it."""


class PageRoute(Route):
    """A page that people open: they may add a slash to its address."""


@dataclass
class Node:
    """One segment of the paths. The child for a parameter is stored under the empty string."""

    children: dict[str, Node] = field(default_factory=dict)
    parameter: str = ""
    routes: dict[str, Route] = field(default_factory=dict)
    allow: str = ""

    def add(self, route: Route) -> None:
        """Adds a route. Raises StartupError when a parameter has two names."""
        node = self
        for segment in route.path[1:].split("/") if route.path != "/" else ():
            name = segment[1:-1] if segment.startswith("{") else ""
            node = node.children.setdefault("" if name else segment, Node(parameter=name))
            if node.parameter != name:
                raise StartupError(f"{route.path}: other paths call this parameter {node.parameter}; use that name.")
        node.routes |= dict.fromkeys(route.methods or {"GET", "HEAD"}, route)
        node.allow = ", ".join(sorted({*node.routes, "OPTIONS"}))

    def find(self, path: str, parameters: dict[str, str]) -> Node | None:
        """The node of a path, and its parameters."""
        node = self
        for segment in path[1:].split("/") if path != "/" else ():
            following = node.children.get(segment) if segment else None
            if following is None:
                following = node.children.get("")
                if following is None or not segment:
                    return None
                parameters[following.parameter] = segment
            node = following
        return node if node.routes else None


class IndexedRouter(Router):
    """Routes by an index; mounts are tried in order after it. Unknown paths are 404, other methods 405."""

    def __init__(self, routes: Sequence[BaseRoute], *, lifespan: Lifespan[Any]) -> None:
        super().__init__(routes, redirect_slashes=False, lifespan=lifespan)
        self.index = Node()
        self.mounts = [route for route in self.routes if not isinstance(route, Route)]
        for route in self.routes:
            if isinstance(route, Route):
                self.index.add(route)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starlette's entry point behind the middleware."""
        if scope["type"] != "http":
            await super().app(scope, receive, send)
            return
        parameters: dict[str, str] = {}
        node = self.index.find(scope["path"], parameters)
        if node is None:
            if (place := self._without_slash(scope)) is not None:
                await RedirectResponse(place, 308)(scope, receive, send)
            else:
                await self._mounted(scope, receive, send)
            return
        route = node.routes.get(scope["method"])
        if route is None:
            if scope["method"] != "OPTIONS":
                raise Problem("method_not_allowed", headers={"allow": node.allow})
            await Response(status_code=204, headers={"allow": node.allow})(scope, receive, send)
            return
        request_context(scope).operation = route.name
        scope["path_params"] = parameters
        scope["endpoint"] = route.endpoint
        scope["route"] = route
        scope["router"] = self
        await route.app(scope, receive, send)

    async def lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Starlette's, with one readable message instead of a traceback when the application does not start."""

        async def readable(message: Message) -> None:
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, StartupError):
                message = {**message, "message": f"storeproc: {error}"}
            await send(message)

        await super().lifespan(scope, receive, readable)

    def _without_slash(self, scope: Scope) -> str | None:
        """Where a page is that was asked for with a slash at its end. A wrong path of the API stays a 404."""
        path: str = scope["path"]
        if not path.endswith("/") or scope["method"] not in ("GET", "HEAD"):
            return None
        node = self.index.find(path[:-1], {})
        if node is None or not isinstance(node.routes.get("GET"), PageRoute):
            return None
        query = scope["query_string"].decode("latin-1")
        # The path of a route begins with one slash and a name, so it leads to no other host.
        return f"{quote(path[:-1])}?{query}" if query else quote(path[:-1])

    async def _mounted(self, scope: Scope, receive: Receive, send: Send) -> None:
        for mount in self.mounts:
            match, child = mount.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                await mount.handle(scope, receive, send)
                return
        raise Problem("not_found")
