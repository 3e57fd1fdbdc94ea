"""The examples in the docstrings of the recommender and its measurements hold."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "eval.metrics",
    "retrieval.calibration",
    "retrieval.citations",
    "retrieval.comparing",
    "retrieval.columns",
    "retrieval.proposals",
    "retrieval.ranking",
    "retrieval.scorers.als",
    "retrieval.scorers.choosing",
    "retrieval.scorers.edlae",
    "retrieval.scorers.lending",
    "retrieval.scorers.like_counts",
    "retrieval.stand_ins",
    "retrieval.titles",
    "retrieval.words",
)


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_hold(name: str) -> None:
    failed, attempted = doctest.testmod(importlib.import_module(name))
    assert attempted > 0
    assert failed == 0
