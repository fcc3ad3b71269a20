"""Clients that others' generators make of /openapi.json compile strictly, and sell a lantern without a cast.

openapi-typescript with openapi-fetch, @hey-api/openapi-ts, and openapi-python-client: one script each drives sign-up,
log-in, catalogue, cart, order, payment and refund against the running web tier. The lines of README.md are compiled and
run with them. What is generated is never committed. After a change of package.json: `npm install --package-lock-only`.
Two TypeScripts: the generators are written for version 5, and 7 checks in a tenth of its time.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.cluster import ROOT
from tests.support.node import node_modules

FOLDER = Path(__file__).parent
TYPESCRIPT = ("openapi_fetch.ts", "hey_api.ts")
PYTHON = "python_client.py"
PASSWORD = "Correct-Horse-9"
SERVER_ENVIRONMENT = {"RATE_LIMIT": "0"}
# What each script prints: the paid order, then the refund and the code of a second one that is too large.
TOLD = re.compile(r"\S+ is paid 1000 USD\n500 USD refund_above_payment\n")


@pytest.fixture(scope="module")
async def environment(client: Any, admin: asyncpg.Connection[Any]) -> dict[str, str]:
    """Two products of which the name's beginning is the same, and a person of the support."""
    emails = {role: f"{uuid4().hex}@example.com" for role in ("merchant", "support")}
    for role, email in emails.items():
        made = await client.post("/accounts", json={"email": email, "password": PASSWORD})
        await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1::uuid", made.json()["id"], role)
    seller = await client.post("/sessions", json={"email": emails["merchant"], "password": PASSWORD})
    for name in ("Lantern", "Lantern with a handle", "Lamp"):
        given = {"name": name, "description": "", "sku": uuid4().hex, "price": 500, "currency": "USD", "stock": 50}
        made = await client.post("/products", token=seller.json()["access_token"], json=given)
        assert made.status_code == 201, made.text
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", ""),
        "SHOP": client.url,
        "PRODUCT": "Lantern",
        "SUPPORT_EMAIL": emails["support"],
        "PASSWORD": PASSWORD,
    }


@pytest.fixture(scope="module")
async def workshop(client: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the document and all that is written by hand."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "openapi.json").write_bytes((await client.get("/openapi.json")).content)
    for name in (*TYPESCRIPT, PYTHON, "process.d.ts", "generate.mjs", "tsconfig.json", "package.json"):
        shutil.copy(FOLDER / name, folder)
    for language, name in (("ts", "readme.ts"), ("python", "readme.py")):
        (folder / name).write_text(readme(language).replace("http://127.0.0.1:8000", client.url))
    return folder


def readme(language: str) -> str:
    """The README's only block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return str(block)


async def run(folder: Path, environment: dict[str, str], *command: str | Path) -> str:
    """What a program that ends well prints."""
    done = await asyncio.to_thread(
        subprocess.run,
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{Path(command[0]).name}:\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
    return done.stdout + done.stderr


async def test_typescript(workshop: Path, environment: dict[str, str]) -> None:
    modules = node_modules(FOLDER)
    (workshop / "node_modules").symlink_to(modules)
    await run(workshop, environment, "node", "generate.mjs", "openapi.json", workshop)
    await run(workshop, environment, "node", modules / "typescript-native/bin/tsc", "--project", workshop)
    for name in TYPESCRIPT:
        told = await run(workshop, environment, "node", f"compiled/{Path(name).stem}.js")
        assert TOLD.fullmatch(told), told
    assert "Lamp 500 USD" in await run(workshop, environment, "node", "compiled/readme.js")


async def test_python(workshop: Path, environment: dict[str, str]) -> None:
    program = Path(sys.executable).with_name("openapi-python-client")
    options = ("--path", "openapi.json", "--meta", "none", "--output-path", "shop_client")
    told = await run(workshop, environment, program, "generate", *options, "--config", FOLDER / f"{program.name}.yaml")
    assert "WARNING" not in told, f"operations or answers are missing in the client:\n{told}"
    checked = ("--strict", "--python-version", "3.11", PYTHON, "readme.py", "shop_client")
    await run(workshop, environment, sys.executable, "-m", "mypy", *checked)
    told = await run(workshop, environment, sys.executable, PYTHON)
    assert TOLD.fullmatch(told), told
    assert "Lamp 500 USD" in await run(workshop, environment, sys.executable, "readme.py")


# --- without a cast -------------------------------------------------------------------------------

CASTS = re.compile(r"\bas\b(?! *const\b)|\bany\b|(?<=[\w)\]])!(?!=)|[=(,:] *<\w[^()]*> *[\w({\[]")


def typescript_casts(text: str) -> list[str]:
    """Casts, `any`, `!` and silenced errors in TypeScript; comments and texts are no casts."""
    code = re.sub(r'"[^"\n]*"|`[^`]*`', '""', text)
    silenced = re.findall(r"@ts-\w+", code)
    return silenced + CASTS.findall(re.sub(r"//.*|/\*[\s\S]*?\*/", "", code))


def python_casts(text: str) -> list[str]:
    """Casts, `Any` and silenced errors in Python."""
    tokens = [(token.type, token.string) for token in tokenize.generate_tokens(io.StringIO(text).readline)]
    names = [string for kind, string in tokens if kind == tokenize.NAME and string in ("cast", "Any", "getattr")]
    comments = [string for kind, string in tokens if kind == tokenize.COMMENT]
    return names + [each for each in comments if re.search(r"type: *ignore|mypy:|noqa", each)]


@pytest.mark.parametrize("name", TYPESCRIPT)
def test_typescript_has_no_cast(name: str) -> None:
    assert typescript_casts((FOLDER / name).read_text()) == []


def test_python_has_no_cast() -> None:
    assert python_casts((FOLDER / PYTHON).read_text()) == []


def test_the_readme_has_no_cast() -> None:
    assert typescript_casts(readme("ts")) == []
    assert python_casts(readme("python")) == []


@pytest.mark.parametrize(
    "line",
    ["a as B;", "let a: any;", "a!.b", "f(a!)", "a[0]!;", "b = <B>a;", "f(<B>a)", "// @ts-ignore", "a as unknown"],
)
def test_a_cast_in_typescript_is_found(line: str) -> None:
    assert typescript_casts(line)


@pytest.mark.parametrize("line", ["cast(int, a)\n", "a: Any = 1\n", "a = b  # type: ignore[misc]\n"])
def test_a_cast_in_python_is_found(line: str) -> None:
    assert python_casts(line)


@pytest.mark.parametrize("line", ["// as any", 'f("as any!")', "a !== b", "if (!a) b();", "createClient<paths>({})"])
def test_what_is_no_cast(line: str) -> None:
    assert typescript_casts(line) == []
