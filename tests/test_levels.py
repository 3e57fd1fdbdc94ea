"""Levels of adaptive EDLAE: chosen on people of the collection itself, the defaults where they are too few."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from retrieval.scorers.ease import likes_matrix
from retrieval.scorers.edlae import models_of
from retrieval.scorers.levels import DEFAULT, NUMBERS, choose_levels

N_ITEMS = 60


def clusters(people: int) -> Any:
    """Each person likes 14 of the twenty items of one of three clusters, the first ones of it more often."""
    rng = np.random.default_rng(7)
    chance = np.linspace(3, 1, 20) / np.linspace(3, 1, 20).sum()
    pairs = [
        (p, 20 * (p % 3) + item, 1.0)
        for p in range(people)
        for item in rng.choice(20, size=14, replace=False, p=chance).tolist()
    ]
    return likes_matrix(pairs, n_people=people, n_items=N_ITEMS)


def test_few_people_get_the_default_levels() -> None:
    assert choose_levels(clusters(30), most_models=5) == (DEFAULT, 0)


def test_levels_rise_are_few_and_are_the_same_every_time() -> None:
    likes = clusters(240)
    levels, people = choose_levels(likes, most_models=3)
    assert people == 60
    assert levels[0].least == 1
    assert all(a.least < b.least < NUMBERS[-1] for a, b in itertools.pairwise(levels))
    assert all((a.model, a.popularity) != (b.model, b.popularity) for a, b in itertools.pairwise(levels))
    assert 1 <= len(models_of(levels)) <= 3
    assert choose_levels(likes, most_models=3) == (levels, people)
