"""How the embedded server encrypts the log that it archives: with archive_log.py, run by the server's own user.

Where that user cannot reach this Python or its packages (a clone under /root), it runs the system's Python, with a copy
of pyrage, which any Python from 3.10 on can load: as with PostgreSQL's programs, in /var/lib/storeproc.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from db.server.access import ServerError
from db.server.embedded import SHARED_HOME, Layout
from db.server.folders import reachable, user_name

SCRIPT = Path(__file__).with_name("archive_log.py")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def archiver(layout: Layout, folder: Path, path: str, recipients: Sequence[str]) -> list[str]:
    """The command that archives `path` to `folder`, encrypted, as the words of a shell."""
    python, script = _program(layout)
    return [python, "-I", str(script), str(folder), str(layout.program("pg_waldump")), path, *recipients]


def require_archiver(layout: Layout, folder: Path, recipients: Sequence[str]) -> None:
    """Raises ServerError where the server's user cannot encrypt."""
    done = run_archiver(layout, folder, "--try", recipients)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ServerError(
            f"the user {user_name(layout.uid)}, which runs the database, cannot encrypt the log ({reason}): "
            "install Python 3.10 or newer where this user can run it, such as Debian's python3."
        )


def run_archiver(
    layout: Layout, folder: Path, path: str, recipients: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Archive a file as the user of the server."""
    user: dict[str, Any] = {}
    if layout.uid != os.geteuid():
        user = {"user": layout.uid, "group": layout.gid, "extra_groups": []}
    return subprocess.run(
        archiver(layout, folder, path, recipients),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **user,
    )


def _program(layout: Layout) -> tuple[str, Path]:
    """A Python that the server's user can run, and the script, which finds pyrage."""
    package = find_spec("pyrage")
    if package is None or package.origin is None:
        raise ServerError("pyrage is not installed: pip install pyrage, or unset STOREPROC_BACKUPS_ENCRYPT_TO.")
    installed = Path(package.origin).parent
    if layout.uid == os.geteuid() or all(
        reachable(path, layout.uid, layout.gid) for path in (Path(sys.executable), installed, SCRIPT.parent)
    ):
        return sys.executable, SCRIPT
    return shutil.which("python3", path=SYSTEM_PATH) or "python3", _copied(installed)


def _copied(installed: Path) -> Path:
    digest = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]
    target = SHARED_HOME / f"archive-log-{version('pyrage')}-{digest}"
    if not target.exists():
        SHARED_HOME.mkdir(mode=0o755, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED_HOME))
        shutil.copytree(installed, draft / "lib" / "pyrage", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(SCRIPT, draft / SCRIPT.name)
        for path in [draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(draft)
    return target / SCRIPT.name
