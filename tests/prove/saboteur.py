"""The faults: processes, connections, the gateway, the disk."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import asyncpg
import psutil

from tests.gateways.stripe_server import Kind, StripeServer

from .disk import full
from .gateway import Stripe
from .stand import Stand, Wire

TROUBLES: tuple[Kind, ...] = (
    "lost_request", "lost_answer", "error", "rate_limit", "lock_timeout", "key_in_use", "garbage"
)  # fmt: skip


class Saboteur:
    """Each fault is a method: it returns when the fault is over, and what comes after is recovery."""

    def __init__(
        self, stand: Stand, database: Wire, web: Wire, stripe: StripeServer, callbacks: Stripe, chance: random.Random
    ) -> None:
        self.stand = stand
        self.database = database
        self.web = web
        self.stripe = stripe
        self.callbacks = callbacks
        self.chance = chance

    def _kill(self, found: Sequence[psutil.Process], number: signal.Signals = signal.SIGKILL) -> None:
        for process in found:
            with suppress(psutil.Error):
                process.send_signal(number)

    def _one(self, found: Sequence[psutil.Process]) -> list[psutil.Process]:
        return [self.chance.choice(found)] if found else []

    async def _stop(self, found: Sequence[psutil.Process], low: float = 1.0, high: float = 5.0) -> None:
        self._kill(found, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(low, high))
        self._kill(found, signal.SIGCONT)

    # --- processes

    async def kill_a_web_process(self) -> None:
        self._kill(self._one(self.stand.web()))

    async def kill_all_web_processes(self) -> None:
        self._kill(self.stand.web())

    async def kill_the_worker(self) -> None:
        self._kill(self.stand.worker())

    async def kill_a_backend(self) -> None:
        self._kill(self._one(self.stand.sessions()))

    async def kill_the_checkpointer(self) -> None:
        self._kill(self.stand.backends("checkpointer"))

    async def kill_the_postmaster(self) -> None:
        self._kill(self.stand.postmaster())

    async def kill_the_supervisor(self) -> None:
        """Everything goes down with it; the harness starts it again, as systemd would."""
        if self.stand.process is not None:
            self.stand.process.kill()
            await asyncio.to_thread(self.stand.process.wait)

    async def shut_the_server_down_hard(self) -> None:
        self._kill(self.stand.postmaster(), signal.SIGQUIT)

    async def stop_a_web_process(self) -> None:
        await self._stop(self._one(self.stand.web()))

    async def stop_the_worker(self) -> None:
        await self._stop(self.stand.worker())

    async def stop_a_backend(self) -> None:
        await self._stop(self._one(self.stand.sessions()))

    async def stop_many_backends(self) -> None:
        found = self.stand.sessions()
        await self._stop(self.chance.sample(found, len(found) // 2), 2, 7)

    async def stop_the_checkpointer(self) -> None:
        await self._stop(self.stand.backends("checkpointer"))

    async def stop_the_walwriter(self) -> None:
        await self._stop(self.stand.backends("walwriter"))

    async def stop_the_postmaster(self) -> None:
        await self._stop(self.stand.postmaster())

    async def stop_the_supervisor(self) -> None:
        if self.stand.process is not None:
            supervisor = psutil.Process(self.stand.process.pid)
            self._kill([supervisor], signal.SIGSTOP)
            self._kill(self._one(self.stand.web()))
            await asyncio.sleep(self.chance.uniform(0.5, 2))
            self._kill([supervisor], signal.SIGCONT)

    async def terminate_backends(self) -> None:
        """An administrator's storm."""
        for _ in range(self.chance.randint(3, 8)):
            with suppress(asyncpg.PostgresError, OSError):
                async with self.stand.admin() as admin:
                    await admin.fetch(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE usename LIKE 'web\\_%' AND random() < 0.6"
                    )
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))

    async def lock_tables(self) -> None:
        """Somebody alters a table at noon: longer than lock_timeout."""
        with suppress(asyncpg.PostgresError, OSError):
            async with self.stand.admin() as admin, admin.transaction():
                await admin.execute("LOCK TABLE sales.orders, payments.payments IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(self.chance.uniform(2, 7))

    # --- connections

    async def cut_the_database(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            self.database.cut()
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))

    async def lose_answers_of_the_database(self) -> None:
        self.database.answers_to_lose = self.chance.randint(3, 12)
        await asyncio.sleep(self.chance.uniform(0.5, 1.5))
        self.database.calm()

    async def half_close_the_database(self) -> None:
        self.database.half_close(asker=self.chance.random() < 0.5)

    async def lose_connections_to_the_database(self) -> None:
        """No end, no answer, for ever: what a firewall that was restarted does."""
        self.database.lose_connections()

    async def hold_the_database(self) -> None:
        self.database.flowing.clear()
        await asyncio.sleep(self.chance.uniform(1, 6))
        self.database.calm()

    async def slow_the_database(self) -> None:
        self.database.delay = self.chance.uniform(0.05, 0.4)
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.database.calm()

    async def cut_the_clients(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            self.web.cut()
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))

    async def lose_answers_of_the_web(self) -> None:
        self.web.answers_to_lose = self.chance.randint(5, 20)
        await asyncio.sleep(self.chance.uniform(0.5, 1.5))
        self.web.calm()

    async def half_close_the_clients(self) -> None:
        self.web.half_close(asker=self.chance.random() < 0.5)

    async def hold_the_clients(self) -> None:
        self.web.flowing.clear()
        await asyncio.sleep(self.chance.uniform(1, 4))
        self.web.calm()

    # --- the gateway

    async def gateway_fails(self) -> None:
        for _ in range(self.chance.randint(5, 20)):
            self.stripe.trouble(self.chance.choice(TROUBLES))
        await asyncio.sleep(self.chance.uniform(1, 3))
        self.stripe.calm()

    async def gateway_is_slow(self) -> None:
        self.stripe.trouble("delay", times=99, seconds=self.chance.uniform(1, 9))
        await asyncio.sleep(self.chance.uniform(2, 5))
        self.stripe.calm()

    async def gateway_loses_answers(self) -> None:
        self.stripe.trouble("lost_answer", times=30, on=self.chance.choice(("POST", "refunds", "sessions")))
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.stripe.calm()

    async def gateway_forgets_callbacks(self) -> None:
        self.callbacks.forgetful = 0.7
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.callbacks.forgetful = 0.0

    async def gateway_repeats_everything(self) -> None:
        """All that was ever said, again and out of order."""
        events = list(self.stripe.events)
        self.callbacks.tell(self.chance.sample(events, min(len(events), 150)))

    # --- the disk

    async def fill_the_disk(self) -> None:
        with full(self.stand.data):
            await asyncio.sleep(self.chance.uniform(2, 6))

    async def fill_the_disk_and_the_log(self) -> None:
        """The write-ahead log needs a new file and gets none: the server panics, and its recovery needs room, too."""
        with full(self.stand.data):
            for _ in range(8):
                with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                    async with self.stand.admin() as admin:
                        await admin.execute("SELECT pg_logical_emit_message(false, 'prove', 'x'), pg_switch_wal()")
                await asyncio.sleep(0.1)
            await asyncio.sleep(self.chance.uniform(1, 4))

    async def kill_the_postmaster_on_a_full_disk(self) -> None:
        with full(self.stand.data):
            await asyncio.sleep(0.5)
            self._kill(self.stand.postmaster())
            await asyncio.sleep(self.chance.uniform(2, 5))

    def all(self, *, disk: bool) -> dict[str, Callable[[], Awaitable[None]]]:
        names = [
            "kill_a_web_process", "kill_the_worker", "kill_a_backend", "kill_the_postmaster", "stop_a_backend",
            "cut_the_database", "lose_answers_of_the_database", "gateway_fails", "lose_connections_to_the_database",
            "terminate_backends", "stop_a_web_process", "lose_answers_of_the_web", "gateway_loses_answers",
            "gateway_forgets_callbacks", "stop_the_worker", "hold_the_database", "kill_all_web_processes",
            "gateway_is_slow", "half_close_the_database", "cut_the_clients", "kill_the_checkpointer", "lock_tables",
            "stop_the_checkpointer", "gateway_repeats_everything", "stop_many_backends", "slow_the_database",
            "hold_the_clients", "half_close_the_clients", "stop_the_postmaster", "stop_the_walwriter",
            "shut_the_server_down_hard", "stop_the_supervisor", "kill_the_supervisor",
        ]  # fmt: skip
        if disk:
            names = ["fill_the_disk", "fill_the_disk_and_the_log", "kill_the_postmaster_on_a_full_disk"]
        return {name: getattr(self, name) for name in names}
