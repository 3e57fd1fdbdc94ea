"""What the items of one list pay for each other: for repeating, for a mix that is not the person's, for what a quota forbids. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval import ranking
from retrieval.calibration import calibration
from retrieval.catalogue import Catalogue
from retrieval.likeness import Likeness
from retrieval.quotas import Quotas
from retrieval.ranking import Scored, Term
from retrieval.tastes import like_weights, named_likes
from vouch.types import Query

MANY_LIKES = 10
"""From so many likes on the list that follows from them is as varied as they are, and nothing is paid for repeating.

On validation people (`python -m eval ranking --data FOLDER --validation --parts likes_1 likes_3 likes_5 likes_10 all`, rows `vouch` and `cf`; the
limit as it is and far above) diversity finds a little more with few likes, nothing with ten and more, and there the lists are not more diverse:
of two lists that are as good the one of fewer parts is taken.
"""


def terms_of(catalogue: Catalogue, likeness: Likeness, query: Query, candidates: Sequence[Scored]) -> list[Term]:
    """The terms that a query sets for a list of these candidates. Who explores asks for another mix than the usual, so none is kept."""
    ids = [one.item_id for one in candidates]
    terms: list[Term] = []
    if not _follows_from_many_likes(query, candidates):
        terms.append(ranking.Diversity(likeness.between(ids), ranking.DIVERSITY + 0.4 * query.explore))
    mix = None if query.explore else calibration(catalogue, query, ids)
    if mix is not None:
        terms.append(mix)
    if query.quotas:
        terms.append(Quotas(catalogue, query.quotas, ids))
    return terms


def _follows_from_many_likes(query: Query, candidates: Sequence[Scored]) -> bool:
    """Whether the collaborative model ranks for somebody well known who asks for nothing."""
    asked = query.text.strip() or query.like_item or query.explore or named_likes(query.tastes)
    led = any("collaborative" in one.parts for one in candidates)
    return led and not asked and len(query.tastes) == 1 and len(like_weights(query.tastes)) >= MANY_LIKES
