"""Keeps a collection's scorer up to date: what members like flows in by a low-rank update, a refit where that is quicker, and back again.

It happens when a collection is opened, once `NEWS` opinions are new, and by `vouch model update`; `vouch ingest` fits anew where
the file's interactions changed. One person's own likes never wait for it: they are folded in with the next list.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors
from retrieval.scorers.ease import Solution
from retrieval.scorers.fitted import (
    Fitted,
    LearnedFrom,
    counted,
    fit_scorer,
    levels_of,
    load_scorer,
    read_version,
    scorer_id,
    write_fit,
)
from retrieval.scorers.records import (
    Record,
    read_lending,
    read_record,
    read_solution,
    read_training,
    write_lending,
    write_record,
    write_solution,
    write_training,
)
from retrieval.scorers.training import EVERY_ITEM, Training, likes_that_hold, members, places_of
from retrieval.scorers.versions import Pointer, Versions
from retrieval.scorers.woodbury import GramChange, updated, widened
from vouch.errors import HomeBusy, InputError

LOG = logging.getLogger(__name__)

NEWS = 20
"""From so many new opinions of members on an opened collection takes them in."""
DRIFT = 2
"""Once updates have changed as many columns as there are items, divided by this, the next one is a refit: float32 wears off, and lambda ages."""


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version for people to read. `at` in seconds since 1970; `likes` and `items` that it was made from."""

    number: int
    made: str
    at: float
    seconds: float
    likes: int
    items: int
    in_use: bool
    held: bool


@dataclass(frozen=True)
class Upkeep:
    """What people can have done with the scorer of one collection."""

    store: LearnedFrom
    catalogue: Catalogue
    folder: Path
    item_vectors: ItemVectors | None = None

    def versions(self) -> tuple[VersionLine, ...]:
        """Every version that is there, the newest first."""
        return version_lines(self.folder)

    def update(self) -> int:
        """Takes in what is new, by the quicker way; the number of the version in use. Raises HomeBusy."""
        return update_scorer(self.store, self.catalogue, self.folder, item_vectors=self.item_vectors).number

    def refit(self) -> int:
        """Chooses the levels anew and fits everything; the number of the version. Raises HomeBusy."""
        return fit_scorer(self.store, self.catalogue, self.folder, item_vectors=self.item_vectors).number

    def go_back(self, number: int | None = None) -> int:
        """Puts an older version in use, by default the one before; its number. Raises InputError, HomeBusy."""
        return go_back(self.store, self.folder, number)


def current_scorer(
    store: LearnedFrom, catalogue: Catalogue, folder: Path, *, item_vectors: ItemVectors | None = None
) -> Fitted:
    """The scorer in use: fitted where there is none of the file's interactions, updated where enough is new.

    Where another process is updating it now, the one in use until then. Raises HomeBusy where one goes on fitting.
    """
    versions, digest = Versions(folder), store.interactions_version()
    found = load_scorer(folder, catalogue, version=digest, item_vectors=item_vectors)
    if found is None:
        with versions.writing():
            found = load_scorer(
                folder, catalogue, version=digest, item_vectors=item_vectors
            )  # another process may have done it meanwhile
            return found or write_fit(store, catalogue, versions, item_vectors=item_vectors)
    if _news(store, versions) < NEWS:
        return found
    try:
        with versions.writing(patience_s=0):
            return _updated(store, catalogue, versions, item_vectors)
    except HomeBusy:
        return found


def update_scorer(
    store: LearnedFrom, catalogue: Catalogue, folder: Path, *, item_vectors: ItemVectors | None = None
) -> Fitted:
    """Takes in whatever is new, also where somebody went back to an older version: from there on."""
    versions = Versions(folder)
    with versions.writing():
        return _updated(store, catalogue, versions, item_vectors)


def go_back(store: LearnedFrom, folder: Path, number: int | None = None) -> int:
    """Puts an older version in use, by default the one before; its number. Nothing takes its place until the file or `update_scorer` does.

    Raises:
        InputError: there is no such version.
    """
    versions = Versions(folder)
    with versions.writing():
        current = versions.current()
        there = [n for n in versions.numbers() if read_record(versions.path(n)) is not None]
        earlier = [n for n in there if current is not None and n < current.number]
        if number is None and not earlier:
            raise InputError("There is no version before the one in use.")
        chosen = earlier[-1] if number is None else number
        if chosen not in there:
            raise InputError(f"There is no version {chosen}. There are: {', '.join(map(str, there)) or 'none'}.")
        versions.use(Pointer(number=chosen, held_against=store.interactions_version()))
        return chosen


def version_lines(folder: Path) -> tuple[VersionLine, ...]:
    """Every version that is there, the newest first."""
    versions = Versions(folder)
    current = versions.current()
    lines = []
    for number in reversed(versions.numbers()):
        record = read_record(versions.path(number))
        if record is not None:
            in_use = current is not None and current.number == number
            lines.append(
                VersionLine(
                    number=number,
                    made=record.made,
                    at=record.at,
                    seconds=record.seconds,
                    likes=sum(record.likes.values()),
                    items=len(record.item_ids),
                    in_use=in_use,
                    held=in_use and current is not None and current.held_against is not None,
                )
            )
    return tuple(lines)


def _news(store: LearnedFrom, versions: Versions) -> int:
    """How many opinions more, or fewer, members have told than the version in use knows; 0 where somebody went back to it."""
    pointer = versions.current()
    record = None if pointer is None else read_record(versions.path(pointer.number))
    if record is None or pointer is None or pointer.held_against is not None:
        return 0
    return abs(store.opinions_said() - record.said)


def _updated(store: LearnedFrom, catalogue: Catalogue, versions: Versions, item_vectors: ItemVectors | None) -> Fitted:
    """The version in use with all that is new; fitted anew where that is quicker, or where it can't be updated."""
    began = time.monotonic()
    pointer = versions.current()
    record = None if pointer is None else read_record(versions.path(pointer.number))
    if record is None or pointer is None or not record.models or record.version != store.interactions_version():
        return write_fit(store, catalogue, versions, item_vectors=item_vectors)
    said = store.opinions_said()
    interactions = members(store.interactions(), catalogue)
    training = Training.of(catalogue, interactions, keep=record.item_ids, most_items=EVERY_ITEM)
    if training is None or not set(record.item_ids) <= set(training.item_ids):
        return write_fit(store, catalogue, versions, item_vectors=item_vectors)
    folder = versions.path(pointer.number)
    change = change_since(read_training(folder, record), training)
    if not len(change.changed):
        versions.use(Pointer(number=pointer.number))
        return read_version(versions, pointer.number, catalogue, item_vectors=item_vectors)
    changed = record.changed + len(change.changed)
    if not change.pays or DRIFT * changed > len(training.item_ids):
        return write_fit(store, catalogue, versions, item_vectors=item_vectors)
    told: dict[str, Any] = {"version": record.version, "said": said, "made": "update", "changed": changed}
    liked = likes_that_hold(interactions)
    told |= counted(catalogue, interactions, liked, half_life_days=record.half_life_days)

    def write(made: Path) -> None:
        told.update(_write_update(made, folder, record, training, change))
        write_record(made, began=began, told=told)

    LOG.info("taking in likes of %d items by an update", len(change.changed))
    return read_version(versions, versions.add(write), catalogue, item_vectors=item_vectors)


def change_since(before: Training, after: Training) -> GramChange:
    """What became of the evidence; `after` has all items of `before`."""
    people = tuple(dict.fromkeys((*after.user_ids, *before.user_ids)))
    return GramChange.between(
        before.evidence_among(people, after.item_ids), after.evidence_among(people, after.item_ids)
    )


def updated_solutions(folder: Path, record: Record, training: Training, change: GramChange) -> Iterator[Solution]:
    """Each model of a version with the change, one at a time: the next one takes the memory of the one before."""
    n_items = len(training.item_ids)
    memory = np.empty((n_items, n_items), dtype=np.float32)
    places = places_of(tuple(record.item_ids), training.item_ids)
    for place, (penalty, dropout) in enumerate(record.models):
        old = widened(read_solution(folder, place), places, n_items=n_items, penalty=penalty * record.unit)
        yield updated(old, change, dropout=dropout, out=memory)


def _write_update(made: Path, folder: Path, record: Record, training: Training, change: GramChange) -> dict[str, Any]:
    levels = levels_of(
        record.choices,
        updated_solutions(folder, record, training, change),
        training,
        lambda place, solution: write_solution(made, place, solution),
    )
    write_training(made, training)
    _write_widened_lending(made, folder, record, training)
    same = ("unit", "models", "chosen", "validation_people", "bytes_to_fit", "exchange", "chooser")
    return {name: getattr(record, name) for name in same} | {
        "item_ids": training.item_ids,
        "scorer": scorer_id(levels),
        "levels": [asdict(level) for level in levels],
    }


def _write_widened_lending(made: Path, folder: Path, record: Record, training: Training) -> None:
    """What the version before lends stays until the next fit; a like of an item that is new in it adds nothing to lent columns."""
    lending = read_lending(folder, record)
    if lending is None:
        return
    places = places_of(record.item_ids, training.item_ids)
    maps = []
    for one in lending.maps:
        wide = np.zeros((len(training.item_ids), one.shape[1]), dtype=np.float32)
        wide[places] = one
        maps.append(wide)
    write_lending(made, replace(lending, maps=maps))
