"""Wallet, credit and gift cards as a client meets them: paths, statuses, sentences, repeats, guesses."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any

import httpx
import pytest

from api.gateways.protocol import Gateway
from api.settings import Settings
from api.worker.loop import Worker
from db.server.access import Access
from tests.ledger.conftest import Bank, Person
from tests.ledger.test_wallet import FOR_SUPPORT, LIMITS, NOBODY
from tests.support.web import Client

SERVER_ENVIRONMENT = {"RATE_LIMIT": "0"}

ROUTES = {
    "get_customer_wallet": ("GET", "/admin/wallets/{account_id}"),
    "list_customer_wallet_transactions": ("GET", "/admin/wallets/{account_id}/transactions"),
    "lock_wallet": ("POST", "/admin/wallets/{account_id}/lock"),
    "unlock_wallet": ("POST", "/admin/wallets/{account_id}/unlock"),
    "list_all_payouts": ("GET", "/admin/payouts"),
    "confirm_payout": ("POST", "/admin/payouts/{payout_id}/complete"),
    "reject_payout": ("POST", "/admin/payouts/{payout_id}/fail"),
    "list_limits": ("GET", "/admin/limits"),
    "grant_credit": ("POST", "/credits/grants"),
    "deduct_credit": ("POST", "/credits/deductions"),
    "list_credit_changes": ("GET", "/credits/approvals"),
    "get_credit_change": ("GET", "/credits/approvals/{change_id}"),
    "decide_credit_change": ("POST", "/credits/approvals/{change_id}"),
    "get_credit": ("GET", "/credits/{account_id}"),
    "list_credit_transactions": ("GET", "/credits/{account_id}/transactions"),
    "issue_gift_card": ("POST", "/gift-cards"),
    "list_gift_cards": ("GET", "/gift-cards"),
}


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def counted(answers: Iterable[Awaitable[httpx.Response]]) -> Counter[Any]:
    return Counter(a.status_code if a.status_code < 400 else problem(a) for a in await asyncio.gather(*answers))


async def test_credit_from_the_grant_to_the_second_person(
    bank: Bank, client: Client, support: Person, colleague: Person
) -> None:
    customer = await bank.person()
    body = {"account_id": customer.id, "amount": 4000, "currency": "USD", "reason": "late parcel", "metadata": {"t": 1}}
    given = await client.post("/credits/grants", token=support.token, json=body)
    assert (given.status_code, given.json()["status"]) == (201, "completed")
    assert given.headers["location"] == f"/v1/credits/approvals/{given.json()['id']}"
    refusal = await client.post("/credits/deductions", token=support.token, json=body | {"amount": 50_001})
    assert (problem(refusal), refusal.json()["available"]) == ((409, "insufficient_funds"), 4000)
    waiting = await client.post("/credits/grants", token=support.token, json=body | {"amount": 50_001})
    assert (waiting.status_code, waiting.json()["status"]) == (201, "pending")
    where = waiting.headers["location"]
    assert (await client.get(where, token=colleague.token)).json() == waiting.json()

    refusal = await client.post(where, token=support.token)
    assert problem(refusal) == (409, "approval_by_requester")
    assert refusal.json()["detail"] == "You cannot approve your own request. Ask a colleague."
    refusal = await client.post(where, token=colleague.token, json={"decision": "perhaps"})
    assert problem(refusal) == (422, "request_invalid")
    decided = await client.post(where, token=colleague.token, json={"decision": "reject"})
    assert (decided.status_code, decided.json()["status"]) == (200, "rejected")
    assert problem(await client.post(where, token=colleague.token)) == (409, "credit_change_decided")

    own = await client.get("/account/credit", token=customer.token)
    assert own.json()["balances"] == [{"currency": "USD", "balance": 4000, "held": 0, "available": 4000}]
    assert (await client.get(f"/credits/{customer.id}", token=support.token)).json() == own.json()
    (mine,) = (await client.get("/account/credit/transactions", token=customer.token)).json()["data"]
    (seen,) = (await client.get(f"/credits/{customer.id}/transactions", token=support.token)).json()["data"]
    assert (seen["reason"], seen["actor_id"], seen["metadata"]) == ("late parcel", support.id, {"t": 1})
    assert mine == seen | {"actor_id": None, "metadata": None}
    for wrong in ({"metadata": [1]}, {"amount": 0}, {"reason": ""}, {"currency": "usd"}, {"account_id": "me"}):
        refusal = await client.post("/credits/grants", token=support.token, json=body | wrong)
        assert problem(refusal) == (422, "request_invalid")
        assert refusal.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


async def test_a_withdrawal_that_is_sent_twice_is_one(bank: Bank, client: Client) -> None:
    owner, key = await bank.rich(5000), uuid.uuid4().hex
    body = {"amount": 2000, "currency": "USD"}
    answers = [client.post("/wallet/withdrawals", token=owner.token, json=body, key=key) for _ in range(20)]
    found = await asyncio.gather(*answers)
    assert {a.status_code for a in found} == {201}
    assert len({a.text for a in found}) == 1
    payout = found[0].json()
    assert found[0].headers["location"] == f"/v1/payouts/{payout['id']}"
    assert (await client.get(found[0].headers["location"], token=owner.token)).json() == payout
    wallet = (await client.get("/wallet", token=owner.token)).json()
    assert wallet == {
        "balances": [{"currency": "USD", "balance": 5000, "held": 2000, "available": 3000}], "locked": False,
    }  # fmt: skip
    refusal = await client.post("/wallet/withdrawals", token=owner.token, json={"amount": 10, "currency": "USD"})
    assert (problem(refusal), refusal.json()["minimum"]) == ((422, "withdrawal_below_minimum"), 1000)
    refusal = await client.post("/wallet/withdrawals", token=owner.token, json={"amount": 3001, "currency": "USD"})
    assert (problem(refusal), refusal.json()["available"]) == ((409, "insufficient_funds"), 3000)
    page = (await client.get("/wallet/withdrawals", token=owner.token, params={"status": "pending"})).json()
    assert page == {"data": [payout], "next_cursor": None}
    assert len((await client.get("/wallet/transactions", token=owner.token)).json()["data"]) == 1


async def test_fifty_at_once_over_http(bank: Bank, client: Client, support: Person) -> None:
    owner, card = await bank.rich(10_000), await client.post(
        "/gift-cards", token=support.token, json={"amount": 777, "currency": "USD"}
    )  # fmt: skip
    body = {"amount": 1000, "currency": "USD"}
    withdrawals = await counted(client.post("/wallet/withdrawals", token=owner.token, json=body) for _ in range(50))
    assert withdrawals == {201: 10, (409, "insufficient_funds"): 40}
    code = {"code": card.json()["code"]}
    people = await bank.people(50)
    redeemed = await counted(client.post("/gift-cards/redeem", token=p.token, json=code) for p in people)
    assert redeemed == {200: 1, (409, "gift_card_redeemed"): 49}
    await bank.assert_books_balance()


async def test_guessing_codes_is_slowed_down(bank: Bank, client: Client, support: Person) -> None:
    guesser, customer = await bank.person(), await bank.person()
    card = (await client.post("/gift-cards", token=support.token, json={"amount": 777, "currency": "USD"})).json()
    guesses = [
        client.post("/gift-cards/redeem", token=guesser.token, json={"code": f"AAAA-BBBB-{n:04}"}) for n in range(10)
    ]
    assert await counted(guesses) == {(404, "gift_card_not_found"): 10}
    refusal = await client.post("/gift-cards/redeem", token=guesser.token, json={"code": card["code"]})
    assert problem(refusal) == (429, "too_many_attempts")
    assert 0 < int(refusal.headers["retry-after"]) <= 900
    taken = await client.post("/gift-cards/redeem", token=customer.token, json={"code": card["code"].lower()})
    assert (taken.status_code, taken.json()["code"], taken.json()["amount"]) == (200, None, 777)
    assert problem(await client.post("/gift-cards/redeem", json={"code": "x"})) == (401, "token_missing")


async def test_the_code_of_a_gift_card_is_not_kept_with_an_idempotency_key(
    bank: Bank, client: Client, support: Person
) -> None:
    body = {"amount": 777, "currency": "USD"}
    card = await client.post("/gift-cards", token=support.token, json=body, key=uuid.uuid4().hex)
    assert card.status_code == 201
    kept = "SELECT count(*) FROM messaging.idempotency_keys WHERE strpos(answer, $1) > 0"
    assert await bank.admin.fetchval(kept, card.json()["code"]) == 0


async def test_every_path_asks_who_is_calling(bank: Bank, client: Client) -> None:
    customer, merchant = await bank.person(), await bank.person("merchant")
    for function, (method, path) in ROUTES.items():
        arguments = dict(FOR_SUPPORT[function])
        place = path.format(account_id=NOBODY, payout_id=NOBODY, change_id=NOBODY)
        sent = {n: v for n, v in arguments.items() if f"{{{n}}}" not in path}
        body: dict[str, Any] = {"json": sent} if method == "POST" else {}
        for token, expected in (
            (None, (401, "token_missing")), (customer.token, (403, "forbidden")), (merchant.token, (403, "forbidden")),
        ):  # fmt: skip
            assert problem(await client.request(method, place, token=token, **body)) == expected, (method, path)
    for path in ("/merchant/balance", "/merchant/transactions", "/merchant/payouts"):
        assert problem(await client.get(path, token=customer.token)) == (403, "forbidden")
        assert (await client.get(path, token=merchant.token)).status_code == 200
    for path in (
        "/wallet", "/wallet/transactions", "/wallet/withdrawals", "/account/credit", "/account/credit/transactions",
    ):  # fmt: skip
        assert problem(await client.get(path)) == (401, "token_missing")
        assert (await client.get(path, token=customer.token)).status_code == 200
    assert problem(await client.get(f"/payouts/{NOBODY}", token=customer.token)) == (404, "payout_not_found")


async def test_limits_and_locks_over_http(bank: Bank, client: Client, support: Person) -> None:
    admin, owner = await bank.person("admin"), await bank.rich(5000)
    refusal = await client.put("/admin/limits/BDT", token=support.token, json=LIMITS)
    assert problem(refusal) == (403, "forbidden")
    done = await client.put("/admin/limits/BDT", token=admin.token, json=LIMITS)
    assert (done.status_code, done.json()) == (200, {"currency": "BDT", **LIMITS})
    listed = (await client.get("/admin/limits", token=support.token)).json()
    assert {"currency": "BDT", **LIMITS} in listed["data"]
    assert len(listed["data"]) == 8
    assert problem(await client.put("/admin/limits/bdt", token=admin.token, json=LIMITS)) == (422, "request_invalid")

    place = f"/admin/wallets/{owner.id}"
    locked = await client.post(f"{place}/lock", token=support.token, json={"reason": "asked for it"})
    assert (locked.status_code, locked.json()["locked"]) == (200, True)
    body = {"amount": 1000, "currency": "USD"}
    assert problem(await client.post("/wallet/withdrawals", token=owner.token, json=body)) == (409, "wallet_locked")
    assert (await client.get(place, token=support.token)).json() == locked.json()
    assert (await client.post(f"{place}/unlock", token=support.token)).json()["locked"] is False
    payout = (await client.post("/wallet/withdrawals", token=owner.token, json=body)).json()
    sent = await client.post(
        f"/admin/payouts/{payout['id']}/complete", token=support.token, json={"provider_reference": "bank 4711-0815"}
    )
    assert (sent.status_code, sent.json()["status"], sent.json()["provider_reference"]) == (
        200,
        "completed",
        "••••0815",
    )
    refusal = await client.post(
        f"/admin/payouts/{payout['id']}/fail", token=support.token, json={"failure_code": "too_late"}
    )
    assert problem(refusal) == (409, "payout_completed")


async def settle(settings: Settings, bank: Bank, payout_id: str, gateways: dict[str, Gateway] | None) -> None:
    """A worker until it has done what it owes this payout."""
    worker = Worker(settings) if gateways is None else Worker(settings, lambda _: gateways)
    running = asyncio.create_task(worker.run())
    try:
        await bank.until(
            "SELECT done_at IS NOT NULL FROM messaging.outbox "
            "WHERE kind = 'settle_payout' AND payload ->> 'payout_id' = $1",
            payout_id,
        )
    finally:
        worker.stop()
        await running


async def test_the_worker_settles_in_the_demo_shop(
    bank: Bank, access: Access, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path_factory.mktemp("data"))
    owner = await bank.rich(5000)
    for demo, gateways, status, balance in (
        (True, {}, "pending", (5000, 1000, 4000)),
        (False, None, "pending", (5000, 2000, 3000)),  # the mock stands in for the bank only where no money is real
        (True, None, "completed", (4000, 2000, 2000)),
    ):
        await bank.admin.execute("UPDATE sales.settings SET demo = $1", demo)
        payout = await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
        await settle(settings, bank, payout["id"], gateways)
        assert (await bank.does(owner, "get_payout", payout_id=payout["id"]))["status"] == status
        assert await bank.balance(owner) == balance
    await bank.assert_books_balance()
