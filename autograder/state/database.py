"""The database of our tables: opened, brought to the newest schema, and safe for several processes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from autograder.messages import say

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30.0


class DatabaseTooNew(RuntimeError):
    """The database was made by a newer version of this program."""


def sqlite_url(file: Path) -> str:
    """Return the URL of a SQLite file, made readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    return f"sqlite:///{file.resolve()}"


def open_database(url: str) -> Engine:
    """Return an engine for ``url`` whose tables are those of this version, migrated where they were older.

    An engine with the execution option ``writes`` takes SQLite's write lock at the beginning of a transaction, so
    that two writers wait for each other instead of failing. Raises ``DatabaseTooNew``.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.execution_options(writes=True).begin() as connection:
        _migrate(connection, shown=make_url(url).render_as_string(hide_password=True))
    return engine


def _migrate(connection: Connection, *, shown: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        newest = ScriptDirectory.from_config(config).get_current_head()
        raise DatabaseTooNew(say("state.too_new", url=shown, newest=newest)) from error


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001 (SQLAlchemy's signature)
    connection.isolation_level = None  # the driver opens no transaction of its own: ``_begin_sqlite`` does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a receipt is given only for what is on disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
