"""Every list is {data, next_cursor}, whatever it lists and however short it is."""

from __future__ import annotations

from typing import Any

from tests.support.answers import load_answers


def test_every_list_has_data_and_a_cursor() -> None:
    document = load_answers().document
    schemas: dict[str, Any] = document["components"]["schemas"]
    lists, others = [], []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if "application/json" not in answer.get("content", {}) or not status.startswith("2"):
                    continue
                schema = answer["content"]["application/json"]["schema"]
                body = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
                if operation["operationId"].startswith("list_"):
                    lists.append(path)
                    if set(body.get("properties", ())) != {"data", "next_cursor"}:
                        others.append(f"{method.upper()} {path}")
                elif body.get("type") == "array":
                    others.append(f"{method.upper()} {path}")
    assert len(lists) > 50
    assert not others
