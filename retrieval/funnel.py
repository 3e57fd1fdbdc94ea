"""What may be recommended at all: filters, then what the person has met, then what was shown; with the count after each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from retrieval.catalogue import Catalogue
from retrieval.columns import Mask
from retrieval.filters import describe
from retrieval.item_sets import all_of, ids_of, mask_of, mask_of_ids, relaxations
from vouch.types import Filter, FunnelStep, Note, Query

SEEN = "seen or hidden"
SHOWN = "already shown"


@dataclass(frozen=True)
class Funnel:
    """`allowed`: the item_ids that are left; `steps`: one a filter in its order, then the two about the person; `notes`: why none is."""

    allowed: frozenset[str]
    steps: tuple[FunnelStep, ...]
    notes: tuple[Note, ...]


def funnel(catalogue: Catalogue, query: Query, filters: Sequence[Filter]) -> Funnel:
    """The funnel of a query with its checked filters. The item that a query asks for more of counts as shown."""
    met = {item_id for taste in query.tastes for item_id in taste.out}
    shown = {*query.exclude, *([query.like_item] if query.like_item else [])}
    steps: list[FunnelStep] = []
    mask = all_of(catalogue, ())
    stages: list[tuple[str, Filter | None, Mask]] = [
        (describe(f, catalogue.schema), f, mask_of(catalogue, f)) for f in filters
    ]
    stages += [(SEEN, None, ~mask_of_ids(catalogue, met)), (SHOWN, None, ~mask_of_ids(catalogue, shown))]
    for label, wanted, kept in stages:
        before = int(mask.sum())
        mask = mask & kept
        steps.append(FunnelStep(label=label, before=before, after=int(mask.sum()), filter=wanted))
    notes = () if mask.any() else (_why_none(catalogue, filters, steps, met | shown),)
    return Funnel(ids_of(catalogue, mask), tuple(steps), notes)


def _why_none(catalogue: Catalogue, filters: Sequence[Filter], steps: list[FunnelStep], out: Collection[str]) -> Note:
    if not catalogue.items:
        return Note(kind="over_constrained", text="The catalogue is empty.")
    qualified = steps[-2].before
    if qualified:
        whole = "everything that meets the conditions" if filters else "everything here"
        shown = " or have been shown" if steps[-1].before else ""
        return Note(
            kind="all_seen",
            text=f"You have met{shown} {whole} ({qualified} in all).",
            relaxations=relaxations(catalogue, filters, out=out),
        )
    asked = "; ".join(step.label for step in steps[:-2])
    all_together = "this" if len(filters) == 1 else "all of this at once"
    changes = relaxations(catalogue, filters, out=out)
    more = "" if changes or len(filters) == 1 else " No change of a single condition would help."
    return Note(kind="over_constrained", text=f"Nothing here meets {all_together}: {asked}.{more}", relaxations=changes)
