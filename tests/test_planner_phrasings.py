"""Phrasings that were read wrongly once: each with what it means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.plan import Plan
from agent.planner.ratings import rating_of
from retrieval.catalogue import Catalogue
from tests.stand_ins_agent import after_list, catalogue_of, planner, planner_over, turn, works
from vouch.types import Passage, ToolCall


def calls(plan: Plan) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, dict(call.arguments)) for call in plan.calls]


@pytest.mark.parametrize("said", ["and Frankenstein?", "what about Frankenstein?"])
def test_another_title_after_why_not_asks_the_same_of_it(said: str) -> None:
    first = planner().plan("why not Faust?", after_list("nosferatu"))
    ledger = Ledger(turns=(*after_list("nosferatu").turns, turn("why not Faust?", first)))
    assert [name for name, _ in calls(first)] == ["why_not"]
    assert [(n, a["title"]) for n, a in calls(planner().plan(said, ledger))] == [("why_not", "Frankenstein")]


def test_for_adults_is_no_word_to_look_for() -> None:
    bare = planner_over(catalogue_of([("The Scary Bunny", {}), ("Grown Ups", {})]))
    for said in ("something scary for adults", "something scary for grown-ups"):
        plan = bare.plan(said, Ledger())
        assert calls(plan) == [("recommend", {"text": "scary"})]
        assert plan.aside["unknown"] == ["age that it is for"]


def test_where_there_are_childrens_things_adults_get_others() -> None:
    ((_, arguments),) = calls(planner().plan("something scary for grown-ups", Ledger()))
    assert arguments["filters"] == [{"attribute": "genres", "op": "none_of", "value": ["children's"]}]


def test_a_language_that_is_not_recorded_is_named_as_such_and_the_list_stands() -> None:
    bare = planner_over(catalogue_of([("The Scary Bunny", {}), ("Quiet Water", {})]))
    plan = bare.plan("not in French please", after_list())
    assert calls(plan) == [("recommend", {"text": "scary"})]
    assert plan.aside["unknown"] == ["language"]


def test_others_are_no_word_to_look_for() -> None:
    plan = planner().plan("I have seen the second one, show me others", after_list("nosferatu", "metropolis"))
    assert [(name, a.get("text")) for name, a in calls(plan)] == [("remember", None), ("recommend", "scary")]


@pytest.mark.parametrize(
    "said", ["what do you recommend now?", "and what would you suggest next?", "what should I watch?"]
)
def test_asking_what_is_recommended_asks_for_a_list(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, Ledger()))] == ["recommend"]


def test_a_person_named_after_ones_own_wish_makes_a_group() -> None:
    plan = planner().plan("I like comedies, my husband hates horror", Ledger())
    ((name, arguments),) = calls(plan)
    assert name == "recommend_together"
    assert [(p["name"], [c["value"] for c in (*p["never"], *p["prefer"])]) for p in arguments["people"]] == [
        ("your husband", [["horror"]]),
        ("you", [["comedy"]]),
    ]
    alone = planner().plan("I like films that my husband hates", Ledger())
    assert "recommend_together" not in {name for name, _ in calls(alone)}


def test_a_misspelt_title_that_is_praised_is_offered_and_nothing_else_is_liked() -> None:
    plan = planner().plan("Metroplis was great", after_list("nosferatu"))
    assert calls(plan) == [("find_item", {"title": "Metroplis"})]
    assert plan.aside["offer"][0] == "metropolis"
    made = planner()
    heard = replace(made.heard("Metroplis was great", after_list("nosferatu")), judged=(("nosferatu", "like"),))
    assert calls(made._statements.judging(heard, plan)) == calls(plan)
    praised = planner().plan("that was great", after_list("nosferatu"))
    assert calls(praised) == [("remember", {"kind": "like", "titles": ["Nosferatu"]})]


@pytest.mark.parametrize("said", ["the newest of these", "oldest of those?"])
def test_the_most_of_those_shown_is_told_of_them(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    shown = "Metropolis" if "newest" in said else "Nosferatu"
    assert calls(plan) == [("item_details", {"title": shown})]
    assert plan.aside["superlative"]


def test_what_is_most_popular_of_those_is_asked_of_each() -> None:
    plan = planner().plan("which of those is the most popular?", after_list("nosferatu", "metropolis"))
    assert calls(plan) == [("explain", {"title": "Nosferatu"}), ("explain", {"title": "Metropolis"})]
    assert plan.aside["most_liked"]


def test_what_was_spoken_of_is_compared_with_a_title() -> None:
    first = planner().plan("How long is Nosferatu?", after_list("nosferatu"))
    ledger = Ledger(turns=(*after_list("nosferatu").turns, turn("How long is Nosferatu?", first)))
    ((name, arguments),) = calls(planner().plan("compare it with Metropolis", ledger))
    assert (name, arguments["title"], arguments["other"]) == ("compare", "Nosferatu", "Metropolis")


@pytest.mark.parametrize("said", ["not more than 5 of them", "no more than 5 films", "at most five films please"])
def test_a_bound_on_how_many_is_no_bound_on_length(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert (name, arguments["k"]) == ("recommend", 5)
    assert "minutes" not in {f["attribute"] for f in arguments.get("filters", ())}


def test_a_bound_with_a_unit_still_counts_minutes() -> None:
    ((_, arguments),) = calls(planner().plan("no more than 50 minutes", Ledger()))
    assert arguments["filters"] == [{"attribute": "minutes", "op": "<=", "value": 50.0}]


@pytest.mark.parametrize("said", ["shortest?", "the oldest?"])
def test_a_bare_superlative_is_of_the_list_shown(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    assert calls(plan) == [("item_details", {"title": "Nosferatu"})]


def test_a_superlative_of_what_is_not_recorded_says_so() -> None:
    unmeasured = planner_over(catalogue_of([("Quiet Water", {"year": 1950.0}), ("Loud Water", {"year": 1960.0})]))
    assert unmeasured.plan("the shortest film", Ledger()).aside["unknown"] == ["length"]
    assert "unknown" not in planner().plan("the shortest film", Ledger()).aside


@pytest.mark.parametrize("said", ["in colour?", "in black and white?"])
def test_in_colour_with_a_question_mark_is_asked_of_the_item(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, after_list("nosferatu")))] == ["item_details"]
    assert [name for name, _ in calls(planner().plan("in colour", after_list("nosferatu")))] == ["recommend"]


@pytest.mark.parametrize(
    ("said", "unknown"),
    [
        ("a film with Tom Cruise", ["cast"]),
        ("something starring Greta Garbo", ["cast"]),
        ("a Paramount film", ["studio"]),
        ("films by Universal", ["studio"]),
        ("a film with Big Ben in it", []),
        ("a book with old maps", []),
        ("a universal story", []),
    ],
)
def test_names_of_cast_and_studios_are_said_not_to_be_recorded(said: str, unknown: list[str]) -> None:
    plan = planner().plan(said, Ledger())
    assert list(plan.aside.get("unknown", ())) == unknown


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I give Metropolis 4 stars", "like"),
        ("Metropolis 3/5", "seen"),
        ("I'd rate Metropolis 9 out of 10", "like"),
        ("Metropolis gets two stars from me", "dislike"),
    ],
)
def test_a_rating_is_remembered(said: str, kind: str) -> None:
    assert calls(planner().plan(said, Ledger())) == [("remember", {"kind": kind, "titles": ["Metropolis"]})]


def test_a_rating_of_what_was_spoken_of_is_remembered() -> None:
    plan = planner().plan("I'd give it 5 stars", after_list("metropolis"))
    assert calls(plan) == [("remember", {"kind": "like", "titles": ["Metropolis"]})]


@pytest.mark.parametrize("said", ["films with at least 4 stars", "something rated over 4 stars", "1 of 2 films"])
def test_a_wish_for_stars_is_no_rating(said: str) -> None:
    assert "remember" not in {name for name, _ in calls(planner().plan(said, Ledger()))}


def test_a_rating_is_a_share_of_its_scale() -> None:
    assert [rating_of(s) for s in ("7/10", "2 stars", "five out of five", "6 stars", "80 of 100")] == [
        0.7,
        0.4,
        1.0,
        None,
        0.8,
    ]


def test_where_only_titles_are_known_words_are_said_to_be_looked_for_there() -> None:
    bare = planner_over(catalogue_of([("The Scary Bunny", {}), ("Quiet Water", {})]))
    assert bare.plan("something scary", Ledger()).aside["titles_only"]
    named = Passage(passage_id="p", item_id="0", channel="title", text="The Scary Bunny (1999; comedy)", made_by="file")
    known = bare.catalogue
    facts = Catalogue(items=known.items, schema=known.schema, passages=(named,))
    assert planner_over(facts).plan("something scary", Ledger()).aside["titles_only"]
    assert "titles_only" not in planner().plan("something scary", Ledger()).aside


def test_taking_back_without_a_title_is_one_undo() -> None:
    assert calls(planner().plan("unlike that", Ledger())) == [("undo", {})]


def test_what_is_wished_for_is_not_ruled_out_by_the_same_message() -> None:
    ((_, arguments),) = calls(planner().plan("something melancholy but not depressing", Ledger()))
    assert arguments["filters"] == [{"attribute": "moods", "op": "none_of", "value": ["bleak", "tragic"]}]


@pytest.mark.parametrize(
    "said", ["more by that director", "has he made anything else?", "did he make any others?", "what else did he make?"]
)
def test_more_of_the_same_maker(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert name == "recommend"
    assert arguments["filters"] == [{"attribute": "creator", "op": "any_of", "value": ["F. W. Murnau"]}]


@pytest.mark.parametrize("said", ["ok I'll read that one", "I'll listen to it tonight"])
def test_what_will_be_read_is_accepted(said: str) -> None:
    plan = planner().plan(said, after_list("dracula"))
    assert (plan.calls, plan.aside["intent"]) == ((), "accept")


def test_a_hesitation_is_no_word_to_look_for() -> None:
    plan = planner().plan("hm, what about Metropolis?", after_list("nosferatu"))
    assert calls(plan) == [("item_details", {"title": "Metropolis"})]


@pytest.mark.parametrize("said", ["would I like it?", "why is that one in there?", "do you think I'd like it?"])
def test_whether_it_would_be_liked_is_told_by_what_speaks_for_it(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("which of these are funny?", "funny"),
        ("the funniest of these", "funny"),
        ("the most tragic of those", "tragic"),
    ],
)
def test_what_is_asked_of_those_shown_is_answered_of_them(said: str, value: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "the-kid"))
    assert calls(plan) == [("item_details", {"title": "Nosferatu"}), ("item_details", {"title": "The Kid"})]
    assert plan.aside["aspect"]["value"] == value


def test_a_present_is_for_the_other_one_alone() -> None:
    ((_, alone),) = calls(planner().plan("a present for my nephew, he is nine and loves ships", Ledger()))
    assert (alone["text"], alone["with_me"]) == ("ships", False)
    assert alone["filters"] == [{"attribute": "genres", "op": "any_of", "value": ["children's"]}]
    ((_, together),) = calls(planner().plan("something for me and my nephew who loves ships", Ledger()))
    assert "with_me" not in together


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("he hates comedies", [("genres", "none_of", ["comedy"])]),
        ("and she doesn't like westerns", [("genres", "none_of", ["western"])]),
        ("my wife hates comedies", [("genres", "none_of", ["comedy"])]),
        ("she prefers German films", [("country", "=", "Germany"), ("kind", "=", "film")]),
    ],
)
def test_what_is_said_of_somebody_behind_a_list_changes_it(said: str, changed: list[tuple[str, str, object]]) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert (name, arguments["text"]) == ("recommend", "scary")
    assert [(c["attribute"], c["op"], c["value"]) for c in arguments["filters"]] == changed
    assert calls(planner().plan(said, Ledger()))[:1] != [(name, arguments)]


def test_what_is_liked_usually_is_not_asked_for_tonight() -> None:
    ((_, arguments),) = calls(planner().plan("I love comedies but tonight I want something German", Ledger()))
    assert arguments["filters"] == [{"attribute": "country", "op": "=", "value": "Germany"}]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("swap the first one", "hide"),
        ("not the first one", "hide"),
        ("no, not the first one, it was boring", "dislike"),
        ("not that one", "hide"),
    ],
)
def test_what_is_turned_down_goes_and_the_list_stands(said: str, kind: str) -> None:
    remembered, listed = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert remembered == ("remember", {"kind": kind, "titles": ["Nosferatu"]})
    assert listed[1]["text"] == "scary"


def test_not_that_one_behind_a_like_is_the_first_of_the_list_that_follows_from_it() -> None:
    liking = planner().plan("I loved Metropolis", Ledger())
    told = {"kind": "remembered", "remembered": {"kind": "like", "item_ids": ["metropolis"]}}
    before = replace(
        turn("I loved Metropolis", liking, shown=("nosferatu", "faust")), about=("metropolis",), results=(told,)
    )
    remembered = calls(planner().plan("not that one", Ledger(turns=(before,))))[0]
    assert remembered == ("remember", {"kind": "hide", "titles": ["Nosferatu"]})


def test_what_was_met_says_nothing_of_what_is_wanted_and_the_list_stands() -> None:
    remembered, listed = calls(planner().plan("I have seen Metropolis", after_list("nosferatu")))
    assert remembered == ("remember", {"kind": "seen", "titles": ["Metropolis"]})
    assert listed[1]["text"] == "scary"


@pytest.mark.parametrize("said", ["show me the ones from before again", "back to the previous list", "the list before"])
def test_the_list_before_comes_again(said: str) -> None:
    first = planner().plan("something eerie", Ledger())
    ledger = Ledger(turns=(turn("something eerie", first, shown=("faust",)), *after_list("nosferatu").turns))
    assert calls(planner().plan(said, ledger)) == calls(first)


@pytest.mark.parametrize(
    "said", ["how sure are you that I will like the first?", "what makes you think I'd like the first?"]
)
def test_how_sure_it_is_is_a_question_for_the_reasons(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")


@pytest.mark.parametrize(
    ("said", "filters"),
    [
        ("what do you have from Germany?", [("country", "=", "Germany")]),
        ("what is there from Germany", [("country", "=", "Germany")]),
    ],
)
def test_what_there_is_from_a_country(said: str, filters: list[tuple[str, str, object]]) -> None:
    ((_, arguments),) = calls(planner().plan(said, Ledger()))
    assert [(c["attribute"], c["op"], c["value"]) for c in arguments["filters"]] == filters


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("what would a horror fan pick?", ""),
        ("the others don't care, a film", ""),
        ("make me laugh", "laugh"),
        ("something completely different, a ghost", "ghost"),
    ],
)
def test_who_asks_is_no_word_to_look_for(said: str, text: str) -> None:
    assert calls(planner().plan(said, Ledger()))[-1][1]["text"] == text


def test_who_knows_all_of_somebody_gets_what_is_like_it_from_others() -> None:
    plan = planner().plan("someone who has read everything by Mary Shelley, what should she read next?", Ledger())
    ((_, arguments),) = calls(plan)
    assert arguments["liked"] == ["Frankenstein"]
    assert [(c["op"], c["value"]) for c in arguments["filters"]] == [("none_of", ["Mary Shelley"])]


@pytest.mark.parametrize("said", ["ok, save that one for later", "save the second for later", "put it on my list"])
def test_what_is_kept_for_later_is_no_request(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    assert (calls(plan), plan.aside["intent"]) == ([], "accept")


def test_too_scary_for_a_child_is_asked_of_the_item_that_was_spoken_of() -> None:
    about = replace(turn("is it scary?", planner().plan("is Nosferatu scary?", Ledger())), about=("nosferatu",))
    ((name, arguments),) = calls(planner().plan("too scary for a 12 year old?", Ledger(turns=(about,))))
    assert (name, arguments["title"]) == ("item_details", "Nosferatu")


def test_whether_something_is_any_good_is_answered_by_its_reasons() -> None:
    ((name, arguments),) = calls(planner().plan("is it any good?", after_list("nosferatu")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")


@pytest.mark.parametrize("said", ["what changed?", "show me what has changed"])
def test_what_changed_is_told_by_what_is_remembered(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, after_list("nosferatu")))] == ["taste"]


def test_what_was_left_out_is_told_by_the_counts() -> None:
    plan = planner().plan("what did you leave out?", after_list("nosferatu"))
    assert plan.aside["funnel"] is True


def test_what_says_nothing_of_a_list_does_not_replace_the_one_that_stands() -> None:
    plan = planner().plan("he can't read that well yet", after_list("nosferatu"))
    assert (calls(plan), plan.aside["intent"]) == ([], "unclear")


def test_something_else_is_of_the_kind_that_was_looked_for() -> None:
    asked = planner().plan("what should I read on a train?", Ledger())
    ledger = Ledger(turns=(turn("what should I read on a train?", asked, shown=("nosferatu",)),))
    ((_, arguments),) = calls(planner().plan("something gripping", ledger))
    assert [(c["attribute"], c["value"]) for c in arguments["filters"]] == [("kind", ["book"])]
    ((_, others),) = calls(planner().plan("something to listen to", ledger))
    assert [(c["attribute"], c["value"]) for c in others["filters"]] == [("kind", ["music"])]


def test_what_changes_nothing_asks_for_others() -> None:
    asked = planner().plan("something scary", Ledger())
    ledger = Ledger(turns=(turn("something scary", asked, shown=("nosferatu",)),))
    ((_, arguments),) = calls(planner().plan("scarier", ledger))
    assert (arguments["text"], arguments["exclude"]) == ("scary", ["Nosferatu"])


def test_what_was_too_much_is_looked_for_no_more() -> None:
    asked = planner().plan("something weird", Ledger())
    ((_, arguments),) = calls(
        planner().plan("ok too weird", Ledger(turns=(turn("weird", asked, shown=("nosferatu",)),)))
    )
    assert "weird" not in arguments["text"]
    assert all(c["op"] == "none_of" for c in arguments["prefer"])


@pytest.mark.parametrize("said", ["sort them by year", "can you order the list by length?"])
def test_who_wants_a_list_sorted_is_told_how_to_ask(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu"))
    assert (calls(plan), plan.aside["intent"]) == ([], "sorts")


def test_we_both_are_two_people_and_no_two_of_the_list() -> None:
    remembered, _ = calls(planner().plan("we've both seen Metropolis", after_list("nosferatu", "metropolis")))
    assert remembered == ("remember", {"kind": "seen", "titles": ["Metropolis"]})


def test_who_else_liked_one_of_the_list_likes_nothing() -> None:
    ((name, arguments),) = calls(planner().plan("who else liked the first?", after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")
    assert planner().plan("is there one with subtitles?", after_list("nosferatu")).aside["unknown"] == ["subtitles"]


def test_of_another_kind_what_stands_does_not_hold() -> None:
    asked = planner().plan("a horror film", Ledger())
    ledger = Ledger(turns=(turn("a horror film", asked, shown=("nosferatu", "faust-film")),))
    ((name, arguments),) = calls(planner().plan("and music that goes with the first", ledger))
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")
    assert [(c["attribute"], c["value"]) for c in arguments["filters"]] == [("kind", "music")]


@pytest.mark.parametrize(
    ("said", "k"),
    [
        ("10 films from the 1920s please", 10),
        ("three good books", 3),
        ("five of the best films", 5),
        ("2 hour films", None),
        ("20s comedies", None),
        ("ten 20s comedies", 10),
        ("10 really good films", 10),
        ("my kids (5 and 8) want a film", None),
    ],
)
def test_how_many_are_wanted(said: str, k: int | None) -> None:
    ((_, arguments),) = calls(planner().plan(said, Ledger()))
    assert (arguments["text"], arguments.get("k")) == ("", k)


def test_tell_me_something_about_a_title_asks_about_it() -> None:
    asked = calls(planner().plan("tell me something about Metropolis", Ledger()))
    assert asked == [("item_details", {"title": "Metropolis"})]


@pytest.mark.parametrize("said", ["do people like it?", "do most people here like the first?"])
def test_whether_people_like_it_is_told_by_its_reasons(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")


def test_what_it_is_similar_to_is_a_list_of_its_like() -> None:
    ((name, arguments),) = calls(planner().plan("what's it similar to?", after_list("nosferatu")))
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")


def test_a_greeting_with_nothing_to_ask_is_greeted() -> None:
    assert planner().plan("hello, I'm new here", Ledger()).aside["intent"] == "greeting"


def test_what_you_would_watch_is_the_first_and_why() -> None:
    plan = planner().plan("what would you watch?", after_list("nosferatu", "metropolis"))
    assert [(name, a["title"]) for name, a in calls(plan)] == [("explain", "Nosferatu")]


def test_whether_any_of_these_is_shorter_narrows_the_list() -> None:
    asked = planner().plan("is any of those shorter than an hour?", after_list("nosferatu", "metropolis"))
    ((_, arguments),) = calls(asked)
    assert (arguments["text"], arguments["filters"]) == ("scary", [{"attribute": "minutes", "op": "<", "value": 60.0}])


def test_what_is_left_is_the_list_that_stands() -> None:
    assert calls(planner().plan("so what's left?", after_list("nosferatu"))) == [("recommend", {"text": "scary"})]


def test_a_book_by_the_same_person_is_a_book() -> None:
    ((_, arguments),) = calls(planner().plan("any book by the same person?", after_list("nosferatu")))
    assert [c["value"] for c in arguments["filters"]] == [["F. W. Murnau"], "book"]


def test_what_is_accepted_by_name_is_spoken_of_from_then_on() -> None:
    plan = planner().plan("ok I'll watch Metropolis then", after_list("nosferatu"))
    assert (plan.aside["intent"], plan.aside["about"]) == ("accept", ["metropolis"])


def test_what_one_wants_to_learn_about_is_what_is_looked_for() -> None:
    assert calls(planner().plan("I want to learn about whales", Ledger()))[0][1]["text"] == "whales"


def test_what_nobody_knows_is_less_usual() -> None:
    assert calls(planner().plan("the ones nobody knows", after_list("nosferatu")))[-1][1]["explore"] == 0.5


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("should I watch Dracula or Nosferatu?", "compare"),
        ("scratch that", "undo"),
        ("I did not mean that", "undo"),
        ("wipe my history", "forget_all"),
        ("what is popular here", "recommend"),
        ("may I have another", "recommend"),
        ("a film for both of us, on average", "recommend_together"),
    ],
)
def test_what_is_said_shortly_behind_a_list(said: str, made: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert name == made
    assert arguments.get("text", "") in {"", "scary"}


def test_a_wish_behind_thanks_is_heard() -> None:
    ((name, arguments),) = calls(planner().plan("thanks for that, what about comedies", Ledger()))
    assert (name, arguments["filters"]) == ("recommend", [{"attribute": "genres", "op": "any_of", "value": ["comedy"]}])


@pytest.mark.parametrize(
    ("said", "attribute"),
    [("how much is the first one?", "Price"), ("what brand is it?", "Brand"), ("the priciest?", "Price")],
)
def test_facts_of_goods_are_asked_for(said: str, attribute: str) -> None:
    ids = list(planner("shop").catalogue.by_id)[:3]
    plan = planner("shop").plan(said, after_list(*ids))
    assert plan.aside["aspect"]["attributes"] == [attribute]


def test_not_in_the_mood_for_dragons_avoids_them() -> None:
    ((_, arguments),) = calls(planner().plan("I'm not in the mood for dragons", Ledger()))
    assert (arguments["text"], arguments["avoid"]) == ("", ["dragons"])


@pytest.mark.parametrize(
    "said", ["hey! looking for a film for friday night", "a film for saturday", "something for this evening"]
)
def test_the_day_is_no_word_to_look_for(said: str) -> None:
    assert calls(planner().plan(said, Ledger()))[-1][1]["text"] == ""


def test_which_has_the_most_likes_is_asked_of_those_shown_and_the_next_question_is_its_own() -> None:
    before = after_list("nosferatu", "metropolis")
    plan = planner().plan("which of these has the most likes?", before)
    assert [name for name, _ in calls(plan)] == ["explain", "explain"]
    ledger = Ledger(turns=(*before.turns, turn("which of these has the most likes?", plan)))
    assert [name for name, _ in calls(planner().plan("what about Frankenstein?", ledger))] == ["item_details"]


@pytest.mark.parametrize("said", ["I trust you, pick one", "says who?", "what would she like best?"])
def test_what_is_picked_is_the_first_with_its_reasons(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("explain", "Nosferatu")


def test_something_underrated_is_less_usual() -> None:
    assert calls(planner().plan("ok give me something underrated", Ledger()))[-1][1] == {"text": "", "explore": 0.5}


def test_what_goes_with_it_is_like_it_and_of_that_kind() -> None:
    ((name, arguments),) = calls(planner().plan("and music to go with it?", after_list("nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")
    assert [c["value"] for c in arguments["filters"]] == ["music"]


def test_for_whom_it_is_is_no_word_to_look_for() -> None:
    assert calls(planner().plan("a gift for my dad under 200 pages", Ledger()))[-1][1]["text"] == ""
    assert calls(planner().plan("a book about my dad", Ledger()))[-1][1]["text"] != ""


@pytest.mark.parametrize("said", ["bigger", "something smaller"])
def test_a_bare_degree_is_of_what_was_asked_for_before(said: str) -> None:
    assert "scary" in calls(planner().plan(said, after_list("nosferatu")))[-1][1]["text"]
    assert calls(planner().plan("a thriller", after_list("nosferatu")))[-1][1]["text"] == ""


@pytest.mark.parametrize("said", ["what about the second?", "ok what about the second?", "ok, and the second one?"])
def test_what_about_one_of_the_list_is_a_question_about_it(said: str) -> None:
    assert calls(planner().plan(said, after_list("nosferatu", "metropolis"))) == [
        ("item_details", {"title": "Metropolis"})
    ]


def test_a_verdict_behind_one_that_is_pointed_at_is_of_no_other() -> None:
    before = after_list("nosferatu", "metropolis")
    asked = planner().plan("why the second?", before)
    ledger = Ledger(turns=(*before.turns, replace(turn("why the second?", asked), about=("metropolis",))))
    told = [
        a["titles"]
        for name, a in calls(planner().plan("not the first one, it was boring", ledger))
        if name == "remember"
    ]
    assert told == [["Nosferatu"]]


def test_what_if_something_is_dropped_drops_it_and_the_words_that_meant_it() -> None:
    asked = planner().plan("a funny film before 1925", Ledger())
    ledger = Ledger(turns=(turn("a funny film before 1925", asked, shown=("nosferatu",)),))
    ((_, year),) = calls(planner().plan("hm, only one? what if I drop the year?", ledger))
    assert [c["attribute"] for c in year["filters"]] == ["kind"]
    ((_, funny),) = calls(planner().plan("what if I drop funny?", ledger))
    assert (funny["text"], "prefer" in funny) == ("", False)
    assert {c["attribute"] for c in funny["filters"]} == {"kind", "year"}


@pytest.mark.parametrize("said", ["forget the comedies", "forget comedies", "what if I drop comedies?"])
def test_a_value_that_was_only_asked_for_is_dropped_from_the_request(said: str) -> None:
    wanted = "not in the mood for horror, 1920s comedies"
    ledger = Ledger(turns=(turn(wanted, planner().plan(wanted, Ledger()), shown=("metropolis",)),))
    ((name, made),) = calls(planner().plan(said, ledger))
    assert (name, made.get("text", "")) == ("recommend", "")
    assert [(c["attribute"], c["op"]) for c in made["filters"]] == [
        ("year", ">="),
        ("year", "<="),
        ("genres", "none_of"),
    ]
    ((_, without_years),) = calls(planner().plan("forget the twenties", ledger))
    assert "year" not in {c["attribute"] for c in without_years["filters"]}
    ((own, _),) = calls(planner().plan("forget that I love comedies", ledger))
    assert own == "remember_condition"


@pytest.mark.parametrize("said", ["is there anything about whales?", "is there a book about whales?"])
def test_whether_there_is_something_is_no_question_about_what_was_shown(said: str) -> None:
    assert calls(planner().plan(said, Ledger()))[-1][1]["text"] == "whales"


def test_what_was_seen_is_what_was_loved() -> None:
    before = after_list("nosferatu")
    plan = planner().plan("I have seen Metropolis", before)
    told = {"kind": "remembered", "remembered": {"kind": "seen", "item_ids": ["metropolis"]}}
    seen = replace(turn("I have seen Metropolis", plan, shown=("nosferatu",)), about=("metropolis",), results=(told,))
    remembered = calls(planner().plan("loved it", Ledger(turns=(*before.turns, seen))))[0]
    assert remembered == ("remember", {"kind": "like", "titles": ["Metropolis"]})


def test_forgetting_a_wish_leaves_what_was_demanded_of_the_same_attribute() -> None:
    wanted = "horror films, preferably funny"
    ledger = Ledger(turns=(turn(wanted, planner().plan(wanted, Ledger()), shown=("dracula",)),))
    ((_, made),) = calls(planner().plan("what if I drop funny?", ledger))
    assert (made["text"], "prefer" in made) == ("", False)
    assert {"attribute": "genres", "op": "any_of", "value": ["horror"]} in made["filters"]
    ((_, others),) = calls(planner().plan("forget the horror", ledger))
    assert "genres" not in {c["attribute"] for c in others["filters"]}
    assert others["prefer"]


PEOPLED = catalogue_of(
    [
        ("The Quiet House (2001)", {"genres": ("Horror",), "star": ("Anna Gore", "Ray Hardy")}),
        ("Ray Hardy (1999)", {"genres": ("Comedy", "Romance"), "star": ("Bea Laurel",)}),
        ("Laughing Stock (2003)", {"genres": ("Comedy",), "star": ("Bea Laurel", "Ray Hardy")}),
        ("Old Wars (2004)", {"genres": ("War",), "star": ("Anna Gore",)}),
        ("Long Nights (2005)", {"genres": ("Thriller", "Mystery"), "star": ("Bea Laurel",)}),
    ]
)


def conditions(said: str, *, before: str = "") -> set[tuple[str, str, str]]:
    """What a message demands or prefers of the films above, by attribute, sense and value; `before`: what was asked of it."""
    ledger = Ledger(turns=(Turn(said="", text=before),)) if before else Ledger()
    made = [arguments for name, arguments in calls(planner_over(PEOPLED).plan(said, ledger)) if name == "recommend"]
    told = [c for arguments in made for key in ("filters", "prefer") for c in arguments.get(key, ())]
    return {(c["attribute"], "not" if c["op"] == "none_of" else "is", v) for c in told for v in c["value"]}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("a comic book film please", set()),
        ("something with suspense, but not with gore", {("genres", "is", "Thriller")}),
        ("I enjoy suspenseful movies", {("genres", "is", "Thriller")}),
        ("I'm looking for a good rom-com", {("genres", "is", "Comedy"), ("genres", "is", "Romance")}),
        ("a romcom, please", {("genres", "is", "Comedy"), ("genres", "is", "Romance")}),
        ("I don't normally watch comedies", {("genres", "not", "Comedy")}),
        ("something scary, it doesn't have to be a comedy", {("genres", "is", "Horror")}),
        ("something like Laughing Stock with Bea Laurel", set()),
        ("something with Bea Laurel", {("star", "is", "Bea Laurel")}),
        ("I love Bea Laurel and Ray Hardy", {("star", "is", "Bea Laurel"), ("star", "is", "Ray Hardy")}),
        ("I can't wait for Infinity Wars, what else is there?", set()),
        ("war films please", {("genres", "is", "War")}),
    ],
)
def test_what_is_wished_and_what_only_tells(said: str, wanted: set[tuple[str, str, str]]) -> None:
    assert conditions(said) == wanted


@pytest.mark.parametrize("said", ["Yes, both are good.", "Oh yeah. They are my favorites", "I do"])
def test_a_yes_to_kinds_that_were_asked_about_wishes_for_them(said: str) -> None:
    asked = "I see. So do you like comedies and thrillers?"
    assert {("genres", "is", "Comedy"), ("genres", "is", "Thriller")} == conditions(said, before=asked)
    assert conditions(said, before="Did you like comedies and thrillers as a child? I did.") == set()


def test_words_that_were_asked_for_are_dropped_and_others_said_not_to_be() -> None:
    wanted = "a film about ships"
    ledger = Ledger(turns=(turn(wanted, planner().plan(wanted, Ledger()), shown=("metropolis",)),))
    ((_, made),) = calls(planner().plan("forget the ships", ledger))
    assert (made.get("text", ""), [c["attribute"] for c in made["filters"]]) == ("", ["kind"])
    for said in ("forget suspenseful", "what if I drop the dragons?"):
        plan = planner().plan(said, ledger)
        assert (calls(plan), plan.aside["intent"]) == ([], "not_asked")
    assert planner().plan("forget the dragons", ledger).aside["what"] == "dragons"


@pytest.mark.parametrize("said", ["never mind", "oh nevermind", "ok never mind then"])
def test_never_mind_looks_for_nothing(said: str) -> None:
    assert planner().plan(said, after_list("metropolis")) == Plan(aside={"intent": "no"})


def test_who_plays_in_a_film_that_is_named_is_no_wish() -> None:
    assert ("star", "is", "Bea Laurel") not in conditions("I loved Laughing Stock with Bea Laurel, something scary")
    assert ("star", "is", "Bea Laurel") in conditions("I loved Laughing Stock, something scary with Bea Laurel")


@pytest.mark.parametrize(
    ("said", "plainer"),
    [
        ("rather a book than a film", "a book"),
        ("old ones are fine, but no Chaplin please", "no Chaplin please"),
        ("I heard Metropolis is slow, is it?", "is Metropolis slow?"),
        ("people say that Faust was funny, right?", "was Faust funny?"),
        ("remember that she loves the violin", "she loves the violin"),
    ],
)
def test_what_is_said_in_a_roundabout_way_is_planned_as_the_plain_words(said: str, plainer: str) -> None:
    before = after_list("nosferatu", "metropolis")
    assert calls(planner().plan(said, before)) == calls(planner().plan(plainer, before))
    assert calls(planner().plan(said, before)) != []


def test_what_is_fine_is_not_asked_for() -> None:
    ((_, arguments),) = calls(planner().plan("old ones are fine but no comedies", after_list("nosferatu")))
    assert [c["op"] for c in arguments.get("filters", [])] == ["none_of"]
    assert "prefer" not in arguments


@pytest.mark.parametrize("said", ["loved it", "seen it, loved it", "I've seen it"])
def test_it_behind_a_list_of_several_may_be_any_of_them(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    assert (plan.calls, plan.aside["intent"]) == ((), "which")
    assert calls(planner().plan(said, after_list("nosferatu")))[0][1]["titles"] == ["Nosferatu"]


def test_it_behind_talk_that_names_two_is_not_asked_about() -> None:
    named = Turn(said="hello", text="Nosferatu is good, and so is Metropolis.", shown=("nosferatu", "metropolis"))
    first, *_ = calls(planner().plan("I hated it", Ledger(turns=(named,))))
    assert (first[0], first[1]["kind"]) == ("remember", "dislike")


def test_it_behind_a_question_about_one_of_a_list_is_that_one() -> None:
    before = after_list("nosferatu", "metropolis")
    asked = planner().plan("what is the second about?", before)
    spoken = Turn(said="what is the second about?", calls=asked.calls, about=("metropolis",), aside=asked.aside)
    first, *_ = calls(planner().plan("loved it", Ledger(turns=(*before.turns, spoken))))
    assert first == ("remember", {"kind": "like", "titles": ["Metropolis"]})


def test_a_title_that_was_meant_is_judged_by_what_stands_behind_the_yes() -> None:
    asked = planner().plan("do you have Metropolsi?", Ledger())
    ledger = Ledger(turns=(turn("do you have Metropolsi?", asked),))
    first, *_ = calls(planner().plan("yes that one, I adore it", ledger))
    assert first == ("remember", {"kind": "like", "titles": ["Metropolis"]})
    assert calls(planner().plan("yes that one", ledger))[0][0] == "find_item"


def test_one_that_fits_no_item_shown_is_asked_about() -> None:
    plan = planner().plan("the one with the helicopter, who made it?", after_list("nosferatu", "metropolis"))
    assert (plan.calls, plan.aside["intent"], plan.aside["said"]) == ((), "not_described", "the helicopter")


def test_a_film_that_bored_asks_for_shorter_ones_of_what_stands() -> None:
    before = after_list("nosferatu", "the-cabinet-of-dr-caligari")
    told, listing = calls(planner().plan("I fell asleep during Metropolis, something shorter please", before))
    assert told == ("remember", {"kind": "dislike", "titles": ["Metropolis"]})
    assert listing[1]["text"] == "scary"
    shorter, *_ = listing[1]["filters"]
    assert (shorter["attribute"], shorter["op"]) == ("minutes", "<")
    assert shorter["value"] == works().by_id["metropolis"].attributes["minutes"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Metropolis blew me away", "like"),
        ("I couldn't put Frankenstein down", "like"),
        ("I can't get enough of Metropolis", "like"),
        ("I never want to see Metropolis again", "dislike"),
    ],
)
def test_idioms_of_praise_and_blame_are_noted(said: str, kind: str) -> None:
    first, *_ = calls(planner().plan(said, Ledger()))
    assert (first[0], first[1]["kind"]) == ("remember", kind)


def test_someone_never_to_be_seen_again_is_no_film_to_watch() -> None:
    plan = planner().plan("I never want to see that actor again", after_list("nosferatu", "metropolis"))
    assert (plan.calls, plan.aside["intent"]) == ((), "remark")


def test_tell_me_more_behind_praise_of_one_that_is_pointed_at_tells_of_it() -> None:
    plan = planner().plan("the second one looks nice, tell me more", after_list("nosferatu", "metropolis"))
    assert calls(plan) == [("item_details", {"title": "Metropolis"})]


@pytest.mark.parametrize(("said", "saves"), [("save it for later please", True), ("I'll watch it", None)])
def test_that_no_list_is_kept_for_later_is_said(said: str, saves: bool | None) -> None:
    plan = planner().plan(said, after_list("nosferatu"))
    assert (plan.aside["intent"], plan.aside.get("saves")) == ("accept", saves)


def test_children_who_watch_are_no_number_of_films() -> None:
    (_, arguments), *_ = calls(planner("films").plan("something for three kids", Ledger()))
    assert "k" not in arguments
    ((_, arguments),) = calls(planner("films").plan("three films", Ledger()))
    assert arguments["k"] == 3


def test_each_of_two_who_watch_together_says_what_they_like() -> None:
    first = planner().plan("for me and my girlfriend", Ledger())
    ledger = Ledger(turns=(turn("for me and my girlfriend", first, shown=["nosferatu", "metropolis"]),))
    ((name, arguments),) = calls(planner().plan("she likes comedies, I'm more into horror", ledger))
    assert name == "recommend_together"
    assert {p["name"]: [c["value"] for c in p["prefer"]] for p in arguments["people"]} == {
        "your girlfriend": [["comedy"]],
        "you": [["horror"]],
    }


def test_the_others_of_one_of_two_makers_are_theirs_with_anybody() -> None:
    two = catalogue_of(
        [
            ("The Navigator", {"kind": "film", "creator": "Buster Keaton and Donald Crisp"}),
            ("Sherlock Jr.", {"kind": "film", "creator": "Buster Keaton"}),
            ("The Kid", {"kind": "film", "creator": "Charlie Chaplin"}),
        ]
    )
    told = Turn(said="The Navigator", about=(two.items[0].item_id,), aside={"intent": "details"})
    behind = Turn(said="something funny", calls=(ToolCall(name="recommend", arguments={}),), shown=("3", "2"))
    ((_, arguments),) = calls(planner_over(two).plan("what else does he have?", Ledger(turns=(told, behind))))
    assert arguments["filters"][0]["value"] == ["Buster Keaton and Donald Crisp", "Buster Keaton"]


def test_a_maker_that_is_recorded_nowhere_is_said_to_be_unknown() -> None:
    films = catalogue_of([("Hitchcock (2012)", {"genre": "drama"}), ("Vertigo (1958)", {"genre": "thriller"})])
    plan = planner_over(films).plan("Anything by Hitchcock?", Ledger())
    assert (plan.calls[-1].name, plan.aside["unknown"]) == ("recommend", ["maker"])
    assert "maker" not in planner_over(films).plan("films from Japan", Ledger()).aside.get("unknown", [])


@pytest.mark.parametrize(
    ("said", "before", "kind"),
    [
        ("I tried Metropolis once and lost interest halfway", "", "dislike"),
        ("I just finished Frankenstein and couldn't put it down", "", "like"),
        ("Metropolis and Faust", "Which ones did you not like?", "dislike"),
        ("I would say Faust", "Are there any films that you hate?", "dislike"),
        ("Metropolis", "Why don't you like musicals? And what do you love?", None),
        ("not really", "Did you like Metropolis?", "dislike"),
        ("nope", "Did you enjoy Metropolis?", "dislike"),
        ("no", "Have you seen Metropolis?", None),
        ("Eh, I wasn't crazy about it", "Have you seen Metropolis?", "dislike"),
        ("I have, it was meh", "Have you seen Metropolis?", "dislike"),
        ("It's not as good as people say", "Have you seen Metropolis?", "dislike"),
        ("They did a really good job", "Have you seen Metropolis?", "like"),
        ("No, I think that's good. Thanks!", "Metropolis was his best. Can I help you with more?", None),
    ],
)
def test_what_was_asked_and_idioms_tell_likes_from_dislikes(said: str, before: str, kind: str | None) -> None:
    ledger = Ledger(turns=(Turn(said="hello", text=before),) if before else ())
    noted = [a["kind"] for name, a in calls(planner().plan(said, ledger)) if name == "remember" and a["kind"] != "seen"]
    assert noted == ([kind] if kind else [])


def test_the_sentence_that_asks_and_names_tells_what_a_yes_judges() -> None:
    text = "Have you seen Metropolis? Unlike Faust it is long. Dark and moody?"
    ledger = Ledger(turns=(Turn(said="hello", text=text, shown=("metropolis", "faust")),))
    assert calls(planner().plan("Yes its pretty good", ledger))[0][1]["titles"] == ["Metropolis"]
    last = planner().heard("Yes its pretty good", ledger).ledger.last
    assert last is not None
    assert last.question == ("metropolis",)


def test_what_somebody_else_likes_is_asked_for_them() -> None:
    ((name, arguments),) = calls(planner().plan("my mum loves Metropolis, what else would she like?", Ledger()))
    assert (name, arguments["with_me"]) == ("recommend_together", False)
    assert [(p["name"], p["liked"]) for p in arguments["people"]] == [("your mum", ["Metropolis"])]


@pytest.mark.parametrize("said", ["no piano, my neighbour plays it all day", "no piano, we play before it starts"])
def test_who_plays_asks_for_no_play(said: str) -> None:
    ((_, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert "play" not in str(arguments.get("filters"))


@pytest.mark.parametrize("said", ["okay I'm sold on that one", "thx, going with the second", "I'm sold"])
def test_who_is_sold_needs_no_list(said: str) -> None:
    assert planner().plan(said, after_list("nosferatu", "metropolis")).calls == ()


@pytest.mark.parametrize(
    ("said", "most"), [("which of these was written first?", "oldest"), ("which came last?", "newest")]
)
def test_which_was_made_first_is_the_oldest(said: str, most: str) -> None:
    before = after_list("nosferatu", "metropolis")
    assert planner().plan(said, before) == planner().plan(f"Which one is the {most}?", before)


def test_this_century_is_a_period() -> None:
    ((_, arguments),) = calls(planner().plan("something from this century", Ledger()))
    assert arguments["filters"] == [{"attribute": "year", "op": ">=", "value": 2000.0}]


def test_how_many_of_a_genre_are_counted_by_it() -> None:
    plan = planner().plan("how many comedies do you have?", Ledger())
    assert [c["value"] for c in plan.aside["filters"]] == [["comedy"]]


@pytest.mark.parametrize(
    ("said", "intent"),
    [("I didn't like the penguin one", "not_described"), ("the eerie ones like Faust", "more_like")],
)
def test_what_fits_nothing_shown_is_said_and_kinds_of_them_are_asked_for(said: str, intent: str) -> None:
    assert planner().plan(said, after_list("nosferatu", "the-cabinet-of-dr-caligari")).aside["intent"] == intent


def test_what_a_child_is_afraid_of_is_put_last() -> None:
    ((_, arguments),) = calls(planner().plan("my daughter is afraid of witches", after_list("nosferatu")))
    assert arguments["avoid"] == ["witches"]


def test_whether_it_suits_somebody_asks_for_all_that_is_known() -> None:
    plan = planner().plan("is the second suitable for her?", after_list("nosferatu", "metropolis"))
    assert plan.aside["aspect"]["kind"] == "all"


def test_similar_but_darker_behind_one_item_is_like_it() -> None:
    before = after_list("nosferatu", "metropolis")
    asked = planner().plan("what is the second about?", before)
    spoken = Turn(said="what is the second about?", calls=asked.calls, about=("metropolis",), aside=asked.aside)
    ledger = Ledger(turns=(*before.turns, spoken))
    ((name, arguments),) = calls(planner().plan("do you have anything similar but darker?", ledger))
    assert (name, arguments["title"], arguments["text"]) == ("more_like", "Metropolis", "dark")
