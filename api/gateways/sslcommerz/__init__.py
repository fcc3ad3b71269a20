from __future__ import annotations

from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.providers import Provider

PROVIDER = Provider(
    "sslcommerz", lambda settings, shop: SSLCommerzGateway(settings, shop.public_url), SSLCommerzSettings
)
