"""What it is to run the store: how long it takes to come up, how much memory a web process keeps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from db.server.processes import die_with_parent

from .load import LoadError
from .parts import Part
from .shop import ROOT, Web


def memory(web: Web) -> list[float]:
    """Of each web process: its memory in MB, what it shares with others counted by its share (PSS)."""
    assert web.process is not None
    children = psutil.Process(web.process.pid).children(recursive=True)
    return [child.memory_full_info().pss / 1e6 for child in children]


def memory_part(before: list[float], after: list[float]) -> Part:
    part = Part("memory of a web process")
    part.remarks.append(
        f"{max(before):.0f} MB when it is up, {max(after):.0f} MB after the load ({len(after)} processes; the largest)"
    )
    return part


def start_up(folder: Path) -> Part:
    """`storeproc up` in an empty folder, and again: until it answers that it is ready, demo shop included."""
    part = Part("storeproc up, until /health/ready")
    first, second = _up(folder), _up(folder)
    part.remarks.append(
        f"{first:.1f} s the first time (a new cluster, the schema, the demo shop), {second:.1f} s again"
    )
    return part


def _up(folder: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "STOREPROC_DATA": str(folder), "PORT": str(port), "HOST": "127.0.0.1"}
    for name in ("DATABASE_URL", "PUBLIC_URL"):
        environment.pop(name, None)
    begin = time.monotonic()
    log = folder.with_suffix(".log")
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "up"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
    try:
        while process.poll() is None and time.monotonic() - begin < 120:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5),
            ):
                return time.monotonic() - begin
            time.sleep(0.02)
    finally:
        process.terminate()
        process.wait()
    raise LoadError(f"storeproc up does not come up: {log.read_text()[-1000:]}")
