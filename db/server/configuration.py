"""The embedded server's configuration, storeproc.conf, rewritten at each start."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from db.server.embedded import Layout
from db.server.encrypting import archiver

NAME = "storeproc.conf"
PATH = "%p"  # PostgreSQL puts the path of the file in its place


def shared_settings() -> dict[str, str]:
    """The settings of db/postgresql.conf, which every server of the store has, embedded or not."""
    text = (Path(__file__).parents[1] / "postgresql.conf").read_text()
    return dict(re.findall(r"^([\w.]+) = '([^']*)'", text, re.MULTILINE))


def archiving(folder: Path | None, encrypting: Sequence[str] = ()) -> dict[str, str]:
    """The settings that archive the write-ahead log to a folder: a segment is complete and synced there, or absent.

    `encrypting` is the command that does it where the log is encrypted (encrypting.py). Else:

    Compressed, because a segment closed after a quiet minute is 16 MB of almost nothing. Beside each file is its
    SHA-256 (`<file>.sha256`, which `sha256sum --check` reads); `newest` names the last segment, so that a missing end
    is noticed. A file has its checksum after it, so a checksum without a file always means that the file was removed.

    A segment that is archived twice (a crash between the copy and PostgreSQL's note of it) is compared, not refused: a
    refusal would stop archiving for good.
    """
    if folder is None:
        return {"archive_command": "true", "archive_timeout": "0"}
    if encrypting:
        words = [word if word == PATH else shlex.quote(word).replace("%", "%%") for word in encrypting]
        return {"archive_command": " ".join(words), "archive_timeout": "60"}
    where = shlex.quote(str(folder)).replace("%", "%%")
    target = f"{where}/%f.gz"
    checksum = "%f.gz.sha256"
    return {
        "archive_command": f"if test -f {target}; then gzip -dc {target} | cmp -s - %p; "
        f"else rm -f {target}.sha256 && gzip -1c %p >{target}.tmp && sync {target}.tmp && mv {target}.tmp {target}; fi "
        f"&& if test ! -f {target}.sha256; then (cd {where} && sha256sum %f.gz >{checksum}.tmp && sync {checksum}.tmp "
        f"&& mv {checksum}.tmp {checksum}); fi "
        f"&& case %f in *.*) ;; *) echo %f >{where}/newest.tmp && sync {where}/newest.tmp "
        f"&& mv {where}/newest.tmp {where}/newest;; esac && sync {where}",
        "archive_timeout": "60",  # seconds: what a lost disk costs at most
    }


def restoring(folder: Path, absent: Sequence[str] = ()) -> dict[str, str]:
    """The settings that fetch the write-ahead log from such a folder. `absent` are names, as patterns of the shell,
    that count as not archived.

    To PostgreSQL, exit status 1 means that the log ends here, and it opens the database; above 125 recovery is
    aborted. So 1 is only for a file that does not exist in a folder that can be read; a file that is damaged or
    unreadable is 126. Files of older versions have no checksum: of these, gzip's own is checked.
    """
    where = shlex.quote(str(folder)).replace("%", "%%")
    target = f"{where}/%f.gz"
    ends = f"case %f in {'|'.join(absent)}) exit 1;; esac; " if absent else ""
    return {
        "restore_command": f"{ends}if test -e {target}; then "
        f"if test -e {target}.sha256; then (cd {where} && sha256sum -c %f.gz.sha256) >/dev/null 2>&1 || exit 126; fi; "
        f"gzip -dc {target} >%p || exit 126; elif test -r {where} && test -x {where}; then exit 1; else exit 126; fi",
    }


def write_settings(layout: Layout, *, extensions: Path | None, more: Mapping[str, str]) -> None:
    """Write the configuration of a server.

    `extensions` is a folder with share/postgresql/extension and lib that is searched besides the server's own;
    `more` are settings that win over all others.
    """
    memory = psutil.virtual_memory().total // 2**20
    settings = {
        **shared_settings(),
        "listen_addresses": "",
        "unix_socket_directories": str(layout.socket_folder),
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(max(memory // 8, 64), 2048)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 32), 512)}MB",
        **_archiving_of(layout),
        # A file for each day, overwritten a week later.
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": str(layout.log_folder),
        "log_filename": "postgresql-%a.log",  # the JSON log has the same name and ends in .json
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
    }
    if (layout.cluster / "standby.signal").exists():
        # A promotion would wait for the summarizer, up to half a minute. After it, the next start turns it on again.
        settings["summarize_wal"] = "off"
    if extensions is not None:
        settings["extension_control_path"] = f"{extensions}/share/postgresql:$system"
        settings["dynamic_library_path"] = f"{extensions}/lib:$libdir"
    _write(layout, {**settings, **more})


def _archiving_of(layout: Layout) -> dict[str, str]:
    folder, recipients = layout.archive, layout.recipients
    if folder is None or not recipients:
        return archiving(folder)
    return archiving(folder, archiver(layout, folder, PATH, recipients))


def archive_to(layout: Layout, folder: Path, recipients: Sequence[str] = ()) -> None:
    """Archive the write-ahead log to this existing folder, from the next reload or start on; encrypted to these
    recipients where there are any."""
    for name, content in (("recipients", recipients), ("archive", [str(folder)])):
        draft = layout.home / f"{name}.new"
        draft.write_text("".join(f"{line}\n" for line in content))
        draft.replace(layout.home / name)
    configuration = layout.cluster / NAME
    if configuration.exists():
        lines = [line.partition(" = ") for line in configuration.read_text().splitlines() if not line.startswith("#")]
        settings = {name: value[1:-1].replace("''", "'") for name, _, value in lines}
        _write(layout, settings | _archiving_of(layout))


def _write(layout: Layout, settings: Mapping[str, str]) -> None:
    text = "".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
    draft = layout.cluster / f"{NAME}.new"
    draft.write_text("# Written by db/server/configuration.py at each start.\n" + text)
    draft.chmod(0o600)
    os.chown(draft, layout.uid, layout.gid)
    draft.replace(layout.cluster / NAME)
