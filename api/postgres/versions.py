"""For whom which transaction must be visible, shared by the web processes of a host."""

from __future__ import annotations

import mmap
import os
import tempfile
import zlib
from collections.abc import Iterable

SHARED = "STOREPROC_VERSIONS"  # <file descriptor>:<lane>, in the environment of a web process


class Versions:
    """A table in shared memory: from an account or a resource id to a transaction.

    Each process writes only to its own lane, so there is no lock and nothing is lost; readers take the highest of all
    lanes. The hash of a key chooses its slot. Where two keys share a slot, one waits for the other's transaction too.

    Arguments:
        shared: the value of the environment variable SHARED; without it the table belongs to this process alone.
    """

    SLOTS = 65536
    WORDS = 2  # the transaction; the moment it was over, in milliseconds of the monotonic clock
    LANE = SLOTS * WORDS * 8  # bytes

    def __init__(self, shared: str | None = None) -> None:
        if shared is None:
            self.memory = mmap.mmap(-1, self.LANE)
            own = 0
        else:
            handle, own = map(int, shared.split(":"))
            self.memory = mmap.mmap(handle, os.fstat(handle).st_size)
        self.words = memoryview(self.memory).cast("Q")
        self.lanes = range(0, len(self.words), self.SLOTS * self.WORDS)
        self.own = self.lanes[own]

    @classmethod
    def share(cls, processes: int) -> int:
        """A file descriptor of an unnamed file for that many processes."""
        with tempfile.TemporaryFile() as file:
            file.truncate(processes * cls.LANE)
            return os.dup(file.fileno())

    def note(self, keys: Iterable[str], xid: int, moment: float, covered: float) -> None:
        """Reads for these keys must see transaction `xid` until `moment` is covered.

        Arguments:
            moment, covered: seconds of the monotonic clock; `covered`: the standby shows everything before it.
        """
        for key in keys:
            place = self.own + self._slot(key)
            known, at = self.words[place], self.words[place + 1]
            # The moment first: a reader in between asks for too much rather than too little.
            self.words[place + 1] = max(at, int(moment * 1000) + 1)
            self.words[place] = max(xid, known) if at > covered * 1000 else xid

    def wanted(self, keys: Iterable[str], covered: float) -> int:
        """The highest transaction that reads for these keys must see; 0 for none."""
        wanted = 0
        words = self.words
        for key in keys:
            slot = self._slot(key)
            for lane in self.lanes:
                if (xid := words[lane + slot]) > wanted and words[lane + slot + 1] > covered * 1000:
                    wanted = xid
        return wanted

    def _slot(self, key: str) -> int:
        return zlib.crc32(key.encode("utf-8", "surrogatepass")) % self.SLOTS * self.WORDS
