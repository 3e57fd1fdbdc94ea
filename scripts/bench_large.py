"""How much memory and time a list takes where there is much: made-up items, vectors and likes, so only cost is told, not quality.

    python scripts/bench_large.py [--items 100000] [--likes 2000000] [--people 40000] [--lists 100]

Each question has words, a filter and three likes, and asks for ten items. The words' vector is made up too: the real one costs about 10 ms more.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterable, Sequence

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.recommender import Content, Recommender
from retrieval.scorers.alternatives import fit_als
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.like_counts import LikeCounts
from retrieval.stores.vector_file import in_memory, unit_rows
from vouch.own_taste import OwnTaste, TasteChange
from vouch.ports import Vectors
from vouch.types import (
    Attribute,
    Filter,
    Hit,
    Interaction,
    Item,
    Passage,
    Preference,
    Query,
    Schema,
    Space,
    Taste,
)

WORDS = [f"word{n}" for n in range(5000)]
ATTRIBUTES = (
    Attribute(name="genres", type="list", column="genres"),
    Attribute(name="year", type="number", column="year"),
)


class Index:
    """The exact copy of the vectors, in memory."""

    def __init__(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        self._spaces = in_memory(passages, vectors).spaces

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Holds these."""
        self._spaces = in_memory(passages, vectors).spaces

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """The k nearest."""
        file = self._spaces[space]
        return file.best(vector, k, None if item_ids is None else file.rows_of(item_ids))

    def count(self, space: Space) -> int:
        """How many there are."""
        return len(self._spaces[space].passage_ids)


class MadeUpEmbedder:
    """The vector of some item, by the length of the text."""

    embedder_id, dimensions = "made up", 384

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        return self._vectors[[sum(map(ord, text)) for text in texts]]


class NoStore:
    """Nobody's own taste."""

    def interactions(self, user_id: str | None = None) -> Sequence[Interaction]:
        """None."""
        return ()

    def people(self) -> Sequence[tuple[str, int]]:
        """Nobody."""
        return ()

    def own_taste(self, user_id: str) -> OwnTaste:
        """Nothing."""
        return OwnTaste()

    def change_taste(self, user_id: str, changed: object, what: TasteChange) -> None:
        """Kept nowhere."""

    def undo_taste(self, user_id: str) -> TasteChange | None:
        """Nothing to undo."""
        return None

    def last_change(self, user_id: str) -> TasteChange | None:
        """There is none."""
        return None


def main() -> None:
    """Makes the collection, fits, asks, and prints memory and times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("items", 100_000), ("likes", 2_000_000), ("people", 40_000), ("lists", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    catalogue = made_up(given.items, rng)
    vectors = unit_rows(rng.standard_normal((given.items, 384), dtype=np.float32))
    content = Content.of(
        catalogue,
        index=Index(catalogue.passages, vectors),
        embedder=MadeUpEmbedder(vectors),
        passages=catalogue.passages,
        rows=vectors,
    )
    likes = made_up_likes(given.items, likes=given.likes, people=given.people, rng=rng)
    fitted = Fitted(version="", like_counts=LikeCounts.of(catalogue, likes), model=fit_als(likes, catalogue))
    recommender = Recommender(catalogue=catalogue, store=NoStore(), fitted=fitted, content=content)
    times = asked(recommender, given.lists, rng)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{given.items} items, {given.likes} likes: at most {peak:.2f} GB; a list:")
    for name, seconds in zip(("wall", "processor"), times, strict=True):
        p50, p99 = np.quantile(seconds, (0.5, 0.99)) * 1e3
        print(f"  {name} p50 {p50:.0f} ms, p99 {p99:.0f} ms")


def made_up_likes(n_items: int, *, likes: int, people: int, rng: np.random.Generator) -> list[Interaction]:
    """Likes of people drawn at random, a few items liked by many."""
    places = np.minimum((rng.pareto(1.0, likes) * 500).astype(int), n_items - 1).tolist()
    who = rng.integers(0, people, likes).tolist()
    return [Interaction(user_id=f"u{u}", item_id=f"i{i}", kind="like") for u, i in zip(who, places, strict=True)]


def made_up(n: int, rng: np.random.Generator) -> Catalogue:
    """Items of twelve words, two genres and a year."""
    words = rng.zipf(1.3, size=(n, 12)) % len(WORDS)
    items = [
        Item(
            item_id=f"i{i}",
            title=f"Title {WORDS[words[i, 0]]} {i}",
            attributes={"genres": (f"g{i % 20}", f"h{i % 7}"), "year": float(1920 + i % 100)},
        )
        for i in range(n)
    ]
    passages = [
        Passage(
            passage_id=f"i{i}:1",
            item_id=f"i{i}",
            channel="description",
            text=" ".join(WORDS[w] for w in words[i]),
            made_by="file",
        )
        for i in range(n)
    ]
    schema = Schema(id_columns=("id",), title_column="title", attributes=ATTRIBUTES)
    return Catalogue(items=tuple(items), schema=schema, passages=tuple(passages))


def asked(recommender: Recommender, n: int, rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Seconds of each of n lists, by the wall and of the processor, after ten that are not counted."""
    wall, processor = [], []
    since_1960 = Filter(attribute="year", op=">=", value=1960.0)
    for turn in range(n + 10):
        liked = tuple(Preference(item_id=f"i{i}") for i in rng.integers(0, 3000, 3))
        text = " ".join(WORDS[turn * step % 200] for step in (1, 3, 11))
        query = Query(text=text, tastes=(Taste(user_id="s", liked=liked),), filters=(since_1960,), k=10)
        started = time.perf_counter(), time.process_time()
        recommender.recommend(query)
        wall.append(time.perf_counter() - started[0])
        processor.append(time.process_time() - started[1])
    return wall[10:], processor[10:]


if __name__ == "__main__":
    main()
