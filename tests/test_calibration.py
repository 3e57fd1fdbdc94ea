"""Calibration: a list's kinds come near to the person's own mix, only where the person asks for nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrieval import ranking
from retrieval.calibration import LIKES_FROM, LONGEST, Calibration, calibration, kind_of
from retrieval.catalogue import Catalogue
from retrieval.ranking import Scored
from vouch.types import Attribute, Candidate, Filter, Item, Preference, Query, Schema, Taste

KINDS = ("drama", "comedy", "horror")


def works(n: int = 60) -> Catalogue:
    """Twenty works a kind, each by somebody else."""
    items = tuple(
        Item(item_id=f"w{i}", title=f"Work {i}", attributes={"genres": (KINDS[i % 3],), "creator": f"c{i}"})
        for i in range(n)
    )
    genres = Attribute(name="genres", type="list", column="genres")
    creator = Attribute(name="creator", type="category", column="creator")
    return Catalogue(items=items, schema=Schema(id_columns=("id",), title_column="title", attributes=(creator, genres)))


CATALOGUE = works()
ITEM_IDS = list(CATALOGUE.item_ids)
DRAMAS, COMEDIES = ITEM_IDS[0::3], ITEM_IDS[1::3]


def likes(*item_ids: str) -> Query:
    return Query(tastes=(Taste(user_id="s", liked=tuple(Preference(item_id=i) for i in item_ids)),))


MIXED = likes(*DRAMAS[:6], *COMEDIES[:2])
"""Six dramas, two comedies: three to one."""


def kinds_of(scored: tuple[Scored, ...]) -> list[str]:
    return [KINDS[int(one.item_id[1:]) % 3] for one in scored]


def test_a_list_takes_on_the_mix_of_the_likes() -> None:
    left = [*DRAMAS[6:], *COMEDIES[2:], *ITEM_IDS[2::3]]
    scored = [Scored(Candidate(item_id=i, ranks={}, scores={}), {"popular": 1 - 0.001 * n}) for n, i in enumerate(left)]
    mix = calibration(CATALOGUE, MIXED, left)
    assert mix is not None
    plain, calibrated = ranking.listed(scored, 4), ranking.listed(scored, 4, mix)
    assert kinds_of(plain) == ["drama"] * 4
    assert sorted(kinds_of(calibrated)) == ["comedy", "drama", "drama", "drama"]
    assert all(one.score == pytest.approx(sum(one.parts.values())) for one in calibrated)
    assert sorted((one.score for one in calibrated), reverse=True) == [one.score for one in calibrated]


def test_an_item_without_a_kind_leaves_the_mix_as_it_is() -> None:
    own = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    plain, with_unkind = (Calibration(np.array([0.5, 0.5]), own, strength=1.0) for _ in range(2))
    plain.take(0)
    with_unkind.take(0)
    with_unkind.take(1)
    assert with_unkind.shares() == pytest.approx(plain.shares())
    assert plain.shares()[1] == plain.shares()[3] > plain.shares()[2] == 0


def test_a_much_better_item_stays_whatever_its_kind() -> None:
    scored = [
        Scored(Candidate(item_id=i, ranks={}, scores={}), {"popular": worth})
        for i, worth in ((ITEM_IDS[2], 1.0), (DRAMAS[0], 0.3))
    ]
    mix = calibration(CATALOGUE, MIXED, [one.item_id for one in scored])
    assert mix is not None
    first, _ = ranking.listed(scored, 2, mix)
    assert first.item_id == ITEM_IDS[2]
    assert first.parts["calibration"] < 0


def test_the_divergence_is_that_of_the_paper() -> None:
    wanted = np.array([0.75, 0.25])
    term = Calibration(wanted, np.eye(2), strength=1.0)
    against = [0.99 * own + 0.01 * wanted for own in np.eye(2)]
    divergence = [float((wanted * np.log(wanted / q)).sum()) for q in against]
    assert term.shares() == pytest.approx([divergence[0] - min(divergence), divergence[1] - min(divergence)])


@pytest.mark.parametrize(
    "query",
    [
        likes(*DRAMAS[: LIKES_FROM - 1]),
        replace(MIXED, text="a quiet story"),
        replace(MIXED, like_item=DRAMAS[0]),
        replace(MIXED, filters=(Filter(attribute="genres", op="=", value="horror"),)),
        replace(MIXED, tastes=(*MIXED.tastes, Taste(user_id="t"))),
        Query(),
        replace(MIXED, k=LONGEST + 1),
    ],
    ids=["too few likes", "words", "an item", "a filter on the kind", "two people", "nobody", "a long list"],
)
def test_who_asks_for_something_or_is_hardly_known_gets_no_calibration(query: Query) -> None:
    assert calibration(CATALOGUE, query, ITEM_IDS) is None


def test_a_filter_on_something_else_leaves_the_mix() -> None:
    query = replace(MIXED, filters=(Filter(attribute="creator", op="!=", value="c1"),))
    assert calibration(CATALOGUE, query, ITEM_IDS) is not None


def test_an_attribute_of_names_is_no_kind() -> None:
    found = kind_of(CATALOGUE)
    assert found is not None
    assert found.attribute == "genres"
    names_only = replace(CATALOGUE.schema, attributes=CATALOGUE.schema.attributes[:1])
    assert kind_of(Catalogue(items=CATALOGUE.items, schema=names_only)) is None
