"""A Stripe for tests: its HTTP protocol, its state, its webhooks, and the people who pay.

    with StripeServer() as stripe:        # or `async with`: it lives in a thread of its own, any process may ask it
        keys = StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url)
        ...                               # the shop opens a session
        events = stripe.pay(session_id)   # what a person or a bank does; the events it made, in order
        headers, body = stripe.signed(events[-1])
        httpx.post("http://127.0.0.1:8000/v1/webhooks/stripe", headers=headers, content=body)
        await stripe.deliver("http://127.0.0.1:8000/v1/webhooks/stripe", *events)  # the same, one after the other

For a shop in a process of its own, `stripe.environment` has the variables that lead it here; the module variable
GATEWAYS of tests/support/gateways.py does it.

People act through pay, authorize, decline, expire, pay_by_bank, show_voucher, bank_pays, bank_refuses, bank_cancels,
dispute, dispute_rest, update_dispute, close_dispute, move_funds, prevent, open_review, close_review, capture_by_hand,
refund_by_hand, settle_refund, return_debit. What calls of the API make is in `events` too: `of_type(kind)`.
`sessions`, `intents`, `charges`, `refunds`, `disputes`, `reviews`, `transactions` (the account's books) hold the
objects by id, `requests` what was asked. `totals()` adds the books up. `account_currency` is what all money is
converted to, with the `exchange_rate` of that moment; None: each currency has its own balance.

Faults are ordered with `trouble(kind, times=, on="POST /v1/refunds", seconds=)`; see Trouble. `calm()` ends them.
`meanwhile(on, act)` does something between a request's arrival and its work. `forget_keys()` is what a day does to
idempotency keys, `advance(seconds)` to sessions; `next_day()` is the end of such a time. `reset()` is a new account on
the same server.

As strict as Stripe: requests are checked against the library's own TypedDicts, unknown parameters are refused. An
account that settles in the currency of each payment: the minimum is that currency's, and 50 where Stripe names none.
The books: a charge costs 2.9 % + 30, which a refund does not give back; a dispute costs 1500. A capture of a part
enters the whole authorisation and reverses the rest.
Sources: https://docs.stripe.com/api/errors, /api/idempotent_requests, /api/checkout/sessions, /webhooks, /currencies,
/currencies/conversions, /currencies/disputes-refunds, /disputes, /api/disputes/object, /api/balance_transactions,
/reports/reporting-categories.
"""

from tests.gateways.stripe_server.disputes import DISPUTE_FEE
from tests.gateways.stripe_server.limits import MAXIMUM, MINIMUM, NO_FRACTIONS
from tests.gateways.stripe_server.protocol import Kind, Thing
from tests.gateways.stripe_server.server import StripeServer

__all__ = ["DISPUTE_FEE", "MAXIMUM", "MINIMUM", "NO_FRACTIONS", "Kind", "StripeServer", "Thing"]
