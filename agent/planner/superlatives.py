"""“The cheapest backpack”: no tool sorts by a number, so the few that have least (or most) of it are let through, and the first of them named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.planner.conditions import Condition, Size
from agent.planner.lexicon import Lexicon
from agent.planner.periods import number_of
from agent.planner.words import singular, word_set
from retrieval.titles import fold
from vouch.types import Item

FEW = 3
"""So many of the least (or most) are let through, and those that equal the last of them."""
_JOINS = word_set("for with in of from by to at on")


@dataclass(frozen=True, kw_only=True)
class Most:
    """What a superlative came to: the limit, how many keep to it, and which item is the very first ("" where several are).

    `said`: the words that its title holds, "" where all items that fit the filters were looked at.
    """

    limit: Condition
    count: int
    item_id: str
    said: str

    @property
    def plain(self) -> dict[str, str]:
        """For the planner's aside, as plain JSON."""
        return {"attribute": self.limit.attribute, "op": self.limit.op, "item": self.item_id, "said": self.said}


def most_of(size: Size, fitting: Sequence[Item], text: str, lexicon: Lexicon) -> Most | None:
    """What a superlative demands among the items that fit the filters; None where no title holds the noun or nothing is measured."""
    pool, said = _named(fitting, text, lexicon)
    for attribute in lexicon.about(size.topic)[:1]:  # type: ignore[arg-type]
        measured = [(n, item.item_id) for item in pool if (n := number_of(item, attribute)) is not None]
        ordered = sorted(measured, key=lambda pair: pair[0], reverse=size.op == ">=")
        if not ordered:
            return None
        limit = ordered[min(FEW, len(ordered)) - 1][0]
        inside = [n for n, _ in ordered if (n <= limit if size.op == "<=" else n >= limit)]
        value: str | float = str(int(limit)) if attribute.type == "date" else limit
        condition = Condition(attribute=attribute.name, op=size.op, value=value, start=size.start, end=size.end)
        alone = len(ordered) == 1 or ordered[0][0] != ordered[1][0]
        first = ordered[0][1] if alone else ""
        return Most(limit=condition, count=len(inside), item_id=first, said=said)
    return None


def _named(items: Sequence[Item], text: str, lexicon: Lexicon) -> tuple[list[Item], str]:
    """The items whose titles hold the words, else the noun; all where nothing was said but their kind."""
    words = fold(text).split()
    head = next((words[n - 1] for n, word in enumerate(words) if n and word in _JOINS), words[-1]) if words else ""
    phrase = lexicon.phrases.get(tuple(words)) or lexicon.phrases.get((head,), ())
    own = {(m.attribute, m.value) for m in phrase if m.strength == "same"}
    if not words or all(any(_has(i, name, value) for name, value in own) for i in items):
        return list(items), ""
    for said in (words, [head]):
        wanted = {singular(word) for word in said}
        found = [i for i in items if wanted <= {singular(word) for word in fold(i.title).split()}]
        if found:
            return found, " ".join(said)
    return [], ""


def _has(item: Item, attribute: str, value: str) -> bool:
    own = item.attributes.get(attribute)
    return value in own if isinstance(own, tuple) else own == value
