"""The harness: one real PostgreSQL for a run, a database of its own for each test file, the real roles and web tier.

`pytest` starts one xdist worker more than there are processors, at most four (`-n auto`; a file stays on one worker).
The controlling process starts one embedded server in a temporary folder (in memory where there is room), migrates one
template database, and stops the server at the end. `-n 0` runs everything in one process, for a debugger.

Async tests and fixtures are plain `async def` (anyio's pytest plugin in auto mode, on asyncio). Async fixtures of a
module and its tests share one event loop. asyncio.gather, asyncio.Barrier and asyncpg work as ever.

What a test may ask for. All are of a module unless it says otherwise: its database is clean at its start, and its
tests share it, so make your own accounts and products instead of counting rows.

    database  str: the name of the module's database, cloned from the migrated template (no demo data), dropped after
    access    db.server.Access: access.url("web_customer"), access.admin(), access.secret
    admin     asyncpg.Connection as superuser, autocommit
    connect   await connect("web_customer"): a new asyncpg.Connection as that login role, closed after the module;
              await connect() is another superuser
    call      await call("web_customer", "create_order", token=token, items=[...]): the answer as Python data, None for
              void. The one statement that the web tier sends: caller settings and api function together, autocommit.
              Arguments are JSON (UUID and datetime become text); request_id="…" is optional. Safe with asyncio.gather:
              a pool of up to 20 connections for each role
    server    WebServer: the real web tier as a process on a free port, with this module's database: server.url,
              server.log(), server.kill(), server.restart(). A module variable
              SERVER_ENVIRONMENT = {"RATE_LIMIT": "10"} adds settings; GATEWAYS: see
              tests/support/gateways.py. It is a fork of a process that has imported
              everything (tests/support/forks.py; run_storeproc there runs other commands), and its passwords are hashed
              cheaply: PASSWORD_COST = api.http.passwords.COST where their time counts
    client    Client over httpx: response = await client.post("/orders", token=token, json={...}); get, post, put,
              patch, delete, request. Paths are below /v1 unless they begin with /v1, /health, /metrics, /openapi.json,
              /docs or /mock. Keywords as in httpx (headers=, params=, content=, cookies=), and key="…" for
              Idempotency-Key, if_match=3 for If-Match, base=url for another server. Answers are httpx.Response;
              redirects are not followed, no cookies are kept
    make_database  make_database(): Access to one more clone, for a test that breaks things; dropped after the module
    cluster   Cluster: the server itself (session); cluster.access is the superuser on the template

    from tests.support.connections import refused
        with refused("order_not_found"): await call(…)
        with refused("out_of_stock", "23514") as refusal: …
              The code is the error's constraint name, the second argument its SQLSTATE; refusal.error is the asyncpg
              error, refusal.detail its DETAIL as data

pgTAP: each tests/pgtap/*.sql is one test. It runs in a transaction that is rolled back, as superuser, in a clone of its
worker with the extension in schema `tap` (search_path = tap, pg_catalog). Write `SELECT plan(3); SELECT ok(…); …;
SELECT * FROM finish();` without psql commands. A `not ok`, a wrong plan, an error, or a file without a test fails it.
"""

from __future__ import annotations

from tests.support.cluster import access, cluster, database, make_database
from tests.support.connections import admin, anyio_backend, call, connect
from tests.support.pgtap import pytest_collect_file
from tests.support.run import (
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
    pytest_unconfigure,
    pytest_xdist_auto_num_workers,
)
from tests.support.web import client, server

__all__ = [
    "access",
    "admin",
    "anyio_backend",
    "call",
    "client",
    "cluster",
    "connect",
    "database",
    "make_database",
    "pytest_collect_file",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_ignore_collect",
    "pytest_unconfigure",
    "pytest_xdist_auto_num_workers",
    "server",
]
