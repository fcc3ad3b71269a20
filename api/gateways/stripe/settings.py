from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from api.settings_source import Items, ProviderSettings, Url


class StripeSettings(ProviderSettings):
    model_config = SettingsConfigDict(env_prefix="STRIPE_")

    secret_key: str = Field(
        repr=False,
        description="Key of the account, or one that is restricted to checkout, payment intents and refunds, and to "
        "reading balance transactions and disputes.",
    )
    webhook_secret: Items = Field(
        repr=False, description="Secret of the webhook endpoint; two with a comma between while it is changed."
    )
    api: Url = Field("https://api.stripe.com", description="Address of Stripe's API; another one for tests.")
