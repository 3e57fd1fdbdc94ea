"""New items take part at once: what their content says becomes a lent column of weights, and their own likes take over as they come.

    B[:, j] ~ M e_j     by ridge regression over the items that have likes (Gantner et al. 2010 map attributes to factors in the same way)

e_j is the item's vector (mean of its passages, or of its picture) less the mean of all, at length 1, and what its attributes say beside it
(`told`). A lent affinity is a sum over the likes like any other, so it can be taken apart. It is also small: an average says little for
certain. Where it stands in a list beside affinities that rest on likes is what `Exchange` knows. With n people who met the item its own
column counts n / (n + damping).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.item_vectors import ItemVectors
from retrieval.scorers.edlae import AdaptiveScorer, effective_number
from retrieval.scorers.told import Vocabulary

RIDGE = 10.0
"""Lambda of the regression; 1, 10 and 30 were tried on ml-1m-multvae."""
DAMPING = 10.0
"""By the validation people of ml-1m-multvae, on a tenth of the items left with k random likes each: recall@20 among them of own columns,
lent ones and the mixture is .098, .335, .337 for k = 1, .124, .335, .334 for 3, .162, .335, .332 for 10, .256, .335, .322 for 30. The other
items lose .0003 by it; with 30 they lose .0008.
"""
LEAST_OWN = 0.9
"""From this share of its own on an item borrows nothing more."""
_SMALLEST = 1e-6


Coefficients = tuple[float, float, float, float, float]
"""Of (1, n, n^2, s, n s)."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Which affinity that rests on likes a lent one is worth in a list, for somebody with so many likes.

    With n = log(how many equal likes are known) and s = log(lent affinity), w = log(own affinity): the log of the share of a person's
    future likes that a place in the list meets is, by Poisson regression on validation people and items that were taken for new,

        g = gain . (1, n, n^2, s, n s)   given to the new item,      l = loss . (1, n, n^2, w, n w)   given to the old one there.

    A new item is worth the w at which g - l = `price`; the price is such that new items would have one place in twenty.
    Nothing was learned of people of whom fewer than `least` likes are known: they get no new items.
    """

    gain: Coefficients
    loss: Coefficients
    price: float
    least: float = 1.0

    def learned(self, number: float) -> bool:
        """Whether there is a worth for somebody with so many likes: more must not be worth less."""
        slopes = [_line(coefficients, number)[1] for coefficients in (self.gain, self.loss)]
        return number >= self.least and min(slopes) > 0

    def worth(self, number: float, lent: NDArray[np.float32]) -> NDArray[np.float32]:
        """The affinity in whose place each of them may stand; 0 or less of lent affinity is worth what it is. NaN: nothing was learned."""
        if not self.learned(number):
            return np.full(len(lent), np.nan, dtype=np.float32)
        (gain, by_lent), (loss, by_own) = _line(self.gain, number), _line(self.loss, number)
        logs = (gain - loss - self.price + by_lent * np.log(np.maximum(lent, _SMALLEST))) / by_own
        return np.asarray(np.where(lent > 0, np.exp(np.clip(logs, -20, 20)), lent), dtype=np.float32)


def _line(coefficients: Coefficients, number: float) -> tuple[float, float]:
    """The constant and the slope in the log of the affinity, for somebody with so many likes."""
    n = math.log(max(number, 1.0))
    constant, first, second, slope, more = coefficients
    return constant + first * n + second * n * n, slope + more * n


@dataclass(frozen=True, eq=False)
class Lending:
    """The columns that are lent.

    Args:
        maps: by the number of the scorer's weights M, float32, shape (n_items of the scorer, dimensions + values).
        centre: the mean of the texts' vectors, shape (dimensions,).
        popularity: what log popularity follows from, shape (dimensions + values + 1,); the last one is the constant.
        vocabulary: the values; None: attributes say nothing.
        exchange: None: new items have a lent affinity, but no place among the old ones.
    """

    maps: Sequence[NDArray[np.float32]]
    centre: NDArray[np.float32]
    popularity: NDArray[np.float32]
    exchange: Exchange | None = None
    vocabulary: Vocabulary | None = None

    @classmethod
    def learned(
        cls,
        vectors: NDArray[np.float32],
        weights: Sequence[NDArray[np.float32]],
        log_popularity: NDArray[np.float32],
        *,
        told: int = 0,
    ) -> Lending:
        """By ridge regression from the items of the scorer.

        `vectors`: their rows, shape (n_items, dimensions + values), 0 for no vector; `told`: how many of the columns are values.
        """
        centre = centre_of(vectors[:, : vectors.shape[1] - told])
        solver = _solver(centred(vectors, centre))
        maps = [np.asarray(one @ solver.T, dtype=np.float32) for one in weights]
        constant = float(log_popularity[np.linalg.norm(vectors, axis=1) > 0].mean())
        popularity = np.append(solver @ (log_popularity - constant), constant)
        return cls(maps, centre, np.asarray(popularity, dtype=np.float32))

    def with_vocabulary(self, vocabulary: Vocabulary) -> Lending:
        """The same with the values that the last columns mean."""
        return replace(self, vocabulary=vocabulary)

    def vectors_of(self, item_vectors: ItemVectors) -> NDArray[np.float32]:
        """What is known of every item of a catalogue, shape (n_items, dimensions + values)."""
        return vectors_of(item_vectors, self.vocabulary)

    def with_exchange(self, exchange: Exchange | None) -> Lending:
        """The same with places."""
        return replace(self, exchange=exchange)


@dataclass(frozen=True, eq=False)
class Borrowers:
    """Items that borrow: `places` in the catalogue, `rows` in the scorer (-1: none yet), `own` share in [0, 1), `vectors` as rows."""

    lending: Lending
    scorer: AdaptiveScorer
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    own: NDArray[np.float32]
    vectors: NDArray[np.float32]

    @classmethod
    def among(
        cls,
        lending: Lending,
        scorer: AdaptiveScorer,
        *,
        rows: NDArray[np.int64],
        met: NDArray[np.int64],
        vectors: NDArray[np.float32],
    ) -> Borrowers | None:
        """Those of a catalogue; None where there are none. What people met and nobody likes enough to have a row is not new.

        Args:
            rows: of every item of the catalogue in the scorer, -1: none.
            met: how many people met it, liked or not.
            vectors: shape (n_items of the catalogue, dimensions + values), 0 for no vector.
        """
        if vectors.shape[1] != len(lending.popularity) - 1:
            return None
        own = np.where(rows >= 0, own_share(met), 0).astype(np.float32)
        new = (rows < 0) & (met == 0) | (rows >= 0) & (own < 1)
        places = np.flatnonzero(new & (np.linalg.norm(vectors, axis=1) > 0))
        if not len(places):
            return None
        taught = centred(vectors[places], lending.centre)
        return cls(lending, scorer, places, rows[places], own[places], taught)

    def lent(self, likes: Mapping[int, float]) -> NDArray[np.float32]:
        """The lent affinity of each, shape (len(places),)."""
        level = self.scorer.level(likes)
        given = np.fromiter(likes.values(), np.float32, len(likes)) * np.float32(level.scale)
        wanted = given @ self.lending.maps[level.weights][list(likes)]
        total = np.float32(level.popularity * sum(likes.values()))
        text, told = self._parts
        by_content = text @ wanted[: text.shape[1]] + told @ wanted[text.shape[1] :]
        return np.asarray(by_content + total * self._popularity, dtype=np.float32)

    def has_worth(self, likes: Mapping[int, float]) -> bool:
        """Whether lent affinities have a place in the list of somebody with these likes."""
        exchange = self.lending.exchange
        return exchange is not None and exchange.learned(effective_number(likes.values()))

    @cached_property
    def _parts(self) -> tuple[NDArray[np.float32], Any]:
        """The texts' vectors, and the values, of which an item has few: a sparse matrix."""
        from scipy.sparse import csr_matrix

        width = len(self.lending.centre)
        return np.ascontiguousarray(self.vectors[:, :width]), csr_matrix(self.vectors[:, width:])

    def worth(self, likes: Mapping[int, float], lent: NDArray[np.float32]) -> NDArray[np.float32]:
        """What it stands for in a list; nothing (NaN) where nothing says so."""
        exchange = self.lending.exchange
        if exchange is None:
            return np.full(len(lent), np.nan, dtype=np.float32)
        return exchange.worth(effective_number(likes.values()), lent)

    def contributions(self, likes: Mapping[int, float], position: int) -> dict[int, float]:
        """What each like adds to the lent affinity of the borrower at `position`; with its popularity they sum to it."""
        level = self.scorer.level(likes)
        columns = self.lending.maps[level.weights][list(likes)] @ self.vectors[position]
        return {
            i: float(level.scale * weight * column)
            for (i, weight), column in zip(likes.items(), columns.tolist(), strict=True)
        }

    def popularity_part(self, likes: Mapping[int, float], position: int) -> float:
        """The part of popularity in the lent affinity: that of the popularity that its content lets expect."""
        level = self.scorer.level(likes)
        return level.popularity * sum(likes.values()) * float(self._popularity[position])

    @cached_property
    def _popularity(self) -> NDArray[np.float32]:
        expected = self.vectors @ self.lending.popularity[:-1] + self.lending.popularity[-1]
        return np.asarray(expected, dtype=np.float32)


def own_share(met: NDArray[np.int64], *, damping: float = DAMPING) -> NDArray[np.float32]:
    """n / (n + damping) of each item that n people met, or 1 from `LEAST_OWN` on.

    >>> own_share(np.array([0, 10, 90])).round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    share = met / (met + damping)
    return np.asarray(np.where(share >= LEAST_OWN, 1.0, share), dtype=np.float32)


def centre_of(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of the rows that are not 0."""
    there = np.linalg.norm(vectors, axis=1) > 0
    return np.asarray(vectors[there].mean(axis=0) if there.any() else vectors.sum(axis=0), dtype=np.float32)


def vectors_of(item_vectors: ItemVectors, vocabulary: Vocabulary | None) -> NDArray[np.float32]:
    """The texts' vectors of a catalogue's items and what their attributes say, side by side."""
    if vocabulary is None:
        return item_vectors.vectors
    return np.concatenate([item_vectors.vectors, vocabulary.rows(item_vectors.catalogue.items)], axis=1)


def centred(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows less the centre at length 1; rows of 0 stay 0, columns beyond the centre's stay as they are."""
    text = vectors[:, : len(centre)]
    there = np.linalg.norm(text, axis=1, keepdims=True) > 0
    moved = np.where(there, text - centre, 0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    np.divide(moved, lengths, out=moved, where=lengths > 0)
    return np.concatenate([moved, vectors[:, len(centre) :]], axis=1, dtype=np.float32)


def _solver(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(A'A + lambda I)^-1 A', shape (dimensions, n_items)."""
    system = vectors.T @ vectors + np.float32(RIDGE) * np.eye(vectors.shape[1], dtype=np.float32)
    return np.asarray(np.linalg.solve(system, vectors.T), dtype=np.float32)
