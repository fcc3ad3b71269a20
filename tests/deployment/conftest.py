"""Programs that deployments use and no Python package brings: what is installed, else Debian's, unpacked in a cache.

Nothing is skipped: where a program is neither installed nor to be had from Debian, its tests fail and say so.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

SUITE = "trixie"  # the same Debian as the image's (api/Dockerfile)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Of a newer Debian than this may be: pgbouncer runs with its own C library.
PGBOUNCER = (
    "pgbouncer", "libc6", "libcares2", "libevent-2.1-7t64", "libssl3t64", "libsystemd0", "libpam0g", "libcap2",
    "libaudit1", "libcap-ng0", "libzstd1",
)  # fmt: skip


def _debian(name: str, packages: tuple[str, ...]) -> Path:
    """A folder with these packages in it. Fetched once, signatures checked by apt, into the cache of pgTAP's."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storeproc"
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / f"{SUITE}-{name}"
    with (cache / f".{SUITE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test files run side by side
        if target.exists():
            return target
        if not shutil.which("apt-get") or not KEYRING.exists():
            pytest.fail(f"{name} is not installed, and there is no apt-get to fetch it from Debian {SUITE} with.")
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            root = Path(draft)
            for folder in ("lists/partial", "cache/archives/partial", "parts", "unpacked"):
                (root / folder).mkdir(parents=True)
            (root / "parts" / "debian.sources").write_text(
                "Types: deb\nURIs: http://deb.debian.org/debian\n"
                f"Suites: {SUITE}\nComponents: main\nSigned-By: {KEYRING}\n"
            )
            options = {
                "Dir::Etc::sourcelist": "/dev/null",
                "Dir::Etc::sourceparts": f"{root}/parts",
                "Dir::State::lists": f"{root}/lists",
                "Dir::State::status": "/dev/null",  # what is installed here does not matter
                "Dir::Cache": f"{root}/cache",
                "APT::Sandbox::User": "root",
            }
            apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
            for step in (["update"], ["download", *packages]):
                done = subprocess.run([*apt, *step], cwd=root, capture_output=True, text=True, check=False, timeout=300)
                if done.returncode != 0:
                    pytest.fail(f"Debian's {name} cannot be fetched: {done.stderr.strip()[-500:]}")
            for package in root.glob("*.deb"):
                subprocess.run(["dpkg-deb", "--extract", package, root / "unpacked"], check=True, timeout=120)
            (root / "unpacked").rename(target)
    return target


@pytest.fixture(scope="session")
def docker_compose() -> list[str]:
    """The command `docker compose`; it needs no engine for `config`."""
    if shutil.which("docker"):
        done = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if done.returncode == 0:
            return ["docker", "compose"]
    return [str(_debian("docker-compose", ("docker-compose",)) / "usr/libexec/docker/cli-plugins/docker-compose")]


@pytest.fixture(scope="session")
def caddy() -> str:
    return shutil.which("caddy") or str(_debian("caddy", ("caddy",)) / "usr/bin/caddy")


@pytest.fixture(scope="session")
def promtool() -> str:
    return shutil.which("promtool") or str(_debian("promtool", ("promtool",)) / "usr/bin/promtool")


@pytest.fixture(scope="session")
def alertmanager() -> Path:
    """The folder with Alertmanager's programs: alertmanager and amtool."""
    if found := shutil.which("alertmanager"):
        return Path(found).parent
    folder = _debian("alertmanager", ("prometheus-alertmanager",)) / "usr/bin"
    with contextlib.suppress(FileExistsError):  # upstream's name
        (folder / "alertmanager").symlink_to("prometheus-alertmanager")
    return folder


@pytest.fixture(scope="session")
def pgbouncer() -> Callable[[Path], list[str]]:
    """pgbouncer(folder): the command, 1.21 or newer, with its files where any user can run them."""

    def command(folder: Path) -> list[str]:
        installed = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        if installed:
            told = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True).stdout
            found = re.search(r"PgBouncer (\d+)\.(\d+)", told)
            if found and (int(found[1]), int(found[2])) >= (1, 21):
                return [installed]
        root = _debian("pgbouncer", PGBOUNCER)
        shutil.copy(root / "usr/sbin/pgbouncer", folder)
        for library in (root / "usr/lib/x86_64-linux-gnu").glob("*.so*"):
            shutil.copy(library, folder)
        return [str(folder / "ld-linux-x86-64.so.2"), "--library-path", str(folder), str(folder / "pgbouncer")]

    return command
