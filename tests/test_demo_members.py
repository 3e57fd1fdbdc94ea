"""The demo's simulated members: as many as promised, the same on every run, labelled, and with tastes that can be learnt."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from demo.build_collection import collection
from demo.make_members import (
    HOUSEHOLD,
    INTERACTIONS,
    MEMBERS,
    build_shelf,
    draw_interactions,
    draw_members,
    to_csv,
    to_labels,
)
from demo.tastes import CLUSTERS, standardised, utility

WORKS = collection()
ROWS = list(csv.DictReader(INTERACTIONS.read_text(encoding="utf-8").splitlines()))
LABELS = json.loads(MEMBERS.read_text(encoding="utf-8"))


def test_500_members_have_at_least_12000_interactions() -> None:
    assert len({row["user_id"] for row in ROWS}) == len(LABELS) == 500
    assert len(ROWS) >= 12_000


def test_a_second_run_gives_the_same_bytes() -> None:
    members = draw_members(WORKS)
    stale = "run `python -m demo.make_members`"
    assert to_csv(members, build_shelf(WORKS)) == INTERACTIONS.read_text(encoding="utf-8"), stale
    assert to_labels(members) == MEMBERS.read_text(encoding="utf-8"), stale


def test_every_label_says_simulated_and_names_a_cluster() -> None:
    assert [user_id for user_id, entry in LABELS.items() if "(simulated)" not in entry["label"]] == []
    assert {entry["cluster"] for entry in LABELS.values()} == {cluster.key for cluster in CLUSTERS}
    assert {row["user_id"] for row in ROWS} == set(LABELS)


def test_every_item_exists_and_nearly_every_work_is_met() -> None:
    ids = {work["id"] for work in WORKS}
    met = Counter(row["item_id"] for row in ROWS)
    assert set(met) <= ids
    assert [work["id"] for work in WORKS if work["kind"] != "print" and met[work["id"]] < 10] == []


def test_prints_are_met_by_few() -> None:
    met = Counter(row["item_id"] for row in ROWS)
    prints = [met[work["id"]] for work in WORKS if work["kind"] == "print"]
    assert sum(prints) >= len(prints)
    assert max(prints) <= 25


def test_ratings_are_one_to_five_and_dates_from_2024_to_october_2026() -> None:
    assert {row["rating"] for row in ROWS} == {"1", "2", "3", "4", "5"}
    days = sorted(datetime.fromtimestamp(int(row["timestamp"]), UTC).date().isoformat() for row in ROWS)
    assert days[0] >= "2024-01-01"
    assert days[-1] <= "2026-10-31"


def test_nobody_meets_a_work_twice_and_each_member_goes_forward_in_time() -> None:
    assert len({(row["user_id"], row["item_id"]) for row in ROWS}) == len(ROWS)
    for member in draw_members(WORKS, count=20):
        instants = [at for _, _, at in draw_interactions(member, build_shelf(WORKS))]
        assert instants == sorted(instants)


def test_the_taste_model_names_only_works_genres_and_moods_that_exist() -> None:
    ids = {work["id"] for work in WORKS}
    genres = {genre for work in WORKS for genre in work.get("genres", ())}
    moods = {mood for work in WORKS for mood in work.get("moods", ())}
    assert [item_id for item_id in HOUSEHOLD if item_id not in ids] == []
    for cluster in CLUSTERS:
        assert set(cluster.touchstones) <= ids, cluster.key
        assert set(cluster.genres) <= genres, cluster.key
        assert set(cluster.moods) <= moods, cluster.key


def test_a_utility_worked_by_hand() -> None:
    owls = next(cluster for cluster in CLUSTERS if cluster.key == "night-owls")
    work = {"id": "x", "kind": "film", "year": 1920, "genres": ["horror", "slapstick"], "moods": ["eerie"]}
    assert utility(owls, work) == pytest.approx(1.6 - 0.8 + 1.2)
    assert utility(owls, {"id": "print-2", "kind": "print"}) == 0.0


def test_standardised_utilities_have_mean_nought_and_deviation_one() -> None:
    values = standardised(CLUSTERS[0], WORKS)
    assert float(np.mean(values)) == pytest.approx(0.0, abs=1e-9)
    assert float(np.std(values)) == pytest.approx(1.0)


def test_the_clusters_show_in_what_is_loved_together() -> None:
    neighbours = {
        "nosferatu": "dracula",
        "dracula": "nosferatu",
        "persuasion": "pride-and-prejudice",
        "r-u-r": "metropolis",
        "the-moonstone": "the-murder-of-roger-ackroyd",
        "danse-macabre": "dracula",
        "the-nutcracker": "peter-pan-book",
    }
    assert {item: nearest_by_cosine(item, k=15) & {wanted} for item, wanted in neighbours.items()} == {
        item: {wanted} for item, wanted in neighbours.items()
    }


def nearest_by_cosine(item_id: str, *, k: int) -> set[str]:
    """The k works that the same members love (5), by cosine over members."""
    items = [work["id"] for work in WORKS]
    item_index = {item: index for index, item in enumerate(items)}
    user_index = {user_id: index for index, user_id in enumerate(LABELS)}
    loved = np.zeros((len(user_index), len(items)))
    for row in ROWS:
        if row["rating"] == "5":
            loved[user_index[row["user_id"]], item_index[row["item_id"]]] = 1.0
    lengths = np.linalg.norm(loved, axis=0) + 1e-9
    cosines = loved.T @ loved[:, item_index[item_id]] / lengths
    cosines[item_index[item_id]] = -1.0
    return {items[index] for index in np.argsort(-cosines)[:k]}


def test_the_members_page_names_every_cluster() -> None:
    page = (MEMBERS.parent / "MEMBERS.md").read_text(encoding="utf-8")
    assert [cluster.key for cluster in CLUSTERS if f"| {cluster.key} | {cluster.label} |" not in page] == []
