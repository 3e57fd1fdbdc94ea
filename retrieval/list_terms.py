"""What the items of one list pay for each other: for repeating, for a mix that is not the person's, for what a quota forbids. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval import ranking
from retrieval.calibration import calibration
from retrieval.catalogue import Catalogue
from retrieval.likeness import Likeness
from retrieval.quotas import Quotas
from retrieval.ranking import Scored, Term
from vouch.types import Query


def terms_of(catalogue: Catalogue, likeness: Likeness, query: Query, candidates: Sequence[Scored]) -> list[Term]:
    """The terms that a query sets for a list of these candidates. Who explores asks for another mix than the usual, so none is kept."""
    ids = [one.item_id for one in candidates]
    terms: list[Term] = [ranking.Diversity(likeness.between(ids), ranking.DIVERSITY + 0.4 * query.explore)]
    mix = None if query.explore else calibration(catalogue, query, ids)
    if mix is not None:
        terms.append(mix)
    if query.quotas:
        terms.append(Quotas(catalogue, query.quotas, ids))
    return terms
