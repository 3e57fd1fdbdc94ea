"""What people say next, read in conversations: each with what it was once taken for."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ledger import Ledger, Turn
from agent.planner.conditions import needless
from agent.planner.plan import Plan
from tests.stand_ins_agent import after_list, planner, reader, turn
from vouch.types import ToolCall


def calls(plan: Plan) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, dict(call.arguments)) for call in plan.calls]


def after_details(item_id: str, *shown: str) -> Ledger:
    """A list, and what was told of one of it."""
    told = Turn(said="tell me about it", about=(item_id,), aside={"intent": "details"})
    return Ledger(turns=(*after_list(*shown).turns, told))


def spoken(text: str, *item_ids: str) -> Ledger:
    """A list with its words."""
    call = ToolCall(name="recommend", arguments={"text": "scary"})
    return Ledger(turns=(Turn(said="something scary", calls=(call,), shown=item_ids, text=text),))


# ---- the ordinal before a comma was the first of the list


@pytest.mark.parametrize(
    "said",
    ["the third, how many pages?", "the third: who made it?", "the third… is it sad?", "does the third have a ghost?"],
)
def test_an_ordinal_points_whatever_mark_follows(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis", "the-general"))
    assert calls(plan) == [("item_details", {"title": "The General"})]


def test_an_ordinal_with_a_noun_of_its_own_points_at_nothing() -> None:
    message = planner().heard("the third man", after_list("nosferatu", "metropolis", "the-general"))
    assert message.references == ()


@pytest.mark.parametrize(
    "said", ["the second one sounds nice, how long is it?", "I have seen the second. Who made it?"]
)
def test_it_is_the_one_that_the_message_pointed_at_before(said: str) -> None:
    told = calls(planner().plan(said, after_list("nosferatu", "metropolis", "the-general")))
    assert told[-1] == ("item_details", {"title": "Metropolis"})


# ---- a question was a like


@pytest.mark.parametrize("said", ["who composed the last one?", "who wrote the last one?"])
def test_a_question_about_an_item_likes_nothing_whatever_the_reply_quoted(said: str) -> None:
    ledger = spoken("It will enjoy them like a wanderer's fiddle. I put that last.", "nosferatu", "the-general")
    assert [name for name, _ in calls(planner().plan(said, ledger))] == ["item_details"]


@pytest.mark.parametrize("said", ["who directed Metropolis", "when was Metropolis", "tell me about Metropolis"])
def test_a_question_without_a_mark_likes_nothing_where_titles_were_asked_for(said: str) -> None:
    ledger = spoken(
        "Here is what they like best. Name a title or two that you love. What do you like?", "nosferatu", "the-general"
    )
    told = calls(planner().plan(said, ledger))
    assert told == [("item_details", {"title": "Metropolis"})]
    assert planner().plan("Metropolis", ledger).calls[0].name == "remember"


def test_what_a_reply_quotes_asks_nothing() -> None:
    quoted = spoken("The General: “Did you like it when they like each other?”", "the-general")
    asked = spoken("Did you like it when they like each other?", "the-general")
    assert planner().plan("The General", asked).calls[0].name == "remember"
    assert planner().plan("The General", quoted).calls[0].name == "item_details"


# ---- what others know was noted of the one who writes


@pytest.mark.parametrize(
    "said", ["she has seen The General", "my sister has seen The General", "he saw The General already"]
)
def test_what_somebody_else_knows_leaves_the_list_and_is_not_noted(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu", "the-general")))
    assert (name, arguments["text"], arguments["exclude"]) == ("recommend", "scary", ["The General"])


@pytest.mark.parametrize(
    "said", ["I have seen The General", "my wife and I have seen The General", "we saw The General"]
)
def test_what_one_knows_oneself_is_no_exception_for_others(said: str) -> None:
    assert "except" not in planner().heard(said, after_list("nosferatu")).slots.roles


# ---- the maker in hand was lost


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("did he make anything funny?", [("moods", "any_of", ["funny"])]),
        ("has he ever made a comedy?", [("genres", "any_of", ["comedy"])]),
        ("has he made anything under 80 minutes?", [("minutes", "<", 80.0)]),
        ("what else did that director do?", [("creator", "any_of", ["F. W. Murnau"])]),
    ],
)
def test_a_makers_other_works_of_a_kind(said: str, more: list[tuple[str, str, object]]) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    made_by = {"attribute": "creator", "op": "any_of", "value": ["F. W. Murnau"]}
    told = [*arguments["filters"], *arguments.get("prefer", [])]
    assert (name, arguments["filters"][0], arguments["exclude"]) == ("recommend", made_by, ["Nosferatu"])
    assert more[0] in [(c["attribute"], c["op"], c["value"]) for c in told]


# ---- a question about those shown was a new list, and a request was a question about the first


@pytest.mark.parametrize(
    "said",
    [
        "what's the funniest of these?",
        "which is the funniest of them?",
        "which one is the funniest?",
        "which is the most funny?",
    ],
)
def test_the_most_of_these_is_looked_for_among_them(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "the-general"))
    assert calls(plan) == [("item_details", {"title": "Nosferatu"}), ("item_details", {"title": "The General"})]


@pytest.mark.parametrize(
    "said",
    [
        "is there a story about the sea as well?",
        "is there another film with ghosts?",
        "is there one about building a railway?",
    ],
)
def test_asking_for_a_work_asks_nothing_of_the_one_in_hand(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, after_details("nosferatu", "nosferatu")))] == ["recommend"]


def test_asking_what_is_in_it_still_asks_of_the_one_in_hand() -> None:
    plan = planner().plan("is there a ship in it?", after_details("nosferatu", "nosferatu"))
    assert calls(plan) == [("item_details", {"title": "Nosferatu"})]


def test_tell_me_more_goes_on_about_the_one_in_hand() -> None:
    plan = planner().plan("tell me more", after_details("nosferatu", "nosferatu", "the-general"))
    assert calls(plan) == [("item_details", {"title": "Nosferatu"})]


@pytest.mark.parametrize("said", ["it was wonderful! more like it", "loved it! More like this please"])
def test_praise_with_a_wish_for_more_like_it_gets_both(said: str) -> None:
    told = calls(planner().plan(said, after_details("nosferatu", "nosferatu", "the-general")))
    assert told == [
        ("remember", {"kind": "like", "titles": ["Nosferatu"]}),
        ("more_like", {"title": "Nosferatu"}),
    ]


# ---- words that only sound like wishes


def test_why_not_a_title_that_is_not_here_names_it_without_the_not() -> None:
    assert calls(planner().plan("why not Rashōmon?", after_list("nosferatu")))[0] == (
        "find_item",
        {"title": "Rashōmon"},
    )


@pytest.mark.parametrize("said", ["what have you noted?", "what have you remembered so far?"])
def test_what_was_noted_is_the_taste_card(said: str) -> None:
    assert calls(planner().plan(said, after_list("nosferatu"))) == [("taste", {})]


def test_what_is_to_be_avoided_leaves_what_was_looked_for() -> None:
    asked = ToolCall(
        name="recommend",
        arguments={
            "text": "ghost stories",
            "prefer": [
                {"attribute": "genres", "op": "any_of", "value": ["horror"]},
                {"attribute": "moods", "op": "any_of", "value": ["serene"]},
            ],
        },
    )
    ledger = Ledger(turns=(turn("any ghost stories?", Plan(calls=(asked,)), shown=("nosferatu", "the-general")),))
    ((_, arguments),) = calls(planner().plan("ok, without ghosts then", ledger))
    assert (arguments["text"], arguments["avoid"]) == ("stories", ["ghosts"])
    assert arguments["prefer"] == [{"attribute": "moods", "op": "any_of", "value": ["serene"]}]


def test_books_in_that_mood_go_on_with_what_was_looked_for() -> None:
    ((_, arguments),) = calls(planner().plan("and books in that mood?", after_list("nosferatu", "metropolis")))
    assert (arguments["text"], arguments["filters"]) == ("scary", [{"attribute": "kind", "op": "=", "value": "book"}])


def test_stuff_is_nothing_to_avoid() -> None:
    assert reader().read("not Lumière stuff").avoid == ("lumiere",)


def test_not_like_that_avoids_nothing() -> None:
    *_, (_, arguments) = calls(
        planner().plan("no not like that, the other one", after_list("nosferatu", "the-general"))
    )
    assert "avoid" not in arguments


@pytest.mark.parametrize("said", ["My book club meets in two weeks, anything good?", "something for our film club"])
def test_a_club_is_not_looked_for(said: str) -> None:
    assert reader().read(said).text == ""


@pytest.mark.parametrize("said", ["same mood as The General", "the same style as The General please"])
def test_the_same_mood_as_a_title_is_more_like_it(said: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_list("nosferatu")))
    assert (name, arguments["title"]) == ("more_like", "The General")


@pytest.mark.parametrize("said", ["which of these would be best to begin with?", "which is best to start with?"])
def test_the_best_to_begin_with_is_picked(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "the-general"))
    assert ([name for name, _ in calls(plan)], plan.aside["picked"]) == (["explain"], True)


@pytest.mark.parametrize("said", ["I saw it, it was rubbish", "it was tedious", "it is unwatchable"])
def test_more_words_of_blame(said: str) -> None:
    told = calls(planner().plan(said, after_details("nosferatu", "nosferatu")))
    assert told[0] == ("remember", {"kind": "dislike", "titles": ["Nosferatu"]})


@pytest.mark.parametrize("who", ["it", "The General"])
def test_what_those_who_like_it_like_is_more_like_it(who: str) -> None:
    told = calls(
        planner().plan(f"what else do people who like {who} like?", after_details("the-general", "the-general"))
    )
    assert [(name, a["title"]) for name, a in told] == [("more_like", "The General")]


def test_similar_behind_a_like_is_similar_to_that_and_of_its_kind() -> None:
    films = [{"attribute": "kind", "op": "=", "value": "film"}]
    asked = ToolCall(name="recommend", arguments={"text": "", "filters": films})
    liked = {"kind": "remembered", "remembered": {"kind": "like", "item_ids": ["the-general"]}}
    turns = (Turn(said="I like it", calls=(asked,), shown=("nosferatu", "metropolis"), results=(liked,)),)
    assert calls(planner().plan("similar please", Ledger(turns=turns))) == [
        ("more_like", {"title": "The General", "filters": films})
    ]


@pytest.mark.parametrize(("said", "k"), [("make it 5", 5), ("make that two please", 2)])
def test_how_many_is_changed(said: str, k: int) -> None:
    ((_, arguments),) = calls(planner().plan(said, after_list("nosferatu", "metropolis")))
    assert (arguments["text"], arguments["k"]) == ("scary", k)


@pytest.mark.parametrize("said", ["the longest first", "newest first", "put the cheapest at the top"])
def test_an_order_is_said_not_to_be_kept(said: str) -> None:
    assert planner().plan(said, after_list("nosferatu", "metropolis")).aside["intent"] == "sorts"


def test_any_with_something_narrows_what_stands() -> None:
    ((_, arguments),) = calls(planner().plan("any with ships?", after_list("nosferatu", "metropolis")))
    assert arguments["text"] == "scary, ships"


def test_so_bad_it_is_good_praises_nothing() -> None:
    plan = planner().plan("haha no, I want something so bad it's good", after_list("nosferatu", "metropolis"))
    assert [(name, a["text"]) for name, a in calls(plan)] == [("recommend", "trashy")]


def test_a_last_question_is_nothing_that_was_seen() -> None:
    plan = planner().plan("ok last question is it on netflix", after_details("nosferatu", "nosferatu"))
    assert "remember" not in [name for name, _ in calls(plan)]


@pytest.mark.parametrize("said", ["what did you base that on?", "based on what?", "what did you take into account?"])
def test_what_it_is_based_on_is_a_why(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, after_list("nosferatu", "metropolis")))] == ["explain"]


@pytest.mark.parametrize("said", ["something we'd both enjoy", "a film we would both love"])
def test_what_both_would_enjoy_is_for_both(said: str) -> None:
    assert [name for name, _ in calls(planner().plan(said, Ledger()))] == ["recommend_together"]


def test_show_me_again_shows_the_same() -> None:
    assert calls(planner().plan("now show me again", after_list("nosferatu"))) == [("recommend", {"text": "scary"})]


def test_what_somebody_else_loves_makes_a_list_for_them_and_is_not_noted() -> None:
    ((name, arguments),) = calls(
        planner().plan("my girlfriend loves Metropolis", after_list("nosferatu", "the-general"))
    )
    assert name == "recommend_together"
    assert [(p["name"], p["liked"]) for p in arguments["people"]] == [("your girlfriend", ["Metropolis"])]
    assert arguments["with_me"] is False


def test_what_somebody_else_likes_of_a_kind_changes_the_list() -> None:
    ((name, arguments),) = calls(planner().plan("my girlfriend loves comedies", after_list("nosferatu", "the-general")))
    (her,) = arguments["people"]
    assert (name, her["name"], [c["value"] for c in her["prefer"]]) == (
        "recommend_together",
        "your girlfriend",
        [["comedy"]],
    )


@pytest.mark.parametrize("said", ["more of his", "another of his please"])
def test_more_of_his_is_by_the_same_maker(said: str) -> None:
    ((_, arguments),) = calls(planner().plan(said, after_details("nosferatu", "nosferatu", "metropolis")))
    assert arguments["filters"] == [{"attribute": "creator", "op": "any_of", "value": ["F. W. Murnau"]}]


@pytest.mark.parametrize(
    ("said", "kind"), [("something in the same mood but a book", "book"), ("films in that style", "film")]
)
def test_the_same_mood_behind_what_was_told_of_one_is_like_that_one(said: str, kind: str) -> None:
    ((name, arguments),) = calls(planner().plan(said, after_details("nosferatu", "nosferatu", "metropolis")))
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")
    assert arguments["filters"] == [{"attribute": "kind", "op": "=", "value": kind}]


def test_the_little_one_is_a_child_and_nothing_shown() -> None:
    said = "no, the little one doesn't like animals being hurt"
    ((_, arguments),) = calls(planner().plan(said, after_list("nosferatu", "the-general")))
    assert (arguments["text"], arguments["avoid"]) == ("scary", ["animals being hurt"])


@pytest.mark.parametrize(
    ("said", "wanted"), [("more like it but shorter", "The General"), ("something like it", "The General")]
)
def test_like_it_behind_a_title_that_was_told_is_like_that_one(said: str, wanted: str) -> None:
    """Not like the first of the list that was made for want of anything else; behind a list that was asked for it is like its first."""
    met = {"kind": "remembered", "remembered": {"kind": "seen", "item_ids": ["the-general"]}}
    filler = ToolCall(name="recommend", arguments={"text": ""})
    shown = ("nosferatu", "metropolis")
    told = Turn(said="I saw The General", calls=(filler,), shown=shown, results=(met,), aside={"intent": "state"})
    asked = Turn(
        said="I saw The General, something sad",
        calls=(filler,),
        shown=shown,
        results=(met,),
        aside={"intent": "state", "wants": True},
    )
    assert planner().plan(said, Ledger(turns=(told,))).calls[0].arguments["title"] == wanted
    assert planner().plan(said, Ledger(turns=(asked,))).calls[0].arguments["title"] == "Nosferatu"


def test_what_cannot_be_gone_by_leaves_the_list_as_it_stands() -> None:
    ((_, arguments),) = calls(planner().plan("under 20 dollars", after_list("nosferatu", "metropolis")))
    assert "exclude" not in arguments
    ((_, again),) = calls(planner().plan("others please", after_list("nosferatu", "metropolis")))
    assert again["exclude"] == ["Nosferatu", "Metropolis"]


# ---- what was left of the conversations before


@pytest.mark.parametrize("said", ["how many did you look at?", "how many films did you choose from?"])
def test_how_many_were_looked_at_is_the_funnel(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    assert (calls(plan), plan.aside["funnel"]) == ([("recommend", {"text": "scary"})], True)


def test_what_is_ruled_out_beside_what_is_demanded_is_needless() -> None:
    ((_, arguments),) = calls(planner().plan("no books please, only films", after_list("nosferatu", "dracula")))
    assert arguments["filters"] == [{"attribute": "kind", "op": "=", "value": "film"}]
    ((_, arguments),) = calls(planner().plan("no books please", after_list("nosferatu", "dracula")))
    assert arguments["filters"] == [{"attribute": "kind", "op": "none_of", "value": ["book"]}]


def test_a_veto_stands_beside_one_of_several_values() -> None:
    bounds = [("genres", "none_of", ["romance"]), ("genres", "=", "comedy")]
    assert not needless(bounds, reader().lexicon.single), "an item has several genres"
    assert not needless([("kind", "none_of", []), ("kind", "=", "film")], {"genres"})


def test_is_there_a_film_with_it_asks_for_one_like_it() -> None:
    plan = planner().plan("is there a film with it?", after_details("dracula", "dracula", "nosferatu"))
    assert calls(plan)[0][0] == "more_like"
    assert calls(planner().plan("is there a ship in it?", after_details("dracula", "dracula")))[0][0] == "item_details"


def test_not_longer_than_that_is_a_bound() -> None:
    ((_, arguments),) = calls(planner().plan("not longer than that", after_details("nosferatu", "nosferatu")))
    assert {"attribute": "minutes", "op": "<", "value": 94.0} in arguments["filters"]


def test_the_next_best_is_the_second() -> None:
    told = calls(planner().plan("and the next best?", after_list("nosferatu", "metropolis")))
    assert told == [("item_details", {"title": "Metropolis"})]


def test_who_wants_to_be_cheered_up_wants_something_joyful() -> None:
    assert any("joyful" in c.value for c in reader().read("I want to be cheered up").prefer)  # type: ignore[operator]


@pytest.mark.parametrize("said", ["which is the best known?", "what's the most famous one?"])
def test_the_best_known_is_the_most_liked(said: str) -> None:
    plan = planner().plan(said, after_list("nosferatu", "metropolis"))
    assert [name for name, _ in calls(plan)] == ["explain", "explain"]
    assert plan.aside["most_liked"]


def test_only_one_asks_why_so_few_and_wants_no_fewer() -> None:
    asked = planner().plan("only one?", after_list("nosferatu"))
    assert (calls(asked), asked.aside["funnel"]) == ([("recommend", {"text": "scary"})], True)
    ((_, arguments),) = calls(planner().plan("only one please", after_list("nosferatu", "dracula")))
    assert arguments["k"] == 1


def test_something_less_famous_goes_farther_from_the_usual() -> None:
    ((_, arguments),) = calls(planner().plan("a film, something less famous", Ledger()))
    assert arguments["explore"] > 0
    assert "avoid" not in arguments


def test_id_like_something_similar_is_like_what_was_told_of() -> None:
    ((name, arguments),) = calls(
        planner().plan("I'd like something similar but shorter", after_details("nosferatu", "nosferatu", "dracula"))
    )
    assert (name, arguments["title"]) == ("more_like", "Nosferatu")
    assert {"attribute": "minutes", "op": "<", "value": 94.0} in arguments["filters"]
