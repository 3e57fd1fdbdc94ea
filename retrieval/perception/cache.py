"""What perception made of a file, kept by the file's content and by who perceived it, so that nothing is looked at or heard twice."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vouch.types import Perceived


class PerceptionCache:
    """One small JSON file an entry, written at one stroke; safe for several threads and processes.

    Args:
        folder: where the entries lie; made by the first `put`.
        shipped: a JSONL file of entries that came with a collection, `{"content", "made_by", "perceived"}` a line; read by the
            first `get` that misses, never written.
    """

    def __init__(self, folder: Path, shipped: Path | None = None) -> None:
        self._folder = folder
        self._shipped_file = shipped
        self._shipped: dict[tuple[str, str], tuple[Perceived, ...]] | None = None
        self._reading = threading.Lock()

    def get(self, content_digest: str, made_by: str) -> tuple[Perceived, ...] | None:
        """What was perceived; empty where there was nothing to perceive; None where nobody has looked yet or the entry is spoilt."""
        entry = self._path(content_digest, made_by)
        with suppress(OSError, ValueError, KeyError, TypeError):  # none yet, or cut off by a full disk: it is made anew
            raw = json.loads(entry.read_text(encoding="utf-8"))
            if (raw["content"], raw["made_by"]) == (content_digest, made_by):
                return from_json(raw["perceived"])
        return self._shipped_entries().get((content_digest, made_by))

    def put(self, content_digest: str, made_by: str, perceived: tuple[Perceived, ...]) -> None:
        """Keeps an entry; an older one under the same key is replaced."""
        entry = self._path(content_digest, made_by)
        entry.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=entry.parent, prefix=".partial-")
        partial = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(entry_json(content_digest, made_by, perceived))
            partial.replace(entry)
        finally:
            partial.unlink(missing_ok=True)

    def _path(self, content_digest: str, made_by: str) -> Path:
        key = hashlib.sha256(f"{content_digest}\n{made_by}".encode()).hexdigest()
        return self._folder / key[:2] / f"{key[2:34]}.json"

    def _shipped_entries(self) -> dict[tuple[str, str], tuple[Perceived, ...]]:
        with self._reading:
            if self._shipped is None:
                self._shipped = {}
                if self._shipped_file is not None and self._shipped_file.is_file():
                    for line in self._shipped_file.read_text(encoding="utf-8").splitlines():
                        raw = json.loads(line)
                        self._shipped[raw["content"], raw["made_by"]] = from_json(raw["perceived"])
            return self._shipped


def content_digest(path: Path) -> str:
    """The sha256 of the file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def entry_json(content_digest: str, made_by: str, perceived: tuple[Perceived, ...]) -> str:
    """One entry as one line of JSON: what the cache's files and a shipped JSONL hold. What is None or empty is left out."""
    kept = [{name: value for name, value in asdict(one).items() if value not in (None, ())} for one in perceived]
    return json.dumps({"content": content_digest, "made_by": made_by, "perceived": kept}, ensure_ascii=False)


def from_json(perceived: list[dict[str, Any]]) -> tuple[Perceived, ...]:
    """The values of an entry. Raises KeyError, TypeError or ValueError where they are none."""
    return tuple(
        Perceived(
            channel=one["channel"],
            text=one.get("text", ""),
            start_s=one.get("start_s"),
            end_s=one.get("end_s"),
            labels=tuple((str(name), float(p)) for name, p in one.get("labels", ())),
            vector=tuple(map(float, one.get("vector", ()))),
        )
        for one in perceived
    )
