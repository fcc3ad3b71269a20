"""CONTRIBUTING.md is followed to the letter, in a copy of the source tree with a database of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from db.deploy import permissions
from db.server.access import Access
from tests.support.cluster import ROOT
from tests.support.web import WebServer

SOURCES = ("api", "backups", "db", "monitoring", "tests", "pyproject.toml")

# The last line before a fenced block says what happens with it.
NEW = re.compile(r"New file `([^`]+)`:")
END = re.compile(r"At the end of `([^`]+)`:")
BELOW = re.compile(r"In `([^`]+)`, below the line with `([^`]+)`:")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: its section, its language, its text, and the line before it."""

    section: str
    language: str
    text: str
    lead: str


def read_blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    blocks, section, lead = [], "", ""
    lines = iter(page.read_text().splitlines())
    for line in lines:
        if line.startswith("```"):
            text = ""
            for inside in lines:
                if inside == "```":
                    break
                text += inside + "\n"
            blocks.append(Block(section, line.removeprefix("```"), text, lead))
            lead = ""
        elif line.startswith("## "):
            section = line.removeprefix("## ")
        elif line:
            lead = line
    return blocks


class Recipe:
    """Executes blocks in a copy of the source tree. `outputs` has what the commands of each section printed."""

    def __init__(self, copy: Path, access: Access, folder: Path) -> None:
        self.copy = copy
        self.folder = folder
        self.access = access
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "STOREPROC_TEST"))},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(copy),
            "DATABASE_URL": access.admin_url,
            "STOREPROC_SECRET": access.secret,
            "STOREPROC_DATA": str(folder),
        }
        self.outputs: dict[str, str] = {}

    def follow(self, block: Block) -> None:
        """Create or change the file that the block's lead names, or run the block's commands."""
        if found := NEW.fullmatch(block.lead):
            path = self.copy / found[1]
            assert not path.exists(), f"{found[1]} exists already"
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text)
        elif found := END.fullmatch(block.lead):
            with (self.copy / found[1]).open("a") as file:
                file.write("\n" + block.text)
        elif found := BELOW.fullmatch(block.lead):
            path, mark = self.copy / found[1], found[2]
            assert path.read_text().count(mark) == 1, f"{mark} is not one line of {found[1]}"
            head, tail = re.split(f"(?<={re.escape(mark)})(?=.*\n)", path.read_text())
            rest, tail = tail.split("\n", 1)
            path.write_text(head + rest + "\n" + block.text + tail)
        else:
            assert not block.lead.endswith("`:"), f"the sentence before this block is not understood:\n{block.text}"
            assert block.language == "sh", f"no sentence says what to do with:\n{block.text}"
            self.run(block)

    def run(self, block: Block) -> None:
        """Run commands; those that use HTTP find the web tier of the copy at the documented address."""
        text = block.text
        web = self.start_web() if "http://127.0.0.1:8000" in text else None
        try:
            if web is not None:
                text = text.replace("http://127.0.0.1:8000", web.url)
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=self.copy,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        finally:
            if web is not None:
                web.stop()
                web.listener.close()
        assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"
        self.outputs[block.section] = self.outputs.get(block.section, "") + done.stdout

    def start_web(self) -> WebServer:
        """The web tier of the copy, ready."""
        web = WebServer(self.access, {"PYTHONPATH": str(self.copy)}, self.folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.support.web.ROOT", self.copy)
            web.start()
        return web


@pytest.fixture(scope="module")
def recipe(make_database: Callable[[], Access], tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    access = make_database()
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute((ROOT / "db/demo/demo.sql").read_bytes())
    copy = tmp_path_factory.mktemp("copy")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name)  # with what Python has compiled
        else:
            shutil.copy(ROOT / name, copy)
    return Recipe(copy, access, tmp_path_factory.mktemp("data"))


def test_contributing_can_be_followed(recipe: Recipe) -> None:
    blocks = read_blocks(ROOT / "CONTRIBUTING.md")
    assert {"Add a table", "Add an endpoint", "Add an event", "Add a test, run one test"} == {b.section for b in blocks}
    for block in blocks:
        recipe.follow(block)
    assert '"stars":5' in recipe.outputs["Add an endpoint"].replace(" ", "")
    assert "product.rated" in recipe.outputs["Add an event"]
    assert "1 passed" in recipe.outputs["Add a test, run one test"]
    assert (recipe.copy / "db/PERMISSIONS.md").read_text() == permissions.describe(recipe.access)
    assert "rate_product" in (recipe.copy / "db/PERMISSIONS.md").read_text()
