"""The settings of physical backups."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from api.settings_secrets import Folder, SecretSettings
from api.settings_source import Flag, Whole


def rate(given: str) -> str:
    """A rate that pg_basebackup accepts: 32 kB to 1 GB a second."""
    found = re.fullmatch(r"(\d{1,9})([kM]?)", given)
    if not found or not 32 <= int(found[1]) * (1024 if found[2] == "M" else 1) <= 1024**2:
        raise ValueError("32 to 1048576 kB a second are expected, or up to 1024M.")
    return given


def _recipients(given: str) -> str:
    from backups.encryption import parse_recipients  # loads a library that the web tier does not need

    parse_recipients(given)
    return given


Rate = Annotated[str, BeforeValidator(rate)]
Recipients = Annotated[str, BeforeValidator(_recipients)]


class BackupSettings(SecretSettings):
    """Where backups are, what they are like, and which key they are for."""

    backups: Folder | None = Field(
        None,
        validation_alias="STOREPROC_BACKUPS",
        description="Folder of physical backups, preferably on another disk. By default it is beside the cluster.",
    )
    backups_days: Annotated[int, Whole] = Field(
        14,
        validation_alias="STOREPROC_BACKUPS_DAYS",
        ge=0,
        le=3650,
        description="Every moment of the last so many days stays restorable: `storeproc backup` removes nothing that "
        "this needs, however many backups are made.",
    )
    backups_max_rate: Rate | None = Field(
        None,
        validation_alias="STOREPROC_BACKUPS_MAX_RATE",
        description="Largest rate at which a backup reads the database, in kB a second, or in MB with `M`, such as "
        "`50M`.",
    )
    backups_compress: Flag = Field(
        False, validation_alias="STOREPROC_BACKUPS_COMPRESS", description="`1` compresses base backups with gzip."
    )
    backups_encrypt_to: Recipients | None = Field(
        None,
        validation_alias="STOREPROC_BACKUPS_ENCRYPT_TO",
        description="Public keys of age (`age1…`) or SSH, separated by commas. All backups are encrypted to them.",
    )
    backups_identity: Folder | None = Field(
        None,
        validation_alias="STOREPROC_BACKUPS_IDENTITY",
        description="File of the private key that reads encrypted backups: for a restore or a drill.",
    )
    backups_copy: str | None = Field(
        None,
        validation_alias="STOREPROC_BACKUPS_COPY",
        description='Shell command that copies the folder of the backups, `"$1"`, to another place. It runs after '
        "each `storeproc backup`, and in `storeproc backup copy`.",
    )
