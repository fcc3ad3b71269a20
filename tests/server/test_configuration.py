"""What the embedded server is told, as far as it depends on what it is."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from db.server.configuration import NAME, write_settings
from db.server.embedded import find_layout


def test_a_standby_does_not_summarize_its_log(tmp_path: Path) -> None:
    """Its promotion would wait for the summarizer. Once it is the primary, incremental backups need it again."""
    layout = replace(find_layout(tmp_path / "data"), home=tmp_path, uid=os.geteuid(), gid=os.getegid())
    layout.cluster.mkdir()
    (layout.cluster / "standby.signal").touch()
    found = []
    for _ in range(2):
        write_settings(layout, extensions=None, more={})
        found += re.findall(r"^summarize_wal = '(\w+)'$", (layout.cluster / NAME).read_text(), re.MULTILINE)
        (layout.cluster / "standby.signal").unlink(missing_ok=True)
    assert found == ["off", "on"]
