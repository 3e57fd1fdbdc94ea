"""How close items are to what is disliked. A dislike pushes its neighbours down; it never only removes itself.

closeness(j) = sum over disliked d of  w_d (content(d, j) + company(d, j)) / 2,  divided by the square root of their number, at most 1:
content is what the cosine of the two items' vectors has above `USUAL` (two works of a collection are always a little
alike), company is d's row of the collaborative model over its largest entry. The root damps: who dislikes fifty things does not dislike everything
near any of them. The ranking subtracts `ranking.DISLIKE` times the closeness as the part “dislikes”.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from retrieval.item_vectors import ItemVectors
from retrieval.scorers.collaborative_model import CollaborativeModel

USUAL = 0.4
MOST = 50
"""The latest dislikes that count."""


def closeness(
    dislikes: Mapping[str, float], *, item_vectors: ItemVectors | None, model: CollaborativeModel | None
) -> NDArray[np.float32] | None:
    """In [0, 1] for every item of the catalogue, shape (n_items,); None where nothing is disliked or nothing is known."""
    latest = dict(list(dislikes.items())[:MOST])
    near = [w * part for i, w in latest.items() if (part := _near(i, item_vectors, model)) is not None]
    if not near:
        return None
    total = np.sum(near, axis=0) / math.sqrt(len(near))
    return np.asarray(np.minimum(total, 1.0), dtype=np.float32)


def _near(
    item_id: str, item_vectors: ItemVectors | None, model: CollaborativeModel | None
) -> NDArray[np.float32] | None:
    parts = []
    if item_vectors is not None and item_id in item_vectors.catalogue.index_of:
        cosine = item_vectors.vectors @ item_vectors.of(item_id)
        parts.append(np.clip((cosine - USUAL) / (1 - USUAL), 0, 1))
    if model is not None and model.knows(item_id):
        company = np.nan_to_num(model.affinity({item_id: 1.0}), nan=0.0)
        parts.append(np.clip(company / max(float(company.max()), 1e-6), 0, 1))
    return np.asarray(np.mean(parts, axis=0), dtype=np.float32) if parts else None
