"""Scores over all items to the best few candidates of one source."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.columns import Mask
from retrieval.item_sets import mask_of_ids
from vouch.types import Candidate


@lru_cache(maxsize=4)  # all sources of one query ask for the same set
def allowed_mask(catalogue: Catalogue, allowed: frozenset[str]) -> Mask:
    """The mask of the allowed items."""
    return mask_of_ids(catalogue, allowed)


@lru_cache(maxsize=4)
def allowed_places(catalogue: Catalogue, allowed: frozenset[str]) -> NDArray[np.intp]:
    """The indexes of the allowed items, ascending."""
    return np.flatnonzero(allowed_mask(catalogue, allowed))


def top_items(
    catalogue: Catalogue,
    scores: NDArray[np.floating],
    k: int,
    *,
    allowed: frozenset[str] | None,
    name: str,
    ties_share: bool = False,
) -> tuple[Candidate, ...]:
    """The k best items of a source, best first, ties in the catalogue's order. NaN and -inf: not proposed.

    `ties_share`: all that are tied have the middle of their places as their rank, so that the catalogue's order raises none of them.
    """
    places = None if allowed is None else allowed_places(catalogue, allowed)
    given = scores if places is None else scores[places]
    values = np.where(np.isnan(given), -np.inf, given)
    if k < len(values):  # partition first: sorting everything is what takes the time
        edge = np.partition(values, -k)[-k]
        chosen = np.flatnonzero(values >= edge)
    else:
        chosen = np.arange(len(values))
    ordered = chosen[np.argsort(-values[chosen], kind="stable")]
    ranks = _middle_places(values[ordered]) if ties_share else np.arange(1, len(ordered) + 1)
    order = ordered[:k][values[ordered[:k]] > -np.inf]
    best = order if places is None else places[order]
    return tuple(
        Candidate(item_id=catalogue.item_ids[i], ranks={name: rank}, scores={name: score})
        for rank, i, score in zip(ranks[: len(best)].tolist(), best.tolist(), values[order].tolist(), strict=True)
    )


def _middle_places(falling: NDArray[np.floating]) -> NDArray[np.int64]:
    """The place of each value, the middle one of its ties', rounded up, shape as given.

    >>> _middle_places(np.array([0.9, 0.5, 0.5, 0.5, 0.1])).tolist()
    [1, 3, 3, 3, 5]
    """
    from scipy.stats import rankdata

    places: NDArray[np.int64] = np.ceil(rankdata(-falling, method="average")).astype(np.int64)
    return places
