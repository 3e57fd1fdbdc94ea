"""Likes of the MovieLens sets, said of the films of another catalogue: the same film has the same title and year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.datasets import read_dataset
from retrieval.catalogue import Catalogue
from retrieval.titles import title_forms, trailing_year
from vouch.types import Interaction, Item

SETS = ("ml-100k", "ml-1m-multvae", "ml-latest-small")


def film_likes(folder: Path, films: Catalogue) -> tuple[Interaction, ...]:
    """The likes of all sets in the folder under the catalogue's item_ids; people of different sets are different people."""
    by_key = {key: item.item_id for item in films.items for key in _keys(item)}
    found: list[Interaction] = []
    for name in SETS:
        if not (folder / name).is_dir():
            continue
        dataset = read_dataset(folder / name)
        same = {item.item_id: by_key[key] for item in dataset.catalogue.items for key in _keys(item) if key in by_key}
        found += [
            replace(one, item_id=same[one.item_id], user_id=f"{name}/{one.user_id}")
            for one in dataset.interactions
            if one.item_id in same and one.kind == "like"
        ]
    return tuple(found)


def _keys(item: Item) -> set[tuple[str, int | None]]:
    year = trailing_year(item.title)
    return {(form, year) for form in title_forms(item.title)[1 if year else 0 :]}
