"""What a deployment would change for those who use the database, and what somebody has changed in it by hand.

`read_changes` compares the api of a source with the one that is deployed, from the text of its files: nothing is run.
`read_shape` takes a digest of every object that is ours, as the catalogue describes it; migrate.py keeps those of the
last deployment, and what differs from them now is drift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

# --- the api: what is deployed, what the files say -------------------------------------------------


@dataclass(frozen=True)
class Signature:
    """A function or a composite type: its parameters or fields, with their types, and which may be left out."""

    kind: str
    name: str
    members: Mapping[str, str]
    optional: frozenset[str]
    returns: str = ""


@dataclass(frozen=True)
class Change:
    """`breaks`: a web tier or client of the version before may fail on it: it comes a release after its successor."""

    text: str
    breaks: bool


_OBJECT = re.compile(r'^CREATE (FUNCTION|TYPE) api\.("?)(\w+)\2( AS)? ?\(', re.MULTILINE)
_RETURNS = re.compile(
    r"\s*RETURNS\s+(?:SETOF\s+)?([\w.\"]+(?: (?:precision|varying|with(?:out)? time zone))?(?:\(\d+\))?(?:\[\])?)"
)
_MEMBER = re.compile(r'\s*("?)(\w+)\1\s+(.+?)\s*(?:\bDEFAULT\b.*)?', re.DOTALL | re.IGNORECASE)


def _signatures(texts: Iterable[str]) -> Iterator[Signature]:
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


def _deployed(connection: psycopg.Connection[Any]) -> Iterator[Signature]:
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


def read_changes(connection: psycopg.Connection[Any], texts: Iterable[str]) -> list[Change]:
    before = {(s.kind, s.name): s for s in _deployed(connection)}
    after = {(s.kind, s.name): s for s in _signatures(texts)}
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


# --- the shape of everything that is ours ----------------------------------------------------------

_ACL = """(SELECT string_agg(concat_ws(' ', a.grantee::regrole, a.privilege_type, a.is_grantable), ','
                             ORDER BY a.grantee::regrole::text, a.privilege_type, a.is_grantable)
           FROM aclexplode({acl}) AS a)"""
_SHAPE = f"""
    WITH ours AS (
        SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
        WHERE nspowner IN (to_regrole('store_owner'), to_regrole('store_api')) AND nspname <> 'migration'
    ), tables AS (
        SELECT c.*, n.nspname FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
    ), objects(object, shape) AS (
        SELECT format('schema %I', nspname),
               concat_ws('|', nspowner::regrole, {_ACL.format(acl="coalesce(nspacl, acldefault('n', nspowner))")})
        FROM ours
        UNION ALL
        SELECT format('%s %I.%I', CASE WHEN relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, nspname, relname),
               concat_ws('|', relowner::regrole, relrowsecurity, relforcerowsecurity, pg_get_viewdef(oid),
                         {_ACL.format(acl="coalesce(relacl, acldefault('r', relowner))")})
        FROM tables
        UNION ALL
        SELECT format('column %I.%I.%I', t.nspname, t.relname, c.attname),
               concat_ws('|', format_type(c.atttypid, c.atttypmod), c.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                         {_ACL.format(acl="c.attacl")})
        FROM tables AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
        LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (c.attrelid, c.attnum)
        UNION ALL
        SELECT format('constraint %I on %I.%I', c.conname, t.nspname, t.relname),
               concat_ws('|', pg_get_constraintdef(c.oid), c.convalidated)
        FROM tables AS t JOIN pg_constraint AS c ON c.conrelid = t.oid WHERE c.contype <> 'n'
        UNION ALL
        SELECT format('index %I.%I', t.nspname, i.relname), pg_get_indexdef(i.oid)
        FROM tables AS t JOIN pg_index AS x ON x.indrelid = t.oid JOIN pg_class AS i ON i.oid = x.indexrelid
        UNION ALL
        SELECT format('trigger %I on %I.%I', g.tgname, t.nspname, t.relname),
               concat_ws('|', pg_get_triggerdef(g.oid), g.tgenabled)
        FROM tables AS t JOIN pg_trigger AS g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
        UNION ALL
        SELECT format('policy %I on %I.%I', p.polname, t.nspname, t.relname),
               concat_ws('|', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                         pg_get_expr(p.polwithcheck, p.polrelid),
                         (SELECT string_agg(r::regrole::text, ',' ORDER BY r::regrole::text)
                          FROM unnest(p.polroles) AS r))
        FROM tables AS t JOIN pg_policy AS p ON p.polrelid = t.oid
        UNION ALL
        SELECT 'function ' || p.oid::regprocedure::text,
               concat_ws('|', p.proowner::regrole, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
                         {_ACL.format(acl="coalesce(p.proacl, acldefault('f', p.proowner))")})
        FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
        UNION ALL
        SELECT 'role ' || r.rolname,
               concat_ws('|', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication,
                         r.rolbypassrls,
                         (SELECT string_agg(concat_ws(' ', m.roleid::regrole, m.inherit_option, m.set_option), ','
                                            ORDER BY m.roleid::regrole::text, m.inherit_option, m.set_option)
                          FROM pg_auth_members AS m WHERE m.member = r.oid))
        FROM pg_roles AS r WHERE r.rolname ~ '^(app|web|store)_'
    )
    SELECT object, encode(sha256(convert_to(shape, 'UTF8')), 'hex') FROM objects
    UNION ALL SELECT 'server', (current_setting('server_version_num')::int / 10000)::text
"""  # noqa: S608


def read_shape(connection: psycopg.Connection[Any]) -> dict[str, str]:
    with connection.transaction():
        # What the catalogue prints depends on it: names of other schemas in full.
        connection.execute("SET LOCAL search_path = pg_catalog")
        return dict(connection.execute(_SHAPE.encode()).fetchall())


def describe_drift(deployed: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Nothing to compare before the first deployment, or across major versions, which print things another way."""
    if not deployed or deployed.get("server") != now.get("server"):
        return []
    lines = []
    for thing in sorted(deployed.keys() | now.keys()):
        if thing not in now:
            lines.append(f"{thing} is gone: somebody dropped it")
        elif thing not in deployed:
            if not thing.startswith("index "):  # an index more is a DBA's own business
                lines.append(f"{thing} is there and was not deployed")
        elif deployed[thing] != now[thing]:
            lines.append(f"{thing} is not as it was deployed")
    return lines
