"""New likes flow into a fitted scorer: the update equals a refit, versions come and go whole, and nobody's list is stale meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.catalogue import Catalogue
from retrieval.recommender import Recommender
from retrieval.scorers import choosing, upkeep
from retrieval.scorers.ease import Solution, likes_matrix
from retrieval.scorers.edlae import LevelChoice, solutions
from retrieval.scorers.fitted import fit_scorer, load_scorer
from retrieval.scorers.records import read_record, read_solution, read_training
from retrieval.scorers.training import Training, likes_that_hold, members, weights_of
from retrieval.scorers.upkeep import NEWS, current_scorer, go_back, update_scorer, version_lines
from retrieval.scorers.versions import KEPT, Versions
from retrieval.scorers.woodbury import GramChange, updated, widened
from tests.stand_ins_recommender import ListStore
from vouch.errors import HomeBusy, InputError
from vouch.types import Interaction, InteractionKind, Item, Query, Schema

N_PEOPLE, N_ITEMS = 90, 80
CHOICES = (
    LevelChoice(least=1, penalty=5, dropout=0.9, popularity=0.1),
    LevelChoice(least=4, penalty=0.5, dropout=0.5, popularity=0.0),
)
CATALOGUE = Catalogue(
    items=tuple(Item(item_id=f"i{n}", title=f"Item {n}") for n in range(N_ITEMS + 1)),
    schema=Schema(id_columns=("id",), title_column="title"),
)
NEW = f"i{N_ITEMS}"
"""An item that nobody likes at first."""


def drawn() -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Who likes what, at random."""
    return np.random.default_rng(3).random((N_PEOPLE, N_ITEMS)) < 0.2


def store() -> ListStore:
    return ListStore(Interaction(user_id=f"p{p}", item_id=f"i{i}", kind="like") for p, i in np.argwhere(drawn()))


def like(person: str, item: str, at: float = 1.0) -> Interaction:
    return Interaction(user_id=person, item_id=item, kind="like", at=at, source="click")


def say_news(some: ListStore) -> None:
    """Members and somebody new like what they did not, the new item too; one changes their mind."""
    liked = drawn()
    for p in range(4):
        some.add_interaction(like(f"p{p}", f"i{np.flatnonzero(~liked[p])[0]}"))
    some.add_interaction(like("p5", NEW))
    some.add_interaction(like("somebody", NEW))
    some.add_interaction(like("somebody", "i3"))
    gone = f"i{np.flatnonzero(liked[6])[0]}"
    some.add_interaction(Interaction(user_id="p6", item_id=gone, kind="dislike", at=1.0, source="click"))


def many_news(some: ListStore) -> None:
    """Enough to be noticed at the next opening."""
    for n in range(NEWS):
        some.add_interaction(like(f"new{n % 5}", f"i{n % 6}"))


def largest_difference(one: Solution, other: Solution) -> float:
    return float(np.abs(one.weights - other.weights).max())


@pytest.mark.parametrize("dropout", [0.0, 0.5, 0.9])
def test_an_update_equals_a_refit_with_any_dropout(dropout: float) -> None:
    before, after = drawn().astype(np.float32), drawn().astype(np.float32)
    after[[0, 0, 1, 7], [3, 9, 3, 11]] = [1, 0, 1, 2.5]
    old, new = (
        likes_matrix([(p, i, float(m[p, i])) for p, i in np.argwhere(m)], n_people=N_PEOPLE, n_items=N_ITEMS)
        for m in (before, after)
    )
    fitted, refitted = (next(solutions(m, [(4.0, dropout)], unit=1.0)) for m in (old, new))
    assert largest_difference(fitted, refitted) > 1e-3
    got = updated(fitted, GramChange.between(old, new), dropout=dropout)
    assert largest_difference(got, refitted) < 1e-4
    np.testing.assert_allclose(got.diagonal, refitted.diagonal, rtol=1e-4)


def test_a_new_item_is_a_column_without_likes_until_somebody_likes_it() -> None:
    pairs = [(int(p), int(i), 1.0) for p, i in np.argwhere(drawn())]
    old = likes_matrix(pairs, n_people=N_PEOPLE, n_items=N_ITEMS)
    fitted = next(solutions(old, [(4.0, 0.5)], unit=1.0))
    places = np.array([*range(5), *range(6, N_ITEMS + 1)])
    wide = likes_matrix([(p, int(places[i]), w) for p, i, w in pairs], n_people=N_PEOPLE, n_items=N_ITEMS + 1)
    empty = next(solutions(wide, [(4.0, 0.5)], unit=1.0))
    assert largest_difference(widened(fitted, places, n_items=N_ITEMS + 1, penalty=4.0), empty) < 1e-5


def test_a_change_of_nothing_changes_nothing_and_one_of_everything_does_not_pay() -> None:
    likes = likes_matrix([(int(p), int(i), 1.0) for p, i in np.argwhere(drawn())], n_people=N_PEOPLE, n_items=N_ITEMS)
    fitted = next(solutions(likes, [(4.0, 0.5)], unit=1.0))
    nothing = GramChange.between(likes, likes)
    assert nothing.pays
    assert updated(fitted, nothing, dropout=0.5) is fitted
    assert not GramChange.between(likes, 2 * likes).pays


def test_what_members_like_flows_in_as_if_it_had_been_fitted(tmp_path: Path) -> None:
    said = store()
    fit_scorer(said, CATALOGUE, tmp_path / "updated", choices=CHOICES)
    say_news(said)
    got = update_scorer(said, CATALOGUE, tmp_path / "updated")
    record = read_record(tmp_path / "updated" / "2")
    assert record is not None
    assert (record.made, got.number) == ("update", 2)
    refitted = fit_scorer(said, CATALOGUE, tmp_path / "fitted", choices=CHOICES)
    assert got.model is not None
    assert refitted.model is not None
    assert got.model.item_ids == refitted.model.item_ids
    assert NEW in got.model.item_ids
    assert got.like_counts.counts.tolist() == refitted.like_counts.counts.tolist()
    for likes in ({NEW: 1.0}, {"i3": 1.0, "i9": 1.0}, {f"i{n}": 1.0 for n in range(8)}):
        # lambda follows the number of likes in a fit, and stays in an update: 8 likes of 1,400 are .3 per cent of it
        np.testing.assert_allclose(got.model.affinity(likes), refitted.model.affinity(likes), atol=5e-3)


def test_the_updated_weights_are_those_of_a_refit_with_the_same_lambda(tmp_path: Path) -> None:
    said = store()
    fit_scorer(said, CATALOGUE, tmp_path, choices=CHOICES)
    say_news(said)
    update_scorer(said, CATALOGUE, tmp_path)
    record = read_record(tmp_path / "2")
    assert record is not None
    training = read_training(tmp_path / "2", record)
    for place, refitted in enumerate(solutions(training.evidence, record.models, unit=record.unit)):
        assert largest_difference(read_solution(tmp_path / "2", place), refitted) < 1e-4


def test_where_much_is_new_a_refit_is_made(tmp_path: Path) -> None:
    said = store()
    fit_scorer(said, CATALOGUE, tmp_path, choices=CHOICES)
    for n in range(N_ITEMS):
        said.add_interaction(like("collector", f"i{n}"))
    update_scorer(said, CATALOGUE, tmp_path)
    assert [line.made for line in version_lines(tmp_path)] == ["fit", "fit"]


def test_strangers_and_withdrawn_likes_form_no_model() -> None:
    file = Interaction(user_id="p", item_id="i1", kind="like", at=1.0)
    withdrawn = Interaction(user_id="p", item_id="i1", kind="dislike", at=2.0, source="click")
    again = Interaction(user_id="p", item_id="i1", kind="purchase", at=3.0)
    assert likes_that_hold([file, withdrawn]) == []
    assert likes_that_hold([again, file, withdrawn]) == [again]
    assert members([file, like("stranger:one", "i2"), like("p", "unknown")], CATALOGUE) == [file]


def test_of_several_interactions_the_latest_opinion_weighs_and_what_is_weaker_weighs_less() -> None:
    def did(kind: InteractionKind, at: float, item: str = "i1") -> Interaction:
        return Interaction(user_id="p", item_id=item, kind=kind, at=at)

    assert weights_of([did("like", 1), did("view", 2)]) == {("p", "i1"): 1.0}
    assert weights_of([did("like", 1), did("dislike", 2), did("view", 3)]) == {}
    assert weights_of([did("dislike", 1), did("purchase", 2)]) == {("p", "i1"): 1.0}
    assert weights_of([did("view", 1), did("seen", 2), did("hide", 1, "i2")]) == {("p", "i1"): 0.3}


def test_what_is_weaker_than_a_like_is_evidence_and_no_like() -> None:
    seen = Interaction(user_id="p0", item_id="i7", kind="seen")
    without = Training.of(CATALOGUE, [i for i in store().rows if (i.user_id, i.item_id) != ("p0", "i7")])
    training = Training.of(CATALOGUE, [*(i for i in store().rows if (i.user_id, i.item_id) != ("p0", "i7")), seen])
    assert training is not None
    assert without is not None
    person, item = training.user_ids.index("p0"), training.item_ids.index("i7")
    assert training.evidence[person, item] == pytest.approx(0.3)
    assert (training.likes != without.likes).nnz == 0


def test_opening_takes_news_in_once_there_are_enough(tmp_path: Path) -> None:
    said = store()
    assert current_scorer(said, CATALOGUE, tmp_path).number == 1
    said.add_interaction(like("p1", NEW))
    assert current_scorer(said, CATALOGUE, tmp_path).number == 1
    many_news(said)
    assert current_scorer(said, CATALOGUE, tmp_path).number == 2
    assert current_scorer(said, CATALOGUE, tmp_path).number == 2
    assert update_scorer(said, CATALOGUE, tmp_path).number == 2


def test_going_back_holds_until_the_file_changes_or_an_update_is_asked_for(tmp_path: Path) -> None:
    said = store()
    with pytest.raises(InputError, match="no version"):
        go_back(said, tmp_path)
    current_scorer(said, CATALOGUE, tmp_path)
    many_news(said)
    current_scorer(said, CATALOGUE, tmp_path)
    assert go_back(said, tmp_path) == 1
    assert [(line.number, line.held) for line in version_lines(tmp_path) if line.in_use] == [(1, True)]
    assert current_scorer(said, CATALOGUE, tmp_path).number == 1
    assert update_scorer(said, CATALOGUE, tmp_path).number == 3
    with pytest.raises(InputError, match="no version 7"):
        go_back(said, tmp_path, 7)
    go_back(said, tmp_path, 1)
    said.rows = [i for i in said.rows if i.user_id != "p0"]
    assert current_scorer(said, CATALOGUE, tmp_path).number == 4


def test_a_version_of_another_file_can_be_gone_back_to(tmp_path: Path) -> None:
    said = store()
    current_scorer(said, CATALOGUE, tmp_path)
    said.rows = [i for i in said.rows if i.user_id != "p0"]
    assert current_scorer(said, CATALOGUE, tmp_path).number == 2
    go_back(said, tmp_path)
    assert current_scorer(said, CATALOGUE, tmp_path).number == 1


def test_a_version_of_an_older_format_is_none_to_go_back_to(tmp_path: Path) -> None:
    said = store()
    for _ in range(2):
        fit_scorer(said, CATALOGUE, tmp_path, choices=CHOICES)
    (tmp_path / "1" / "scorer.json").write_text('{"format": "edlae/2"}', "utf-8")
    with pytest.raises(InputError, match="no version before"):
        go_back(said, tmp_path)
    with pytest.raises(InputError, match="There are: 2"):
        go_back(said, tmp_path, 1)


def test_only_the_last_versions_are_kept(tmp_path: Path) -> None:
    said = store()
    for _ in range(KEPT + 2):
        fit_scorer(said, CATALOGUE, tmp_path, choices=CHOICES)
    assert Versions(tmp_path).numbers() == (3, 4, 5)
    assert load_scorer(tmp_path, CATALOGUE) is not None


def test_while_another_process_writes_the_old_version_answers(tmp_path: Path) -> None:
    said = store()
    current_scorer(said, CATALOGUE, tmp_path)
    many_news(said)
    with Versions(tmp_path).writing():
        assert current_scorer(said, CATALOGUE, tmp_path).number == 1
        with pytest.raises(HomeBusy), Versions(tmp_path).writing(patience_s=0):
            pass


PROCESSES = multiprocessing.get_context("forkserver")


def update_and_die(folder: Path, where: str) -> None:
    """An update that is killed as it enters `where`."""

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    said = store()
    many_news(said)
    holder: Any = Versions if where == "use" else upkeep
    setattr(holder, where, die)
    update_scorer(said, CATALOGUE, folder)


def open_it(folder: Path) -> None:
    """What one of several processes does that open the collection at once."""
    said = store()
    many_news(said)
    fitted = current_scorer(said, CATALOGUE, folder)
    os._exit(0 if fitted.model is not None and np.isfinite(fitted.model.affinity({"i3": 1.0})[3]) else 1)


def ended(target: Callable[..., None], *arguments: object) -> int | None:
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


@pytest.mark.parametrize("where", ["write_training", "write_record", "use"])
def test_a_killed_update_leaves_the_old_version(tmp_path: Path, where: str) -> None:
    said = store()
    before = fit_scorer(said, CATALOGUE, tmp_path, choices=CHOICES)
    assert ended(update_and_die, tmp_path, where) == -signal.SIGKILL
    after = load_scorer(tmp_path, CATALOGUE, version=said.interactions_version())
    assert after is not None
    assert before.model is not None
    assert after.model is not None
    assert after.number == 1
    np.testing.assert_array_equal(after.model.affinity({"i3": 1.0}), before.model.affinity({"i3": 1.0}))
    many_news(said)
    assert update_scorer(said, CATALOGUE, tmp_path).number > 1
    assert not list(tmp_path.glob("*.part"))


def test_several_processes_that_open_at_once_fit_once(tmp_path: Path) -> None:
    opening = [PROCESSES.Process(target=open_it, args=(tmp_path,)) for _ in range(3)]
    for process in opening:
        process.start()
    for process in opening:
        process.join()
    assert [process.exitcode for process in opening] == [0, 0, 0]
    assert Versions(tmp_path).numbers() == (1,)


def test_no_list_is_stale_after_feedback(tmp_path: Path) -> None:
    said = store()
    folder = tmp_path / "scorer"
    recommender = Recommender(catalogue=CATALOGUE, store=said, fitted=current_scorer(said, CATALOGUE, folder))

    def listed() -> list[str]:
        found = recommender.recommend(Query(tastes=(recommender.taste("p1"),), k=10))
        return [one.item.item_id for one in found.recommendations]

    first = listed()
    recommender.remember(like("p1", first[0], at=5.0))
    second = listed()
    assert first[0] not in second
    explained = recommender.explain(second[0], Query(tastes=(recommender.taste("p1"),)))
    assert first[0] in {r.item_id for r in explained.reasons if r.kind == "liked_item"}
    many_news(said)
    update_scorer(said, CATALOGUE, folder)
    assert listed() == second
    recommender.forget("p1", first[0])
    assert listed() == first


def test_where_memory_is_short_factors_are_fitted_and_fitted_anew_with_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "free_memory", lambda: 1000)
    said = store()
    fitted = fit_scorer(said, CATALOGUE, tmp_path)
    assert fitted.told.startswith("ALS with 64 factors, because 80 items would need")
    read = load_scorer(tmp_path, CATALOGUE)
    assert read is not None
    assert read.model is not None
    assert fitted.model is not None
    np.testing.assert_array_equal(read.model.affinity({"i3": 1.0}), fitted.model.affinity({"i3": 1.0}))
    many_news(said)
    assert update_scorer(said, CATALOGUE, tmp_path).number == 2
    assert {line.made for line in version_lines(tmp_path)} == {"fit"}
