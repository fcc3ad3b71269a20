"""/docs: the contract as one page of HTML, made from the OpenAPI document. It loads nothing from elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import orjson

from api.http.endpoint import JSON, NO_CACHE, Answer, Headers, Store
from api.http.errors import PHRASES, SENTENCES

_STYLE = (Path(__file__).parents[1] / "pages" / "page.css").read_text()
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Document = dict[str, Any]


def page(title: str, content: str, *, navigation: str = "", status: int = 200) -> Answer:
    """An HTML page in the house's style."""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · storeproc</title><style>{_STYLE}</style></head><body>{navigation}"
        f"<main{'' if navigation else ' class=alone'}>{content}</main></body></html>"
    )
    headers: Headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", _POLICY.encode()),
        NO_CACHE,
    ]
    return Answer(status, html.encode(), headers)


def render(store: Store, document: Document) -> dict[str, Answer]:
    """What is answered at /openapi.json, /docs and /docs/errors."""
    answers = {
        "openapi.json": Answer(200, orjson.dumps(document), [JSON, NO_CACHE]),
        "docs": _contract(document, store.settings.public_url),
        "docs/errors": _errors(store),
    }
    for answer in answers.values():
        answer.headers.append((b"etag", b'"%s"' % hashlib.sha256(answer.body).hexdigest()[:16].encode()))
    return answers


# --- the contract ---------------------------------------------------------------------------------


def _contract(document: Document, url: str) -> Answer:
    sections: dict[str, list[tuple[str, str, Document]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sections[operation["tags"][0]].append((method, path, operation))
    menu = ['<a class="home" href="#top">storeproc</a>', _link("/openapi.json", "openapi.json")]
    menu.append(_link("/docs/errors", "errors"))
    info = document["info"]
    content = [f'<h1 id="top">storeproc</h1><p class="soft">{escape(info["summary"])}</p>{_prose(info["description"])}']
    for name, operations in sections.items():
        menu.append(f"<h2>{escape(name)}</h2>")
        menu += [_link("#" + operation["operationId"], operation["summary"]) for _, _, operation in operations]
        cards = "".join(_operation(*operation, document, url) for operation in operations)
        content.append(f'<section><h2 id="{escape(name)}">{escape(name)}</h2>{cards}</section>')
    shapes = document["components"]["schemas"]
    menu.append("<h2>shapes</h2>")
    menu += [_link(f"#shape-{name}", name) for name in shapes if not name.endswith("_page")]
    cards = "".join(
        f'<details id="shape-{name}" open><summary><b>{name}</b></summary><div>{_fields(schema)}</div></details>'
        for name, schema in shapes.items()
    )
    content.append(f'<section><h2 id="shapes">shapes</h2>{cards}</section>')
    return page("API", "".join(content), navigation=f"<nav>{''.join(menu)}</nav>")


def _link(target: str, text: str) -> str:
    return f'<a href="{escape(target)}">{escape(text)}</a>'


def _operation(method: str, path: str, operation: Document, document: Document, url: str) -> str:
    who = "anyone" if operation["x-audience"] == "anonymous" else operation["x-audience"]
    head = (
        f'<span class="method {method}">{method.upper()}</span><code>{escape(path)}</code>'
        f'<span class="tag">{escape(who)}</span><span class="what">{escape(operation["summary"])}</span>'
    )
    parts = [_prose(operation.get("description", ""))]
    if parameters := operation.get("parameters"):
        rows = [
            (p["name"], p["schema"] | {"description": p.get("description", "")}, p["required"], p["in"])
            for p in parameters
        ]
        parts.append("<h4>Parameters</h4>" + _table(rows))
    body = _content(operation.get("requestBody", {}))
    if body:
        parts.append("<h4>Body</h4>" + _fields(body))
    parts.append(f"<h4>Try it</h4><pre>{escape(_curl(method, path, operation, document, url))}</pre><h4>Answer</h4>")
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            schema = _content(response)
            shape = _type(schema) if schema else ""
            parts.append(f"<p><b>{status}</b> {escape(response['description'])} {shape}</p>")
    return f'<details><summary>{head}</summary><div id="{operation["operationId"]}">{"".join(parts)}</div></details>'


def _content(holder: Document) -> Document | None:
    schema: Document | None = holder.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _fields(schema: Document) -> str:
    required = schema.get("required", [])
    return _table([(name, part, name in required, "") for name, part in schema.get("properties", {}).items()])


def _table(rows: Iterable[tuple[str, Document, bool, str]]) -> str:
    lines = []
    for name, schema, needed, place in rows:
        star = ' <span class="needed">*</span>' if needed else ""
        label = f"<code>{escape(name)}</code>{star} <span class=soft>{place}</span>"
        lines.append(f"<tr><td>{label}</td><td>{_type(schema)}</td><td>{_remark(schema)}</td></tr>")
    return f"<table>{''.join(lines)}</table>"


def _type(schema: Document) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _link(f"#shape-{name}", name)
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    kind = schema.get("type", "any JSON")
    if kind == "array":
        return "list of " + _type(schema["items"])
    text = " or ".join(kind) if isinstance(kind, list) else kind
    shown = schema.get("format", "")
    return escape(text if not shown or shown.startswith("int") else f"{text} ({shown})")


def _remark(schema: Document) -> str:
    parts: list[str] = [escape(schema["description"])] if schema.get("description") else []
    if "enum" in schema:
        parts.append("one of " + ", ".join(f"<code>{escape(str(v))}</code>" for v in schema["enum"] if v is not None))
    if "default" in schema:
        parts.append(f"default <code>{escape(json.dumps(schema['default']))}</code>")
    return " · ".join(parts)


def _prose(text: str) -> str:
    """Paragraphs with `code`, **bold** and [links](/docs/errors): as much Markdown as comments use."""
    html = escape(text, quote=False)
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", html)
    html = re.sub(r"\[([^\]]+)\]\((/[\w/#-]*)\)", r'<a href="\2">\1</a>', html)
    return "".join(f"<p>{paragraph}</p>" for paragraph in re.split(r"\n\s*\n", html) if paragraph.strip())


# --- examples -------------------------------------------------------------------------------------

_ID = "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42"
_SAMPLES = {
    "email": "alice@example.com",
    "password": "Correct-Horse-7",
    "current_password": "Correct-Horse-7",
    "new_password": "Better-Horse-8",
    "handle": "alice",
    "currency": "USD",
    "country": "BD",
    "city": "Dhaka",
    "line1": "12 Lake Road",
    "name": "Alice",
    "sku": "LAMP-1",
    "slug": "lamps",
    "price": 1999,
    "stock": 20,
    "provider": "mock",
}


def _curl(method: str, path: str, operation: Document, document: Document, url: str) -> str:
    verb = "" if method == "get" else f"-X {method.upper()} "
    lines = [f"curl {verb}{url}{re.sub('{[^}]+}', _ID, path)}"]
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if body := _content(operation.get("requestBody", {})):
        names = body["required"] or list(body["properties"])[:1]
        sample = {name: _sample(name, body["properties"][name], document) for name in names}
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(sample, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def _sample(name: str, schema: Document, document: Document) -> Any:
    if "$ref" in schema:
        shape = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {n: _sample(n, shape["properties"][n], document) for n in shape["required"]}
    if "anyOf" in schema:
        return _sample(name, schema["anyOf"][0], document)
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return [_sample(name, schema["items"], document)]
    if "enum" in schema:
        return schema["enum"][0]
    if name in _SAMPLES:
        return _SAMPLES[name]
    if schema.get("format") == "uuid":
        return _ID
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    return {"boolean": True, "object": {}, "number": 1}.get(kind, "…")


# --- errors ---------------------------------------------------------------------------------------


def _errors(store: Store) -> Answer:
    """Every code there is: what the web tier says, what a routine raises, what a constraint refuses."""
    found = store.catalog
    codes = {code: (409, sentence) for code, sentence in found.sentences.items()}
    codes |= found.refused_inputs() | found.raised | SENTENCES
    rows = "".join(
        f"<tr id={escape(code)}><td><code>{escape(code)}</code></td>"
        f"<td class=status>{status} {escape(PHRASES.get(status, ''))}</td><td>{escape(sentence)}</td></tr>"
        for code, (status, sentence) in sorted(codes.items())
    )
    head = '<p><a href="/docs">storeproc</a></p><h1>Errors</h1><p>What the <code>code</code> of a problem says.</p>'
    return page("Errors", f"{head}<table>{rows}</table>")
