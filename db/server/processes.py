"""Processes of the embedded server: how they are started, and how those of an earlier run are found."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from db.server.access import ServerError
from db.server.embedded import Layout

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For preexec_fn: the kernel sends the child this signal when the thread that started it ends (Linux only)."""
    if _libc is None:
        return None
    parent = os.getpid()

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # the parent ended before prctl
            os._exit(1)

    return prepare


def identity(layout: Layout) -> dict[str, Any]:
    """The arguments of subprocess that run a program as the server's user."""
    if layout.uid == os.geteuid():
        return {}
    return {"user": layout.uid, "group": layout.gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """The environment of the server's programs: without our own variables, above all without the secret."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")}
    return kept | {"LC_ALL": "C", "PGTZ": "UTC"}


def run_program(layout: Layout, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs as the server's user and return its output. Raises ServerError if it fails."""
    done = subprocess.run(
        [layout.program(program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(),
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
        **identity(layout),
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise ServerError(f"{program} failed: {lines[-1] if lines else f'status {done.returncode}'}")
    return str(done.stdout)


def pid_file(layout: Layout) -> list[str]:
    """The lines of postmaster.pid; none when it does not exist."""
    try:
        return (layout.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def is_ready(layout: Layout, pid: int) -> bool:
    """Whether the postmaster with this process id accepts connections."""
    lines = pid_file(layout)
    return len(lines) > 7 and int(lines[0]) == pid and lines[7].strip() == "ready"


def postmaster(layout: Layout) -> psutil.Process | None:
    """The live postmaster of the cluster, if there is one."""
    lines = pid_file(layout)
    if not lines or not lines[0].lstrip("-").isdigit():
        return None
    with suppress(psutil.Error):
        process = psutil.Process(abs(int(lines[0])))
        if _works_in(process, layout.cluster):
            return process
    return None


def leftovers(layout: Layout) -> list[psutil.Process]:
    """Live server processes of the cluster, whether their postmaster lives or not."""
    return [process for process in psutil.process_iter() if _works_in(process, layout.cluster)]


def remove_stale_locks(layout: Layout) -> None:
    """Remove the lock files of a server that is dead. The caller holds the lock of the data folder.

    PostgreSQL keeps a lock file whose process id is alive again as another program (common in a container) or is a
    zombie that its parent does not reap.
    """
    if postmaster(layout) is None and not leftovers(layout):
        (layout.cluster / "postmaster.pid").unlink(missing_ok=True)
        (layout.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    with suppress(psutil.Error, OSError):
        # Every process of a server works in its data directory. After a reboot another program may have the pid.
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and "postgres" in process.name()
            and Path(process.cwd()) == cluster.resolve()
        )
    return False
