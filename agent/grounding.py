"""Each line of the writer's answer against the item that it is about: what was chosen of it is said by code, all else is left out.

What is shown, streamed and kept is what comes out here, and it holds nothing but titles, facts and sentences of the items themselves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agent.evidence import CHOICE_MARK, SENTENCE_MARK, ItemEvidence
from agent.writing import likes_of, line
from retrieval.titles import fold

LONGEST = 600
"""A line without an end is none from so many characters on."""
_LINE = re.compile(r"[^\w“\"]*(\d{1,2})\W(.*)", re.DOTALL)
_MARKUP = re.compile(r"[*_`#]+")
_FINER = re.compile(r",|\band\b")
_PARTS = re.compile(rf"[{CHOICE_MARK.strip()}{SENTENCE_MARK.strip()}]")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a line. `text` is what is shown, "" where it is removed; `why`: what was left out of it, or why it is removed; `likes`: the
    titles that it names as liked."""

    kind: Literal["kept", "repaired", "removed"]
    text: str = ""
    why: tuple[str, ...] = ()
    about: ItemEvidence | None = None
    likes: tuple[str, ...] = ()


def check(said: str, items: Sequence[ItemEvidence], *, told: Collection[str] = frozenset()) -> Verdict:
    """The verdict on one line of the writer's answer about these items. `told`: the likes that lines before it named."""
    match = _LINE.fullmatch(_MARKUP.sub("", said).strip())
    item = next((item for item in items if match and item.handle == int(match[1])), None)
    if match is None or item is None:
        return Verdict(kind="removed", why=("it is about none of the items",))
    sentences, rest = _sentences(match[2], item)
    rest = re.sub(rf"^\W*{_words_of(item.title)}\b", "", rest, flags=re.IGNORECASE)
    choices = {fold(said): choice for choice in reversed(item.choices) for said in (choice.bare, choice.text)}
    parts = _parts(rest, choices)
    chosen = [choices[part] for part in parts if part in choices]
    why = tuple(part for part in parts if part not in choices)
    if not chosen and not sentences:
        return Verdict(kind="removed", why=why or ("nothing is chosen",))
    text = line(item, chosen, sentences, told=told)
    return Verdict(kind="repaired" if why else "kept", text=text, why=why, about=item, likes=tuple(likes_of(chosen)))


def _sentences(text: str, item: ItemEvidence) -> tuple[list[str], str]:
    """The item's sentences that a line chooses, by number, written out, or both; and the line without them."""
    found = []
    for n, sentence in enumerate(item.quotable, 1):
        number = rf"(?<!\d){item.handle}\.{n}(?!\d)"
        chosen = re.compile(rf"(?:{number}\W*)?\b{_words_of(sentence)}\b[^\w;|]*|{number}", re.IGNORECASE)
        if chosen.search(text):
            found.append(sentence)
            text = chosen.sub(" | ", text)
    return found, text


def _words_of(text: str) -> str:
    """The pattern of a text's words, whatever stands between them."""
    return r"\W+".join(re.findall(r"\w+", text))


def _parts(text: str, own: Container[str]) -> list[str]:
    """What a line says, folded, part by part. Where commas or “and” stand between parts, they part them too."""
    found: list[str] = []
    for part in _PARTS.split(text):
        whole, *finer = (fold(piece) for piece in (part, *_FINER.split(part)))
        found += [whole] if whole in own or not all(piece in own for piece in finer if piece) else finer
    return [part for part in found if part]


@dataclass(eq=False)
class Grounder:
    """Holds a model's text back until a line is whole, and says what it chose. `verdicts` keeps all lines in order with what became of them."""

    items: tuple[ItemEvidence, ...]
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    _held: str = ""
    _told: set[str] = field(default_factory=set)
    _likes: set[str] = field(default_factory=set)

    def feed(self, piece: str) -> Iterator[Verdict]:
        """The verdicts, other than removals, on the lines that a piece of text makes whole."""
        self._held += piece
        while (cut := self._cut()) is not None:
            said, self._held = self._held[:cut], self._held[cut:]
            yield from self._judge(said)

    def finish(self, *, whole: bool = True) -> Iterator[Verdict]:
        """The same of what is left at the end; `whole` False: the text was cut off, so the last line is dropped."""
        said, self._held = self._held, ""
        if whole:
            yield from self._judge(said)

    def count(self, kind: str) -> int:
        """How many lines got that verdict."""
        return sum(verdict.kind == kind for _, verdict in self.verdicts)

    def _cut(self) -> int | None:
        end = self._held.find("\n") + 1
        return end or (len(self._held) if len(self._held) > LONGEST else None)

    def _judge(self, said: str) -> Iterator[Verdict]:
        if not re.search(r"\w", said):
            return
        verdict = check(said, self.items, told=self._likes)
        if verdict.about and verdict.about.item_id in self._told:
            verdict = Verdict(kind="removed", why=("something has been said of it",), about=verdict.about)
        self.verdicts.append((said.strip(), verdict))
        if verdict.about and verdict.kind != "removed":
            self._told.add(verdict.about.item_id)
            self._likes.update(verdict.likes)
            yield verdict
