"""The one SELECT that an endpoint sends, built from its function's signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.contract.signatures import HIDDEN, Function, Parameter

_CALLER = (
    "WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true))"
)


@dataclass(frozen=True)
class Statement:
    """One SELECT in three forms: `text`, `keyed` (with an Idempotency-Key) and `standby` (on the hot standby).

    Arguments: token, request id, the `texts`, the body (if there is one), the `hidden` ones, the client (if `client`).
    `keyed` also takes key, route and hash. `standby` also takes a transaction id and returns no row until that
    transaction has been replayed.
    """

    text: str
    keyed: str
    standby: str
    texts: tuple[str, ...]
    body: bool
    hidden: tuple[str, ...]
    client: bool


def build_statement(
    function: Function,
    texts: Iterable[str],
    *,
    body: bool,
    hidden: Iterable[str] = HIDDEN,
    numbered: bool = False,
    client: bool = False,
    once: str = "",
) -> Statement:
    """The statement that calls `function`.

    Arguments:
        texts: parameters that are sent one by one as text (path and query).
        body: whether the other parameters come from one JSON document.
        hidden: parameters that the web tier fills in.
        numbered: return the id of the transaction in a last column (see api/postgres/replica.py).
        client: take the client's address and User-Agent, for the security events that the function may record.
        once: a field of the result that is not stored for an Idempotency-Key, because it is a secret.
    """
    texts = tuple(texts)
    hidden = tuple(name for name in function.parameters if name in hidden)
    fields = [p for p in function.parameters.values() if p.name not in texts and p.name not in hidden] if body else []
    places = 2
    sources: dict[str, str] = {}
    for name in texts:
        places += 1
        sources[name] = f"${places}::text"
    record = ""
    if fields:
        places += 1
        columns = ", ".join(f'"{p.name}" {p.type}' for p in fields)
        record = f", jsonb_to_record(${places}::jsonb) AS b({columns})"
    for name in hidden:
        places += 1
        sources[name] = f"${places}::{HIDDEN[name]}"
    caller = _CALLER
    if client:
        places += 1
        caller = f"{_CALLER[:-1]}, set_config('app.client', ${places}::text, true))"
    arguments = ", ".join(f'"{p.name}" => {_argument(p, sources.get(p.name))}' for p in function.parameters.values())
    result = call = f'api."{function.name}"({arguments})'
    # A void result has no text: IS NULL runs the function, left(…, 0) makes it an empty string.
    result = f"left(({result} IS NULL)::text, 0)" if function.void else f"to_json({result})::text"
    claim = ", ".join(f"${places + n}::text" for n in (1, 2, 3))
    # Made only of names, types and defaults that PostgreSQL returned.
    number = ", pg_current_xact_id_if_assigned()" if numbered else ""
    plain = f"{caller} SELECT {result}{number} FROM caller{record}"  # noqa: S608
    keyed = f"{caller}, {_keyed(call, result, record, claim, number, once)}"
    standby = f"{plain} WHERE pg_snapshot_xmin(pg_current_snapshot()) > ${places + 1}::xid8"
    return Statement(plain, keyed, standby, texts, bool(fields), hidden, client)


def _keyed(call: str, result: str, record: str, claim: str, number: str, once: str) -> str:
    """What follows the caller in the statement of a request with an Idempotency-Key."""
    stored = "api.store_idempotent_answer(r.body)"
    called = f"SELECT {result} AS body FROM claim{record} WHERE claim.answer IS NULL"  # noqa: S608
    if once:
        kept = f"""to_json(jsonb_populate_record(v.value, '{{"{once}": null}}'))::text"""
        values = f"SELECT {call} AS value FROM claim{record} WHERE claim.answer IS NULL OFFSET 0"  # noqa: S608
        called = f"SELECT to_json(v.value)::text AS body, {kept} AS kept FROM ({values}) AS v"  # noqa: S608
        stored = "left(api.store_idempotent_answer(r.kept), 0) || r.body"
    return (
        f"claim AS MATERIALIZED (SELECT api.claim_idempotency_key({claim}) AS answer FROM caller), "  # noqa: S608
        f"result AS MATERIALIZED ({called}) "
        f"SELECT coalesce(c.answer, {stored}), c.answer IS NOT NULL{number} "
        "FROM claim AS c LEFT JOIN result AS r ON true"
    )


def _argument(parameter: Parameter, source: str | None) -> str:
    if source is None:
        value = f'b."{parameter.name}"'
    elif parameter.hidden:
        return source
    else:
        value = f"{source}::{parameter.type}"
    if parameter.default is None or parameter.default.startswith("NULL::"):
        return value
    return f"coalesce({value}, {parameter.default})::{parameter.type}"
