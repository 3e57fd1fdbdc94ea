"""An item without a text stands among the texts by its picture, one without a picture among the pictures by its text. Pure.

Places in two lists add up, so an item that can only be in one of them would come behind all that are in both, however well it fits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from vouch.types import Candidate, Passage

SLOPE, SHIFT = 0.745, 0.088
"""The cosine with a text that says as much as a cosine with a picture: by logistic regressions of what belongs together on 150 photos held
out from training, their captions against a caption (600 of them, against 150) and against the photos (750, against 148): the last row of
`python -m eval perception --validation`."""

SAYS_LITTLE = frozenset({"title", "colours", "ocr", "tags"})
"""What every picture may have in the space of texts: no text of the item's own."""


@dataclass(frozen=True)
class Sides:
    """The items that have only one of the two: `seen` a picture and no text, `told` a text and no picture. Empty where all are alike."""

    seen: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    @classmethod
    def of(cls, passages: Collection[Passage]) -> Sides:
        """Of a catalogue's passages."""
        told = {
            p.item_id for p in passages if p.space == "text" and p.channel not in SAYS_LITTLE and not p.by_small_model
        }
        seen = {p.item_id for p in passages if p.space == "seen"}
        return cls(frozenset(seen - told), frozenset(told - seen)) if told and seen else cls()


def with_stand_ins(found: Mapping[str, tuple[Candidate, ...]], sides: Sides) -> dict[str, tuple[Candidate, ...]]:
    """The proposals of all sources, those of texts and of pictures filled up with the other's items, ranked anew by cosine.

    A stand-in has its place under the name of what stands in: "by_picture" among the texts, "by_text" among the pictures.

    >>> told = Candidate(item_id="told", ranks={"dense": 1}, scores={"dense": 0.5})
    >>> seen = Candidate(item_id="seen", ranks={"seen": 1}, scores={"seen": 0.6})
    >>> found = with_stand_ins({"dense": (told,), "seen": (seen,)}, Sides(frozenset({"seen"}), frozenset({"told"})))
    >>> [(c.item_id, dict(c.ranks), round(c.scores["dense"], 2)) for c in found["dense"]]
    [('seen', {'by_picture': 1}, 0.54), ('told', {'dense': 2}, 0.5)]
    >>> [(c.item_id, dict(c.ranks), round(c.scores["seen"], 2)) for c in found["seen"]]
    [('seen', {'seen': 1}, 0.6), ('told', {'by_text': 2}, 0.55)]
    """
    told, seen = found.get("dense", ()), found.get("seen", ())
    if not told or not seen:
        return dict(found)
    by_picture = {c.item_id: SLOPE * c.scores["seen"] + SHIFT for c in seen if c.item_id in sides.seen}
    by_text = {c.item_id: (c.scores["dense"] - SHIFT) / SLOPE for c in told if c.item_id in sides.told}
    return {
        **found,
        "dense": _filled("dense", told, "by_picture", by_picture),
        "seen": _filled("seen", seen, "by_text", by_text),
    }


def _filled(
    name: str, own: tuple[Candidate, ...], stand_in: str, cosines: Mapping[str, float]
) -> tuple[Candidate, ...]:
    """A source's candidates and the stand-ins; an item that is both (its title was found) counts by the better of the two."""
    if not cosines:
        return own
    kept = [c for c in own if c.scores[name] >= cosines.get(c.item_id, -1.0)]
    known = {c.item_id for c in kept}
    placed = [(c, name) for c in kept]
    placed += [
        (Candidate(item_id=item_id, ranks={}, scores={name: cosine}), stand_in)
        for item_id, cosine in cosines.items()
        if item_id not in known
    ]
    placed.sort(key=lambda one: (-one[0].scores[name], one[0].item_id))
    return tuple(replace(c, ranks={place: rank}) for rank, (c, place) in enumerate(placed, start=1))
