"""Tool results to plain JSON for the checkpoint, and back. Holds ids, ranks, parts and passage ids, never texts: the catalogue has those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from retrieval import comparing
from retrieval.catalogue import Catalogue
from tools.taste_card import TasteCard, TasteChanged
from tools.toolbox import Facets, Found, ItemDetails, Remembered, Scored, ToolResult
from vouch.answers import Comparison, FailedFilter, WhyNot
from vouch.types import (
    CitedPassage,
    Filter,
    FunnelStep,
    Item,
    Note,
    Query,
    Reason,
    RecList,
    Recommendation,
    Relaxation,
    Taste,
)

Json = dict[str, Any]
_WHY_NOT = ("stopped_by", "rank", "of", "place", "part", "behind", "k")
"""What of a WhyNot is plain already."""


def to_json(result: ToolResult) -> Json:
    """Plain JSON of any tool's result, with its kind. A taste is left out of a query but for its person: it stands in the catalogue."""
    match result:
        case RecList():
            return {"kind": "rec_list"} | _rec_list(result)
        case Found():
            ids = [item.item_id for item in result.items]
            return {"kind": "found", "asked": result.asked, "items": ids, "close_titles": list(result.close_titles)}
        case ItemDetails():
            passages = [passage.passage_id for passage in result.passages]
            return {"kind": "item_details", "item": result.item.item_id, "passages": passages}
        case WhyNot():
            return {"kind": "why_not"} | _why_not(result)
        case Comparison():
            sides = {"one": _recommendation(result.one), "other": _recommendation(result.other)}
            return {"kind": "comparison", "likeness": result.likeness} | sides
        case Remembered():
            return {"kind": "remembered", "remembered": _plain(Remembered, result)}
        case TasteCard():
            return {"kind": "taste", "card": _plain(TasteCard, result)}
        case TasteChanged():
            return {"kind": "taste_changed", "changed": _plain(TasteChanged, result)}
        case Facets():
            return {"kind": "facets"}
        case _:
            return {"kind": "scores", "scores": [_plain(Scored, scored) for scored in result]}


def from_json(data: Mapping[str, Any], catalogue: Catalogue) -> ToolResult:
    """The result that `to_json` was given; items and passages that have left the catalogue are left out."""
    readers: dict[str, Callable[[Mapping[str, Any], Catalogue], ToolResult]] = {
        "rec_list": _read_rec_list,
        "found": _read_found,
        "item_details": _read_details,
        "why_not": _read_why_not,
        "comparison": _read_comparison,
        "remembered": lambda given, _: cast(Remembered, _value(Remembered, given["remembered"])),
        "taste": lambda given, _: cast(TasteCard, _value(TasteCard, given["card"])),
        "taste_changed": lambda given, _: cast(TasteChanged, _value(TasteChanged, given["changed"])),
        "facets": lambda _, known: Facets(items=len(known.items), attributes=known.schema.attributes),
        "scores": lambda given, _: tuple(cast(Scored, _value(Scored, scored)) for scored in given["scores"]),
    }
    return readers[data["kind"]](data, catalogue)


def lean(query: Query) -> Query:
    """The query without what stands elsewhere or is long: its people's tastes, the vectors of its media."""
    media = tuple(
        replace(one, perceived=tuple(replace(told, vector=()) for told in one.perceived)) for one in query.media
    )
    tastes = tuple(Taste(user_id=taste.user_id, label=taste.label) for taste in query.tastes)
    return replace(query, tastes=tastes, media=media)


def query_of(rec_list: Mapping[str, Any]) -> Query:
    """The query of a list's artifact."""
    return cast(Query, _value(Query, rec_list["query"]))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _plain(kind: Any, value: object) -> Any:
    return _adapter(kind).dump_python(value, mode="json")


def _value(kind: Any, data: object) -> Any:
    return _adapter(kind).validate_python(data)


def _rec_list(rec_list: RecList) -> Json:
    return {
        "query": _plain(Query, lean(rec_list.query)),
        "recommendations": [_recommendation(r) for r in rec_list.recommendations],
        "funnel": _plain(tuple[FunnelStep, ...], rec_list.funnel),
        "notes": _plain(tuple[Note, ...], rec_list.notes),
    }


def _recommendation(recommendation: Recommendation) -> Json:
    return {
        "rank": recommendation.rank,
        "item": recommendation.item.item_id,
        "score": recommendation.score,
        "affinity": recommendation.affinity,
        "wildcard": recommendation.wildcard,
        "parts": dict(recommendation.parts),
        "reasons": [_reason(reason) for reason in recommendation.reasons],
    }


def _reason(reason: Reason) -> Json:
    plain: Json = _plain(type(reason), reason)
    if isinstance(reason, CitedPassage):
        plain["passage"] = reason.passage.passage_id
    return plain


def _read_rec_list(data: Mapping[str, Any], catalogue: Catalogue) -> RecList:
    read = (_read_recommendation(row, catalogue) for row in data["recommendations"] if row["item"] in catalogue.by_id)
    return RecList(
        query=_value(Query, data["query"]),
        recommendations=tuple(read),
        funnel=_value(tuple[FunnelStep, ...], data["funnel"]),
        notes=_value(tuple[Note, ...], data["notes"]),
    )


def _read_recommendation(row: Mapping[str, Any], catalogue: Catalogue) -> Recommendation:
    reasons = (_read_reason(reason, catalogue) for reason in row["reasons"])
    return Recommendation(
        rank=row["rank"],
        item=catalogue.by_id[row["item"]],
        score=row["score"],
        affinity=row["affinity"],
        wildcard=row.get("wildcard", False),
        parts=row["parts"],
        reasons=tuple(reason for reason in reasons if reason is not None),
    )


def _read_reason(data: Mapping[str, Any], catalogue: Catalogue) -> Reason | None:
    if data["kind"] != "passage":
        return cast(Reason, _value(Reason, data))
    passage = catalogue.passage(data["passage"])
    if passage is None:
        return None
    return CitedPassage(passage=passage, similarity=data["similarity"], span=(data["span"][0], data["span"][1]))


def _read_found(data: Mapping[str, Any], catalogue: Catalogue) -> Found:
    items = _items(data["items"], catalogue)
    return Found(asked=data["asked"], items=items, close_titles=tuple(data["close_titles"]))


def _read_details(data: Mapping[str, Any], catalogue: Catalogue) -> ItemDetails:
    passages = (catalogue.passage(passage_id) for passage_id in data["passages"])
    item = catalogue.by_id.get(data["item"]) or Item(item_id=data["item"], title=data["item"])
    return ItemDetails(item=item, passages=tuple(passage for passage in passages if passage is not None))


def _why_not(told: WhyNot) -> Json:
    plain = {name: getattr(told, name) for name in _WHY_NOT}
    return plain | {
        "item": told.item.item_id,
        "failed": _plain(tuple[Filter, ...], tuple(one.filter for one in told.failed)),
        "changes": _plain(tuple[Relaxation, ...], told.changes),
    }


def _read_why_not(data: Mapping[str, Any], catalogue: Catalogue) -> WhyNot:
    item = catalogue.by_id.get(data["item"]) or Item(item_id=data["item"], title=data["item"])
    failed = cast(tuple[Filter, ...], _value(tuple[Filter, ...], data["failed"]))
    return WhyNot(
        item=item,
        failed=tuple(FailedFilter(filter=f, value=item.attributes.get(f.attribute)) for f in failed),
        changes=_value(tuple[Relaxation, ...], data["changes"]),
        **{name: data[name] for name in _WHY_NOT},
    )


def _read_comparison(data: Mapping[str, Any], catalogue: Catalogue) -> ToolResult:
    """The comparison, or what there is of it where an item has left the catalogue."""
    sides = [
        _read_recommendation(data[side], catalogue)
        for side in ("one", "other")
        if data[side]["item"] in catalogue.by_id
    ]
    if len(sides) < 2:
        return RecList(query=Query(), recommendations=tuple(sides))
    one, other = sides
    return Comparison(
        one=one,
        other=other,
        parts=comparing.differences(one.parts, other.parts),
        attributes=comparing.contrasts(catalogue, one.item.item_id, other.item.item_id),
        likeness=data["likeness"],
    )


def _items(item_ids: list[str], catalogue: Catalogue) -> tuple[Item, ...]:
    return tuple(catalogue.by_id[item_id] for item_id in item_ids if item_id in catalogue.by_id)
