"""Reading a catalogue: formats, encodings, what columns are taken for, and what becomes of bad rows and values."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.catalogue_file import CatalogueFile, ColumnGuess, read_catalogue
from vouch.errors import InputError, UnreadableCatalogue, VouchError
from vouch.types import Attribute, Item, Media

FILMS = "id,title,year\n007,Alien,1979\n8,Heat,1995\n"


def read(folder: Path, text: str | bytes, name: str = "works.csv", **options: object) -> CatalogueFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_catalogue(path, **options)  # type: ignore[arg-type]


def lines(folder: Path, *records: object, **options: object) -> CatalogueFile:
    return read(folder, "\n".join(json.dumps(r) for r in records), "works.jsonl", **options)


def column(folder: Path, name: str, *cells: str) -> tuple[Attribute, list[object]]:
    """The attribute that the cells become, and each row's value (None: missing)."""
    found = lines(folder, *({"id": str(n), "title": f"Work {n}", name: cell} for n, cell in enumerate(cells)))
    attribute = found.schema.attributes[0]
    return attribute, [item.attributes.get(attribute.name) for item in found.items]


def guess(found: CatalogueFile, name: str) -> ColumnGuess:
    return next(g for g in found.guesses if g.column == name)


def ids(found: CatalogueFile) -> list[str]:
    return [item.item_id for item in found.items]


# Formats, encodings, delimiters


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "::"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    found = read(tmp_path, FILMS.replace(",", delimiter))
    assert found.delimiter == delimiter
    assert found.items[0] == Item(item_id="007", title="Alien", attributes={"year": 1979.0})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    text = "id;name;ort\n1;Käsemesser „Älpler“;München\n2;Müslischale;Köln\n3;Größenrad – groß;Fürth\n"
    found = read(tmp_path, text.encode(encoding))
    assert [item.title for item in found.items] == ["Käsemesser „Älpler“", "Müslischale", "Größenrad – groß"]
    assert found.schema.id_columns == ("id",)


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis", "gb18030"])
def test_other_alphabets_are_found_out(tmp_path: Path, encoding: str) -> None:
    title = {
        "cp1251": "Война и мир: роман в четырёх томах",
        "shift_jis": "吾輩は猫である。名前はまだ無い",
        "gb18030": "红楼梦是一部长篇小说",
    }
    rows = "".join(f"{n},{title[encoding]} {n}\n" for n in range(8))
    assert read(tmp_path, f"id,title\n{rows}".encode(encoding)).items[3].title == f"{title[encoding]} 3"


def test_a_few_broken_bytes_do_not_spoil_good_utf8(tmp_path: Path) -> None:
    text = "id,title\n" + "".join(f"{n},Amélie à Orléans, été\n".replace(", été", "") for n in range(9))
    found = read(tmp_path, text.encode() + b"10,Caf\xe9\n")
    assert found.items[0].title == "Amélie à Orléans"
    assert found.items[-1].title == "Caf\ufffd"


def test_json_numbers_become_ids_and_titles_as_they_are_spelt(tmp_path: Path) -> None:
    found = read(tmp_path, '{"meta": 1, "works": [{"id": 1, "title": 1917}, {"id": 2, "title": "Heat"}]}', "works.json")
    assert found.items == (Item(item_id="1", title="1917"), Item(item_id="2", title="Heat"))
    assert found.delimiter is None


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a", "title": "Alien"}, {"id": "b", "title": "Heat"}]',
        '{"a": {"title": "Alien"}, "b": {"title": "Heat"}}',
        '{"data": {"works": [{"id": "a", "title": "Alien"}, {"id": "b", "title": "Heat"}]}}',
        '{"id": "a", "title": "Alien"}\n{"id": "b", "title": "Heat"}',
    ],
)
def test_json_in_its_usual_shapes(tmp_path: Path, text: str) -> None:
    assert ids(read(tmp_path, text, "works.json")) == ["a", "b"]


def test_objects_within_objects_are_taken_apart(tmp_path: Path) -> None:
    found = lines(
        tmp_path, {"id": 1, "title": "Lamp", "size": {"height cm": 30}, "genres": [{"id": 3, "name": "Light"}]}
    )
    assert found.items[0].attributes == {"size_height_cm": 30.0, "genres": ("Light",)}


def test_parquet(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "id": [1.0, 2.0],
            "title": ["Alien", "Heat"],
            "year": [1979, None],
            "tags": [["space", "fear"], None],
            "seen_on": pandas.to_datetime(["2020-01-02", "2020-01-03"]),
        }
    )
    frame.to_parquet(tmp_path / "works.parquet")
    found = read_catalogue(tmp_path / "works.parquet")
    assert found.items[0].item_id == "1"
    assert found.items[0].attributes == {"year": 1979.0, "tags": ("space", "fear"), "seen_on": "2020-01-02"}
    assert found.items[1].attributes == {"seen_on": "2020-01-03"}


def test_a_file_without_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, "1::Toy Story (1995)::Animation|Comedy\n2::Heat (1995)::Action|Crime\n", "movies.dat")
    assert found.items[0].title == "Toy Story (1995)"
    assert found.items[0].attributes == {"column_3": ("Animation", "Comedy"), "year": 1995.0}


def test_rs_row_names_and_delimiters_too_many_are_understood(tmp_path: Path) -> None:
    assert ids(read(tmp_path, 'title\tid\n"1"\tAlien\ta1\n"2"\tHeat\tb2\n')) == ["a1", "b2"]
    assert ids(read(tmp_path, "id;title\n1;Alien;\n2;Heat;\n3;Ran;\n")) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and so on", "Save the sheet as CSV"),
        (b"\x1f\x8b rest", "gunzip"),
        (b"\x00\x01\x02\x03" * 50, "not text"),
        (b"PAR1 nothing PAR1", "not a Parquet file"),
        (b"id,title\n", "no usable rows"),
        (b"[1, 2", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_catalogue_says_why(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableCatalogue, match=says):
        read(tmp_path, data, "works")


def test_a_missing_file_or_media_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCatalogue, match=r"nowhere\.csv"):
        read_catalogue(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="no media folder"):
        read(tmp_path, FILMS, media_dir=tmp_path / "pics")


# Rows that cannot be used


def test_ragged_rows_are_left_out_and_the_others_stay(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,year\n1,Alien,1979\n2,Heat\n3,Ran, or Chaos,1985\n4,Jaws,1975\n")
    assert ids(found) == ["1", "4"]
    assert [(t.row, t.skipped, t.why) for t in found.troubles] == [
        (2, True, "line 3 has 2 fields instead of 3"),
        (3, True, "line 4 has 4 fields instead of 3"),
    ]


def test_an_unclosed_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    text = 'id,title,text\n1,Alien,"In space,\nno one"\n2,"Heat,thieves\n3,Ran,"A ""king"" falls"\n4,Jaws,a shark\n'
    found = read(tmp_path, text)
    assert ids(found) == ["1", "3", "4"]
    assert found.items[0].attributes["text"] == "In space,\nno one"
    assert found.items[1].attributes["text"] == 'A "king" falls'
    assert [t.row for t in found.troubles] == [2]


def test_blanks_after_commas_do_not_hide_quotes(tmp_path: Path) -> None:
    found = read(tmp_path, 'id, title, year\n1, "Good, Bad, Ugly", 1966\n2, "Alien, the", 1979\n')
    assert [item.title for item in found.items] == ["Good, Bad, Ugly", "Alien, the"]


def test_quotes_may_be_escaped_by_backslashes(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,title,mood\n1,"A \\"quoted\\" one","x, y"\n2,"B","z"\n')
    assert [item.title for item in found.items] == ['A "quoted" one', "B"]


def test_bad_lines_of_jsonl_are_left_out(tmp_path: Path) -> None:
    found = read(
        tmp_path, '{"id": 1, "title": "Alien"}\n{"id": 2, "ti\n[1]\n{"id": 3, "title": "Ran"}\n', "works.jsonl"
    )
    assert ids(found) == ["1", "3"]
    assert [(t.row, t.skipped) for t in found.troubles] == [(2, True), (3, True)]


def test_rows_without_id_or_title_and_ids_twice_are_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,mood\n1,Alien,dark\n,Heat,cool\n3,,loud\n1,Ran,sad\n5,Jaws,wet\n")
    assert ids(found) == ["1", "5"]
    assert [(t.row, t.why) for t in found.troubles] == [(2, "no id"), (3, "no title"), (4, "row 1 has this id already")]
    assert all(t.skipped for t in found.troubles)


def test_a_value_that_does_not_fit_is_missing_and_its_row_stays(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,year\n1,Alien,1979\n2,Apollo 13,PG\n3,Ran,1985\n4,Jaws,N/A\n")
    assert found.items[1] == Item(item_id="2", title="Apollo 13")
    assert [(t.row, t.column, t.value, t.skipped) for t in found.troubles] == [(2, "year", "PG", False)]


@pytest.mark.parametrize("missing", ["", "N/A", "null", "\\N", "-", "  ", "NaN"])
def test_missing_values_are_no_trouble(tmp_path: Path, missing: str) -> None:
    found = lines(
        tmp_path, *({"id": n, "title": f"T{n}", "price": v} for n, v in enumerate(["1.5", missing, "3.5", "4"]))
    )
    assert "price" not in found.items[1].attributes
    assert found.troubles == ()
    assert found.schema.attributes[0].present == 3


# Ids


def test_ids_and_titles_stay_the_files_own_strings(tmp_path: Path) -> None:
    found = read(tmp_path, "isbn,title\n007, Alien (1979)\n0010,N. \n")
    assert [(i.item_id, i.title) for i in found.items] == [("007", " Alien (1979)"), ("0010", "N. ")]


@pytest.mark.parametrize("name", ["id", "Id", "movieId", "asin", "ISBN", "show_id", "tconst", "sku", "Artikel-ID"])
def test_names_of_ids(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"year,{name},title\n1979,7,Alien\n1995,8,Heat\n").schema.id_columns == (name,)


def test_a_plain_id_is_preferred_to_codes(tmp_path: Path) -> None:
    found = read(tmp_path, "isbn,book_id,id,title\n99,7,1,Alien\n98,8,2,Heat\n97,9,3,Ran\n")
    assert found.schema.id_columns == ("id",)
    assert {g.column for g in found.guesses if g.role == "ignored"} == {"isbn", "book_id"}


def test_a_code_in_the_first_column_is_an_id(tmp_path: Path) -> None:
    assert read(tmp_path, "Artikelnr;Name\n0071;Messer\n0072;Schale\n").schema.id_columns == ("Artikelnr",)


def test_repeating_numbers_are_no_ids(tmp_path: Path) -> None:
    found = read(tmp_path, "title,brand_id\n" + "".join(f"Thing {n},{n % 3}\n" for n in range(9)))
    assert found.schema.id_columns == ("title",)
    assert found.schema.attributes[0].type == "category"


def test_without_ids_equal_titles_stay_different_items(tmp_path: Path) -> None:
    found = read(tmp_path, "title,mood\nHamlet,sad\nHamlet,mad\nHamlet,sad\nHeat,cool\n")
    assert len(set(ids(found))) == 3
    assert [(t.row, t.skipped, t.why) for t in found.troubles] == [(3, True, "the same as row 1 in everything")]


def test_digests_depend_on_neither_the_order_nor_what_changes(tmp_path: Path) -> None:
    first = read(tmp_path, "title,year,price\nHamlet,1948,5\nHamlet,1996,6\nHeat,1995,7\n")
    again = read(tmp_path, "price,title,year\n7.5,Heat,1995\n9,Hamlet,1996\n5,Hamlet,1948\n")
    assert ids(first) == ids(again)[::-1]


# Titles


@pytest.mark.parametrize("name", ["title", "Name", "Series_Title", "headline", "productName", "book title"])
def test_names_of_titles(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"id,brand,{name}\n1,A,Alien\n2,B,Heat\n").schema.title_column == name


def test_a_title_column_may_have_any_name(tmp_path: Path) -> None:
    found = read(tmp_path, "id,kind,was\n" + "".join(f"{n},film,Work no. {n}\n" for n in range(9)))
    assert found.schema.title_column == "was"


def test_years_in_titles_become_an_attribute(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title\n1,Alien (1979)\n2,Heat (1995)\n3,Untitled\n")
    assert [i.title for i in found.items] == ["Alien (1979)", "Heat (1995)", "Untitled"]
    assert [i.attributes.get("year") for i in found.items] == [1979.0, 1995.0, None]
    assert found.guesses[-1].attribute == "year"
    assert found.troubles == ()


def test_a_year_column_is_not_doubled_by_titles(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,year\n1,Alien (1979),1979\n2,Heat (1995),1995\n")
    assert [a.name for a in found.schema.attributes] == ["year"]


# Types of attributes


@pytest.mark.parametrize(
    ("name", "cells", "unit", "values"),
    [
        ("price", ["$1,299.00", "$5", "$0.99"], "$", [1299.0, 5.0, 0.99]),
        ("price", ["$5", "3 USD", "US$ 7"], "$", [5.0, 3.0, 7.0]),
        ("duration_ms", ["171111", "200000", "90000"], "ms", [171111.0, 200000.0, 90000.0]),
        ("price", ["1.299,50 €", "12,90 €", "3 €"], "€", [1299.5, 12.9, 3.0]),
        ("gross", ["28,341,469", "134,966", "5"], None, [28341469.0, 134966.0, 5.0]),
        ("score", ["93%", "7 %", "55%"], "%", [93.0, 7.0, 55.0]),
        ("runtime", ["142 min", "95 mins", "7 minutes"], "min", [142.0, 95.0, 7.0]),
        ("runtime", ["1h 32m", "2h", "45m"], "min", [92.0, 120.0, 45.0]),
        ("duration", ["3:45", "1:00:00", "0:30"], "min", [3.75, 60.0, 0.5]),
        ("weight", ["350 g", "900g", "1.2 kg"], "g", [350.0, 900.0, 1200.0]),
        ("Runtime (min)", ["90", "100", "110"], "min", [90.0, 100.0, 110.0]),
        ("weight_kg", ["1.5", "2", "-3"], "kg", [1.5, 2.0, -3.0]),
        ("votes", ["1.2K", "3M", "12"], None, [1200.0, 3_000_000.0, 12.0]),
        ("released", ["(1999)", "2004–2008", "2010–"], None, [1999.0, 2004.0, 2010.0]),
        ("IMDB_Rating", ["9.3", "9", "8.1"], None, [9.3, 9.0, 8.1]),
    ],
)
def test_numbers(tmp_path: Path, name: str, cells: list[str], unit: str | None, values: list[float]) -> None:
    attribute, found = column(tmp_path, name, *cells)
    assert found == values
    assert (attribute.type, attribute.unit) == ("number", unit)
    assert (attribute.minimum, attribute.maximum) == (min(values), max(values))


def test_two_units_become_two_attributes(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        *(
            {"id": n, "title": f"T{n}", "duration": d}
            for n, d in enumerate(["90 min", "2 Seasons", "1 Season", "74 min", "soon"])
        ),
    )
    assert [(a.name, a.unit, a.present) for a in found.schema.attributes] == [
        ("duration_min", "min", 2),
        ("duration_seasons", "seasons", 2),
    ]
    assert [i.attributes for i in found.items][:3] == [
        {"duration_min": 90.0},
        {"duration_seasons": 2.0},
        {"duration_seasons": 1.0},
    ]
    assert [(t.row, t.value, t.skipped) for t in found.troubles] == [(5, "soon", False)]


def test_hours_and_seasons_become_two_attributes(tmp_path: Path) -> None:
    found = read(
        tmp_path, "id,title,duration\n1,A,2 h\n2,B,90 min\n3,C,1h 5m\n4,D,3 Seasons\n5,E,1 Season\n6,F,100 min\n"
    )
    assert [i.attributes for i in found.items] == [
        {"duration_min": 120.0}, {"duration_min": 90.0}, {"duration_min": 65.0},
        {"duration_seasons": 3.0}, {"duration_seasons": 1.0}, {"duration_min": 100.0},
    ]  # fmt: skip
    assert found.troubles == ()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["September 25, 2021", " Jan 5, 2020", "May 1, 1999"], ["2021-09-25", "2020-01-05", "1999-05-01"]),
        (["31/12/2019", "01/02/2020", "3/4/2021"], ["2019-12-31", "2020-02-01", "2021-04-03"]),
        (["12/31/2019", "01/02/2020", "3/4/2021"], ["2019-12-31", "2020-01-02", "2021-03-04"]),
        (["01-Jan-1995", "22 Nov 1995", "3rd March 1996"], ["1995-01-01", "1995-11-22", "1996-03-03"]),
        (["2020-01-05T10:00:00Z", "2020-02-01", "2021-03-04 05:06"], ["2020-01-05", "2020-02-01", "2021-03-04"]),
        (["1600000000", "1700000000", "1500000000"], ["2020-09-13", "2023-11-14", "2017-07-14"]),
    ],
)
def test_dates(tmp_path: Path, cells: list[str], values: list[str]) -> None:
    attribute, found = column(tmp_path, "date_added", *cells)
    assert found == values
    assert (attribute.type, attribute.first, attribute.last) == ("date", min(values), max(values))


@pytest.mark.parametrize(("true", "false"), [("true", "false"), ("Yes", "no"), ("Y", "N"), ("1", "0")])
def test_booleans(tmp_path: Path, true: str, false: str) -> None:
    attribute, found = column(tmp_path, "in stock", true, false, true)
    assert found == [True, False, True]
    assert (attribute.type, attribute.name, attribute.values) == ("boolean", "in_stock", (("true", 2), ("false", 1)))


@pytest.mark.parametrize(
    ("name", "cells", "first"),
    [
        ("genres", ["Action|Comedy", "Comedy", "Drama|Action"], ("Action", "Comedy")),
        ("Genre", ["Crime, Drama", "Drama", "Action, Crime, Drama"], ("Crime", "Drama")),
        ("mood", ["dark; slow", "slow; sad", "sad; dark; slow"], ("dark", "slow")),
        ("keywords", ["['a b', 'c']", "['c']", "[]"], ("a b", "c")),
        ("keywords", ['[{"id": 1, "name": "Space"}]', '[{"id": 2, "name": "War"}]', "[]"], ("Space",)),
        ("director", ["Joel Coen, Ethan Coen", "Akira Kurosawa", "Ridley Scott"], ("Joel Coen", "Ethan Coen")),
    ],
)
def test_lists(tmp_path: Path, name: str, cells: list[str], first: tuple[str, ...]) -> None:
    attribute, found = column(tmp_path, name, *cells)
    assert attribute.type == "list"
    assert found[0] == first


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("author", ["Austen, Jane", "Shelley, Mary", "Woolf, Virginia"]),
        ("format", ["3D", "2D", "IMAX"]),
        ("decade", ["1990s", "1980s", "1970s"]),
        ("place", ["7th floor", "8th floor", "the cellar"]),
        ("zip", ["01234", "04109", "10115"]),
        ("type", ["Ski/boarding", "Bags", "Ski/boarding"]),
        ("size", ["S", "M", "42"]),
        ("answer", ["yes", "no", "maybe"]),
    ],
)
def test_what_only_looks_like_something_stays_a_category(tmp_path: Path, name: str, cells: list[str]) -> None:
    attribute, found = column(tmp_path, name, *cells)
    assert attribute.type == "category"
    assert found == cells


def test_prose_becomes_text(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        *(
            {
                "id": n,
                "title": f"T{n}",
                "About it": f"A long story, told slowly, of the number {n} and of all that it met.",
            }
            for n in range(4)
        ),
    )
    assert guess(found, "About it").role == "text"
    assert found.schema.text_columns == ("About it",)
    assert found.schema.attributes[0].type == "text"


def test_numbered_columns_are_one_list(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,Star1,Star2,Star3\n1,Alien,Weaver,Skerritt,\n2,Heat,Pacino,De Niro,Kilmer\n")
    assert found.items[0].attributes == {"stars": ("Weaver", "Skerritt")}
    assert [(a.name, a.column) for a in found.schema.attributes] == [("stars", "Star1, Star2, Star3")]
    assert guess(found, "Star2").why == "Star1 to Star3 together are one list"


def test_values_are_counted_most_frequent_first(tmp_path: Path) -> None:
    found = read(tmp_path, "id,title,genres\n1,A,x|y\n2,B,y\n3,C,z|y\n4,D,\n")
    assert found.schema.attributes[0].values == (("y", 3), ("x", 1), ("z", 1))


def test_attribute_names_are_snake_case_and_different(tmp_path: Path) -> None:
    found = lines(tmp_path, {"id": 1, "title": "Lamp", "Product Type": "a", "productType": "b", "Größe": "c"})
    assert [a.name for a in found.schema.attributes] == ["product_type", "product_type_2", "größe"]


def test_every_column_has_a_guess_and_a_reason(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "id,title,empty,link,imdb_id\n1,A,,http://x.org/1,tt1\n2,B,,http://x.org/2,tt2\n3,C,,http://x.org/3,tt3\n",
    )
    assert {g.column: g.role for g in found.guesses} == {
        "id": "id", "title": "title", "empty": "ignored", "link": "ignored", "imdb_id": "ignored",
    }  # fmt: skip
    assert all(g.why for g in found.guesses)


def test_a_chinese_catalogue(tmp_path: Path) -> None:
    rows = (
        "a1,霸王别姬,1993年,剧情、爱情,171分钟,1993年1月1日,段小楼与程蝶衣是一对打小一起长大的师兄弟，两人一个演生，一个饰旦,30元\n"
        "a2,卧虎藏龙,2000年,动作、爱情,120分钟,2000年7月8日,一代大侠李慕白有退出江湖之意，托付红颜知己俞秀莲将青冥剑转交,￥25\n"
    )
    found = read(tmp_path, "编号,片名,年份,类型,片长,上映日期,简介,价格\n" + rows)
    assert [(a.type, a.unit) for a in found.schema.attributes] == [
        ("number", None), ("list", None), ("number", "min"), ("date", None), ("text", None), ("number", "元"),
    ]  # fmt: skip
    assert found.items[1].title == "卧虎藏龙"
    assert found.items[1].attributes["上映日期"] == "2000-07-08"


# What the person says


def test_the_map_overrides_guesses(tmp_path: Path) -> None:
    text = "id,Name,title,Overview,listed_in\na,Lamp,Mr,short,x|y\nb,Sofa,Ms,brief,y|z\n"
    wishes = {"title": "Name", "id": "id", "text": "overview", "genre": "listed_in", "ignore": "title"}
    found = read(tmp_path, text, column_map=wishes)
    assert found.items[0].title == "Lamp"
    assert found.items[0].attributes == {"overview": "short", "genre": ("x", "y")}
    assert guess(found, "title").role == "ignored"


def test_a_column_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column “Nmae”. There are: id, title, year"):
        read(tmp_path, FILMS, column_map={"title": "Nmae"})


# Pictures, sounds and videos


def media_folder(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / "pics" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder / "pics"


def test_files_named_after_ids_belong_to_them(tmp_path: Path) -> None:
    pics = media_folder(
        tmp_path, "7.webp", "7-10.jpg", "7-2.JPG", "sound/7.mp3", "8 (2).png", "70.jpg", "7.txt", ".7.jpg"
    )
    found = read(tmp_path, "id,title\n7,Alien\n8,Heat\n9,Ran\n", media_dir=pics)
    assert [m.path for m in found.items[0].media] == ["7.webp", "7-2.JPG", "7-10.jpg", "sound/7.mp3"]
    assert found.items[0].media[-1].kind == "sound"
    assert [m.path for m in found.items[1].media] == ["8 (2).png"]
    assert found.items[2].media == ()
    assert "2 of 3 items" in found.guesses[-1].why


def test_a_file_that_another_row_names_is_not_taken_for_its_number(tmp_path: Path) -> None:
    pics = media_folder(tmp_path, "7.jpg", "8.jpg", "9.jpg", "8-2.jpg")
    rows = [{"id": str(n), "title": f"Work {n}", "image": f"{n + 1}.jpg"} for n in (6, 7, 8)]
    found = lines(tmp_path, *rows, media_dir=pics)
    assert [[m.path for m in i.media] for i in found.items] == [["7.jpg"], ["8.jpg"], ["9.jpg", "8-2.jpg"]]
    assert "1 of 3 items" in found.guesses[-1].why


def test_folders_named_after_ids_belong_to_them(tmp_path: Path) -> None:
    pics = media_folder(tmp_path, "1/1.jpg", "1/2.jpg", "2/1.jpg")
    found = read(tmp_path, "id,title\n1,Alien\n2,Heat\n", media_dir=pics)
    assert [[m.path for m in i.media] for i in found.items] == [["1/1.jpg", "1/2.jpg"], ["2/1.jpg"]]


def test_a_column_of_files_is_media_and_found_beside_the_catalogue(tmp_path: Path) -> None:
    media_folder(tmp_path, "a.jpg", "b.ogg")
    found = lines(tmp_path, {"path": "pics/a.jpg", "licence": "x"}, {"path": "pics/b.ogg", "licence": "x"})
    assert found.media_dir == tmp_path
    assert [i.media for i in found.items] == [
        (Media(path="pics/a.jpg", kind="picture"),),
        (Media(path="pics/b.ogg", kind="sound"),),
    ]
    assert [i.title for i in found.items] == ["a", "b"]
    assert found.schema.id_columns == ("path",)


def test_files_are_found_in_another_case_and_below_the_named_folder(tmp_path: Path) -> None:
    pics = media_folder(tmp_path, "a.jpg", "B.PNG")
    found = read(tmp_path, "id,title,cover\n1,A,pics/a.jpg\n2,B,b.png|a.jpg\n", media_dir=pics)
    assert [[m.path for m in i.media] for i in found.items] == [["a.jpg"], ["B.PNG", "a.jpg"]]


def test_nothing_outside_the_media_folder_is_ever_named(tmp_path: Path) -> None:
    pics = media_folder(tmp_path, "a.jpg")
    (tmp_path / "secret.jpg").touch()
    (pics / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    bad = [
        "../secret.jpg",
        str(tmp_path / "secret.jpg"),
        "https://x.org/a.jpg",
        "C:\\a.jpg",
        "link.jpg",
        "gone.jpg",
        "x/../../secret.jpg",
    ]
    cells = "".join(f"{n},T{n},{cell}\n" for n, cell in enumerate(["a.jpg", *bad]))
    found = read(tmp_path, "id,title,cover\n" + cells, media_dir=pics)
    assert [i.media for i in found.items] == [(Media(path="a.jpg", kind="picture"),), *[()] * len(bad)]
    assert [(t.value[-10:], t.skipped) for t in found.troubles] == [(value[-10:], False) for value in bad]


# Any bytes, any table

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(
        [
            "N/A",
            "$5",
            "90 min",
            "2 Seasons",
            "2020-01-01",
            "a.jpg",
            "../b.png",
            "yes",
            "['a']",
            "1,5",
            "1:30",
            "9" * 400,
            "a|b",
            "\n",
        ]
    ),
)
NAMES = st.sampled_from(
    ["year", "genres", "Star1", "Star2", "price", "path", "date", "duration", "text", "who", "cover", "name"]
)


@given(
    columns=st.dictionaries(NAMES, st.lists(CELLS, min_size=4, max_size=4), max_size=5),
    titles=st.lists(CELLS, min_size=4, max_size=4),
)
def test_ids_and_titles_survive_csv_and_jsonl(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[str]], titles: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    titles = [
        t
        if any(c.isalpha() for c in t) and t.strip() not in {"N/A", "n/a", "null", "NULL", "nan", "NaN", "\\N"}
        else f"Work {n}"
        for n, t in enumerate(titles)
    ]
    records = [{"id": f"0{n}", "title": t, **{k: v[n] for k, v in columns.items()}} for n, t in enumerate(titles)]
    text = io.StringIO()
    writer = csv.DictWriter(text, records[0])
    writer.writeheader()
    writer.writerows(records)
    expected = [(f"0{n}", t) for n, t in enumerate(titles)]
    assert [(i.item_id, i.title) for i in read(folder, text.getvalue()).items] == expected
    assert [(i.item_id, i.title) for i in lines(folder, *records).items] == expected


SYNTAX = st.lists(
    st.sampled_from(
        [
            *"\"',;|\t:{}[]\n\r\\ 1a",
            "id",
            "title",
            "null",
            "1e999",
            "\\ud800",
            "::",
            '{"id":1,"title":"a"}\n',
            "é",
            "9" * 5000,
        ]
    )
)


@given(
    data=st.one_of(
        st.binary(max_size=300),
        SYNTAX.map(lambda parts: "".join(parts).encode()),
        st.binary(max_size=99).map(lambda b: b"PAR1" + b),
    ),
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.tsv", "a.dat", "a.parquet", "a"]),
)
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    try:
        found = read(tmp_path_factory.getbasetemp(), data, name)
    except VouchError:
        return
    assert found.items
    json.dumps([i.title for i in found.items], ensure_ascii=False).encode()


# Speed, and real files


def test_ten_thousand_rows_take_less_than_two_seconds(tmp_path: Path) -> None:
    header = "id,title,genres,price,runtime,date,text\n"
    rows = "".join(
        f'{n},Work {n} ({1920 + n % 99}),Drama|War|Comedy,"$1,{n % 900 + 100}.00",{n % 90 + 60} min,"May {n % 28 + 1}, 2001",'
        f'"The story of number {n}, told by someone, who met it on a long road, and who would not let it go"\n'
        for n in range(10_000)
    )
    path = tmp_path / "works.csv"
    path.write_text(header + rows)
    read_catalogue(path)
    start = time.process_time()
    found = read_catalogue(path)
    assert time.process_time() - start < 2.0
    assert len(found.items) == 10_000
    assert [a.type for a in found.schema.attributes] == ["list", "number", "number", "date", "text", "number"]


def test_a_shops_catalogue_with_pictures(data_folder: Path) -> None:
    found = read_catalogue(
        data_folder / "eshop-catalog" / "catalog.json", media_dir=data_folder / "eshop-catalog" / "pics"
    )
    assert len(found.items) == 101
    assert [(a.name, a.type) for a in found.schema.attributes] == [
        ("type", "category"),
        ("brand", "category"),
        ("description", "text"),
        ("price", "number"),
    ]
    assert all(item.media for item in found.items)
    assert found.troubles == ()


def test_films_with_genres_and_years(data_folder: Path) -> None:
    found = read_catalogue(data_folder / "ml-latest-small" / "movies.csv")
    assert (len(found.items), found.schema.id_columns, found.schema.title_column) == (9742, ("movieId",), "title")
    assert [(a.name, a.type) for a in found.schema.attributes] == [("genres", "list"), ("year", "number")]


@pytest.mark.parametrize(("folder", "count"), [("photos", 40), ("speech", 30)])
def test_manifests_of_files(data_folder: Path, folder: str, count: int) -> None:
    found = read_catalogue(data_folder / folder / "manifest.jsonl")
    assert len({item.item_id for item in found.items}) == count
    assert all(len(item.media) == 1 and item.title for item in found.items)
