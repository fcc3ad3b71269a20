"""The machine of the primary freezes: its kernel accepts connections, and nothing answers. The standby takes over.

Long: the worker gives a connection fifteen seconds before it counts as lost.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import psutil
import pytest

from tests.deployment.standby.conftest import ADDRESS, ROOT, Web, sign_up
from tests.deployment.standby.pair import Pair, ask, eventually
from tests.support.web import Client

pytestmark = pytest.mark.anyio


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stops every process of a server, and lets them go on afterwards."""
    postmaster = psutil.Process(pid)
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


async def shop_until_it_works(client: Client, token: str, in_a_row: int) -> tuple[float, Counter[str]]:
    """Writes until so many writes in a row are acknowledged: how long until then, and what was refused."""
    began = time.monotonic()
    refused: Counter[str] = Counter()
    acknowledged = 0
    while acknowledged < in_a_row:
        assert time.monotonic() - began < 60, refused
        made = await client.post("/account/addresses", token=token, json=ADDRESS)
        acknowledged = acknowledged + 1 if made.status_code == 201 else 0
        if made.status_code != 201:
            refused[made.json()["code"]] += 1
    return time.monotonic() - began, refused


async def test_the_shop_goes_on_beside_a_frozen_primary(pair: Pair, start_web: Callable[..., Web]) -> None:
    web = start_web(REQUEST_TIMEOUT="3")
    await web.are("reading")
    client = Client(web.url)
    # A new connection each time: both processes have connections to the primary that hang, and both must recover.
    client.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
    token = await sign_up(pair)
    await asyncio.gather(*(client.post("/account/addresses", token=token, json=ADDRESS) for _ in range(12)))
    sockets = ",".join(str(one.layout.socket_folder) for one in (pair.primary, pair.standby))
    environment = os.environ | {
        "DATABASE_URL": f"postgresql:///storeproc?host={sockets}&target_session_attrs=read-write",
        "STOREPROC_SECRET": "test" * 16,
        "STOREPROC_DATA": str(pair.primary.data.parent / "worker"),
    }
    worker = subprocess.Popen(  # noqa: ASYNC220  # it only starts
        [sys.executable, "-m", "api.worker"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    working = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'storeproc worker'"
    try:
        await eventually(lambda: bool(ask(pair.access, working)))
        await pair.caught_up()
        assert pair.primary.pid is not None
        with frozen(pair.primary.pid):
            ask(pair.copy, "SELECT pg_promote()")
            took, refused = await shop_until_it_works(client, token, in_a_row=24)
            print(f"acknowledged again after {took:.1f} s; refused before: {dict(refused)}")
            assert refused["timeout"], "no connection to the frozen server was in use"
            assert set(refused) <= {"timeout", "database_unavailable"}

            superuser = f"postgresql://postgres:{pair.access.password('postgres')}@/storeproc"
            top = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "api.cli", "top", "--once", "--json"],
                cwd=ROOT,
                env=environment | {"DATABASE_URL": f"{superuser}?{environment['DATABASE_URL'].partition('?')[2]}"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert top.returncode == 0, top.stderr
            assert json.loads(top.stdout)["standby"] is False
            await eventually(lambda: bool(ask(pair.copy, working)))
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        await client.http.aclose()
