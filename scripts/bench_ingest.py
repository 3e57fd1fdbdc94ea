"""What the whole ingest costs over the bare model calls, on the demo's first files, with fresh homes and caches.

    python scripts/bench_ingest.py [--pictures 12] [--sounds 3]

Bare: each perceiver called on each file, then one call of the embedder for all passages. Both are run twice in turn; the first is a warm-up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from demo.make_perceived import MEDIA
from retrieval.build import build_perceivers
from retrieval.catalogue_file import CatalogueFile
from retrieval.embedders.label_embedder import AveragedLabelEmbedder
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.ingest import IngestParts, ingest
from retrieval.perception.cache import PerceptionCache
from retrieval.reading.media_files import kind_of
from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.sql_catalogue import SqlCatalogue
from vouch.ports import Embedder, Perceiver
from vouch.settings import Settings
from vouch.types import Item, Media, Schema


def main() -> None:
    """Times both and prints them with the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--sounds", type=int, default=3)
    given = parser.parse_args()
    files = [*sorted(MEDIA.glob("*.webp"))[: given.pictures], *sorted(MEDIA.glob("*.opus"))[: given.sounds]]
    perceivers, embedder = build_perceivers(Settings()), MiniLmEmbedder(threads=Settings().threads)
    for turn in ("warm-up", "measured"):
        bare_s, whole_s = bare(files, perceivers, embedder), whole(files, perceivers, embedder)
        print(f"{turn}: bare {bare_s:.1f} s, ingest {whole_s:.1f} s, overhead {100 * (whole_s / bare_s - 1):+.0f} %")


def bare(files: Sequence[Path], perceivers: Sequence[Perceiver], embedder: Embedder) -> float:
    """Seconds for the model calls alone, one after the other."""
    began = time.perf_counter()
    takers = [(file, p) for file in files for p in perceivers if kind_of(file.name) in p.takes]
    embedder.embed([one.text for file, p in takers for one in p.perceive(file) if one.text])
    return time.perf_counter() - began


def whole(files: Sequence[Path], perceivers: Sequence[Perceiver], embedder: MiniLmEmbedder) -> float:
    """Seconds for a first ingest of the same files, an item each, up to the synced index."""
    items = [
        Item(item_id=file.name, title=file.stem, media=(Media(path=file.name, kind=kind_of(file.name) or "picture"),))
        for file in files
    ]
    schema = Schema(id_columns=("id",), title_column="title")
    file = CatalogueFile(
        schema=schema, items=tuple(items), guesses=(), troubles=(), encoding="utf-8", delimiter=None, media_dir=MEDIA
    )
    with tempfile.TemporaryDirectory() as folder:
        store = SqlCatalogue(Path(folder, "vouch.sqlite"))
        with ChromaIndex.open(Path(folder, "index"), catalogue=store, for_writing=True) as index:
            parts = IngestParts(
                catalogue=store,
                index=index,
                embedder=embedder,
                label_embedder=AveragedLabelEmbedder(embedder),
                cache=PerceptionCache(Path(folder, "perceived")),
                perceivers=tuple(perceivers),
            )
            began = time.perf_counter()
            ingest(file, source=Path("bench"), parts=parts)
            seconds = time.perf_counter() - began
        store.close()
    return seconds


if __name__ == "__main__":
    main()
