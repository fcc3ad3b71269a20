"""The SQL files of a source tree, read once, so that what is recorded is what was run."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from db.deploy.digest import digest

SOURCE = Path(__file__).parents[1]


class MigrationError(Exception):
    """Why a database cannot be deployed to, with the file and the line where there is one."""


@dataclass(frozen=True)
class File:
    """An SQL file. Its name is the path below the source tree, such as db/sales/api/create_order.sql."""

    path: Path
    name: str
    text: str = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """Of the text: for files that are never edited."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def digest(self) -> str:
        """Of what the file does: comments and line breaks do not change it."""
        return digest(self.text)

    @property
    def schema(self) -> str:
        """The schema whose folder holds the file."""
        return self.path.parents[1].name

    @property
    def in_api(self) -> bool:
        """Whether the file creates its function in schema api, whose owner is store_api."""
        return re.search(r"^CREATE (?:OR REPLACE )?FUNCTION api\.", self.text, re.MULTILINE) is not None

    def line_of(self, offset: int) -> int:
        """The number of the line that holds the character at this offset, from 1."""
        return self.text.count("\n", 0, offset) + 1


@dataclass(frozen=True)
class Source:
    """All SQL files that a deployment needs, by kind."""

    folder: Path
    roles: File
    migrations: dict[str, File]
    """By id, which is the file's name without .sql, in order."""
    types: list[File]
    routines: list[File]
    policies: list[File]
    views: list[File]
    endpoints: list[File]

    @classmethod
    def read(cls, folder: Path = SOURCE) -> Source:
        """Read the files below `folder`, a db/ folder. Raises MigrationError when one is not UTF-8."""

        def load(path: Path) -> File:
            try:
                return File(path, path.relative_to(folder.parent).as_posix(), path.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                raise MigrationError(f"{path}: is not UTF-8.") from None

        def all_of(pattern: str) -> list[File]:
            return [load(path) for path in sorted(folder.glob(pattern))]

        routines = all_of("*/routines/*.sql")
        # Nothing runs a rollback (db/docs/changing-a-database.md, "Going back"): one that was left is no migration.
        migrations = [file for file in all_of("migrations/*.sql") if not file.path.stem.endswith(".rollback")]
        return cls(
            folder=folder,
            roles=load(folder / "roles.sql"),
            migrations={file.path.stem: file for file in migrations},
            types=[load(folder / "types.sql"), *all_of("*/types.sql")],
            routines=[file for file in routines if not file.in_api],
            policies=all_of("*/policies/*.sql"),
            views=all_of("*/views/*.sql"),
            endpoints=[
                *all_of("*/api/*.sql"),
                *all_of("*/service/*.sql"),
                *(file for file in routines if file.in_api),
            ],
        )

    @property
    def code(self) -> list[File]:
        """All files that are loaded again whenever one of them changes."""
        return [*self.types, *self.routines, *self.policies, *self.views, *self.endpoints]

    @property
    def schema_version(self) -> str:
        """The id of the last migration, such as 0008.audit."""
        return max(self.migrations, default="")

    @cached_property
    def code_digest(self) -> str:
        """A digest over all code files and their names."""
        lines = "".join(f"{file.digest} {file.name}\n" for file in self.code)
        return hashlib.sha256(lines.encode()).hexdigest()


@cache
def source_version(folder: Path = SOURCE) -> tuple[str, str]:
    """(schema_version, code_digest) of the files: what a web tier of this source must find deployed.

    Of the files as they were when this process asked first: it is the process that is compared with the database.
    """
    source = Source.read(folder)
    return source.schema_version, source.code_digest
