"""Every SQL function has a header: what it is for, and, if it writes or locks, what it locks."""

from __future__ import annotations

import re

import pytest

from tests.support.cluster import ROOT

FUNCTION = re.compile(r"^CREATE (OR REPLACE )?FUNCTION", re.MULTILINE)
WRITE = re.compile(
    r"\b(INSERT INTO|UPDATE [a-z_]+\.[a-z_]+|DELETE FROM|MERGE INTO|REFRESH|LOCK TABLE"
    r"|FOR (NO KEY )?UPDATE|FOR (KEY )?SHARE|pg_(try_)?advisory_xact_lock)\b"
)
PURPOSE = re.compile(r"-- [A-Z`]\w*.* \w+")
LABEL = re.compile(r"-- (Callers|Returns|Locks|Errors|Definer|Plans): ")

FILES = sorted(path for folder in ("api", "service", "routines") for path in (ROOT / "db").glob(f"*/{folder}/*.sql"))


def faults(text: str) -> list[str]:
    """What is wrong with the header of a function's file."""
    lines = text.splitlines()
    header = lines[: next(n for n, line in enumerate(lines) if not line.startswith("--"))]
    found = []
    if not header or not PURPOSE.match(header[0]) or LABEL.match(header[0]):
        found.append("its header does not begin with its purpose")
    code = "\n".join(line.split("--")[0] for line in lines[len(header) :])
    if WRITE.search(code) and not any(line.startswith("-- Locks:") for line in header):
        found.append("it writes or locks, and its header has no line `-- Locks:`")
    return found


def test_every_function_is_introduced() -> None:
    wrong: dict[str, list[str]] = {}
    functions = 0
    for path in FILES:
        text = path.read_text()
        if FUNCTION.search(text):
            functions += 1
            if found := faults(text):
                wrong[str(path.relative_to(ROOT))] = found
    assert functions > 500
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CREATE FUNCTION x.y() …", "purpose"),
        ("-- Callers:   z.\nCREATE FUNCTION x.y() …", "purpose"),
        ("-- Deletes old jobs.\nCREATE FUNCTION x.y() … DELETE FROM messaging.outbox", "Locks"),
        ("-- Reads a job.\nCREATE FUNCTION x.y() … SELECT 1 FROM messaging.outbox FOR NO KEY UPDATE", "Locks"),
        ("-- Deletes old jobs.\n-- Locks:     the jobs.\nCREATE FUNCTION x.y() … DELETE FROM messaging.outbox", None),
        ("-- Reads jobs.\nCREATE FUNCTION x.y() … SELECT 1;    -- not DELETE FROM messaging.outbox", None),
    ],
)
def test_a_fault_is_seen(text: str, fault: str | None) -> None:
    found = faults(text)
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]
