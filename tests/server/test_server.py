"""The embedded server's life: start, stop, kill -9, second start, and every refusal in one line."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from db.server.access import Access, ServerError, external
from db.server.supervisor import Server, running

ROOT = Path(__file__).parents[2]
FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder whose cluster has been made and stopped: copying it is cheaper than initdb."""
    folder = Path(tempfile.mkdtemp(prefix="storeproc-made-", dir=os.environ["STOREPROC_TEST_DATA"]))
    server = Server(folder, settings=FAST)
    server.start()
    server.stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    folder = Path(tempfile.mkdtemp(prefix="storeproc-data-", dir=os.environ["STOREPROC_TEST_DATA"]))
    subprocess.run(["cp", "-a", f"{made}/.", folder], check=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., tuple[Server, Access]]]:
    servers: list[Server] = []

    def begin(**keywords: object) -> tuple[Server, Access]:
        server = Server(data, settings=FAST, **keywords)  # type: ignore[arg-type]
        servers.append(server)
        return server, server.start()

    yield begin
    for server in servers:
        server.stop()


def ask(access: Access, query: str, database: str = "postgres") -> object:
    with psycopg.connect(access.admin(database)) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_cluster_is_private_and_checked(start: Callable[..., tuple[Server, Access]], data: Path) -> None:
    _, access = start()
    assert ask(access, "SHOW data_checksums") == "on"
    assert ask(access, "SHOW server_encoding") == "UTF8"
    assert ask(access, "SHOW listen_addresses") == ""
    assert ask(access, "SHOW timezone") == "UTC"
    assert ask(access, "SHOW wal_level") == "replica"
    assert (
        ask(access, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'postgres'")
        == "bC.UTF-8"
    )
    assert "pg_stat_statements" in str(ask(access, "SHOW shared_preload_libraries"))
    assert mode(data / "secret") == 0o600
    assert mode(data / "run") == 0o700
    assert mode(data / "postgres") == 0o700
    assert mode(data / "postgres.log") == 0o600
    assert mode(data) & 0o066 == 0, "others may pass through at most"


def test_nobody_comes_in_without_the_password(start: Callable[..., tuple[Server, Access]]) -> None:
    _, access = start()
    for wrong in (
        access.admin("postgres").replace(access.password("postgres"), "guess"),
        access.admin("postgres").replace(":" + access.password("postgres"), ""),
    ):
        with pytest.raises(psycopg.OperationalError, match=r"password"):
            psycopg.connect(wrong)


def test_data_outlives_a_restart(start: Callable[..., tuple[Server, Access]]) -> None:
    server, access = start()
    with psycopg.connect(access.admin("postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    _, access = start()
    assert ask(access, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("whole_group", [False, True], ids=["postmaster alone", "every process"])
def test_kill_9_is_recovered_from(start: Callable[..., tuple[Server, Access]], data: Path, whole_group: bool) -> None:
    server, access = start()
    busy = psycopg.connect(access.admin("postgres"), autocommit=True)
    busy.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.pid is not None
    children = psutil.Process(server.pid).children(recursive=True)
    os.kill(server.pid, signal.SIGKILL)
    for child in children if whole_group else []:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    # What a killed supervisor leaves: its lock gone, its folders as they are. No pause, so that orphans may still live.
    assert server._lock is not None
    server._lock.close()
    server._lock = server._process = None
    _, access = start()
    assert ask(access, "SELECT answer FROM kept") == 42


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(
    start: Callable[..., tuple[Server, Access]], data: Path
) -> None:
    # In a container pids are few: after a restart the old postmaster's is somebody else's.
    stranger = f"{os.getpid()}\n{data}/postgres\n1700000000\n5432\n{data}/run\n\n\nready\n"
    (data / "postgres" / "postmaster.pid").write_text(stranger)
    (data / "run").mkdir(exist_ok=True)
    (data / "run" / ".s.PGSQL.5432.lock").write_text(stranger)
    _, access = start()
    assert ask(access, "SELECT 1") == 1


def test_a_server_that_outlived_its_supervisor_is_replaced(
    data: Path, start: Callable[..., tuple[Server, Access]]
) -> None:
    said: list[str] = []
    orphaned = Server(data, settings=FAST)
    access = orphaned.start()
    pid = orphaned.pid
    process, orphaned._process = orphaned._process, None  # as if we had been killed where the kernel tells nobody
    assert orphaned._lock is not None
    orphaned._lock.close()
    orphaned._lock = None
    assert ask(access, "SELECT 1") == 1
    server, access = start(say=said.append)
    assert ask(access, "SELECT 1") == 1
    assert server.pid != pid
    assert process is not None
    assert process.wait(60) == 0, "it was stopped in order"
    assert any("of an earlier run" in line for line in said)


def test_two_never_run_one_cluster(start: Callable[..., tuple[Server, Access]], data: Path) -> None:
    start()
    with pytest.raises(ServerError, match=rf"already runs on {data} \(process {os.getpid()}\)"):
        Server(data).start()


def test_a_tool_uses_the_server_that_runs(start: Callable[..., tuple[Server, Access]], data: Path) -> None:
    server, _ = start()
    with running(data) as access:
        assert ask(access, "SELECT pg_postmaster_start_time() IS NOT NULL") is True
    assert server.pid is not None
    assert psutil.pid_exists(server.pid), "and leaves it running"


def test_a_tool_starts_one_for_itself_and_stops_it(data: Path) -> None:
    with running(data) as access:
        assert ask(access, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(access.admin("postgres"))


def test_another_major_version_is_one_line(data: Path) -> None:
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServerError, match=r"was made by PostgreSQL 17, and this is 18") as refusal:
        Server(data).start()
    assert "\n" not in str(refusal.value)
    assert Server(data).lock("after"), "the lock was let go"


def test_another_secret_is_one_line(data: Path) -> None:
    with pytest.raises(ServerError, match="was made with another secret"):
        Server(data, secret="x" * 40).start()


def test_a_folder_with_other_things_is_left_alone() -> None:
    with tempfile.TemporaryDirectory(dir=os.environ["STOREPROC_TEST_DATA"]) as folder:
        (Path(folder) / "thesis.txt").write_text("mine")
        before = mode(Path(folder))
        with pytest.raises(ServerError, match="files that are not storeproc's"):
            Server(Path(folder)).start()
        assert sorted(path.name for path in Path(folder).iterdir()) == ["thesis.txt"]
        assert mode(Path(folder)) == before


def test_a_killed_initdb_leaves_nothing_that_looks_like_data(data: Path) -> None:
    shutil.rmtree(data / "postgres")
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18\n")
    server = Server(data, settings=FAST)
    try:
        assert ask(server.start(), "SELECT 1") == 1
    finally:
        server.stop()
    assert not (data / "postgres.new").exists()


def test_a_deep_folder_gets_its_socket_elsewhere(data: Path) -> None:
    deep = data / "/".join(["a-long-name-for-a-folder"] * 5)
    deep.parent.mkdir(parents=True)
    for folder in [deep.parent, *deep.parent.parents]:
        if folder == data.parent:
            break
        folder.chmod(0o755)
    (data / "postgres").rename(data / "cluster")
    deep.mkdir()
    shutil.copy(data / "secret", deep / "secret")
    (data / "cluster").rename(deep / "postgres")
    server = Server(deep, settings=FAST)
    try:
        access = server.start()
        folder = server.layout.socket_folder
        assert folder.parent == Path(tempfile.gettempdir())
        assert mode(folder) == 0o700
        assert ask(access, "SELECT 1") == 1
    finally:
        server.stop()
    folder.rmdir()


def test_it_dies_with_a_killed_supervisor(data: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells the child")
    program = (
        "import sys, time; from pathlib import Path; from db.server.supervisor import Server\n"
        "server = Server(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, data], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    postmaster = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    ended_within(postmaster, 10)


def ended_within(process: psutil.Process, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"{process} still runs"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://127.0.0.1:1/store", "no PostgreSQL answers at 127.0.0.1:1/store"),
        (
            "postgresql://somebody:wrong@no-such-host.invalid/store",
            "no PostgreSQL answers at no-such-host.invalid/store",
        ),
        ("mysql://127.0.0.1/store", "must look like postgresql://"),
        ("postgresql://host:port/store", "is not a URL"),
    ],
)
def test_an_unreachable_database_url_is_one_line(url: str, words: str) -> None:
    with pytest.raises(ServerError) as refusal:
        external(url, "s" * 32)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "wrong" not in str(refusal.value), "a password is nobody's business"


def test_urls_for_roles() -> None:
    access = Access("postgresql://admin:p%40ss@db.example:5433/shop?sslmode=require", "s" * 32)
    assert (
        access.url("web_customer")
        == f"postgresql://web_customer:{access.password('web_customer')}@db.example:5433/shop?sslmode=require"
    )
    assert access.admin("other") == "postgresql://admin:p%40ss@db.example:5433/other?sslmode=require"
    assert access.public_url() == "postgresql://@db.example:5433/shop?sslmode=require"
    assert Access(access.public_url(), access.secret).url("web_customer") == access.url("web_customer")
    assert Access("postgresql:///?host=/run", "s").database == "storeproc"
