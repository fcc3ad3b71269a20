"""What the environment says, read once and checked at the start.

A value that makes no sense ends the program with one line that names it; nothing is guessed. Each may come from a file
instead: STOREPROC_SECRET_FILE=/run/secrets/storeproc_secret, and so for every other name. What is in a file is not in
`docker inspect`, nor in what a crash reporter sends.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from api.carriers.registry import providers as carriers
from api.gateways.registry import providers as gateways
from api.providers import configured
from api.settings_source import ProviderSettings, read_variable
from api.settings_source import SettingsError as SettingsError
from db.server.access import Access
from db.server.embedded import locate
from db.server.secret import read_secret

# Connections a process may hold, by role: 15 in all. More only make a hot row worse (measured).
POOL_SIZES: Mapping[str, int] = MappingProxyType(
    {
        "web_customer": 6,
        "web_anonymous": 3,
        "web_merchant": 2,
        "web_gateway": 2,
        "web_support": 1,
        "web_admin": 1,
        "web_worker": 2,
    }
)

_LOOPBACK = ("localhost", "127.0.0.1", "::1")  # where http is as good as https
_ROLES = ("admin", "support", "merchant", "customer")  # the largest first


@dataclass(frozen=True)
class Oidc:
    """An outside identity provider whose access tokens are accepted: Clerk, Auth0, Keycloak, any that signs with
    RS256 or ES256 and shows its keys."""

    issuer: str
    """OIDC_ISSUER: the `iss` of its tokens, to the letter (Auth0's ends with a slash). `storeproc migrate` has to see
    it as well, so that the database takes its word."""

    audiences: tuple[str, ...]
    """OIDC_AUDIENCE: the `aud` of tokens that are meant for us, comma between. In tokens without one (Clerk's), `azp`
    has to be one of these."""

    jwks_url: str | None = None
    """OIDC_JWKS_URL: where its keys are; without it, where its discovery document says."""

    role_claim: str | None = None
    """OIDC_ROLE_CLAIM: the claim that holds a role or a list of them, by its name or by a path of names such as
    realm_access.roles; without it accounts begin as customers and are promoted here."""

    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """OIDC_ROLES: its roles and ours, such as `shop-admin=admin,helpdesk=support`; unset: the same names."""


@dataclass(frozen=True)
class Smtp:
    """SMTP_URL: smtp://user:password@host:587 (STARTTLS, required unless the host is this machine) or smtps://…:465.
    SMTP_PASSWORD: its user's password, if it is not in there."""

    host: str
    port: int
    tls: bool
    """From the first byte (smtps)."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def local(self) -> bool:
        return self.host in _LOOPBACK


@dataclass(frozen=True)
class Settings:
    host: str = "127.0.0.1"
    """HOST: the address the web tier listens on."""

    port: int = 8000
    """PORT: and its port."""

    public_url: str = "http://127.0.0.1:8000"
    """PUBLIC_URL: how clients reach us, no slash at the end; for links, cookies (Secure when https), Origin."""

    data: Path = Path(".storeproc")
    """STOREPROC_DATA: the folder of the embedded server and of the secret; made when missing."""

    backups: Path | None = None
    """STOREPROC_BACKUPS: the folder of physical backups, best on another disk; without it, beside the data folder."""

    database_url: str | None = field(default=None, repr=False)
    """DATABASE_URL: a PostgreSQL 18 that somebody else runs; without it, ours.
    DATABASE_PASSWORD: its user's password, if it is not in there."""

    pooler_url: str | None = None
    """POOLER_URL: a PgBouncer in transaction mode before the same database, for requests and jobs. What listens for
    announcements goes to DATABASE_URL all the same: a pooler hands connections on and would hear nothing."""

    replica_url: str | None = None
    """DATABASE_REPLICA_URL: a hot standby of the database, which answers reads (see replica.py)."""

    replica_max_lag: float = 5.0
    """DATABASE_REPLICA_MAX_LAG: how many seconds old its answers may be; where it lags more, the primary answers."""

    secret: str | None = field(default=None, repr=False)
    """STOREPROC_SECRET: 32 characters or more, for every role's password; else the file `secret` in `data`."""

    environment: str = "development"
    """STOREPROC_ENVIRONMENT: development or production; production refuses demo data and locally made tokens."""

    web_concurrency: int = 2
    """WEB_CONCURRENCY: web processes; the database's CPU is the limit from four connections up."""

    pool_sizes: Mapping[str, int] = field(default_factory=lambda: POOL_SIZES)
    """POOL_SIZES: connections a process may open as each role, such as `web_customer=8,web_support=2`."""

    body_limit: int = 1024 * 1024
    """BODY_LIMIT: the largest request body in bytes; above it 413."""

    import_limit: int = 64 * 1024 * 1024
    """IMPORT_LIMIT: the largest file of products in bytes."""

    request_timeout: float = 15.0
    """REQUEST_TIMEOUT: seconds after which a request is given up (504); above the roles' statement_timeout of 10."""

    cors_origins: tuple[str, ...] = ()
    """CORS_ORIGINS: other origins whose pages may call us, such as `https://shop.example,https://admin.example`."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """TRUSTED_PROXIES: addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    rate_limit: int = 6000
    """RATE_LIMIT: requests a minute and client address, 0 for none. A peer on the loopback is exempt unless it
    is a trusted proxy that forwards for somebody else."""

    metrics_token: str | None = field(default=None, repr=False)
    """METRICS_TOKEN: who shows it (Authorization: Bearer) reads /metrics, 32 characters or more; without it everybody
    reads what the web tier counts, and who asks from this machine the shop's figures as well."""

    gateways: Mapping[str, ProviderSettings] = field(default_factory=lambda: MappingProxyType({}))
    """The settings of each payment gateway that is configured, by name (api/gateways)."""

    carriers: Mapping[str, ProviderSettings] = field(default_factory=lambda: MappingProxyType({}))
    """The same for carriers (api/carriers)."""

    oidc: Oidc | None = None
    """OIDC_ISSUER and OIDC_AUDIENCE: without them only our own tokens are accepted."""

    smtp: Smtp | None = None
    """SMTP_URL: without it mails are written to the folder `mail` in `data`, a file each."""

    mail_from: str = "shop@localhost"
    """MAIL_FROM: the address that mails come from; the name beside it is the seller's."""

    webhooks_allow_private: bool = False
    """WEBHOOKS_ALLOW_PRIVATE: 1 sends webhooks to addresses of private networks and of this machine, too."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def secure(self) -> bool:
        """Clients come over TLS."""
        return self.public_url.startswith("https://")

    @property
    def access(self) -> Access:
        """How to reach the database. Nothing is started and nothing asked: see db.server for that."""
        if self.database_url is not None:
            return Access(self.database_url, read_secret(self.data, self.secret))
        return locate(self.data, self.secret)

    @property
    def pooled_access(self) -> Access:
        """How statements reach it that leave nothing behind in a session."""
        access = self.access
        return access if self.pooler_url is None else Access(self.pooler_url, access.secret)

    @property
    def replica(self) -> Access | None:
        """How to reach the hot standby."""
        return Access(self.replica_url, self.access.secret) if self.replica_url else None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        read = _Reader(environ)
        host = read.text("HOST", "127.0.0.1")
        port = read.number("PORT", 8000, 0, 65535)
        return cls(
            host=host,
            port=port,
            public_url=read.url("PUBLIC_URL", default_public_url(host, port)),
            data=Path(read.text("STOREPROC_DATA", ".storeproc")).expanduser().absolute(),
            backups=Path(given).expanduser().absolute() if (given := read.optional("STOREPROC_BACKUPS")) else None,
            database_url=_database_url(read),
            pooler_url=_without_user(read, "POOLER_URL", "postgresql://pooler:6432/storeproc"),
            replica_url=_without_user(read, "DATABASE_REPLICA_URL", "postgresql://standby:5432/storeproc"),
            replica_max_lag=float(read.number("DATABASE_REPLICA_MAX_LAG", 5, 2, 3600)),
            secret=read.secret("STOREPROC_SECRET"),
            environment=read.choice("STOREPROC_ENVIRONMENT", ("development", "production")),
            web_concurrency=read.number("WEB_CONCURRENCY", 2, 1, 64),
            pool_sizes=read.sizes("POOL_SIZES", POOL_SIZES),
            body_limit=read.number("BODY_LIMIT", 1024 * 1024, 1024, 1024**3),
            import_limit=read.number("IMPORT_LIMIT", 64 * 1024 * 1024, 1024, 1024**3),
            request_timeout=float(read.number("REQUEST_TIMEOUT", 15, 1, 3600)),
            cors_origins=read.origins("CORS_ORIGINS"),
            trusted_proxies=read.networks("TRUSTED_PROXIES"),
            rate_limit=read.number("RATE_LIMIT", 6000, 0, 10**9),
            metrics_token=read.secret("METRICS_TOKEN"),
            gateways=configured(gateways(), environ),
            carriers=configured(carriers(), environ),
            webhooks_allow_private=read.choice("WEBHOOKS_ALLOW_PRIVATE", ("0", "1")) == "1",
            oidc=_oidc(read),
            smtp=_smtp(read),
            mail_from=_mail_from(read),
        )


def _database_url(read: _Reader) -> str | None:
    url, password = read.optional("DATABASE_URL"), read.optional("DATABASE_PASSWORD")
    _check_transport("DATABASE_URL", url)
    if password is None:
        return url
    scheme, _, rest = (url or "").partition("://")
    user, at, place = rest.partition("@")
    if not at or not user or ":" in user:
        raise SettingsError("DATABASE_PASSWORD: DATABASE_URL must name a user, and no password of its own, beside it.")
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}"


def _without_user(read: _Reader, name: str, example: str) -> str | None:
    url = read.optional(name)
    if url is not None and (not url.startswith(("postgresql://", "postgres://")) or "@" in url):
        raise SettingsError(f"{name}: an address such as {example} is expected, no user in it.")
    _check_transport(name, url)
    return url


def _check_transport(name: str, url: str | None) -> None:
    """What a connection's parameters promise is kept by every part, or refused before there is a connection."""
    try:
        given = dict(parse_qsl(urlsplit(url or "").query, keep_blank_values=True))
    except ValueError:
        return  # no URL at all: whoever connects says so
    modes = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
    if given.get("sslmode", "prefer") not in modes:
        raise SettingsError(f"{name}: sslmode={given['sslmode']} is none of {', '.join(modes)}.")
    if given.get("channel_binding") == "require" or given.get("require_auth"):
        parameter = "channel_binding=require" if given.get("channel_binding") == "require" else "require_auth"
        raise SettingsError(
            f"{name}: the web tier's driver (asyncpg) cannot keep {parameter}: take it out; "
            "sslmode=verify-full with sslrootcert proves who the server is."
        )
    if given.get("sslrootcert") == "system":
        raise SettingsError(
            f"{name}: the web tier's driver (asyncpg) does not know sslrootcert=system: name the file, "
            "such as /etc/ssl/certs/ca-certificates.crt."
        )
    for parameter in ("sslrootcert", "sslcert", "sslkey", "sslcrl"):
        file = given.get(parameter)
        if file and not os.access(file, os.R_OK):
            raise SettingsError(f"{name}: {parameter}={file} is not a file that can be read.")


def _oidc(read: _Reader) -> Oidc | None:
    if not read.both("OIDC_ISSUER", "OIDC_AUDIENCE"):
        return None
    issuer = read.text("OIDC_ISSUER", "")
    jwks_url = read.optional("OIDC_JWKS_URL")
    for name, url in (("OIDC_ISSUER", issuer), ("OIDC_JWKS_URL", jwks_url)):
        parts = urlsplit(url or "")
        if url and (not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOOPBACK)):
            raise SettingsError(f"{name}={url}: an address such as https://login.shop.example is expected.")
    roles: dict[str, str] = {}
    for item in read.items("OIDC_ROLES"):
        theirs, _, ours = item.rpartition("=")
        if not theirs or ours not in _ROLES:
            raise SettingsError(f"OIDC_ROLES={item}: theirs=ours is expected, with one of {', '.join(_ROLES)}.")
        roles[theirs] = ours
    claim = read.optional("OIDC_ROLE_CLAIM")
    mapping = MappingProxyType(roles or {role: role for role in _ROLES})
    return Oidc(issuer, tuple(read.items("OIDC_AUDIENCE")), jwks_url, claim, mapping)


def _smtp(read: _Reader) -> Smtp | None:
    given = read.optional("SMTP_URL")
    if given is None:
        return None
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise SettingsError("SMTP_URL: an address such as smtp://user:password@mail.shop.example:587 is expected.")
    tls = parts.scheme == "smtps"
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if (beside := read.optional("SMTP_PASSWORD")) is not None:
        if password is not None or username is None:
            raise SettingsError("SMTP_PASSWORD: SMTP_URL must name a user, and no password of its own, beside it.")
        password = beside
    return Smtp(parts.hostname, port or (465 if tls else 587), tls, username, password)


def _mail_from(read: _Reader) -> str:
    given = read.text("MAIL_FROM", Settings.mail_from)
    if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", given, re.ASCII):
        raise SettingsError(f"MAIL_FROM={given}: an address such as orders@shop.example is expected.")
    return given


def default_public_url(host: str, port: int) -> str:
    """Where a listener on this address is reached from the same machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  # every address: name one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Reader:
    """An unset variable and an empty one are the same."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def optional(self, name: str) -> str | None:
        return read_variable(name, self.environ)

    def both(self, *names: str) -> bool:
        """All of these are there, or none: half a configuration is a mistake."""
        missing = [name for name in names if self.optional(name) is None]
        if missing and len(missing) < len(names):
            raise SettingsError(f"{missing[0]} is missing: {' and '.join(names)} belong together.")
        return not missing

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        given = self.text(name, str(default))
        if not (given.isascii() and given.isdigit()) or not low <= int(given) <= high:
            raise SettingsError(f"{name}={given}: a whole number from {low} to {high} is expected.")
        return int(given)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        given = self.text(name, allowed[0])
        if given not in allowed:
            raise SettingsError(f"{name}={given}: one of {', '.join(allowed)} is expected.")
        return given

    def url(self, name: str, default: str) -> str:
        given = self.text(name, default).rstrip("/")
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise SettingsError(f"{name}={given}: an address such as https://api.shop.example is expected.")
        return given

    def secret(self, name: str) -> str | None:
        given = self.optional(name)
        if given is not None and len(given) < 32:
            raise SettingsError(f"{name} is too short: 32 characters or more are expected (try: openssl rand -hex 32).")
        return given

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name, "").split(",") if item.strip()]

    def origins(self, name: str) -> tuple[str, ...]:
        for origin in self.items(name):
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
                raise SettingsError(
                    f"{name}={origin}: origins such as https://shop.example are expected, comma between."
                )
        return tuple(self.items(name))

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(item) for item in self.items(name))
        except ValueError as error:
            raise SettingsError(f"{name}: {error}.") from None

    def sizes(self, name: str, default: Mapping[str, int]) -> Mapping[str, int]:
        sizes = dict(default)
        for item in self.items(name):
            role, _, size = item.partition("=")
            if role not in default or not size.isdigit() or not 1 <= int(size) <= 100:
                raise SettingsError(f"{name}={item}: role=1..100 is expected, with one of {', '.join(default)}.")
            sizes[role] = int(size)
        return MappingProxyType(sizes)
