"""Play the tunes of `demo.tunes` with numpy: `python -m demo.make_melodies [id ...]`. Opus in Ogg, mono, 32 kbit/s."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from demo.opus import RATE_HZ, Samples, write_opus
from demo.tunes import TUNES, Timbre, Tune

FOLDER = Path(__file__).parent
BIT_RATE = 32_000
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
RING_S: dict[Timbre, float] = {"piano": 0.5, "pluck": 0.6, "organ": 0.12}


def pitch_hz(name: str) -> float:
    """Frequency of a note such as `F#4`, `Bb3`; A4 is 440 Hz."""
    step = STEPS[name[0]] + name.count("#") - name[1:].count("b") + 12 * int(name[-1])
    return float(440.0 * 2 ** ((step - 57) / 12))


def notes(voice: str) -> Iterator[tuple[float, float, tuple[float, ...]]]:
    """Yield start and length in beats, and the frequencies, of each note or chord of a voice."""
    at = 0.0
    for token in voice.split():
        names, beats = token.split(":")
        if names != "-":
            yield at, float(beats), tuple(pitch_hz(name) for name in names.split("+"))
        at += float(beats)


def piano_note(hz: float, seconds: float) -> Samples:
    """A struck string: partials that fade, the higher ones sooner, damped when the key comes up."""
    t = np.arange(round((seconds + RING_S["piano"]) * RATE_HZ)) / RATE_HZ
    sound = np.zeros_like(t)
    for partial in range(1, 13):
        frequency = hz * partial * np.sqrt(1 + 0.0003 * partial**2)
        if frequency > 9000:
            break
        fade = (1.1 + 0.55 * partial) * (hz / 261.6) ** 0.5
        sound += np.sin(2 * np.pi * frequency * t) * np.exp(-fade * t) / partial**1.55
    return _shaped(sound, t, attack_s=0.005, seconds=seconds, damping=9.0)


def plucked_note(hz: float, seconds: float) -> Samples:
    """A plucked string after Karplus and Strong: noise in a loop that loses its edge at each turn."""
    count, period = round((seconds + RING_S["pluck"]) * RATE_HZ), max(2, round(RATE_HZ / hz))
    string = np.random.default_rng(period).uniform(-1, 1, period)
    string = np.convolve(np.concatenate([string[-2:], string, string[:2]]), np.ones(5) / 5, "valid")
    turns = []
    for _ in range(int(count / RATE_HZ * hz) + 2):
        turns.append(string)
        string = 0.996 * (0.5 * string + 0.25 * (np.roll(string, 1) + np.roll(string, -1)))
    t = np.arange(count) / RATE_HZ
    loop = np.concatenate([*turns, string])
    in_tune = np.interp(
        t * hz * period, np.arange(len(loop)), loop
    )  # the loop has a whole number of samples, the note has not
    return _shaped(in_tune * 1.5, t, attack_s=0.002, seconds=seconds, damping=6.0)


def organ_note(hz: float, seconds: float) -> Samples:
    """A rank of pipes: octaves and a fifth, held."""
    t = np.arange(round((seconds + RING_S["organ"]) * RATE_HZ)) / RATE_HZ
    sound = np.zeros_like(t)
    for multiple, strength in ((0.5, 0.35), (1, 1.0), (2, 0.6), (3, 0.25), (4, 0.3), (6, 0.1), (8, 0.12)):
        if hz * multiple < 9000:
            sound += strength * np.sin(2 * np.pi * hz * multiple * (t + 0.00002 * np.sin(2 * np.pi * 5.2 * t)))
    return _shaped(sound * 0.5, t, attack_s=0.03, seconds=seconds, damping=40.0)


def _shaped(
    sound: npt.NDArray[np.float64], t: npt.NDArray[np.float64], *, attack_s: float, seconds: float, damping: float
) -> Samples:
    envelope = np.minimum(1, t / attack_s) * np.exp(-damping * np.maximum(0, t - seconds))
    return np.asarray(sound * envelope, np.float32)


VOICES = {"piano": piano_note, "pluck": plucked_note, "organ": organ_note}


def play(tune: Tune) -> Samples:
    """Play a tune in a small room; returns shape (n,) at 48 kHz, its loudest sample at 0.7."""
    whole = max(start + beats for voice in tune.voices for start, beats, _ in notes(voice))
    seconds = _seconds_at(whole, whole, tune)
    mixed = np.zeros(round((seconds + 1.4) * RATE_HZ), np.float32)
    for number, voice in enumerate(tune.voices):
        for start, beats, pitches in notes(voice):
            at, end = _seconds_at(start, whole, tune), _seconds_at(start + beats, whole, tune)
            for hz in pitches:
                sound = (
                    VOICES[tune.timbre](hz, end - at)
                    * np.float32(0.55 if number else 1.0)
                    / np.float32(len(pitches) ** 0.5)
                )
                first = round(at * RATE_HZ)
                room = min(len(sound), len(mixed) - first)
                mixed[first : first + room] += sound[:room]
    return _in_a_room(mixed, wet=0.32 if tune.timbre == "organ" else 0.16)


def _seconds_at(beat: float, whole: float, tune: Tune) -> float:
    """Time of a beat, the tempo rising evenly to `quicken` times itself."""
    rise = tune.quicken - 1
    beats = beat if rise == 0 else whole / rise * float(np.log1p(rise * beat / whole))
    return beats * 60 / tune.beats_per_minute


def _in_a_room(dry: Samples, *, wet: float) -> Samples:
    sound = dry.copy()
    for delay_s, share in (
        (0.023, 0.9),
        (0.041, 0.75),
        (0.067, 0.6),
        (0.103, 0.45),
        (0.157, 0.35),
        (0.231, 0.25),
        (0.337, 0.16),
    ):
        shift = round(delay_s * RATE_HZ)
        sound[shift:] += np.float32(wet * share) * dry[:-shift]
    fade = round(0.5 * RATE_HZ)
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound * np.float32(0.7 / float(np.abs(sound).max()))


def main(ids: list[str]) -> None:
    """Play all tunes, or the named ones."""
    chosen = [name for name in TUNES if not ids or name in ids]
    for number, name in enumerate(chosen, 1):
        sound = play(TUNES[name])
        write_opus(sound, FOLDER / "media" / f"{name}-melody.opus", bit_rate=BIT_RATE)
        print(f"{number}/{len(chosen)} {name}: {len(sound) / RATE_HZ:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
