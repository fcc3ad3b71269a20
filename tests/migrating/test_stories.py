"""The user stories of other shop systems pass here (db/docs/migrating), and their data can be brought over."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.identity.accounts.provider import Provider, provider_running
from tests.migrating.client import PASSWORD
from tests.support.cluster import ROOT
from tests.support.web import Client, WebServer, web_running

ADMIN = "boss@shop.example"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provider_running() as provider:
        yield provider


@pytest.fixture(scope="module")
def server(access: Any, provider: Provider, tmp_path_factory: Any) -> Iterator[WebServer]:
    """With the identity provider that stands for Clerk."""
    environment = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": "https://app.example", "RATE_LIMIT": "0"}
    web = WebServer(access, environment, tmp_path_factory.mktemp("web"))
    with web_running(web):
        yield web


@pytest.fixture(scope="module")
async def client(server: WebServer, admin: Any, provider: Provider) -> AsyncIterator[Client]:
    await admin.execute("SELECT identity.trust_issuer($1, false)", provider.issuer)
    client = Client(server.url)
    await client.post("/accounts", json={"email": ADMIN, "password": PASSWORD})
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE email = $1", ADMIN)
    yield client
    await client.http.aclose()


async def tell(client: Client, script: str, *more: str) -> str:
    """Run a script of this folder. Returns what it printed."""
    command = [sys.executable, "-m", f"tests.migrating.{script}", client.url, "--admin", ADMIN, "--password", PASSWORD]
    run = await asyncio.to_thread(
        subprocess.run, [*command, *more], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


async def test_commercecore_dbx(client: Client, admin: Any) -> None:
    assert (await tell(client, "commercecore_dbx")).count("ok  ") == 16
    assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []


async def test_expo_ecom_with_clerk(client: Client, provider: Provider) -> None:
    """A session token of Clerk: azp instead of aud, no e-mail, for a minute."""
    now = int(time.time())
    token = provider.token("user_2abc", aud=None, azp="https://app.example", email=None, email_verified=None,
                           exp=now + 60, sid="sess_1", fva=[0, -1])  # fmt: skip
    told = await tell(client, "expo_ecom", "--token", token)
    assert told.count("ok  ") == 8
    assert "Clerk's user" in told


async def test_billing_template(client: Client, admin: Any) -> None:
    assert (await tell(client, "billing_template")).count("ok  ") == 7
    assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []


async def test_a_story_that_is_not_so_fails(client: Client) -> None:
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.migrating.expo_ecom", client.url, "--admin", ADMIN, "--password", PASSWORD,
         "--token", "no.token.atall"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "FAILED  GET /account: 200 expected, 401 came" in run.stderr


# --- data -----------------------------------------------------------------------------------------


def blocks(page: str) -> list[str]:
    text = (ROOT / "db/docs/migrating" / page).read_text()
    return re.findall(r"```sql\n(.*?)```", text.split("\n## Data\n")[1], re.DOTALL)


# The columns that the pages read, as the two systems have them.
COMMERCECORE = """
CREATE SCHEMA old;
CREATE TABLE old.users (user_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar(50) NOT NULL,
    email_verified boolean DEFAULT false, username varchar(20) NOT NULL, password_hash text NOT NULL,
    created_at timestamp DEFAULT now());
CREATE TABLE old.user_role (user_id uuid, roles text NOT NULL);
CREATE TABLE old.addresses (address_id serial PRIMARY KEY, user_id uuid, full_name text NOT NULL, phone text NOT NULL,
    street text NOT NULL, city text NOT NULL, state text, postal_code text, country text NOT NULL);
CREATE TABLE old.categories (category_id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE old.products (product_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), category_id int, name text NOT NULL,
    description text, price numeric(10, 2) NOT NULL, attributes jsonb, user_id uuid);
CREATE TABLE old.product_inventory (product_id uuid PRIMARY KEY, stock int NOT NULL);
CREATE TYPE old.order_status AS ENUM ('pending', 'paid', 'shipped', 'delivered', 'cancelled');
CREATE TYPE old.product_status AS ENUM ('confirmed', 'cancelled');
CREATE TABLE old.orders (order_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid, shipping_address_id int,
    total numeric(10, 2), status old.order_status DEFAULT 'pending', created_at timestamp DEFAULT now());
CREATE TABLE old.order_items (order_id uuid, product_id uuid, quantity int, price numeric(10, 2),
    status old.product_status DEFAULT 'confirmed', PRIMARY KEY (order_id, product_id));
INSERT INTO old.users (email, username, password_hash, created_at) VALUES
    ('sana@x.example', 'sana', '$argon2id$v=19$…', '2025-11-01'),
    ('omar@x.example', 'o m a r', '$argon2id$v=19$…', '2025-11-02');
INSERT INTO old.user_role SELECT user_id, CASE username WHEN 'sana' THEN 'costumer' ELSE 'seller' END FROM old.users;
INSERT INTO old.addresses (user_id, full_name, phone, street, city, state, postal_code, country)
    SELECT user_id, 'Sana Idrissi', '+212 6', '12 rue Souika', 'Rabat', NULL, '10020', c.country
    FROM old.users, (VALUES ('Morocco'), ('us'), ('Atlantis')) AS c(country) WHERE username = 'sana';
UPDATE old.addresses SET state = 'California' WHERE country = 'us';
INSERT INTO old.categories (name) VALUES ('Home & Garden');
INSERT INTO old.products (category_id, name, price, attributes, user_id)
    SELECT 1, 'Tea glass', 6.5, '{"colour": "green"}', user_id FROM old.users WHERE username <> 'sana';
INSERT INTO old.product_inventory SELECT product_id, 7 FROM old.products;
INSERT INTO old.orders (user_id, shipping_address_id, total, status) SELECT user_id, 1, 19.5, s.status::old.order_status
    FROM old.users, (VALUES ('pending'), ('paid')) AS s(status) WHERE username = 'sana';
INSERT INTO old.order_items (order_id, product_id, quantity, price)
    SELECT order_id, product_id, 3, 6.5 FROM old.orders, old.products;
"""
EXPO = """
CREATE SCHEMA old;
CREATE TYPE old."OrderStatus" AS ENUM ('PENDING', 'PAID', 'SHIPPED', 'CANCELLED', 'COMPLETED');
CREATE TABLE old."User" (id text PRIMARY KEY, "clerkId" text NOT NULL, email text, name text,
    "createdAt" timestamp(3) NOT NULL DEFAULT now());
CREATE TABLE old."Category" (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE old."Product" (id text PRIMARY KEY, title text NOT NULL, description text, price double precision NOT NULL,
    stock int NOT NULL DEFAULT 0, image text, "isActive" boolean NOT NULL DEFAULT true, "categoryId" text);
CREATE TABLE old."Order" (id text PRIMARY KEY, "userId" text NOT NULL,
    status old."OrderStatus" NOT NULL DEFAULT 'PENDING', "totalAmount" double precision NOT NULL);
CREATE TABLE old."OrderItem" (id text PRIMARY KEY, "orderId" text, "productId" text NOT NULL, quantity int NOT NULL);
INSERT INTO old."User" (id, "clerkId", email, name) VALUES ('c1', 'user_old_1', 'rohan@x.example', 'Rohan'),
    ('c2', 'user_old_2', NULL, NULL);
INSERT INTO old."Category" VALUES ('k1', 'Phones');
INSERT INTO old."Product" (id, title, price, stock, image, "isActive", "categoryId") VALUES
    ('clp1', 'Phone', 19999.99, 4, 'https://cdn.example/p.jpg', true, 'k1'), ('clp2', 'Old', 1, 0, NULL, false, NULL);
INSERT INTO old."Order" (id, "userId", "totalAmount") VALUES ('o1', 'c1', 39999.98), ('o2', 'c2', 19999.99);
INSERT INTO old."OrderItem" VALUES ('i1', 'o1', 'clp1', 2), ('i2', 'o2', 'clp1', 1);
"""


async def test_data_of_commercecore_dbx(connect: Any, admin: Any) -> None:
    dba = await connect()
    await dba.execute(COMMERCECORE)
    try:
        for block in blocks("commercecore-dbx.md"):
            await dba.execute(block)
        assert await dba.fetch("SELECT country FROM old.addresses WHERE id IS NULL") == [("Atlantis",)]
        people = await dba.fetch(
            "SELECT email, handle, role, created_at::date::text FROM identity.accounts WHERE email LIKE '%@x.example' "
            "ORDER BY id"
        )
        assert [tuple(row) for row in people] == [
            ("sana@x.example", "sana", "customer", "2025-11-01"),
            ("omar@x.example", None, "merchant", "2025-11-02"),
        ]
        homes = await dba.fetch(
            "SELECT country, region, is_default FROM identity.addresses WHERE phone = '+212 6' ORDER BY id"
        )
        assert {tuple(row) for row in homes} == {("MA", None, True), ("US", "US-CA", False)}
        order = await dba.fetchrow("SELECT n.* FROM sales.orders AS n JOIN old.orders AS o ON o.id = n.id")
        assert (order["status"], order["subtotal"], order["currency"]) == ("pending", 1950, "USD")
        stock = await dba.fetchrow(
            "SELECT s.on_hand, s.reserved FROM catalog.stock AS s JOIN old.products AS p ON p.id = s.product_id"
        )
        assert tuple(stock) == (10, 3)
        assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []
    finally:
        await dba.execute("DROP SCHEMA old CASCADE")


async def test_data_of_expo_ecom(connect: Any, admin: Any, client: Client, provider: Provider) -> None:
    await client.post("/accounts", json={"email": "shop@example.com", "password": PASSWORD, "role": "merchant"})
    dba = await connect()
    await dba.execute(EXPO)
    try:
        for block in blocks("expo-ecom.md"):
            await dba.execute(block.replace("https://your-app.clerk.accounts.dev", provider.issuer))
        order = await dba.fetchrow('SELECT n.* FROM sales.orders AS n JOIN old."Order" AS o ON o.order_id = n.id')
        assert (order["status"], order["subtotal"], order["currency"]) == ("pending", 3999998, "BDT")
        assert await admin.fetch("SELECT * FROM audit.check_invariants() WHERE NOT ok") == []
        for subject, email in (("user_old_1", "rohan@x.example"), ("user_old_2", None)):
            token = provider.token(subject, aud=None, azp="https://app.example", email=None, jti=uuid.uuid4().hex)
            account = (await client.get("/account", token=token)).json()
            assert (account["email"], account["role"]) == (email, "customer")
            known = await dba.fetchval('SELECT account_id::text FROM old."User" WHERE "clerkId" = $1', subject)
            assert account["id"] == known
    finally:
        await dba.execute("DROP SCHEMA old CASCADE")


async def test_balances_of_billing_template_are_brought_over(client: Client, admin: Any, tmp_path: Path) -> None:
    customer = (await client.post("/accounts", json={"email": "mia@x.example", "password": PASSWORD})).json()
    staff = (await client.post("/sessions", json={"email": ADMIN, "password": PASSWORD})).json()
    (tmp_path / "opening.csv").write_text(f"{customer['id']},1250\n")
    page = (ROOT / "db/docs/migrating/billing-template.md").read_text()
    script = re.findall(r"```sh\n(.*?)```", page.split("\n## Data\n")[1], re.DOTALL)[0]
    environment = {**os.environ, "STORE": client.url, "TOKEN": staff["access_token"]}
    for _ in range(2):  # it can be run again
        run = await asyncio.to_thread(
            subprocess.run, ["sh", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
    balances = await admin.fetch(
        "SELECT balance FROM ledger.accounts WHERE owner_id = $1::text::uuid AND kind = 'credit'", customer["id"]
    )
    assert [tuple(row) for row in balances] == [(1250,)]
