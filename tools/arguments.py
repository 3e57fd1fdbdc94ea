"""The arguments of tools that are more than a word: conditions and people, and what they mean as values of ours."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from vouch.types import AttributeValue, Filter, FilterOp


class FilterArg(TypedDict):
    """One condition: an attribute's name, an operator, and a value (a list of words for any_of, all_of, none_of)."""

    attribute: str
    op: FilterOp
    value: str | float | bool | list[str]


class QuotaArg(TypedDict):
    """At most so many items of one value of an attribute: at most 2 of one director."""

    attribute: str
    most: int


class PersonArg(TypedDict):
    """Somebody who is not here, as the person describes them: a name, titles liked and disliked, conditions never to be broken or preferred."""

    name: str
    liked: list[str]
    disliked: list[str]
    never: list[FilterArg]
    prefer: list[FilterArg]


@dataclass(frozen=True, kw_only=True)
class Company:
    """For whom a list was made: the people as `recommend_together` was told of them, and whether the person who asks is one of them."""

    people: tuple[PersonArg, ...]
    with_me: bool = True


def meant(held: Filter, said: Filter) -> bool:
    """Whether a kept condition is one that a person speaks of: the same attribute, and a value in common or no value said."""
    if held.attribute != said.attribute:
        return False
    ours, theirs = (set(v) if isinstance(v, tuple) else {v} for v in (held.value, said.value))
    return bool(ours & theirs) or not (isinstance(held.value, tuple | str))


def value_of(value: str | float | bool | list[str]) -> AttributeValue:
    return tuple(value) if isinstance(value, list) else value
