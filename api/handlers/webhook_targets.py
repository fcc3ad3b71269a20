"""Webhook endpoints are checked when they are made: does their address lead to the public network?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from api.http.endpoint import Answer, Endpoint, Exchange, Handler
from api.http.errors import Problem
from api.http.outbound import Guard, TargetRefused

LOOK_UP = 3.0  # seconds for the name


async def check_target(endpoint: Endpoint, x: Exchange) -> Answer:
    """The route's own statement, after a look at where the address leads. A name that leads nowhere yet is accepted:
    every delivery is checked anew.
    """
    store = endpoint.store
    caller = store.identify(x)
    call = await endpoint.read(x)
    if url := call.data.get("url"):
        # Nobody who is not signed in has us look up names.
        await store.call("get_account", {}, request_id=x.request_id, caller=caller, repeatable=True)
        guard = Guard(store.settings)
        try:
            _, host, port = guard.check_url(url)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_UP):
                    await guard.addresses(host, port)
        except TargetRefused as refusal:
            if str(refusal) != "name_not_found":
                raise Problem(
                    "webhook_target_refused", errors=[{"pointer": "/url", "detail": _REASONS[str(refusal)]}]
                ) from None
    return await endpoint.execute(x, call, caller)


CHECK_TARGET = Handler(check_target)

_REASONS = {
    "url_malformed": "It is no address of a web server.",
    "https_required": "It must begin with https://.",
    "port_refused": "The port must be 80, 443, or 1024 and above.",
    "address_refused": "It leads to an address that is not on the public network.",
}
