"""The ranking table: held-out people are in no fit, what is known is never listed, and a model that knows beats one that doesn't."""

from __future__ import annotations

import numpy as np
import pytest
from rich.console import Console

from eval.__main__ import main, show
from eval.metrics import coverage_at, mean_with_interval, ndcg_at, recall_at
from eval.ranking import rankers, ranking_table, split_people
from retrieval.catalogue import Catalogue
from vouch.errors import InputError
from vouch.types import Interaction, Item, Schema

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
    assert list(found) == ["random", "popularity", "ease", "cf", "vouch"]
    assert found["ease"] > found["popularity"] + 0.05
    assert found["vouch"] > found["random"] + 0.05
    for row in table.rows:
        for name in ("recall@20", "ndcg@10", "ndcg@100"):
            value, low, high = row.metrics[name]
            assert low is not None
            assert high is not None
            assert 0 <= low <= value <= high <= 1


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


def test_a_home_without_a_collection_is_exit_status_4(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path_factory.mktemp("empty")
    assert main(["ranking", "--home", str(home), "--json"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert "no collection" in " ".join(err.split())
