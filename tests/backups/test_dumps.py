"""backup.sh and restore.sh: every row comes back, what is wrong is one line, what is there is never touched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from backups.restore import BOOKS_OF_OTHERS
from db.deploy import migrate
from db.deploy.roles import AUDIENCES, LOGIN_ROLES
from db.server.access import Access
from db.server.embedded import embedded_binaries
from tests.backups.conftest import ask, load_demo
from tests.support.cluster import Cluster

Run = Callable[..., subprocess.CompletedProcess[str]]


def on(access: Access) -> dict[str, str]:
    return {"DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret}


@pytest.fixture(scope="module")
def shop(access: Access) -> Access:
    load_demo(access)
    ask_many(access, "UPDATE identity.environment SET name = 'production'")
    ask_many(  # A difference with a gateway's books is no fault of a backup.
        access, "INSERT INTO payments.reconciliation_differences (provider, subject, kind, ours, theirs, currency) "
        "VALUES ('mock', 'of these tests', 'captured', 1500, 0, 'USD')"
    )  # fmt: skip
    broken = "SELECT string_agg(name, '') FROM audit.check_invariants() WHERE NOT ok"
    assert ask(access, broken) == BOOKS_OF_OTHERS
    # A backup notes itself when it is whole; where there was one before, that is no row more.
    ask(access, "SELECT monitor.record_backup('dump', 1)")
    return access


def plainly(access: Access, role: str | None = None) -> dict[str, str]:
    """libpq's own variables and no storeproc, as in the container of a PostgreSQL."""
    url = access.url(role) if role else access.admin()
    given = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    return {
        "PATH": f"{embedded_binaries() / 'bin'}:/usr/bin:/bin",
        "PGHOST": given["host"],
        "PGUSER": given["user"],
        "PGPASSWORD": given["password"],
        "PGDATABASE": access.database,
    }


@pytest.fixture(scope="module")
def dump(run: Run, shop: Access, folder: Path) -> Path:
    """As store_backup, which is no administrator."""
    done = run("backup.sh", "--to", folder / "dumps", **plainly(shop, "store_backup"))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / done.stdout.strip().splitlines()[-1]


@contextmanager
def process_list() -> Iterator[set[str]]:
    """What everybody sees meanwhile of all that is started from here. (Other tests say the secret to theirs.)"""
    seen: set[str] = set()
    done = Event()

    def watch() -> None:
        while not done.wait(0.02):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    seen.add(" ".join(process.cmdline()))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def counts(access: Access) -> dict[str, int]:
    """Rows of each table, as a superuser, from whom row security hides nothing."""
    with psycopg.connect(access.admin()) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return {
            f"{schema}.{table}": connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            ).fetchone()[0]  # type: ignore[index]
            for schema, table in tables
        }


def databases(cluster: Cluster, name: str) -> list[str]:
    with psycopg.connect(cluster.access.admin("postgres")) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name]).fetchall()
    return sorted(row[0] for row in found)


@pytest.fixture
def target(cluster: Cluster, shop: Access) -> Any:
    """A name to restore as; it and what was made of it are dropped."""
    name = f"{shop.database}_copy"
    yield name
    for found in databases(cluster, name):
        cluster.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", found)
        cluster.drop(found)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def forge(dump: Path, folder: Path, name: str, **files: Callable[[str], str]) -> Path:
    """A copy of the backup with other texts in it, and true checksums."""
    forged = folder / name
    shutil.copytree(dump, forged)
    for file, change in files.items():
        text = (forged / file).read_text()
        assert change(text) != text
        (forged / file).write_text(change(text))
    (forged / "SHA256SUMS").unlink()
    sums = subprocess.run("find . -type f | xargs sha256sum", shell=True, cwd=forged, capture_output=True, check=True)
    (forged / "SHA256SUMS").write_bytes(sums.stdout)
    return forged


def test_every_row_is_in_the_dump_and_comes_back(
    run: Run, shop: Access, dump: Path, target: str, cluster: Cluster
) -> None:
    assert {path.name for path in dump.iterdir()} == {
        "SHA256SUMS", "database.sql", "dump", "facts", "manifest", "roles.sql"
    }  # fmt: skip
    assert dump.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in dump.rglob("*")), "it holds the keys of the store"
    roles = (dump / "roles.sql").read_text()
    assert "PASSWORD" not in roles
    assert "CREATE ROLE store_backup LOGIN" in roles
    assert "ALTER ROLE store_backup BYPASSRLS" in roles
    assert "administrator=postgres\n" in (dump / "manifest").read_text()
    assert "administrator=store_backup" not in (dump / "manifest").read_text()
    assert ask(shop, "SELECT bytes > 10000 FROM monitor.backups WHERE kind = 'dump'"), "it says that it is whole"
    before = counts(shop)
    assert before["sales.orders"] > 0
    assert before["identity.accounts"] > 0
    with process_list() as seen:
        done = run("restore.sh", dump, "--target-db", target, **on(shop))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every invariant holds" in done.stdout
    assert any("pg_restore" in line for line in seen)
    assert not [line for line in seen if shop.password("postgres") in line or shop.secret in line]
    restored = Access(shop.admin(target), shop.secret)
    assert counts(restored) == before
    left = migrate.check(restored).lines()
    assert left == [], "who may connect, what runs, settings: nothing to be done; nothing was changed by hand"
    assert ask(restored, "SELECT count(*) FROM api.list_categories()", role="web_anonymous") is not None
    assert ask(restored, "SHOW timezone") == "UTC"
    assert ask(restored, "SELECT name FROM identity.environment") == "production", "the demo shop stays out of it"
    assert databases(cluster, target) == [target], "nothing is left beside it"


def test_the_database_that_was_there_is_kept(run: Run, shop: Access, dump: Path, target: str, cluster: Cluster) -> None:
    cluster.clone(target)
    there = Access(shop.admin(target), shop.secret)
    ask_many(there, "CREATE TABLE public.mine AS SELECT 1 AS n", "ALTER ROLE CURRENT_USER IN DATABASE {} RESET ALL")
    done = run("restore.sh", dump, **plainly(there))
    assert done.returncode == 0, done.stdout + done.stderr
    before, *_ = [name for name in databases(cluster, target) if "_before_" in name]
    assert databases(cluster, target) == [target, before]
    assert ask(there, "SELECT to_regclass('public.mine') IS NULL") is True
    assert ask(there, "SELECT n FROM public.mine", database=before) == 1
    assert f'DROP DATABASE "{before}"' in done.stdout


def ask_many(access: Access, *statements: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(sql.Identifier(access.database)))  # type: ignore[arg-type]


def test_a_database_in_use_stays_until_its_clients_may_be_cut_off(
    run: Run, shop: Access, dump: Path, target: str, cluster: Cluster
) -> None:
    cluster.clone(target)
    there = Access(shop.admin(target), shop.secret)
    busy = psycopg.connect(there.url("web_customer"), application_name="till 7", autocommit=True)
    said = refused(run("restore.sh", dump, **on(there)))
    assert f"{target} is in use by web_customer (till 7)" in said
    assert busy.execute("SELECT 1").fetchone() == (1,)
    assert databases(cluster, target) == [target]
    done = run("restore.sh", dump, "--disconnect", **on(there))
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.raises(psycopg.OperationalError):
        busy.execute("SELECT 1")
    assert ask(there, "SELECT 1", role="web_customer") == 1, "it takes connections"
    assert counts(there) == counts(shop)


def test_what_is_no_backup_is_said(
    run: Run, shop: Access, dump: Path, folder: Path, target: str, cluster: Cluster
) -> None:
    def into(backup: Path) -> str:
        return refused(run("restore.sh", backup, "--target-db", target, **on(shop)))

    assert "does not exist" in into(folder / "nothing")
    assert "is not a backup of backup.sh" in into(Path("/etc/passwd"))
    assert "is not a backup of backup.sh" in into(dump / "dump")
    damaged = folder / "damaged"
    shutil.copytree(dump, damaged)
    largest = max((damaged / "dump").iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 1
    largest.write_bytes(data)
    assert f"damaged is damaged: ./dump/{largest.name}: FAILED" in into(damaged)
    largest.unlink()
    assert "is damaged" in into(damaged)
    sums = (damaged / "SHA256SUMS").read_text().splitlines(keepends=True)
    (damaged / "SHA256SUMS").write_text("".join(line for line in sums if largest.name not in line))
    largest.write_text("another")
    assert f"SHA256SUMS lacks ./dump/{largest.name}" in into(damaged)
    newer = forge(dump, folder, "newer", manifest=lambda text: text.replace("server_version=18", "server_version=19"))
    assert "the backup is of PostgreSQL 19" in into(newer)
    assert databases(cluster, target) == []


def test_a_backup_that_lacks_a_row_or_breaks_an_invariant_replaces_nothing(
    run: Run, shop: Access, dump: Path, folder: Path, target: str, cluster: Cluster, make_database: Callable[[], Access]
) -> None:
    orders = counts(shop)["sales.orders"]
    lacking = forge(
        dump, folder, "lacking",
        facts=lambda text: text.replace(f"rows sales.orders {orders}\n", f"rows sales.orders {orders + 1}\n"),
    )  # fmt: skip
    cluster.clone(target)
    said = refused(run("restore.sh", lacking, "--target-db", target, **on(shop)))
    assert f"not everything is there again: < rows sales.orders {orders}" in said
    assert f"nothing was replaced; {target} is as it was" in said
    broken = make_database()
    load_demo(broken)
    ask_many(broken, "ALTER TABLE catalog.stock DISABLE TRIGGER ALL", "UPDATE catalog.stock SET on_hand = on_hand + 1")
    done = run("backup.sh", "--to", folder / "broken", **on(broken))
    unsound = folder / done.stdout.strip().splitlines()[-1]
    assert "stock is the sum of its movements" in refused(run("restore.sh", unsound, "--target-db", target, **on(shop)))
    assert databases(cluster, target) == [target]
    done = run("restore.sh", unsound, "--target-db", target, "--accept-broken", **on(shop))  # the shop was like this
    assert "although this does not hold: stock is the sum of its movements" in done.stdout, done.stderr


def test_an_administrator_without_superuser_dumps_and_restores_every_row(
    run: Run, cluster: Cluster, folder: Path, worker_id: str
) -> None:
    """As on a managed server: CREATEROLE and CREATEDB, member of the owner, no BYPASSRLS."""
    name = f"managed_{worker_id}"
    admin = Access(cluster.access.admin(name), cluster.access.secret)
    url = admin.url(name, name)
    managed = Access(url, cluster.access.secret)
    cluster.run("CREATE ROLE {} LOGIN CREATEDB CREATEROLE", name)
    try:
        with psycopg.connect(cluster.access.admin("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(admin.password(name)))
            )
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(sql.Identifier(name)))
            # The roles of the cluster are there already; on a server of its own it would have made them.
            for role in ("store_owner", "store_api", *LOGIN_ROLES, *AUDIENCES):
                connection.execute(
                    sql.SQL("GRANT {} TO {} WITH ADMIN TRUE").format(sql.Identifier(role), sql.Identifier(name))
                )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(name))
            )
        original = cluster.clone(f"{name}_shop")
        load_demo(original)
        ask(original, "SELECT monitor.record_backup('dump', 1)")
        done = run("backup.sh", "--to", folder / "managed", **on(Access(original.admin(), original.secret)))
        theirs = folder / done.stdout.strip().splitlines()[-1]
        with psycopg.connect(original.admin(), autocommit=True) as connection:
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(original.database), sql.Identifier(name)))  # fmt: skip
        done = run(
            "backup.sh",
            "--to",
            folder / "managed2",
            DATABASE_URL=admin.url(name, original.database),
            STOREPROC_SECRET=admin.secret,
        )
        assert done.returncode == 0, done.stderr
        ours = folder / done.stdout.strip().splitlines()[-1]
        assert (ours / "facts").read_text() == (theirs / "facts").read_text(), "not a row less than the superuser's"
        done = run("restore.sh", ours, **on(managed))
        assert done.returncode == 0, done.stdout + done.stderr
        assert counts(Access(cluster.access.admin(name), admin.secret)) == counts(original)
    finally:
        for found in databases(cluster, name):
            cluster.drop(found)
        with psycopg.connect(cluster.access.admin("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        cluster.run("DROP ROLE {}", name)


def test_a_role_that_row_security_blinds_makes_no_backup(
    run: Run, shop: Access, folder: Path, cluster: Cluster, worker_id: str
) -> None:
    name = f"blind_{worker_id}"
    cluster.run("CREATE ROLE {} LOGIN", name)
    try:
        with psycopg.connect(shop.admin(), autocommit=True) as connection:
            role = sql.Identifier(name)
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(shop.password(name))))
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(role))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(shop.database), role)
            )
        done = run("backup.sh", "--to", folder / "blind", DATABASE_URL=shop.url(name), STOREPROC_SECRET=shop.secret)
        assert "row-level security" in refused(done)
        assert "there is no backup" in done.stderr
        assert list((folder / "blind").iterdir()) == []
    finally:
        with psycopg.connect(shop.admin(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        cluster.run("DROP ROLE {}", name)


def test_a_full_disk_leaves_nothing_half(
    run: Run, shop: Access, dump: Path, small_disk: Callable[[str, str], Path], target: str, cluster: Cluster
) -> None:
    disk = small_disk("dumps-disk", "200k")
    said = refused(run("backup.sh", "--to", disk, **on(shop)))
    assert "No space left on device" in said or "wrote only" in said  # the kernel took a part of the last page
    assert "there is no backup" in said
    assert list(disk.iterdir()) == []


def test_a_server_without_room_keeps_what_it_has(
    run: Run, shop: Access, dump: Path, small_disk: Callable[[str, str], Path], target: str, cluster: Cluster
) -> None:
    # A new database lies where template0 lies: that is moved to a small disk meanwhile. No other test makes one of it.
    disk = small_disk("server-disk", "20m")
    data = str(ask(shop, "SHOW data_directory"))
    shutil.chown(disk, Path(data).owner())
    cluster.clone(target)
    there = counts(Access(shop.admin(target), shop.secret))
    with psycopg.connect(cluster.access.admin("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE TABLESPACE small_{} LOCATION {}").format(sql.SQL(target), sql.Literal(str(disk)))
        )  # type: ignore[arg-type]
        try:
            connection.execute(sql.SQL("ALTER DATABASE template0 SET TABLESPACE small_{}").format(sql.SQL(target)))  # type: ignore[arg-type]
            said = refused(run("restore.sh", dump, "--target-db", target, **on(shop)))
        finally:
            connection.execute("ALTER DATABASE template0 SET TABLESPACE pg_default")
            connection.execute(sql.SQL("DROP TABLESPACE small_{}").format(sql.SQL(target)))  # type: ignore[arg-type]
    assert "No space left on device" in said or "wrote only" in said  # the kernel took a part of the last page
    assert databases(cluster, target) == [target]
    assert counts(Access(shop.admin(target), shop.secret)) == there


def test_help_and_mistakes(run: Run, tmp_path: Path) -> None:
    for script in ("backup.sh", "restore.sh", "drill.sh"):
        shown = run(script, "--help")
        assert shown.returncode == 0
        assert shown.stdout.startswith(script)
        assert "unknown" in refused(run(script, "--wrong"))
    # Apart from the source, whose virtual environment has the command.
    alone = shutil.copytree(Path(__file__).parents[2] / "backups", tmp_path / "backups")
    assert "the command storeproc is not found" in refused(run(str(alone / "backup.sh"), PATH="/usr/bin:/bin"))
    assert "which backup?" in refused(run("restore.sh"))
    assert "--jobs many" in refused(run("backup.sh", "--jobs", "many"))


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing(run: Run) -> None:
    scripts = sorted((Path(__file__).parents[2] / "backups").glob("*.sh"))
    done = subprocess.run(["shellcheck", "-x", *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("pgbackrest") is None, reason="pgbackrest is not installed")
def test_pgbackrest_knows_every_line_of_its_configuration(folder: Path) -> None:
    done = subprocess.run(
        ["pgbackrest", f"--config={Path(__file__).parents[2] / 'backups' / 'pgbackrest.conf'}", "--stanza=store",
         f"--log-path={folder}", f"--lock-path={folder}", "--repo=2", "info"],
        env={"PGBACKREST_REPO1_CIPHER_PASS": "x", "PGBACKREST_REPO2_CIPHER_PASS": "x", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stdout + done.stderr
    assert "stanza: store" in done.stdout
