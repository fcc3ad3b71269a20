"""Programs from npm, in the versions of a committed lock file, installed once into a cache and never into the tree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def node_modules(folder: Path) -> Path:
    """What folder/package-lock.json names, installed. Skips the test where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm here, and its packages are what is tried")
    wanted = b"".join((folder / name).read_bytes() for name in ("package.json", "package-lock.json"))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storeproc"
    home = cache / f"npm-{hashlib.sha256(wanted).hexdigest()[:16]}"
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=cache))
        try:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(folder / name, draft)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(command, cwd=draft, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"npm ci in {folder.name} failed: {done.stderr.strip()[-2000:]}"
            draft.chmod(0o755)
            try:
                draft.rename(home)
            except OSError:  # another process was faster
                assert home.exists()
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return home / "node_modules"
