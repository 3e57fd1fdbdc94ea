"""Values to rows and back: plain JSON for what has structure, so that the record can be read without Vouch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import Row

from vouch.ports import Vectors
from vouch.types import Attribute, AttributeValue, Interaction, Item, Media, Passage, Schema

VectorKey = tuple[str, str]
"""embedder_id, and the digest of what was embedded."""


@dataclass(frozen=True, kw_only=True)
class ItemRecord:
    """An item with all that belongs to it, written in one piece.

    `position` is its place in the file. `keys` and the rows of `vectors` (n, d) belong to `passages` one by one. `troubles` are
    (media path, why): what could not be perceived. `row_digest`: of all that it was made from; "" if it is to be made again.
    """

    item: Item
    position: int
    row_digest: str
    passages: tuple[Passage, ...]
    keys: tuple[VectorKey, ...]
    vectors: Vectors
    troubles: tuple[tuple[str, str], ...] = ()

    @property
    def content_digest(self) -> str:
        """Of the item, its passages and what their vectors were made from: what an index of it rests on."""
        return digest([asdict(self.item), [asdict(p) for p in self.passages], self.keys])


def digest(value: object) -> str:
    """The first 32 hexadecimal digits of the SHA-256 of a plain value's JSON."""
    return hashlib.sha256(json.dumps(value, separators=(",", ":"), default=str).encode()).hexdigest()[:32]


def to_blob(vector: Vectors) -> bytes:
    """A vector of d numbers as 4 d bytes, little-endian."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def from_blob(blob: bytes) -> Vectors:
    """The vector of a blob; read-only."""
    return np.frombuffer(blob, dtype="<f4")


def item_row(record: ItemRecord) -> dict[str, object]:
    """The row of `items`."""
    return {
        "item_id": record.item.item_id,
        "position": record.position,
        "title": record.item.title,
        "attributes": json.dumps(dict(record.item.attributes), ensure_ascii=False),
        "row_digest": record.row_digest,
        "content_digest": record.content_digest,
        "troubles": json.dumps(record.troubles, ensure_ascii=False),
    }


def media_rows(item: Item) -> list[dict[str, object]]:
    """The rows of `media`, in order."""
    return [{"item_id": item.item_id, "position": i, "path": m.path, "kind": m.kind} for i, m in enumerate(item.media)]


def passage_rows(record: ItemRecord) -> list[dict[str, object]]:
    """The rows of `passages`, in order."""
    return [
        {**vars(passage), "position": i, "embedder_id": key[0], "input_digest": key[1]}
        for i, (passage, key) in enumerate(zip(record.passages, record.keys, strict=True))
    ]


def vector_rows(record: ItemRecord) -> list[dict[str, object]]:
    """The rows of `vectors`."""
    return [
        {"embedder_id": key[0], "input_digest": key[1], "vector": to_blob(vector)}
        for key, vector in zip(record.keys, record.vectors, strict=True)
    ]


def interaction_rows(interactions: Iterable[Interaction]) -> list[dict[str, object]]:
    """The rows of `interactions`."""
    return [dict(vars(i)) for i in interactions]


def to_item(row: Row[Any], media: Sequence[Media]) -> Item:
    """The item of a row of `items`."""
    return Item(item_id=row.item_id, title=row.title, attributes=_attribute_values(row.attributes), media=tuple(media))


def to_passage(row: Row[Any]) -> Passage:
    """The passage of a row of `passages`."""
    return Passage(
        passage_id=row.passage_id,
        item_id=row.item_id,
        channel=row.channel,
        text=row.text,
        made_by=row.made_by,
        space=row.space,
        media=row.media,
        start_s=row.start_s,
        end_s=row.end_s,
    )


def to_interaction(row: Row[Any]) -> Interaction:
    """The interaction of a row of `interactions`."""
    _, user_id, item_id, kind, weight, at, source = tuple(row)
    return Interaction(user_id=user_id, item_id=item_id, kind=kind, weight=weight, at=at, source=source)


def to_troubles(text: str) -> tuple[tuple[str, str], ...]:
    """The troubles of a row of `items`."""
    return tuple((path, why) for path, why in json.loads(text))


def schema_to_json(schema: Schema) -> str:
    """A schema as JSON; `schema_from_json` gives the same schema back."""
    return json.dumps(asdict(schema), ensure_ascii=False)


def schema_from_json(text: str) -> Schema:
    """The schema that `schema_to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    attributes = tuple(
        Attribute(**{**a, "values": tuple((value, count) for value, count in a["values"])})
        for a in data.pop("attributes")
    )
    lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return Schema(**lists, attributes=attributes)


def _attribute_values(text: str) -> Mapping[str, AttributeValue]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}
