"""Reading interactions: columns, scales, kinds and times are found out; strange rows are told without filling the screen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.interactions_file import MOST_TROUBLES, InteractionsFile, read_interactions
from vouch.errors import UnreadableCatalogue, VouchError
from vouch.types import Interaction

ITEMS = frozenset({"1", "2", "3", "007"})


def read(folder: Path, text: str | bytes, name: str = "ratings.csv") -> InteractionsFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_interactions(path, item_ids=ITEMS)


def kinds(found: InteractionsFile) -> list[str]:
    return [i.kind for i in found.interactions]


def test_ratings_with_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, "userId,movieId,rating,timestamp\nann,1,5,964982703\nann,007,1,964982704\n")
    assert found.columns == {"user": "userId", "item": "movieId", "rating": "rating", "at": "timestamp"}
    assert found.interactions == (
        Interaction(user_id="ann", item_id="1", kind="like", at=964982703.0),
        Interaction(user_id="ann", item_id="007", kind="dislike", at=964982704.0),
    )
    assert found.scale == (1.0, 5.0)


@pytest.mark.parametrize(
    ("levels", "liked", "disliked"),
    [
        ([0.5 * n for n in range(1, 11)], [4.5, 5.0], [0.5, 1.0, 1.5, 2.0]),
        ([1, 2, 3, 4, 5], [5], [1, 2]),
        ([3, 4, 5], [5], []),
        ([2, 3, 4, 5], [5], [2]),
        (list(range(1, 11)), [9, 10], [1, 2, 3, 4]),
        ([0, 1], [1], [0]),
        ([-1, 1], [1], [-1]),
        ([20, 40, 60, 80, 100], [100], [20, 40]),
        ([4], [4], []),
    ],
)
def test_the_upper_fifth_is_liked_and_the_lower_two_fifths_disliked(
    tmp_path: Path, levels: list[float], liked: list[float], disliked: list[float]
) -> None:
    found = read(tmp_path, "user,item,rating\n" + "".join(f"u{n},1,{level}\n" for n, level in enumerate(levels)))
    assert found.scale == tuple(levels)
    expected = ["like" if n in liked else "dislike" if n in disliked else "seen" for n in levels]
    assert kinds(found) == expected


def test_many_zeros_on_a_longer_scale_are_no_dislikes(tmp_path: Path) -> None:
    rows = [f"z{n},1,0" for n in range(20)] + [f"u{n},1,{n}" for n in range(1, 11)]
    found = read(tmp_path, "User-ID;ISBN;Book-Rating\n" + "\n".join(rows).replace(",", ";"))
    assert kinds(found)[:20] == ["seen"] * 20
    assert kinds(found)[-2:] == ["like", "like"]


@pytest.mark.parametrize("delimiter", ["\t", "::", "|"])
def test_without_a_header_the_values_tell_the_columns(tmp_path: Path, delimiter: str) -> None:
    rows = "196,1,3,881250949\n186,2,5,891717742\n22,3,1,878887116\n".replace(",", delimiter)
    found = read(tmp_path, rows, "u.data")
    assert found.columns == {"user": "column_1", "item": "column_2", "rating": "column_3", "at": "column_4"}
    assert kinds(found) == ["seen", "like", "dislike"]


def test_words_without_a_header_are_told_by_the_item_ids(tmp_path: Path) -> None:
    found = read(tmp_path, "ann,1\nbob,2\n")
    assert [(i.user_id, i.item_id, i.kind) for i in found.interactions] == [("ann", "1", "like"), ("bob", "2", "like")]


def test_a_column_of_ids_is_found_under_any_name(tmp_path: Path) -> None:
    found = read(tmp_path, "who,what,product\nann,x,1\nbob,y,2\n")
    assert (found.columns["user"], found.columns["item"]) == ("who", "product")
    found = read(tmp_path, "user,item,thing\nann,x,1\nbob,y,2\n")
    assert found.columns["item"] == "thing"


def test_events_are_understood_and_strange_ones_told(tmp_path: Path) -> None:
    events = ["view", "Purchase", "thumbs-down", "addToCart", "favourite", "hide", "teleport"]
    found = read(tmp_path, "user,item,event\n" + "".join(f"u{n},1,{event}\n" for n, event in enumerate(events)))
    assert kinds(found) == ["view", "purchase", "dislike", "view", "like", "hide"]
    assert [(t.row, t.value, t.skipped) for t in found.troubles] == [(7, "teleport", True)]


def test_a_rating_counts_where_the_event_is_a_rating(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item,event,rating\na,1,rating,5\nb,1,rating,1\nc,1,view,\nd,1,like,\n")
    assert kinds(found) == ["like", "dislike", "view", "like"]


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("964982703", 964982703.0),
        ("964982703000", 964982703.0),
        ("964982703000000000", 964982703.0),
        ("2000-07-30T18:45:03Z", 964982703.0),
        ("2000-07-30 20:45:03+02:00", 964982703.0),
        ("2000-07-30", 964915200.0),
        ("July 30, 2000", 964915200.0),
    ],
)
def test_times(tmp_path: Path, at: str, seconds: float) -> None:
    found = read(tmp_path, f'user,item,time\na,1,"{at}"\nb,2,"{at}"\n')
    assert [i.at for i in found.interactions] == [seconds, seconds]


def test_a_time_that_is_none_leaves_the_row_undated(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item,time\na,1,2000-07-30\nb,2,soon\nc,2,\n")
    assert [i.at for i in found.interactions] == [964915200.0, 0.0, 0.0]
    assert [(t.row, t.column, t.value, t.skipped) for t in found.troubles] == [(2, "time", "soon", False)]


def test_the_last_by_time_counts(tmp_path: Path) -> None:
    found = read(
        tmp_path, "user,item,rating,time\na,1,5,1000000200\na,1,1,1000000100\nb,1,1,1000000100\nb,1,5,1000000100\n"
    )
    assert [(i.user_id, i.kind) for i in found.interactions] == [("a", "like"), ("b", "like")]


def test_a_view_never_hides_an_opinion(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item,event,time\na,1,purchase,1000000100\na,1,view,1000000200\n")
    assert kinds(found) == ["purchase"]


def test_bad_rows_are_left_out_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item,rating\na,1,5\nb,1,5,9\n,1,4\nc,,4\nd,99,4\ne,99,4\nf,2,good\ng,2,3\n")
    assert [i.user_id for i in found.interactions] == ["a", "g"]
    assert [(t.row, t.why) for t in found.troubles] == [
        (2, "the row has 4 fields instead of 3"),
        (3, "no person"),
        (4, "no item"),
        (5, "no item of the catalogue has this id (2 rows)"),
        (7, "not a number, as the other ratings are"),
    ]
    assert all(t.skipped for t in found.troubles)


def test_thousands_of_unknown_items_are_told_briefly(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item\na,1\n" + "".join(f"a,x{n}\n" for n in range(5000)))
    assert len(found.troubles) == MOST_TROUBLES + 1
    assert "4,800 more values in 4,800 rows" in found.troubles[-1].why


def test_json_lines_and_parquet(tmp_path: Path) -> None:
    found = read(
        tmp_path, '{"user": 1, "item": 1, "rating": 5}\nbad\n{"user": 2, "item": 3, "rating": 1}\n', "ratings.jsonl"
    )
    assert [(i.user_id, i.item_id, i.kind) for i in found.interactions] == [("1", "1", "like"), ("2", "3", "dislike")]
    assert [t.row for t in found.troubles] == [2]
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame({"user": [1.0, None], "item": [1, 2]}).to_parquet(tmp_path / "likes.parquet")
    parquet = read_interactions(tmp_path / "likes.parquet", item_ids=ITEMS)
    assert parquet.interactions == (Interaction(user_id="1", item_id="1", kind="like"),)


def test_ids_that_a_tool_wrote_as_decimals_are_understood(tmp_path: Path) -> None:
    found = read(tmp_path, "user,item\n5.0,1.0\n6.0,2.0\n")
    assert [(i.user_id, i.item_id) for i in found.interactions] == [("5", "1"), ("6", "2")]


@pytest.mark.parametrize("text", ["", "just one column\n1\n2\n", "{", "\x00\x01\x02"])
def test_what_is_no_interactions_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableCatalogue):
        read(tmp_path, text)


CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["1", "2", "5", "4.5", "1e999", "like", "view", "2020-01-01", "1700000000", "9" * 400, "-1"]),
)
HEADERS = st.sampled_from(
    ["user,item,rating,timestamp", "user,item,event,time", "a,b,c,d", "1,2,3,4", "item,user,x,row"]
)


@given(
    header=HEADERS,
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=6),
    delimiter=st.sampled_from([",", "\t", "::"]),
)
def test_any_rows_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, header: str, rows: list[list[str]], delimiter: str
) -> None:
    text = "\n".join([header.replace(",", delimiter), *(delimiter.join(row) for row in rows)])
    try:
        found = read(tmp_path_factory.getbasetemp(), text.encode("utf-8", errors="replace"))
    except VouchError:
        return
    assert {i.item_id for i in found.interactions} <= ITEMS
    assert all(i.at == i.at and i.kind in {"like", "dislike", "seen", "view"} for i in found.interactions)


@given(data=st.binary(max_size=200), name=st.sampled_from(["a.csv", "a.jsonl", "a.dat", "a.parquet"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    try:
        found = read(tmp_path_factory.getbasetemp(), data, name)
    except VouchError:
        return
    assert {i.item_id for i in found.interactions} <= ITEMS


def test_a_hundred_thousand_rows_take_less_than_two_seconds(tmp_path: Path) -> None:
    rows = "".join(f"{n % 700},{n // 700 + 1},{n % 10 / 2 + 0.5},{964982703 + n}\n" for n in range(100_000))
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating,timestamp\n" + rows)
    ids = [str(n) for n in range(1, 200)]
    read_interactions(path, item_ids=ids)  # the libraries' own start is not what is measured
    start = time.process_time()
    found = read_interactions(path, item_ids=ids)
    assert time.process_time() - start < 2.0
    assert len(found.interactions) == 100_000


def test_film_ratings(data_folder: Path) -> None:
    ids = {line.split(",")[0] for line in (data_folder / "ml-latest-small" / "movies.csv").read_text().splitlines()[1:]}
    found = read_interactions(data_folder / "ml-latest-small" / "ratings.csv", item_ids=ids)
    assert (len(found.interactions), len(found.troubles), len(found.scale)) == (100_836, 0, 10)
    headless = read_interactions(data_folder / "ml-100k" / "u.data", item_ids=[str(n) for n in range(1, 1683)])
    assert (len(headless.interactions), headless.columns["item"]) == (100_000, "column_2")
