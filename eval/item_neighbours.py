"""Items liked by the same people, by scikit-learn's nearest neighbours: what one would use without this program."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.training import Training
from retrieval.sources.collaborative import query_likes
from retrieval.sources.top_items import top_items
from vouch.types import Candidate, Query

NEIGHBOURS = 200


class ItemNeighbours:
    """Each like proposes the 200 items whose likers are most like its own (cosine); their similarities are added up."""

    name = "item_knn"

    def __init__(self, catalogue: Catalogue, training: Training) -> None:
        from sklearn.neighbors import NearestNeighbors

        n = len(training.item_ids)
        model = NearestNeighbors(n_neighbors=min(NEIGHBOURS, n - 1), metric="cosine").fit(training.likes.T.tocsr())
        graph: Any = model.kneighbors_graph(mode="distance")
        graph.data = 1.0 - graph.data
        self._catalogue = catalogue
        self._similarities = graph
        self._rows = {item_id: row for row, item_id in enumerate(training.item_ids)}
        self._places = np.array([catalogue.index_of[item_id] for item_id in training.item_ids])

    def propose(self, query: Query, k: int, allowed: frozenset[str] | None) -> tuple[Candidate, ...]:
        """The items with the highest sum; () without a like that anybody shares."""
        likes = {self._rows[i]: weight for i, weight in query_likes(query).items() if i in self._rows}
        if not likes:
            return ()
        scores = np.full(len(self._catalogue.items), np.nan)
        given = np.zeros(len(self._rows))
        given[list(likes)] = list(likes.values())
        scores[self._places] = given @ self._similarities
        return top_items(self._catalogue, np.where(scores > 0, scores, np.nan), k, allowed=allowed, name=self.name)
