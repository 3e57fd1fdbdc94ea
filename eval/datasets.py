"""Public data sets as they stand: MovieLens 100k, 1M and latest-small, and the Mult-VAE files with the split that comes with them.

Of dated ratings 4 and more are likes, as in the papers; less is merely seen. Of the films there are titles, genres and years, and
directors, actors and plots where a file movies_extrainfos.dat lies beside movies.dat. Tags are not read: people wrote them who are measured.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.splits import HeldOut, Split
from retrieval.catalogue import Catalogue
from retrieval.tastes import taste_of
from retrieval.titles import trailing_year
from vouch.errors import InputError
from vouch.types import Attribute, AttributeValue, Interaction, InteractionKind, Item, Passage, Schema

LIKED_FROM = 4.0
SCHEMA = Schema(
    id_columns=("id",),
    title_column="title",
    attributes=(
        Attribute(name="genres", type="list", column="genres"),
        Attribute(name="year", type="number", column="title"),
        Attribute(name="director", type="list", column="director"),
        Attribute(name="actors", type="list", column="actors"),
        Attribute(name="plot", type="text", column="plot"),
    ),
)
KINDS = "u.data and u.item, ratings.dat and movies.dat, ratings.csv and movies.csv, or train.csv and unique_sid.txt"

EXTRA = "movies_extrainfos.dat"
DIRECTOR, ACTORS, PLOT = 6, 8, 9
"""The fields of a row of movies_extrainfos.dat."""
PLOT_READ = 600
"""The letters of a plot that its vector is made of."""


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
        items = _hundred_k(folder)
        return Dataset(_catalogue(items), tuple(_ratings(_rows(folder / "u.data", "\t"))))
    if (folder / "ratings.dat").exists():
        items = _films(folder)
        return Dataset(_catalogue(items), tuple(_ratings(_rows(folder / "ratings.dat", "::"))))
    if (folder / "ratings.csv").exists():
        with (folder / "movies.csv").open(encoding="utf-8", newline="") as file:
            items = [_item(row[0], row[1], row[2].split("|")) for row in list(csv.reader(file))[1:]]
        with (folder / "ratings.csv").open(encoding="utf-8", newline="") as file:
            return Dataset(_catalogue(items), tuple(_ratings(list(csv.reader(file))[1:])))
    raise InputError(f"{folder} holds no data set that is known here: {KINDS}.")


def _mult_vae(folder: Path) -> Dataset:
    """The item ids are the numbers of the Mult-VAE files, titles those of movies.dat beside them, where it is there."""
    films = {item.item_id: item for item in _films(folder)} if (folder / "movies.dat").exists() else {}
    sids = (folder / "unique_sid.txt").read_text("utf-8").split()
    items = [replace(films.get(sid, Item(item_id=sid, title=sid)), item_id=str(n)) for n, sid in enumerate(sids)]
    training = (one for own in _by_person(folder / "train.csv").values() for one in own)
    return Dataset(_catalogue(items), tuple(training), folder)


def _by_person(path: Path) -> dict[str, list[Interaction]]:
    by_person: dict[str, list[Interaction]] = {}
    for uid, sid in _rows(path, ",")[1:]:
        by_person.setdefault(uid, []).append(Interaction(user_id=uid, item_id=sid, kind="like"))
    return by_person


def _rows(path: Path, separator: str) -> list[list[str]]:
    """MovieLens' older files are latin-1."""
    lines = path.read_text("latin-1").split("\n")  # splitlines would also cut at what latin-1 makes of an ellipsis
    return [line.rstrip("\r").split(separator) for line in lines if line.strip()]


def _hundred_k(folder: Path) -> list[Item]:
    """Films of MovieLens 100k: from the sixth field on each says whether the film is of a genre."""
    genres = [row[0] for row in _rows(folder / "u.genre", "|")] if (folder / "u.genre").exists() else []
    rows = _rows(folder / "u.item", "|")
    return [_item(r[0], r[1], [g for g, of in zip(genres, r[5:], strict=False) if of == "1"]) for r in rows]


def _films(folder: Path) -> list[Item]:
    """Films of movies.dat, with what movies_extrainfos.dat says of them."""
    told = {row[0]: row for row in _rows(folder / EXTRA, "::")} if (folder / EXTRA).exists() else {}
    films = []
    for row in _rows(folder / "movies.dat", "::"):
        more: dict[str, AttributeValue] = {}
        if len(found := told.get(row[0], [])) > PLOT:
            more = {"director": _names(found[DIRECTOR]), "actors": _names(found[ACTORS]), "plot": found[PLOT]}
        films.append(_item(row[0], row[1], row[2].split("|"), more))
    return films


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(", ") if name and name != "N/A")


def _item(item_id: str, title: str, genres: Sequence[str], more: Mapping[str, AttributeValue] = {}) -> Item:
    known = tuple(g for g in genres if g not in {"", "unknown", "(no genres listed)"})
    year = trailing_year(title)
    told: dict[str, AttributeValue] = {"genres": known, **more} | ({"year": float(year)} if year else {})
    return Item(item_id=item_id, title=title, attributes={n: v for n, v in told.items() if v not in ((), "", "N/A")})


def _catalogue(items: Sequence[Item]) -> Catalogue:
    return Catalogue(items=tuple(items), schema=SCHEMA, passages=tuple(map(_passage, items)))


def _passage(item: Item) -> Passage:
    """Title, genres and the beginning of the plot: one text a film, so that one vector says all of it."""
    genres, plot = item.attributes.get("genres", ()), item.attributes.get("plot", "")
    told = f"{item.title}. {', '.join(genres) if isinstance(genres, tuple) else ''} {str(plot)[:PLOT_READ]}"
    return Passage(
        passage_id=item.item_id, item_id=item.item_id, channel="description", text=told.strip(), made_by="file"
    )


def _ratings(rows: Iterable[list[str]]) -> Iterator[Interaction]:
    for user_id, item_id, rating, at in rows:
        kind: InteractionKind = "like" if float(rating) >= LIKED_FROM else "seen"
        yield Interaction(user_id=user_id, item_id=item_id, kind=kind, at=float(at))
