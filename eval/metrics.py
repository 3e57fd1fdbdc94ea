"""How good ranked lists are, one number a person, and how sure that is. Knows only lists of ids.

nDCG is scikit-learn's. (ranx compiles its metrics anew in every process, half a minute, and numba warns of unsafe casts while it does.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000


def recall_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Relevant items among the first k, divided by min(k, relevant ones): 1 is the best possible (Liang et al. 2018).

    >>> recall_at(2, ["a", "x", "b"], {"a", "b", "c"})
    0.5
    """
    hits = sum(item_id in relevant for item_id in ranked[:k])
    return hits / min(k, len(relevant))


def ndcg_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulative gain with gain 1 for a relevant item (Järvelin and Kekäläinen 2002).

    One of two found at the second place: (1 / log2 3) / (1 + 1 / log2 3).

    >>> round(ndcg_at(10, ["x", "a", "y"], {"a", "b"}), 4)
    0.3869
    """
    from sklearn.metrics import ndcg_score

    listed = list(ranked[:k])
    padding = k - len(listed)  # empty places, so that what was not listed cannot slip into the first k
    missed = [item_id for item_id in relevant if item_id not in set(listed)]
    truth = [float(item_id in relevant) for item_id in listed] + [0.0] * padding + [1.0] * len(missed)
    scores = [float(2 * k - place) for place in range(k)] + [0.0] * len(missed)
    if len(truth) < 2:
        return truth[0]
    return float(ndcg_score([truth], [scores], k=k, ignore_ties=True))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1 / the place of the first relevant item, 0 where none is listed; its mean is the MRR.

    >>> reciprocal_rank(["x", "a", "b"], {"a", "b"})
    0.5
    """
    return next((1 / place for place, item_id in enumerate(ranked, start=1) if item_id in relevant), 0.0)


def novelty_at(k: int, ranked: Sequence[str], popularity: Mapping[str, int], *, people: int) -> float:
    """The mean surprise of the first k in bits, -log2 of the share of people who like it (Vargas and Castells 2011); 0 for no list.

    What nobody likes counts as liked by half a person.

    >>> novelty_at(2, ["a", "b"], {"a": 8, "b": 2}, people=8)
    1.0
    """
    shares = [max(popularity.get(item_id, 0), 0.5) / people for item_id in ranked[:k]]
    return -sum(math.log2(share) for share in shares) / len(shares) if shares else 0.0


def popularity_lift_at(
    k: int, lists: Sequence[Sequence[str]], profiles: Sequence[Collection[str]], popularity: Mapping[str, int]
) -> list[float]:
    """How much more popular the first k are than what the people themselves like (Abdollahpouri et al. 2020), one number a person.

    The mean is (mean popularity of lists - of profiles) / of profiles: 0 is as popular as the likes known, 1 twice as popular.

    >>> popularity_lift_at(1, [["a"], ["b"]], [{"b"}, {"b"}], {"a": 9, "b": 3})
    [2.0, 0.0]
    """
    usual = float(np.mean([_mean_popularity(profile, popularity) for profile in profiles]))
    return [_mean_popularity(ranked[:k], popularity) / usual - 1 if usual else 0.0 for ranked in lists]


def _mean_popularity(item_ids: Collection[str], popularity: Mapping[str, int]) -> float:
    return sum(popularity.get(item_id, 0) for item_id in item_ids) / len(item_ids) if item_ids else 0.0


def coverage_at(k: int, lists: Sequence[Sequence[str]], *, n_items: int) -> float:
    """The share of all items that stand among the first k of anybody's list.

    >>> coverage_at(1, [["a", "b"], ["a", "c"]], n_items=4)
    0.25
    """
    return len({item_id for ranked in lists for item_id in ranked[:k]}) / n_items


def mean_with_interval(values: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> tuple[float, float, float]:
    """The mean over people with the bounds of its 95 % interval, by resampling people (percentile bootstrap, Efron 1979)."""
    array = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(array), size=(resamples, len(array)))
    means: NDArray[np.float64] = array[draws].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(array.mean()), float(low), float(high)


PER_PERSON: dict[str, Callable[[Sequence[str], Collection[str]], float]] = {
    "recall@20": lambda ranked, relevant: recall_at(20, ranked, relevant),
    "ndcg@10": lambda ranked, relevant: ndcg_at(10, ranked, relevant),
    "ndcg@100": lambda ranked, relevant: ndcg_at(100, ranked, relevant),
    "mrr": reciprocal_rank,
}
