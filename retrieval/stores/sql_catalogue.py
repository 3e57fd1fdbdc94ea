"""The record of a home: items, passages, vectors and interactions in SQLite, through SQLAlchemy Core.

Any number of processes read; feedback rows may be written by any of them; items and passages only by the holder of the home's
lock, which is for the caller to see to. Knows no model and no index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, and_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.sqlite import Insert, insert

from retrieval.stores import sql_rows, sql_tables
from retrieval.stores.sql_rows import ItemRecord, VectorKey
from retrieval.stores.sql_tables import reading, writing
from retrieval.stores.sql_tastes import SqlTastes
from vouch.errors import IndexMismatch
from vouch.ports import Vectors
from vouch.types import Interaction, Item, Media, Passage, Schema

FileFacts = tuple[int, int, str]
"""size, mtime_ns, content digest."""

_CHUNK = 500
"""Values in one IN (...): SQLite takes 32,766 at the most, and old builds 999."""

_t = sql_tables


class SqlCatalogue(SqlTastes):
    """Items, passages and people's interactions, on disk. Methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Opens the record at `path`, or makes it. Raises IndexMismatch where the file is something else."""
        self.path = path
        self._engine = _t.open_engine(path)

    def close(self) -> None:
        """Lets go of the file; the catalogue opens it again when it is used again."""
        self._engine.dispose()

    # What the catalogue is

    def schema(self) -> Schema | None:
        """How the catalogue file was read; None before the first ingest."""
        text = self._get("schema")
        return None if text is None else sql_rows.schema_from_json(text)

    def source(self) -> str | None:
        """The resolved path of the catalogue file that this home holds; None before the first ingest."""
        return self._get("source")

    def media_dir(self) -> Path | None:
        """The folder of the catalogue's media, as the last ingest was told; None where there is none."""
        text = self._get("media_dir")
        return Path(text) if text else None

    def save_schema(self, schema: Schema, *, source: str, media_dir: Path | None = None) -> None:
        """Notes how the file at `source` was read, and where its media lie."""
        folder = str(media_dir.resolve()) if media_dir else ""
        self._set({"schema": sql_rows.schema_to_json(schema), "source": source, "media_dir": folder})

    def version(self) -> str:
        """A digest that changes when an item, its place, a passage or what a vector was made from changes."""
        rows = self._rows(select(_t.items.c.item_id, _t.items.c.content_digest).order_by(_t.items.c.position))
        return hashlib.sha256("\n".join(f"{r.item_id}\t{r.content_digest}" for r in rows).encode()).hexdigest()[:32]

    def edition(self) -> str:
        """What an opened collection rests on: changes with the version, and with the file's interactions."""
        return f"{self.version()} {self.interactions_version()}"

    # Items and passages

    def items(self) -> tuple[Item, ...]:
        """All items, in the order of the file."""
        by_item: dict[str, list[Media]] = {}
        for row in self._rows(_t.media.select().order_by(_t.media.c.item_id, _t.media.c.position)):
            by_item.setdefault(row.item_id, []).append(Media(path=row.path, kind=row.kind))
        rows = self._rows(_t.items.select().order_by(_t.items.c.position))
        return tuple(sql_rows.to_item(row, by_item.get(row.item_id, ())) for row in rows)

    def passages(self) -> tuple[Passage, ...]:
        """All passages, item by item in the order of the file."""
        return tuple(map(sql_rows.to_passage, self._rows(_ordered_passages())))

    def passages_and_vectors(self) -> tuple[tuple[Passage, ...], Vectors]:
        """All passages and their vectors, shape (passages, dimensions), float32. Raises IndexMismatch for vectors of two sizes."""
        with reading(self._engine) as connection:
            count = connection.execute(select(func.count()).select_from(_t.passages)).scalar_one()
            sizes = connection.execute(_with_vectors(func.length(_t.vectors.c.vector)).distinct()).scalars().all()
            if len(sizes) > 1:
                what = " and ".join(str(size // 4) for size in sorted(sizes))
                raise IndexMismatch(f"The passages' vectors have {what} dimensions: an ingest was broken off.", _INGEST)
            vectors = np.empty((count, sizes[0] // 4 if sizes else 0), dtype=np.float32)
            passages: list[Passage] = []
            rows = connection.execution_options(yield_per=1000).execute(
                _with_vectors(_t.passages, _t.vectors.c.vector).order_by(*_PASSAGE_ORDER)
            )
            for row in rows:
                vectors[len(passages)] = sql_rows.from_blob(row.vector)
                passages.append(sql_rows.to_passage(row))
        return tuple(passages), vectors[: len(passages)]

    def put_item(
        self, item: Item, *, row_digest: str, passages: Sequence[Passage], vectors: Vectors, position: int
    ) -> None:
        """Writes one item with its passages and vectors (one row a passage), in one transaction."""
        keys = tuple(("given", hashlib.sha256(sql_rows.to_blob(v)).hexdigest()[:32]) for v in vectors)
        record = ItemRecord(
            item=item, position=position, row_digest=row_digest, passages=tuple(passages), keys=keys, vectors=vectors
        )
        self.put_items([record])

    def put_items(self, records: Sequence[ItemRecord]) -> None:
        """Writes items with their passages and vectors, all of them in one transaction; what was there of them before is replaced."""
        ids = [record.item.item_id for record in records]
        media = [row for record in records for row in sql_rows.media_rows(record.item)]
        passages = [row for record in records for row in sql_rows.passage_rows(record)]
        vectors = [row for record in records for row in sql_rows.vector_rows(record)]
        with writing(self._engine) as connection:
            for some in _chunks(ids):
                connection.execute(delete(_t.items).where(_t.items.c.item_id.in_(some)))
            if records:
                connection.execute(_t.items.insert(), [sql_rows.item_row(record) for record in records])
            if media:
                connection.execute(_t.media.insert(), media)
            if vectors:
                connection.execute(insert(_t.vectors).on_conflict_do_nothing(), vectors)
            if passages:
                connection.execute(_t.passages.insert(), passages)

    def move_items(self, positions: Mapping[str, int]) -> None:
        """Gives items that have not changed otherwise their new places in the file."""
        if not positions:
            return
        by_id = _t.items.update().where(_t.items.c.item_id == bindparam("id")).values(position=bindparam("place"))
        with writing(self._engine) as connection:
            connection.execute(by_id, [{"id": item_id, "place": place} for item_id, place in positions.items()])

    def row_digests(self) -> Mapping[str, str]:
        """item_id to the digest of what it was made from, in the order of the file."""
        rows = self._rows(select(_t.items.c.item_id, _t.items.c.row_digest).order_by(_t.items.c.position))
        return {row.item_id: row.row_digest for row in rows}

    def positions(self) -> Mapping[str, int]:
        """item_id to its place in the file."""
        return {row.item_id: row.position for row in self._rows(select(_t.items.c.item_id, _t.items.c.position))}

    def embedded_by_others(self, embedder_ids: Collection[str]) -> frozenset[str]:
        """The items that have a vector of an embedder that is not among these: theirs can't be compared with the others'."""
        other = _t.passages.c.embedder_id.not_in(embedder_ids)
        return frozenset(row.item_id for row in self._rows(select(_t.passages.c.item_id).where(other).distinct()))

    def remove_items(self, ids: Collection[str]) -> None:
        """Removes items with their passages; people's interactions stay."""
        with writing(self._engine) as connection:
            for some in _chunks(ids):
                connection.execute(delete(_t.items).where(_t.items.c.item_id.in_(some)))

    def troubles(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """item_id to its (media path, why): what could not be perceived when the item was made."""
        rows = self._rows(select(_t.items.c.item_id, _t.items.c.troubles).where(_t.items.c.troubles != "[]"))
        return {row.item_id: sql_rows.to_troubles(row.troubles) for row in rows}

    # Vectors and files, so that nothing is made twice

    def known_vectors(self, keys: Collection[VectorKey]) -> Mapping[VectorKey, Vectors]:
        """The vectors that are already here, of those asked for."""
        wanted = set(keys)
        found: dict[VectorKey, Vectors] = {}
        for some in _chunks({key[1] for key in wanted}):
            for row in self._rows(_t.vectors.select().where(_t.vectors.c.input_digest.in_(some))):
                if (key := (row.embedder_id, row.input_digest)) in wanted:
                    found[key] = sql_rows.from_blob(row.vector)
        return found

    def known_files(self) -> Mapping[str, FileFacts]:
        """Media path to size, mtime_ns and digest, as they were when the file was last read."""
        return {row.path: (row.size, row.mtime_ns, row.digest) for row in self._rows(_t.files.select())}

    def note_files(self, facts: Mapping[str, FileFacts]) -> None:
        """Remembers files' sizes, times and digests."""
        if not facts:
            return
        rows = [{"path": path, "size": f[0], "mtime_ns": f[1], "digest": f[2]} for path, f in facts.items()]
        statement = insert(_t.files)
        newer = {name: statement.excluded[name] for name in ("size", "mtime_ns", "digest")}
        with writing(self._engine) as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=newer), rows)

    def drop_unused(self) -> None:
        """Removes vectors that no passage uses and facts of files that no item has."""
        used = and_(
            _t.passages.c.input_digest == _t.vectors.c.input_digest,
            _t.passages.c.embedder_id == _t.vectors.c.embedder_id,
        )
        with writing(self._engine) as connection:
            connection.execute(delete(_t.vectors).where(~exists().where(used)))
            connection.execute(delete(_t.files).where(_t.files.c.path.not_in(select(_t.media.c.path))))

    # People

    def interactions(self, user_id: str | None = None) -> tuple[Interaction, ...]:
        """What people did, in the order of writing; of one person where given (empty for someone unknown)."""
        statement = _t.interactions.select().order_by(_t.interactions.c.row)
        if user_id is not None:
            statement = statement.where(_t.interactions.c.user_id == user_id)
        return tuple(map(sql_rows.to_interaction, self._rows(statement)))

    def interactions_version(self) -> str:
        """A digest of the file's interactions, for a model fitted to them. Clicks and messages don't change it: they fold in."""
        return self._get("file_interactions") or ""

    def opinions_said(self) -> int:
        """How many likes, purchases and dislikes named people (no strangers) have clicked or said."""
        c = _t.interactions.c
        opinions = and_(
            c.source != "file", c.kind.in_(("like", "purchase", "dislike")), c.user_id.not_like("stranger:%")
        )
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(opinions)).scalar_one())

    def replace_file_interactions(self, interactions: Iterable[Interaction]) -> None:
        """Puts these in the place of all rows whose source is "file"; clicks and messages stay. Does nothing where they are the same."""
        rows = sql_rows.interaction_rows(interactions)
        version = sql_rows.digest([tuple(row.values()) for row in rows])
        if version == self.interactions_version():
            return
        with writing(self._engine) as connection:
            connection.execute(delete(_t.interactions).where(_t.interactions.c.source == "file"))
            if rows:
                connection.execute(_t.interactions.insert(), rows)
            connection.execute(_upsert_meta(), [{"key": "file_interactions", "value": version}])

    def add_interaction(self, interaction: Interaction) -> None:
        """Writes one click or message; a second one of the same person, item and kind takes the first one's place."""
        row = sql_rows.interaction_rows([interaction])[0]
        c = _t.interactions.c
        same = and_(c.user_id == interaction.user_id, c.item_id == interaction.item_id, c.kind == interaction.kind)
        with writing(self._engine) as connection:
            if interaction.source != "file":
                connection.execute(delete(_t.interactions).where(same, c.source != "file"))
            connection.execute(_t.interactions.insert(), [row])

    def remove_interactions(self, user_id: str, item_id: str | None = None, *, file: bool = False) -> None:
        """Forgets what a person clicked or said, of one item or of all; what the file says of them only with `file`."""
        c = _t.interactions.c
        conditions = [c.user_id == user_id]
        if item_id is not None:
            conditions.append(c.item_id == item_id)
        if not file:
            conditions.append(c.source != "file")
        with writing(self._engine) as connection:
            connection.execute(delete(_t.interactions).where(*conditions))

    def people(self) -> tuple[tuple[str, int], ...]:
        """(user_id, how many interactions), the most first, then by user_id."""
        count = func.count().label("times")
        statement = select(_t.interactions.c.user_id, count).group_by(_t.interactions.c.user_id)
        rows = self._rows(statement.order_by(count.desc(), _t.interactions.c.user_id))
        return tuple((row.user_id, row.times) for row in rows)

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        with reading(self._engine) as connection:
            return connection.execute(statement).all()

    def _get(self, key: str) -> str | None:
        with reading(self._engine) as connection:
            return connection.execute(select(_t.meta.c.value).where(_t.meta.c.key == key)).scalar_one_or_none()

    def _set(self, values: Mapping[str, str]) -> None:
        with writing(self._engine) as connection:
            connection.execute(_upsert_meta(), [{"key": key, "value": value} for key, value in values.items()])


_INGEST = "vouch ingest"
_PASSAGE_ORDER = (_t.items.c.position, _t.passages.c.position)


def _ordered_passages() -> Select[Any]:
    joined = _t.passages.join(_t.items, _t.items.c.item_id == _t.passages.c.item_id)
    return select(_t.passages).select_from(joined).order_by(*_PASSAGE_ORDER)


def _with_vectors(*columns: Any) -> Select[Any]:
    same_input = and_(
        _t.passages.c.input_digest == _t.vectors.c.input_digest,
        _t.passages.c.embedder_id == _t.vectors.c.embedder_id,
    )
    of_item = _t.items.c.item_id == _t.passages.c.item_id
    return select(*columns).select_from(_t.passages.join(_t.items, of_item).join(_t.vectors, same_input))


def _upsert_meta() -> Insert:
    statement = insert(_t.meta)
    return statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, _CHUNK)):
        yield some
