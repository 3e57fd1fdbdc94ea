"""A message after what was said before becomes tool calls."""

from __future__ import annotations

import json
from math import ceil
from typing import Any

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.plan import Plan
from tests.stand_ins_agent import after_list, planner, turn


def calls(plan: Plan) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, dict(call.arguments)) for call in plan.calls]


def test_statements_and_a_request_are_several_calls() -> None:
    said = "I loved Nosferatu and Metropolis, but I hated Faust: something similar but funny, under 90 minutes?"
    remember, also, recommend = calls(planner().plan(said, Ledger()))
    assert remember == ("remember", {"kind": "like", "titles": ["Nosferatu", "Metropolis"]})
    assert also == ("remember", {"kind": "dislike", "titles": ["Faust"]})
    assert recommend[0] == "recommend"
    assert recommend[1]["text"] == "funny"
    assert recommend[1]["filters"] == [{"attribute": "minutes", "op": "<", "value": 90.0}]


@pytest.mark.parametrize(
    ("message", "tool"),
    [
        ("something like Metropolis", "more_like"),
        ("do you have Dracula?", "find_item"),
        ("who directed Metropolis?", "item_details"),
        ("Metropolis", "item_details"),
        ("what genres are there?", "facets"),
        ("what do you know about me?", "taste"),
        ("ghosts", "recommend"),
        ("recommend something", "recommend"),
        ("what's good?", "recommend"),
        ("something like Inception", "find_item"),
    ],
)
def test_the_first_call(message: str, tool: str) -> None:
    assert planner().plan(message, Ledger()).calls[0].name == tool


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("hello", "greeting"),
        ("what's the weather tomorrow?", "out_of_scope"),
        ("thank you", "thanks"),
        ("what can you do?", "help"),
        ("why?", "why"),
        ("who directed the third one?", "nothing_shown"),
        ("anything like it?", "nothing_shown"),
        ("", "help"),
    ],
)
def test_conversation_needs_no_tool(message: str, intent: str) -> None:
    plan = planner().plan(message, Ledger())
    assert (plan.calls, plan.aside["intent"]) == ((), intent)


@pytest.mark.parametrize(
    "message",
    [
        "translate this into german",
        "book me a flight to rome",
        "write me a poem about the first one",
        "can you set an alarm for seven?",
        "what is the capital of germany",
        "how many people live in Denmark?",
        "who won the war?",
        "how do I get from Berlin to Prague?",
    ],
)
def test_what_is_not_done_here_makes_no_list_whatever_it_names(message: str) -> None:
    plan = planner().plan(message, after_list("nosferatu", "metropolis"))
    assert (plan.calls, plan.aside["intent"]) == ((), "out_of_scope")


@pytest.mark.parametrize(
    "message",
    [
        "a poem about the sea",
        "a german film",
        "how do I get to see more horror?",
        "how many films do you have?",
        "what's the time travel one?",
        "can you find me a war film?",
        "get me a train film",
        "can you call up a book about trains?",
        "a film where somebody books a flight to Rome",
        "What's the weather doing! Something for a rainy evening, please.",
    ],
)
def test_what_speaks_of_the_world_and_asks_for_works_is_in_scope(message: str) -> None:
    assert planner().plan(message, after_list("nosferatu", "metropolis")).aside["intent"] != "out_of_scope"


@pytest.mark.parametrize(
    "message", ["when was Fritz Lang born?", "is Fritz Lang still alive?", "how old is Fritz Lang?"]
)
def test_a_question_about_a_makers_life_lists_what_they_made(message: str) -> None:
    plan = planner().plan(message, after_list("nosferatu", "faust"))
    assert plan.aside["intent"] == "lives"
    assert plan.calls[0].arguments == {"filters": [{"attribute": "creator", "op": "=", "value": "Fritz Lang"}]}


@pytest.mark.parametrize("message", ["when was he born?", "how old is she?", "is he dead?"])
def test_a_makers_life_is_not_the_year_of_the_work(message: str) -> None:
    plan = planner().plan(message, after_list("nosferatu"))
    assert (plan.calls, plan.aside["intent"]) == ((), "lives")


@pytest.mark.parametrize("message", ["how old is it?", "how old is Nosferatu?", "does he die?", "when was it made?"])
def test_a_question_about_the_work_is_none_about_a_life(message: str) -> None:
    assert planner().plan(message, after_list("nosferatu")).calls[0].name == "item_details"


def test_every_plan_is_plain_json() -> None:
    for said in ("a japanese film, not too long, no horror", "I loved Metropolis", "why the second one?", "more"):
        plan = planner().plan(said, after_list("nosferatu", "metropolis"))
        assert json.loads(json.dumps([dict(c.arguments) for c in plan.calls])) == [
            dict(c.arguments) for c in plan.calls
        ]
        assert json.loads(json.dumps(dict(plan.aside))) == dict(plan.aside)


class TestFollowUps:
    def standing(self) -> Ledger:
        asked = planner().plan("a scary german film under 100 minutes", Ledger())
        return Ledger(turns=(turn("a scary german film", asked, shown=("nosferatu", "the-cabinet-of-dr-caligari")),))

    def only_call(self, said: str) -> dict[str, Any]:
        ((name, arguments),) = calls(planner().plan(said, self.standing()))
        assert name == "recommend"
        return arguments

    def test_another_asks_the_same_without_what_was_shown(self) -> None:
        arguments = self.only_call("another")
        assert arguments["exclude"] == ["Nosferatu", "The Cabinet of Dr. Caligari"]
        assert {"attribute": "country", "op": "=", "value": "Germany"} in arguments["filters"]

    def test_something_shorter_stays_below_the_middle_of_what_was_shown(self) -> None:
        shown = [planner().catalogue.by_id[i] for i in ("nosferatu", "the-cabinet-of-dr-caligari")]
        lengths = [m for item in shown if isinstance(m := item.attributes["minutes"], float)]
        (bound,) = [f for f in self.only_call("something shorter")["filters"] if f["attribute"] == "minutes"]
        assert bound == {"attribute": "minutes", "op": "<", "value": float(ceil(sum(lengths) / 2))}

    def test_a_book_this_time_drops_what_books_do_not_have(self) -> None:
        filters = self.only_call("a book this time")["filters"]
        assert {f["attribute"] for f in filters} == {"country", "kind"}
        assert {"attribute": "kind", "op": "=", "value": "book"} in filters

    def test_a_country_instead_takes_the_place_of_the_other(self) -> None:
        filters = self.only_call("from France instead")["filters"]
        assert [f["value"] for f in filters if f["attribute"] == "country"] == ["France"]

    def test_a_condition_can_be_forgotten(self) -> None:
        assert "minutes" not in {f["attribute"] for f in self.only_call("forget the length")["filters"]}
        assert "country" not in {f["attribute"] for f in self.only_call("any country is fine")["filters"]}

    def test_but_funnier_changes_the_mood(self) -> None:
        arguments = self.only_call("but funnier")
        assert arguments["text"] == "funny"
        assert {"attribute": "moods", "op": "any_of", "value": ["funny"]} in arguments["prefer"]

    @pytest.mark.parametrize(
        "said",
        [
            "he doesn't read much, maybe films",
            "they never watch anything, only films",
        ],
    )
    def test_what_is_told_of_somebody_else_is_not_searched_for(self, said: str) -> None:
        arguments = self.only_call(said)
        assert arguments["text"] == "scary"
        assert {"attribute": "kind", "op": "=", "value": "film"} in arguments["filters"]

    def test_to_mean_another_kind_rules_out_no_kind(self) -> None:
        arguments = self.only_call("not that kind, I mean a book")
        assert (arguments["text"], arguments.get("avoid")) == ("scary", None)

    def test_asked_which_to_pick_it_says_what_speaks_for_the_first(self) -> None:
        plan = planner().plan("hmm, not sure. which would you pick?", self.standing())
        ((name, arguments),) = calls(plan)
        assert (name, arguments["title"], arguments["text"]) == ("explain", "Nosferatu", "scary")
        assert plan.aside["picked"]

    def test_what_is_to_be_played_is_told_of(self) -> None:
        assert calls(planner().plan("play me the second one", self.standing())) == [
            ("item_details", {"title": "The Cabinet of Dr. Caligari"})
        ]

    def test_the_others_of_a_maker_are_looked_for(self) -> None:
        told = planner().plan("what is the first about?", self.standing())
        ledger = Ledger(turns=(*self.standing().turns, turn("what is the first about?", told)))
        ((name, arguments),) = calls(planner().plan("do you have the director's other films?", ledger))
        assert (name, arguments["exclude"]) == ("recommend", ["Nosferatu"])
        assert [f["value"] for f in arguments["filters"]] == [["F. W. Murnau"], "film"]

    @pytest.mark.parametrize(
        ("said", "kind"), [("add the second to my likes", "like"), ("put the first on to my dislikes", "dislike")]
    )
    def test_an_item_is_put_among_the_likes(self, said: str, kind: str) -> None:
        first, *_ = calls(planner().plan(said, self.standing()))
        assert (first[0], first[1]["kind"]) == ("remember", kind)

    def test_only_a_kind_keeps_the_rest(self) -> None:
        assert self.only_call("books only")["text"] == "scary"

    def test_and_the_funniest_is_asked_of_those_shown(self) -> None:
        plan = planner().plan("and the funniest?", self.standing())
        assert [name for name, _ in calls(plan)] == ["item_details"] * 2

    def test_to_take_one_ends_the_search(self) -> None:
        plan = planner().plan("ok take that one", self.standing())
        assert (calls(plan), plan.aside["intent"]) == ([], "accept")

    def test_less_known_is_a_wish_for_what_is_less_usual(self) -> None:
        arguments = self.only_call("something else, less known")
        assert (arguments["text"], arguments["explore"], arguments.get("avoid")) == ("scary", 0.5, None)

    def test_to_put_somebody_aside_begins_anew(self) -> None:
        arguments = self.only_call("forget my dad, something for me: jazz")
        assert (arguments["text"], arguments["filters"]) == (
            "",
            [{"attribute": "genres", "op": "any_of", "value": ["jazz"]}],
        )

    def test_more_like_that_is_about_the_first_item(self) -> None:
        ((name, arguments),) = calls(planner().plan("more like that but funnier", self.standing()))
        assert (name, arguments["title"], arguments["text"]) == ("more_like", "Nosferatu", "funny")

    def test_no_is_something_else(self) -> None:
        assert self.only_call("no")["exclude"] == ["Nosferatu", "The Cabinet of Dr. Caligari"]

    def test_not_that_one_hides_the_first_and_goes_on(self) -> None:
        hide, again = calls(planner().plan("no, not that one", self.standing()))
        assert hide == ("remember", {"kind": "hide", "titles": ["Nosferatu"]})
        assert (again[0], again[1]["exclude"]) == ("recommend", ["Nosferatu"])

    def test_a_new_request_starts_anew(self) -> None:
        arguments = self.only_call("I'm looking for a book about whales")
        assert arguments["text"] == "whales"
        assert [f["attribute"] for f in arguments["filters"]] == ["kind"]

    def test_a_question_about_an_attribute_is_no_filter(self) -> None:
        assert calls(planner().plan("is it long?", self.standing())) == [("item_details", {"title": "Nosferatu"})]

    def test_why_asks_for_the_reasons_of_what_was_asked(self) -> None:
        plan = planner().plan("why the second one?", self.standing())
        ((name, arguments),) = calls(plan)
        assert (name, arguments["title"], arguments["text"]) == ("explain", "The Cabinet of Dr. Caligari", "scary")
        assert arguments["filters"] == self.standing().turns[0].calls[0].arguments["filters"]

    def test_a_verdict_is_remembered_and_the_list_made_again(self) -> None:
        first, second = calls(planner().plan("I've seen the second one", self.standing()))
        assert first == ("remember", {"kind": "seen", "titles": ["The Cabinet of Dr. Caligari"]})
        assert second[0] == "recommend"


def test_a_misspelt_title_is_offered_and_taken_when_confirmed() -> None:
    first = planner().plan("I loved Metroplis", Ledger())
    assert calls(first) == [("find_item", {"title": "Metroplis"})]
    assert first.aside["offer"] == ["metropolis"]
    then = planner().plan("yes", Ledger(turns=(turn("I loved Metroplis", first),)))
    assert calls(then)[0] == ("remember", {"kind": "like", "titles": ["Metropolis"]})


def test_two_items_of_one_title_are_asked_about_and_chosen_by_year() -> None:
    first = planner("films").plan("I loved Dracula", Ledger())
    assert (first.calls, first.aside["offer"]) == ((), ["7", "8"])
    then = planner("films").plan("the 1958 one", Ledger(turns=(turn("I loved Dracula", first),)))
    assert calls(then)[0] == ("remember", {"kind": "like", "titles": ["Dracula (1958)"]})


NO_HORROR = {"attribute": "genres", "op": "none_of", "value": ["horror"]}
SHORT = {"attribute": "minutes", "op": "<", "value": 90.0}


@pytest.mark.parametrize(
    ("said", "kind", "condition"),
    [
        ("I hate horror", "never_break", NO_HORROR),
        ("from now on nothing over 90 minutes", "never_break", SHORT),
        ("I can't stand horror", "never_break", NO_HORROR),
        ("remember that I like jazz", "prefer", {"attribute": "genres", "op": "any_of", "value": ["jazz"]}),
        ("never anything over 90 minutes", "never_break", SHORT | {"op": "<="}),
        ("never show me films longer than an hour and a half", "never_break", SHORT | {"op": "<="}),
    ],
)
def test_what_holds_for_every_list_is_remembered_before_the_list(said: str, kind: str, condition: Any) -> None:
    first, *_, last = calls(planner().plan(said, Ledger()))
    assert first == ("remember_condition", {"kind": kind, "filters": [condition]})
    assert last[0] == "recommend"


@pytest.mark.parametrize(
    "said",
    ["something not horror", "a film under 90 minutes", "something like Dracula"],
)
def test_what_is_asked_for_once_is_not_remembered(said: str) -> None:
    assert "remember_condition" not in {name for name, _ in calls(planner().plan(said, Ledger()))}


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("undo that", ("undo", {})),
        ("forget that", ("undo", {})),
        ("scratch that, please", ("undo", {})),
        ("forget everything about me", ("forget_all", {})),
        ("forget that I hate horror", ("remember_condition", {"kind": "forget", "filters": [NO_HORROR]})),
        ("pin Metropolis", ("remember", {"kind": "pin", "titles": ["Metropolis"]})),
        ("unpin Metropolis", ("remember", {"kind": "unpin", "titles": ["Metropolis"]})),
        ("what do you know about me?", ("taste", {})),
        ("forget Metropolis", ("remember", {"kind": "forget", "titles": ["Metropolis"]})),
    ],
)
def test_the_memory_is_changed_by_words(said: str, call: tuple[str, dict[str, Any]]) -> None:
    told = planner().plan("I loved Metropolis", Ledger())
    assert calls(planner().plan(said, Ledger(turns=(turn("I loved Metropolis", told),)))) == [call]


def test_undo_after_a_change_of_the_list_brings_the_list_before() -> None:
    first = planner().plan("something eerie", Ledger())
    ledger = Ledger(turns=(turn("something eerie", first, shown=("nosferatu", "metropolis")),))
    shorter = planner().plan("something shorter", ledger)
    after = Ledger(turns=(*ledger.turns, turn("something shorter", shorter, shown=("faust",))))
    assert planner().plan("undo that", after).calls == first.calls


def test_a_like_that_was_taken_back_is_not_asked_with_again() -> None:
    told = planner().plan("I loved Metropolis, something eerie", Ledger())
    undone = planner().plan("undo", Ledger(turns=(turn("x", told, shown=("nosferatu",)),)))
    ledger = Ledger(turns=(turn("x", told, shown=("nosferatu",)), turn("undo", undone)))
    assert "liked" in told.calls[-1].arguments
    assert ledger.standing is not None
    assert "liked" not in ledger.standing.arguments


def spoken_of(item_id: str, said: str) -> Ledger:
    return Ledger(turns=(Turn(said=said, about=(item_id,), aside={"intent": "details"}),))


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("the book", ("item_details", {"title": "the-phantom-of-the-opera-novel"})),
        ("compare Dracula and Metropolis", ("compare", {"title": "Dracula", "other": "Metropolis"})),
    ],
)
def test_after_an_item_a_kind_alone_means_its_namesake(message: str, call: tuple[str, dict[str, Any]]) -> None:
    by_id = planner().catalogue.by_id
    (film,) = [
        i.item_id for i in by_id.values() if i.title == "The Phantom of the Opera" and i.attributes["kind"] == "film"
    ]
    (book,) = [
        i.item_id for i in by_id.values() if i.title == "The Phantom of the Opera" and i.attributes["kind"] == "book"
    ]
    first = calls(planner().plan(message, spoken_of(film, "the phantom of the opera")))[0]
    wanted = (call[0], {"title": book}) if message == "the book" else call
    assert first == wanted


def test_a_kind_alone_changes_the_standing_request() -> None:
    ((name, arguments),) = calls(planner().plan("the book", after_list("nosferatu", "metropolis")))
    assert (name, arguments["text"]) == ("recommend", "scary")
    assert arguments["filters"] == [{"attribute": "kind", "op": "=", "value": "book"}]


def test_a_superlative_with_a_noun_of_its_own_is_a_new_request() -> None:
    shown = after_list("1", "3", asked="something for the hills", text="hills")
    ((name, arguments),) = calls(planner("shop").plan("the cheapest backpack", shown))
    assert (name, arguments["text"]) == ("recommend", "backpack")
    assert calls(planner("shop").plan("the cheapest", shown)) == [("item_details", {"title": "Summit Pro Harness"})]


def test_colours_and_materials_that_are_no_values_are_avoided() -> None:
    ((_, arguments),) = calls(planner("shop").plan("I need a helmet, not red", Ledger()))
    assert (arguments["text"], arguments["avoid"]) == ("helmet", ["red"])
    ((_, arguments),) = calls(planner("shop").plan("gloves, but no leather please", Ledger()))
    assert arguments["avoid"] == ["leather"]


def test_a_dislike_changes_the_standing_request() -> None:
    ((_, arguments),) = calls(planner().plan("i dont like ghosts", after_list("nosferatu", "metropolis")))
    assert (arguments["text"], arguments["avoid"]) == ("scary", ["ghosts"])


def test_an_item_is_found_by_what_its_words_grow_from() -> None:
    assert calls(planner().plan("the one with the whale", after_list("nosferatu", "moby-dick"))) == [
        ("item_details", {"title": "Moby-Dick"})
    ]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("give me two", {"text": "scary", "k": 2}),
        ("anything but sherlock holmes", {"text": "scary", "avoid": ["sherlock holmes"]}),
        ("what about paintings?", {"text": "paintings"}),
        (
            "a german one",
            {"text": "scary", "filters": [{"attribute": "country", "op": "=", "value": "Germany"}]},
        ),
        (
            "not by Murnau",
            {"text": "scary", "filters": [{"attribute": "creator", "op": "none_of", "value": ["F. W. Murnau"]}]},
        ),
    ],
)
def test_what_is_said_next_changes_the_standing_request(message: str, arguments: dict[str, Any]) -> None:
    assert calls(planner().plan(message, after_list("dracula", "metropolis"))) == [("recommend", arguments)]


def test_the_shorter_one_of_two_that_were_compared() -> None:
    plan = planner().plan("compare the first two", after_list("nosferatu", "metropolis"))
    spoken = Turn(said="compare the first two", calls=plan.calls, about=("nosferatu", "metropolis"), aside=plan.aside)
    ledger = Ledger(turns=(*after_list("nosferatu", "metropolis").turns, spoken))
    assert calls(planner().plan("the shorter one", ledger)) == [("item_details", {"title": "Nosferatu"})]


def test_less_of_a_mood_is_no_longer_wished_for() -> None:
    first = planner().plan("i want to cry", Ledger())
    then = planner().plan("less tragic please", Ledger(turns=(turn("i want to cry", first, shown=("nosferatu",)),)))
    wished = [f for f in calls(then)[0][1]["prefer"] if f["op"] == "any_of"]
    assert wished
    assert all("tragic" not in f["value"] for f in wished)


def test_a_number_that_was_said_in_words_takes_the_place_of_a_comparison() -> None:
    arguments = calls(
        planner().plan("hmm too long. something under three hundred pages", after_list("moby-dick", "dracula"))
    )[0][1]
    assert {"attribute": "pages", "op": "<", "value": 300.0} in arguments["filters"]
    assert len([f for f in arguments["filters"] if f["attribute"] == "pages"]) == 1


def test_ordinals_count_in_what_was_just_spoken_of_together() -> None:
    first = planner("films").plan("star wars", Ledger())
    ledger = Ledger(turns=(Turn(said="star wars", calls=first.calls, about=("9", "10"), aside=first.aside),))
    (call,) = planner("films").plan("the second one", ledger).calls
    assert "Empire" in str(call.arguments["title"])


def test_similar_alone_is_said_of_the_item_that_was_spoken_of() -> None:
    ((name, arguments),) = calls(planner().plan("similar but not horror", spoken_of("nosferatu", "nosferatu")))
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")


def test_seen_and_another_in_one_breath() -> None:
    remember, again = calls(planner().plan("ok we saw that. another", after_list("nosferatu", "metropolis")))
    assert remember == ("remember", {"kind": "seen", "titles": ["Nosferatu"]})
    assert again[1]["exclude"] == ["Nosferatu", "Metropolis"]


def test_the_maker_is_asked_about_in_other_words() -> None:
    ((name, arguments),) = calls(planner().plan("the author wrote anything else?", spoken_of("dracula", "dracula")))
    assert (name, arguments["exclude"]) == ("recommend", ["Dracula"])


@pytest.mark.parametrize("said", ["more", "next", "another"])
def test_a_word_for_more_is_no_title_behind_a_list(said: str) -> None:
    first = planner("films").plan("a comedy", Ledger())
    ledger = Ledger(turns=(turn("a comedy", first, shown=("1",)),))
    plan = planner("films").plan(said, ledger)
    assert [c.name for c in plan.calls] == ["recommend"]
    assert plan.calls[0].arguments["exclude"] == ["Toy Story (1995)"]


def test_why_somebody_would_like_it_is_a_question_and_no_like() -> None:
    first = planner("films").plan("a comedy", Ledger())
    ledger = Ledger(turns=(turn("a comedy", first, shown=("1", "2")),))
    plan = planner("films").plan("why would she like the first?", ledger)
    assert [c.name for c in plan.calls] == ["explain"]


def test_of_all_time_is_no_subject() -> None:
    assert planner("films").plan("best movies of all time", Ledger()).calls[0].arguments["text"] == ""


def test_a_kind_behind_a_title_says_which_is_meant() -> None:
    plan = planner().plan("frankenstein, the book", Ledger())
    assert [(c.name, c.arguments) for c in plan.calls] == [("item_details", {"title": "Frankenstein"})]


def test_a_greeting_before_a_question_is_no_wish() -> None:
    plan = planner().plan("hi, what can you do?", Ledger())
    assert (plan.calls, plan.aside["intent"]) == ((), "help")


def test_the_list_again_is_the_same_list() -> None:
    first = planner().plan("a funny film", Ledger())
    ledger = Ledger(turns=(turn("a funny film", first, shown=("the-kid", "safety-last")),))
    assert planner().plan("ok show me the list again", ledger).calls == first.calls


def test_why_it_is_good_for_somebody_is_why() -> None:
    first = planner().plan("a funny film", Ledger())
    ledger = Ledger(turns=(turn("a funny film", first, shown=("the-kid", "safety-last")),))
    assert [c.name for c in planner().plan("why is the first one good for her?", ledger).calls] == ["explain"]


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("when was it made?", "year"),
        ("how long is it?", "minutes"),
        ("who made it?", "people"),
        ("I liked it. When was it made?", "year"),
    ],
)
def test_a_short_question_about_what_is_in_focus_is_answered_by_its_fact(said: str, topic: str) -> None:
    plan = planner().plan(said, after_list("nosferatu"))
    assert plan.aside["aspect"]["kind"] == "fact"
    assert plan.aside["aspect"]["words"] == [topic]


def test_why_not_of_a_title_that_is_not_here_looks_for_it() -> None:
    ((name, arguments),) = calls(planner().plan("why not Zorro the Great?", after_list("nosferatu")))
    assert (name, arguments) == ("find_item", {"title": "Zorro the Great"})


def test_a_childs_age_asks_for_what_is_for_children() -> None:
    ((_, arguments),) = calls(planner().plan("a film for my 8 year old", Ledger()))
    assert "8" not in str(arguments)
    assert "year" not in str(arguments)
    ((_, of_years),) = calls(planner().plan("films that are 100 years old", Ledger()))
    assert "child" not in str(of_years)


@pytest.mark.parametrize(
    "said",
    [
        "what is the second about?",
        "the second one, what is it about?",
        "I loved the first one. What is the second about?",
    ],
)
def test_a_number_in_a_question_is_counted_in_the_list(said: str) -> None:
    made = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert ("item_details", {"title": "Metropolis"}) in made


def test_a_yes_or_no_question_behind_a_reference_is_about_it() -> None:
    made = calls(planner().plan("the second one, is it funny?", after_list("nosferatu", "metropolis")))
    assert made == [("item_details", {"title": "Metropolis"})]


def test_a_word_that_one_title_has_is_offered_as_that_title() -> None:
    plan = planner().plan("something like Gatsby but funnier", Ledger())
    assert calls(plan)[0] == ("find_item", {"title": "Gatsby"})
    assert plan.aside["offer"] == ["the-great-gatsby"]


def test_a_titles_own_question_mark_asks_nothing() -> None:
    ((name, arguments), *_) = calls(planner().plan("I've read The Moonstone and Whose Body?", Ledger()))
    assert (name, arguments) == ("remember", {"kind": "seen", "titles": ["The Moonstone", "Whose Body?"]})
    assert calls(planner().plan("is Whose Body? funny?", Ledger())) == [("item_details", {"title": "Whose Body?"})]


def test_several_titles_are_rated_in_one_breath() -> None:
    made = calls(planner().plan("I give Dracula 5 stars and Faust 2", Ledger()))
    assert made == [
        ("remember", {"kind": "like", "titles": ["Dracula"]}),
        ("remember", {"kind": "dislike", "titles": ["Faust"]}),
    ]


@pytest.mark.parametrize("said", ["what do people like most here?", "need music", "something from the same country"])
def test_words_of_asking_are_no_search(said: str) -> None:
    made = planner().plan(said, after_list("nosferatu")).calls[-1].arguments
    assert not set(str(made.get("text", "")).split()) & {"here", "need", "country", "people"}


@pytest.mark.parametrize("said", ["quieter", "something stormier", "a bit calmer"])
def test_a_bare_degree_changes_the_standing_request(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", text="night music")))
    assert name == "recommend"
    assert arguments["text"].startswith("night music")


def test_where_something_was_made_is_one_question() -> None:
    plan = planner().plan("in which country was the second made?", after_list("nosferatu", "metropolis"))
    assert plan.aside["aspect"]["words"] == ["country"]
