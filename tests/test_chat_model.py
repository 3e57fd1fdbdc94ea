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
from agent.build import is_ready, wanted_model
from agent.models.choosing import LANGUAGE_MODEL, LanguageModel, Place, open_language_model
from agent.models.llama_cpp_engine import MARK
from demo import open_page
from tests.stand_ins_agent import talk
from tests.tiny_models import random_gguf
from vouch.errors import InputError, ModelUnavailable
from vouch.settings import Settings
from vouch.weights import TABLE


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


def place(tmp_path: Path) -> Place:
    return Place(weights=tmp_path / "weights", prefixes=tmp_path / "prefixes")


def test_the_setting_chooses(tmp_path: Path) -> None:
    assert wanted_model(settings(tmp_path, "planner")) == "planner"
    assert wanted_model(settings(tmp_path, "some.gguf")) == "some.gguf"
    assert wanted_model(settings(tmp_path, "auto")) == "planner", "it is not here"
    assert wanted_model(settings(tmp_path, "auto"), may_wait=True) == "joined"


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ("gpt-9", InputError, "is no chat model"),
        ("missing.gguf", InputError, "is no chat model"),
        ("joined", ModelUnavailable, "make llm"),
        ("smollm2-135m", ModelUnavailable, "vouch pull smollm2-135m"),
        ("nobody/nothing", ModelUnavailable, "could not be loaded by transformers"),
    ],
)
def test_a_model_that_is_not_here_is_one_sentence(
    tmp_path: Path, wanted: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        open_language_model(wanted, place(tmp_path), systems=[])


def test_a_gguf_is_named_by_its_file(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: run make llm")
    model = open_language_model(str(random_gguf(tmp_path / "own.gguf")), place(tmp_path), systems=["Be kind."])
    assert model.tier(plans=False, told=True) == "joined: own"
    assert len(list((tmp_path / "prefixes").iterdir())) == 1


def test_a_model_elsewhere_is_named_as_such() -> None:
    model = LanguageModel(chat=Parrot(responses=[]), name="large", at="example.org:8000", here=False)
    assert model.tier(plans=True, told=False) == (
        "planning and writing: large at example.org:8000, not on this machine, not told your taste"
    )
    assert "not on this machine" not in LanguageModel(chat=Parrot(responses=[]), name="own").tier(plans=True, told=True)


def test_how_far_the_language_model_is_stands_in_the_tier(tmp_path: Path) -> None:
    log = tmp_path / "llm.log"
    assert build.waiting_tier(log).endswith("(make llm brings it)")
    told = {
        "[ 43/86] Building CXX": "building llama.cpp, 50 %",
        "[ 43%] Building": "building llama.cpp, 43 %",
        "[86/86]\nqwen: downloading, 430 of about 1117 MB": "downloading, 430 of 1117 MB",
        "downloading, 9 of about 1117 MB\nqwen: reading its instructions once": "it reads its instructions",
        "[ 43/86]\nmake: *** [llm] Error 4": "bringing it failed, llm.log says why",
    }
    for said, tier in told.items():
        log.write_text(said, encoding="utf-8")
        assert build.waiting_tier(log) == f"{build.WAITING_TIER} ({tier})"
    os.utime(log, (0, 0))
    assert build.waiting_tier(log).endswith("(make llm brings it)"), "an old log tells nothing"


def test_a_language_model_is_ready_when_all_of_it_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(tmp_path, "auto")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(build, "verified", lambda *_: True)
    own.prefixes.mkdir()
    (own.prefixes / "another-model.state").write_bytes(b"")
    assert not is_ready(own), "it has not read its instructions yet"
    (own.prefixes / f"{TABLE[LANGUAGE_MODEL].sha256[:MARK]}-reading.state").write_bytes(b"")
    assert is_ready(own)
    monkeypatch.setattr(build, "verified", lambda *_: False)
    assert not is_ready(own), "the file is not here"


def test_the_demo_says_why_it_brings_no_language_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_CACHE", str(tmp_path))
    monkeypatch.setenv("VOUCH_CHAT_MODEL", "joined")
    monkeypatch.setenv("LLM", "0")
    assert open_page.begin_llm(tmp_path / "llm.log") == (
        None,
        "No language model: LLM=0. The planner words the replies.",
    )
    assert os.environ["VOUCH_CHAT_MODEL"] == "planner"
    monkeypatch.delenv("LLM")
    assert "VOUCH_CHAT_MODEL" in open_page.begin_llm(tmp_path / "llm.log")[1]
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
    monkeypatch.setenv("VOUCH_CACHE", str(tmp_path))
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
    monkeypatch.setattr(build, "planner_of", lambda _: None)
    parrot = Parrot(responses=["Words of the language model."])
    monkeypatch.setattr(build, "join", lambda *_: (parrot, "joined: qwen2.5-coder-1.5b-instruct"))
    conversation = talk(tmp_path)
    collection: Any = None
    own = Settings(chat_model="joined", cache=tmp_path, home=tmp_path, weights=None)
    build.step_up_later(own, collection, conversation, said.put)
    assert not any(thread.name == "step-up" for thread in threading.enumerate()), "the planner was chosen"
    conversation.name_chat(build.WAITING_TIER)
    own.llm_log.write_text("[ 43%] Building", encoding="utf-8")
    build.step_up_later(own, collection, conversation, said.put)
    while "43 %" not in conversation.tiers["chat"]:
        time.sleep(0.01)
    first = conversation.reply("hello", conversation_id="one")
    here.set()
    sentence = said.get(timeout=60)
    second = conversation.reply("hello", conversation_id="one")
    conversation.close()
    assert first.tiers["chat"] == f"{build.WAITING_TIER} (building llama.cpp, 43 %)"
    assert sentence.startswith("The language model is here (joined: qwen2.5-coder-1.5b-instruct)")
    assert second.tiers["chat"] == "joined: qwen2.5-coder-1.5b-instruct"
    assert second.text == "Words of the language model."
