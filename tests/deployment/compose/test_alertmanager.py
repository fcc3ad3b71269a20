"""Alerts reach people: Alertmanager's configuration, and a test alert that arrives by mail and at a webhook."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from db.server.processes import die_with_parent
from tests.deployment.compose.conftest import ROOT

FOLDER = ROOT / "monitoring" / "alertmanager"
Write = Callable[..., dict[str, Any]]


def amtool(folder: Path, *arguments: str | Path) -> None:
    done = subprocess.run([folder / "amtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def written(tmp_path: Path, alertmanager: Path) -> Write:
    """What start.sh writes for these variables, taken by amtool. It starts a program that does nothing."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "alertmanager").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "bin" / "alertmanager").chmod(0o755)

    def write(webhook: str = "", **variables: str) -> dict[str, Any]:
        (tmp_path / "alert_webhook_url").write_text(webhook)
        (tmp_path / "alert_smtp_password").write_text("secret\n")
        places = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
        done = subprocess.run(
            [FOLDER / "start.sh", "--storage.path=/alertmanager"],
            env=places | {"ALERT_SECRETS": str(tmp_path)} | variables,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"--config.file={tmp_path}/alertmanager.yml --storage.path=/alertmanager\n"
        assert ("alerts are not delivered" in done.stderr) == (not webhook and not variables)
        amtool(alertmanager, "check-config", tmp_path / "alertmanager.yml")
        made: dict[str, Any] = yaml.safe_load((tmp_path / "alertmanager.yml").read_text())
        return made

    return write


def test_the_configuration_for_a_server_of_ones_own_is_taken(alertmanager: Path) -> None:
    amtool(alertmanager, "check-config", FOLDER / "alertmanager.yml")


def test_each_way_to_people_is_written_for_compose(written: Write, tmp_path: Path) -> None:
    own = yaml.safe_load((FOLDER / "alertmanager.yml").read_text())
    mail = {
        "ALERT_MAIL_TO": "o'brien@shop.example", "ALERT_MAIL_FROM": "shop@shop.example",
        "ALERT_SMTP": "smtp.shop.example:587", "ALERT_SMTP_USER": "shop",
    }  # fmt: skip
    for made, ways in (
        (written(), set()),
        (written(**mail), {"email_configs"}),
        (written("https://hook.example/x"), {"webhook_configs"}),
        (written("https://hook.example/x", **mail), {"email_configs", "webhook_configs"}),
    ):
        assert {name: made[name] for name in own if name != "receivers"} == {
            name: own[name] for name in own if name != "receivers"
        }
        (people,) = made["receivers"]
        assert set(people) == {"name"} | ways
    assert people["email_configs"] == [
        {
            "to": "o'brien@shop.example", "from": "shop@shop.example", "smarthost": "smtp.shop.example:587",
            "auth_username": "shop", "auth_password_file": f"{tmp_path}/alert_smtp_password",
            "require_tls": True, "send_resolved": True,
        }
    ]  # fmt: skip


def test_a_database_that_is_away_is_one_message(alertmanager: Path) -> None:
    """What follows from it is named by alerts that exist."""
    rules = yaml.safe_load((ROOT / "monitoring/prometheus/rules.yml").read_text())["groups"]
    known = {rule["alert"] for group in rules for rule in group["rules"]}
    for rule in yaml.safe_load((FOLDER / "alertmanager.yml").read_text())["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            assert set(re.findall(r"[A-Z]\w+", matcher)) <= known
    amtool(alertmanager, "config", "routes", "test", f"--config.file={FOLDER}/alertmanager.yml", "severity=critical")


class Inbox(Controller):
    """A mail server that keeps what it receives."""

    def __init__(self) -> None:
        self.subjects: list[str] = []
        super().__init__(self, hostname="127.0.0.1", port=_free_port())  # it does not take 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        message = message_from_bytes(envelope.content or b"")
        self.subjects.append(f"{envelope.rcpt_tos} {message['Subject']}")
        return "250 OK"


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[Any]]]:
    """The address of a webhook, and what it was told."""
    told: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server calls
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/alert", told
    server.shutdown()


def test_the_test_alert_arrives_by_mail_and_at_the_webhook(
    alertmanager: Path, tmp_path: Path, webhook: tuple[str, list[Any]]
) -> None:
    """The command of monitoring/README.md, with the mail server and the webhook of this test."""
    url, told = webhook
    inbox = Inbox()
    inbox.start()
    listen = f"127.0.0.1:{_free_port()}"
    (tmp_path / "alert_webhook_url").write_text(url + "\n")
    folder = tmp_path / "etc"
    folder.mkdir()
    for name, before, after in (
        ("alertmanager.yml", "group_wait: 10s", "group_wait: 0s"),  # nobody waits for others of the same kind here
        ("start.sh", "require_tls: true", "require_tls: false"),
    ):
        text = (FOLDER / name).read_text()
        assert text.count(before) == 1
        (folder / name).write_text(text.replace(before, after))
    log = tmp_path / "alertmanager.log"
    process = subprocess.Popen(
        [*with_templates(alertmanager), "/bin/sh", folder / "start.sh", f"--storage.path={tmp_path}/data",
         "--cluster.listen-address=", f"--web.listen-address={listen}"],
        env={"PATH": f"{alertmanager}:{os.environ['PATH']}", "TMPDIR": str(tmp_path), "ALERT_SECRETS": str(tmp_path),
             "ALERT_MAIL_TO": "oncall@shop.example", "ALERT_SMTP": f"127.0.0.1:{inbox.port}"},
        stdout=subprocess.DEVNULL, stderr=log.open("wb"), preexec_fn=die_with_parent(9),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 30
        while not _ready(listen):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        command = re.search(r"^docker compose exec alertmanager (amtool .* alert add .*)$",
                            (ROOT / "monitoring" / "README.md").read_text(), re.MULTILINE)  # fmt: skip
        assert command is not None
        amtool(alertmanager, *shlex.split(command[1].replace("127.0.0.1:9093", listen))[1:])
        while not (inbox.subjects and told):
            assert time.monotonic() < deadline, (inbox.subjects, told)
            time.sleep(0.05)
    finally:
        process.terminate()
        process.wait(30)
        inbox.stop()
    assert inbox.subjects == ["['oncall@shop.example'] [FIRING:1] TestAlert (critical)"]
    assert told[0]["alerts"][0]["labels"] == {"alertname": "TestAlert", "severity": "critical"}
    assert told[0]["alerts"][0]["annotations"] == {"summary": "Only a test."}


def with_templates(folder: Path) -> list[str | Path]:
    """What comes before the command: Debian's build reads its templates from /usr/share, which here is another one."""
    templates = folder.parent / "share" / "prometheus" / "alertmanager"
    if folder == Path("/usr/bin") or not templates.exists():
        return []
    if os.geteuid() != 0:
        pytest.skip("only root shows Alertmanager another /usr/share")
    mount = 'mount -t tmpfs tmpfs /usr/share && mkdir /usr/share/prometheus && cp -r "$0" /usr/share/prometheus/'
    return ["unshare", "--mount", "/bin/sh", "-c", f'{mount} && exec "$@"', templates]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/-/ready", timeout=5):
            return True
    except OSError:
        return False
