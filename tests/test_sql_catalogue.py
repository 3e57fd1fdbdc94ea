"""The record: what is written comes back, in order, whole, and quickly."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.stores.sql_catalogue import SqlCatalogue
from tests.stand_ins_stores import SCHEMA, passage, random_vectors, record
from vouch.errors import IndexMismatch
from vouch.types import Attribute, Interaction, InteractionKind, Item, Media


@pytest.fixture
def catalogue(tmp_path: Path) -> SqlCatalogue:
    return SqlCatalogue(tmp_path / "home" / "vouch.sqlite")


def click(user_id: str, item_id: str, kind: InteractionKind = "like", *, at: float = 1.0) -> Interaction:
    return Interaction(user_id=user_id, item_id=item_id, kind=kind, at=at, source="click")


def test_an_empty_record_holds_nothing(catalogue: SqlCatalogue) -> None:
    assert catalogue.schema() is None
    assert catalogue.source() is None
    assert (catalogue.items(), catalogue.passages(), catalogue.interactions(), catalogue.people()) == ((), (), (), ())
    passages, vectors = catalogue.passages_and_vectors()
    assert (passages, vectors.shape[0]) == ((), 0)


def test_items_come_back_as_they_were_in_the_order_of_the_file(catalogue: SqlCatalogue) -> None:
    rich = Item(
        item_id="é'\"\n",
        title="Title; DROP TABLE items",
        attributes={"year": 1922.0, "genres": ("Horror", "Drama"), "silent": True, "name": "Nosferatu"},
        media=(Media(path="b/1.webp", kind="picture"), Media(path="a.ogg", kind="sound")),
    )
    records = [record(n, random_vectors(2, seed=n)) for n in range(5)]
    records[2] = replace(records[2], item=rich, passages=(), keys=(), vectors=np.zeros((0, 16), dtype=np.float32))
    catalogue.put_items(records[3:])
    catalogue.put_items(records[:3])
    assert catalogue.items() == tuple(r.item for r in records)
    assert list(catalogue.row_digests().items()) == [(r.item.item_id, r.row_digest) for r in records]


def test_passages_and_their_vectors_stay_together(catalogue: SqlCatalogue) -> None:
    records = [record(n, random_vectors(n + 1, seed=n)) for n in range(20)]
    catalogue.put_items(records[::-1])
    passages, vectors = catalogue.passages_and_vectors()
    assert passages == tuple(p for r in records for p in r.passages) == catalogue.passages()
    assert np.array_equal(vectors, np.concatenate([r.vectors for r in records]))
    assert vectors.dtype == np.float32


def test_an_item_written_again_replaces_all_that_it_had(catalogue: SqlCatalogue) -> None:
    catalogue.put_items([record(n, random_vectors(3, seed=n)) for n in range(3)])
    catalogue.put_item(
        Item(item_id="i1", title="New"),
        row_digest="new",
        passages=[passage("i1.new", "i1")],
        vectors=random_vectors(1, seed=9),
        position=1,
    )
    assert [item.title for item in catalogue.items()] == ["Item 0", "New", "Item 2"]
    assert [p.passage_id for p in catalogue.passages() if p.item_id == "i1"] == ["i1.new"]


def test_a_batch_that_fails_leaves_nothing_behind(catalogue: SqlCatalogue) -> None:
    before = record(0, random_vectors(2))
    catalogue.put_items([before])
    bad = replace(record(1, random_vectors(2)), passages=(passage("same", "i1"), passage("same", "i1")))
    with pytest.raises(Exception, match="UNIQUE"):
        catalogue.put_items([replace(before, passages=(), keys=(), vectors=before.vectors[:0]), bad])
    assert catalogue.items() == (before.item,)
    assert catalogue.passages() == before.passages


def test_the_version_changes_with_what_an_index_rests_on(catalogue: SqlCatalogue) -> None:
    versions = [catalogue.version()]
    first, second = record(0, random_vectors(2)), record(1, random_vectors(2, seed=1))
    for change in (
        [first],
        [second],
        [replace(first, item=replace(first.item, title="Other"))],
        [replace(first, passages=(first.passages[0], replace(first.passages[1], text="other")))],
        [replace(first, keys=(("other/1", "x"), first.keys[1]))],
    ):
        catalogue.put_items(change)
        versions.append(catalogue.version())
    catalogue.move_items({"i0": 1, "i1": 0})
    versions.append(catalogue.version())
    catalogue.remove_items(["i1"])
    versions.append(catalogue.version())
    assert len(set(versions)) == len(versions)
    catalogue.add_interaction(click("ann", "i0"))
    assert catalogue.version() == versions[-1]


def test_the_same_items_have_the_same_version_however_they_came(catalogue: SqlCatalogue, tmp_path: Path) -> None:
    other = SqlCatalogue(tmp_path / "other.sqlite")
    records = [record(n, random_vectors(2, seed=n)) for n in range(6)]
    catalogue.put_items(records)
    other.put_items([replace(records[4], item=replace(records[4].item, title="for now"))])
    for one in records[::-1]:
        other.put_items([one])
    assert catalogue.version() == other.version()


def test_vectors_are_found_by_what_they_were_made_from_until_nothing_uses_them(catalogue: SqlCatalogue) -> None:
    one = record(0, random_vectors(2))
    catalogue.put_items([one])
    found = catalogue.known_vectors([*one.keys, ("random/2", one.keys[0][1]), ("random/1", "nothing")])
    assert set(found) == set(one.keys)
    assert np.array_equal(found[one.keys[1]], one.vectors[1])
    catalogue.remove_items(["i0"])
    catalogue.drop_unused()
    assert catalogue.known_vectors(one.keys) == {}


def test_vectors_of_two_sizes_are_refused_with_the_command_that_mends_it(catalogue: SqlCatalogue) -> None:
    catalogue.put_items([record(0, random_vectors(1)), record(1, random_vectors(1, dimensions=8))])
    with pytest.raises(IndexMismatch, match="vouch ingest"):
        catalogue.passages_and_vectors()


def test_the_schema_comes_back_as_it_was(catalogue: SqlCatalogue) -> None:
    year = Attribute(name="year", type="number", column="Year", unit="min", minimum=1.0, maximum=2.5, present=2)
    genres = Attribute(name="genres", type="list", column="g", values=(("Drama", 3), ("Noir", 1)))
    schema = replace(SCHEMA, attributes=(year, genres))
    catalogue.save_schema(schema, source="/catalogue.csv")
    assert catalogue.schema() == schema
    assert catalogue.source() == "/catalogue.csv"


def test_the_file_s_interactions_are_replaced_and_clicks_stay(catalogue: SqlCatalogue) -> None:
    rated = Interaction(user_id="ann", item_id="i1", kind="seen", weight=2.0, at=5.0)
    catalogue.replace_file_interactions([rated, rated])
    first = catalogue.interactions_version()
    catalogue.add_interaction(click("ann", "i1"))
    assert catalogue.interactions_version() == first
    assert catalogue.interactions("ann") == (rated, rated, click("ann", "i1"))
    catalogue.replace_file_interactions([replace(rated, user_id="bob")])
    assert catalogue.interactions() == (click("ann", "i1"), replace(rated, user_id="bob"))
    assert catalogue.interactions_version() != first
    assert catalogue.interactions("nobody") == ()


def test_a_second_click_of_the_same_kind_takes_the_first_one_s_place(catalogue: SqlCatalogue) -> None:
    for at in (1.0, 2.0):
        catalogue.add_interaction(click("ann", "i1", at=at))
    catalogue.add_interaction(click("ann", "i1", "hide"))
    assert catalogue.interactions("ann") == (click("ann", "i1", at=2.0), click("ann", "i1", "hide"))


def test_forgetting_leaves_the_file_s_rows_unless_said(catalogue: SqlCatalogue) -> None:
    rated = Interaction(user_id="ann", item_id="i1", kind="seen")
    catalogue.replace_file_interactions([rated])
    for item_id in ("i1", "i2"):
        catalogue.add_interaction(click("ann", item_id))
    catalogue.remove_interactions("ann", "i1")
    assert catalogue.interactions("ann") == (rated, click("ann", "i2"))
    catalogue.remove_interactions("ann")
    assert catalogue.interactions("ann") == (rated,)
    catalogue.remove_interactions("ann", file=True)
    assert catalogue.interactions("ann") == ()


def test_people_are_listed_with_their_counts_the_most_first(catalogue: SqlCatalogue) -> None:
    rows = [Interaction(user_id=user, item_id=f"i{n}", kind="seen") for n, user in enumerate("baacbb")]
    catalogue.replace_file_interactions(rows)
    assert catalogue.people() == (("b", 3), ("a", 2), ("c", 1))


def test_many_threads_and_records_of_one_file_write_feedback_at_once(catalogue: SqlCatalogue) -> None:
    beside = SqlCatalogue(catalogue.path)

    def write(n: int) -> None:
        (catalogue if n % 2 else beside).add_interaction(click(f"u{n % 7}", f"i{n}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert len(catalogue.interactions()) == 200


def test_a_reader_is_not_held_up_by_a_writer(catalogue: SqlCatalogue) -> None:
    catalogue.put_items([record(0, random_vectors(1))])
    writer = sqlite3.connect(catalogue.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM items")
    assert len(SqlCatalogue.items(catalogue)) == 1
    writer.rollback()
    writer.close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to look like one" * 100, b"x"])
def test_a_file_that_is_no_record_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vouch.sqlite"
    path.write_bytes(content)
    with pytest.raises(IndexMismatch, match="not a record"):
        SqlCatalogue(path)
    assert path.read_bytes() == content


def test_a_record_of_another_format_is_refused(catalogue: SqlCatalogue) -> None:
    connection = sqlite3.connect(catalogue.path, isolation_level=None)
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
    connection.close()
    with pytest.raises(IndexMismatch, match="format 0"):
        SqlCatalogue(catalogue.path)


def test_a_hundred_thousand_interactions_are_written_and_read_in_seconds(catalogue: SqlCatalogue) -> None:
    rows = [Interaction(user_id=f"u{n % 600}", item_id=f"i{n % 9000}", kind="seen", at=n) for n in range(100_000)]
    started = time.process_time()
    catalogue.replace_file_interactions(rows)
    written = time.process_time()
    read = catalogue.interactions()
    finished = time.process_time()
    assert read == tuple(rows)
    assert written - started < 3
    assert finished - written < 1.5


def test_ten_thousand_items_are_read_in_a_second(catalogue: SqlCatalogue) -> None:
    one = record(0, random_vectors(1))
    items = [Item(item_id=f"i{n}", title=f"T{n}", attributes={"a": ("x", "y"), "b": 2.0}) for n in range(10_000)]
    bare = replace(one, passages=(), keys=(), vectors=one.vectors[:0])
    catalogue.put_items([replace(bare, item=item, position=n) for n, item in enumerate(items)])
    started = time.process_time()
    assert catalogue.items() == tuple(items)
    assert time.process_time() - started < 1
