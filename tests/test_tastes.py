"""The latest likes weigh most, and only where it is known which they are."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.collaborative import query_likes
from retrieval.tastes import HALF_LIFE, NAMED, OLDEST, PINNED, like_weights, named_likes, recent_like_weights
from vouch.types import Preference, Query, Taste


def taste(*days: float) -> Taste:
    return Taste(user_id="p", liked=tuple(Preference(item_id=f"i{n}", at=day) for n, day in enumerate(days)))


def test_a_like_that_many_have_followed_weighs_less_and_never_less_than_the_least() -> None:
    weights = recent_like_weights((taste(*range(1, 202)),))
    assert weights["i200"] == 1
    assert weights["i175"] == pytest.approx(OLDEST + (1 - OLDEST) / 2) == pytest.approx(0.75)
    assert HALF_LIFE == 25
    assert weights["i0"] == pytest.approx(OLDEST, abs=0.01)


def test_likes_at_one_time_and_likes_without_one_weigh_the_same() -> None:
    assert set(recent_like_weights((taste(5, 5, 5),)).values()) == {1}
    undated = taste(0, 7, 8)
    assert recent_like_weights((undated,)) == like_weights((undated,)) == {"i0": 1, "i1": 1, "i2": 1}


def test_what_is_pinned_does_not_age_and_people_count_alike() -> None:
    old, new = Preference(item_id="old", at=1, pinned=True, weight=PINNED), Preference(item_id="new", at=2)
    person = Taste(user_id="p", liked=(new, old))
    assert recent_like_weights((person,)) == {"new": 1, "old": PINNED}
    both = recent_like_weights((person, replace(person, user_id="q", liked=(new,))))
    assert both == {"new": 1, "old": PINNED / 2}


@given(st.lists(st.floats(1, 1e9), min_size=1, max_size=40))
def test_no_like_weighs_more_than_a_later_one(days: list[float]) -> None:
    weights = query_likes(Query(tastes=(taste(*days),)))
    by_time = sorted(range(len(days)), key=lambda n: days[n])
    rising = [weights[f"i{n}"] for n in by_time]
    assert all(one <= other + 1e-12 for one, other in itertools.pairwise(rising))
    assert min(rising) > OLDEST


def test_titles_are_named_for_one_list_or_are_all_that_a_stranger_has_said() -> None:
    def liked(*sources: str) -> tuple[Taste, ...]:
        return (Taste(user_id="p", liked=tuple(Preference(item_id=f"i{n}", source=s) for n, s in enumerate(sources))),)

    assert named_likes(liked("file", "file", NAMED)) == {"i2": 1}
    assert named_likes(liked("I love it", "and this")) == {"i0": 1, "i1": 1}
    assert named_likes(liked("I love it", "click")) == {}
    assert named_likes(liked("a", "b", "c", "d")) == {}
    assert named_likes(liked("file", "I love it")) == {}
    assert named_likes(()) == {}
