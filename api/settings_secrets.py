"""The settings that are secrets of the database's log-ins: the administrator's, and those of consumers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from api.settings_source import EnvironmentSettings
from db.server.access import CONSUMERS
from db.server.secret import read_secret, read_secrets

PASSWORDS = "STOREPROC_PASSWORDS"  # JSON, set by a supervisor for its children; in no documentation


def _long_secret(given: str) -> str:
    if len(given) < 32:
        raise ValueError("32 characters or more are expected (try: openssl rand -hex 32).")
    return given


def _absolute(given: str | Path) -> Path:
    return Path(given).expanduser().absolute()


Secret = Annotated[str, BeforeValidator(_long_secret)]
Folder = Annotated[Path, BeforeValidator(_absolute)]


class SecretSettings(EnvironmentSettings):
    """The data folder, and the secrets."""

    data: Folder = Field(
        Path(".storeproc"),
        validation_alias="STOREPROC_DATA",
        validate_default=True,
        description="Folder of the embedded PostgreSQL server and of the secret; created when it is missing.",
    )
    secret: Secret | None = Field(
        None,
        validation_alias="STOREPROC_SECRET",
        repr=False,
        description="The administrator's secret of at least 32 characters. The passwords of consumers that have no "
        "secret of their own are derived from it. By default it is the file `secret` in STOREPROC_DATA.",
    )
    web_secret: Secret | None = Field(
        None,
        validation_alias="STOREPROC_WEB_SECRET",
        repr=False,
        description="Secret from which the passwords of the web tier's roles are derived. This and the next four are "
        "for installations that give each container its own; with them STOREPROC_SECRET is not needed. By default a "
        "consumer's secret is the file `secrets/<consumer>` in STOREPROC_DATA, if there is one.",
    )
    gateway_secret: Secret | None = Field(
        None,
        validation_alias="STOREPROC_GATEWAY_SECRET",
        repr=False,
        description="The same for `web_gateway` and the mock gateway; web tier and worker need it.",
    )
    worker_secret: Secret | None = Field(
        None, validation_alias="STOREPROC_WORKER_SECRET", repr=False, description="The same for `web_worker`."
    )
    backup_secret: Secret | None = Field(
        None, validation_alias="STOREPROC_BACKUP_SECRET", repr=False, description="The same for `store_backup`."
    )
    monitor_secret: Secret | None = Field(
        None, validation_alias="STOREPROC_MONITOR_SECRET", repr=False, description="The same for `store_monitor`."
    )
    passwords: Mapping[str, str] | None = Field(None, validation_alias=PASSWORDS, repr=False)
    """What a web process or the worker gets from its supervisor instead of secrets."""

    @field_validator("passwords", mode="before")
    @classmethod
    def _read_passwords(cls, given: object) -> object:
        return json.loads(given) if isinstance(given, str) else given

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of consumers that variables or files of the data folder give, by consumer."""
        given = {consumer: getattr(self, f"{consumer}_secret") for consumer in CONSUMERS}
        return read_secrets(self.data) | {consumer: secret for consumer, secret in given.items() if secret}

    @property
    def administrators_secret(self) -> str:
        """STOREPROC_SECRET, or the data folder's; empty in a container that was given secrets of consumers only."""
        given = any(getattr(self, f"{consumer}_secret") for consumer in CONSUMERS)
        return "" if self.secret is None and given else read_secret(self.data, self.secret)
