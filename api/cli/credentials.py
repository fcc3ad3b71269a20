"""storeproc secret, keys, merchant-role, dba-role, analyst-role, token: passwords, signing keys and tokens."""

from __future__ import annotations

import argparse
import json
import secrets
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from api.cli.arguments import Commands
from api.cli.database import RefusedError, fetch_value, is_production, open_database, read_settings_with
from api.cli.terminal import console, print_hint
from api.settings import Settings
from db.deploy.connection import leave_out_of_log
from db.deploy.roles import change_passwords
from db.server.access import ADMINISTRATOR, CONSUMERS, Access
from db.server.connecting import connect
from db.server.secret import changing_secret, write_secret

_KEY_MESSAGES = {
    "add_signing_key": "{} signs from now on; tokens of the key before it stay valid until they expire",
    "replace_signing_keys": "{} signs from now on; no token signed before is valid: clients refresh theirs",
    "retire_signing_keys": "removed: {}",
}


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    secret = commands.add_parser("secret", help="the secrets from which the passwords of the login roles are derived")
    rotate = secret.add_subparsers(required=True, metavar="rotate").add_parser(
        "rotate", help="change one or all, with the passwords that follow from it; prints what to restart"
    )
    rotate.add_argument(
        "consumer",
        nargs="?",
        choices=(*CONSUMERS, ADMINISTRATOR),
        help="whose secret (default: everyone's); who had none of their own has one from then on",
    )
    rotate.add_argument(
        "--to", type=Path, metavar="FILE", help="file with the new secret (default: a random one, in the data folder)"
    )
    rotate.set_defaults(run=_rotate_secret)

    keys = commands.add_parser("keys", help="the keys that sign access tokens: list, `rotate` or `retire` them")
    keys.add_argument("--json", action="store_true", help="print JSON")
    keys.set_defaults(run=_keys, effect=None)
    effects = keys.add_subparsers(metavar="[rotate|retire]")
    rotate = effects.add_parser("rotate", help="sign with a new key; tokens of the old one are valid until they expire")
    rotate.add_argument(
        "--revoke",
        dest="effect",
        action="store_const",
        const="replace_signing_keys",
        default="add_signing_key",
        help="for a leaked key: tokens signed before become invalid at once, and clients refresh theirs",
    )
    retire = effects.add_parser("retire", help="remove keys whose tokens have all expired (the worker does it, too)")
    retire.set_defaults(effect="retire_signing_keys")
    for effect in (rotate, retire):
        effect.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print the keys as JSON")

    merchant = commands.add_parser(
        "merchant-role", help="make a PostgreSQL login with which a merchant reads their own figures (report.my_…)"
    )
    merchant.add_argument("email", help="the merchant's e-mail address")
    merchant.set_defaults(run=_merchant_role)

    dba = commands.add_parser("dba-role", help="make a person's PostgreSQL login for work on the database, dba_NAME")
    dba.set_defaults(run=_person_role, function="make_dba_role", use="everything of the shop: db/docs/dba.md")
    analyst = commands.add_parser("analyst-role", help="make a person's PostgreSQL login for analyses, analyst_NAME")
    analyst.set_defaults(run=_analyst_role, function="make_analyst_role", use="the masked views: db/docs/analysts.md")
    analyst.add_argument("--expires", metavar="DATE", help="the last day (UTC) of the password, or `never` (as before)")
    analyst.add_argument("--drop", action="store_true", help="remove the login, and end its sessions")
    for person in (dba, analyst):
        person.add_argument("name", help="the person's name: small letters, digits, underscores")

    token = commands.add_parser("token", help="print an access token for local use (never in production)")
    token.add_argument("role", choices=("customer", "merchant", "support", "admin"))
    token.add_argument("--email", help="account to sign in as (default: any active account of the role)")
    token.set_defaults(run=_token)


def _rotate_secret(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    one: str | None = options.consumer
    variable = "STOREPROC_SECRET" if one in (None, ADMINISTRATOR) else f"STOREPROC_{str(one).upper()}_SECRET"
    in_variable = _comes_from_a_variable(settings, one)
    if options.to is None and in_variable:
        raise RefusedError(
            f"the secret comes from {variable} or its file: write the new one into a file "
            "(openssl rand -hex 32 >FILE) and pass it with --to FILE."
        )
    new = secrets.token_hex(32)
    if options.to is not None:
        new = Settings.from_env({"STOREPROC_SECRET_FILE": str(options.to)}).secret or ""
    with open_database(settings, "secret") as access, ExitStack() as stack:
        later = _with_new_secret(access, one, new)
        # Consumers' files first: if this is interrupted, the next deployment sets the passwords that follow from them.
        for consumer, secret in later.secrets.items():
            if secret != access.secrets.get(consumer) and not (in_variable and consumer == one):
                write_secret(settings.data, consumer, secret)
        if later.secret != access.secret and not in_variable:
            stack.enter_context(changing_secret(settings.data, new))
        roles = change_passwords(access, later, own_server=settings.database_url is None, say=print_hint)
    file = settings.data / ("secret" if one in (None, ADMINISTRATOR) else f"secrets/{one}")
    where = f"{file} holds the new secret"
    if in_variable:
        where = f"set {variable} to the content of {options.to} wherever web tier, worker or this command run"
    _print_rotated(roles, where)
    return 0


def _comes_from_a_variable(settings: Settings, consumer: str | None) -> bool:
    """Whether the operator keeps this secret. Raises RefusedError when all shall change and they keep several."""
    given = [each for each in CONSUMERS if getattr(settings, f"{each}_secret")]
    if consumer is None and given:
        raise RefusedError(f"the operator keeps the secrets of {', '.join(given)}: name the one to change.")
    if consumer in CONSUMERS:
        return consumer in given
    return settings.secret is not None


def _with_new_secret(access: Access, consumer: str | None, new: str) -> Access:
    """What follows from a new secret of this consumer, or from new ones of everyone who has one."""
    if consumer is None:
        return replace(access, secret=new, secrets={each: secrets.token_hex(32) for each in access.secrets})
    if consumer == ADMINISTRATOR:
        return replace(access, secret=new)
    return replace(access, secrets={**access.secrets, consumer: new})


def _print_rotated(roles: list[str], where: str) -> None:
    lines = [f"new passwords (SCRAM): {', '.join(roles) or 'none changed'}", where]
    if any(role.startswith("web_") for role in roles):
        lines.append(
            "then restart web tier and worker: they keep their connections until then, but cannot open new ones"
        )
    lines.append(
        "other programs with one of these logins (PgBouncer, Prometheus, Grafana) need the new password: "
        "db/docs/security.md"
    )
    for line in lines:
        console.print(line, markup=False)


def _keys(options: argparse.Namespace) -> int:
    with open_database(read_settings_with(), "keys") as access:
        changed = options.effect and fetch_value(access, f"SELECT identity.{options.effect}()")
        keys = json.loads(
            fetch_value(access, "SELECT coalesce(json_agg(k), '[]')::text FROM identity.list_signing_keys() AS k")
        )
    if options.json:
        console.print_json(data=keys)
        return 0
    if options.effect:
        console.print(_KEY_MESSAGES[options.effect].format(changed), markup=False)
    for key in keys:
        until = f" until {key['verifies_until'][:19]}" if key["state"] == "verifies" else ""
        console.print(f"{key['kid']}  made {key['created_at'][:19]}  {key['state']}{until}", markup=False)
    return 0


def _merchant_role(options: argparse.Namespace) -> int:
    """Make the role, or give it a new password. The password is printed once and stored nowhere."""
    with open_database(read_settings_with(), "merchant-role") as access, connect(access.admin()) as connection:
        role, password = _make_role(connection, "make_sql_role", options.email)
    print(f"role      {role}\npassword  {password}\nviews     report.my_products, my_sales, my_earnings, my_payouts")  # noqa: T201
    return 0


def _person_role(options: argparse.Namespace) -> int:
    """Make the role of a DBA or an analyst, or give it a new password, which is printed once and stored nowhere."""
    with open_database(read_settings_with(), options.function) as access, connect(access.admin()) as connection:
        role, password = _make_role(connection, options.function, options.name)
    print(f"role      {role}\npassword  {password}\nfor       {options.use}")  # noqa: T201
    return 0


def _analyst_role(options: argparse.Namespace) -> int:
    """Make or drop the role of an analyst, and say how to connect."""
    with open_database(read_settings_with(), "analyst-role") as access, connect(access.admin()) as connection:
        if options.drop:
            return _drop_analyst(connection, options.name)
        until = _end_of_day(options.expires) if options.expires else None
        role, password = _make_role(connection, options.function, options.name, until)
        info = connection.info
        where = f"host={info.host} port={info.port} dbname={info.dbname} user={role}"
    expires = f"expires   {options.expires}\n" if options.expires else ""
    print(f"role      {role}\npassword  {password}\n{expires}connect   {where}\nfor       {options.use}")  # noqa: T201
    return 0


def _drop_analyst(connection: psycopg.Connection[Any], name: str) -> int:
    role = f"analyst_{name}"
    try:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None:
            connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
            connection.commit()
        row = connection.execute("SELECT identity.drop_analyst_role(%s)", [name]).fetchone()
    except psycopg.DatabaseError as error:
        detail = f" {error.diag.message_detail}" if error.diag.message_detail else ""
        raise RefusedError((error.diag.message_primary or "the role could not be dropped.") + detail) from None
    done = bool(row and row[0])
    print(f"{role} {'is removed' if done else 'does not exist'}")  # noqa: T201
    return 0


def _end_of_day(day: str) -> str:
    """The moment after which the password is refused. Raises RefusedError for what is no day."""
    if day == "never":
        return "infinity"
    try:
        return f"{date.fromisoformat(day) + timedelta(days=1)} 00:00:00+00"
    except ValueError:
        raise RefusedError("--expires takes a day such as 2027-03-31, or never.") from None


def _make_role(
    connection: psycopg.Connection[Any], function: str, name: str, until: str | None = None
) -> tuple[str, str]:
    """Call the function of schema identity that makes a role; the role and its new password, valid `until` then."""
    leave_out_of_log(connection)  # the verifier
    try:
        call = sql.SQL("SELECT {}(%s)").format(sql.Identifier("identity", function))
        row = connection.execute(call, [name]).fetchone()
    except psycopg.DatabaseError as error:
        raise RefusedError(error.diag.message_primary or "the role could not be made.") from None
    role = str(row[0]) if row else ""
    password = secrets.token_urlsafe(24)
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
    if until is not None:
        statement += sql.SQL(" VALID UNTIL {}").format(sql.Literal(until))
    connection.execute(statement)
    return role, password


def _token(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    if settings.production:
        raise RefusedError("this is production: tokens are made by logging in.")
    with open_database(settings, "token") as access:
        if is_production(access):
            raise RefusedError("this server is marked production: tokens are made by logging in.")
        print(fetch_value(access, "SELECT identity.issue_local_token(%s, %s)", options.role, options.email))  # noqa: T201
    return 0
