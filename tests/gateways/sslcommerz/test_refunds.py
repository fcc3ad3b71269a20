"""SSLCommerz: a refund is initiated once, and ends at the bank."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from api.gateways.protocol import RefundOutcome, Unavailable
from api.gateways.sslcommerz import gateway as module
from api.gateways.sslcommerz.fields import write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from tests.gateways.sslcommerz.conftest import SHOP, attempt, give_back, paid
from tests.gateways.sslcommerz_server import SSLCommerzServer


async def test_a_refund_is_initiated_and_ends_at_the_bank(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    first = await gateway.refund(payment, refund)
    (done,) = ssl.refunds.values()
    assert first == RefundOutcome("pending", done.reference)
    sent = next(fields for kind, fields in ssl.requests if kind == "refund")
    assert sent == {
        "bank_tran_id": payment.charge_reference,
        "refund_trans_id": write_id(refund.id),
        "refund_amount": "34.56",
        "refund_remarks": "requested",
        "refe_id": refund.id,
        "store_id": ssl.store_id,
        "store_passwd": ssl.store_password,
        "v": "1",
        "format": "json",
    }
    assert await gateway.refund(payment, refund) == first  # asked again: still on its way
    ssl.settle_refund(done.reference)
    assert await gateway.refund(payment, refund) == RefundOutcome("completed", done.reference)
    assert len(ssl.refunds) == 1
    other = give_back(payment, 100)
    outcome = await gateway.refund(payment, other)
    assert outcome.reference not in (None, done.reference)
    assert outcome.reference is not None
    ssl.cancel_refund(outcome.reference)
    assert await gateway.refund(payment, other) == RefundOutcome("failed", outcome.reference, "refund_cancelled")


@pytest.mark.parametrize("fault", ["lost", "hang", "unreached", "500", "html", "inactive"])
@pytest.mark.parametrize("tells_reference", [True, False])
async def test_a_refund_whose_answer_is_lost_is_made_once(
    ssl: SSLCommerzServer,
    gateway: SSLCommerzGateway,
    fault: str,
    tells_reference: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(2.0, read=0.2))
    gateway = SSLCommerzGateway(
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url), SHOP
    )
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    ssl.tells_reference = tells_reference
    ssl.faults["refund"] = [fault]
    with pytest.raises(Unavailable):
        await gateway.refund(payment, refund)
    for _ in range(3):
        assert (await gateway.refund(payment, refund)).status == "pending"
    assert [r.amount.as_tuple().digits for r in ssl.refunds.values()] == [(3, 4, 5, 6)]
    await gateway.aclose()


@pytest.mark.parametrize("fault", ["lost", "500", "html"])
async def test_a_refund_that_was_initiated_is_pending(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str
) -> None:
    payment = await paid(ssl, gateway)
    refund = give_back(payment, 3456)
    ssl.faults["refund_query"] = [fault]
    outcome = await gateway.refund(payment, refund)
    assert outcome == RefundOutcome("pending", next(iter(ssl.refunds)))


async def test_a_refund_that_is_refused(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = await paid(ssl, gateway)
    too_much = await gateway.refund(payment, give_back(payment, payment.amount + 1))
    assert too_much == RefundOutcome("failed", None, "refund_refused")
    unknown = await gateway.refund(replace(payment, charge_reference="nothing"), give_back(payment, 100))
    assert unknown == RefundOutcome("failed", None, "refund_refused")
    dollars = await gateway.refund(payment, give_back(payment, 100, "USD"))
    assert dollars == RefundOutcome("failed", None, "refund_currency_not_supported")
    never_paid = attempt()
    assert await gateway.refund(never_paid, give_back(never_paid, 100)) == RefundOutcome(
        "failed", None, "charge_not_found"
    )
    assert ssl.refunds == {}


@pytest.mark.parametrize("reason", ["refund_trans_id already exists", "Duplicate refund_trans_id", "must be unique"])
async def test_what_sounds_like_a_repeat_is_not_a_failure(
    ssl: SSLCommerzServer, gateway: SSLCommerzGateway, reason: str
) -> None:
    payment = await paid(ssl, gateway)
    ssl.overrides["refund"] = {"status": "failed", "errorReason": reason, "refund_ref_id": ""}
    assert await gateway.refund(payment, give_back(payment, 100)) == RefundOutcome("pending")
    ssl.overrides["refund"] = {"status": "perhaps"}
    with pytest.raises(Unavailable):
        await gateway.refund(payment, give_back(payment, 100))


async def test_a_refund_finds_the_charge_by_itself(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = replace(await paid(ssl, gateway), charge_reference=None)
    assert (await gateway.refund(payment, give_back(payment, 100))).status == "pending"
    ssl.overrides["query"] = {"element": [{**ssl.tries[0].fields(), "bank_tran_id": name} for name in ("a", "b")]}
    with pytest.raises(Unavailable, match="more than once"):
        await gateway.refund(payment, give_back(payment, 100))
