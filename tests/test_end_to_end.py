"""A catalogue on disk becomes an explained conversation: the real parts in one process, with no socket leaving the loopback."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.build import build_conversation
from agent.conversation import Cards, Conversation
from retrieval.build import Collection, open_collection, run_ingest
from retrieval.catalogue_file import CatalogueFile
from retrieval.ingest import Progress
from retrieval.interactions_file import InteractionsFile
from tests.scripted_chat_server import calls, says, serving
from tests.tiny_models import random_gguf
from vouch.errors import InputError, SetupError
from vouch.settings import Settings
from vouch.types import CitedPassage, LikedItem, Reply

DEMO = Path(__file__).parent.parent / "demo"
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


class Watcher:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def catalogue(self, file: CatalogueFile) -> None:
        self.told.append(f"{len(file.items)} items")

    def interactions(self, file: InteractionsFile) -> None:
        self.told.append(f"{len(file.interactions)} interactions")

    def step(self, step: Progress) -> None:
        self.told.append(step.what)

    def say(self, message: str) -> None:
        self.told.append(message)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the demo's first works with their media and what was perceived of them."""
    folder = tmp_path_factory.mktemp("own")
    lines = (DEMO / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["kind"] in {"film", "book"}][:60]
    (folder / "catalogue.jsonl").write_text("\n".join(kept), encoding="utf-8")
    shutil.copy(DEMO / "perceived.jsonl", folder)
    shutil.copy(DEMO / "interactions.csv", folder)
    media = folder / "media"
    media.mkdir()
    for line in kept:
        for file in (DEMO / "media").glob(f"{json.loads(line)['id']}.*"):
            shutil.copy(file, media)
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def collection(settings: Settings, folder: Path) -> Iterator[Collection]:
    ingest(settings, folder)
    collection = open_collection(settings)
    yield collection
    collection.index.close()


@pytest.fixture(scope="module")
def talk(settings: Settings, collection: Collection) -> Iterator[Conversation]:
    talk = build_conversation(settings, collection)
    yield talk
    talk.close()


def ingest(settings: Settings, folder: Path) -> Watcher:
    watcher = Watcher()
    run_ingest(
        settings,
        folder / "catalogue.jsonl",
        media_dir=folder / "media",
        interactions=folder / "interactions.csv",
        column_map={},
        prune=False,
        watcher=watcher,
    )
    return watcher


def test_nothing_ingested_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="vouch ingest"):
        open_collection(Settings(home=tmp_path / "nowhere"))


def test_a_request_is_answered_with_cards_first_and_reasons_that_quote(talk: Conversation) -> None:
    pieces = list(talk.stream("something eerie and slow", conversation_id="one"))
    assert isinstance(pieces[0], Cards)
    reply = pieces[-1]
    assert isinstance(reply, Reply)
    assert "Nosferatu" in [r.item.title for r in reply.rec_list.recommendations]
    cited = [r for x in reply.rec_list.recommendations for r in x.reasons if isinstance(r, CitedPassage)]
    assert cited
    assert all(0 <= r.span[0] < r.span[1] <= len(r.passage.text) for r in cited)


def test_what_is_only_heard_is_found_with_its_second(talk: Conversation) -> None:
    reply = talk.reply("every copy was to be burned by order of a court", conversation_id="two")
    first = reply.rec_list.recommendations[0]
    assert first.item.title == "Nosferatu"
    heard = [r.passage for r in first.reasons if isinstance(r, CitedPassage) and r.passage.channel == "transcript"]
    assert heard
    assert heard[0].start_s is not None
    assert heard[0].media == "nosferatu.opus"


def test_a_like_carries_the_next_list(talk: Conversation) -> None:
    talk.reply("I love Nosferatu", conversation_id="three")
    reply = talk.reply("what else?", conversation_id="three")
    shown = reply.rec_list.recommendations
    assert "Nosferatu" not in [r.item.title for r in shown]
    liked = [r.title for x in shown for r in x.reasons if isinstance(r, LikedItem)]
    assert set(liked) == {"Nosferatu"}


def test_a_stranger_carries_nothing_over_to_another(talk: Conversation) -> None:
    talk.reply("I love Metropolis", conversation_id="four")
    assert talk.toolbox.recommender.taste("stranger:five").liked == ()


def test_a_second_ingest_changes_nothing(settings: Settings, folder: Path, tmp_path: Path) -> None:
    fresh = settings.model_copy(update={"home": tmp_path / "again"})
    ingest(fresh, folder)
    before = open_collection(fresh)
    version = before.store.version()
    before.index.close()
    ingest(fresh, folder)
    after = open_collection(fresh)
    assert after.store.version() == version
    after.index.close()


def test_another_catalogue_does_not_go_into_the_same_home(settings: Settings, folder: Path, tmp_path: Path) -> None:
    fresh = settings.model_copy(update={"home": tmp_path / "taken"})
    ingest(fresh, folder)
    other = tmp_path / "catalogue.jsonl"
    shutil.copy(folder / "catalogue.jsonl", other)
    with pytest.raises(InputError, match="VOUCH_HOME"):
        run_ingest(fresh, other, media_dir=None, interactions=None, column_map={}, prune=False, watcher=Watcher())


def test_a_gguf_plans_and_writes_over_the_same_collection(
    settings: Settings, collection: Collection, tmp_path: Path
) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: run make llm")
    for seed in range(8):  # which of them plans a list hangs on every word of the tools' descriptions
        (tmp_path / f"{seed}").mkdir()
        gguf = random_gguf(tmp_path / f"{seed}" / "random.gguf", seed=seed)
        own = settings.model_copy(update={"chat_model": str(gguf), "chat_plans": "yes", "budget": 600.0})
        talk = build_conversation(own, collection)
        reply = talk.reply("a gothic novel", conversation_id=f"gguf {seed}")
        talk.close()
        if reply.rec_list is not None and reply.rec_list.recommendations:
            break
    assert talk.tiers["chat"] == "planning and writing: random"
    assert 2 <= int(reply.counters["calls"]) <= 3, (reply.plan, reply.counters, reply.text)
    assert reply.rec_list is not None
    assert reply.rec_list.recommendations[0].item.title in reply.text
    told = " ".join(passage.text for passage in collection.catalogue.passages)
    quoted = [part for quote in re.findall("“(.+?)”", reply.text) for part in quote.split("...")]
    assert all(part.strip(" .…") in told for part in quoted if part != "gothic novel"), "nonsense is not shown"


def test_a_server_plans_and_writes_over_the_same_collection(settings: Settings, collection: Collection) -> None:
    for server in serving(
        calls("recommend", {"text": "gothic novel"}), says("Here is one. It is nothing that is here.")
    ):
        talk = build_conversation(settings.model_copy(update={"chat_model": server.address}), collection)
        reply = talk.reply("a gothic novel", conversation_id="server")
        talk.close()
    assert talk.tiers["chat"].startswith("planning and writing: scripted-large at 127.0.0.1:")
    assert reply.plan[-1].arguments["text"] == "gothic novel"
    assert reply.counters["calls"] == 2
    assert "It is nothing" not in reply.text
