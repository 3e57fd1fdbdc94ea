"""What every scorer must do: the checkerboard of implicit's recommender_base_test, and scores that can be taken apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.scorers.als import AlsChoice, AlsScorer, als_factors, predicted
from retrieval.scorers.ease import EaseScorer, Solution, default_penalty, ease_weights, likes_matrix
from retrieval.scorers.edlae import (
    AdaptiveScorer,
    Level,
    LevelChoice,
    fit_models,
    fitted_levels,
    models_of,
    penalty_unit,
    solutions,
)
from retrieval.scorers.neighbours import SparseScorer, neighbour_weights, transition_weights
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


CHOICES = (
    LevelChoice(least=1, penalty=10, dropout=0.9, popularity=0.2),
    LevelChoice(least=3, penalty=10, dropout=0.9, popularity=0.1),
    LevelChoice(least=8, penalty=0.5, dropout=0.5, popularity=0.0),
)


def fitted_adaptive() -> Scorer:
    likes = likes_matrix(checkerboard(), n_people=N, n_items=N)
    log_popularity = np.log1p(np.asarray(likes.sum(0), dtype=np.float32).ravel())
    log_popularity[0] += 0.5  # so that popularity has something to say
    models = list(solutions(likes, models_of(CHOICES), unit=penalty_unit(likes)))
    levels = [
        level
        for place, own in enumerate(models)
        for level in fitted_levels(CHOICES, place, own.weights, likes=likes, log_popularity=log_popularity)
    ]
    return AdaptiveScorer(models, levels=sorted(levels, key=lambda one: one.least), log_popularity=log_popularity)


def fitted_als() -> AlsScorer:
    choice = AlsChoice(factors=2, regularization=1.0, alpha=3.0, iterations=30)
    factors = als_factors(likes_matrix(checkerboard(), n_people=N, n_items=N), choice)
    return AlsScorer(factors, regularization=choice.regularization, alpha=choice.alpha)


def fitted_cosine() -> Scorer:
    likes = likes_matrix(checkerboard(), n_people=N, n_items=N)
    return SparseScorer(neighbour_weights(likes, "cosine"), scorer_id="cosine")


def fitted_bm25() -> Scorer:
    likes = likes_matrix(checkerboard(), n_people=N, n_items=N)
    return SparseScorer(neighbour_weights(likes, "bm25"), scorer_id="bm25")


def fitted_transitions() -> Scorer:
    """Each person goes through the items of their half in an order of their own."""
    histories: list[list[tuple[int, float]]] = [[] for _ in range(N)]
    for person, item, _ in checkerboard():
        histories[person].append((item, float(np.random.default_rng([person, item]).random())))
    return SparseScorer(transition_weights(histories, n_items=N), scorer_id="transitions")


@pytest.fixture(params=["fitted", "memory-mapped", "adaptive", "als", "cosine", "bm25", "transitions"])
def scorer(request: pytest.FixtureRequest, tmp_path: Path) -> Scorer:
    makers: dict[str, Callable[[], Scorer]] = {
        "fitted": fitted_ease,
        "memory-mapped": lambda: reread_ease(tmp_path),
        "adaptive": fitted_adaptive,
        "als": fitted_als,
        "cosine": fitted_cosine,
        "bm25": fitted_bm25,
        "transitions": fitted_transitions,
    }
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


@pytest.mark.parametrize("make", [fitted_ease, fitted_adaptive, fitted_als, fitted_bm25, fitted_transitions])
@settings(max_examples=50, deadline=None)
@given(
    likes=st.dictionaries(st.integers(0, N - 1), st.floats(-2, 5, allow_nan=False, width=32), min_size=1, max_size=20),
    item=st.integers(0, N - 1),
)
def test_contributions_and_the_popularity_part_sum_to_the_affinity(
    make: Callable[[], Scorer], likes: dict[int, float], item: int
) -> None:
    scorer = once(make)
    contributions = scorer.contributions(likes, item)
    assert contributions.keys() == likes.keys()
    total = sum(contributions.values()) + scorer.popularity_part(likes, item)
    # float32 itself is no finer than 1e-6 of the value
    assert total == pytest.approx(float(scorer.affinity(likes)[item]), rel=1e-6, abs=1e-5)


def test_affinity_is_float32_over_all_items(scorer: Scorer) -> None:
    affinity = scorer.affinity({0: 1.0, 1: 0.5})
    assert affinity.dtype == np.float32
    assert affinity.shape == (scorer.n_items,)


def test_a_like_says_nothing_of_itself(scorer: Scorer) -> None:
    assert scorer.contributions({3: 1.0}, 3)[3] == 0.0


def test_popularity_says_nothing_without_likes(scorer: Scorer) -> None:
    assert scorer.popularity_part({}, 3) == 0.0


def test_the_company_of_an_item_is_of_its_half_and_leaves_itself_and_popularity_out(scorer: Scorer) -> None:
    company = scorer.company(7)
    assert company.shape == (N,)
    assert company[7] == 0.0
    assert all(i % 2 == 1 for i in np.argsort(-company)[:HALF_OF_LIKES])
    assert np.abs(company[0::2]).max() < 0.01 * company.max()


@pytest.mark.parametrize(
    ("weights", "least"),
    [([1.0], 1), ([1.0, 1.0], 1), ([1.0] * 3, 3), ([0.5] * 7, 3), ([1.0] * 8, 8), ([1.0, 0.05, 0.05, 0.05], 1)],
)
def test_the_level_follows_how_many_equal_likes_the_weights_are_worth(weights: list[float], least: float) -> None:
    scorer = fitted_adaptive()
    assert isinstance(scorer, AdaptiveScorer)
    assert scorer.level(dict(enumerate(weights))).least == least


def test_popularity_has_a_part_only_where_its_level_gives_it_one() -> None:
    scorer = fitted_adaptive()
    few, many = {1: 1.0}, dict.fromkeys(range(9), 1.0)
    assert scorer.popularity_part(few, 0) > scorer.popularity_part(few, 2) > 0
    assert scorer.popularity_part(many, 0) == 0.0


@pytest.mark.parametrize("known", [1, 3, 10])
def test_at_every_level_the_affinity_is_an_estimate_of_how_likely_a_like_is(known: int) -> None:
    affinity = fitted_adaptive().affinity({2 * i: 1.0 for i in range(known)})
    assert 0.5 < affinity[2 * known :: 2].mean() < 1.5  # everybody there likes these
    assert abs(affinity[1::2].mean()) < 0.5


def test_edlae_is_the_closed_form_of_the_paper() -> None:
    rng = np.random.default_rng(2)
    likes = (rng.random((40, 15)) < 0.3).astype(np.float64)
    matrix = likes_matrix([(p, i, 1.0) for p, i in np.argwhere(likes)], n_people=40, n_items=15)
    gram = likes.T @ likes
    inverse = np.linalg.inv(gram + np.diag(3.0 + 0.8 / 0.2 * np.diag(gram)))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(ease_weights(matrix, penalty=3.0, dropout=0.8), expected, atol=1e-5)
    unit = float(np.sqrt(matrix.nnz))
    shared = list(fit_models(matrix, [(1.0, 0.0), (3.0 / unit, 0.8)]))
    np.testing.assert_allclose(shared[1], expected, atol=1e-5)


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


_ONCE: dict[Callable[[], Scorer], Scorer] = {}


def once(make: Callable[[], Scorer]) -> Scorer:
    """One model for all examples of a property."""
    if make not in _ONCE:
        _ONCE[make] = make()
    return _ONCE[make]


def test_company_is_a_correlation_and_leans_to_neither_side() -> None:
    rng = np.random.default_rng(1)
    liked = rng.random((200, 8)) < np.linspace(0.05, 0.7, 8)  # the last item is liked by most
    likes = likes_matrix([(int(p), int(i), 1.0) for p, i in np.argwhere(liked)], n_people=200, n_items=8)
    (model,) = solutions(likes, [(1.0, 0.3)], unit=1.0)
    levels = (Level(least=1, weights=0, popularity=0.0, scale=1.0),)
    popularity = np.log1p(liked.sum(axis=0)).astype(np.float32)
    scorer = AdaptiveScorer((model,), levels=levels, log_popularity=popularity)
    company = np.array([scorer.company(i) for i in range(8)])
    assert np.abs(company).max() <= 1.0
    np.testing.assert_allclose(company, company.T, atol=1e-6)
    assert np.abs(model.weights - model.weights.T).max() > 0.01


def test_what_a_like_of_anything_would_give_is_called_popularity() -> None:
    """Everybody likes item 0; half of them items 1 and 2 together. One like of item 1 says more of item 2 than of item 0."""
    likes = np.zeros((20, 6), dtype=np.float32)
    likes[:, 0] = 1
    likes[:10, 1:3] = 1
    likes[10:, 3:5] = 1
    together = likes.T @ likes
    np.fill_diagonal(together, 0)
    popular = np.log1p(likes.sum(axis=0)).astype(np.float32)
    levels = (
        Level(least=1, weights=0, popularity=0.0, scale=1.0),
        Level(least=9, weights=0, popularity=0.0, scale=1.0),
    )
    scorer = AdaptiveScorer((Solution(together, np.ones(6, dtype=np.float32)),), levels=levels, log_popularity=popular)
    mine, everybodys = scorer.contributions({1: 1.0}, 2)[1], scorer.contributions({1: 1.0}, 0)[1]
    assert mine > everybodys
    assert scorer.popularity_part({1: 1.0}, 0) > scorer.popularity_part({1: 1.0}, 2)
    for item in (0, 2):
        total = scorer.contributions({1: 1.0}, item)[1] + scorer.popularity_part({1: 1.0}, item)
        assert total == pytest.approx(float(scorer.affinity({1: 1.0})[item]), abs=1e-5)


def test_the_worked_example_of_the_textbook() -> None:
    """R = u . p with four factors. The text prints .51 for the second prediction; its own numbers give .84."""
    u1, p3 = np.array([0.8, 0.2, 0.4, 0.6]), np.array([0.4, 0.6, 0.3, 0.2])
    u2, p4 = np.array([0.6, 0.4, 0.5, 0.3]), np.array([0.3, 0.7, 0.4, 0.6])
    assert predicted(u1, p3) == pytest.approx(0.68)
    assert predicted(u2, p4) == pytest.approx(0.84)


def test_the_fold_in_is_that_of_implicit() -> None:
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    likes = likes_matrix(checkerboard(), n_people=N, n_items=N)
    with threadpool_limits(1, "blas"):
        peer = AlternatingLeastSquares(factors=6, regularization=0.1, alpha=3.0, random_state=2)
        peer.fit(likes, show_progress=False)
        stranger = likes_matrix([(0, 3, 1.0), (0, 8, 0.4), (0, 11, 2.0)], n_people=1, n_items=N)
        expected = peer.recalculate_user(0, stranger)
    ours = AlsScorer(peer.item_factors, regularization=0.1, alpha=3.0).user_factors({3: 1.0, 8: 0.4, 11: 2.0})
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_a_dislike_takes_from_what_it_is_like_and_gives_to_nothing() -> None:
    scorer = fitted_als()
    liked, mixed = scorer.affinity({7: 1.0}), scorer.affinity({7: 1.0, 9: -1.0})
    assert mixed[11] < liked[11]
    assert scorer.contributions({7: 1.0, 9: -1.0}, 11)[9] == 0.0


def test_what_is_liked_next_follows_the_order_and_ties_have_none() -> None:
    histories = [[(0, 1.0), (1, 2.0), (2, 3.0)], [(3, 1.0), (4, 1.0)]]
    weights = transition_weights(histories, n_items=5).toarray()
    assert weights[0, 1] > weights[0, 2] > 0
    assert weights[1, 0] == 0
    assert not weights[3:].any()
