"""Writes demo/perceived.jsonl: what the offline profile's models see and hear in the collection's files, as entries of the perception cache.

`python -m demo.make_perceived` after the covers, voices, melodies and prints are there. What is in the user's cache already is not
perceived again: an entry is keyed by the file's content and the model. A test perceives three files afresh and compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from retrieval.build import build_perceivers
from retrieval.perception.cache import PerceptionCache, content_digest, entry_json
from retrieval.reading.media_files import kind_of
from vouch.ports import Perceiver
from vouch.settings import Settings

FOLDER = Path(__file__).parent
MEDIA = FOLDER / "media"
TARGET = FOLDER / "perceived.jsonl"
SAID_EVERY = 20


def entries(files: Sequence[Path], perceivers: Sequence[Perceiver], cache: PerceptionCache) -> Iterator[str]:
    """One line for each file and each perceiver that takes it and keeps its results, in the order of the files."""
    for file in files:
        digest, kind = content_digest(file), kind_of(file.name)
        for perceiver in perceivers:
            if kind not in perceiver.takes or perceiver.made_by.startswith("sidecar"):
                continue
            perceived = cache.get(digest, perceiver.made_by)
            if perceived is None:
                perceived = perceiver.perceive(file)
                cache.put(digest, perceiver.made_by, perceived)
            yield entry_json(digest, perceiver.made_by, perceived)


def main() -> None:
    """Perceives every file of demo/media and writes the entries at one stroke."""
    settings = Settings()
    files = sorted(path for path in MEDIA.iterdir() if kind_of(path.name) is not None)
    cache, perceivers = PerceptionCache(settings.cache / "perceived"), build_perceivers(settings)
    lines: list[str] = []
    for number, file in enumerate(files, start=1):
        lines += entries([file], perceivers, cache)
        if number % SAID_EVERY == 0 or number == len(files):
            print(f"{number} of {len(files)} files", flush=True)
    part = TARGET.with_suffix(".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(TARGET)


if __name__ == "__main__":
    main()
