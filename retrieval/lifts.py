"""What moves items beside the sources: preferences lift, likeness to what is disliked pushes down, words to be avoided,
and, where one explores, what everybody likes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval import ranking
from retrieval.aversion import aversion
from retrieval.catalogue import Catalogue
from retrieval.item_sets import mask_of
from retrieval.item_vectors import ItemVectors
from retrieval.ranking import Scored
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.lexical import document
from retrieval.tastes import dislike_weights, like_weights
from retrieval.words import words
from vouch.types import Query


@dataclass(frozen=True)
class Lifts:
    """The lifts and pushes of one catalogue; without item vectors or a model dislikes go by the other."""

    catalogue: Catalogue
    like_counts: LikeCounts
    model: CollaborativeModel | None
    item_vectors: ItemVectors | None

    def moved(self, scored: Sequence[Scored], query: Query) -> list[Scored]:
        """With the lift of preferences and the push of dislikes, of what is to be avoided and of popularity as parts.

        Where nothing else is asked for each preference counts in full, so that what meets more of them comes before what most people like.
        """
        if not (query.prefer or query.avoid or query.explore or any(taste.disliked for taste in query.tastes)):
            return list(scored)
        indexes = [self.catalogue.index_of[one.item_id] for one in scored]
        masks = [mask_of(self.catalogue, f)[indexes] for f in query.prefer]
        asked = query.text.strip() or query.like_item or like_weights(query.tastes)
        lift = ranking.PREFERENCE * (np.mean if asked else np.sum)(masks, axis=0) if masks else np.zeros(len(scored))
        push = aversion(
            dislike_weights(query.tastes),
            like_weights(query.tastes),
            indexes,
            item_vectors=self.item_vectors,
            model=self.model,
        )
        push = np.zeros(len(scored)) if push is None else ranking.DISLIKE * push
        avoided = [ranking.AVOIDED * self._speaks_of(one.item_id, query.avoid) for one in scored]
        known = ranking.EXPLORED * query.explore * self._fame(indexes)
        return [
            one.with_part("preferred", float(up))
            .with_part("dislikes", -float(down))
            .with_part("avoided", -float(bad))
            .with_part("popularity", -float(share) * max(one.score, 0.0))
            for one, up, down, bad, share in zip(scored, lift, push, avoided, known, strict=True)
        ]

    def _fame(self, indexes: Sequence[int]) -> NDArray[np.float64]:
        """log(1 + people) of each item over that of the most liked one, in [0, 1]."""
        counts = self.like_counts.counts
        return np.asarray(np.log1p(counts[list(indexes)]) / max(math.log1p(counts.max(initial=0)), 1e-9))

    def _speaks_of(self, item_id: str, phrases: Sequence[str]) -> float:
        """How many of the phrases stand in what is known of the item, all their words; in its title they count twice."""
        if not phrases:
            return 0.0
        item = self.catalogue.by_id[item_id]
        title = frozenset(words(item.title))
        told = frozenset(document(item, self.catalogue.passages_of(item_id)))
        asked = [frozenset(words(phrase)) for phrase in phrases]
        return float(sum((one <= told) + (one <= title) for one in asked if one))
