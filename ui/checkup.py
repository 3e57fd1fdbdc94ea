"""What `vouch doctor` looks at: the Python, the packages, the weights, the collection. Says what to do about each thing that is missing."""

from __future__ import annotations

import importlib.metadata
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vouch.errors import ModelUnavailable
from vouch.weights import TABLE, verified, weights_path

PACKAGES = (
    "torch",
    "transformers",
    "faster-whisper",
    "rapidocr",
    "chromadb",
    "langchain",
    "langgraph",
    "gradio",
    "mcp",
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at. `ok` is False where something cannot work; `advice` says what to do."""

    what: str
    ok: bool
    found: str
    advice: str = ""


def check_up(
    *, database: Path, weights_folder: Path, fetch: bool, progress: Callable[[str], None]
) -> tuple[Finding, ...]:
    """All findings in order; with `fetch`, weights that are missing are fetched first."""
    return (
        Finding(what="Python", ok=sys.version_info >= (3, 11), found=sys.version.split()[0]),
        *(_package(name) for name in PACKAGES),
        *_weights(weights_folder, fetch, progress),
        _collection(database),
    )


def _package(name: str) -> Finding:
    try:
        return Finding(what=name, ok=True, found=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(what=name, ok=False, found="not installed", advice="make setup")


def _weights(folder: Path, fetch: bool, progress: Callable[[str], None]) -> Iterator[Finding]:
    for name, weights in TABLE.items():
        what = f"{name} ({weights.licence}, {weights.size_bytes / 1e6:.0f} MB)"
        asked = fetch and weights.needed_by == "offline"
        if weights.needed_by == "tests":
            continue
        if weights.installed is None and not asked and not verified(folder / name, weights):
            advice = "nothing to do: the first ingest with media fetches it, or vouch doctor --fetch now"
            if weights.needed_by == "llm":
                advice = "optional, the language model that words replies: make llm"
            yield Finding(what=what, ok=True, found="not here yet", advice=advice)
            continue
        try:
            yield Finding(what=what, ok=True, found=str(weights_path(name, folder=folder, progress=progress)))
        except ModelUnavailable as error:
            yield Finding(what=what, ok=False, found=str(error))


def _collection(database: Path) -> Finding:
    if not database.exists():
        return Finding(
            what="collection", ok=True, found=f"none in {database.parent} yet", advice="vouch ingest CATALOGUE"
        )
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            items = connection.execute("SELECT count(*) FROM items").fetchone()[0]
            sound = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return Finding(
            what="collection",
            ok=False,
            found=f"{database}: {error}",
            advice="restore it, or ingest into a new VOUCH_HOME",
        )
    return Finding(what="collection", ok=sound == "ok", found=f"{items} items in {database.parent}")
