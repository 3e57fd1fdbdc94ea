"""What was learned decides only where the rules are unsure, is left out without its embedder, and has seen nothing that is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from agent.ledger import Ledger, Turn
from agent.planner.intents import IntentReader
from agent.planner.learned import WEIGHTS, Choice, read_choices, row_of
from agent.planner.plan import Plan, Planner
from agent.planner.speech_acts import ACTS, act_of
from eval.planner import LABELS, REPORTED
from prompts import utterances
from tests.stand_ins_agent import intents, planner, works
from tests.stand_ins_perception import HashEmbedder
from vouch.types import ToolCall

LEARNED_FROM = LABELS.parent / "learned_from.jsonl"
ANSWERS = LABELS.parent / "answers.tsv"


def spoken(text: str, *titles: str, asked: bool = False) -> Ledger:
    """A turn whose words name these works; `asked`: as a list that was asked for."""
    ids = tuple(works().find(title)[0].item_id for title in titles)
    calls = (ToolCall(name="recommend", arguments={"text": "sad"}),) if asked else ()
    return Ledger(turns=(Turn(said="something sad", calls=calls, shown=ids, text=text),))


def remembered(plan: Plan) -> dict[str, Sequence[object]]:
    return {str(c.arguments["kind"]): c.arguments["titles"] for c in plan.calls if c.name == "remember"}  # type: ignore[misc]


def test_nothing_of_the_reported_half_was_learned_from() -> None:
    rows = [json.loads(line) for line in LEARNED_FROM.read_text("utf-8").splitlines()]
    assert len(rows) > 700
    reported = {row["dialogue"] for row in map(json.loads, REPORTED.read_text("utf-8").splitlines())}
    assert reported
    assert not reported & {row["dialogue"] for row in rows}
    assert {key for row in rows for key in row} <= {
        "data",
        "dialogue",
        "utterance",
        "intent",
        "liked",
        "disliked",
        "partly",
    }


@pytest.mark.parametrize("said", ["Yes, an oldie but a good one.", "Awe, that was a cute one"])
def test_praise_in_other_words_is_of_what_was_just_spoken_of(said: str) -> None:
    ledger = spoken("Have you seen Metropolis?", "Metropolis")
    assert remembered(planner().plan(said, ledger)) == {"like": ["Metropolis"]}
    assert not remembered(Planner(works(), intents(), choices={}).plan(said, ledger))


@pytest.mark.parametrize(
    "said", ["I haven't seen that one, I will check it out", "what is it about?", "sounds good, thanks!"]
)
def test_what_is_only_hoped_for_is_not_liked(said: str) -> None:
    assert not remembered(planner().plan(said, spoken("How about Metropolis?", "Metropolis")))


def test_praise_behind_a_list_is_asked_about() -> None:
    ledger = spoken("Here are three.", "Metropolis", "Nosferatu", "The General", asked=True)
    plan = planner().plan("Yes, an oldie but a good one.", ledger)
    assert not remembered(plan)


def test_an_answer_in_talk_asks_for_no_list() -> None:
    ledger = spoken("Did you watch it with your kids?")
    said = "They have been talking about the songs all day long, it never ends"
    assert act_of(planner().plan(said, ledger)) == "talk"
    assert act_of(Planner(works(), intents(), choices={}).plan(said, ledger)) == "request"


def test_what_was_read_for_certain_stands() -> None:
    always = Choice(("request", "state", "ask", "close", "talk"), _always(4), intents().embedder.embedder_id)
    stubborn = Planner(works(), intents(), choices={"acts": always})
    assert act_of(stubborn.plan("a film under 90 minutes", spoken("Did you watch it?"))) == "request"
    assert act_of(stubborn.plan("a storm on the moon", spoken("Did you watch it?"))) == "talk"


def test_what_is_mostly_a_wish_is_overruled_in_talk_and_stands_behind_a_list() -> None:
    always = Choice(ACTS, _always(4), intents().embedder.embedder_id)
    stubborn = Planner(works(), intents(), choices={"acts": always})
    assert act_of(stubborn.plan("nothing with dogs", spoken("Did you watch it?"))) == "talk"
    assert act_of(stubborn.plan("nothing with dogs", spoken("Here it is.", "Metropolis", asked=True))) == "request"
    unsure = Choice(ACTS, _always(4, weight=0.1), intents().embedder.embedder_id)
    doubtful = Planner(works(), intents(), choices={"acts": unsure})
    assert act_of(doubtful.plan("nothing with dogs", spoken("Did you watch it?"))) == "request"


@pytest.mark.parametrize("asked", ["What is your favourite film?", "Which one did you enjoy lately?"])
def test_a_title_that_answers_what_was_liked_is_liked(asked: str) -> None:
    assert planner().heard("Nosferatu", spoken(asked)).slots.roles == ("like",)
    assert planner().heard("Nosferatu", spoken("What did you see last week?")).slots.roles != ("like",)
    assert planner().heard("Nosferatu", Ledger()).slots.roles == ("topic",)


def test_the_answers_written_for_it_can_be_learned_from() -> None:
    rows = [line.split("\t") for line in ANSWERS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) > 250
    assert all(len(row) == 3 and all(part.strip() for part in row) for row in rows)
    assert {act for act, _, _ in rows} == set(ACTS)
    assert len({answer for _, _, answer in rows}) == len(rows)


def test_another_embedder_s_vectors_are_not_judged_by_it() -> None:
    always = Choice(("request", "state", "ask", "close", "talk"), _always(4), "some other model")
    plan = Planner(works(), intents(), choices={"acts": always}).plan("a storm on the moon", Ledger())
    assert act_of(plan) == "request"
    hashed = Planner(works(), IntentReader(HashEmbedder(), utterances()))
    assert act_of(hashed.plan("a storm on the moon", Ledger())) == "request"


def test_probabilities_are_those_of_a_logistic_regression() -> None:
    weights = np.zeros((4096, 2), dtype=np.float32)
    weights[row_of({"a": 1.0}) > 0, 0] = np.log(3.0)
    choice = Choice(("x", "y"), weights)
    assert choice.probabilities({"a": 1.0})["x"] == pytest.approx(0.75)
    assert choice.probabilities({})["x"] == pytest.approx(0.5)


def test_the_weights_have_their_record() -> None:
    record = json.loads(WEIGHTS.with_suffix(".json").read_text("utf-8"))
    assert set(read_choices()) == {"acts", "named", "at_hand"}
    assert record["command"].startswith("python scripts/train_planner.py")
    assert WEIGHTS.stat().st_size < 100_000


def _always(winner: int, *, weight: float = 50.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Weights over hashed features and two vectors that choose one class whatever is said."""
    weights = np.zeros((4096 + 2 * 384, 5), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), winner] = weight
    return weights


def test_the_role_of_a_named_title_is_learned_where_the_rules_read_only_that_it_was_seen() -> None:
    said = "I saw Nosferatu and it was great"
    assert planner().heard(said, Ledger()).slots.roles == ("like",)
    by_rules = Planner(works(), intents(), choices={})
    assert by_rules.heard(said, Ledger()).slots.roles == ("seen",)
