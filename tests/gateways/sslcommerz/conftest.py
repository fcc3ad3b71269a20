"""The SSLCommerz that its tests talk to, attempts there, and how far they are."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from api.gateways.protocol import Event, Gateway, Payment, Refund
from api.gateways.sslcommerz.fields import write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from tests.gateways.sslcommerz_server import SSLCommerzServer

SHOP = "https://shop.example"


@pytest.fixture
async def ssl() -> AsyncIterator[SSLCommerzServer]:
    async with SSLCommerzServer() as server:
        yield server


@pytest.fixture
async def gateway(ssl: SSLCommerzServer) -> AsyncIterator[SSLCommerzGateway]:
    made = SSLCommerzGateway(
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url), SHOP
    )
    yield made
    await made.aclose()


def attempt(amount: int = 123456, currency: str = "BDT", minor_units: int = 2, **changes: Any) -> Payment:
    payment = Payment(
        id=str(uuid.uuid4()),
        order_id=str(uuid.uuid4()),
        order_number="100001",
        provider="sslcommerz",
        status="initiated",
        amount=amount,
        currency=currency,
        minor_units=minor_units,
        outside_key=str(uuid.uuid4()),
        purpose="order",
        capture_method="automatic",
        provider_reference=None,
        charge_reference=None,
        created_at=datetime.now(UTC),
        expires_at=datetime.now(UTC) + timedelta(minutes=30),
        email="a@example.com",
        items=({"name": "Lamp", "quantity": 2}, {"name": "Bulb & socket", "quantity": 1}),
    )
    return replace(payment, **changes)


def give_back(payment: Payment, amount: int, currency: str = "BDT") -> Refund:
    return Refund(
        str(uuid.uuid4()), payment.id, "sslcommerz", "pending", amount, currency, "requested", datetime.now(UTC)
    )


async def one(gateway: Gateway, body: bytes) -> Event:
    (event,) = await gateway.parse_callback({}, body)
    return event


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def kinds(ssl: SSLCommerzServer) -> list[str]:
    return [kind for kind, _ in ssl.requests]


async def opened(gateway: SSLCommerzGateway, **changes: Any) -> Payment:
    payment = attempt(**changes)
    session = await gateway.open(payment)
    return replace(payment, status="open", provider_reference=session.reference)


async def paid(ssl: SSLCommerzServer, gateway: SSLCommerzGateway) -> Payment:
    payment = await opened(gateway)
    event = await one(gateway, ssl.pay(write_id(payment.id)))
    return replace(payment, status="completed", charge_reference=event.charge)
