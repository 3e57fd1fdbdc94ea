"""How music and noises sound, measured: known tempo, known beat, nothing for speech and silence; and sounds read in windows."""

from __future__ import annotations

import wave
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.perception import sounds
from retrieval.perception.librosa_sound import LibrosaSound, Measures, clear_key, measure, sound_text
from retrieval.perception.sounds import RATE_HZ, decoded, open_sound, quiet_place, sound_windows
from vouch.errors import UnreadableMedia
from vouch.types import Perceived

pytestmark = pytest.mark.filterwarnings("ignore:builtin type .* has no __module__ attribute:DeprecationWarning")
"""SWIG's types in the library that carries the voice detector."""

Samples = NDArray[np.float32]
G_MAJOR = (392.0, 493.9, 587.3, 784.0)


def save(path: Path, samples: Samples, *, channels: int = 1, rate_hz: int = RATE_HZ) -> Path:
    """Writes samples in [-1, 1] as 16-bit, the same in every channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat((np.clip(samples, -1, 1) * 32767).astype("<i2"), channels).tobytes())
    return path


def arpeggio(bpm: float, *, seconds: float = 15, loudness: float = 0.3) -> Samples:
    """A broken chord of G major, a note a beat, each dying away."""
    sound = np.zeros(round(seconds * RATE_HZ))
    t = np.arange(RATE_HZ) / RATE_HZ
    for number in range(int(seconds * bpm / 60)):
        hertz = G_MAJOR[number % len(G_MAJOR)]
        note = sum(np.sin(2 * np.pi * hertz * n * t) / n**2 for n in range(1, 4)) * np.exp(-5 * t)
        start = round(number * 60 / bpm * RATE_HZ)
        sound[start : start + len(note)] += loudness * note[: len(sound) - start]
    return sound.astype(np.float32)


def noise(seconds: float = 12) -> Samples:
    return (np.random.default_rng(1).standard_normal(round(seconds * RATE_HZ)) * 0.2).astype(np.float32)


def heard(path: Path) -> Perceived:
    (perceived,) = LibrosaSound().perceive(path)
    return perceived


@pytest.mark.parametrize(("bpm", "words"), [(60, "slow music"), (100, "medium-tempo music"), (150, "fast music")])
def test_a_steady_tune_is_said_with_its_tempo(tmp_path: Path, bpm: float, words: str) -> None:
    found = heard(save(tmp_path / "tune.wav", arpeggio(bpm)))
    assert found.channel == "sound"
    assert found.text.startswith(f"{words} with a steady beat, about ")
    assert measure(arpeggio(bpm)).tempo_bpm == pytest.approx(bpm, rel=0.05)
    assert (found.start_s, found.end_s) == (0.0, 15.0)


def test_noise_has_no_beat_and_no_key(tmp_path: Path) -> None:
    assert heard(save(tmp_path / "sea.wav", noise())).text.startswith("noise without a steady beat")
    assert measure(noise()).key is None


def test_a_quiet_tune_is_called_quiet_with_its_decibels(tmp_path: Path) -> None:
    assert "quiet (-" in heard(save(tmp_path / "tune.wav", arpeggio(100, loudness=0.03))).text
    assert "quiet" not in heard(save(tmp_path / "tune.wav", arpeggio(100))).text


def test_the_key_of_a_scale_s_weights_is_found_and_of_equal_notes_none() -> None:
    a_minor = np.array([5, 1, 3, 1, 5, 3, 1, 3, 2, 6, 1, 3], float)
    assert clear_key(a_minor) == "A minor"
    assert clear_key(np.ones(12)) is None


def test_what_strikes_is_called_percussive() -> None:
    drum = Measures(
        beat=0.9, tempo_bpm=120, notes_a_s=4, key=None, centre_hz=1200, loudness_db=-20, percussive=0.8, flat=0.01
    )
    assert sound_text(drum) == "medium-tempo music with a steady beat, about 120 bpm, percussive (80 %)"


def test_silence_and_a_click_say_nothing(tmp_path: Path) -> None:
    silence = np.zeros(10 * RATE_HZ, np.float32)
    assert LibrosaSound().perceive(save(tmp_path / "silence.wav", silence)) == ()
    assert LibrosaSound().perceive(save(tmp_path / "click.wav", noise(0.5))) == ()


def test_speech_says_nothing(data_folder: Path) -> None:
    assert LibrosaSound().perceive(data_folder / "speech" / "speech-openai-whisper__jfk.wav") == ()


def test_of_a_long_sound_the_first_two_minutes_are_measured(tmp_path: Path) -> None:
    found = heard(save(tmp_path / "long.wav", np.tile(arpeggio(150, seconds=10), 20)))
    assert found.end_s is not None
    assert 60 <= found.end_s <= 120


@pytest.mark.parametrize("name", ["the-entertainer", "fur-elise", "canon-in-d"])
def test_a_quick_tune_of_the_demo_is_fast_with_a_steady_beat(name: str) -> None:
    melody = Path(__file__).parent.parent / "demo" / "media" / f"{name}-melody.opus"
    assert heard(melody).text.startswith("fast music with a steady beat")


def test_with_few_notes_a_beat_the_slower_beat_is_said() -> None:
    melody = Path(__file__).parent.parent / "demo" / "media" / "scenes-from-childhood-melody.opus"
    assert "about 85 bpm" in heard(melody).text  # librosa alone finds 170, with 88 notes a minute


@pytest.fixture
def pulses(tmp_path: Path) -> Path:
    """25 seconds: half a second of noise, half a second of quiet, and so on; in each pulse another loudness."""
    pieces = [[noise(0.5) * (1 + n % 5) / 5, np.zeros(RATE_HZ // 2, np.float32)] for n in range(25)]
    return save(tmp_path / "pulses.wav", np.concatenate([piece for pair in pieces for piece in pair]))


def test_windows_are_cut_where_it_is_quiet_and_lose_nothing(pulses: Path) -> None:
    windows = list(sound_windows(pulses, window_s=10))
    whole = open_sound(pulses)
    assert len(windows) == 3
    assert np.array_equal(np.concatenate([window.samples for window in windows]), whole)
    for window, following in pairwise(windows):
        assert following.start_s == window.start_s + len(window.samples) / RATE_HZ
        assert np.abs(window.samples[-RATE_HZ // 20 :]).max() < 0.01
        assert len(window.samples) <= 10 * RATE_HZ


def test_a_sound_is_not_held_whole(pulses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noting(samples: NDArray[np.int16]) -> int:
        asked.append(len(samples))
        return quiet_place(samples)

    monkeypatch.setattr(sounds, "quiet_place", noting)
    assert len(open_sound(pulses, longest_s=4)) <= 4 * RATE_HZ
    assert asked == [4 * RATE_HZ]


def test_a_track_of_which_nothing_can_be_decoded_is_unreadable(pulses: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "decoded", lambda container: iter(()))
    with pytest.raises(UnreadableMedia, match="nothing of it can be decoded"):
        open_sound(pulses)


def test_a_file_that_counts_time_wrongly_is_read_all_the_same() -> None:
    def frame(pts: int) -> av.AudioFrame:
        made = av.AudioFrame.from_ndarray(np.full((1, 800), 1000, np.int16), format="s16", layout="mono")
        made.sample_rate, made.time_base, made.pts = RATE_HZ, Fraction(1, RATE_HZ), pts
        return made

    packets = [SimpleNamespace(decode=partial(list, [frame(pts)])) for pts in (0, 100, 50)]
    container = SimpleNamespace(demux=lambda audio: packets)
    assert np.concatenate(list(decoded(container))).tolist() == [1000] * 2400


def test_where_it_is_never_quiet_the_window_ends_all_the_same() -> None:
    loud = np.full(20 * RATE_HZ, 1000, np.int16)
    assert 10 * RATE_HZ <= quiet_place(loud) <= 20 * RATE_HZ
