"""Titles in messages, and what is said of them."""

from __future__ import annotations

import pytest

from agent.planner.titles import TitleReader
from agent.planner.words import read_message
from tests.stand_ins_agent import catalogue_of, reader


def heard(message: str, catalogue: str = "works") -> list[tuple[str, str]]:
    slots = reader(catalogue).read(message)
    by_id = reader(catalogue).catalogue.by_id
    return [
        (by_id[m.item_ids[0]].title if m.item_ids else m.said, role)
        for m, role in zip(slots.mentions, slots.roles, strict=True)
    ]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "I loved Nosferatu and Metropolis, but I hated Faust: something similar but funny",
            [("Nosferatu", "like"), ("Metropolis", "like"), ("Faust", "dislike")],
        ),
        ("something like Metropolis", [("Metropolis", "anchor")]),
        ("i like metropolis", [("Metropolis", "like")]),
        ("I'd like something like Metropolis", [("Metropolis", "anchor")]),
        ("I didn't like Dracula", [("Dracula", "dislike")]),
        ("Nosferatu was great but Faust wasn't", [("Nosferatu", "like"), ("Faust", "dislike")]),
        ("I've already seen Nosferatu", [("Nosferatu", "seen")]),
        ("never show me Dracula again", [("Dracula", "hide")]),
        ("forget that I liked Faust", [("Faust", "forget")]),
        ("Metropolis and Nosferatu are my favourites", [("Metropolis", "like"), ("Nosferatu", "like")]),
        ("who directed Metropolis?", [("Metropolis", "topic")]),
        ("films by Murnau but not Nosferatu", [("Nosferatu", "except")]),
        ("i saw metropolis yesterday and liked it a lot", [("Metropolis", "like")]),
        ("we liked the kid but found moby dick boring", [("The Kid", "like"), ("Moby-Dick", "dislike")]),
        (
            "something like Faust but not anything that's similar to Nosferatu",
            [("Faust", "anchor"), ("Nosferatu", "dislike")],
        ),
        ("something other than Metropolis", [("Metropolis", "except")]),
        ("I don't make movies like Metropolis", [("Metropolis", "anchor")]),
        ("I don't really like Metropolis", [("Metropolis", "dislike")]),
    ],
)
def test_what_is_said_of_titles(message: str, said: list[tuple[str, str]]) -> None:
    assert heard(message) == said


@pytest.mark.parametrize(
    "message", ["something like a general", "a general strike", "we want something", "a story about the kid next door"]
)
def test_everyday_words_are_no_titles(message: str) -> None:
    assert heard(message) == []


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("something like the general", "The General"),
        ("more like “We”", "We"),
        ("I loved We", "We"),
        ("moby dick", "Moby-Dick"),
        ("like RUR please", "R.U.R."),
        ("les miserables", "Les Misérables"),
    ],
)
def test_a_title_of_everyday_words_counts_where_a_title_stands(message: str, title: str) -> None:
    assert [said for said, _ in heard(message)] == [title]


@pytest.mark.parametrize(
    ("message", "titles"),
    [
        ("I loved heat", ["Heat (1995)"]),
        ("a film about heat in the desert", []),
        ("she was great in it", []),
        ("I loved It (2017)", ["It (2017)"]),
        ("the matrix was fun", ["Matrix, The (1999)"]),
    ],
)
def test_short_titles_of_a_large_catalogue(message: str, titles: list[str]) -> None:
    assert [said for said, _ in heard(message, "films")] == titles


def test_a_year_chooses_between_equal_titles() -> None:
    (mention,) = reader("films").read("I loved Dracula (1958)").mentions
    assert mention.item_ids == ("8",)
    (both,) = reader("films").read("I loved Dracula").mentions
    assert both.item_ids == ("7", "8")


def test_a_series_name_stands_for_all_that_carry_it() -> None:
    (mention,) = reader("films").read("I hated Star Wars").mentions
    assert mention.series
    assert mention.item_ids == ("9", "10")


def test_a_misspelt_title_is_close_and_never_taken() -> None:
    (mention,) = reader().read("I loved Metroplis").mentions
    assert mention.close
    assert mention.item_ids == ("metropolis",)


def test_a_title_that_is_not_here_is_noticed() -> None:
    (mention,) = reader().read("something like Inception").mentions
    assert (mention.said, mention.item_ids) == ("Inception", ())


@pytest.mark.parametrize(
    ("message", "title", "catalogue"),
    [
        ("Nosferatuu", "Nosferatu", "works"),
        ("Draclua", "Dracula", "works"),
        ("metropolys", "Metropolis", "works"),
        ("the matirx", "Matrix, The (1999)", "films"),
    ],
)
def test_a_misspelt_title_alone_is_offered(message: str, title: str, catalogue: str) -> None:
    (mention,) = reader(catalogue).read(message).mentions
    assert mention.close
    assert [reader(catalogue).catalogue.by_id[i].title for i in mention.item_ids] == [title]


@pytest.mark.parametrize("message", ["ghosts", "zombies", "spooky", "show me the cheapest backpack", "robots"])
def test_words_near_a_title_are_no_title(message: str) -> None:
    assert heard(message) == []


def test_a_misspelt_title_behind_a_misspelt_word_is_offered() -> None:
    (mention,) = reader().read("somthing like metroplis").mentions
    assert (mention.close, mention.item_ids) == (True, ("metropolis",))


@pytest.mark.parametrize(
    "message",
    [
        "General",
        "one of Our General Stores is great",
        "any other general you can recommend",
        "Alexander General Hospital was great",
        "General Hospital was great",
    ],
)
def test_a_part_of_a_title_in_everyday_words_is_none(message: str) -> None:
    assert "The General" not in [title for title, _ in heard(message)]


@pytest.mark.parametrize(
    ("message", "titles"),
    [
        ("we saw it before It was good", []),
        ("I loved It", ["It (2017)"]),
        ("LOVED that one", []),
        ("have you seen the Matrix?", ["Matrix, The (1999)"]),
        ("yes I LOVED That movie", []),
    ],
)
def test_what_a_capital_says(message: str, titles: list[str]) -> None:
    assert [title for title, _ in heard(message, "films")] == titles


def test_a_title_behind_the_first_is_one_where_it_is_praised() -> None:
    assert heard("I really enjoyed the first wings") == [("Wings", "like")]
    assert heard("the first wings of the house") == []


@pytest.mark.parametrize("said", ["Joe vs. the Volcano", "joe versus the volcano"])
def test_versus_may_be_written_short(said: str) -> None:
    titles = TitleReader(catalogue_of([("Joe Versus the Volcano (1990)", {})]))
    assert [m.item_ids for m in titles.read(read_message(f"I liked {said} a lot"))] == [("1",)]


LONG = ("Spider Boy (2002)", "P.S. I Owe You (2007)", "J.F.K. (1991)", "D (1999)")


@pytest.mark.parametrize(
    ("message", "titles"),
    [
        ("I loved Spider Boy: Across the Sea", []),
        ("I loved Spider Boy:next level", []),
        ("I loved Spider Boy: it is so good", ["Spider Boy (2002)"]),
        ("I loved Spider Boy: Great fun", ["Spider Boy (2002)"]),
        ("Ps I owe you is my favorite", ["P.S. I Owe You (2007)"]),
        ("I loved P.S. I Owe You", ["P.S. I Owe You (2007)"]),
        ("I loved JFK", ["J.F.K. (1991)"]),
        ("Enjoy the day :-D", []),
    ],
)
def test_subtitles_initials_and_faces(message: str, titles: list[str]) -> None:
    catalogue = catalogue_of([(title, {}) for title in LONG])
    found = TitleReader(catalogue).read(read_message(message))
    assert [catalogue.by_id[i].title for m in found for i in m.item_ids] == titles
