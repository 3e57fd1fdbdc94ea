"""What every scorer must do: the checkerboard of implicit's recommender_base_test, and scores that can be taken apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.scorers.ease import EaseScorer, default_penalty, ease_weights, likes_matrix
from vouch.ports import Scorer

N = 50
HALF_OF_LIKES = 12


def checkerboard(n: int = N) -> list[tuple[int, int, float]]:
    """Even people like even items, odd ones odd items; item i is withheld from person i."""
    return [(p, i, 1.0) for p in range(n) for i in range(n) if p % 2 == i % 2 and p != i]


def fitted_ease() -> Scorer:
    return EaseScorer(ease_weights(likes_matrix(checkerboard(), n_people=N, n_items=N), penalty=10.0))


def reread_ease(folder: Path) -> Scorer:
    np.save(folder / "weights.npy", ease_weights(likes_matrix(checkerboard(), n_people=N, n_items=N), penalty=10.0))
    return EaseScorer(np.load(folder / "weights.npy", mmap_mode="r"))


@pytest.fixture(params=["fitted", "memory-mapped"])
def scorer(request: pytest.FixtureRequest, tmp_path: Path) -> Scorer:
    makers: dict[str, Callable[[], Scorer]] = {"fitted": fitted_ease, "memory-mapped": lambda: reread_ease(tmp_path)}
    return makers[request.param]()


@pytest.mark.parametrize("person", [0, 1, 24, 49])
def test_the_withheld_item_is_recommended_first(scorer: Scorer, person: int) -> None:
    likes = {i: 1.0 for i in range(person % 2, N, 2) if i != person}
    affinity = scorer.affinity(likes)
    unknown = [i for i in range(N) if i not in likes]
    assert max(unknown, key=lambda i: affinity[i]) == person


def test_a_stranger_with_one_like_gets_the_items_of_that_half(scorer: Scorer) -> None:
    affinity = scorer.affinity({7: 1.0})
    best = np.argsort(-affinity)[:HALF_OF_LIKES]
    assert all(i % 2 == 1 for i in best)


def test_nothing_follows_from_nothing(scorer: Scorer) -> None:
    assert np.isnan(scorer.affinity({})).all()
    assert scorer.affinity({}).shape == (scorer.n_items,)


@settings(max_examples=50, deadline=None)
@given(
    likes=st.dictionaries(st.integers(0, N - 1), st.floats(-2, 5, allow_nan=False, width=32), min_size=1, max_size=20),
    item=st.integers(0, N - 1),
)
def test_contributions_sum_to_the_affinity(likes: dict[int, float], item: int) -> None:
    scorer = fitted_ease_once()
    contributions = scorer.contributions(likes, item)
    assert contributions.keys() == likes.keys()
    assert sum(contributions.values()) == pytest.approx(float(scorer.affinity(likes)[item]), abs=1e-5)


def test_affinity_is_float32_over_all_items(scorer: Scorer) -> None:
    affinity = scorer.affinity({0: 1.0, 1: 0.5})
    assert affinity.dtype == np.float32
    assert affinity.shape == (scorer.n_items,)


def test_a_like_says_nothing_of_itself(scorer: Scorer) -> None:
    assert scorer.contributions({3: 1.0}, 3)[3] == 0.0


def test_ease_is_the_closed_form_of_the_paper() -> None:
    rng = np.random.default_rng(1)
    likes = (rng.random((40, 15)) < 0.3).astype(np.float64)
    matrix = likes_matrix([(p, i, 1.0) for p, i in np.argwhere(likes)], n_people=40, n_items=15)
    inverse = np.linalg.inv(likes.T @ likes + 3.0 * np.eye(15))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(ease_weights(matrix, penalty=3.0), expected, atol=1e-5)


def test_repeated_likes_are_merged_to_the_stronger() -> None:
    assert likes_matrix([(0, 0, 1.0), (0, 0, 0.5)], n_people=1, n_items=1).toarray().tolist() == [[1.0]]


def test_the_penalty_grows_with_the_number_of_likes() -> None:
    assert default_penalty(100) < default_penalty(10_000) < default_penalty(1_000_000)


_ONCE: list[Scorer] = []


def fitted_ease_once() -> Scorer:
    """One model for all examples of a property."""
    if not _ONCE:
        _ONCE.append(fitted_ease())
    return _ONCE[0]
