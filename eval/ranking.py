"""How well people's likes are found: `python -m eval ranking`. The models are in `rankers`, who is measured in `splits`.

Full catalogue; what is known is never listed, by any model. The part `all` knows all that is left of a person's history, `likes_3` three
random likes and nothing else (the mean of `DRAWS` draws). For `new_items`, `new_among_new` and `warm_items` a tenth of the items is taken
out of all that is known (the mean of `NEW_DRAWS` draws): new ones are to be found among all, or among the new; or the old ones among all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.metrics import (
    Lists,
    coverage_at,
    diversity_at,
    mean_with_interval,
    miscalibration_at,
    novelty_at,
    popularity_lift_at,
    recall_at,
    standard,
)
from eval.rankers import IMPERSONAL, LISTED, Models, Ranker, fit_models, levels_for, with_fixed_places
from eval.recorded import Tuned
from eval.splits import HeldOut, Split, with_likes_known, with_new_items
from retrieval.calibration import kind_of, mixes
from retrieval.catalogue import Catalogue
from retrieval.recommender import Content
from retrieval.scorers.edlae import LevelChoice
from retrieval.tastes import LIKES
from vouch.errors import InputError
from vouch.types import Interaction

DRAWS = 10
NEW_DRAWS = 5
SHOWN = 10
"""How long the lists of the part `shown` are, which are as people see them: calibration is for such alone; beside `all` they show what it brings."""
FIXED_PLACES = (0, 1, 2)
"""Rows `places_1` and `places_2` of new items: one or two places of twenty for everybody's best new items, beside those that validation gives."""
PARTS = ("all", "likes_1", "likes_3", "likes_5", "new_items", "new_among_new", "warm_items")
ASKED_FOR = "shown"
"""A part that is measured where it is asked for: the whole's lists of ten."""
NEW_PARTS = frozenset({"new_items", "new_among_new", "warm_items"})
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
    """The table with what it was made from; `to_json` leaves out what only the heading of a printed one needs."""

    data: str
    split: str
    seed: int
    rows: tuple[Row, ...]
    people: int
    items: int
    training_likes: int

    def to_json(self) -> dict[str, object]:
        """The object of `--json`."""
        rows = [{"model": row.model, "part": row.part, "metrics": row.metrics} for row in self.rows]
        return {"data": self.data, "split": self.split, "seed": self.seed, "rows": rows}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is measured. `split_name` tells what `split` is; `say` hears what is being done."""

    catalogue: Catalogue
    split: Split
    content: Content | None = None
    data: str = ""
    split_name: str = "strong"
    seed: int = 0
    tuned: Tuned = field(default_factory=Tuned)
    say: Callable[[str], None] = lambda _: None

    @cached_property
    def mixes(self) -> NDArray[np.float64] | None:
        """p(g|i) of every item (`retrieval.calibration`); None where no attribute says what kind of thing an item is."""
        kind = kind_of(self.catalogue)
        return None if kind is None else mixes(self.catalogue, kind, self.catalogue.item_ids)

    @cached_property
    def levels(self) -> tuple[LevelChoice, ...] | None:
        """The levels of our model, chosen once for all that is fitted."""
        self.say("choosing the levels of our model")
        return levels_for(self.catalogue, self.split.training)


def ranking_table(
    problem: Problem, *, parts: Sequence[str] = PARTS, draws: int = DRAWS, new_draws: int = NEW_DRAWS
) -> RankingTable:
    """The rows of all models for each part; a part that nobody can be measured on has none.

    Raises:
        InputError: a part that there is not.
    """
    _check(parts)
    found = _Values()
    known = [part for part in parts if part not in NEW_PARTS]
    if known:
        _measure_known(problem, known, draws, found)
    for draw in range(new_draws if NEW_PARTS & set(parts) else 0):
        problem.say(f"new items, draw {draw + 1} of {new_draws}")
        _measure_new(problem, [part for part in parts if part in NEW_PARTS], draw, found)
    return RankingTable(
        data=problem.data,
        split=problem.split_name,
        seed=problem.seed,
        rows=tuple(found.rows(parts, seed=problem.seed)),
        people=len(problem.split.people),
        items=len(problem.catalogue.items),
        training_likes=len({(i.user_id, i.item_id) for i in problem.split.training if i.kind in LIKES}),
    )


def _check(parts: Sequence[str]) -> None:
    wrong = [part for part in parts if part not in {*PARTS, ASKED_FOR} and not re.fullmatch(r"likes_[1-9]\d*", part)]
    if wrong:
        raise InputError(
            f"There is no part “{wrong[0]}”. Parts: {', '.join([*PARTS, ASKED_FOR])}, or likes_K for any number K."
        )


def _measure_known(problem: Problem, parts: Sequence[str], draws: int, found: _Values) -> None:
    """All models on the people as they are and with few likes known; of the sources also what they add to the whole."""
    models = _fitted(problem, problem.split.training)
    measure = _Measure(problem, models, problem.split.training)
    people = problem.split.people
    if ASKED_FOR in parts:
        problem.say(f"lists of {SHOWN} as they are shown")
        values = measure.values(measure.lists(models.whole(k=SHOWN), people), people)
        found.add(ASKED_FOR, "vouch", {name: own for name, own in values.items() if name.endswith(f"@{SHOWN}")})
    for part in (part for part in parts if part != ASKED_FOR):
        k = 0 if part == "all" else int(part.removeprefix("likes_"))
        drawn = [with_likes_known(people, k, seed=problem.seed + n) for n in range(draws)] if k else [people]
        for n, own in enumerate(drawn):
            problem.say(f"{part}, draw {n + 1} of {len(drawn)}")
            for name, ranker in models.rankers.items():
                if n == 0 or name not in IMPERSONAL:  # which likes are known makes no difference to them
                    found.add(part, name, measure.values(measure.lists(ranker, own), own))
        problem.say(f"{part}: what each source adds")
        _measure_sources(measure, part, drawn[0], found)


def _measure_sources(measure: _Measure, part: str, people: Sequence[HeldOut], found: _Values) -> None:
    """How much of what is relevant the sources' pools hold, and what recall@20 and nDCG@10 the whole owes to each. On one draw."""
    models = measure.models
    pools = [models.pools(person) for person in people]
    wanted = measure.indexes([person.relevant for person in people])
    users = [person.taste.user_id for person in people]
    whole = measure.values(measure.lists(models.rankers["vouch"], people), people)
    weighing = models.weighing(people)
    every = [frozenset[int]().union(*pool.values()) for pool in pools]
    found.add(part, "vouch", {"recall@pool": _shares(users, every, wanted)})
    for row in models.sources:
        own = _shares(users, [pool[row] for pool in pools], wanted)
        without = whole
        if row in weighing:  # else nothing changes without it
            without = measure.values(measure.lists(models.whole(without=row), people), people)
        added = {
            f"adds_{name}": {user: whole[name][user] - without[name][user] for user in users}
            for name in ("recall@20", "ndcg@10")
        }
        found.add(part, row, {"recall@pool": own, **added})


def _shares(
    users: Sequence[str], pools: Sequence[frozenset[int]], wanted: Sequence[frozenset[int]]
) -> dict[str, float]:
    return {u: len(pool & own) / len(own) for u, pool, own in zip(users, pools, wanted, strict=True)}


def _measure_new(problem: Problem, parts: Sequence[str], draw: int, found: _Values) -> None:
    """All models without what is known of a tenth of the items."""
    split = with_new_items(problem.split, problem.catalogue.item_ids, seed=problem.seed + draw)
    models = _fitted(problem, split.training)
    measure = _Measure(problem, models, split.training)
    model = models.fitted.model
    fixed = {} if model is None else {f"places_{n}": with_fixed_places(model, n) for n in FIXED_PLACES}
    for name, ranker in {**models.rankers, **fixed}.items():
        if {"new_items", "warm_items"} & set(parts):
            people = tuple({p.taste.user_id: p for p in (*split.new, *split.old)}.values())
            rows = {p.taste.user_id: row for row, p in enumerate(people)}
            lists = measure.lists(ranker, people)
            for part, own in (("new_items", split.new), ("warm_items", split.old)):
                if part in parts and own:
                    chosen = lists[[rows[p.taste.user_id] for p in own]]
                    found.add(part, name, measure.values(chosen, own))
        if "new_among_new" in parts and split.new and name not in fixed:
            among = measure.lists(ranker, split.new, split.item_ids)
            found.add("new_among_new", name, measure.values(among, split.new))


def _fitted(problem: Problem, training: Sequence[Interaction]) -> Models:
    problem.say(f"fitting on {len(training)} interactions")
    tuned = replace(problem.tuned, levels=problem.levels)
    return fit_models(problem.catalogue, training, content=problem.content, tuned=tuned, seed=problem.seed)


@dataclass(frozen=True)
class _Measure:
    """Measures lists of one training's models."""

    problem: Problem
    models: Models
    training: Sequence[Interaction]

    def lists(self, ranker: Ranker, people: Sequence[HeldOut], among: frozenset[str] | None = None) -> Lists:
        """What a model lists for people, shape (people, LISTED); -1 where a list is shorter."""
        lists = np.full((len(people), LISTED), -1, dtype=np.int64)
        for row, person in enumerate(people):
            ranked = ranker(person, among)
            lists[row, : len(ranked)] = ranked
        return lists

    def indexes(self, groups: Sequence[frozenset[str]]) -> list[frozenset[int]]:
        """Ids as item indexes."""
        index_of = self.problem.catalogue.index_of
        return [frozenset(index_of[i] for i in group) for group in groups]

    def values(self, lists: Lists, people: Sequence[HeldOut]) -> dict[str, dict[str, float]]:
        """Metric -> user_id -> value; coverage, which is of all together, under the user_id ""."""
        relevant = self.indexes([p.relevant for p in people])
        every = self.problem.split.people
        likes = self.indexes([frozenset(one.item_id for one in p.taste.liked) for p in every])
        popularity = self.models.fitted.like_counts.counts
        trained = len({i.user_id for i in self.training}) or 1
        found = {"recall@20": recall_at(20, lists, relevant), **standard(lists, relevant)}
        found["novelty@10"] = novelty_at(10, lists, popularity, people=trained)
        if self.problem.content is not None:
            found["diversity@10"] = diversity_at(10, lists, self.problem.content.item_vectors.vectors)
        found["popularity_lift@10"] = popularity_lift_at(10, lists, likes, popularity)
        if self.problem.mixes is not None:
            likes_of = {p.taste.user_id: own for p, own in zip(every, likes, strict=True)}
            profiles = [likes_of[p.taste.user_id] for p in people]
            found["miscalibration@10"] = miscalibration_at(10, lists, profiles, self.problem.mixes)
        users = [p.taste.user_id for p in people]
        by_person = {name: dict(zip(users, values.tolist(), strict=True)) for name, values in found.items()}
        return by_person | {"coverage@10": {"": coverage_at(10, lists, n_items=len(self.problem.catalogue.items))}}


@dataclass(frozen=True)
class _Values:
    """(part, model) -> metric -> one mapping a draw, user_id -> value."""

    found: dict[tuple[str, str], dict[str, list[Mapping[str, float]]]] = field(default_factory=dict)

    def add(self, part: str, model: str, values: Mapping[str, Mapping[str, float]]) -> None:
        """One more draw."""
        own = self.found.setdefault((part, model), {})
        for name, of_people in values.items():
            own.setdefault(name, []).append(of_people)

    def rows(self, parts: Sequence[str], *, seed: int) -> Iterator[Row]:
        """In the order of the parts."""
        for part in parts:
            for (own, model), metrics in self.found.items():
                if own == part:
                    yield Row(model, part, {name: _metric(draws, seed=seed) for name, draws in metrics.items()})


def _metric(draws: Sequence[Mapping[str, float]], *, seed: int) -> Metric:
    value, low, high = mean_with_interval(draws, seed=seed)
    return (value, None, None) if set(draws[0]) == {""} else (value, low, high)
