"""Medians of what people wait for, each with its ratio to a named peer that is run in turn with it, on a collection that is there.

    VOUCH_HOME=HOME python scripts/bench.py [--rounds 15]

Peers: Chroma's own query and metadata filter for passages, sentence-transformers for texts (where it is installed), a refit for fold-in.
Quote the ratios; single times drift with whatever else the machine does.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from retrieval.build import Collection, open_collection
from retrieval.scorers.fitted import fit_ease
from vouch.settings import Settings
from vouch.types import Query


@dataclass(frozen=True, kw_only=True)
class Case:
    """One measurement: our way, and a peer's (None: there is none to compare with)."""

    name: str
    ours: Callable[[], object]
    peer_name: str = ""
    peer: Callable[[], object] | None = None
    rounds: int | None = None


def main() -> None:
    """Opens the collection, runs every case in turn with its peer, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    began = time.perf_counter()
    collection = open_collection(Settings())
    opened_s = time.perf_counter() - began
    table = Table("what", "median ms", "peer", "peer's median ms", "peer / ours")
    table.add_row("open the collection, once", f"{1000 * opened_s:.0f}", "", "", "")
    for case in cases(collection):
        ours, theirs = paired(case, case.rounds or rounds)
        ratio = f"{theirs / ours:.1f}" if theirs else ""
        table.add_row(case.name, f"{1000 * ours:.2f}", case.peer_name, f"{1000 * theirs:.2f}" if theirs else "", ratio)
    Console().print(table)
    collection.index.close()


def paired(case: Case, rounds: int) -> tuple[float, float]:
    """The medians in seconds of ours and of the peer's (0 without one), run in turn after one warm-up each."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        for run, times in ((case.ours, ours), (case.peer, theirs)):
            if run is not None:
                began = time.perf_counter()
                run()
                if number:
                    times.append(time.perf_counter() - began)
    return statistics.median(ours), statistics.median(theirs) if theirs else 0.0


def cases(collection: Collection) -> list[Case]:
    """All cases for this collection."""
    recommender, catalogue = collection.recommender, collection.catalogue
    person = max(recommender.people(), key=lambda row: row[1], default=("nobody", 0))[0]
    taste = recommender.taste(person)
    found = [
        Case(name="a list for words, never asked before", ours=fresh_words(collection)),
        Case(name="a list for the one who liked most", ours=lambda: recommender.recommend(Query(tastes=(taste,)))),
        *passage_cases(collection),
        *embedding_cases(collection),
    ]
    interactions = collection.store.interactions()
    if len(catalogue.items) <= 2_000 and interactions:
        found.append(
            Case(
                name="a new like counts (fold-in)",
                ours=lambda: recommender.affinities(taste, catalogue.item_ids[:1]),
                peer_name="refit EASE",
                peer=lambda: fit_ease(interactions, catalogue),
                rounds=3,
            )
        )
    return found


def fresh_words(collection: Collection) -> Callable[[], object]:
    """A list for words that no cache knows."""
    count = iter(range(10**9))
    return lambda: collection.recommender.recommend(Query(text=f"a quiet story of the sea, number {next(count)}"))


def passage_cases(collection: Collection) -> list[Case]:
    """Passages found by a vector, with and without an item set; the peer is Chroma on the same vectors."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    passages, rows = collection.store.passages_and_vectors()
    chosen = [i for i, passage in enumerate(passages) if passage.space == "text"]
    client = chromadb.PersistentClient(tempfile.mkdtemp(), settings=ChromaSettings(anonymized_telemetry=False))
    peer = client.create_collection("peer", metadata={"hnsw:space": "cosine"}, embedding_function=None)
    half = {item_id for i, item_id in enumerate(collection.catalogue.item_ids) if i % 2}
    for start in range(0, len(chosen), 2_000):
        part = chosen[start : start + 2_000]
        peer.add(
            ids=[str(i) for i in part],
            embeddings=np.asarray(rows)[part],
            metadatas=[{"half": passages[i].item_id in half} for i in part],
        )
    vector = np.asarray(rows[chosen[0]])
    search = collection.index.search
    return [
        Case(
            name=f"50 of {len(chosen):,} passages",
            ours=lambda: search(vector, 50, "text"),
            peer_name="Chroma's query",
            peer=lambda: peer.query(query_embeddings=[vector], n_results=50),
        ),
        Case(
            name="the same among half of the items",
            ours=lambda: search(vector, 50, "text", half),
            peer_name="Chroma's where",
            peer=lambda: peer.query(query_embeddings=[vector], n_results=50, where={"half": True}),
        ),
    ]


def embedding_cases(collection: Collection) -> list[Case]:
    """One query and 64 passages embedded; the peer is sentence-transformers over the same files."""
    texts = [passage.text for passage in collection.catalogue.passages[:64]]
    embed = collection.embedder.embed
    peer: Callable[[], object] | None = None
    if importlib.util.find_spec("sentence_transformers") is not None:
        from sentence_transformers import SentenceTransformer

        from vouch.weights import weights_path

        model = SentenceTransformer(str(weights_path("all-minilm-l6-v2")), device="cpu")
        peer = lambda: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)  # noqa: E731
    return [
        Case(name="one query embedded", ours=lambda: embed(["a quiet story of the sea"])),
        Case(
            name=f"{len(texts)} passages embedded",
            ours=lambda: embed(texts),
            peer_name="sentence-transformers" if peer else "",
            peer=peer,
            rounds=5,
        ),
    ]


if __name__ == "__main__":
    main()
