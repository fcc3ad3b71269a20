"""schemathesis over /openapi.json: no answer to what it invents is a 5xx, and every answer is as documented.

A file for each role (test_fuzzing_*.py): a file stays in one process, and so three of them run side by side.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg

from api.routes import ROUTES

SERVER_ENVIRONMENT = {"RATE_LIMIT": "0"}
# After these all that follows would be refused with 401.
ENDS_THE_LOG_IN = {"delete_session", "end_session", "end_other_sessions", "change_password", "close_account"}


async def fuzz(role: str, server: Any, call: Any, admin: asyncpg.Connection[Any], folder: Path) -> None:
    """No operation answers this role with a server error."""
    email = f"fuzz-{role}@example.com"
    account = await call("web_anonymous", "create_account", email=email, password="x" * 60)
    await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1::uuid", account["id"], role)
    token = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    # What a role may not call is refused before anything is read; that it is, the tests of permissions show. And what
    # customers may call is sent theirs only: staff have functions of their own.
    not_for_him = await admin.fetch(
        """
        SELECT p.proname FROM pg_proc AS p
        WHERE p.pronamespace = 'api'::regnamespace
          AND (NOT has_function_privilege('app_' || $1, p.oid, 'EXECUTE')
               OR $1 <> 'customer' AND has_function_privilege('app_customer', p.oid, 'EXECUTE'))
        """,
        role,
    )
    functions = {route.function for route in ROUTES} & ({row["proname"] for row in not_for_him} | ENDS_THE_LOG_IN)
    excluded = [word for name in sorted(functions) for word in ("--exclude-operation-id", name)]
    # Besides some fifty that cover an operation's schema.
    examples = os.environ.get("FUZZ_EXAMPLES", "5" if role == "merchant" else "1")
    run = await asyncio.to_thread(
        subprocess.run,
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{server.url}/openapi.json",
            "--url",
            server.url,
            "--header",
            f"Authorization: Bearer {token}",
            "--checks",
            "not_a_server_error,content_type_conformance,response_schema_conformance",
            "--max-examples",
            examples,
            "--phases",
            # What covers a schema is sent by the customer, and for all that staff may do by the admin.
            "examples,fuzzing" if role == "merchant" else "examples,coverage,fuzzing",
            # More than one is a SystemError in CPython 3.11's compiler, now and then: hypothesis compiles in threads.
            "--workers",
            "1",
            "--request-timeout",
            "20",
            *excluded,
            "--generation-database",
            "none",
            "--no-color",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    failures = run.stdout[max(0, run.stdout.find(" FAILURES ")) :]  # the warnings after them are long
    assert run.returncode == 0, failures[:6000] + run.stderr[-2000:]
    print(run.stdout[-1500:])
    assert "internal_error" not in server.log()
    assert await call(f"web_{role}", "get_account", token=token), "it was logged in to the end"
