"""Levels of adaptive EDLAE: chosen on people of the collection itself, the defaults where they are too few."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np

from retrieval.scorers.ease import likes_matrix
from retrieval.scorers.edlae import models_of
from retrieval.scorers.levels import DEFAULT, DISCOUNT, NUMBERS, WELL_KNOWN, choose_levels


def clusters(people: int, *, size: int = 20, liked: int = 14) -> Any:
    """Each person likes 14 of the twenty items of one of three clusters, the first ones of it more often."""
    rng = np.random.default_rng(7)
    chance = np.linspace(3, 1, size) / np.linspace(3, 1, size).sum()
    pairs = [
        (p, size * (p % 3) + item, 1.0)
        for p in range(people)
        for item in rng.choice(size, size=liked, replace=False, p=chance).tolist()
    ]
    return likes_matrix(pairs, n_people=people, n_items=3 * size)


def test_few_people_get_the_default_levels() -> None:
    assert choose_levels(clusters(30), most_models=5) == (DEFAULT, 0)


def test_levels_rise_are_few_and_are_the_same_every_time() -> None:
    likes = clusters(240)
    levels, people = choose_levels(likes, most_models=3)
    assert people == 60
    assert levels[0].least == 1
    assert all(a.least < b.least < NUMBERS[-1] for a, b in itertools.pairwise(levels))
    assert all(replace(a, least=b.least) != b for a, b in itertools.pairwise(levels))
    assert 1 <= len(models_of(levels)) <= 3
    assert choose_levels(likes, most_models=3) == (levels, people)


def test_popularity_is_discounted_for_those_who_are_well_known_alone() -> None:
    levels, _ = choose_levels(clusters(240, size=80, liked=60), most_models=3)
    assert {level.discount for level in levels[:-1]} == {0.0}
    assert levels[-1].discount == DISCOUNT
    assert levels[-1].least == math.sqrt(WELL_KNOWN * 10)  # nobody here has some twenty likes
