"""Asks the sources for candidates: those of the words first, the personal ones then about what the words found."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from retrieval.catalogue import Catalogue
from retrieval.ranking import PERSONAL_SOURCES, TEXT_SOURCES, heard
from retrieval.sources.lexical import coverage
from retrieval.stand_ins import Sides, with_stand_ins
from retrieval.tastes import like_weights, named_likes
from vouch.errors import SourceFailed
from vouch.ports import CandidateSource
from vouch.types import Candidate, Note, Query

Proposed = Mapping[str, tuple[Candidate, ...]]

COVERED = 0.6
"""Or one item has this share of the query's words: names are rare words that MiniLM may not know. Then literal matches are heard in full."""
LOOKED_AT = 5


@dataclass(frozen=True)
class Proposals:
    """`by_source`: what each source proposed; `notes`: which failed; `matched`: the words of the query were answered.

    `covered`: the share of the query's words that stand in one item, of those that use its words most; in [0, 1].
    """

    by_source: Proposed
    notes: tuple[Note, ...]
    matched: bool
    covered: float = 1.0


@dataclass(frozen=True)
class Proposer:
    """The sources of one catalogue."""

    catalogue: Catalogue
    sources: Sequence[CandidateSource]

    def propose(
        self, query: Query, allowed: frozenset[str], *, preferred: frozenset[str] = frozenset(), pool: int
    ) -> Proposals:
        """At most `pool` candidates a source, only of `allowed`; of the `preferred` among them as many again.

        Where enough items answer the words, the other sources rank these and nothing else: someone who asks for boots
        and likes films wants boots. Words that nothing answers are put aside (`matched` False): the nearest of wrong
        answers is not dressed up as a match. A personal source that would weigh nothing beside
        what has been said is not asked.
        """
        of_words = [s for s in self.sources if s.name in TEXT_SOURCES]
        others = [s for s in self.sources if s.name not in TEXT_SOURCES]
        found, notes = self._ask(of_words, query, allowed, pool)
        if preferred and query.text.strip():
            found = behind(found, self._ask(of_words, query, preferred, pool)[0])
        covered = self._covered(query, found)
        matched = covered >= COVERED or self._plausible(found, len(allowed))
        found = found if matched else dict.fromkeys(found, ())
        if not query.media:  # a picture's cosine with a picture is another measure
            found = with_stand_ins(found, self._sides)
        answering = frozenset(c.item_id for candidates in found.values() for c in candidates)
        about = answering if len(answering) >= query.k else allowed
        weighing = partial(
            heard,
            text=matched,
            like_item=query.like_item is not None,
            named=bool(named_likes(query.tastes)),
            likes=len(like_weights(query.tastes)),
        )
        said = [name for name, candidates in found.items() if candidates]
        more, more_notes = self._ask(
            others, query, about, pool if about is allowed else len(about), said=said, weighing=weighing
        )
        if preferred:
            asked = [source for source in others if source.name in more]
            more = behind(more, self._ask(asked, query, preferred & about, pool)[0])
        return Proposals({**found, **more}, tuple(notes + more_notes), matched, covered)

    @cached_property
    def _sides(self) -> Sides:
        return Sides.of(self.catalogue.passages)

    def _ask(
        self,
        sources: Sequence[CandidateSource],
        query: Query,
        allowed: frozenset[str],
        k: int,
        *,
        said: Sequence[str] = (),
        weighing: Callable[[Collection[str]], frozenset[str] | None] = lambda _: None,
    ) -> tuple[Proposed, list[Note]]:
        """What each source proposes, in their order; those are passed over that weigh nothing beside what `said` and the ones before say."""
        found: dict[str, tuple[Candidate, ...]] = {}
        notes: list[Note] = []
        limits = None if len(allowed) == len(self.catalogue.items) else allowed
        for source in sources:
            weigh = weighing([*said, *(name for name, candidates in found.items() if candidates)])
            if weigh is not None and source.name in PERSONAL_SOURCES - weigh:
                continue
            try:
                found[source.name] = source.propose(query, k, limits)
            except SourceFailed as failure:
                text = f"The list was made without the source “{source.name}”, which failed: {failure.why}"
                notes.append(Note(kind="source_failed", text=text))
        return found, notes

    def _plausible(self, found: Proposed, searched: int) -> bool:
        least = plausible_cosine(searched)
        return any(c.scores[name] >= least for name in ("dense", "seen") for c in found.get(name, ())[:1])

    def _covered(self, query: Query, found: Proposed) -> float:
        best = (c.item_id for c in found.get("lexical", ())[:LOOKED_AT])
        items = ((self.catalogue.by_id[i], self.catalogue.passages_of(i)) for i in best)
        return max((coverage(query.text, item, passages) for item, passages in items), default=0.0)


def plausible_cosine(n_items: int) -> float:
    """The best cosine from which on words count as answered: what the largest of n chance cosines would reach.

    The largest of n draws from a bell curve lies near mean + spread * sqrt(2 ln n); mean .05 and spread .073 suit MiniLM: over 214
    works and 101 products the best passage reaches .30 to .65 for 28 requests that fit the collection, and .11 to .27 for
    15 that do not ("tax return deadline"); over 9,742 titles .32 and less for such.

    >>> [round(plausible_cosine(n), 2) for n in (1, 100, 200, 10_000)]
    [0.05, 0.27, 0.29, 0.36]
    """
    return 0.05 + 0.073 * math.sqrt(2 * math.log(max(n_items, 1)))


def behind(first: Proposed, more: Proposed) -> dict[str, tuple[Candidate, ...]]:
    """The first proposals, those of a narrower set behind them: their true place is unknown, but no better than that."""
    joined: dict[str, tuple[Candidate, ...]] = {}
    for name, candidates in first.items():
        known = {c.item_id for c in candidates}
        new = [c for c in more.get(name, ()) if c.item_id not in known]
        joined[name] = candidates + tuple(
            replace(c, ranks={name: rank}) for rank, c in enumerate(new, start=len(candidates) + 1)
        )
    return joined
