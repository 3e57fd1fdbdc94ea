"""New likes flow into a closed-form model by a change of low rank of its inverse, in place of a new one (Woodbury 1950).

    A' = A + E Y' + Y E' + E D E',    A = X'X + Lambda,    P = A^-1,    B = I - P diag(1 / diag P)

The likes of q items changed: E has their unit vectors as columns. Row by row X' = X + C, so Y = X'C and D = C'C of these columns, and
dropout adds p / (1 - p) times the change of the Gram matrix's diagonal to D's: the rank is 2 q whatever the dropout. With U = [E Y]

    P' = P - F (K^-1 + U'F)^-1 F',    F = P U,    K^-1 = [[0, I], [I, -D]]

P is not kept: it is (I - B) diag(P), so B and the diagonal of P say it all. Lambda stays what it was when the model was fitted. A new
item is a column without likes until then: P is 1 / lambda there, B is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.scorers.ease import Solution

BREAK_EVEN = 8
"""Where more than a share of 1 / 8 of the items changed, a refit is hardly slower: the update costs 6 n^2 q flops, the inverse n^3."""

ROWS = 512
"""So many rows of the old weights are added at a time: their product stays in the cache, and no second matrix is needed."""


@dataclass(frozen=True)
class GramChange:
    """What became of X'X: the item indexes `changed` (q of them), Y as `sums`, shape (n_items, q), and D without dropout as `own`.

    `diagonal`: by how much the diagonal of X'X grew at the changed items, shape (q,).
    """

    changed: NDArray[np.int64]
    sums: NDArray[np.float32]
    own: NDArray[np.float64]
    diagonal: NDArray[np.float64]

    @classmethod
    def between(cls, before: Any, after: Any) -> GramChange:
        """Of two matrices of likes with the same people and items, scipy sparse, shape (n_people, n_items)."""
        change = (after - before).tocsc()
        change.eliminate_zeros()
        changed = np.flatnonzero(np.diff(change.indptr))
        own = change[:, changed]
        diagonal = (_squares(after) - _squares(before))[changed]
        return cls(
            changed,
            np.asarray((before.T @ own).toarray(), dtype=np.float32),
            np.asarray((own.T @ own).toarray(), dtype=np.float64),
            diagonal,
        )

    @property
    def pays(self) -> bool:
        """Whether an update is quicker than a refit."""
        return BREAK_EVEN * len(self.changed) <= len(self.sums)


def updated(
    solution: Solution, change: GramChange, *, dropout: float, out: NDArray[np.float32] | None = None
) -> Solution:
    """The weights and the diagonal of the inverse after the change; equal to a refit with the same Lambda, to 1e-4.

    Args:
        out: where the weights go, C order, not the old ones; fresh memory costs a third of the time.

    Raises:
        numpy.linalg.LinAlgError: the changed matrix has no inverse.
    """
    if not len(change.changed):
        return solution
    moved = _times_inverse(solution, change)
    inner = np.linalg.inv(_middle(moved, change, dropout=dropout)).astype(np.float32)
    right = inner @ moved.T
    diagonal = solution.diagonal - np.einsum("ij,ji->i", moved, right)
    if not np.all(diagonal > 0):
        raise np.linalg.LinAlgError("The update has left the inverse without a positive diagonal.")
    ratio = solution.diagonal / diagonal
    right /= diagonal
    weights = np.matmul(moved, right, out=out)
    for start in range(0, len(weights), ROWS):
        rows = slice(start, start + ROWS)
        weights[rows] += solution.weights[rows] * ratio
    weights[np.diag_indices(len(weights))] = 0.0
    return Solution(weights, np.asarray(diagonal, dtype=np.float32))


def widened(solution: Solution, places: NDArray[np.int64], *, n_items: int, penalty: float) -> Solution:
    """The same model among more items: old item i stands at `places`[i], the new ones have no likes.

    Args:
        penalty: lambda as it was fitted with.
    """
    if len(places) == n_items and np.array_equal(places, np.arange(n_items)):
        return solution
    weights = np.zeros((n_items, n_items), dtype=np.float32)
    weights[np.ix_(places, places)] = solution.weights
    diagonal = np.full(n_items, 1 / penalty, dtype=np.float32)
    diagonal[places] = solution.diagonal
    return Solution(weights, diagonal)


def _times_inverse(solution: Solution, change: GramChange) -> NDArray[np.float32]:
    """F = P [E Y], shape (n_items, 2 q)."""
    q = len(change.changed)
    moved = np.empty((len(solution.weights), 2 * q), dtype=np.float32)
    # P is symmetric: its columns are read as rows, which lie together.
    moved[:, :q] = (-solution.weights[change.changed] * solution.diagonal).T
    moved[change.changed, np.arange(q)] = solution.diagonal[change.changed]
    scaled = solution.diagonal[:, None] * change.sums
    np.subtract(scaled, solution.weights @ scaled, out=moved[:, q:])
    return moved


def _middle(moved: NDArray[np.float32], change: GramChange, *, dropout: float) -> NDArray[np.float64]:
    """K^-1 + U'F, shape (2 q, 2 q)."""
    q = len(change.changed)
    own = change.own + np.diag(dropout / (1 - dropout) * change.diagonal)
    middle = np.empty((2 * q, 2 * q), dtype=np.float64)
    middle[:q] = moved[change.changed]
    middle[q:] = change.sums.T.astype(np.float64) @ moved.astype(np.float64)
    middle[:q, q:] += np.eye(q)
    middle[q:, :q] += np.eye(q)
    middle[q:, q:] -= own
    return middle


def _squares(likes: Any) -> NDArray[np.float64]:
    return np.asarray(likes.power(2).sum(axis=0), dtype=np.float64).ravel()
