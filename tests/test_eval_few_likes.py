"""The strength of what goes with one like: taken by its rule, the greatest that beats popularity beyond doubt everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from eval.__main__ import show_few_likes, wide_console
from eval.few_likes import METRICS, STRENGTHS, StrengthRow, few_likes_table, strength_by_rule
from eval.ranking import Problem
from eval.splits import split_people
from eval.tuning import Pool
from retrieval.ranking import Weights, weights_of_likes
from tests.test_eval_ranking import CATALOGUE, halves


def row(data: str, strength: float, *lows: float) -> StrengthRow:
    over = {name: (low + 0.1, low, low + 0.2) for name, low in zip(METRICS, lows, strict=True)}
    return StrengthRow(data=data, strength=strength, metrics=dict.fromkeys(METRICS, 0.2), over_popularity=over)


def test_the_greatest_strength_is_taken_that_is_beyond_doubt_in_each_figure_of_each_data_set() -> None:
    free = [row("a", s, 0.01, 0.01) for s in STRENGTHS]
    assert strength_by_rule(free) == STRENGTHS[-1]
    doubtful = [row("b", s, 0.01, 0.01 if s < 0.5 else -0.01) for s in STRENGTHS]
    assert strength_by_rule([*free, *doubtful]) == 0.4
    no_better = [row("c", s, 0.0, 0.01) for s in STRENGTHS]
    assert strength_by_rule([*free, *no_better]) is None


def test_a_strength_between_two_that_pass_may_fail() -> None:
    assert strength_by_rule([row("a", s, -0.01 if s == 0.4 else 0.01, 0.01) for s in STRENGTHS]) == STRENGTHS[-1]


def test_lists_hold_only_what_is_proposed_best_first() -> None:
    ranks = {"cf": np.array([[2, np.inf, 1, np.inf]], dtype=np.float32)}
    pool = Pool(ranks=ranks, relevant=np.array([[True, False, False, False]]))
    assert pool.lists(Weights({"cf": 1.0}), 3).tolist() == [[2, 0, -1]]


def test_the_strength_scales_what_the_few_likes_bring_and_leaves_the_model_alone() -> None:
    assert not any(weights_of_likes(False, 1, strength=0.0).first_few.values())
    whole, half = (weights_of_likes(False, 1, strength=s) for s in (1.0, 0.5))
    assert {name: weight / 2 for name, weight in whole.first_few.items()} == half.first_few
    assert whole.by_source == half.by_source


def test_one_like_tells_of_two_halves_what_popularity_cannot(capsys: pytest.CaptureFixture[str]) -> None:
    split = split_people(halves(), seed=1, validation=True)
    problem = Problem(catalogue=CATALOGUE, split=split, data="halves")
    table = few_likes_table([problem], seed=0, draws=2)
    assert [(one.data, one.strength) for one in table.rows] == [("halves", s) for s in STRENGTHS]
    assert all(one.beyond_doubt for one in table.rows)
    assert table.taken == STRENGTHS[-1]
    show_few_likes(table, wide_console())
    assert "Taken: 1\n" in capsys.readouterr().out
