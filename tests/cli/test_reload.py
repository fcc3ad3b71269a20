"""storeproc web --reload: for developers, with the limits of any web process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from api.http.connections import MOST_HEAD
from db.server.access import Access
from db.server.processes import die_with_parent
from tests.cli.conftest import ROOT, environment, storeproc


def exchange(port: int, request: bytes) -> bytes:
    """The first line of the answer; empty where nothing listens yet."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(request)
        return client.recv(4096).partition(b"\r\n")[0]
    return b""


def test_production_refuses_it(access: Access, port: int) -> None:
    done = storeproc(
        "web", "--reload", "--port", str(port), DATABASE_URL=access.admin_url, STOREPROC_SECRET=access.secret,
        STOREPROC_ENVIRONMENT="production",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("storeproc: --reload is for developers")


def test_a_process_that_reloads_limits_heads(access: Access, port: int) -> None:
    """Its own server, because the protocol is chosen where the process starts."""
    given = environment(DATABASE_URL=access.admin_url, STOREPROC_SECRET=access.secret)
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "web", "--reload", "--port", str(port)], cwd=ROOT, env=given,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while exchange(port, b"GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n") != b"HTTP/1.1 200 OK":
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        large = b"GET /v1/products HTTP/1.1\r\nHost: a\r\nX-A: " + b"b" * (MOST_HEAD + 1) + b"\r\n\r\n"
        assert exchange(port, large).startswith(b"HTTP/1.1 431 ")
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.stdout:
            process.stdout.close()
