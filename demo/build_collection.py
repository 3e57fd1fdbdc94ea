"""The demo catalogue in one file: joins demo/works/*.jsonl and the prints into demo/catalogue.jsonl.

Run `python -m demo.build_collection`. The order is films, books, music, prints, each as its file has it, so that running it twice
gives the same bytes. Prints carry no words but a number: they are to be found by what is seen in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.copy_prints import PRINTS
from vouch.errors import InputError

FOLDER = Path(__file__).resolve().parent
WORKS = FOLDER / "works"
CATALOGUE = FOLDER / "catalogue.jsonl"
FILES = ("films.jsonl", "books.jsonl", "music.jsonl")


def read_works(path: Path) -> tuple[dict[str, Any], ...]:
    """The works of one JSON Lines file, in its order; empty if there is no such file."""
    if not path.exists():
        return ()
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def print_items() -> tuple[dict[str, Any], ...]:
    """One item for each photograph of `demo.copy_prints`: id, title and kind, and nothing else in words."""
    return tuple({"id": p.item_id, "title": p.title, "kind": "print"} for p in PRINTS)


def collection(works: Path = WORKS) -> tuple[dict[str, Any], ...]:
    """All items of the demo: films, books, music, prints.

    Raises:
        InputError: if two items have the same id.
    """
    items = tuple(work for name in FILES for work in read_works(works / name)) + print_items()
    first: dict[str, Mapping[str, Any]] = {}
    for item in items:
        other = first.setdefault(item["id"], item)
        if other is not item:
            raise InputError(f"Two works have the id “{item['id']}”: “{other['title']}” and “{item['title']}”.")
    return items


def to_jsonl(items: tuple[Mapping[str, Any], ...]) -> str:
    """One JSON object a line, keys in the order given, text as it is (no escapes)."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def main() -> None:
    """Write demo/catalogue.jsonl."""
    CATALOGUE.write_text(to_jsonl(collection()), encoding="utf-8")


if __name__ == "__main__":
    main()
