"""Results become sentences that say nothing but what the results hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.phrases import Phrases, plain, quote
from agent.planner.lexicon import Lexicon
from agent.wording import Outcome, Wording
from tests.stand_ins_agent import shop, works
from tools.taste_card import TasteCard, TasteEntry
from tools.toolbox import Facets, Found, ItemDetails
from vouch.types import (
    CitedPassage,
    Filter,
    ForPerson,
    FunnelStep,
    LikedItem,
    MetFilter,
    Note,
    Passage,
    Popularity,
    Preference,
    Query,
    RecList,
    Recommendation,
    Relaxation,
    Taste,
    ToolCall,
)

UNDER_90 = Filter(attribute="minutes", op="<", value=90.0)
GERMAN = Filter(attribute="country", op="=", value="Germany")
FILM = Filter(attribute="kind", op="=", value="film")


def say(result: Any, *, tool: str = "recommend", turn: int = 0, **aside: Any) -> str:
    outcome = Outcome(call=ToolCall(name=tool, arguments={}), result=result)
    return Wording(works()).word((outcome,), aside=aside, turn=turn)


def cited(item_id: str, text: str) -> CitedPassage:
    passage = Passage(passage_id=f"{item_id}/x", item_id=item_id, channel="description", text=text, made_by="file")
    return CitedPassage(passage=passage, similarity=0.5, span=(0, len(text)))


def recommended(*item_ids: str, **reasons: tuple[Any, ...]) -> tuple[Recommendation, ...]:
    by_id = works().by_id
    return tuple(
        Recommendation(
            rank=n, item=by_id[i], score=1.0 / n, parts={"dense": 1.0 / n}, reasons=reasons.get(i.replace("-", "_"), ())
        )
        for n, i in enumerate(item_ids, 1)
    )


def test_a_list_names_every_item_and_quotes_the_first() -> None:
    listed = recommended(
        "nosferatu", "the-general", "dracula", "moby-dick", nosferatu=(cited("nosferatu", "Pale and slow."),)
    )
    text = say(RecList(query=Query(text="dread"), recommendations=listed))
    assert "“dread”" in text
    assert "“Pale and slow.”" in text
    assert all(r.item.title in text for r in listed)


def test_the_same_list_is_worded_the_same_and_another_turn_differently() -> None:
    rec_list = RecList(query=Query(text="dread"), recommendations=recommended("nosferatu", "dracula"))
    assert say(rec_list, turn=1) == say(rec_list, turn=1)
    assert say(rec_list, turn=1) != say(rec_list, turn=2)


def test_what_the_filters_did_is_said() -> None:
    funnel = (
        FunnelStep(label="", before=214, after=69, filter=FILM),
        FunnelStep(label="", before=69, after=12, filter=GERMAN),
        FunnelStep(label="", before=12, after=4, filter=UNDER_90),
        FunnelStep(label="seen or hidden", before=4, after=3),
    )
    query = Query(filters=(FILM, GERMAN, UNDER_90))
    text = say(RecList(query=query, recommendations=recommended("nosferatu"), funnel=funnel))
    assert text.startswith(
        "4 of the 214 works here are films from Germany, under 90 minutes; I leave out 1 that you have met."
    )


def test_nothing_found_names_the_smallest_changes() -> None:
    changes = (
        Relaxation(filter=UNDER_90, instead=Filter(attribute="minutes", op="<=", value=94.0), count=1),
        Relaxation(filter=GERMAN, instead=None, count=3),
    )
    note = Note(kind="over_constrained", text="Nothing meets that.", relaxations=changes)
    text = say(RecList(query=Query(filters=(FILM, GERMAN, UNDER_90)), notes=(note,)))
    assert text == (
        "I have no films from Germany, under 90 minutes. The smallest changes that would help: "
        "if it may be at most 94 minutes, one would fit; leaving aside “from Germany”, 3 would fit."
    )


def test_a_preference_for_what_is_not_recorded_is_not_told_as_missed() -> None:
    longer = Filter(attribute="minutes", op=">=", value=51.0)
    note = Note(kind="preferred", text="Nothing that is left is longer.", wishes=(longer,))

    def told(item_id: str) -> str:
        return say(RecList(query=Query(prefer=(longer,)), recommendations=recommended(item_id), notes=(note,)))

    assert "None of what is left is at least 51 minutes" in told("nosferatu")
    assert "“minutes” is not recorded for what is left" in told("moby-dick")


def test_why_quotes_and_counts_the_shares() -> None:
    reasons = (
        cited("nosferatu", "Shadows do the frightening here."),
        LikedItem(item_id="metropolis", title="Metropolis", contribution=0.4, share=0.8),
        LikedItem(item_id="dracula", title="Dracula", contribution=-0.1, share=-0.2),
        Popularity(people=51, place=20),
    )
    rec_list = RecList(query=Query(text="scary"), recommendations=recommended("nosferatu", nosferatu=reasons))
    text = say(rec_list, tool="explain")
    assert "“Shadows do the frightening here.”" in text
    assert "Metropolis (80%); against it speaks Dracula (-20%)" in text
    assert "It is liked by 51 people here, which makes it number 20 of all." in text


def test_an_item_that_was_asked_for_is_not_called_liked() -> None:
    likeness = (LikedItem(item_id="dracula", title="Dracula", contribution=1.0, share=1.0),)
    query = Query(like_item="dracula")
    assert "you like" not in say(RecList(query=query, recommendations=recommended("nosferatu", nosferatu=likeness)))
    assert "because you like Dracula" in say(
        RecList(query=Query(), recommendations=recommended("nosferatu", nosferatu=likeness))
    )
    mums = Query(tastes=(Taste(user_id="", liked=(Preference(item_id="dracula"),), label="your mum"),))
    hers = (ForPerson(label="your mum", place=None, liked=likeness),)
    said = say(RecList(query=mums, recommendations=recommended("nosferatu", nosferatu=hers)))
    assert said.startswith("For your mum. Nosferatu")
    assert "for your mum it goes with Dracula, which they like" in said
    assert "you like" not in said


@pytest.mark.parametrize(
    ("aspect", "answer"),
    [
        ({"kind": "fact", "attributes": ["creator"], "words": ["people"]}, "Nosferatu is by F. W. Murnau."),
        ({"kind": "fact", "attributes": ["year"], "words": ["year"]}, "Nosferatu is from 1922."),
        (
            {"kind": "fact", "attributes": [], "words": ["price"]},
            "Nosferatu: its price is not recorded in this collection.",
        ),
        ({"kind": "passage", "words": ["umbrella"]}, "Nothing that I have on Nosferatu speaks of “umbrella”."),
    ],
)
def test_a_fact_is_answered_from_the_item(aspect: dict[str, Any], answer: str) -> None:
    details = ItemDetails(item=works().by_id["nosferatu"], passages=works().passages_of("nosferatu"))
    assert say(details, tool="item_details", intent="details", aspect=aspect) == answer


def test_a_title_that_is_not_here_is_never_described() -> None:
    text = say(Found(asked="Inception", items=()), tool="find_item", intent="absent", roles=["topic"])
    assert text.startswith("There is no “Inception” in this collection.")


def test_a_close_title_is_offered() -> None:
    found = Found(asked="Metroplis", items=(), close_titles=("Metropolis",))
    text = say(found, tool="find_item", intent="absent", offer=["metropolis"], roles=["like"])
    assert text == "There is no “Metroplis” in this collection. Did you mean Metropolis?"


def test_what_is_known_of_a_person_is_told() -> None:
    card = TasteCard(
        entries=(
            TasteEntry(kind="like", title="Dracula", item_id="dracula", source="I loved Dracula", pinned=True),
            TasteEntry(kind="dislike", title="Faust", item_id="faust", source="click"),
            TasteEntry(kind="never", title="", filter=GERMAN, source="never anything German"),
        )
    )
    text = say(card, tool="taste", intent="taste")
    assert "you like Dracula (pinned; you said “I loved Dracula”); you do not care for Faust (a click)." in text
    assert "For every list: from Germany (you said “never anything German”)." in text


def test_a_wish_that_the_catalogue_does_not_record_is_admitted() -> None:
    text = say(RecList(query=Query(text="x"), recommendations=recommended("nosferatu")), unknown=["price"])
    assert "The price is not recorded in this collection" in text


def test_an_error_of_a_tool_is_said_in_its_own_words() -> None:
    outcome = Outcome(call=ToolCall(name="recommend", arguments={}), error="There is no attribute “colour”.")
    assert Wording(works()).word((outcome,), aside={}, turn=0) == "There is no attribute “colour”."


def test_facets_can_be_counted() -> None:
    facets = Facets(items=len(works().items), attributes=works().schema.attributes)
    text = say(facets, tool="facets", counted=True, filters=[{"attribute": "kind", "op": "=", "value": "film"}])
    assert text.endswith("works here are films.")


def test_catalogue_text_is_cleaned_before_it_is_shown() -> None:
    assert plain("<b>Bold</b> [link](http://x) \u202etext\u0000 **x**") == "Bold link text x"
    assert quote("one " * 60).count("one") == 25
    assert quote("He said “no”.") == "“He said ‘no’.”"


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ((FILM, GERMAN, UNDER_90), "films from Germany, under 90 minutes"),
        (
            (
                Filter(
                    attribute="country",
                    op="none_of",
                    value=("Italy", "Spain", "France", "Peru", "Chile", "Cuba", "Mali"),
                ),
            ),
            "works not from Italy, Spain, France or 4 others",
        ),
        ((Filter(attribute="genres", op="none_of", value=("horror",)),), "works not listed as horror"),
        ((Filter(attribute="country", op="=", value="United States"),), "works from the United States"),
        (
            (Filter(attribute="year", op=">=", value=1920.0), Filter(attribute="year", op="<=", value=1929.0)),
            "works from 1920 to 1929",
        ),
        ((Filter(attribute="pages", op="<", value=200.0),), "works under 200 pages"),
        ((Filter(attribute="genres", op="any_of", value=("waltz",)),), "works listed as waltz"),
        ((FILM, Filter(attribute="genres", op="any_of", value=("horror",))), "horror films"),
    ],
)
def test_filters_are_said_without_machine_words(filters: tuple[Filter, ...], words: str) -> None:
    assert Phrases(works(), Lexicon(works().schema)).understood(filters) == words


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ((Filter(attribute="Price", op="<", value=120.0),), "cost under 120"),
        ((Filter(attribute="Type", op="=", value="Footwear"),), "are footwear"),
        (
            (Filter(attribute="Type", op="=", value="Footwear"), Filter(attribute="Price", op="<", value=94.99)),
            "are footwear priced under 94.99",
        ),
        ((Filter(attribute="Type", op="=", value="Climbing"),), "are listed under “Climbing”"),
    ],
)
def test_conditions_end_a_sentence_naturally(filters: tuple[Filter, ...], words: str) -> None:
    assert Phrases(shop(), Lexicon(shop().schema)).are(filters, 44) == words


def test_a_greeting_counts_what_is_here_in_everyday_words() -> None:
    text = Wording(works()).word((), aside={"intent": "greeting"}, turn=0)
    assert "82 books, 69 films, 54 pieces of music and 10 prints" in text
    assert "10 items, most of them" in Wording(shop()).word((), aside={"intent": "greeting"}, turn=0)


def test_why_names_what_was_asked_for_and_no_quote_that_has_nothing_to_do_with_it() -> None:
    scary = Filter(attribute="genres", op="any_of", value=("horror",))
    eerie = Filter(attribute="moods", op="any_of", value=("eerie",))
    weak = cited("nosferatu", "Bring a friend and a sandwich.")
    reasons = (
        replace(weak, similarity=0.2),
        MetFilter(filter=scary, value=("horror", "gothic")),
        MetFilter(filter=eerie, value=("eerie",)),
        Popularity(people=40, place=44, simulated=True),
    )
    query = Query(text="scary", prefer=(scary, eerie))
    text = say(RecList(query=query, recommendations=recommended("nosferatu", nosferatu=reasons)), tool="explain")
    assert "It is what you asked for: listed as horror and eerie." in text
    assert "sandwich" not in text
    assert "40 simulated members" in text


def test_what_a_small_model_sees_is_said_as_a_guess() -> None:
    phrases = Phrases(works(), Lexicon(works().schema))
    assert phrases.seen("backpack 85 %, mail bag 6 %") == (
        "its picture shows “backpack”, as far as a small model can tell (85 %)"
    )
    assert (
        phrases.seen("perhaps drilling rig 12 %, missile 5 %") == "its picture may show “drilling rig” (a guess, 12 %)"
    )


def test_a_superlative_names_the_item_where_it_is_shown() -> None:
    rec_list = RecList(query=Query(text="ghosts"), recommendations=recommended("nosferatu", "dracula"))
    most = {"attribute": "year", "op": "<=", "item": "dracula", "said": ""}
    assert "The oldest is Dracula (1897)." in say(rec_list, most=most)
    assert "The oldest" not in say(rec_list, most=most | {"item": "moby-dick"})


def test_a_long_quote_ends_behind_a_clause() -> None:
    text = "Ice, dogs, a kayak from which an astonishing number of people climb out, and the building of a snow house with a window of clear ice and more"
    assert quote(text) == "“Ice, dogs, a kayak from which an astonishing number of people climb out …”"


def test_the_tighter_of_two_bounds_is_said_and_never_between() -> None:
    bounds = (Filter(attribute="minutes", op="<", value=10.0), Filter(attribute="minutes", op="<", value=5.0))
    assert "between" not in Phrases(works(), Lexicon(works().schema)).understood(bounds)


def test_the_most_liked_of_those_shown_is_told_with_how_many_like_it() -> None:
    loved = {"nosferatu": (Popularity(people=3, place=9),), "dracula": (Popularity(people=7, place=2),)}
    outcomes = tuple(
        Outcome(
            call=ToolCall(name="explain", arguments={}),
            result=RecList(query=Query(), recommendations=recommended(one, **loved)),
        )
        for one in ("nosferatu", "dracula", "moby-dick")
    )
    said = Wording(works()).word(outcomes, aside={"intent": "why", "most_liked": True}, turn=0)
    assert said == "Of those shown it is Dracula, liked by 7 people here."
    unknown = Wording(works()).word(outcomes[2:], aside={"intent": "why", "most_liked": True}, turn=0)
    assert unknown == "I do not know how many people like these."


def test_of_those_shown_only_what_was_asked_for_is_told() -> None:
    by_id = works().by_id
    outcomes = tuple(
        Outcome(call=ToolCall(name="item_details", arguments={}), result=ItemDetails(item=by_id[i], passages=()))
        for i in ("the-kid", "nosferatu")
    )
    aspect = {"kind": "value", "attributes": ["moods", "genres"], "words": ["funny", "comedy"], "value": "funny"}
    said = Wording(works()).word(outcomes, aside={"intent": "details", "aspect": aspect}, turn=0)
    assert said == "Of those 2, this fits “funny”: The Kid (funny and comedy)"


@pytest.mark.parametrize(
    ("aside", "said"),
    [
        (
            {"intent": "not_described", "said": "the **rabbit**"},
            "Nothing that I have on those shown last speaks of “the rabbit”.",
        ),
        ({"intent": "accept", "saves": True}, "I keep no list for later"),
        ({"intent": "accept"}, "Good. Tell me what you thought of it"),
        ({"intent": "lives"}, "Nothing of people’s lives is recorded here, only what they made."),
    ],
)
def test_what_is_not_there_and_what_is_not_kept_is_said(aside: dict[str, Any], said: str) -> None:
    assert Wording(works()).word([], aside=aside, turn=0).startswith(said)


def test_what_a_maker_made_follows_what_is_not_known_of_them() -> None:
    rec_list = RecList(query=Query(), recommendations=recommended("nosferatu"))
    assert say(rec_list, intent="lives").startswith("Nothing of people’s lives is recorded here, only what they made. ")
    assert "people’s lives" not in say(rec_list)
    assert Wording(shop()).word([], aside={"intent": "lives"}, turn=0) == "Nothing of people’s lives is recorded here."
