"""Outgoing webhooks: deliveries of events to the endpoints that customers registered, after standardwebhooks.com.

The database keeps the deliveries, signs them, and decides when one is tried again; this module makes the attempts.
Redirects are not followed, and no more than the beginning of an answer is read.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpcore

from api.http.outbound import CheckedBackend, Guard, Resolve, TargetRefused
from api.log import write_log
from api.settings import Settings
from api.worker.jobs.protocol import Call

TIMEOUT = 10.0  # seconds for an attempt, from the look-up of the name to the answer's head
READ_AT_MOST = 64 * 1024  # bytes of an answer's body
KEEP = 200  # characters of it that are kept
AT_ONCE = 64  # attempts that a worker makes side by side
OF_ONE = 4  # of them to one endpoint; a failing one gets one at a time from the database
POLL_SECONDS = 1.0  # between looks at the log and at what is due


class Courier:
    """Turns the log of events into deliveries, and makes their attempts."""

    def __init__(
        self, call: Call, settings: Settings, resolve: Resolve | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.call = call
        self.guard = Guard(settings, resolve)
        self.sending: dict[asyncio.Task[None], str] = {}
        self.pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=AT_ONCE,
            max_keepalive_connections=0,  # a connection is checked when it is made, so each delivery makes its own
            network_backend=CheckedBackend(self.guard),
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set and the attempts that were begun have ended, or until the database fails."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                more = await self.call("fan_out_events") >= 500
                if room := min(AT_ONCE - len(self.sending), 100):
                    more = await self._claim(room) > 0 or more
                if not more:
                    await asyncio.wait({stop, *self.sending}, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
            while self.sending:
                await asyncio.wait(self.sending)
                self._collect()
        finally:
            stop.cancel()
            for task in self.sending:
                task.cancel()
            await asyncio.gather(*self.sending, return_exceptions=True)
            await self.pool.aclose()

    async def _claim(self, room: int) -> int:
        busy = [name for name, count in Counter(self.sending.values()).items() if count >= OF_ONE]
        claimed = await self.call("claim_deliveries", busy=busy, limit=room)
        for delivery in claimed:
            self.sending[asyncio.create_task(self.deliver(delivery))] = delivery["endpoint_id"]
        return len(claimed)

    def _collect(self) -> None:
        for task in [task for task in self.sending if task.done()]:
            del self.sending[task]
            task.result()

    async def deliver(self, delivery: dict[str, Any]) -> None:
        """Make one attempt and record it. After a crash between the two it is made again, with the same id."""
        started = time.monotonic()
        attempt = Attempt()
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._send(delivery, attempt)
        except TargetRefused as refusal:
            attempt.error = str(refusal)
        except TimeoutError:
            attempt.error = "timeout"
        except (httpcore.ConnectTimeout, httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout):
            attempt.error = "timeout"
        except httpcore.ConnectError as error:
            attempt.error = "tls_failed" if _is_of_tls(error) else "connection_failed"
        except (httpcore.NetworkError, OSError):
            attempt.error = "connection_lost"
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
            attempt.error = "answer_malformed"
        milliseconds = round((time.monotonic() - started) * 1000)
        # A status counts even where the rest of the answer was lost.
        reason = None if attempt.taken else attempt.error if attempt.status is None else "status_refused"
        status = await self.call(
            "record_delivery_attempt",
            delivery_id=delivery["id"],
            status_code=attempt.status,
            duration_ms=milliseconds,
            error=reason,
            answer=attempt.beginning(),
        )
        line = {"delivery": delivery["id"], "event": delivery["event_id"], "status": status, "ms": milliseconds}
        write_log(line | ({"error": reason} if reason else {}))

    async def _send(self, delivery: dict[str, Any], attempt: Attempt) -> None:
        scheme, host, port = self.guard.check_url(delivery["url"])
        parts = urlsplit(delivery["url"])
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = delivery["body"].encode()
        name = f"[{host}]" if ":" in host else host
        url = httpcore.URL(scheme=scheme.encode(), host=host.encode(), port=port, target=target.encode())
        headers: Sequence[tuple[bytes, bytes]] = [
            (b"host", (name if parts.port is None else f"{name}:{port}").encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"storeproc-webhooks/1"),
            (b"webhook-id", delivery["event_id"].encode()),
            (b"webhook-timestamp", str(delivery["sent_at"]).encode()),
            (b"webhook-signature", delivery["signature"].encode()),
        ]
        async with self.pool.stream("POST", url, headers=headers, content=body) as response:
            attempt.status = response.status
            async for part in response.aiter_stream():
                attempt.body += part[: READ_AT_MOST - len(attempt.body)]
                if len(attempt.body) >= READ_AT_MOST:
                    break


def _is_of_tls(error: BaseException | None) -> bool:
    """Whether an error of TLS is the cause; libraries wrap it in their own errors."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


class Attempt:
    def __init__(self) -> None:
        self.status: int | None = None
        self.error: str | None = None
        self.body = b""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299

    def beginning(self) -> str | None:
        """The first printable characters of the answer, which explain a refusal."""
        text = self.body[: KEEP * 4].decode(errors="replace")
        return "".join(c for c in text if c.isprintable())[:KEEP] or None
