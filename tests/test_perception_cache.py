"""What was perceived is found again by the file's content and by who perceived it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.perception.cache import PerceptionCache, content_digest, entry_json
from vouch.types import Perceived

TAGS = (Perceived(channel="tags", text="tabby cat 62 %", labels=(("tabby cat", 0.62), ("tiger cat", 0.2))),)
SAID = (Perceived(channel="transcript", text="Größe ☃", start_s=0.0, end_s=12.5),)


def test_what_was_put_is_found_by_another_cache_too(tmp_path: Path) -> None:
    cache = PerceptionCache(tmp_path)
    cache.put("abc", "cats-1", TAGS)
    cache.put("abc", "ears-1", SAID)
    assert cache.get("abc", "cats-1") == PerceptionCache(tmp_path).get("abc", "cats-1") == TAGS
    assert cache.get("abc", "ears-1") == SAID


def test_nothing_perceived_is_not_the_same_as_nobody_looked(tmp_path: Path) -> None:
    cache = PerceptionCache(tmp_path)
    assert cache.get("abc", "cats-1") is None
    cache.put("abc", "cats-1", ())
    assert cache.get("abc", "cats-1") == ()
    assert cache.get("abc", "cats-2") is None
    assert cache.get("abd", "cats-1") is None


def test_shipped_entries_are_found_and_own_ones_come_first(tmp_path: Path) -> None:
    shipped = tmp_path / "perceived.jsonl"
    shipped.write_text(
        entry_json("abc", "cats-1", TAGS) + "\n" + entry_json("abc", "ears-1", SAID) + "\n", encoding="utf-8"
    )
    cache = PerceptionCache(tmp_path / "cache", shipped)
    assert cache.get("abc", "cats-1") == TAGS
    assert cache.get("abc", "ears-1") == SAID
    cache.put("abc", "cats-1", ())
    assert cache.get("abc", "cats-1") == ()


@pytest.mark.parametrize(
    "spoilt", ["", "{", "[]", '{"content": "abc"}', '{"content": "abc", "made_by": "cats-1", "perceived": [{}]}']
)
def test_a_spoilt_entry_is_made_anew(tmp_path: Path, spoilt: str) -> None:
    cache = PerceptionCache(tmp_path)
    cache.put("abc", "cats-1", TAGS)
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(spoilt, encoding="utf-8")
    assert cache.get("abc", "cats-1") is None
    cache.put("abc", "cats-1", TAGS)
    assert cache.get("abc", "cats-1") == TAGS


def test_only_whole_entries_lie_in_the_folder(tmp_path: Path) -> None:
    PerceptionCache(tmp_path).put("abc", "cats-1", TAGS)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".json"]


def test_what_could_not_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        PerceptionCache(tmp_path).put("abc", "cats-1", TAGS)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_digest_is_the_content_s(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"meow")
    assert content_digest(tmp_path / "a.bin") == hashlib.sha256(b"meow").hexdigest()


anything = st.builds(
    Perceived,
    channel=st.sampled_from(["tags", "ocr", "transcript"]),
    text=st.text(st.characters(exclude_categories=["Cs"])),
    start_s=st.none() | st.floats(0, 1e5),
    end_s=st.none() | st.floats(0, 1e5),
    labels=st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 1)), max_size=3).map(
        tuple
    ),
    vector=st.lists(st.floats(-1, 1), max_size=3).map(tuple),
)


@given(st.lists(anything, max_size=3).map(tuple), st.text(st.characters(exclude_categories=["Cs"])))
def test_anything_perceived_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, perceived: tuple[Perceived, ...], made_by: str
) -> None:
    cache = PerceptionCache(tmp_path_factory.getbasetemp() / "anything")
    cache.put("abc", made_by, perceived)
    assert cache.get("abc", made_by) == perceived
