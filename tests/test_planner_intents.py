"""The nearest labelled utterances name what a message wants."""

from __future__ import annotations

import pytest

from tests.stand_ins_agent import intents

UNSEEN = [
    ("whats the weather like in paris", "out_of_scope"),
    ("could you translate a letter for me", "out_of_scope"),
    ("tell me something funny about penguins please, a joke", "out_of_scope"),
    ("any film with a lighthouse?", "recommend"),
    ("I would love to hear some slow music", "recommend"),
    ("we need a good read for the holidays", "recommend"),
    ("how long does TITLE take", "details"),
    ("which year was it released in", "details"),
    ("who is the author of TITLE", "details"),
    ("why on earth did you pick that one", "why"),
    ("what's the reason for the second one", "why"),
    ("have you got TITLE somewhere", "find"),
    ("could I get some other suggestions", "refine"),
    ("anything shorter than these", "refine"),
    ("which genres can I choose between", "facets"),
    ("what have you stored about me", "taste"),
    ("please undo what I just said", "forget"),
    ("thanks a bunch, that was great", "thanks"),
    ("good day to you", "greeting"),
    ("so what is it that you do", "help"),
]


def test_nine_in_ten_unseen_messages_are_named_rightly() -> None:
    wrong = [(said, intents().nearest(said)[0]) for said, meant in UNSEEN if intents().nearest(said)[0] != meant]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("message", "intent"),
    [("why", "why"), ("no thanks", "no"), ("undo", "forget")],
)
def test_plain_messages_are_settled_by_rules(message: str, intent: str) -> None:
    assert intents().rule(message) == intent


def test_a_request_is_no_rule() -> None:
    assert intents().rule("something scary") is None
