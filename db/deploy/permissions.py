"""The text of PERMISSIONS.md: what each role may do, read from the system catalog of a deployed database.

No role or function is named here beyond the prefixes of our roles. A test compares the text with the file, so that a
change of a grant shows in a diff.
"""

from __future__ import annotations

from typing import Any

import psycopg

from db.server.access import Access
from db.server.connecting import connect

AUDIENCES = ("anonymous", "guest", "customer", "merchant", "support", "admin", "gateway", "worker")

_HEAD = """\
# Who may do what

Made by `storeproc permissions > db/PERMISSIONS.md` from a deployed database; `make test` compares. Not to be edited.

"""


def describe(access: Access) -> str:
    """The document for one deployed database. It depends only on what is granted."""
    with connect(access.admin()) as connection:
        parts = (_roles(connection), _endpoints(connection), _views(connection), _definers(connection))
    return _HEAD + "\n\n".join(parts) + "\n"


def _roles(connection: psycopg.Connection[Any]) -> str:
    members = connection.execute("""
        SELECT g.rolname, m.rolname FROM pg_auth_members AS a
        JOIN pg_roles AS g ON g.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member
        WHERE g.rolname ~ '^(app|web)_|^pg_monitor$' AND m.rolname ~ '^(app|web)_|^store_monitor$'
        ORDER BY 1, 2
    """).fetchall()
    return "\n".join(
        [
            "## Roles",
            "",
            "An arrow: what the first may do, the second may. `web_…`, `store_backup` (replication; it reads every row",
            "and writes none) and `store_monitor` log in; so do `merchant_…`, one a merchant, as members of",
            "`app_merchant_sql`.",
            "",
            "```mermaid",
            "graph LR",
            *(f"    {group} --> {member}" for group, member in members),
            "    app_merchant_sql --> merchant_…",
            "```",
        ]
    )


def _endpoints(connection: psycopg.Connection[Any]) -> str:
    rows = connection.execute(
        """
        SELECT p.proname,
               array_agg(r.audience) FILTER (WHERE has_function_privilege('web_' || r.audience, p.oid, 'EXECUTE'))
        FROM pg_proc AS p CROSS JOIN unnest(%s::text[]) AS r (audience)
        WHERE p.pronamespace = 'api'::regnamespace
        GROUP BY p.oid, p.proname
        HAVING bool_or(has_function_privilege('web_' || r.audience, p.oid, 'EXECUTE'))
        ORDER BY p.proname COLLATE "C"
        """,
        [list(AUDIENCES)],
    ).fetchall()
    return "\n".join(
        [
            f"## Endpoints: {len(rows)} functions of schema `api`",
            "",
            "| function | " + " | ".join(AUDIENCES) + " |",
            "|---|" + ":-:|" * len(AUDIENCES),
            *(f"| `{name}` | " + " | ".join("●" if a in may else "" for a in AUDIENCES) + " |" for name, may in rows),
        ]
    )


def _views(connection: psycopg.Connection[Any]) -> str:
    rows = connection.execute("""
        SELECT g.rolname, c.oid::regclass::text FROM pg_class AS c
        CROSS JOIN LATERAL aclexplode(c.relacl) AS x
        JOIN pg_roles AS g ON g.oid = x.grantee
        WHERE x.privilege_type = 'SELECT' AND c.relkind IN ('r', 'v', 'm', 'p')
          AND g.rolname IN ('app_readonly', 'app_merchant_sql', 'store_monitor', 'store_backup')
          AND NOT c.relispartition
        ORDER BY 1, c.oid::regclass::text COLLATE "C"
    """).fetchall()
    return "\n".join(
        ["## Views for people", "", "| who | reads |", "|---|---|", *(f"| {who} | `{what}` |" for who, what in rows)]
    )


def _definers(connection: psycopg.Connection[Any]) -> str:
    rows = connection.execute("""
        SELECT n.nspname || '.' || p.proname, pg_get_userbyid(p.proowner)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname !~ '^(pg_|information_schema$|api$|extensions$)'
        ORDER BY (n.nspname || '.' || p.proname) COLLATE "C"
    """).fetchall()
    return "\n".join(
        [
            "## Routines that act as their owner",
            "",
            "Each says why in its header. All of schema `api` act as `store_api`, which row security binds.",
            "",
            *(f"- `{name}` as {owner}" for name, owner in rows),
        ]
    )
