"""What the person said about columns (--map title=Name,id=Id): checked against the columns that there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from retrieval.reading.names import snake_case
from vouch.errors import InputError

_ROLES = ("id", "title", "text", "media", "ignore")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Columns with a role that the person gave them; `attributes` maps a column to the name its attribute gets."""

    id: str | None = None
    title: str | None = None
    text: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    def names(self, column: str) -> bool:
        """Whether anything was said about the column."""
        return column in {self.id, self.title, *self.text, *self.media, *self.ignored, *self.attributes}


def wishes_from(column_map: Mapping[str, str], columns: Collection[str]) -> Wishes:
    """The map as wishes. Keys: id, title, text, media, ignore (several columns joined by “+”) or an attribute's name.

    Raises:
        InputError: a column is not there; says which are.
    """
    found = {key: _columns(key, value, columns) for key, value in column_map.items()}
    single = {key: names[0] for key, names in found.items() if key in {"id", "title"}}
    return Wishes(
        id=single.get("id"),
        title=single.get("title"),
        text=found.get("text", ()),
        media=found.get("media", ()),
        ignored=found.get("ignore", ()),
        attributes={names[0]: snake_case(key) for key, names in found.items() if key not in _ROLES},
    )


def _columns(key: str, value: str, columns: Collection[str]) -> tuple[str, ...]:
    try:
        return (_column(value, columns),)
    except KeyError:
        parts = value.split("+") if key in {"text", "media", "ignore"} else [value]
    try:
        return tuple(_column(part, columns) for part in parts)
    except KeyError as missing:
        there = ", ".join(list(columns)[:30])
        raise InputError(f"--map {key}={value}: there is no column “{missing.args[0]}”. There are: {there}.") from None


def _column(name: str, columns: Collection[str]) -> str:
    """The column of that name, or the only one that differs in case and spacing alone."""
    name = name.strip()
    if name in columns:
        return name
    alike = [c for c in columns if snake_case(c) == snake_case(name)]
    if len(alike) != 1:
        raise KeyError(name)
    return alike[0]
