"""Results as text: the few lines that a model reads, one short line a reason, and the JSON that programs read (README, "JSON")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from tools.artifact import lean
from tools.taste_card import TasteCard, TasteChanged, TasteEntry
from tools.toolbox import Facets, Found, ItemDetails, Remembered, Scored, ToolResult
from vouch.answers import Comparison, Contrast, WhyNot
from vouch.types import (
    Attribute,
    AttributeValue,
    CitedPassage,
    Filter,
    ForPerson,
    FunnelStep,
    Item,
    LikedItem,
    MetFilter,
    Note,
    Passage,
    Popularity,
    Query,
    Reason,
    RecList,
    Recommendation,
)

CHANNEL_WORDS = {
    "title": "in the catalogue",
    "description": "in its description",
    "review": "in a review",
    "caption": "seen in its picture",
    "tags": "seen in its picture",
    "ocr": "read in its picture",
    "colours": "seen in its picture",
    "transcript": "heard in its sound",
    "sound": "measured in its sound",
    "sidecar": "in the text beside its picture",
}
_QUOTE_CHARACTERS = 180


def value_text(value: AttributeValue, unit: str | None = None) -> str:
    """A value as people write it: 94.0 -> "94", ("horror", "fantasy") -> "horror, fantasy", with the unit behind."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        plain = f"{value:.2f}".rstrip("0").rstrip(".")
        return f"{plain} {unit}" if unit else plain
    return clean(", ".join(value) if isinstance(value, tuple) else value)


def shortened(values: Sequence[str]) -> list[str]:
    """Of more than six values that are allowed or ruled out the first three, and how many others there are.

    >>> shortened(["Italy", "Spain", "France", "Peru", "Chile", "Cuba", "Mali"])
    ['Italy', 'Spain', 'France', '4 others']
    """
    return [*values[:3], f"{len(values) - 3} others"] if len(values) > 6 else list(values)


def clean(text: str) -> str:
    """Catalogue text on one line, without control, format and private characters (they could hide or reorder words)."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return re.sub(" +", " ", kept).strip()


def name_text(attribute: str) -> str:
    """An attribute's name as words."""
    return attribute.replace("_", " ")


def filter_text(condition: Filter) -> str:
    """A filter as words: "price at most 120", "genres without horror"."""
    name, value = name_text(condition.attribute), value_text(condition.value)
    if isinstance(condition.value, tuple):
        joined = {"any_of": " or ", "none_of": " or ", "all_of": " and "}.get(condition.op, ", ")
        value = clean(joined.join(condition.value))
    words = {
        "=": f"{name} {value}",
        "!=": f"{name} not {value}",
        "<": f"{name} under {value}",
        "<=": f"{name} at most {value}",
        ">": f"{name} over {value}",
        ">=": f"{name} at least {value}",
        "any_of": f"{name} {value}",
        "all_of": f"{name} {value}",
        "none_of": f"{name} without {value}",
        "contains": f"{name} with “{value}”",
    }
    return words[condition.op]


def cited_text(reason: CitedPassage) -> str:
    """The span that fits best, at most some 180 characters of it."""
    start, end = reason.span
    quote = clean(reason.passage.text[start:end] or reason.passage.text)
    if len(quote) > _QUOTE_CHARACTERS:
        quote = quote[:_QUOTE_CHARACTERS].rsplit(" ", 1)[0] + " …"
    return quote


def second_text(seconds: float) -> str:
    """Seconds as minutes and seconds: 75.2 -> "1:15"."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def reason_text(reason: Reason) -> str:
    """One short line for one reason; nothing in it that the reason does not hold."""
    match reason:
        case CitedPassage():
            where = _where(reason.passage)
            if reason.passage.start_s is not None:
                where += f" at {second_text(reason.passage.start_s)}"
            return f"“{cited_text(reason)}” ({where})"
        case LikedItem():
            share = f" ({min(reason.share, 1):.0%} of the match)" if reason.share > 0 else ""
            return f"{'goes with' if reason.asked else 'you liked'} {clean(reason.title)}{share}"
        case MetFilter():
            return f"{name_text(reason.filter.attribute)}: {value_text(reason.value)}"
        case Popularity():
            return f"liked by {people_text(reason)}, number {reason.place} of all"
        case ForPerson():
            return f"for {clean(reason.label)}: {for_person_text(reason)}"


def for_person_text(reason: ForPerson) -> str:
    """What speaks for an item to one person of a group: what they like, which of their conditions it meets, else its place in their list."""
    told = [f"goes with {clean(one.title)}" for one in reason.liked]
    told += [filter_text(one.filter) for one in reason.met]
    placed = f"number {reason.place} in their own list" if reason.place is not None else "not in their own list"
    return ", ".join(told) or placed


def people_text(reason: Popularity) -> str:
    """Who likes it: "67 people here", "1 person here", "67 simulated members"."""
    one, many = ("simulated member", "simulated members") if reason.simulated else ("person here", "people here")
    return f"{reason.people} {one if reason.people == 1 else many}"


def answer_json(rec_list: RecList) -> dict[str, Any]:
    """The JSON of a list that programs read. `item_id` and `title` are the file's own strings."""
    query = TypeAdapter(Query).dump_python(lean(rec_list.query), mode="json")
    query["tastes"] = [taste.user_id for taste in rec_list.query.tastes]
    return {
        "query": query,
        "recommendations": [_recommendation_json(r) for r in rec_list.recommendations],
        "funnel": TypeAdapter(tuple[FunnelStep, ...]).dump_python(rec_list.funnel, mode="json"),
        "notes": TypeAdapter(tuple[Note, ...]).dump_python(rec_list.notes, mode="json"),
    }


def _recommendation_json(recommendation: Recommendation) -> dict[str, Any]:
    reasons = [
        {"text": reason_text(r)} | TypeAdapter(type(r)).dump_python(r, mode="json") for r in recommendation.reasons
    ]
    return {
        "rank": recommendation.rank,
        "item_id": recommendation.item.item_id,
        "title": recommendation.item.title,
        "score": recommendation.score,
        "affinity": recommendation.affinity,
        "wildcard": recommendation.wildcard,
        "parts": dict(recommendation.parts),
        "reasons": reasons,
    }


def result_json(result: ToolResult) -> Any:
    """Any tool's result as the JSON that programs read."""
    if isinstance(result, RecList):
        return answer_json(result)
    if isinstance(result, tuple):
        return TypeAdapter(tuple[Scored, ...]).dump_python(result, mode="json")
    return TypeAdapter(type(result)).dump_python(result, mode="json")


def render(result: ToolResult) -> str:
    """The few lines of a result that a model reads: items by handle [1], [2], ... and title, each with its reasons."""
    match result:
        case RecList():
            lines = [
                f"[{r.rank}] {_item_line(r.item)}{' (a wildcard)' if r.wildcard else ''}"
                + "".join(f"\n    - {reason_text(x)}" for x in r.reasons)
                for r in result.recommendations
            ]
            lines += [f"note: {clean(note.text)}" for note in result.notes]
            return "\n".join(lines) or "nothing found"
        case Found():
            if result.items:
                return "\n".join(_item_line(item) for item in result.items)
            return f"no “{clean(result.asked)}” here; close: {'; '.join(map(clean, result.close_titles)) or 'nothing'}"
        case ItemDetails():
            return "\n".join([_item_line(result.item), *map(_passage_line, result.passages)])
        case WhyNot():
            return _why_not_line(result)
        case Comparison():
            sides = (f"{_item_line(side.item)}; rank {side.rank}" for side in (result.one, result.other))
            return "\n".join([*sides, *map(_contrast_line, result.attributes)])
        case Remembered():
            return f"{result.kind}: {'; '.join(map(clean, result.titles))}"
        case TasteCard():
            return "\n".join(map(_entry_line, result.entries)) or "nothing is known of the person"
        case TasteChanged():
            told = "; ".join([*map(clean, result.titles), *map(filter_text, result.conditions)])
            return f"{result.kind}: {told}" if told else result.kind
        case Facets():
            return "\n".join([f"{result.items} items", *map(_facet_line, result.attributes)])
        case _:
            return "\n".join(
                f"{clean(s.title)}: {'no opinion' if s.affinity is None else f'{s.affinity:.3f}'}" for s in result
            )


def _entry_line(entry: TasteEntry) -> str:
    what = filter_text(entry.filter) if entry.filter else clean(entry.title)
    return f"{entry.kind}: {what} (from: {clean(entry.source)})"


def _why_not_line(told: WhyNot) -> str:
    """Where an item stands and what would bring it in."""
    title = clean(told.item.title)
    if told.stopped_by is None:
        return f"{title} is in the list, at {told.place}"
    changes = (
        f"{filter_text(change.filter)} -> {filter_text(change.instead) if change.instead else 'left out'}"
        for change in told.changes
    )
    would = "; ".join(changes) or (f"a list of {told.k} holds it" if told.k else "no list holds it")
    return f"{title}: stopped by {told.stopped_by}, rank {told.rank} of {told.of}; {would}"


def _contrast_line(contrast: Contrast) -> str:
    one, other = (clean(value_text(v))[:80] if v is not None else "-" for v in (contrast.one, contrast.other))
    return f"    - {name_text(contrast.attribute)}: {one} | {other}"


def _item_line(item: Item) -> str:
    facts = "; ".join(
        f"{name_text(n)}: {value_text(v)}" for n, v in item.attributes.items() if len(value_text(v)) <= 80
    )
    return f"{clean(item.title)} ({facts})" if facts else clean(item.title)


def _passage_line(passage: Passage) -> str:
    return f"    - {_where(passage)}: {clean(passage.text)}"


def _where(passage: Passage) -> str:
    return "a small model's caption of its picture" if passage.by_small_model else CHANNEL_WORDS[passage.channel]


def _facet_line(attribute: Attribute) -> str:
    name = name_text(attribute.name)
    if attribute.minimum is not None and attribute.maximum is not None:
        low, high = value_text(attribute.minimum), value_text(attribute.maximum, attribute.unit)
        return f"{name}: {low} to {high}"
    if attribute.first is not None:
        return f"{name}: {attribute.first} to {attribute.last}"
    return f"{name}: {', '.join(clean(value) for value, _ in attribute.values[:20])}"
