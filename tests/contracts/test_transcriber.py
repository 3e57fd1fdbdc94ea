"""What every transcriber must do; Whisper also has to make few mistakes, and to make up nothing where nobody speaks."""

from __future__ import annotations

import json
import re
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.perception.faster_whisper_transcriber import FasterWhisperTranscriber
from retrieval.perception.sounds import RATE_HZ
from retrieval.perception.whisper_transcriber import INSTALL, WhisperTranscriber
from tests.stand_ins_perception import ScriptTranscriber
from tests.whisper_checkpoint import whisper_checkpoint
from vouch.errors import MissingExtra, ModelUnavailable, UnreadableMedia
from vouch.ports import Perceiver, Transcriber
from vouch.settings import Settings
from vouch.weights import weights_path

pytestmark = [
    pytest.mark.filterwarnings("ignore:builtin type .* has no __module__ attribute:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:unclosed file .*\.tiktoken:ResourceWarning"),
]
"""SWIG's types in a library that faster-whisper loads; openai-whisper leaves its list of tokens open."""

SECONDS = 12


@dataclass(frozen=True)
class Case:
    """A transcriber with a sound in which somebody says “country”, and silence."""

    transcriber: Transcriber
    spoken: Path
    silent: Path


def save(path: Path, samples: NDArray[np.float64]) -> Path:
    """Writes samples in [-1, 1] as 16-bit mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def silence() -> NDArray[np.float64]:
    return np.zeros(SECONDS * RATE_HZ)


def noise() -> NDArray[np.float64]:
    return np.random.default_rng(1).standard_normal(SECONDS * RATE_HZ) * 0.2


def melody() -> NDArray[np.float64]:
    """“Frère Jacques”, each note with overtones and a falling loudness, over a low chord."""
    notes = [0, 2, 4, 0, 0, 2, 4, 0, 4, 5, 7, 7, 4, 5, 7, 7, 7, 9, 7, 5, 4, 0, 7, 9, 7, 5, 4, 0]
    t = np.arange(int(SECONDS * RATE_HZ / len(notes))) / RATE_HZ

    def tone(halftones: float) -> NDArray[np.float64]:
        hertz = 261.6 * 2 ** (halftones / 12)
        made: NDArray[np.float64] = sum(np.sin(2 * np.pi * hertz * n * t) / n**1.5 for n in range(1, 6)) * np.exp(
            -3 * t
        )
        return made

    return np.concatenate([0.4 * tone(note) + 0.15 * (tone(-12) + tone(-5)) for note in notes])


def bare(text: str) -> str:
    """The words alone."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


@pytest.fixture(scope="module")
def whisper(weights_folder: Path) -> FasterWhisperTranscriber:
    return FasterWhisperTranscriber(lambda: weights_path("whisper-base", folder=weights_folder))


@pytest.fixture(scope="module")
def openai_whisper(weights_folder: Path) -> WhisperTranscriber:
    """The same weights in the other library's format."""
    pytest.importorskip("whisper", reason=f"openai-whisper is not installed: {INSTALL}")
    model_bin = weights_path("whisper-base", folder=weights_folder) / "model.bin"
    return WhisperTranscriber(lambda: whisper_checkpoint(model_bin, Settings().cache), name="whisper-base", threads=1)


@pytest.fixture(
    params=["script", *(pytest.param(name, marks=pytest.mark.weights) for name in ("whisper", "openai_whisper"))]
)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    silent = save(tmp_path / "silent.wav", silence())
    if request.param != "script":
        speech = request.getfixturevalue("data_folder") / "speech" / "speech-openai-whisper__jfk.wav"
        return Case(request.getfixturevalue(request.param), speech, silent)
    spoken = save(tmp_path / "spoken.wav", melody())
    spoken.with_name("spoken.wav.script").write_text(
        "Ask not what your country can do for you.\nAsk.", encoding="utf-8"
    )
    return Case(ScriptTranscriber(), spoken, silent)


def test_what_is_spoken_comes_in_order_with_its_seconds(case: Case) -> None:
    passages = case.transcriber.transcribe(case.spoken)
    assert "country" in " ".join(passage.text for passage in passages)
    assert {passage.channel for passage in passages} == {"transcript"}
    times = [(passage.start_s, passage.end_s) for passage in passages]
    assert all(start is not None and end is not None and 0 <= start < end for start, end in times)
    assert times == sorted(times)


def test_silence_says_nothing(case: Case) -> None:
    assert case.transcriber.transcribe(case.silent) == ()


def test_hearing_it_again_gives_the_same(case: Case) -> None:
    assert case.transcriber.transcribe(case.spoken) == case.transcriber.transcribe(case.spoken)


def test_a_transcriber_is_a_perceiver_of_sounds_and_videos(case: Case) -> None:
    perceiver: Perceiver = case.transcriber  # type: ignore[assignment]
    assert perceiver.takes == {"sound", "video"}
    assert perceiver.made_by


@pytest.mark.parametrize("content", [b"", b"broken"])
def test_a_broken_file_is_unreadable(case: Case, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(content)
    with pytest.raises(UnreadableMedia, match=r"broken\.mp3"):
        case.transcriber.transcribe(broken)


def test_a_missing_file_is_unreadable(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"gone\.mp3"):
        case.transcriber.transcribe(tmp_path / "gone.mp3")


@pytest.mark.parametrize("make", [silence, noise, melody, lambda: noise()[:100], lambda: melody() * 0.02])
def test_no_model_is_even_loaded_where_there_is_no_voice(tmp_path: Path, make: object) -> None:
    def never() -> Path:
        pytest.fail("the model was asked for")

    sound = save(tmp_path / "sound.wav", make())  # type: ignore[operator]
    assert FasterWhisperTranscriber(never).transcribe(sound) == ()


@pytest.mark.weights
def test_nothing_is_made_up_in_noise_and_music_around_a_voice(
    whisper: FasterWhisperTranscriber, data_folder: Path, tmp_path: Path
) -> None:
    with wave.open(str(data_folder / "speech" / "speech-openai-whisper__jfk.wav")) as file:
        voice = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    sound = save(tmp_path / "sound.wav", np.concatenate([melody(), noise() * 0.1, voice, silence(), melody()]))
    passages = whisper.transcribe(sound)
    said = " ".join(passage.text for passage in passages).lower()
    assert "country can do for you" in said
    assert len(said.split()) <= 25  # the clip has 22 words
    start_s, end_s = passages[0].start_s or 0, passages[-1].end_s or 0
    assert 2 * SECONDS - 1 <= start_s <= 2 * SECONDS + 2
    assert end_s <= 3 * SECONDS + 1


@pytest.mark.weights
@pytest.mark.parametrize("clip", ["speech-openai-whisper__jfk.wav", "speech-ljspeech__wavs__LJ001-0009.wav"])
def test_both_libraries_hear_the_same_words_at_the_same_times(
    whisper: FasterWhisperTranscriber, openai_whisper: WhisperTranscriber, data_folder: Path, clip: str
) -> None:
    sound = data_folder / "speech" / clip
    (one,), (other,) = whisper.transcribe(sound), openai_whisper.transcribe(sound)
    assert bare(one.text) == bare(other.text)
    assert one.start_s == pytest.approx(other.start_s, abs=0.5)
    assert one.end_s == pytest.approx(other.end_s, abs=1.0)


@pytest.mark.weights
def test_single_words_have_their_seconds_and_the_language_is_kept(
    openai_whisper: WhisperTranscriber, data_folder: Path
) -> None:
    heard = openai_whisper.hear(data_folder / "speech" / "speech-openai-whisper__jfk.wav")
    ((language, probability),) = heard.language
    assert language == "en"
    assert 0.9 < probability <= 1
    assert bare(" ".join(word.text for word in heard.words)) == bare(" ".join(s.text for s in heard.stretches))
    times = [word.start_s for word in heard.words]
    assert times == sorted(times)
    country = [word.start_s for word in heard.words if bare(word.text) == "country"]
    assert country == [pytest.approx(6.1, abs=1.0), pytest.approx(9.9, abs=1.0)]


def test_what_is_no_checkpoint_is_said_and_nothing_is_downloaded(tmp_path: Path) -> None:
    pytest.importorskip("whisper", reason=f"openai-whisper is not installed: {INSTALL}")
    from retrieval.perception.whisper_transcriber import load

    with pytest.raises(ModelUnavailable, match="no such file"):
        load(Path("base"), threads=0)
    (tmp_path / "base.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ModelUnavailable, match=r"base\.pt is no checkpoint"):
        load(tmp_path / "base.pt", threads=0)


def test_without_the_library_the_line_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from retrieval.perception.whisper_transcriber import load

    monkeypatch.setitem(sys.modules, "whisper", None)
    with pytest.raises(MissingExtra, match=r"pip install --no-deps .*openai-whisper"):
        load(Path("base.pt"), threads=0)


@pytest.mark.weights
def test_few_words_are_misheard(whisper: FasterWhisperTranscriber, data_folder: Path) -> None:
    import jiwer

    lines = (data_folder / "speech" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    clips = [json.loads(line) for line in lines[2:7]]
    heard = [" ".join(p.text for p in whisper.transcribe(data_folder / "speech" / clip["path"])) for clip in clips]

    assert jiwer.wer([bare(clip["text"]) for clip in clips], [bare(text) for text in heard]) < 0.12
