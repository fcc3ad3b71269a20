"""SSLCommerz: where an attempt is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.gateways.protocol import Refused, Unavailable
from api.gateways.sslcommerz.fields import write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from tests.gateways.sslcommerz.conftest import attempt, one, opened
from tests.gateways.sslcommerz_server import SSLCommerzServer


async def test_where_an_attempt_is(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    late = datetime.now(UTC) - timedelta(seconds=1)
    never = attempt()
    assert await gateway.look_up(never) is None  # nobody has opened it
    payment = await opened(gateway)
    assert await gateway.look_up(payment) is None
    for outcome in (ssl.decline, ssl.cancel):  # it may be tried again
        outcome(write_id(payment.id))
        assert await gateway.look_up(payment) is None
    ended = [await gateway.look_up(replace(p, expires_at=late)) for p in (never, payment)]
    assert [(e.kind, e.payment_id, e.id) for e in ended if e] == [
        ("expired", p.id, f"{write_id(p.id)}:EXPIRED:") for p in (never, payment)
    ]
    assert (await one(gateway, ssl.expire(write_id(payment.id)))).id == f"{write_id(payment.id)}:EXPIRED:"
    ssl.pay(write_id(payment.id))
    for expires_at in (payment.expires_at, late):  # money is money, early or late
        event = await gateway.look_up(replace(payment, expires_at=expires_at))
        assert event is not None
        assert (event.kind, event.amount, event.currency) == ("completed", 123456, "BDT")


@pytest.mark.parametrize("fault", ["lost", "500", "html", "list", "inactive"])
async def test_no_answer_is_no_end(ssl: SSLCommerzServer, gateway: SSLCommerzGateway, fault: str) -> None:
    payment = replace(await opened(gateway), expires_at=datetime.now(UTC) - timedelta(days=1))
    ssl.pay(write_id(payment.id))
    for kind in ("query", "validation"):
        ssl.faults[kind] = [fault]
        with pytest.raises(Unavailable):
            await gateway.look_up(payment)
    ssl.overrides["query"] = {"element": ["not an object"]}
    with pytest.raises(Unavailable):
        await gateway.look_up(payment)


async def test_elements_of_others_are_not_ours(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment, other = await opened(gateway), await opened(gateway)
    ssl.pay(write_id(other.id))
    ssl.overrides["query"] = {"element": [tried.fields() for tried in ssl.tries]}
    assert await gateway.look_up(payment) is None
    event = await gateway.look_up(other)
    assert event is not None
    assert event.payment_id == other.id


async def test_what_sslcommerz_cannot_do(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> None:
    payment = attempt()
    await gateway.close(payment)
    with pytest.raises(Refused) as refusal:
        await gateway.capture(payment, 1)
    assert refusal.value.code == "capture_not_supported"
    assert ssl.requests == []
