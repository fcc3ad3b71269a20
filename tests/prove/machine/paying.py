"""What customers, gateways and time do with payments and refunds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.prove.model import Payment, Refund

from .buying import Buying
from .desk import buyers, some


class Paying(Buying):
    @precondition(lambda self: self.model.orders)
    @rule(n=some, provider=st.sampled_from(["mock", "mock", "wallet", "credit"]), part=st.none() | st.integers(1, 130))
    def begin_payment(self, n: int, provider: str, part: int | None) -> None:
        order = self.pick(self.model.orders, n)
        amount = None if part is None else max(1, self.model.orders[order].total * part // 100)
        wanted = self.model.attempt(self.model.begin_payment, order, provider, amount)
        body = {"provider": provider} | ({} if amount is None else {"amount": amount})
        said = self.compare(wanted, self.ask(self.token(order), "POST", f"/orders/{self.real[order]}/payments", body))
        if said:
            self.real[wanted.id] = said["payment"]["id"]
            assert said["payment"]["amount"] == wanted.amount

    @rule(buyer=buyers, amount=st.sampled_from([99, 100, 2500, 40_000]))
    def deposit(self, buyer: int, amount: int) -> None:
        wanted = self.model.attempt(self.model.begin_deposit, buyer, amount)
        body = {"amount": amount, "currency": "USD", "provider": "mock"}
        if said := self.compare(wanted, self.ask(self.buyers[buyer], "POST", "/wallet/deposits", body)):
            self.real[wanted.id] = said["payment"]["id"]

    def at_gateway(self) -> dict[str, Payment]:
        return {name: payment for name, payment in self.model.payments.items() if payment.provider == "mock"}

    @precondition(lambda self: self.at_gateway())
    @rule(n=some, kind=st.sampled_from(["completed", "completed", "completed", "processing", "failed", "expired"]),
          repeats=st.integers(1, 3),
          other=st.booleans())  # fmt: skip
    def gateway_says(self, n: int, kind: str, repeats: int, other: bool) -> None:
        """Repeated as the same event, or as one that says the same."""
        name = self.pick(self.at_gateway(), n)
        payment = self.model.payments[name]
        amount, currency = payment.amount, payment.currency
        for repeat in range(repeats):
            self.callback(name, kind, amount, currency, f"{name}:{kind}:{repeat if other else 0}:{self.real[name]}")
        if kind == "completed":
            self.take(name, amount, currency)
        elif kind == "processing":
            self.model.process(name)
        else:
            self.model.fail(name, kind)

    @precondition(lambda self: self.at_gateway())
    @rule(n=some, change=st.sampled_from([-1, 1, 500]), currency=st.sampled_from(["USD", "EUR"]))
    def gateway_took_another_sum(self, n: int, change: int, currency: str) -> None:
        name = self.pick(self.at_gateway(), n)
        if self.books.of(self.real[name], "captured"):
            return
        amount = max(1, self.model.payments[name].amount + change)
        self.events += 1
        self.callback(name, "completed", amount, currency, f"wrong:{self.events}:{self.real[name]}")
        self.take(name, amount, currency)

    @precondition(lambda self: self.at_gateway())
    @rule(n=some, outcome=st.sampled_from(["pay", "process"]))
    def click_at_the_hosted_page(self, n: int, outcome: str) -> None:
        """The person clicks, whatever has become of the attempt since; `process`: a bank takes its time."""
        name = self.pick(self.at_gateway(), n)
        payment = self.model.payments[name]
        page = self.must(self.buyers[payment.buyer], "GET", f"/payments/{self.real[name]}")["checkout_url"]
        if page is not None:
            assert self.http.post(page, data={"outcome": outcome}).status_code in (302, 303)
            if outcome == "pay":
                self.take(name, payment.amount, payment.currency)
            else:
                self.model.process(name)

    @precondition(lambda self: self.model.payments)
    @rule(n=some)
    def cancel_payment(self, n: int) -> None:
        name = self.pick(self.model.payments, n)
        wanted = self.model.attempt(self.model.cancel_payment, name)
        token = self.buyers[self.model.payments[name].buyer]
        self.compare(wanted, self.ask(token, "POST", f"/payments/{self.real[name]}/cancel"))

    @precondition(lambda self: self.model.orders)
    @rule(n=some)
    def time_passes(self, n: int) -> None:
        order = self.pick(self.model.orders, n)
        self.caller.connection("admin_sql").execute(
            "UPDATE sales.orders SET expires_at = now() - interval '1 second' WHERE id = %s AND status = 'pending'",
            [self.real[order]],
        )
        self.caller.call("expire_orders", caller="worker")
        self.model.expire(order)

    # --- money back ---

    @precondition(lambda self: self.model.payments)
    @rule(n=some, part=st.none() | st.integers(1, 110), restock=st.sampled_from([False, False, True]))
    def refund_amount(self, n: int, part: int | None, restock: bool) -> None:
        name = self.pick(self.model.payments, n)
        amount = None if part is None else max(1, self.model.payments[name].captured * part // 100)
        body: dict[str, Any] = {"reason": "broken", "restock": restock} | ({} if amount is None else {"amount": amount})
        self.refund(name, body, amount=amount, restock=restock)

    @precondition(lambda self: any(p.order for p in self.model.payments.values()))
    @rule(n=some, which=some, quantity=st.integers(1, 3), restock=st.booleans())
    def refund_pieces(self, n: int, which: int, quantity: int, restock: bool) -> None:
        name = self.pick({k: p for k, p in self.model.payments.items() if p.order}, n)
        order = self.model.orders[self.model.payments[name].order or ""]
        # What has left and goes back into stock is a return.
        restock = restock and order.status not in ("shipped", "delivered")
        seen = self.must(self.buyers[order.buyer], "GET", f"/orders/{self.real[order.id]}")
        item = seen["items"][which % len(seen["items"])]
        body = {"reason": "broken", "items": [{"order_item_id": item["id"], "quantity": quantity}], "restock": restock}
        self.refund(name, body, items=[(item["product_id"] or item["bundle_id"], quantity)], restock=restock)

    def refund(self, name: str, body: Any, **given: Any) -> None:
        order = self.model.orders.get(self.model.payments[name].order or "")
        if given["restock"] and order is not None and order.status in ("shipped", "delivered"):
            given["restock"] = body["restock"] = False
        wanted = self.model.attempt(self.model.refund, name, **given)
        said = self.compare(wanted, self.ask(self.support, "POST", f"/payments/{self.real[name]}/refunds", body))
        if said:
            assert said["amount"] == wanted.amount

    @precondition(lambda self: self.model.refunds)
    @rule(n=some, how=st.sampled_from(["complete", "complete", "fail", "bounce"]))
    def refund_ends(self, n: int, how: str) -> None:
        """Those that the worker sends; what the gateway reports of others is in gateway.py."""
        mine = {
            k: r
            for k, r in self.model.refunds.items()
            if self.model.payments[r.payment].provider == "mock" and r.reference in (None, f"re_{self.real[k]}")
        }
        if not mine:
            return
        name = self.pick(mine, n)
        refund: Refund = self.model.refunds[name]
        real = self.real[name]
        if how == "complete" and refund.amount > self.left_there(refund.payment):
            how = "fail"  # it was given back in the dashboard, or withdrawn
        if how == "complete":
            self.caller.call("complete_refund", caller="worker", refund_id=real, provider_reference=f"re_{real}")
            if refund.status == "pending":
                self.books.enter(self.real[refund.payment], "refunded", -refund.amount, self.currency_of(refund),
                                 case_reference=f"re_{real}", refund_id=real, status="completed")  # fmt: skip
            self.model.finish_refund(name, f"re_{real}")
        elif how == "fail":
            self.caller.call("fail_refund", caller="worker", refund_id=real, failure_code="no")
            self.model.fail_refund(name)
        elif refund.status == "completed" and not self.untold(refund.payment):
            payment = self.model.payments[refund.payment]
            if payment.order is None and refund.from_order and self.model.credited(refund.retry_of):
                return
            self.caller.call(
                "receive_gateway_event", caller="gateway", provider="mock", event_id=f"bounce:{real}",
                kind="refund_failed", payment_id=self.real[refund.payment], refund_id=real, payload={},
            )  # fmt: skip
            if not refund.settled:
                self.books.enter(self.real[refund.payment], "refunded", refund.amount, self.currency_of(refund),
                                 case_reference=f"re_{real}", refund_id=real, status="failed")  # fmt: skip
            self.model.fail_refund(name, bounced=True)

    @precondition(lambda self: self.model.refunds)
    @rule(n=some)
    def retry_refund(self, n: int) -> None:
        failed = {k: r for k, r in self.model.refunds.items() if r.status == "failed"} or self.model.refunds
        name = self.pick(failed, n)
        wanted = self.model.attempt(self.model.retry_refund, name)
        self.compare(wanted, self.ask(self.support, "POST", f"/refunds/{self.real[name]}/retry"))

    @precondition(lambda self: self.model.refunds)
    @rule(n=some, method=st.sampled_from(["wallet", "credit", "bank_transfer", "cash"]))
    def settle_refund(self, n: int, method: str) -> None:
        failed = {k: r for k, r in self.model.refunds.items() if r.status == "failed"} or self.model.refunds
        name = self.pick(failed, n)
        if self.untold(self.model.refunds[name].payment):
            return  # a person looks at the gateway first
        wanted = self.model.attempt(self.model.settle_refund, name, method)
        body = {"method": method, "reference": "receipt"}
        self.compare(wanted, self.ask(self.support, "POST", f"/refunds/{self.real[name]}/settle", body))
