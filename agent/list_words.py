"""A list of recommendations in sentences: what was understood, the first items with their best reason, the rest by title, what was not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.phrases import Phrases, cited, listed, plain, title_of
from vouch.types import CitedPassage, LikedItem, MetFilter, Note, Popularity, Reason, RecList, Recommendation

FIRST = 3
"""So many items are given with a reason."""


class ListWords:
    """Words lists for one catalogue; the same list in the same turn is always worded the same."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def word(self, rec_list: RecList, *, aside: Mapping[str, Any], turn: int) -> str:
        """The answer to a request for recommendations."""
        if not rec_list.recommendations:
            return self.nothing(rec_list)
        sentences = [self._opening(rec_list, aside, turn)]
        used: set[str] = set()
        for place, recommendation in enumerate(rec_list.recommendations[:FIRST]):
            sentences.append(self._sentence(recommendation, place=place, turn=turn, used=used))
        rest = [title_of(r.item) for r in rec_list.recommendations[FIRST:]]
        if rest:
            sentences.append(f"{('Also', 'Further', 'And then')[turn % 3]}: {listed(rest)}.")
        sentences += self._closing(rec_list, aside)
        return " ".join(s for s in sentences if s)

    def nothing(self, rec_list: RecList) -> str:
        """The answer where nothing is left: why, and the smallest changes that would help."""
        sentences = []
        for note in rec_list.notes:
            if note.kind == "over_constrained" and rec_list.query.filters:
                sentences.append(f"I have no {self._phrases.understood(rec_list.query.filters)}.")
            else:
                sentences.append(plain(note.text))
            changes = [self._phrases.relaxation(change) for change in note.relaxations[:3]]
            if changes:
                sentences.append(f"The smallest changes that would help: {'; '.join(changes)}.")
        return " ".join(sentences) or "I have nothing that fits that."

    def _opening(self, rec_list: RecList, aside: Mapping[str, Any], turn: int) -> str:
        query, found = rec_list.query, rec_list.recommendations
        text = plain(query.text)
        about = f" for “{text}”" if text else ""
        if query.like_item is not None and query.like_item in self._phrases.catalogue.by_id:
            anchor = title_of(self._phrases.catalogue.by_id[query.like_item])
            conditions = f", among {self._phrases.understood(query.filters)}" if query.filters else ""
            wish = f", with “{text}” in mind" if text else ""
            return f"{('Close to', 'In the neighbourhood of', 'Nearest to')[turn % 3]} {anchor}{wish}{conditions}:"
        if query.filters:
            return self._filtered(rec_list, about)
        if about:
            return f"{('Here is what comes closest', 'This is what I would look at', 'What speaks most')[turn % 3]}{about}."
        if any(taste.liked for taste in query.tastes) or any(
            isinstance(reason, LikedItem) for r in found for reason in r.reasons
        ):
            return ("Going by what you like:", "From what you have told me so far:", "With your taste in mind:")[
                turn % 3
            ]
        return (
            "Nothing is known of your taste yet, so I begin with what people like most here."
            if not query.prefer
            else "Here is what I would look at."
        )

    def _filtered(self, rec_list: RecList, about: str) -> str:
        steps = [step for step in rec_list.funnel if step.filter is not None]
        total = steps[0].before if steps else len(rec_list.recommendations)
        count = steps[-1].after if steps else len(rec_list.recommendations)
        understood = self._phrases.understood(rec_list.query.filters)
        left_out = next(
            (
                step.before - step.after
                for step in rec_list.funnel
                if step.filter is None and step.label.startswith("seen")
            ),
            0,
        )
        met = f" (leaving out {left_out} that you have met)" if left_out else ""
        if count == 1:
            return f"Only one of the {total} here fits {understood}{met}:"
        closest = f"; closest{about}" if about else ""
        return f"{understood[:1].upper()}{understood[1:]}: {count} of {total} here{met}{closest}:"

    def _sentence(self, recommendation: Recommendation, *, place: int, turn: int, used: set[str]) -> str:
        named = self._phrases.named(recommendation.item)
        reason = self._best(recommendation.reasons, used)
        said = self._reason(reason, recommendation) if reason is not None else ""
        lead = (
            "",
            ("Then ", "Next ", "After it ")[turn % 3],
            ("And ", "Third ", "Also ")[turn % 3] if place == 2 else "",
        )[place]
        sentence = f"{lead}{named}{said}"
        return sentence if sentence.endswith((".", ".”", "!”", "?”", "…”")) else sentence + "."

    def _best(self, reasons: Sequence[Reason], used: set[str]) -> Reason | None:
        """The strongest reason that says something: not the mere listing of a title, not a filter that all meet."""
        telling = [
            r
            for r in reasons
            if not isinstance(r, MetFilter) and not (isinstance(r, CitedPassage) and r.passage.channel == "title")
        ]
        return telling[0] if telling else next((r for r in reasons if isinstance(r, MetFilter)), None)

    def _reason(self, reason: Reason, recommendation: Recommendation) -> str:
        match reason:
            case CitedPassage():
                before = (
                    ""
                    if reason.passage.channel in {"description", "review"}
                    else f" {self._phrases.where(reason.passage)}"
                )
                return f":{before} {cited(reason)}"
            case LikedItem():
                liked = [r for r in recommendation.reasons if isinstance(r, LikedItem) and r.share > 0.1][:2]
                return f", because you liked {listed([plain(r.title) for r in liked])}" if liked else ""
            case MetFilter():
                return f": {self._phrases.number(reason.filter.attribute, reason.value)}"
            case Popularity():
                people = f"{reason.people} people" if reason.people != 1 else "one person"
                return f", liked by {people} here"

    def _closing(self, rec_list: RecList, aside: Mapping[str, Any]) -> list[str]:
        told = []
        if aside.get("unknown"):
            told.append(unknown_words(aside["unknown"]))
        if aside.get("nothing_to_compare"):
            told.append("You have not been shown anything yet to compare with, so I could not go by that.")
        silent = {"no_history"}
        told += [plain(note.text) for note in rec_list.notes if note.kind not in silent and not _said_already(note)]
        if (
            not rec_list.query.text
            and not rec_list.query.filters
            and any(note.kind == "no_history" for note in rec_list.notes)
        ):
            told.append("Name a title or two that you love, and I can do better.")
        return told


def _said_already(note: Note) -> bool:
    return note.kind == "changed"


def unknown_words(unknown: Sequence[str]) -> str:
    """What was asked for and is not recorded here."""
    return f"The {listed([plain(word) for word in unknown], 'or')} is not recorded in this collection, so I could not go by it."
