"""How well what real recommenders named is found: `python -m eval dialogue --data FOLDER` (the folder of the data sets).

The protocol is that of He et al. 2023, “Large language models as zero-shot conversational recommenders”: at each message in which the
recommender names films that nobody has named before in the conversation, all that was said before is known; films already named are left
out, and the whole catalogue is ranked (the films of ReDial's id2info.json with their plots; INSPIRED's films are found by name and year).
Likes come from the MovieLens sets, matched by title and year. Weights are tuned on the half of the ReDial dialogues that the digest of the
id draws, where a dialogue's own films are taken out of what is counted; the other half, and that of INSPIRED, is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.dataset_films import film_likes
from eval.dialogue_vectors import ContextVectors
from eval.dialogue_words import AlikeSeekers, recommended
from eval.dialogues import DATA, Dialogue, Half, RecTurn, read_dialogues, read_films, rec_turns
from retrieval.catalogue import Catalogue
from retrieval.scorers.fitted import fit_ease
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.attributes import AttributeSource
from retrieval.sources.lexical import LexicalSource
from vouch.ports import CandidateSource, Embedder
from vouch.types import Preference, Query, Taste

Scores = NDArray[np.float32]
Interval = tuple[float, float, float]
CUTS = (1, 5, 10, 20)
POOL = 500
"""How many items a source of words or attributes scores at each turn; all others have 0."""
MANY = 40.0
"""So many mentions of a film are worth as much as its own company (shrinkage of co-mention)."""
WEIGHTS: Mapping[str, float] = {
    "mentions": 0.5,
    "cf": 1.0,
    "company": 1.0,
    "words": 0.5,
    "attributes": 1.5,
    "alike": 0.5,
    "near": 0.5,
    "plots": 1.0,
}


@dataclass(frozen=True, kw_only=True)
class DialogueRow:
    """Recall at each of `CUTS` with its 95 % interval over dialogues."""

    data: str
    half: Half
    model: str
    turns: int
    dialogues: int
    recall: dict[str, Interval]


@dataclass(frozen=True, kw_only=True)
class DialogueTable:
    """All rows, and the weights of the whole."""

    rows: tuple[DialogueRow, ...]
    weights: Mapping[str, float]


@dataclass
class Scorers:
    """What is fitted once: each source maps a turn to one score an item, 0 for “nothing to say”. `own`: dialogue_id -> its films."""

    films: Catalogue
    tuning: Sequence[Dialogue]
    folder: Path
    vectors: ContextVectors
    sources: dict[str, Callable[[RecTurn], Scores]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        likes = film_likes(self.folder, self.films)
        popular = _unit(np.log1p(LikeCounts.of(self.films, likes).counts.astype(np.float32)))
        model = fit_ease(likes, self.films)
        mentions = Mentions(self.films, self.tuning)
        alike = AlikeSeekers(self.films, self.tuning)
        self.sources = {
            "popularity": lambda turn: popular,
            "mentions": mentions.popular,
            "cf": lambda turn: _spread(model.affinity(turn.named)) if model and turn.named else np.zeros_like(popular),
            "company": mentions.company,
            "words": self._by(LexicalSource(self.films)),
            "attributes": self._by(AttributeSource(self.films)),
            "near": self.vectors.near,
            "plots": self.vectors.plots,
            "alike": lambda turn: alike.told(turn.said, turn.dialogue.dialogue_id),
        }

    def _by(self, source: CandidateSource) -> Callable[[RecTurn], Scores]:
        def score(turn: RecTurn) -> Scores:
            taste = Taste(user_id="seeker", liked=tuple(Preference(item_id=i, weight=w) for i, w in turn.named.items()))
            scores = np.zeros(len(self.films.items), dtype=np.float32)
            for candidate in source.propose(Query(text=turn.said, tastes=(taste,)), POOL, None):
                scores[self.films.index_of[candidate.item_id]] = candidate.scores[source.name]
            return _unit(scores)

        return score


class Mentions:
    """Films that recommenders named in the tuning dialogues, how often, and beside which others; a dialogue never counts for itself."""

    def __init__(self, films: Catalogue, dialogues: Iterable[Dialogue]) -> None:
        from scipy.sparse import csr_matrix

        self._index = films.index_of
        self._films = {d.dialogue_id: frozenset(self._index[i] for m in d.messages for i in m.films) for d in dialogues}
        rows = [(n, i) for n, own in enumerate(self._films.values()) for i in own]
        shape = (len(self._films), len(films.items))
        ones = np.ones(len(rows), dtype=np.float32)
        self._seen: Any = csr_matrix((ones, tuple(zip(*rows, strict=True))), shape=shape)
        self._counts = np.asarray(self._seen.sum(axis=0), dtype=np.float32).ravel()
        self._together: Any = (self._seen.T @ self._seen).tocsr()
        self._named = Counter[int]()
        for dialogue in dialogues:
            self._named.update(recommended(dialogue, self._index))

    def popular(self, turn: RecTurn) -> Scores:
        """log(1 + how often recommenders named it)."""
        counts = np.zeros(len(self._counts), dtype=np.float32)
        counts[list(self._named)] = list(self._named.values())
        if turn.dialogue.dialogue_id in self._films:
            for place in recommended(turn.dialogue, self._index):
                counts[place] -= 1
        return _unit(np.log1p(counts))

    def company(self, turn: RecTurn) -> Scores:
        """The weighted sum over the named films of the share of their dialogues that name the other too, shrunk for rare films."""
        scores = np.zeros(len(self._counts), dtype=np.float32)
        own = self._films.get(turn.dialogue.dialogue_id, frozenset())
        for item_id, weight in turn.named.items():
            place = self._index[item_id]
            beside = self._together[[place]].toarray().ravel()
            if place in own:
                beside[list(own)] -= 1
            seen = self._counts[place] - (place in own)
            scores += weight * np.maximum(beside, 0) / (np.maximum(self._counts, 1) ** 0.3 * (seen + MANY / 4))
            scores[place] = 0
        return _unit(scores)


def dialogue_table(
    folder: Path,
    embedder: Embedder,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    tuning: bool = False,
    seed: int = 0,
    say: Callable[[str], None] = lambda what: None,
) -> DialogueTable:
    """Recall of each source alone and of the whole; `tuning`: on the half that was tuned on. `say` is told what is being done.

    Raises:
        InputError: the folder does not hold the data sets.
    """
    films = read_films(folder)
    dialogues = read_dialogues(folder, films)
    known = [d for d in dialogues if d.data == DATA[0] and d.half == "tuned on"]
    say(f"embedding {len(films.items):,} plots and the words of {len(known)} dialogues")
    vectors = ContextVectors(films, [turn for d in known for turn in rec_turns(d)], embedder)
    scorers = Scorers(films, known, folder, vectors)
    half: Half = "tuned on" if tuning else "reported"
    rows: list[DialogueRow] = []
    for data in DATA:
        turns = [turn for d in dialogues if d.data == data and d.half == half for turn in rec_turns(d)]
        say(f"ranking {len(films.items):,} films for {len(turns):,} turns of {data}")
        vectors.prepare(turns)
        found = hits(scorers, turns, weights, seed=seed)
        rows += [_row(data, half, model, turns, places, seed) for model, places in found.items()]
    return DialogueTable(rows=tuple(rows), weights=weights)


def hits(
    scorers: Scorers, turns: Sequence[RecTurn], weights: Mapping[str, float], *, seed: int
) -> dict[str, list[list[int]]]:
    """Model -> for each turn the places (from 1) at which the relevant films are listed."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[list[int]]] = {}
    for turn in turns:
        own = {name: source(turn) for name, source in scorers.sources.items()}
        own["random"] = rng.random(len(scorers.films.items), dtype=np.float32)
        own["vouch"] = np.asarray(sum(weights[name] * scores for name, scores in own.items() if name in weights))
        for name, scores in own.items():
            found.setdefault(name, []).append(places_of(scores, turn, scorers.films.index_of))
    return found


def places_of(scores: Scores, turn: RecTurn, index_of: Mapping[str, int]) -> list[int]:
    """The places of the relevant films when what was named before is left out; of equals the one that stands later in the file comes later."""
    scores = scores.astype(np.float64) - np.arange(len(scores)) * 1e-12
    out = [index_of[i] for i in turn.named]
    scores[out] = -np.inf
    return [int((scores > scores[index_of[i]]).sum()) + 1 for i in turn.relevant]


def _row(
    data: str, half: Half, model: str, turns: Sequence[RecTurn], places: Sequence[Sequence[int]], seed: int
) -> DialogueRow:
    """Recall is over (turn, film) pairs; the interval comes from resampling dialogues."""
    names = sorted({turn.dialogue.dialogue_id for turn in turns})
    row_of = {name: n for n, name in enumerate(names)}
    counts = np.zeros((len(names), 1 + len(CUTS)))
    for turn, own in zip(turns, places, strict=True):
        counts[row_of[turn.dialogue.dialogue_id]] += [len(own), *(sum(p <= k for p in own) for k in CUTS)]
    draws = np.random.default_rng(seed).integers(0, len(names), size=(1000, len(names)))
    resampled = counts[draws].sum(axis=1)
    recall: dict[str, Interval] = {}
    for number, k in enumerate(CUTS, start=1):
        low, high = np.quantile(resampled[:, number] / resampled[:, 0], [0.025, 0.975])
        recall[f"recall@{k}"] = (float(counts[:, number].sum() / counts[:, 0].sum()), float(low), float(high))
    return DialogueRow(data=data, half=half, model=model, turns=len(turns), dialogues=len(names), recall=recall)


def _unit(scores: Scores) -> Scores:
    """Divided by the largest, where there is any."""
    top = float(scores.max(initial=0.0))
    return np.asarray(scores / top if top > 0 else np.zeros_like(scores), dtype=np.float32)


def _spread(scores: Scores) -> Scores:
    """From the middle up, in [0, 1]; NaN and what is below the middle are 0."""
    known = np.nan_to_num(scores, nan=-np.inf)
    middle = float(np.median(known[np.isfinite(known)])) if np.isfinite(known).any() else 0.0
    return _unit(np.maximum(np.where(np.isfinite(known), known - middle, 0.0), 0.0).astype(np.float32))
