"""Accounts and sessions: the steps that hash a password or set cookies. Tokens are made in the database."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from starlette.responses import Response

from api.contract.json_schema import Schema
from api.http.authentication import LONGEST_TOKEN, check_origin
from api.http.endpoint import Endpoint
from api.http.errors import Problem
from api.http.password_policy import DESCRIPTION, check_policy, read_words
from api.http.passwords import NOT_HASHED
from api.http.requests import ApiRequest
from api.http.responses import Headers, RawResponse
from api.postgres.functions import ANONYMOUS

# Schemas of fields that these endpoints read themselves. The length of a password is checked by the policy, which names
# every broken rule at once.
_PASSWORD: Schema = {"type": "string", "writeOnly": True}
_NEW_PASSWORD: Schema = _PASSWORD | {
    "description": DESCRIPTION,
    "examples": ["correct horse battery"],
}
_COOKIES: Schema = {
    "type": ["boolean", "null"],
    "default": False,
    "description": "Put the tokens into HttpOnly cookies instead of the response.",
}
_REFRESH_TOKEN: Schema = {
    "type": ["string", "null"],
    "writeOnly": True,
    "description": "May be left out when the cookie refresh_token is sent.",
}
_DEVICE = "device"  # the cookie of a device that has logged in: other people's guesses do not lock it out
_DEVICE_LIFE = 90 * 24 * 3600  # seconds; identity.remember_device() forgets it then
_DEVICE_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_GUEST_TOKEN: Schema = {
    "type": ["string", "null"],
    "maxLength": LONGEST_TOKEN,
    "writeOnly": True,
    "description": "The access token of a guest, whose cart is kept.",
}
_RESET_TOKEN: Schema = {"type": "string", "minLength": 1, "maxLength": 200, "writeOnly": True}


class CreateAccount(Endpoint):
    """POST /accounts."""

    fields: ClassVar[Mapping[str, Schema]] = {"password": _NEW_PASSWORD, "guest_token": _GUEST_TOKEN}
    refusals: ClassVar[tuple[str, ...]] = ("password_weak", "get_password_words")

    async def respond(self, request: ApiRequest) -> Response:
        """The account. Raises Problem."""
        call = await self.read(request)
        words = await read_words(self.state["functions"], request.context.request_id, email=call.data["email"])
        check_policy("password", call.data["password"], words)
        hasher = self.state["passwords"]
        call.replace(password=await hasher.hash(call.data["password"], client=request.context.client))
        return await self.execute(request, call, ANONYMOUS)


class CreateSession(Endpoint):
    """POST /sessions."""

    fields: ClassVar[Mapping[str, Schema]] = {"password": _PASSWORD, "cookies": _COOKIES, "guest_token": _GUEST_TOKEN}
    refusals: ClassVar[tuple[str, ...]] = ("begin_session", "code_invalid")

    async def respond(self, request: ApiRequest) -> Response:
        """The session, its tokens in the body or in cookies. Raises Problem."""
        call = await self.read(request)
        # The first statement counts the attempt and commits, so that guessing is slowed down whatever happens next.
        request.context.email = call.data["email"]
        client = request.context.client
        known = _DEVICE_TOKEN.fullmatch(request.cookie(_DEVICE) or "")
        request.device_token = known[0] if known else secrets.token_urlsafe(32)
        attempt = {"email": call.data["email"], "client_address": client, "device_token": request.device_token}
        request_id = request.context.request_id
        salt = await self.state["functions"].call("begin_session", attempt, request_id=request_id)
        call.replace(password=await self.state["passwords"].hash(call.data["password"], salt, client=client))
        try:
            response = await self.execute(request, call, ANONYMOUS)
        except Problem as problem:
            if problem.code == "not_found":  # no session: the wrong code has been counted, and that is committed
                raise Problem("code_invalid") from None
            raise
        if call.data.get("cookies"):
            response = _into_cookies(self, response)
        response.raw_headers += _device_cookie(self, request.device_token)
        return response


class CreateGuest(Endpoint):
    """POST /guests."""

    fields: ClassVar[Mapping[str, Schema]] = {"cookies": _COOKIES}

    async def respond(self, request: ApiRequest) -> Response:
        """The session, its tokens in the body or in cookies. Raises Problem."""
        call = await self.read(request)
        response = await self.execute(request, call, ANONYMOUS)
        return _into_cookies(self, response) if call.data.get("cookies") else response


class RefreshSession(Endpoint):
    """POST /sessions/refresh."""

    fields: ClassVar[Mapping[str, Schema]] = {"refresh_token": _REFRESH_TOKEN}
    refusals: ClassVar[tuple[str, ...]] = ("refresh_token_reused",)

    async def respond(self, request: ApiRequest) -> Response:
        """New tokens, where the old one came from. Raises Problem."""
        call = await self.read(request)
        from_cookie = call.data.get("refresh_token") is None
        if from_cookie:
            token = request.cookie("refresh_token")
            if not token:
                raise Problem("request_invalid", errors=[{"pointer": "/refresh_token", "detail": "It is required."}])
            check_origin(request, self.state["origins"])
            call.replace(refresh_token=token)
        try:
            response = await self.execute(request, call, ANONYMOUS)
        except Problem as problem:
            if problem.code == "not_found":  # no session: the whole family has been revoked, and that is committed
                raise Problem("refresh_token_reused") from None
            raise
        return _into_cookies(self, response) if from_cookie else response


class EndSession(Endpoint):
    """DELETE /sessions/current and /account: what the cookies were good for is gone."""

    async def respond(self, request: ApiRequest) -> Response:
        """204, and the cookies deleted. Raises Problem."""
        response = await super().respond(request)
        if b"cookie" in request.raw:
            response.raw_headers += _cookies(self, "", "", 0)
        return response


class ConfirmSession(Endpoint):
    """POST /sessions/current/confirm."""

    fields: ClassVar[Mapping[str, Schema]] = {"password": _PASSWORD | {"type": ["string", "null"], "default": None}}
    refusals: ClassVar[tuple[str, ...]] = ("begin_code", "get_password_salt", "code_invalid")

    async def respond(self, request: ApiRequest) -> Response:
        """204. Raises Problem."""
        caller = self.identify(request)
        call = await self.read(request)
        # The first statement counts the attempt and commits, as for a log-in.
        functions, request_id = self.state["functions"], request.context.request_id
        if call.data.get("code") is not None:
            await functions.call("begin_code", {}, request_id=request_id, caller=caller)
        if (password := call.data.get("password")) is not None:
            salt = await functions.call("get_password_salt", {}, request_id=request_id, caller=caller)
            hasher = self.state["passwords"]
            call.replace(password=await hasher.hash(password, salt, client=request.context.client))
        return await self.execute(request, call, caller)


class ChangePassword(Endpoint):
    """PUT /account/password."""

    fields: ClassVar[Mapping[str, Schema]] = {"current_password": _PASSWORD, "new_password": _NEW_PASSWORD}
    refusals: ClassVar[tuple[str, ...]] = ("get_account", "get_password_salt", "get_password_words", "password_weak")

    async def respond(self, request: ApiRequest) -> Response:
        """204. Raises Problem."""
        caller = self.identify(request)
        call = await self.read(request)
        functions, request_id = self.state["functions"], request.context.request_id
        account = await functions.call("get_account", {}, request_id=request_id, caller=caller)
        words = await read_words(functions, request_id, email=account["email"])
        check_policy("new_password", call.data["new_password"], words)
        salt = await functions.call("get_password_salt", {}, request_id=request_id, caller=caller)
        hasher = self.state["passwords"]
        current, new = await asyncio.gather(
            hasher.hash(call.data["current_password"], salt, client=request.context.client),
            hasher.hash(call.data["new_password"], client=request.context.client),
        )
        call.replace(current_password=current, new_password=new)
        return await self.execute(request, call, caller)


class ConfirmPasswordReset(Endpoint):
    """POST /password-resets/confirm."""

    fields: ClassVar[Mapping[str, Schema]] = {"token": _RESET_TOKEN, "new_password": _NEW_PASSWORD}
    refusals: ClassVar[tuple[str, ...]] = ("begin_password_reset", "get_password_words", "password_weak")

    async def respond(self, request: ApiRequest) -> Response:
        """204. Raises Problem."""
        call = await self.read(request)
        functions, request_id = self.state["functions"], request.context.request_id
        client = request.context.client
        given = {"token": call.data["token"], "client_address": client}
        if await functions.call("begin_password_reset", given, request_id=request_id):
            words = await read_words(functions, request_id, reset_token=call.data["token"])
            check_policy("new_password", call.data["new_password"], words)
            call.replace(new_password=await self.state["passwords"].hash(call.data["new_password"], client=client))
        else:  # no hash is computed: the statement refuses the token, or repeats a keyed answer
            call.replace(new_password=NOT_HASHED)
        return await self.execute(request, call, ANONYMOUS)


def _into_cookies(endpoint: Endpoint, response: RawResponse) -> RawResponse:
    session: dict[str, Any] = orjson.loads(bytes(response.body))
    headers: Headers = [header for header in response.raw_headers if header[0] != b"content-length"]
    headers += _cookies(endpoint, session["access_token"], session["refresh_token"], session["expires_in"])
    session["access_token"] = session["refresh_token"] = None
    return RawResponse(response.status_code, orjson.dumps(session), headers)


def _cookies(endpoint: Endpoint, access: str, refresh: str, lifetime: int) -> Headers:
    """Set-Cookie headers for both tokens; empty tokens delete the cookies. `lifetime` is in seconds."""
    secure = endpoint.state["settings"].secure
    carrier = Response()
    carrier.set_cookie("access_token", access, max_age=lifetime, secure=secure, httponly=True)
    # The refresh token goes only where it is of use, and ends with the browser's session.
    ends = None if refresh else 0
    carrier.set_cookie("refresh_token", refresh, max_age=ends, path="/v1/sessions", secure=secure, httponly=True)
    return [header for header in carrier.raw_headers if header[0] == b"set-cookie"]


def _device_cookie(endpoint: Endpoint, token: str) -> Headers:
    carrier = Response()
    secure = endpoint.state["settings"].secure
    carrier.set_cookie(_DEVICE, token, max_age=_DEVICE_LIFE, path="/v1/sessions", secure=secure, httponly=True)
    return [header for header in carrier.raw_headers if header[0] == b"set-cookie"]
