"""VIES: whether a VAT id of the EU or of Northern Ireland is valid, by the European Commission's REST service.

Source: the service's OpenAPI document (https://ec.europa.eu/taxation_customs/vies/#/technical-information). It forwards
each question to the tax office of the member state, which may be away: that is an answer with status 200 too, with
`actionSucceed: false` and a code such as MS_UNAVAILABLE. A question with the VAT id of who asks is answered with a
consultation number, the proof for a tax audit. Some states tell no name; then it is "---".
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import httpx
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from api.providers import Provider
from api.settings_source import ProviderSettings, Url
from api.tax_ids.protocol import Answer, Unavailable

TIMEOUT = httpx.Timeout(20.0, connect=5.0)  # seconds; some tax offices take fifteen
STATES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
})  # fmt: skip


class ViesSettings(ProviderSettings):
    model_config = SettingsConfigDict(env_prefix="VIES_")

    requester: str = Field(
        pattern="^[A-Z]{2}[0-9A-Z+*]{2,12}$",
        description="The shop's own VAT id, such as DE136695976: VAT ids of customers are verified with the EU's VIES, "
        "which answers with a consultation number.",
    )
    api: Url = Field("https://ec.europa.eu/taxation_customs/vies/rest-api", description="Address of VIES.")


class Vies:
    prefixes = STATES

    def __init__(self, settings: ViesSettings) -> None:
        self._settings = settings

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT)  # made at the first call: reading the certificates is slow

    async def check(self, tax_id: str) -> Answer:
        """Ask about a tax id in the form in which it is stored. Raises Unavailable."""
        question = {
            "countryCode": tax_id[:2],
            "vatNumber": tax_id[2:],
            "requesterMemberStateCode": self._settings.requester[:2],
            "requesterNumber": self._settings.requester[2:],
        }
        try:
            response = await self._http.post(f"{self._settings.api}/check-vat-number", json=question)
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(f"VIES does not answer ({type(error).__name__})") from error
        return _read(response.status_code, answer)


def _read(status: int, answer: Any) -> Answer:
    if not isinstance(answer, dict):
        raise Unavailable(f"VIES answered {status} with something else")
    codes = [str(each.get("error")) for each in answer.get("errorWrappers") or () if isinstance(each, dict)]
    if "INVALID_INPUT" in codes:  # no number of this state looks so
        return Answer(valid=False)
    if codes or status != 200 or not isinstance(answer.get("valid"), bool):
        raise Unavailable(f"VIES answered {status} {' '.join(codes)}"[:200].rstrip())
    return Answer(answer["valid"], _present(answer.get("name")), _present(answer.get("requestIdentifier")))


def _present(text: Any) -> str | None:
    return text if isinstance(text, str) and text.strip("- ") else None


PROVIDER = Provider("vies", lambda settings, _shop: Vies(settings), settings=ViesSettings)
