"""A web process whose routes cannot be served says why in one line."""

from __future__ import annotations

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


def test_a_parameter_with_two_names_is_one_line_without_a_traceback(access: Access) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(listener.fileno())],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret},
            pass_fds=[listener.fileno()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "storeproc: /v1/products/{product}/rating: other paths call this parameter product_id; use that name.\n"
    )
