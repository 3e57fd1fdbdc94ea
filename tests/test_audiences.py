"""For whom the lists of a conversation are: kept from request to request, told more of, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.conversation import Conversation
from agent.ledger import Ledger
from agent.planner.media_requests import plan_with_media
from agent.planner.questions import aspect_of
from agent.planner.slots import SlotReader
from agent.planner.words import read_message
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.like_counts import LikeCounts
from tests.stand_ins_agent import after_list, catalogue_of, planner, reader, talk, turn, works
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_content
from tools.arguments import Company
from tools.toolbox import Toolbox
from vouch.types import Filter, Interaction, Query, Reply, StandingPreference, Taste


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return talk(tmp_path)


def said(conversation: Conversation, *messages: str) -> Reply:
    """The reply to the last of the messages."""
    return [conversation.reply(message, conversation_id="a") for message in messages][-1]


def called(reply: Reply) -> tuple[str, dict[str, Any]]:
    return reply.plan[-1].name, dict(reply.plan[-1].arguments)


def people(reply: Reply) -> list[str]:
    return [person["name"] for person in called(reply)[1].get("people", ())]


def titles(reply: Reply) -> list[str]:
    return [r.item.title for r in reply.rec_list.recommendations]


# ---- whose list it is


@pytest.mark.parametrize(
    ("message", "whose"),
    [
        ("a western for my uncle", "your uncle"),
        ("something calm for my gran's birthday", "your gran"),
        ("for my kids: a story for bedtime", "your kids"),
        ("a book for my seven-year-old", "the child"),
        ("what would my mum enjoy?", "your mum"),
        ("my dad likes trains and westerns, what can I give him?", "your dad"),
    ],
)
def test_a_list_for_somebody_is_theirs_alone(conversation: Conversation, message: str, whose: str) -> None:
    reply = said(conversation, "I loved Nosferatu", message)
    name, arguments = called(reply)
    assert (name, people(reply), arguments["with_me"]) == ("recommend_together", [whose], False)
    assert reply.text.startswith(f"For {whose}.")
    assert "because you like" not in reply.text, "their list goes by what I like"


@pytest.mark.parametrize("next_one", ["a film, and please not too long", "something else", "ghosts", "a book for him"])
def test_it_stays_theirs_when_a_request_begins_anew(conversation: Conversation, next_one: str) -> None:
    assert people(said(conversation, "a western for my uncle", next_one)) == ["your uncle"]


@pytest.mark.parametrize(
    ("next_one", "whose"),
    [
        ("now for me: something with ghosts", []),
        ("just for myself: a war film", []),
        ("and something for my sister", ["your sister"]),
        ("my taste is different: I love slapstick", []),
    ],
)
def test_until_somebody_else_is_named_or_one_speaks_of_oneself(
    conversation: Conversation, next_one: str, whose: list[str]
) -> None:
    assert people(said(conversation, "a western for my uncle", next_one)) == whose


def test_what_i_like_is_noted_and_moves_nothing_of_their_list(conversation: Conversation) -> None:
    reply = said(conversation, "a western for my uncle", "I loved Metropolis, by the way")
    assert reply.text.startswith("Noted: you like Metropolis. For your uncle.")
    assert called(reply)[1]["people"][0]["liked"] == []
    assert "falls from" not in said(conversation, "something eerie for my uncle", "I hate horror").text


def test_a_request_for_oneself_still_knows_what_it_is_like(conversation: Conversation) -> None:
    reply = said(conversation, "a western for my uncle", "now for me: something like Frankenstein")
    assert called(reply) == ("more_like", {"title": "Frankenstein"})


def test_what_i_like_behind_a_list_for_both_of_us_is_mine_and_the_list_stays_ours(conversation: Conversation) -> None:
    reply = said(conversation, "a film for me and my sister who hates horror", "I loved The Kid")
    assert [call.name for call in reply.plan] == ["remember", "recommend_together"]
    (sister,) = called(reply)[1]["people"]
    assert sister["liked"] == []
    both = said(conversation, "we both loved Sunrise: A Song of Two Humans")
    (sister,) = called(both)[1]["people"]
    assert sister["liked"] == ["Sunrise: A Song of Two Humans"]


def test_something_for_us_is_still_for_both_of_us_and_ends_a_list_for_others(conversation: Conversation) -> None:
    both = said(conversation, "a film for me and my sister who hates horror", "and something for us to read")
    assert people(both) == ["your sister"]
    assert people(said(conversation, "a western for my uncle", "and something for us to read")) == []


def test_what_i_never_want_is_remembered_behind_their_list_too(conversation: Conversation) -> None:
    reply = said(conversation, "a film for my uncle", "I hate horror")
    assert reply.plan[0].name == "remember_condition"
    assert [one.hard for one in conversation.toolbox.recommender.taste("stranger:a").standing] == [True]


def test_a_surprise_and_a_file_keep_what_else_was_asked_and_are_for_me(conversation: Conversation) -> None:
    """Behind somebody else's list they lost the book."""
    book = {"attribute": "kind", "op": "=", "value": "book"}
    name, arguments = called(said(conversation, "a western for my uncle", "surprise me with a book"))
    assert (name, "people" in arguments) == ("recommend", False)
    assert book in arguments["filters"]
    assert arguments["explore"] > 0
    made = plan_with_media("a book like this for my uncle", ["a.png"], lambda left: planner().plan(left, Ledger()))
    assert (made.calls[-1].name, made.calls[-1].arguments["filters"]) == ("recommend", [book])
    assert made.calls[-1].arguments["media"] == ["a.png"]


def test_that_only_titles_are_known_is_said_of_their_list_too(tmp_path: Path) -> None:
    films = talk(tmp_path, catalogue="films")
    for message in ("something with ships for my uncle", "he likes trains"):
        reply = films.reply(message, conversation_id="a")
        assert reply.text.startswith("For your uncle.")
        assert "in titles alone" in reply.text
    films.close()


# ---- a child


@pytest.mark.parametrize(
    "first", ["We have a family evening, grandma to a six-year-old", "for my kids: a story for bedtime"]
)
@pytest.mark.parametrize(
    "next_one", ["a film, and please not too long", "a scary story", "something like the first one", "another by her?"]
)
def test_what_is_for_a_child_is_still_for_the_child(conversation: Conversation, first: str, next_one: str) -> None:
    reply = said(conversation, first, next_one)
    assert {"attribute": "genres", "op": "any_of", "value": ["children's"]} in called(reply)[1]["filters"]
    assert all("children's" in r.item.attributes["genres"] for r in reply.rec_list.recommendations)  # type: ignore[operator]


@pytest.mark.parametrize(
    "next_one",
    [
        "something for us grown-ups afterwards",
        "now for me: a horror film",
        "and a thriller for my husband",
        "a thriller, but nothing for children",
        "forget the children's",
    ],
)
def test_until_it_is_for_others_or_that_is_taken_back(conversation: Conversation, next_one: str) -> None:
    reply = said(conversation, "a book for my seven-year-old", next_one)
    wanted = [c for c in called(reply)[1].get("filters", ()) if c["op"] == "any_of"]
    assert not any("children's" in c["value"] for c in wanted)
    assert reply.rec_list.recommendations


def test_grown_ups_are_no_country(conversation: Conversation) -> None:
    assert "United States" not in str(said(conversation, "something for us").plan)
    assert "United States" in str(said(conversation, "films from the US").plan)


# ---- what is told of them


def test_what_they_love_besides_opens_the_list_where_it_has_no_room(conversation: Conversation) -> None:
    """It was a filter: no western is by Beethoven."""
    reply = said(conversation, "a western or something with trains for my uncle", "he also loves Beethoven")
    assert titles(reply)
    assert all(r.item.attributes["creator"] == "Ludwig van Beethoven" for r in reply.rec_list.recommendations)
    (uncle,) = called(reply)[1]["people"]
    assert ["western"] in [c["value"] for c in uncle["prefer"]], "the western is given up"


def test_what_they_love_is_a_wish_where_it_has_room(conversation: Conversation) -> None:
    reply = said(conversation, "music for my grandmother", "she loves Mozart")
    arguments = called(reply)[1]
    assert [c["value"] for c in arguments["filters"]] == ["music"]
    makers = [r.item.attributes["creator"] for r in reply.rec_list.recommendations]
    assert makers[:3] == ["Wolfgang Amadeus Mozart"] * 3
    assert len(set(makers)) > 1


def test_a_wish_that_the_words_outweigh_is_said(conversation: Conversation) -> None:
    reply = said(conversation, "something with a train driver for my uncle", "he also loves Schubert")
    assert not any(r.item.attributes.get("creator") == "Franz Schubert" for r in reply.rec_list.recommendations)
    assert "None of these is by Franz Schubert: what speaks of “train driver” comes first." in reply.text


def test_a_title_that_they_like_is_theirs(conversation: Conversation) -> None:
    """It was noted as a like of the one who writes."""
    reply = said(conversation, "a western for my uncle", "he likes The General")
    (uncle,) = called(reply)[1]["people"]
    assert uncle["liked"] == ["The General"]
    assert reply.text.count("for your uncle it goes with The General, which they like") == 1
    assert conversation.toolbox.recommender.taste("stranger:a").liked == ()


@pytest.mark.parametrize(
    ("told", "never", "avoid"),
    [
        ("she hates opera", [["opera"]], []),
        ("she can't stand spiders", [], ["spiders"]),
        ("my grandmother doesn't like Mozart", [["Wolfgang Amadeus Mozart"]], []),
    ],
)
def test_what_they_hate_is_their_veto(
    conversation: Conversation, told: str, never: list[list[str]], avoid: list[str]
) -> None:
    _, arguments = called(said(conversation, "music for my grandmother", told))
    assert [c["value"] for c in arguments["people"][0]["never"]] == never
    assert arguments.get("avoid", []) == avoid


def test_who_hates_long_films_wants_no_films_by_it(conversation: Conversation) -> None:
    _, arguments = called(said(conversation, "something for my dad", "he hates long films"))
    (wish,) = arguments["people"][0]["prefer"]
    assert (wish["attribute"], wish["op"]) == ("minutes", "<=")
    assert "filters" not in arguments


@pytest.mark.parametrize(
    "told", ["he's seen The General", "my uncle has read The General", "he already owns The General"]
)
def test_what_they_know_leaves_their_list_and_is_no_like(conversation: Conversation, told: str) -> None:
    name, arguments = called(said(conversation, "something with trains for my uncle", told))
    assert (name, arguments["exclude"]) == ("recommend_together", ["The General"])
    assert conversation.toolbox.recommender.taste("stranger:a").liked == ()


@pytest.mark.parametrize(
    ("message", "avoid", "names"),
    [
        ("a film for tonight, my girlfriend hates violence", ["violence"], ["your girlfriend"]),
        (
            "a film for me and two friends, one loves horror, the other hates silent films",
            ["silent"],
            ["one of you", "another of you"],
        ),
    ],
)
def test_what_one_of_us_hates_is_not_searched(
    conversation: Conversation, message: str, avoid: list[str], names: list[str]
) -> None:
    reply = said(conversation, message)
    arguments = called(reply)[1]
    assert (people(reply), arguments["avoid"]) == (names, avoid)
    assert avoid[0] not in arguments["text"]
    assert "with_me" not in arguments


def test_her_age_says_that_she_is_a_child() -> None:
    (listing,) = planner().plan("a present for my niece, she is seven and loves the sea", Ledger()).calls
    assert listing.arguments["text"] == "sea"
    filters: Any = listing.arguments["filters"]
    assert [c["value"] for c in filters] == [["children's"]]


def test_an_age_that_is_told_later_makes_it_a_childs_list(conversation: Conversation) -> None:
    reply = said(conversation, "a book for my niece, she likes magic", "she is nine, by the way")
    name, arguments = called(reply)
    assert (name, arguments["text"], people(reply)) == ("recommend_together", "magic", ["your niece"])
    assert ["children's"] in [c["value"] for c in arguments["filters"]]


def test_somebody_of_theirs_is_somebody_else(conversation: Conversation) -> None:
    assert people(said(conversation, "a book for my niece", "and for her father, something to laugh about")) == [
        "her father"
    ]


@pytest.mark.parametrize(
    ("message", "liked"),
    [
        ("what should I watch with my teenage son? he loved Metropolis", ["Metropolis"]),
        ("something to read with my daughter", []),
    ],
)
def test_what_i_do_with_them_is_for_both_of_us(conversation: Conversation, message: str, liked: list[str]) -> None:
    arguments = called(said(conversation, message))[1]
    assert [person["liked"] for person in arguments["people"]] == [liked]
    assert "with_me" not in arguments


def test_a_title_that_is_not_here_is_said_in_a_group_too(conversation: Conversation) -> None:
    reply = said(conversation, "something for me and my boyfriend, he loves Dracula and I love “Gone with the Wind”")
    assert "There is no “Gone with the Wind” in this collection." in reply.text


# ---- why, for them


def test_why_they_would_like_it_goes_by_their_taste(conversation: Conversation) -> None:
    """It went by the taste of the one who asks."""
    said(conversation, "I loved The Kid", "something for me and my boyfriend, he loves Dracula")
    reply = said(conversation, "why would he like it?")
    assert called(reply)[0] == "explain"
    assert "For your boyfriend it goes with Dracula, which they like." in reply.text


def test_why_in_a_list_for_somebody_else_does_not_speak_of_my_taste(conversation: Conversation) -> None:
    said(conversation, "I loved The Kid", "a film for my uncle", "he likes The General")
    reply = said(conversation, "why would he like the first?")
    assert "For your uncle it goes with The General, which they like." in reply.text
    assert "The Kid" not in reply.text


def test_what_keeps_an_item_out_of_their_list_speaks_of_them(conversation: Conversation) -> None:
    said(conversation, "a film for my uncle", "he likes The General")
    assert said(conversation, "why not The General?").text.startswith("They like The General (")


def test_what_keeps_an_item_out_of_a_groups_list_are_its_vetoes_too() -> None:
    first = planner().plan("for me and my sister who hates horror, a film", Ledger())
    ledger = Ledger(
        turns=(turn("for me and my sister who hates horror, a film", first, shown=("metropolis", "the-kid")),)
    )
    (asked,) = planner().plan("what would make Nosferatu appear?", ledger).calls
    arguments: Any = asked.arguments
    company: Any = first.calls[-1].arguments["people"]
    recommender = Recommender(catalogue=works(), store=ListStore(), content=small_content(works(), HashEmbedder()))
    toolbox = Toolbox(recommender=recommender)
    together = toolbox.for_person("me", company=Company(people=tuple(company))).why_not(**arguments)
    assert asked.name == "why_not"
    assert [one.filter.value for one in together.failed] == [("horror",)]
    assert toolbox.why_not(**arguments).failed == ()


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("would she like Metropolis?", "explain"),
        ("is she going to love “Gone with the Wind”?", "find_item"),
        ("is there a book she'd like?", "recommend_together"),
        ("she's blind, so music", "recommend_together"),
    ],
)
def test_what_is_asked_for_them(conversation: Conversation, message: str, name: str) -> None:
    reply = said(conversation, "a film for my sister", message)
    assert reply.plan[0].name == name
    if name == "recommend_together":
        assert {r.item.attributes["kind"] for r in reply.rec_list.recommendations} in ({"book"}, {"music"})


# ---- who appears in it


@pytest.mark.parametrize(
    "question",
    [
        "who is in it?",
        "who stars in it?",
        "who plays the lead in Nosferatu?",
        "who was in Nosferatu?",
        "what about the cast?",
    ],
)
def test_who_appears_in_it_is_not_who_made_it(conversation: Conversation, question: str) -> None:
    reply = said(conversation, "something scary", "tell me about Nosferatu", question)
    assert reply.text == "Nosferatu: who appears in it is not recorded in this collection."


def test_where_the_cast_is_recorded_it_is_told() -> None:
    lexicon = SlotReader(catalogue_of([("Faust", {"director": "F. W. Murnau", "cast": ("Emil Jannings",)})])).lexicon
    asked = aspect_of(read_message("who stars in it?"), lexicon, ())
    made = aspect_of(read_message("who directed it?"), lexicon, ())
    assert asked is not None
    assert made is not None
    assert asked.attributes == ("cast",)
    assert "director" in made.attributes


# ---- the recommender's part


def test_one_known_person_of_several_has_their_wish_met(conversation: Conversation) -> None:
    """With nobody else known the wish was passed over."""
    wish = StandingPreference(filter=Filter(attribute="genres", op="any_of", value=("western",)), hard=False)
    two = (Taste(user_id="me", label="you"), Taste(user_id="guest:1", label="your dad", standing=(wish,)))
    found = conversation.toolbox.recommender.recommend(Query(tastes=two, k=3)).recommendations
    assert all("western" in r.item.attributes["genres"] for r in found)  # type: ignore[operator]


def test_where_nothing_else_is_asked_more_wishes_met_come_first() -> None:
    """What most people like came first, whatever it met of several wishes."""
    likes = [Interaction(user_id=f"u{n}", item_id="clair-de-lune", kind="like", at=0.0) for n in range(20)]
    counts = Fitted(version="", like_counts=LikeCounts.of(works(), likes), model=None)
    content = small_content(works(), HashEmbedder())
    recommender = Recommender(catalogue=works(), store=ListStore(likes), fitted=counts, content=content)
    wishes = (
        Filter(attribute="kind", op="=", value="music"),
        Filter(attribute="country", op="=", value="Japan"),
        Filter(attribute="year", op="<=", value=1901.0),
    )
    found = recommender.recommend(Query(prefer=wishes, k=3)).recommendations
    assert recommender.recommend(Query(k=3)).recommendations[0].item.title == "Clair de lune"
    assert found[0].item.title == "Moon over the Ruined Castle"


def test_long_films_that_are_hated_are_wished_short() -> None:
    for message in ("I hate long films", "I don't like long films", "no long films please"):
        (bound,) = [c for c in reader().read(message).prefer if c.attribute == "minutes"]
        assert bound.op == "<=", message
    (bound,) = [c for c in reader().read("I love long films").prefer if c.attribute == "minutes"]
    assert bound.op == ">="


def test_behind_a_list_for_oneself_my_kin_gets_a_list_of_their_own() -> None:
    (listing,) = planner().plan("my grandpa prefers marches", after_list("nosferatu", "the-general")).calls
    assert listing.name == "recommend_together"
    assert listing.arguments["people"][0]["name"] == "your grandpa"  # type: ignore[index]


# ---- what stands, stands


@pytest.mark.parametrize("told", ["I did not like Metropolis", "I have seen The Kid, it was great", "I hated Faust"])
def test_a_verdict_on_something_else_lets_the_request_stand(conversation: Conversation, told: str) -> None:
    """The list began anew from what is liked, without all that was asked for."""
    first = called(said(conversation, "german films under 100 minutes"))
    assert called(said(conversation, told)) == first


def test_more_like_what_is_disliked_now_stands_no_longer(conversation: Conversation) -> None:
    first = called(said(conversation, "german films under 100 minutes"))
    said(conversation, "music like Metropolis")
    assert called(said(conversation, "I did not like Metropolis")) == first


@pytest.mark.parametrize("kind", ["a piece of music", "some music please", "music then"])
def test_of_what_kind_it_should_be_changes_what_was_asked_for(conversation: Conversation, kind: str) -> None:
    _, arguments = called(said(conversation, "I'm in the mood for something melancholy", kind))
    assert (arguments["text"], arguments["filters"]) == (
        "melancholy",
        [{"attribute": "kind", "op": "=", "value": "music"}],
    )


@pytest.mark.parametrize("wish", ["serious", "solemn"])
def test_a_no_before_a_wish_does_not_take_the_wish_away(conversation: Conversation, wish: str) -> None:
    assert wish in called(said(conversation, "recommend me something", f"no, something more {wish}"))[1]["text"]


@pytest.mark.parametrize("said_so", ["the second one, what does it sound like?", "what does the second sound like?"])
def test_what_it_sounds_like_is_asked_of_the_item(conversation: Conversation, said_so: str) -> None:
    first = said(conversation, "a melancholy piece of music")
    assert called(said(conversation, said_so)) == ("item_details", {"title": titles(first)[1]})


@pytest.mark.parametrize(
    "message", ["stories for my kids, they are eight and ten", "an evening with my daughter, she is six"]
)
def test_whoever_is_named_a_child_is_a_child(message: str) -> None:
    filters: Any = planner().plan(message, Ledger()).calls[-1].arguments["filters"]
    assert ["children's"] in [c["value"] for c in filters]
