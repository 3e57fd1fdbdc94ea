"""A turn's results -> the words of the reply, without a language model. Nothing is said that is not in the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.answer_words import AnswerWords
from agent.list_words import ListParts, ListWords, of_lives, unknown_words
from agent.phrases import THEIRS, YOURS, Phrases, asked_of, listed, plain, title_of
from agent.planner.lexicon import Lexicon
from agent.taste_words import TasteWords
from agent.why_not_words import WhyNotWords
from retrieval.catalogue import Catalogue
from tools.taste_card import TasteCard, TasteChanged
from tools.toolbox import Facets, Found, ItemDetails, Remembered, ToolResult
from vouch.answers import Comparison, WhyNot
from vouch.types import RecList, ToolCall


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One call with its result, or with the sentence that says why there is none."""

    call: ToolCall
    result: ToolResult | None = None
    error: str = ""


class Wording:
    """Words whole turns for one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._phrases = Phrases(catalogue, Lexicon(catalogue.schema))
        self._lists = ListWords(self._phrases)
        self._answers = AnswerWords(self._phrases)
        self._why_not = WhyNotWords(self._phrases)
        self._taste = TasteWords(self._phrases)

    def word(self, outcomes: Sequence[Outcome], *, aside: Mapping[str, Any], turn: int) -> str:
        """The reply to a message: one passage a result, in the order of the calls."""
        if not outcomes:
            return self._talk(aside)
        said = [self._one(outcome, aside=aside, turn=turn, alone=len(outcomes) == 1) for outcome in outcomes]
        if aside.get("most_liked"):
            return self._answers.most_liked([o.result for o in outcomes if isinstance(o.result, RecList)])
        details = [o.result for o in outcomes if isinstance(o.result, ItemDetails)]
        if (
            len(details) > 1
            and len(details) == len(outcomes)
            and aside.get("aspect", {}).get("kind") in {"passage", "value"}
        ):
            return self._answers.which(details, aside["aspect"])
        if aside.get("intent") == "absent":
            said = self._absent(outcomes, said, aside)
        said = self._with_moves(outcomes, said)
        if aside.get("intent") == "which":
            said.append(self._talk(aside))
        if aside.get("unknown") and not any(isinstance(o.result, RecList) for o in outcomes):
            said.append(unknown_words(aside["unknown"]))
        return " ".join(text for text in said if text)

    def parts(self, rec_list: RecList, *, aside: Mapping[str, Any], turn: int) -> ListParts:
        """The answer to one list in parts, for whoever says something else of its first items."""
        return self._lists.parts(rec_list, aside=aside, turn=turn)

    def _one(self, outcome: Outcome, *, aside: Mapping[str, Any], turn: int, alone: bool) -> str:
        result = outcome.result
        whose = THEIRS if aside.get("for_others") else YOURS
        match result:
            case None:
                return plain(outcome.error)
            case RecList():
                if outcome.call.name == "explain":
                    said = " ".join(self._answers.why(r, text=asked_of(result.query)) for r in result.recommendations)
                    return f"I would begin with the first. {said}" if aside.get("picked") else said
                return self._lists.word(result, aside=aside, turn=turn)
            case ItemDetails():
                aspect = aside.get("aspect", {})
                if aside.get("superlative") and aspect.get("kind") == "fact":
                    return self._answers.of_those_shown(result, aspect)
                return self._answers.details(result, aspect, alone=alone)
            case WhyNot():
                return self._why_not.why_not(result, whose=whose)
            case Comparison():
                return self._why_not.compare(result, text=str(outcome.call.arguments.get("text", "")), whose=whose)
            case Found():
                return self._answers.found(result)
            case Facets():
                return self._answers.facets(result, aside)
            case Remembered():
                return self._taste.remembered(result)
            case TasteCard():
                return self._taste.card(result)
            case TasteChanged():
                return self._taste.changed(result)
            case _:
                return "; ".join(
                    f"{plain(s.title)}: {'no opinion yet' if s.affinity is None else f'{s.affinity:.2f}'}"
                    for s in result
                )

    def _with_moves(self, outcomes: Sequence[Outcome], said: list[str]) -> list[str]:
        """What all changes of taste in a turn moved, in one sentence behind the last of them."""
        changes = [n for n, o in enumerate(outcomes) if isinstance(o.result, Remembered | TasteChanged)]
        moves = [m for o in outcomes if isinstance(o.result, Remembered | TasteChanged) for m in o.result.moves]
        if not moves or len(said) != len(outcomes):
            return said
        return [*said[: changes[-1] + 1], self._taste.moved(moves), *said[changes[-1] + 1 :]]

    def _absent(self, outcomes: Sequence[Outcome], said: list[str], aside: Mapping[str, Any]) -> list[str]:
        """What is missing comes first, then the titles that are close, then what was done all the same."""
        offer = [title_of(self._catalogue.by_id[i]) for i in aside.get("offer", ()) if i in self._catalogue.by_id]
        missing = [
            text for o, text in zip(outcomes, said, strict=True) if isinstance(o.result, Found) and not o.result.items
        ]
        others = [
            text
            for o, text in zip(outcomes, said, strict=True)
            if not (isinstance(o.result, Found) and not o.result.items)
        ]
        learnt = (
            "So I cannot learn from it."
            if set(aside.get("roles", ())) & {"like", "dislike", "seen"} and not offer
            else ""
        )
        ask = f"Did you mean {listed(offer, 'or')}?" if offer else ""
        invite = (
            "" if others or offer or learnt else "Tell me what you like about it, and I will look for something close."
        )
        bridge = "Going by the words alone:" if others and not offer and "anchor" in aside.get("roles", ()) else ""
        return [*missing, learnt, ask, bridge, *others, invite]

    def _talk(self, aside: Mapping[str, Any]) -> str:
        """Plain conversation; nothing is claimed of any item."""
        intent = aside.get("intent", "help")
        if intent == "which":
            titles = [
                self._phrases.named(self._catalogue.by_id[i])
                for i in aside.get("offer", ())
                if i in self._catalogue.by_id
            ]
            return f"Which one do you mean: {listed(titles, 'or')}?"
        if intent == "beyond":
            return (
                f"The last list had only {aside.get('shown', 0)}, so there is no number {aside.get('n', 0)}."
                f" Which one do you mean?"
            )
        if intent == "not_described":
            return f"Nothing that I have on those shown last speaks of “{plain(str(aside.get('said', '')))}”. Which one do you mean?"
        if intent == "accept" and aside.get("saves"):
            return "I keep no list for later: it stays in this conversation. Say that you like it, and I remember that."
        if intent == "not_asked":
            return f"“{aside.get('what', '')}” is no part of what you asked for, so the list stands as it is."
        return self._talks().get(intent, self._help())

    def _talks(self) -> dict[str, str]:
        return {
            "greeting": f"Hello. {self._help()}",
            "thanks": "You are welcome. Tell me what you thought of it, and the next list will know.",
            "accept": "Good. Tell me what you thought of it, and the next list will know.",
            "seen": "All right. Tell me what you thought of it, and the next list will know.",
            "unseen": "Then it may be one for you. Ask me about it, or say what to look for instead.",
            "remark": "I see. When you want something, tell me what it should be like.",
            "yes": "Gladly. Tell me what you are after: a mood, a subject, a length, or a title that you love.",
            "no": "All right. Tell me what it should be like instead.",
            "out_of_scope": f"That is beyond me: I only know what is in this collection. {self._help()}",
            "lives": of_lives(self._phrases),
            "why": "I have not recommended anything yet. Ask me for something first, and I will say why.",
            "forget": "There is nothing to take back: nothing has been remembered in this conversation.",
            "nothing_shown": "I have not shown you anything yet. Tell me what you are after, and then ask about what you see.",
            "sorts": "I do not sort a list: its order says what speaks most for each. Ask for the oldest, the newest or the shortest of them, or narrow"
            " them down by years or a length.",
            "unclear": f"I am not sure what you mean. {self._help()}",
        }

    def _held(self, kinds: Sequence[tuple[str, int]]) -> str:
        """What is here: "82 books and 69 films", or how many items and the names of the largest kinds."""
        nouns = [self._phrases.plural(value) for value, _ in kinds]
        if all(nouns):
            return listed(
                [
                    f"{count} {noun if count != 1 else plain(value)}"
                    for (value, count), noun in zip(kinds, nouns, strict=True)
                ]
            )
        return f"{len(self._catalogue.items)} items, most of them {listed([plain(value) for value, _ in kinds])}"

    def _help(self) -> str:
        facets = self._catalogue.schema
        kinds = next(iter(self._phrases.lexicon.about("kind")), None)
        held = self._held(kinds.values[:4]) if kinds else f"{len(self._catalogue.items)} items"
        named = [a.name.replace("_", " ") for a in facets.attributes if a.type != "text"][:5]
        by = f" Narrow it down by {listed([plain(n) for n in named], 'or')}, " if named else " "
        return (
            f"I recommend from this collection ({held}) and say why. Describe what you are"
            f" after in your own words.{by}name a title that you love, or ask “why?” about"
            f" anything I show."
        )
