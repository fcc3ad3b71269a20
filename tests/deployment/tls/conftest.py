"""Gates with TLS and without."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from db.server.access import Access
from tests.deployment.tls.gate import Authority, Gate, Trust, opened


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("certificates")
    ours, foreign = Authority(folder, "ours"), Authority(folder, "foreign")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ours.issue("server", "localhost"))
    return Trust(folder, ours, foreign, context, ours.issue("client"))


@pytest.fixture(scope="module")
def socket_file(access: Access) -> str:
    return parse_qs(urlsplit(access.admin_url).query)["host"][0] + "/.s.PGSQL.5432"


@pytest.fixture
def tls(socket_file: str, trust: Trust) -> Iterator[Gate]:
    with opened(Gate(socket_file, trust.server)) as gate:
        yield gate


@pytest.fixture
def bare(socket_file: str) -> Iterator[Gate]:
    """A server without TLS, or whoever stands in the way and says that it has none."""
    with opened(Gate(socket_file, None)) as gate:
        yield gate
