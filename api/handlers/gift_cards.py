"""Gift cards: the part of a redemption that one statement cannot do."""

from __future__ import annotations

from api.http.endpoint import Answer, Endpoint, Exchange, Handler


async def redeem_gift_card(endpoint: Endpoint, x: Exchange) -> Answer:
    caller = endpoint.store.identify(x)
    call = await endpoint.read(x)
    # Two statements: the first counts the attempt and commits, so that a code that is wrong counts as well.
    attempt = {"client_address": x.client}
    await endpoint.store.call("begin_gift_card_redemption", attempt, request_id=x.request_id, caller=caller)
    return await endpoint.execute(x, call, caller)


REDEEM_GIFT_CARD = Handler(redeem_gift_card)
