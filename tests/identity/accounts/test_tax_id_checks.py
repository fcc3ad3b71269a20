"""Tax ids that a service verifies: what the worker asks VIES, and what is stored of the answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import asyncpg
import pytest

from api.settings import Settings
from api.settings_source import SettingsError
from api.tax_ids import registry
from api.tax_ids.vies import Vies, ViesSettings
from api.worker.jobs.protocol import Later
from api.worker.jobs.tax_ids import verify_tax_id

ADDRESS = {"name": "A. Buyer", "line1": "1 Lake Road", "city": "X"}


class Office(ThreadingHTTPServer):
    """Answers in the place of VIES: `answer` is its next answer, `asked` what it was asked."""

    answer: tuple[int, Any] = (200, {})
    asked: Mapping[str, str] = {}

    @property
    def service(self) -> Vies:
        api = f"http://127.0.0.1:{self.server_port}"
        return Vies(ViesSettings(requester="DE136695976", api=api))


class Handler(BaseHTTPRequestHandler):
    server: Office

    def do_POST(self) -> None:
        self.server.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked["path"] = self.path
        status, answer = self.server.answer
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    server = Office(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
async def check(person: Any, admin: asyncpg.Connection[Any]) -> str:
    """The check of a new French VAT id."""
    account = await person.does("update_account", tax_id="FR 61 954 506 077")
    found = "SELECT id::text FROM identity.tax_id_checks WHERE account_id = $1::uuid"
    return str(await admin.fetchval(found, account["id"]))


async def stored(admin: asyncpg.Connection[Any], check: str) -> Any:
    columns = "status, service, name, reference, checked_at IS NOT NULL AS checked"
    return dict(await admin.fetchrow(f"SELECT {columns} FROM identity.tax_id_checks WHERE id = $1::uuid", check))


async def test_a_valid_id_keeps_its_consultation_number(
    call: Any, admin: asyncpg.Connection[Any], person: Any, check: str, office: Office
) -> None:
    job = await admin.fetchval("SELECT payload FROM messaging.outbox WHERE kind = 'verify_tax_id' ORDER BY id DESC")
    assert json.loads(job) == {"check_id": check}
    verify = partial(verify_tax_id, partial(call, "web_worker"), {"vies": office.service}, {"check_id": check})

    for away in (
        (200, {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}),
        (500, {"actionSucceed": False, "errorWrappers": [{"error": "SERVICE_UNAVAILABLE"}]}),
        (503, "<html>"),
        (200, []),
    ):
        office.answer = away
        with pytest.raises(Later):
            await verify()
        assert (await stored(admin, check))["status"] == "unavailable"

    office.answer = (200, {
        "countryCode": "FR", "vatNumber": "61954506077", "requestDate": "2026-11-30T12:00:00.000Z", "valid": True,
        "requestIdentifier": "WAPIAAAAYx8E1w5e", "name": "SA LIBERTEX", "address": "12 RUE DE PARIS",
    })  # fmt: skip
    assert await verify() == "valid"
    assert office.asked == {
        "path": "/check-vat-number", "countryCode": "FR", "vatNumber": "61954506077",
        "requesterMemberStateCode": "DE", "requesterNumber": "136695976",
    }  # fmt: skip
    answer = {
        "status": "valid", "service": "vies", "name": "SA LIBERTEX", "reference": "WAPIAAAAYx8E1w5e", "checked": True,
    }  # fmt: skip
    assert await stored(admin, check) == answer
    assert (await person.does("get_account"))["tax_id_status"] == "valid"

    office.answer = (503, "")
    with pytest.raises(Later):
        await verify()
    assert await stored(admin, check) == answer  # an answer is not replaced by the absence of one


async def test_an_invalid_id_and_one_that_is_no_longer_used(
    call: Any, admin: asyncpg.Connection[Any], person: Any, check: str, office: Office
) -> None:
    verify = partial(verify_tax_id, partial(call, "web_worker"), {"vies": office.service}, {"check_id": check})
    office.answer = (200, {"valid": False, "requestIdentifier": "", "name": "---", "address": "---"})
    assert await verify() == "invalid"
    unknown = {"status": "invalid", "service": "vies", "name": None, "reference": None, "checked": True}
    assert await stored(admin, check) == unknown
    office.answer = (400, {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]})
    assert await verify() == "invalid"
    await person.does("update_account", tax_id=None, given=["tax_id"])
    assert await verify() == "no longer used"


async def test_without_a_service_an_id_stays_not_verified(
    call: Any, admin: asyncpg.Connection[Any], check: str, office: Office
) -> None:
    assert await verify_tax_id(partial(call, "web_worker"), {}, {"check_id": check}) == "no service for it"
    assert (await stored(admin, check))["status"] == "not_verified"
    assert registry.offered(Settings()) == {}
    configured = Settings.from_env({"VIES_REQUESTER": "DE136695976"})
    assert list(registry.offered(configured)) == ["vies"]
    with pytest.raises(SettingsError, match="VIES_REQUESTER"):
        Settings.from_env({"VIES_REQUESTER": "136695976"})


async def test_an_answer_counts_for_the_account_that_gave_the_id(
    person: Any, other: Any, staff: Any, admin: asyncpg.Connection[Any], check: str
) -> None:
    verified = "UPDATE identity.tax_id_checks SET status = 'valid', service = 'vies', reference = 'W1', "
    await admin.execute(f"{verified} checked_at = now() WHERE id = $1::uuid", check)
    assert (await person.does("get_account"))["tax_id_status"] == "valid"
    thief = await other.does("update_account", tax_id="FR61954506077")
    assert thief["tax_id_status"] == "not_verified"
    support = await staff.somebody("support")
    seen = await support.does("get_any_account", account_id=person.account["id"])
    assert (seen["tax_id_check"]["status"], seen["tax_id_check"]["reference"]) == ("valid", "W1")
