"""The transaction that a request wrote, noted by whatever statement wrote it."""

from __future__ import annotations

from contextvars import ContextVar, Token

NEVER = 2**63 - 1  # higher than any transaction id: only the primary can answer


class Written:
    """The highest transaction id of one request."""

    __slots__ = ("xid",)

    def __init__(self) -> None:
        self.xid = 0


_written: ContextVar[Written | None] = ContextVar("written", default=None)


def note_transaction(xid: int | None) -> None:
    """Notes what a writing statement returned beside its result.

    None: the statement wrote nothing, so it may depend on what other transactions wrote.
    """
    if (written := _written.get()) is not None:
        written.xid = NEVER if xid is None else max(written.xid, xid)


def begin() -> tuple[Written, Token[Written | None]]:
    """Begins to note for the current request."""
    written = Written()
    return written, _written.set(written)


def end(token: Token[Written | None]) -> None:
    """Ends what begin() began."""
    _written.reset(token)
