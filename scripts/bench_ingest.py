"""What the whole ingest costs over the bare model calls, on the demo's first files (photos before covers), with fresh homes and caches.

    python scripts/bench_ingest.py [--pictures 12] [--sounds 3] [--rounds 2]

Bare: each perceiver called on each file, one after the other, then one call of the embedder for all passages. Both ways are run in turn,
after one of each that is not counted; the best round counts. On a machine that does other things too, believe the processor seconds.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.make_perceived import MEDIA
from retrieval.build import build_perceivers
from retrieval.catalogue_file import CatalogueFile
from retrieval.embedders.label_embedder import AveragedLabelEmbedder
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.ingest import IngestParts, ingest
from retrieval.perception.cache import PerceptionCache
from retrieval.perception.sounds import RATE_HZ, open_sound
from retrieval.reading.media_files import kind_of
from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.sql_catalogue import SqlCatalogue
from vouch.ports import Perceiver
from vouch.settings import Settings
from vouch.types import Item, Media, Schema


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock and of the processor."""

    clock_s: float
    processor_s: float


def main() -> None:
    """Times both ways over pictures and over sounds, and prints them with the overhead."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--sounds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    console = Console()
    perceivers, embedder = build_perceivers(Settings()), MiniLmEmbedder(threads=Settings().threads)
    table = Table("what", "files", "bare s", "ingest s", "overhead", "of processor s", "speed")
    photos, covers, sounds = (
        sorted(f for f in MEDIA.iterdir() if f.suffix in e) for e in ((".jpg", ".png"), ".webp", ".opus")
    )
    for what, files in (("pictures", [*photos, *covers][: given.pictures]), ("sounds", sounds[: given.sounds])):
        bare, whole = in_turn(files, perceivers, embedder, rounds=given.rounds, say=Console(stderr=True).print)
        speed = (
            f"{len(files) / whole.clock_s:.2f} pictures a second"
            if what == "pictures"
            else f"{whole.clock_s / sum(len(open_sound(file)) / RATE_HZ for file in files):.2f} of real time"
        )
        table.add_row(
            what,
            str(len(files)),
            f"{bare.clock_s:.1f}",
            f"{whole.clock_s:.1f}",
            f"{whole.clock_s / bare.clock_s - 1:+.1%}",
            f"{whole.processor_s / bare.processor_s - 1:+.1%}",
            speed,
        )
    console.print(table)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    console.print(f"Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit} MB, models included.")


def in_turn(
    files: Sequence[Path],
    perceivers: Sequence[Perceiver],
    embedder: MiniLmEmbedder,
    *,
    rounds: int,
    say: Callable[[str], None],
) -> tuple[Spent, Spent]:
    """The best of the rounds of each way."""
    ways = (calling(files, perceivers, embedder), ingesting(files, perceivers, embedder))
    spent: tuple[list[Spent], list[Spent]] = ([], [])
    for turn in range(rounds + 1):
        for way, times in zip(ways, spent, strict=True):
            times.append(timed(way))
        bare, whole = (times[-1] for times in spent)
        say(
            f"{'warm-up' if not turn else f'round {turn}'}: {len(files)} files, "
            f"bare {bare.clock_s:.1f} s, ingest {whole.clock_s:.1f} s"
        )
    bare, whole = (
        Spent(min(one.clock_s for one in times[1:]), min(one.processor_s for one in times[1:])) for times in spent
    )
    return bare, whole


def timed(way: Callable[[], None]) -> Spent:
    """What one call spends."""
    clock, processor = time.perf_counter(), time.process_time()
    way()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def calling(files: Sequence[Path], perceivers: Sequence[Perceiver], embedder: MiniLmEmbedder) -> Callable[[], None]:
    """The model calls alone. What is seen gets its vector from its labels, as in an ingest."""
    labels = AveragedLabelEmbedder(embedder)

    def call() -> None:
        takers = [(file, p) for file in files for p in perceivers if kind_of(file.name) in p.takes]
        perceived = [one for file, p in takers for one in p.perceive(file)]
        embedder.embed([*(file.stem for file in files), *(one.text for one in perceived if not one.labels)])
        seen = [one for one in perceived if one.labels]
        labels.embed_labels([one.labels for one in seen], [one.vector for one in seen])

    return call


def ingesting(files: Sequence[Path], perceivers: Sequence[Perceiver], embedder: MiniLmEmbedder) -> Callable[[], None]:
    """A first ingest of the same files, an item each, up to the synced index."""
    labels = AveragedLabelEmbedder(embedder)
    file = CatalogueFile(
        schema=Schema(id_columns=("id",), title_column="title"),
        items=tuple(
            Item(item_id=f.name, title=f.stem, media=(Media(path=f.name, kind=kind_of(f.name) or "picture"),))
            for f in files
        ),
        guesses=(),
        troubles=(),
        encoding="utf-8",
        delimiter=None,
        media_dir=MEDIA,
    )

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = SqlCatalogue(Path(folder, "vouch.sqlite"))
            with ChromaIndex.open(Path(folder, "index"), catalogue=store, for_writing=True) as index:
                parts = IngestParts(
                    catalogue=store,
                    index=index,
                    embedder=embedder,
                    label_embedder=labels,
                    cache=PerceptionCache(Path(folder, "perceived")),
                    perceivers=tuple(perceivers),
                )
                ingest(file, source=Path("bench"), parts=parts)
            store.close()

    return run


if __name__ == "__main__":
    main()
