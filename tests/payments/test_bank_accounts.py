"""Where money is sent: the bank account of a customer, and the file of transfers for the shop's bank."""

from __future__ import annotations

import csv
import io
import uuid
from importlib.resources import files
from typing import Any

import asyncpg
import pytest
from lxml import etree

from tests.ledger.conftest import Bank, Person
from tests.ledger.conftest import bank as bank
from tests.ledger.conftest import support as support
from tests.support.connections import refused
from tests.support.web import Client

DUTCH, GERMAN = "NL91ABNA0417164300", "DE89370400440532013000"
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


@pytest.fixture(scope="module")
async def treasurer(bank: Bank) -> Person:
    return await bank.person("admin")


# Examples of the IBAN registry, and what is nearly one.
@pytest.mark.parametrize(
    ("iban", "valid"),
    [
        (DUTCH, True),
        (GERMAN, True),
        ("GB29NWBK60161331926819", True),
        ("FR1420041010050500013M02606", True),
        ("NO9386011117947", True),
        ("MT84MALT011000012345MTLCAST001S", True),
        ("LC55HEMM000100010012001200023015", True),
        ("NL91ABNA0417164301", False),  # a digit
        ("NL19ABNA0417164300", False),  # two digits swapped
        ("NL91ABNA041716430", False),  # the length of another country
        ("XX91ABNA0417164300", False),
        ("US64SVBKUS6S3300958879", False),  # no country of the registry
        ("nl91abna0417164300", False),
        ("NL91 ABNA 0417 1643 00", False),
        ("", False),
    ],
)
async def test_what_is_an_iban(bank: Bank, iban: str, valid: bool) -> None:
    assert await bank.admin.fetchval("SELECT payments.is_iban($1)", iban) is valid


async def test_a_bank_account_is_stored_and_shown_masked(bank: Bank) -> None:
    owner = await bank.call(
        "web_anonymous", "create_account", email=f"{uuid.uuid4().hex}@example.com", password="x" * 60
    )
    token = await bank.admin.fetchval("SELECT identity.issue_local_token('customer', $1)", owner["email"])
    person = Person(owner["id"], "customer", token)
    with refused("bank_account_not_found", "SH404"):
        await bank.does(person, "get_bank_account")
    await bank.fund(person, 5000)
    with refused("bank_account_missing", "SH409"):
        await bank.does(person, "request_withdrawal", amount=1000, currency="USD")

    given = {"iban": "nl91 abna 0417 1643 00", "bic": "abnanl2a", "holder": "Ada Lovelace"}
    made = await bank.does(person, "set_bank_account", **given)
    assert (made["iban"], made["bic"], made["holder"]) == ("NL••••4300", "ABNANL2A", "Ada Lovelace")
    assert await bank.does(person, "get_bank_account") == made
    assert await bank.does(person, "set_bank_account", **given) == made, "the same again changes nothing"
    with refused("iban_invalid", "SH422"):
        await bank.does(person, "set_bank_account", iban="NL91ABNA0417164301", holder="Ada")
    for wrong, code in (({"bic": "ABN"}, "bic_malformed"), ({"holder": ""}, "holder_length")):
        with refused(code):
            await bank.does(person, "set_bank_account", **(given | wrong))
    assert await bank.does(person, "get_bank_account") == made
    await bank.does(person, "request_withdrawal", amount=1000, currency="USD")


async def test_nobody_else_reads_an_iban(bank: Bank, connect: Any) -> None:
    owner = await bank.person()
    await bank.does(owner, "set_bank_account", iban=DUTCH, holder="Ada")
    connection = await connect()
    await connection.execute("SET ROLE store_api")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT iban FROM payments.bank_accounts")
    await connection.execute("RESET ROLE")
    for table in ("audit.changes", "messaging.events"):
        assert await bank.admin.fetchval(f"SELECT count(*) FROM {table} AS t WHERE t::text ~ $1", DUTCH) == 0
    changes = (
        "SELECT count(*) FROM audit.changes WHERE table_name = 'payments.bank_accounts' AND new ->> 'account_id' = $1"
    )
    assert await bank.admin.fetchval(changes, owner.id) == 2, "that it changed, and who did it, is known"


async def test_a_payout_goes_where_it_was_to_go_when_it_was_requested(bank: Bank, treasurer: Person) -> None:
    """Who takes an account over cannot send off what its owner has requested."""
    owner = await bank.rich(5000)
    await bank.does(owner, "set_bank_account", iban=DUTCH, holder="Ada")
    payout = await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
    await bank.does(owner, "set_bank_account", iban=GERMAN, holder="Mallory")
    later = await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
    listed = (await bank.does(treasurer, "export_payouts", currency="USD"))["transfers"]
    targets = {transfer["payout_id"]: (transfer["iban"], transfer["holder"]) for transfer in listed}
    assert targets[payout["id"]] == (DUTCH, "Ada")
    assert targets[later["id"]] == (GERMAN, "Mallory")


# --- the file -------------------------------------------------------------------------------------


async def clear(bank: Bank, support: Person) -> None:
    """Everything that waits is sent."""
    for payout in await bank.pages(support, "list_all_payouts", 100, status="pending"):
        await bank.does(support, "confirm_payout", payout_id=payout["id"], provider_reference="x")


async def sell_from(bank: Bank, iban: str | None) -> None:
    await bank.admin.execute(
        "INSERT INTO billing.sellers (version, name, iban) "
        "SELECT max(version) + 1, 'Läden & Co', $1 FROM billing.sellers",
        iban,
    )


async def test_the_transfers_as_csv(bank: Bank, client: Client, support: Person, treasurer: Person) -> None:
    await clear(bank, support)
    owner = await bank.rich(5000)
    await bank.fund(owner, 50_000, "JPY")
    await bank.does(owner, "set_bank_account", iban=DUTCH, bic="ABNANL2A", holder="=cmd()")
    made = [
        await bank.does(owner, "request_withdrawal", amount=amount, currency=currency)
        for amount, currency in ((1234, "USD"), (2000, "JPY"))
    ]
    answer = await client.get("/admin/payouts/export", token=treasurer.token)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    same = {"source": "wallet", "holder": "'=cmd()", "iban": DUTCH, "bic": "ABNANL2A"}
    assert lines == [
        {"payout_id": made[0]["id"], "amount": "12.34", "currency": "USD", **same},
        {"payout_id": made[1]["id"], "amount": "2000", "currency": "JPY", **same},
    ]
    one = await client.get("/admin/payouts/export", token=treasurer.token, params={"format": "csv", "currency": "JPY"})
    assert [line["amount"] for line in csv.DictReader(io.StringIO(one.text))] == ["2000"]


async def test_the_transfers_as_pain001(bank: Bank, client: Client, support: Person, treasurer: Person) -> None:
    await clear(bank, support)
    await sell_from(bank, GERMAN)
    customer, merchant = await bank.rich(5000, "EUR"), await bank.rich(9000, "EUR", "earnings", "merchant")
    await bank.does(customer, "set_bank_account", iban=DUTCH, bic="ABNANL2A", holder="Zoë Ångström")
    made = [
        await bank.does(customer, "request_withdrawal", amount=1234, currency="EUR"),
        await bank.does(merchant, "request_payout", amount=9000, currency="EUR"),
    ]
    answer = await client.get("/admin/payouts/export", token=treasurer.token, params={"format": "pain001"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    document = etree.fromstring(answer.content)
    schema = files("sepaxml").joinpath("schemas/pain.001.001.09.xsd")
    etree.XMLSchema(etree.fromstring(schema.read_bytes())).assertValid(document)

    def texts(path: str) -> list[str]:
        return [str(found.text) for found in document.iterfind(path, NAMESPACE)]

    assert texts(".//p:GrpHdr/p:NbOfTxs") == ["2"]
    assert texts(".//p:GrpHdr/p:CtrlSum") == ["102.34"]
    assert texts(".//p:SvcLvl/p:Cd") == ["SEPA"]
    assert texts(".//p:DbtrAcct/p:Id/p:IBAN") == [GERMAN]
    assert texts(".//p:CdtTrfTxInf//p:InstdAmt") == ["12.34", "90.00"]
    assert {found.get("Ccy") for found in document.iterfind(".//p:InstdAmt", NAMESPACE)} == {"EUR"}
    assert texts(".//p:Cdtr/p:Nm") == ["Zoe Angstrom", "Ada Lovelace"]
    assert texts(".//p:CdtrAcct/p:Id/p:IBAN")[0] == DUTCH
    assert texts(".//p:CdtrAgt/p:FinInstnId/p:BICFI") == ["ABNANL2A"]
    assert texts(".//p:EndToEndId") == [payout["id"].replace("-", "") for payout in made]


async def test_what_cannot_be_written_as_pain001(
    bank: Bank, client: Client, support: Person, treasurer: Person
) -> None:
    await clear(bank, support)
    await sell_from(bank, GERMAN)

    async def refusal(**params: str) -> tuple[int, str]:
        answer = await client.get("/admin/payouts/export", token=treasurer.token, params={"format": "pain001"} | params)
        return answer.status_code, answer.json()["code"]

    assert await refusal() == (409, "nothing_to_transfer")
    owner = await bank.rich(5000)
    await bank.fund(owner, 50_000, "JPY")
    await bank.does(owner, "request_withdrawal", amount=2000, currency="JPY")
    assert await refusal() == (422, "currency_not_supported")
    await bank.does(owner, "request_withdrawal", amount=2000, currency="USD")
    assert await refusal() == (422, "currency_required")
    assert await refusal(currency="XXX") == (422, "currency_unknown")
    assert (await refusal(format="pdf"))[0] == 422
    dollars = {"format": "pain001", "currency": "USD"}
    answer = await client.get("/admin/payouts/export", token=treasurer.token, params=dollars)
    assert (answer.status_code, b"SEPA" in answer.content) == (200, False)
    for wrong in (None, "DE02"):
        await sell_from(bank, wrong)
        assert await refusal(currency="USD") == (409, "seller_iban_missing")
    answer = await client.get("/admin/payouts/export", token=support.token)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_bank_account_over_http(bank: Bank, client: Client) -> None:
    owner = await bank.person()
    body = {"iban": "GB29 NWBK 6016 1331 9268 19", "holder": "Ada"}
    answer = await client.request("PUT", "/account/bank-account", token=owner.token, json=body)
    assert (answer.status_code, answer.json()["iban"], answer.json()["bic"]) == (200, "GB••••6819", None)
    assert (await client.get("/account/bank-account", token=owner.token)).json() == answer.json()
    answer = await client.request("PUT", "/account/bank-account", token=owner.token, json=body | {"iban": "GB29"})
    assert (answer.status_code, answer.json()["code"]) == (422, "iban_invalid")
