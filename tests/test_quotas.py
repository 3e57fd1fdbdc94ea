"""Quotas: never broken, and the list says what they took out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import quotas
from retrieval.recommender import Recommender
from tests.stand_ins_recommender import ListStore, small_catalogue, two_camps
from vouch.errors import BadFilter
from vouch.types import Query, Quota

CATALOGUE = small_catalogue()
RECOMMENDER = Recommender(catalogue=CATALOGUE, store=ListStore(two_camps()))


@given(
    attribute=st.sampled_from(["kind", "genres", "creator", "year"]),
    most=st.integers(1, 3),
    k=st.integers(1, 8),
    explore=st.sampled_from([0.0, 1.0]),
)
def test_no_list_breaks_a_quota(attribute: str, most: int, k: int, explore: float) -> None:
    answer = RECOMMENDER.recommend(Query(k=k, explore=explore, quotas=(Quota(attribute=attribute, most=most),)))
    found = [r.item.attributes.get(attribute, ()) for r in answer.recommendations]
    counts = Counter(word for value in found for word in (value if isinstance(value, tuple) else (value,)))
    assert max(counts.values(), default=0) <= most
    assert answer.recommendations


def test_what_a_quota_takes_out_is_said_and_the_next_stand_in_its_place() -> None:
    plain = RECOMMENDER.recommend(Query(k=4))
    held = RECOMMENDER.recommend(Query(k=4, quotas=(Quota(attribute="Kind", most=1),)))
    kinds = [r.item.attributes["kind"] for r in held.recommendations]
    assert len(set(kinds)) == len(kinds) == 4
    assert len({r.item.attributes["kind"] for r in plain.recommendations}) < 4
    (note,) = [note for note in held.notes if note.kind == "quota"]
    assert note.text.startswith("At most 1 of one kind: ")
    assert note.text.endswith("others stand in their place.")


def test_a_quota_that_does_not_bind_changes_nothing_and_says_nothing() -> None:
    plain, held = Query(k=4), Query(k=4, quotas=(Quota(attribute="kind", most=8),))
    assert RECOMMENDER.recommend(held) == replace(RECOMMENDER.recommend(plain), query=held)


def test_a_list_that_a_quota_leaves_short_says_that_there_is_no_more() -> None:
    answer = RECOMMENDER.recommend(Query(k=8, quotas=(Quota(attribute="kind", most=1),)))
    assert len(answer.recommendations) == 4
    assert "no more" in answer.notes[-1].text


@pytest.mark.parametrize(
    ("quota", "message"),
    [(Quota(attribute="director", most=1), "no attribute “director”"), (Quota(attribute="kind", most=0), "least is 1")],
)
def test_a_quota_that_cannot_be_kept_is_refused(quota: Quota, message: str) -> None:
    with pytest.raises(BadFilter, match=message):
        quotas.check(CATALOGUE.schema, quota)
