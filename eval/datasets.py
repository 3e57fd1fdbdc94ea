"""Public data sets as they stand: MovieLens 100k, 1M and latest-small, and the Mult-VAE files with the split that comes with them.

Of dated ratings 4 and more are likes, as in the papers; less is merely seen. Texts beyond the titles are not read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.splits import HeldOut, Split
from retrieval.catalogue import Catalogue
from retrieval.tastes import taste_of
from vouch.errors import InputError
from vouch.types import Interaction, InteractionKind, Item, Schema

LIKED_FROM = 4.0
SCHEMA = Schema(id_columns=("id",), title_column="title")
KINDS = "u.data and u.item, ratings.dat and movies.dat, ratings.csv and movies.csv, or train.csv and unique_sid.txt"


@dataclass(frozen=True)
class Dataset:
    """`folder` is where a split that comes with the data lies; None: people are held out by `splits`."""

    catalogue: Catalogue
    interactions: tuple[Interaction, ...]
    folder: Path | None = None

    def own_split(self, *, validation: bool) -> Split | None:
        """The split that comes with the data, its validation or its test people; None where none does."""
        if self.folder is None:
            return None
        name = "validation" if validation else "test"
        known, relevant = (_by_person(self.folder / f"{name}_{part}.csv") for part in ("tr", "te"))
        people = []
        for user_id in sorted(known.keys() & relevant.keys()):
            taste = taste_of(user_id, known[user_id])
            people.append(HeldOut(taste, frozenset(i.item_id for i in relevant[user_id]), taste.out))
        return Split(self.interactions, tuple(people))


def read_dataset(folder: Path) -> Dataset:
    """The data set in a folder, known by its files' names.

    Raises:
        InputError: the folder has none of the known kinds.
    """
    if (folder / "train.csv").exists() and (folder / "unique_sid.txt").exists():
        return _mult_vae(folder)
    if (folder / "u.data").exists():
        items = _items(_rows(folder / "u.item", "|"))
        return Dataset(_catalogue(items), tuple(_ratings(_rows(folder / "u.data", "\t"))))
    if (folder / "ratings.dat").exists():
        items = _items(_rows(folder / "movies.dat", "::"))
        return Dataset(_catalogue(items), tuple(_ratings(_rows(folder / "ratings.dat", "::"))))
    if (folder / "ratings.csv").exists():
        with (folder / "movies.csv").open(encoding="utf-8", newline="") as file:
            items = _items(list(csv.reader(file))[1:])
        with (folder / "ratings.csv").open(encoding="utf-8", newline="") as file:
            return Dataset(_catalogue(items), tuple(_ratings(list(csv.reader(file))[1:])))
    raise InputError(f"{folder} holds no data set that is known here: {KINDS}.")


def _mult_vae(folder: Path) -> Dataset:
    """The item ids are the numbers of the Mult-VAE files, titles those of movies.dat beside them, where it is there."""
    movies = folder / "movies.dat"
    titles = {row[0]: row[1] for row in _rows(movies, "::")} if movies.exists() else {}
    sids = (folder / "unique_sid.txt").read_text("utf-8").split()
    items = tuple(Item(item_id=str(n), title=titles.get(sid, sid)) for n, sid in enumerate(sids))
    training = (one for own in _by_person(folder / "train.csv").values() for one in own)
    return Dataset(_catalogue(items), tuple(training), folder)


def _by_person(path: Path) -> dict[str, list[Interaction]]:
    by_person: dict[str, list[Interaction]] = {}
    for uid, sid in _rows(path, ",")[1:]:
        by_person.setdefault(uid, []).append(Interaction(user_id=uid, item_id=sid, kind="like"))
    return by_person


def _rows(path: Path, separator: str) -> list[list[str]]:
    """MovieLens' older files are latin-1."""
    return [line.split(separator) for line in path.read_text("latin-1").splitlines() if line]


def _items(rows: Iterable[list[str]]) -> tuple[Item, ...]:
    return tuple(Item(item_id=row[0], title=row[1]) for row in rows)


def _catalogue(items: tuple[Item, ...]) -> Catalogue:
    return Catalogue(items=items, schema=SCHEMA)


def _ratings(rows: Iterable[list[str]]) -> Iterator[Interaction]:
    for user_id, item_id, rating, at in rows:
        kind: InteractionKind = "like" if float(rating) >= LIKED_FROM else "seen"
        yield Interaction(user_id=user_id, item_id=item_id, kind=kind, at=float(at))
