"""Fusion: every number is a part, the parts sum to the score, and the order follows the score."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import ranking
from retrieval.ranking import Scored
from retrieval.tastes import FEW_LIKES
from vouch.types import Candidate

SOURCES = ("dense", "lexical", "collaborative", "popular")


def proposed(name: str, *item_ids: str) -> dict[str, tuple[Candidate, ...]]:
    return {
        name: tuple(
            Candidate(item_id=i, ranks={name: rank}, scores={name: 1.0 / rank}, passages=(f"{i}:{name}",))
            for rank, i in enumerate(item_ids, start=1)
        )
    }


def lists() -> st.SearchStrategy[dict[str, tuple[Candidate, ...]]]:
    ids = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)
    return st.fixed_dictionaries(dict.fromkeys(SOURCES, ids)).map(
        lambda drawn: {name: proposed(name, *item_ids)[name] for name, item_ids in drawn.items()}
    )


@given(proposals=lists(), text=st.booleans(), k=st.integers(1, 6))
def test_parts_sum_to_the_score_and_the_order_follows_it(
    proposals: dict[str, tuple[Candidate, ...]], text: bool, k: int
) -> None:
    weights = ranking.source_weights(proposals, text=text, like_item=False)
    fused = ranking.fuse(ranking.merge(proposals), weights)
    letters = np.array([ord(one.item_id) for one in fused])
    chosen = ranking.listed(fused, k, ranking.Diversity((np.outer(letters, letters) % 7) / 6))
    assert len(chosen) == min(k, len(fused))
    assert len({one.item_id for one in chosen}) == len(chosen)
    for one in chosen:
        assert one.score == pytest.approx(sum(one.parts.values()))
    scores = [one.score for one in chosen]
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(scores))


def test_merging_keeps_the_ranks_scores_and_passages_of_every_source() -> None:
    merged = ranking.merge(proposed("dense", "a", "b") | proposed("lexical", "b"))
    assert [c.item_id for c in merged] == ["a", "b"]
    assert merged[1].ranks == {"dense": 2, "lexical": 1}
    assert merged[1].passages == ("b:dense", "b:lexical")


def test_an_item_that_two_sources_propose_beats_one_of_a_single_source() -> None:
    fused = ranking.fuse(
        ranking.merge(proposed("dense", "a", "b") | proposed("lexical", "b", "c")),
        ranking.Weights({"dense": 1, "lexical": 1}),
    )
    assert fused[0].item_id == "b"


def test_equal_scores_are_ordered_by_item_id() -> None:
    fused = ranking.fuse(
        ranking.merge(proposed("dense", "z") | proposed("lexical", "a")), ranking.Weights({"dense": 1, "lexical": 1})
    )
    assert [one.item_id for one in fused] == ["a", "z"]


def test_a_source_without_a_weight_has_no_part() -> None:
    fused = ranking.fuse(
        ranking.merge(proposed("dense", "a") | proposed("other", "a", "b")), ranking.Weights({"dense": 1.0})
    )
    assert [(one.item_id, dict(one.parts)) for one in fused] == [("a", {"dense": 1.0})]


def test_words_lead_and_likes_only_personalise() -> None:
    proposals = proposed("dense", "boots") | proposed("collaborative", "film") | proposed("popular", "film")
    weights = ranking.source_weights(proposals, text=True, like_item=False).by_source
    assert weights["dense"] > weights["collaborative"] + weights["popular"]


def test_without_words_likes_lead_then_content_then_popularity() -> None:
    def leader(*names: str) -> str:
        proposals = {name: proposed(name, "a")[name] for name in (*names, "popular")}
        weights = ranking.source_weights(proposals, text=False, like_item=False).by_source
        return max(weights, key=lambda name: weights[name])

    assert leader("collaborative", "alike") == "collaborative"
    assert leader("alike") == "alike"
    assert leader() == "popular"


def test_the_score_is_the_same_in_whatever_order_the_sources_spoke() -> None:
    parts = {"dense": 0.6, "lexical": 0.3, "popular": 0.05, "collaborative": 0.1}
    nothing = Candidate(item_id="f", ranks={}, scores={})
    scores = {Scored(nothing, dict(told)).score for told in itertools.permutations(parts.items())}
    assert scores == {1.05}


@given(proposals=lists(), text=st.booleans(), like_item=st.booleans(), named=st.booleans(), likes=st.integers(1, 12))
def test_what_is_not_heard_weighs_nothing(
    proposals: dict[str, tuple[Candidate, ...]], text: bool, like_item: bool, named: bool, likes: int
) -> None:
    asking: dict[str, Any] = {"text": text, "like_item": like_item, "named": named, "likes": likes}
    asked: dict[str, tuple[Candidate, ...]] = {}
    for name in sorted(proposals, key=lambda one: (one not in ranking.TEXT_SOURCES, one != "collaborative")):
        said = [other for other, candidates in asked.items() if candidates]
        heard = ranking.heard(said, **asking)
        if heard is None or name in heard or name not in ranking.PERSONAL_SOURCES:
            asked[name] = proposals[name]
    everything, less = (
        ranking.fuse(ranking.merge(one), ranking.source_weights(one, **asking)) for one in (proposals, asked)
    )
    assert [(one.item_id, one.parts) for one in everything] == [(one.item_id, one.parts) for one in less]


def test_with_many_likes_only_what_weighs_is_heard() -> None:
    assert ranking.heard(["collaborative"], text=False, like_item=False) == frozenset(ranking.BY_LIKES)
    assert frozenset(ranking.BY_LIKES) == {"collaborative", "popular"}
    named = ranking.heard(["collaborative"], text=False, like_item=False, named=True)
    assert named == frozenset({"company", "alike", "attributes", "collaborative", "popular"})
    assert ranking.heard(["collaborative"], text=False, like_item=False, likes=FEW_LIKES) == named
    assert ranking.heard(["alike"], text=False, like_item=False) is None
    assert ranking.heard(["collaborative"], text=False, like_item=True) is None


def known(likes: int, *kindred: str) -> list[str]:
    """The ranking for somebody of so many likes where everybody likes a to z in that order, and `kindred` goes with just these likes."""
    proposals = proposed("collaborative", *"abcdefghijklmnopqrstuvwxyz") | proposed("company", *kindred)
    weights = ranking.source_weights(proposals, text=False, like_item=False, likes=likes)
    return [one.item_id for one in ranking.fuse(ranking.merge(proposals), weights)]


def test_with_one_like_what_goes_with_it_comes_forward_and_the_sure_guesses_stay_first() -> None:
    listed = known(1, "z", "y", "a")
    assert listed[0] == "a"  # one of the sure guesses that goes with it too
    assert listed.index("z") == 11
    assert [one for one in listed if one not in {"z", "y"}] == list("abcdefghijklmnopqrstuvwx")


def test_with_each_like_more_less_is_brought_forward_and_with_many_nothing() -> None:
    places = [known(likes, "z").index("z") for likes in (3, 5, 7, FEW_LIKES + 1)]
    assert places == sorted(set(places))
    assert places[-1] == 25


def test_what_the_model_does_not_propose_stands_behind_what_it_does() -> None:
    assert known(1, "stranger", "b")[:2] == ["b", "a"]
    assert known(1, "stranger", "b")[-1] == "stranger"


def test_beside_named_titles_too_what_the_model_does_not_propose_stands_behind() -> None:
    kindred = proposed("company", "stranger", "b") | proposed("attributes", "stranger")
    proposals = proposed("collaborative", "a", "b") | kindred
    weights = ranking.source_weights(proposals, text=False, like_item=False, named=True)
    assert [one.item_id for one in ranking.fuse(ranking.merge(proposals), weights)] == ["b", "a", "stranger"]


def test_who_explores_hears_less_of_what_everybody_likes() -> None:
    weights = ranking.Weights({"dense": 1.0, "popular": 0.5})
    assert weights.exploring(0) == weights
    assert weights.exploring(1).by_source == {"dense": 1.0, "popular": pytest.approx(0.05)}


def test_what_no_word_matched_stands_behind_what_a_word_matched() -> None:
    proposals = proposed("dense", *"abcdefghij") | proposed("collaborative", "x") | proposed("popular", "x")
    weights = ranking.Weights({"dense": 0.3, "collaborative": 1.0})
    assert ranking.fuse(ranking.merge(proposals), weights)[0].item_id == "x"
    ordered = ranking.fuse(ranking.merge(proposals), replace(weights, led_by=ranking.TEXT_SOURCES))
    assert ordered[-1].item_id == "x"
    assert ordered[-1].score == pytest.approx(ranking.BESIDE)


def test_diversity_puts_something_else_between_two_that_are_alike() -> None:
    scored = [
        Scored(Candidate(item_id=i, ranks={}, scores={}), {"dense": score})
        for i, score in (("keaton 1", 1.0), ("keaton 2", 0.99), ("chaplin", 0.95))
    ]
    makers = [one.item_id.split()[0] for one in scored]
    alike = np.array([[float(a == b) for a in makers] for b in makers])
    chosen = ranking.listed(scored, 3, ranking.Diversity(alike))
    assert [one.item_id for one in chosen] == ["keaton 1", "chaplin", "keaton 2"]
    assert chosen[2].parts["diversity"] == pytest.approx(-ranking.DIVERSITY * 0.99)


class OpensTheSecond:
    """A term that forbids the second candidate until the first is taken, which pays half."""

    name = "order"

    def __init__(self) -> None:
        self._prices = np.array([0.5, np.inf])

    def shares(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return self._prices

    def take(self, place: int) -> None:
        self._prices = np.array([0.5, 0.0])


def test_the_list_is_ordered_by_what_is_left_whenever_an_item_was_taken() -> None:
    scored = [Scored(Candidate(item_id=i, ranks={}, scores={}), {"dense": 1.0}) for i in ("first", "second")]
    assert [one.item_id for one in ranking.listed(scored, 2, OpensTheSecond())] == ["second", "first"]


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_what_repetition_costs_is_a_share_of_the_score(scale: float) -> None:
    scored = [
        Scored(Candidate(item_id=i, ranks={}, scores={}), {"dense": scale * score})
        for i, score in (("a", 1.0), ("like a", 0.99), ("other", 0.88), ("far", 0.5))
    ]
    alike = np.array([[float({i, j} <= {0, 1}) for j in range(4)] for i in range(4)])
    chosen = ranking.listed(scored, 2, ranking.Diversity(alike, strength=0.1))
    assert [one.item_id for one in chosen] == ["a", "like a"]
