"""Query -> RecList: filters, sources, fusion, reasons. Stateless but for the store, so the next list knows the last like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from retrieval import comparing, quotas, ranking, wildcards
from retrieval.catalogue import Catalogue
from retrieval.citations import Citations
from retrieval.effects import LOOKED_AT, moves, with_standing
from retrieval.filters import check, describe
from retrieval.funnel import funnel
from retrieval.groups import known_of, nothing_known, together
from retrieval.item_sets import ids_of, mask_of
from retrieval.item_vectors import ItemVectors
from retrieval.lifts import Lifts
from retrieval.likeness import Likeness
from retrieval.list_terms import terms_of
from retrieval.memory import Memory, TasteStore
from retrieval.proposals import Proposals, Proposer
from retrieval.ranking import Scored
from retrieval.reasons import ReasonFinder
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.alike import AlikeSource
from retrieval.sources.attributes import AttributeSource
from retrieval.sources.collaborative import CollaborativeSource, CompanySource, query_likes
from retrieval.sources.dense import DenseSource
from retrieval.sources.lexical import LexicalSource
from retrieval.sources.popular import PopularSource
from retrieval.sources.query_vectors import QueryVectors
from retrieval.tastes import like_weights, named_likes
from vouch.answers import Comparison, Move, WhyNot
from vouch.errors import UnknownItem
from vouch.own_taste import TasteChange
from vouch.ports import CandidateSource, Embedder, LabelEmbedder, PassageIndex, Vectors
from vouch.types import Candidate, Filter, Interaction, LikedItem, Note, Passage, Query, RecList, Recommendation, Taste

POOL = 200
"""How many items each source proposes."""
DIVERSIFIED = 60
"""How many of the best are looked at for diversity."""
LOOKED_AT_BY_QUOTAS = 300
"""And where some of them may have to stand back."""


class InteractionStore(TasteStore, Protocol):
    """The part of the record that the recommender needs."""

    def people(self) -> Sequence[tuple[str, int]]:
        """user_id and number of interactions."""
        ...


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is known of the passages: the index, the vectors of words, and one vector an item.

    `pictures`: one vector an item of what its pictures look like, `sounds` of how its sounds are; None where there are none.
    """

    index: PassageIndex
    vectors: QueryVectors
    item_vectors: ItemVectors
    pictures: ItemVectors | None = None
    sounds: ItemVectors | None = None

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        *,
        index: PassageIndex,
        embedder: Embedder,
        passages: Sequence[Passage],
        rows: Vectors,
        label_embedder: LabelEmbedder | None = None,
    ) -> Content:
        """From the stored passages and their vectors (`rows`, one a passage); with `label_embedder` pictures can be asked with."""
        items = ItemVectors.from_passages(catalogue, passages, rows)
        return cls(
            index=index,
            vectors=QueryVectors(embedder, labels=label_embedder),
            item_vectors=items,
            pictures=ItemVectors.of_pictures(catalogue, passages, rows),
            sounds=ItemVectors.of_sounds(catalogue, passages, rows),
        )


def standard_sources(catalogue: Catalogue, *, fitted: Fitted, content: Content | None) -> tuple[CandidateSource, ...]:
    """The sources that the data at hand can feed."""
    sources: list[CandidateSource] = []
    if content is not None:
        sources.append(DenseSource(content.index, content.vectors, passages=catalogue.passages))
        sources.append(DenseSource(content.index, content.vectors, space="seen", passages=catalogue.passages))
    sources.append(LexicalSource(catalogue))
    if fitted.model is not None:
        sources += [CollaborativeSource(fitted.model), CompanySource(fitted.model)]
    if content is not None:
        sources.append(AlikeSource(content.item_vectors))
    if content is not None and content.pictures is not None:
        sources.append(AlikeSource(content.pictures, name="looks_alike"))
    if content is not None and content.sounds is not None:
        sources.append(AlikeSource(content.sounds.centred(), name="sounds_alike"))
    return (*sources, AttributeSource(catalogue), PopularSource(catalogue, fitted.like_counts))


def _place_of(item_id: str, listed: Sequence[Scored]) -> int | None:
    return next((place for place, one in enumerate(listed, start=1) if one.item_id == item_id), None)


def _padded(fitting: int, text: str, rest: str) -> Note:
    first = "the first one speaks" if fitting == 1 else f"the first {fitting} speak"
    return Note(kind="filled", text=f"Only {first} of “{text.strip()}”; after that comes {rest}.")


class Recommender:
    """Recommends from one catalogue to anybody.

    Args:
        catalogue: the items.
        store: where people's interactions are kept.
        fitted: what was learned from everybody; by default only the number of likes, counted now.
        content: passages and vectors; without them words are matched literally and nothing is cited.
        sources: by default `standard_sources`.
        simulated: the people whose likes are known are invented; reasons then say so.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        store: InteractionStore,
        fitted: Fitted | None = None,
        content: Content | None = None,
        sources: Sequence[CandidateSource] | None = None,
        simulated: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self._store = store
        self.memory = Memory(store)
        self._fitted = fitted or Fitted(
            version="", like_counts=LikeCounts.of(catalogue, store.interactions()), model=None
        )
        self.content = content
        chosen = standard_sources(catalogue, fitted=self._fitted, content=content) if sources is None else sources
        self._proposer = Proposer(catalogue, tuple(chosen))
        items = content.item_vectors if content else None
        citations = Citations(catalogue, content.index, content.vectors) if content else None
        self._likeness = Likeness(catalogue, items)
        self._lifts = Lifts(catalogue, self._fitted.like_counts, self._fitted.model, items)
        self._reasons = ReasonFinder(catalogue, self._fitted, items, citations, simulated)

    def recommend(self, query: Query) -> RecList:
        """The list for a query: at most k items, best first, none that breaks a filter or was met before.

        Raises:
            BadFilter: a filter or preference that the schema cannot answer.
        """
        query = self._checked(query)
        passed = funnel(self.catalogue, query, query.filters)
        if not passed.allowed:
            return RecList(query=query, funnel=passed.steps, notes=passed.notes)
        chosen, notes = self._chosen(query, passed.allowed)
        recommendations = tuple(self._recommendation(one, query, rank=i) for i, one in enumerate(chosen, start=1))
        return RecList(query=query, recommendations=recommendations, funnel=passed.steps, notes=passed.notes + notes)

    def rank(self, query: Query) -> tuple[Scored, ...]:
        """The items of `recommend` with the parts of their scores, without reasons: for measuring.

        Raises:
            BadFilter: as `recommend`.
        """
        query = self._checked(query)
        allowed = funnel(self.catalogue, query, query.filters).allowed
        return self._chosen(query, allowed)[0] if allowed else ()

    def explain(self, item_id: str, query: Query) -> Recommendation:
        """One item as it stands in the answer to a query, with all reasons, whether or not it would be shown.

        `rank` is its place among all that the filters admit, before diversity; behind all where no source proposed it.

        Raises:
            UnknownItem: no item of that id.
            BadFilter: as `recommend`.
        """
        query = self._checked(query)
        rank, _, scored = self._placed(item_id, query)
        return self._recommendation(scored, query, rank=rank, limit=None)

    def why_not(self, item_id: str, query: Query) -> WhyNot:
        """What keeps an item out of the answer to a query, its rank, and the smallest change that would let it in.

        Raises:
            UnknownItem: no item of that id.
            BadFilter: as `recommend`.
        """
        query = self._checked(query)
        rank, of, scored = self._placed(item_id, query)
        failed = comparing.failed_filters(self.catalogue, query.filters, item_id)
        changes = comparing.admitting_changes(self.catalogue, query, item_id)
        told = WhyNot(
            item=self.catalogue.by_id[item_id],
            stopped_by=comparing.shut_out_by(query, item_id, failed),
            rank=rank,
            of=of,
            failed=failed,
            changes=changes,
        )
        if told.stopped_by is not None:
            return told
        listed = self.rank(query)
        place = _place_of(item_id, listed)
        if place is not None:
            return replace(told, place=place)
        part, behind = comparing.furthest_behind(scored, listed[-1]) if listed else ("", 0.0)
        k = self._listing(item_id, query, rank)
        return replace(told, stopped_by="outranked", part=part, behind=behind, k=k)

    def compare(self, one: str, other: str, query: Query) -> Comparison:
        """Two items beside each other as `explain` tells them for a query: parts, reasons, attributes.

        Raises:
            UnknownItem: no item of one of the ids.
            BadFilter: as `recommend`.
        """
        left, right = self.explain(one, query), self.explain(other, query)
        return Comparison(
            one=left,
            other=right,
            parts=comparing.differences(left.parts, right.parts),
            attributes=comparing.contrasts(self.catalogue, one, other),
            likeness=self._likeness(one, other),
        )

    def affinities(self, taste: Taste, item_ids: Iterable[str]) -> tuple[tuple[str, float, tuple[LikedItem, ...]], ...]:
        """For each item the affinity (NaN: no opinion) and the liked items that carry it, the strongest first."""
        likes = query_likes(Query(tastes=(taste,)))
        return tuple((i, self._reasons.affinity(i, likes), self._reasons.liked_items(i, likes)) for i in item_ids)

    def taste(self, user_id: str) -> Taste:
        """What is known of a person now; an unknown person has an empty taste."""
        return self.memory.taste(user_id)

    def remember(self, interaction: Interaction) -> None:
        """Writes down what a person did; the next list knows it."""
        what = TasteChange(kind=interaction.kind, source=interaction.source, at=interaction.at)
        self.memory.remember((interaction,), what)

    def forget(self, user_id: str, item_id: str) -> None:
        """Takes back what is known of a person's dealings with one item."""
        self.memory.forget(user_id, (item_id,), TasteChange(kind="forget"))

    def effect(self, before: Taste, after: Taste, query: Query) -> tuple[Move, ...]:
        """The items that a change of taste moves in the list of a query, the largest move first."""
        lists = [self.rank(replace(query, tastes=(taste,), exclude=(), k=LOOKED_AT)) for taste in (before, after)]
        return moves(self.catalogue, *lists, out=(before, after), k=query.k)

    def people(self) -> tuple[tuple[str, int], ...]:
        """user_id and number of interactions of everybody known."""
        return tuple(self._store.people())

    def _checked(self, query: Query) -> Query:
        """The query with checked conditions, and those that hold for every list of its people."""
        schema = self.catalogue.schema
        checked = replace(
            query,
            filters=tuple(check(schema, f) for f in query.filters),
            prefer=tuple(check(schema, f) for f in query.prefer),
            quotas=tuple(quotas.check(schema, quota) for quota in query.quotas),
        )
        return with_standing(checked, schema)

    def _placed(self, item_id: str, query: Query) -> tuple[int, int, Scored]:
        """The rank of an item among all that the filters admit, and itself, before diversity; how many these are; its score."""
        if item_id not in self.catalogue.by_id:
            raise UnknownItem(item_id, self.catalogue.close_titles(item_id))
        allowed = funnel(self.catalogue, query, query.filters).allowed | {item_id}
        scored, _ = self._ranked(query, allowed, pool=len(self.catalogue.items))
        for rank, one in enumerate(scored, start=1):
            if one.item_id == item_id:
                return rank, len(allowed), one
        return len(scored) + 1, len(allowed), Scored(Candidate(item_id=item_id, ranks={}, scores={}), {})

    def _listing(self, item_id: str, query: Query, rank: int) -> int | None:
        """A length at which the list holds the item; None where neither a list as long as its rank nor a longer one does."""
        for k in sorted({rank, max(rank, DIVERSIFIED)}):
            place = _place_of(item_id, self.rank(replace(query, k=k)))
            if place is not None:
                shorter = _place_of(item_id, self.rank(replace(query, k=place)))
                return k if shorter is None else place
        return None

    def _chosen(self, query: Query, allowed: frozenset[str]) -> tuple[tuple[Scored, ...], tuple[Note, ...]]:
        """At most k of the allowed items, best first, diversified."""
        scored, notes = self._ranked(query, allowed, pool=max(POOL, 2 * query.k))
        looked_at = scored[: max(LOOKED_AT_BY_QUOTAS if query.quotas else DIVERSIFIED, query.k)]
        chosen = self._listed(looked_at, query)
        if query.quotas:
            wished = self._listed(looked_at, replace(query, quotas=()))
            notes = (*notes, *quotas.told(query.quotas, wished=wished, listed=chosen, k=query.k))
        if query.explore:
            chosen = self._with_wildcard(chosen, scored, query)
        if all(map(ranking.is_padding, chosen)):
            return chosen, notes
        chosen = ranking.without_padding(chosen)
        padding = [one for one in chosen if ranking.is_padding(one)]
        personal = any(one.parts.keys() & ranking.PERSONAL_SOURCES for one in padding)
        rest = "what fits your likes" if personal else self._by_default
        return chosen, notes + ((_padded(len(chosen) - len(padding), query.text, rest),) if padding else ())

    def _listed(self, scored: Sequence[Scored], query: Query) -> tuple[Scored, ...]:
        return ranking.listed(scored, query.k, *terms_of(self.catalogue, self._likeness, query, scored))

    def _with_wildcard(self, chosen: Sequence[Scored], scored: Sequence[Scored], query: Query) -> tuple[Scored, ...]:
        """The list with its last item replaced by one that is unlike the others and what its people like."""
        others = quotas.keeping(self.catalogue, query.quotas, chosen[:-1], wildcards.candidates(scored, chosen))
        beside = [one.item_id for one in chosen[:-1]]
        beside += [i for i in like_weights(query.tastes) if i in self.catalogue.by_id and i not in beside]
        likeness = self._likeness.between([*(one.item_id for one in others), *beside])
        return wildcards.with_wildcard(chosen, others, likeness[: len(others), len(others) :])

    def _ranked(
        self, query: Query, allowed: frozenset[str], *, pool: int
    ) -> tuple[tuple[Scored, ...], tuple[Note, ...]]:
        """All candidates, best first, before diversity; and what should be known about them. Of several people: one list of theirs."""
        people = known_of(query.tastes)
        if len(people) < 2:
            alone = self._checked(replace(query, tastes=people)) if len(query.tastes) > 1 else query
            scored, notes = self._ranked_for_one(replace(alone, tastes=people), allowed, pool=pool)
            return scored, notes + nothing_known(query.tastes)
        own = [self._checked(replace(query, tastes=(taste,))) for taste in people]
        lists = [self._ranked_for_one(one, allowed, pool=len(allowed)) for one in own]
        told = dict.fromkeys(note for _, notes in lists for note in notes if note.kind != "no_history")
        return together([ranked for ranked, _ in lists], query.together), (*told, *nothing_known(query.tastes))

    def _ranked_for_one(
        self, query: Query, allowed: frozenset[str], *, pool: int
    ) -> tuple[tuple[Scored, ...], tuple[Note, ...]]:
        preferred = self._preferred(query, allowed)
        found = self._proposer.propose(query, allowed, preferred=preferred, pool=pool)
        proposals = found.by_source
        item = query.like_item is not None
        named = bool(named_likes(query.tastes))
        likes = len(like_weights(query.tastes))
        weights = ranking.source_weights(
            proposals, text=found.matched, like_item=item, named=named, likes=likes, covered=found.covered
        )
        scored = ranking.fuse(ranking.merge(proposals), weights.exploring(query.explore))
        notes = [*found.notes, *self._basis(query, found)]
        if query.prefer and not preferred:
            wanted = " or ".join(describe(f, self.catalogue.schema) for f in query.prefer)
            told = f"Nothing that is left is {wanted}, so that could not be preferred."
            notes.append(Note(kind="preferred", text=told, wishes=query.prefer))
        return ranking.by_score(self._lifts.moved(scored, query)), tuple(notes)

    def _preferred(self, query: Query, allowed: frozenset[str]) -> frozenset[str]:
        if not query.prefer:
            return frozenset()
        mask = np.any([mask_of(self.catalogue, f) for f in query.prefer], axis=0)
        return ids_of(self.catalogue, mask) & allowed

    @property
    def _by_default(self) -> str:
        return "what most people here like" if self._fitted.like_counts.known else "the catalogue’s own order"

    def _basis(self, query: Query, found: Proposals) -> list[Note]:
        """Notes on what the list could not rest on: words that nothing speaks of, a person of whom nothing is known."""
        text = query.text.strip()
        personal = any(found.by_source.get(name) for name in ranking.PERSONAL_SOURCES)
        rest = "what fits your likes" if personal else self._by_default
        if text and not found.matched and not any(note.kind == "source_failed" for note in found.notes):
            return [Note(kind="not_filterable", text=f"Nothing here speaks of “{text}”; this is {rest} instead.")]
        if not text and not personal and not query.like_item:
            return [Note(kind="no_history", text=f"Nothing is known of your taste yet; this is {rest}.")]
        return []

    def _recommendation(self, scored: Scored, query: Query, *, rank: int, limit: int | None = 5) -> Recommendation:
        met: tuple[Filter, ...] = (*query.filters, *query.prefer)
        affinity = self._reasons.affinity(scored.item_id, query_likes(query))
        return Recommendation(
            rank=rank,
            item=self.catalogue.by_id[scored.item_id],
            score=scored.score,
            parts=scored.parts,
            reasons=(
                *self._reasons.for_people(scored, query),
                *self._reasons.reasons(scored, query, met=met, limit=limit),
            ),
            affinity=None if math.isnan(affinity) else affinity,
            wildcard=wildcards.WILDCARD in scored.candidate.ranks,
        )
