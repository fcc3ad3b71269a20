"""How many files a process receives and sends at a time, and how slowly: they take memory and disk that all share."""

from __future__ import annotations

from api.http.errors import Problem

MOST_TRANSFERS = 8  # files of a kind at a time, one for each account
MOST_FULL = 2  # uploads of the largest size that fit into memory together
SLOWEST = 64 * 1024  # bytes a second that a client has to send, or take, on average, after its first seconds
RETRY_AFTER = 5  # seconds


class Transfers:
    """The files of one kind that are on their way in this process.

    Arguments:
        memory: bytes that all of them may take.
    """

    def __init__(self, memory: int = 0) -> None:
        self.memory = memory
        self.accounts: set[str] = set()

    def start(self, account: str) -> Transfer:
        """A place for a file of an account. Raises Problem rate_limited when it has one, busy when there is none."""
        if account in self.accounts:
            raise Problem(
                "rate_limited",
                detail="Another file of this account is on its way. Send one after the other.",
                members={"retry_after": RETRY_AFTER},
            )
        if len(self.accounts) >= MOST_TRANSFERS:
            raise Problem("busy", members={"retry_after": RETRY_AFTER})
        self.accounts.add(account)
        return Transfer(self, account)


class Transfer:
    """One file. Its place is free again after close()."""

    def __init__(self, transfers: Transfers, account: str) -> None:
        self.transfers = transfers
        self.account = account
        self.size = 0

    def take(self, size: int) -> None:
        """Memory for so many bytes more. Raises Problem busy when there is none."""
        if size > self.transfers.memory:
            raise Problem("busy", members={"retry_after": RETRY_AFTER})
        self.transfers.memory -= size
        self.size += size

    def close(self) -> None:
        """Returns the place and the memory, once."""
        self.transfers.memory += self.size
        self.size = 0
        self.transfers.accounts.discard(self.account)
