"""Stripe's side: people at its page, banks that take their time, cardholders who dispute, staff who refund in the
dashboard, and the callbacks that tell of all this."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from tests.gateways.stripe_server import StripeServer, Thing
from tests.gateways.stripe_server.protocol import Refusal

from .clients import CONNECTIONS, Book, Client, code_of

EARLY = "payment_not_completed"  # a refund that arrives before its payment, which the shop takes later
SEND_AGAIN = 1.0  # seconds until such a callback is sent again
TAKES = 3.0  # seconds at most that a bank needs for what takes days or months in life


class Stripe:
    """Callbacks are sent until they are taken, often twice, in any order. `done` counts what happens without us."""

    def __init__(self, server: StripeServer, url: str, book: Book, chance: random.Random) -> None:
        self.server = server
        self.client = Client("stripe", url, book)
        self.chance = chance
        self.forgetful = 0.0  # how many callbacks are never sent
        self.sent: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self._under_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(CONNECTIONS)

    def people(self, session: str, act: Callable[[str], list[Thing]]) -> bool:
        """Does something in a session. Returns False if the session was closed in this moment: its order was cancelled
        or paid."""
        try:
            made = act(session)
        except ValueError:
            return False
        self.tell(made)
        return True

    def tell(self, events: list[Thing]) -> None:
        wanted = [event for event in events if self.chance.random() >= self.forgetful]
        self.sent["forgotten"] += len(events) - len(wanted)
        self.chance.shuffle(wanted)
        for event in wanted:
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                self.sent["callbacks"] += 1
                self._start(self._send(event, self.chance.uniform(0, 0.5)))

    async def end(self) -> None:
        """Waits until every bank has decided and every callback is taken."""
        while self._under_way:
            await asyncio.gather(*self._under_way)
        await self.client.close()

    # --- what happens without the shop ------------------------------------------------------------

    def pay_by_bank(self, session: str) -> None:
        """A debit, which the bank pays or refuses later."""
        if self.people(session, self.server.pay_by_bank):
            self._start(self._decide(session))

    def refund_by_hand(self, session: str) -> None:
        """Refunds a part in the dashboard, if the charge has anything left and is not disputed."""
        if (charge := self._charge(session)) is None:
            return
        part = self.chance.randint(1, max(1, charge["amount_captured"] // 3))
        with suppress(Refusal):
            self.tell(self.server.refund_by_hand(charge["payment_intent"], part))
            self.done["refunds by hand"] += 1

    def dispute(self, session: str) -> None:
        """Disputes what is left of a charge, or a part of it. An inquiry ends without a dispute."""
        if (charge := self._charge(session)) is None:
            return
        inquiry = self.chance.random() < 0.2
        status = "warning_needs_response" if inquiry else "needs_response"
        with suppress(ValueError):
            made = self.server.dispute_rest(charge["payment_intent"], self.chance.choice((0.3, 1.0)), status=status)
            self.done["inquiries" if inquiry else "disputes"] += 1
            self.tell(made)
            self._start(self._judge(made[0]["data"]["object"]["id"], inquiry=inquiry))

    async def _decide(self, session: str) -> None:
        await asyncio.sleep(self.chance.uniform(0.2, TAKES))
        pays = self.chance.random() < 0.8
        self.done["debits paid" if pays else "debits refused"] += 1
        self.tell((self.server.bank_pays if pays else self.server.bank_refuses)(session))

    async def _judge(self, dispute: str, *, inquiry: bool) -> None:
        """Some stay open; some that were lost are won later."""
        if not inquiry and self.chance.random() < 0.5:
            await asyncio.sleep(self.chance.uniform(0.1, TAKES / 2))
            self.tell(self.server.update_dispute(dispute, "under_review"))
        ways = (("warning_closed",),) if inquiry else (("won",), ("lost",), ("lost", "won"), ())
        for status in self.chance.choice(ways):
            await asyncio.sleep(self.chance.uniform(1, TAKES / 2))  # Stripe's times are in seconds
            self.done["inquiries closed" if inquiry else f"disputes {status}"] += 1
            self.tell(self.server.close_dispute(dispute, status))

    def _charge(self, session: str) -> Thing | None:
        """What was captured in a session; None where nothing was."""
        intent = self.server.sessions[session]["payment_intent"]
        charge = intent and self.server.intents[intent]["latest_charge"]
        found = self.server.charges[charge] if charge else None
        return found if found and found["captured"] else None

    # --- callbacks --------------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        """One that failed stays, so that end() raises its error."""
        if not task.cancelled() and task.exception() is None:
            self._under_way.discard(task)

    async def _send(self, event: Thing, after: float) -> None:
        await asyncio.sleep(after)
        while True:
            async with self._places:
                headers, body = self.server.signed(event)
                answer, _ = await self.client.definite(
                    "POST", "/webhooks/stripe", early=EARLY, content=body, headers=headers
                )
            if code_of(answer) != EARLY:
                return
            self.sent["sent again"] += 1
            await asyncio.sleep(SEND_AGAIN)  # its place is free for the callback that it waits for
