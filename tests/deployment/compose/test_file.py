"""docker-compose.yml: what it promises is in what Compose makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from api.settings import Settings
from tests.deployment.compose.conftest import ROOT, SECRET

JOBS = {"prepare", "migrate", "restore", "point-in-time"}
SERVICES = {"database", "pooler", "web", "worker", "proxy", "backup", "prometheus", "alertmanager", "grafana"}


def test_everything_is_there(services: dict[str, Any]) -> None:
    assert set(services) == SERVICES | JOBS
    assert services["web"]["deploy"]["replicas"] > 1
    # What only a person starts.
    assert {name for name, service in services.items() if service.get("profiles")} == {"restore", "point-in-time"}


def test_without_a_profile_nothing_is_restored_and_compose_has_no_complaint(
    docker_compose: list[str], services: dict[str, Any]
) -> None:
    profiles = {profile for service in services.values() for profile in service.get("profiles", ())}
    assert profiles == {"restore"}
    done = subprocess.run(
        [*docker_compose, "--file", ROOT / "docker-compose.yml", "config", "--services"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == {name for name, service in services.items() if not service.get("profiles")}


def test_each_service_is_watched_and_each_job_ends(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name in JOBS:
            assert service["restart"] == "no", name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["stop_grace_period"], name
        for other, wanted in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other in JOBS else "service_healthy"
            assert wanted["condition"] == expected, (name, other)


def test_each_container_is_confined(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else []), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits), name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name


def test_images_are_pinned_or_built_here(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if "build" in service:
            assert service["build"]["dockerfile"] == "api/Dockerfile"
            assert service["image"] == ("storeproc-pooler" if name == "pooler" else "storeproc")
        else:
            assert re.search(r":v?\d+\.\d+", service["image"]), name
    text = (ROOT / "api" / "Dockerfile").read_text()
    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    # The pooler's package: one version, the one that tests/deployment/pgbouncer tries.
    version = re.search(r"^ARG PGBOUNCER=(\d+\.\d+\.\d+)$", text, re.MULTILINE)
    assert version
    installs = re.findall(r"apt-get install (.*?) \\", text)
    assert installs == ['--yes --no-install-recommends "pgbouncer=${PGBOUNCER}-*"']


def test_no_secret_is_in_an_environment(compose: dict[str, Any], services: dict[str, Any]) -> None:
    word = re.compile(r"password|secret|token|key", re.IGNORECASE)
    for name, service in services.items():
        for variable, value in (service.get("environment") or {}).items():
            if word.search(variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.startswith("/run/secrets/"), (name, variable)
                assert value.rpartition("/")[2] in [secret["source"] for secret in service["secrets"]], (name, variable)
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), (name, variable)  # a password in a URL
    given = {name: {s["source"] for s in service.get("secrets", [])} for name, service in services.items()}
    assert all(set(secret) >= {"file"} for secret in compose["secrets"].values())
    # Who has what: the front and the pooler nothing; the administrator's password only what deploys and restores.
    assert given == {
        "prepare": set(), "proxy": set(), "pooler": set(),
        "database": {"postgres_password"},
        "point-in-time": {"postgres_password"},
        "alertmanager": {"alert_smtp_password", "alert_webhook_url"},
        "migrate": {"web_secret", "gateway_secret", "worker_secret", "backup_secret", "monitor_secret",
                    "postgres_password"},
        "backup": {"backup_secret"},
        "restore": {"postgres_password"},
        "web": {"web_secret", "gateway_secret", "metrics_token"},
        "worker": {"worker_secret", "gateway_secret"},
        "prometheus": {"metrics_token"},
        "grafana": {"grafana_password", "store_monitor_password"},
    }  # fmt: skip


def test_every_file_that_is_mounted_exists(services: dict[str, Any], compose: dict[str, Any]) -> None:
    mounted = 0
    for service in services.values():
        for volume in service.get("volumes", []):
            if volume["type"] == "bind":
                assert volume["read_only"], volume
                assert Path(volume["source"]).is_relative_to(ROOT)
                assert Path(volume["source"]).exists(), volume
                mounted += 1
            else:
                assert volume["source"] in compose["volumes"]
    assert mounted > 5


def test_the_database_is_out_of_reach_from_the_front(services: dict[str, Any], compose: dict[str, Any]) -> None:
    def neighbours(name: str) -> set[str]:
        own = set(services[name].get("networks") or {})
        return {other for other, service in services.items() if own & set(service.get("networks") or {})} - {name}

    assert neighbours("proxy") == {"web"}
    administrators = {"migrate", "backup", "restore", "point-in-time"}
    assert neighbours("database") == {"pooler", "web", "worker", "grafana"} | administrators
    for name in administrators:
        assert neighbours(name) == {"database"} | administrators - {name}
    assert compose["networks"]["database"]["internal"]
    assert compose["networks"]["administration"]["internal"]
    assert compose["networks"]["metrics"]["internal"]
    assert {name for name, service in services.items() if service.get("ports")} == {"proxy", "grafana"}
    for name in ("proxy", "grafana"):
        assert all(port["host_ip"] == "127.0.0.1" for port in services[name]["ports"])  # until told otherwise


def test_nobody_is_root(services: dict[str, Any]) -> None:
    stages = re.split(r"^FROM .* AS (\w+)$", (ROOT / "api" / "Dockerfile").read_text(), flags=re.MULTILINE)
    users = {stages[n]: re.findall(r"^USER (\S+)$", stages[n + 1], re.MULTILINE) for n in range(1, len(stages), 2)}
    assert users == {"build": [], "store": ["999:999"], "pooler": ["999:999"]}
    final = stages[stages.index("store") + 1]
    assert re.search(r"^ENTRYPOINT \[", final, re.MULTILINE)  # no shell between Docker's signal and us
    assert "HEALTHCHECK" in final
    assert not re.search(r"apt-get|pip|gcc|build-essential", final)
    for name in ("database", "proxy"):
        assert services[name]["user"] == "999:999"


def test_the_image_gets_no_secret_and_no_data() -> None:
    kept = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    assert set(kept) == {
        "!.ci/requirements.lock", "!.ci/build.lock", "!pyproject.toml", "!README.md", "!LICENSE",
        "!api", "!db", "!backups", "!monitoring",
    }  # fmt: skip
    assert "/.secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "api" / "Dockerfile").read_text(), re.MULTILINE))
    assert {"!" + name for names in copied for name in names.split()} == set(kept)


def test_settings_understand_their_environment(services: dict[str, Any], tmp_path: Path) -> None:
    for name in ("web", "worker", "migrate", "backup", "restore"):
        environ = {}
        for variable, value in services[name]["environment"].items():
            if variable.endswith("_FILE"):
                file = tmp_path / value.rpartition("/")[2]
                file.write_text(SECRET)
                value = str(file)
            environ[variable] = value
        settings = Settings.from_env(environ)
        assert settings.secret is None
        assert name == "restore" or settings.access.secret == ""
        assert settings.production
        assert settings.database_url
        assert (settings.pooler_url is not None) == (name in ("web", "worker"))
        assert ("postgres:" in settings.database_url) == (name in ("migrate", "restore"))
    assert services["backup"]["environment"]["STOREPROC_BACKUPS"] == "/backups"


def test_caddy_takes_its_file(caddy: str) -> None:
    done = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", ROOT / "api" / "Caddyfile"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_promtool_takes_what_prometheus_is_given(promtool: str, services: dict[str, Any], tmp_path: Path) -> None:
    assert "--config.file=/etc/storeproc/docker.yml" in services["prometheus"]["command"]
    folder = tmp_path / "prometheus"
    shutil.copytree(ROOT / "monitoring" / "prometheus", folder)
    text = (folder / "docker.yml").read_text()
    token = tmp_path / "metrics_token"
    token.write_text("t" * 32)
    assert text.count("/run/secrets/metrics_token") == 1
    (folder / "docker.yml").write_text(text.replace("/run/secrets/metrics_token", str(token)))
    done = subprocess.run(
        [promtool, "check", "config", folder / "docker.yml"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    plain = (folder / "prometheus.yml").read_text()
    common = r"^(global|rule_files):\n(?:(?:  .*|)\n)+"
    assert [m[0].strip() for m in re.finditer(common, text, re.MULTILINE)] == [
        m[0].strip() for m in re.finditer(common, plain, re.MULTILINE)
    ]
