"""The tables of the record and the engine that opens them: SQLite with WAL, foreign keys and patience with other writers.

Knows no value of ours; `sql_rows` turns values into rows and back.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateIndex, CreateTable

from vouch.errors import HomeBusy, IndexMismatch

FORMAT = "1"
"""Written into `meta`: a record of another format is refused, never guessed at."""

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another one. Transactions last milliseconds; a bulk write of ratings a second or two."""

METADATA = MetaData()

meta = Table("meta", METADATA, Column("key", String, primary_key=True), Column("value", String, nullable=False))

items = Table(
    "items",
    METADATA,
    Column("item_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("attributes", String, nullable=False),
    Column("row_digest", String, nullable=False),
    Column("content_digest", String, nullable=False),
    Column("troubles", String, nullable=False),
)

media = Table(
    "media",
    METADATA,
    Column("item_id", ForeignKey("items.item_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("path", String, nullable=False),
    Column("kind", String, nullable=False),
)

files = Table(
    "files",
    METADATA,
    Column("path", String, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("digest", String, nullable=False),
)

passages = Table(
    "passages",
    METADATA,
    Column("passage_id", String, primary_key=True),
    Column("item_id", ForeignKey("items.item_id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("text", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("space", String, nullable=False),
    Column("media", String),
    Column("start_s", Float),
    Column("end_s", Float),
    Column("embedder_id", String, nullable=False),
    Column("input_digest", String, nullable=False),
    Index("passages_by_item", "item_id", "position"),
    Index("passages_by_input", "input_digest", "embedder_id"),
)

vectors = Table(
    "vectors",
    METADATA,
    Column("embedder_id", String, primary_key=True),
    Column("input_digest", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

interactions = Table(
    "interactions",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("item_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("weight", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("source", String, nullable=False),
    Index("interactions_by_user", "user_id"),
)
tastes = Table(
    "tastes",
    METADATA,
    Column("user_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("source", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("pinned", Integer, nullable=False),
)

taste_changes = Table(
    "taste_changes",
    METADATA,
    Column("row", Integer, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("what", String, nullable=False),
    Column("before", String, nullable=False),
    Index("taste_changes_by_user", "user_id"),
)

Index(
    "one_feedback_a_kind",
    interactions.c.user_id,
    interactions.c.item_id,
    interactions.c.kind,
    unique=True,
    sqlite_where=interactions.c.source != "file",
)


def open_engine(path: Path) -> Engine:
    """The engine of the record at `path`, made there where there is none.

    Raises:
        IndexMismatch: the file is no record of this format.
        HomeBusy: another process keeps the file to itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_other_files(path)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    try:
        _use_wal(engine)
        with writing(engine) as connection:
            _make_tables(connection)
            _check_format(connection, path)
    except (DatabaseError, sqlite3.DatabaseError) as error:
        engine.dispose()
        if "locked" in str(error):
            raise HomeBusy(f"Another process has kept {path} to itself for {BUSY_TIMEOUT_S:.0f} s.") from error
        raise IndexMismatch(f"{path} is not a record that Vouch can read ({error}).", _MEND) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the record throughout, whatever others write meanwhile."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction: all of it is kept, or nothing."""
    with engine.connect().execution_options(vouch_writes=True) as connection, connection.begin():
        yield connection


_FIRST_BYTES = b"SQLite format 3\0"

_MEND = "move it away, then `vouch ingest` your catalogue again"


def _refuse_other_files(path: Path) -> None:
    # SQLite takes a file that is shorter than a page for an empty database, and would write over it.
    try:
        with path.open("rb") as file:
            start = file.read(len(_FIRST_BYTES))
    except FileNotFoundError:
        return
    if start and start != _FIRST_BYTES:
        raise IndexMismatch(f"{path} is not a record that Vouch can read (it is no SQLite file).", _MEND)


def _prepare_connection(dbapi_connection: Any, _: object) -> None:
    # The driver's own BEGIN comes late and deferred: two writers would then deadlock. `_begin` says it instead.
    dbapi_connection.isolation_level = None
    dbapi_connection.execute("PRAGMA foreign_keys = ON")
    dbapi_connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("vouch_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(engine: Engine) -> None:
    # The switch needs the file for itself for a moment and does not wait for it, so a process that starts beside another one tries again.
    raw = engine.raw_connection()
    try:
        until = time.monotonic() + BUSY_TIMEOUT_S
        while raw.cursor().execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.02)
    finally:
        raw.close()


def _make_tables(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            connection.execute(CreateIndex(index, if_not_exists=True))


def _check_format(connection: Connection, path: Path) -> None:
    found = connection.execute(meta.select().where(meta.c.key == "format")).first()
    if found is None:
        connection.execute(meta.insert().values(key="format", value=FORMAT))
    elif found.value != FORMAT:
        raise IndexMismatch(f"{path} is a record of format {found.value}; this Vouch reads format {FORMAT}.", _MEND)
