"""What is spoken in a sound, by Whisper base in faster-whisper (int8, on the CPU).

Whisper makes up words over silence, noise and music. So it only hears what the voice detector (Silero, carried by faster-whisper)
takes for a voice, and what it is unsure of or repeats is left out. Who speaks, it does not know. A long file is heard in windows of ten
minutes, cut where it is quiet: faster-whisper computes the features of all that it is given at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from retrieval.perception.sounds import Window, sound_windows
from retrieval.perception.spoken_passages import Stretch, spoken_passages
from retrieval.perception.voices import has_voice
from vouch.errors import ModelFailed
from vouch.types import MediaKind, Perceived
from vouch.weights import keep_libraries_offline, weight_digest

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
        try:
            return spoken_passages([stretch for window in sound_windows(sound) for stretch in self._heard(window)])
        except RuntimeError as failure:
            raise ModelFailed(f"Whisper could not hear {sound}: {failure}") from failure

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `transcribe`."""
        return self.transcribe(path)

    def _heard(self, window: Window) -> list[Stretch]:
        """What is spoken in one window, with the seconds of the whole sound."""
        if not has_voice(window.samples):
            return []
        with self._hearing:
            if self._model is None:
                self._model = load(self._weights(), threads=self._threads)
            segments, _ = self._model.transcribe(
                window.samples,
                beam_size=5,
                temperature=0.0,  # no sampling: the same file gives the same words
                condition_on_previous_text=False,  # a mistake does not spread
                vad_filter=True,
            )
            return list(trusted(segments, start_s=window.start_s))


def load(folder: Path, *, threads: int) -> Any:
    """The model, ready to run."""
    keep_libraries_offline()
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)


def trusted(segments: Iterable[Any], *, start_s: float = 0.0) -> Iterable[Stretch]:
    """The segments that Whisper is sure enough of, as stretches; `start_s` is where what it heard begins."""
    for segment in segments:
        sure, silent = segment.avg_logprob, segment.no_speech_prob
        text = segment.text.strip()
        if not any(map(str.isalnum, text)) or sure < LEAST_SURE or segment.compression_ratio > MOST_REPETITIVE:
            continue
        if sure < UNSURE_AND_NO_SPEECH[0] and silent > UNSURE_AND_NO_SPEECH[1]:
            continue
        end_s = max(segment.end, segment.start + 0.1)
        yield Stretch(text=text, start_s=start_s + segment.start, end_s=start_s + end_s)
