"""Which error codes an operation can answer with: from the headers of the SQL functions, which list theirs.

    -- Errors: order_not_found 404; out_of_stock, currency_unknown 409; those of price_order().

A function whose codes are "those of" another one has all of that one's. The sentence of a code, and its status where
the header names none, come from the database. What the web tier itself refuses follows from the form of the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from api.contract.json_schema import Types, expressible
from api.contract.operations import Operation
from api.contract.reader import Contract
from db.deploy.source import Source

Codes = dict[str, int]

_HEADER = re.compile(r"^-- Errors:(.*(?:\n--  +.*)*)", re.MULTILINE)
_TOKEN = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)*\b|\b[45]\d\d\b")
_FUNCTION = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION \w+\.\"?(\w+)", re.MULTILINE)

# What any request can be refused with; a caller whose token or cookie is not accepted; a request that has a body.
ANY = (
    "request_invalid", "value_invalid", "value_out_of_range", "rate_limited", "busy", "database_unavailable",
    "identity_provider_unavailable", "timeout", "internal_error",
)  # fmt: skip
# A token of an outside identity provider is exchanged before anything else.
CALLER = ("token_invalid", "token_expired", "api_key_invalid", "origin_refused", "exchange_outside_token")
BODY = ("json_invalid", "body_too_large", "media_type_unsupported", "content_coding_unsupported")
# No client sees these: the web tier asks the primary then, and its transactions are READ COMMITTED.
_INSIDE = frozenset(("primary_required", "isolation_refused"))


@dataclass
class Header:
    """What the header of a function says of its errors.

    `codes`: words with the status that follows them, 0 where none does. `others`: functions whose errors it has too.
    """

    codes: Codes = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


def parse_header(text: str) -> Header:
    """The errors of a header, without what stands in parentheses or braces."""
    found = Header()
    sentences = re.sub(r"\([^)]*\)|{[^}]*}", "", text)
    waiting: list[str] = []
    for part in re.split(r";|\.(?=\s|$)", sentences):
        own, _, others = part.partition("those of ")
        for token in _TOKEN.findall(own):
            if token.isdigit():
                found.codes.update(dict.fromkeys(waiting, int(token)))
                waiting = []
            elif "_" in token or token in ("forbidden", "busy"):
                waiting.append(token)
        found.codes.update(dict.fromkeys(waiting, 0))
        waiting = []
        found.others.update(word for word in _TOKEN.findall(others) if "_" in word)
    return found


@cache
def read_headers() -> Mapping[str, list[Header]]:
    """The headers of the functions of this source, by the functions' names.

    api.cancel_order calls sales.cancel_order: functions of one name have the errors of both.
    """
    source = Source.read()
    headers: dict[str, list[Header]] = {}
    for file in (*source.endpoints, *source.routines):
        if (function := _FUNCTION.search(file.text)) and (header := _HEADER.search(file.text[: function.start()])):
            headers.setdefault(function[1], []).append(parse_header(header[1].replace("\n--", " ")))
    return headers


def known_codes(contract: Contract, web: Mapping[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """Every code with its status and sentence: of constraints, domains, functions, and those of the `web` tier."""
    codes = {code: (409, sentence) for code, sentence in contract.sentences.items() if "." not in code}
    codes |= contract.refused_inputs() | contract.raised
    # It raises the code that it is given.
    stated = {code: status for header in read_headers()["refuse_promotion"] for code, status in header.codes.items()}
    codes |= {code: (stated.get(code, 422), text) for code, text in contract.explained.items() if code not in codes}
    return codes | dict(web)


class ErrorCodes:
    """The codes of each operation.

    Arguments:
        web: the web tier's own codes, with status and sentence.
    """

    def __init__(self, contract: Contract, web: Mapping[str, tuple[int, str]]) -> None:
        self._contract = contract
        self._headers = read_headers()
        self.known = known_codes(contract, web)

    def of(self, operation: Operation) -> dict[int, list[str]]:
        """The codes of an operation by status, in alphabetical order."""
        pairs = {pair for pair in self._pairs(operation) if pair[1] not in _INSIDE}
        found: dict[int, list[str]] = {}
        for status, code in sorted(pairs):
            found.setdefault(status, []).append(code)
        return found

    def sentence(self, code: str) -> str:
        """What a person reads; the first one where a code has several."""
        return self.known.get(code, (0, ""))[1].partition(" / ")[0] or "A rule of the shop refuses this."

    def _pairs(self, operation: Operation) -> Iterator[tuple[int, str]]:
        function, line = operation.function, operation.line
        words = [function.name, *ANY, *CALLER, *line.refusals]
        if function.audience != "anonymous":
            words += ("authenticate", "authenticate_key", "forbidden", "token_missing")
        if operation.has_body:
            words += BODY
        if operation.keyed:
            words.append("claim_idempotency_key")
        if "if_match" in operation.statement.hidden:
            words += ("if_match_invalid", "version_stale")
        if not function.void:
            words.append("not_found")
        for word in words:
            yield from self._expand(word, set())
        for parameter in function.visible:
            yield from ((422, code) for code in database_checks(self._contract.types, parameter.type))

    def _expand(self, word: str, seen: set[str]) -> Iterator[tuple[int, str]]:
        """The codes of a function, or the code itself. A function that has no code has no header, and no codes."""
        if word in seen:
            return
        seen.add(word)
        if word in self._headers:
            for header in self._headers[word]:
                for code, status in header.codes.items():
                    yield status or self._status(code), code
                for other in header.others:
                    yield from self._expand(other, seen)
        elif word in self.known:
            yield self._status(word), word

    def _status(self, code: str) -> int:
        return self.known[code][0] if code in self.known else 422


def database_checks(types: Types, name: str) -> set[str]:
    """The CHECKs of a parameter's type that JSON Schema cannot express: the database refuses what passed the schema."""
    if name in types.arrays:
        return database_checks(types, types.arrays[name])
    if name in types.composites:
        return {code for a in types.composites[name] for code in database_checks(types, a.type)}
    if name not in types.domains:
        return set()
    domain = types.domains[name]
    own = {code for code, check in domain.checks.items() if not expressible(check)}
    return own | database_checks(types, domain.base)
