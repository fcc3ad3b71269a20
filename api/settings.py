"""The settings of the web tier, the worker and the command: environment variables, read once and checked at the start.

A value that is not valid ends the program with one line that names the variable. Every setting may come from a file:
with STOREPROC_SECRET_FILE=/run/secrets/storeproc_secret the secret is visible neither in `docker inspect` nor in the
report of a crash. The table of all settings is in api/README.md (`storeproc settings`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from types import MappingProxyType
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from api.carriers.registry import providers as carriers
from api.gateways.registry import providers as gateways
from api.languages.settings import Texts
from api.mail.settings import Smtp
from api.providers import configured
from api.settings_backups import BackupSettings
from api.settings_oidc import Oidc
from api.settings_secrets import Secret
from api.settings_source import (
    LOOPBACK,
    EnvironmentSettings,
    Flag,
    Items,
    ProviderSettings,
    Url,
    Whole,
    group_of,
    insert_password,
    variable,
)
from api.tax_ids.registry import providers as tax_ids
from db.server.access import Access
from db.server.embedded import locate

# Connections that one process may hold, by role: 17 in all. More only make a hot row slower (measured).
POOL_SIZES: Mapping[str, int] = MappingProxyType(
    {
        "web_customer": 6,
        "web_anonymous": 3,
        "web_guest": 2,
        "web_merchant": 2,
        "web_gateway": 2,
        "web_support": 1,
        "web_admin": 1,
    }
)


def _database_address(given: str) -> str:
    """Refuse parameters of the connection that one part of the store would ignore."""
    try:
        parameters = dict(parse_qsl(urlsplit(given).query, keep_blank_values=True))
    except ValueError:
        return given  # not a URL: the code that connects reports it
    modes = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
    if parameters.get("sslmode", "prefer") not in modes:
        raise ValueError(f"sslmode={parameters['sslmode']} is none of {', '.join(modes)}.")
    for parameter, unsupported in (
        ("channel_binding=require", parameters.get("channel_binding") == "require"),
        ("require_auth", bool(parameters.get("require_auth"))),
    ):
        if unsupported:
            raise ValueError(
                f"the web tier's driver (asyncpg) cannot keep {parameter}: take it out; "
                "sslmode=verify-full with sslrootcert proves the identity of the server."
            )
    if parameters.get("sslrootcert") == "system":
        raise ValueError(
            "the web tier's driver (asyncpg) does not know sslrootcert=system: name the file, "
            "such as /etc/ssl/certs/ca-certificates.crt."
        )
    for parameter in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        file = parameters.get(parameter)
        if file and not os.access(file, os.R_OK):
            raise ValueError(f"{parameter}={file} is not a file that can be read.")
    return given


def _address_without_user(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("postgresql", "postgres") or parts.username or parts.password:
        raise ValueError("an address such as postgresql://pooler:6432/storeproc is expected, without a user.")
    return _database_address(given)


DatabaseAddress = Annotated[str, BeforeValidator(_address_without_user)]


class Settings(BackupSettings):
    """The settings of the web tier, the worker and the command."""

    host: str = Field("127.0.0.1", validation_alias="HOST", description="Address on which the web tier listens.")
    port: Annotated[int, Whole] = Field(
        8000, validation_alias="PORT", ge=0, le=65535, description="Port on which the web tier listens."
    )
    public_url: Url = Field(
        default_factory=lambda given: default_public_url(given.get("host", ""), given.get("port", 8000)),
        validation_alias="PUBLIC_URL",
        description="Address at which clients reach the web tier, for links, cookies (`Secure` with https) and the "
        "check of `Origin`. The default is derived from HOST and PORT.",
    )
    database_password: str | None = Field(
        None,
        validation_alias="DATABASE_PASSWORD",
        repr=False,
        description="Password of the user in DATABASE_URL, when DATABASE_URL does not contain it.",
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        validate_default=True,
        repr=False,
        description="Administrator's address of an existing PostgreSQL 18 server, such as "
        "`postgresql://postgres:password@database:5432/storeproc`. Without it the embedded server is used.",
    )
    pooler_url: DatabaseAddress | None = Field(
        None,
        validation_alias="POOLER_URL",
        repr=False,
        description="Address of a PgBouncer in transaction mode in front of the same database, without a user. "
        "Requests and jobs use it; connections that LISTEN go to DATABASE_URL, because a pooler does not pass "
        "notifications on.",
    )
    replica_url: DatabaseAddress | None = Field(
        None,
        validation_alias="DATABASE_REPLICA_URL",
        repr=False,
        description="Address of a hot standby that answers reads, without a user.",
    )
    replica_max_lag: Annotated[float, Whole] = Field(
        5.0,
        validation_alias="DATABASE_REPLICA_MAX_LAG",
        ge=2,
        le=3600,
        description="Largest age in seconds of the standby's answers; where it lags more, the primary answers.",
    )
    environment: Literal["development", "demo", "production"] = Field(
        "development",
        validation_alias="STOREPROC_ENVIRONMENT",
        description="`development`, `demo` or `production`. `storeproc migrate` and `up` mark the database "
        "`production`, which refuses demo data, the mock gateway and locally issued tokens.",
    )
    development_in_public: Flag = Field(
        False,
        validation_alias="STOREPROC_DEVELOPMENT_IN_PUBLIC",
        description="`1` lets development and demo mode listen on HOST, or be announced as PUBLIC_URL, when that is "
        "not an address of this machine only. Anyone who can reach it can pay with the mock gateway, and in demo mode "
        "log in as an administrator with a published password.",
    )
    web_concurrency: Annotated[int, Whole] = Field(
        2,
        validation_alias="WEB_CONCURRENCY",
        ge=1,
        le=64,
        description="Number of web processes. From four connections up the database's CPU is the limit.",
    )
    pool_sizes: Mapping[str, int] = Field(
        default_factory=lambda: POOL_SIZES,
        validation_alias="POOL_SIZES",
        description="Connections that one process may open as each role (1 to 100), such as "
        "`web_customer=8,web_support=2`; roles that are not named keep their default.",
    )
    body_limit: Annotated[int, Whole] = Field(
        1024**2,
        validation_alias="BODY_LIMIT",
        ge=1024,
        le=1024**3,
        description="Largest request body in bytes; larger ones are answered with 413. Without an access token it is "
        "64 KiB.",
    )
    import_limit: Annotated[int, Whole] = Field(
        64 * 1024**2,
        validation_alias="IMPORT_LIMIT",
        ge=1024,
        le=1024**3,
        description="Largest CSV file of products in bytes. Each web process keeps files of twice this size in memory.",
    )
    max_connections: Annotated[int, Whole] = Field(
        2000,
        validation_alias="MAX_CONNECTIONS",
        ge=10,
        le=1_000_000,
        description="Connections that one web process accepts; a tenth of them from one IPv4 address or IPv6 /64 that "
        "is neither loopback nor a trusted proxy.",
    )
    request_timeout: Annotated[float, Whole] = Field(
        15.0,
        validation_alias="REQUEST_TIMEOUT",
        ge=1,
        le=3600,
        description="Seconds after which a request is answered with 504. Keep it above the roles' statement_timeout "
        "of 10 seconds.",
    )
    cors_origins: Items = Field(
        (),
        validation_alias="CORS_ORIGINS",
        description="Other origins whose pages may call the API, separated by commas, such as "
        "`https://shop.example,https://admin.example`.",
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        validation_alias="TRUSTED_PROXIES",
        description="Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, "
        "separated by commas.",
    )
    compression: Flag = Field(
        default_factory=lambda given: not given.get("trusted_proxies"),
        validation_alias="COMPRESSION",
        description="`1` compresses answers to GET of 1,000 bytes or more with gzip, for clients that accept it. By "
        "default it is `1` without TRUSTED_PROXIES, and `0` with them: the proxy compresses (`api/Caddyfile` does).",
    )
    otel_endpoint: Url | None = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Address of an OpenTelemetry collector (OTLP over HTTP, such as `http://collector:4318`) that gets "
        "spans of requests and statements. It needs `pip install storeproc[otel]`; the SDK reads further `OTEL_…` "
        "variables, such as `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER`.",
    )
    rate_limit: Annotated[int, Whole] = Field(
        6000,
        validation_alias="RATE_LIMIT",
        ge=0,
        le=10**9,
        description="Requests per minute and IPv4 address or IPv6 /64, and per API key; 0 turns the limit off. "
        "Loopback addresses are exempt unless a trusted proxy on them forwards for a client.",
    )
    log_client_address: Literal["plain", "hashed", "none"] = Field(
        "hashed",
        validation_alias="LOG_CLIENT_ADDRESS",
        description="What the log says of a client's address: `plain`, `hashed` (16 digits of a keyed hash, which tell "
        "the lines of one client, but not who it is) or `none`.",
    )
    metrics_token: Secret | None = Field(
        None,
        validation_alias="METRICS_TOKEN",
        repr=False,
        description="Bearer token of at least 32 characters for /metrics. Without it any client may read the web "
        "tier's metrics, and clients on this machine the shop's figures as well.",
    )
    webhooks_allow_private: Flag = Field(
        False,
        validation_alias="WEBHOOKS_ALLOW_PRIVATE",
        description="`1` also sends webhooks to addresses of private networks and of this machine.",
    )
    mail_from: str = Field(
        "shop@localhost",
        validation_alias="MAIL_FROM",
        description="Sender address of mails; the name beside it is the seller's.",
    )
    texts: Texts | None = Field(
        None,
        validation_alias="STOREPROC_TEXTS",
        description="Folder with the shop's own texts of documents and mails: `<language>.toml` replaces texts of a "
        "language or adds one, `mail/<template>.html` and `.txt` replace templates, `mail/<language>/…` those of one "
        "language. The keys are those of `api/languages/en.toml`.",
    )
    smtp: Smtp | None = None
    oidc: Oidc | None = None
    gateways: Mapping[str, ProviderSettings] = Field(default_factory=dict)
    """The settings of each payment gateway that is configured, by name."""
    carriers: Mapping[str, ProviderSettings] = Field(default_factory=dict)
    """The same for carriers."""
    tax_ids: Mapping[str, ProviderSettings] = Field(default_factory=dict)
    """The same for services that verify tax ids."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read all settings, those of gateways and carriers included. Raises SettingsError, a line per mistake."""
        families = {"gateways": gateways(), "carriers": carriers(), "tax_ids": tax_ids()}
        providers = {family: configured(members, environ) for family, members in families.items()}
        return super().from_env(environ).model_copy(update=providers)

    @field_validator("database_url", mode="after")
    @classmethod
    def _check_database_url(cls, given: str | None, info: ValidationInfo) -> str | None:
        password = info.data.get("database_password")
        if given is None and password is None:
            return None
        return insert_password(_database_address(given or ""), password, "DATABASE_PASSWORD")

    @field_validator("pool_sizes", mode="before")
    @classmethod
    def _read_pool_sizes(cls, given: str | Mapping[str, int]) -> Mapping[str, int]:
        if not isinstance(given, str):
            return given
        sizes = dict(POOL_SIZES)
        for item in filter(None, map(str.strip, given.split(","))):
            role, _, size = item.partition("=")
            if role not in POOL_SIZES or not size.isdigit() or not 1 <= int(size) <= 100:
                raise ValueError(f"role=1..100 is expected, with one of {', '.join(POOL_SIZES)}.")
            sizes[role] = int(size)
        return sizes

    @field_validator("cors_origins", mode="after")
    @classmethod
    def _check_origins(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for parts in map(urlsplit, given):
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
                raise ValueError("origins such as https://shop.example are expected, separated by commas.")
        return given

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _read_networks(cls, given: str | tuple[object, ...]) -> object:
        if not isinstance(given, str):
            return given
        return tuple(ip_network(item.strip()) for item in given.split(",") if item.strip())

    @field_validator("mail_from", mode="after")
    @classmethod
    def _check_mail_from(cls, given: str) -> str:
        if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", given, re.ASCII):
            raise ValueError("an address such as orders@shop.example is expected.")
        return given

    @property
    def in_public(self) -> bool:
        """Whether others than this machine's users can reach the web tier, or are told to."""
        return self.host not in LOOPBACK or urlsplit(self.public_url).hostname not in LOOPBACK

    @property
    def production(self) -> bool:
        """Whether this is a production environment."""
        return self.environment == "production"

    @property
    def secure(self) -> bool:
        """Whether clients use TLS."""
        return self.public_url.startswith("https://")

    @property
    def access(self) -> Access:
        """How to reach the database. This starts no server and opens no connection; db.server does."""
        if self.passwords is not None:
            return Access(self.database_url or "", "", passwords=self.passwords)
        if self.database_url is not None:
            return Access(self.database_url, self.administrators_secret, self.secrets)
        return locate(self.data, self.secret, self.secrets)

    @property
    def pooled_access(self) -> Access:
        """The same for statements that leave no state in a session: through the pooler, if there is one."""
        access = self.access
        return access if self.pooler_url is None else replace(access, admin_url=self.pooler_url)

    @property
    def replica(self) -> Access | None:
        """How to reach the hot standby."""
        return replace(self.access, admin_url=self.replica_url) if self.replica_url else None


def default_public_url(host: str, port: int) -> str:
    """The address at which a listener is reached from the same machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  # every address: name one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@cache
def known_variables() -> frozenset[str]:
    """The names of all settings, those of gateways and carriers included."""
    found: list[type[EnvironmentSettings]] = [Settings]
    providers = (*gateways().values(), *carriers().values(), *tax_ids().values())
    found += [provider.settings for provider in providers if provider.settings is not None]
    names = set()
    while found:
        cls = found.pop()
        for name, each in cls.model_fields.items():
            group = group_of(each)
            if group is None:
                names.add(variable(cls, name))
            else:
                found.append(group)
    return frozenset(names)
