"""What a message demands, prefers and leaves to the query's text."""

from __future__ import annotations

from datetime import date

import pytest

from agent.planner.slots import Slots
from tests.stand_ins_agent import reader

NINETIES = [("year", ">=", 1990.0), ("year", "<=", 1999.0)]
TWENTIES = [("year", ">=", 1920.0), ("year", "<=", 1929.0)]


def demanded(slots: Slots) -> list[tuple[str, str, object]]:
    return [(c.attribute, c.op, c.value) for c in slots.filters]


def preferred(slots: Slots) -> list[tuple[str, str, object]]:
    return [(c.attribute, c.op, c.value) for c in slots.prefer]


@pytest.mark.parametrize(
    ("message", "filters"),
    [
        ("a japanese film", [("country", "=", "Japan"), ("kind", "=", "film")]),
        ("german movies from the twenties", [*TWENTIES, ("country", "=", "Germany"), ("kind", "=", "film")]),
        ("a 1920s thriller", [*TWENTIES, ("genres", "any_of", ["thriller"])]),
        ("films before 1920", [("year", "<", 1920.0), ("kind", "=", "film")]),
        ("films not before 1920", [("year", ">=", 1920.0), ("kind", "=", "film")]),
        ("films no earlier than 1920", [("year", ">=", 1920.0), ("kind", "=", "film")]),
        ("nothing newer than 1920", [("year", "<=", 1920.0)]),
        ("nothing from the twenties", [("year", "<", 1920.0)]),
        ("no, before 1920", [("year", "<", 1920.0)]),
        ("a film from 1920 or later", [("year", ">=", 1920.0), ("kind", "=", "film")]),
        ("films from circa 1920", [("year", "=", 1920.0), ("kind", "=", "film")]),
        ("a 1922 film", [("year", "=", 1922.0), ("kind", "=", "film")]),
        ("19th century novels", [("year", ">=", 1800.0), ("year", "<=", 1899.0), ("kind", "=", "book")]),
        ("books between 1850 and 1870", [("year", ">=", 1850.0), ("year", "<=", 1870.0), ("kind", "=", "book")]),
        ("a film under two hours", [("minutes", "<", 120.0), ("kind", "=", "film")]),
        ("at most an hour and a half", [("minutes", "<=", 90.0)]),
        ("less than 200 pages", [("pages", "<", 200.0)]),
        ("less than 3 hours and more than 2", [("minutes", "<", 180.0), ("minutes", ">", 120.0)]),
        (
            "comedy or drama from the USA",
            [("genres", "any_of", ["comedy", "drama"]), ("country", "=", "United States")],
        ),
        ("no horror please", [("genres", "none_of", ["horror"])]),
        ("I'm not into horror", [("genres", "none_of", ["horror"])]),
        ("hmm, not really in the mood for a comedy", [("genres", "none_of", ["comedy"])]),
        ("I don't feel like horror", [("genres", "none_of", ["horror"])]),
        ("not a big fan of comedies", [("genres", "none_of", ["comedy"])]),
        ("20s comedies", [("year", ">=", 1920.0), ("year", "<=", 1929.0), ("genres", "any_of", ["comedy"])]),
        ("films except german ones", [("country", "none_of", ["Germany"]), ("kind", "=", "film")]),
        ("not a comedy, not a book", [("genres", "none_of", ["comedy"]), ("kind", "none_of", ["book"])]),
        ("a sci-fi novel", [("genres", "any_of", ["science fiction"]), ("kind", "=", "book")]),
        ("horor films", [("genres", "any_of", ["horror"]), ("kind", "=", "film")]),
        ("something by Jules Verne or H. G. Wells", [("creator", "any_of", ["Jules Verne", "H. G. Wells"])]),
        ("anything by murnau", [("creator", "=", "F. W. Murnau")]),
        ("something to read", [("kind", "any_of", ["book"])]),
        ("something under three hundred pages", [("pages", "<", 300.0)]),
        ("a film from nineteen twenty-seven", [("year", "=", 1927.0), ("kind", "=", "film")]),
        ("nothing after 1925", [("year", "<=", 1925.0)]),
        ("before 1925, max one hour", [("minutes", "<=", 60.0), ("year", "<", 1925.0)]),
        ("films under 10 minutes with less than 5 minutes", [("minutes", "<", 5.0), ("kind", "=", "film")]),
        ("smthing by jane austin", [("creator", "=", "Jane Austen")]),
        ("play me something calm", [("kind", "any_of", ["music"])]),
        ("anything by a french composer", [("country", "=", "France"), ("kind", "any_of", ["music"])]),
        ("the book", [("kind", "=", "book")]),
        ("a novel not by tolstoy", [("creator", "none_of", ["Leo Tolstoy"]), ("kind", "=", "book")]),
        (
            "a german expressionist film but not horror",
            [("genres", "none_of", ["horror"]), ("country", "=", "Germany"), ("kind", "=", "film")],
        ),
        ("a list of all the Russian books", [("country", "any_of", ["Russia", "Soviet Union"]), ("kind", "=", "book")]),
    ],
)
def test_what_is_said_of_the_work_is_a_filter(message: str, filters: list[tuple[str, str, object]]) -> None:
    assert demanded(reader().read(message)) == filters


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a book about pilots in the forties", "pilots in the forties"),
        ("a village in Wales", "village in Wales"),
        ("set in Japan", "Japan"),
        ("a story about French soldiers", "story about French soldiers"),
        ("can you please recommend me something about a lonely lighthouse keeper", "lonely lighthouse keeper"),
        ("I'm in the mood for something dreamlike and slow", "dreamlike and slow"),
        ("a film about love, war and death", "love war and death"),
    ],
)
def test_what_is_said_of_the_story_stays_in_the_text(message: str, text: str) -> None:
    slots = reader().read(message)
    assert slots.text == text
    assert all(c.attribute == "kind" for c in slots.filters)


@pytest.mark.parametrize(
    ("said", "years"), [("the last ten years", 10), ("the past decade", 10), ("the past three decades", 30)]
)
def test_the_last_years_are_counted_from_today(said: str, years: int) -> None:
    (told,) = reader().read(f"something eerie from {said}").filters
    assert (told.attribute, told.op, told.value) == ("year", ">=", float(date.today().year - years))


@pytest.mark.parametrize(
    ("said", "op"),
    [("a European film", "any_of"), ("something from outside Europe", "none_of"), ("not European", "none_of")],
)
def test_a_part_of_the_world_is_all_its_countries(said: str, op: str) -> None:
    (told,) = (f for f in reader().read(said).filters if f.attribute == "country")
    assert told.op == op
    assert {"Germany", "France", "Soviet Union", "Czechia"} <= set(told.value)  # type: ignore[arg-type]
    assert not {"United States", "Japan", "Brazil"} & set(told.value)  # type: ignore[arg-type]


def test_a_mood_is_preferred_and_stays_in_the_text() -> None:
    slots = reader().read("something funny")
    assert slots.text == "funny"
    assert slots.filters == ()
    assert ("moods", "any_of", ["funny"]) in preferred(slots)


def test_not_too_long_prefers_the_shorter_half_of_its_kind() -> None:
    slots = reader().read("a novel, not too long")
    books = sorted(i.attributes["pages"] for i in reader().catalogue.items if "pages" in i.attributes)
    (condition,) = slots.prefer
    assert (condition.attribute, condition.op) == ("pages", "<=")
    assert condition.value == books[len(books) // 2]


def test_a_filter_that_missing_values_would_hide_behind_is_only_preferred() -> None:
    slots = reader("films").read("something under 100 minutes")
    assert slots.filters == ()
    assert preferred(slots) == [("minutes", "<", 100.0)]


def test_where_the_catalogue_has_no_price_that_is_noted_and_not_searched_for() -> None:
    slots = reader().read("a comedy under 20 dollars")
    assert slots.unknown == ("price",)
    assert slots.text == ""
    assert demanded(slots) == [("genres", "any_of", ["comedy"])]


@pytest.mark.parametrize(
    ("message", "avoid"),
    [
        ("a comedy with no dogs or cats", ("dogs", "cats")),
        ("something without violence", ("violence",)),
        ("not sure what I want", ()),
        ("i want something without vampires", ("vampires",)),
        ("nothing with vampires either", ("vampires",)),
        ("no vampires whatsoever", ("vampires",)),
        ("hmm no, sth sadder", ()),
        ("no thanks, something short", ()),
    ],
)
def test_what_no_value_names_is_avoided(message: str, avoid: tuple[str, ...]) -> None:
    assert reader().read(message).avoid == avoid


@pytest.mark.parametrize(
    ("message", "filters"),
    [
        ("hiking boots under 120 dollars", [("Price", "<", 120.0)]),
        ("a jacket for at most $200", [("Price", "<=", 200.0), ("Type", "=", "Jackets")]),
        ("something by Daybird", [("Brand", "=", "Daybird")]),
        ("ski jackets", [("Type", "=", "Jackets")]),
        ("bags between 50 and 150 euros", [("Price", ">=", 50.0), ("Price", "<=", 150.0), ("Type", "=", "Bags")]),
    ],
)
def test_a_shop_is_read_from_its_own_schema(message: str, filters: list[tuple[str, str, object]]) -> None:
    assert demanded(reader("shop").read(message)) == filters


def test_the_word_that_was_said_of_goods_stays_in_the_text() -> None:
    assert (
        reader("shop").read("waterproof boots for a winter hike under 120 dollars").text
        == "waterproof boots for a winter hike"
    )


@pytest.mark.parametrize(
    ("message", "filters"),
    [
        ("newer than 2000", [("year", ">", 2000.0)]),
        ("animation from before the war", [("genres", "any_of", ["Animation"])]),
        ("sci-fi from the nineties", [*NINETIES, ("genres", "any_of", ["Sci-Fi"])]),
        ("scary movies from the 80s or 90s", [("year", ">=", 1980.0), ("year", "<=", 1999.0)]),
        ("animated films for kids", [("genres", "all_of", ["Animation", "Children"])]),
    ],
)
def test_films_without_a_kind_are_read_from_their_own_schema(
    message: str, filters: list[tuple[str, str, object]]
) -> None:
    assert demanded(reader("films").read(message)) == filters


def test_a_number_of_items_is_how_many_are_wanted() -> None:
    assert reader().read("give me three books").k == 3
    assert reader().read("a book").k is None


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a german expressionist film", "expressionist"),
        ("what did Satie write?", ""),
        ("an epic that lasts more than three hours", "epic"),
        ("is there anything about umbrellas?", "umbrellas"),
        ("i wanna read smth spooky tonite", "spooky"),
        ("my grandma loves opera, what could she like?", ""),
        ("my dad turns 80, he loves ships and the sea", "ships and the sea"),
        ("my wife says no murders please", ""),
        ("my boyfriend can't stand subtitles", ""),
        ("a christmas tale for the whole family", "christmas tale"),
        ("not Dracula, we've seen that a hundred times", ""),
        ("something to fall asleep to", ""),
        ("no Hitchcock at all", ""),
        ("I need a present for somebody who is 9 and likes pirates", "pirates"),
    ],
)
def test_what_only_asks_is_no_part_of_the_text(message: str, text: str) -> None:
    assert reader().read(message).text == text


@pytest.mark.parametrize(
    ("message", "limit", "first"),
    [
        ("the cheapest backpack", ("Price", "<=", 129.0), "5"),
        ("what's your cheapest bag?", ("Price", "<=", 129.0), "6"),
        ("the most expensive jacket", ("Price", ">=", 199.0), "8"),
    ],
)
def test_a_superlative_with_a_noun_lets_the_first_few_through(
    message: str, limit: tuple[str, str, object], first: str
) -> None:
    slots = reader("shop").read(message)
    assert demanded(slots)[-1] == limit
    assert slots.most is not None
    assert slots.most.item_id == first


def test_what_is_not_recorded_of_makers_is_noted() -> None:
    slots = reader().read("something by a woman")
    assert (slots.unknown, slots.text) == (("maker’s gender",), "")
