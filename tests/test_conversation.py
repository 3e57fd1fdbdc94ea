"""A whole turn: cards first, then words, then the reply; kept in the checkpoint, apart for each person."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

import pytest

from agent.conversation import Cards, Conversation, Words
from agent.graph import build_tools
from tests.stand_ins_agent import talk
from vouch.types import Reply


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return talk(tmp_path)


def test_cards_come_before_words_and_the_reply_last(conversation: Conversation) -> None:
    events = list(conversation.stream("a scary german film", conversation_id="a"))
    kinds = [type(e) for e in events]
    assert kinds[0] is Cards
    assert kinds[-1] is Reply
    assert kinds[1:-1] == [Words] * (len(kinds) - 2)
    reply = events[-1]
    assert isinstance(reply, Reply)
    assert "".join(e.text for e in events if isinstance(e, Words)) == reply.text
    assert [r.item.item_id for r in reply.rec_list.recommendations] == [
        r.item.item_id for e in events if isinstance(e, Cards) for r in e.rec_list.recommendations
    ]


def test_beside_what_was_noted_it_asks_which_of_two_is_meant(conversation: Conversation) -> None:
    reply = conversation.reply("I loved The Lost World and Metropolis", conversation_id="a")
    assert "Noted: you like Metropolis." in reply.text
    assert "Which one do you mean: The Lost World" in reply.text


def test_no_item_breaks_a_filter(conversation: Conversation) -> None:
    reply = conversation.reply("german films under 100 minutes", conversation_id="a")
    own = [r.item.attributes for r in reply.rec_list.recommendations]
    assert own
    assert all(a["country"] == "Germany" and float(a["minutes"]) < 100 for a in own)  # type: ignore[arg-type]


def test_what_is_told_counts_for_the_list_of_the_same_message(conversation: Conversation) -> None:
    reply = conversation.reply("I've seen Nosferatu. German horror films please", conversation_id="a")
    assert [c.name for c in reply.plan] == ["remember", "recommend"]
    assert reply.rec_list.recommendations
    assert "nosferatu" not in [r.item.item_id for r in reply.rec_list.recommendations]


def test_a_message_is_the_source_of_what_it_tells(conversation: Conversation) -> None:
    conversation.reply("I loved Metropolis", conversation_id="a", person="ann")
    (liked,) = conversation.toolbox.for_person("ann").recommender.taste("ann").liked
    assert (liked.item_id, liked.source) == ("metropolis", "I loved Metropolis")


def test_a_hated_genre_stays_out_of_later_lists_until_it_is_asked_for_or_forgotten(conversation: Conversation) -> None:
    def horror(message: str) -> bool:
        listed = conversation.reply(message, conversation_id="a").rec_list.recommendations
        return any("horror" in r.item.attributes.get("genres", ()) for r in listed)  # type: ignore[operator]

    assert not horror("I hate horror")
    assert not horror("something eerie in a castle")
    assert horror("a horror film")
    conversation.reply("forget that I hate horror", conversation_id="a")
    assert conversation.toolbox.recommender.taste("stranger:a").standing == ()


def test_what_is_known_is_shown_with_the_message_and_can_be_undone(conversation: Conversation) -> None:
    conversation.reply("I loved Metropolis", conversation_id="a")
    assert (
        "you like Metropolis (you said “I loved Metropolis”)"
        in conversation.reply("what do you know about me?", conversation_id="a").text
    )
    assert conversation.reply("undo that", conversation_id="a").text.startswith("Taken back: “I loved Metropolis”.")
    assert conversation.reply("what do you know about me?", conversation_id="a").text.startswith("Nothing yet")


def test_a_change_of_taste_says_what_it_moved_in_the_list_before(conversation: Conversation) -> None:
    shown = conversation.reply("something eerie", conversation_id="a").rec_list.recommendations
    barred = [r for r in shown if "horror" in r.item.attributes.get("genres", ())]  # type: ignore[operator]
    text = conversation.reply("I hate horror", conversation_id="a").text
    first = barred[0]
    assert f"{first.item.title} falls from number {first.rank} out of sight (you ruled it out)" in text


def test_a_stranger_belongs_to_the_conversation(conversation: Conversation) -> None:
    conversation.reply("I loved Metropolis", conversation_id="a")
    taste = conversation.toolbox.recommender.taste
    assert [p.item_id for p in taste("stranger:a").liked] == ["metropolis"]
    assert taste("stranger:b").liked == ()


def test_a_conversation_outlives_the_process(tmp_path: Path) -> None:
    first = talk(tmp_path)
    said = first.reply("a japanese film", conversation_id="a")
    first.close()
    again = talk(tmp_path)
    ((message, reply),) = again.history("a")
    assert (message, reply.text, reply.plan) == ("a japanese film", said.text, said.plan)
    assert [r.item.item_id for r in reply.rec_list.recommendations] == [
        r.item.item_id for r in said.rec_list.recommendations
    ]
    then = again.reply("who made the first one?", conversation_id="a")
    assert (then.turn, then.rec_list.recommendations) == (1, ())
    assert then.about == (said.rec_list.recommendations[0].item.item_id,)


def test_an_unknown_conversation_has_no_history(conversation: Conversation) -> None:
    assert conversation.history("nobody") == ()


def test_conversations_in_threads_do_not_meet(conversation: Conversation) -> None:
    titles = ["Metropolis", "Dracula", "The General", "Moby-Dick"]
    replies: dict[str, Reply] = {}

    def tell(title: str) -> None:
        conversation.reply(f"I loved {title}", conversation_id=title)
        replies[title] = conversation.reply("what do you know about me?", conversation_id=title)

    threads = [threading.Thread(target=tell, args=(title,)) for title in titles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert {title: [t for t in titles if t in reply.text] for title, reply in replies.items()} == {
        t: [t] for t in titles
    }


def test_a_failing_request_is_answered_honestly(conversation: Conversation) -> None:
    reply = conversation.reply("do you have “Citizen Kane”?", conversation_id="a")
    assert reply.rec_list.recommendations == ()
    assert "There is no “Citizen Kane”" in reply.text


def test_why_speaks_of_an_item_without_recommending_it_again(conversation: Conversation) -> None:
    shown = conversation.reply("a gothic novel in a castle", conversation_id="a").rec_list.recommendations
    reply = conversation.reply("why the second one?", conversation_id="a")
    assert reply.rec_list.recommendations == ()
    assert reply.about == (shown[1].item.item_id,)
    assert shown[1].item.title in reply.text


def test_nothing_warns_when_state_is_read_back(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        talk(tmp_path).reply("I loved Dracula, something like it", conversation_id="a")
        talk(tmp_path).history("a")


def test_tracing_stays_off_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith import utils

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
    talk(tmp_path)
    assert not utils.tracing_is_enabled()


def test_the_tools_are_the_toolbox_and_hide_the_person(conversation: Conversation) -> None:
    tools = {tool.name: tool for tool in build_tools(conversation.toolbox)}
    assert set(tools) == {
        "recommend", "more_like", "recommend_together", "find_item", "item_details", "explain", "why_not", "compare", "score",
        "remember", "remember_condition", "taste", "undo", "forget_all", "facets",
    }  # fmt: skip
    assert all(not {"person", "source", "runtime"} & set(tool.args) for tool in tools.values())


def test_what_was_not_asked_for_cannot_be_dropped_and_is_named(conversation: Conversation) -> None:
    conversation.reply("a film about ships", conversation_id="a")
    reply = conversation.reply("forget the dragons", conversation_id="a")
    assert reply.text == "“dragons” is no part of what you asked for, so the list stands as it is."
