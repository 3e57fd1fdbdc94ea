"""Titles as people write them: accents, case, articles and trailing years put aside. Knows no catalogue."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TRAILING = re.compile(r"\s*\(([^()]*)\)\s*$")
_YEAR = re.compile(r"^(1[5-9]\d\d|20\d\d)(\s*[-–]\s*(\d{4})?)?$")
_ARTICLES = "the|a|an|le|la|les|l'|un|une|el|los|las|il|lo|der|die|das|den|det|en|ein|eine|o|os|as"
_MOVED_ARTICLE = re.compile(rf"^(.*), ({_ARTICLES})$", re.IGNORECASE)
_LEADING_ARTICLE = re.compile(r"^(?:the|a|an|le|la|les|l|el|los|las|il|der|die|das|ein|eine) (?=\w)")
_NOT_WORD = re.compile(r"[^\w]+")


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """The text without case, accents and punctuation; words one space apart.

    >>> fold("Amélie & the  Sci-Fi (2001)")
    'amelie and the sci fi 2001'
    """
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ").replace("'", "").replace("’", ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return _NOT_WORD.sub(" ", plain).replace("_", " ").strip()


def trailing_year(title: str) -> int | None:
    """The year in brackets at the end, as in “Alien (1979)”; None where there is none."""
    found = _TRAILING.search(title)
    year = _YEAR.match(found.group(1).strip()) if found else None
    return int(year.group(1)) if year else None


def title_forms(title: str) -> tuple[str, ...]:
    """The folded forms by which a title is known, the fullest first, each once.

    >>> title_forms("City of Lost Children, The (Cité des enfants perdus, La) (1995)")[1:]
    ('the city of lost children', 'city of lost children', 'la cite des enfants perdus', 'cite des enfants perdus')
    """
    rest, others = title, []
    while (found := _TRAILING.search(rest)) and found.start() > 0:
        if not _YEAR.match(found.group(1).strip()):
            others.append(re.sub(r"^a\.?k\.?a\.?\s+", "", found.group(1).strip(), flags=re.IGNORECASE))
        rest = rest[: found.start()]
    forms = [fold(title)]
    for part in (rest, *others):
        whole = fold(_MOVED_ARTICLE.sub(r"\2 \1", part.strip()))
        forms += [whole, _LEADING_ARTICLE.sub("", whole)]
    return tuple(dict.fromkeys(form for form in forms if form))
