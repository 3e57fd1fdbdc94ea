"""Praise and dislike in the words that people use, of titles as they write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from agent.ledger import Ledger, Turn
from agent.planner.learned import Choice, read_choices, row_of
from agent.planner.plan import Plan, Planner
from agent.planner.speech_acts import ACTS
from agent.planner.verdicts import spelt, verdicts
from tests.stand_ins_agent import after_list, catalogue_of, intents, planner, planner_over, works


def spoken(text: str, *titles: str) -> Ledger:
    ids = tuple(works().find(title)[0].item_id for title in titles)
    return Ledger(turns=(Turn(said="hello", shown=ids, text=text),))


def remembered(plan: Plan) -> dict[str, Sequence[object]]:
    return {str(c.arguments["kind"]): c.arguments["titles"] for c in plan.calls if c.name == "remember"}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Yeah. Was good. Bye.", "like"),
        ("Great film honestly", "like"),
        ("Good movie bye", "like"),
        ("omg love that movie!", "like"),
        ("Yup and loved it", "like"),
        ("loved the movie!", "like"),
        ("It was a good war movie", "like"),
        ("I thought it was decent enough", "like"),
        ("that film had a great plot", "like"),
        ("That might be my favorite movie of all time", "like"),
        ("I saw part of it but didn't like it", "dislike"),
        ("I saw it but didn't care for it", "dislike"),
        ("I have seen that one too many times", None),
        ("they will say it is great", None),
    ],
)
def test_praise_of_what_was_asked_about(said: str, kind: str | None) -> None:
    found = remembered(planner().plan(said, spoken("Have you seen Metropolis?", "Metropolis")))
    assert {k: v for k, v in found.items() if k != "seen"} == ({kind: ["Metropolis"]} if kind else {})


@pytest.mark.parametrize(
    ("said", "liked"),
    [("ohh yes! very good", ["Metropolis"]), ("very good, I will watch it", None), ("no, very good", None)],
)
def test_very_good_judges_only_behind_a_yes_to_what_was_seen(said: str, liked: list[object] | None) -> None:
    assert remembered(planner().plan(said, spoken("Have you ever seen Metropolis?", "Metropolis"))).get("like") == liked


@pytest.mark.parametrize(
    ("text", "liked"), [("Metropolis was really good.", ["Metropolis"]), ("Metropolis is a film of 1927.", None)]
)
def test_saying_that_it_was_agrees_with_praise(text: str, liked: list[object] | None) -> None:
    assert remembered(planner().plan("It was!", spoken(text, "Metropolis"))).get("like") == liked


def test_yes_to_liking_it_is_of_the_one_that_was_spoken_of_before() -> None:
    first = spoken("Have you seen Metropolis?", "Metropolis").turns[0]
    ledger = Ledger(turns=(first, Turn(said="I have", text="did you like that one")))
    assert remembered(planner().plan("Yes i did", ledger))["like"] == ["Metropolis"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yes, Metropolis was surprisingly good! The director was a strange man.", {"like": ["Metropolis"]}),
        ("yes of course, who doesn't love Metropolis", {"like": ["Metropolis"]}),
        ("I heard Metropolis was kind of boring", {}),
        ("Metropolis is the best. Have you seen it? I LOVE that one", {"like": ["Metropolis"]}),
        ("Metropolis wasn't one of my favourites", {"dislike": ["Metropolis"]}),
        ("I can't stand films like Metropolis", {"dislike": ["Metropolis"]}),
        ("Is Faust similar to Metropolis?", {}),
        ("what is your favorite part of Metropolis?", {}),
        ("Metropolis was hillarious", {"like": ["Metropolis"]}),
        ("Have you seen Metropolis?", {}),
        (
            "The General was awesome Metropolis Have you seen it? I LOVE that one",
            {"like": ["The General", "Metropolis"]},
        ),
        ("I saw both Metropolis and Faust, I loved them", {"like": ["Metropolis", "Faust"]}),
        ("I heard great things about Faust. Metropolis is one of my favorites", {"like": ["Metropolis"]}),
    ],
)
def test_what_is_told_of_a_title(said: str, found: dict[str, list[str]]) -> None:
    told = remembered(planner().plan(said, spoken("How about Nosferatu or Dracula?", "Nosferatu", "Dracula")))
    assert {k: v for k, v in told.items() if k in {"like", "dislike"}} == found


def test_praise_goes_to_what_the_last_reply_names_though_nothing_lists_it() -> None:
    first = spoken("Have you seen Faust?", "Faust").turns[0]
    ledger = Ledger(turns=(first, Turn(said="no", text="I also like Metropolis a lot.")))
    assert remembered(planner().plan("Great movie!", ledger))["like"] == ["Metropolis"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("hillarious", "hilarious"),
        ("awsome", "awesome"),
        ("classics", "classics"),
        ("moved", "moved"),
        ("liked", "liked"),
    ],
)
def test_a_slip_in_a_judging_word(written: str, read: str) -> None:
    assert spelt(written) == read


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("I liked Wars: Episode VIII – The Last Knight (2017)", ["Wars: Episode VIII – The Last Knight (2017)"]),
        ("I loved Bad Lads 2", ["Bad Lads II (2003)"]),
        ("I loved Black Puma", ["Black Puma (2018)"]),
        ("I loved The Black Puma", ["The Black Puma (1977)"]),
        ("I liked the one with the ships", []),
        ("that would be cool especially in 3D", []),
        ("she is kind of old school because she sings", []),
        ("in the mood for an older scary movie", []),
        ("I loved Scary Movie", ["Scary Movie (2000)"]),
    ],
)
def test_titles_as_people_write_them(said: str, titles: list[str]) -> None:
    names = [
        "Wars: Episode VIII – The Last Knight (2017)",
        "The Last: Story of a Boy (2014)",
        "Bad Lads (1995)",
        "Bad Lads II (2003)",
    ]
    names += [
        "The Black Puma (1977)",
        "Black Puma (2018)",
        "The One (2001)",
        "D (2005)",
        "Old School (2003)",
        "Scary Movie (2000)",
    ]
    talk = planner_over(catalogue_of([(title, {"year": 1990.0}) for title in names]))
    heard = talk.heard(said, Ledger())
    assert [talk.catalogue.by_id[i].title for m in heard.slots.mentions for i in m.item_ids] == titles


@pytest.mark.parametrize(
    ("said", "liked"),
    [
        ("Yeah, it was good.", {"Faust"}),
        ("Great movie!", {"Faust"}),
        ("Both were great, I loved them", {"Metropolis", "Faust"}),
    ],
)
def test_praise_goes_to_the_one_that_was_asked_about(said: str, liked: set[str]) -> None:
    ledger = spoken("Metropolis has a robot. Have you seen Faust?", "Metropolis", "Faust")
    assert set(remembered(planner().plan(said, ledger))["like"]) == liked


@pytest.mark.parametrize(
    "said",
    [
        "great film ideas",
        "good movie suggestions",
        "anything that is my kind of film",
        "not keen on horror",
        "I watch one everyday",
        "a hidden gem please",
        "what is a must watch?",
        "one that had a great plot please",
        "it should be a good war movie",
    ],
)
def test_wishes_in_the_same_words_are_no_taste(said: str) -> None:
    for names in (["Metropolis"], ["Metropolis", "Faust", "Nosferatu"]):
        told = remembered(planner().plan(said, spoken("Here is a list.", *names)))
        assert not told.keys() & {"like", "dislike"}


@pytest.mark.parametrize(
    "said", ["a village of postmen in the snow", "two brothers who rob a train", "somebody who wakes up as an insect"]
)
@pytest.mark.parametrize("ledger", [Ledger(), after_list("nosferatu")], ids=["first", "behind a list"])
def test_what_is_described_is_looked_for(said: str, ledger: Ledger) -> None:
    assert [c.name for c in always_talking().plan(said, ledger).calls] == ["recommend"]


def always_talking() -> Planner:
    """A planner whose learned choice takes every message for talk."""
    weights = np.zeros((4096 + 2 * 384, 5), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), ACTS.index("talk")] = 50.0
    return Planner(
        works(), intents(), choices={**read_choices(), "acts": Choice(ACTS, weights, intents().embedder.embedder_id)}
    )


def test_of_two_that_are_only_told_of_neither_is_praised_alone() -> None:
    ledger = spoken("Metropolis has a robot. Faust is of 1926.", "Metropolis", "Faust")
    assert "like" not in remembered(planner().plan("Great movie!", ledger))


def test_who_does_not_love_it_is_praise() -> None:
    heard = planner().heard("who doesn't love that movie", spoken("Have you seen Metropolis?", "Metropolis"))
    assert [v.good for v in verdicts(heard)] == [True]
