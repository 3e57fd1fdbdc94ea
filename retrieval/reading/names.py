"""What column names say: words that hint at a role, and names for attributes. Hints only: the values decide."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ID_NAMES = _words("id item_id itemid uid uuid guid identifier key 编号")
CODE_NAMES = _words("asin isbn isbn13 isbn10 sku ean upc gtin tconst doi movieid bookid showid productid")
"""Codes of the trade: ids where the file has no plainer one."""
TITLE_NAMES = (
    "title", "item_title", "name", "headline", "item_name", "primary_title", "primarytitle", "titel", "titre", "titulo", "nombre", "nome",
    "label", "heading", "subject", "标题", "名称", "片名", "书名",
)  # fmt: skip
NOT_TITLES = _words(
    "original brand author user file path type category first last nick middle host group company genre artist director creator "
    "publisher sub parent collection series_id album club country city username reviewer seller store"
)
TEXT_NAMES = _words(
    "description overview plot summary synopsis abstract review reviews text body content blurb about tagline story details notes "
    "beschreibung resume descripcion descrizione caption captions lyrics transcript long_description short_description 简介 描述 内容"
)
LIST_NAMES = _words(
    "genre genres tag tags cast actors stars starring keywords categories listed_in country countries language languages moods mood "
    "topics subjects labels authors artists directors writers producers themes features colors colours ingredients materials sizes "
    "platforms studios awards instruments 类型 标签 演员"
)
PERSON_NAMES = _words(
    "author creator director artist composer writer painter photographer illustrator editor translator"
)
YEAR_NAMES = _words(
    "year yr release_year released_year publication_year released jahr annee ano startyear start_year 年份"
)
DATE_NAMES = _words("date time timestamp created updated added published released modified datum day 日期")
DURATION_NAMES = _words("duration runtime length time playtime running dauer 片长")

_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBER_LIKE = re.compile(r"[-+$€£]?\s?\d[\d.,:/-]*\s?%?")
CODE = re.compile(r"0\d+|(?=[A-Z0-9_-]*\d)(?=[A-Z0-9_-]*[A-Z])[A-Z0-9][A-Z0-9_-]{2,30}")
"""What an identifier looks like without its name: leading zeros, or capitals with digits."""
_NUMBERED = re.compile(r"(.*?[^\d\W_])[ _.\-\[(]*(\d{1,2})[\])]?$")


def snake_case(column: str) -> str:
    """The column's name as an attribute's.

    >>> snake_case("Product Type"), snake_case("productType"), snake_case("IMDB_Rating"), snake_case("Runtime (min)"), snake_case("?!")
    ('product_type', 'product_type', 'imdb_rating', 'runtime_min', 'column')
    """
    return re.sub(r"[\W_]+", "_", _WORD_BREAK.sub("_", column)).strip("_").lower() or "column"


def words_of(column: str) -> frozenset[str]:
    """The words of a column's name, and the whole name: {"release", "year", "release_year"}."""
    whole = snake_case(column)
    return frozenset((whole, *whole.split("_")))


def plural(name: str) -> str:
    """A plain English plural, good enough to name a list.

    >>> plural("star"), plural("category"), plural("genres")
    ('stars', 'categories', 'genres')
    """
    if name.endswith("s"):
        return name
    return name[:-1] + "ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else name + "s"


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, with _2, _3 ... where it is taken."""
    unique, count = name, 2
    while unique in taken:
        unique, count = f"{name}_{count}", count + 1
    return unique


def numbered_groups(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Columns that differ only in a number at the end, two or more, from 0 or 1 on, by what they share.

    >>> numbered_groups(["Star1", "Star2", "year", "genre_1"])
    {'Star': ('Star1', 'Star2')}
    """
    found: dict[str, dict[int, str]] = {}
    for column in columns:
        match = _NUMBERED.match(column)
        if match:
            found.setdefault(match.group(1), {}).setdefault(int(match.group(2)), column)
    groups = {}
    for stem, by_number in found.items():
        numbers = sorted(by_number)
        if len(numbers) > 1 and numbers[0] <= 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            groups[stem] = tuple(by_number[n] for n in numbers)
    return groups


def id_tier(column: str) -> int | None:
    """How strongly the name says “id”: 0 for the plain names, 1 for movieId, isbn and the like, 2 for other codes, None for the rest.

    >>> id_tier("Id"), id_tier("book_id"), id_tier("details.UPC"), id_tier("language_code"), id_tier("title")
    (0, 1, 1, 2, None)
    """
    name = snake_case(column)
    if name in ID_NAMES:
        return 0
    last = name.split("_")[-1]
    if last in CODE_NAMES or last == "id" or name in {"isbn_13", "isbn_10"}:
        return 1
    return (
        2
        if last in {"code", "key", "uri", "nr", "slug", "number"} and name != "number" and "_of_" not in name
        else None
    )


def title_tier(column: str) -> int | None:
    """How strongly the name says “title”: 0 for title itself, then the other plain names in order, then *_title and *_name."""
    name = snake_case(column)
    if name in TITLE_NAMES:
        return TITLE_NAMES.index(name)
    first, _, last = name.rpartition("_")
    if last in {"title", "name", "titel"} and first and not NOT_TITLES & set(first.split("_")):
        return len(TITLE_NAMES) + (last == "name")
    return None


def looks_like_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns. Where nothing speaks against it, it does."""
    cells = [cell.strip() for cell in first]
    if any(id_tier(c) == 0 or title_tier(c) is not None or snake_case(c) in TEXT_NAMES for c in cells if len(c) < 40):
        return True
    if not any(cells):
        return False
    for index, cell in enumerate(cells):
        if _NUMBER_LIKE.fullmatch(cell):
            below = [row[index] for row in rows if index < len(row) and row[index].strip()]
            if not below or sum(1 for v in below if _NUMBER_LIKE.fullmatch(v.strip())) > 0.5 * len(below):
                return False
    return True
