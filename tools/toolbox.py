"""What a model, an agent or a page may ask for: typed methods, each one a tool. Stateless: what is remembered is rows of the catalogue.

A method's docstring speaks to the model. Titles may be given as titles or item ids; code resolves them and never swaps one for another.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from typing_extensions import TypedDict

from retrieval import filters as filter_sets
from retrieval.recommender import Recommender
from vouch.types import (
    Attribute,
    AttributeValue,
    Comparison,
    Filter,
    FilterOp,
    Interaction,
    InteractionKind,
    Item,
    LikedItem,
    Passage,
    Preference,
    Query,
    RecList,
    Taste,
    WhyNot,
)

RememberKind = Literal["like", "dislike", "seen", "hide", "forget"]
TOOL_NAMES = (
    "recommend",
    "more_like",
    "find_item",
    "item_details",
    "explain",
    "why_not",
    "compare",
    "score",
    "remember",
    "facets",
)


class FilterArg(TypedDict):
    """One condition: an attribute's name, an operator, and a value (a list of words for any_of, all_of, none_of)."""

    attribute: str
    op: FilterOp
    value: str | float | bool | list[str]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What bears a title: `items` exactly so; `close_titles` where nothing does."""

    asked: str
    items: tuple[Item, ...]
    close_titles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemDetails:
    """Everything that is known of one item, with the passages that say so."""

    item: Item
    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The collaborative affinity of one item; None where nothing is known of the person or of the item."""

    item_id: str
    title: str
    affinity: float | None
    reasons: tuple[LikedItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What was remembered of a person, and what stands now."""

    kind: RememberKind
    item_ids: tuple[str, ...]
    titles: tuple[str, ...]
    liked_titles: tuple[str, ...]
    disliked_titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What can be asked for: how many items there are, and each attribute with its range or values."""

    items: int
    attributes: tuple[Attribute, ...]


ToolResult = RecList | Found | ItemDetails | WhyNot | Comparison | tuple[Scored, ...] | Remembered | Facets


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    """The tools for one person. Cheap to make: `for_person` gives the same tools for somebody else."""

    recommender: Recommender
    person: str = "stranger:local"
    clock: Callable[[], float] = time.time

    def for_person(self, person: str) -> Toolbox:
        """The same tools for another person."""
        return replace(self, person=person)

    def recommend(
        self,
        text: str = "",
        *,
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
        avoid: Sequence[str] = (),
        liked: Sequence[str] = (),
        disliked: Sequence[str] = (),
        exclude: Sequence[str] = (),
        k: int = 8,
    ) -> RecList:
        """Recommend up to k items for what the person asks in their own words.

        `text` says what it should be like. `filters` are never broken; what meets `prefer` comes earlier, what speaks of the
        words in `avoid` last. `liked` and `disliked` are titles that count for this list only; `exclude` have been shown already.
        """
        query = self._query(text, filters=filters, prefer=prefer, avoid=avoid, exclude=exclude, k=k)
        return self.recommender.recommend(replace(query, tastes=(self._taste(liked, disliked),)))

    def more_like(
        self,
        title: str,
        *,
        text: str = "",
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
        avoid: Sequence[str] = (),
        exclude: Sequence[str] = (),
        k: int = 8,
    ) -> RecList:
        """Recommend items like one that the person names; `text` says what should be different ("funnier")."""
        item = self.recommender.catalogue.resolve(title)
        query = self._query(text, filters=filters, prefer=prefer, avoid=avoid, exclude=exclude, k=k)
        return self.recommender.recommend(replace(query, tastes=(self._taste((), ()),), like_item=item.item_id))

    def find_item(self, title: str) -> Found:
        """Look for an item by its title. Nothing is swapped: if it is not here, close titles are named."""
        catalogue = self.recommender.catalogue
        items = catalogue.find(title)
        return Found(asked=title, items=items, close_titles=() if items else catalogue.close_titles(title))

    def item_details(self, title: str) -> ItemDetails:
        """All that is known of one item: its facts, and what was read, seen and heard."""
        item = self.recommender.catalogue.resolve(title)
        return ItemDetails(item=item, passages=self.recommender.catalogue.passages_of(item.item_id))

    def explain(
        self, title: str, *, text: str = "", filters: Sequence[FilterArg] = (), prefer: Sequence[FilterArg] = ()
    ) -> RecList:
        """Say why an item suits the person, and what they asked for where it is given: a list of one with all its reasons."""
        item = self.recommender.catalogue.resolve(title)
        query = replace(self._query(text, filters=filters, prefer=prefer, k=1), tastes=(self._taste((), ()),))
        return RecList(query=query, recommendations=(self.recommender.explain(item.item_id, query),))

    def why_not(
        self,
        title: str,
        *,
        text: str = "",
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
        avoid: Sequence[str] = (),
        liked: Sequence[str] = (),
        disliked: Sequence[str] = (),
        exclude: Sequence[str] = (),
        like: str = "",
        k: int = 8,
    ) -> WhyNot:
        """Say why an item is not in a list, and the smallest change that would bring it in.

        The other words are those with which the list was asked for; `like` is the title of a more_like list.
        """
        catalogue = self.recommender.catalogue
        query = self._query(text, filters=filters, prefer=prefer, avoid=avoid, exclude=exclude, k=k)
        query = replace(query, tastes=(self._taste(liked, disliked),))
        if like:
            query = replace(query, like_item=catalogue.resolve(like).item_id)
        return self.recommender.why_not(catalogue.resolve(title).item_id, query)

    def compare(
        self,
        title: str,
        other: str,
        *,
        text: str = "",
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
    ) -> Comparison:
        """Put two items beside each other: what both have, where they differ, and which suits the person and their words better."""
        catalogue = self.recommender.catalogue
        query = replace(self._query(text, filters=filters, prefer=prefer, k=1), tastes=(self._taste((), ()),))
        return self.recommender.compare(catalogue.resolve(title).item_id, catalogue.resolve(other).item_id, query)

    def score(self, titles: Sequence[str]) -> tuple[Scored, ...]:
        """How much the person would like each named item, from what they and others liked (collaborative filtering)."""
        catalogue = self.recommender.catalogue
        item_ids = [catalogue.resolve(title).item_id for title in titles]
        return tuple(
            Scored(
                item_id=item_id,
                title=catalogue.by_id[item_id].title,
                affinity=None if math.isnan(affinity) else affinity,
                reasons=reasons,
            )
            for item_id, affinity, reasons in self.recommender.affinities(self._taste((), ()), item_ids)
        )

    def remember(self, kind: RememberKind, titles: Sequence[str], *, source: str = "message") -> Remembered:
        """Remember what the person says of items: like, dislike, seen, hide; forget takes all of it back."""
        items = [self.recommender.catalogue.resolve(title) for title in titles]
        for item in items:
            if kind == "forget":
                self.recommender.forget(self.person, item.item_id)
            else:
                self.recommender.remember(self._interaction(item.item_id, kind, source))
        taste = self.recommender.taste(self.person)
        return Remembered(
            kind=kind,
            item_ids=tuple(item.item_id for item in items),
            titles=tuple(item.title for item in items),
            liked_titles=self._titles(taste.liked),
            disliked_titles=self._titles(taste.disliked),
        )

    def facets(self) -> Facets:
        """What can be asked for in this catalogue: its attributes with their values or ranges."""
        catalogue = self.recommender.catalogue
        return Facets(items=len(catalogue.items), attributes=catalogue.schema.attributes)

    def _query(
        self,
        text: str,
        *,
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
        avoid: Sequence[str] = (),
        exclude: Sequence[str] = (),
        k: int,
    ) -> Query:
        return Query(
            text=text.strip(),
            filters=self._filters(filters),
            prefer=self._filters(prefer),
            avoid=tuple(avoid),
            exclude=tuple(self.recommender.catalogue.resolve(title).item_id for title in exclude),
            k=max(1, min(k, 100)),
        )

    def _filters(self, given: Sequence[FilterArg]) -> tuple[Filter, ...]:
        schema = self.recommender.catalogue.schema
        return tuple(
            filter_sets.check(schema, Filter(attribute=f["attribute"], op=f["op"], value=_value(f["value"])))
            for f in given
        )

    def _taste(self, liked: Sequence[str], disliked: Sequence[str]) -> Taste:
        taste = self.recommender.taste(self.person)
        return replace(
            taste,
            liked=taste.liked + self._preferences(liked, but=taste.liked),
            disliked=taste.disliked + self._preferences(disliked, but=taste.disliked),
        )

    def _preferences(self, titles: Sequence[str], *, but: Iterable[Preference]) -> tuple[Preference, ...]:
        known = {preference.item_id for preference in but}
        item_ids = dict.fromkeys(self.recommender.catalogue.resolve(title).item_id for title in titles)
        return tuple(Preference(item_id=i, source="this question", at=self.clock()) for i in item_ids if i not in known)

    def _interaction(self, item_id: str, kind: InteractionKind, source: str) -> Interaction:
        return Interaction(user_id=self.person, item_id=item_id, kind=kind, at=self.clock(), source=source)

    def _titles(self, preferences: Iterable[Preference]) -> tuple[str, ...]:
        by_id = self.recommender.catalogue.by_id
        return tuple(by_id[p.item_id].title for p in preferences if p.item_id in by_id)


def _value(value: str | float | bool | list[str]) -> AttributeValue:
    return tuple(value) if isinstance(value, list) else value
