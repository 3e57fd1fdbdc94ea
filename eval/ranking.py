"""How well people's likes are found: random, popularity, item neighbours, EASE, our CF and the whole, on the full catalogue.

How people and likes are held out is in `splits`. What is known is never listed, by any model. The part `all` knows all that is
left of a person's history, `likes_1` one random like and nothing else, and so on (the mean of `DRAWS` draws).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eval.item_neighbours import ItemNeighbours
from eval.metrics import PER_PERSON, coverage_at, mean_with_interval, novelty_at, popularity_lift_at
from eval.splits import HeldOut, Split, split_last, split_people, with_likes_known
from retrieval.catalogue import Catalogue
from retrieval.recommender import Content, InteractionStore, Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive, fit_ease
from retrieval.scorers.like_counts import LikeCounts
from retrieval.scorers.training import Training
from retrieval.sources.collaborative import CollaborativeSource
from retrieval.sources.popular import PopularSource
from retrieval.tastes import LIKES
from vouch.ports import CandidateSource
from vouch.types import Interaction, Query

LISTED = 100
DRAWS = 3
Metric = tuple[float, float | None, float | None]
SplitName = Literal["strong", "last"]


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


def rankers(catalogue: Catalogue, split: Split, *, content: Content | None, seed: int) -> dict[str, Ranker]:
    """The models of the table by name, fitted on the training interactions alone."""
    fitted = Fitted(
        version="training",
        like_counts=LikeCounts.of(catalogue, split.training),
        model=fit_adaptive(split.training, catalogue),
    )
    recommender = Recommender(catalogue=catalogue, store=_NoStore(), fitted=fitted, content=content)

    def the_whole(person: HeldOut) -> Sequence[str]:
        query = Query(tastes=(person.taste,), k=LISTED, exclude=tuple(sorted(person.out)))
        return [one.item_id for one in recommender.rank(query)]

    models: dict[str, Ranker] = {
        "random": _at_random(catalogue, seed),
        "popularity": _by_source(PopularSource(catalogue, fitted.like_counts), catalogue),
    }
    training, fixed = Training.of(catalogue, split.training), fit_ease(split.training, catalogue)
    if training is not None and fixed is not None and fitted.model is not None:
        models["item_knn"] = _by_source(ItemNeighbours(catalogue, training), catalogue)
        models["ease"] = _by_source(CollaborativeSource(fixed), catalogue)
        models["cf"] = _by_source(CollaborativeSource(fitted.model), catalogue)
    return models | {"vouch": the_whole}


def ranking_table(
    catalogue: Catalogue,
    interactions: Sequence[Interaction] | Split,
    *,
    content: Content | None = None,
    data: str = "",
    seed: int = 0,
    validation: bool = False,
    split_name: SplitName = "strong",
    likes_known: Sequence[int] = (),
) -> RankingTable:
    """The whole table for one collection: all likes known, and for each of `likes_known` so many.

    `interactions`: of everybody, or a split that comes with the data.

    Raises:
        InputError: too few people with enough likes.
    """
    held_out = split_people if split_name == "strong" else split_last
    split = (
        interactions if isinstance(interactions, Split) else held_out(interactions, seed=seed, validation=validation)
    )
    parts = {"all": [split.people]}
    for k in dict.fromkeys(likes_known):
        parts[f"likes_{k}"] = [with_likes_known(split.people, k, seed=seed + draw) for draw in range(DRAWS)]
    models = rankers(catalogue, split, content=content, seed=seed)
    measure = _Measure(catalogue, LikeCounts.of(catalogue, split.training), split, seed)
    return RankingTable(
        data=data,
        split=f"{split_name}, validation" if validation else split_name,
        seed=seed,
        people=len(split.people),
        items=len(catalogue.items),
        training_likes=len({(i.user_id, i.item_id) for i in split.training if i.kind in LIKES}),
        rows=tuple(
            Row(name, part, measure.metrics(ranker, draws))
            for part, draws in parts.items()
            for name, ranker in models.items()
        ),
    )


@dataclass(frozen=True)
class _Measure:
    """Measures rankers on the people of one split."""

    catalogue: Catalogue
    like_counts: LikeCounts
    split: Split
    seed: int

    def metrics(self, ranker: Ranker, draws: Sequence[Sequence[HeldOut]]) -> dict[str, Metric]:
        """Every metric, the mean over draws of the same people; the interval is over people."""
        lists = [[list(ranker(person)) for person in people] for people in draws]
        by_draw = [self._per_person(own, people) for own, people in zip(lists, draws, strict=True)]
        metrics: dict[str, Metric] = {
            name: mean_with_interval(np.mean([values[name] for values in by_draw], axis=0).tolist(), seed=self.seed)
            for name in by_draw[0]
        }
        covered = [coverage_at(10, own, n_items=len(self.catalogue.items)) for own in lists]
        return metrics | {"coverage@10": (float(np.mean(covered)), None, None)}

    def _per_person(self, lists: Sequence[Sequence[str]], people: Sequence[HeldOut]) -> dict[str, list[float]]:
        found = {
            name: [value(ranked, p.relevant) for ranked, p in zip(lists, people, strict=True)]
            for name, value in PER_PERSON.items()
        }
        popularity = dict(zip(self.catalogue.item_ids, self.like_counts.counts.tolist(), strict=True))
        trained = len({i.user_id for i in self.split.training}) or 1
        found["novelty@10"] = [novelty_at(10, ranked, popularity, people=trained) for ranked in lists]
        likes = [frozenset(one.item_id for one in p.taste.liked) for p in self.split.people]
        return found | {"popularity_lift@10": popularity_lift_at(10, lists, likes, popularity)}


def _at_random(catalogue: Catalogue, seed: int) -> Ranker:
    rng = np.random.default_rng(seed)
    everything = np.array(catalogue.item_ids)

    def ranker(person: HeldOut) -> Sequence[str]:
        return [i for i in everything[rng.permutation(len(everything))].tolist() if i not in person.out][:LISTED]

    return ranker


def _by_source(source: CandidateSource, catalogue: Catalogue) -> Ranker:
    everything = frozenset(catalogue.item_ids)

    def ranker(person: HeldOut) -> Sequence[str]:
        found = source.propose(Query(tastes=(person.taste,)), LISTED, everything - person.out)
        return [candidate.item_id for candidate in found]

    return ranker


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
