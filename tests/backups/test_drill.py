"""The drill as a person runs it: destroyed under load, brought back to the row."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable


def test_the_drill(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run("drill.sh", "--seconds", "1", "--clients", "1", TMPDIR=os.environ["STOREPROC_TEST_DATA"])
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    lost = re.search(
        r"lost up to the moment: nothing \((\d+) tables, (\d+) rows\); after it, as asked: (\d+)", done.stdout
    )
    assert lost
    assert int(lost[1]) > 50
    assert int(lost[2]) > 1000
    assert int(lost[3]) > 0, "the load went on until the end"
    assert "storeproc check" in done.stdout
