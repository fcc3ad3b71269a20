"""The Stripe that its tests talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import certifi
import pytest
from stripe import HTTPClient

from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings

from .stripe_payments import SHOP
from .stripe_server import StripeServer


@pytest.fixture(scope="module")
def running() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
def stripe(running: StripeServer) -> StripeServer:
    """With an account that nobody has used."""
    running.reset()
    return running


@pytest.fixture
async def gateway(stripe: StripeServer) -> AsyncIterator[StripeGateway]:
    made = StripeGateway(
        StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url), SHOP
    )
    yield made
    await made.aclose()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.005)  # seconds before Stripe's library repeats a call


@pytest.fixture(scope="session")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    end = "-----END CERTIFICATE-----\n"
    file = tmp_path_factory.mktemp("certificates") / "one.pem"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end)
    return file


@pytest.fixture(autouse=True)
def few_authorities(monkeypatch: pytest.MonkeyPatch, one_authority: Path) -> None:
    """Nobody here speaks TLS, and to read all authorities takes httpx 70 ms a client."""
    monkeypatch.setenv("SSL_CERT_FILE", str(one_authority))
