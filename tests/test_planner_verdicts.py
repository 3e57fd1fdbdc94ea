"""What clauses judge, which items they mean, and that nothing said of a title is lost beside a question, a closing word or a doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from agent.ledger import Ledger, Turn
from agent.planner.learned import Choice, read_choices, row_of
from agent.planner.plan import Plan, Planner
from agent.planner.speech_acts import ACTS, SpeechAct, act_of
from agent.planner.verdicts import small_clauses, verdicts
from tests.stand_ins_agent import after_list, films, intents, planner, planner_over, works
from vouch.types import ToolCall


def spoken(text: str, *titles: str, said: str = "hello") -> Turn:
    ids = tuple(works().find(title)[0].item_id for title in titles)
    return Turn(said=said, shown=ids, text=text)


def after(*turns: Turn) -> Ledger:
    return Ledger(turns=turns)


def remembered(plan: Plan) -> dict[str, Sequence[object]]:
    return {str(c.arguments["kind"]): c.arguments["titles"] for c in plan.calls if c.name == "remember"}  # type: ignore[misc]


def always(act: SpeechAct) -> Planner:
    """A planner whose learned choice takes every message to do this; its roles are the real ones."""
    weights = np.zeros((4096 + 2 * 384, 5), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), ACTS.index(act)] = 50.0
    choice = Choice(ACTS, weights, intents().embedder.embedder_id)
    return Planner(works(), intents(), choices={**read_choices(), "acts": choice})


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("I have seen that one it was good any others", ["good point told"]),
        ("I loved it, thanks", ["good point told"]),
        ("Another classic!", ["good bare told"]),
        ("Great, thank you!", ["good cry told"]),
        ("great suggestions", ["good other told"]),
        ("it sounds good", ["good point hoped"]),
        ("I wasn't a fan of it", ["bad point told"]),
        ("did you like it?", ["good point asked"]),
        ("you loved it", ["good point yours"]),
        ("Nosferatu was great", ["good named told"]),
        ("something like that", []),
    ],
)
def test_what_a_clause_says(said: str, kinds: list[str]) -> None:
    found = verdicts(planner().heard(said, after(spoken("How about Metropolis?", "Metropolis"))))
    assert [f"{'good' if v.good else 'bad'} {v.of} {v.mood}" for v in found] == kinds


def test_clauses_are_found_where_the_marks_are_left_out() -> None:
    found = small_clauses(planner().heard("yes I saw that one it was great have you seen Faust", Ledger()))
    assert [" ".join(c.words) for c in found] == ["yes", "i saw that one", "it was great", "have you seen TITLE"]


@pytest.mark.parametrize("said", ["I have seen that one, it was good.", "That was a great movie", "Loved that one!"])
def test_praise_is_of_the_one_item_that_was_just_spoken_of(said: str) -> None:
    plan = planner().plan(said, after(spoken("Have you seen Metropolis?", "Metropolis")))
    assert remembered(plan)["like"] == ["Metropolis"]


def test_praise_may_be_of_what_was_spoken_of_a_turn_before() -> None:
    ledger = after(spoken("How about Metropolis?", "Metropolis"), spoken("Did you like it?", said="I have seen it"))
    assert remembered(planner().plan("Yes, I loved it, it was great", ledger)) == {"like": ["Metropolis"]}
    assert remembered(planner().plan("a great movie, one of my favorites", ledger)) == {"like": ["Metropolis"]}
    old = after(*ledger.turns, spoken("I see."), spoken("What else?"), spoken("Fine."))
    assert not remembered(planner().plan("That was a great movie", old))


@pytest.mark.parametrize("said", ["Great suggestions!", "That sounds great", "I love that actor", "Good idea, thanks"])
def test_praise_of_something_else_likes_nothing(said: str) -> None:
    assert not remembered(planner().plan(said, after(spoken("How about Metropolis?", "Metropolis"))))


def test_what_was_seen_and_praised_is_both() -> None:
    plan = planner().plan("I've seen that one before. It was great.", after(spoken("Take Metropolis.", "Metropolis")))
    assert remembered(plan).get("like") == ["Metropolis"]


def test_what_is_likened_is_searched_for_whoever_found_the_request() -> None:
    plan = always("request").plan("I was hoping for something as good as Metropolis", after(spoken("Hi there")))
    assert [(c.name, c.arguments.get("title")) for c in plan.calls] == [("more_like", "Metropolis")]


@pytest.mark.parametrize("act", ["close", "talk", "ask"])
def test_what_is_liked_is_kept_whatever_else_a_message_does(act: SpeechAct) -> None:
    ledger = after(spoken("Have you seen Metropolis?", "Metropolis"))
    assert remembered(always(act).plan("I loved Nosferatu, thank you", ledger))["like"] == ["Nosferatu"]
    assert remembered(always(act).plan("That was a great movie, I loved it", ledger))["like"] == ["Metropolis"]


def test_a_title_that_several_bear_leaves_the_others_remembered() -> None:
    plan = planner_over(films()).plan("I loved Alien (1979), Heat (1995) and Dracula", Ledger())
    assert plan.aside["intent"] == "which"
    assert remembered(plan) == {"like": ["Alien (1979)", "Heat (1995)"]}


@pytest.mark.parametrize(
    ("said", "title"), [("I'll take the shorter one", "The General"), ("ok, let's go with the oldest", "Nosferatu")]
)
def test_a_comparative_chooses_among_those_shown(said: str, title: str) -> None:
    listed = Turn(
        said="something silent",
        calls=(ToolCall(name="recommend", arguments={"text": "silent"}),),
        shown=spoken("", "Metropolis", "Nosferatu", "The General").shown,
    )
    assert [c.arguments for c in planner().plan(said, after(listed)).calls] == [{"title": title}]
    assert planner().plan("have you a shorter one?", after(listed)).calls[0].name == "recommend"


def test_a_break_is_short_where_lengths_are_recorded() -> None:
    (call,) = planner().plan("a film for my lunch break", Ledger()).calls
    assert [(c["attribute"], c["op"]) for c in call.arguments["prefer"]] == [("minutes", "<=")]  # type: ignore[attr-defined]
    assert call.arguments["text"] == ""
    assert "break" in str(planner().plan("a film about a prison break", Ledger()).calls[0].arguments["text"])


def test_what_else_is_told_of_somebody_is_looked_for_only_where_nothing_else_is() -> None:
    who = "for my daughter who is learning the violin"
    for said in (f"something calm {who}", f"{who}, something calm please"):
        (call,) = planner().plan(said, Ledger()).calls
        assert call.arguments["text"] == "calm"
    (call,) = planner().plan(f"something {who}", Ledger()).calls
    assert "violin" in str(call.arguments["text"])


def test_a_question_about_the_collection_gives_way_in_talk_alone() -> None:
    talk = after(spoken("What do you like?"))
    assert act_of(always("request").plan("what genres do you have", talk)) == "request"
    assert act_of(always("request").plan("what genres do you have", Ledger())) == "ask"


WISHES = (
    "something gripping",
    "something perfect for a rainy day",
    "a great comedy please",
    "nothing boring",
    "the best one",
    "ok too weird",
    "fun for kids",
    "funny ones",
    "show me good ones from Germany",
    "what people love",
    "who else liked it?",
    "what do critics say, did they like it?",
    "my sister loves it",
    "I'd love that",
    "a lovely present for my mum",
)


@pytest.mark.parametrize("said", WISHES)
@pytest.mark.parametrize("shown", [("nosferatu",), ("nosferatu", "metropolis")])
def test_a_wish_a_question_and_what_others_love_praise_nothing(said: str, shown: tuple[str, ...]) -> None:
    plan = planner().plan(said, after_list(*shown))
    assert not [call for call in plan.calls if call.name == "remember"]
    assert plan.aside["intent"] != "which"


@pytest.mark.parametrize("said", ["loved it", "that was great", "so funny, a great film", "I really liked that one"])
def test_what_somebody_says_of_it_themselves_is_noted(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu"))
    assert [c.arguments["kind"] for c in plan.calls if c.name == "remember"] == ["like"]


def leaning(liked: float, *, act: SpeechAct | None = None) -> Planner:
    """A planner whose learned choice leans to “liked” by so much for every title, and takes every message to do `act` where one is given."""
    weights = np.zeros((4096, 3), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), 1] = liked
    choices = {**read_choices(), "named": Choice(("no", "liked", "disliked"), weights)}
    if act is None:
        choices.pop("acts")
    else:
        choices["acts"] = always(act)._opinion.choices["acts"]
    return Planner(works(), intents(), choices=choices)


def test_what_is_said_right_behind_a_title_is_believed_whatever_was_learned() -> None:
    told = remembered(leaning(50.0).plan("I saw Metropolis but didn't like it", after(spoken("What have you seen?"))))
    assert told.get("dislike") == ["Metropolis"]
    fair = after(spoken("What is new?"))
    assert remembered(leaning(0.3).plan("We ended with Metropolis. It was great.", fair)).get("like") == ["Metropolis"]
    assert "like" not in remembered(leaning(0.3).plan("We ended with Metropolis.", fair))


def test_what_something_is_compared_with_is_not_liked_whatever_was_learned() -> None:
    talk = after(spoken("How about Nosferatu?", "Nosferatu"))
    for said in ("Is it like Faust?", "It sounds like Faust"):
        plan = leaning(50.0).plan(said, talk)
        assert "Faust" not in remembered(plan).get("like", ())
        assert not any("Faust" in str(call.arguments) for call in plan.calls if call.name in {"recommend", "more_like"})


def test_others_by_the_same_maker_are_asked_for_whatever_was_learned() -> None:
    plan = leaning(0.0, act="ask").plan("the author wrote anything else?", after(spoken("Dracula?", "Dracula")))
    assert [call.name for call in plan.calls] == ["recommend"]


def test_a_question_is_one_by_its_order() -> None:
    heard = planner().heard("I want to see Metropolis is it good", after(spoken("What next?")))
    assert [c.asks for c in small_clauses(heard)] == [False, True]


def test_both_points_at_two() -> None:
    one, two = (after(spoken("", *titles)) for titles in (("Metropolis",), ("Metropolis", "Faust")))
    assert not planner().heard("I saw both", one).references
    assert planner().heard("I saw both", two).references
