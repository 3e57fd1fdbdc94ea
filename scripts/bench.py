"""Medians of what people wait for, each with its ratio to a named peer that is run in turn with it; written to docs/figures/bench.json.

    VOUCH_HOME=HOME python -m scripts.bench [--rounds 15] [--out docs/figures/bench.json]

Texts are those of the collection in the home; vectors, items and likes are made up. One thread each. Quote the ratios: single times drift
with whatever else the machine does. README's table is made of the file (`python -m scripts.readme_tables`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from retrieval.build import Collection, open_collection
from retrieval.item_vectors import ItemVectors
from retrieval.recommender import Content, Recommender
from retrieval.scorers.alternatives import fit_als
from retrieval.scorers.fitted import Fitted, fit_adaptive
from retrieval.scorers.levels import DEFAULT
from retrieval.scorers.like_counts import LikeCounts
from retrieval.scorers.training import Training
from retrieval.sources.collaborative import CollaborativeSource
from retrieval.stores.vector_file import unit_rows
from scripts.bench_large import Index, NoStore, made_up, made_up_likes
from vouch.settings import Settings
from vouch.types import Filter, Preference, Query, Taste
from vouch.weights import weights_path

OUT = Path(__file__).parent.parent / "docs" / "figures" / "bench.json"
PASSAGES, COMPARED = 32, 200
ITEMS, FEW_ITEMS = 10_000, 3_500
Run = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One measurement: our way, and a peer's."""

    name: str
    ours: Run
    peer_name: str
    peer: Run
    rounds: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Medians and 99th percentiles in milliseconds, and how often ours goes into the peer's; above 1 we are quicker."""

    name: str
    ours_ms: float
    ours_p99_ms: float
    peer: str
    peer_ms: float
    ratio: float
    note: str


def main() -> None:
    """Opens the collection, runs every case in turn with its peer, prints the table and writes the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    console = Console(stderr=True)
    torch.set_num_threads(1)
    with threadpool_limits(1):
        collection = open_collection(Settings(threads=1))
        figures = []
        for case in cases(collection):
            console.print(case.name, "…")
            figures.append(measured(case, case.rounds or given.rounds))
        collection.index.close()
    table = Table("what", "median ms", "p99 ms", "peer", "peer's median ms", "peer / ours", "")
    for one in figures:
        times = (f"{value:.2f}" for value in (one.ours_ms, one.ours_p99_ms))
        table.add_row(one.name, *times, one.peer, f"{one.peer_ms:.2f}", f"{one.ratio:.1f}", one.note)
    Console().print(table)
    told = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "figures": [asdict(one) for one in figures]}
    part = given.out.with_suffix(".part")
    part.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(given.out)


def measured(case: Case, rounds: int) -> Figure:
    """Ours and the peer's, run in turn, after one warm-up each."""
    times: dict[Run, list[float]] = {case.ours: [], case.peer: []}
    for number in range(rounds + 1):
        for run, own in times.items():
            began = time.perf_counter()
            run()
            if number:
                own.append(1000 * (time.perf_counter() - began))
    ours, theirs = (statistics.median(own) for own in times.values())
    p99 = float(np.quantile(times[case.ours], 0.99))
    return Figure(
        name=case.name,
        ours_ms=round(ours, 3),
        ours_p99_ms=round(p99, 3),
        peer=case.peer_name,
        peer_ms=round(theirs, 3),
        ratio=round(theirs / ours, 2),
        note=case.note,
    )


def cases(collection: Collection) -> Iterator[Case]:
    """All of them; each is prepared when its turn comes."""
    rng = np.random.default_rng(0)
    yield from embedding_cases(collection)
    yield from passage_cases(unit_rows(rng.standard_normal((ITEMS, 384), dtype=np.float32)))
    yield from stranger_cases(rng)
    yield list_case(collection, rng)


def embedding_cases(collection: Collection) -> Iterator[Case]:
    """Passages and one query embedded, by the same weights."""
    from sentence_transformers import SentenceTransformer

    texts = [passage.text for passage in collection.catalogue.passages if passage.space == "text"]
    embed = collection.embedder.embed
    model = SentenceTransformer(str(weights_path("all-minilm-l6-v2")), device="cpu")

    def encode(some: Sequence[str]) -> Any:
        return model.encode(list(some), normalize_embeddings=True, show_progress_bar=False)

    compared = texts[:COMPARED]
    shared = overlap(embed(compared), np.asarray(encode(compared)))
    yield Case(
        name=f"{PASSAGES} passages embedded",
        ours=lambda: embed(texts[:PASSAGES]),
        peer_name="sentence-transformers",
        peer=lambda: encode(texts[:PASSAGES]),
        rounds=4,
        note=f"overlap@10 of the neighbours {shared:.3f}",
    )
    words = ["a quiet story of the sea"]
    name = "one query embedded"
    yield Case(name=name, ours=lambda: embed(words), peer_name="sentence-transformers", peer=lambda: encode(words))


def overlap(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], k: int = 10) -> float:
    """The mean share of each row's k nearest other rows that two sets of vectors have in common."""
    nearest = []
    for rows in (one, other):
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, -1)
        nearest.append(np.argsort(-cosines, axis=1)[:, :k])
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(*(n.tolist() for n in nearest), strict=True)]))


def passage_cases(vectors: np.ndarray[Any, Any]) -> Iterator[Case]:
    """The nearest of so many vectors, with and without an item set; the peers are Chroma on the same vectors, and numpy."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    passages = made_up(len(vectors), np.random.default_rng(1)).passages
    index = Index(passages, vectors)
    client = chromadb.PersistentClient(tempfile.mkdtemp(), settings=ChromaSettings(anonymized_telemetry=False))
    peer = client.create_collection("peer", metadata={"hnsw:space": "cosine"}, embedding_function=None)
    for start in range(0, len(vectors), 2_000):
        part = range(start, min(start + 2_000, len(vectors)))
        peer.add(
            ids=[str(i) for i in part],
            embeddings=vectors[part.start : part.stop],
            metadatas=[{"half": i % 2 == 1} for i in part],
        )
    vector, half = vectors[7], frozenset(p.item_id for p in passages[1::2])

    def by_numpy() -> object:
        similarities = vectors @ vector
        best = np.argpartition(-similarities, 50)[:50]
        return best[np.argsort(-similarities[best])]

    ours = f"50 nearest of {len(vectors):,} passages"
    search = index.search
    yield Case(name=ours, ours=lambda: search(vector, 50, "text"), peer_name="numpy, exact", peer=by_numpy)
    yield Case(
        name=ours,
        ours=lambda: search(vector, 50, "text"),
        peer_name="Chroma's query",
        peer=lambda: peer.query(query_embeddings=[vector], n_results=50),
    )
    yield Case(
        name="the same among half of the items",
        ours=lambda: search(vector, 50, "text", half),
        peer_name="Chroma's where",
        peer=lambda: peer.query(query_embeddings=[vector], n_results=50, where={"half": True}),
    )


def stranger_cases(rng: np.random.Generator) -> Iterator[Case]:
    """A stranger's three likes folded in, all items scored, the best 20 taken; many of the items borrow."""
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import BM25Recommender
    from scipy.sparse import csr_matrix

    catalogue = made_up(FEW_ITEMS, rng)
    likes = made_up_likes(FEW_ITEMS, likes=200_000, people=5_000, rng=rng)
    vectors = ItemVectors(catalogue, unit_rows(rng.standard_normal((FEW_ITEMS, 384), dtype=np.float32)))
    model = fit_adaptive(likes, catalogue, item_vectors=vectors, choices=DEFAULT)
    training = Training.of(catalogue, likes)
    if model is None or training is None:
        raise ValueError("made-up likes can be learned from")
    source = CollaborativeSource(model)
    chosen = training.item_ids[10:13]
    query = Query(tastes=(Taste(user_id="s", liked=tuple(Preference(item_id=i) for i in chosen)),))
    asked = csr_matrix((np.ones(3), ([0, 0, 0], [10, 11, 12])), shape=(1, len(training.item_ids)))
    borrowing = 0 if model.borrowers is None else len(model.borrowers.places)
    als = AlternatingLeastSquares(factors=64, iterations=5, random_state=0)
    als.fit(training.likes.tocsr(), show_progress=False)
    neighbours = BM25Recommender(K=200)
    neighbours.fit(training.likes.tocsr().astype(np.float64), show_progress=False)
    peers = {
        "implicit's ALS": lambda: als.recommend(0, asked, N=20, recalculate_user=True),
        "implicit's BM25 neighbours": lambda: neighbours.recommend(0, asked, N=20),
    }
    for name, peer in peers.items():
        yield Case(
            name=f"a stranger's likes folded in, {FEW_ITEMS:,} items scored, 20 listed",
            ours=lambda: source.propose(query, 20, None),
            peer_name=name,
            peer=peer,
            rounds=200,
            note=f"{borrowing:,} of the items borrow",
        )


def list_case(collection: Collection, rng: np.random.Generator) -> Case:
    """A whole list of ten for words, a filter and three likes; the peer only embeds the words."""
    from sentence_transformers import SentenceTransformer

    catalogue = made_up(ITEMS, rng)
    vectors = unit_rows(rng.standard_normal((ITEMS, 384), dtype=np.float32))
    content = Content.of(
        catalogue,
        index=Index(catalogue.passages, vectors),
        embedder=collection.embedder,
        passages=catalogue.passages,
        rows=vectors,
    )
    likes = made_up_likes(ITEMS, likes=200_000, people=10_000, rng=rng)
    fitted = Fitted(version="", like_counts=LikeCounts.of(catalogue, likes), model=fit_als(likes, catalogue))
    recommender = Recommender(catalogue=catalogue, store=NoStore(), fitted=fitted, content=content)
    model = SentenceTransformer(str(weights_path("all-minilm-l6-v2")), device="cpu")
    liked = tuple(Preference(item_id=f"i{n}") for n in (3, 30, 300))
    since_1960 = Filter(attribute="year", op=">=", value=1960.0)
    number = iter(range(10**9))

    def words() -> str:
        return f"word{next(number) % 90} word5 word7 of the sea"

    def ours() -> object:
        tastes = (Taste(user_id="s", liked=liked),)
        return recommender.recommend(Query(text=words(), tastes=tastes, filters=(since_1960,), k=10))

    return Case(
        name=f"a list of ten with reasons for words, a filter and likes, {ITEMS:,} items",
        ours=ours,
        peer_name="sentence-transformers, the words alone",
        peer=lambda: model.encode([words()], normalize_embeddings=True, show_progress_bar=False),
        rounds=50,
    )


if __name__ == "__main__":
    main()
