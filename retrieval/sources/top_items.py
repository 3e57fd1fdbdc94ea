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
    catalogue: Catalogue, scores: NDArray[np.floating], k: int, *, allowed: frozenset[str] | None, name: str
) -> tuple[Candidate, ...]:
    """The k best items of a source, best first, ties in the catalogue's order. NaN and -inf: not proposed."""
    places = None if allowed is None else allowed_places(catalogue, allowed)
    given = scores if places is None else scores[places]
    values = np.where(np.isnan(given), -np.inf, given)
    if k < len(values):  # partition first: sorting everything is what takes the time
        edge = np.partition(values, -k)[-k]
        chosen = np.flatnonzero(values >= edge)
    else:
        chosen = np.arange(len(values))
    order = chosen[np.argsort(-values[chosen], kind="stable")][:k]
    order = order[values[order] > -np.inf]
    best = order if places is None else places[order]
    return tuple(
        Candidate(item_id=catalogue.item_ids[i], ranks={name: rank}, scores={name: score})
        for rank, (i, score) in enumerate(zip(best.tolist(), values[order].tolist(), strict=True), start=1)
    )
