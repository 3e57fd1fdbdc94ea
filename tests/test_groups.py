"""Several people together: nobody's veto is broken, the worst off count, each has a reason. And a wildcard, called that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.group_words import GroupWords
from agent.ledger import Ledger
from agent.phrases import Phrases
from agent.planner.lexicon import Lexicon
from agent.wording import Outcome, Wording
from retrieval.groups import together
from retrieval.ranking import Scored
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive
from retrieval.scorers.like_counts import LikeCounts
from retrieval.wildcards import WILDCARD, candidates, with_wildcard
from tests.stand_ins_agent import planner, turn, works
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from tools.toolbox import Toolbox
from vouch.types import Candidate, Filter, ForPerson, Preference, Query, RecList, StandingPreference, Taste, ToolCall

CATALOGUE = small_catalogue()
RECOMMENDER = Recommender(
    catalogue=CATALOGUE,
    store=ListStore(two_camps()),
    fitted=Fitted(
        version="", like_counts=LikeCounts.of(CATALOGUE, two_camps()), model=fit_adaptive(two_camps(), CATALOGUE)
    ),
    content=small_content(CATALOGUE, HashEmbedder()),
)
NO_HORROR = Filter(attribute="genres", op="none_of", value=("horror",))


def person(label: str, *liked: str, never: Filter | None = None, prefer: Filter | None = None) -> Taste:
    held = [StandingPreference(filter=f, hard=f is never) for f in (never, prefer) if f is not None]
    return Taste(user_id=label, label=label, liked=tuple(Preference(item_id=i) for i in liked), standing=tuple(held))


def listed(*people: Taste, k: int = 8, **more: Any) -> RecList:
    return RECOMMENDER.recommend(Query(tastes=people, k=k, **more))


def ids(rec_list: RecList) -> list[str]:
    return [r.item.item_id for r in rec_list.recommendations]


def scored(item_id: str, score: float) -> Scored:
    return Scored(Candidate(item_id=item_id, ranks={"dense": 1}, scores={}), {"dense": score})


LISTS = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 5), min_size=1, max_size=6), min_size=2, max_size=4
)


@given(LISTS)
def test_least_misery_is_the_least_share_and_average_the_mean(given_lists: list[dict[str, float]]) -> None:
    lists = [sorted((scored(i, s) for i, s in own.items()), key=lambda one: -one.score) for own in given_lists]
    shares = [{i: s / max(own.values()) for i, s in own.items()} for own in given_lists]
    for how, expected in (("least_misery", min), ("average", lambda own: sum(own) / len(own))):
        for one in together(lists, how):  # type: ignore[arg-type]
            assert one.score == pytest.approx(expected([own.get(one.item_id, 0.0) for own in shares]))
            assert one.score == pytest.approx(sum(one.parts.values()))


def test_a_veto_of_one_holds_for_all() -> None:
    rec_list = listed(person("you", "nosferatu"), person("your sister", never=NO_HORROR))
    assert rec_list.recommendations
    assert not any("horror" in r.item.attributes.get("genres", ()) for r in rec_list.recommendations)  # type: ignore[operator]
    assert NO_HORROR in {step.filter for step in rec_list.funnel}


def test_what_one_has_met_or_hides_is_for_nobody() -> None:
    hides = replace(person("your sister", "general"), hidden=(Preference(item_id="jr"),))
    assert not {"nosferatu", "general", "jr"} & set(ids(listed(person("you", "nosferatu"), hides)))


def test_a_wish_of_one_counts_only_in_their_own_list() -> None:
    books = Filter(attribute="kind", op="=", value="book")
    rec_list = listed(person("you", "general"), person("your brother", prefer=books))
    assert rec_list.query.prefer == ()
    (own,) = [
        r for r in rec_list.recommendations[ids(rec_list).index("whale")].reasons if isinstance(r, ForPerson) and r.met
    ]
    assert (own.label, own.met[0].filter) == ("your brother", books)


def test_each_person_has_a_reason_with_their_own_like() -> None:
    rec_list = listed(person("you", "nosferatu"), person("your sister", "general"))
    for recommendation in rec_list.recommendations:
        people = [r for r in recommendation.reasons if isinstance(r, ForPerson)]
        assert [r.label for r in people] == ["you", "your sister"]
        assert {one.item_id for one in people[0].liked} <= {"nosferatu"}
        assert {one.item_id for one in people[1].liked} <= {"general"}
        assert not any(r.kind == "liked_item" for r in recommendation.reasons), "a like without whose it is"


def test_the_worst_off_decide_unless_the_average_is_asked_for() -> None:
    people = (person("you", "nosferatu"), person("her", "nosferatu"), person("him", "general"))
    least, average = (listed(*people, together=how) for how in ("least_misery", "average"))
    worst = [
        max(r.place or 99 for r in one.recommendations[0].reasons if isinstance(r, ForPerson))
        for one in (least, average)
    ]
    assert ids(least) != ids(average)
    assert worst[0] <= worst[1]


def test_of_whom_nothing_is_known_the_list_says_so_and_goes_by_the_others() -> None:
    rec_list = listed(person("you", "nosferatu"), person("your kids"))
    assert [n.text for n in rec_list.notes if n.kind == "unknown_person"] == [
        "No title is known yet that your kids would like, so this goes by the others."
    ]
    assert ids(rec_list) == ids(listed(person("you", "nosferatu")))


def test_a_list_for_somebody_else_alone_says_for_whom_it_is() -> None:
    words = GroupWords(Phrases(CATALOGUE, Lexicon(CATALOGUE.schema)))
    assert words.opening(listed(person("your nephew", "nosferatu"))) == "For your nephew."
    assert words.opening(listed(person("you", "nosferatu"))) == words.opening(listed(person("", "nosferatu"))) == ""


# The wildcard.


def test_a_wildcard_is_the_last_and_the_least_alike() -> None:
    chosen = tuple(scored(i, 1 - n / 10) for n, i in enumerate("abc"))
    others = tuple(scored(i, 0.3) for i in "xyz")
    likeness = np.array([[0.5, 0.1], [0.2, 0.2], [0.9, 0.0]])
    made = with_wildcard(chosen, others, likeness)
    assert [one.item_id for one in made] == ["a", "b", "y"]
    assert [WILDCARD in one.candidate.ranks for one in made] == [False, False, True]


def test_without_another_item_there_is_no_wildcard() -> None:
    chosen = (scored("a", 1.0), scored("b", 0.5))
    assert with_wildcard(chosen, candidates(chosen, chosen), np.zeros((0, 0))) == chosen


def test_only_a_surprise_has_a_wildcard_and_it_breaks_no_filter() -> None:
    film = Filter(attribute="kind", op="=", value="film")
    plain = listed(person("you", "dracula"), k=2)
    wild = listed(person("you", "dracula"), k=2, explore=0.5)
    filtered = listed(person("you", "dracula"), k=2, explore=0.5, filters=(film,))
    assert [r.wildcard for r in plain.recommendations] == [False, False]
    assert [r.wildcard for r in wild.recommendations] == [False, True]
    assert {r.item.attributes["kind"] for r in filtered.recommendations} == {"film"}


# In words.


def call(said: str, ledger: Ledger | None = None) -> tuple[str, dict[str, Any]]:
    made = planner().plan(said, ledger or Ledger()).calls[-1]
    return made.name, dict(made.arguments)


def horror_free(arguments: dict[str, Any]) -> bool:
    return bool(arguments["people"][0]["never"] == [{"attribute": "genres", "op": "none_of", "value": ["horror"]}])


@pytest.mark.parametrize(
    "said",
    [
        "a film for me and my sister who hates horror",
        "for me and my sister, she can't stand horror",
        "something funny for me and my sister who doesn't like horror",
    ],
)
def test_somebody_elses_dislike_is_a_veto_of_theirs(said: str) -> None:
    name, arguments = call(said)
    assert (name, arguments["people"][0]["name"]) == ("recommend_together", "your sister")
    assert horror_free(arguments)


def test_several_verdicts_on_one_person_are_kept_apart() -> None:
    _, arguments = call("for me and my brother who hates horror and loves The General")
    assert horror_free(arguments)
    assert arguments["people"][0]["liked"] == ["The General"]


def test_what_both_say_of_themselves_counts_for_each() -> None:
    plan = planner().plan("for me and my sister, she loves comedies and I love horror", Ledger())
    (listing,) = plan.calls
    people: Any = listing.arguments["people"]
    assert [(p["name"], [c["value"] for c in p["prefer"]]) for p in people] == [
        ("your sister", [["comedy"]]),
        ("you", [["horror"]]),
    ]
    toolbox = Toolbox(recommender=RECOMMENDER, person="me")
    wish = {"attribute": "genres", "op": "any_of", "value": ["horror"]}
    said: Any = {"liked": ["Dracula"], "disliked": [], "never": [], "prefer": [wish]}
    both: Any = [{**said, "name": "her", "liked": []}, {**said, "name": "you"}]
    mine, hers = toolbox.recommend_together(both).query.tastes
    assert (mine.user_id, mine.label, [p.item_id for p in mine.liked]) == ("me", "you", ["dracula"])
    assert [one.filter.value for one in mine.standing] == [("horror",)]
    assert (hers.label, hers.liked) == ("her", ())


def test_who_the_people_are_can_be_said_behind_their_list() -> None:
    first = planner().plan("we are three people with different tastes", Ledger())
    ledger = Ledger(turns=(turn("we are three people", first, shown=("nosferatu", "metropolis")),))
    (listing,) = planner().plan("one loves horror, one loves comedies", ledger).calls
    people: Any = listing.arguments["people"]
    assert (listing.name, [[c["value"] for c in p["prefer"]] for p in people]) == (
        "recommend_together",
        [[["horror"]], [["comedy"]]],
    )


def test_something_for_me_behind_a_list_for_somebody_else_begins_anew() -> None:
    first = planner().plan("a horror film for my sister who hates comedies", Ledger())
    ledger = Ledger(turns=(turn("a horror film for my sister", first, shown=("nosferatu",)),))
    (listing,) = planner().plan("something calm for me, music maybe", ledger).calls
    assert (listing.name, [c["value"] for c in listing.arguments["filters"]]) == ("recommend", ["music"])  # type: ignore[attr-defined]
    (both,) = planner().plan("something for me and my sister", ledger).calls
    assert both.name == "recommend_together"


def test_people_without_names_are_told_apart() -> None:
    _, arguments = call("we are three: one loves Metropolis, one hates Faust, the other likes comedies")
    assert [(p["name"], p["liked"], p["disliked"]) for p in arguments["people"]] == [
        ("one of you", ["Metropolis"], []),
        ("another of you", [], ["Faust"]),
        ("the third of you", [], []),
    ]
    assert arguments["with_me"] is False


def test_what_one_says_of_oneself_is_remembered_and_of_others_is_not() -> None:
    plan = planner().plan(
        "my wife and I want a film under 90 minutes, she loves Nosferatu but I hate romance", Ledger()
    )
    remembered, listing = plan.calls
    assert (remembered.name, remembered.arguments["kind"]) == ("remember_condition", "never_break")
    assert listing.arguments["people"][0]["liked"] == ["Nosferatu"]  # type: ignore[index]
    assert {"attribute": "minutes", "op": "<", "value": 90.0} in listing.arguments["filters"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("said", "theirs", "mine"),
    [
        ("my boyfriend and I can't agree: he wants a western, I want a comedy", "western", "comedy"),
        ("my wife wants a comedy and I want a thriller", "comedy", "thriller"),
        ("I'd like a comedy but my husband would prefer a western", "western", "comedy"),
        ("something for me and my sister, she wants a comedy, I'd prefer a thriller", "comedy", "thriller"),
    ],
)
def test_what_each_wants_is_asked_of_nobody_else(said: str, theirs: str, mine: str) -> None:
    name, arguments = call(said)
    wishes = {p["name"]: [v for c in p["prefer"] for v in c["value"]] for p in arguments["people"]}
    assert name == "recommend_together"
    assert sorted(wishes.values()) == sorted([[theirs], [mine]])
    assert wishes["you"] == [mine]
    assert "filters" not in arguments


def test_what_both_want_is_asked_for_once() -> None:
    _, arguments = call("my wife and I want a comedy, she loves Nosferatu")
    assert [(p["name"], p["liked"], p["prefer"]) for p in arguments["people"]] == [("your wife", ["Nosferatu"], [])]
    assert [c["value"] for c in arguments["filters"]] == [["comedy"]]


def test_a_change_of_the_list_keeps_the_people() -> None:
    first = planner().plan("a film for me and my sister who hates horror", Ledger())
    name, arguments = call("something shorter", Ledger(turns=(turn("x", first, shown=("the-general", "metropolis")),)))
    assert name == "recommend_together"
    assert horror_free(arguments)


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("surprise me", []),
        ("surprise me with a book", ["book"]),
        ("something unexpected, please", []),
        ("give me a wildcard", []),
    ],
)
def test_a_surprise_explores(said: str, kinds: list[str]) -> None:
    name, arguments = call(said)
    assert (name, arguments["text"], arguments["explore"]) == ("recommend", "", 0.5)
    assert [f["value"] for f in arguments.get("filters", [])] == kinds


def test_a_surprise_party_is_no_surprise() -> None:
    assert "explore" not in call("a surprise party in a castle")[1]


@pytest.fixture(scope="module")
def toolbox() -> Toolbox:
    known = works()
    return Toolbox(
        recommender=Recommender(catalogue=known, store=ListStore(), content=small_content(known, HashEmbedder()))
    )


def test_the_words_say_for_whom_and_why_for_each(toolbox: Toolbox) -> None:
    plan = planner().plan("a film for me and my sister who loves The General and hates horror", Ledger())
    toolbox.remember("like", ["Metropolis"])
    arguments = dict(plan.calls[-1].arguments)
    result = toolbox.recommend_together(**arguments)  # type: ignore[arg-type]
    made = ToolCall(name="recommend_together", arguments=arguments)
    text = Wording(works()).word([Outcome(call=made, result=result)], aside=plan.aside, turn=0)
    assert text.startswith("For you and your sister together, going by whoever would like it least.")
    assert "for you it goes with Metropolis, which you like" in text
    assert "for your sister it goes with The General, which they like" in text


def test_the_words_call_a_wildcard_a_wildcard(toolbox: Toolbox) -> None:
    result = toolbox.for_person("stranger:w").recommend("a castle", explore=0.5)
    made = ToolCall(name="recommend", arguments={})
    text = Wording(works()).word([Outcome(call=made, result=result)], aside={}, turn=0)
    wild = result.recommendations[-1]
    assert wild.wildcard
    assert f"And a wildcard, taken in because it is unlike the rest: {wild.item.title}" in text
    assert text.count(wild.item.title) == 1


def test_two_tastes_in_one_sentence_are_two_people_and_both_of_us_means_them_again() -> None:
    first = planner("films").plan("my girlfriend loves comedies and I like sci-fi", Ledger())
    assert first.calls[-1].name == "recommend_together"
    assert [p["name"] for p in first.calls[-1].arguments["people"]] == ["your girlfriend", "you"]  # type: ignore[attr-defined]
    ledger = Ledger(turns=(turn("my girlfriend loves comedies and I like sci-fi", first, shown=("1", "2")),))
    again = planner("films").plan("one for both of us", ledger)
    assert again.calls[-1].arguments["people"] == first.calls[-1].arguments["people"]
    alone = planner("films").plan("something for both of us", Ledger())
    assert [p["name"] for p in alone.calls[-1].arguments["people"]] == ["the other of you"]  # type: ignore[attr-defined]


def test_what_we_loved_is_said_of_everybody_and_the_others_stay() -> None:
    said = "a film for me and my sister who hates horror"
    first = planner().plan(said, Ledger())
    plan = planner().plan(
        "something we both like: we loved Metropolis", Ledger(turns=(turn(said, first, shown=("wings",)),))
    )
    remembered, listing = plan.calls
    assert remembered.arguments == {"kind": "like", "titles": ["Metropolis"]}
    people: Any = listing.arguments["people"]
    (sister,) = people
    assert (sister["name"], sister["liked"]) == ("your sister", ["Metropolis"])
    assert sister["never"]


def test_of_somebody_else_alone_a_like_has_whose_it_is() -> None:
    """On a card it was “because you liked” what somebody else likes."""
    theirs = listed(person("your nephew", "nosferatu"))
    told = [r for one in theirs.recommendations for r in one.reasons]
    assert not any(r.kind == "liked_item" for r in told)
    people = [r for r in told if isinstance(r, ForPerson)]
    assert {r.label for r in people} == {"your nephew"}
    assert {one.item_id for r in people for one in r.liked} == {"nosferatu"}
    mine = listed(person("you", "nosferatu"))
    assert any(r.kind == "liked_item" for one in mine.recommendations for r in one.reasons)
