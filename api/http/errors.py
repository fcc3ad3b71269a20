"""Errors as application/problem+json (RFC 9457).

Most errors come from the database: `RAISE … USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found'`, or a violated
constraint whose name is the code. This module turns an SQLSTATE into a status. SQL text, names of tables and stacks
never reach a client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson

# Codes of the web tier itself, with their statuses and sentences; the list of errors in the documentation has them too.
SENTENCES: dict[str, tuple[int, str]] = {
    "amount_not_payable": (422, "The payment provider does not take this amount in this currency. Pay another way."),
    "api_key_invalid": (401, "The API key is not valid. Send it whole, as it was shown when it was created."),
    "body_too_large": (413, "The request body is larger than this server takes."),
    "busy": (503, "The shop is too busy right now. Try again in a moment."),
    "content_coding_unsupported": (415, "Send the body uncompressed, without Content-Encoding."),
    "code_invalid": (401, "The code is not right, or was used before."),
    "database_unavailable": (503, "The shop's database does not answer right now. Try again in a moment."),
    "forbidden": (403, "Your account may not do this."),
    "gateway_refused": (502, "The payment provider refused this payment. Try again, or pay another way."),
    "gateway_unavailable": (
        503,
        "The payment provider does not answer. The payment has begun: read it again in a few minutes, "
        "or send this again with the same Idempotency-Key.",
    ),
    "idempotency_key_invalid": (422, "An Idempotency-Key has 1 to 255 printable ASCII characters."),
    "identity_provider_unavailable": (503, "The identity provider does not answer. Try again in a moment."),
    "if_match_invalid": (422, 'If-Match must be ETags as they were received, such as "3", or *.'),
    "import_file_invalid": (422, "The file cannot be read as CSV. The detail says what to do."),
    "import_rejected": (
        422,
        "Some lines are wrong, so nothing was imported. The report names the lines and the reasons.",
    ),
    "internal_error": (500, "Something went wrong on our side. Name the request id when you ask for help."),
    "json_invalid": (400, "The request body is not valid JSON."),
    "media_type_unsupported": (415, "Send the body as application/json."),
    "method_not_allowed": (405, "This path does not support this method."),
    "not_found": (404, "There is no such page or resource."),
    "origin_refused": (403, "A request with cookies must come from a page of this shop."),
    "password_weak": (422, "The password is too easy to guess."),
    "rate_limited": (429, "Too many requests from this address."),
    "reference_missing": (409, "Something this refers to does not exist or is still in use."),
    "refresh_token_reused": (401, "This refresh token was used before. The session has ended; log in again."),
    "request_invalid": (422, "The request does not have the expected form."),
    "signature_invalid": (400, "This callback was not signed by the gateway it names."),
    "timeout": (
        504,
        "This took too long and was cancelled. Whether it took effect is not known; "
        "send it again with the same Idempotency-Key.",
    ),
    "token_invalid": (401, "The access token is not valid. Log in again."),
    "token_missing": (401, "Log in first, and send the access token: Authorization: Bearer …"),
    "value_invalid": (422, "A value does not have the expected type or format."),
    "value_out_of_range": (422, "A value is out of range."),
    "webhook_target_refused": (422, "Webhooks are not sent to this address."),
    "version_stale": (412, "This has changed since you read it. Read it again."),
}

PHRASES = {status.value: status.phrase for status in HTTPStatus} | {
    413: "Content Too Large",
    422: "Unprocessable Content",
}

_CONSTRAINTS = {"23505": 409, "23P01": 409, "23001": 409, "23503": 409, "23502": 422}
_INVALID = {"22P02", "22007", "22008", "22009", "22P05", "22021", "22023", "22025", "22030", "22032", "2201B", "22P03"}
_OUT_OF_RANGE = {"22003", "22001", "22026", "2202E", "54000", "54001", "54023"}
_BUSY = {"40001", "40P01", "55P03", "53000", "53100", "53200", "53300", "53400"}


# Raised before, or because, the database has not accepted the token.
_UNVERIFIED = frozenset(
    (
        "account_suspended", "api_key_expired", "api_key_invalid", "api_key_revoked", "api_key_suspended", "forbidden",
        "idempotency_key_invalid", "isolation_refused", "session_revoked", "token_expired", "token_invalid",
        "token_missing",
    )
)  # fmt: skip


# The token or the API key that came with the request is the reason (RFC 6750 §3.1).
_TOKEN_REFUSED = frozenset(
    (
        "account_suspended", "api_key_expired", "api_key_invalid", "api_key_revoked", "api_key_suspended",
        "issuer_not_trusted", "session_revoked", "token_expired", "token_invalid",
    )
)  # fmt: skip


class Problem(Exception):
    """An error that becomes a problem response.

    Arguments:
        code: stable, for programs.
        status: HTTP status; known for the codes in SENTENCES.
        detail: a sentence for a person.
        errors: violations, each with `pointer` and `detail`.
        members: further members of the document; `retry_after` (seconds) becomes a header too.
        verified: whether a function raised it that had accepted the caller's token, if it asks for one.

    `unread`: the client is still sending its body, which is not read.
    """

    unread = False

    def __init__(
        self,
        code: str,
        status: int | None = None,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        verified: bool = False,
    ) -> None:
        super().__init__(code)
        known_status, sentence = SENTENCES.get(code, (500, ""))
        self.code = code
        self.status = status or known_status
        self.detail = detail or sentence
        self.errors = errors
        self.verified = verified
        self.members = members or {}
        self.headers = dict(headers or {})
        if "retry_after" in self.members:
            self.headers["retry-after"] = str(self.members["retry_after"])
        elif self.status == 503:
            self.headers.setdefault("retry-after", "1")
        if self.status == 401:
            challenge = 'Bearer error="invalid_token"' if code in _TOKEN_REFUSED else "Bearer"
            self.headers.setdefault("www-authenticate", challenge)

    def body(self, request_id: str) -> bytes:
        """The JSON document."""
        document: dict[str, Any] = {
            "type": f"/docs/errors#{self.code}",
            "title": PHRASES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        document.update((name, value) for name, value in self.members.items() if name not in document)
        if self.errors:
            document["errors"] = list(self.errors)
        return orjson.dumps(document)


class Unexpected(Exception):
    """An error of the database that is our own fault: 500 for the client, the cause in the log."""


def from_database(error: asyncpg.PostgresError, sentences: Mapping[str, str], *, signed_in: bool) -> Problem:
    """The problem for an SQLSTATE. Raises Unexpected for one that is our own fault.

    Arguments:
        sentences: of each constraint and each domain (`api.email`), its COMMENT.
        signed_in: whether the caller sent a token.
    """
    state: str = error.sqlstate or ""
    if state.startswith("SH") and state[2:].isdigit() and 400 <= int(state[2:]) <= 599:
        return _raised(error, int(state[2:]))
    name: str | None = error.constraint_name
    if state in _CONSTRAINTS or state == "23514":
        # A violated CHECK of a domain means wrong input, one of a table means that the state does not allow it.
        status = _CONSTRAINTS.get(state) or (422 if error.data_type_name else 409)
        code = name or {"23503": "reference_missing"}.get(state, "value_invalid")
        domain = f"{error.schema_name}.{error.data_type_name}" if error.data_type_name else ""
        sentence = sentences.get(domain) or sentences.get(code)
        return Problem(code, status, sentence or SENTENCES.get(code, (0, "A rule of the shop refuses this."))[1])
    # Without a context it concerns the function that was called; inside a function a grant is missing.
    if state == "42501" and not error.context:
        return Problem("forbidden") if signed_in else Problem("token_missing")
    if state in _INVALID:
        return Problem("value_invalid")
    if state in _OUT_OF_RANGE:
        return Problem("value_out_of_range")
    if state in _BUSY:
        return Problem("busy")
    if state == "57014":
        return Problem("timeout")
    if state == "25006" or state.startswith(("08", "57P")):  # 25006: not the primary any more
        return Problem("database_unavailable")
    raise Unexpected(f"{state} {error.message} {error.context or ''}".strip()) from None


def _raised(error: asyncpg.PostgresError, status: int) -> Problem:
    members: dict[str, Any] = {}
    if error.detail and error.detail.startswith("{"):
        try:
            members = orjson.loads(error.detail)
        except orjson.JSONDecodeError:
            raise Unexpected(f"DETAIL of {error.constraint_name} is not JSON") from None
    found = members.pop("errors", ())
    sentence = error.message if not error.hint else f"{error.message} {error.hint}"
    code = error.constraint_name or "refused"
    verified = code not in _UNVERIFIED
    return Problem(code, status, sentence, errors=found, members=members, verified=verified)
