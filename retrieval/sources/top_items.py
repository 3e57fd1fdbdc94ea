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


def top_items(
    catalogue: Catalogue, scores: NDArray[np.floating], k: int, *, allowed: frozenset[str] | None, name: str
) -> tuple[Candidate, ...]:
    """The k best items of a source, best first, ties in the catalogue's order. NaN and -inf: not proposed."""
    values = np.where(np.isnan(scores), -np.inf, scores)
    if allowed is not None:
        values = np.where(allowed_mask(catalogue, allowed), values, -np.inf)
    if k < len(values):  # partition first: sorting everything is what takes the time
        edge = np.partition(values, -k)[-k]
        chosen = np.flatnonzero(values >= edge)
    else:
        chosen = np.arange(len(values))
    order = chosen[np.argsort(-values[chosen], kind="stable")][:k]
    return tuple(
        Candidate(item_id=catalogue.item_ids[i], ranks={name: rank}, scores={name: float(values[i])})
        for rank, i in enumerate((i for i in order.tolist() if values[i] > -np.inf), start=1)
    )
