"""What the writing model is asked of one list, the form of its answer, and the line that is made of its choices: it chooses, code says."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from agent.evidence import CHOICE_MARK, SENTENCE_MARK, Choice, Evidence, ItemEvidence, Slot, block
from agent.grammar import text_rule
from agent.phrases import listed, plain

LINES = 3
"""So many items get a line of the writer's."""
CHOSEN = 4
"""So many things may be chosen of one item, besides a sentence."""


def asked(evidence: Evidence, items: Sequence[ItemEvidence]) -> str:
    """What changes from turn to turn: the items with their evidence, and the person's message."""
    return f"{block(items)}\nPerson: {evidence.message}\nReply:"


def answer_grammar(items: Sequence[ItemEvidence]) -> str:
    """The grammar (GBNF) of the answer: of each item in turn its number, one to four of its choices, and one of its sentences by number, where it has any."""
    end = text_rule("\n")
    return f"root ::= {' '.join(f'{_answer_rule(item)} {end}' for item in items)}"


def _answer_rule(item: ItemEvidence) -> str:
    choices = _one_of([choice.text for choice in item.choices])
    chosen = f"{choices} ({text_rule(CHOICE_MARK)} {choices}){{0,{CHOSEN - 1}}}" if item.choices else ""
    sentence = _one_of([f"{item.handle}.{n}" for n in range(1, len(item.quotable) + 1)]) if item.quotable else ""
    mark = text_rule(SENTENCE_MARK) if chosen and sentence else ""
    return f"{text_rule(f'{item.handle}: ')} {chosen} {mark} {sentence}"


def line(
    item: ItemEvidence, chosen: Sequence[Choice], sentences: Sequence[str], *, told: Collection[str] = frozenset()
) -> str:
    """What is said of an item: what was chosen, in this order whatever the writer's, then sentences of its own in quotation marks.

    `told`: titles of which the reply has said before that the person likes them.

    >>> tin = ItemEvidence(handle=1, item_id="tin", title="The Tin Drummer")
    >>> line(tin, [Choice(slot="like", text="warm"), Choice(slot="maker", text="by Ada Holm")], ["A clerk learns to march."])
    'The Tin Drummer by Ada Holm is warm: “A clerk learns to march.”'
    """

    def of(slot: Slot) -> list[str]:
        return list(dict.fromkeys(choice.text for choice in chosen if choice.slot == slot))

    parts = [
        plain(item.title),
        *(f" {maker}" for maker in of("maker")),
        *(f" ({year})" for year in of("year")),
        *([f" is {listed(of('like'))}"] if of("like") else []),
        *([f", listed as {listed(of('listed'))}"] if of("listed") else []),
        *(f", {said}" for said in (*of("place"), *of("number"), *of("people"))),
        f": {' '.join(f'“{sentence}”' for sentence in sentences)}" if sentences else ".",
    ]
    liked = likes_of(chosen)
    speaks = "speak" if len(liked) > 1 else "speaks"
    if liked and set(liked) <= set(told):
        parts.append(f" {listed(liked)} {speaks} for it too.")
    elif liked:
        parts.append(f" {item.who.capitalize()} like {listed(liked)}, which {speaks} for it.")
    return "".join(parts)


def likes_of(chosen: Sequence[Choice]) -> list[str]:
    """The chosen titles that the person likes, or whoever's list it is."""
    return list(dict.fromkeys(c.text.partition(" like ")[2] for c in chosen if c.slot == "liked"))


def _one_of(texts: Sequence[str]) -> str:
    return f"({' | '.join(text_rule(text) for text in texts)})"
