"""Popularity: how many like what, and how many lately, where that foretells more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.catalogue import Catalogue
from retrieval.scorers.fitted import fit_scorer, load_scorer
from retrieval.scorers.levels import DEFAULT
from retrieval.scorers.like_counts import DAY_S, LEAST_DATED, LikeCounts, choose_half_life
from retrieval.sources.popular import PopularSource
from tests.stand_ins_recommender import ListStore
from vouch.types import Interaction, Item, Query, Schema

N_ITEMS = 200
CATALOGUE = Catalogue(
    items=tuple(Item(item_id=f"i{n}", title=f"Item {n}") for n in range(N_ITEMS)),
    schema=Schema(id_columns=("id",), title_column="title"),
)


def fashion(*, moves: bool) -> list[Interaction]:
    """Each day 20 people like what is in fashion: forty items, others every thirty days where it moves."""
    rng = np.random.default_rng(4)
    likes = []
    for day in range(1, 121):
        first = 40 * (day // 30) if moves else 0
        for person, item in enumerate(rng.integers(first, first + 40, size=20).tolist()):
            likes.append(Interaction(user_id=f"p{day}-{person % 10}", item_id=f"i{item}", kind="like", at=day * DAY_S))
    return likes


def test_a_half_life_is_chosen_where_fashion_moves_and_none_where_it_stays() -> None:
    assert choose_half_life(fashion(moves=True)) in {7.0, 30.0}
    assert choose_half_life(fashion(moves=False)) is None


def test_few_or_undated_likes_do_not_age() -> None:
    assert choose_half_life(fashion(moves=True)[: LEAST_DATED - 1]) is None
    undated = [Interaction(user_id=i.user_id, item_id=i.item_id, kind="like") for i in fashion(moves=True)]
    assert choose_half_life(undated) is None


def test_what_was_liked_twice_by_one_person_counts_once_at_its_latest() -> None:
    old, new = (Interaction(user_id="p", item_id="i1", kind="like", at=day * DAY_S) for day in (1, 31))
    counts = LikeCounts.of(CATALOGUE, [new, old, Interaction(user_id="q", item_id="i2", kind="like", at=DAY_S)])
    assert counts.counts[1] == counts.counts[2] == 1
    assert counts.strengths.tolist() == counts.counts.tolist()
    aged = LikeCounts.of(
        CATALOGUE, [new, Interaction(user_id="q", item_id="i2", kind="like", at=DAY_S)], half_life_days=30
    )
    assert aged.strengths[1:3].tolist() == [1.0, 0.5]


def test_a_fitted_collection_ranks_popularity_by_recent_likes_and_reads_them_back(tmp_path: Path) -> None:
    fitted = fit_scorer(ListStore(fashion(moves=True)), CATALOGUE, tmp_path, choices=DEFAULT)
    read = load_scorer(tmp_path, CATALOGUE)
    assert read is not None
    assert read.like_counts.recent is not None
    assert fitted.like_counts.strengths.tolist() == pytest.approx(read.like_counts.strengths.tolist())
    best = PopularSource(CATALOGUE, read.like_counts).propose(Query(), 10, None)
    latest = {f"i{n}" for n in range(120, 200)}
    assert {candidate.item_id for candidate in best} <= latest
