"""What was changed in a database by hand since its last deployment.

Each deployment keeps a digest of every object that is ours, as the system catalog describes it. An object whose digest
is another one now has drifted. Parentheses that a dump and its restore change do not count (definition.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from db.deploy.connection import Connection, value
from db.deploy.definition import flatten
from db.deploy.locks import Say, limit_lock_waits, when_locks_allow

Shape = Mapping[str, str]
"""The definition of each object, by its description, such as `policy own_rows on sales.orders`."""
Digests = Mapping[str, str]
"""The digest of each definition, as a deployment keeps it."""

_SERVER = "server"  # its major version, among the objects
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
    SELECT object, shape FROM objects
    UNION ALL SELECT 'server', (current_setting('server_version_num')::int / 10000)::text
"""  # noqa: S608


def read_shape(connection: Connection) -> dict[str, str]:
    """All objects as they are now."""
    with connection.transaction():
        # With this search path the system catalog prints the names of all other schemas.
        connection.execute("SET LOCAL search_path = pg_catalog")
        return dict(connection.execute(_SHAPE.encode()).fetchall())


def read_shape_patiently(connection: Connection, say: Say) -> dict[str, str]:
    """`read_shape`, repeated while customers hold locks: printing a constraint or a view locks its tables for reading.

    Raises MigrationError when tables stay locked.
    """
    found: dict[str, str] = {}

    def attempt() -> None:
        with connection.transaction():
            limit_lock_waits(connection)
            found.update(read_shape(connection))

    when_locks_allow(connection, "reading the schema", attempt, say)
    return found


def deployed_shape(connection: Connection) -> dict[str, str]:
    """The digests that the last deployment kept; none before the first one."""
    if not value(connection, "SELECT to_regclass('migration.shape') IS NOT NULL"):
        return {}
    return dict(connection.execute("SELECT object, digest FROM migration.shape").fetchall())


def keep_shape(connection: Connection, *, drifted: Shape, accept: bool, say: Say) -> None:
    """Keep the shape of the database as the deployed one, after a deployment.

    `drifted` is the shape from before it. What had drifted then and is still the same stays drift, so that it is
    reported again, unless `accept` is given: then it is named and counts as deployed.
    """
    now = read_shape_patiently(connection, say)
    with connection.transaction():
        deployed = deployed_shape(connection)
        comparable = deployed and deployed.get(_SERVER) == now[_SERVER]
        left = {
            name
            for name in (deployed.keys() | now.keys() if comparable else ())
            if drifted.get(name) == now.get(name) and not _is_same(name, deployed, now)
        }
        current = digests(now)
        kept = {name: digest for name, digest in current.items() if name not in left}
        kept |= {name: deployed[name] for name in left if name in deployed}
        if accept:
            for line in describe_drift(kept, now):
                say(f"accepted: {line}")
            kept = current
        connection.execute("DELETE FROM migration.shape")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO migration.shape VALUES (%s, %s)", list(kept.items()))


def digests(shape: Shape) -> dict[str, str]:
    """What a deployment keeps of the shape: the server's version and the digest of every definition."""
    return {
        name: definition if name == _SERVER else _digest(_canonical(name, definition))
        for name, definition in shape.items()
    }


def _canonical(name: str, definition: str) -> str:
    # PostgreSQL keeps a body as it was written, unless it is BEGIN ATOMIC: that is read and printed like a view.
    kept = name.startswith("function ") and "BEGIN ATOMIC" not in definition
    return definition if kept else flatten(definition)


def _digest(definition: str) -> str:
    return hashlib.sha256(definition.encode()).hexdigest()


def _is_same(name: str, deployed: Digests, now: Shape) -> bool:
    """Whether this object is as it was deployed, though a dump and its restore may have changed its parentheses."""
    if name not in deployed or name not in now:
        return name not in deployed and name not in now
    # Older versions kept the digest of the definition as it was printed.
    return deployed[name] in (_digest(_canonical(name, now[name])), _digest(now[name]))


def describe_drift(deployed: Digests, now: Shape) -> list[str]:
    """A line for each object that differs.

    None before the first deployment, nor across major versions of PostgreSQL, which print definitions differently.
    """
    if not deployed or deployed.get(_SERVER) != now.get(_SERVER):
        return []
    lines = []
    for name in sorted(deployed.keys() | now.keys()):
        if name not in now:
            lines.append(f"{name} was dropped")
        elif name not in deployed:
            if not name.startswith("index "):  # a DBA may add indexes
                lines.append(f"{name} was created, not deployed")
        elif name != _SERVER and not _is_same(name, deployed, now):
            lines.append(f"{name} differs from what was deployed")
    return lines


def invalid_indexes(connection: Connection) -> list[str]:
    """A line for each index of ours that a failed CREATE INDEX CONCURRENTLY left behind."""
    rows = connection.execute(
        """
        SELECT format('the index %I.%I is INVALID: no query uses it, and every write maintains it',
                      n.nspname, c.relname)
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relowner = to_regrole('store_owner')
          AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
        ORDER BY 1
        """
    ).fetchall()
    return [row[0] for row in rows]
