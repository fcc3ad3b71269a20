"""Calls of api functions, as the role of a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from api.contract.reader import Contract
from api.contract.statements import build_statement
from api.http.errors import from_database
from api.postgres.database import Database
from api.postgres.written import note_transaction


@dataclass(frozen=True, slots=True)
class Caller:
    """The role that a request claims, and its token. The database verifies both.

    `cookie`: the token came in a cookie. `account`, `session`: what the token says, unverified. `key`: the id of an API
    key, which says neither.
    """

    role: str
    token: str
    cookie: bool = False
    account: str = ""
    session: str = ""
    key: str = ""

    @property
    def subject(self) -> str:
        """Who it is, for what a process remembers about a caller: an account or an API key."""
        return self.account or self.key


ANONYMOUS = Caller("anonymous", "")
GATEWAY = Caller("gateway", "")


class Functions:
    """Calls functions of schema api.

    Arguments:
        numbered: writing statements return the id of their transaction, which is noted for reads from the standby.
    """

    def __init__(self, database: Database, contract: Contract, *, numbered: bool = False) -> None:
        self.database = database
        self.contract = contract
        self.numbered = numbered
        self._statements: dict[tuple[str, bool], str] = {}

    async def run(
        self, caller: Caller, request_id: str, statement: str, arguments: list[object], *, repeatable: bool = False
    ) -> asyncpg.Record:
        """The row of a statement of api/contract/statements.py, whose first arguments are token and request id.

        Raises Problem.
        """
        try:
            row = await self.database.fetch(
                f"web_{caller.role}", statement, [caller.token, request_id, *arguments], repeatable=repeatable
            )
        except asyncpg.PostgresError as error:
            raise from_database(error, self.contract.sentences, signed_in=caller is not ANONYMOUS) from None
        if row is None:
            raise RuntimeError("a SELECT without WHERE returned no row")
        return row

    async def call(
        self,
        function: str,
        arguments: Mapping[str, object],
        *,
        request_id: str,
        caller: Caller = ANONYMOUS,
        repeatable: bool = False,
        client: str | None = None,
    ) -> Any:
        """The result of any api function, as Python data: for the steps around an endpoint's own statement.

        Arguments:
            arguments: by parameter name, as JSON data.
            repeatable: whether the call may be sent again after its connection was lost.
            client: RequestContext.client_line, for a function that records a security event.

        Raises Problem.
        """
        found = self.contract.functions[function]
        statement = self._statements.get((function, client is not None))
        if statement is None:
            numbered = self.numbered and not found.stable
            statement = build_statement(
                found, (), body=True, hidden=(), numbered=numbered, client=client is not None
            ).text
            self._statements[function, client is not None] = statement
        given: list[object] = [orjson.dumps(arguments).decode()] if found.parameters else []
        if client is not None:
            given.append(client)
        row = await self.run(caller, request_id, statement, given, repeatable=repeatable)
        if len(row) > 1:
            note_transaction(row[1])
        return orjson.loads(row[0]) if row[0] else None
