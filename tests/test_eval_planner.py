"""The labels of real messages, and how a plan is measured against them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.models import model_plan
from agent.planner.plan_types import Plan
from eval.dialogues import read_dialogues, read_films
from eval.planner import cases, labels, understood
from eval.planner_models import as_plan, sample
from retrieval.catalogue import Catalogue
from vouch.types import Item, Schema, ToolCall

FILMS = Catalogue(
    items=(Item(item_id="1", title="Alien (1979)"), Item(item_id="2", title="Big (1988)")),
    schema=Schema(id_columns=("id",), title_column="title"),
)


def test_labels_hold_ids_and_labels_and_no_text() -> None:
    known = {"data", "dialogue", "utterance", "intent", "liked", "disliked", "seen", "filters", "words", "half"}
    assert len(labels()) >= 300
    assert all(set(row) <= known for row in labels())
    assert all(re.fullmatch(r"\d+", i) for row in labels() for i in (*row.get("liked", ()), *row.get("disliked", ())))


def test_both_sets_and_both_halves_have_their_share() -> None:
    by_data = [row["data"] for row in labels()]
    assert min(by_data.count(name) for name in set(by_data)) >= 0.4 * len(by_data)
    reported = [row["half"] == "reported" for row in labels()]
    assert 300 <= sum(reported) <= len(reported) - 300
    dialogues = {
        half: {row["dialogue"] for row in labels() if row["half"] == half} for half in ("tuned on", "reported")
    }
    assert not dialogues["tuned on"] & dialogues["reported"]


def test_a_plan_says_titles_filters_and_words() -> None:
    plan = Plan(
        calls=(
            ToolCall(name="remember", arguments={"kind": "dislike", "titles": ["Big (1988)"]}),
            ToolCall(
                name="recommend",
                arguments={
                    "text": "ships in space",
                    "liked": ["1"],
                    "filters": [{"attribute": "year", "op": "<", "value": 1990.0}],
                    "prefer": [{"attribute": "genre", "op": "any_of", "value": ["Sci-Fi"]}],
                },
            ),
        ),
        aside={"intent": "state", "wants": True},
    )
    read = understood(plan, FILMS)
    assert read.intent == "request"
    assert read.liked == {"alien"}
    assert read.disliked == {"big"}
    assert read.filters == {("year", "<=", "1989"), ("genre", "is", "sci fi")}
    assert read.words == {"ship", "space"}


def test_every_label_has_its_message(data_folder: Path) -> None:
    films = read_films(data_folder)
    found = cases(data_folder, films)
    assert len(found) == len(labels())
    assert all(case.message.seeker and case.message.text for case in found)


def test_consecutive_utterances_of_a_speaker_are_one_message(data_folder: Path) -> None:
    inspired = [d for d in read_dialogues(data_folder, read_films(data_folder)) if d.data == "inspired-dev"]
    assert len(inspired) == 99
    assert all(a.seeker != b.seeker for d in inspired for a, b in zip(d.messages, d.messages[1:], strict=False))


@pytest.mark.parametrize(("aside", "intent"), [({"intent": "thanks"}, "close"), ({"intent": "details"}, "ask")])
def test_the_planner_s_intents_are_merged_as_the_labels_are(aside: dict[str, str], intent: str) -> None:
    assert understood(Plan(aside=aside), FILMS).intent == intent


def test_a_model_s_calls_say_what_they_amount_to() -> None:
    listed = ToolCall(name="recommend", arguments={"text": "ships"})
    told = ToolCall(name="remember", arguments={"kind": "like", "titles": ["1"]})
    assert understood(as_plan([listed]), FILMS).intent == "request"
    assert understood(as_plan([told]), FILMS).intent == "state"
    assert understood(as_plan([told, listed]), FILMS).intent == "request"
    assert understood(as_plan([ToolCall(name="item_details", arguments={"title": "Big"})]), FILMS).intent == "ask"
    assert understood(as_plan([]), FILMS).intent == "talk"


def test_a_model_does_not_talk_the_planner_out_of_a_list() -> None:
    said = model_plan.Heard(message="ships before 1990", earlier=(), shown=())
    wanted = ToolCall(
        name="recommend", arguments={"text": "ships", "filters": [{"attribute": "year", "op": "<", "value": 1990.0}]}
    )
    planned = Plan(calls=(wanted,), aside={"intent": "recommend"})
    assert model_plan.settle((ToolCall(name="facets", arguments={}),), planned, said, FILMS) == planned.calls
    (kept,) = model_plan.settle((ToolCall(name="recommend", arguments={"text": "before"}),), planned, said, FILMS)
    assert kept.arguments == wanted.arguments


def test_a_model_makes_no_list_where_the_planner_heard_no_wish() -> None:
    said = model_plan.Heard(message="I loved Alien", earlier=(), shown=())
    told = ToolCall(name="remember", arguments={"kind": "like", "titles": ["Alien (1979)"]})
    planned = Plan(calls=(told,), aside={"intent": "state"})
    assert (
        model_plan.settle((ToolCall(name="more_like", arguments={"title": "Alien"}),), planned, said, FILMS)
        == planned.calls
    )
    listed = ToolCall(name="recommend", arguments={"text": ""})
    plan = Plan(calls=(listed,), aside={"intent": "recommend"})
    (kept,) = model_plan.settle((ToolCall(name="recommend", arguments={"liked": ["Alien"]}),), plan, said, FILMS)
    assert "liked" not in kept.arguments


def test_a_sample_is_of_the_reported_half_and_the_same_every_time(data_folder: Path) -> None:
    labelled = cases(data_folder, read_films(data_folder))
    drawn = sample(labelled, 20)
    assert [id(c) for c in drawn] == [id(c) for c in sample(labelled, 20)]
    assert {c.half for c in drawn} == {"reported"}
    assert len(drawn) == 20
