"""What says the same as a plainer message is planned as that one: a table of rewordings, the first that applies counts.

Each takes the message and the ledger and gives the plainer message, or None. None of them reads what the one before it has reworded: the plainer
message is planned from the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agent.ledger import Ledger
from agent.planner.audiences import Audiences
from agent.planner.group_requests import AGAINST, OF_THEM
from agent.planner.slots import SlotReader
from agent.planner.words import KIN, LEAD, Message, read_message, without_ages
from agent.reference_words import SUPERLATIVE_OF

_BEGINS = r"\s*(?:(?:and|but|so|ok|okay|now|also|maybe|hm+)[, ]+)*"
"""What people begin with, in a message that is not folded."""
_HESITATES = re.compile(r"^\s*(?:h+m+|u+m+|u+h+|erm?)\b[\s,.…]*(?=\S)", re.IGNORECASE)
_SO_BAD = re.compile(
    r"\bso bad(?: that)?,? (?:it|they)(?:['’]?s|['’]?re| is| are) (?:actually |almost )?(?:good|great|funny|brilliant)\b",
    re.IGNORECASE,
)
_LITTLE_ONE = re.compile(
    r"\b(?:the|our|my) (?:little|younger|older|big) ones?"
    r"(?= (?:loves?|likes?|hates?|enjoys?|prefers?|wants?|gets?|do(?:es)?n['’]?t|can['’]?t|is (?:scared|afraid|frightened))\b)",
    re.IGNORECASE,
)
_ROMCOM = re.compile(r"\brom[- ]?com(?P<many>s?)\b", re.IGNORECASE)
_TELL = re.compile(
    r"\btell me (?:something|anything|everything|a (?:bit|little|lot)|all)(?: more)? (?=about\b)", re.IGNORECASE
)
_WHY_THEY = re.compile(
    r"\s*why (?:would|should|might|will) (?:i|she|he|they|we|(?:my|our) \w+) (?:like|love|enjoy|want) (?P<what>.+)",
    re.IGNORECASE,
)
_LIKES_IT = re.compile(
    rf"{_BEGINS}(?:(?:will|would|might|could|can|is|are|am|do you think) (?:i|she|he|they|we|(?:my|our) {KIN})"
    r"(?: (?:would|will|might|going to|likely to|to))*) (?:like|love|enjoy|be pleased with) (?P<what>.+?)\s*\?",
    re.IGNORECASE,
)
_IS_THERE_FOR = re.compile(
    rf"{_BEGINS}(?:is|are) there (?P<what>.+?) (?:that |which )?(?:(?:he|she|they)['’]?d|(?:he|she|they|(?:my|our) {KIN})"
    r" (?:would|might|could|will)) (?:like|love|enjoy)(?P<more> more| better| instead)?\s*\?*",
    re.IGNORECASE,
)
_SOUNDS_LIKE = re.compile(
    r"\bwhat (?:does|do|did|would) (?P<it>it|this|that|they|these|those|the \w+(?: one)?) (?:sound|look|feel|taste|read) like(?=\s*(?:$|[?.!,]))",
    re.IGNORECASE,
)
_NO_BUT = re.compile(r"\s*(?:no|nah|nope)[,.!]+\s+(?P<rest>(?:something|anything|an?|more|less)\b.+)", re.IGNORECASE)
_NOT_LONGER = re.compile(
    r"\b(?:not|no|nothing) (?P<more>longer|shorter|older|newer) than (?P<it>it|this|that)\b", re.IGNORECASE
)
_OTHER_WAY = {"longer": "shorter", "shorter": "longer", "older": "newer", "newer": "older"}
_NEXT_BEST = re.compile(r"\bthe (?:next|second) best(?: one)?(?=\s*(?:$|[?.!,]))", re.IGNORECASE)
_THERE_WITH_IT = re.compile(
    rf"{_BEGINS}(?:is|are) there (?P<what>(?:an? |any |some )?\w+) (?:with|to|for) (?:it|this|that)\s*[?.!]*",
    re.IGNORECASE,
)
_SO = re.compile(
    r"\s*(?:he|she|they|(?:my|our) \w+)(?:['’]\w+| (?:is|are|has|have|will|does|do))\b[^,?]+, so (?P<rest>[^?]+?)\s*",
    re.IGNORECASE,
)
_SHORT_QUESTION = re.compile(
    r"\s*(?:in (?:colou?r|black and white|3d|(?:an)?other language|[A-Z][a-z]+(?:ish|ese|ch|an))|too \w+(?: for [^?]+)?)\s*\?",
    re.IGNORECASE,
)
_TAKES_MOST = re.compile(
    rf"^{LEAD}(?:(?:ill|i will|id like to|lets|let us) )?"
    r"(?:take|have|choose|pick|buy|go (?:with|for)|watch|read|play|hear|try|start with) "
    rf"the (?P<word>{'|'.join(SUPERLATIVE_OF)}|{'|'.join(SUPERLATIVE_OF.values())})(?: (?:one|film|movie|book|piece))?"
    r"(?: of (?:these|those|them|the two))?(?: (?:then|please|thanks|thank you))?$"
)
"""“I'll take the shorter one” chooses among those shown; “the shorter one” alone asks for shorter ones."""
_BARE_MOST = re.compile(
    rf"^{LEAD}(?:the )?(?P<most>shortest|longest|oldest|newest|cheapest|priciest)(?: one)?(?: of (?P<these>these|those|them)\b|$)"
)
_BUT_NOW = re.compile(
    r"\s*(?:i|we) (?:\w+ )?(?:love|like|enjoy|prefer|watch|read)\b[^.!?]*?,? but (?=(?:for )?(?:tonight|today|now|this time|once)\b)(?P<rest>.+)",
    re.IGNORECASE,
)
"""“I usually love comedies, but tonight something serious”: what is usual is not what is asked for."""
_ANY_OF_THESE = re.compile(rf"{LEAD}(?:is|are|does|do) any (?:one )?of (?:these|those|them) (?P<what>.+)")
_GOES_WITH = re.compile(
    rf"{_BEGINS}(?P<what>[^?]+?)"
    r" (?:to (?:go|match|wear)|that go(?:es)?|which go(?:es)?) with (?:it|that|this|these|them)\s*[?.!]*\s*",
    re.IGNORECASE,
)
_SIMILAR_TO = re.compile(rf"^{LEAD}what(?:s| is) (?:(?:it|that|this) similar to|similar to (?:it|that|this))$")
_LIKERS = re.compile(
    rf"^{LEAD}what (?:else )?(?:do|did) (?:other )?(?:people|others|those|members|fans) (?:who|that) (?:also )?(?:like|love|enjoy)[ds]*"
    r" (?P<what>.+?) (?:also |too )?(?:like|love|enjoy|watch|read)(?: too| best| most)?$"
)
_SAME_MOOD = re.compile(
    rf"{_BEGINS}(?P<what>(?:an? )?\w+) (?:in|with|of) (?:the same|that|this|its) "
    r"(?:mood|vein|style|spirit|feel|feeling|atmosphere)(?P<rest>\b.*)",
    re.IGNORECASE,
)
_WHAT_IF = re.compile(
    r"\b(?:and )?what if (?:i|we|you) (?:drop|forget|ignore|skip|leave out|left out|dropped|forgot) (?P<what>[^?]+?)\s*\??\s*$",
    re.IGNORECASE,
)


_ASKED_KIND = re.compile(
    r"(?:^|.*[.!?,] )(?:so |and |or )?(?:(?:do|would|are) )?(?<!did )(?:you|u) (?:\w+ ){0,2}?(?:like|enjoy|love|prefer|want|into|fan of|fond of"
    r"|interested in|in the mood for)(?: watching| to watch)? (?P<what>[^?]+)\?[^?]*",
    re.IGNORECASE,
)
_YES_TO_IT = re.compile(
    r"(?:(?:oh|ooh|hell|yes|yeah|yea|yep|yup|sure|definitely|absolutely|totally|of course|very much|both|all|i do|we do|i am|i love (?:them|those|it)"
    r"|(?:they|those|both|it) (?:are|is)(?: all)? (?:good|great|fine|my favou?rites?|my favou?rite))(?: |$))+"
)
_RATHER = re.compile(
    r"\b(?:rather|preferably|more of) (?P<this>(?:an? |some )?\w+) than (?:an? |some )?\w+(?=\s*(?:$|[,.;!?]))",
    re.IGNORECASE,
)
_FINE_BUT = re.compile(
    r"^\s*(?:(?:yes|ok|okay|well|sure)[, ]+)?(?:\w+ ){1,3}?(?:is|are)(?: \w+ly)? (?:fine|ok|okay|alright|all right)(?: (?:too|with me|by me))?"
    r"\s*[,;]? but (?=\w)",
    re.IGNORECASE,
)
_HEARD_SAY = re.compile(
    r"^\s*(?:(?:but|and|so|hm+|well)[, ]+)*(?:(?:i|we)(?:['’]ve| have)? (?:heard|read)|(?:people|they|everyone|my \w+) (?:says?|told me|said|thinks?))"
    r"(?: that)? (?P<what>.+?) (?P<is>is|are|was|were) (?P<how>[\w -]+?)\s*"
    r"(?:[,.]\s*(?:is|are|was|were|isn['’]?t|wasn['’]?t) (?:it|they|that|this)(?: (?:true|really|so|right))?"
    r"|[,.]\s*(?:is that )?(?:true|right|really))\s*\?\s*$",
    re.IGNORECASE,
)
_KEEPS_FOR_THEM = re.compile(
    rf"^\s*(?:and |please |also )*(?:remember|note|keep in mind|bear in mind|don['’]?t forget)(?: that)? (?=(?:he|she|they|(?:my|our) {KIN})\b)",
    re.IGNORECASE,
)
_DATED = re.compile(
    rf"^{LEAD}which (?:one )?(?:of (?:these|those|them) )?(?:was|is|came|got) (?:(?:written|made|composed|painted|released|published|out|shot) )?"
    r"(?P<end>first|last)$"
)
_THIS_CENTURY = re.compile(r"\b(?:from|of|in) (?:this|our) century\b", re.IGNORECASE)
_INTO = re.compile(r"\bI(?:['’]m| am) (?:more|rather|mostly|really|also|only|just|all) (?:in)?to (?=\w)", re.IGNORECASE)


def plainly(raw: str) -> str:
    """The message without what delays it, with a child's age or “the little one” as a word for it, “rom-com” spelt out and “so bad it's good” as one word.

    >>> plainly("hmm, tell me something about Faust")
    'tell me about Faust'
    """
    return _ROMCOM.sub(
        lambda said: "romantic comed" + ("ies" if said["many"] else "y"),
        _SO_BAD.sub("trashy", _LITTLE_ONE.sub("my kid", _TELL.sub("tell me ", _HESITATES.sub("", without_ages(raw))))),
    )


@dataclass(frozen=True)
class Rewordings:
    """Rewords messages about one catalogue."""

    reader: SlotReader
    audiences: Audiences

    def of(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """The plainer message; None where none is known."""
        table: tuple[Callable[[str, Message, Ledger], str | None], ...] = (
            _most_of_these,
            self._any_of_these,
            _goes_with,
            _similar_to,
            _likers,
            _same_mood,
            _short_question,
            _why_somebody,
            self._likes_it,
            _sounds_like,
            self._there_with_it,
            _no_but,
            _not_longer,
            _next_best,
            self._so,
            _is_there_for,
            _this_century,
            _into,
            _but_now,
            _rather,
            _fine_but,
            _heard_say,
            _of_theirs,
            _what_if,
            self._of_somebody,
            self._yes_to_kind,
        )
        return next((said for reword in table if (said := reword(raw, message, ledger)) is not None), None)

    def _of_somebody(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """Behind a list for oneself: “he hates music” -> “no music”; “she prefers comedies” -> “preferably comedies”; “my wife loves Faust” asks what she
        would like."""
        told = OF_THEM.fullmatch(raw) if ledger.standing is not None else None
        if told is None or self.audiences.each_tells(message, ledger) or self.audiences.meant(message, ledger):
            return None
        against = bool(AGAINST.match(told["verb"]))
        what = read_message(told["what"])
        titles = self.reader.mentions(what)
        only_titles = sum(m.end - m.start for m in titles if not m.close) == len(what.words)
        if not against and re.search(rf"\b(?:my|our) {KIN}\b", message.folded):
            return f"{raw.rstrip(' .!')}, what would they like?"
        if not against and only_titles:
            return None
        return f"{'no' if against else 'preferably'} {told['what']}"

    def _likes_it(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """“Would she like Emma?” -> “Why Emma?”; of what is not here: “Do you have Emma?”."""
        found = _LIKES_IT.fullmatch(raw)
        if found is None:
            return None
        named = self.reader.mentions(read_message(found["what"]), familiar=frozenset(ledger.shown))
        pointed = re.match(r"(?:it|this|that|them|these|the \w+(?: one)?)$", found["what"], re.IGNORECASE)
        if pointed or any(m.item_ids and not m.close for m in named):
            return f"Why {found['what']}?" if ledger.in_focus is not None or named else None
        return f"Do you have {found['what']}?" if found["what"][:1].isupper() else None

    def _there_with_it(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """“Is there a film with it?” -> “a film like it”."""
        found = _THERE_WITH_IT.fullmatch(raw) if ledger.in_focus is not None else None
        kinds = {a.name for a in self.reader.lexicon.about("kind")}
        said = self.reader.read(found["what"]).filters if found else ()
        return f"{found['what']} like it" if found and said and all(c.attribute in kinds for c in said) else None

    def _so(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """“She's blind, so music” -> “music”."""
        found = _SO.fullmatch(raw) if ledger.standing is not None else None
        slots = self.reader.read(found["rest"]) if found else None
        return found["rest"] if found and slots and (slots.filters or slots.prefer or slots.changes) else None

    def _any_of_these(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """“Is any of those shorter than an hour?” -> “only shorter than an hour”."""
        asked = _ANY_OF_THESE.fullmatch(message.folded) if ledger.listed else None
        return f"only {asked['what']}" if asked and self.reader.read(asked["what"]).filters else None

    def _yes_to_kind(self, raw: str, message: Message, ledger: Ledger) -> str | None:
        """“Yes, both are good” where it was asked “Do you like comedies and thrillers?” -> “comedies and thrillers, please”."""
        asked = _ASKED_KIND.fullmatch(ledger.last.text) if ledger.last is not None else None
        if asked is None or not _YES_TO_IT.fullmatch(message.folded):
            return None
        said = f"{asked['what'].strip()}, please"
        slots = self.reader.read(said)
        return said if (slots.filters or slots.prefer) and not slots.mentions else None


def _most_of_these(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“The shortest?”, “I'll take the shorter one” -> “Which one is the shortest?”."""
    if not ledger.listed:
        return None
    if dated := _DATED.match(message.folded):
        return f"Which one is the {'oldest' if dated['end'] == 'first' else 'newest'}?"
    if takes := _TAKES_MOST.match(message.folded):
        return f"Which one is the {SUPERLATIVE_OF.get(takes['word'], takes['word'])}?"
    bare = _BARE_MOST.match(message.folded)
    asks = bare is not None and (bare["these"] or "?" in message.ending)
    return f"Which one is the {bare['most']}?" if bare is not None and asks else None


def _goes_with(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“And music to go with it?” -> “music like it”."""
    found = _GOES_WITH.fullmatch(raw)
    return f"{found['what']} like it" if found else None


def _similar_to(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“What's it similar to?” -> “something similar to it”."""
    asked = ledger.in_focus is not None and _SIMILAR_TO.match(message.folded)
    return "something similar to it" if asked else None


def _same_mood(raw: str, message: Message, ledger: Ledger) -> str | None:
    """Behind what was told of one item, or of its maker: “something in the same mood but a film” -> “something similar to it but a film”."""
    last = ledger.last
    told = last is not None and (last.about or last.aside.get("of_same")) and ledger.in_focus is not None
    found = _SAME_MOOD.fullmatch(raw) if told else None
    return f"{found['what']} similar to it{found['rest']}" if found else None


def _likers(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“What else do people who like it like?” -> “something similar to it”."""
    asked = _LIKERS.match(message.folded)
    return f"something similar to {_as_said(message, asked['what'])}" if asked else None


def _as_said(message: Message, folded: str) -> str:
    """The words of a message that these are, with their capitals."""
    start = len(message.folded[: message.folded.index(folded)].split())
    return message.text(start, start + len(folded.split()))


def _short_question(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“In colour?”, “too scary for a child?” -> “Is it in colour?”."""
    return f"Is it {raw}" if ledger.in_focus is not None and _SHORT_QUESTION.match(raw) else None


def _why_somebody(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Why would my dad like the second?” -> “Why the second”."""
    found = _WHY_THEY.match(raw)
    return f"Why {found['what']}" if found else None


def _no_but(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“No, something more serious” behind a list -> “something more serious”."""
    found = _NO_BUT.fullmatch(raw) if ledger.listed else None
    return found["rest"] if found else None


def _not_longer(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Not longer than that” -> “shorter than that”."""
    found = _NOT_LONGER.search(raw) if ledger.standing is not None else None
    return raw.replace(found[0], f"{_OTHER_WAY[found['more'].lower()]} than {found['it']}") if found else None


def _next_best(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“And the next best?” behind a list -> “And the second one?”."""
    said = _NEXT_BEST.sub("the second one", raw) if ledger.listed else raw
    return said if said != raw else None


def _sounds_like(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“The second one, what does it sound like?” -> “The second one, tell me about it?”: it asks for nothing like it."""
    said = _SOUNDS_LIKE.sub(r"tell me about \g<it>", raw)
    return said if said != raw else None


def _is_there_for(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Is there a book he'd like?” -> “a book, please”: for whom the list is stands."""
    found = _IS_THERE_FOR.fullmatch(raw) if ledger.standing is not None else None
    return f"{found['what']}{' else' if found['more'] else ''}, please" if found else None


def _but_now(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“I love comedies, but tonight something serious” -> “tonight something serious”."""
    found = _BUT_NOW.fullmatch(raw)
    return found["rest"] if found else None


def _this_century(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Something from this century” -> “something from 2000 on”."""
    said = _THIS_CENTURY.sub("from 2000 on", raw)
    return said if said != raw else None


def _into(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“She likes romances, I'm more into thrillers” behind a list for both -> “…, I prefer thrillers”."""
    together = ledger.standing is not None and ledger.standing.name == "recommend_together"
    said = _INTO.sub("I prefer ", raw) if together else raw
    return said if said != raw else None


def _rather(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Rather a book than a film” -> “a book”."""
    said = _RATHER.sub(r"\g<this>", raw)
    return said if said != raw else None


def _fine_but(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Old ones are fine, but no Chaplin” -> “no Chaplin”: what is fine was not asked for."""
    said = _FINE_BUT.sub("", raw)
    return said if said != raw else None


def _heard_say(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“I heard that Vertigo is boring, is it?” -> “is Vertigo boring?”."""
    found = _HEARD_SAY.match(raw)
    return f"{found['is']} {found['what']} {found['how']}?" if found else None


def _of_theirs(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Remember that she loves the violin” -> “she loves the violin”."""
    said = _KEEPS_FOR_THEM.sub("", raw)
    return said if said != raw else None


def _what_if(raw: str, message: Message, ledger: Ledger) -> str | None:
    """“Only two? What if I drop the year?” -> “forget the year”."""
    found = _WHAT_IF.search(raw) if ledger.standing is not None else None
    return f"forget {found['what']}" if found else None
