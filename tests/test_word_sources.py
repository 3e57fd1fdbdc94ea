"""How sources of words are heard beside each other: literal matches by what they cover, scraps of writing by their words, pictures from .2 on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from retrieval import ranking
from retrieval.catalogue import Catalogue
from retrieval.proposals import Proposer
from retrieval.sources.dense import DenseSource, literal_words
from retrieval.sources.lexical import LexicalSource
from retrieval.sources.query_vectors import QueryVectors
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_stores import ExactIndex, passage
from vouch.ports import Vectors
from vouch.types import Candidate, Channel, Item, Passage, Query, Schema

DENSE = (Candidate(item_id="a", ranks={"dense": 1}, scores={"dense": 0.5}),)
LEXICAL = (Candidate(item_id="b", ranks={"lexical": 1}, scores={"lexical": 3.0}),)


def told(text: str, channel: Channel) -> Passage:
    return replace(passage(text, text, text=text), channel=channel)


@pytest.mark.parametrize(("covered", "weight"), [(0.1, 0.0), (0.2, 0.0), (0.4, 0.25), (0.6, 0.5), (1.0, 0.5)])
def test_literal_matches_weigh_by_how_much_of_the_request_they_cover(covered: float, weight: float) -> None:
    weights = ranking.source_weights(
        {"dense": DENSE, "lexical": LEXICAL}, text=True, like_item=False, covered=covered
    ).by_source
    assert weights["lexical"] == pytest.approx(weight)
    assert weights["dense"] == 1.0


def test_what_covers_most_of_the_words_is_looked_for_among_the_best() -> None:
    items = tuple(Item(item_id=n, title=n) for n in ("red scarf", "storm"))
    catalogue = Catalogue(items=items, schema=Schema(id_columns=("id",), title_column="title"), passages=())
    proposer = Proposer(catalogue, (LexicalSource(catalogue),))
    allowed = frozenset(("red scarf", "storm"))
    covered = [
        proposer.propose(Query(text=text), allowed, pool=5).covered
        for text in ("a red scarf", "two people in red climb over a fence", "bakery")
    ]
    assert covered == pytest.approx([1.0, 0.2, 0.0])


def test_a_few_words_read_in_a_picture_answer_only_by_their_words_and_a_page_by_its_meaning() -> None:
    scrap, page = told("Baked! Lays", "ocr"), told("the lighthouse keeper walks down to the harbour at night", "ocr")
    assert literal_words((scrap, page)).keys() == {scrap.passage_id}


@pytest.mark.parametrize(
    ("asked", "found"),
    [("something blue", True), ("a blue and orange poster", True), ("a man in blue rides a wave to the shore", False)],
)
def test_colours_answer_a_request_that_is_about_them(asked: str, found: bool) -> None:
    passages = (told("mostly blue with orange", "colours"),)
    index = ExactIndex()
    embedder = HashEmbedder()
    index.sync(passages, embedder.embed([p.text for p in passages]))
    source = DenseSource(index, QueryVectors(embedder), passages=passages, floor=0.0)
    assert bool(source.propose(Query(text=asked), 5, None)) == found


class Fixed:
    """Embeds every text alike."""

    dimensions = 2
    embedder_id = "fixed/1"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.tile(np.array([1.0, 0.0], np.float32), (len(texts), 1))


@pytest.mark.parametrize(("cosine", "found"), [(0.25, True), (0.15, False)])
def test_a_picture_answers_from_a_fifth_on(cosine: float, found: bool) -> None:
    index = ExactIndex()
    index.sync((passage("p", "a", space="seen"),), np.array([[cosine, np.sqrt(1 - cosine**2)]], np.float32))
    source = DenseSource(index, QueryVectors(Fixed()), space="seen")
    assert bool(source.propose(Query(text="a train"), 5, None)) == found
