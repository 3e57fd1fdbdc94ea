"""Other scorers fitted in memory, to be compared with and for collections where they serve better."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.catalogue import Catalogue
from retrieval.scorers.als import AlsChoice, AlsScorer, als_factors
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.neighbours import NEIGHBOURS, Likeness, SparseScorer, neighbour_weights, transition_weights
from retrieval.scorers.training import EVERY_ITEM, Training, likes_that_hold
from vouch.types import Interaction

ALS = AlsChoice()


def fit_als(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, choice: AlsChoice = ALS
) -> CollaborativeModel | None:
    """Matrix factorisation over all items; None where fewer than two people like at least two items each."""
    training = Training.of(catalogue, interactions, most_items=EVERY_ITEM)
    if training is None:
        return None
    factors = als_factors(training.likes, choice)
    scorer = AlsScorer(
        factors, regularization=choice.regularization, alpha=choice.alpha, scorer_id=f"als/{choice.factors}"
    )
    return CollaborativeModel(scorer, training.item_ids, catalogue)


def fit_item_neighbours(
    interactions: Iterable[Interaction], catalogue: Catalogue, *, kind: Likeness = "bm25", k: int = NEIGHBOURS
) -> CollaborativeModel | None:
    """implicit's item neighbours; None as `fit_als`."""
    training = Training.of(catalogue, interactions, most_items=EVERY_ITEM)
    if training is None:
        return None
    scorer = SparseScorer(neighbour_weights(training.likes, kind, k=k), scorer_id=f"{kind}/{k}")
    return CollaborativeModel(scorer, training.item_ids, catalogue)


def fit_transitions(interactions: Iterable[Interaction], catalogue: Catalogue) -> CollaborativeModel | None:
    """What is liked next; None as `fit_als`, or where no two likes of anybody have different dates."""
    liked = [i for i in likes_that_hold(interactions) if i.item_id in catalogue.by_id]
    training = Training.of(catalogue, liked, most_items=EVERY_ITEM)
    if training is None:
        return None
    columns = {item_id: column for column, item_id in enumerate(training.item_ids)}
    histories: dict[str, list[tuple[int, float]]] = {}
    for like in liked:
        if like.at > 0:
            histories.setdefault(like.user_id, []).append((columns[like.item_id], like.at))
    weights = transition_weights(histories.values(), n_items=len(columns))
    if not weights.nnz:
        return None
    return CollaborativeModel(SparseScorer(weights, scorer_id="transitions"), training.item_ids, catalogue)
