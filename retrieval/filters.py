"""Filters against a schema: read, checked, said in words. What they admit is in `item_sets`. Knows no store and no source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.catalogue import attribute_of
from retrieval.columns import days_of
from retrieval.item_sets import admitted, relaxations
from retrieval.titles import fold
from vouch.errors import BadFilter
from vouch.types import Attribute, AttributeType, AttributeValue, Filter, FilterOp, Schema

__all__ = ["admitted", "check", "describe", "parse", "relaxations"]

_ALL_OPS: tuple[FilterOp, ...] = ("=", "!=", "<", "<=", ">", ">=", "any_of", "all_of", "none_of", "contains")
_RANGE: tuple[FilterOp, ...] = ("=", "!=", "<", "<=", ">", ">=", "any_of", "none_of")
_OPS: dict[AttributeType, tuple[FilterOp, ...]] = {
    "number": _RANGE,
    "date": _RANGE,
    "boolean": ("=", "!=", "any_of", "none_of"),
    "category": ("=", "!=", "any_of", "none_of", "contains"),
    "list": ("=", "!=", "any_of", "all_of", "none_of", "contains"),
    "text": ("contains", "=", "!="),
}
_SETS: frozenset[FilterOp] = frozenset({"any_of", "all_of", "none_of"})
_TRUE, _FALSE = {"true", "yes", "1", "y", "on"}, {"false", "no", "0", "n", "off"}
_WRITTEN = re.compile(r"^\s*(.+?)\s*(<=|>=|!=|==|=|<|>|~|≤|≥|≠| contains )\s*(.*?)\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"^[^\d.+-]{0,4}([-+]?(?:\d[\d,_ ]*(?:\.\d*)?|\.\d+))[^\d]*$")  # “$120”, “1,200”, “142 min”
_WRITTEN_OPS: dict[str, FilterOp] = {"==": "=", "~": "contains", "≤": "<=", "≥": ">=", "≠": "!="}
_SAID: dict[FilterOp, str] = {
    "=": "{name}: {value}",
    "!=": "{name}: not {value}",
    "<": "{name} under {value}",
    "<=": "{name} at most {value}",
    ">": "{name} over {value}",
    ">=": "{name} at least {value}",
    "any_of": "{name}: {value}",
    "all_of": "{name}: {value}",
    "none_of": "{name}: not {value}",
    "contains": "{name} containing “{value}”",
}
_SAID_OF_DATES: dict[FilterOp, str] = {
    "<": "{name} before {value}",
    "<=": "{name} until {value}",
    ">": "{name} after {value}",
    ">=": "{name} from {value} on",
}


def check(schema: Schema, wanted: Filter) -> Filter:
    """The filter in the catalogue's own spelling: attribute and values as the schema has them, numbers as float.

    Case, accents and punctuation do not matter. A tuple with “=” is read as “any of”, with “!=” as “none of”; a single
    value is a set of one for the set operators.

    Raises:
        BadFilter: the schema has no such attribute or value, or the operator does not suit the attribute's type.
    """
    attribute = attribute_of(schema, wanted.attribute)
    if attribute is None:
        names = [a.name for a in schema.attributes] or ["title"]
        raise BadFilter(f"There is no attribute “{wanted.attribute}”.", _nearest(wanted.attribute, names))
    op = _op_for(attribute, wanted)
    if op in _SETS:
        values = wanted.value if isinstance(wanted.value, tuple) else (wanted.value,)
        texts = tuple(dict.fromkeys(_text(_value(attribute, op, v)) for v in values))
        if not texts:
            raise BadFilter(f"“{attribute.name}” needs at least one value for {op}.")
        return Filter(attribute=attribute.name, op=op, value=texts)
    single = wanted.value[0] if isinstance(wanted.value, tuple) else wanted.value
    return Filter(attribute=attribute.name, op=op, value=_value(attribute, op, single))


def parse(schema: Schema, text: str) -> Filter:
    """A filter written as one word, checked: "price<=120", "genres=comedy|drama", "genres!=horror", "title~alien".

    "|" means any of (none of after "!="), "&" all of a list.

    Raises:
        BadFilter: the text is no condition, or `check` refuses it.
    """
    found = _WRITTEN.match(text)
    if not found or not found.group(3):
        raise BadFilter(f"“{text}” is no filter; one looks like price<=120 or genres=comedy|drama.")
    name, sign, written = found.group(1), found.group(2).strip().casefold(), found.group(3)
    op: FilterOp = _WRITTEN_OPS[sign] if sign in _WRITTEN_OPS else next(o for o in _ALL_OPS if o == sign)
    attribute = attribute_of(schema, name)
    value: AttributeValue = written
    if op in {"=", "!="} and attribute is not None and attribute.type in {"category", "list", "number", "date"}:
        if attribute.type == "list" and "&" in written and not _known(attribute, written):
            op, value = "all_of", _split(written, "&")
        elif "|" in written:
            op, value = ("any_of" if op == "=" else "none_of"), _split(written, "|")
    return check(schema, Filter(attribute=name, op=op, value=value))


def describe(wanted: Filter, schema: Schema | None = None) -> str:
    """A filter in words, for the funnel and for notes: “length at most 120 min”."""
    attribute = attribute_of(schema, wanted.attribute) if schema else None
    joint = " and " if wanted.op == "all_of" else " or "
    value = joint.join(wanted.value) if isinstance(wanted.value, tuple) else _shown(wanted.value)
    if attribute is not None and attribute.unit and attribute.type == "number":
        value = f"{value} {attribute.unit}"
    of_date = attribute is not None and attribute.type == "date"
    said = (_SAID_OF_DATES.get(wanted.op) if of_date else None) or _SAID[wanted.op]
    return said.format(name=wanted.attribute.replace("_", " "), value=value)


def _op_for(attribute: Attribute, wanted: Filter) -> FilterOp:
    op: FilterOp = wanted.op
    if isinstance(wanted.value, tuple) and len(wanted.value) != 1 and op in {"=", "!="}:
        op = "any_of" if op == "=" else "none_of"
    allowed = _OPS[attribute.type]
    if op not in allowed:
        raise BadFilter(f"“{attribute.name}” is a {attribute.type}; “{op}” does not suit it.", allowed)
    return op


def _value(attribute: Attribute, op: FilterOp, value: AttributeValue) -> AttributeValue:
    match attribute.type:
        case "number":
            return _number(attribute, value)
        case "date":
            return _date(attribute, value)
        case "boolean":
            return _boolean(attribute, value)
        case "text":
            return _text(value)
        case _:
            return _text(value) if op == "contains" else _known_value(attribute, _text(value))


def _number(attribute: Attribute, value: AttributeValue) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _NUMBER.match(_text(value))
    if not found:
        span = f" from {attribute.minimum:g} to {attribute.maximum:g}" if _has_range(attribute) else ""
        raise BadFilter(f"“{_text(value)}” is no number; “{attribute.name}” holds numbers{span}.")
    return float(re.sub(r"[,_ ]", "", found.group(1)))


def _has_range(attribute: Attribute) -> bool:
    return attribute.minimum is not None and attribute.maximum is not None


def _date(attribute: Attribute, value: AttributeValue) -> str:
    text = f"{value:.0f}" if isinstance(value, float) else str(value)
    first, _ = days_of(text)
    if first != first:  # NaN
        span = f" from {attribute.first} to {attribute.last}" if attribute.first else ""
        raise BadFilter(f"“{text}” is no date such as 1925, 1925-03 or 1925-03-14; “{attribute.name}” has dates{span}.")
    return text.strip()[:10]


def _boolean(attribute: Attribute, value: AttributeValue) -> bool | str:
    text = _text(value).casefold()
    if text not in _TRUE | _FALSE:
        raise BadFilter(f"“{attribute.name}” is either true or false, not “{_text(value)}”.", ("true", "false"))
    return text in _TRUE


def _known(attribute: Attribute, value: str) -> str | None:
    exact = next((v for v, _ in attribute.values if v == value), None)
    wanted = fold(value).replace(" ", "")
    return exact or next((v for v, _ in attribute.values if fold(v).replace(" ", "") == wanted), None)


def _known_value(attribute: Attribute, value: str) -> str:
    known = _known(attribute, value)
    if known is None:
        near = _nearest(value, [v for v, _ in attribute.values])
        raise BadFilter(f"“{attribute.name}” has no value “{value}”.", near)
    return known


def _nearest(asked: str, names: Sequence[str], n: int = 20) -> tuple[str, ...]:
    from rapidfuzz import fuzz

    wanted = fold(asked)
    scored = sorted(range(len(names)), key=lambda i: (-round(fuzz.ratio(wanted, fold(names[i])) / 20), i))
    return tuple(names[i] for i in scored[:n])


def _split(written: str, sign: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in written.split(sign) if part.strip())


def _text(value: AttributeValue) -> str:
    return " ".join(value) if isinstance(value, tuple) else _shown(value)


def _shown(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, int | float) else str(value).strip()
