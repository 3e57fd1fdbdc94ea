"""The catalogue in memory: items, schema and passages, found by id and by title. Frozen; knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from retrieval.columns import Column, column_of, title_column
from retrieval.titles import fold, title_forms, trailing_year
from vouch.errors import AmbiguousItem, UnknownItem
from vouch.types import Attribute, Item, Passage, Schema


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """All items in the order of the file. `passages` may be in any order. Compared by identity: there is one a process."""

    items: tuple[Item, ...]
    schema: Schema
    passages: tuple[Passage, ...] = ()
    _columns: dict[str, Column] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        """item_id -> item."""
        return {item.item_id: item for item in self.items}

    @cached_property
    def index_of(self) -> Mapping[str, int]:
        """item_id -> item_index, the place in `items`."""
        return {item.item_id: index for index, item in enumerate(self.items)}

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """The items' ids in order."""
        return tuple(item.item_id for item in self.items)

    @cached_property
    def _passages_by_item(self) -> Mapping[str, tuple[Passage, ...]]:
        grouped: dict[str, list[Passage]] = {}
        for passage in self.passages:
            grouped.setdefault(passage.item_id, []).append(passage)
        return {item_id: tuple(group) for item_id, group in grouped.items()}

    @cached_property
    def _passages_by_id(self) -> Mapping[str, Passage]:
        return {passage.passage_id: passage for passage in self.passages}

    @cached_property
    def _titles(self) -> tuple[Mapping[str, tuple[int, ...]], ...]:
        """Folded title forms -> item indexes: the full title, then the main forms, then all others."""
        tiers: tuple[dict[str, list[int]], ...] = ({}, {}, {})
        for index, item in enumerate(self.items):
            for place, form in enumerate(title_forms(item.title)):
                tiers[min(place, 2)].setdefault(form, []).append(index)
        return tuple({form: tuple(indexes) for form, indexes in tier.items()} for tier in tiers)

    @cached_property
    def _main_titles(self) -> tuple[str, ...]:
        """One folded title an item, without a trailing year, to compare with what was asked."""
        return tuple((title_forms(item.title) or ("",))[:2][-1] for item in self.items)

    def passages_of(self, item_id: str) -> tuple[Passage, ...]:
        """The passages of one item; () where it has none."""
        return self._passages_by_item.get(item_id, ())

    def passage(self, passage_id: str) -> Passage | None:
        """The passage of that id, or None."""
        return self._passages_by_id.get(passage_id)

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name; “title” is a text attribute of every catalogue."""
        return attribute_of(self.schema, name)

    def column(self, attribute: Attribute) -> Column:
        """The values of an attribute over all items, laid out once."""
        if attribute.name not in self._columns:
            of_title = attribute.name == "title" and self.schema.attribute("title") is None
            self._columns[attribute.name] = title_column(self.items) if of_title else column_of(self.items, attribute)
        return self._columns[attribute.name]

    def find(self, title: str) -> tuple[Item, ...]:
        """The items of that id or title, () where there is none; several where the title is borne by several.

        Case, accents, punctuation, articles and a trailing year in brackets do not matter, but a year that is
        asked for and differs does. The closest way of reading the words wins: an exact title hides looser ones.
        """
        if title in self.by_id:
            return (self.by_id[title],)
        exact = tuple(item for item in self.items if item.title == title)
        if exact:
            return exact
        year = trailing_year(title)
        for form in title_forms(title):
            for tier in self._titles:
                found = tuple(self.items[i] for i in tier.get(form, ()))
                kept = tuple(item for item in found if year is None or _year(item) in {None, year})
                if kept:
                    return kept
        return ()

    def resolve(self, title: str) -> Item:
        """The one item of that id or title.

        Raises:
            UnknownItem: there is none; it carries close titles.
            AmbiguousItem: there are several.
        """
        found = self.find(title)
        if not found:
            raise UnknownItem(title, self.close_titles(title))
        if len(found) > 1:
            raise AmbiguousItem(title, tuple(i.item_id for i in found), tuple(i.title for i in found))
        return found[0]

    def close_titles(self, title: str, n: int = 3) -> tuple[str, ...]:
        """At most n titles that look like the one asked for, the closest first, each once."""
        from rapidfuzz import fuzz, process

        asked = (title_forms(title) or (fold(title),))[:2][-1]
        near = process.extract(asked, self._main_titles, scorer=fuzz.WRatio, limit=4 * n, score_cutoff=72)
        near.sort(key=lambda hit: (-hit[1], -fuzz.ratio(asked, hit[0]), hit[2]))
        kept = [
            index for _, likeness, index in near if likeness >= near[0][1] - 12
        ]  # much farther off is no suggestion
        return tuple(dict.fromkeys(self.items[index].title for index in kept))[:n]


def attribute_of(schema: Schema, name: str) -> Attribute | None:
    """The schema's attribute of that name without regard to case; “title” is always there, as a text."""
    wanted = fold(name)
    found = next((a for a in schema.attributes if fold(a.name) == wanted), None)
    if found is None and wanted == "title":
        return Attribute(name="title", type="text", column=schema.title_column)
    return found


def _year(item: Item) -> int | None:
    of_title = trailing_year(item.title)
    value = item.attributes.get("year")
    return of_title if of_title is not None else int(value) if isinstance(value, int | float) else None
