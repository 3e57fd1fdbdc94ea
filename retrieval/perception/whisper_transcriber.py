"""What is spoken in a sound, by openai-whisper in torch: on a GPU in half precision, else on the CPU. Any checkpoint of it is taken.

It hears only what the voice detector takes for a voice, and of that leaves out what its own limits call no speech, unsure or
repetitive: over music it makes up nothing. Who speaks, it does not know.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.sounds import RATE_HZ, Window, sound_windows
from retrieval.perception.spoken_passages import Stretch, spoken_passages
from retrieval.perception.voices import has_voice, voiced_spans
from retrieval.perception.whisper_limits import MOST_REPETITIVE, NO_SPEECH, SURE_ENOUGH, trusted
from vouch.errors import MissingExtra, ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived

INSTALL = "pip install --no-deps -c constraints.txt openai-whisper more-itertools tiktoken"
"""Without its dependencies, because on Linux they hold triton, which torch brings itself where there is a GPU."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was heard: `language` (ISO 639-1, with its probability; empty where nobody speaks), the stretches, the words in them."""

    language: tuple[tuple[str, float], ...] = ()
    stretches: tuple[Stretch, ...] = ()
    words: tuple[Stretch, ...] = ()


class WhisperTranscriber:
    """Passages with their seconds, in the language that is spoken; loaded by the first voice. One file is heard at a time.

    Args:
        weights: gives the checkpoint (.pt).
        name: the model's name and digest, for `made_by`.
        threads: torch's threads, for the whole process; 0 leaves them as they are.
    """

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})

    def __init__(self, weights: Callable[[], Path], *, name: str, threads: int = 0) -> None:
        self.made_by = f"{name}/openai-1"
        self._weights = weights
        self._threads = threads
        self._hearing = threading.Lock()
        self._model: Any = None

    def transcribe(self, sound: Path) -> tuple[Perceived, ...]:
        """Passages of 10 to 40 seconds in order, each with its language as a label; none for silence, noise and music.

        Raises UnreadableMedia, ModelFailed, and SetupError where the library or the checkpoint is not here.
        """
        heard = self.hear(sound)
        return spoken_passages(heard.stretches, language=heard.language)

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `transcribe`."""
        return self.transcribe(path)

    def hear(self, sound: Path) -> Heard:
        """The language, the stretches and the single words with their seconds. Raises as `transcribe` does."""
        language: tuple[tuple[str, float], ...] = ()
        stretches: list[Stretch] = []
        words: list[Stretch] = []
        try:
            for window in sound_windows(sound):
                if has_voice(window.samples):
                    segments, language = self._segments(window, language)
                    kept = list(trusted(segments, start_s=window.start_s))
                    stretches += kept
                    words += words_within(kept, segments, start_s=window.start_s)
        except RuntimeError as failure:
            raise ModelFailed(f"Whisper could not hear {sound}: {failure}") from failure
        return Heard(language=language if stretches else (), stretches=tuple(stretches), words=tuple(words))

    def _segments(
        self, window: Window, language: tuple[tuple[str, float], ...]
    ) -> tuple[list[SimpleNamespace], tuple[tuple[str, float], ...]]:
        """The library's segments of one window, and the language: the one that is known, or the one of its first words."""
        spans = voiced_spans(window.samples)
        with self._hearing:
            if self._model is None:
                self._model = load(self._weights(), threads=self._threads)
            language = language or spoken_language(self._model, window.samples[round(spans[0][0] * RATE_HZ) :])
            found = self._model.transcribe(
                window.samples,
                language=language[0][0],
                beam_size=5,
                temperature=0.0,  # no sampling: the same file gives the same words
                condition_on_previous_text=False,  # a mistake does not spread
                word_timestamps=True,
                compression_ratio_threshold=MOST_REPETITIVE,
                logprob_threshold=SURE_ENOUGH,
                no_speech_threshold=NO_SPEECH,
                clip_timestamps=[edge for span in spans for edge in span],
                fp16=self._model.device.type == "cuda",
            )
        return [SimpleNamespace(**segment) for segment in found["segments"]], language


def spoken_language(model: Any, samples: NDArray[np.float32]) -> tuple[tuple[str, float], ...]:
    """The language of the first 30 seconds with its probability. `samples`: mono at 16 kHz, beginning where somebody speaks."""
    import whisper

    if not model.is_multilingual:
        return (("en", 1.0),)
    mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(samples), n_mels=model.dims.n_mels).to(model.device)
    _, probabilities = model.detect_language(mel)
    best = max(probabilities, key=probabilities.__getitem__)
    return ((best, round(float(probabilities[best]), 4)),)


def load(checkpoint: Path, *, threads: int) -> Any:
    """The model, ready to run. Raises MissingExtra, ModelUnavailable."""
    try:
        import whisper
    except ImportError as missing:
        raise MissingExtra("openai-whisper", INSTALL) from missing
    import torch

    if threads:
        torch.set_num_threads(threads)
    if not checkpoint.is_file():  # a name would make the library download
        raise ModelUnavailable(f"{checkpoint} is no checkpoint of openai-whisper: there is no such file.")
    try:
        model = whisper.load_model(str(checkpoint))
    except (RuntimeError, KeyError, TypeError, EOFError, OSError, ValueError, pickle.UnpicklingError) as failure:
        raise ModelUnavailable(
            f"{checkpoint} is no checkpoint of openai-whisper ({type(failure).__name__})."
        ) from failure
    heads = whisper._ALIGNMENT_HEADS.get(checkpoint.stem)
    if heads is not None:  # the published checkpoints keep to their names; these heads give the best times of words
        model.set_alignment_heads(heads)
    return model


def named_checkpoint(name: str, folder: Path) -> Path:
    """The published checkpoint of that name in `folder`/openai-whisper. Raises MissingExtra, ModelUnavailable; downloads nothing."""
    try:
        import whisper
    except ImportError as missing:
        raise MissingExtra("openai-whisper", INSTALL) from missing
    address: str | None = whisper._MODELS.get(name)
    if address is None:
        raise ModelUnavailable(f"openai-whisper has no model “{name}”: it has {', '.join(whisper.available_models())}.")
    place = folder / "openai-whisper" / address.rsplit("/", 1)[-1]
    if not place.is_file():
        raise ModelUnavailable(f"The checkpoint {place} is not here. Fetch it from {address} and put it there.")
    return place


def words_within(stretches: Sequence[Stretch], segments: Sequence[Any], *, start_s: float) -> tuple[Stretch, ...]:
    """The words of the segments that were kept as stretches, with the seconds of the whole sound."""
    kept = {stretch.text for stretch in stretches}
    return tuple(
        Stretch(text=word["word"].strip(), start_s=start_s + float(word["start"]), end_s=start_s + float(word["end"]))
        for segment in segments
        if segment.text.strip() in kept
        for word in segment.words
    )
