"""storeproc backup encrypt, decrypt: single files, as `age` does it; backup.sh and restore.sh use them."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from api.cli.arguments import Commands
from api.cli.database import RefusedError, read_settings_with
from backups.encryption import SUFFIX, Key, encrypt, parse_recipients


def add_file_commands(commands: Commands) -> None:
    """Add the commands to those of `storeproc backup`."""
    encrypting = commands.add_parser("encrypt", help="encrypt files, or the standard input, for backup.sh")
    encrypting.add_argument("files", nargs="+", type=Path, metavar="FILE", help="`-` is the standard input")
    encrypting.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where FILE.age is written")
    encrypting.add_argument("--name", default="stdin", metavar="NAME", help="the name of the standard input")
    encrypting.set_defaults(run=_encrypt)
    decrypting = commands.add_parser("decrypt", help="decrypt files of the backups with STOREPROC_BACKUPS_IDENTITY")
    decrypting.add_argument("files", nargs="+", type=Path, metavar="FILE.age")
    decrypting.add_argument("--into", type=Path, metavar="FOLDER", help="a file for each, instead of standard output")
    decrypting.set_defaults(run=_decrypt)


def _encrypt(options: argparse.Namespace) -> int:
    recipients = parse_recipients(read_settings_with().backups_encrypt_to or "")
    if not recipients:
        raise RefusedError("STOREPROC_BACKUPS_ENCRYPT_TO is not set: nothing to encrypt to.")
    for file in options.files:
        if file == Path("-"):
            encrypt(sys.stdin.buffer, options.into / f"{options.name}{SUFFIX}", recipients)
            continue
        with file.open("rb") as source:
            encrypt(source, options.into / f"{file.name}{SUFFIX}", recipients)
    return 0


def _decrypt(options: argparse.Namespace) -> int:
    identity = read_settings_with().backups_identity
    if identity is None:
        raise RefusedError(
            f"{options.files[0]} is encrypted, and the key is not here: set STOREPROC_BACKUPS_IDENTITY to its file."
        )
    key = Key(identity)
    for file in options.files:
        with key.opened(file) as stream:
            if options.into is None:
                shutil.copyfileobj(stream, sys.stdout.buffer, 2**20)
                continue
            with (options.into / file.name.removesuffix(SUFFIX)).open("xb") as target:
                shutil.copyfileobj(stream, target, 2**20)
    return 0
