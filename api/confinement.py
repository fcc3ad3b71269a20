"""Takes from a web process what its operating system user may do and the web tier does not need (Linux: Landlock).

`storeproc up` runs PostgreSQL, web tier and worker as one user, so file modes do not keep a web process from the
administrator's secret, the cluster and the backups. After confine() the process and its children:

- cannot open the hidden folders and files, nor devices except /dev/null, /dev/zero, /dev/random and /dev/urandom;
- write only below the folder for temporary files;
- cannot read the environment or memory of the supervisor, the worker and all other processes, nor signal them;
- as root: have no capability but CAP_DAC_OVERRIDE, which PostgreSQL's socket folder of another user requires.

Rules of Landlock grant access to what lies below a folder; hiding one means granting its siblings, and those of its
parents, that exist at the start. See https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

VARIABLE = "STOREPROC_CONFINED"  # {"hidden": [path, …], "temporary": path} in the environment of a web process

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _CAPSET = 444, 445, 446, {"x86_64": 126, "aarch64": 91}
_VERSION = 1  # flag: the ABI's number instead of a ruleset
_PATH_BENEATH = 1
_NO_NEW_PRIVS = 38
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_CHANGE = sum(1 << bit for bit in range(4, 13))  # remove and make files, folders, links, sockets, devices
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FOR_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
_SCOPES = 3  # abstract sockets and signals, since ABI 6
_DEVICES = ("null", "zero", "random", "urandom")
_CAPABILITIES = 0x20080522
_DAC_OVERRIDE = 1 << 1


def instructions(hidden: Iterable[Path], *writable: Path) -> dict[str, str]:
    """The variable that has a web process confine itself."""
    paths = sorted({str(path.resolve()) for path in hidden})
    return {VARIABLE: json.dumps({"hidden": paths, "writable": [str(path.resolve()) for path in writable]})}


def is_available() -> bool:
    """Whether this kernel has Landlock."""
    return sys.platform == "linux" and _abi() >= 1


def confine_as_told() -> bool:
    """Confine this process as its environment says, before it starts a thread; whether it did.

    Raises OSError when the kernel has Landlock and refuses.
    """
    given = os.environ.get(VARIABLE)
    if given is None or not is_available():
        return False
    told = json.loads(given)
    confine([Path(path) for path in told["hidden"]], *map(Path, told["writable"]))
    return True


def confine(hidden: Sequence[Path], *writable: Path) -> None:
    """Confine the calling thread and everything that it starts, for good. All paths are absolute and resolved."""
    abi = _abi()
    changes = _WRITE_FILE | _CHANGE | (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    handled = _READ | changes
    attributes = struct.pack("=QQQ", handled, 0, _SCOPES if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _call(_CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(size), 0)
    try:
        for path in _visible(Path("/"), [*hidden, Path("/dev")]):
            _allow(ruleset, path, _READ)
        for name in _DEVICES:
            _allow(ruleset, Path("/dev", name), _READ | _WRITE_FILE)
        for path in writable:
            _allow(ruleset, path, handled)
        _give_up_capabilities()
        _check(_libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _visible(folder: Path, hidden: Sequence[Path]) -> Iterator[Path]:
    """The largest folders and files below this one that contain nothing hidden."""
    with suppress(OSError):  # not readable for us: nothing there is needed
        for path in sorted(folder.iterdir()):
            if path.is_symlink() or path in hidden:
                continue
            if any(path in each.parents for each in hidden):
                yield from _visible(path, hidden)
            else:
                yield path


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it is gone, or not for us
        return
    try:
        rule = struct.pack("=Qi", access if path.is_dir() else access & _FOR_FILES, handle)
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(handle)


def _give_up_capabilities() -> None:
    number = _CAPSET.get(os.uname().machine)
    if os.geteuid() != 0 or number is None:
        return
    kept = struct.pack("=IIIIII", _DAC_OVERRIDE, _DAC_OVERRIDE, 0, 0, 0, 0)
    _call(number, ctypes.c_char_p(struct.pack("=Ii", _CAPABILITIES, 0)), ctypes.c_char_p(kept))


def _abi() -> int:
    return int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def _call(number: int, *arguments: object) -> int:
    return _check(_libc().syscall(number, *arguments))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"the process cannot be confined: {os.strerror(number)}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
