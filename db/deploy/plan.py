"""What a deployment would do to a database, and what it would refuse."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from db.deploy import records
from db.deploy.api_changes import Change, read_changes
from db.deploy.connection import Connection, is_superuser, value
from db.deploy.database import OTHER_EXTENSIONS, TRUSTED_EXTENSIONS, environment_of
from db.deploy.drift import deployed_shape, describe_drift, invalid_indexes, read_shape_patiently
from db.deploy.locks import Say
from db.deploy.records import Deployed
from db.deploy.roles import AUDIENCES, LOGIN_ROLES, OWNERS, wrong_passwords
from db.deploy.source import MigrationError, Source
from db.server.access import Access

_WEB_TIERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'storeproc web'"
)


@dataclass
class Plan:
    """The steps of a deployment, before it or after. It is false when there is nothing to do."""

    database: bool = False
    roles: bool = False
    passwords: list[str] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    migrations: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    environment: str = ""
    """What the database becomes; empty where it stays what it is."""
    api: list[Change] = field(default_factory=list)
    web_tiers: int = 0
    """Open connections of web tiers, which were built on the api as it is."""
    drift: list[str] = field(default_factory=list)
    """What was changed by hand since the last deployment. It is reported; only --force acts on it."""

    def __bool__(self) -> bool:
        return bool(self.steps())

    def lines(self) -> list[str]:
        """The steps and the drift, a sentence each."""
        return self.steps() + self.drift

    def data(self) -> dict[str, Any]:
        """For --json."""
        return {"pending": bool(self), **asdict(self)}

    def steps(self) -> list[str]:
        """The steps, a sentence each, and what they change in the api."""
        lines = []
        if self.database:
            lines.append("the database is created")
        if self.roles:
            lines.append("db/roles.sql is run")
        if self.passwords:
            lines.append(f"passwords are set: {', '.join(self.passwords)}")
        if self.extensions:
            lines.append(f"extensions are created: {', '.join(self.extensions)}")
        if self.environment:
            lines.append(f"the database is marked {self.environment}")
        lines += [f"{name} is applied" for name in self.migrations]
        if self.code:
            shown = ", ".join(self.code[:5]) + (f" and {len(self.code) - 5} more" if len(self.code) > 5 else "")
            lines.append(f"the code is rebuilt: {shown}")
        lines += [change.text for change in self.api if not change.breaks]
        tiers = f" ({self.web_tiers} connections are open)" if self.web_tiers else ""
        lines += [
            f"{change.text}: this breaks web tiers of the previous version{tiers}"
            for change in self.api
            if change.breaks
        ]
        return lines


def plan_new_database(source: Source, *, environment: str | None) -> Plan:
    """The plan for a database that does not exist."""
    return Plan(
        database=True,
        roles=True,
        migrations=[file.name for file in source.migrations.values()],
        code=[file.name for file in source.code],
        environment=environment or "",
    )


def make_plan(
    connection: Connection, access: Access, source: Source, *, force: bool, environment: str | None, say: Say
) -> Plan:
    """The plan for an existing database, which is only read.

    `force` plans the roles and the code even when they are unchanged. Raises MigrationError where a deployment must
    be refused: the database is newer than the source, or an applied migration was edited.
    """
    plan = Plan()
    with connection.transaction():
        deployed = records.read_deployed(connection) if records.are_prepared(connection) else None
        _plan_roles(plan, connection, access, source, deployed, force=force)
        if environment and environment != environment_of(connection):
            plan.environment = environment
        applied = records.applied_migrations(connection) if deployed else {}
        _check_applied(applied, source)
        plan.migrations = [file.name for name, file in source.migrations.items() if name not in applied]
        if (
            force
            or plan.migrations
            or not deployed
            or (deployed.code_digest, deployed.schema_version) != (source.code_digest, source.schema_version)
        ):
            _plan_code(plan, connection, source, deployed)
    shape = read_shape_patiently(connection, say)
    plan.drift = invalid_indexes(connection) + describe_drift(deployed_shape(connection), shape)
    return plan


def _plan_roles(
    plan: Plan, connection: Connection, access: Access, source: Source, deployed: Deployed | None, *, force: bool
) -> None:
    known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    plan.roles = (
        force
        or not known.issuperset({*OWNERS, *AUDIENCES, *LOGIN_ROLES})
        or not deployed
        or deployed.roles_digest != source.roles.sha256
    )
    plan.passwords = wrong_passwords(connection, access) if known.issuperset(LOGIN_ROLES) else list(LOGIN_ROLES)
    there = {row[0] for row in connection.execute("SELECT extname FROM pg_extension").fetchall()}
    possible = [*TRUSTED_EXTENSIONS, *(OTHER_EXTENSIONS if is_superuser(connection) else ())]
    plan.extensions = [name for name in possible if name not in there]


def _check_applied(applied: dict[str, str], source: Source) -> None:
    unknown = sorted(applied.keys() - source.migrations.keys())
    if unknown:
        raise MigrationError(
            f"the database has been migrated by a newer version: this source does not know {', '.join(unknown)}. "
            "Nothing was changed. Deploy from that version's source; web tiers and workers of this one may run on."
        )
    for name, sha256 in sorted(applied.items()):
        if source.migrations[name].sha256 != sha256:
            raise MigrationError(
                f"{source.migrations[name].name} was edited after it was applied: "
                "undo the edit and add a new migration."
            )


def _plan_code(plan: Plan, connection: Connection, source: Source, deployed: Deployed | None) -> None:
    loaded = records.loaded_files(connection) if deployed else {}
    now = {file.name: file.digest for file in source.code}
    changed = sorted(name for name in now.keys() | loaded.keys() if now.get(name) != loaded.get(name))
    plan.code = changed or ["everything"]
    if deployed:
        plan.api = read_changes(connection, [file.text for file in (*source.types, *source.endpoints)])
        plan.web_tiers = value(connection, _WEB_TIERS)
