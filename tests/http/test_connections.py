"""Slow and large requests, and many connections: what the web tier itself limits (lines 3 of issue 14)."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress

import pytest

from tests.support.web import Client, WebServer

SERVER_ENVIRONMENT = {"REQUEST_TIMEOUT": "2", "MAX_CONNECTIONS": "40", "RATE_LIMIT": "0"}
GET = b"GET /v1/products HTTP/1.1\r\nHost: shop.example\r\n"


async def connect(server: WebServer, address: str | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from an address of this machine; all but 127.0.0.1 count as other machines."""
    origin = (address, 0) if address else None
    return await asyncio.open_connection("127.0.0.1", server.port, local_addr=origin)


async def answer(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes."""
    with suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), 30)
    return b""


async def trickle(writer: asyncio.StreamWriter, piece: bytes, pause: float) -> None:
    with suppress(OSError):
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)


async def closes_after(server: WebServer, first: bytes, piece: bytes, pause: float) -> tuple[float, bytes]:
    """Seconds until the server ends a connection over which `piece` comes again and again, and its last answer."""
    reader, writer = await connect(server)
    begin = time.monotonic()
    writer.write(first)
    sending = asyncio.create_task(trickle(writer, piece, pause))
    try:
        said = await answer(reader)
        return time.monotonic() - begin, said
    finally:
        sending.cancel()
        writer.close()


async def test_a_head_has_ten_seconds_and_a_body_the_time_of_a_request(server: WebServer) -> None:
    post = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n"
    nobody, head, later, body, lines = await asyncio.gather(
        closes_after(server, b"", b"", 0.5),
        closes_after(server, GET, b"X-A: b\r\n", 0.5),
        closes_after(server, GET + b"\r\n", b"G", 30),
        closes_after(server, post + b"\r\n", b"x", 0.5),
        closes_after(server, GET + b"\r\n", b"\r\n", 0.5),
    )
    for seconds, said in (nobody, head):
        assert said.startswith(b"HTTP/1.1 408")
        assert 9 < seconds < 14
    for seconds, said in (later, lines):
        assert said.startswith(b"HTTP/1.1 200")
        assert seconds < 14
    assert body[1].startswith(b"HTTP/1.1 504")
    assert body[0] < 8


async def test_a_head_has_at_most_32_kib(server: WebServer) -> None:
    async def ask(head: bytes) -> bytes:
        reader, writer = await connect(server)
        writer.write(head)
        try:
            return await asyncio.wait_for(reader.readline(), 10)
        finally:
            writer.close()

    large = b"X-Large: " + b"a" * 33_000 + b"\r\n"
    assert (await ask(GET + large + b"\r\n")).startswith(b"HTTP/1.1 431")
    assert (await ask(GET + large)).startswith(b"HTTP/1.1 431")  # whatever else would come
    assert (await ask(GET + b"X-A: b\r\n" * 5000 + b"\r\n")).startswith(b"HTTP/1.1 431")
    assert (await ask(b"GET /v1/products?q=" + b"a" * 33_000 + b" HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 431")
    assert (await ask(GET + b"X-Fits: " + b"a" * 30_000 + b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_a_large_body_after_a_small_head_is_no_large_head(server: WebServer) -> None:
    reader, writer = await connect(server)
    body = b'{"email": "' + b"a" * 50_000 + b'", "password": "x"}'
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % len(body) + body)
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 422")
    writer.close()


async def test_one_network_has_a_tenth_of_the_connections(server: WebServer, client: Client) -> None:
    held = [await connect(server, "127.0.0.7") for _ in range(4)]
    reader, writer = await connect(server, "127.0.0.7")
    assert (await answer(reader)).startswith(b"HTTP/1.1 429")
    writer.close()
    neighbour = await connect(server, "127.0.0.8")
    neighbour[1].write(GET + b"\r\n")
    assert (await neighbour[0].readline()).startswith(b"HTTP/1.1 200")
    assert (await client.get("/products")).status_code == 200
    # A place is free again when its connection ends.
    held.pop()[1].close()
    await asyncio.sleep(0)
    for _ in range(100):
        reader, writer = await connect(server, "127.0.0.7")
        writer.write(GET + b"Connection: close\r\n\r\n")
        if (said := await answer(reader)).startswith(b"HTTP/1.1 200"):
            break
        writer.close()
    assert said.startswith(b"HTTP/1.1 200")
    for _, each in [*held, neighbour]:
        each.close()


async def test_a_process_accepts_only_so_many_connections(server: WebServer) -> None:
    held = []
    refused = b""
    for _ in range(60):
        reader, writer = await connect(server)
        writer.write(GET + b"\r\n")
        held.append(writer)
        said = await asyncio.wait_for(reader.readline(), 10)
        if not said.startswith(b"HTTP/1.1 200"):
            refused = said
            break
    assert refused.startswith(b"HTTP/1.1 503")
    assert len(held) > 20
    for writer in held:
        writer.close()


async def test_a_head_in_two_parts_after_a_large_body_is_no_large_head(server: WebServer) -> None:
    reader, writer = await connect(server)
    body = b'{"email": "' + b"a" * 50_000 + b'", "password": "x"}'
    writer.write(
        b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).startswith(b"HTTP/1.1 100")  # it has the head
    writer.write(body)
    said = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    assert said.startswith(b"HTTP/1.1 422")
    (size,) = re.findall(rb"content-length: (\d+)", said)
    await reader.readexactly(int(size))
    writer.write(GET)
    await writer.drain()
    with pytest.raises(TimeoutError):  # the server waits for the rest
        await asyncio.wait_for(reader.read(1), 0.3)
    writer.write(b"Connection: close\r\n\r\n")
    assert (await answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_the_rest_of_a_body_after_its_response_gets_no_second_one(server: WebServer) -> None:
    """A client would take it for the answer to its next request."""
    reader, writer = await connect(server)
    body = b"x" * 200_000
    writer.write(b"POST /v1/nothing HTTP/1.1\r\nHost: shop.example\r\nContent-Length: %d\r\n\r\n" % len(body))
    said = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    assert said.startswith(b"HTTP/1.1 404")
    (size,) = re.findall(rb"content-length: (\d+)", said)
    await reader.readexactly(int(size))
    for begin in range(0, len(body), 10_000):
        writer.write(body[begin : begin + 10_000])
        await writer.drain()
    writer.write(GET + b"Connection: close\r\n\r\n")
    assert (await answer(reader)).startswith(b"HTTP/1.1 200")
    writer.close()
