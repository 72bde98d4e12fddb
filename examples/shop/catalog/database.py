"""The PostgreSQL database of the shop. Where it is and who logs in, libpq reads from the usual PG* variables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from service import Refusal, Request

Connection = psycopg.Connection[DictRow]

CLOSE_WITHIN_SECONDS = 0.1
GIVE_UP_AFTER_SECONDS = 1.5
"""Less than probes wait, so that a pod says itself why it is not ready."""


class Database:
    """A few connections, open inside a `with` block; replaced when the database has gone away and come back."""

    def __init__(self) -> None:
        self._pool = ConnectionPool(
            kwargs={"row_factory": dict_row, "connect_timeout": 2},
            min_size=1,
            max_size=4,
            timeout=GIVE_UP_AFTER_SECONDS,
            check=ConnectionPool.check_connection,
            open=False,
        )

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close(CLOSE_WITHIN_SECONDS)

    @contextmanager
    def transaction(self, request: Request) -> Iterator[Connection]:
        """A connection in one transaction, which ends with the block. The database joins those who have answered."""
        started = time.perf_counter()
        try:
            with self._pool.connection() as connection:
                identity = _identity(connection)
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Refusal(503, "The database does not answer.") from error
        request.answers.append(identity | {"ms": round((time.perf_counter() - started) * 1000, 1)})


def _identity(connection: Connection) -> dict[str, object]:
    row = connection.execute(
        "SELECT current_setting('cluster_name') AS pod, current_setting('shop.version', true) AS version"
    ).fetchone()
    server = connection.info.parameter_status("server_version") or ""
    return {"service": "db", "language": "SQL", "runtime": f"PostgreSQL {server.split(' ')[0]}", **(row or {})}
