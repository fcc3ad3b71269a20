"""A SSLCommerz that runs here: sessions, payments, validation, queries, refunds, signed IPNs, and faults.

It follows developer.sslcommerz.com/doc/v4 and is strict where the real one is said to be: required fields, lengths,
decimals, the store's password, one payment and one refund an id. What it does not know, it refuses.

    with SSLCommerzServer() as ssl:     or `async with`: it lives in a thread of its own, any process may ask it
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url)
        ssl.pay(tran_id)                the customer pays: the form body of the IPN, signed with both hashes
        ssl.decline / cancel / expire / leave(tran_id)
        ssl.browser(tran_id)            then: where the customer's browser goes, and the form that it posts there
        ssl.settle_refund(reference)    the bank has done it; ssl.cancel_refund(reference)
        ssl.faults["refund"] = ["lost"] what happens to the next calls of a kind, in order: see FAULTS
        ssl.overrides["validation"] = {"amount": "1.00"}    fields that its answers of a kind lie about
        ssl.requests                    (kind, fields) of every call

A shop that asked for a session has `write_id(payment_id)` as its tran_id. SSLCommerz would send it the IPN so:

        headers = {"content-type": "application/x-www-form-urlencoded"}
        httpx.post("http://127.0.0.1:8000/v1/webhooks/sslcommerz", headers=headers, content=ssl.pay(tran_id))

For a shop in a process of its own, `ssl.environment` has the variables that lead it here; see tests/support/gateways.

It speaks HTTP itself: a server that can hang up in the middle is what its faults need.
"""

from tests.gateways.sslcommerz_server.server import SSLCommerzServer

__all__ = ["SSLCommerzServer"]
