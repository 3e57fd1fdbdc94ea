"""Several people's lists to one: the mean of what each would be shown, less what the worst off would miss. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.ranking import Scored, by_score
from vouch.types import Candidate, Note, Query, Taste, Together

MISERY: Mapping[Together, float] = {"average": 0.0, "least_misery": 1.0}
"""How much of the way from the mean to the least score counts: all of it is least misery (Masthoff 2004, O'Connor et al. 2001)."""
PERSON = "person {}"
"""The name under which an item's place in one person's list is kept, by the person's place in the group (from 0)."""


YOU = "you"
"""What the person who asks is called in a group of theirs."""


def for_somebody_else(query: Query) -> bool:
    """Whether a list is for one person alone who is not the one that asks."""
    return len(query.tastes) == 1 and query.tastes[0].label not in {"", YOU}


def known_of(tastes: Sequence[Taste]) -> tuple[Taste, ...]:
    """The people of whom anything is known that could rank a list; of one person alone nothing need be known."""
    told = tuple(t for t in tastes if t.liked or t.disliked or t.standing)
    return told if len(tastes) > 1 else tuple(tastes)


def nothing_known(tastes: Sequence[Taste]) -> tuple[Note, ...]:
    """For a group a note that names the people of whom nothing is known; () where there are none."""
    known = known_of(tastes)
    blank = [taste.label or taste.user_id for taste in tastes if taste not in known]
    if not blank:
        return ()
    whom = f"{', '.join(blank[:-1])} and {blank[-1]}" if len(blank) > 1 else blank[0]
    rest = "so this goes by the others" if known else "so this goes by what was asked for"
    return (Note(kind="unknown_person", text=f"No title is known yet that {whom} would like, {rest}."),)


def together(lists: Sequence[Sequence[Scored]], how: Together) -> tuple[Scored, ...]:
    """One list of several people's, best first. A person's scores count as shares of their own best one, so that nobody's count for more;
    who would not be shown an item gives it 0.

    Its parts are the means of the people's, and “misery”: so much of the difference between the least score and the mean as `how`
    says. Each person's own place is kept among the candidate's ranks.

    >>> def one(item, score): return Scored(Candidate(item_id=item, ranks={}, scores={}), {"dense": score})
    >>> both = together([[one("a", 1.0), one("b", .6)], [one("b", .6), one("a", .1)]], "least_misery")
    >>> [(s.item_id, round(s.score, 2)) for s in both]
    [('b', 0.6), ('a', 0.1)]
    """
    places = [{one.item_id: place for place, one in enumerate(own, start=1)} for own in lists]
    known = [{one.item_id: _scaled(one, own[0].score) for one in own} for own in lists]
    items = dict.fromkeys(one.item_id for own in lists for one in own)
    return by_score(_joined(item_id, known, places, MISERY[how]) for item_id in items)


def _scaled(one: Scored, best: float) -> Scored:
    return replace(one, parts={name: value / best for name, value in one.parts.items()}) if best > 0 else one


def _joined(
    item_id: str, known: Sequence[Mapping[str, Scored]], places: Sequence[Mapping[str, int]], misery: float
) -> Scored:
    own = [one.get(item_id) for one in known]
    there = [one for one in own if one is not None]
    names = dict.fromkeys(name for one in there for name in one.parts)
    parts = {name: sum(one.parts.get(name, 0.0) for one in there) / len(own) for name in names}
    scores = [one.score if one is not None else 0.0 for one in own]
    mean = sum(scores) / len(scores)
    ranks: dict[str, int] = {}
    for one in there:
        ranks |= one.candidate.ranks
    ranks |= {PERSON.format(n): place[item_id] for n, place in enumerate(places) if item_id in place}
    candidate: Candidate = replace(there[0].candidate, ranks=ranks)
    return Scored(candidate, parts).with_part("misery", misery * (min(scores) - mean))
