"""Items and their media to passages and vectors in the stores: each item whole or not at all, nothing made twice.

Killed at any point, the next run goes on where it stopped and ends where an undisturbed run ends. Perceivers work in lanes beside the
embedding and writing; a bounded number of items is under way. The caller sees to it that one ingest at a time writes. Knows no library.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retrieval import passages as cutting
from retrieval.catalogue_file import CatalogueFile, Trouble
from retrieval.media_reader import ASPECTS, Asked, Aspect, MediaReader
from retrieval.passages import Draft, passages_of, without_echoes
from retrieval.perception.cache import PerceptionCache
from retrieval.perception.lanes import Lanes
from retrieval.stores.sql_catalogue import SqlCatalogue
from retrieval.stores.sql_rows import ItemRecord, VectorKey, digest
from vouch.errors import InputError
from vouch.ports import Embedder, LabelEmbedder, PassageIndex, Perceiver, Vectors
from vouch.types import Schema

_BATCH_PASSAGES = 128
_BATCH_ITEMS = 64
"""What is embedded and written at a time, and what a kill can cost; what was perceived is in the cache before."""

_UNDER_WAY = 32
"""Items whose files are with the perceivers at a time; enough for a batch of any of them."""

_TELLING_S = 0.5
_GUESSING_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`done` of `total` items; `what` is being worked on; `seconds_left` is None while it can't be said."""

    done: int
    total: int
    what: str
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True)
class IngestParts:
    """What an ingest works with. `index` is open for writing; None where another process holds it, and will bring it up to date.

    Without `label_embedder`, what is seen is embedded as text. Without `media_dir`, it is the catalogue file's.
    """

    catalogue: SqlCatalogue
    index: PassageIndex | None
    embedder: Embedder
    cache: PerceptionCache
    label_embedder: LabelEmbedder | None = None
    perceivers: tuple[Perceiver, ...] = ()
    media_dir: Path | None = None


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """Counts of items; `gone`: no longer in the file but kept. `passages`: how many there are now. `troubles`: the file's and the media's.

    `files_left_out`: media files that could not be read; each has its trouble. `looks`: how often a file was shown to a perceiver, and
    `embedded`: how many texts and pictures were embedded; what was known already is not counted. `older`: items that keep captions or
    transcripts of other models than those of now.
    """

    added: int
    updated: int
    unchanged: int
    removed: int
    gone: int
    passages: int
    troubles: tuple[Trouble, ...]
    seconds: float
    files_left_out: int = 0
    looks: int = 0
    embedded: int = 0
    older: int = 0

    @property
    def complete(self) -> bool:
        """Whether every row and every media file went in; a missing value in a row does not count."""
        return not self.files_left_out and not any(trouble.skipped for trouble in self.troubles)


def _silent(_: Progress) -> None:
    pass


def ingest(
    catalogue_file: CatalogueFile,
    *,
    source: Path,
    parts: IngestParts,
    prune: bool = False,
    refresh: frozenset[Aspect] = frozenset(),
    progress: Callable[[Progress], None] = _silent,
) -> IngestReport:
    """Makes the home hold this catalogue, and says what was done.

    Items that have not changed cost nothing. Items that have gone from the file stay (they come last), unless `prune`. Captions and
    transcripts that another model made, or the same one by another prompt, stay until their aspect is in `refresh`.

    Raises:
        InputError: the home holds the catalogue of another file than `source`.
        HomeBusy: another process holds the index, and parts.index was not opened for writing.
    """
    started = time.monotonic()
    parts = replace(parts, media_dir=parts.media_dir or catalogue_file.media_dir)
    _claim_home(parts, source, catalogue_file.schema)
    run = _Run(catalogue_file=catalogue_file, parts=parts, progress=progress)
    before = parts.catalogue.row_digests()
    digests = run.row_digests()
    is_new = [_is_new(before.get(item.item_id), now) for item, now in zip(catalogue_file.items, digests, strict=True)]
    older = [_older(before.get(item.item_id), now) for item, now in zip(catalogue_file.items, digests, strict=True)]
    todo = [i for i, new in enumerate(is_new) if new or older[i] & refresh]
    run.write(todo, digests)
    gone = [item_id for item_id in before if item_id not in run.positions]
    removed = run.remove(gone, all_of_them=prune)
    run.put_in_order([item_id for item_id in gone if item_id not in removed])
    parts.catalogue.drop_unused()
    passages = run.sync_index()
    of_media = tuple(run.media_troubles())
    return IngestReport(
        added=sum(catalogue_file.items[i].item_id not in before for i in todo),
        updated=sum(catalogue_file.items[i].item_id in before for i in todo),
        unchanged=len(catalogue_file.items) - len(todo),
        removed=len(removed),
        gone=len(gone) - len(removed),
        passages=passages,
        troubles=(*catalogue_file.troubles, *of_media),
        seconds=time.monotonic() - started,
        files_left_out=len(of_media),
        looks=run.looks,
        embedded=run.embedded,
        older=sum(bool(older[i]) for i in set(range(len(digests))).difference(todo)),
    )


def _is_new(before: str | None, now: str) -> bool:
    """Whether an item must be made: it is not there, or what it says or a quick perceiver has changed."""
    return before is None or before.split(":")[0] != now.split(":")[0]


def _older(before: str | None, now: str) -> frozenset[Aspect]:
    """What other models made of an item than would now."""
    if before is None:
        return frozenset()
    pairs = zip(ASPECTS, before.split(":")[1:], now.split(":")[1:], strict=False)
    return frozenset(aspect for aspect, one, other in pairs if one != other)


def _claim_home(parts: IngestParts, source: Path, schema: Schema) -> None:
    resolved = str(source.resolve())
    there = parts.catalogue.source()
    if there not in (None, resolved):
        raise InputError(
            f"This home holds the catalogue of {there}, and a home holds one. "
            f"To ingest {resolved} beside it, set VOUCH_HOME to another folder."
        )
    parts.catalogue.save_schema(schema, source=resolved, media_dir=parts.media_dir)


@dataclass(frozen=True, kw_only=True)
class _Made:
    """An item whose passages are made and not embedded yet."""

    position: int
    row_digest: str
    drafts: tuple[Draft, ...]
    troubles: tuple[tuple[str, str], ...]


class _Run:
    """One ingest: the file, the stores and who is told."""

    def __init__(
        self, *, catalogue_file: CatalogueFile, parts: IngestParts, progress: Callable[[Progress], None]
    ) -> None:
        self.file = catalogue_file
        self.parts = parts
        self.positions = {item.item_id: i for i, item in enumerate(catalogue_file.items)}
        self.looks = self.embedded = 0
        self._progress = progress
        self._media = MediaReader(
            media_dir=parts.media_dir,
            perceivers=parts.perceivers,
            known=parts.catalogue.known_files(),
            seen=parts.label_embedder is not None,
        )

    def row_digests(self) -> list[str]:
        """Of each item: its values, its files, and all that makes passages and vectors of them; after a colon an aspect's makers."""
        schema = [(a.name, a.type, a.unit) for a in self.file.schema.attributes]
        common = digest([cutting.FORMAT, schema, self._embedder_ids()])
        total, told = len(self.file.items), time.monotonic()
        digests = []
        for item in self.file.items:
            media = [self._media.fingerprint(m) for m in item.media]
            whole = digest([common, item.item_id, item.title, dict(item.attributes), media])
            makers = (self._media.makers(item.media, aspect) for aspect in ASPECTS)
            digests.append(":".join([whole, *(digest(names)[:8] if names else "" for names in makers)]))
            if time.monotonic() - told > _TELLING_S:
                told = time.monotonic()
                self._progress(Progress(done=len(digests), total=total, what="looking for changes"))
        self.parts.catalogue.note_files(self._media.fresh)
        return digests

    def write(self, todo: Sequence[int], digests: Sequence[str]) -> None:
        """Makes and writes these items, a batch at a time, while the files of the next ones are looked at and heard."""
        with Lanes(self.parts.perceivers, self.parts.cache) as lanes:
            for batch in _batches(self._told(todo, digests, lanes)):
                self._write(batch)
            self.looks = lanes.calls

    def remove(self, gone: Sequence[str], *, all_of_them: bool) -> frozenset[str]:
        """Removes items that are no longer in the file, or only those whose vectors another embedder made: the rest is kept."""
        strange = self.parts.catalogue.embedded_by_others(self._embedder_ids())
        removed = frozenset(gone) if all_of_them else strange.intersection(gone)
        if removed:
            self.parts.catalogue.remove_items(removed)
        return removed

    def put_in_order(self, gone: Sequence[str]) -> None:
        """Gives all items the places that they have in the file now; those that have gone come after them."""
        wanted = self.positions | {item_id: len(self.positions) + i for i, item_id in enumerate(gone)}
        there = self.parts.catalogue.positions()
        self.parts.catalogue.move_items({i: place for i, place in wanted.items() if there[i] != place})

    def sync_index(self) -> int:
        """Brings the index to what the record holds; how many passages that is."""
        total = len(self.file.items)
        self._progress(Progress(done=total, total=total, what="index"))
        if self.parts.index is None:
            return len(self.parts.catalogue.passages())
        passages, vectors = self.parts.catalogue.passages_and_vectors()
        self.parts.index.sync(passages, vectors)
        return len(passages)

    def media_troubles(self) -> Iterator[Trouble]:
        """The troubles of all items' media, also of items that have not changed, in the order of the file."""
        troubles = self.parts.catalogue.troubles()
        rows = _data_rows(self.file)
        column = next(iter(self.file.schema.media_columns), None)
        for item, row in zip(self.file.items, rows, strict=False):
            for path, why in troubles.get(item.item_id, ()):
                yield Trouble(row=row, column=column, value=path, why=why, skipped=False)

    def _embedder_ids(self) -> list[str]:
        labels = self.parts.label_embedder
        return [self.parts.embedder.embedder_id, *([labels.embedder_id] if labels else [])]

    def _told(self, todo: Sequence[int], digests: Sequence[str], lanes: Lanes) -> Iterator[_Made]:
        """The items with their passages, one by one; tells how far it is, at most twice a second."""
        started = told = time.monotonic()
        for done, (position, asked) in enumerate(self._under_way(todo, lanes)):
            now = time.monotonic()
            if now - told > _TELLING_S or not done:
                told = now
                left = (now - started) / done * (len(todo) - done) if done and now - started > _GUESSING_S else None
                what = self.file.items[position].title
                self._progress(Progress(done=done, total=len(todo), what=what, seconds_left=left))
            yield self._made(position, digests[position], asked)

    def _under_way(self, todo: Sequence[int], lanes: Lanes) -> Iterator[tuple[int, Asked]]:
        """The items in order, each asked for long before its turn."""
        waiting: deque[tuple[int, Asked]] = deque()
        for position in todo:
            item = self.file.items[position]
            waiting.append((position, self._media.ask(item.item_id, item.media, lanes)))
            if len(waiting) == _UNDER_WAY:
                yield waiting.popleft()
        yield from waiting

    def _made(self, position: int, row_digest: str, asked: Asked) -> _Made:
        item = self.file.items[position]
        perceptions = self._media.perceptions(asked)
        return _Made(
            position=position,
            row_digest="" if perceptions.again else row_digest,
            drafts=(*passages_of(item, self.file.schema), *without_echoes(item, perceptions.drafts)),
            troubles=perceptions.troubles,
        )

    def _write(self, batch: Sequence[_Made]) -> None:
        vector_of = self._vectors([draft for made in batch for draft in made.drafts])
        records = []
        for made in batch:
            keys = tuple(self._key(draft) for draft in made.drafts)
            records.append(
                ItemRecord(
                    item=self.file.items[made.position],
                    position=made.position,
                    row_digest=made.row_digest,
                    passages=tuple(draft.passage for draft in made.drafts),
                    keys=keys,
                    vectors=np.stack([vector_of[key] for key in keys]),
                    troubles=made.troubles,
                )
            )
        self.parts.catalogue.put_items(records)

    def _vectors(self, drafts: Sequence[Draft]) -> Mapping[VectorKey, Vectors]:
        by_key = {self._key(draft): draft for draft in drafts}
        known = dict(self.parts.catalogue.known_vectors(by_key))
        self.embedded += len(by_key) - len(known)
        texts = {key: d.passage.text for key, d in by_key.items() if key not in known and not d.labels}
        seen = {key: d for key, d in by_key.items() if key not in known and d.labels}
        if texts:
            known |= zip(texts, self.parts.embedder.embed(list(texts.values())), strict=True)
        if seen and self.parts.label_embedder is not None:
            labels, mapped = [d.labels for d in seen.values()], [d.vector for d in seen.values()]
            known |= zip(seen, self.parts.label_embedder.embed_labels(labels, mapped), strict=True)
        return known

    def _key(self, draft: Draft) -> VectorKey:
        if draft.labels and self.parts.label_embedder is not None:
            return self.parts.label_embedder.embedder_id, digest([draft.labels, draft.vector])
        return self.parts.embedder.embedder_id, digest(draft.passage.text)


def _batches(items: Iterable[_Made]) -> Iterator[list[_Made]]:
    batch: list[_Made] = []
    passages = 0
    for made in items:
        batch.append(made)
        passages += len(made.drafts)
        if passages >= _BATCH_PASSAGES or len(batch) >= _BATCH_ITEMS:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def _data_rows(file: CatalogueFile) -> Iterator[int]:
    """The data rows of the items, from 1: those that were not skipped."""
    skipped = {trouble.row for trouble in file.troubles if trouble.skipped}
    row = 0
    while True:
        row += 1
        if row not in skipped:
            yield row
