"""“Why not?”, comparisons, the funnel in words, and the five kinds of nothing, each with its own answer."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ledger import Ledger
from agent.planner.plan import Plan
from agent.wording import Outcome, Wording
from retrieval import filters
from retrieval.recommender import Recommender, standard_sources
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.like_counts import LikeCounts
from tests.stand_ins_agent import after_list, planner, turn, works
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import FailingSource, ListStore, small_content
from tools.toolbox import Toolbox, ToolResult
from vouch.answers import WhyNot
from vouch.types import Item, Note, Query, RecList, Recommendation, ToolCall

CATALOGUE = works()
RECOMMENDER = Recommender(catalogue=CATALOGUE, store=ListStore(), content=small_content(CATALOGUE, HashEmbedder()))
TOOLBOX = Toolbox(recommender=RECOMMENDER)
GERMAN = [
    {"attribute": "minutes", "op": "<", "value": 100.0},
    {"attribute": "genres", "op": "any_of", "value": ["horror"]},
    {"attribute": "kind", "op": "=", "value": "film"},
    {"attribute": "country", "op": "=", "value": "Germany"},
]


def plan(said: str, ledger: Ledger | None = None) -> Plan:
    return planner().plan(said, ledger or Ledger())


def only(made: Plan) -> tuple[str, dict[str, Any]]:
    (call,) = made.calls
    return call.name, dict(call.arguments)


def say(result: ToolResult, tool: str, **aside: Any) -> str:
    outcome = Outcome(call=ToolCall(name=tool, arguments={}), result=result)
    return Wording(CATALOGUE).word([outcome], aside=aside, turn=0)


def standing() -> Ledger:
    asked = plan("a scary german film under 100 minutes")
    return Ledger(turns=(turn("a scary german film", asked, shown=("nosferatu", "the-cabinet-of-dr-caligari")),))


@pytest.mark.parametrize(
    "said",
    [
        "why not Metropolis?",
        "Why isn't Metropolis in the list?",
        "why didn't you recommend Metropolis",
        "what would make Metropolis appear?",
        "how could Metropolis get into the list?",
        "what keeps Metropolis out?",
        "why is Metropolis not there",
    ],
)
def test_a_missing_item_is_asked_about_with_the_standing_request(said: str) -> None:
    name, arguments = only(plan(said, standing()))
    assert (name, arguments["title"]) == ("why_not", "Metropolis")
    assert arguments["filters"] == standing().turns[0].calls[0].arguments["filters"]


@pytest.mark.parametrize(
    "said", ["why Nosferatu?", "why the second one?", "why not a comedy?", "something like Metropolis"]
)
def test_other_questions_are_not_about_what_is_missing(said: str) -> None:
    assert "why_not" not in {call.name for call in plan(said, standing()).calls}


def test_what_would_make_it_appear_goes_on_about_the_item_just_spoken_of() -> None:
    first = plan("why not Metropolis?", standing())
    then = Ledger(turns=(*standing().turns, turn("why not Metropolis?", first).__class__(
        said="why not Metropolis?", calls=first.calls, about=("metropolis",), aside=first.aside
    )))  # fmt: skip
    assert only(plan("what would make it appear?", then))[1]["title"] == "Metropolis"


def test_why_not_of_a_list_like_an_item_keeps_that_item() -> None:
    asked = plan("something like Metropolis")
    ledger = Ledger(turns=(turn("something like Metropolis", asked, shown=("nosferatu",)),))
    assert only(plan("why not The General?", ledger))[1]["like"] == "Metropolis"


@pytest.mark.parametrize(
    "said",
    ["compare Nosferatu and Faust", "Nosferatu or Faust?", "what is the difference between Nosferatu and Faust?"],
)
def test_two_titles_are_compared(said: str) -> None:
    name, arguments = only(plan(said, standing()))
    assert (name, arguments["title"], arguments["other"]) == ("compare", "Nosferatu", "Faust")


def test_the_first_two_of_a_list_are_compared() -> None:
    name, arguments = only(plan("compare the first two", after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"], arguments["other"]) == ("compare", "Nosferatu", "Metropolis")


def test_two_liked_titles_are_not_compared() -> None:
    assert "compare" not in {call.name for call in plan("I loved Nosferatu and Faust").calls}


def test_each_failed_condition_is_told_with_the_change_that_admits_the_item() -> None:
    text = say(TOOLBOX.why_not("Metropolis", filters=GERMAN), "why_not")  # type: ignore[arg-type]
    assert "you asked for something under 100 minutes, and it runs 153 minutes" in text
    assert "its genres are science fiction, drama and epic" in text
    assert (
        "It would appear if it may be at most 153 minutes and you leave aside “listed as horror”: 10 would fit then."
        in text
    )


def test_a_value_that_is_not_recorded_is_called_that() -> None:
    text = say(TOOLBOX.why_not("Frankenstein", filters=GERMAN), "why_not")  # type: ignore[arg-type]
    assert "its length is not recorded" in text


@pytest.mark.parametrize(
    ("obstacle", "told"),
    [
        ("liked", "You like Metropolis (Fritz Lang, 1927) already"),
        ("disliked", "is not for you. It would appear if you took that back."),
        ("hidden", "You asked not to be shown"),
        ("seen", "what you know is not recommended again"),
        ("shown", "has been shown to you already"),
        (None, "is in that list, at number 3."),
    ],
)
def test_what_keeps_an_item_out_is_said_as_it_is(obstacle: Any, told: str) -> None:
    result = WhyNot(
        item=CATALOGUE.by_id["metropolis"], stopped_by=obstacle, rank=3, of=9, place=None if obstacle else 3
    )
    assert told in say(result, "why_not")


@pytest.mark.parametrize(
    ("k", "told"),
    [
        (31, "A list of 31 would hold it."),
        (29, "Lists are mixed, so one of 29 would hold it already."),
        (3915, "Only a very long list would hold it."),
        (None, "A longer list would not hold it either."),
    ],
)
def test_an_item_that_others_beat_is_told_with_its_rank(k: int | None, told: str) -> None:
    result = WhyNot(
        item=CATALOGUE.by_id["metropolis"], stopped_by="outranked", rank=30, of=90, part="popular", behind=0.2, k=k
    )
    text = say(result, "why_not")
    assert "stands at number 30 of the 90 that may be listed; others are ahead: more people like them." in text
    assert told in text


def test_a_comparison_names_what_both_have_and_what_only_one_has() -> None:
    text = say(TOOLBOX.compare("Nosferatu", "Faust"), "compare")
    assert text.startswith(
        "Nosferatu and Faust are both films, by F. W. Murnau, from Germany and listed as horror and fantasy."
    )
    assert "Nosferatu: from 1922; 94 minutes" in text
    assert "Faust: from 1926; 106 minutes" in text


# The five kinds of nothing.


def test_nothing_because_the_value_is_not_recorded() -> None:
    made = plan("a film made by a woman")
    result = TOOLBOX.recommend(**dict(made.calls[0].arguments))  # type: ignore[arg-type]
    assert "The maker’s gender is not recorded in this collection, so I could not go by it." in say(
        result, "recommend", **made.aside
    )


def test_nothing_because_no_such_title_is_here() -> None:
    made = plan("something like Inception")
    assert (made.calls[0].name, made.calls[0].arguments["title"]) == ("find_item", "Inception")
    assert say(TOOLBOX.find_item("Inception"), "find_item", **made.aside).startswith(
        "There is no “Inception” in this collection."
    )


def test_nothing_because_all_at_once_is_too_much_says_where_it_ends_and_what_would_help() -> None:
    written = ("minutes<20", "year>1926", "genres=science fiction", "kind=film")
    query = Query(filters=tuple(filters.parse(CATALOGUE.schema, text) for text in written))
    text = say(RECOMMENDER.recommend(query), "recommend")
    assert text.startswith("I have no science fiction films after 1926, under 20 minutes.")
    assert (
        "69 are films, 5 of them listed as science fiction, 2 of them after 1926, none of them under 20 minutes."
        in text
    )
    assert "The smallest changes that would help: if it may be from 1902 on, one would fit;" in text


def test_nothing_because_all_has_been_met() -> None:
    titles = [
        i.title for i in CATALOGUE.items if i.attributes.get("country") == "Japan" and i.attributes["kind"] == "film"
    ]
    somebody = TOOLBOX.for_person("stranger:met")
    somebody.remember("seen", titles)
    japan = {"attribute": "country", "op": "=", "value": "Japan"}
    result = somebody.recommend(filters=[japan, {"attribute": "kind", "op": "=", "value": "film"}])  # type: ignore[list-item]
    assert result.recommendations == ()
    assert f"you have met or been shown every one of the {len(titles)} films from Japan" in say(result, "recommend")


def test_nothing_because_a_source_failed_is_said() -> None:
    counts = Fitted(version="", like_counts=LikeCounts.of(CATALOGUE, ()), model=None)
    sources = (FailingSource(), *standard_sources(CATALOGUE, fitted=counts, content=None))
    broken = Recommender(catalogue=CATALOGUE, store=ListStore(), sources=sources)
    text = say(broken.recommend(Query(text="ghosts")), "recommend")
    assert "The list was made without the source “failing”, which failed: it was made to fail" in text


def test_the_five_nothings_have_five_answers() -> None:
    item = Item(item_id="a", title="A")
    kinds = ("not_filterable", "no_such_title", "over_constrained", "all_seen", "source_failed")
    lists = [RecList(query=Query(), notes=(Note(kind=kind, text=f"It is {kind}."),)) for kind in kinds]  # type: ignore[arg-type]
    assert len({say(one, "recommend") for one in lists}) == len(kinds)
    filled = RecList(query=Query(text="x"), recommendations=(Recommendation(rank=1, item=item, score=1.0, parts={}),))
    assert say(filled, "recommend") not in {say(one, "recommend") for one in lists}


# The funnel in words.


def test_why_so_few_asks_for_the_same_list_with_its_counts() -> None:
    made = plan("why so few?", standing())
    assert made.calls == (standing().turns[0].calls[0],)
    result = TOOLBOX.recommend(**dict(made.calls[0].arguments))  # type: ignore[arg-type]
    assert say(result, "recommend", **made.aside).startswith("69 are films, ")


def test_a_single_condition_needs_no_funnel() -> None:
    query = Query(filters=(filters.parse(CATALOGUE.schema, "kind=film"),))
    assert not say(RECOMMENDER.recommend(query), "recommend", funnel=True).startswith("69 are films,")
