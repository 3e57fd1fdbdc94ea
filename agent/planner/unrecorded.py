"""What people ask by and a catalogue may not record: who plays in it, which studio made it, the age that it is for, the maker's gender.

It is noted as unknown, so that the reply says so; a name stays in the query's text, for a description may hold it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from agent.planner.conditions import Condition, Reading
from agent.planner.lexicon import Lexicon, plain_name
from agent.planner.words import word_set

_BY_SEX = re.compile(
    r"(?:made |written |directed |composed )?by (?:an? |some )?(?:female|male|woman|women|man|men)(?: \w+(?:ers?|ors?|ists?))?(?= |$)"
    r"|(?:female|male|women) (?:authors?|writers?|directors?|composers?|artists?|filmmakers?|painters?|poets?|novelists?)(?= |$)"
)
FOR_ADULTS = re.compile(
    r"(?:that is |thats )?(?:only |just )?for (?:an? |us |the )?(?:adults?|grown ups?|grownups?|mature audiences?)(?: only)?(?= |$)"
)
"""“For grown-ups”: nothing for children, where the catalogue tells that."""
_IN_LANGUAGE = re.compile(
    r"(?:not |only |but )*(?:in|dubbed in|with) (?:english|french|german|spanish|italian|japanese|russian|chinese|korean|danish|swedish"
    r"|portuguese|another language|a foreign language)(?: subtitles?)?(?= |$)"
)
_SUBTITLED = word_set("subtitles subtitle subtitled")
_WITH_SUBTITLES = re.compile(r"(?:(?:with|without|has|have|got) (?:any |the )?)?(?:subtitles|subtitled)(?= |$)")
_PLAYED = re.compile(
    r"(?P<cue>starring|featuring|stars|played by|acted by|with the act(?:or|ress)|with) (?P<first>\w+) (?P<last>\w+)(?= |$)"
)
_MADE_BY = re.compile(
    r"(?P<by>(?:anything|something|films?|movies?|books?|ones?|works?|stuff|more|novels?|songs?|music)"
    r" (?:made |directed |written |painted |composed )?by) (?P<name>(?!the\b|an?\b)\w+(?: \w+)?)(?= |$)"
)
"""Who made it, where the catalogue does not tell."""
CAST = word_set("star stars starring cast actor actors actress actresses performer performers")
_STUDIO = word_set("studio studios production company distributor network label publisher producer")
_STUDIOS = re.compile(
    r"(?:(?:by|from) )?(?P<name>paramount|universal|warner(?: bros| brothers)?|mgm|disney|pixar|dreamworks|rko|columbia pictures|ufa"
    r"|(?:studio )?ghibli|a24|netflix|hbo|lionsgate|miramax|hammer|marvel|(?:20 th|twentieth) century fox)(?: studios?| pictures)?(?= |$)"
)


@dataclass(frozen=True)
class UnrecordedReader:
    """Reads them against one catalogue. `told`: the folded words of its descriptions and titles."""

    lexicon: Lexicon
    told: Collection[str]

    def read(self, reading: Reading) -> None:
        """Notes what is asked by and not recorded."""
        for start, end, _ in reading.matches(_BY_SEX):
            reading.unknown.append("maker’s gender")
            reading.claim(start, end)
        for start, end, match in reading.matches(FOR_ADULTS):
            if self._means(match.group().split()[-1:]):
                continue
            childrens = self.lexicon.means("child")
            for attribute, values in childrens.items():
                reading.add(Condition(attribute=attribute, op="none_of", value=values, start=start, end=end))
            if not childrens:
                reading.unknown.append("age that it is for")
                reading.claim(start, end)
        if not (self.lexicon.about("language") or self.lexicon.about("country")):
            for start, end, _ in reading.matches(_IN_LANGUAGE):
                reading.unknown.append("language")
                reading.claim(start, end)
        if not self._records(_SUBTITLED) and not _SUBTITLED & set(self.told):
            for start, end, _ in reading.matches(_WITH_SUBTITLES):
                reading.unknown.append("subtitles")
                reading.claim(start, end)
        if not self._records(CAST):
            for start, end, match in reading.matches(_PLAYED):
                capitals = all(word.capital for word in reading.message.words[end - 2 : end])
                known = self._means([match["first"], match["last"]]) or {match["first"], match["last"]} <= set(
                    self.told
                )
                inside = (
                    match["cue"] == "with" and reading.message.at(end) == "in"
                )  # “with Big Ben in it” may be a place
                if capitals and not known and not inside and reading.free(start, end):
                    reading.unknown.append("cast")
                    reading.claim(start, end - 2)
        for start, end in self.makers(reading):
            reading.unknown.append("maker")
            reading.claim(start - 1, start)
            reading.claim(start, end, "keep")
        if not self._records(_STUDIO):
            for start, _, match in reading.matches(_STUDIOS):
                name = match["name"].split()
                place = next(p for p in range(start, len(reading.message.words)) if reading.message.at(p) == name[0])
                if reading.message.words[place].capital and not self._means(name) and reading.free(start, place + 1):
                    reading.unknown.append("studio")

    def makers(self, reading: Reading) -> list[tuple[int, int]]:
        """The names of whom something is asked by, where nothing is told of who made what; such a name is no title."""
        if self.lexicon.about("people") or self.lexicon.about("brand"):
            return []
        found = [(start + len(match["by"].split()), end) for start, end, match in reading.matches(_MADE_BY)]
        words = reading.message.words
        return [(s, e) for s, e in found if words[s].capital and not self._means([words[s].folded])]

    def _means(self, words: list[str]) -> bool:
        return tuple(words) in self.lexicon.phrases

    def _records(self, names: Collection[str]) -> bool:
        return any(set(plain_name(a.name).split()) & set(names) for a in self.lexicon.schema.attributes)
