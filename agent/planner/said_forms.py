"""The forms under which the titles of a catalogue are said: initials together, “2” for “II”, “vs”, the part before a colon."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retrieval.catalogue import Catalogue
from retrieval.titles import fold, title_forms

LARGEST_SERIES = 12
"""Of so many titles the part before a colon may name all."""
_INITIALS = re.compile(r"\b(?:\w\. ?){2,}")
_NUMERALS = ("", "", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = re.compile(r"(?<= )(?:ii|iii|iv|vi|vii|viii|ix)\b")

Words = tuple[str, ...]


def said_forms(catalogue: Catalogue) -> dict[str, Mapping[Words, Words]]:
    """First word -> title as folded words -> item_ids."""
    whole: dict[Words, list[str]] = {}
    shortened: dict[Words, set[str]] = {}
    parts: dict[Words, list[str]] = {}
    for item in catalogue.items:
        initials = _INITIALS.sub(lambda found: re.sub(r"\W", "", found.group()) + " ", item.title)
        own = dict.fromkeys((*title_forms(item.title), *title_forms(initials)))
        for form in own:
            numbered = _ROMAN.sub(lambda found: str(_NUMERALS.index(found.group())), form)
            for said in {form, numbered, re.sub(r"\bversus\b", "vs", form), re.sub(r"\bvs\b", "versus", form)}:
                whole.setdefault(_as_read(said), []).append(item.item_id)
            if any(longer.split(" ", 1)[-1] == form for longer in own if longer != form):
                shortened.setdefault(_as_read(form), set()).add(item.item_id)
        for form in main_parts(item.title):
            parts.setdefault(_as_read(form), []).append(item.item_id)
    for words, bare in shortened.items():  # “Black Panther” is not “The Black Panther” where there is one of that name
        exact = [i for i in whole[words] if i not in bare]
        if exact and len(words) > 1:
            whole[words] = exact
    for words, ids in parts.items():
        if words not in whole and len(set(ids)) <= LARGEST_SERIES:
            whole[words] = ids
    forms: dict[str, dict[Words, Words]] = {}
    for words, ids in whole.items():
        forms.setdefault(words[0], {})[words] = tuple(dict.fromkeys(ids))
    return dict(forms)


def _as_read(form: str) -> tuple[str, ...]:
    """The words of a title's form as a message is read: “13th” is two.

    >>> _as_read("friday the 13th")
    ('friday', 'the', '13', 'th')
    """
    return tuple(re.findall(r"\d+|[^\W\d_]+|[^\s\w]+", form))


def main_parts(title: str) -> tuple[str, ...]:
    """The part of a title before a colon, a semicolon, “or,” or a dash; that is how people name long titles."""
    parts = re.split(r"\s*[:;]\s+|,?\s+or,?\s+the\s+|\s+[-–—]\s+|\s*/\s*", title)
    head = fold(parts[0]) if len(parts) > 1 else ""
    long_enough = (
        len(head) >= 4 and not head.isdigit() and not re.fullmatch(r"(the|a|an|no|op|opus|part|vol)( \w)?", head)
    )
    return tuple(dict.fromkeys(f for f in (head, re.sub(r"^(the|a|an) ", "", head)) if f)) if long_enough else ()
