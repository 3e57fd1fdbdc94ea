"""Why this item: the passages that answer, the liked items that carried it, the conditions it meets, how many like it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.catalogue import Catalogue
from retrieval.citations import Citations
from retrieval.groups import PERSON, for_somebody_else, known_of
from retrieval.item_sets import mask_of
from retrieval.item_vectors import ItemVectors
from retrieval.ranking import PERSONAL_SOURCES, TEXT_SOURCES, Scored
from retrieval.scorers.fitted import Fitted
from retrieval.sources.collaborative import query_likes
from retrieval.tastes import like_weights
from vouch.types import (
    CitedPassage,
    Filter,
    ForPerson,
    LikedItem,
    MetFilter,
    Popularity,
    Query,
    Reason,
    Space,
    Taste,
)

MOST_REASONS = 5
MOST_LIKED = 3
WELL_KNOWN = 10
"""Up to this place popularity is a reason beside others; further down only where there is no other."""


@dataclass(frozen=True)
class ReasonFinder:
    """Finds reasons for items of one catalogue. `citations` None: no passages can be cited; `simulated`: its people are invented."""

    catalogue: Catalogue
    fitted: Fitted
    item_vectors: ItemVectors | None = None
    citations: Citations | None = None
    simulated: bool = False

    def reasons(
        self, scored: Scored, query: Query, *, met: Sequence[Filter] = (), limit: int | None = MOST_REASONS
    ) -> tuple[Reason, ...]:
        """The reasons for one item, the strongest first; `limit` None: all, every liked item's share included.

        A reason's strength is the part of the score that it stands for. `met`: checked filters, then preferences. What several people
        like stands in `for_people`, each with whose it is.
        """
        parts = scored.parts
        weighed: list[tuple[float, Reason]] = []
        by_words = sum(parts.get(name, 0.0) for name in TEXT_SOURCES)
        cited = self._cited(scored, query)
        weighed += [((by_words or parts.get("alike", 0.0)) / (1 + i), passage) for i, passage in enumerate(cited)]
        said = {p.item_id for taste in query.tastes for p in taste.liked}
        liked = [
            replace(one, asked=one.item_id == query.like_item and one.item_id not in said)
            for one in self.liked_items(scored.item_id, query_likes(query))
        ]
        by_people = parts.get("collaborative", 0.0) + parts.get("company", 0.0)
        carried = by_people or sum(parts.get(name, 0.0) for name in PERSONAL_SOURCES)
        if carried and len(query.tastes) < 2 and not for_somebody_else(query):
            shown = [one for one in liked if one.contribution > 0][:MOST_LIKED] if limit else liked
            weighed += [(carried * max(one.share, 0.0), one) for one in shown]
        weighed += [
            (parts.get("preferred", 0.0) / max(len(query.prefer), 1), r) for r in self._met(scored.item_id, met)
        ]
        popularity = self.popularity(scored.item_id, query_likes(query))
        if popularity.people and (limit is None or not weighed or popularity.place <= WELL_KNOWN):
            weighed.append((parts.get("popular", 0.0), popularity))
        weighed.sort(key=lambda pair: -pair[0])
        return tuple(reason for _, reason in weighed[:limit])

    def for_people(self, scored: Scored, query: Query) -> tuple[ForPerson, ...]:
        """For each person of a group of whom anything is known what speaks for an item to them; () for the one who asks alone.

        Of somebody else whose list it is: what they like. What they wish stands among what was asked for.
        """
        if for_somebody_else(query):
            theirs = self._for_person(scored.item_id, query.tastes[0], place=None)
            return (replace(theirs, met=()),) if theirs.liked else ()
        if len(query.tastes) < 2:
            return ()
        ranks = scored.candidate.ranks
        people = known_of(query.tastes)
        return tuple(
            self._for_person(scored.item_id, t, place=ranks.get(PERSON.format(n))) for n, t in enumerate(people)
        )

    def _for_person(self, item_id: str, taste: Taste, *, place: int | None) -> ForPerson:
        liked = [
            one for one in self.liked_items(item_id, like_weights((taste,))) if one.contribution > 0 and one.share > 0
        ]
        met = self._met(item_id, [one.filter for one in taste.standing if one.filter.attribute in self._names])
        return ForPerson(label=taste.label or taste.user_id, place=place, liked=tuple(liked[:1]), met=tuple(met))

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(attribute.name for attribute in self.catalogue.schema.attributes)

    def affinity(self, item_id: str, likes: Mapping[str, float]) -> float:
        """The contributions and the popularity part together; NaN where the model has no opinion."""
        model = self.fitted.model
        found = model.contributions(likes, item_id) if model else {}
        return math.fsum([*found.values(), self._popularity_part(item_id, likes)]) if found else math.nan

    def liked_items(self, item_id: str, likes: Mapping[str, float]) -> tuple[LikedItem, ...]:
        """The likes with what each adds to the affinity, the largest first; with the popularity part the shares sum to 1.

        Where the collaborative model has no opinion the shares are those of the likeness of content.
        """
        model = self.fitted.model
        found = model.contributions(likes, item_id) if model else {}
        if not found and self.item_vectors is not None and likes:
            found = self.item_vectors.contributions(likes, item_id)
        total = math.fsum([*found.values(), self._popularity_part(item_id, likes)])
        by_id = self.catalogue.by_id
        liked = [
            LikedItem(item_id=i, title=by_id[i].title, contribution=c, share=c / total if total else 0.0)
            for i, c in found.items()
            if i in by_id and i != item_id
        ]
        return tuple(sorted(liked, key=lambda one: (-one.contribution, one.item_id)))

    def popularity(self, item_id: str, likes: Mapping[str, float]) -> Popularity:
        """How many people like it, its place, and its part in the affinity of somebody with these likes."""
        index = self.catalogue.index_of[item_id]
        counts = self.fitted.like_counts
        people, place = int(counts.counts[index]), int(counts.places[index])
        part = self._popularity_part(item_id, likes)
        return Popularity(people=people, place=place, contribution=part, simulated=self.simulated)

    def _popularity_part(self, item_id: str, likes: Mapping[str, float]) -> float:
        model = self.fitted.model
        return model.popularity_part(likes, item_id) if model else 0.0

    def _cited(self, scored: Scored, query: Query) -> tuple[CitedPassage, ...]:
        if self.citations is None:
            return ()
        seen = "seen" in scored.parts
        captioned = seen and any(p.by_small_model for p in self.catalogue.passages_of(scored.item_id))
        spaces: list[Space] = ["text"] if captioned or scored.parts.keys() & {"dense", "lexical"} else []
        spaces += ["seen"] if seen else []
        if query.text.strip():
            return self.citations.for_words(scored.item_id, query.text, spaces=spaces) if spaces else ()
        if query.like_item is None or "alike" not in scored.parts or self.item_vectors is None:
            return ()
        return self.citations.for_item(scored.item_id, self.item_vectors.of(query.like_item))

    def _met(self, item_id: str, wanted: Sequence[Filter]) -> list[MetFilter]:
        item, index = self.catalogue.by_id[item_id], self.catalogue.index_of[item_id]
        return [
            MetFilter(filter=one, value=item.attributes.get(one.attribute, item.title))
            for one in wanted
            if mask_of(self.catalogue, one)[index]
        ]
