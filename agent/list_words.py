"""A list of recommendations in sentences: what was understood, the first items with their best reason, the rest by title, what was not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.funnel_words import FunnelWords
from agent.group_words import GroupWords
from agent.media_words import MediaWords
from agent.phrases import Phrases, asked_of, cited, listed, plain, speaks_of, the, title_of
from agent.planner.conditions import RULES_OUT
from agent.planner.lexicon import Topic, plain_name
from retrieval.filters import admitted
from retrieval.groups import for_somebody_else
from tools.render import people_text
from vouch.types import CitedPassage, ForPerson, LikedItem, MetFilter, Note, Popularity, Reason, RecList, Recommendation

_SUPERLATIVES: Mapping[Topic, tuple[str, str]] = {
    "price": ("cheapest", "dearest"),
    "minutes": ("shortest", "longest"),
    "pages": ("shortest", "longest"),
    "year": ("oldest", "newest"),
}
FIRST = 3
"""So many items are given with a reason."""


@dataclass(frozen=True, kw_only=True)
class ListParts:
    """An answer in parts. `items`: each of the first items' item_id with its sentence; `opening` says all where there are none."""

    opening: str
    items: tuple[tuple[str, str], ...] = ()
    closing: str = ""


class ListWords:
    """Words lists for one catalogue; the same list in the same turn is always worded the same."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._funnel = FunnelWords(phrases)
        self._groups = GroupWords(phrases)
        self._media = MediaWords(phrases)

    def word(self, rec_list: RecList, *, aside: Mapping[str, Any], turn: int) -> str:
        """The answer to a request for recommendations."""
        parts = self.parts(rec_list, aside=aside, turn=turn)
        return " ".join(s for s in (parts.opening, *(said for _, said in parts.items), parts.closing) if s)

    def parts(self, rec_list: RecList, *, aside: Mapping[str, Any], turn: int) -> ListParts:
        """The same answer in parts, for whoever says something else of the first items."""
        if not rec_list.recommendations:
            return ListParts(opening=self.nothing(rec_list))
        narrowed = [self._funnel.told(rec_list)] if aside.get("funnel") else []
        unfit = [self._note(note, rec_list) for note in rec_list.notes if note.kind == "not_filterable"]
        used: set[str] = set()
        items = []
        for place, recommendation in enumerate(rec_list.recommendations[:FIRST]):
            lead = ("", ("Then ", "Next ", "After it ")[turn % 3], ("And ", "Third ", "Also ")[turn % 3])[place]
            said = lead + self._sentence(recommendation, rec_list, aside, used=used)
            items.append((recommendation.item.item_id, said))
        rest = [title_of(r.item) for r in rec_list.recommendations[FIRST:] if not r.wildcard]
        others = _ended(f"{('Also', 'Further', 'And then')[turn % 3]}: {listed(rest)}") if rest else ""
        return ListParts(
            opening=_joined(
                [
                    of_lives(self._phrases) if aside.get("intent") == "lives" else "",
                    self._groups.opening(rec_list),
                    self._media.opening(rec_list.query),
                    *narrowed,
                    self._opening(rec_list, aside, turn),
                    *unfit,
                ]
            ),
            items=tuple(items),
            closing=_joined(
                [others, self._wildcard(rec_list, aside), self._most(rec_list, aside), *self._closing(rec_list, aside)]
            ),
        )

    def _wildcard(self, rec_list: RecList, aside: Mapping[str, Any]) -> str:
        """The wildcard behind the first items, called that."""
        wild = next((r for r in rec_list.recommendations[FIRST:] if r.wildcard), None)
        if wild is None:
            return ""
        return f"And a wildcard, taken in because it is unlike the rest: {self._sentence(wild, rec_list, aside, used=set())}"

    def _most(self, rec_list: RecList, aside: Mapping[str, Any]) -> str:
        """Which item a superlative means, where it is among those shown; the list itself is in no such order."""
        most = aside.get("most") or {}
        item = next((r.item for r in rec_list.recommendations if r.item.item_id == most.get("item")), None)
        if item is None or most["attribute"] not in item.attributes:
            return ""
        topic = self._phrases.topic(most["attribute"])
        least, greatest = _SUPERLATIVES.get(topic, ("", ""))
        word = least if most["op"] == "<=" else greatest
        value = self._phrases.number(most["attribute"], item.attributes[most["attribute"]])
        whose = f" whose title says “{plain(most['said'])}”" if most["said"] else ""
        return (
            f"The {word}{whose} is {title_of(item)}, at {value}."
            if word and topic == "price"
            else (f"The {word}{whose} is {title_of(item)} ({value})." if word else "")
        )

    def nothing(self, rec_list: RecList) -> str:
        """The answer where nothing is left: why, and the smallest changes that would help."""
        sentences = []
        for note in rec_list.notes:
            if note.kind == "over_constrained" and rec_list.query.filters:
                sentences.append(f"I have no {self._phrases.understood(rec_list.query.filters)}.")
                sentences.append(self._funnel.told(rec_list))
            elif note.kind == "all_seen":
                sentences.append(self._all_met(rec_list))
            else:
                sentences.append(plain(note.text))
            sentences.append(self._funnel.changes(note.relaxations))
        return " ".join(s for s in sentences if s) or "I have nothing that fits that."

    def _all_met(self, rec_list: RecList) -> str:
        """All that fits has been met or shown."""
        steps = [step for step in rec_list.funnel if step.filter is None]
        count = steps[0].before if steps else 0
        things = (
            self._phrases.understood(rec_list.query.filters) if rec_list.query.filters else f"{self._phrases.noun} here"
        )
        if count == 1:
            return f"That was the only one ({things}), and you have met it or been shown it."
        return f"That was all: you have met or been shown every one of the {count} {things}."

    def _opening(self, rec_list: RecList, aside: Mapping[str, Any], turn: int) -> str:
        query, found = rec_list.query, rec_list.recommendations
        unmet = query.media or any(note.kind == "not_filterable" for note in rec_list.notes)
        text = "" if unmet else plain(query.text)
        if query.like_item is not None and query.like_item in self._phrases.catalogue.by_id:
            anchor = title_of(self._phrases.catalogue.by_id[query.like_item])
            conditions = f", among {self._phrases.understood(query.filters)}" if query.filters else ""
            wish = f", with “{text}” in mind" if text else ""
            return f"{('Close to', 'In the neighbourhood of', 'Nearest to')[turn % 3]} {anchor}{wish}{conditions}:"
        if query.filters:
            return self._filtered(rec_list, text, turn)
        if text:
            return (
                f"{('Here is what comes closest to', 'I would look at these for', 'These speak most of')[turn % 3]}"
                f" “{text}”."
            )
        if query.text or len(query.tastes) > 1:
            return ""
        named = [
            title_of(self._phrases.catalogue.by_id[i])
            for i in aside.get("named", ())
            if i in self._phrases.catalogue.by_id
        ]
        if named:
            return f"In the vein of {listed(named)}:"
        if query.exclude and not query.prefer:
            return ("Something else, then.", "Then these.", "Others, then.")[turn % 3]
        if any(taste.liked for taste in query.tastes) or any(
            isinstance(reason, LikedItem) for r in found for reason in r.reasons
        ):
            if self._groups.of_somebody_else(rec_list):
                return ""
            return ("Going by what you like:", "From what you have told me so far:", "With your taste in mind:")[
                turn % 3
            ]
        return (
            f"{('Gladly.', 'With pleasure.', 'Let us see.')[turn % 3]} I do not know your taste yet, so here is {self._liked(rec_list)}."
            if not query.prefer
            else "Here is what I would look at."
        )

    def _filtered(self, rec_list: RecList, text: str, turn: int) -> str:
        """How many fit the conditions, and what the order goes by."""
        steps = [step for step in rec_list.funnel if step.filter is not None]
        total = steps[0].before if steps else len(rec_list.recommendations)
        count = steps[-1].after if steps else len(rec_list.recommendations)
        understood = self._phrases.understood(rec_list.query.filters, noun=False)
        met = next((s.before - s.after for s in rec_list.funnel if s.filter is None and s.label.startswith("seen")), 0)
        whose = "they have" if self._groups.of_somebody_else(rec_list) else "you have"
        who = "one of you has" if len(rec_list.query.tastes) > 1 else whose
        left_out = f"; I leave out {met} that {who} met" if met and count > met else ""
        order = (
            (f"These come closest to “{text}”.", f"Nearest to “{text}”:", f"For “{text}” I would look at these.")[
                turn % 3
            ]
            if text
            else ""
        )
        if count == 1:
            only = self._phrases.are(rec_list.query.filters, 1)
            fits = f"fits ({understood})" if only.startswith("is one of") else only
            return f"Only one of the {total} {self._phrases.noun} here {fits}{left_out}."
        are = self._phrases.are(rec_list.query.filters, count)
        return f"{count} of the {total} {self._phrases.noun} here {are}{left_out}. {order}".strip()

    def _sentence(
        self,
        recommendation: Recommendation,
        rec_list: RecList,
        aside: Mapping[str, Any],
        *,
        used: set[str],
    ) -> str:
        named = self._phrases.named(recommendation.item)
        said = next(
            (
                s
                for r in self._telling(recommendation, rec_list)
                if (s := self._reason(r, recommendation, rec_list, aside))
                and (s not in used or isinstance(r, MetFilter))
            ),
            "",
        )
        used.add(said)
        people = self._groups.reasons(recommendation)
        if for_somebody_else(rec_list.query):  # once is enough, and what they asked with says more
            people = "" if people in used or (said and rec_list.query.text) else people
            used.add(people)
        listed_first = recommendation in rec_list.recommendations[:FIRST]
        wild = " (a wildcard, unlike the rest)" if recommendation.wildcard and listed_first else ""
        return _ended(f"{named}{wild}{people or said}")

    def _telling(self, recommendation: Recommendation, rec_list: RecList) -> list[Reason]:
        """The reasons that say something, strongest first: not the mere listing of a title, not the item that was asked for, not a filter."""
        wanted, asked = set(rec_list.query.prefer), asked_of(rec_list.query)
        return [
            r
            for r in recommendation.reasons
            if not (isinstance(r, MetFilter) and r.filter not in wanted)
            and not (isinstance(r, CitedPassage) and not _worth_quoting(r, asked))
            and not (isinstance(r, LikedItem) and r.item_id == rec_list.query.like_item)
        ]

    def _reason(
        self, reason: Reason, recommendation: Recommendation, rec_list: RecList, aside: Mapping[str, Any]
    ) -> str:
        match reason:
            case CitedPassage():
                if reason.passage.channel in {"description", "review"}:
                    return f": {cited(reason)}"
                return f": {self._phrases.told(reason, rec_list.query.text)}"
            case LikedItem():
                liked = [
                    r
                    for r in recommendation.reasons
                    if isinstance(r, LikedItem) and r.share > 0.1 and r.item_id != rec_list.query.like_item
                ]
                named = listed([plain(r.title) for r in liked[:2]])
                if set(aside.get("named", ())) & {r.item_id for r in liked}:
                    return f", close to {named}" if rec_list.query.text or rec_list.query.filters else ""
                return f", because you like {named}" if liked else ""
            case MetFilter():
                met = self._phrases.met(reason)
                if self._phrases.topic(reason.filter.attribute) == "country":
                    return f", from {the(met)}" if met else ""
                if self._phrases.topic(reason.filter.attribute) in {"year", "people"}:
                    return ""  # both stand behind the title
                if self._phrases.topic(reason.filter.attribute) == "price":
                    return f", at {met}" if met else ""
                if reason.filter.op in {"any_of", "all_of"}:
                    return f", listed as {self._all_met_by(recommendation, rec_list)}" if met else ""
                return f", {met}" if met else ""
            case ForPerson():
                return ""
            case Popularity():
                return f", liked by {people_text(reason)}" if reason.people else ""

    def _all_met_by(self, recommendation: Recommendation, rec_list: RecList) -> str:
        """All wished values that an item has, of whichever attribute."""
        met = [
            value
            for r in recommendation.reasons
            if isinstance(r, MetFilter) and r.filter in rec_list.query.prefer and r.filter.op in {"any_of", "all_of"}
            for value in (r.value if isinstance(r.value, tuple) else (str(r.value),))
            if isinstance(r.filter.value, tuple) and value in r.filter.value
        ]
        return listed([plain(value) for value in dict.fromkeys(met)])

    def _closing(self, rec_list: RecList, aside: Mapping[str, Any]) -> list[str]:
        told = []
        if rec_list.query.avoid:
            told.append(
                f"What speaks of {listed([f'“{plain(word)}”' for word in rec_list.query.avoid], 'or')} I put last."
            )
        if aside.get("unknown"):
            told.append(unknown_words(aside["unknown"]))
        if aside.get("titles_only") and rec_list.query.text:
            told.append(
                f"Nothing describes what is here, so I could look for “{plain(rec_list.query.text)}” in titles alone."
            )
        if aside.get("nothing_to_compare"):
            told.append("You have not been shown anything yet to compare with, so I could not go by that.")
        told += [
            self._note(note, rec_list)
            for note in rec_list.notes
            if note.kind not in {"no_history", "changed", "not_filterable"}
        ]
        told += self._outweighed(rec_list)
        query = rec_list.query
        asked = query.text or query.filters or query.exclude or aside.get("named")
        if not asked and any(note.kind == "no_history" for note in rec_list.notes):
            who = "they" if self._groups.of_somebody_else(rec_list) else "you"
            told.append(f"Name a title or two that {who} love, and I can do better.")
        return told

    def _outweighed(self, rec_list: RecList) -> list[str]:
        """Of a list for somebody else: what they would rather have and nothing shown is, because the words asked with led."""
        query = rec_list.query
        if not (for_somebody_else(query) and query.text) or any(note.kind == "preferred" for note in rec_list.notes):
            return []
        shown = {r.item.item_id for r in rec_list.recommendations}
        wishes = [f for f in query.prefer if f.op not in RULES_OUT]
        unmet = [self._phrases.condition(f) for f in wishes if not shown & admitted(self._phrases.catalogue, (f,))]
        return (
            [f"None of these is {listed(unmet, 'or')}: what speaks of “{plain(query.text)}” comes first."]
            if unmet
            else []
        )

    def _note(self, note: Note, rec_list: RecList) -> str:
        if note.kind == "preferred" and note.wishes:
            here = {name for r in rec_list.recommendations for name in r.item.attributes}
            known = [f for f in note.wishes if f.attribute in here or not here]
            wished = list(dict.fromkeys(self._phrases.condition(f) for f in known))
            if not wished:
                lacking = dict.fromkeys(f"“{plain_name(f.attribute)}”" for f in note.wishes)
                return f"{listed([*lacking], 'or')} is not recorded for what is left, so I could not go by that."
            return f"None of what is left is {listed(wished, 'or')}, so I could not favour that."
        if note.kind == "not_filterable" and rec_list.query.text and self._wishes_met(rec_list):
            return (
                f"No text here says “{plain(rec_list.query.text)}”, so I went by what is listed"
                f" as {listed(self._wishes_met(rec_list), 'or')}."
            )
        return plain(note.text).replace("what most people here like", "what is liked most here")

    def _liked(self, rec_list: RecList) -> str:
        """Whose liking is counted where nothing else is known: invented members are called that."""
        told = [r for one in rec_list.recommendations for r in one.reasons if isinstance(r, Popularity) and r.people]
        if not told:
            return "a handful to begin with"
        return f"what the {'simulated members' if told[0].simulated else 'people'} here like best"

    def _wishes_met(self, rec_list: RecList) -> list[str]:
        """The preferred values that some of the shown items have."""
        met = [
            r
            for one in rec_list.recommendations
            for r in one.reasons
            if isinstance(r, MetFilter) and r.filter in rec_list.query.prefer
        ]
        values = [
            v
            for r in met
            for v in (r.value if isinstance(r.value, tuple) else (r.value,))
            if isinstance(r.filter.value, tuple) and v in r.filter.value
        ]
        return [plain(str(v)) for v in dict.fromkeys(values)][:4]


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _worth_quoting(reason: CitedPassage, text: str) -> bool:
    return reason.passage.channel != "title" and (not text or speaks_of(reason, text))


def _ended(sentence: str) -> str:
    """The sentence with its full stop, unless it has one."""
    return sentence if sentence.endswith((".", "!", "?", ".”", "!”", "?”", "…”")) else sentence + "."


def of_lives(phrases: Phrases) -> str:
    """What is known of whoever made something."""
    return f"Nothing of people’s lives is recorded here{', only what they made' if phrases.lexicon.about('people') else ''}."


def unknown_words(unknown: Sequence[str]) -> str:
    """What was asked for and is not recorded here."""
    return (
        f"The {listed([plain(word) for word in unknown], 'or')} is not recorded in this"
        f" collection, so I could not go by it."
    )
