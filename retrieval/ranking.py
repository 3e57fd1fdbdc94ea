"""Candidates of many sources to one ranked list: fusion by reciprocal ranks, lifts and pushes, diversity. Pure.

Every number that moves an item is a named part, so the score of an item is the sum of its parts, always.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.tastes import FEW_LIKES
from vouch.types import Candidate

RANK_CONSTANT = 20
"""The constant of reciprocal rank fusion (Cormack et al. 2009 take 60): with 20 the first places count for more."""

TEXT_SOURCES = frozenset({"dense", "seen", "lexical"})
STAND_INS = {"by_picture": "dense", "by_text": "seen"}
"""What an item that is only seen, or only told of, has its place by in the other's list (`stand_ins`), and whose weight that has."""
IN_BOTH = 0.5
"""What texts and pictures weigh then, because every item is in both lists: literal words keep the say that they have among texts alone. On
150 photos held out from training, found by people's captions, the right item comes first for .553 where all have a picture and every second
one a text, .578 where half have a text and half a picture, .573 with a third each of both, pictures and texts, .655 with a tenth of pictures
among texts, .520 with a tenth of texts among pictures: `python -m eval perception --validation`."""
BESIDE = 0.05
"""What the parts of an item weigh that only fills up a list: no leading source proposed it."""

SHORTEST = 5
"""To how many a list is filled up where the words are met by fewer."""
DIVERSITY = 0.12
PREFERENCE = 1.0
"""As much as the first place of the leading source: what is preferred comes first unless it answers much worse."""
DISLIKE = 0.5
EXPLORED = 0.5
"""The share of its score that the most liked item of all pays where exploring is turned up to 1."""
AVOIDED = 1.5
"""What it costs to speak of something that the person wants to avoid: behind everything that does not."""

PERSONAL_SOURCES = frozenset({"collaborative", "company", "alike", "attributes", "looks_alike", "sounds_alike"})
"""What speaks from likes."""
_BY_TEXT = {
    "dense": 1.0,
    "lexical": 0.5,
    "seen": 1.0,
    "collaborative": 0.2,
    "company": 0.2,
    "alike": 0.1,
    "popular": 0.1,
}
_SURE_FROM = {"dense": (0.2, 0.45), "seen": (0.3, 0.55)}
"""From which best cosine on a source of vectors begins to be heard, and is heard in full."""
_WORDS_FROM = (0.2, 0.6)
"""From which share of the query's words in one item on literal matches are heard, and are heard in full: a long request of which only “red”
stands somewhere is not answered by that."""
_BY_ITEM = {
    "alike": 0.8,
    "company": 1.0,
    "attributes": 0.3,
    "looks_alike": 0.2,
    "sounds_alike": 0.2,
    "collaborative": 0.2,
    "popular": 0.05,
}
_BY_ITEM_AND_TEXT = {
    "dense": 0.8,
    "lexical": 0.4,
    "seen": 0.8,
    "alike": 0.7,
    "company": 0.5,
    "collaborative": 0.1,
    "popular": 0.05,
}
BY_LIKES: Mapping[str, float] = {"collaborative": 1.0, "popular": 0.001}
"""What each source weighs where the model has an opinion and nothing is asked.

`python -m eval fusion` finds no weights of other sources that better the model alone by as much as one per cent on validation people,
with any number of likes known. Popularity has its part inside of the model, in the measure that suits how many likes are known; here it
only fills up lists that the model leaves short.
"""
FIRST_FEW: Mapping[str, float] = {"company": 1.0, "alike": 0.5, "attributes": 0.5}
"""What these bring, times `FIRST_FEW_STRENGTH`, beside `BY_LIKES` to the few that they put first, for somebody of whom one like is known; less
with each more.

Of one like little follows, and the surest guesses are what everybody likes: a list of them is right most often, and says to everybody the same.
So what goes with just this like is brought forward.
"""
FIRST_FEW_STRENGTH = 0.2
"""As far as one like still beats popularity beyond doubt: by the rule of `python -m eval few_likes`, on validation people alone."""
FIRST_FEW_CONSTANT = 3
"""In place of `RANK_CONSTANT`: the fifth place is worth half of the first, and the twentieth a sixth."""
BY_NAMED: Mapping[str, float] = {
    "company": 1.0,
    "alike": 0.75,
    "attributes": 1.0,
    "collaborative": 1.0,
    "popular": 0.001,
}
"""Where a few titles were named: who names Toy Story asks for its like. By the rows `1 named` and `2 named` of `python -m eval fusion --data
ml-100k ml-latest-small ml-1m-multvae`: one or two titles of a kind are named, alone or beside likes of other kinds, the rest of that kind is to
be found.
"""
LEADING = frozenset({"collaborative"})
_BY_LIKES_WITHOUT_MODEL = {"alike": 1.0, "attributes": 0.5, "looks_alike": 0.3, "sounds_alike": 0.3, "popular": 0.1}
_BY_NOTHING = {"popular": 1.0}


@dataclass(frozen=True)
class Scored:
    """A candidate with the parts of its score; `score` is their sum."""

    candidate: Candidate
    parts: Mapping[str, float]

    @property
    def item_id(self) -> str:
        """The candidate's item."""
        return self.candidate.item_id

    @cached_property
    def score(self) -> float:
        """The sum of the parts, exactly rounded: the same in whatever order the sources spoke."""
        return math.fsum(self.parts.values())

    def with_part(self, name: str, value: float) -> Scored:
        """The same with one more part; none for 0."""
        return replace(self, parts={**self.parts, name: value}) if value else self


Rank = TypeVar("Rank", float, NDArray[np.float32])


@dataclass(frozen=True)
class Weights:
    """What the sources weigh in one list. `by_source`: throughout; `first_few`: beside that, for what each puts first.

    `led_by`: what none of these proposes stands behind what one of them does; empty: they all propose alike.
    """

    by_source: Mapping[str, float]
    first_few: Mapping[str, float] = field(default_factory=dict)
    led_by: frozenset[str] = frozenset()

    def part(self, name: str, rank: Rank) -> Rank:
        """What a source adds to the item at this rank of its, or to those at these ranks; at an infinite one nothing."""
        throughout = self.by_source.get(name, 0.0) * (RANK_CONSTANT + 1) / (RANK_CONSTANT + rank)
        return throughout + self.first_few.get(name, 0.0) * (FIRST_FEW_CONSTANT + 1) / (FIRST_FEW_CONSTANT + rank)

    def exploring(self, explore: float) -> Weights:
        """The same with less of popularity, hardly any at 1."""
        popular = self.by_source.get("popular", 0.0) * (1 - 0.9 * explore)
        return replace(self, by_source={**self.by_source, "popular": popular})


def source_weights(
    proposals: Mapping[str, Sequence[Candidate]],
    *,
    text: bool,
    like_item: bool,
    named: bool = False,
    likes: int = FEW_LIKES + 1,
    covered: float = 1.0,
) -> Weights:
    """What each source weighs, by what is asked and by which sources had something to say.

    With words the text sources lead and the likes only personalise; without words and with likes the collaborative
    source leads, beside what is like the titles that were `named` for this list or the few `likes` that are known; content where it has no
    opinion; with nothing it is popularity. `covered`: the largest share of the query's words that stand in one item.
    """
    said = {name for name, candidates in proposals.items() if candidates}
    if text and said & TEXT_SOURCES:
        weights = _BY_ITEM_AND_TEXT if like_item else _BY_TEXT
        sure = {name: confidence(name, proposals[name]) for name in _SURE_FROM if name in said}
        sure["lexical"] = min(max((covered - _WORDS_FROM[0]) / (_WORDS_FROM[1] - _WORDS_FROM[0]), 0.0), 1.0)
        if any(not c.ranks.keys().isdisjoint(STAND_INS) for name in _SURE_FROM for c in proposals.get(name, ())):
            sure = {name: part * (IN_BOTH if name in _SURE_FROM else 1.0) for name, part in sure.items()}
        weighed = {name: weight * sure.get(name, 1.0) for name, weight in weights.items()}
        return Weights(weighed | {stand_in: weighed[name] for stand_in, name in STAND_INS.items()}, led_by=TEXT_SOURCES)
    if like_item and said & PERSONAL_SOURCES:
        return Weights(_BY_ITEM)
    if "collaborative" in said:
        return weights_of_likes(named, likes)
    return Weights(_BY_LIKES_WITHOUT_MODEL if said & PERSONAL_SOURCES else _BY_NOTHING)


def weights_of_likes(named: bool, likes: int, *, strength: float = FIRST_FEW_STRENGTH) -> Weights:
    """What the sources weigh where the collaborative model has an opinion and nothing else is asked than titles like those that are named.

    `strength`: how far what goes with a few likes is brought forward.
    """
    if named:
        return Weights(BY_NAMED, led_by=LEADING)
    if likes > FEW_LIKES:
        return Weights(BY_LIKES)
    few = strength * (1 - (likes - 1) / FEW_LIKES)
    return Weights(BY_LIKES, {name: few * weight for name, weight in FIRST_FEW.items()}, LEADING)


def heard(
    said: Collection[str], *, text: bool, like_item: bool, named: bool = False, likes: int = FEW_LIKES + 1
) -> frozenset[str] | None:
    """The sources that weigh anything once those of `said` have said something, as `source_weights` will have it; None: any of them may."""
    if text and TEXT_SOURCES & set(said):
        return frozenset(_BY_ITEM_AND_TEXT if like_item else _BY_TEXT)
    if "collaborative" in said and not like_item:
        weights = weights_of_likes(named, likes)
        return frozenset({*weights.by_source, *weights.first_few})
    return None


def confidence(name: str, candidates: Sequence[Candidate]) -> float:
    """How much a source of vectors is to be heard, in [0.1, 1], by its best cosine: ranks alone would hide that nothing fits well.

    >>> best = Candidate(item_id="a", ranks={"dense": 1}, scores={"dense": 0.35})
    >>> round(confidence("dense", [best]), 2)
    0.6
    """
    low, high = _SURE_FROM[name]
    return min(max((candidates[0].scores[name] - low) / (high - low), 0.1), 1.0)


def merge(proposals: Mapping[str, Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """One candidate an item, with the ranks, scores and passages of all sources; in order of first mention."""
    grouped: dict[str, list[Candidate]] = {}
    for candidates in proposals.values():
        for candidate in candidates:
            grouped.setdefault(candidate.item_id, []).append(candidate)
    return tuple(group[0] if len(group) == 1 else _joined(group) for group in grouped.values())


def _joined(group: Sequence[Candidate]) -> Candidate:
    """What several sources propose of one item."""
    ranks: dict[str, int] = {}
    scores: dict[str, float] = {}
    passages: dict[str, None] = {}
    for one in group:
        ranks.update(one.ranks)
        scores.update(one.scores)
        if one.passages:
            passages.update(dict.fromkeys(one.passages))
    return Candidate(item_id=group[0].item_id, ranks=ranks, scores=scores, passages=tuple(passages))


def fuse(candidates: Sequence[Candidate], weights: Weights) -> tuple[Scored, ...]:
    """Weighted reciprocal rank fusion, best first, ties by item_id; a source's part is weight (c + 1) / (c + rank).

    So the first place of a source with weight 1 is worth 1. What none of the leading sources proposed has its parts cut down to `BESIDE`: who
    asks for boots and likes films is not shown films before boots, but a list that the words alone cannot fill is filled up.

    >>> one = Candidate(item_id="a", ranks={"dense": 1, "popular": 22}, scores={})
    >>> fuse([one], Weights({"dense": 1.0, "popular": 0.1}))[0].parts
    {'dense': 1.0, 'popular': 0.05}
    """
    told = [(one, {name: weights.part(name, rank) for name, rank in one.ranks.items()}) for one in candidates]
    parts_of = [(one, {name: part for name, part in parts.items() if part}) for one, parts in told]
    return by_score(
        Scored(one, parts)
        if not weights.led_by or weights.led_by & parts.keys()
        else Scored(one, {name: BESIDE * part for name, part in parts.items()})
        for one, parts in parts_of
        if parts
    )


def by_score(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    """Best first, ties by item_id."""
    return tuple(sorted(scored, key=lambda one: (-one.score, one.item_id)))


def without_padding(scored: Sequence[Scored]) -> tuple[Scored, ...]:
    """The list without what does not answer the words, from the sixth place on.

    >>> popular = Scored(Candidate(item_id="p", ranks={}, scores={}), {"popular": 0.1})
    >>> len(without_padding([popular] * 8))
    5
    """
    return tuple(one for i, one in enumerate(scored) if i < SHORTEST or not is_padding(one))


def is_padding(scored: Scored) -> bool:
    """Whether no source of words proposed it: it only fills a list up."""
    return not scored.parts.keys() & TEXT_SOURCES


class Term(Protocol):
    """What an item of a list pays for the items taken before it. Made for one list, in the order of its candidates."""

    name: str
    """The part of the score that the price is."""

    def shares(self) -> NDArray[np.float64]:
        """What each candidate would pay now, as a share of its score, shape (n_items,); infinite: it may not be taken."""
        ...

    def take(self, place: int) -> None:
        """From here on the candidate at this place is in the list."""
        ...


class Diversity:
    """Maximal marginal relevance (Carbonell and Goldstein 1998): an item pays for what it repeats, `strength` times the likeness to the most
    alike item before it. `likeness` in [0, 1] of each two candidates, shape (n, n)."""

    name = "diversity"

    def __init__(self, likeness: NDArray[np.float64], strength: float = DIVERSITY) -> None:
        self._likeness = likeness
        self._strength = strength
        self._repeats = np.zeros(len(likeness))

    def shares(self) -> NDArray[np.float64]:
        """Of all candidates, shape (n,)."""
        return self._strength * self._repeats

    def take(self, place: int) -> None:
        """What is like this one repeats it."""
        self._repeats = np.maximum(self._repeats, self._likeness[place])


def listed(scored: Sequence[Scored], k: int, *terms: Term) -> tuple[Scored, ...]:
    """At most k items, taken one by one: each time the one that is worth most after what it pays. Best first by what is left.

    `scored` is best first. Prices are parts of the score under their terms' names.
    """
    chosen: list[Scored] = []
    worths = np.array([one.score for one in scored])
    left = np.ones(len(scored), dtype=bool)
    while len(chosen) < k and left.any():
        shares = np.array([term.shares() for term in terms]).reshape(len(terms), len(scored))
        total = shares.sum(axis=0)
        free = left & np.isfinite(total)
        if not free.any():
            break
        prices = np.where(free, total, 0.0) * np.maximum(worths, 0.0)
        best = int(np.argmax(np.where(free, worths - prices, -np.inf)))
        left[best] = False
        one = scored[best]
        for term, share in zip(terms, shares[:, best].tolist(), strict=True):
            one = one.with_part(term.name, -share * max(float(worths[best]), 0.0))
            term.take(best)
        chosen.append(one)
    return tuple(sorted(chosen, key=lambda one: -round(one.score, 12)))
