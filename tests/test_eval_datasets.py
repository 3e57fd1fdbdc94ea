"""Public data sets are read as they stand, and a split that comes with the data is the one that is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.datasets import read_dataset
from vouch.errors import InputError


def mult_vae(folder: Path, people: int = 40, items: int = 24) -> Path:
    """Even people like even items; people from 30 on are for testing, their items under 12 are known."""
    (folder / "unique_sid.txt").write_text("\n".join(str(100 + n) for n in range(items)), "utf-8")
    (folder / "movies.dat").write_text("100::Amélie (2001)::Comedy\n", "latin-1")
    rows: dict[str, list[str]] = {}
    for person in range(people):
        for item in range(person % 2, items, 2):
            part = (
                "train" if person < 30 else f"{'validation' if person < 35 else 'test'}_{'tr' if item < 12 else 'te'}"
            )
            rows.setdefault(part, []).append(f"{person},{item}")
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join(["uid,sid", *lines]) + "\n", "utf-8")
    return folder


def test_the_mult_vae_files_come_with_their_split(tmp_path: Path) -> None:
    dataset = read_dataset(mult_vae(tmp_path))
    assert len(dataset.catalogue.items) == 24
    assert dataset.catalogue.by_id["0"].title == "Amélie (2001)"
    assert dataset.catalogue.by_id["1"].title == "101"
    test, validation = (dataset.own_split(validation=v) for v in (False, True))
    assert test is not None
    assert validation is not None
    assert [p.taste.user_id for p in test.people] == ["35", "36", "37", "38", "39"]
    assert [p.taste.user_id for p in validation.people] == ["30", "31", "32", "33", "34"]
    assert {i.user_id for i in test.training} == {str(n) for n in range(30)}
    first = test.people[1]
    assert first.relevant == {"12", "14", "16", "18", "20", "22"}
    assert first.out == {"0", "2", "4", "6", "8", "10"}


def test_ratings_of_four_and_more_are_likes_with_their_times(tmp_path: Path) -> None:
    (tmp_path / "u.item").write_text("1|Café|x\n2|Alien|x\n", "latin-1")
    (tmp_path / "u.data").write_text("7\t1\t4\t100\n7\t2\t3\t200\n", "latin-1")
    dataset = read_dataset(tmp_path)
    assert [(i.item_id, i.kind, i.at) for i in dataset.interactions] == [("1", "like", 100.0), ("2", "seen", 200.0)]
    assert dataset.catalogue.by_id["1"].title == "Café"
    assert dataset.own_split(validation=False) is None


def test_the_newer_files_are_tables_with_a_heading(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text('movieId,title,genres\n3,"General, The (1926)",Comedy\n', "utf-8")
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,3,4.5,10\n", "utf-8")
    dataset = read_dataset(tmp_path)
    assert dataset.catalogue.by_id["3"].title == "General, The (1926)"
    assert [(i.item_id, i.kind) for i in dataset.interactions] == [("3", "like")]


def test_a_folder_of_something_else_says_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ratings\.csv"):
        read_dataset(tmp_path)


def test_the_films_texts_stand_beside_the_mult_vae_files(tmp_path: Path) -> None:
    folder = mult_vae(tmp_path)
    row = "100::Amelie::2001::R::x::Comedy::Jean-Pierre Jeunet::x::Audrey Tautou, N/A::A shy waitress in Café Les 2 Moulins.::x"
    (folder / "movies_extrainfos.dat").write_text(row + "\n", "latin-1")
    catalogue = read_dataset(folder).catalogue
    told = {"genres": ("Comedy",), "year": 2001.0, "director": ("Jean-Pierre Jeunet",), "actors": ("Audrey Tautou",)}
    assert catalogue.by_id["0"].attributes == told | {"plot": "A shy waitress in Café Les 2 Moulins."}
    assert [p.text for p in catalogue.passages][:2] == [
        "Amélie (2001). Comedy A shy waitress in Café Les 2 Moulins.",
        "101.",
    ]


def test_genres_of_100k_are_marks(tmp_path: Path) -> None:
    (tmp_path / "u.genre").write_text("unknown|0\nAction|1\nDrama|2\n", "latin-1")
    (tmp_path / "u.item").write_text("1|Alien (1979)|x||x|0|1|0\n", "latin-1")
    (tmp_path / "u.data").write_text("7\t1\t4\t100\n", "latin-1")
    assert read_dataset(tmp_path).catalogue.by_id["1"].attributes == {"genres": ("Action",), "year": 1979.0}


@pytest.mark.weights
def test_a_data_set_is_measured_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOUCH_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    data.mkdir()
    assert main(["ranking", "--data", str(mult_vae(data)), "--parts", "all", "likes_1", "--json"]) == 0
    out, err = capsys.readouterr()
    table = json.loads(out)
    assert list(table) == ["data", "split", "seed", "rows"]
    assert (table["data"], table["split"], table["seed"]) == ("data", "strong", 0)
    assert {tuple(row) for row in table["rows"]} == {("model", "part", "metrics")}
    found = {(row["model"], row["part"]): row["metrics"]["recall@20"][0] for row in table["rows"]}
    assert found["cf", "likes_1"] == 1.0
    assert found["cf", "all"] == 1.0
    assert ("dense", "all") in found
    assert "likes_1, draw 10 of 10" in err


def test_a_data_set_without_times_has_no_last_like(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ranking", "--data", str(mult_vae(tmp_path)), "--split", "last"]) == 2
    assert "--split strong" in " ".join(capsys.readouterr().err.split())
