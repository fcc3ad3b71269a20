"""Most tests fork their processes from one that has imported everything (tests/support/forks.py): nothing differs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api.http import passwords
from tests.cli.conftest import ROOT, environment
from tests.support.forks import run_storeproc


@pytest.mark.parametrize("command", [("settings",), ("up", "--port", "eighty")], ids=["succeeds", "is_refused"])
def test_a_forked_command_says_what_a_started_one_says(command: tuple[str, ...]) -> None:
    program = [sys.executable, "-m", "api.cli", *command]
    started = subprocess.run(program, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    forked = run_storeproc(command, environment())
    assert started.stdout + started.stderr != ""
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_passwords_are_cheap_in_forked_processes_only() -> None:
    assert passwords.COST == 12
