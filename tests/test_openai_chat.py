"""A large model behind an OpenAI-compatible server, played by a script: whatever it does, the person gets an honest answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from agent.models.openai_chat import build_openai_chat, is_here
from tests.scripted_chat_server import (
    ScriptedServer,
    Step,
    babbles,
    calls,
    drips,
    drops,
    refuses,
    says,
    sends,
    serving,
    waits,
)
from tests.stand_ins_models import ASK, GOOD, SAID, joined
from vouch.errors import ModelFailed, ModelUnavailable
from vouch.types import Reply

# A server that is given up in the middle of an answer has its socket closed by the collector, whose time is not the test's.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

server_of = contextlib.contextmanager(serving)
PLAN = calls("recommend", {"k": 6})
REFUSAL = "I'm sorry, but as an AI language model I can't help with that request."
NO_CHUNK = 'data: {"id": "c1", "object": "chat.completion.chunk", "choices": null}\n\n'
TROUBLES: dict[str, Step] = {
    "dropped": drops,
    "malformed stream": sends("data: {this is no JSON\n\n"),
    "no chunk": sends(NO_CHUNK, "data: 7\n\n"),
    "an error in the stream": sends('data: {"error": {"message": "out of memory"}}\n\n'),
    "nothing": sends("data: [DONE]\n\n"),
    "a page": refuses(200, "<html>Welcome to nginx</html>"),
    "an error": refuses(500),
    "no key": refuses(401),
    "too long": refuses(400),
    "endless": babbles,
    "refusal": says(REFUSAL),
    "invention": says("You will love Psycho, a musical from 1999 with Tom Hanks. Blade Runner is another."),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    yield from serving(PLAN, says(GOOD))


def ask(folder: Path, server: ScriptedServer, *, said: str = ASK, seconds: float = 45.0) -> Reply:
    model = build_openai_chat(server.address)
    conversation = joined(folder, model, thinker=model, seconds=seconds)
    try:
        return conversation.reply(said, conversation_id="c")
    finally:
        conversation.close()


def is_honest(reply: Reply) -> bool:
    """A list, words about it, and nothing of what the model made up."""
    lies = ("Psycho", "Blade Runner", "sorry", "AI language", "la la")
    shown = [r.item.title for r in reply.rec_list.recommendations]
    return bool(shown) and any(title in reply.text for title in shown) and not any(lie in reply.text for lie in lies)


def test_a_turn_is_one_call_that_plans_and_one_that_writes(tmp_path: Path, server: ScriptedServer) -> None:
    reply = ask(tmp_path, server)
    assert SAID in reply.text
    assert (reply.plan[0].arguments["k"], len(reply.rec_list.recommendations) <= 6) == (6, True)
    assert [bool(body.get("tools")) for body in server.asked] == [True, False]
    assert all(body["model"] == "scripted-large" for body in server.asked)
    counters = reply.counters
    assert (counters["calls"], counters["fallback"]) == (2, "")
    assert (counters["prompt_tokens"], counters["cached_tokens"], counters["completion_tokens"]) == (1400, 1280, 80)


def test_the_static_prefix_is_the_same_bytes_in_every_turn(tmp_path: Path) -> None:
    with server_of(PLAN, says(GOOD), PLAN, says(GOOD)) as server:
        model = build_openai_chat(server.address)
        conversation = joined(tmp_path, model, thinker=model)
        conversation.reply(ASK, conversation_id="c")
        conversation.reply("a gothic novel in a castle", conversation_id="c")
        conversation.close()
        plans, words = server.asked[::2], server.asked[1::2]
    for pair in (plans, words):
        assert pair[0]["messages"][0] == pair[1]["messages"][0]
        assert pair[0]["messages"][0]["role"] == "system"
        assert pair[0].get("tools") == pair[1].get("tools")
    assert "horror" in plans[0]["messages"][0]["content"], "the catalogue's facets"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_happens_while_it_writes_the_answer_is_honest(tmp_path: Path, trouble: str) -> None:
    with server_of(PLAN, TROUBLES[trouble]) as server:
        reply = ask(tmp_path, server)
    assert is_honest(reply)
    assert reply.counters["fallback"] in {"failed", "unsupported"}
    assert "so these words are the planner's.)" in reply.text


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_happens_while_it_plans_the_answer_is_honest(tmp_path: Path, trouble: str) -> None:
    with server_of(TROUBLES[trouble], says(GOOD)) as server:
        server.script[1:1] = [TROUBLES[trouble]] * (trouble in {"endless", "refusal", "invention"})  # asked once more
        reply = ask(tmp_path, server)
    assert is_honest(reply)
    assert reply.counters["fallback"] == "plan"
    assert "so the planner's was carried out.)" in reply.text


@pytest.mark.parametrize(
    "wrong",
    [
        calls("search_web", {"q": "german horror"}),
        calls("recommend", '{"text": "horror", "filters": [{"attrib'),
        calls("recommend", '{"text": 7, "k": "lots"}'),
        calls("recommend", "null"),
        calls("", "{}"),
    ],
)
def test_a_wrong_call_is_asked_for_again_once(tmp_path: Path, wrong: Step) -> None:
    with server_of(wrong, PLAN, says(GOOD)) as server:
        mended = ask(tmp_path / "mended", server)
    assert (mended.counters["calls"], mended.counters["fallback"]) == (3, "")
    with server_of(wrong, wrong, says(GOOD)) as server:
        replaced = ask(tmp_path / "replaced", server)
    assert (replaced.counters["calls"], replaced.counters["fallback"]) == (3, "plan")
    assert is_honest(replaced)


@pytest.mark.parametrize("slow", [waits, drips])
def test_a_slow_server_is_not_waited_for(tmp_path: Path, slow: Step) -> None:
    with server_of(slow) as server:
        reply = ask(tmp_path, server, seconds=4.0)
        assert not server.free.is_set()
    assert is_honest(reply)
    assert reply.counters["fallback"] == "slow"
    assert "took too long" in reply.text
    assert reply.tiers["chat"].startswith("planner, for the language model took too long")


def test_who_is_done_with_an_endless_answer_hangs_up(tmp_path: Path) -> None:
    with server_of(PLAN, babbles) as server:
        ask(tmp_path, server)
        assert server.left.wait(30)


def test_a_servers_failure_is_the_models_and_a_bug_is_not(server: ScriptedServer) -> None:
    model = build_openai_chat(server.address)
    server.script = [refuses(500)]
    with pytest.raises(ModelFailed, match="scripted-large at 127"):
        model.invoke([HumanMessage(content="hello")])
    with pytest.raises(ModelUnavailable, match="does not say what models it has"):
        build_openai_chat("http://127.0.0.1:9/v1")


def test_a_key_and_a_name_are_sent_where_they_are_given(server: ScriptedServer) -> None:
    server.script = [says("hello")]
    model = build_openai_chat(f"{server.address}#another", key="secret")
    assert model.invoke([HumanMessage(content="hello")]).text == "hello "
    (asked,) = server.asked
    assert (asked["model"], asked["authorization"]) == ("another", "Bearer secret")


def test_what_is_this_machine() -> None:
    assert all(map(is_here, ("http://localhost:1/v1", "http://127.0.0.2:1/v1", "http://[::1]:8000/v1")))
    assert not any(
        map(is_here, ("https://api.example.org/v1", "http://10.0.0.7:8000/v1", "http://localhost.example.org"))
    )
