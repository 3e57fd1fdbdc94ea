"""Stand-ins for the recommender's neighbours: a store in memory and an index that looks at every passage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.recommender import Content
from vouch.errors import ModelFailed, SourceFailed
from vouch.own_taste import OwnTaste, TasteChange
from vouch.ports import Embedder, Vectors
from vouch.types import (
    Attribute,
    AttributeValue,
    Candidate,
    Channel,
    Hit,
    Interaction,
    Item,
    Passage,
    Query,
    Schema,
    Space,
)


class ListStore:
    """Interactions in a list, own tastes and their changes beside it."""

    def __init__(self, interactions: Iterable[Interaction] = ()) -> None:
        self.rows = list(interactions)
        self._own: dict[str, OwnTaste] = {}
        self._changes: dict[str, list[tuple[TasteChange, OwnTaste]]] = {}

    def own_taste(self, user_id: str) -> OwnTaste:
        """What is not of the file."""
        own = tuple(i for i in self.rows if i.user_id == user_id and i.source != "file")
        return replace(self._own.get(user_id, OwnTaste()), interactions=own)

    def change_taste(self, user_id: str, changed: Callable[[OwnTaste], OwnTaste], what: TasteChange) -> None:
        """Kept with what was before."""
        before = self.own_taste(user_id)
        if (after := changed(before)) != before:
            self._keep(user_id, after)
            self._changes.setdefault(user_id, []).append((what, before))

    def undo_taste(self, user_id: str) -> TasteChange | None:
        """What was before the newest change."""
        changes = self._changes.get(user_id, [])
        if not changes:
            return None
        what, before = changes.pop()
        self._keep(user_id, before)
        return what

    def last_change(self, user_id: str) -> TasteChange | None:
        """The newest one."""
        changes = self._changes.get(user_id, [])
        return changes[-1][0] if changes else None

    def _keep(self, user_id: str, own: OwnTaste) -> None:
        others = [i for i in self.rows if i.user_id != user_id or i.source == "file"]
        self.rows = [*others, *own.interactions]
        self._own[user_id] = own

    def interactions(self, user_id: str | None = None) -> tuple[Interaction, ...]:
        """One person's, or everybody's."""
        return tuple(i for i in self.rows if user_id is None or i.user_id == user_id)

    def interactions_version(self) -> str:
        """A digest of all that came from the file."""
        return hashlib.sha256(repr([i for i in self.rows if i.source == "file"]).encode()).hexdigest()

    def opinions_said(self) -> int:
        """How many opinions came from elsewhere."""
        return sum(i.source != "file" and i.kind in {"like", "purchase", "dislike"} for i in self.rows)

    def add_interaction(self, interaction: Interaction) -> None:
        """At the end of the list."""
        self.rows.append(interaction)

    def remove_interactions(self, user_id: str, item_id: str | None = None) -> None:
        """All but those of the file."""
        self.rows = [
            i
            for i in self.rows
            if i.user_id != user_id or i.source == "file" or (item_id is not None and i.item_id != item_id)
        ]

    def people(self) -> tuple[tuple[str, int], ...]:
        """In order of first mention."""
        counts: dict[str, int] = {}
        for i in self.rows:
            counts[i.user_id] = counts.get(i.user_id, 0) + 1
        return tuple(counts.items())


class ExactIndex:
    """A PassageIndex that compares with every passage."""

    def __init__(self) -> None:
        self._passages: tuple[Passage, ...] = ()
        self._vectors: Vectors = np.zeros((0, 1), dtype=np.float32)

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Holds exactly these."""
        self._passages, self._vectors = tuple(passages), vectors
        self._space_of = np.array([p.space for p in self._passages])
        self._rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self._passages):
            self._rows.setdefault(passage.item_id, []).append(row)

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """Exact, rounded to 1e-5, ties by passage_id."""
        rows = np.flatnonzero(self._space_of == space) if item_ids is None else self._of(item_ids, space)
        similarities = np.round(self._vectors[rows] @ vector, 5)
        order = np.argsort(-similarities, kind="stable")[: k + 50]
        hits = [
            Hit(
                passage_id=self._passages[rows[i]].passage_id,
                item_id=self._passages[rows[i]].item_id,
                similarity=float(similarities[i]),
            )
            for i in order
        ]
        return tuple(sorted(hits, key=lambda hit: (-hit.similarity, hit.passage_id))[:k])

    def count(self, space: Space) -> int:
        """How many passages of a space there are."""
        return sum(p.space == space for p in self._passages)

    def _of(self, item_ids: Iterable[str], space: Space) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        rows = [row for i in item_ids for row in self._rows.get(i, ()) if self._passages[row].space == space]
        return np.array(rows, dtype=np.int64)


class FailingSource:
    """A source that never has an answer."""

    name = "failing"

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """Raises SourceFailed."""
        raise SourceFailed(self.name, "it was made to fail")


class FailingEmbedder:
    """An embedder that never has vectors."""

    embedder_id = "failing/1"
    dimensions = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises ModelFailed."""
        raise ModelFailed("out of memory")


def small_world() -> tuple[Schema, tuple[Item, ...], tuple[Passage, ...]]:
    """Eight works with passages: enough to filter, to search and to be asked for by title."""
    rows = [
        ("nosferatu", "Nosferatu", "film", 1922.0, "F. W. Murnau", ("horror",), "A vampire brings the plague by ship. Eerie shadows climb the stairs."),
        ("dracula", "Dracula", "book", 1897.0, "Bram Stoker", ("horror", "gothic"), "Letters and diaries tell of a vampire in a castle."),
        ("general", "The General", "film", 1926.0, "Buster Keaton", ("comedy", "action"), "A railway man chases his stolen locomotive. Funny and fast."),
        ("jr", "Sherlock Jr. (1924)", "film", 1924.0, "Buster Keaton", ("comedy",), "A projectionist dreams himself into a film. Funny tricks."),
        ("moonlight", "Moonlight Sonata", "music", 1801.0, "Ludwig van Beethoven", ("piano",), "A slow piano piece, quiet as a lake at night."),
        ("clair", "Clair de lune", "music", 1905.0, "Claude Debussy", ("piano",), "Moonlight on water, a dreamy piano piece."),
        ("whale", "Whale, The (1851)", "book", 1851.0, "Herman Melville", ("adventure",), "A captain hunts a white whale across the sea."),
        ("print", "Print 7", "print", None, None, (), ""),
    ]  # fmt: skip
    items, passages = [], []
    for item_id, title, kind, year, creator, genres, text in rows:
        attributes: dict[str, AttributeValue] = {"kind": kind}
        attributes |= {"year": year, "published": f"{year:.0f}"} if year is not None else {}
        attributes |= {"creator": creator} if creator is not None else {}
        attributes |= {"genres": genres} if genres else {}
        items.append(Item(item_id=item_id, title=title, attributes=attributes))
        facts = f"{title}. {creator or ''} {' '.join(genres)}"
        passages.append(_passage(f"{item_id}:title", item_id, "title", facts))
        if text:
            passages.append(_passage(f"{item_id}:1", item_id, "description", text))
    passages.append(replace(_passage("print:seen", "print", "tags", "tabby cat (0.62)"), space="seen"))
    return schema_of(items), tuple(items), tuple(passages)


def schema_of(items: Sequence[Item]) -> Schema:
    """The schema of `small_world`, its values counted."""
    found: dict[str, dict[str, int]] = {"kind": {}, "creator": {}, "genres": {}}
    for item in items:
        for name, counts in found.items():
            value = item.attributes.get(name, ())
            for word in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
                counts[word] = counts.get(word, 0) + 1
    values = {name: tuple(sorted(counts.items(), key=lambda pair: -pair[1])) for name, counts in found.items()}
    return Schema(
        id_columns=("id",),
        title_column="title",
        attributes=(
            Attribute(name="kind", type="category", column="kind", values=values["kind"]),
            Attribute(name="creator", type="category", column="creator", values=values["creator"]),
            Attribute(name="genres", type="list", column="genres", values=values["genres"]),
            Attribute(name="year", type="number", column="year", minimum=1801, maximum=1926),
            Attribute(name="published", type="date", column="published", first="1801-01-01", last="1926-01-01"),
        ),
    )


def _passage(passage_id: str, item_id: str, channel: Channel, text: str) -> Passage:
    return Passage(passage_id=passage_id, item_id=item_id, channel=channel, text=text, made_by="file")


def small_catalogue() -> Catalogue:
    """The catalogue of `small_world`."""
    schema, items, passages = small_world()
    return Catalogue(items=items, schema=schema, passages=passages)


def two_camps() -> tuple[Interaction, ...]:
    """Twelve people: half like what is dark, half what is funny; three like the piano too; one dislikes the whale."""
    camps = (("nosferatu", "dracula", "whale"), ("general", "jr", "clair"))
    rows = [
        (f"p{n}", item_id)
        for n in range(12)
        for item_id in camps[n % 2]
        if not (n > 9 and item_id in {"dracula", "jr"})
    ]
    rows += [(f"p{n}", "moonlight") for n in (1, 3, 5)]
    likes = [Interaction(user_id=u, item_id=i, kind="like", at=float(n)) for n, (u, i) in enumerate(rows)]
    return (*likes, Interaction(user_id="p1", item_id="whale", kind="dislike", at=99.0))


def small_content(catalogue: Catalogue, embedder: Embedder) -> Content:
    """Index and vectors of the small catalogue, by an embedder that is quick."""
    rows = embedder.embed([p.text for p in catalogue.passages])
    index = ExactIndex()
    index.sync(catalogue.passages, rows)
    return Content.of(catalogue, index=index, embedder=embedder, passages=catalogue.passages, rows=rows)
