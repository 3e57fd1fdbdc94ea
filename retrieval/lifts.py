"""What moves items beside the sources: preferences lift, likeness to what is disliked pushes down, and so do words to be avoided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval import ranking
from retrieval.aversion import aversion
from retrieval.catalogue import Catalogue
from retrieval.item_sets import mask_of
from retrieval.item_vectors import ItemVectors
from retrieval.ranking import Scored
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.sources.lexical import document
from retrieval.tastes import dislike_weights, like_weights
from retrieval.words import words
from vouch.types import Query


@dataclass(frozen=True)
class Lifts:
    """The lifts and pushes of one catalogue; without item vectors or a model dislikes go by the other."""

    catalogue: Catalogue
    model: CollaborativeModel | None
    item_vectors: ItemVectors | None

    def moved(self, scored: Sequence[Scored], query: Query) -> list[Scored]:
        """With the lift of preferences and the push of dislikes and of what is to be avoided as parts."""
        if not (query.prefer or query.avoid or any(taste.disliked for taste in query.tastes)):
            return list(scored)
        indexes = [self.catalogue.index_of[one.item_id] for one in scored]
        masks = [mask_of(self.catalogue, f)[indexes] for f in query.prefer]
        lift = ranking.PREFERENCE * np.mean(masks, axis=0) if masks else np.zeros(len(scored))
        push = aversion(
            dislike_weights(query.tastes),
            like_weights(query.tastes),
            indexes,
            item_vectors=self.item_vectors,
            model=self.model,
        )
        push = np.zeros(len(scored)) if push is None else ranking.DISLIKE * push
        avoided = [ranking.AVOIDED * self._speaks_of(one.item_id, query.avoid) for one in scored]
        return [
            one.with_part("preferred", float(up)).with_part("dislikes", -float(down)).with_part("avoided", -float(bad))
            for one, up, down, bad in zip(scored, lift, push, avoided, strict=True)
        ]

    def _speaks_of(self, item_id: str, phrases: Sequence[str]) -> float:
        """How many of the phrases stand in what is known of the item, all their words; in its title they count twice."""
        if not phrases:
            return 0.0
        item = self.catalogue.by_id[item_id]
        title = frozenset(words(item.title))
        told = frozenset(document(item, self.catalogue.passages_of(item_id)))
        asked = [frozenset(words(phrase)) for phrase in phrases]
        return float(sum((one <= told) + (one <= title) for one in asked if one))
