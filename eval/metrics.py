"""How good ranked lists are, one number a person, and how sure that is. Knows only places in a catalogue.

Lists are arrays of item indexes, shape (people, places), best first; -1: no item at that place. nDCG and MRR are ranx's; recall is ours,
because it is divided by what could be found in 20 places.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
Lists = NDArray[np.int64]
Values = NDArray[np.float64]
STANDARD = {"ndcg@10": "ndcg@10", "ndcg@100": "ndcg@100", "mrr": "mrr"}
"""Our names and ranx's."""


def hits(lists: Lists, relevant: Sequence[Collection[int]]) -> NDArray[np.bool_]:
    """Which places hold a relevant item, shape (people, places)."""
    return np.array([np.isin(own, list(wanted)) for own, wanted in zip(lists, relevant, strict=True)], dtype=bool)


def recall_at(k: int, lists: Lists, relevant: Sequence[Collection[int]]) -> Values:
    """Relevant items among the first k, divided by min(k, relevant ones): 1 is the best possible (Liang et al. 2018).

    >>> recall_at(2, np.array([[0, 7, 1]]), [{0, 1, 2}]).tolist()
    [0.5]
    """
    possible = np.array([min(k, len(wanted)) for wanted in relevant])
    return np.asarray(hits(lists[:, :k], relevant).sum(axis=1) / possible, dtype=np.float64)


def standard(lists: Lists, relevant: Sequence[Collection[int]]) -> dict[str, Values]:
    """nDCG@10 and @100 with gain 1 for a relevant item (Järvelin and Kekäläinen 2002), and the reciprocal rank, by ranx.

    One of two relevant items, found at the second place: (1 / log2 3) / (1 + 1 / log2 3).

    >>> found = standard(np.array([[7, 0, 8]]), [{0, 1}])
    >>> {name: round(float(values[0]), 4) for name, values in found.items()}
    {'ndcg@10': 0.3869, 'ndcg@100': 0.3869, 'mrr': 0.5}
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba warns of casts in ranx's own code while it compiles it
        from ranx import evaluate

        found = evaluate(_truth(relevant), _run(lists), list(STANDARD.values()), return_mean=False)
    return {ours: np.asarray(found[theirs], dtype=np.float64) for ours, theirs in STANDARD.items()}


def _truth(relevant: Sequence[Collection[int]]) -> Values:
    """ranx's arrays: (people, items, 2) of item and gain, filled up with items that are not there and gain 0."""
    most = max(len(wanted) for wanted in relevant)
    truth = np.zeros((len(relevant), most, 2))
    truth[:, :, 0] = -2
    for row, wanted in enumerate(relevant):
        truth[row, : len(wanted), 0] = sorted(wanted)
        truth[row, : len(wanted), 1] = 1
    return truth


def _run(lists: Lists) -> Values:
    falling = np.broadcast_to(np.arange(lists.shape[1], 0, -1), lists.shape)
    return np.stack([lists, falling], axis=2).astype(np.float64)


def novelty_at(k: int, lists: Lists, popularity: NDArray[np.int64], *, people: int) -> Values:
    """The mean surprise of the first k in bits, -log2 of the share of people who like it (Vargas and Castells 2011); 0 for no list.

    What nobody likes counts as liked by half a person.

    >>> novelty_at(2, np.array([[0, 1]]), np.array([8, 2]), people=8).tolist()
    [1.0]
    """
    bits = -np.log2(np.maximum(popularity, 0.5) / people)
    return _mean_of_places(lists[:, :k], bits)


def popularity_lift_at(
    k: int, lists: Lists, profiles: Sequence[Collection[int]], popularity: NDArray[np.int64]
) -> Values:
    """How much more popular the first k are than what the people themselves like (Abdollahpouri et al. 2020), one number a person.

    The mean is (mean popularity of lists - of profiles) / of profiles: 0 is as popular as the likes known, 1 twice as popular.

    >>> popularity_lift_at(1, np.array([[0], [1]]), [{1}, {1}], np.array([9, 3])).tolist()
    [2.0, 0.0]
    """
    usual = float(np.mean([popularity[list(own)].mean() if own else 0.0 for own in profiles]))
    own = _mean_of_places(lists[:, :k], popularity.astype(np.float64))
    return own / usual - 1 if usual else np.zeros(len(lists))


def diversity_at(k: int, lists: Lists, vectors: NDArray[np.float32]) -> Values:
    """One less the mean cosine of each two of the first k (Ziegler et al. 2005); 0 for lists of one item or none.

    Args:
        vectors: one row an item, of length 1.

    >>> diversity_at(3, np.array([[0, 1, 1]]), np.eye(2, dtype=np.float32)).round(4).tolist()
    [0.6667]
    """
    first = lists[:, :k]
    rows = np.where(first[:, :, None] >= 0, vectors[first], 0.0)
    listed = (first >= 0).sum(axis=1)
    cosines = (rows.sum(axis=1) ** 2).sum(axis=1) - (rows**2).sum(axis=(1, 2))
    pairs = listed * (listed - 1)
    return np.where(pairs > 0, 1 - cosines / np.maximum(pairs, 1), 0.0)


def miscalibration_at(
    k: int, lists: Lists, profiles: Sequence[Collection[int]], mixes: NDArray[np.float64], *, smoothing: float = 0.01
) -> Values:
    """How far the kinds of the first k are from those of the likes: KL(p, q~) of Steck 2018 (`retrieval.calibration`), one number a person.

    0 for the same mix, and for people whose likes have no kind. Items without one count for nothing.

    Args:
        mixes: p(g|i) of every item, shape (n_items, n_kinds); zeros for an item without a kind.

    >>> halves = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> miscalibration_at(2, np.array([[0, 1], [0, 0]]), [{0, 1}, {0, 1}], halves).round(2).tolist()
    [0.0, 1.96]
    """
    from scipy.special import rel_entr

    values = np.zeros(len(lists))
    for row, (own, liked) in enumerate(zip(lists[:, :k], profiles, strict=True)):
        p, q = (_mix(mixes[items]) for items in (sorted(liked), own[own >= 0]))
        values[row] = rel_entr(p, (1 - smoothing) * q + smoothing * p).sum()
    return values


def _mix(rows: NDArray[np.float64]) -> Values:
    total: Values = rows.sum(axis=0)
    return total / max(float(total.sum()), 1e-9)


def coverage_at(k: int, lists: Lists, *, n_items: int) -> float:
    """The share of all items that stand among the first k of anybody's list.

    >>> coverage_at(1, np.array([[0, 1], [0, 2]]), n_items=4)
    0.25
    """
    return len(set(lists[:, :k].ravel().tolist()) - {-1}) / n_items


def mean_with_interval(
    values: Sequence[Mapping[str, float]], *, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """The mean over draws and people with the bounds of its 95 % interval, by resampling people with all that was drawn of them.

    Percentile bootstrap (Efron 1979). `values`: one mapping a draw, user_id -> value; a person need not stand in each.

    >>> mean_with_interval([{"u": 1.0}, {"u": 0.5, "v": 0.0}], seed=0)[0]
    0.5
    """
    users = {user_id: row for row, user_id in enumerate(dict.fromkeys(u for draw in values for u in draw))}
    sums, counts = np.zeros(len(users)), np.zeros(len(users))
    for draw in values:
        rows = [users[user_id] for user_id in draw]
        sums[rows] += list(draw.values())
        counts[rows] += 1
    drawn = np.random.default_rng(seed).integers(0, len(users), size=(resamples, len(users)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return math.fsum(sums) / float(counts.sum()), float(low), float(high)


def _mean_of_places(lists: Lists, of_item: NDArray[np.float64]) -> Values:
    listed = lists >= 0
    mean: Values = np.where(listed, of_item[lists], 0.0).sum(axis=1) / np.maximum(listed.sum(axis=1), 1)
    return mean
