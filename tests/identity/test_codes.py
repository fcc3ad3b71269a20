"""Codes of authenticator apps (TOTP), compared with the RFCs and with another implementation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import urllib.parse
from typing import Any

import pyotp
import pytest

# RFC 4226, appendix D: HOTP of the ASCII text 12345678901234567890 for the counters 0 to 9.
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
# RFC 6238, appendix B, SHA-1: seconds and codes of eight digits, of which apps show the last six.
TOTP = {59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037",
        20000000000: "65353130"}  # fmt: skip
SECRET = b"12345678901234567890"


async def test_sha1_is_that_of_python(admin: Any) -> None:
    choice = random.Random(1)
    texts = [b"", b"abc", b"\xff" * 64, *(choice.randbytes(length) for length in (1, 54, 55, 56, 57, 63, 65, 119, 300))]
    found = await admin.fetch("SELECT identity.sha1(t) AS hash FROM unnest($1::bytea[]) AS t", texts)
    assert [row["hash"] for row in found] == [hashlib.sha1(text).digest() for text in texts]
    keys = [choice.randbytes(length) for length in (1, 20, 64)]
    found = await admin.fetch("SELECT identity.hmac_sha1(k, 'message') AS hash FROM unnest($1::bytea[]) AS k", keys)
    assert [row["hash"] for row in found] == [hmac.digest(key, b"message", "sha1") for key in keys]


async def test_the_vectors_of_the_rfcs(admin: Any) -> None:
    counters = "generate_series(0::bigint, 9) AS s"
    codes = await admin.fetch(f"SELECT identity.make_code($1, s) AS code FROM {counters}", SECRET)
    assert [row["code"] for row in codes] == HOTP
    for seconds, code in TOTP.items():
        assert await admin.fetchval("SELECT identity.make_code($1, $2)", SECRET, seconds // 30) == code[-6:]


async def test_the_codes_are_those_of_another_implementation(admin: Any) -> None:
    choice = random.Random(2)
    for _ in range(40):
        secret, step = choice.randbytes(20), choice.randrange(2**32)
        text = await admin.fetchval("SELECT identity.encode_base32($1)", secret)
        assert text == base64.b32encode(secret).decode()
        code = await admin.fetchval("SELECT identity.make_code($1, $2)", secret, step)
        assert code == pyotp.TOTP(text).at(step * 30)


async def test_base32_and_uris(admin: Any) -> None:
    for length in range(1, 12):
        data = bytes(range(length))
        text = await admin.fetchval("SELECT identity.encode_base32($1)", data)
        assert text == base64.b32encode(data).decode().rstrip("=")
    for text in ("Ada & Söhne: 100 %", "a+b@example.com", "", "日本 ~-._", "'\"\\/?#"):
        assert await admin.fetchval("SELECT identity.encode_uri($1)", text) == urllib.parse.quote(text, safe="")
    secret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    uri = await admin.fetchval("SELECT identity.otpauth_uri('Söhne & Co', 'a+b@example.com', $1)", secret)
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.issuer, read.name, read.secret) == ("Söhne & Co", "a+b@example.com", secret)
    assert (read.digits, read.interval, read.digest) == (6, 30, hashlib.sha1)


@pytest.mark.parametrize(("shift", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_clocks_may_differ_by_a_step(admin: Any, shift: int, right: bool) -> None:
    row = await admin.fetchrow(
        """
        WITH t AS MATERIALIZED (SELECT floor(extract(epoch FROM clock_timestamp()) / 30)::bigint + $2 AS step)
        SELECT identity.match_step(ROW(NULL, $1::bytea, now(), 0, now())::identity.second_factors,
                                   identity.make_code($1, t.step)) = t.step AS right,
               identity.match_step(ROW(NULL, $1::bytea, now(), t.step, now())::identity.second_factors,
                                   identity.make_code($1, t.step)) AS again
        FROM t
        """,
        SECRET,
        shift,
    )
    assert (row["right"] or False, row["again"]) == (right, None)
