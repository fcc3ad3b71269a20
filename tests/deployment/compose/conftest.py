"""What Compose makes of docker-compose.yml."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SECRET = "compose!" * 8


@pytest.fixture(scope="module")
def compose(docker_compose: list[str]) -> dict[str, Any]:
    """What Compose makes of the file: `docker compose config`."""
    ours = ("SECRETS", "HTTP", "HTTPS", "GRAFANA", "SITE_ADDRESS", "PUBLIC_URL", "STOREPROC_", "COMPOSE_", "BACKUP_")
    done = subprocess.run(
        [*docker_compose, "--file", ROOT / "docker-compose.yml", "--profile", "restore", "config", "--format", "json"],
        env={name: value for name, value in os.environ.items() if not name.startswith(ours)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr  # a variable that is not set, a key that is ignored
    made: dict[str, Any] = json.loads(done.stdout)
    return made


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found
