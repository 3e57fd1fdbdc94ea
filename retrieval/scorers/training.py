"""Interactions to what a scorer is fitted on: the matrix of likes, with the person of each row and the item of each column. Knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrieval.catalogue import Catalogue
from retrieval.scorers.ease import likes_matrix
from retrieval.scorers.like_counts import LikeCounts
from retrieval.tastes import LIKES
from vouch.types import Interaction, InteractionKind

MOST_ITEMS = 12_000
"""The most items that take part: 12,000 need 1.2 GB while they are fitted; beyond, the most liked ones do."""

EVERY_ITEM = 2**31
"""As many items as there are."""
WEIGHT_OF_KIND: Mapping[InteractionKind, float] = {
    "like": 1.0,
    "purchase": 1.0,
    "seen": 0.3,
    "view": 0.3,
    "dislike": 0.0,
    "hide": 0.0,
}
"""What each kind weighs in the Gram matrix, by validation people of MovieLens 100k and latest-small with ratings of 4 and more as likes:

ratings of 2.5 to 3.5 ("seen") with .3 bring .438 -> .440 and .349 -> .362 of recall@20, .399 -> .405 and .322 -> .335 of nDCG@20.
Dislikes with -.1 or -.3 bring nothing here (-.1 to +.1 per cent), and folded in with -.1 they cost .7 per cent and gain .5, with -.3
.8 to 3.7; what they push down is the ranking's part "dislikes". A view is taken to say what a middling rating does: no public data set
beside the project has both.
"""
STRANGER = "stranger:"
"""What the user_id of somebody without a name begins with."""


@dataclass(frozen=True)
class Training:
    """`likes`: scipy sparse matrix, shape (n_people, n_items); `item_ids`: its columns; `user_ids`: its rows.

    `evidence`: the likes and what is weaker (see `WEIGHT_OF_KIND`), of the same shape: what the Gram matrix is made of. Likes are
    what is foretold, and what is folded in.
    """

    likes: Any
    evidence: Any
    item_ids: tuple[str, ...]
    user_ids: tuple[str, ...]

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        interactions: Iterable[Interaction],
        *,
        keep: Iterable[str] = (),
        most_items: int = MOST_ITEMS,
    ) -> Training | None:
        """From the likes that hold among the interactions; None where fewer than two people like at least two items each.

        Only items with a like take part, at most `most_items`, the most liked; and those of `keep`, liked or not.
        """
        here = [i for i in interactions if i.item_id in catalogue.index_of]
        liked = likes_that_hold(here)
        counts = LikeCounts.of(catalogue, liked).counts
        kept = {catalogue.index_of[item_id] for item_id in keep if item_id in catalogue.index_of}
        best = {index for index in np.argsort(-counts, kind="stable")[:most_items].tolist() if counts[index] > 0}
        item_ids = tuple(catalogue.item_ids[index] for index in sorted(best | kept))
        columns = {item_id: column for column, item_id in enumerate(item_ids)}
        known = {pair: weight for pair, weight in weights_of(here).items() if pair[1] in columns}
        people = {user_id: row for row, user_id in enumerate(dict.fromkeys(user_id for user_id, _ in known))}
        shape = {"n_people": len(people), "n_items": len(item_ids)}
        likes = likes_matrix(
            [(people[i.user_id], columns[i.item_id], i.weight) for i in liked if i.item_id in columns], **shape
        )
        if int((np.diff(likes.indptr) > 1).sum()) < 2:
            return None
        evidence = likes_matrix([(people[user], columns[item], w) for (user, item), w in known.items()], **shape)
        return cls(likes, evidence, item_ids, tuple(people))

    @property
    def log_popularity(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """log(1 + people who like it) of each column, shape (n_items,)."""
        counts = np.asarray((self.likes > 0).sum(axis=0)).ravel()
        return np.asarray(np.log1p(counts), dtype=np.float32)

    def evidence_among(self, user_ids: tuple[str, ...], item_ids: tuple[str, ...]) -> Any:
        """The evidence as a matrix of these people and items, which hold all of ours; shape (len(user_ids), len(item_ids))."""
        from scipy.sparse import csr_matrix

        rows, columns = places_of(self.user_ids, user_ids), places_of(self.item_ids, item_ids)
        own = self.evidence.tocoo()
        return csr_matrix((own.data, (rows[own.row], columns[own.col])), shape=(len(user_ids), len(item_ids)))


def likes_that_hold(interactions: Iterable[Interaction]) -> list[Interaction]:
    """One like a person and item: of their likes, purchases and dislikes of it the latest holds (the later row at the same time).

    In the order in which the pairs are first met.
    """
    latest: dict[tuple[str, str], Interaction] = {}
    for interaction in interactions:
        if _is_opinion(interaction):
            pair = interaction.user_id, interaction.item_id
            before = latest.setdefault(pair, interaction)
            if interaction.at >= before.at:
                latest[pair] = interaction
    return [interaction for interaction in latest.values() if interaction.kind in LIKES]


def weights_of(interactions: Iterable[Interaction]) -> dict[tuple[str, str], float]:
    """(user_id, item_id) -> what a person's interactions with an item weigh together; a pair without weight is not there.

    The latest opinion holds, and of what is no opinion the latest where there is none. A dislike weighs nothing: see `WEIGHT_OF_KIND`.
    """
    latest: dict[tuple[str, str], Interaction] = {}
    for interaction in interactions:
        pair = interaction.user_id, interaction.item_id
        before = latest.setdefault(pair, interaction)
        opinion, was_opinion = _is_opinion(interaction), _is_opinion(before)
        if opinion > was_opinion or (opinion == was_opinion and interaction.at >= before.at):
            latest[pair] = interaction
    weighed = {pair: WEIGHT_OF_KIND[i.kind] * i.weight for pair, i in latest.items()}
    return {pair: weight for pair, weight in weighed.items() if weight > 0}


def _is_opinion(interaction: Interaction) -> bool:
    return interaction.kind in LIKES or interaction.kind == "dislike"


def members(interactions: Iterable[Interaction], catalogue: Catalogue) -> list[Interaction]:
    """What named people did with items of the catalogue. Strangers have no part: what they click is forgotten with them."""
    return [i for i in interactions if i.item_id in catalogue.by_id and not i.user_id.startswith(STRANGER)]


def people_met(interactions: Iterable[Interaction], catalogue: Catalogue) -> dict[str, int]:
    """item_id -> how many named people did anything with it, of the items with which anybody did."""
    counts: dict[str, int] = {}
    for _, item_id in {(i.user_id, i.item_id) for i in members(interactions, catalogue)}:
        counts[item_id] = counts.get(item_id, 0) + 1
    return counts


def places_of(ids: Iterable[str], among: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where each id stands among others that hold them all, shape (len(ids),)."""
    place: Mapping[str, int] = {one: n for n, one in enumerate(among)}
    return np.array([place[one] for one in ids], dtype=np.int64)
