"""What the tools give back, beside the lists, answers and comparisons of retrieval. Frozen values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.taste_card import TasteCard, TasteChanged
from vouch.answers import Comparison, Move, WhyNot
from vouch.types import Attribute, Item, LikedItem, Passage, RecList

RememberKind = Literal["like", "dislike", "seen", "hide", "forget", "pin", "unpin"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What bears a title: `items` exactly so; `close_titles` where nothing does."""

    asked: str
    items: tuple[Item, ...]
    close_titles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ItemDetails:
    """Everything that is known of one item, with the passages that say so."""

    item: Item
    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The collaborative affinity of one item; None where nothing is known of the person or of the item."""

    item_id: str
    title: str
    affinity: float | None
    reasons: tuple[LikedItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What was remembered of a person, what stands now, and the items that it moved in the list that stands, the largest move first."""

    kind: RememberKind
    item_ids: tuple[str, ...]
    titles: tuple[str, ...]
    liked_titles: tuple[str, ...]
    disliked_titles: tuple[str, ...]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What can be asked for: how many items there are, and each attribute with its range or values."""

    items: int
    attributes: tuple[Attribute, ...]


ToolResult = (
    RecList
    | Found
    | ItemDetails
    | WhyNot
    | Comparison
    | tuple[Scored, ...]
    | Remembered
    | TasteCard
    | TasteChanged
    | Facets
)
