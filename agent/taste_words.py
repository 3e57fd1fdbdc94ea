"""What is known of a person, what was just remembered or taken back, and what that moved. Nothing is said that is not in the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.phrases import Phrases, listed, plain, quote
from tools.taste_card import EntryKind, TasteCard, TasteChanged, TasteEntry
from tools.toolbox import Remembered, RememberKind
from vouch.answers import Move

_SHOWN = 5
_MOVES = 2
_SAID_WORDS = 14
_WORTH_TELLING = 2
"""An item that moved by fewer places is not spoken of."""
_GROUPS: Mapping[EntryKind, str] = {
    "like": "you like {}",
    "dislike": "you do not care for {}",
    "hide": "you do not want to be shown {}",
    "seen": "you know {}",
}
RISES: Mapping[str, str] = {
    "collaborative": "people who share your likes like it",
    "company": "it goes with what you like",
    "alike": "it is like what you like",
    "popular": "many people like it",
    "preferred": "it is what you would rather have",
    "dislikes": "it is no longer near to what you dislike",
    "calibration": "it suits the mix of kinds that you like",
    "free": "it may be shown again",
    "admitted": "it is no longer ruled out",
}
"""Why an item moved up, by the part of the score that moved it."""
FALLS: Mapping[str, str] = {
    "barred": "you ruled it out",
    "lost": "what spoke for it speaks no more",
    "dislikes": "it is near to what you dislike",
    "calibration": "others suit the mix of kinds that you like better",
    "collaborative": "people who share your likes like others more",
    "company": "others go more with what you like",
    "alike": "others are more like what you like",
    "preferred": "it is not what you would rather have",
}


class TasteWords:
    """Words for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def card(self, card: TasteCard) -> str:
        """All that is known, each with its source, and what can be done about it."""
        known = [text for kind in _GROUPS if (text := self._group(kind, card.entries))]
        held = [e for e in card.entries if e.filter is not None]
        if not known and not held:
            return (
                "Nothing yet: you have neither said nor clicked what you like. Name a title"
                " that you love, and I will remember it."
            )
        sentences = [f"This is what I know: {'; '.join(known)}."] if known else []
        sentences += [f"For every list: {listed([self._held(e) for e in held])}."] if held else []
        return " ".join([*sentences, "Say “forget” or “pin” and a title to change one, “undo” to take the last back."])

    def _group(self, kind: EntryKind, entries: Sequence[TasteEntry]) -> str:
        own = [e for e in entries if e.kind == kind]
        if not own:
            return ""
        shown = [f"{plain(e.title)}{self._source(e)}" for e in own[:_SHOWN]]
        if len(own) > _SHOWN:
            shown.append(f"{len(own) - _SHOWN} more")
        return _GROUPS[kind].format(listed(shown))

    def _held(self, entry: TasteEntry) -> str:
        condition = self._phrases.condition(entry.filter) if entry.filter else ""
        return f"{'rather ' if entry.kind == 'prefer' else ''}{condition}{self._source(entry)}"

    def _source(self, entry: TasteEntry) -> str:
        """Where it is from, in brackets: the message in its words, a click, the collection's history."""
        known = {"click": "a click", "file": "the collection’s own history", "message": "said in a message"}
        said = known.get(entry.source) or f"you said {quote(entry.source, _SAID_WORDS)}"
        return f" ({'pinned; ' if entry.pinned else ''}{said})"

    def remembered(self, remembered: Remembered) -> str:
        """What was written down just now."""
        if not remembered.titles:
            return ""
        titles = listed([plain(t) for t in remembered.titles])
        one = len(remembered.titles) == 1
        words: Mapping[RememberKind, str] = {
            "like": f"Noted: you like {titles}",
            "dislike": f"Noted: {titles} {'is' if one else 'are'} not for you.",
            "seen": f"Noted: you know {titles} already.",
            "hide": f"{titles} will not be shown again.",
            "forget": f"Taken back: nothing is remembered of {titles} any more.",
            "pin": f"Pinned: {titles} {'counts' if one else 'count'} twice, and {'stays' if one else 'stay'} if you forget everything.",
            "unpin": f"{titles} {'counts' if one else 'count'} as before.",
        }
        said = words[remembered.kind]
        return said if said.endswith((".", "!", "?")) else said + "."

    def changed(self, changed: TasteChanged) -> str:
        """What was taken back, or holds from now on."""
        conditions = listed([self._phrases.condition(f) for f in changed.conditions])
        words = {
            "undo": f"Taken back: {self._undone(changed)}.",
            "never_break": f"Noted for every list: {conditions}.",
            "prefer": f"Noted for every list: rather {conditions}.",
            "forget": f"Taken back: “{conditions}” holds no more.",
            "forget_all": "Everything that I knew of you is forgotten"
            + (f", but for what is pinned: {listed([plain(t) for t in changed.titles])}." if changed.titles else "."),
            "nothing": f"There is nothing to forget but what is pinned, and that stays: {listed([plain(t) for t in changed.titles])}."
            if changed.titles
            else "There is nothing to take back: nothing of that kind is remembered.",
        }
        return words[changed.kind]

    def _undone(self, changed: TasteChanged) -> str:
        titles = listed([plain(t) for t in changed.titles])
        said = "the last click" if changed.source == "click" else quote(changed.source, _SAID_WORDS)
        return f"{said} ({titles})" if any(plain(t) not in said for t in changed.titles) else said

    def moved(self, moves: Sequence[Move]) -> str:
        """The first moves that have a cause to tell, each item once; "" where there is none."""
        told = {move.item_id: text for move in reversed(moves) if (text := self._move(move))}
        first = [told[i] for i in dict.fromkeys(m.item_id for m in moves) if i in told][:_MOVES]
        return f"With that, {listed(first)}." if first else ""

    def _move(self, move: Move) -> str:
        if move.was is not None and move.now is not None and abs(move.was - move.now) < _WORTH_TELLING:
            return ""
        up = move.now is not None and (move.was is None or move.now < move.was)
        why = (RISES if up else FALLS).get(move.part, "")
        if not why:
            return ""
        because = f" ({why})"
        if move.now is None:
            return f"{plain(move.title)} falls from number {move.was} out of sight{because}"
        if move.was is None:
            return f"{plain(move.title)} comes in at number {move.now}{because}"
        return f"{plain(move.title)} {'rises' if up else 'falls'} from number {move.was} to {move.now}{because}"
