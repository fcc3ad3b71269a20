"""Alert rules and dashboards: what they ask for exists, each alert fires when it should, and says what to do."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from db.server.access import Access
from tests.deployment.conftest import promtool as promtool  # Debian's, in a cache, where it is not installed

FOLDER = Path(__file__).parents[2] / "monitoring"
RULES = FOLDER / "prometheus" / "rules.yml"
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))
METRIC = re.compile(r"\b(storeproc_[a-z_]+)")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            found += [(f"{file.stem}: {panel['title']}", target) for target in panel.get("targets", [])]
    return found


@pytest.fixture
def program(request: pytest.FixtureRequest) -> str:
    """promtool, installed or Debian's from a cache."""
    try:
        found: str = request.getfixturevalue("promtool")
    except pytest.fail.Exception as missing:
        pytest.skip(f"{missing} The other tests here need nothing.")
    return found


def check(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [program, *arguments], cwd=RULES.parent, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_configuration(program: str) -> None:
    check(program, "check", "config", "prometheus.yml")


def test_promtool_takes_the_rules(program: str) -> None:
    check(program, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")


def test_each_alert_fires_when_it_should_and_not_before(program: str) -> None:
    check(program, "test", "rules", "rules_test.yml")


def test_each_alert_is_tested_both_ways() -> None:
    tested: dict[str, set[bool]] = {}
    for test in yaml.safe_load((RULES.parent / "rules_test.yml").read_text())["tests"]:
        for case in test["alert_rule_test"]:
            tested.setdefault(case["alertname"], set()).add(bool(case.get("exp_alerts")))
    assert tested == {rule["alert"]: {True, False} for rule in rules()}


def test_each_alert_says_how_bad_it_is_and_what_to_do() -> None:
    sections = re.findall(r"^### (\w+)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["runbook"] == f"monitoring/README.md#{rule['alert'].lower()}"
    assert sections == list(dict.fromkeys(sections))
    assert set(sections) == {rule["alert"] for rule in rules()}


def test_expressions_are_balanced() -> None:
    """Where promtool is missing this is what is checked of PromQL."""
    for text in [rule["expr"] for rule in rules()] + [t["expr"] for _, t in panels() if "expr" in t]:
        bare = re.sub(r'"[^"]*"', "", text)
        for opening, closing in ("()", "[]", "{}"):
            assert bare.count(opening) == bare.count(closing), text


async def test_every_metric_that_is_asked_for_is_in_metrics(client: Any) -> None:
    text = (await client.get("/metrics")).text
    known = set(re.findall(r"^# TYPE (storeproc_\w+) ", text, re.MULTILINE))
    # Without a standby no 0 fires ReplicaUnused; with one, see tests/deployment/test_standby.py.
    assert "storeproc_replica_serves" not in known
    known.add("storeproc_replica_serves")
    ends = re.compile(r"_(bucket|count|sum)$")
    wanted = {name: rule["alert"] for rule in rules() for name in METRIC.findall(rule["expr"])}
    wanted |= {name: title for title, target in panels() for name in METRIC.findall(target.get("expr", ""))}
    missing = {name: where for name, where in wanted.items() if name not in known and ends.sub("", name) not in known}
    assert wanted
    assert not missing


def test_dashboards_stand_on_what_is_provisioned() -> None:
    sources = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/storeproc.yml").read_text())["datasources"]
    known = {(source["type"], source["uid"]) for source in sources}
    uids = []
    for file in DASHBOARDS:
        board = json.loads(file.read_text())
        uids.append(board["uid"])
        numbers = [panel["id"] for panel in board["panels"]]
        assert len(numbers) == len(set(numbers))
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                assert (target["datasource"]["type"], target["datasource"]["uid"]) in known, panel["title"]
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
    assert len(uids) == len(set(uids)) == 3
    providers = yaml.safe_load((FOLDER / "grafana/provisioning/dashboards/storeproc.yml").read_text())["providers"]
    assert providers[0]["options"]["path"] == "/etc/storeproc/dashboards"


def test_every_query_of_the_dashboards_runs_as_store_monitor(access: Access) -> None:
    queries = [(title, target["rawSql"]) for title, target in panels() if "rawSql" in target]
    assert len(queries) > 8
    with psycopg.connect(access.url("store_monitor"), autocommit=True) as connection:
        for title, query in queries:
            text = re.sub(r"\$__timeFilter\(([\w.]+)\)", r"\1 BETWEEN now() - interval '6 hours' AND now()", query)
            text = text.replace("$__timeFrom()", "'2026-01-01T00:00:00Z'").replace(
                "$__timeTo()", "'2126-01-01T00:00:00Z'"
            )
            assert "$__" not in text
            try:
                found = connection.execute(text.encode())
            except psycopg.Error as error:
                pytest.fail(f"{title}: {error}")
            if "AS metric" in query:
                assert [column.name for column in found.description or ()] == ["time", "metric", "value"]
