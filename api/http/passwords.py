"""Hashing passwords in threads.

A password never reaches the database. It is hashed to 32 bytes first (bcrypt reads 72 bytes and stops at a NUL), then
with bcrypt; the database gets the bcrypt string and keeps only its SHA-256.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import bcrypt

from api.http.errors import Problem

COST = 12
THREADS = 4
MOST_WAITING = 64  # a quarter of a second each; more would wait longer than a client does
RETRY_AFTER = 5  # seconds


class PasswordHasher:
    """Hashes passwords in a few threads, never in the event loop."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bcrypt")
        self.waiting = 0

    async def hash(self, password: str, salt: str | None = None) -> str:
        """The bcrypt string, 60 characters, with a new salt unless one is given.

        Raises Problem busy when too many wait.
        """
        if self.waiting >= MOST_WAITING:
            raise Problem("busy", members={"retry_after": RETRY_AFTER})
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, _bcrypt, password, salt)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Ends the threads."""
        self.threads.shutdown(wait=False, cancel_futures=True)


def _bcrypt(password: str, salt: str | None) -> str:
    digest = b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())
    try:
        return bcrypt.hashpw(digest, salt.encode() if salt else bcrypt.gensalt(COST)).decode()
    except ValueError:  # an account without a password has no such salt: a new one matches nothing
        return bcrypt.hashpw(digest, bcrypt.gensalt(COST)).decode()
