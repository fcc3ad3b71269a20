"""storeproc secret, keys, merchant-role, token: passwords, signing keys and tokens."""

from __future__ import annotations

import argparse
import json
import secrets
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg import sql

from api.cli.arguments import Commands
from api.cli.database import RefusedError, fetch_value, is_production, open_database, read_settings_with
from api.cli.terminal import console, print_hint
from api.settings import Settings
from db.deploy.roles import change_passwords
from db.server.secret import changing_secret

_KEY_MESSAGES = {
    "add_signing_key": "{} signs from now on; tokens of the key before it stay valid until they expire",
    "replace_signing_keys": "{} signs from now on; no token signed before is valid: clients refresh theirs",
    "retire_signing_keys": "removed: {}",
}


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    secret = commands.add_parser("secret", help="the secret from which the passwords of all login roles are derived")
    rotate = secret.add_subparsers(required=True, metavar="rotate").add_parser(
        "rotate", help="change it, with the passwords of all login roles; prints what to restart"
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

    token = commands.add_parser("token", help="print an access token for local use (never in production)")
    token.add_argument("role", choices=("customer", "merchant", "support", "admin"))
    token.add_argument("--email", help="account to sign in as (default: any active account of the role)")
    token.set_defaults(run=_token)


def _rotate_secret(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    if options.to is None and settings.secret is not None:
        raise RefusedError(
            "the secret comes from STOREPROC_SECRET or its file: write the new one into a file "
            "(openssl rand -hex 32 >FILE) and pass it with --to FILE."
        )
    new = secrets.token_hex(32)
    if options.to is not None:
        new = Settings.from_env({"STOREPROC_SECRET_FILE": str(options.to)}).secret or ""
    with open_database(settings, "secret") as access, ExitStack() as stack:
        if settings.secret is None:
            stack.enter_context(changing_secret(settings.data, new))
        own = settings.database_url is None
        roles = change_passwords(access, new, own_server=own, say=print_hint)
    where = f"{settings.data / 'secret'} holds the new secret"
    if settings.secret is not None:
        where = f"set STOREPROC_SECRET to the content of {options.to} wherever web tier, worker or this command run"
    for line in (
        f"new passwords (SCRAM): {', '.join(roles)}",
        where,
        "then restart web tier and worker: they keep their connections until then, but cannot open new ones",
        "other programs with one of these logins (PgBouncer, Prometheus, Grafana) need the new password: "
        "db/docs/security.md",
    ):
        console.print(line, markup=False)
    return 0


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
    with open_database(read_settings_with(), "merchant-role") as access, psycopg.connect(access.admin()) as connection:
        try:
            row = connection.execute("SELECT identity.make_sql_role(%s)", [options.email]).fetchone()
        except psycopg.DatabaseError as error:
            raise RefusedError(error.diag.message_primary or "the role could not be made.") from None
        role = str(row[0]) if row else ""
        password = secrets.token_urlsafe(24)
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))
    print(f"role      {role}\npassword  {password}\nviews     report.my_products, my_sales, my_earnings, my_payouts")  # noqa: T201
    return 0


def _token(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    if settings.production:
        raise RefusedError("this is production: tokens are made by logging in.")
    with open_database(settings, "token") as access:
        if is_production(access):
            raise RefusedError("this server is marked production: tokens are made by logging in.")
        print(fetch_value(access, "SELECT identity.issue_local_token(%s, %s)", options.role, options.email))  # noqa: T201
    return 0
