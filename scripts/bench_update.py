"""New likes into a fitted scorer: the low-rank update beside a refit of the same models, in turn in the same run.

    python scripts/bench_update.py DATA [--news 100] [--rounds 3]     DATA: MovieLens or Mult-VAE files

`--news` of the training likes, drawn at random, are the new ones. Seconds are the processor's, so that
what else the machine does counts little. `difference` is the largest one between the weights of the two.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from eval.datasets import read_dataset
from retrieval.scorers.ease import Solution
from retrieval.scorers.edlae import penalty_unit, solutions
from retrieval.scorers.training import Training
from retrieval.scorers.woodbury import GramChange, updated

MODELS = ((1000, 0.9), (7, 0.9), (1.5, 0.9), (0.5, 0.9), (0.3, 0.5))
"""As many as a collection of this size gets, with the dropouts that it gets."""


def main() -> None:
    """Measures and prints one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--news", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    dataset = read_dataset(arguments.data)
    training = Training.of(dataset.catalogue, dataset.interactions)
    if training is None:
        raise SystemExit("too few likes")
    after = training.likes
    before = without(after, arguments.news)
    unit = penalty_unit(before)
    fitted = list(solutions(before, MODELS, unit=unit))
    change = GramChange.between(before, after)

    def refit() -> list[Solution]:
        return list(solutions(after, MODELS, unit=unit))

    memory = [np.zeros_like(one.weights) for one in fitted]

    def update() -> list[Solution]:
        made = GramChange.between(before, after)
        return [
            updated(one, made, dropout=dropout, out=out)
            for one, (_, dropout), out in zip(fitted, MODELS, memory, strict=True)
        ]

    ours, theirs = [], []
    for _ in range(arguments.rounds):
        quick, took = timed(update)
        slow, needed = timed(refit)
        ours.append(took)
        theirs.append(needed)
    difference = max(float(np.abs(a.weights - b.weights).max()) for a, b in zip(quick, slow, strict=True))
    refit_s, update_s = statistics.median(theirs), statistics.median(ours)
    Console().print(
        f"{arguments.news} new likes of {len(change.changed)} of {after.shape[1]} items, {len(MODELS)} models: "
        f"refit {refit_s:.2f} s, update {update_s:.2f} s, {refit_s / update_s:.1f} times quicker, difference {difference:.1e}"
    )


def without(likes: Any, news: int) -> Any:
    """The same matrix without so many random likes."""
    rest = likes.tocsr().copy()
    rest.data[np.random.default_rng(0).choice(rest.nnz, news, replace=False)] = 0
    rest.eliminate_zeros()
    return rest


def timed(work: Callable[[], list[Solution]]) -> tuple[list[Solution], float]:
    """What it made, and the processor's seconds that it took, all threads together."""
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


if __name__ == "__main__":
    main()
