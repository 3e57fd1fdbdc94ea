"""How well held-out people's likes are found: random, popularity, EASE and the whole, on the full catalogue.

Strong generalisation: the people measured take no part in any fit. Of each, a part of the likes is known and folded in, with all
that they saw or disliked; the rest of the likes is to be found. What is known is never listed, by any model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import PER_PERSON, coverage_at, mean_with_interval
from retrieval.catalogue import Catalogue
from retrieval.recommender import Content, InteractionStore, Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive, fit_ease
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.collaborative import CollaborativeSource
from retrieval.sources.popular import PopularSource
from retrieval.tastes import LIKES, taste_of
from vouch.errors import InputError
from vouch.ports import CandidateSource
from vouch.types import Interaction, Query, Taste

KNOWN = 0.8
"""The share of a held-out person's likes that is known."""
LEAST_LIKES = 5
LISTED = 100
Metric = tuple[float, float | None, float | None]


@dataclass(frozen=True)
class HeldOut:
    """One person: what is known of them, and the likes that are to be found."""

    taste: Taste
    relevant: frozenset[str]


@dataclass(frozen=True)
class Split:
    """`training`: the others' interactions; `people`: those who are measured."""

    training: tuple[Interaction, ...]
    people: tuple[HeldOut, ...]


@dataclass(frozen=True)
class Row:
    """One line of the table. `metrics`: value with the bounds of the 95 % interval, None where there is none."""

    model: str
    part: str
    metrics: dict[str, Metric]


@dataclass(frozen=True, kw_only=True)
class RankingTable:
    """The table with what it was made from."""

    data: str
    split: str
    seed: int
    people: int
    items: int
    training_likes: int
    rows: tuple[Row, ...]


Ranker = Callable[[HeldOut], Sequence[str]]


def split_people(
    interactions: Sequence[Interaction], *, seed: int, share: float = 0.2, most: int = 1000, validation: bool = False
) -> Split:
    """Holds out a fifth of the people with enough likes, at most `most`; as many others are for validation.

    Neither of the two takes part in the training, so that a setting tuned on the one can be measured on the other.

    Raises:
        InputError: too few people with enough likes.
    """
    by_person: dict[str, list[Interaction]] = {}
    for interaction in interactions:
        by_person.setdefault(interaction.user_id, []).append(interaction)
    able = sorted(u for u, own in by_person.items() if len(_liked(own)) >= LEAST_LIKES)
    n = min(most, int(share * len(able)))
    if n < 2:
        raise InputError(
            f"Ranking can't be measured here: {len(able)} people like {LEAST_LIKES} items or more, ten are needed."
        )
    rng = np.random.default_rng(seed)
    order = [able[i] for i in rng.permutation(len(able))]
    chosen = order[n : 2 * n] if validation else order[:n]
    training = tuple(i for i in interactions if i.user_id not in set(order[: 2 * n]))
    return Split(training, tuple(_held_out(u, by_person[u], rng) for u in chosen))


def rankers(catalogue: Catalogue, split: Split, *, content: Content | None, seed: int) -> dict[str, Ranker]:
    """The models of the table by name, fitted on the training people alone."""
    fitted = Fitted(
        version="training",
        like_counts=LikeCounts.of(catalogue, split.training),
        model=fit_adaptive(split.training, catalogue),
    )
    fixed = fit_ease(split.training, catalogue)
    rng = np.random.default_rng(seed)
    everything = np.array(catalogue.item_ids)

    def at_random(person: HeldOut) -> Sequence[str]:
        return [i for i in everything[rng.permutation(len(everything))].tolist() if i not in person.taste.out][:LISTED]

    recommender = Recommender(catalogue=catalogue, store=_NoStore(), fitted=fitted, content=content)

    def the_whole(person: HeldOut) -> Sequence[str]:
        return [one.item_id for one in recommender.rank(Query(tastes=(person.taste,), k=LISTED))]

    models: dict[str, Ranker] = {
        "random": at_random,
        "popularity": _by_source(PopularSource(catalogue, fitted.like_counts), catalogue),
    }
    if fixed is not None and fitted.model is not None:
        models["ease"] = _by_source(CollaborativeSource(fixed), catalogue)
        models["cf"] = _by_source(CollaborativeSource(fitted.model), catalogue)
    return models | {"vouch": the_whole}


def ranking_table(
    catalogue: Catalogue,
    interactions: Sequence[Interaction],
    *,
    content: Content | None = None,
    data: str = "",
    seed: int = 0,
    validation: bool = False,
) -> RankingTable:
    """The whole table for one collection.

    Raises:
        InputError: too few people with enough likes.
    """
    split = split_people(interactions, seed=seed, validation=validation)
    rows = []
    for name, ranker in rankers(catalogue, split, content=content, seed=seed).items():
        lists = [list(ranker(person)) for person in split.people]
        metrics: dict[str, Metric] = {
            metric: mean_with_interval(
                [value(ranked, p.relevant) for ranked, p in zip(lists, split.people, strict=True)], seed=seed
            )
            for metric, value in PER_PERSON.items()
        }
        metrics["coverage@10"] = (coverage_at(10, lists, n_items=len(catalogue.items)), None, None)
        rows.append(Row(name, "all", metrics))
    return RankingTable(
        data=data,
        split="validation" if validation else "strong",
        seed=seed,
        people=len(split.people),
        items=len(catalogue.items),
        training_likes=len({(i.user_id, i.item_id) for i in split.training if i.kind in LIKES}),
        rows=tuple(rows),
    )


def _by_source(source: CandidateSource, catalogue: Catalogue) -> Ranker:
    everything = frozenset(catalogue.item_ids)

    def ranker(person: HeldOut) -> Sequence[str]:
        found = source.propose(Query(tastes=(person.taste,)), LISTED, everything - person.taste.out)
        return [candidate.item_id for candidate in found]

    return ranker


def _held_out(user_id: str, own: Sequence[Interaction], rng: np.random.Generator) -> HeldOut:
    liked = sorted(_liked(own))
    shuffled = [liked[i] for i in rng.permutation(len(liked))]
    n_known = min(max(1, round(KNOWN * len(liked))), len(liked) - 1)
    relevant = frozenset(shuffled[n_known:])
    return HeldOut(taste_of(user_id, [i for i in own if i.item_id not in relevant]), relevant)


def _liked(interactions: Sequence[Interaction]) -> set[str]:
    return {i.item_id for i in interactions if i.kind in LIKES}


class _NoStore(InteractionStore):
    """The recommender that is measured remembers nobody."""

    def interactions(self, user_id: str | None = None) -> Sequence[Interaction]:
        return ()

    def add_interaction(self, interaction: Interaction) -> None:
        raise NotImplementedError

    def remove_interactions(self, user_id: str, item_id: str | None = None) -> None:
        raise NotImplementedError

    def people(self) -> Sequence[tuple[str, int]]:
        return ()
