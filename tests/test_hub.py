"""Models of the hub: fetched when asked, going on where it stopped, checked; which model a profile, a name or a path stands for.

A server on the loopback stands for the Hugging Face hub.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from retrieval.perception.chosen_models import ModelChoice, chosen_captioner, chosen_transcriber
from retrieval.perception.faster_whisper_transcriber import FasterWhisperTranscriber
from retrieval.perception.llama_cpp_captioner import LlamaCppCaptioner
from retrieval.perception.openai_captioner import OpenAiCaptioner
from retrieval.perception.transformers_captioner import TransformersCaptioner
from retrieval.perception.whisper_transcriber import WhisperTranscriber
from tests.test_cli import run
from ui.model_lines import PROFILES, model_rows, pull_models
from vouch.errors import InputError, ModelUnavailable
from vouch.hub import HUB_MODELS, fingerprint, is_here, pull, pulled, pulled_folder
from vouch.weights import TABLE

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = bytes(range(256)) * 400
FILES = {
    "config.json": b"{}",
    "model.safetensors": WEIGHTS,
    "README.md": b"long",
    "pytorch_model.bin": b"the same again",
    "onnx/model.onnx": b"the same once more",
}
NAME = "someone/sees"


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests keep the libraries offline; and no try is made again here."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)


@contextmanager
def hub(told_sha256: str = hashlib.sha256(WEIGHTS).hexdigest()) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address of a hub that has FILES, and (file, range) of what it was asked for."""
    asked: list[tuple[str, str]] = []
    large = {"sha256": told_sha256, "size": len(WEIGHTS), "pointerSize": 100}
    siblings = [
        {"rfilename": name, "size": len(content), **({"lfs": large} if content is WEIGHTS else {})}
        for name, content in FILES.items()
    ]

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/api/models/someone/sees"):
                self.answer(200, json.dumps({"id": NAME, "sha": COMMIT, "siblings": siblings}).encode())
            elif self.path.startswith("/someone/sees/resolve/"):
                name, wanted = self.path.split(f"{COMMIT}/")[1], self.headers.get("Range", "")
                asked.append((name, wanted))
                start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
                self.answer(206 if start else 200, FILES[name][start:])
            else:
                self.answer(404, b"{}")

        def answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    serving.join()
    server.server_close()


def test_what_is_needed_is_fetched_once_with_its_progress(tmp_path: Path) -> None:
    said: list[str] = []
    with hub() as (address, asked):
        place = pull(NAME, tmp_path, said.append, endpoint=address)
        assert sorted(asked) == [("config.json", ""), ("model.safetensors", "")]
        assert pull(NAME, tmp_path, said.append, endpoint=address) == place
        assert len(asked) == 2
    assert (place / "model.safetensors").read_bytes() == WEIGHTS
    assert place == pulled(NAME, tmp_path) == tmp_path / "someone--sees"
    assert json.loads((place / ".pulled.json").read_text(encoding="utf-8"))["commit"] == COMMIT
    assert any("model.safetensors, 0 of 0 MB" in sentence for sentence in said)


def test_a_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    place = pulled_folder(NAME, tmp_path)
    place.mkdir()
    (place / "model.safetensors.part").write_bytes(WEIGHTS[:70_000])
    with hub() as (address, asked):
        pull(NAME, tmp_path, print_nothing, endpoint=address)
    assert ("model.safetensors", "bytes=70000-") in asked
    assert (place / "model.safetensors").read_bytes() == WEIGHTS
    assert not list(place.glob("*.part"))


def test_other_bytes_than_the_hub_says_are_not_kept(tmp_path: Path) -> None:
    with (
        hub(told_sha256="0" * 64) as (address, _),
        pytest.raises(ModelUnavailable, match=r"model\.safetensors .* nothing of it was kept"),
    ):
        pull(NAME, tmp_path, print_nothing, endpoint=address)
    assert not is_here(pulled_folder(NAME, tmp_path))
    assert not list(pulled_folder(NAME, tmp_path).glob("model.safetensors*"))


def test_a_hub_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        pull("smolvlm-500m-instruct", tmp_path, print_nothing, endpoint="http://127.0.0.1:9")
    message = str(caught.value)
    assert "http://127.0.0.1:9 cannot be reached" in message
    assert "VOUCH_CAPTIONER" in message
    assert "\n" not in message


def test_a_model_that_the_hub_does_not_have_is_said(tmp_path: Path) -> None:
    with hub() as (address, _), pytest.raises(ModelUnavailable, match="answers 404 for someone/else"):
        pull("someone/else", tmp_path, print_nothing, endpoint=address)
    with pytest.raises(InputError, match="smolvlm"):
        pull("nonsense", tmp_path, print_nothing)


def test_what_is_not_here_names_the_command_that_brings_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="vouch pull whisper-small"):
        pulled("whisper-small", tmp_path)


def test_another_training_has_another_fingerprint(tmp_path: Path) -> None:
    assert fingerprint(tmp_path) == fingerprint(tmp_path / "gone.gguf") == "absent"
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    one = fingerprint(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS[::-1])
    assert fingerprint(tmp_path) != one
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS)
    assert fingerprint(tmp_path) == one


def print_nothing(sentence: str) -> None:
    """A progress for nobody."""


# which model is meant


def choice(folder: Path, profile: str = "offline", captioner: str = "auto", transcriber: str = "auto") -> ModelChoice:
    return ModelChoice(profile=profile, folder=folder, captioner=captioner, transcriber=transcriber)


def test_the_offline_profile_needs_no_hub(tmp_path: Path) -> None:
    ours = choice(tmp_path)
    assert chosen_captioner(ours) is None
    heard_by = chosen_transcriber(ours)
    assert isinstance(heard_by, FasterWhisperTranscriber)
    assert heard_by.made_by == FasterWhisperTranscriber(Path).made_by
    assert ours.hub_names == ()


@pytest.mark.parametrize("profile", ["laptop", "gpu"])
def test_a_larger_profile_has_its_own_models(tmp_path: Path, profile: str) -> None:
    ours = choice(tmp_path, profile)
    seen_by = chosen_captioner(ours)
    assert isinstance(seen_by, TransformersCaptioner)
    assert seen_by.made_by.startswith(ours.hub_names[0])
    assert chosen_transcriber(ours).made_by.startswith(ours.hub_names[1])
    assert all(profile in HUB_MODELS[name].profiles for name in ours.hub_names)
    assert ours.hub_names[0] in ours.pictures_tier
    assert ours.hub_names[1] in ours.sound_tier


def test_the_cluster_profile_sees_through_a_server_and_says_so_where_none_is_named(tmp_path: Path) -> None:
    assert chosen_captioner(choice(tmp_path, "cluster")) is None
    assert "VOUCH_CAPTIONER" in choice(tmp_path, "cluster").pictures_tier
    ours = choice(tmp_path, "cluster", "http://127.0.0.1:8000/v1#big-model")
    seen_by = chosen_captioner(ours)
    assert isinstance(seen_by, OpenAiCaptioner)
    assert seen_by.made_by.startswith("big-model@server/caption-")
    assert "big-model" in ours.pictures_tier
    with pytest.raises(InputError, match="behind a #"):
        chosen_captioner(choice(tmp_path, captioner="http://127.0.0.1:8000/v1"))


def test_paths_and_ids_stand_above_the_profile(tmp_path: Path) -> None:
    (tmp_path / "sees.gguf").write_bytes(b"gguf")
    (tmp_path / "hears.pt").write_bytes(b"pt")
    assert isinstance(chosen_captioner(choice(tmp_path, captioner=str(tmp_path / "sees.gguf"))), LlamaCppCaptioner)
    assert isinstance(chosen_captioner(choice(tmp_path, captioner=str(tmp_path))), TransformersCaptioner)
    assert isinstance(chosen_captioner(choice(tmp_path, captioner=NAME)), TransformersCaptioner)
    assert chosen_captioner(choice(tmp_path, "laptop", captioner="offline")) is None
    by_path = chosen_transcriber(choice(tmp_path, transcriber=str(tmp_path / "hears.pt")))
    assert isinstance(by_path, WhisperTranscriber)
    by_name = chosen_transcriber(choice(tmp_path, transcriber="openai-whisper:turbo"))
    assert by_name.made_by == "openai-whisper:turbo/openai-1"
    assert choice(tmp_path, captioner=NAME).hub_names == (NAME,)


def test_what_stands_for_nothing_is_said_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="smolvlm-500m-instruct"):
        chosen_captioner(choice(tmp_path, captioner="nonsense"))
    with pytest.raises(InputError, match=r"openai-whisper:NAME"):
        chosen_transcriber(choice(tmp_path, transcriber="nonsense"))


# vouch models, vouch pull


def test_every_profile_has_something_to_see_and_hear_with(tmp_path: Path) -> None:
    rows = model_rows(tmp_path)
    for profile in PROFILES:
        parts = {row.part for row in rows if profile in row.profiles}
        assert parts == {"words", "pictures", "sound"}
    assert all(row.licence and row.size_bytes for row in rows)
    assert {row.name: row.bring for row in rows}["whisper-base"] == "vouch pull offline"
    assert {row.name for row in rows if row.here} == {name for name, weights in TABLE.items() if weights.installed}


def test_a_model_that_talks_is_fetched_by_who_prepares_it(tmp_path: Path) -> None:
    fetched: list[str] = []

    def talker(name: str) -> Path:
        fetched.append(name)
        return tmp_path

    given = {"folder": tmp_path, "chosen": (), "fetch_talker": talker, "progress": print_nothing}
    assert pull_models("qwen2.5-coder-1.5b", **given) == ("qwen2.5-coder-1.5b",)  # type: ignore[arg-type]
    assert fetched == ["qwen2.5-coder-1.5b"]
    with pytest.raises(InputError, match="laptop"):
        pull_models("nonsense", **given)  # type: ignore[arg-type]


def test_the_command_line_lists_them_as_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "models", "--json") == 0
    rows = json.loads(capfd.readouterr().out)
    assert {"whisper-base", "smolvlm-500m-instruct"} <= {row["name"] for row in rows}


def test_a_pull_without_a_hub_ends_with_four_and_a_wrong_name_with_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("VOUCH_WEIGHTS", str(tmp_path))
    assert run(monkeypatch, tmp_path, "pull", "whisper-small") == 4
    said = capfd.readouterr().err.strip()
    assert "cannot be reached" in said
    assert len(said.splitlines()) == 1
    assert run(monkeypatch, tmp_path, "pull", "nonsense") == 2
