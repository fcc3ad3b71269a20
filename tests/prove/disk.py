"""Small disks that are filled: a tmpfs each. Mounting one needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def can_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    done = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"], check=False, capture_output=True
    )
    return done.returncode == 0


def mount(folder: Path, megabytes: int) -> None:
    folder.mkdir(mode=0o711)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", folder], check=True)


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", folder], check=False)  # also when somebody still has a file open


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """The disk of this folder has no room."""
    filler = folder / "filler"
    file = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for size in (16 << 20, 1 << 20, 4096):  # to the last page
            with suppress(OSError):
                while os.write(file, b"\0" * size) == size:
                    pass
        yield
    finally:
        os.close(file)
        filler.unlink()
