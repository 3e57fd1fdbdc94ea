"""Real conversations about films as they stand: ReDial's validation part and INSPIRED's development part, and the films they speak of.

The texts are read from the data folder and never copied. Consecutive utterances of one speaker are one message, under the number of the
first; a film that ReDial's people picked from a list stands in the text by its name. A film is known by the id of id2info.json.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from retrieval.catalogue import Catalogue
from retrieval.titles import title_forms, trailing_year
from vouch.errors import InputError
from vouch.types import Attribute, AttributeValue, Item, Passage, Schema

Half = Literal["tuned on", "reported"]
DATA = ("redial-valid", "inspired-dev")
BY_RECOMMENDER = 0.5
"""What a film counts that the recommender named, beside one that the seeker named."""
_MARK = re.compile(r"@(\d+)")


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one speaker says at one time. `films`: item_ids that the data set's own notes find in it."""

    number: int
    seeker: bool
    text: str
    films: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """One conversation between a seeker and a recommender."""

    data: str
    dialogue_id: str
    messages: tuple[Message, ...]

    @property
    def half(self) -> Half:
        """The half that its id falls into."""
        return half_of(self.dialogue_id)


@dataclass(frozen=True, kw_only=True)
class RecTurn:
    """A message of the recommender that names new films: what was known before it, and what is to be found."""

    dialogue: Dialogue
    said: str
    named: Mapping[str, float]
    relevant: tuple[str, ...]


def rec_turns(dialogue: Dialogue) -> list[RecTurn]:
    """The recommendation turns of a dialogue in order."""
    found: list[RecTurn] = []
    named: dict[str, float] = {}
    said: list[str] = []
    for message in dialogue.messages:
        new = tuple(i for i in message.films if i not in named)
        if not message.seeker and new:
            found.append(RecTurn(dialogue=dialogue, said=" ".join(said), named=dict(named), relevant=new))
        if message.seeker:
            said.append(message.text)
        for item_id in message.films:
            named[item_id] = max(named.get(item_id, 0.0), 1.0 if message.seeker else BY_RECOMMENDER)
    return found


def half_of(dialogue_id: str) -> Half:
    """The half that a dialogue falls into, by the digest of its id."""
    return "tuned on" if hashlib.sha256(dialogue_id.encode()).digest()[0] % 2 else "reported"


def read_dialogues(folder: Path, films: Catalogue) -> tuple[Dialogue, ...]:
    """All conversations of both sets.

    Raises:
        InputError: the folder does not hold them.
    """
    for name in ("redial-valid/valid_data.jsonl", "inspired-dev/dev.tsv"):
        if not (folder / name).is_file():
            raise InputError(f"There is no {folder / name}: name the folder of the data sets with --data.")
    redial = _redial(folder / "redial-valid" / "valid_data.jsonl", films)
    return (*redial, *_inspired(folder / "inspired-dev" / "dev.tsv", films))


def read_films(folder: Path) -> Catalogue:
    """The films of ReDial's id2info.json with genre, director, star, year and plot.

    Raises:
        InputError: the folder does not hold it.
    """
    path = folder / "redial-valid" / "id2info.json"
    if not path.is_file():
        raise InputError(f"There is no {path}: name the folder of the data sets with --data.")
    rows: dict[str, Any] = json.loads(path.read_text("utf-8"))
    items = tuple(_film(item_id, row) for item_id, row in rows.items())
    passages = tuple(
        Passage(passage_id=f"{item_id}/plot", item_id=item_id, channel="description", text=row["plot"], made_by="file")
        for item_id, row in rows.items()
        if row["plot"]
    )
    return Catalogue(items=items, schema=_schema(items), passages=passages)


def _film(item_id: str, row: dict[str, Any]) -> Item:
    title = " ".join(row["name"].split())
    attributes: dict[str, AttributeValue] = {
        name: tuple(row[name]) for name in ("genre", "director", "star") if row[name]
    }
    year = trailing_year(title)
    if year is not None:
        attributes["year"] = float(year)
    return Item(item_id=item_id, title=title, attributes=attributes)


def _schema(items: Sequence[Item]) -> Schema:
    years = [float(str(i.attributes["year"])) for i in items if "year" in i.attributes]
    lists = tuple(_list_attribute(name, items) for name in ("genre", "director", "star"))
    year = Attribute(
        name="year", type="number", column="year", minimum=min(years), maximum=max(years), present=len(years)
    )
    return Schema(id_columns=("id",), title_column="title", text_columns=("plot",), attributes=(*lists, year))


def _list_attribute(name: str, items: Sequence[Item]) -> Attribute:
    counts: dict[str, int] = {}
    present = 0
    for item in items:
        values = item.attributes.get(name, ())
        present += bool(values)
        for value in values if isinstance(values, tuple) else ():
            counts[value] = counts.get(value, 0) + 1
    ordered = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return Attribute(name=name, type="list", column=name, values=ordered, present=present)


def _redial(path: Path, films: Catalogue) -> Iterator[Dialogue]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        names = dict(row["movieMentions"] or {})
        said = [
            (m["turn_id"], m["senderWorkerId"] == row["initiatorWorkerId"], m["text"], _MARK.findall(m["text"]))
            for m in row["messages"]
        ]
        messages = tuple(
            Message(
                number=number,
                seeker=seeker,
                text=_with_names(text, films, names),
                films=tuple(dict.fromkeys(i for i in ids if i in films.by_id)),
            )
            for number, seeker, text, ids in said
        )
        yield Dialogue(data=DATA[0], dialogue_id=row["conversationId"], messages=messages)


def _with_names(text: str, films: Catalogue, names: Mapping[str, str]) -> str:
    def name(mark: re.Match[str]) -> str:
        item = films.by_id.get(mark.group(1))
        return item.title if item else " ".join((names.get(mark.group(1)) or "that film").split())

    return _MARK.sub(name, text)


def _inspired(path: Path, films: Catalogue) -> Iterator[Dialogue]:
    csv.field_size_limit(10**8)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for dialogue_id, own in itertools.groupby(rows, key=lambda row: row["dialog_id"]):
        runs = [list(run) for _, run in itertools.groupby(own, key=lambda row: row["speaker"])]
        yield Dialogue(data=DATA[1], dialogue_id=dialogue_id, messages=tuple(_run(run, films) for run in runs))


def _run(rows: Sequence[dict[str, str]], films: Catalogue) -> Message:
    named = [name for row in rows for name in row["movies"].split(";") if name.strip()]
    found = dict.fromkeys(i for name in named if (i := film_named(name.strip(), films)) is not None)
    text = " ".join(_readable(row["text"]) for row in rows)
    return Message(number=int(rows[0]["utt_id"]), seeker=rows[0]["speaker"] == "SEEKER", text=text, films=tuple(found))


def _readable(text: str) -> str:
    """INSPIRED's text with its quotation marks, and an apostrophe for what was lost in decoding."""
    return re.sub("\ufffd+", "’", text.replace("QUOTATION_MARK", '"')).strip()


def film_named(name: str, films: Catalogue) -> str | None:
    """The one film of that name; of several the newest, since it is the one that people speak of; None where there is none."""
    forms = set(title_forms(name)[:2])
    found = [item for item in films.find(name) if forms & set(title_forms(item.title))]
    found.sort(key=lambda item: (trailing_year(item.title) or 0, item.item_id))
    return found[-1].item_id if found else None
