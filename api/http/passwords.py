"""Hashing passwords in threads.

A password never reaches the database. It is hashed to 32 bytes first (bcrypt reads 72 bytes and stops at a NUL), then
with bcrypt; the database gets the bcrypt string and keeps only its SHA-256.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections import Counter, OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import bcrypt

from api.http.client_network import LOCAL, client_network
from api.http.errors import Problem

COST = 12
THREADS = 4
MOST_WAITING = 64  # a quarter of a second each; more would wait longer than a client does
AT_ONCE = THREADS // 2  # threads that one client network may use, so that others find one free
MOST_OF_ONE = 16  # hashes that one client network may wait for; clients on this machine are exempt
RETRY_AFTER = 5  # seconds
NOT_HASHED = "not a bcrypt string"  # in place of a hash that would be wasted; the database refuses to store it


@dataclass(eq=False, slots=True)
class _Job:
    password: str
    salt: str | None
    network: str
    done: asyncio.Future[str]


class PasswordHasher:
    """Hashes passwords in a few threads, never in the event loop, and in turns of the client networks.

    Whatever a password is hashed for (log-in, sign-up, reset, change), each free thread takes the next network's oldest
    job, and a network has half of the threads at most. So a client that sends many waits for its own; another one waits
    for a single hash of each network before it.
    When the queue is full, the network with the most jobs gives up its last one.
    """

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="bcrypt")
        self.running: Counter[str] = Counter()  # by network
        self.waiting = 0
        self.queues: OrderedDict[str, deque[_Job]] = OrderedDict()  # by network; the first one is next

    async def hash(self, password: str, salt: str | None = None, *, client: str) -> str:
        """The bcrypt string, 60 characters, with a new salt unless one is given.

        Arguments:
            client: the client's address.

        Raises Problem rate_limited when this client waits for too many, busy when all together do.
        """
        network = client_network(client)
        self._make_room(network)
        job = _Job(password, salt, network, asyncio.get_running_loop().create_future())
        self.queues.setdefault(network, deque()).append(job)
        self.waiting += 1
        self._start()
        try:
            return await job.done
        except asyncio.CancelledError:
            self._leave(job)
            raise

    def close(self) -> None:
        """Ends the threads."""
        self.queues.clear()
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _make_room(self, network: str) -> None:
        """For one more job of the network. Raises Problem."""
        own = len(self.queues.get(network, ()))
        if network not in LOCAL and own >= MOST_OF_ONE:
            raise Problem("rate_limited", members={"retry_after": RETRY_AFTER})
        if self.waiting < MOST_WAITING:
            return
        longest = max(self.queues.values(), key=len)
        if len(longest) <= own + 1:
            raise Problem("busy", members={"retry_after": RETRY_AFTER})
        dropped = longest[-1]
        self._leave(dropped)
        dropped.done.set_exception(Problem("busy", members={"retry_after": RETRY_AFTER}))

    def _leave(self, job: _Job) -> None:
        """Takes a job out of its queue, unless a thread has it already."""
        queue = self.queues.get(job.network, deque())
        if job in queue:
            queue.remove(job)
            self.waiting -= 1
        if not queue:
            self.queues.pop(job.network, None)

    def _start(self) -> None:
        """Gives each free thread a job."""
        while self.running.total() < THREADS and (network := self._next()) is not None:
            queue = self.queues[network]
            job = queue.popleft()
            self.waiting -= 1
            if queue:
                self.queues.move_to_end(network)
            else:
                del self.queues[network]
            self.running[network] += 1
            work = asyncio.get_running_loop().run_in_executor(self.threads, _bcrypt, job.password, job.salt)
            work.add_done_callback(partial(self._finish, job))

    def _next(self) -> str | None:
        """The first network that may have another thread."""
        for network in self.queues:
            if self.running[network] < AT_ONCE or network in LOCAL:
                return network
        return None

    def _finish(self, job: _Job, work: asyncio.Future[str]) -> None:
        self.running[job.network] -= 1
        if not self.running[job.network]:
            del self.running[job.network]
        if not job.done.done():
            if work.cancelled():
                job.done.cancel()
            elif error := work.exception():
                job.done.set_exception(error)
            else:
                job.done.set_result(work.result())
        self._start()


def _bcrypt(password: str, salt: str | None) -> str:
    digest = b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())
    try:
        return bcrypt.hashpw(digest, salt.encode() if salt else bcrypt.gensalt(COST)).decode()
    except ValueError:  # an account without a password has no such salt: a new one matches nothing
        return bcrypt.hashpw(digest, bcrypt.gensalt(COST)).decode()
