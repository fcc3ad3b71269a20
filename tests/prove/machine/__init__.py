"""A Hypothesis state machine drives the whole shop over HTTP, against the model: each answer's status, code, amounts,
and after each step every order, payment, refund, purse and piece of stock.

The worker's part (what a gateway, a bank or time does) is done by rules, as the worker's own role, so that the model
knows when. Callbacks are signed and posted as the mock gateway's: twice, late, in any order, with wrong amounts.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from db.server.access import Access
from tests.prove.model import Refusal

from .buying import products
from .desk import buyers, some
from .gateway import AtGateway


class Machine(AtGateway):
    # --- parcels ---

    @precondition(lambda self: self.model.orders)
    @rule(n=some, step=st.sampled_from(["ship", "ship", "deliver"]))
    def send(self, n: int, step: str) -> None:
        order = self.pick(self.model.orders, n)
        wanted = self.model.attempt(self.model.ship if step == "ship" else self.model.deliver, order)
        self.compare(wanted, self.ask(self.support, "POST", f"/admin/orders/{self.real[order]}/{step}"))

    @precondition(lambda self: any(o.status in ("shipped", "delivered") for o in self.model.orders.values()))
    @rule(n=some, which=some, quantity=st.integers(1, 3))
    def send_back(self, n: int, which: int, quantity: int) -> None:
        out = {k: o for k, o in self.model.orders.items() if o.status in ("shipped", "delivered")}
        order = self.pick(out, n)
        seen = self.must(self.token(order), "GET", f"/orders/{self.real[order]}")
        item = seen["items"][which % len(seen["items"])]
        product = item["product_id"] or item["bundle_id"]
        wanted = self.model.attempt(self.model.announce_return, order, product, quantity)
        body = {"items": [{"order_item_id": item["id"], "quantity": quantity}], "reason": "too small"}
        said = self.compare(wanted, self.ask(self.token(order), "POST", f"/orders/{self.real[order]}/returns", body))
        if said:
            self.must(self.support, "POST", f"/returns/{said['id']}/approve")
            wanted = self.model.attempt(self.model.receive_return, order, product, quantity)
            self.compare(wanted, self.ask(self.support, "POST", f"/returns/{said['id']}/receive", {}))

    # --- wallet, credit, gift cards, stock, prices ---

    @rule(buyer=buyers, amount=st.sampled_from([999, 1000, 2500, 30_000]))
    def withdraw(self, buyer: int, amount: int) -> None:
        wanted = self.model.attempt(self.model.withdraw, buyer, amount)
        body = {"amount": amount, "currency": "USD"}
        if said := self.compare(wanted, self.ask(self.buyers[buyer], "POST", "/wallet/withdrawals", body)):
            self.withdrawals.append((said["id"], buyer, amount))

    @precondition(lambda self: self.withdrawals)
    @rule(sent=st.booleans())
    def withdrawal_ends(self, sent: bool) -> None:
        payout, buyer, amount = self.withdrawals.pop()
        for _ in range(2):
            if sent:
                self.caller.call("complete_payout", caller="worker", payout_id=payout, provider_reference=payout)
            else:
                self.caller.call("fail_payout", caller="worker", payout_id=payout, failure_code="no")
        self.model.end_withdrawal(buyer, amount, sent)

    @rule(
        buyer=buyers, amount=st.sampled_from([700, 5000, 50_000, 50_001]), deduct=st.sampled_from([False, False, True])
    )
    def change_credit(self, buyer: int, amount: int, deduct: bool) -> None:
        signed = -amount if deduct else amount
        wanted = self.model.attempt(self.model.change_credit, buyer, signed)
        body = {"account_id": self.accounts[buyer], "amount": amount, "currency": "USD", "reason": "sorry"}
        said = self.compare(
            wanted, self.ask(self.support, "POST", f"/credits/{'deductions' if deduct else 'grants'}", body)
        )
        if said:
            assert said["status"] == wanted
            if wanted == "pending":
                self.changes.append((said["id"], buyer, signed))

    @precondition(lambda self: self.changes)
    @rule(approve=st.booleans())
    def second_person(self, approve: bool) -> None:
        change, buyer, amount = self.changes[-1]
        body = {"decision": "approve" if approve else "reject"}
        if approve:
            own = Refusal(409, "approval_by_requester")
            funds = self.model.attempt(self.model.book_credit, buyer, amount)
            answer = self.ask(self.support, "POST", f"/credits/approvals/{change}", body)
            assert answer.status_code == own.status, answer.text
            assert answer.json()["code"] in (own.code, "insufficient_funds")
            said = self.compare(funds, self.ask(self.second, "POST", f"/credits/approvals/{change}", body))
            if said is None:
                return
        else:
            self.compare(None, self.ask(self.second, "POST", f"/credits/approvals/{change}", body))
        self.changes.pop()
        self.compare(
            Refusal(409, "credit_change_decided"), self.ask(self.second, "POST", f"/credits/approvals/{change}", body)
        )

    @rule(buyer=buyers, amount=st.integers(1, 3000))
    def gift_card(self, buyer: int, amount: int) -> None:
        if self.redemptions[buyer] > 6:  # ten tries a quarter of an hour
            return
        card = self.must(self.support, "POST", "/gift-cards", {"amount": amount, "currency": "USD"})
        self.redemptions[buyer] += 2
        for wanted in (None, Refusal(409, "gift_card_redeemed")):
            answer = self.ask(self.buyers[buyer], "POST", "/gift-cards/redeem", {"code": card["code"]})
            self.compare(wanted, answer)
        self.model.book_credit(buyer, amount)

    @rule(product=st.integers(0, 3), delta=st.integers(-4, 6).filter(bool))
    def adjust_stock(self, product: int, delta: int) -> None:
        name = self.catalogue[product]
        wanted = self.model.attempt(self.model.adjust_stock, name, delta)
        body = {"delta": delta, "reason": "counted"}
        self.compare(wanted, self.ask(self.merchant, "POST", f"/products/{name}/stock", body))

    @rule(product=products, change=st.integers(-3, 5))
    def change_price(self, product: int, change: int) -> None:
        name = self.catalogue[product]
        it = self.model.products[name]
        price = max(1, it.prices["USD"] + change)
        kind = "bundles" if it.parts else "products"
        self.must(self.merchant, "PUT", f"/{kind}/{name}/price", {"price": price, "currency": "USD"})
        it.prices["USD"] = price


def machine_of(access: Access, url: str) -> type[Machine]:
    """The machine of a shop at this address, which counts what it does."""
    return type("TheShop", (Machine,), {
        "access": access, "url": url, "methods": [], "done": Counter(), "answers": Counter(),
    })  # fmt: skip


def run(
    access: Access, url: str, examples: int, steps: int, number: int | None = None, *, shrink: bool = True
) -> Counter[str]:
    """So many shops, so many steps each; how often which code was foretold, `steps`, `requests`.

    Raises at a disagreement; with `shrink`, with as few steps as lead there.
    """
    machine = machine_of(access, url)
    given = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        database=None, print_blob=False, phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
    )  # fmt: skip
    if number is None:
        run_state_machine_as_test(machine, settings=given)
    else:
        run_state_machine_as_test(seed(number)(machine), settings=given)
    return machine.answers + machine.done
