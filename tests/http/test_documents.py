"""Documents that are made when they are first asked for."""

from __future__ import annotations

import asyncio
import threading

from api.http.documents import Document
from api.http.responses import RawResponse


async def test_a_document_is_made_once_and_not_before_it_is_asked_for() -> None:
    threads: list[int] = []

    def make() -> RawResponse:
        threads.append(threading.get_ident())
        return RawResponse(200, b"{}", [])

    document = Document(make)
    assert threads == []
    first, *others = await asyncio.gather(*(document.get() for _ in range(5)))
    assert all(each is first for each in others)
    assert await document.get() is first
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_a_client_that_goes_away_does_not_stop_it_for_the_others() -> None:
    begun, ended = threading.Event(), threading.Event()

    def make() -> RawResponse:
        begun.set()
        ended.wait(10)
        return RawResponse(200, b"{}", [])

    document = Document(make)
    gone = asyncio.create_task(document.get())
    other = asyncio.create_task(document.get())
    await asyncio.to_thread(begun.wait, 10)
    gone.cancel()
    ended.set()
    assert (await other).status_code == 200
