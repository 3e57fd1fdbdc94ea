"""What is spoken in a sound, by Whisper in faster-whisper: int8 on the CPU, half precision on a GPU.

Whisper makes up words over silence, noise and music. So it only hears what the voice detector (Silero, carried by faster-whisper)
takes for a voice, and what it is unsure of or repeats is left out. Who speaks, it does not know. A long file is heard in windows of ten
minutes, cut where it is quiet: faster-whisper computes the features of all that it is given at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from retrieval.perception.sounds import Window, sound_windows
from retrieval.perception.spoken_passages import Stretch, spoken_passages
from retrieval.perception.voices import has_voice
from retrieval.perception.whisper_limits import trusted
from vouch.errors import ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived
from vouch.weights import keep_libraries_offline, weight_digest

PRECISION = {"cpu": "int8", "cuda": "float16"}


class FasterWhisperTranscriber:
    """Passages with their seconds, in the language that is spoken; loaded by the first voice.

    One file is heard at a time: two at once on the same cores would each take more than twice as long.

    Args:
        weights: gives the folder with the model in CTranslate2's format.
        name: the model's name and digest, for `made_by`; empty: Whisper base.
        device: where it runs.
        threads: CPU threads; 0: as the library likes.
    """

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})

    def __init__(
        self, weights: Callable[[], Path], *, name: str = "", device: Literal["cpu", "cuda"] = "cpu", threads: int = 0
    ) -> None:
        named = name or f"whisper-base:{weight_digest('whisper-base')[:8]}"
        self.made_by = f"{named}/{PRECISION[device]}-1"
        self._weights = weights
        self._device = device
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
                self._model = load(self._weights(), device=self._device, threads=self._threads)
            segments, _ = self._model.transcribe(
                window.samples,
                beam_size=5,
                temperature=0.0,  # no sampling: the same file gives the same words
                condition_on_previous_text=False,  # a mistake does not spread
                vad_filter=True,
            )
            return list(trusted(segments, start_s=window.start_s))


def load(folder: Path, *, device: Literal["cpu", "cuda"], threads: int) -> Any:
    """The model, ready to run. Raises ModelUnavailable."""
    keep_libraries_offline()
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(
            str(folder), device=device, compute_type=PRECISION[device], cpu_threads=threads, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as failure:
        raise ModelUnavailable(f"{folder} holds no model that faster-whisper can load ({failure}).") from failure
