"""How a sound that is not speech sounds, measured with librosa and said in words with the numbers: tempo, beat, key, brightness, loudness.

It knows no instruments, no styles and no moods; a tempo can be a half or a double of what people would tap.
"""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.sounds import RATE_HZ, open_sound
from retrieval.perception.voices import voice_s
from vouch.types import MediaKind, Perceived

LONGEST_S, SHORTEST_S = 120.0, 3.0
"""The first two minutes are measured; what is shorter than 3 seconds has no tempo and no key."""
SILENT_DB = -60.0
SPOKEN = 0.5
"""Voices over half of the time without a beat: speech, of which the tempo says nothing."""
STEADY, BEATLESS = 0.5, 0.25
"""Strengths of the beat (see `Measures`). On the 16 tunes of the demo, those played in one tempo had .33 to .92, two free ones .14 and
.16; 20 recordings of speech had at most .22, and noise .09."""
CLEAR_KEY, KEY_MARGIN = 0.75, 0.1
HOP, FRAME = 256, 2048
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
NOTES_A_BEAT = 0.6
"""With fewer notes a beat than this, the beat that people feel is the slower one."""

KEYS = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
PROFILES = {
    "major": np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]),
    "minor": np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]),
}
"""How well each note of the scale fits a key, as listeners rated it (Krumhansl and Kessler 1982)."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What was measured of a sound.

    `beat`: the best autocorrelation of the note onsets at 40 to 240 a minute, 1 for a clock, 0 for noise. `tempo_bpm` without a beat is
    chance. `notes_a_s`: onsets a second. `key`: None where none is clear. `centre_hz`: the spectrum's centre of gravity. `loudness_db`: the
    mean power, 0 for a full square wave. `percussive`, `flat`: shares in [0, 1] of struck against held sound, and of noise.
    """

    beat: float
    tempo_bpm: float
    notes_a_s: float
    key: str | None
    centre_hz: float
    loudness_db: float
    percussive: float
    flat: float


class LibrosaSound:
    """One passage of channel "sound" for music and noises; calls may come from several threads."""

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})

    def __init__(self) -> None:
        self.made_by = f"librosa-{importlib.metadata.version('librosa')}/sound-1"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """One Perceived with the seconds that were measured; none for speech, silence and what is too short. Raises UnreadableMedia."""
        samples = open_sound(path, longest_s=LONGEST_S)
        length_s = len(samples) / RATE_HZ
        if length_s < SHORTEST_S or loudness_db(samples) < SILENT_DB:
            return ()
        measures = measure(samples)
        if measures.beat < STEADY and voice_s(samples) >= SPOKEN * length_s:
            return ()
        return (Perceived(channel="sound", text=sound_text(measures), start_s=0.0, end_s=round(length_s, 2)),)


def measure(samples: NDArray[np.float32]) -> Measures:
    """The measures of mono samples in [-1, 1] at 16 kHz, at least a second of them."""
    import librosa
    import librosa.decompose as sources
    import librosa.onset as attacks

    power = np.abs(librosa.stft(samples, n_fft=FRAME, hop_length=HOP)) ** 2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE_HZ)
    onsets = attacks.onset_strength(S=librosa.power_to_db(mel), sr=RATE_HZ, hop_length=HOP)
    notes = len(attacks.onset_detect(onset_envelope=onsets, sr=RATE_HZ, hop_length=HOP))
    notes_a_s = notes * RATE_HZ / len(samples)
    tempo_bpm = float(librosa.feature.tempo(onset_envelope=onsets, sr=RATE_HZ, hop_length=HOP)[0])
    held, struck = sources.hpss(np.sqrt(mel[:, ::2]), kernel_size=17)
    chroma = librosa.feature.chroma_stft(S=power, sr=RATE_HZ, hop_length=HOP).mean(-1)
    return Measures(
        beat=beat_strength(onsets),
        tempo_bpm=tempo_bpm / 2 if notes_a_s * 60 < NOTES_A_BEAT * tempo_bpm else tempo_bpm,
        notes_a_s=notes_a_s,
        key=clear_key(chroma),
        centre_hz=loud_mean(librosa.feature.spectral_centroid(S=np.sqrt(power), sr=RATE_HZ)[0], power),
        loudness_db=loudness_db(samples),
        percussive=float((struck**2).sum() / max(float((struck**2).sum() + (held**2).sum()), 1e-12)),
        flat=loud_mean(librosa.feature.spectral_flatness(S=power)[0], power),
    )


def beat_strength(onsets: NDArray[Any]) -> float:
    """The best normalised autocorrelation of the onsets' strengths at lags of 40 to 240 beats a minute, in [0, 1]."""
    import librosa

    frames_a_minute = 60 * RATE_HZ / HOP
    correlation = librosa.autocorrelate(onsets - onsets.mean(), max_size=int(frames_a_minute / SLOWEST_BPM) + 1)
    beats = correlation[int(np.ceil(frames_a_minute / FASTEST_BPM)) :]
    return max(0.0, float(beats.max(initial=0.0) / max(float(correlation[0]), 1e-12)))


def clear_key(chroma: NDArray[Any]) -> str | None:
    """The key whose profile correlates best with the strengths of the 12 notes, shape (12,); None where another one is nearly as good.

    The method of Krumhansl and Schmuckler (Krumhansl 1990, chapter 4).
    """
    if not np.ptp(chroma) > 0:
        return None
    fits = sorted(
        (float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]), f"{KEYS[tonic]} {mode}")
        for mode, profile in PROFILES.items()
        for tonic in range(12)
    )
    (second, _), (best, key) = fits[-2:]
    return key if best >= CLEAR_KEY and best - second >= KEY_MARGIN else None


def loud_mean(values: NDArray[Any], power: NDArray[Any]) -> float:
    """The mean of one value a frame, loud frames counting more. `power`: shape (frequencies, frames)."""
    weights = power.sum(0)
    return float((values * weights).sum() / max(float(weights.sum()), 1e-12))


def loudness_db(samples: NDArray[np.float32]) -> float:
    """The mean power in decibels of full scale; -120 for silence."""
    return 10 * float(np.log10(max(float(np.mean(np.square(samples, dtype=np.float64))), 1e-12)))


def sound_text(measures: Measures) -> str:
    """The measures in words with their numbers.

    >>> tune = Measures(beat=0.7, tempo_bpm=141.2, notes_a_s=2, key="G major", centre_hz=2100, loudness_db=-12, percussive=0.1, flat=0)
    >>> sound_text(tune)
    'fast music with a steady beat, about 141 bpm, probably in G major, bright (centre 2.1 kHz), loud (-12 dB)'
    """
    parts = [kind_text(measures), *([f"probably in {measures.key}"] if measures.key else [])]
    if measures.centre_hz >= 1800 or measures.centre_hz < 700:
        tone = "bright" if measures.centre_hz >= 1800 else "dark and low"
        parts.append(f"{tone} (centre {measures.centre_hz / 1000:.1f} kHz)")
    if measures.loudness_db >= -14 or measures.loudness_db < -26:
        parts.append(f"{'loud' if measures.loudness_db >= -14 else 'quiet'} ({measures.loudness_db:.0f} dB)")
    if measures.percussive >= 0.4 and measures.flat < 0.1:
        parts.append(f"percussive ({100 * measures.percussive:.0f} %)")
    return ", ".join(parts)


def kind_text(measures: Measures) -> str:
    """Whether it is music, how fast, and how steady its beat."""
    if measures.beat < BEATLESS:
        kind = "noise" if measures.flat >= 0.1 else "music" if measures.percussive < 0.2 else "sounds"
        busy = (
            f", busy ({measures.notes_a_s:.1f} notes a second)" if kind == "music" and measures.notes_a_s >= 4 else ""
        )
        return f"{kind} without a steady beat{busy}"
    steady = " with a steady beat" if measures.beat >= STEADY else ""
    return f"{speed(measures.tempo_bpm)} music{steady}, about {measures.tempo_bpm:.0f} bpm"


def speed(tempo_bpm: float) -> str:
    """What people call a tempo.

    >>> speed(66), speed(104), speed(144), speed(180)
    ('slow', 'medium-tempo', 'fast', 'very fast')
    """
    if tempo_bpm < 80:
        return "slow"
    return "medium-tempo" if tempo_bpm < 130 else "fast" if tempo_bpm < 170 else "very fast"
