"""The demo's books, its joined catalogue and its prints."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from demo.build_collection import CATALOGUE, WORKS, collection, read_works, to_jsonl
from demo.copy_prints import LONGEST_SIDE_PX, PRINTS, copy_prints
from vouch.errors import InputError

BOOKS = read_works(WORKS / "books.jsonl")
KEYS = ["id", "title", "kind", "year", "creator", "country", "genres", "moods", "pages", "description"]
GENRES = frozenset(
    [
        "comedy",
        "drama",
        "horror",
        "gothic",
        "fantasy",
        "adventure",
        "romance",
        "science fiction",
        "crime",
        "detective",
        "war",
        "western",
        "satire",
        "historical",
        "children's",
        "modernist",
        "short stories",
        "play",
        "poetry",
        "memoir",
        "philosophy",
        "tragedy",
    ]
)
MOODS = frozenset(
    [
        "eerie",
        "melancholy",
        "funny",
        "tender",
        "dark",
        "hopeful",
        "tense",
        "dreamy",
        "playful",
        "grand",
        "wistful",
        "exciting",
        "slow-burning",
        "cosy",
        "satirical",
        "haunting",
        "joyful",
        "tragic",
        "serene",
        "romantic",
        "mysterious",
        "bleak",
        "whimsical",
        "stirring",
        "unsettling",
    ]
)


def test_there_are_at_least_62_books_from_before_1930() -> None:
    assert len(BOOKS) >= 62
    assert all(book["kind"] == "book" and book["year"] < 1930 for book in BOOKS)


def test_every_book_has_the_same_keys_in_the_same_order() -> None:
    assert [book["id"] for book in BOOKS if list(book) != KEYS] == []


def test_descriptions_have_60_to_120_words() -> None:
    lengths = {book["id"]: len(book["description"].split()) for book in BOOKS}
    assert {item_id: words for item_id, words in lengths.items() if not 60 <= words <= 120} == {}


def test_no_two_descriptions_begin_with_the_same_three_words() -> None:
    openings = Counter(tuple(book["description"].split()[:3]) for book in BOOKS)
    assert [opening for opening, times in openings.items() if times > 1] == []


def test_genres_and_moods_are_of_the_closed_vocabulary() -> None:
    assert {genre for book in BOOKS for genre in book["genres"]} <= GENRES
    assert {mood for work in collection() for mood in work.get("moods", ())} <= MOODS
    assert all(1 <= len(book["genres"]) <= 4 and 2 <= len(book["moods"]) <= 4 for book in BOOKS)


def test_ids_are_unique_over_all_kinds() -> None:
    ids = Counter(work["id"] for work in collection())
    assert [item_id for item_id, times in ids.items() if times > 1] == []


def test_the_collection_has_at_least_150_works_and_8_prints() -> None:
    kinds = Counter(work["kind"] for work in collection())
    assert set(kinds) == {"film", "book", "music", "print"}
    assert kinds["film"] + kinds["book"] + kinds["music"] >= 150
    assert kinds["print"] >= 8


def test_the_committed_catalogue_is_what_the_script_makes() -> None:
    assert CATALOGUE.read_text(encoding="utf-8") == to_jsonl(collection()), "run `python -m demo.build_collection`"


def test_two_works_with_one_id_are_refused(tmp_path: Path) -> None:
    line = json.dumps({"id": "dracula", "title": "Dracula", "kind": "book"}) + "\n"
    (tmp_path / "films.jsonl").write_text(line, encoding="utf-8")
    (tmp_path / "books.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match="dracula"):
        collection(tmp_path)


def test_a_print_says_nothing_in_words_but_its_number() -> None:
    prints = [work for work in collection() if work["kind"] == "print"]
    assert prints == [{"id": f"print-{n}", "title": f"Print {n}", "kind": "print"} for n in range(1, len(PRINTS) + 1)]


def test_prints_are_copied_small_enough_and_the_same_each_time(tmp_path: Path) -> None:
    first, second = copy_prints(tmp_path / "one"), copy_prints(tmp_path / "two")
    assert [path.stem for path in first] == [photograph.item_id for photograph in PRINTS]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    for path in first:
        with Image.open(path) as picture:
            assert max(picture.size) <= LONGEST_SIDE_PX


def test_every_print_is_credited() -> None:
    credits = (CATALOGUE.parent / "CREDITS.md").read_text(encoding="utf-8")
    assert [photograph.source for photograph in PRINTS if f"| {photograph.number} | " not in credits] == []
    assert [photograph.source for photograph in PRINTS if photograph.source not in credits] == []
