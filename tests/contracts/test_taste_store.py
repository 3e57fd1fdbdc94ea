"""What every store of people's own tastes does: the stand-in and the record pass the same contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from retrieval.memory import Memory, TasteStore
from retrieval.stores.sql_catalogue import SqlCatalogue
from tests.stand_ins_recommender import ListStore
from vouch.own_taste import OwnTaste, TasteChange
from vouch.types import Filter, Interaction, InteractionKind, StandingPreference

HORROR = Filter(attribute="genres", op="none_of", value=("horror",))
HELD = StandingPreference(filter=HORROR, source="I hate horror", at=3.0, pinned=True)
LIKED = TasteChange(kind="like", titles=("A",), source="I love A", at=1.0)


@pytest.fixture(params=["list", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TasteStore:
    return ListStore() if request.param == "list" else SqlCatalogue(tmp_path / "vouch.sqlite")


def done(
    item_id: str, kind: InteractionKind = "like", *, user: str = "ann", at: float = 1.0, source: str = "click"
) -> Interaction:
    return Interaction(user_id=user, item_id=item_id, kind=kind, at=at, source=source)


def adding(*more: Interaction) -> Callable[[OwnTaste], OwnTaste]:
    return lambda own: replace(own, interactions=(*own.interactions, *more))


def test_nobody_has_an_empty_taste_and_nothing_to_undo(store: TasteStore) -> None:
    assert store.own_taste("ann") == OwnTaste()
    assert store.last_change("ann") is None
    assert store.undo_taste("ann") is None


def test_all_of_a_taste_comes_back(store: TasteStore) -> None:
    whole = OwnTaste(
        interactions=(done("a"), done("b", "hide", at=2.0, source="never b")),
        standing=(HELD, StandingPreference(filter=Filter(attribute="minutes", op="<", value=90.0), hard=False, at=4.0)),
        pinned=frozenset({"a"}),
        dropped=frozenset({"c"}),
    )
    store.change_taste("ann", lambda _: whole, LIKED)
    assert store.own_taste("ann") == whole
    assert store.last_change("ann") == LIKED


def test_undo_gives_back_what_was_in_its_order(store: TasteStore) -> None:
    store.change_taste("ann", adding(done("a"), done("b"), done("c")), LIKED)
    before = store.own_taste("ann")
    store.change_taste(
        "ann", lambda own: replace(own, interactions=(own.interactions[0], done("d")), standing=(HELD,)), LIKED
    )
    store.undo_taste("ann")
    assert store.own_taste("ann") == before
    store.undo_taste("ann")
    assert store.own_taste("ann") == OwnTaste()


def test_a_change_that_changes_nothing_is_nothing_to_undo(store: TasteStore) -> None:
    store.change_taste("ann", lambda own: own, LIKED)
    assert store.last_change("ann") is None


def test_people_do_not_meet(store: TasteStore) -> None:
    store.change_taste("ann", adding(done("a")), LIKED)
    store.change_taste("bob", adding(done("b", user="bob")), TasteChange(kind="hide"))
    store.undo_taste("ann")
    assert [i.item_id for i in store.own_taste("bob").interactions] == ["b"]
    assert store.last_change("bob") == TasteChange(kind="hide")


def test_changes_at_the_same_time_all_count(tmp_path: Path) -> None:
    path = tmp_path / "vouch.sqlite"
    stores = [SqlCatalogue(path) for _ in range(3)]

    def click(n: int) -> None:
        stores[n % 3].change_taste("ann", adding(done(f"i{n}")), LIKED)

    threads = [Thread(target=click, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert {i.item_id for i in stores[0].own_taste("ann").interactions} == {f"i{n}" for n in range(12)}


def test_the_files_history_is_left_alone(tmp_path: Path) -> None:
    record = SqlCatalogue(tmp_path / "vouch.sqlite")
    told = done("a", source="file")
    record.replace_file_interactions([told])
    record.change_taste("ann", adding(done("b")), LIKED)
    record.change_taste("ann", lambda _: OwnTaste(), LIKED)
    assert record.interactions("ann") == (told,)


def test_only_the_newest_changes_are_kept(tmp_path: Path) -> None:
    record = SqlCatalogue(tmp_path / "vouch.sqlite")
    for n in range(60):
        record.change_taste("ann", adding(done(f"i{n}")), LIKED)
    undone = 0
    while record.undo_taste("ann") is not None:
        undone += 1
    assert undone == 50


class TestMemory:
    def test_a_new_opinion_takes_an_older_ones_place(self, store: TasteStore) -> None:
        memory = Memory(store)
        memory.remember((done("a"),), LIKED)
        memory.remember((done("a", "dislike", at=2.0),), LIKED)
        assert [(p.item_id, p.at) for p in memory.taste("ann").disliked] == [("a", 2.0)]
        assert memory.taste("ann").liked == ()

    def test_having_seen_it_leaves_the_like(self, store: TasteStore) -> None:
        memory = Memory(store)
        memory.remember((done("a"),), LIKED)
        memory.remember((done("a", "seen", at=2.0),), LIKED)
        assert [p.item_id for p in memory.taste("ann").liked] == ["a"]
        memory.remember((done("a", "seen", at=3.0),), LIKED, alone=True)
        assert memory.taste("ann").liked == ()

    def test_a_pinned_like_counts_twice_and_outlives_forgetting(self, store: TasteStore) -> None:
        memory = Memory(store)
        memory.remember((done("a"), done("b")), LIKED)
        memory.pin("ann", ("a", "unknown"), TasteChange(kind="pin"), pinned=True)
        assert {p.item_id: (p.weight, p.pinned) for p in memory.taste("ann").liked} == {
            "a": (2.0, True),
            "b": (1.0, False),
        }
        memory.hold("ann", (HELD, StandingPreference(filter=Filter(attribute="year", op=">", value=1900.0))), LIKED)
        memory.forget_all("ann", TasteChange(kind="forget_all"))
        taste = memory.taste("ann")
        assert ([p.item_id for p in taste.liked], taste.standing) == (["a"], (HELD,))

    def test_what_one_message_said_is_undone_together(self, store: TasteStore) -> None:
        memory = Memory(store)
        memory.remember((done("x", at=0.0),), TasteChange(kind="like", titles=("X",), source="I love X", at=0.0))
        said = "I love A and hate B"
        memory.remember((done("a"),), TasteChange(kind="like", titles=("A",), source=said, at=1.0))
        memory.remember((done("b", "dislike"),), TasteChange(kind="dislike", titles=("B",), source=said, at=1.1))
        undone = memory.undo("ann")
        assert undone is not None
        assert undone.titles == ("A", "B")
        assert [p.item_id for p in memory.taste("ann").liked] == ["x"]

    def test_two_clicks_are_undone_one_by_one(self, store: TasteStore) -> None:
        memory = Memory(store)
        for item_id in ("a", "b"):
            memory.remember((done(item_id),), TasteChange(kind="like", titles=(item_id,), source="click", at=1.0))
        memory.undo("ann")
        assert [p.item_id for p in memory.taste("ann").liked] == ["a"]

    def test_forgetting_takes_the_files_history_out_of_the_taste(self, tmp_path: Path) -> None:
        record = SqlCatalogue(tmp_path / "vouch.sqlite")
        record.replace_file_interactions([done("a", source="file"), done("b", source="file")])
        memory = Memory(record)
        memory.forget("ann", ("a",), TasteChange(kind="forget"))
        assert [p.item_id for p in memory.taste("ann").liked] == ["b"]
        assert "a" not in memory.taste("ann").out
        memory.undo("ann")
        assert {p.item_id for p in memory.taste("ann").liked} == {"a", "b"}
