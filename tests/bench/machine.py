"""The machine that is measured on: what it is, and what its processes use of its CPUs."""

from __future__ import annotations

import os
import platform
import statistics
import sysconfig
import time
from pathlib import Path

import psutil

TICKS = os.sysconf("SC_CLK_TCK")  # a second


def cpu_seconds(root: int) -> float:
    """CPU time of a process and of all that it ever started, in seconds: whoever has ended is counted by its parent."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                stat = Path(entry.path, "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            fields = stat[stat.rindex(")") + 2 :].split()  # proc(5): from field 3, state, on
            parents[int(entry.name)] = int(fields[1])
            used[int(entry.name)] = sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    total = 0
    for pid, ticks in used.items():
        ancestor = pid
        while ancestor not in (root, 0):
            ancestor = parents.get(ancestor, 0)
        total += ticks if ancestor == root else 0
    return total / TICKS


def flush_microseconds(folder: Path, times: int = 200) -> float:
    """How long the disk takes to keep 8 kB for good: the median of some write + fdatasync."""
    file = folder / "flush"
    taken: list[float] = []
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    try:
        for _ in range(times):
            begin = time.perf_counter()
            os.pwrite(descriptor, b"x" * 8192, 0)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - begin)
    finally:
        os.close(descriptor)
        file.unlink()
    return statistics.median(taken) * 1e6


def filesystem(folder: Path) -> str:
    """The file system that holds a folder."""
    mounts = [m for m in psutil.disk_partitions(all=True) if folder.resolve().is_relative_to(m.mountpoint)]
    return max(mounts, key=lambda m: len(m.mountpoint)).fstype if mounts else "unknown"


def _optimized() -> bool:
    """Whether Python was built with what its makers and distributions build it with: some 9 % of the web tier's CPU."""
    return "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")


def describe(folder: Path) -> dict[str, str]:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "CPU": f"{os.cpu_count()} × {model}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GB",
        "disk": f"{filesystem(folder)}; 8 kB written and flushed in {flush_microseconds(folder):,.0f} µs",
        "system": f"Linux {platform.release()}",
        "Python": f"{platform.python_version()}, built with{'' if _optimized() else 'out'} --enable-optimizations",
        "measured": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }
