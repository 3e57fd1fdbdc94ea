"""The index on disk: damage is noticed before Chroma meets it, what is lost is made again from the record, one process writes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from retrieval.stores import chroma_folder
from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.sql_catalogue import SqlCatalogue
from tests.stand_ins_stores import random_vectors, record
from vouch.errors import HomeBusy
from vouch.types import Hit, Space

ITEMS = 150


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqlCatalogue]:
    """A record whose index is not made yet: two passages an item, every third item's in the space "seen"."""
    catalogue = SqlCatalogue(tmp_path / "vouch.sqlite")
    spaces: tuple[Space, ...] = ("seen", "text", "text")
    catalogue.put_items([record(n, random_vectors(2, seed=n), space=spaces[n % 3]) for n in range(ITEMS)])
    yield catalogue
    catalogue.close()


def opened(catalogue: SqlCatalogue, *, for_writing: bool = False) -> ChromaIndex:
    """The index beside the record, asking Chroma whenever nothing is filtered."""
    return ChromaIndex.open(catalogue.path.parent, catalogue=catalogue, for_writing=for_writing, exact_up_to=0)


def found(index: ChromaIndex) -> list[tuple[Hit, ...]]:
    """What a few searches find."""
    spaces: tuple[Space, ...] = ("text", "seen")
    return [index.search(query, 5, space) for query in random_vectors(3, seed=999) for space in spaces]


def sync(index: ChromaIndex, catalogue: SqlCatalogue) -> None:
    """Brings the index to what the record holds."""
    index.sync(*catalogue.passages_and_vectors())


def generation(catalogue: SqlCatalogue) -> str:
    """The name of the Chroma folder in use."""
    return str(json.loads((catalogue.path.parent / chroma_folder.MARKER).read_text())["generation"])


def test_an_index_that_is_not_there_is_made_from_the_record(catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as index:
        assert (index.count("text"), index.count("seen")) == (ITEMS // 3 * 4, ITEMS // 3 * 2)
        assert index.tier.startswith("chroma ")
        assert index.search(random_vectors(2, seed=4)[1], 1, "text")[0].passage_id == "i4.1"


def test_a_sound_index_is_opened_again_and_again_and_never_made_again(catalogue: SqlCatalogue) -> None:
    results = []
    for _ in range(3):
        with opened(catalogue) as index:
            results.append(found(index))
            assert chroma_folder.read_marker(catalogue.path.parent) is not None, "a search wrote into the folder"
        assert chroma_folder.read_marker(catalogue.path.parent) is not None, "closing wrote into the folder"
    assert results[0] == results[1] == results[2]
    assert generation(catalogue) == "chroma-1"


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def scribble(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(os.urandom(size) if size else b"something")


@pytest.mark.parametrize("damage", [truncate, scribble, Path.unlink])
def test_any_damaged_file_is_noticed_and_made_again(damage: Callable[[Path], None], catalogue: SqlCatalogue) -> None:
    home = catalogue.path.parent
    with opened(catalogue) as index:
        expected = found(index)
    files = [path for path in home.rglob("*") if path.is_file() and path.parent != home]
    assert len(files) >= 10
    for number in range(len(files)):
        path = sorted(path for path in home.rglob("*") if path.is_file() and path.parent != home)[number]
        if damage is truncate and not path.stat().st_size:
            continue
        before, is_chroma = generation(catalogue), path.parts[len(home.parts)].startswith("chroma-")
        damage(path)
        with opened(catalogue) as index:
            assert found(index) == expected, path
            assert index.tier.startswith("chroma ")
        assert (generation(catalogue) != before) == is_chroma, path


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b'{"generation": "chroma-1"}', None])
def test_a_folder_without_a_sound_marker_is_not_trusted(content: bytes | None, catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as index:
        expected = found(index)
    marker = catalogue.path.parent / chroma_folder.MARKER
    marker.unlink() if content is None else marker.write_bytes(content)
    with opened(catalogue) as index:
        assert found(index) == expected
    assert generation(catalogue) == "chroma-2"
    assert not (catalogue.path.parent / "chroma-1").exists()


def test_a_file_too_many_is_noticed(catalogue: SqlCatalogue) -> None:
    opened(catalogue).close()
    (catalogue.path.parent / "chroma-1" / "chroma.sqlite3-journal").write_bytes(b"left by a kill")
    opened(catalogue).close()
    assert generation(catalogue) == "chroma-2"


def test_all_folders_gone_are_made_again(catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as index:
        expected = found(index)
    for folder in catalogue.path.parent.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    with opened(catalogue) as index:
        assert found(index) == expected


def test_a_stale_index_is_brought_up_to_date_when_it_is_opened(catalogue: SqlCatalogue) -> None:
    opened(catalogue).close()
    catalogue.put_items([record(7, random_vectors(1, seed=1000))])
    with opened(catalogue) as index:
        assert index.search(random_vectors(1, seed=1000)[0], 1, "text")[0].passage_id == "i7.0"
        assert index.count("text") == ITEMS // 3 * 4 - 1


def test_few_changes_are_made_in_place_and_many_by_building_anew(catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as index:
        catalogue.put_items([record(7, random_vectors(3, seed=1000))])
        catalogue.remove_items(["i8", "i9"])
        sync(index, catalogue)
        assert generation(catalogue) == "chroma-1"
        expected = found(index)
        assert index.search(random_vectors(3, seed=1000)[2], 1, "text")[0].passage_id == "i7.2"
        assert not {hit.item_id for hits in expected for hit in hits} & {"i8", "i9"}
        catalogue.put_items([record(n, random_vectors(2, seed=n + 2000)) for n in range(50)])
        sync(index, catalogue)
        assert generation(catalogue) == "chroma-2"
    with opened(catalogue) as index:
        assert index.search(random_vectors(2, seed=2001)[0], 1, "text")[0].passage_id == "i1.0"
    assert generation(catalogue) == "chroma-2"


def test_changes_in_place_end_where_building_anew_ends(catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as index:
        for n in range(0, 20, 4):
            catalogue.put_items([record(n, random_vectors(2, seed=n + 3000))])
            sync(index, catalogue)
        in_place = found(index)
    assert generation(catalogue) == "chroma-1"
    shutil.rmtree(catalogue.path.parent / "chroma-1")
    with opened(catalogue) as index:
        assert found(index) == in_place


def test_only_the_holder_of_the_lock_writes_and_the_other_finds_the_same(catalogue: SqlCatalogue) -> None:
    with opened(catalogue) as holder:
        with opened(catalogue) as other:
            assert "another process" in other.tier
            assert found(other) == found(holder)
            with pytest.raises(HomeBusy, match="Stop it"):
                sync(other, catalogue)
        with pytest.raises(HomeBusy):
            opened(catalogue, for_writing=True)
    with opened(catalogue, for_writing=True) as index:
        sync(index, catalogue)


def test_a_reader_that_finds_no_copy_of_this_version_writes_nothing_and_answers_all_the_same(
    catalogue: SqlCatalogue,
) -> None:
    with opened(catalogue, for_writing=True) as writer:
        with opened(catalogue) as reader:
            results = found(reader)
        assert not [path for path in catalogue.path.parent.iterdir() if path.is_dir()]
        assert found(writer) == results


def test_a_lock_dies_with_its_process(catalogue: SqlCatalogue) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from filelock import FileLock;"
        "FileLock(Path(sys.argv[1]), thread_local=False).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    lock = catalogue.path.parent / "writer.lock"
    assert subprocess.run([sys.executable, "-c", code, str(lock)], check=False).returncode == -9
    opened(catalogue, for_writing=True).close()


def test_chroma_is_not_imported_before_an_index_is_opened() -> None:
    code = "import sys, retrieval.stores.chroma_index; sys.exit('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
