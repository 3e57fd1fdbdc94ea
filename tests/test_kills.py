"""An ingest killed at any point (a real SIGKILL, in a process of its own): the next run ends where an undisturbed run ends."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from retrieval import ingest as ingesting
from retrieval.ingest import IngestReport, ingest
from retrieval.stores.chroma_index import ChromaIndex
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_stores import catalogue_file, film, ingest_parts
from vouch.types import Hit, Item, Media

KILLED = -signal.SIGKILL
BATCH = 8

# The children come from a server that has imported everything once: each is a process of its own, and starts in milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["chromadb", "tests.test_kills"])


def films(version: int) -> list[Item]:
    """The catalogue: 120 films, ten with a picture and a sound. In version 2 some are changed, gone, new, and in another order."""
    items = [film(n) for n in range(120)]
    for n in range(0, 100, 10):
        pair = (Media(path=f"{n}.jpg", kind="picture"), Media(path=f"{n}.wav", kind="sound"))
        items[n] = replace(items[n], media=pair)
    if version == 1:
        return items
    changed = [film(n, f"Now film {n} is about a bakery by the sea.") for n in range(3, 12)]
    return [*items[60:], *items[:3], *changed, *items[12:50], *(film(n) for n in range(200, 210))]


def make_media(folder: Path) -> None:
    """The files of those films, with what the stand-ins see and hear in them."""
    folder.mkdir()
    for n in range(0, 100, 10):
        (folder / f"{n}.jpg").write_bytes(b"picture %d" % n)
        (folder / f"{n}.jpg.txt").write_text(f"lighthouse 0.{n // 10}1\nship 0.05", encoding="utf-8")
        (folder / f"{n}.wav").write_bytes(b"sound %d" % n)
        (folder / f"{n}.wav.script").write_text(f"A voice says {n}.\nThen it is quiet.", encoding="utf-8")


def run(home: Path, media: Path, version: int, *, prune: bool = False) -> IngestReport:
    """One whole ingest, as a process does it, in small batches."""
    parts = ingest_parts(home, media_dir=media)
    with (
        ChromaIndex.open(home, catalogue=parts.catalogue, for_writing=True) as index,
        patch.object(ingesting, "_BATCH_ITEMS", BATCH),
    ):
        file = catalogue_file(films(version))
        report = ingest(file, source=Path("films.csv"), parts=replace(parts, index=index), prune=prune)
    parts.catalogue.close()
    return report


def run_and_die(home: Path, media: Path, version: int, *, where: str, call: int) -> None:
    """An ingest that is killed as it enters the call-th call of `where`, "module:attribute"."""
    module_name, names = where.split(":")
    holder: Any = importlib.import_module(module_name)
    *path, name = names.split(".")
    for part in path:
        holder = getattr(holder, part)
    original: Callable[..., Any] = getattr(holder, name)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(holder, name, deadly)
    run(home, media, version, prune=True)


def in_a_process(target: Callable[[], object], *, killed_after_s: float | None = None) -> int | None:
    """Runs it in a process of its own, killed from outside where a time is given; the exit code."""
    process = PROCESSES.Process(target=target)
    process.start()
    if killed_after_s is not None:
        time.sleep(killed_after_s)
        process.kill()
    process.join(60)
    code = process.exitcode
    process.close()
    return code


def canonical(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the record, in an order that does not depend on how it came there; vectors to 1e-5."""
    connection = sqlite3.connect(home / "vouch.sqlite")
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    dump: dict[str, list[tuple[Any, ...]]] = {}
    for table in tables:
        rows = [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]
        dump[table] = sorted(map(rounded, rows), key=repr)
    connection.close()
    return dump


def rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        tuple((np.frombuffer(value, "<f4").round(5) + 0.0).tolist()) if isinstance(value, bytes) else value
        for value in row
    )


def found(home: Path) -> list[tuple[Hit, ...]]:
    """What a few searches find, in a fresh opening of the home."""
    parts = ingest_parts(home)
    queries = HashEmbedder().embed(["a lighthouse", "bakery by the sea", "a voice says 30", "ship 44"])
    with ChromaIndex.open(home, catalogue=parts.catalogue, exact_up_to=0) as index:
        results = [index.search(query, 5, space) for query in queries for space in ("text", "seen")]
        assert index.tier.startswith("chroma ")
    parts.catalogue.close()
    return results


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kills") / "media"
    make_media(folder)
    return folder


@pytest.fixture(scope="module")
def first_home(media: Path) -> Path:
    """A home after one undisturbed ingest of version 1."""
    home = media.parent / "first"
    run(home, media, 1)
    return home


@pytest.fixture(scope="module")
def second_home(media: Path) -> Path:
    """A home after undisturbed ingests of version 1 and, pruned, of version 2."""
    home = media.parent / "second"
    run(home, media, 1)
    run(home, media, 2, prune=True)
    return home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


FIRST = [
    ("tests.stand_ins_perception:SidecarCaptioner.perceive", 3),
    ("tests.stand_ins_perception:ScriptTranscriber.perceive", 1),
    ("retrieval.perception.cache:PerceptionCache.put", 4),
    ("tests.stand_ins_perception:HashEmbedder.embed", 1),
    ("tests.stand_ins_perception:HashEmbedder.embed", 5),
    ("retrieval.stores.sql_catalogue:SqlCatalogue.put_items", 2),
    ("sqlalchemy:Connection.execute", 30),
    ("sqlalchemy:Connection.execute", 41),
    ("retrieval.stores.vector_file:_write_vectors", 2),
    ("retrieval.stores.chroma_folder:OpenedChroma.put", 1),
    ("retrieval.stores.chroma_folder:write_marker", 1),
]

SECOND = [
    ("retrieval.stores.sql_catalogue:SqlCatalogue.put_items", 2),
    ("retrieval.stores.sql_catalogue:SqlCatalogue.move_items", 1),
    ("retrieval.stores.sql_catalogue:SqlCatalogue.drop_unused", 1),
    ("retrieval.stores.vector_file:open_copy", 1),
    ("retrieval.stores.chroma_folder:OpenedChroma.put", 2),
    ("retrieval.stores.chroma_folder:write_marker", 1),
    ("retrieval.stores.chroma_folder:remove_other_generations", 1),
]


@pytest.mark.parametrize(("where", "call"), FIRST)
def test_a_first_ingest_killed_there_is_completed(
    where: str, call: int, home: Path, media: Path, first_home: Path
) -> None:
    assert in_a_process(partial(run_and_die, home, media, 1, where=where, call=call)) == KILLED
    run(home, media, 1)
    assert canonical(home) == canonical(first_home)
    assert found(home) == found(first_home)


@pytest.mark.parametrize(("where", "call"), SECOND)
def test_an_ingest_of_changes_killed_there_is_completed(
    where: str, call: int, home: Path, media: Path, first_home: Path, second_home: Path
) -> None:
    shutil.copytree(first_home, home)
    assert in_a_process(partial(run_and_die, home, media, 2, where=where, call=call)) == KILLED
    run(home, media, 2, prune=True)
    assert canonical(home) == canonical(second_home)
    assert found(home) == found(second_home)


def test_killed_again_and_again_at_any_time_it_is_completed(home: Path, media: Path, second_home: Path) -> None:
    times = random.Random(8)
    killed = []
    for _ in range(6):
        after_s = times.uniform(0.02, 0.5)
        killed.append(in_a_process(partial(run, home, media, 1), killed_after_s=after_s) == KILLED)
    run(home, media, 1)
    for _ in range(4):
        after_s = times.uniform(0.02, 0.5)
        killed.append(in_a_process(partial(run, home, media, 2, prune=True), killed_after_s=after_s) == KILLED)
    assert any(killed)
    run(home, media, 2, prune=True)
    assert canonical(home) == canonical(second_home)
    assert found(home) == found(second_home)


def test_what_was_written_before_a_kill_is_not_made_again(home: Path, media: Path) -> None:
    where = "retrieval.stores.sql_catalogue:SqlCatalogue.put_items"
    assert in_a_process(partial(run_and_die, home, media, 1, where=where, call=6)) == KILLED
    report = run(home, media, 1)
    assert (report.unchanged, report.added) == (5 * BATCH, 120 - 5 * BATCH)


def test_a_home_killed_while_it_serves_is_opened_without_making_the_index_again(home: Path, media: Path) -> None:
    run(home, media, 1)
    assert found(home)
    assert in_a_process(partial(_serve_and_die, home)) == KILLED
    assert found(home)
    assert [path.name for path in home.glob("chroma-*")] == ["chroma-1"]


def _serve_and_die(home: Path) -> None:
    index = ChromaIndex.open(home, catalogue=ingest_parts(home).catalogue, exact_up_to=0)
    index.search(HashEmbedder().embed(["a lighthouse"])[0], 5, "text")
    os.kill(os.getpid(), signal.SIGKILL)
