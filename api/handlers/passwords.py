"""Passwords and sessions: the parts of identity that SQL should not or cannot do.

A password never reaches the database. It is hashed to 32 bytes first (bcrypt reads 72 bytes and stops at a NUL), then
with bcrypt, in a thread; the database gets the bcrypt string and keeps only its SHA-256. Tokens are made and verified
there.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import bcrypt
import orjson

from api.docs import docs
from api.http.endpoint import ANONYMOUS, Answer, Caller, Endpoint, Exchange, Handler, Headers, Store
from api.http.errors import Problem

COST = 12
THREADS = 4
WAITING = 64  # a quarter of a second each: who stands further back in the queue is better told to come again

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bcrypt")
_waiting = 0

_PASSWORD = {"type": "string", "writeOnly": True}
_NEW_PASSWORD = _PASSWORD | {
    "description": "8 to 64 characters, with a lower-case letter, an upper-case letter, a digit and a symbol.",
    "examples": ["Correct-Horse-7"],
}
_COOKIES = {
    "type": ["boolean", "null"],
    "default": False,
    "description": "Put the tokens into HttpOnly cookies instead of the answer.",
}
_REFRESH_TOKEN = {
    "type": ["string", "null"],
    "writeOnly": True,
    "description": "May be left out when the cookie refresh_token is sent.",
}


# --- passwords ------------------------------------------------------------------------------------


def weaknesses(password: str) -> list[str]:
    """Every rule of the policy that the password breaks."""
    rules = {
        "It must have 8 to 64 characters.": 8 <= len(password) <= 64,
        "It must contain a lower-case letter.": any(c.islower() for c in password),
        "It must contain an upper-case letter.": any(c.isupper() for c in password),
        "It must contain a digit.": any(c.isdigit() for c in password),
        "It must contain a symbol, such as - or !.": any(not c.isalnum() and not c.isspace() for c in password),
    }
    return [rule for rule, kept in rules.items() if not kept]


def check_policy(field: str, password: str) -> None:
    if broken := weaknesses(password):
        raise Problem("password_weak", errors=[{"pointer": f"/{field}", "detail": rule} for rule in broken])


async def hash_password(password: str, salt: str | None = None) -> str:
    """The bcrypt string, 60 characters, with a new salt unless one is given."""
    global _waiting
    if _waiting >= WAITING:
        raise Problem("busy", members={"retry_after": 5})
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, _bcrypt, password, salt)
    finally:
        _waiting -= 1


def _bcrypt(password: str, salt: str | None) -> str:
    digest = b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())
    try:
        return bcrypt.hashpw(digest, salt.encode() if salt else bcrypt.gensalt(COST)).decode()
    except ValueError:  # an account without a password of its own has no such salt: a new one matches nothing
        return bcrypt.hashpw(digest, bcrypt.gensalt(COST)).decode()


# --- handlers -------------------------------------------------------------------------------------


async def create_account(endpoint: Endpoint, x: Exchange) -> Answer:
    call = await endpoint.read(x)
    check_policy("password", call.data["password"])
    call.replace(password=await hash_password(call.data["password"]))
    return await endpoint.execute(x, call, ANONYMOUS)


async def create_session(endpoint: Endpoint, x: Exchange) -> Answer:
    call = await endpoint.read(x)
    # Two statements: the first counts the attempt and commits, so that guessing is slowed down whatever happens next.
    attempt = {"email": call.data["email"], "client_address": x.client}
    salt = await endpoint.store.call("begin_session", attempt, request_id=x.request_id)
    call.replace(password=await hash_password(call.data["password"], salt))
    answer = await endpoint.execute(x, call, ANONYMOUS)
    return _into_cookies(endpoint, answer) if call.data.get("cookies") else answer


async def refresh_session(endpoint: Endpoint, x: Exchange) -> Answer:
    call = await endpoint.read(x)
    from_cookie = call.data.get("refresh_token") is None
    if from_cookie:
        token = x.cookie("refresh_token")
        if not token:
            raise Problem("request_invalid", errors=[{"pointer": "/refresh_token", "detail": "It is required."}])
        endpoint.store.check_origin(x)
        call.replace(refresh_token=token)
    try:
        answer = await endpoint.execute(x, call, ANONYMOUS)
    except Problem as problem:
        if problem.code == "not_found":  # no session came back: the whole family is revoked, and that is committed
            raise Problem("refresh_token_reused") from None
        raise
    return _into_cookies(endpoint, answer) if from_cookie else answer


async def confirm_password_reset(endpoint: Endpoint, x: Exchange) -> Answer:
    call = await endpoint.read(x)
    check_policy("new_password", call.data["new_password"])
    call.replace(new_password=await hash_password(call.data["new_password"]))
    return await endpoint.execute(x, call, ANONYMOUS)


async def delete_session(endpoint: Endpoint, x: Exchange) -> Answer:
    """Or the whole account: there is nothing left that the cookies could be good for."""
    answer = await endpoint.run(x)
    if b"cookie" in x.headers:
        answer.headers += _cookies(endpoint, "", "", 0)
    return answer


async def change_password(endpoint: Endpoint, x: Exchange) -> Answer:
    caller = endpoint.store.identify(x)
    call = await endpoint.read(x)
    check_policy("new_password", call.data["new_password"])
    salt = await endpoint.store.call("get_password_salt", {}, request_id=x.request_id, caller=caller)
    current, new = await asyncio.gather(
        hash_password(call.data["current_password"], salt), hash_password(call.data["new_password"])
    )
    call.replace(current_password=current, new_password=new)
    return await endpoint.execute(x, call, caller)


# The fields say what these routes understand beyond their functions' signatures. A password's length is the policy's to
# judge, which names every broken rule at once.
CREATE_ACCOUNT = Handler(create_account, {"password": _NEW_PASSWORD})
CREATE_SESSION = Handler(create_session, {"password": _PASSWORD, "cookies": _COOKIES})
REFRESH_SESSION = Handler(refresh_session, {"refresh_token": _REFRESH_TOKEN})
DELETE_SESSION = Handler(delete_session)
CHANGE_PASSWORD = Handler(change_password, {"current_password": _PASSWORD, "new_password": _NEW_PASSWORD})
CONFIRM_PASSWORD_RESET = Handler(
    confirm_password_reset,
    {"token": {"type": "string", "minLength": 1, "maxLength": 200, "writeOnly": True}, "new_password": _NEW_PASSWORD},
)


# --- the pages that links in mails open -----------------------------------------------------------

# Opening a link changes nothing: programs that look into mails open every one of them. The person presses a button.


async def show_email_link(store: Store, x: Exchange) -> Answer:
    return _form("Verify your e-mail", "/verify-email", x.query().get("token", ""), "", "Verify")


async def confirm_email_link(store: Store, x: Exchange) -> Answer:
    form = await _read_form(store, x)
    given = {"token": form.get("token", "")}
    try:
        await store.call("confirm_email_link", given, request_id=x.request_id, caller=Caller("gateway", ""))
    except Problem as problem:
        return _refused(x, problem)
    return docs.page("Verified", "<h1>Thank you</h1><p>Your e-mail is verified. You can close this page.</p>")


async def show_reset_link(store: Store, x: Exchange) -> Answer:
    return _reset_form(x.query().get("token", ""))


async def confirm_reset_link(store: Store, x: Exchange) -> Answer:
    form = await _read_form(store, x)
    token, password = form.get("token", ""), form.get("new_password", "")
    if broken := weaknesses(password):
        return _reset_form(token, broken)
    given = {"token": token, "new_password": await hash_password(password)}
    try:
        await store.call("confirm_password_reset", given, request_id=x.request_id)
    except Problem as problem:
        return _refused(x, problem)
    text = "You can log in with it. You were logged out everywhere else."
    return docs.page("Password changed", f"<h1>Your password is changed</h1><p>{text}</p>")


def _reset_form(token: str, broken: Sequence[str] = ()) -> Answer:
    rules = "".join(f"<li>{escape(rule)}</li>" for rule in broken) or (
        "<li>8 to 64 characters, with a lower-case letter, an upper-case letter, a digit and a symbol.</li>"
    )
    field = (
        '<p><label>New password<br><input type="password" name="new_password" autocomplete="new-password" required '
        f'autofocus></label></p><ul class="soft">{rules}</ul>'
    )
    return _form("Choose a new password", "/reset-password", token, field, "Change password", 422 if broken else 200)


def _form(title: str, action: str, token: str, fields: str, button: str, status: int = 200) -> Answer:
    return docs.page(
        title,
        f'<h1>{escape(title)}</h1><form method="post" action="{action}">'
        f'<input type="hidden" name="token" value="{escape(token)}">{fields}'
        f'<p><button type="submit">{escape(button)}</button></p></form>',
        status=status,
    )


def _refused(x: Exchange, problem: Problem) -> Answer:
    x.code = problem.code
    return docs.page("Not done", f"<h1>That did not work</h1><p>{escape(problem.detail)}</p>", status=problem.status)


async def _read_form(store: Store, x: Exchange) -> dict[str, str]:
    return dict(parse_qsl((await x.read(store.settings.body_limit)).decode("utf-8", "replace"), max_num_fields=20))


# --- cookies --------------------------------------------------------------------------------------


def _into_cookies(endpoint: Endpoint, answer: Answer) -> Answer:
    session: dict[str, Any] = orjson.loads(answer.body)
    headers = answer.headers + _cookies(
        endpoint, session["access_token"], session["refresh_token"], session["expires_in"]
    )
    session["access_token"] = session["refresh_token"] = None
    return Answer(answer.status, orjson.dumps(session), headers)


def _cookies(endpoint: Endpoint, access: str, refresh: str, lifetime: int) -> Headers:
    flags = "HttpOnly; SameSite=Lax" + ("; Secure" if endpoint.store.settings.secure else "")
    # The refresh token goes only where it is of use, and ends with the browser; an empty cookie is a deleted one.
    ending = "" if refresh else "; Max-Age=0"
    return [
        (b"set-cookie", f"access_token={access}; Path=/; Max-Age={lifetime}; {flags}".encode()),
        (b"set-cookie", f"refresh_token={refresh}; Path=/v1/sessions{ending}; {flags}".encode()),
    ]
