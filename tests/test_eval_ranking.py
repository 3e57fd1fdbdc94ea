"""The ranking table: held-out people are in no fit, what is known is never listed, and a model that knows beats one that doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from eval.__main__ import main, show
from eval.metrics import (
    Lists,
    coverage_at,
    diversity_at,
    mean_with_interval,
    novelty_at,
    popularity_lift_at,
    recall_at,
    standard,
)
from eval.rankers import fit_models, with_fixed_places
from eval.ranking import PARTS, Problem, RankingTable, ranking_table
from eval.recorded import Tuned
from eval.splits import HeldOut, Split, split_last, split_people, with_likes_known, with_new_items
from eval.texts import content_of
from retrieval.catalogue import Catalogue
from tests import test_calibration as kinds
from tests import test_new_items as new_items
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import small_catalogue
from vouch.errors import InputError
from vouch.types import Interaction, Item, Preference, Schema, Taste

N_ITEMS = 40
CATALOGUE = Catalogue(
    items=tuple(Item(item_id=f"i{n}", title=f"Item {n}") for n in range(N_ITEMS)),
    schema=Schema(id_columns=("id",), title_column="title"),
)


def halves(people: int = 60) -> tuple[Interaction, ...]:
    """Each person likes ten items of one half of the catalogue, drawn at random."""
    rng = np.random.default_rng(5)
    return tuple(
        Interaction(user_id=f"u{p}", item_id=f"i{2 * item + p % 2}", kind="like")
        for p in range(people)
        for item in rng.choice(N_ITEMS // 2, size=10, replace=False).tolist()
    )


def test_held_out_people_take_no_part_in_training_nor_in_each_others_measurement() -> None:
    test, validation = (split_people(halves(), seed=3, validation=v) for v in (False, True))
    assert len(test.people) == len(validation.people) == 12
    tested, tuned = ({p.taste.user_id for p in split.people} for split in (test, validation))
    assert not tested & tuned
    assert not (tested | tuned) & {i.user_id for i in test.training}
    assert test.training == validation.training


def test_what_is_to_be_found_is_not_known() -> None:
    for person in split_people(halves(), seed=3).people:
        assert person.relevant
        assert not person.relevant & person.taste.out
        assert len(person.taste.liked) == 8


@pytest.fixture(scope="module")
def table() -> RankingTable:
    """All parts of the halves, few draws of each."""
    return measured(split_people(halves(), seed=3), parts=("all", "likes_1", *PARTS[4:]))


def measured(split: Split, parts: Sequence[str] = ("all",), *, seed: int = 3) -> RankingTable:
    problem = Problem(catalogue=CATALOGUE, split=split, data="halves", seed=seed)
    return ranking_table(problem, parts=parts, draws=2, new_draws=2)


def figures(table: RankingTable, metric: str, part: str = "all") -> dict[str, float]:
    return {row.model: row.metrics[metric][0] for row in table.rows if row.part == part and metric in row.metrics}


def test_no_model_lists_what_is_known_nor_anything_twice() -> None:
    split = split_people(halves(), seed=3)
    models = fit_models(CATALOGUE, split.training, content=None, tuned=Tuned(), seed=3)
    among = frozenset(f"i{n}" for n in range(20))
    for ranker in models.rankers.values():
        for person in split.people:
            ranked = [CATALOGUE.item_ids[i] for i in ranker(person)]
            assert not person.out & set(ranked)
            assert len(set(ranked)) == len(ranked)
            assert {CATALOGUE.item_ids[i] for i in ranker(person, among)} <= among - person.out


def test_models_that_know_the_likes_beat_those_that_do_not(table: RankingTable) -> None:
    found = figures(table, "ndcg@10")
    assert list(found)[:2] == ["random", "popularity"]
    assert {"item_knn", "als", "ease", "cf", "vouch", "company"} <= found.keys()
    for model in ("item_knn", "als", "ease", "cf", "vouch"):
        assert found[model] > found["popularity"] + 0.05
    for row in table.rows:
        for name in ("recall@20", "ndcg@10", "ndcg@100", "mrr"):
            value, low, high = row.metrics[name]
            assert low is not None
            assert high is not None
            assert 0 <= low <= value <= high <= 1


def test_lists_of_ten_are_measured_as_people_see_them() -> None:
    rng = np.random.default_rng(5)
    likes = tuple(
        Interaction(user_id=f"u{person}", item_id=f"w{item}", kind="like")
        for person in range(60)
        for item in [*(3 * rng.permutation(20)[:9] + person % 2), *(3 * rng.permutation(20)[:3] + 2)]
    )
    problem = Problem(catalogue=kinds.CATALOGUE, split=split_people(likes, seed=3), seed=3)
    table = ranking_table(problem, parts=("all", "shown"))
    (shown,) = (row.metrics for row in table.rows if row.part == "shown")
    assert set(shown) == {"ndcg@10", "novelty@10", "popularity_lift@10", "miscalibration@10", "coverage@10"}
    every = {
        row.model: row.metrics["miscalibration@10"][0]
        for row in table.rows
        if row.part == "all" and row.model in {"vouch", "popularity"}
    }
    assert 0 < shown["miscalibration@10"][0] < every["vouch"] < every["popularity"]


def test_fixed_places_are_those_of_the_best_new_items() -> None:
    model = new_items.fitted()
    likes = tuple(Preference(item_id=i) for i in new_items.EVEN)
    person = HeldOut(Taste(user_id="p", liked=likes), frozenset({new_items.NEW[0]}), frozenset(new_items.EVEN))
    new = {new_items.CATALOGUE.index_of[i] for i in new_items.NEW}
    for places in (1, 2):
        listed = with_fixed_places(model, places)(person).tolist()
        assert [place for place, item in enumerate(listed, start=1) if item in new] == list(range(21 - places, 21))
        assert len(set(listed)) == len(listed)
        assert not set(listed) & {new_items.CATALOGUE.index_of[i] for i in person.out}
    affinity = model.affinity({like.item_id: 1.0 for like in likes})
    assert listed[18] == max(new, key=lambda item: affinity[item])


def test_what_makes_no_difference_is_measured_once_and_what_weighs_nothing_adds_nothing(table: RankingTable) -> None:
    added = figures(table, "adds_recall@20", "likes_1")
    assert added["company"] == 0
    assert added["cf"] > 0
    assert figures(table, "recall@20", "likes_1")["popularity"] == pytest.approx(
        figures(table, "recall@20")["popularity"]
    )


def test_few_likes_known_are_a_part_of_their_own(table: RankingTable) -> None:
    few = figures(table, "ndcg@10", "likes_1")
    assert few["cf"] > few["popularity"] + 0.05
    assert few["popularity"] == pytest.approx(figures(table, "ndcg@10")["popularity"])


def test_the_whole_is_told_what_each_source_adds(table: RankingTable) -> None:
    whole = figures(table, "recall@pool")["vouch"]
    assert whole == 1.0
    adds = figures(table, "adds_ndcg@10")
    assert set(adds) >= {"cf", "popularity"}
    assert adds["cf"] > 0.05


def test_items_that_nobody_has_met_are_found_by_chance_alone_where_nothing_is_known_of_them(
    table: RankingTable,
) -> None:
    assert {row.part for row in table.rows} == {"all", "likes_1", *PARTS[4:]}
    among_new = figures(table, "recall@20", "new_among_new")
    assert among_new["random"] == 1.0
    assert figures(table, "recall@20", "new_items")["cf"] < figures(table, "recall@20", "warm_items")["cf"]


def test_new_items_are_in_no_training_and_known_of_nobody() -> None:
    split = split_people(halves(), seed=3)
    new = with_new_items(split, CATALOGUE.item_ids, seed=1)
    assert len(new.item_ids) == 4
    assert not new.item_ids & {i.item_id for i in new.training}
    for person in (*new.new, *new.old):
        assert not person.out & new.item_ids
        assert not person.taste.out & new.item_ids
    assert all(p.relevant <= new.item_ids for p in new.new)
    assert not any(p.relevant & new.item_ids for p in new.old)
    assert new == with_new_items(split, CATALOGUE.item_ids, seed=1) != with_new_items(split, CATALOGUE.item_ids, seed=2)


def test_a_part_that_there_is_not_is_an_input_error() -> None:
    with pytest.raises(InputError, match="likes_K"):
        measured(split_people(halves(), seed=3), parts=("likes_0",))


def test_texts_are_embedded_once(tmp_path: Path) -> None:
    spoken = small_catalogue()
    embedder = HashEmbedder()
    first = content_of(spoken, embedder, tmp_path)
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    again = content_of(spoken, embedder, tmp_path)
    assert np.array_equal(first.item_vectors.vectors, again.item_vectors.vectors)
    assert kept.stat().st_mtime_ns == written


def test_of_a_person_with_few_likes_known_the_other_ones_are_neither_listed_nor_looked_for() -> None:
    people = split_people(halves(), seed=3).people
    few = with_likes_known(people, 2, seed=1)
    for before, after in zip(people, few, strict=True):
        assert len(after.taste.liked) == 2
        assert set(after.taste.liked) <= set(before.taste.liked)
        assert (after.relevant, after.out) == (before.relevant, before.out)
        assert after.taste.out < after.out
    assert with_likes_known(people, 2, seed=1) == few != with_likes_known(people, 2, seed=2)


def dated() -> tuple[Interaction, ...]:
    """The halves with times, one a like; three people without any; one dislikes something after the last like."""
    likes = tuple(
        Interaction(user_id=i.user_id, item_id=i.item_id, kind="like", at=0.0 if i.user_id in {"u0", "u1", "u2"} else n)
        for n, i in enumerate(halves(), start=1)
    )
    return (*likes, Interaction(user_id="u9", item_id="i0", kind="dislike", at=10_000.0))


def test_the_last_like_is_to_be_found_and_nothing_after_it_is_known() -> None:
    split = split_last(dated(), seed=1)
    assert len(split.people) == 57
    last = {i.user_id: i.item_id for i in dated() if i.kind == "like"}
    for person in split.people:
        user_id = person.taste.user_id
        assert person.relevant == {last[user_id]}
        assert len(person.taste.liked) == 9
        own = [i for i in split.training if i.user_id == user_id]
        assert not {i.item_id for i in own} & person.relevant
        assert not [i for i in own if i.kind == "dislike"]
    assert len([i for i in split.training if i.user_id == "u0"]) == 10


def test_tuning_looks_for_the_like_before_the_last() -> None:
    tuned, tested = (split_last(dated(), seed=1, validation=v) for v in (True, False))
    assert tuned.training == tested.training
    for before, after in zip(tuned.people, tested.people, strict=True):
        assert before.relevant <= after.taste.out
        assert not after.relevant & before.taste.out


def test_the_table_of_last_likes_says_so() -> None:
    problem = Problem(catalogue=CATALOGUE, split=split_last(dated(), seed=1), split_name="last")
    table = ranking_table(problem, parts=("all",))
    assert (table.split, table.people) == ("last", 57)
    assert all(row.metrics["mrr"][0] <= row.metrics["recall@20"][0] + 0.1 for row in table.rows if "mrr" in row.metrics)


def test_likes_without_times_have_no_last_one() -> None:
    with pytest.raises(InputError, match="--split strong"):
        split_last(halves(), seed=0)


def test_the_same_seed_gives_the_same_table() -> None:
    split = split_people(halves(), seed=4)
    assert measured(split, ("likes_2",), seed=4) == measured(split, ("likes_2",), seed=4)


def test_too_few_people_are_an_input_error() -> None:
    with pytest.raises(InputError, match="ten are needed"):
        split_people(halves(people=4), seed=0)


def one(*items: int) -> Lists:
    """One person's list."""
    return np.array([items], dtype=np.int64)


def test_recall_is_divided_by_what_could_be_found() -> None:
    assert recall_at(2, one(0, 1), [{0, 1, 2}]).tolist() == [1.0]
    assert recall_at(20, one(7), [{0}]).tolist() == [0.0]


def test_ndcg_counts_places_and_the_first_hit_decides_the_reciprocal_rank() -> None:
    lists = np.array([[0, 1, -1], [7, 0, 1], [7, 8, 9], [-1, -1, -1]])
    found = standard(lists, [{0, 1}, {0}, {0}, {0}])
    assert found["ndcg@10"] == pytest.approx([1.0, 1 / np.log2(3), 0.0, 0.0])
    assert found["mrr"] == pytest.approx([1.0, 0.5, 0.0, 0.0])


def test_what_few_like_is_novel() -> None:
    popularity = np.array([8, 1, 0])
    assert [novelty_at(1, one(i), popularity, people=8)[0] for i in (0, 1, 2)] == [0.0, 3.0, 4.0]
    assert novelty_at(1, one(-1), popularity, people=8)[0] == 0.0


def test_lists_more_popular_than_the_profiles_have_a_lift() -> None:
    popularity = np.array([9, 3])
    assert popularity_lift_at(1, np.array([[0], [1]]), [{1}, {1}], popularity).tolist() == [2.0, 0.0]
    assert popularity_lift_at(1, one(1), [{0}], popularity)[0] < 0
    assert popularity_lift_at(1, one(0), [set()], popularity).tolist() == [0.0]


def test_lists_of_different_things_are_diverse() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert diversity_at(10, one(0, 1, 2), vectors) == pytest.approx([1.0])
    assert diversity_at(10, one(0, 0, -1), vectors) == pytest.approx([0.0])
    assert diversity_at(10, one(0, -1, -1), vectors) == pytest.approx([0.0])


def test_coverage_counts_different_items() -> None:
    assert coverage_at(2, np.array([[0, 1, 2], [1, -1, -1]]), n_items=4) == 0.5


def test_the_interval_holds_the_mean_and_narrows_with_people() -> None:
    def of(people: int) -> tuple[float, float, float]:
        return mean_with_interval([{str(p): float(p % 2) for p in range(people)}], seed=1)

    mean, low, high = of(40)
    assert (mean, low < 0.5 < high) == (0.5, True)
    _, low_of_many, high_of_many = of(800)
    assert high_of_many - low_of_many < high - low


def test_more_draws_of_the_same_people_are_no_more_people() -> None:
    draw = {str(p): float(p % 2) for p in range(40)}
    assert mean_with_interval([draw] * 10, seed=1) == pytest.approx(mean_with_interval([draw], seed=1))


def test_the_table_is_shown_with_intervals(table: RankingTable) -> None:
    console = Console(record=True, width=320)
    show(table, console)
    shown = console.export_text()
    assert "popularity" in shown
    assert "12 held-out people" in shown


@pytest.mark.parametrize("words", [["--seed", "some"], ["--split", "middle"]])
def test_wrong_words_are_exit_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["ranking", *words])
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_home_without_a_collection_is_exit_status_4(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path_factory.mktemp("empty")
    assert main(["ranking", "--home", str(home), "--json"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "no collection" in " ".join(err.split())
