"""Learns which words of a message a search in the texts should look for; writes agent/models/minilm_words.npz and its record.

    python scripts/train_words.py     (half a minute; after scripts/train_reader.py, whose model's states it reads)

It learns from the messages written for it (tests/data/planner/sought.txt), by logistic regression with an L2 penalty that is chosen on fifths of
them held out. What it prints is measured on messages of another writer (sought_held_out.txt), words of titles left aside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from agent.models.minilm_reader import WORDS, MiniLmReader, word_states
from agent.planner.sought import SOUGHT, Span
from agent.planner.words import read_message
from eval.planner import LABELS
from scripts.train_planner import say

FOLDS = 5
L2 = (30.0, 100.0, 300.0)
Matrix = NDArray[np.float64]
LEARNED_FROM, HELD_OUT = LABELS.parent / "sought.txt", LABELS.parent / "sought_held_out.txt"


@dataclass(frozen=True)
class Words:
    """The words of messages: their states, shape (words, features); whether each is looked for; and the numbers of their messages."""

    states: Matrix
    sought: NDArray[np.bool_]
    messages: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> Words:
        """Some of the words."""
        return Words(self.states[chosen], self.sought[chosen], self.messages[chosen])


def main() -> None:
    reader = MiniLmReader()
    known, others = words_of(LEARNED_FROM, reader), words_of(HELD_OUT, reader)
    scale = known.states.std(axis=0) + 1e-6
    known = Words(known.states / scale, known.sought, known.messages)
    losses = {l2: held_out_loss(known, l2) for l2 in L2}
    best = min(losses, key=lambda l2: losses[l2])
    learned = fit(known, best)
    weights = np.append(learned[:-1] / scale, learned[-1]).astype(np.float32)
    odds = expit(others.states @ weights[:-1] + weights[-1])
    found = odds >= SOUGHT
    right = (found & others.sought).sum()
    record = {
        "learned_from": f"{known.messages.max() + 1} messages, {len(known.sought)} words, {known.sought.sum()} of them looked for",
        "held_out": f"{others.messages.max() + 1} messages, {len(others.sought)} words, {others.sought.sum()} of them looked for",
        "precision": round(float(right / found.sum()), 3),
        "recall": round(float(right / others.sought.sum()), 3),
        "threshold": SOUGHT,
        "l2": best,
        "command": "python scripts/train_words.py",
    }
    with WORDS.open("wb") as file:
        np.savez(file, weights=weights)
    WORDS.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    say(json.dumps(record, indent=1))


def words_of(path: Path, reader: MiniLmReader) -> Words:
    """The words of a file's messages."""
    tokenizer, model = reader.model()
    states, sought, messages = list[Matrix](), list[bool](), list[int]()
    for number, (text, spans, wanted) in enumerate(marked(path)):
        states.append(word_states(tokenizer, model, text, spans).astype(np.float64))
        sought += wanted
        messages += [number] * len(wanted)
    return Words(np.concatenate(states), np.array(sought), np.array(messages))


def marked(path: Path) -> Iterator[tuple[str, Sequence[Span], list[bool]]]:
    """Each message without its marks, the spans of its words, titles left out, and whether each is looked for."""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        plain, marks, now = list[str](), list[str](), ""
        for letter in line:
            if letter in "{<":
                now = letter
            elif letter in "}>":
                now = ""
            else:
                plain.append(letter)
                marks.append(now)
        words = [w for w in read_message("".join(plain)).words if marks[w.start] != "<"]
        yield "".join(plain), [(w.start, w.end) for w in words], [marks[w.start] == "{" for w in words]


def fit(words: Words, l2: float) -> Matrix:
    """The weights and, last, the bias."""
    rows = np.column_stack([words.states, np.ones(len(words.states))])
    sign = np.where(words.sought, 1.0, -1.0)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        margins = sign * (rows @ weights)
        slope = l2 * weights - rows.T @ (sign * expit(-margins))
        return float(np.logaddexp(0, -margins).sum() + l2 / 2 * weights @ weights), slope

    start = np.zeros(rows.shape[1])
    found: Matrix = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found


def held_out_loss(words: Words, l2: float) -> float:
    """The mean -log likelihood of each word by weights learned without its message's fifth."""
    losses = []
    for fold in range(FOLDS):
        out = words.messages % FOLDS == fold
        weights = fit(words.of(~out), l2)
        margins = np.where(words.sought[out], 1.0, -1.0) * (words.states[out] @ weights[:-1] + weights[-1])
        losses.append(np.logaddexp(0, -margins))
    return float(np.concatenate(losses).mean())


if __name__ == "__main__":
    main()
