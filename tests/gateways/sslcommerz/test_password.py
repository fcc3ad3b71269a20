"""SSLCommerz: the store's password stays with us."""

from __future__ import annotations

import logging
import traceback
from urllib.parse import quote, quote_plus

import httpx
import pytest

from api.gateways.protocol import Refused, Unavailable
from api.gateways.sslcommerz import gateway as module
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from tests.gateways.sslcommerz.conftest import SHOP, attempt, give_back
from tests.gateways.sslcommerz_server import SSLCommerzServer


async def test_the_password_is_in_no_log_exception_or_text(
    ssl: SSLCommerzServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(2.0, read=0.2))
    caplog.set_level(logging.DEBUG)
    password = ssl.store_password
    keys = SSLCommerzSettings(store_id=ssl.store_id, store_password=password, api=ssl.url)
    seen: list[str] = []

    def keep(error: BaseException | None) -> None:
        while error is not None:  # everything that hangs on it
            request = getattr(error, "_request", None)
            seen.extend([str(error), repr(error), repr(vars(error)), str(request.url) if request else ""])
            seen.extend(traceback.format_exception(error))
            error = error.__cause__ or error.__context__

    for fault in ("lost", "unreached", "hang", "500", "html", "list", "inactive", ""):
        gateway = SSLCommerzGateway(keys, SHOP)
        payment = attempt(charge_reference="26112110150001BANKx")
        for call, kind in (
            (gateway.open(payment), "query"),
            (gateway.open(payment), "session"),
            (gateway.look_up(payment), "query"),
            (gateway.refund(payment, give_back(payment, 100)), "refund"),
        ):
            if fault:
                ssl.faults[kind] = [fault]
            try:
                seen.append(repr(await call))
            except (Refused, Unavailable) as error:
                keep(error)
        seen.extend([repr(gateway), repr(vars(gateway)), repr(keys)])
        await gateway.aclose()
    nobody = SSLCommerzGateway(keys.model_copy(update={"api": "http://127.0.0.1:9"}), SHOP)
    with pytest.raises(Unavailable) as refused:
        await nobody.look_up(attempt())
    keep(refused.value)
    with pytest.raises(httpx.ConnectError) as below:  # what httpx itself would say
        await nobody._http.get("http://127.0.0.1:9/")
    keep(below.value)
    await nobody.aclose()

    seen.extend(record.getMessage() for record in caplog.records)
    assert any("HTTP Request: GET" in text for text in seen)  # httpx does log addresses
    for form in (password, quote(password), quote_plus(password), quote(password, safe=""), "e%2541", "c%3Dd"):
        assert not [text for text in seen if form in text]
    assert any(fields.get("store_passwd") == password for _, fields in ssl.requests)
