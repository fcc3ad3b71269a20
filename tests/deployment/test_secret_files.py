"""Secrets as files: every setting may come from the file that NAME_FILE names, and no environment tells it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.processes import environment
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.gateways.stripe.settings import StripeSettings
from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import CONSUMERS, Access, ServerError
from tests.support.forks import run_storeproc

ROOT = Path(__file__).parents[2]
SECRET = "s3cret" * 8
Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(text): the path of a file that holds it."""
    numbers = iter(range(1000))

    def make(text: str) -> str:
        file = tmp_path / f"secret{next(numbers)}"
        file.write_text(text)
        return str(file)

    return make


def read(**environ: str) -> Settings:
    return Settings.from_env(environ)


def test_every_secret_may_be_in_a_file(write: Write) -> None:
    settings = read(
        STOREPROC_SECRET_FILE=write(SECRET),
        DATABASE_URL="postgresql://postgres@database:5432/storeproc",
        DATABASE_PASSWORD_FILE=write("a/b:c@d"),
        METRICS_TOKEN_FILE=write("m" * 40),
        STRIPE_SECRET_KEY_FILE=write("sk_test_1"),
        STRIPE_WEBHOOK_SECRET_FILE=write("whsec_1,whsec_2"),
        SSLCOMMERZ_STORE_ID="shop",
        SSLCOMMERZ_STORE_PASSWORD_FILE=write("ssl-password"),
        SMTP_URL="smtp://shop@mail.example:587",
        SMTP_PASSWORD_FILE=write("mail-password"),
    )
    assert settings.secret == SECRET
    assert settings.database_url == "postgresql://postgres:a%2Fb%3Ac%40d@database:5432/storeproc"
    assert settings.metrics_token == "m" * 40
    stripe, sslcommerz = settings.gateways["stripe"], settings.gateways["sslcommerz"]
    assert isinstance(stripe, StripeSettings)
    assert stripe.secret_key == "sk_test_1"
    assert stripe.webhook_secret == ("whsec_1", "whsec_2")
    assert isinstance(sslcommerz, SSLCommerzSettings)
    assert sslcommerz.store_password == "ssl-password"
    assert settings.smtp
    assert settings.smtp.password == "mail-password"
    assert not [word for word in (SECRET, "a/b", "sk_test", "whsec", "-password", "mmm") if word in repr(settings)]


def test_a_url_with_its_password_may_be_in_a_file(write: Write) -> None:
    url = "postgresql://postgres:pw@database/storeproc"
    assert read(DATABASE_URL_FILE=write(url + "\n")).database_url == url
    found = read(SMTP_URL_FILE=write("smtps://shop:pw@mail.example")).smtp
    assert found
    assert found.password == "pw"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "  \n\n"])
def test_the_end_of_the_line_is_not_part_of_a_secret(write: Write, end: str) -> None:
    assert read(STOREPROC_SECRET_FILE=write(SECRET + end)).secret == SECRET


def complaint(**environ: str) -> str:
    with pytest.raises(SettingsError) as refusal:
        read(**environ)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def test_both_are_an_error_that_names_them_and_quotes_neither(write: Write) -> None:
    said = complaint(STOREPROC_SECRET=SECRET, STOREPROC_SECRET_FILE=write(SECRET))
    assert said == "STOREPROC_SECRET and STOREPROC_SECRET_FILE are both set: keep one of them."


def test_an_empty_variable_is_an_unset_one(write: Write) -> None:
    assert read(STOREPROC_SECRET="", STOREPROC_SECRET_FILE=write(SECRET)).secret == SECRET
    assert read(STOREPROC_SECRET=SECRET, STOREPROC_SECRET_FILE="").secret == SECRET


def test_what_is_wrong_with_a_file_is_said(write: Write, tmp_path: Path) -> None:
    missing = tmp_path / "nothing"
    assert complaint(METRICS_TOKEN_FILE=str(missing)).endswith(
        f"METRICS_TOKEN_FILE={missing}: the file cannot be read: No such file or directory."
    )
    assert "Is a directory" in complaint(METRICS_TOKEN_FILE=str(tmp_path))
    assert complaint(METRICS_TOKEN_FILE=write(" \n")).endswith("one line is expected, the file has none.")
    two = complaint(METRICS_TOKEN_FILE=write(f"{SECRET}\n{SECRET}\n"))
    assert two.endswith("one line is expected, the file has more.")
    assert SECRET not in two
    short = complaint(STOREPROC_SECRET_FILE=write("short"))
    assert short.startswith("STOREPROC_SECRET: 32 characters or more are expected")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    assert complaint(METRICS_TOKEN_FILE=str(binary)).endswith("the file is not text.")


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is not root cannot take another user's place")
def test_a_file_of_somebody_else_is_one_clear_line(write: Write) -> None:
    file = write(SECRET)
    Path(file).chmod(0o600)
    for folder in Path(file).parents[:3]:
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        said = complaint(STOREPROC_SECRET_FILE=file)
    finally:
        os.seteuid(0)
    assert said == f"STOREPROC_SECRET_FILE={file}: the file cannot be read: Permission denied."


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_PASSWORD": "x"},
        {"DATABASE_PASSWORD": "x", "DATABASE_URL": "postgresql://database/storeproc"},
        {"DATABASE_PASSWORD": "x", "DATABASE_URL": "postgresql://postgres:y@database/storeproc"},
        {"SMTP_PASSWORD": "x", "SMTP_URL": "smtp://mail.example"},
        {"SMTP_PASSWORD": "x", "SMTP_URL": "smtp://shop:y@mail.example"},
    ],
)
def test_a_password_beside_a_url_needs_a_user_there_and_no_second_password(given: dict[str, str]) -> None:
    assert "must name a user, and no password of its own" in complaint(**given)


@pytest.mark.parametrize("url", ["pooler:6432", "http://pooler", "postgresql://me@pooler/storeproc"])
def test_the_pooler_is_an_address_without_a_user(url: str) -> None:
    assert complaint(POOLER_URL=url).startswith("POOLER_URL: ")


def test_children_get_the_passwords_of_their_own_roles_and_no_secret(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(("STOREPROC_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("STOREPROC_SECRET_FILE", write(SECRET))
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@database/storeproc")
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", write("the-administrators-own"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-users-shell")
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example")
    settings = Settings.from_env()
    assert settings.database_url
    access = Access(settings.database_url, SECRET)
    web, worker = environment(settings, access, "web"), environment(settings, access, "worker")
    for given in (web, worker):
        told = " ".join(given.values())
        assert not [word for word in (SECRET, "the-administrators-own", "of-the-users-shell") if word in told]
        assert not [name for name in given if name.endswith(("SECRET_FILE", "PASSWORD_FILE", "URL_FILE"))]
        assert Settings.from_env(given).database_url == "postgresql://@database/storeproc"
    assert ("SMTP_URL" in web, "SMTP_URL" in worker) == (False, True)
    child = Settings.from_env(web).access
    for role in (*CONSUMERS["web"], "web_gateway"):
        assert child.password(role) == access.password(role)
    assert child.gateway_secret("mock") == access.gateway_secret("mock")
    for role in ("postgres", "web_worker", "store_backup", "store_monitor"):
        with pytest.raises(ServerError, match="is not known here"):
            child.password(role)
    assert Settings.from_env(worker).access.password("web_worker") == access.password("web_worker")


def test_each_container_has_the_secrets_of_its_own(write: Write) -> None:
    """No STOREPROC_SECRET anywhere: as in docker-compose.yml."""
    files = {f"STOREPROC_{name.upper()}_SECRET_FILE": write(name * 16) for name in CONSUMERS}
    url = "postgresql://postgres:pw@database/storeproc"
    administrator = read(DATABASE_URL=url, STOREPROC_DATA="/nowhere", **files).access
    assert len({administrator.password(role) for roles in CONSUMERS.values() for role in roles}) == 10
    own = {name: files[name] for name in ("STOREPROC_WEB_SECRET_FILE", "STOREPROC_GATEWAY_SECRET_FILE")}
    web = read(DATABASE_URL="postgresql://database/storeproc", STOREPROC_DATA="/nowhere", **own).access
    assert web.password("web_admin") == administrator.password("web_admin")
    assert web.gateway_secret("mock") == administrator.gateway_secret("mock")
    with pytest.raises(ServerError, match="STOREPROC_WORKER_SECRET"):
        web.password("web_worker")


def test_a_command_works_with_nothing_but_files(access: Access, write: Write) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOREPROC_", "DATABASE_"))}
    files = {"DATABASE_URL_FILE": write(access.admin()), "STOREPROC_SECRET_FILE": write(access.secret)}
    done = run_storeproc(["check", "--json"], kept | files)
    assert done.returncode == 0, done.stderr
    assert '"ok": true' in done.stdout
