"""The ranking table: held-out people are in no fit, what is known is never listed, and a model that knows beats one that doesn't."""

from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

from eval.__main__ import main, show
from eval.item_neighbours import ItemNeighbours
from eval.metrics import (
    coverage_at,
    mean_with_interval,
    ndcg_at,
    novelty_at,
    popularity_lift_at,
    recall_at,
    reciprocal_rank,
)
from eval.ranking import rankers, ranking_table
from eval.splits import split_last, split_people, with_likes_known
from retrieval.catalogue import Catalogue
from retrieval.scorers.training import Training
from vouch.errors import InputError
from vouch.types import Interaction, Item, Preference, Query, Schema, Taste

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


def test_no_model_lists_what_is_known() -> None:
    split = split_people(halves(), seed=3)
    for ranker in rankers(CATALOGUE, split, content=None, seed=3).values():
        for person in split.people:
            ranked = ranker(person)
            assert not person.taste.out & set(ranked)
            assert len(set(ranked)) == len(ranked)


def test_models_that_know_the_likes_beat_those_that_do_not() -> None:
    table = ranking_table(CATALOGUE, halves(), data="halves", seed=3)
    found = {row.model: row.metrics["ndcg@10"][0] for row in table.rows}
    assert list(found) == ["random", "popularity", "item_knn", "ease", "cf", "vouch"]
    for model in ("item_knn", "ease", "cf"):
        assert found[model] > found["popularity"] + 0.05
    assert found["vouch"] > found["random"] + 0.05
    for row in table.rows:
        for name in ("recall@20", "ndcg@10", "ndcg@100", "mrr"):
            value, low, high = row.metrics[name]
            assert low is not None
            assert high is not None
            assert 0 <= low <= value <= high <= 1


def test_few_likes_known_are_a_part_of_their_own() -> None:
    table = ranking_table(CATALOGUE, halves(), seed=3, likes_known=(1, 3))
    assert [row.part for row in table.rows] == [part for part in ("all", "likes_1", "likes_3") for _ in range(6)]
    found = {(row.model, row.part): row.metrics["ndcg@10"][0] for row in table.rows}
    assert found["cf", "likes_1"] > found["popularity", "likes_1"] + 0.05
    assert found["popularity", "likes_1"] == pytest.approx(found["popularity", "all"])


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
    table = ranking_table(CATALOGUE, dated(), seed=1, split_name="last")
    assert (table.split, table.people) == ("last", 57)
    assert all(row.metrics["mrr"][0] <= row.metrics["recall@20"][0] + 0.1 for row in table.rows)


def test_likes_without_times_have_no_last_one() -> None:
    with pytest.raises(InputError, match="--split strong"):
        split_last(halves(), seed=0)


def test_neighbours_are_of_the_same_half_and_say_nothing_without_a_like() -> None:
    training = Training.of(CATALOGUE, halves())
    assert training is not None
    source = ItemNeighbours(CATALOGUE, training)
    found = source.propose(Query(tastes=(Taste(user_id="s", liked=(Preference(item_id="i4"),)),)), 10, None)
    assert {int(c.item_id[1:]) % 2 for c in found} == {0}
    assert len(found) == 10
    assert "i4" not in {c.item_id for c in found}
    assert source.propose(Query(), 10, None) == ()


def test_the_same_seed_gives_the_same_table() -> None:
    assert ranking_table(CATALOGUE, halves(), seed=4) == ranking_table(CATALOGUE, halves(), seed=4)


def test_too_few_people_are_an_input_error() -> None:
    with pytest.raises(InputError, match="ten are needed"):
        split_people(halves(people=4), seed=0)


def test_recall_is_divided_by_what_could_be_found() -> None:
    assert recall_at(2, ["a", "b"], {"a", "b", "c"}) == 1.0
    assert recall_at(20, ["x"], {"a"}) == 0.0


def test_ndcg_counts_places() -> None:
    assert ndcg_at(10, ["a", "b"], {"a", "b"}) == pytest.approx(1.0)
    assert ndcg_at(10, ["x", "a"], {"a"}) == pytest.approx(1 / np.log2(3))
    assert ndcg_at(2, ["x", "y", "a"], {"a"}) == 0.0
    assert ndcg_at(10, [], {"a"}) == 0.0
    assert ndcg_at(1, ["a"], {"a"}) == 1.0


def test_the_first_hit_decides_the_reciprocal_rank() -> None:
    assert reciprocal_rank(["x", "y", "a", "b"], {"a", "b"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"], {"a"}) == 0.0


def test_what_few_like_is_novel() -> None:
    popularity = {"common": 8, "rare": 1}
    assert novelty_at(1, ["common"], popularity, people=8) == 0.0
    assert novelty_at(1, ["rare"], popularity, people=8) == 3.0
    assert novelty_at(1, ["unknown"], popularity, people=8) == 4.0
    assert novelty_at(1, [], popularity, people=8) == 0.0


def test_lists_more_popular_than_the_profiles_have_a_lift() -> None:
    popularity = {"common": 9, "rare": 3}
    assert popularity_lift_at(1, [["common"], ["rare"]], [{"rare"}, {"rare"}], popularity) == [2.0, 0.0]
    assert popularity_lift_at(1, [["rare"]], [{"common"}], popularity)[0] < 0
    assert popularity_lift_at(1, [["x"]], [{"y"}], {}) == [0.0]


def test_coverage_counts_different_items() -> None:
    assert coverage_at(2, [["a", "b", "c"], ["b"]], n_items=4) == 0.5


def test_the_interval_holds_the_mean_and_narrows_with_people() -> None:
    values = [0.0, 1.0] * 20
    mean, low, high = mean_with_interval(values, seed=1)
    assert (mean, low < 0.5 < high) == (0.5, True)
    _, low_of_many, high_of_many = mean_with_interval(values * 20, seed=1)
    assert high_of_many - low_of_many < high - low


def test_the_table_is_shown_with_intervals() -> None:
    console = Console(record=True, width=160)
    show(ranking_table(CATALOGUE, halves(), data="halves", seed=3), console)
    shown = console.export_text()
    assert "popularity" in shown
    assert "12 held-out people" in shown


@pytest.mark.parametrize("words", [["--likes-known", "0"], ["--likes-known", "some"], ["--split", "middle"]])
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
