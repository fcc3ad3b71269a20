"""Redeeming a gift card: the attempt is counted in a statement of its own."""

from __future__ import annotations

from typing import ClassVar

from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest


class RedeemGiftCard(Endpoint):
    """POST /gift-cards/redeem."""

    refusals: ClassVar[tuple[str, ...]] = ("begin_gift_card_redemption",)

    async def respond(self, request: ApiRequest) -> Response:
        """The wallet's transaction. Raises Problem."""
        caller = self.identify(request)
        call = await self.read(request)
        # The first statement counts the attempt and commits, so that a wrong code counts as well.
        attempt = {"client_address": request.context.client}
        request_id = request.context.request_id
        await self.state["functions"].call("begin_gift_card_redemption", attempt, request_id=request_id, caller=caller)
        return await self.execute(request, call, caller)
