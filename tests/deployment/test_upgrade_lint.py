"""What `make check` says of a migration that would stop the shop, or break the version before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SQUAWK = Path(sys.executable).parent / "squawk"


def lint(folder: Path, text: str) -> str:
    """As the Makefile calls it."""
    file = folder / "db" / "migrations" / "9000.change.sql"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    command = [SQUAWK, "--config", ROOT / "db" / "squawk.toml", "--reporter", "gcc"]
    if "-- transactional: false" not in text:
        command.append("--assume-in-transaction")
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX orders_note ON sales.orders (note);", "require-concurrent-index-creation"),
        ("ALTER TABLE sales.orders ALTER COLUMN note TYPE bigint USING 1;", "changing-column-type"),
        ("ALTER TABLE sales.orders ADD COLUMN note text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE sales.orders ADD COLUMN note uuid DEFAULT uuidv7();", "adding-field-with-default"),
        ("ALTER TABLE sales.orders ALTER COLUMN note SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE sales.orders ADD CONSTRAINT note_empty CHECK (note <> '');", "constraint-missing-not-valid"),
        (
            "ALTER TABLE sales.orders ADD CONSTRAINT note_unknown FOREIGN KEY (note_id) REFERENCES sales.notes;",
            "adding-foreign-key-constraint",
        ),
        ("ALTER TABLE sales.orders RENAME COLUMN note TO remark;", "renaming-column"),
        ("ALTER TABLE sales.orders DROP COLUMN note;", "ban-drop-column"),
        ("DROP TABLE sales.notes;", "ban-drop-table"),
        (
            "-- transactional: false\nCREATE INDEX CONCURRENTLY orders_note ON sales.orders (note);",
            "prefer-robust-stmts",  # a crash in the middle must leave something that can be run again
        ),
    ],
)
def test_what_stops_a_shop_is_refused(tmp_path: Path, statement: str, rule: str) -> None:
    assert f"warning: {rule} " in lint(tmp_path, f"-- depends: 0022.keys\n{statement}\n")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE sales.notes (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES sales.orders,\n"
        "    note text NOT NULL CONSTRAINT note_empty CHECK (note <> ''));\n"
        "CREATE INDEX notes_order ON sales.notes (order_id);",
        "ALTER TABLE sales.orders ADD COLUMN note text;\n"
        "ALTER TABLE sales.orders ADD CONSTRAINT note_empty CHECK (note <> '') NOT VALID;",
        "ALTER TABLE sales.orders VALIDATE CONSTRAINT note_empty;",
        "-- transactional: false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note ON sales.orders (note);",
        "-- Unread since 0025.\n-- squawk-ignore ban-drop-column\nALTER TABLE sales.orders DROP COLUMN note;",
    ],
)
def test_what_a_shop_does_not_notice_passes(tmp_path: Path, text: str) -> None:
    assert lint(tmp_path, f"-- depends: 0022.keys\n{text}\n") == ""
