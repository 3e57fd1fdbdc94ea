"""What is asked and how much is known of the person decide what is paid for repeating, and which sources are asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from retrieval.likeness import Likeness
from retrieval.list_terms import MANY_LIKES, terms_of
from retrieval.proposals import Proposer
from retrieval.ranking import Scored
from retrieval.tastes import NAMED
from tests.test_calibration import CATALOGUE, ITEM_IDS, likes
from vouch.types import Candidate, Preference, Query, Quota, Taste

KNOWN = likes(*ITEM_IDS[:MANY_LIKES])


def terms(query: Query, *, source: str = "collaborative") -> list[str]:
    scored = [Scored(Candidate(item_id=i, ranks={}, scores={}), {source: 1.0}) for i in ITEM_IDS[30:]]
    return [term.name for term in terms_of(CATALOGUE, Likeness(CATALOGUE), query, scored)]


def test_who_is_well_known_and_asks_for_nothing_gets_their_own_mix_alone() -> None:
    assert terms(KNOWN) == ["calibration"]
    assert terms(likes(*ITEM_IDS[: MANY_LIKES - 1])) == ["diversity", "calibration"]
    assert terms(KNOWN, source="alike") == ["diversity", "calibration"]


@pytest.mark.parametrize(
    "asked",
    [
        replace(KNOWN, text="a sea story"),
        replace(KNOWN, like_item=ITEM_IDS[0]),
        replace(KNOWN, explore=0.5),
        replace(KNOWN, tastes=(*KNOWN.tastes, Taste(user_id="other"))),
        replace(
            KNOWN, tastes=(Taste(user_id="s", liked=(*KNOWN.tastes[0].liked, Preference(item_id="w50", source=NAMED))),)
        ),
    ],
    ids=["words", "an item", "exploring", "several people", "a title"],
)
def test_who_asks_for_something_is_not_shown_the_same_twice(asked: Query) -> None:
    assert "diversity" in terms(asked)


@dataclass
class Says:
    """A source that proposes the first item, and writes down that it was asked."""

    name: str
    asked: list[str]

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        self.asked.append(self.name)
        return (Candidate(item_id=ITEM_IDS[0], ranks={self.name: 1}, scores={self.name: 1.0}),)


def test_a_personal_source_that_would_weigh_nothing_is_not_asked() -> None:
    asked: list[str] = []
    names = ("collaborative", "company", "alike", "attributes", "popular")
    proposer = Proposer(CATALOGUE, [Says(name, asked) for name in names])
    proposer.propose(KNOWN, frozenset(ITEM_IDS), pool=5)
    assert asked == ["collaborative", "popular"]


def test_quotas_hold_for_everybody() -> None:
    assert "quotas" in terms(replace(KNOWN, quotas=(Quota(attribute="genres", most=1),)))
