from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from api.settings_source import ProviderSettings, Url


class SSLCommerzSettings(ProviderSettings):
    model_config = SettingsConfigDict(env_prefix="SSLCOMMERZ_")

    store_id: str = Field(description="The store's id.")
    store_password: str = Field(repr=False, description="The store's password for the API.")
    api: Url = Field(
        "https://sandbox.sslcommerz.com",
        description="Address of SSLCommerz; https://securepay.sslcommerz.com takes real money.",
    )
