"""A picture or a sound as the question: kept under a handle, perceived by the ports, searched with; a spoken question becomes text."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from agent.conversation import Conversation
from agent.ledger import Ledger
from agent.models.planner_chat import PlannerChat
from agent.planner.media_requests import plan_with_media
from agent.wording import Outcome, Wording
from retrieval.asked_media import KEPT_S, LARGEST_BYTES, AskedFiles, words_of
from retrieval.embedders.label_embedder import AveragedLabelEmbedder
from retrieval.perception.cache import PerceptionCache
from retrieval.recommender import Content, Recommender
from tests.stand_ins_agent import planner, works
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ExactIndex, ListStore, small_catalogue
from tests.stand_ins_ui import ScriptedConversation, draw_media
from tools import artifact
from tools.toolbox import Toolbox
from ui.gradio_chat import build_shelf
from ui.page.room import Room
from ui.question_lines import kept_files
from ui.rest_api import build_app
from vouch.errors import InputError, ModelFailed, ModelUnavailable, UnreadableMedia
from vouch.types import AskedMedia, MediaKind, Perceived, Query, RecList, Recommendation, ToolCall

CATALOGUE = small_catalogue()
CAT = Perceived(channel="tags", text="tabby cat 62 %", labels=(("tabby cat", 0.62), ("Egyptian cat", 0.11)))
MELODY = Perceived(channel="sound", text="a slow piano piece, quiet")
SPEECH = Perceived(channel="transcript", text="something with a vampire please", start_s=0.0, end_s=2.0)


@dataclass
class ScriptedPerceiver:
    """Says what it is told to say, and counts how often it looks."""

    takes: frozenset[MediaKind]
    says: tuple[Perceived, ...] | Exception = ()
    made_by: str = "scripted:1"
    looks: list[Path] = field(default_factory=list)

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        self.looks.append(path)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class ScriptedTranscriber(ScriptedPerceiver):
    """One that hears speech."""

    def transcribe(self, sound: Path) -> tuple[Perceived, ...]:
        return self.perceive(sound)


def eye(says: tuple[Perceived, ...] | Exception = (CAT,), **more: Any) -> ScriptedPerceiver:
    return ScriptedPerceiver(takes=frozenset({"picture"}), says=says, **more)


def files(folder: Path, *perceivers: ScriptedPerceiver, **more: Any) -> AskedFiles:
    return AskedFiles(folder / "asked", perceivers, PerceptionCache(folder / "perceived"), **more)


def small_toolbox(asked: AskedFiles) -> Toolbox:
    embedder = HashEmbedder()
    labels = AveragedLabelEmbedder(embedder, words={"tabby cat": "", "castle": "", "piano": ""})
    seen = [p.space == "seen" for p in CATALOGUE.passages]
    rows = embedder.embed([p.text for p in CATALOGUE.passages])
    rows[np.flatnonzero(seen)] = labels.embed_labels([[("tabby cat", 0.62)]] * sum(seen))
    index = ExactIndex()
    index.sync(CATALOGUE.passages, rows)
    content = Content.of(
        CATALOGUE, index=index, embedder=embedder, passages=CATALOGUE.passages, rows=rows, label_embedder=labels
    )
    return Toolbox(recommender=Recommender(catalogue=CATALOGUE, store=ListStore(), content=content), asked=asked)


def test_the_same_file_has_the_same_handle_and_is_looked_at_once(tmp_path: Path) -> None:
    one = eye()
    kept = files(tmp_path, one)
    handle = kept.keep(b"a picture", "../../Cat.JPG")
    assert re.fullmatch(r"[0-9a-f]{32}\.jpg", handle)
    assert kept.keep(b"a picture", "other.jpg") == handle
    assert kept.asked(handle) == kept.asked(handle) == AskedMedia(handle=handle, kind="picture", perceived=(CAT,))
    assert len(one.looks) == 1


@pytest.mark.parametrize(
    "handle", ["../secret.jpg", "/etc/passwd", "0" * 32 + ".jpg", "", "secret.jpg", "a" * 32 + ".jpg/../../secret.jpg"]
)
def test_only_what_was_kept_can_be_asked_for(tmp_path: Path, handle: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    kept = files(tmp_path, eye())
    kept.keep(b"a picture", "a.jpg")
    with pytest.raises(InputError, match="attach it again"):
        kept.asked(handle)


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    kept = files(tmp_path, eye())
    handle = kept.keep(b"a picture", "a.jpg")
    (tmp_path / "asked" / handle).rename(tmp_path / "outside.jpg")
    (tmp_path / "asked" / handle).symlink_to(tmp_path / "outside.jpg")
    with pytest.raises(InputError):
        kept.path(handle)


@pytest.mark.parametrize(("content", "name"), [(b"x", "a.exe"), (b"x", "noending"), (b"", "a.jpg")])
def test_what_is_no_media_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(InputError):
        files(tmp_path).keep(content, name)


def test_a_file_that_nobody_can_read_is_refused_and_one_that_one_can_is_not(tmp_path: Path) -> None:
    broken = eye(UnreadableMedia("x.jpg", "it is cut off"), made_by="broken:1")
    failing = eye(ModelFailed("out of memory"), made_by="failing:1")
    kept = files(tmp_path, broken, failing)
    with pytest.raises(InputError, match="it is cut off"):
        kept.asked(kept.keep(b"a picture", "a.jpg"))
    both = files(tmp_path, broken, eye())
    assert both.asked(both.keep(b"a picture", "a.jpg")).perceived == (CAT,)


def test_a_model_that_was_not_pulled_yet_leaves_the_file_to_the_others(tmp_path: Path) -> None:
    absent = eye(ModelUnavailable("Fetch it with: vouch pull laptop"), made_by="absent:1")
    both = files(tmp_path, absent, eye())
    assert both.asked(both.keep(b"a picture", "a.jpg")).perceived == (CAT,)
    alone = files(tmp_path / "alone", absent)
    with pytest.raises(InputError, match="vouch pull laptop"):
        alone.asked(alone.keep(b"a picture", "a.jpg"))


def test_files_that_were_not_asked_with_for_a_month_go(tmp_path: Path) -> None:
    kept = files(tmp_path, clock=lambda: 2 * KEPT_S)
    old = kept.keep(b"old", "old.jpg")
    os.utime(tmp_path / "asked" / old, (10, 10))
    kept.keep(b"new", "new.jpg")
    with pytest.raises(InputError):
        kept.path(old)


def test_the_words_of_a_file_are_what_it_says_before_what_is_seen() -> None:
    caption = Perceived(channel="caption", text="a cat on a laptop")
    page = Perceived(channel="ocr", text="so many words are read here that it is a page")
    sign = Perceived(channel="ocr", text="Open")

    def words(*perceived: Perceived) -> str:
        return words_of(AskedMedia(handle="h", kind="picture", perceived=perceived))

    assert words(CAT, caption) == "a cat on a laptop"
    assert words(CAT) == "tabby cat Egyptian cat"
    assert words(CAT, page) == "tabby cat Egyptian cat"
    assert words(CAT, sign) == "tabby cat Egyptian cat Open"
    assert len(words(Perceived(channel="transcript", text="word " * 500)).split()) <= 60


def test_a_picture_finds_the_picture_that_looks_like_it(tmp_path: Path) -> None:
    asked = files(tmp_path, eye())
    toolbox = small_toolbox(asked)
    rec_list = toolbox.recommend(media=[asked.keep(b"a picture", "cat.jpg")])
    first = rec_list.recommendations[0]
    assert first.item.item_id == "print"
    assert first.parts["seen"] > 0
    assert any(r.kind == "passage" and r.passage.space == "seen" for r in first.reasons)


def test_a_sound_finds_what_is_told_alike(tmp_path: Path) -> None:
    asked = files(tmp_path, ScriptedPerceiver(takes=frozenset({"sound"}), says=(MELODY,)))
    rec_list = small_toolbox(asked).recommend(media=[asked.keep(b"a sound", "tune.ogg")])
    assert rec_list.recommendations[0].item.item_id == "moonlight"
    assert rec_list.query.media[0].perceived == (MELODY,)


def test_words_and_filters_hold_beside_the_file(tmp_path: Path) -> None:
    asked = files(tmp_path, eye())
    handle = asked.keep(b"a picture", "cat.jpg")
    rec_list = small_toolbox(asked).recommend(
        "vampire", media=[handle], filters=[{"attribute": "kind", "op": "=", "value": "book"}]
    )
    assert {r.item.attributes["kind"] for r in rec_list.recommendations} == {"book"}
    assert rec_list.query.text.startswith("vampire ")


def test_the_artifact_of_a_list_holds_no_vector(tmp_path: Path) -> None:
    seen = Perceived(channel="tags", text="cat", labels=CAT.labels, vector=(0.6, 0.8))
    query = Query(media=(AskedMedia(handle="h", kind="picture", perceived=(seen,)),))
    plain = artifact.to_json(RecList(query=query))
    assert "0.8" not in str(plain)
    assert artifact.query_of(plain).media[0].perceived[0].labels == CAT.labels


def test_without_a_folder_nothing_can_be_attached() -> None:
    toolbox = Toolbox(recommender=Recommender(catalogue=CATALOGUE, store=ListStore()))
    with pytest.raises(InputError):
        toolbox.recommend(media=["0" * 32 + ".jpg"])


# In the conversation.


def asked_with(said: str) -> tuple[str, dict[str, Any]]:
    plan = plan_with_media(said, ["h.jpg"], lambda words: planner().plan(words, Ledger()))
    return plan.calls[-1].name, dict(plan.calls[-1].arguments)


@pytest.mark.parametrize(
    "said",
    [
        "something like this",
        "like this picture",
        "find me something that looks like this",
        "more like that",
        "what's this?",
        "",
    ],
)
def test_pointing_words_leave_the_file_alone_to_speak(said: str) -> None:
    assert asked_with(said) == ("recommend", {"text": "", "media": ["h.jpg"]})


def test_what_is_said_beside_the_file_counts() -> None:
    name, arguments = asked_with("a film under 90 minutes that looks like this picture")
    assert (name, arguments["media"]) == ("recommend", ["h.jpg"])
    assert {(f["attribute"], f["op"]) for f in arguments["filters"]} == {("kind", "="), ("minutes", "<")}
    assert "funny" in asked_with("something like this but funny")[1]["text"]


def test_a_turn_with_a_file_is_answered_and_remembered(tmp_path: Path) -> None:
    asked = files(tmp_path, eye())
    known = works()
    talk = Conversation(
        model=PlannerChat(planner=planner(), wording=Wording(known)),
        toolbox=Toolbox(recommender=Recommender(catalogue=known, store=ListStore()), asked=asked),
        checkpoints=tmp_path / "conversations.sqlite",
        tiers={"chat": "planner"},
    )
    handle = asked.keep(b"a picture", "cat.jpg")
    reply = talk.reply("something like this", conversation_id="a", media=[handle])
    assert reply.text.startswith("Of your picture:")
    assert "tabby cat" in reply.text
    assert reply.plan[-1].arguments["media"] == [handle]
    again = talk.reply("another", conversation_id="a")
    assert again.plan[-1].arguments["media"] == [handle]
    gone = talk.reply("like this", conversation_id="a", media=["f" * 32 + ".jpg"])
    assert "Please attach it again." in gone.text


def test_the_words_say_what_was_perceived_and_by_whom() -> None:
    def said(*perceived: Perceived, kind: MediaKind = "picture") -> str:
        query = Query(text="x", media=(AskedMedia(handle="h", kind=kind, perceived=perceived),))
        first = Recommendation(rank=1, item=works().items[0], score=1.0, parts={})
        result = RecList(query=query, recommendations=(first,))
        outcome = Outcome(call=ToolCall(name="recommend", arguments={}), result=result)
        return Wording(works()).word([outcome], aside={}, turn=0)

    assert "as far as a small model can tell (62 %)" in said(CAT)
    assert "one hears “something with a vampire please”" in said(SPEECH, kind="sound")
    assert "it measures as “a slow piano piece, quiet”" in said(MELODY, kind="sound")
    assert "Nothing was recognised in your picture" in said()


# By HTTP, on the page and at the command line.


@pytest.fixture
def talk(tmp_path: Path) -> ScriptedConversation:
    hears = ScriptedTranscriber(takes=frozenset({"sound", "video"}), says=(SPEECH,))
    return ScriptedConversation(asked=files(tmp_path, eye(), hears))


@pytest.fixture
def client(talk: ScriptedConversation, tmp_path: Path) -> TestClient:
    shelf = build_shelf(talk, media_dir=draw_media(tmp_path / "media"))
    return TestClient(build_app(talk, page=None, shelf=shelf), base_url="http://127.0.0.1:7860")


def test_an_uploaded_file_is_kept_under_its_handle(client: TestClient, talk: ScriptedConversation) -> None:
    answer = client.post("/asked", params={"name": "cat.jpg"}, content=b"a picture").json()
    assert talk.asked is not None
    assert talk.asked.path(answer["media"]).read_bytes() == b"a picture"


def test_a_recorded_question_becomes_text_and_is_not_kept(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/spoken", params={"name": "question.webm"}, content=b"sound").json()
    assert answer == {"text": "something with a vampire please"}
    assert list((tmp_path / "asked").iterdir()) == []


@pytest.mark.parametrize(
    ("params", "content", "status"),
    [
        ({"name": "a.exe"}, b"x", 422),
        ({}, b"x", 422),
        ({"name": "a.jpg"}, b"", 422),
        ({"name": "a.jpg"}, b"x" * (LARGEST_BYTES + 1), 413),
    ],
)
def test_a_wrong_upload_is_told_in_a_sentence(
    client: TestClient, params: dict[str, str], content: bytes, status: int
) -> None:
    answer = client.post("/asked", params=params, content=content)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_another_sites_page_cannot_upload(client: TestClient) -> None:
    answer = client.post("/asked", params={"name": "a.jpg"}, content=b"x", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_the_page_hands_on_files_and_whether_the_taste_is_shared(talk: ScriptedConversation, tmp_path: Path) -> None:
    room = Room(talk, shelf=build_shelf(talk, media_dir=tmp_path), members=[], examples=[])
    tab = room.arrive({})
    list(room.ask({**tab, "key": "1", "text": "", "media": ["h1", "h2", "h3", "h4"], "share": False}))
    list(room.ask({**tab, "key": "2", "text": "a film", "media": "h1", "share": "yes"}))
    assert talk.given == [(False, ("h1", "h2", "h3")), (None, ())]
    assert talk.replies[tab["conversation"]][0][0] == "something like this"


def test_the_command_line_keeps_the_files_it_is_given(tmp_path: Path) -> None:
    kept = files(tmp_path, eye())
    (tmp_path / "cat.jpg").write_bytes(b"a picture")
    (handle,) = kept_files(kept, [tmp_path / "cat.jpg"])
    assert kept.asked(handle).perceived == (CAT,)
    with pytest.raises(InputError, match="cannot be read"):
        kept_files(kept, [tmp_path / "none.jpg"])
