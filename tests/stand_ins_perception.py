"""Stand-ins for the ports of perception and embedding: quick, deterministic, with no weights and no library but numpy."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vouch.errors import UnreadableMedia
from vouch.ports import Vectors
from vouch.types import MediaKind, Perceived


class HashEmbedder:
    """A bag of words: each word adds its own fixed random direction, so that texts which share words are similar."""

    dimensions = 64

    def __init__(self) -> None:
        self.embedder_id = "hash-words/1"
        self.calls: list[tuple[str, ...]] = []
        """What was embedded, call by call: a test can see that nothing was embedded twice."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 64), float32, rows of length 1; a text without words has a direction of its own."""
        self.calls.append(tuple(texts))
        rows = [sum(map(direction, words(text) or [""]), np.zeros(self.dimensions)) for text in texts]
        return unit(np.array(rows).reshape(-1, self.dimensions))


class HashLabelEmbedder:
    """Labels' HashEmbedder vectors, averaged with their probabilities as weights; a mapped vector is added."""

    dimensions = HashEmbedder.dimensions

    def __init__(self) -> None:
        self.embedder_id = "hash-labels/1"

    def embed_labels(
        self, labels: Sequence[Sequence[tuple[str, float]]], mapped: Sequence[Sequence[float]] | None = None
    ) -> Vectors:
        """Shape (len(labels), 64), float32, rows of length 1; no labels at all have a direction of their own."""
        embedder = HashEmbedder()
        groups = [[label for label in group if label[1] > 0] or [("", 1.0)] for group in labels]
        rows = [np.array([p for _, p in group]) @ embedder.embed([name for name, _ in group]) for group in groups]
        vectors = unit(np.array(rows).reshape(-1, self.dimensions))
        for row, vector in enumerate(mapped or ()):
            vectors[row] += np.array(vector or [0.0] * self.dimensions, np.float32)
        return unit(vectors)


class SidecarCaptioner:
    """Says of `photo.jpg` what `photo.jpg.txt` says: one label a line, "label 0.62"; nothing where there is no such file."""

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self) -> None:
        self.made_by = "sidecar-captions/1"

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "tags" with its labels, or none. Raises UnreadableMedia where the picture is missing or empty."""
        require_content(picture)
        beside = picture.with_name(picture.name + ".txt")
        if not beside.exists():
            return ()
        lines = [line.rsplit(" ", 1) for line in beside.read_text(encoding="utf-8").splitlines() if line]
        labels = tuple((name, float(p)) for name, p in lines)
        text = ", ".join(f"{name} ({p:.0%})" for name, p in labels)
        return (Perceived(channel="tags", text=text, labels=labels),)

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)


class ScriptTranscriber:
    """Hears in `talk.wav` what `talk.wav.script` says, a passage a line, ten seconds each; silence where there is none."""

    takes: frozenset[MediaKind] = frozenset({"sound", "video"})

    def __init__(self) -> None:
        self.made_by = "script/1"

    def transcribe(self, sound: Path) -> tuple[Perceived, ...]:
        """A passage a line, in order. Raises UnreadableMedia where the sound is missing or empty."""
        require_content(sound)
        script = sound.with_name(sound.name + ".script")
        lines = script.read_text(encoding="utf-8").splitlines() if script.exists() else []
        return tuple(
            Perceived(channel="transcript", text=line, start_s=10.0 * i, end_s=10.0 * (i + 1))
            for i, line in enumerate(lines)
            if line.strip()
        )

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `transcribe`."""
        return self.transcribe(path)


def words(text: str) -> list[str]:
    """The words of a text in lower case, without a plural's "s"."""
    return [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in re.findall(r"\w+", text.lower())]


def direction(word: str) -> Vectors:
    """The fixed direction of a word."""
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(HashEmbedder.dimensions).astype(np.float32)


def unit(rows: NDArray[Any]) -> Vectors:
    """Rows of length 1, float32."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)


def require_content(path: Path) -> None:
    """Raises UnreadableMedia where the file is missing, empty or begins with the bytes "broken"."""
    if not path.is_file() or path.read_bytes()[:6] in (b"", b"broken"):
        raise UnreadableMedia(str(path), "cannot be read as a picture or a sound.")
