"""Filters: read in everyday spelling, never violated, and what would admit something when nothing is admitted."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import filters
from retrieval.catalogue import Catalogue
from tests.stand_ins_recommender import small_catalogue
from vouch.errors import AmbiguousItem, BadFilter, UnknownItem
from vouch.types import Attribute, AttributeValue, Filter, FilterOp, Item, Schema

CATALOGUE = small_catalogue()
SCHEMA = CATALOGUE.schema
GENRES = ("Sci-Fi", "drama", "Comedy")
SHOPS = ("Paris", "Brno")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("kind=film", {"nosferatu", "general", "jr"}),
        ("kind = Film", {"nosferatu", "general", "jr"}),
        ("kind!=film", {"dracula", "moonlight", "clair", "whale", "print"}),
        ("kind=film|book", {"nosferatu", "general", "jr", "dracula", "whale"}),
        ("genres=comedy&action", {"general"}),
        ("genres!=horror", {"general", "jr", "moonlight", "clair", "whale"}),
        ("genres!=horror|piano", {"general", "jr", "whale"}),
        ("year<=1900", {"dracula", "moonlight", "whale"}),
        ("year>1922", {"general", "jr"}),
        ("year=1922", {"nosferatu"}),
        ("year>=1,900", {"nosferatu", "general", "jr", "clair"}),
        ("published>=1922-01-01", {"nosferatu", "general", "jr"}),
        ("published<1900", {"dracula", "moonlight", "whale"}),
        ("published=1926", {"general"}),
        ("title~LUNE", {"clair"}),
        ("creator~keaton", {"general", "jr"}),
        ("creator=f w murnau", {"nosferatu"}),
    ],
)
def test_a_written_filter_admits_what_it_says(written: str, expected: set[str]) -> None:
    assert filters.admitted(CATALOGUE, filters.parse(SCHEMA, written)) == expected


@pytest.mark.parametrize(
    ("written", "message", "allowed"),
    [
        ("yaer<=1900", "no attribute “yaer”", "year"),
        ("kind=flim", "no value “flim”", "film"),
        ("genres<3", "is a list", "any_of"),
        ("year<=soon", "is no number", None),
        ("published>=someday", "is no date", None),
        ("cheap", "is no filter", None),
        ("year<=", "is no filter", None),
    ],
)
def test_a_wrong_filter_says_what_there_is(written: str, message: str, allowed: str | None) -> None:
    with pytest.raises(BadFilter, match=message) as caught:
        filters.parse(SCHEMA, written)
    assert allowed is None or allowed in caught.value.allowed


def test_the_closest_values_come_first_and_at_most_twenty_are_named() -> None:
    values = tuple((f"name{n}", 1) for n in range(100))
    schema = Schema(
        id_columns=(),
        title_column="t",
        attributes=(Attribute(name="who", type="category", column="who", values=values),),
    )
    with pytest.raises(BadFilter) as caught:
        filters.parse(schema, "who=nmae77")
    assert len(caught.value.allowed) == 20
    assert "name77" in caught.value.allowed


def test_a_checked_filter_has_the_catalogues_spelling() -> None:
    checked = filters.check(SCHEMA, Filter(attribute="Genres", op="any_of", value=("HORROR", "horror", "Gothic")))
    assert checked == Filter(attribute="genres", op="any_of", value=("horror", "gothic"))
    assert filters.check(SCHEMA, checked) == checked
    assert filters.check(SCHEMA, Filter(attribute="year", op="<=", value="1900")).value == 1900.0


def test_several_values_for_equals_mean_any_of_them() -> None:
    assert filters.check(SCHEMA, Filter(attribute="kind", op="=", value=("film", "book"))).op == "any_of"
    assert filters.check(SCHEMA, Filter(attribute="kind", op="!=", value=("film", "book"))).op == "none_of"


def test_filters_are_said_in_words() -> None:
    schema = Schema(
        id_columns=(), title_column="t", attributes=(Attribute(name="length", type="number", column="l", unit="min"),)
    )
    assert filters.describe(filters.parse(schema, "length<=120"), schema) == "length at most 120 min"
    assert filters.describe(filters.parse(SCHEMA, "published>=1922"), SCHEMA) == "published from 1922 on"
    assert filters.describe(filters.parse(SCHEMA, "genres=comedy&action"), SCHEMA) == "genres: comedy and action"


def test_the_smallest_relaxation_moves_a_range_to_the_nearest_value() -> None:
    wanted = [filters.parse(SCHEMA, "kind=film"), filters.parse(SCHEMA, "year<1900")]
    widened, left_out = filters.relaxations(CATALOGUE, wanted)
    assert (widened.instead, widened.count) == (Filter(attribute="year", op="<=", value=1922.0), 1)
    assert (left_out.filter, left_out.instead, left_out.count) == (wanted[0], None, 3)


def test_a_relaxation_does_not_count_what_is_out_anyway() -> None:
    wanted = [filters.parse(SCHEMA, "kind=film"), filters.parse(SCHEMA, "year<1900")]
    widened = filters.relaxations(CATALOGUE, wanted, out={"nosferatu"})[0]
    assert widened.instead == Filter(attribute="year", op="<=", value=1924.0)


def numbers() -> st.SearchStrategy[float]:
    return st.integers(-40, 40).map(lambda n: n / 2)


PRICED = Schema(
    id_columns=("id",),
    title_column="title",
    attributes=(
        Attribute(name="price", type="number", column="price"),
        Attribute(name="genres", type="list", column="genres", values=tuple((g, 1) for g in GENRES)),
        Attribute(name="shop", type="category", column="shop", values=tuple((s, 1) for s in SHOPS)),
        Attribute(name="since", type="date", column="since"),
        Attribute(name="new", type="boolean", column="new", values=(("true", 1), ("false", 1))),
    ),
)


def catalogues() -> st.SearchStrategy[Catalogue]:
    """Items with or without a price, genres, a shop, a date, a flag."""
    optional: dict[str, st.SearchStrategy[AttributeValue]] = {
        "price": numbers(),
        "genres": st.sampled_from([("Sci-Fi",), ("drama", "Comedy"), ("Comedy", "Sci-Fi", "drama")]),
        "shop": st.sampled_from(SHOPS),
        "since": days(),
        "new": st.booleans(),
    }
    rows = st.lists(st.fixed_dictionaries({}, optional=optional), min_size=1, max_size=8)
    return rows.map(
        lambda drawn: Catalogue(
            items=tuple(Item(item_id=str(n), title=f"Thing {n}", attributes=row) for n, row in enumerate(drawn)),
            schema=PRICED,
        )
    )


def days() -> st.SearchStrategy[AttributeValue]:
    return st.integers(0, 4000).map(lambda n: (datetime.date(2015, 1, 1) + datetime.timedelta(days=n)).isoformat())


def some_filters() -> st.SearchStrategy[Filter]:
    ranges: list[FilterOp] = ["=", "!=", "<", "<=", ">", ">="]
    sets: list[FilterOp] = ["any_of", "none_of"]
    spelled = st.sampled_from([*GENRES, *(g.upper() for g in GENRES)])

    def make(
        attribute: str, ops: list[FilterOp], values: st.SearchStrategy[AttributeValue]
    ) -> st.SearchStrategy[Filter]:
        return st.builds(Filter, attribute=st.just(attribute), op=st.sampled_from(ops), value=values)

    return st.one_of(
        make("price", ranges, numbers()),
        make("since", ranges, days()),
        make("genres", [*sets, "all_of"], st.lists(spelled, min_size=1, max_size=2).map(tuple)),
        make("genres", ["=", "!=", "contains"], spelled),
        make("shop", ["=", "!="], st.sampled_from(SHOPS)),
        make("new", ["=", "!="], st.booleans()),
    )


def meets(item: Item, wanted: Filter) -> bool:
    """The same condition, said plainly for one item."""
    own = item.attributes.get(wanted.attribute)
    if own is None:
        return False
    values = {str(v).casefold() for v in (own if isinstance(own, tuple) else (own,))}
    asked = {str(v).casefold() for v in (wanted.value if isinstance(wanted.value, tuple) else (wanted.value,))}
    if isinstance(own, float):
        values, asked = {str(own + 0.0)}, {str(float(str(wanted.value)) + 0.0)}  # -0.0 is 0.0
    match wanted.op:
        case "=" | "any_of":
            return bool(values & asked)
        case "!=" | "none_of":
            return not values & asked
        case "all_of":
            return asked <= values
        case "contains":
            return any(next(iter(asked)) in v for v in values)
    a, b = (own, float(str(wanted.value))) if isinstance(own, float) else (str(own), str(wanted.value))
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[wanted.op]  # type: ignore[operator]


@given(catalogue=catalogues(), wanted=st.lists(some_filters(), max_size=3))
def test_what_is_admitted_is_exactly_what_meets_every_filter(catalogue: Catalogue, wanted: list[Filter]) -> None:
    checked = [filters.check(catalogue.schema, f) for f in wanted]
    expected = {item.item_id for item in catalogue.items if all(meets(item, f) for f in wanted)}
    assert filters.admitted(catalogue, checked) == expected


@given(catalogue=catalogues(), wanted=st.lists(some_filters(), min_size=1, max_size=3))
def test_relaxations_admit_as_many_as_they_say(catalogue: Catalogue, wanted: list[Filter]) -> None:
    checked = [filters.check(catalogue.schema, f) for f in wanted]
    before = len(filters.admitted(catalogue, checked))
    for relaxation in filters.relaxations(catalogue, checked):
        place = checked.index(relaxation.filter)
        instead = [] if relaxation.instead is None else [filters.check(catalogue.schema, relaxation.instead)]
        relaxed = filters.admitted(catalogue, [*checked[:place], *instead, *checked[place + 1 :]])
        assert len(relaxed) == relaxation.count > before or before > 0


@given(wanted=some_filters())
def test_checking_twice_changes_nothing(wanted: Filter) -> None:
    checked = filters.check(PRICED, wanted)
    assert filters.check(PRICED, checked) == checked


def test_a_missing_value_meets_no_filter() -> None:
    for written in ("year<=3000", "year!=1", "genres!=horror", "genres!=horror|piano", "creator!=Homer X"):
        schema = SCHEMA
        if "Homer" in written:
            with pytest.raises(BadFilter):
                filters.parse(schema, written)
            continue
        assert "print" not in filters.admitted(CATALOGUE, filters.parse(schema, written))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("nosferatu", "nosferatu"),
        ("The whale", "whale"),
        ("whale", "whale"),
        ("Whale (1851)", "whale"),
        ("Sherlock Jr", "jr"),
        ("sherlock jr. (1924)", "jr"),
        ("general", "general"),
        ("CLAIR DE LUNE", "clair"),
        ("whale, the (1851)", "whale"),
    ],
)
def test_titles_are_found_as_people_write_them(asked: str, expected: str) -> None:
    assert CATALOGUE.resolve(asked).item_id == expected


def test_an_unknown_title_carries_close_ones() -> None:
    with pytest.raises(UnknownItem) as caught:
        CATALOGUE.resolve("Nosferatoo")
    assert caught.value.close_titles[0] == "Nosferatu"
    with pytest.raises(UnknownItem):
        CATALOGUE.resolve("Sherlock Jr. (1999)")


def test_a_title_of_two_items_is_ambiguous() -> None:
    twins = Catalogue(
        items=(Item(item_id="1", title="Alien (1979)"), Item(item_id="2", title="Alien (1992)")), schema=SCHEMA
    )
    with pytest.raises(AmbiguousItem) as caught:
        twins.resolve("Alien")
    assert caught.value.item_ids == ("1", "2")
    assert twins.resolve("Alien (1992)").item_id == "2"


def test_a_partial_date_is_no_number() -> None:
    from retrieval.columns import days_of

    assert all(math.isnan(x) for x in days_of("1925-13"))
    assert days_of("1925-02")[1] - days_of("1925-02")[0] == 27
