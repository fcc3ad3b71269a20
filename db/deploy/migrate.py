"""Deploy: database → roles → extensions → migrations → code, under one advisory lock.

State is migrated: `db/migrations/NNNN.topic.sql`, each once, in order, in a transaction of its own, as store_owner. A
file that has been applied is never edited again (its SHA-256 is kept, and a difference is an error), and a database
that knows a migration which the source does not is left alone.

Code is rebuilt, in one transaction, when any file of it has changed:

    DROP SCHEMA api CASCADE       it holds no state
    db/types.sql, db/<schema>/types.sql       as store_api: first, so that routines may use these types
    db/<schema>/routines/*.sql                as store_owner, CREATE OR REPLACE, in any order
    db/<schema>/policies/*.sql                as store_owner; only when changed or their table is new: they lock it
    db/<schema>/views/*.sql                   as store_owner
    db/<schema>/{api,service,routines}/*.sql  as store_api: what creates in schema api
    every body is compiled                    plpgsql.extra_errors = 'all'

A busy server is not stopped: the transaction waits less for a lock than deadlock detection does, gives up everything it
holds and tries again, so no client's request is ever the victim.

What is deployed is one row that anyone in the api may read:

    migration.deployed (code_digest text, schema_version text, at timestamptz)

`schema_version` is the id of the last migration ("0008.audit"), `code_digest` a SHA-256 over all code files;
`api.get_schema_version()` shows it and /health/ready compares it with `source_version()`.
"""

from __future__ import annotations

import hashlib
import random
import re
import time
import warnings
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from hmac import compare_digest, digest
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations

from db.deploy.compare import Change, describe_drift, read_changes, read_shape
from db.server.server import SUPERUSER, Access

SOURCE = Path(__file__).parents[1]
LOGIN_ROLES = (
    "web_anonymous",
    "web_customer",
    "web_merchant",
    "web_support",
    "web_admin",
    "web_gateway",
    "web_worker",
    "store_backup",
    "store_monitor",
)
AUDIENCES = ("app_anonymous", "app_customer", "app_merchant", "app_support", "app_admin", "app_gateway", "app_worker")
OWNERS = ("store_owner", "store_api")
TRUSTED_EXTENSIONS = ("pg_trgm", "btree_gist")
OTHER_EXTENSIONS = ("pg_stat_statements",)

APPLICATION = "storeproc migrate"
LOCK_KEY = 0x73746F7265  # "store"
MIGRATING_KEY = LOCK_KEY + 1  # held by the connection that migrates: a killed deployment's last statement has it still
LOCK_TIMEOUT = "400ms"  # below deadlock_timeout (1 s): we give way, never a client
DOOR = "identity.signing_keys"  # what identity.authenticate() reads first
PATIENCE = 120.0  # seconds of trying for the locks of a migration, or of the code

Say = Callable[[str], None]


class MigrationError(Exception):
    """What is wrong, with the file and the line where there is one."""


# --- what the source says -------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    path: Path
    name: str
    text: str = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def in_api(self) -> bool:
        """Whether it creates its function in schema api, whose owner is store_api."""
        return re.search(r"^CREATE (?:OR REPLACE )?FUNCTION api\.", self.text, re.MULTILINE) is not None

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


@dataclass(frozen=True)
class Source:
    """The SQL files, read once, so that what is recorded is what was run."""

    folder: Path
    roles: File
    migrations: dict[str, File]
    types: list[File]
    routines: list[File]
    policies: list[File]
    views: list[File]
    endpoints: list[File]

    @classmethod
    def read(cls, folder: Path = SOURCE) -> Source:
        def load(path: Path) -> File:
            try:
                return File(path, path.relative_to(folder.parent).as_posix(), path.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                raise MigrationError(f"{path}: is not UTF-8.") from None

        def all_of(pattern: str) -> list[File]:
            return [load(path) for path in sorted(folder.glob(pattern))]

        return cls(
            folder=folder,
            roles=load(folder / "roles.sql"),
            migrations={
                file.path.stem: file for file in all_of("migrations/*.sql") if not file.path.stem.endswith(".rollback")
            },
            types=[load(folder / "types.sql"), *all_of("*/types.sql")],
            routines=[file for file in all_of("*/routines/*.sql") if not file.in_api],
            policies=all_of("*/policies/*.sql"),
            views=all_of("*/views/*.sql"),
            endpoints=[
                *all_of("*/api/*.sql"),
                *all_of("*/service/*.sql"),
                *(file for file in all_of("*/routines/*.sql") if file.in_api),
            ],
        )

    @property
    def code(self) -> list[File]:
        return [*self.types, *self.routines, *self.policies, *self.views, *self.endpoints]

    @property
    def schema_version(self) -> str:
        return max(self.migrations, default="")

    @cached_property
    def code_digest(self) -> str:
        lines = "".join(f"{file.sha256} {file.name}\n" for file in self.code)
        return hashlib.sha256(lines.encode()).hexdigest()


def source_version(folder: Path = SOURCE) -> tuple[str, str]:
    """(schema_version, code_digest) of the files: what a server that serves this source must have deployed."""
    source = Source.read(folder)
    return source.schema_version, source.code_digest


# --- what is to be done ---------------------------------------------------------------------------


@dataclass
class Plan:
    database: bool = False
    roles: bool = False
    passwords: list[str] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    migrations: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    production: bool = False
    api: list[Change] = field(default_factory=list)
    web_tiers: int = 0
    """Connections of web tiers, which were built on the api as it is."""
    drift: list[str] = field(default_factory=list)
    """What somebody made of the database since: not as it was deployed. To be told; only --force does anything."""

    def __bool__(self) -> bool:
        return bool(self.steps())

    def lines(self) -> list[str]:
        return self.steps() + self.drift

    def data(self) -> dict[str, Any]:
        return {"pending": bool(self), **asdict(self)}

    def steps(self) -> list[str]:
        lines = []
        if self.database:
            lines.append("the database is made")
        if self.roles:
            lines.append("db/roles.sql is run")
        if self.passwords:
            lines.append(f"passwords are set: {', '.join(self.passwords)}")
        if self.extensions:
            lines.append(f"extensions are made: {', '.join(self.extensions)}")
        if self.production:
            lines.append("the database is marked production")
        lines += [f"{name} is applied" for name in self.migrations]
        if self.code:
            shown = ", ".join(self.code[:5]) + (f" and {len(self.code) - 5} more" if len(self.code) > 5 else "")
            lines.append(f"the code is rebuilt: {shown}")
        lines += [change.text for change in self.api if not change.breaks]
        tiers = f", of which {self.web_tiers} connections are open" if self.web_tiers else ""
        lines += [
            f"{change.text}: this breaks web tiers of the version before{tiers}" for change in self.api if change.breaks
        ]
        return lines


def check(access: Access, source: Source | None = None, *, production: bool = False) -> Plan:
    """What migrate would do. Changes nothing. Raises MigrationError where migrate would refuse."""
    source = source or Source.read()
    try:
        with _connect(access.admin()) as connection:
            connection.execute("SET default_transaction_read_only = on")
            return _plan(connection, access, source, force=False, production=production, say=lambda _: None)
    except psycopg.OperationalError as error:
        if not _missing_database(error):
            raise MigrationError(str(error).strip()) from None
        return Plan(
            database=True,
            roles=True,
            migrations=[f.name for f in source.migrations.values()],
            code=[file.name for file in source.code],
            production=production,
        )


def migrate(
    access: Access,
    *,
    source: Source | None = None,
    force: bool = False,
    production: bool = False,
    say: Say = lambda _: None,
) -> Plan:
    """Bring the database to the source. Answers what was done; an empty plan is nothing."""
    source = source or Source.read()
    made = _make_database(access, say)
    with _connect(access.admin()) as connection, _one_at_a_time(connection, say):
        plan = _plan(connection, access, source, force=force, production=production, say=say)
        plan.database = made
        for line in plan.drift:
            say(f"{line} (--force puts right what it can)")
        if not plan:
            return plan
        drifted = _shape(connection, say)
        if plan.roles:
            _roles(connection, source)
        if plan.passwords:
            _set_passwords(connection, access, plan.passwords)
        if plan.roles:
            open_database(connection)
        _extensions(connection, plan.extensions, say)
        if plan.production:
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET storeproc.environment = 'production'").format(
                    sql.Identifier(access.database)
                )
            )
        _bookkeeping(connection, source)
        for name in _migrations(access, source, connection, plan.migrations, say) if plan.migrations else ():
            say(f"applied {name}")
        if plan.code:
            started = time.monotonic()
            _tell_progress(connection, "the code")
            _load_code(connection, source, all_policies=force, say=say)
            say(f"rebuilt the code: {len(source.code)} files ({time.monotonic() - started:.1f} s)")
        _keep_shape(connection, drifted=drifted, accept=force, say=say)
        return plan


def _plan(
    connection: psycopg.Connection[Any], access: Access, source: Source, *, force: bool, production: bool, say: Say
) -> Plan:
    plan = Plan()
    with connection.transaction():
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        prepared = bool(_value(connection, "SELECT to_regclass('migration.deployed') IS NOT NULL"))
        deployed = (
            connection.execute("SELECT roles_digest, code_digest, schema_version FROM migration.deployed").fetchone()
            if prepared
            else None
        )
        plan.roles = (
            force
            or not known.issuperset({*OWNERS, *AUDIENCES, *LOGIN_ROLES})
            or not deployed
            or deployed[0] != source.roles.sha256
        )
        plan.passwords = (
            list(LOGIN_ROLES) if not known.issuperset(LOGIN_ROLES) else _wrong_passwords(connection, access)
        )
        there = {row[0] for row in connection.execute("SELECT extname FROM pg_extension").fetchall()}
        plan.extensions = [name for name in TRUSTED_EXTENSIONS if name not in there]
        plan.extensions += [name for name in OTHER_EXTENSIONS if name not in there and _is_superuser(connection)]
        plan.production = (
            production and _value(connection, "SELECT current_setting('storeproc.environment', true)") != "production"
        )
        applied: dict[str, str] = {}
        if prepared:
            applied = dict(connection.execute("SELECT migration_id, sha256 FROM migration.checksums").fetchall())
        unknown = sorted(applied.keys() - source.migrations.keys())
        if unknown:
            raise MigrationError(
                f"the database has been migrated by a newer version: this source does not know {', '.join(unknown)}. "
                "Nothing was changed. Deploy from that version's source; web tiers and workers of this one may run on."
            )
        for name, sha256 in sorted(applied.items()):
            if source.migrations[name].sha256 != sha256:
                raise MigrationError(
                    f"{source.migrations[name].name} was edited after it was applied: undo that, add a new migration."
                )
        plan.migrations = [file.name for name, file in source.migrations.items() if name not in applied]
        if (
            force
            or plan.migrations
            or not deployed
            or deployed[1] != source.code_digest
            or deployed[2] != source.schema_version
        ):
            loaded = _loaded_files(connection) if prepared else {}
            now = {file.name: file.sha256 for file in source.code}
            changed = sorted(name for name in now.keys() | loaded.keys() if now.get(name) != loaded.get(name))
            plan.code = changed or ["everything"]
            if prepared and deployed:
                plan.api = read_changes(connection, [file.text for file in (*source.types, *source.endpoints)])
                plan.web_tiers = _value(connection, _WEB_TIERS)
    plan.drift = _invalid_indexes(connection) + describe_drift(_deployed_shape(connection), _shape(connection, say))
    return plan


_WEB_TIERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'storeproc web'"
)


def _shape(connection: psycopg.Connection[Any], say: Say) -> dict[str, str]:
    """What the database looks like. The catalogue's words for a constraint or a view take a look at their tables."""
    found: dict[str, str] = {}

    def attempt() -> None:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
            found.update(read_shape(connection))

    _when_locks_allow(connection, "reading the schema", attempt, say)
    return found


def _deployed_shape(connection: psycopg.Connection[Any]) -> dict[str, str]:
    if not _value(connection, "SELECT to_regclass('migration.shape') IS NOT NULL"):
        return {}
    return dict(connection.execute("SELECT object, digest FROM migration.shape").fetchall())


def _keep_shape(connection: psycopg.Connection[Any], *, drifted: dict[str, str], accept: bool, say: Say) -> None:
    """What the database looks like now is what was deployed, except for what had drifted and stays as it drifted."""
    now = _shape(connection, say)
    with connection.transaction():
        deployed = _deployed_shape(connection)
        comparable = deployed and deployed.get("server") == now["server"]
        left = {
            thing
            for thing in (deployed.keys() | now.keys() if comparable else ())
            if drifted.get(thing) == now.get(thing) != deployed.get(thing)
        }
        kept = {thing: digest for thing, digest in now.items() if thing not in left}
        if accept:
            for line in describe_drift({**kept, **{t: deployed[t] for t in left if t in deployed}}, now):
                say(f"accepted: {line}")
            kept = now
        else:
            kept |= {thing: deployed[thing] for thing in left if thing in deployed}
        connection.execute("DELETE FROM migration.shape")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO migration.shape VALUES (%s, %s)", list(kept.items()))


def _invalid_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        """
        SELECT format('the index %I.%I is INVALID: no query uses it, every write pays for it', n.nspname, c.relname)
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relowner = to_regrole('store_owner')
          AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
        ORDER BY 1
        """
    ).fetchall()
    return [row[0] for row in rows]


# --- connections ----------------------------------------------------------------------------------


def _connect(url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=10, application_name=APPLICATION)
    connection.execute("SET search_path = pg_catalog")
    connection.execute("SET client_min_messages = warning")
    connection.execute("SET statement_timeout = 0")
    with suppress(errors.InvalidParameterValue):  # where the server's system can tell that we are gone, a second later
        connection.execute("SET client_connection_check_interval = '1s'")
    return connection


def _value(connection: psycopg.Connection[Any], query: str, *parameters: object) -> Any:
    row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    return bool(_value(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


def _missing_database(error: psycopg.OperationalError) -> bool:
    return bool(re.search(r'database ".*" does not exist', str(error)))


@contextmanager
def _one_at_a_time(
    connection: psycopg.Connection[Any], say: Say, *, key: int = LOCK_KEY, watch: psycopg.Connection[Any] | None = None
) -> Iterator[None]:
    """Everything below runs once at a time a database; a killed deployment leaves no lock behind.

    Asked for again and again: a statement that waits holds a snapshot, and the other deployment's CREATE INDEX
    CONCURRENTLY would wait for that, which no deadlock detection sees.
    """
    since = told_at = time.monotonic()
    told = ""
    while not _value(connection, "SELECT pg_try_advisory_lock(%s)", key):
        holder = _describe_holder(watch or connection, key)
        if holder != told or time.monotonic() - told_at > 15:
            waited = time.monotonic() - since
            say(f"waiting for another deployment{holder}" + (f" ({waited:.0f} s so far)" if waited > 5 else ""))
            told, told_at = holder, time.monotonic()
        time.sleep(0.2)
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s)", [key])


def _describe_holder(connection: psycopg.Connection[Any], key: int) -> str:
    """Whom we wait for: what names it to pg_terminate_backend(), where it comes from, and what it is doing."""
    row = connection.execute(
        """
        SELECT a.pid, a.usename, coalesce(host(a.client_addr), 'this machine'),
               to_char(a.backend_start AT TIME ZONE 'UTC', 'HH24:MI:SS'), a.application_name
        FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND (l.classid::bigint << 32) + l.objid::bigint = %s
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        [key],
    ).fetchone()
    if row is None:
        return ""
    pid, user, where, since, name = row
    doing = (name or "").removeprefix(APPLICATION).removeprefix(": ")
    return f": {user} from {where} since {since} UTC, server process {pid}" + (f", at {doing}" if doing else "")


def _tell_progress(connection: psycopg.Connection[Any], doing: str) -> None:
    """Where a waiting deployment, and whoever looks at pg_stat_activity, can read it."""
    connection.execute("SELECT set_config('application_name', %s, false)", [f"{APPLICATION}: {doing}"[:63]])


def _blockers(connection: psycopg.Connection[Any]) -> str:
    """Whose transaction holds tables for longer than we wait for one."""
    rows = connection.execute(
        """
        SELECT format('server process %%s (%%s, %%s, transaction of %%s s)', a.pid, a.usename,
                      coalesce(nullif(a.application_name, ''), 'no name'), extract(epoch FROM age)::int)
        FROM (SELECT *, clock_timestamp() - xact_start AS age FROM pg_stat_activity) AS a
        WHERE a.pid <> pg_backend_pid() AND a.age > %s::interval
          AND EXISTS (SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
                      WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' AND d.datname = current_database())
        ORDER BY a.age DESC LIMIT 3
        """,
        [LOCK_TIMEOUT],
    ).fetchall()
    return "; ".join(row[0] for row in rows)


def _when_locks_allow(connection: psycopg.Connection[Any], what: str, attempt: Callable[[], None], say: Say) -> None:
    """A transaction that gives up, with all that it holds, rather than keep the shop waiting behind it; then again."""
    begin = time.monotonic()
    told = 0.0
    pause = 0.25
    while True:
        try:
            attempt()
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            held_by = _blockers(connection)
            waited = time.monotonic() - begin
            if waited > PATIENCE:
                raise MigrationError(
                    f"{what}: tables stayed locked for {waited:.0f} s{held_by and ', by ' + held_by}. "
                    "Nothing of it was changed: end that transaction, or try again later."
                ) from None
            if waited > told:
                say(f"clients hold locks; trying again: {what}" + (f" waits for {held_by}" if held_by else ""))
                told = waited + 5
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311
            pause = min(pause * 1.5, 3.0)  # what waited behind us has this long to pass


def _make_database(access: Access, say: Say) -> bool:
    try:
        _connect(access.admin()).close()
        return False
    except psycopg.OperationalError as error:
        if not _missing_database(error):
            raise MigrationError(str(error).strip()) from None
    for maintenance in ("postgres", "template1"):
        try:
            connection = _connect(access.admin(maintenance))
        except psycopg.OperationalError:
            continue
        with connection:
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # another deployment was first
                connection.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' "
                        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                    ).format(sql.Identifier(access.database))
                )
            say(f"made the database {access.database}")
            return True
    raise MigrationError(
        f"the database {access.database} does not exist, and neither postgres nor template1 lets us in to make it."
    )


# --- roles, passwords, extensions -----------------------------------------------------------------


def _roles(connection: psycopg.Connection[Any], source: Source) -> None:
    for attempt in range(10):
        try:
            with connection.transaction():
                _run(connection, source.roles)
                if not _is_superuser(connection):
                    # Since PostgreSQL 16 whoever makes a role administers it, but becomes it only when that is granted.
                    connection.execute("GRANT store_owner, store_api TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")
                return
        except (errors.InternalError_, errors.UniqueViolation):
            if attempt == 9:
                raise
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311  # roles belong to the cluster: another database's deployment is at it


def open_database(connection: psycopg.Connection[Any]) -> None:
    """Who may enter this database. A clone (CREATE DATABASE … TEMPLATE) does not inherit it."""
    database = sql.Identifier(_value(connection, "SELECT current_database()"))
    with connection.transaction():
        for statement in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {logins}",
            "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO store_owner",
            "ALTER DATABASE {database} SET timezone = 'UTC'",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        ):
            connection.execute(
                sql.SQL(statement).format(
                    database=database, logins=sql.SQL(", ").join(map(sql.Identifier, LOGIN_ROLES))
                )
            )


def _wrong_passwords(connection: psycopg.Connection[Any], access: Access) -> list[str]:
    """The log-in roles whose password is not the one that follows from the secret."""
    if _is_superuser(connection):
        stored = dict(
            connection.execute(
                "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s)", [list(LOGIN_ROLES)]
            ).fetchall()
        )
        return [role for role in LOGIN_ROLES if not _verifies(stored.get(role), access.password(role))]
    return [role for role in LOGIN_ROLES if not _lets_in(access.url(role))]


def _verifies(verifier: str | None, password: str) -> bool:
    found = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)", verifier or "")
    if not found:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(found[2]), int(found[1]))
    stored = hashlib.sha256(digest(salted, b"Client Key", "sha256")).digest()
    return compare_digest(b64encode(stored).decode(), found[3])


def _lets_in(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        return "password authentication failed" not in str(error)
    return True


def change_passwords(access: Access, secret: str, *, own_server: bool, say: Say = lambda _: None) -> list[str]:
    """Passwords that follow from another secret, for every log-in role at once. Who is connected stays connected.

    The administrator's only of our own server: anybody else's is not ours to change.
    """
    roles = [*LOGIN_ROLES, SUPERUSER] if own_server else list(LOGIN_ROLES)
    with _connect(access.admin()) as connection, _one_at_a_time(connection, say), connection.transaction():
        _set_passwords(connection, Access(access.admin_url, secret), roles)
    return roles


def _set_passwords(connection: psycopg.Connection[Any], access: Access, roles: Iterable[str]) -> None:
    for role in roles:
        # The verifier is computed here: the password itself never reaches the server or its log.
        verifier = connection.pgconn.encrypt_password(
            access.password(role).encode(), role.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _extensions(connection: psycopg.Connection[Any], names: Iterable[str], say: Say) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS extensions")
    connection.execute("GRANT USAGE ON SCHEMA extensions TO PUBLIC")
    for name in names:
        try:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA extensions").format(sql.Identifier(name))
            )
        except (errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported) as error:
            if name in TRUSTED_EXTENSIONS:
                raise MigrationError(f"the extension {name} cannot be made: {error.diag.message_primary}") from None
            say(f"without the extension {name}: {error.diag.message_primary}")


# --- migrations -----------------------------------------------------------------------------------


def _bookkeeping(connection: psycopg.Connection[Any], source: Source) -> None:
    with connection.transaction():
        connection.execute("CREATE SCHEMA IF NOT EXISTS migration AUTHORIZATION store_owner")
        connection.execute("SET LOCAL ROLE store_owner")
        connection.execute("""
            CREATE TABLE IF NOT EXISTS migration.checksums (
                migration_id text PRIMARY KEY,
                sha256       text NOT NULL,
                applied_at   timestamptz NOT NULL DEFAULT now()
            );
            CREATE TABLE IF NOT EXISTS migration.files (file text PRIMARY KEY, sha256 text NOT NULL);
            CREATE TABLE IF NOT EXISTS migration.objects (kind text, identity text, PRIMARY KEY (kind, identity));
            CREATE TABLE IF NOT EXISTS migration.deployed (
                only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                schema_version text NOT NULL,
                code_digest    text NOT NULL,
                roles_digest   text NOT NULL,
                at             timestamptz NOT NULL DEFAULT now()
            );
            CREATE TABLE IF NOT EXISTS migration.deployments (
                code_digest    text PRIMARY KEY,
                schema_version text NOT NULL,
                at             timestamptz NOT NULL DEFAULT now()
            );
            COMMENT ON TABLE migration.deployments IS
                'Every source that was deployed here: a web tier of one of them is an older one, not too new.';
            CREATE TABLE IF NOT EXISTS migration.shape (object text PRIMARY KEY, digest text NOT NULL);
            COMMENT ON TABLE migration.shape IS 'Digests of all that was deployed: what differs was changed by hand.';
            COMMENT ON TABLE migration.checksums IS 'The text of each migration when it was applied.';
            COMMENT ON TABLE migration.files IS 'The code files as they were loaded last.';
            COMMENT ON TABLE migration.objects IS 'Routines and views of code files; one without its file is dropped.';
            COMMENT ON TABLE migration.deployed IS 'What runs here: one row.';
            GRANT USAGE ON SCHEMA migration TO store_api;
            GRANT SELECT ON migration.deployed, migration.deployments TO store_api;
            INSERT INTO migration.deployments
            SELECT code_digest, schema_version, at FROM migration.deployed WHERE code_digest <> ''
            ON CONFLICT DO NOTHING;
        """)
        connection.execute(
            "INSERT INTO migration.deployed (schema_version, code_digest, roles_digest) VALUES ('', '', %(roles)s) "
            "ON CONFLICT (only_row) DO UPDATE SET roles_digest = %(roles)s",
            {"roles": source.roles.sha256},
        )


def _migrations(
    access: Access, source: Source, watch: psycopg.Connection[Any], pending: list[str], say: Say
) -> Iterator[str]:
    """Apply what is pending, each file and its record in one transaction, and name each."""
    backend = get_backend(_yoyo_url(access))
    try:
        with suppress(errors.InvalidParameterValue):
            backend.connection.execute("SET client_connection_check_interval = '1s'")
        with _one_at_a_time(backend.connection, say, key=MIGRATING_KEY, watch=watch):
            if "yoyo_lock" not in backend.list_tables():
                backend.init_database()
            # yoyo's own lock is a row, which a killed deployment leaves. We are alone here: a row is a dead one's.
            backend.break_lock()
            backend.ensure_internal_schema_updated()
            known = read_migrations(str(source.folder / "migrations"))
            for number, migration in enumerate(backend.to_apply(known), 1):
                file = source.migrations[migration.id]
                migration.load()
                _tell_progress(watch, f"{migration.id} ({number} of {len(pending)})")
                if migration.use_transactions:
                    _when_locks_allow(watch, file.name, partial(_apply, backend, migration, file), say)
                else:
                    _apply_in_steps(backend, migration, file, say)
                yield file.name
    finally:
        backend.connection.close()


def _apply(backend: Any, migration: Any, file: File) -> None:
    with warnings.catch_warnings(), backend.transaction():
        warnings.simplefilter("ignore")  # yoyo's own nested transactions are savepoints here
        # The file goes to the server whole: it knows its quoting, and errors have a position in the file.
        backend.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        backend.execute("SET LOCAL search_path = pg_catalog")
        _run(backend.connection, file)
        backend.execute("SET LOCAL search_path = migration")
        backend.mark_one(migration)
        _record(backend.connection, migration.id, file)


_CONCURRENTLY = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s+ON\s+(?:ONLY\s+)?(\w+)\.",
    re.IGNORECASE,
)


def _apply_in_steps(backend: Any, migration: Any, file: File, say: Say) -> None:
    """CREATE INDEX CONCURRENTLY and the like: a statement at a time, each on its own, so each can be repeated.

    No lock_timeout: nothing here may take a lock that customers meet, and an index whose building gives up is left
    INVALID: never used by a query, kept up to date by every write.
    """
    connection = backend.connection
    with connection.transaction():
        connection.execute("SET LOCAL search_path = migration")  # it may have begun in another deployment
    _drop_unfinished(connection, file, say)
    try:
        for step in migration.steps:
            step.apply(backend)
    except psycopg.Error as error:
        with suppress(psycopg.Error):
            _drop_unfinished(connection, file, say)
        raise MigrationError(_problem(file, error)) from error
    with connection.transaction():
        connection.execute("SET LOCAL search_path = migration")
        backend.mark_one(migration)
        _record(connection, migration.id, file)


def _drop_unfinished(connection: psycopg.Connection[Any], file: File, say: Say) -> None:
    """An INVALID index of this file is what a crash, or a duplicate under a UNIQUE one, left of it."""
    for name, schema in _CONCURRENTLY.findall(file.text):
        if _value(
            connection,
            "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
            schema.lower(),
            name.lower(),
        ):
            connection.execute(
                sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(schema.lower(), name.lower()))
            )
            say(f"dropped the unfinished index {schema}.{name}: it is built anew")


def _record(connection: psycopg.Connection[Any], name: str, file: File) -> None:
    connection.execute("INSERT INTO migration.checksums (migration_id, sha256) VALUES (%s, %s)", [name, file.sha256])


def _yoyo_url(access: Access) -> str:
    given = {name: str(value) for name, value in conninfo_to_dict(access.admin()).items() if value is not None}
    user, password = quote(given.pop("user", ""), safe=""), quote(given.pop("password", ""), safe="")
    database = quote(given.pop("dbname", ""), safe="")
    # Objects belong to store_owner, whoever deploys.
    given["options"] = (
        given.get("options", "") + " -c role=store_owner -c statement_timeout=0 -c client_min_messages=warning"
    ).strip()
    given["schema"] = "migration"
    credentials = (f"{user}:{password}@" if password else f"{user}@") if user else ""
    return f"postgresql+psycopg://{credentials}/{database}?{urlencode(given, quote_via=quote)}"


# --- code -----------------------------------------------------------------------------------------


def _load_code(connection: psycopg.Connection[Any], source: Source, *, all_policies: bool, say: Say) -> None:
    def attempt() -> None:
        with connection.transaction():
            _load_once(connection, source, all_policies=all_policies)

    _when_locks_allow(connection, "the code", attempt, say)


def _load_once(connection: psycopg.Connection[Any], source: Source, *, all_policies: bool) -> None:
    run = connection.execute
    run(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
    run("SET LOCAL check_function_bodies = off")  # files come in any order; all bodies are compiled at the end
    loaded = _loaded_files(connection)
    made = _tables_made_since(connection, source)
    policies = [
        file
        for file in source.policies
        if all_policies or loaded.get(file.name) != file.sha256 or any(table in file.text for table in made)
    ]
    _refuse_dependants(connection)

    run("DROP SCHEMA IF EXISTS api CASCADE")
    run("CREATE SCHEMA api AUTHORIZATION store_api")
    run("COMMENT ON SCHEMA api IS 'The door: one function an endpoint, and nothing else. Rebuilt at each deployment.'")
    with _as(connection, "store_api"):
        # A schema's default privileges can only add to the global ones, so this is global for the role.
        run("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        run(
            sql.SQL("GRANT USAGE ON SCHEMA api TO store_owner, {}").format(
                sql.SQL(", ").join(map(sql.Identifier, AUDIENCES))
            )
        )
        for file in source.types:
            _run(connection, file)
    with _as(connection, "store_owner"):
        for file in source.routines:
            # What has not changed has the signature that it had, and is spared the savepoint: clients wait meanwhile.
            if loaded.get(file.name) == file.sha256:
                _run(connection, file)
            else:
                _load_routine(connection, file)
        if policies:
            _close_the_door(connection)
        for file in policies:
            _run(connection, file)
        views_too = all_policies or _views_are_due(connection, source, loaded)
        for file in source.views if views_too else ():
            _run(connection, file)
    with _as(connection, "store_api"):
        for file in source.endpoints:
            _run(connection, file)
    _drop_orphans(connection, views=views_too)
    _compile(connection, source)

    run("DELETE FROM migration.files")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO migration.files VALUES (%s, %s)", [(file.name, file.sha256) for file in source.code]
        )
    run(
        "UPDATE migration.deployed SET schema_version = %s, code_digest = %s, at = now()",
        [source.schema_version, source.code_digest],
    )
    run(
        "INSERT INTO migration.deployments VALUES (%s, %s) ON CONFLICT (code_digest) DO UPDATE SET at = now()",
        [source.code_digest, source.schema_version],
    )


_FORMER_PATHS = (
    (re.compile(r"db/policies/append_only\.sql"), "db/audit/policies/append_only.sql"),
    (re.compile(r"db/(policies|views)/(\w+)\.(\w+)\.sql"), r"db/\2/\1/\3.sql"),
    (re.compile(r"db/routines/(\w+)/(\w+)\.sql"), r"db/\1/routines/\2.sql"),
)


def _loaded_files(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """The files that were loaded last, under the paths that they have now: version 0.1.0 kept them elsewhere."""

    def now(name: str) -> str:
        for pattern, path in _FORMER_PATHS:
            if pattern.fullmatch(name):
                return pattern.sub(path, name)
        return name

    rows = connection.execute("SELECT file, sha256 FROM migration.files").fetchall()
    return {now(name): sha256 for name, sha256 in rows}


def _tables_made_since(connection: psycopg.Connection[Any], source: Source) -> set[str]:
    """By the migrations after the last rebuild of the code: what stood on a table of that name before went with it."""
    last = _value(connection, "SELECT schema_version FROM migration.deployed")
    texts = [file.text for name, file in source.migrations.items() if name > last]
    return {table for text in texts for table in re.findall(r"(?i)\bCREATE TABLE (?:IF NOT EXISTS )?(\w+\.\w+)", text)}


def _close_the_door(connection: psycopg.Connection[Any]) -> None:
    """Policies lock many tables. Among customers who hold one and want the next that never ends well, so we wait first
    until nobody is inside: the table that every signed-in request reads before any other is taken alone, which it is
    only when they are all done, and who comes now holds nothing yet.
    """
    if _value(connection, "SELECT to_regclass(%s) IS NOT NULL", DOOR):
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(*DOOR.split("."))))


_BEFORE = " (before)"


def _load_routine(connection: psycopg.Connection[Any], file: File) -> None:
    """A routine whose signature changed would stand beside its old self, and GRANT cannot tell them apart; one whose
    answer changed cannot be replaced. The old one steps aside, serves what is built on it until that is loaded too, and
    goes with the orphans.
    """
    try:
        with connection.transaction():
            _run(connection, file)
    except MigrationError as error:
        if not isinstance(error.__cause__, (errors.AmbiguousFunction, errors.InvalidFunctionDefinition)):
            raise
        connection.execute("RESET ROLE")
        old = connection.execute(
            """
            UPDATE migration.objects AS o
            SET identity = replace(o.identity, %(name)s || '(', quote_ident(%(name)s || %(mark)s) || '(')
            WHERE o.kind = 'FUNCTION' AND starts_with(o.identity, %(schema)s || '.' || %(name)s || '(')
            RETURNING old.identity
            """,
            {"schema": file.path.parents[1].name, "name": file.path.stem, "mark": _BEFORE},
        ).fetchall()
        if not old:
            raise
        connection.execute("SET LOCAL ROLE store_owner")
        for (identity,) in old:
            connection.execute(f'ALTER FUNCTION {identity} RENAME TO "{file.path.stem}{_BEFORE}"')
        _run(connection, file)


def _views_are_due(connection: psycopg.Connection[Any], source: Source, loaded: dict[str, str]) -> bool:
    """Whether any of them, or what they are built on, has changed. Replacing a view takes it from everybody until all
    is done: the stock, of which every order asks.
    """
    before = {name: sha256 for name, sha256 in loaded.items() if "/views/" in name}
    if before != {file.name: file.sha256 for file in source.views}:
        return True
    if _value(connection, "SELECT schema_version FROM migration.deployed") != source.schema_version:
        return True
    return bool(
        _value(
            connection,
            """
            SELECT NOT coalesce(bool_and(to_regclass(o.identity) IS NOT NULL), false)
                OR EXISTS (SELECT FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.refobjid
                           WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass
                             AND p.proname LIKE %s)
            FROM migration.objects AS o WHERE o.kind = 'VIEW'
            """,
            "%" + _BEFORE,
        )
    )


@contextmanager
def _as(connection: psycopg.Connection[Any], role: str) -> Iterator[None]:
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    yield
    connection.execute("RESET ROLE")


_IN_API = """
    SELECT 'pg_proc'::regclass AS class, oid FROM pg_proc WHERE pronamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE connamespace = to_regnamespace('api')
"""


def _refuse_dependants(connection: psycopg.Connection[Any]) -> None:
    """DROP … CASCADE must never take state with it: a column, constraint, policy or index built on the api schema."""
    found = _value(
        connection,
        f"""
        WITH api AS ({_IN_API})
        SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ')
        FROM pg_depend AS d JOIN api ON (api.class, api.oid) = (d.refclassid, d.refobjid)
        WHERE d.deptype IN ('n', 'a')
          AND d.classid NOT IN (
              'pg_proc'::regclass, 'pg_type'::regclass, 'pg_rewrite'::regclass, 'pg_default_acl'::regclass
          )
          AND NOT EXISTS (SELECT FROM api AS own WHERE (own.class, own.oid) = (d.classid, d.objid))
    """,  # noqa: S608
    )
    if found:
        raise MigrationError(
            f"the schema api holds no state, yet this depends on it and would be dropped with it: {found}."
        )


def _drop_orphans(connection: psycopg.Connection[Any], *, views: bool) -> None:
    """Routines, and where they were loaded views, whose file is gone.

    What this transaction made has its own id in xmin, or that of one of its savepoints, which is younger.
    """
    made = connection.execute(
        """
        WITH mine AS (SELECT pg_current_xact_id()::xid AS xid)
        SELECT 'FUNCTION', p.oid::regprocedure::text FROM mine, pg_proc AS p
        WHERE age(p.xmin) <= age(mine.xid) AND p.proowner = 'store_owner'::regrole
          AND p.pronamespace <> 'api'::regnamespace AND p.prokind IN ('f', 'w') AND p.proname NOT LIKE %s
        UNION ALL
        SELECT 'VIEW', c.oid::regclass::text FROM mine, pg_class AS c
        WHERE age(c.xmin) <= age(mine.xid) AND c.relowner = 'store_owner'::regrole
          AND c.relnamespace <> 'api'::regnamespace AND c.relkind = 'v'
        """,
        ("%" + _BEFORE,),
    ).fetchall()
    before = connection.execute("SELECT kind, identity FROM migration.objects").fetchall()
    if not views:
        made += [(kind, identity) for kind, identity in before if kind == "VIEW"]
    for kind, identity in sorted(set(before) - set(made), reverse=True):
        connection.execute(
            f"DROP {kind} IF EXISTS {identity}"
        )  # the identity is quoted: it comes from regprocedure and regclass
    connection.execute("DELETE FROM migration.objects")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO migration.objects VALUES (%s, %s)", made)


def _compile(connection: psycopg.Connection[Any], source: Source) -> None:
    """Every body once through its language's validator, now that everything it may name is there."""
    connection.execute("SET LOCAL check_function_bodies = on")
    connection.execute("SET LOCAL plpgsql.extra_errors = 'all'")
    functions = connection.execute("""
        SELECT p.oid, p.oid::regprocedure::text, p.prosrc, l.lanvalidator::regproc::text
        FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.proowner IN ('store_owner'::regrole, 'store_api'::regrole) AND l.lanname IN ('sql', 'plpgsql')
        ORDER BY 2
    """).fetchall()
    problems = []
    for oid, signature, body, validator in functions:
        try:
            with connection.transaction():
                connection.execute(f"SELECT {validator}(%s)", [oid])
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            raise
        except psycopg.Error as error:
            problems.append(_body_problem(source, signature, body, error))
    if problems:
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise MigrationError("\n".join(problems[:20]) + more)


def _body_problem(source: Source, signature: str, body: str, error: psycopg.Error) -> str:
    message = error.diag.message_primary or str(error)
    position = int(error.diag.internal_position or error.diag.statement_position or 0)
    for file in source.code:
        at = file.text.find(body)
        if at >= 0 and len(body) > 10:
            inside = body if error.diag.internal_query in (None, body) else ""
            line = file.line_of(at + position - 1) if position and inside else file.line_of(at)
            return f"{file.name}:{line}: {message} (in {signature})"
    return f"{signature}: {message}"


def _run(connection: psycopg.Connection[Any], file: File) -> None:
    """The whole file as one request; an error names its line."""
    if not file.text.strip():
        return
    try:
        connection.execute(file.text)
    except (errors.LockNotAvailable, errors.DeadlockDetected):
        raise
    except psycopg.OperationalError as error:
        if error.diag.sqlstate is None:
            raise MigrationError(f"{file.name}: the connection was lost: {str(error).strip()}") from None
        raise MigrationError(_problem(file, error)) from error
    except (errors.InternalError_, errors.UniqueViolation) as error:
        if "concurrently" in str(error) or error.diag.schema_name == "pg_catalog":
            raise
        raise MigrationError(_problem(file, error)) from error
    except psycopg.Error as error:
        raise MigrationError(_problem(file, error)) from error


def _problem(file: File, error: psycopg.Error) -> str:
    diag = error.diag
    message = diag.message_primary or str(error).strip()
    for more in (diag.message_detail, diag.message_hint):
        if more:
            message += f" {more}"
    if diag.statement_position:
        return f"{file.name}:{file.line_of(int(diag.statement_position) - 1)}: {message}"
    if diag.internal_query and diag.internal_position:
        at = file.text.find(diag.internal_query)
        line = f":{file.line_of(at + int(diag.internal_position) - 1)}" if at >= 0 else ""
        return f"{file.name}{line}: {message}"
    where = f" ({diag.context.splitlines()[0]})" if diag.context else ""
    return f"{file.name}: {message}{where}"
