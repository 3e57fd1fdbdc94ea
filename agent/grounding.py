"""Each sentence of a reply against its evidence: kept, repaired once, or removed. What is shown, streamed and kept is what comes out here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agent.checks.claims import check_claims
from agent.checks.comparisons import check_comparisons
from agent.checks.counts import check_counts
from agent.checks.likes import check_likes
from agent.checks.names import check_names
from agent.checks.numbers import check_numbers
from agent.checks.quotes import check_quotes
from agent.checks.reading import Check, Finding, Reading
from agent.checks.sentences import Sentences
from agent.evidence import Evidence, ItemEvidence, speaks_to_a_model
from agent.phrases import plain

CHECKS: tuple[Check, ...] = (
    check_quotes,
    check_numbers,
    check_counts,
    check_names,
    check_likes,
    check_comparisons,
    check_claims,
)
_BULLET = re.compile(r"^\s*(?:[-•*–]|\d{1,2}[.)])\s+")
_HANDLE = re.compile(r"\[\s*(\d{1,2})(?:\.\d+)?\s*\]|\((\d{1,2}\.\d)\)")
_REFUSAL = re.compile(
    r"\b(?:can['’]?t|cannot|unable|won['’]?t|not able)\b.*\b(?:help|assist|answer|provide|recommend|comply|fulfil|do that)\b"
    r"|\bas an? (?:ai|language|assistant)\b|\bI(?:['’]m| am) sorry\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\s*(?:reply|assistant|answer|response|vouch)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a sentence. `text` is what may be shown, "" where it is removed; `why` says what was wrong."""

    kind: Literal["kept", "repaired", "removed"]
    text: str = ""
    why: tuple[str, ...] = ()
    about: tuple[ItemEvidence, ...] = ()


def check(sentence: str, evidence: Evidence, *, topic: Sequence[ItemEvidence] = ()) -> Verdict:
    """The verdict on one sentence. `topic`: the items that the sentence before was about, for “it” and “both”."""
    text, known_handles = tidy(sentence, evidence)
    if not re.search(r"\w", text):
        return Verdict(kind="removed", why=("no words",))
    if _REFUSAL.search(text):
        return Verdict(kind="removed", why=("a refusal",))
    if speaks_to_a_model(sentence) or re.search(r"[<>{}\[\]|`\\]", text) or not known_handles:
        return Verdict(kind="removed", why=("not prose for a person",))
    reading = Reading(text, evidence, tuple(topic))
    findings = _findings(reading)
    if not findings:
        return Verdict(kind="kept", text=text, about=reading.about)
    why = tuple(finding.why for finding in findings)
    mended = _mended(text, findings)
    if mended is not None:
        again = Reading(mended, evidence, tuple(topic))
        if not (left := _findings(again)):
            return Verdict(kind="repaired", text=mended, why=why, about=again.about)
        why += tuple(finding.why for finding in left)
    return Verdict(kind="removed", why=why, about=reading.about)


def names_an_item(sentence: str, evidence: Evidence) -> bool:
    """Whether a title of the list stands in a sentence."""
    return bool(Reading(tidy(sentence, evidence)[0], evidence).told)


def tidy(sentence: str, evidence: Evidence) -> tuple[str, bool]:
    """The sentence without markup, labels and bullets, handles replaced by titles; and whether every handle is one of an item."""
    titles = {item.handle: item.title for item in evidence.items}
    text = _LABEL.sub("", _BULLET.sub("", sentence.strip()))
    good = True
    for match in reversed(list(_HANDLE.finditer(text))):
        title = titles.get(int((match[1] or match[2]).split(".")[0]))
        good = good and title is not None
        before, after = text[: match.start()], text[match.end() :]
        told = title is None or match[2] or title in before or title in after[: len(title) + 4]
        text = f"{before.rstrip()} {after.lstrip()}" if told else f"{before}{title}{after}"
    text = re.sub(r"\s+([,.;:!?])", r"\1", plain(re.sub(r"[*_#]+", "", text)))
    return text.strip(), good


def _findings(reading: Reading) -> list[Finding]:
    return [finding for one in CHECKS for finding in one(reading)]


def _mended(text: str, findings: Sequence[Finding]) -> str | None:
    """The text with every finding's fix in place; None where one has none."""
    fixes = {(f.start, f.end): f.fix for f in findings if f.fix is not None}
    if any(f.fix is None and not any(a <= f.start < b for a, b in fixes) for f in findings):
        return None
    for (start, end), fix in sorted(fixes.items(), reverse=True):
        text = text[:start] + (fix or "") + text[end:]
    return text


@dataclass(eq=False)
class Grounder:
    """Holds a model's text back until a sentence is whole, and lets through what the evidence carries.

    `removed` and `repaired` count sentences; `verdicts` keeps all in order.
    """

    evidence: Evidence
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    _sentences: Sentences = field(default_factory=Sentences)
    _topic: tuple[ItemEvidence, ...] = ()
    _shown: set[str] = field(default_factory=set)
    _waiting: str | None = None

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that a piece of text makes whole, as they may be shown."""
        for sentence in self._sentences.feed(piece):
            yield from self._judge(sentence)

    def finish(self, *, whole: bool = True) -> Iterator[str]:
        """What is left at the end; `whole` False: the text was cut, so an unfinished sentence is dropped."""
        rest = self._sentences.rest()
        if rest and (whole or rest.rstrip().endswith((".", "!", "?", "”", '"'))):
            yield from self._judge(rest)
        if self._waiting is not None:
            last, self._waiting = self._waiting, None
            yield from self._settle(last, check(last, self.evidence, topic=self._topic))

    def count(self, kind: str) -> int:
        """How many sentences got that verdict."""
        return sum(verdict.kind == kind for _, verdict in self.verdicts)

    def _judge(self, sentence: str) -> Iterator[str]:
        """A sentence without a title whose words nobody carries waits for the next one: it may be about the item that this names."""
        verdict = check(sentence, self.evidence, topic=self._topic)
        if self._waiting is not None:
            first, self._waiting = self._waiting, None
            again = check(first, self.evidence, topic=verdict.about)
            yield from self._settle(first, again)
        if verdict.kind == "removed" and not names_an_item(sentence, self.evidence):
            self._waiting = sentence
            return
        yield from self._settle(sentence, verdict)

    def _settle(self, sentence: str, verdict: Verdict) -> Iterator[str]:
        if verdict.text.casefold() in self._shown:
            verdict = Verdict(kind="removed", why=("said before",), about=verdict.about)
        self.verdicts.append((sentence, verdict))
        # A removed sentence still moves the topic: what follows it with “it” meant its item.
        self._topic = verdict.about or self._topic
        if verdict.kind != "removed":
            self._shown.add(verdict.text.casefold())
            yield verdict.text if verdict.text.endswith((".", "!", "?", "”", "…", '"', ":")) else verdict.text + "."
