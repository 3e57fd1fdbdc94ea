"""What people say besides wishes: set aside, so that it asks for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.courtesies import courtesies
from agent.planner.words import read_message
from tests.stand_ins_agent import planner, reader
from vouch.types import ToolCall


def acts(raw: str) -> list[tuple[str, str]]:
    message = read_message(raw)
    return [(c.act, message.text(c.start, c.end)) for c in courtesies(message, ())]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Thanks again, have a great day.", [("close", "Thanks again"), ("close", "have a great day")]),
        ("I will definitely check it out", [("accept", "I will definitely check it out")]),
        ("I have never seen that one", [("unseen", "I have never seen that one")]),
        ("yes I have seen it already", [("seen", "yes I have seen it already")]),
        (
            "Thanks for the tip for the Last Christmas movie",
            [("close", "Thanks for the tip for the Last Christmas movie")],
        ),
        ("He always cracks me up.", [("remark", "He always cracks me up")]),
        ("thanks for that, what about comedies", [("close", "thanks for that")]),
        ("I'll watch it tomorrow at my sister's place", [("accept", "I'll watch it tomorrow at my sister's place")]),
        ("that's all right", [("remark", "that's all right")]),
        ("hi there, how are you", [("greeting", "hi there"), ("greeting", "how are you")]),
    ],
)
def test_what_is_said_besides_is_named(said: str, expected: list[tuple[str, str]]) -> None:
    assert acts(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "a sad love story",
        "I want to see something funny",
        "I'll take something short",
        "give me a film that looks good",
        "is it good?",
        "I would love to see a newer comedy",
        "I want to watch something french with a dog",
    ],
)
def test_a_wish_is_no_courtesy(said: str) -> None:
    assert not acts(said)


def test_a_good_day_is_no_wish_for_anything_good() -> None:
    slots = reader().read("Thanks so much, have a wonderful evening!")
    assert slots.empty
    assert set(slots.acts) == {"close"}


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("I'll check it out, thanks!", "accept"),
        ("thank you for all your help, goodbye", "thanks"),
        ("I have never seen that one", "unseen"),
        ("my girls are home from school today", "remark"),
    ],
)
def test_what_asks_for_nothing_is_answered_in_words(said: str, intent: str) -> None:
    plan = planner().plan(said, Ledger())
    assert not plan.calls
    assert plan.aside["intent"] == intent


def test_praise_of_the_one_item_that_was_shown_is_remembered() -> None:
    item = reader().catalogue.items[0]
    plan = planner().plan("that was a great one", Ledger(turns=(Turn(said="something sad", shown=(item.item_id,)),)))
    assert [(c.name, c.arguments["kind"]) for c in plan.calls] == [("remember", "like")]


def test_a_question_beside_a_verdict_is_answered_too() -> None:
    item = reader().catalogue.items[0]
    ledger = Ledger(turns=(Turn(said="something sad", shown=(item.item_id,)),))
    plan = planner().plan("That sounds interesting. What is it about?", ledger)
    assert [c.name for c in plan.calls] == ["item_details"]


def test_a_superlative_is_of_its_own_message_only() -> None:
    first = planner().plan("the shortest film", Ledger())
    turn = Turn(said="the shortest film", calls=first.calls, aside=first.aside)
    then = planner().plan("from Germany instead", Ledger(turns=(turn,)))
    filters: Any = then.calls[0].arguments["filters"]
    kept = [c["attribute"] for c in filters]
    assert "k" in first.calls[0].arguments
    assert "k" not in then.calls[0].arguments
    assert "country" in kept
    assert not set(kept) & {"minutes", "length_min", "length"}


def test_praise_of_one_of_several_asks_which() -> None:
    several = tuple(item.item_id for item in reader().catalogue.items[:3])
    asked = (ToolCall(name="recommend", arguments={"text": "sad"}),)
    plan = planner().plan(
        "That was a great one", Ledger(turns=(Turn(said="something sad", calls=asked, shown=several),))
    )
    assert not plan.calls
    assert (plan.aside["intent"], plan.aside["offer"]) == ("which", list(several))
    assert plan.aside["said"] in "That was a great one"
