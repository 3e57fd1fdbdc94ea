"""What every PassageIndex holds to: the stand-in, Chroma with its copy, and the copy alone beside another process's Chroma."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.sql_catalogue import SqlCatalogue
from tests.stand_ins_stores import ExactIndex, cosine, passage, random_vectors, record
from vouch.ports import PassageIndex, Vectors
from vouch.types import Passage, Space

IndexOf = Callable[[Sequence[Passage], Vectors], PassageIndex]


@pytest.fixture(params=["exact stand-in", "chroma", "chroma, exact product", "copy beside a writer"])
def index_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexOf]:
    """Builds an index that holds the given passages."""
    with ExitStack() as stack:

        def build(passages: Sequence[Passage], vectors: Vectors) -> PassageIndex:
            if request.param == "exact stand-in":
                exact = ExactIndex()
                exact.sync(passages, vectors)
                return exact
            catalogue = SqlCatalogue(tmp_path / "vouch.sqlite")
            stack.callback(catalogue.close)
            up_to = 0 if request.param == "chroma" else 10_000
            index = stack.enter_context(ChromaIndex.open(tmp_path, catalogue=catalogue, exact_up_to=up_to))
            index.sync(passages, vectors)
            assert index.tier.startswith("chroma ")
            if request.param != "copy beside a writer":
                return index
            reader = stack.enter_context(ChromaIndex.open(tmp_path, catalogue=catalogue))
            assert reader.tier == "exact copy (another process holds the index)"
            return reader

        yield build


def test_the_k_most_similar_come_best_first_with_their_cosine(index_of: IndexOf) -> None:
    vectors = random_vectors(300)
    passages = [passage(f"p{n:03}", f"i{n // 3}") for n in range(300)]
    index = index_of(passages, vectors)
    query = random_vectors(1, seed=1)[0]
    hits = index.search(query, 10, "text")
    expected = sorted(((-cosine(query, v), p.passage_id) for p, v in zip(passages, vectors, strict=True)))[:10]
    assert [(-hit.similarity, hit.passage_id) for hit in hits] == expected
    assert all(hit.item_id == f"i{int(hit.passage_id[1:]) // 3}" for hit in hits)


def test_ties_are_broken_by_passage_id(index_of: IndexOf) -> None:
    vectors = np.repeat(random_vectors(1), 30, axis=0)
    names = [f"p{(7 * n) % 30:02}" for n in range(30)]
    index = index_of([passage(name, "i") for name in names], vectors)
    assert [hit.passage_id for hit in index.search(vectors[0], 5, "text")] == ["p00", "p01", "p02", "p03", "p04"]


def test_only_the_given_items_are_found_and_all_of_them(index_of: IndexOf) -> None:
    vectors = random_vectors(200)
    index = index_of([passage(f"p{n:03}", f"i{n}") for n in range(200)], vectors)
    wanted = ["i190", "i5", "unknown", "i6"]
    assert {hit.item_id for hit in index.search(vectors[0], 10, "text", wanted)} == {"i5", "i6", "i190"}
    assert index.search(vectors[0], 10, "text", frozenset()) == ()


def test_a_set_that_holds_all_items_finds_what_no_set_finds(index_of: IndexOf) -> None:
    vectors = random_vectors(400)
    index = index_of([passage(f"p{n:03}", f"i{n}") for n in range(400)], vectors)
    for query in random_vectors(5, seed=2):
        everything = index.search(query, 8, "text", frozenset(f"i{n}" for n in range(400)))
        assert index.search(query, 8, "text") == everything


def test_spaces_are_apart(index_of: IndexOf) -> None:
    vectors = random_vectors(60)
    spaces: list[Space] = ["seen" if n % 3 == 0 else "text" for n in range(60)]
    index = index_of([passage(f"p{n:02}", f"i{n}", space=space) for n, space in enumerate(spaces)], vectors)
    assert (index.count("text"), index.count("seen")) == (40, 20)
    assert len(index.search(vectors[1], 60, "seen")) == 20
    assert index.search(vectors[1], 1, "text")[0].passage_id == "p01"
    assert {int(hit.passage_id[1:]) % 3 for hit in index.search(vectors[1], 60, "seen")} == {0}


def test_the_length_of_the_query_does_not_matter(index_of: IndexOf) -> None:
    vectors = random_vectors(50)
    index = index_of([passage(f"p{n:02}", f"i{n}") for n in range(50)], vectors)
    assert index.search(vectors[3] * 7, 5, "text") == index.search(vectors[3], 5, "text")


def test_an_empty_index_finds_nothing(index_of: IndexOf) -> None:
    index = index_of([], np.zeros((0, 16), dtype=np.float32))
    assert index.search(random_vectors(1)[0], 5, "text") == ()
    assert index.search(random_vectors(1)[0], 5, "seen", ["i1"]) == ()
    assert index.count("text") == 0


@pytest.mark.parametrize("changed", [3, 90])
def test_sync_makes_the_index_hold_exactly_what_is_given(changed: int, tmp_path: Path) -> None:
    """Few changes are made in place, many by building anew."""
    catalogue = SqlCatalogue(tmp_path / "vouch.sqlite")
    with ChromaIndex.open(tmp_path, catalogue=catalogue, exact_up_to=0) as index:
        for holder in (index, ExactIndex()):
            vectors = random_vectors(200)
            holder.sync([passage(f"p{n:03}", f"i{n}") for n in range(200)], vectors)
            vectors[changed : 2 * changed] = random_vectors(changed, seed=3)
            holder.sync([passage(f"p{n:03}", f"i{n}") for n in range(changed, 200)], vectors[changed:])
            assert holder.count("text") == 200 - changed
            assert not {hit.item_id for hit in holder.search(vectors[0], 200, "text")} & {
                f"i{n}" for n in range(changed)
            }
            hits = holder.search(vectors[changed], 1, "text")
            assert (hits[0].passage_id, hits[0].similarity) == (f"p{changed:03}", 1.0)
    catalogue.close()


def test_an_index_opened_again_finds_the_same(tmp_path: Path) -> None:
    catalogue = SqlCatalogue(tmp_path / "vouch.sqlite")
    catalogue.put_items([record(n, random_vectors(2, seed=n)) for n in range(100)])
    query = random_vectors(1, seed=500)[0]
    found = []
    for _ in range(3):
        with ChromaIndex.open(tmp_path, catalogue=catalogue, exact_up_to=0) as index:
            found.append(index.search(query, 10, "text"))
    assert len(found[0]) == 10
    assert found[0] == found[1] == found[2]
    catalogue.close()
