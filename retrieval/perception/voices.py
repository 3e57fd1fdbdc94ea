"""Where somebody speaks, by the voice detector that faster-whisper carries (Silero): a small network, some 100 times faster than real time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.sounds import RATE_HZ
from vouch.weights import keep_libraries_offline

SHORTEST_VOICE_S = 0.5


def has_voice(samples: NDArray[np.float32]) -> bool:
    """Whether the detector finds half a second of voice in all. `samples`: mono at 16 kHz."""
    return voice_s(samples) >= SHORTEST_VOICE_S


def voice_s(samples: NDArray[np.float32]) -> float:
    """How many seconds of voice the detector finds. `samples`: mono at 16 kHz."""
    keep_libraries_offline()
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) < SHORTEST_VOICE_S * RATE_HZ:
        return 0.0
    voices = get_speech_timestamps(samples, VadOptions(min_speech_duration_ms=250, speech_pad_ms=0))
    return sum(int(voice["end"] - voice["start"]) for voice in voices) / RATE_HZ


def voiced_spans(samples: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Where somebody speaks, in seconds, with 0.4 seconds before and after; pauses of up to 2 seconds do not part two spans."""
    keep_libraries_offline()
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    return [
        (voice["start"] / RATE_HZ, voice["end"] / RATE_HZ) for voice in get_speech_timestamps(samples, VadOptions())
    ]
