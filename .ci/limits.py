"""Sizes that keep the source readable: prints file:line of what exceeds them, and exits with 1.

- Python files: 400 lines. Functions: 60, except those that say why in a comment inside: `# Long: one story, told once`.
- SQL lines: 120 characters (ruff checks those of Python).

It also refuses rollbacks of migrations, which nothing runs (db/docs/changing-a-database.md, "Going back"), and
migrations that the commit before this one has with another text.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES, SQL_CHARACTERS = 400, 60, 120
REASON = re.compile(r"^\s*# Long: \S")
# Applied migrations are never edited; these were written before the limit.
EXEMPT = re.compile(r"db/migrations/00[0-4]\d\.")


def sources(pattern: str) -> Iterator[tuple[str, str]]:
    """Name and text of the files that Git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", pattern]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in sorted(filter(None, listed.split("\0"))):
        if (ROOT / name).exists():
            yield name, (ROOT / name).read_text(encoding="utf-8")


def python(name: str, text: str) -> Iterator[str]:
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        yield f"{name}:{FILE_LINES + 1}: the file has {len(lines)} lines, the limit is {FILE_LINES}"
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = lines[node.lineno - 1 : node.end_lineno]
            if len(body) > FUNCTION_LINES and not any(map(REASON.match, body)):
                yield f"{name}:{node.lineno}: {node.name} has {len(body)} lines, the limit is {FUNCTION_LINES}"


def sql(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > SQL_CHARACTERS:
            yield f"{name}:{number}: {len(line)} characters, the limit is {SQL_CHARACTERS}"


def edited_migrations() -> Iterator[str]:
    """Migrations of the last commit, or of the one before it, whose text is another now."""
    for commit in ("HEAD", "HEAD^"):
        command = ["git", "diff", "--name-only", "--diff-filter=M", commit, "--", "db/migrations"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if listed.returncode == 0:  # a source archive has no commits, a shallow clone only one
            yield from listed.stdout.split()


def main() -> int:
    found = [line for source in sources("*.py") for line in python(*source)]
    found += [line for name, text in sources("*.sql") if not EXEMPT.match(name) for line in sql(name, text)]
    found += [f"{name}:1: migrations go forward only: delete it" for name, _ in sources("db/migrations/*.rollback.sql")]
    found += [f"{name}:1: a migration is never edited: add a new one" for name in sorted({*edited_migrations()})]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
