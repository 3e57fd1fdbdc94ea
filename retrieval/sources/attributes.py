"""Items that share attribute values with what is liked: the same maker, the same rare genre. Needs neither people nor texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.likeness import rarities, values_of_items
from retrieval.sources.collaborative import content_likes
from retrieval.sources.top_items import top_items
from vouch.types import Candidate, Query

DIGITS = 5
"""Of a cosine: those behind are float32's own."""


class AttributeSource:
    """The weighted mean over the likes of the cosine of two items' values, each value as heavy as it is rare (likeness.rarities).

    A value of one item alone, or of every item, says nothing and counts for nothing. Items that share as much share their rank: three
    hundred romantic comedies are all as near to a romantic comedy.
    """

    name = "attributes"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._values = _matrix(catalogue)

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items that share most; () where nothing is liked, or nothing that shares a value with anything."""
        index_of = self._catalogue.index_of
        likes = {index_of[i]: weight for i, weight in content_likes(query).items() if i in index_of}
        if not likes or not self._values.nnz:
            return ()
        given = np.fromiter(likes.values(), np.float32, len(likes))
        profile = given @ self._values[list(likes)] / np.abs(given).sum()
        scores = np.round(np.asarray(self._values @ np.asarray(profile).ravel(), dtype=np.float32), DIGITS)
        kept = np.where(scores > 0, scores, np.nan)
        return top_items(self._catalogue, kept, k, allowed=allowed, name=self.name, ties_share=True)


def _matrix(catalogue: Catalogue) -> Any:
    """scipy sparse matrix, float32, shape (n_items, n_values), rows of length 1 or 0."""
    from scipy.sparse import csr_matrix

    values = values_of_items(catalogue)
    rarity = rarities(values.values())
    shared = {value: column for column, value in enumerate(v for v, rare in rarity.items() if 0 < rare < 1)}
    rows, columns, weights = [], [], []
    for row, item_id in enumerate(catalogue.item_ids):
        own = sorted(values[item_id] & shared.keys())
        length = float(np.linalg.norm([rarity[value] for value in own])) or 1.0
        rows += [row] * len(own)
        columns += [shared[value] for value in own]
        weights += [rarity[value] / length for value in own]
    shape = (len(catalogue.items), len(shared))
    return csr_matrix((np.array(weights, dtype=np.float32), (rows, columns)), shape=shape)
