"""What a model, an agent or a page may ask for: typed methods, each one a tool. Stateless: what is remembered is rows of the catalogue.

A method's docstring speaks to the model. Titles may be given as titles or item ids; code resolves them and never swaps one for another.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval import filters as filter_sets
from retrieval.asked_media import AskedFiles, words_of
from retrieval.filters import describe
from retrieval.groups import YOU
from retrieval.recommender import Recommender
from retrieval.tastes import NAMED
from tools.arguments import Company, FilterArg, PersonArg, QuotaArg, meant, value_of
from tools.results import Facets, Found, ItemDetails, Remembered, RememberKind, Scored, ToolResult
from tools.taste_card import TasteCard, TasteChanged, card_of
from vouch.answers import Comparison, Move, WhyNot
from vouch.errors import InputError, ModelFailed
from vouch.own_taste import TasteChange
from vouch.types import (
    AskedMedia,
    Filter,
    Interaction,
    InteractionKind,
    Preference,
    Query,
    Quota,
    RecList,
    StandingPreference,
    Taste,
    Together,
)

ConditionKind = Literal["never_break", "prefer", "forget"]
__all__ = [
    "CLICK",
    "TOOL_NAMES",
    "ConditionKind",
    "Facets",
    "FilterArg",
    "Found",
    "ItemDetails",
    "PersonArg",
    "RememberKind",
    "Remembered",
    "Scored",
    "ToolResult",
    "Toolbox",
]

TOOL_NAMES = (
    "recommend",
    "more_like",
    "recommend_together",
    "find_item",
    "item_details",
    "explain",
    "why_not",
    "compare",
    "score",
    "remember",
    "remember_condition",
    "taste",
    "undo",
    "forget_all",
    "facets",
)


NO_LIST = Query()
"""A list without any words: what the person would be shown unasked."""
MOST_MOVES = 6
CLICK = "click"
"""The source of what was clicked: a click on an item takes the place of all that was said of it before."""


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    """The tools for one person. Cheap to make: `for_person` gives the same tools for somebody else.

    `standing` is the list that the person looks at, `company` for whom it was made, and so for whom items are explained; None where it is theirs
    alone. `asked` has the files that people ask with; without it there are none.
    """

    recommender: Recommender
    person: str = "stranger:local"
    clock: Callable[[], float] = time.time
    standing: Query = NO_LIST
    company: Company | None = None
    asked: AskedFiles | None = None

    def for_person(self, person: str, standing: Query = NO_LIST, company: Company | None = None) -> Toolbox:
        """The same tools for another person, who looks at a list that was made for a company."""
        return replace(self, person=person, standing=standing, company=company)

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
        explore: float = 0.0,
        quotas: Sequence[QuotaArg] = (),
        media: Sequence[str] = (),
        k: int = 8,
    ) -> RecList:
        """Recommend up to k items for what the person asks in their own words.

        `text` says what it should be like. `filters` are never broken; what meets `prefer` comes earlier, what speaks of the
        words in `avoid` last. `liked` and `disliked` are titles that count for this list only; `exclude` have been shown already.
        `explore` above 0, up to 1, goes farther from the usual, and one item is a wildcard. `quotas` say of how many of one value there may
        be ("at most two by one director"). `media` are handles of attached pictures or sounds: what is seen and heard is searched for.
        """
        given = tuple(map(self._asked_media, media))
        text = " ".join([text.strip(), *map(words_of, given)]).strip()
        query = self._query(text, filters=filters, prefer=prefer, avoid=avoid, exclude=exclude, k=k)
        held = tuple(Quota(attribute=quota["attribute"], most=quota["most"]) for quota in quotas)
        query = replace(query, explore=min(max(explore, 0.0), 1.0), quotas=held, media=given)
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

    def recommend_together(
        self,
        people: Sequence[PersonArg],
        text: str = "",
        *,
        filters: Sequence[FilterArg] = (),
        prefer: Sequence[FilterArg] = (),
        avoid: Sequence[str] = (),
        exclude: Sequence[str] = (),
        together: Together = "least_misery",
        with_me: bool = True,
        k: int = 8,
    ) -> RecList:
        """Recommend for the person together with other people: nobody's veto is broken, and each item has a reason for each.

        `together`: least_misery goes by whoever would like an item least, average by all alike. `with_me` false: the people are all.
        What one called “you” is said to like or never want is added to the person's own taste.
        """
        query = self._query(text, filters=filters, prefer=prefer, avoid=avoid, exclude=exclude, k=k)
        tastes = self._tastes_of(Company(people=tuple(people), with_me=with_me))
        return self.recommender.recommend(replace(query, tastes=tastes, together=together))

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
        query = replace(self._query(text, filters=filters, prefer=prefer, k=1), tastes=self._of_list((), ()))
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
        query = replace(query, tastes=self._of_list(liked, disliked))
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
        query = replace(self._query(text, filters=filters, prefer=prefer, k=1), tastes=self._of_list((), ()))
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
        """Remember what the person says of items: like, dislike, seen, hide; pin makes it count twice; forget takes all of it back."""
        items = [self.recommender.catalogue.resolve(title) for title in titles]
        item_ids, named = [item.item_id for item in items], tuple(item.title for item in items)
        memory, what = self.recommender.memory, self._what(kind, named, source)
        before = memory.taste(self.person)
        if kind == "forget":
            memory.forget(self.person, item_ids, what)
        elif kind in {"pin", "unpin"}:
            memory.pin(self.person, item_ids, what, pinned=kind == "pin")
        else:
            done = [self._interaction(item_id, kind, source) for item_id in item_ids]  # type: ignore[arg-type]
            memory.remember(done, what, alone=source == CLICK)
        taste = memory.taste(self.person)
        return Remembered(
            kind=kind,
            item_ids=tuple(item_ids),
            titles=named,
            liked_titles=self._titles(taste.liked),
            disliked_titles=self._titles(taste.disliked),
            moves=self._moves(before),
        )

    def remember_condition(
        self, kind: ConditionKind, filters: Sequence[FilterArg], *, source: str = "message"
    ) -> TasteChanged:
        """Remember a condition for every later list: never_break it, prefer what meets it, or forget it."""
        memory, before = self.recommender.memory, self.recommender.taste(self.person)
        wanted = self._filters(filters)
        what = self._what("forget" if kind == "forget" else kind, tuple(map(describe, wanted)), source)
        if kind == "forget":
            wanted = tuple(one.filter for one in before.standing if any(meant(one.filter, f) for f in wanted))
            memory.release(self.person, wanted, what)
        else:
            memory.hold(self.person, self._holding(wanted, hard=kind == "never_break", source=source), what)
        told = "nothing" if kind == "forget" and not wanted else kind
        return TasteChanged(kind=told, conditions=wanted, source=source, moves=self._moves(before))

    def taste(self) -> TasteCard:
        """All that is known of the person: each thing with the message or click that it came from."""
        memory = self.recommender.memory
        return card_of(memory.taste(self.person), memory.last_change(self.person), self.recommender.catalogue.by_id)

    def undo(self) -> TasteChanged:
        """Take back the last thing that was remembered of the person."""
        before = self.recommender.taste(self.person)
        undone = self.recommender.memory.undo(self.person)
        if undone is None:
            return TasteChanged(kind="nothing")
        return TasteChanged(kind="undo", titles=undone.titles, source=undone.source, moves=self._moves(before))

    def forget_all(self, *, source: str = "message") -> TasteChanged:
        """Forget everything that is known of the person, but for what is pinned."""
        memory, before = self.recommender.memory, self.recommender.taste(self.person)
        memory.forget_all(self.person, self._what("forget_all", (), source))
        kept = self._titles(p for p in memory.taste(self.person).liked if p.pinned)
        nothing = before == memory.taste(self.person)
        return TasteChanged(kind="nothing" if nothing else "forget_all", titles=kept, moves=self._moves(before))

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

    def _of_list(self, liked: Sequence[str], disliked: Sequence[str]) -> tuple[Taste, ...]:
        """The tastes of those for whom the list that the person looks at was made; else the person's own, with what counts for this list."""
        return (self._taste(liked, disliked),) if self.company is None else self._tastes_of(self.company)

    def _tastes_of(self, company: Company) -> tuple[Taste, ...]:
        mine = [person for person in company.people if person["name"] == YOU]
        own = (self._own(mine),) if company.with_me or mine or not company.people else ()
        return (*own, *(self._other(one, n) for n, one in enumerate(company.people, start=1) if one not in mine))

    def _own(self, said: Sequence[PersonArg]) -> Taste:
        """The person's own taste in a group, with what they say of themselves now."""
        own = self._taste([t for one in said for t in one["liked"]], [t for one in said for t in one["disliked"]])
        return replace(own, label=YOU, standing=(*own.standing, *self._held(said)))

    def _other(self, person: PersonArg, number: int) -> Taste:
        """The taste of somebody who is not here: only what was said of them now."""
        return Taste(
            user_id=f"guest:{number}",
            label=person["name"] or f"person {number + 1}",
            liked=self._preferences(person["liked"], but=()),
            disliked=self._preferences(person["disliked"], but=()),
            standing=self._held([person]),
        )

    def _held(self, people: Sequence[PersonArg]) -> tuple[StandingPreference, ...]:
        said = [(hard, wish) for one in people for hard, wish in ((True, one["never"]), (False, one["prefer"]))]
        found = [self._holding(self._filters(wish), hard=hard, source="this question") for hard, wish in said]
        return tuple(itertools.chain.from_iterable(found))

    def _holding(self, wanted: Sequence[Filter], *, hard: bool, source: str) -> list[StandingPreference]:
        return [StandingPreference(filter=f, hard=hard, source=source, at=self.clock()) for f in wanted]

    def _asked_media(self, handle: str) -> AskedMedia:
        """An attached file with what is perceived of it. Raises InputError where there is none or it cannot be perceived."""
        if self.asked is None:
            raise InputError("No picture or sound can be attached here.")
        try:
            return self.asked.asked(handle)
        except ModelFailed as failure:
            raise InputError(f"The attached file could not be perceived: {failure}") from failure

    def _filters(self, given: Sequence[FilterArg]) -> tuple[Filter, ...]:
        schema = self.recommender.catalogue.schema
        return tuple(
            filter_sets.check(schema, Filter(attribute=f["attribute"], op=f["op"], value=value_of(f["value"])))
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
        return tuple(Preference(item_id=i, source=NAMED, at=self.clock()) for i in item_ids if i not in known)

    def _interaction(self, item_id: str, kind: InteractionKind, source: str) -> Interaction:
        return Interaction(user_id=self.person, item_id=item_id, kind=kind, at=self.clock(), source=source)

    def _what(self, kind: str, titles: tuple[str, ...], source: str) -> TasteChange:
        return TasteChange(kind=kind, titles=titles, source=source, at=self.clock())

    def _moves(self, before: Taste) -> tuple[Move, ...]:
        """What the change since `before` moved in the list that stands; of a company's list that is not told."""
        after = self.recommender.taste(self.person)
        moved = () if after == before or self.company else self.recommender.effect(before, after, self.standing)
        return moved[:MOST_MOVES]

    def _titles(self, preferences: Iterable[Preference]) -> tuple[str, ...]:
        by_id = self.recommender.catalogue.by_id
        return tuple(by_id[p.item_id].title for p in preferences if p.item_id in by_id)
