"""What is spoken in a sound, by Whisper base in faster-whisper (int8, on the CPU).

Whisper makes up words over silence, noise and music. So it only hears what the voice detector (Silero, carried by faster-whisper)
takes for a voice, and what it is unsure of or repeats is left out. Who speaks, it does not know; long files are held whole.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.sounds import RATE_HZ, open_sound
from retrieval.perception.spoken_passages import Stretch, spoken_passages
from vouch.errors import ModelFailed
from vouch.types import MediaKind, Perceived
from vouch.weights import keep_libraries_offline, weight_digest

SHORTEST_VOICE_S = 0.5
LEAST_SURE, UNSURE_AND_NO_SPEECH = -1.0, (-0.7, 0.6)
"""A stretch is left out when its words' mean log-probability is below the first, or below -0.7 with 60 % for “no speech”."""
MOST_REPETITIVE = 2.4
"""Its text compresses better than this: words in a loop (the threshold of Radford et al. 2022)."""


class FasterWhisperTranscriber:
    """Passages with their seconds, in the language that is spoken; loaded by the first voice.

    One file is heard at a time: two at once on the same cores would each take more than twice as long.

    Args:
        weights: gives the folder with the model in CTranslate2's format.
        threads: CPU threads; 0: as the library likes.
    """

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})

    def __init__(self, weights: Callable[[], Path], *, threads: int = 0) -> None:
        self.made_by = f"whisper-base:{weight_digest('whisper-base')[:8]}/int8-1"
        self._weights = weights
        self._threads = threads
        self._hearing = threading.Lock()
        self._model: Any = None

    def transcribe(self, sound: Path) -> tuple[Perceived, ...]:
        """Passages of 10 to 40 seconds in order; none for silence, noise and music.

        Raises UnreadableMedia, ModelFailed, and ModelUnavailable where the weights are not here.
        """
        samples = open_sound(sound)
        if not has_voice(samples):
            return ()
        with self._hearing:
            if self._model is None:
                self._model = load(self._weights(), threads=self._threads)
            try:
                segments, _ = self._model.transcribe(
                    samples,
                    beam_size=5,
                    temperature=0.0,  # no sampling: the same file gives the same words
                    condition_on_previous_text=False,  # a mistake does not spread
                    vad_filter=True,
                )
                return spoken_passages(list(trusted(segments)))
            except RuntimeError as failure:
                raise ModelFailed(f"Whisper could not hear {sound}: {failure}") from failure

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `transcribe`."""
        return self.transcribe(path)


def load(folder: Path, *, threads: int) -> Any:
    """The model, ready to run."""
    keep_libraries_offline()
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)


def has_voice(samples: NDArray[np.float32]) -> bool:
    """Whether the voice detector finds half a second of voice in all."""
    keep_libraries_offline()
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) < SHORTEST_VOICE_S * RATE_HZ:
        return False
    voices = get_speech_timestamps(samples, VadOptions(min_speech_duration_ms=250, speech_pad_ms=0))
    return sum(int(voice["end"] - voice["start"]) for voice in voices) >= SHORTEST_VOICE_S * RATE_HZ


def trusted(segments: Iterable[Any]) -> Iterable[Stretch]:
    """The segments that Whisper is sure enough of, as stretches."""
    for segment in segments:
        sure, silent = segment.avg_logprob, segment.no_speech_prob
        text = segment.text.strip()
        if not any(map(str.isalnum, text)) or sure < LEAST_SURE or segment.compression_ratio > MOST_REPETITIVE:
            continue
        if sure < UNSURE_AND_NO_SPEECH[0] and silent > UNSURE_AND_NO_SPEECH[1]:
            continue
        yield Stretch(text=text, start_s=segment.start, end_s=max(segment.end, segment.start + 0.1))
