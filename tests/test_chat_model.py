"""Which chat model words the replies: chosen by a setting, stepped up to while the page runs, brought by `make llm` beside the page."""

from __future__ import annotations

import importlib.util
import os
import queue
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable

from agent import build
from agent.build import AUTO, chosen_gguf, is_ready, wanted_model
from demo import open_page
from tests.stand_ins_agent import talk
from vouch.errors import InputError, ModelUnavailable
from vouch.settings import Settings


class Parrot(FakeListChatModel):
    """A model that says one thing."""

    def bind_tools(self, *given: object, **more: object) -> Runnable[object, AIMessage]:
        """Itself: it calls nothing."""
        return self  # type: ignore[return-value]


def test_a_conversation_goes_on_with_another_model_and_says_so(tmp_path: Path) -> None:
    conversation = talk(tmp_path)
    before = conversation.reply("hello", conversation_id="one")
    conversation.use(Parrot(responses=["Words of another model."]), tier="another")
    after = conversation.reply("hello again", conversation_id="one")
    conversation.close()
    assert before.tiers["chat"] == "planner"
    assert after.tiers["chat"] == "another"
    assert after.text == "Words of another model."
    assert after.turn == 1


def settings(tmp_path: Path, chat_model: str) -> Settings:
    return Settings(chat_model=chat_model, cache=tmp_path, weights=None)


def test_the_setting_chooses(tmp_path: Path) -> None:
    gguf = tmp_path / "own.gguf"
    gguf.write_bytes(b"a model")
    assert wanted_model(settings(tmp_path, "planner")) == "planner"
    assert wanted_model(settings(tmp_path, "auto")) == AUTO
    assert chosen_gguf(settings(tmp_path, str(gguf))) == gguf
    with pytest.raises(InputError, match="is no chat model"):
        chosen_gguf(settings(tmp_path, "gpt-9"))
    with pytest.raises(ModelUnavailable, match="make llm"):
        chosen_gguf(settings(tmp_path, "joined"))


def test_a_language_model_is_ready_when_all_of_it_is_here(tmp_path: Path) -> None:
    own = settings(tmp_path, "auto")
    assert not is_ready(own)
    own.prefixes.mkdir()
    (own.prefixes / "reading.state").write_bytes(b"")
    assert not is_ready(own)


def test_the_demo_says_why_it_brings_no_language_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_CHAT_MODEL", "joined")
    monkeypatch.setenv("LLM", "0")
    assert open_page.begin_llm(tmp_path / "llm.log") == (
        None,
        "No language model: LLM=0. The planner words the replies.",
    )
    assert os.environ["VOUCH_CHAT_MODEL"] == "planner"
    monkeypatch.delenv("LLM")
    assert "LLM=1" in open_page.begin_llm(tmp_path / "llm.log")[1]
    monkeypatch.setenv("VOUCH_CHAT_MODEL", "joined")
    monkeypatch.setattr(open_page, "COMPILERS", ("no-such-compiler",))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    building, said = open_page.begin_llm(tmp_path / "llm.log")
    assert building is None
    assert said.startswith("No C++ compiler here")


def test_what_the_demo_builds_ends_with_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = tmp_path / "make"
    make.write_text("#!/bin/sh\necho begun $1\nsleep 600 &\necho $! > child\nwait\n", encoding="utf-8")
    make.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("LLM", raising=False)
    monkeypatch.setenv("VOUCH_CHAT_MODEL", "joined")
    monkeypatch.setattr(open_page, "COMPILERS", ("sh",))
    log = tmp_path / "home" / "llm.log"
    building, said = open_page.begin_llm(log)
    assert building is not None
    assert str(log) in said
    child = tmp_path / "child"
    while not (child.exists() and child.read_text(encoding="utf-8").strip()):
        time.sleep(0.02)
    open_page.end(building)
    assert log.read_text(encoding="utf-8") == "begun llm\n"
    stat = Path(f"/proc/{child.read_text(encoding='utf-8').strip()}/stat")
    if Path("/proc/self").exists():
        for _ in range(100):
            if not stat.exists() or stat.read_text(encoding="utf-8").split()[2] == "Z":
                break
            time.sleep(0.02)
        else:
            pytest.fail("the background work went on")


def test_a_running_conversation_steps_up_when_the_language_model_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = threading.Event()
    said: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(build, "LOOK_S", 0.01)
    monkeypatch.setattr(build, "is_ready", lambda _: here.is_set())
    monkeypatch.setattr(build, "_planner", lambda _: None)
    monkeypatch.setattr(build, "join", lambda *_: Parrot(responses=["Words of the language model."]))
    conversation = talk(tmp_path)
    collection: Any = None
    build.step_up_later(settings(tmp_path, "joined"), collection, conversation, said.put)
    assert not any(thread.name == "step-up" for thread in threading.enumerate()), "the planner was chosen"
    conversation.tiers = {**conversation.tiers, "chat": build.WAITING_TIER}
    build.step_up_later(settings(tmp_path, "joined"), collection, conversation, said.put)
    first = conversation.reply("hello", conversation_id="one")
    here.set()
    sentence = said.get(timeout=10)
    second = conversation.reply("hello", conversation_id="one")
    conversation.close()
    assert first.tiers["chat"] == build.WAITING_TIER
    assert sentence.startswith("The language model qwen2.5-coder-1.5b-instruct is here")
    assert second.tiers["chat"] == "joined: qwen2.5-coder-1.5b-instruct"
    assert second.text == "Words of the language model."
