"""Dislikes in the words that people have for them, with what they liked and what they only speak of beside them."""

from __future__ import annotations

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.idioms import plain_verdicts
from agent.planner.plan import Plan
from tests.stand_ins_agent import planner, works

POINTED = (
    "I couldn't get into it",
    "it did nothing for me",
    "I fell asleep halfway through",
    "not my cup of tea",
    "it wasn't for me",
    "I had to turn it off",
    "it fell flat for me",
    "I found it dull",
    "it bored me to tears",
    "It was too gory for me",
    "It dragged on and on",
    "I wasn't impressed",
    "I didn't get the hype",
    "that one was a let down",
    "It didn't do it for me",
    "I couldn't stand it",
    "It was a waste of time",
    "I couldn't finish it",
    "I walked out of it",
    "They ruined it",
    "I regret watching it",
    "it put me to sleep",
    "I was disappointed by it",
    "It fell short of my expectations",
    "I lost interest after a while",
    "I never want to see that again",
    "I tried to watch it but gave up",
    "That was painful to watch",
    "It didn't hold my attention",
    "It was a bit of a mess",
    "It was too slow",
    "I wouldn't watch it again",
)
NAMED = (
    "I couldn't get into {}",
    "{} did nothing for me",
    "I fell asleep during {}",
    "I had to turn {} off",
    "{} fell flat for me",
    "I found {} dull",
    "{} was overhyped",
    "{} was too long for my liking",
    "I wasn't impressed by {}",
    "I didn't get the hype around {}",
    "{} was a let down",
    "{} was a waste of time",
    "I walked out of {}",
    "I regret watching {}",
    "I was disappointed by {}",
    "{} fell short of my expectations",
    "I tried to watch {} but gave up",
    "{} was painful to watch",
    "I wasn't crazy about {}",
    "I wouldn't watch {} again",
    "never cared for {}",
)
LEFT = (
    "I will turn it on tonight",
    "I always fall asleep early",
    "is it too long?",
    "I couldn't find it anywhere",
    "I might get into it later",
    "my brother was disappointed by it",
    "my dad fell asleep during it",
    "thanks, I don't want to waste time",
    "too many to choose from",
)


def judged(plan: Plan) -> dict[str, object]:
    told = [c.arguments for c in plan.calls if c.name == "remember"]
    return {str(row["kind"]): row["titles"] for row in told if row["kind"] in {"like", "dislike"}}


def asked(text: str, *titles: str) -> Ledger:
    return Ledger(turns=(Turn(said="hello", shown=tuple(works().find(t)[0].item_id for t in titles), text=text),))


@pytest.mark.parametrize("said", POINTED)
def test_what_was_asked_about_is_disliked(said: str) -> None:
    ledger = asked("Have you seen Metropolis? It is a classic.", "Metropolis")
    assert judged(planner().plan(said, ledger)) == {"dislike": ["Metropolis"]}


@pytest.mark.parametrize("said", NAMED)
def test_what_is_named_is_disliked(said: str) -> None:
    told = judged(planner().plan(said.format("Nosferatu"), asked("What did you watch lately?")))
    assert told == {"dislike": ["Nosferatu"]}


@pytest.mark.parametrize("said", LEFT)
def test_what_only_sounds_like_it_dislikes_nothing(said: str) -> None:
    assert not judged(planner().plan(said, asked("How about Metropolis?", "Metropolis")))


@pytest.mark.parametrize("said", ["it wasn't bad at all, I enjoyed it", "that one was great, I never fell asleep"])
def test_praise_with_such_words_in_it_is_praise(said: str) -> None:
    assert judged(planner().plan(said, asked("Have you seen Metropolis?", "Metropolis"))).keys() == {"like"}


def test_an_idiom_does_not_reach_over_a_full_stop() -> None:
    tokens = [("i", ""), ("fell", ""), ("asleep", ""), ("TITLE", "."), ("was", ""), ("good", "")]
    assert plain_verdicts(tokens) == [("i", ""), ("hated", ""), ("it", ""), ("TITLE", "."), ("was", ""), ("good", "")]
