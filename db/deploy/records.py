"""What a deployment writes down in schema migration: migrations, code files, objects, and what is deployed.

    migration.deployed (schema_version text, code_digest text, roles_digest text, at timestamptz)

is one row that the api may read: `schema_version` is the id of the last migration ("0008.audit"), `code_digest` covers
all code files. `api.get_schema_version()` shows it and /health/ready compares it with `source_version()`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from db.deploy.connection import Connection, acting_as, value
from db.deploy.source import File, Source

_TABLES = """
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
    CREATE TABLE IF NOT EXISTS migration.shape (object text PRIMARY KEY, digest text NOT NULL);
    COMMENT ON TABLE migration.checksums IS 'The SHA-256 of each migration when it was applied.';
    COMMENT ON TABLE migration.files IS 'The code files that were loaded last, with a SHA-256 of what each does.';
    COMMENT ON TABLE migration.objects IS
        'Routines and views that code files created: one whose file is gone is dropped.';
    COMMENT ON TABLE migration.deployed IS 'The version that is deployed: one row.';
    COMMENT ON TABLE migration.deployments IS
        'Every version that was ever deployed: a web tier of one of them is an older one.';
    COMMENT ON TABLE migration.shape IS
        'A digest of each object after the last deployment: what differs was changed by hand.';
    GRANT USAGE ON SCHEMA migration TO store_api;
    GRANT SELECT ON migration.deployed, migration.deployments TO store_api;
    INSERT INTO migration.deployments
    SELECT code_digest, schema_version, at FROM migration.deployed WHERE code_digest <> ''
    ON CONFLICT DO NOTHING;
"""


@dataclass(frozen=True)
class Deployed:
    """The row of migration.deployed."""

    roles_digest: str
    code_digest: str
    schema_version: str


def are_prepared(connection: Connection) -> bool:
    """Whether the tables of the records exist."""
    return bool(value(connection, "SELECT to_regclass('migration.deployed') IS NOT NULL"))


def prepare(connection: Connection, source: Source) -> None:
    """Create the tables that do not exist yet, and write down the roles, which have just been created."""
    with connection.transaction():
        connection.execute("CREATE SCHEMA IF NOT EXISTS migration AUTHORIZATION store_owner")
        with acting_as(connection, "store_owner"):
            connection.execute(_TABLES)
            connection.execute(
                "INSERT INTO migration.deployed (schema_version, code_digest, roles_digest) VALUES ('', '', %(roles)s) "
                "ON CONFLICT (only_row) DO UPDATE SET roles_digest = %(roles)s",
                {"roles": source.roles.sha256},
            )


def read_deployed(connection: Connection) -> Deployed | None:
    """What is deployed; None where nothing is."""
    row = connection.execute("SELECT roles_digest, code_digest, schema_version FROM migration.deployed").fetchone()
    return Deployed(*row) if row else None


def applied_migrations(connection: Connection) -> dict[str, str]:
    """The SHA-256 of each applied migration, by its id."""
    return dict(connection.execute("SELECT migration_id, sha256 FROM migration.checksums").fetchall())


def record_migration(connection: Connection, migration: str, file: File) -> None:
    """Write down an applied migration, in the transaction that applied it."""
    connection.execute(
        "INSERT INTO migration.checksums (migration_id, sha256) VALUES (%s, %s)", [migration, file.sha256]
    )


# Version 0.1.0 kept the code under other paths, and recorded the SHA-256 of a file's whole text. For its policies and
# views this file has the new path and the digest of that text, so that an upgrade does not load them again (and lock
# their tables). It was made from commit 30184e4 (tests/deployment/test_upgrade_records.py) and can go, together with
# `_renew`, in the first version that no longer upgrades from 0.1.0.
_FORMER_RECORDS = Path(__file__).with_name("records_0_1_0.json")
_FORMER_PATH = re.compile(r"db/(?:api|policies|routines|views)/.+\.sql")


def loaded_files(connection: Connection) -> dict[str, str]:
    """The digest of each code file that was loaded last, by its name."""
    loaded = dict(connection.execute("SELECT file, sha256 FROM migration.files").fetchall())
    return _renew(loaded) if any(_FORMER_PATH.fullmatch(name) for name in loaded) else loaded


def _renew(loaded: dict[str, str]) -> dict[str, str]:
    """Records of version 0.1.0 in their present form. Files of which nothing is known here count as not loaded."""
    former = json.loads(_FORMER_RECORDS.read_text(encoding="utf-8"))
    return {
        former[name]["file"]: former[name]["digest"]
        for name, sha256 in loaded.items()
        if name in former and sha256 == former[name]["sha256"]
    }


def record_code(connection: Connection, source: Source) -> None:
    """Write down the code of a source as loaded and deployed, in the transaction that loaded it."""
    connection.execute("DELETE FROM migration.files")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO migration.files VALUES (%s, %s)", [(file.name, file.digest) for file in source.code]
        )
    connection.execute(
        "UPDATE migration.deployed SET schema_version = %s, code_digest = %s, at = now()",
        [source.schema_version, source.code_digest],
    )
    connection.execute(
        "INSERT INTO migration.deployments VALUES (%s, %s) ON CONFLICT (code_digest) DO UPDATE SET at = now()",
        [source.code_digest, source.schema_version],
    )
