"""Wishes on what stands: languages, the same length, a further wish, the kind behind a group, a greeting before a request."""

from __future__ import annotations

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.plan import Plan
from tests.stand_ins_agent import films, planner, works
from vouch.types import ToolCall


def works_named(*titles: str) -> tuple[str, ...]:
    return tuple(works().find(title)[0].item_id for title in titles)


def after(said: str, *titles: str) -> Ledger:
    """The ledger after a request that showed these works."""
    plan = planner().plan(said, Ledger())
    return Ledger(turns=(Turn(said=said, calls=plan.calls, shown=works_named(*titles), aside=plan.aside),))


def filters(plan: Plan) -> list[tuple[str, str, object]]:
    given = plan.calls[-1].arguments.get("filters", [])
    assert isinstance(given, list)
    return [(c["attribute"], c["op"], c["value"]) for c in given]


class TestLanguages:
    def test_one_is_ruled_out_and_either_of_two_is_wanted(self) -> None:
        plan = planner().plan("not in English: french or german", after("a sad film", "Metropolis"))
        assert ("country", "any_of", ["France", "Germany", "Austria"]) in filters(plan)
        [against] = [value for name, op, value in filters(plan) if (name, op) == ("country", "none_of")]
        assert isinstance(against, list)
        assert {"United Kingdom", "United States", "Ireland"} <= set(against)
        assert plan.calls[-1].arguments["text"] == "sad"

    def test_several_are_ruled_out_together(self) -> None:
        [(name, op, value)] = filters(planner().plan("something not in English, German or French", Ledger()))
        assert (name, op) == ("country", "none_of")
        assert isinstance(value, list)
        assert {"United Kingdom", "Germany", "Austria", "France"} <= set(value)

    def test_not_one_but_another(self) -> None:
        assert ("country", "=", "France") in filters(planner().plan("not in English but in French", Ledger()))

    def test_a_place_is_no_language(self) -> None:
        plan = planner().plan("a ghost in France", Ledger())
        assert not filters(plan)
        assert "France" in str(plan.calls[-1].arguments["text"])

    @pytest.mark.parametrize("said", ["forget the language", "forget the country", "any language is fine"])
    def test_it_can_be_forgotten(self, said: str) -> None:
        plan = planner().plan(said, after("a film in French under 90 minutes", "Un Chien Andalou"))
        assert filters(plan) == [("minutes", "<", 90.0), ("kind", "=", "film")]
        assert plan.calls[-1].arguments["text"] == ""


class TestSameLength:
    def test_behind_a_list_it_is_that_of_the_first(self) -> None:
        plan = planner().plan("something else, same length", after("only films", "Nosferatu", "Steamboat Willie"))
        assert filters(plan) == [("kind", "=", "film"), ("minutes", ">=", 84.0), ("minutes", "<=", 104.0)]
        assert plan.calls[-1].arguments["exclude"] == ["Nosferatu", "Steamboat Willie"]

    def test_it_is_that_of_what_was_spoken_of_last(self) -> None:
        ledger = after("only films", "Nosferatu", "Steamboat Willie")
        (mouse,) = works_named("Steamboat Willie")
        call = ToolCall(name="item_details", arguments={"title": "Steamboat Willie"})
        spoken = Turn(said="is the second in colour?", calls=(call,), about=(mouse,), aside={"intent": "details"})
        plan = planner().plan("another one of the same length", Ledger(turns=(*ledger.turns, spoken)))
        assert filters(plan) == [("kind", "=", "film"), ("minutes", ">=", 7.0), ("minutes", "<=", 9.0)]

    def test_it_is_that_of_a_title(self) -> None:
        plan = planner().plan("something the same length as Nosferatu", Ledger())
        assert filters(plan) == [("kind", "=", "film"), ("minutes", ">=", 84.0), ("minutes", "<=", 104.0)]
        assert "length" not in str(plan.calls[-1].arguments["text"])
        assert plan.calls[-1].arguments["exclude"] == ["Nosferatu"]

    def test_a_length_that_was_asked_for_stands(self) -> None:
        plan = planner().plan("something else, same length", after("a film under an hour", "Steamboat Willie"))
        assert filters(plan) == [("minutes", "<", 60.0), ("kind", "=", "film")]

    def test_where_no_length_is_recorded_it_asks_for_nothing(self) -> None:
        ledger = Ledger(turns=(Turn(said="x", calls=(ToolCall(name="recommend", arguments={}),), shown=("3",)),))
        plan = planner("films").plan("same length", ledger)
        assert films().by_id["3"].attributes.get("minutes") is None
        assert not [c for c in plan.calls if c.arguments.get("filters")]


@pytest.mark.parametrize("said", ["but with an orchestra", "more like these but with an orchestra"])
def test_a_further_wish_is_heeded_and_the_kind_stands(said: str) -> None:
    plan = planner().plan(said, after("background music", "Clair de lune", "Boléro"))
    assert filters(plan) == [("kind", "=", "music")]
    assert "orchestra" in str(plan.calls[-1].arguments["text"])


def test_a_group_leaves_the_kind_that_stands() -> None:
    ledger = after("only films please", "Nosferatu")
    plan = planner().plan("me and my sister who hates horror", ledger)
    assert plan.calls[-1].name == "recommend_together"
    assert filters(plan) == [("kind", "=", "film")]
    assert filters(planner().plan("a book for me and my sister who hates horror", ledger)) == [("kind", "=", "book")]


@pytest.mark.parametrize("hello", ["hello, ", "Hi there! ", "hello vouch, ", "hey "])
@pytest.mark.parametrize("said", ["something sad", "a sad film under 90 minutes", "I loved Metropolis"])
def test_a_greeting_before_a_request_changes_nothing(hello: str, said: str) -> None:
    assert planner().plan(hello + said, Ledger()).calls == planner().plan(said, Ledger()).calls


def test_whose_works_are_loved_is_remembered_and_whose_are_hated_too() -> None:
    plan = planner().plan("I love Murnau and hate Tolstoy", Ledger())
    held = [c.arguments for c in plan.calls if c.name == "remember_condition"]
    assert [(one["kind"], [(f["op"], f["value"]) for f in one["filters"]]) for one in held] == [  # type: ignore[attr-defined]
        ("never_break", [("none_of", ["Leo Tolstoy"])]),
        ("prefer", [("=", "F. W. Murnau")]),
    ]
    assert not [c for c in planner().plan("I would love something by Murnau", Ledger()).calls if c.name != "recommend"]


def test_a_name_alone_is_forgotten_too() -> None:
    (made,) = planner().plan("forget Tolstoy", Ledger()).calls
    assert (made.name, made.arguments["kind"]) == ("remember_condition", "forget")
