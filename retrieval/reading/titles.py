"""Titles: the year that many carry, and one made from a file's name where there is none. Never changes a title of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from retrieval.reading.tables import Cell
from vouch.types import AttributeValue

YEAR_IN_TITLE = re.compile(r"\((1[89]\d\d|20\d\d)(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$")


def years_in(titles: Iterable[str]) -> dict[Cell, AttributeValue]:
    """The year in brackets at the end of each title that has one.

    >>> years_in(["Alien (1979)", "Alien"])
    {'Alien (1979)': 1979.0}
    """
    matches = ((title, YEAR_IN_TITLE.search(title[-40:])) for title in titles)
    return {title: float(match[1]) for title, match in matches if match}


def title_of_file(path: str) -> str:
    """A title made from a file's name.

    >>> title_of_file("val2017__000000117425.jpg"), title_of_file("covers/red_hat.png")
    ('val2017 000000117425', 'red hat')
    """
    return re.sub(r"[\s_]+", " ", PurePosixPath(path.replace("\\", "/")).stem).strip()
