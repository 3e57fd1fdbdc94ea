"""What every source of candidates must do, whatever it goes by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.catalogue import Catalogue
from retrieval.ranking import PERSONAL_SOURCES
from retrieval.recommender import standard_sources
from retrieval.scorers.fitted import Fitted, fit_ease
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.alike import AlikeSource
from retrieval.sources.attributes import AttributeSource
from retrieval.sources.dense import DenseSource
from retrieval.sources.query_vectors import QueryVectors
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import FailingEmbedder, small_catalogue, small_content, small_world, two_camps
from vouch.errors import SourceFailed
from vouch.ports import CandidateSource
from vouch.types import Preference, Query, Taste

CATALOGUE = small_catalogue()
CONTENT = small_content(CATALOGUE, HashEmbedder())
FITTED = Fitted(
    version="",
    like_counts=LikeCounts.of(CATALOGUE, two_camps()),
    model=fit_ease(two_camps(), CATALOGUE, penalty=1.0),
)
SOURCES = {
    source.name: source
    for source in (
        *standard_sources(CATALOGUE, fitted=FITTED, content=CONTENT),
        DenseSource(CONTENT.index, CONTENT.vectors, space="seen", floor=-1.0),
        AlikeSource(CONTENT.item_vectors, name="looks_alike"),
        AlikeSource(CONTENT.item_vectors, name="sounds_alike"),
    )
}
ASKED = Query(
    text="a vampire in a castle, a tabby cat (0.62)",
    tastes=(Taste(user_id="s", liked=(Preference(item_id="nosferatu"),)),),
)


@pytest.fixture(params=sorted(SOURCES))
def source(request: pytest.FixtureRequest) -> CandidateSource:
    return SOURCES[request.param]


def test_there_is_a_source_of_every_kind() -> None:
    by_likes = {"alike", "attributes", "collaborative", "company", "looks_alike", "sounds_alike"}
    assert SOURCES.keys() == by_likes | {"dense", "lexical", "popular", "seen"}
    assert by_likes == PERSONAL_SOURCES


def test_candidates_carry_their_own_rank_and_score_best_first(source: CandidateSource) -> None:
    candidates = source.propose(ASKED, 100, None)
    assert all(c.ranks.keys() == {source.name} for c in candidates)
    scores = [c.scores[source.name] for c in candidates]
    assert scores == sorted(scores, reverse=True)
    assert len({c.item_id for c in candidates}) == len(candidates)
    untied = [(place, c) for place, c in enumerate(candidates, start=1) if scores.count(c.scores[source.name]) == 1]
    assert untied
    assert all(c.ranks == {source.name: place} for place, c in untied)


def test_what_shares_as_much_with_the_likes_has_the_middle_of_its_places() -> None:
    schema, items, _ = small_world()
    told = tuple(
        replace(items[0], item_id=str(n), attributes={"genres": ("horror" if n < 6 else "western",)}) for n in range(9)
    )
    source = AttributeSource(Catalogue(items=told, schema=schema))
    liked = Query(tastes=(Taste(user_id="s", liked=(Preference(item_id="0"),)),))
    found = [(c.item_id, c.ranks["attributes"]) for c in source.propose(liked, 3, None)]
    assert found == [("0", 4), ("1", 4), ("2", 4)]


@pytest.mark.parametrize("k", [1, 2])
def test_no_more_than_k_are_proposed(source: CandidateSource, k: int) -> None:
    assert len(source.propose(ASKED, k, None)) == min(k, len(source.propose(ASKED, 100, None)))


def test_only_allowed_items_are_proposed(source: CandidateSource) -> None:
    allowed = frozenset({"dracula", "clair", "print"})
    assert {c.item_id for c in source.propose(ASKED, 5, allowed)} <= allowed


def test_nothing_allowed_is_nothing_proposed(source: CandidateSource) -> None:
    assert source.propose(ASKED, 5, frozenset()) == ()


def test_the_same_query_gives_the_same_candidates(source: CandidateSource) -> None:
    assert source.propose(ASKED, 5, None) == source.propose(ASKED, 5, None)


@pytest.mark.parametrize("name", ["dense", "seen", "lexical", *sorted(PERSONAL_SOURCES)])
def test_a_source_that_is_not_asked_anything_says_nothing(name: str) -> None:
    assert SOURCES[name].propose(Query(), 5, None) == ()


def test_dense_candidates_name_the_passages_that_proposed_them() -> None:
    best = SOURCES["dense"].propose(Query(text="letters and diaries of a vampire in a castle"), 5, None)[0]
    assert best.item_id == "dracula"
    assert best.passages[0] == "dracula:1"


def test_collaborative_proposes_what_the_same_people_like() -> None:
    assert SOURCES["collaborative"].propose(ASKED, 5, None)[0].item_id in {"dracula", "whale"}


def test_lexical_finds_a_name_in_an_attribute() -> None:
    found = {c.item_id for c in SOURCES["lexical"].propose(Query(text="anything by Keaton"), 5, None)}
    assert found == {"general", "jr"}


def test_popular_lists_the_most_liked_and_keeps_the_catalogues_order_in_ties() -> None:
    ranked = [c.item_id for c in SOURCES["popular"].propose(Query(), 3, None)]
    assert ranked == ["nosferatu", "general", "clair"]


def test_a_collection_without_likes_has_its_own_order() -> None:
    bare = Catalogue(items=CATALOGUE.items, schema=CATALOGUE.schema)
    fitted = Fitted(version="", like_counts=LikeCounts.of(bare, ()), model=None)
    *_, popular = standard_sources(bare, fitted=fitted, content=None)
    assert [c.item_id for c in popular.propose(Query(), 2, None)] == ["nosferatu", "dracula"]
    by_words = popular.propose(Query(text="eerie"), 2, None)
    assert [c.ranks["popular"] for c in by_words] == [1, 1], "an order by chance moves nothing that fits the words"


def test_an_embedder_that_fails_is_a_source_that_failed() -> None:
    with pytest.raises(SourceFailed, match="out of memory"):
        DenseSource(CONTENT.index, QueryVectors(FailingEmbedder())).propose(ASKED, 5, None)
