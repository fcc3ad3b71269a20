"""The connections of our tools: a server that freezes, or a machine that vanishes, ends them and is named.

Without this, a statement that was sent is waited for without a limit: where only the processes stand still (a disk that
hangs, a paused container), the kernel still answers for them, and that a machine has vanished is noticed after hours.
"""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.server.access import connect_timeout

SILENCE = 20.0  # seconds of a statement after which the server is asked on a new connection, again and again
ASKS = 2  # of them in a row without an answer, and the server counts as frozen
PATIENCE = 10  # seconds for each of them

# Of libpq: a machine that vanished is noticed after 40 seconds. Without effect on sockets of this machine.
KEEPALIVES = MappingProxyType(
    {"keepalives_idle": "20", "keepalives_interval": "5", "keepalives_count": "4", "tcp_user_timeout": "40000"}
)

Result = TypeVar("Result")


class Connection(psycopg.Connection[Any]):
    """A connection whose statements fail when the server does not answer any more. Long ones may take their time."""

    def wait(self, gen: PQGen[Result], *args: Any, **options: Any) -> Result:
        """See psycopg.Connection.wait(). Raises OperationalError, and is closed, when the server is frozen."""
        return super().wait(self._watch(gen), *args, **options)

    def _watch(self, gen: PQGen[Result]) -> PQGen[Result]:
        began = heard = time.monotonic()
        asks = 0
        ready: Any = None
        while True:
            try:
                state = gen.send(ready)
            except StopIteration as end:
                result: Result = end.value
                return result
            ready = yield state
            if ready:
                began = heard = time.monotonic()
                asks = 0
            elif time.monotonic() - heard > SILENCE:
                asks = 0 if self._host_answers() else asks + 1
                if asks == ASKS:
                    self.close()
                    raise psycopg.OperationalError(
                        f"the server has not answered for {time.monotonic() - began:.0f} seconds and accepts no "
                        "connection: it hangs, or its machine does. It is not known whether the statement took effect."
                    )
                if not asks:
                    heard = time.monotonic()

    def _host_answers(self) -> bool:
        """Whether this host lets a client in, or refuses it. A host that is gone ends the connection by itself."""
        asked = make_conninfo(self.info.dsn, connect_timeout=PATIENCE, target_session_attrs="any")
        try:
            psycopg.connect(asked, password=self.info.password).close()
        except psycopg.errors.ConnectionTimeout:
            return False
        except psycopg.OperationalError:
            return True
        return True


def connect(url: str, **options: Any) -> Connection:
    """A connection of a tool, with psycopg's options. Raises psycopg.OperationalError."""
    return Connection.connect("", **{**parameters(url), **options})


def parameters(url: str) -> dict[str, Any]:
    """libpq's parameters of a URL, with a connect_timeout and keepalives unless the URL has its own."""
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return {"connect_timeout": str(connect_timeout(url)), **KEEPALIVES, **given}
