"""A web process that cannot start says why in one line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

from db.server.access import Access
from tests.support.cluster import ROOT

PROGRAM = """
import sys
from api import routes
routes.ROUTES += (routes.GET("/products/{product}/rating", "get_product"),)
from api.cli.main import main
main(["web", "--fd", sys.argv[1]])
"""


def start(program: str, access: Access) -> subprocess.CompletedProcess[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return subprocess.run(
            [sys.executable, "-c", program, str(listener.fileno())],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret},
            pass_fds=[listener.fileno()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def test_a_parameter_with_two_names_is_one_line_without_a_traceback(access: Access) -> None:
    done = start(PROGRAM, access)
    assert done.returncode == 1
    assert done.stderr == (
        "storeproc: /v1/products/{product}/rating: other paths call this parameter product_id; use that name.\n"
    )


def test_a_database_that_was_never_deployed_is_one_line(access: Access) -> None:
    nowhere = Access(access.admin("never_deployed"), access.secret)
    done = start('import sys; from api.cli.main import main; main(["web", "--fd", sys.argv[1]])', nowhere)
    assert done.returncode != 0
    said = json.loads(done.stdout.splitlines()[0])["message"]
    assert 'database "never_deployed" does not exist: `storeproc migrate`, with the same secrets, makes' in said
    assert "Traceback" not in done.stdout + done.stderr
