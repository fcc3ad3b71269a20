"""The Checkout Session that is opened for an attempt."""

from __future__ import annotations

from datetime import timedelta

from stripe.params.checkout import SessionCreateParams

from api.gateways.protocol import Payment
from api.gateways.stripe.line_items import line_items

# A session must end between 30 minutes and 24 hours after it is made, and it may be made in an attempt's last second:
# so it outlives the attempt, and is closed with it. Both bounds leave five minutes for clocks that differ.
OUTLIVES = timedelta(minutes=35)
LONGEST = timedelta(hours=23, minutes=55)


def describe_session(payment: Payment, public_url: str) -> SessionCreateParams:
    """The parameters of the session for an attempt (https://docs.stripe.com/api/checkout/sessions/create).

    Only what does not change during the attempt: a repeat with other parameters is an error at Stripe. So without
    customer_email: the account's may change between two calls, and Stripe's page asks for it anyway.
    """
    metadata = {"payment_id": payment.id}
    if payment.order_id is not None:
        metadata["order_id"] = payment.order_id
    ends = min(payment.expires_at + OUTLIVES, payment.created_at + LONGEST)
    described: SessionCreateParams = {
        "mode": "payment",
        "line_items": line_items(payment),
        "client_reference_id": payment.id,
        "metadata": metadata,
        "payment_intent_data": {"metadata": {"payment_id": payment.id}},
        "success_url": f"{public_url}/v1/checkout/success?payment_id={payment.id}",
        "cancel_url": f"{public_url}/v1/checkout/cancel?payment_id={payment.id}",
        "expires_at": int(ends.timestamp()),
        "adaptive_pricing": {"enabled": False},  # charge the requested currency and amount only
    }
    if payment.capture_method == "manual":
        described["payment_intent_data"]["capture_method"] = "manual"
    return described
