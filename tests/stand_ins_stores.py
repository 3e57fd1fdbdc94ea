"""Stand-ins for the stores: an index in memory, and small records to fill a catalogue with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.catalogue_file import CatalogueFile
from retrieval.ingest import IngestParts
from retrieval.perception.cache import PerceptionCache
from retrieval.stores.sql_catalogue import SqlCatalogue
from retrieval.stores.sql_rows import ItemRecord, digest
from tests.stand_ins_perception import HashEmbedder, HashLabelEmbedder, ScriptTranscriber, SidecarCaptioner
from vouch.ports import Embedder, PassageIndex, Vectors
from vouch.types import Attribute, Hit, Item, Passage, Schema, Space


class ExactIndex:
    """A PassageIndex in memory: every similarity, sorted."""

    def __init__(self) -> None:
        self._passages: tuple[Passage, ...] = ()
        self._vectors: Vectors = np.zeros((0, 1), dtype=np.float32)

    def sync(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Holds exactly these passages."""
        self._passages = tuple(passages)
        self._vectors = np.array(vectors, dtype=np.float32)

    def search(self, vector: Vectors, k: int, space: Space, item_ids: Iterable[str] | None = None) -> tuple[Hit, ...]:
        """The k most similar passages, ties by passage_id."""
        wanted = None if item_ids is None else set(item_ids)
        hits = [
            Hit(passage_id=p.passage_id, item_id=p.item_id, similarity=cosine(vector, self._vectors[row]))
            for row, p in enumerate(self._passages)
            if p.space == space and (wanted is None or p.item_id in wanted)
        ]
        return tuple(sorted(hits, key=lambda hit: (-hit.similarity, hit.passage_id))[:k])

    def count(self, space: Space) -> int:
        """How many passages the space holds."""
        return sum(p.space == space for p in self._passages)


def cosine(a: Vectors, b: Vectors) -> float:
    """In float64, rounded to 1e-5."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    return float(np.round(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)), 5))


def passage(passage_id: str, item_id: str, *, space: Space = "text", text: str = "words") -> Passage:
    """A passage of one item."""
    return Passage(
        passage_id=passage_id, item_id=item_id, channel="description", text=text, made_by="file", space=space
    )


def record(number: int, vectors: Vectors, *, space: Space = "text") -> ItemRecord:
    """Item i<number> with a passage a row of `vectors`."""
    item_id = f"i{number}"
    return ItemRecord(
        item=Item(item_id=item_id, title=f"Item {number}"),
        position=number,
        row_digest=f"row {number}",
        passages=tuple(passage(f"{item_id}.{n}", item_id, space=space) for n in range(len(vectors))),
        keys=tuple(("random/1", digest(vector.tolist())) for vector in vectors),
        vectors=vectors,
    )


def random_vectors(count: int, *, seed: int = 0, dimensions: int = 16) -> Vectors:
    """Unit vectors in a few bunches, as texts' vectors are."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(20, dimensions))
    rows = middles[rng.integers(0, 20, count)] + 0.5 * rng.normal(size=(count, dimensions))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


SCHEMA = Schema(
    id_columns=("id",),
    title_column="title",
    text_columns=("plot",),
    media_columns=("cover",),
    attributes=(
        Attribute(name="genres", type="list", column="genres"),
        Attribute(name="year", type="number", column="year"),
        Attribute(name="plot", type="text", column="plot"),
    ),
)


def catalogue_file(items: Sequence[Item], schema: Schema = SCHEMA) -> CatalogueFile:
    """A catalogue file that was read without trouble."""
    return CatalogueFile(schema=schema, items=tuple(items), guesses=(), troubles=(), encoding="utf-8", delimiter=",")


def film(number: int, plot: str = "") -> Item:
    """Item f<number>, a film with a plot."""
    plot = plot or f"Film number {number} is about a lighthouse. Its keeper waits for ship {number} and sings."
    return Item(
        item_id=f"f{number}", title=f"Film {number}", attributes={"genres": ("Drama",), "year": 1920.0, "plot": plot}
    )


def ingest_parts(
    home: Path, *, index: PassageIndex | None = None, embedder: Embedder | None = None, media_dir: Path | None = None
) -> IngestParts:
    """What an ingest into this home works with: stand-ins for the models, a real record."""
    return IngestParts(
        catalogue=SqlCatalogue(home / "vouch.sqlite"),
        index=index or ExactIndex(),
        embedder=embedder or HashEmbedder(),
        label_embedder=HashLabelEmbedder(),
        cache=PerceptionCache(home / "perceived"),
        perceivers=(SidecarCaptioner(), ScriptTranscriber()),
        media_dir=media_dir,
    )
