"""How to reach a PostgreSQL server, and with which password each of our roles logs in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.pq import Conninfo

DATABASE = "storeproc"
SUPERUSER = "postgres"
OLDEST = 18  # the major version of PostgreSQL that is needed: uuidv7(), RETURNING old

# Who holds a secret of their own, and the log-ins that it opens. The worker calls gateways as the web tier does, so
# both hold the gateway's.
CONSUMERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "web": ("web_anonymous", "web_guest", "web_customer", "web_merchant", "web_support", "web_admin"),
        "gateway": ("web_gateway",),
        "worker": ("web_worker",),
        "backup": ("store_backup",),
        "monitor": ("store_monitor",),
    }
)
ADMINISTRATOR = "administrator"
_CONSUMER = {role: consumer for consumer, roles in CONSUMERS.items() for role in roles}

Host = tuple[str, int | None]
"""A host, or the folder of a socket, with its port; None is the default port."""

SEVERAL_HOSTS_TIMEOUT = 2  # seconds for each host where there are several: the least that libpq takes

# Parameters of a URL that libpq knows and asyncpg does not (asyncpg.connect_utils).
LIBPQ_ONLY = frozenset(option.keyword.decode() for option in Conninfo.get_defaults()) - {
    "application_name", "dbname", "gsslib", "host", "krbsrvname", "options", "passfile", "password", "port", "service",
    "servicefile", "sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert",
    "ssl_max_protocol_version", "ssl_min_protocol_version", "target_session_attrs", "user",
}  # fmt: skip


class ServerError(Exception):
    """Why the server cannot be used, in one line that says what to do."""


@dataclass(frozen=True)
class Access:
    """An administrator's URL, and the secrets from which the passwords of our roles are derived.

    A consumer without a secret of its own has passwords that are derived from the administrator's secret.
    """

    admin_url: str = field(repr=False)
    secret: str = field(repr=False)
    """The administrator's; empty in a process that does not hold it."""
    secrets: Mapping[str, str] = field(hash=False, default_factory=dict, repr=False)
    """The consumers' own, by consumer."""
    passwords: Mapping[str, str] = field(hash=False, default_factory=dict, repr=False)
    """What a web process or the worker gets from its supervisor instead of a secret: see passwords_of()."""

    @property
    def database(self) -> str:
        """The name of the database that the URL names, or the default one."""
        return urlsplit(self.admin_url).path.lstrip("/") or DATABASE

    def password(self, role: str) -> str:
        """The password of one of our login roles. Raises ServerError where the secret for it is not at hand."""
        return self._derive(f"role:{role}", _CONSUMER.get(role, ADMINISTRATOR))

    def gateway_secret(self, provider: str) -> str:
        """The signing secret of a gateway that is part of storeproc (the mock)."""
        return self._derive(f"gateway:{provider}", "gateway")

    def passwords_of(self, *consumers: str) -> dict[str, str]:
        """Everything that these consumers need, and nothing from which anything else could be derived."""
        names = [f"role:{role}" for consumer in consumers for role in CONSUMERS[consumer]]
        if "gateway" in consumers:
            names.append("gateway:mock")
        return {name: self._derive(name, _CONSUMER.get(name.removeprefix("role:"), "gateway")) for name in names}

    def _derive(self, name: str, consumer: str) -> str:
        if name in self.passwords:
            return self.passwords[name]
        secret = self.secrets.get(consumer) or self.secret
        if not secret:
            raise ServerError(
                f"the secret of the {consumer} is not known here: set STOREPROC_SECRET"
                + (f" or STOREPROC_{consumer.upper()}_SECRET." if consumer != ADMINISTRATOR else ".")
            )
        return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()

    def log_key(self) -> bytes:
        """The key of the hash that stands for a client's address in the log."""
        # From a password that every web process has anyway.
        return hmac.new(self.password("web_anonymous").encode(), b"log:client", hashlib.sha256).digest()

    def url(self, role: str, database: str | None = None) -> str:
        """A URL for one of our login roles that both asyncpg and psycopg accept.

        asyncpg sends a parameter that it does not know to the server as a setting, and the server refuses it.
        """
        parts = urlsplit(self._with(f"{quote(role)}:{self.password(role)}", database))
        given = parse_qsl(parts.query, keep_blank_values=True)
        known = [(name, value) for name, value in given if name not in LIBPQ_ONLY]
        return urlunsplit(parts._replace(query=urlencode(known, quote_via=quote)))

    def admin(self, database: str | None = None) -> str:
        """The administrator's URL, for another database of the server if one is given.

        Where it names several hosts, a frozen one is given up soon: psycopg would wait for two minutes, libpq for ever.
        """
        user, at, _ = urlsplit(self.admin_url).netloc.rpartition("@")
        url = self._with(user if at else None, database)
        query = urlsplit(url).query
        if len(hosts_of(url)) < 2 or "connect_timeout" in parse_qs(query):
            return url
        return f"{url}{'&' if query else '?'}connect_timeout={SEVERAL_HOSTS_TIMEOUT}"

    def public_url(self) -> str:
        """The URL without user and password: what the web tier is given."""
        return self._with("", None)

    def _with(self, user: str | None, database: str | None) -> str:
        parts = urlsplit(self.admin_url)
        host = parts.netloc.rpartition("@")[2]
        netloc = host if user is None else f"{user}@{host}"
        return urlunsplit(("postgresql", netloc, "/" + quote(database or self.database), parts.query, ""))


def external(database_url: str, secret: str, secrets: Mapping[str, str] | None = None) -> Access:
    """Access to the server that DATABASE_URL names, after a connection has shown that it is usable.

    Raises ServerError when the URL is malformed, the server does not answer, or it is older than PostgreSQL 18.
    """
    _check_url(database_url)
    access = Access(database_url, secret, secrets or {})
    where = _where(database_url)
    version = 0
    for database in (None, "postgres", "template1"):  # our own database may not exist before the first deployment
        try:
            with psycopg.connect(access.admin(database), connect_timeout=connect_timeout(database_url)) as connection:
                version = connection.info.server_version
            break
        except psycopg.OperationalError as error:
            message = first_line(error)
            if "does not exist" not in message:
                raise ServerError(f"DATABASE_URL: no PostgreSQL answers at {where}: {message}") from None
    if not version:
        raise ServerError(
            f"DATABASE_URL: {where} has no database {access.database}, and no database postgres to create it from."
        )
    _refuse_old(version, where)
    return access


def refuse_old_server(access: Access, role: str) -> None:
    """Raise ServerError when the server that answers this role is too old. One that does not answer may do so later."""
    try:
        with psycopg.connect(access.url(role), connect_timeout=2) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError:
        return
    _refuse_old(version, _where(access.public_url()))


def _refuse_old(version: int, where: str) -> None:
    if version < OLDEST * 10000:
        raise ServerError(
            f"DATABASE_URL: {where} is PostgreSQL {version // 10000}; {OLDEST} or newer is needed: "
            "upgrade the server, or name another one."
        )


def hosts_of(url: str) -> list[Host]:
    """The hosts that a URL names, in order. Raises ValueError when a port is not a number."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if named := parts.netloc.rpartition("@")[2]:
        pairs = [_split_port(name) for name in named.split(",")]
        hosts = [(unquote(name).strip("[]"), port) for name, port in pairs]
    else:
        names = query.get("host", "").split(",")
        # A folder, or an IPv6 address without brackets, has colons of its own.
        hosts = [_split_port(name) if name[:1] != "/" and name.count(":") < 2 else (name, "") for name in names if name]
    given = query.get("port", "").split(",")
    ports = given * len(hosts) if len(given) == 1 else given
    found = []
    for number, (name, own) in enumerate(hosts):
        port = own or (ports[number] if number < len(ports) else "")
        if port and not port.isdecimal():
            raise ValueError(f"the port {port} is not a number")
        found.append((name, int(port) if port else None))
    return found


def connect_timeout(url: str) -> int:
    """Seconds that psycopg may wait for each host of a URL."""
    given = parse_qs(urlsplit(url).query).get("connect_timeout", [""])[-1]
    if given.isdecimal():
        return int(given)
    return SEVERAL_HOSTS_TIMEOUT if len(hosts_of(url)) > 1 else 10


def _split_port(name: str) -> tuple[str, str]:
    """Host and port of host:port; the host may be an IPv6 address in brackets."""
    host, colon, port = name.rpartition(":")
    return (host, port) if colon and not port.endswith("]") else (name, "")


def first_line(error: Exception) -> str:
    """The first line of an error message that says something: psycopg lists all attempts below a heading."""
    text = str(error).strip()
    lines = [line.strip(" -") for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Multiple connection attempts"):
        return lines[1]
    return lines[0] if lines else type(error).__name__


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        hosts_of(url)
    except ValueError as error:
        raise ServerError(f"DATABASE_URL is not a URL ({error}).") from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise ServerError("DATABASE_URL must look like postgresql://user:password@host:5432/storeproc.")


def _where(url: str) -> str:
    parts = urlsplit(url)
    return (unquote(parts.netloc.rpartition("@")[2]) + parts.path) or "the default socket"
