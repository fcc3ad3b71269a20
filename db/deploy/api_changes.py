"""What a deployment changes for the users of the api schema: functions and types of a source against those deployed.

The source is read from the text of its files; nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from db.deploy.connection import Connection


@dataclass(frozen=True)
class Signature:
    """A function or a composite type of schema api."""

    kind: str
    name: str
    members: Mapping[str, str]
    """The types of the parameters or fields, by name."""
    optional: frozenset[str]
    """Parameters that have a default."""
    returns: str = ""


@dataclass(frozen=True)
class Change:
    """A difference between the deployed api and that of the source."""

    text: str
    breaks: bool
    """Whether a web tier or client of the previous version may fail on it."""


_OBJECT = re.compile(r'^CREATE (FUNCTION|TYPE) api\.("?)(\w+)\2( AS)? ?\(', re.MULTILINE)
_RETURNS = re.compile(
    r"\s*RETURNS\s+(?:SETOF\s+)?([\w.\"]+(?: (?:precision|varying|with(?:out)? time zone))?(?:\(\d+\))?(?:\[\])?)"
)
_MEMBER = re.compile(r'\s*("?)(\w+)\1\s+(.+?)\s*(?:\bDEFAULT\b.*)?', re.DOTALL | re.IGNORECASE)


def signatures(texts: Iterable[str]) -> Iterator[Signature]:
    for text in texts:
        text = re.sub(r"^([^']*?)--.*$", r"\1", text, flags=re.MULTILINE)
        for found in _OBJECT.finditer(text):
            if found[1] == "TYPE" and not found[4]:
                continue
            end, parts = _split(text, found.end())
            members = [member for part in parts if (member := _MEMBER.fullmatch(part))]
            returns = _RETURNS.match(text, end) if found[1] == "FUNCTION" else None
            yield Signature(
                found[1].lower(),
                found[3],
                {m[2]: " ".join(m[3].split()) for m in members},
                frozenset(m[2] for m in members if re.search(r"\bDEFAULT\b", m[0], re.IGNORECASE)),
                returns[1] if returns else "",
            )


def _split(text: str, begin: int) -> tuple[int, list[str]]:
    """The parts between commas up to the parenthesis that closes; where that ends."""
    parts, depth, at, since, quoted = [], 0, begin, begin, False
    while True:
        character = text[at]
        if character == "'":
            quoted = not quoted
        elif not quoted:
            if character in ",)" and depth == 0:
                parts.append(text[since:at])
                since = at + 1
                if character == ")":
                    return at + 1, [part for part in parts if part.strip()]
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        at += 1


def _deployed(connection: Connection) -> Iterator[Signature]:
    for name, names, types, defaults, returns in connection.execute("""
        SELECT p.proname, p.proargnames,
               ARRAY(SELECT format_type(t, NULL)
                     FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, n) ORDER BY n),
               p.pronargdefaults, format_type(p.prorettype, NULL)
        FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace('api')
    """):
        members = dict(zip(names or [], types, strict=False))
        yield Signature("function", name, members, frozenset(list(members)[len(members) - defaults :]), returns)
    for name, names, types in connection.execute("""
        SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
               array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = to_regnamespace('api') AND c.relkind = 'c' GROUP BY c.relname
    """):
        yield Signature("type", name, dict(zip(names, types, strict=True)), frozenset())


def read_changes(connection: Connection, texts: Iterable[str]) -> list[Change]:
    before = {(s.kind, s.name): s for s in _deployed(connection)}
    after = {(s.kind, s.name): s for s in signatures(texts)}
    wanted = {t for s in after.values() for t in (*s.members.values(), s.returns) if t}
    same = dict(
        connection.execute(
            "SELECT t, coalesce(format_type(to_regtype(t), NULL), t) FROM unnest(%s::text[]) AS t", [list(wanted)]
        ).fetchall()
    )

    def called(name: str) -> str:
        # A type with a length keeps it as a field and loses it as a parameter; a length that grows breaks nobody.
        return re.sub(r"\(.*?\)", "", same.get(name, name))

    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        label = f"api.{key[1]}"
        if old is None or new is None:
            changes.append(Change(f"{label} is {'added' if old is None else 'removed'}", new is None))
            continue
        for member in [m for m in old.members if m not in new.members]:
            changes.append(Change(f"{label} loses {member}", True))
        for member, kind in new.members.items():
            required = key[0] == "function" and member not in new.optional
            if member not in old.members:
                changes.append(Change(f"{label} gains {member}{', required' if required else ''}", required))
            elif called(kind) != called(old.members[member]):
                was = old.members[member]
                changes.append(Change(f"{label}: {member} becomes {called(kind)}, it was {was}", True))
            elif required and member in old.optional:
                changes.append(Change(f"{label}: {member} becomes required", True))
        if called(new.returns) != called(old.returns):
            changes.append(Change(f"{label} returns {called(new.returns)}, it was {old.returns}", True))
    return changes
