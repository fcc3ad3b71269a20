"""Call api functions over plain SQL, synchronously, each as the log-in role of its audience."""

from __future__ import annotations

import json
import uuid
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from db.server.access import Access

PASSWORD = "x" * 60  # stands for the bcrypt string that the web tier would send


class Refused(Exception):
    """The database said no: SQLSTATE, machine code, sentence."""

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__(f"{error.sqlstate} {error.diag.constraint_name}: {error.diag.message_primary}")
        self.sqlstate = error.sqlstate
        self.code = error.diag.constraint_name
        self.detail = error.diag.message_detail


class Caller:
    """One connection a role, opened when first needed; every call is one statement, as the web tier sends it."""

    def __init__(self, access: Access, database: str) -> None:
        self._access, self._database = access, database
        self._connections: dict[str, psycopg.Connection[Any]] = {}
        self._types: dict[str, dict[str, str]] = {}

    def connection(self, role: str) -> psycopg.Connection[Any]:
        if role not in self._connections:
            url = (
                self._access.admin(self._database)
                if role == "admin_sql"
                else self._access.url(f"web_{role}", self._database)
            )
            self._connections[role] = psycopg.connect(url, autocommit=True)
        return self._connections[role]

    def call(self, function: str, *, token: str = "", caller: str = "customer", **arguments: Any) -> Any:
        types = self._argument_types(function)
        columns = [
            sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(cast(LiteralString, types[n]))) for n in arguments
        ]
        record = sql.SQL(", ").join(columns)
        named = sql.SQL(", ").join(sql.SQL("{0} => b.{0}").format(sql.Identifier(n)) for n in arguments)
        source = (
            sql.SQL(", jsonb_to_record(%(arguments)s::jsonb) AS b({})").format(record) if arguments else sql.SQL("")
        )
        statement = sql.SQL(
            "WITH caller AS MATERIALIZED ("
            "SELECT set_config('app.token', %(token)s, true), set_config('app.request_id', %(request)s, true)) "
            "SELECT to_json(api.{}({}))::text FROM caller{}"
        ).format(sql.Identifier(function), named, source)
        try:
            row = (
                self.connection(caller)
                .execute(statement, {"token": token, "request": uuid.uuid4().hex, "arguments": json.dumps(arguments)})
                .fetchone()
            )
        except psycopg.Error as error:
            raise Refused(error) from None
        return json.loads(row[0]) if row and row[0] else None

    def _argument_types(self, function: str) -> dict[str, str]:
        if function not in self._types:
            row = (
                self.connection("anonymous")
                .execute(
                    """SELECT p.proargnames, ARRAY(SELECT format_type(t, NULL)
                                            FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(t, n) ORDER BY n)
                   FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                   WHERE n.nspname = 'api' AND p.proname = %s""",
                    [function],
                )
                .fetchone()
            )
            assert row, f"there is no api.{function}"
            self._types[function] = dict(zip(row[0] or [], row[1], strict=False))
        return self._types[function]

    def sign_up(self, role: str) -> str:
        """A new account of that role (customer, merchant); its access token."""
        email = f"{uuid.uuid4().hex}@example.com"
        self.call(
            "create_account",
            caller="anonymous",
            email=email,
            password=PASSWORD,
            **({"role": role} if role != "customer" else {}),
        )
        return self.token(role, email)

    def token(self, role: str, email: str) -> str:
        row = (
            self.connection("admin_sql").execute("SELECT identity.issue_local_token(%s, %s)", [role, email]).fetchone()
        )
        assert row
        return str(row[0])

    def stock(self, products: list[str]) -> dict[str, tuple[int, int]]:
        rows = (
            self.connection("admin_sql")
            .execute(
                "SELECT product_id::text, on_hand, reserved FROM catalog.stock_levels "
                "WHERE product_id = ANY (%s::uuid[])",
                [products],
            )
            .fetchall()
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def invariants(self) -> list[tuple[str, bool, str]]:
        return self.connection("admin_sql").execute("SELECT name, ok, detail FROM audit.check_invariants()").fetchall()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
