from __future__ import annotations

from api.gateways.protocol import Gateway
from api.gateways.stripe.settings import StripeSettings
from api.providers import Provider, Shop


def _make(settings: StripeSettings, shop: Shop) -> Gateway:
    # Stripe's library is large: a shop without Stripe does not load it.
    from api.gateways.stripe.gateway import StripeGateway

    return StripeGateway(settings, shop.public_url)


PROVIDER = Provider("stripe", _make, StripeSettings, capabilities=frozenset({"manual_capture"}))
