"""Weights and settings by validation: a source that knows weighs something, one that guesses weighs nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.__main__ import main, show_fusion, wide_console
from eval.fusion import FusionTable, fusion_table
from eval.ranking import Problem
from eval.splits import HeldOut, split_people, with_named_alone, with_titles_named
from eval.tuning import Pool, baselines, fusion_weights, quality
from retrieval.catalogue import Catalogue
from retrieval.ranking import Weights
from retrieval.tastes import NAMED
from tests.test_eval_ranking import CATALOGUE, halves
from vouch.types import Attribute, Interaction, Preference, Schema, Taste

PEOPLE, ITEMS = 40, 60


def ranks(ranked: NDArray[np.int64]) -> NDArray[np.float32]:
    found = np.full((PEOPLE, ITEMS), np.inf, dtype=np.float32)
    for person, items in enumerate(ranked):
        found[person, items[::-1]] = np.arange(len(items), 0, -1)  # of one that is listed twice the first place
    return found


@pytest.fixture(scope="module")
def pool() -> Pool:
    """`cf` lists the half of what is relevant first and the other half last, `knows` the other half, `guesses` anything."""
    rng = np.random.default_rng(1)
    relevant = np.argsort(rng.random((PEOPLE, ITEMS)), axis=1)[:, :8]
    others = np.argsort(rng.random((PEOPLE, ITEMS)), axis=1)[:, :30]
    marks = np.zeros((PEOPLE, ITEMS), dtype=bool)
    np.put_along_axis(marks, relevant, True, axis=1)
    listed = {
        "cf": np.hstack([relevant[:, :4], others, relevant[:, 4:]]),
        "knows": relevant[:, 4:],
        "guesses": others[:, ::-1],
    }
    return Pool(ranks={row: ranks(items) for row, items in listed.items()}, relevant=marks)


def test_a_source_that_adds_something_weighs_and_one_that_does_not_is_left_out(pool: Pool) -> None:
    weights, gain = fusion_weights([pool], leading="cf", seed=0, trials=15)
    assert set(weights) == {"knows"}
    assert gain > 0.3
    told = Weights({"cf": 1.0, **weights}, led_by=frozenset({"cf"}))
    assert pool.quality(told) == pytest.approx((1 + gain) * pool.quality(Weights({"cf": 1.0})))


def test_what_the_leading_source_does_not_propose_stands_behind_and_what_is_first_of_another_before(pool: Pool) -> None:
    alone = Pool(ranks={"cf": pool.ranks["guesses"], "knows": pool.ranks["knows"]}, relevant=pool.relevant)
    led, free = (Weights({"cf": 1.0, "knows": 1.0}, led_by=by) for by in (frozenset({"cf"}), frozenset[str]()))
    assert alone.quality(led) < alone.quality(free)
    assert pool.quality(Weights({"cf": 1.0}, {"knows": 1.0})) > pool.quality(Weights({"cf": 1.0}))


def test_quality_is_1_for_what_is_wanted_first_and_0_for_what_is_not_listed(pool: Pool) -> None:
    assert quality(pool.relevant.astype(np.float32), pool.relevant) == 1.0
    assert quality(np.zeros(pool.relevant.shape, dtype=np.float32), pool.relevant) == 0.0


def test_settings_of_the_models_beside_ours_are_chosen_and_written_down() -> None:
    split = split_people(halves(), seed=3, validation=True)
    tuned = baselines(CATALOGUE, split, seed=0, trials=3)
    assert tuned.ease_penalty is not None
    assert 10 <= tuned.ease_penalty <= 2000
    assert 20 <= tuned.neighbours <= 500
    assert 16 <= tuned.als.factors <= 256
    assert tuned == baselines(CATALOGUE, split, seed=0, trials=3)


@pytest.fixture(scope="module")
def fused() -> FusionTable:
    split = split_people(halves(), seed=3, validation=True)
    return fusion_table([Problem(catalogue=CATALOGUE, split=split, data="halves")], seed=0, trials=4)


def test_weights_are_told_for_each_number_of_likes_and_never_cost_anything(fused: FusionTable) -> None:
    assert [row.known for row in fused.rows] == [
        "1",
        "2",
        "3",
        "5",
        "10",
        "all",
    ]  # nothing here says what kind of thing an item is
    assert all(row.gain > -0.01 for row in fused.rows)
    assert all("cf" not in row.weights for row in fused.rows)


def test_the_weights_are_shown(fused: FusionTable, capsys: pytest.CaptureFixture[str]) -> None:
    show_fusion(fused, wide_console())
    assert "halves" in capsys.readouterr().out


GENRES = Attribute(name="genres", type="list", column="genres")
EVEN, ODD = (tuple(f"i{n}" for n in range(start, 20, 2)) for start in (0, 1))
KINDS = {item_id: frozenset({kind}) for kind, items in (("even", EVEN), ("odd", ODD)) for item_id in items}


def fan_of_both(n_odd: int) -> HeldOut:
    """Likes all the even items and some of the odd ones, two of which are to be found."""
    liked = tuple(Preference(item_id=item_id) for item_id in (*EVEN, *ODD[2:n_odd]))
    return HeldOut(Taste(user_id="u", liked=liked), frozenset(ODD[:2]), frozenset(p.item_id for p in liked))


def test_two_titles_of_one_kind_are_named_beside_likes_of_others_and_the_rest_of_it_is_to_be_found() -> None:
    (found,) = with_titles_named([fan_of_both(6)], KINDS, titles=2, seed=1)
    named = {p.item_id for p in found.taste.liked if p.source == NAMED}
    assert len(named) == 2
    assert found.relevant == set(ODD[:6]) - named
    assert {p.item_id for p in found.taste.liked} == {*named, *EVEN}
    assert found.out == {*named, *EVEN}


def test_a_stranger_is_known_by_what_is_named_alone() -> None:
    asking = with_titles_named([fan_of_both(6)], KINDS, titles=2, seed=1)
    (stranger,) = with_named_alone(asking)
    assert {p.item_id for p in stranger.taste.liked} == {p.item_id for p in asking[0].taste.liked if p.source == NAMED}
    assert (stranger.relevant, stranger.out) == (asking[0].relevant, asking[0].out)


def test_nobody_asks_for_what_they_like_little_or_mostly() -> None:
    assert with_titles_named([fan_of_both(4), fan_of_both(10)], KINDS, titles=2, seed=1) == ()


def test_weights_for_named_titles_are_told_where_there_are_kinds() -> None:
    rng = np.random.default_rng(2)
    both = [
        Interaction(user_id=f"u{p}", item_id=f"i{2 * item + half}", kind="like")
        for p in range(60)
        for half, n in ((p % 2, 14), (1 - p % 2, 6))
        for item in rng.choice(20, size=n, replace=False).tolist()
    ]
    schema = Schema(id_columns=("id",), title_column="title", attributes=(GENRES,))
    told = {f"i{n}": {"genres": ("even" if n % 2 == 0 else "odd",)} for n in range(40)}
    items = tuple(replace(item, attributes=told[item.item_id]) for item in CATALOGUE.items)
    split = split_people(both, seed=3, validation=True)
    problem = Problem(catalogue=Catalogue(items=items, schema=schema), split=split, data="both")
    rows = fusion_table([problem], seed=0, trials=4).rows[-2:]
    assert [(row.known, row.leading) for row in rows] == [("1 named", "cf"), ("2 named", "cf")]
    assert all(row.gain >= 0 and "cf" not in row.weights for row in rows)


def test_ranking_takes_one_data_set_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ranking", "--data", str(tmp_path), str(tmp_path)]) == 2
    assert "one folder" in capsys.readouterr().err
