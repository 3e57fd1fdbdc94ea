"""The models of the ranking table: each ranks the catalogue for one held-out person. Fitted on the training interactions alone.

`popularity`, `item_knn`, `als` and `ease` are what people would otherwise use, `cf` is our collaborative model alone, `vouch` the whole.
The other rows are the whole's sources of candidates that speak from likes, each alone: `dense` goes by the likeness of the texts' vectors to
those of the likes. (What answers a query's words has no row: nobody asked these people anything.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from eval.recorded import Tuned
from eval.splits import HeldOut
from retrieval.catalogue import Catalogue
from retrieval.ranking import TEXT_SOURCES
from retrieval.recommender import POOL, Content, InteractionStore, Recommender, standard_sources
from retrieval.scorers.alternatives import fit_als, fit_item_neighbours
from retrieval.scorers.choosing import MOST_MODELS
from retrieval.scorers.collaborative_model import CollaborativeModel
from retrieval.scorers.edlae import LevelChoice
from retrieval.scorers.fitted import Fitted, fit_adaptive, fit_ease
from retrieval.scorers.levels import choose_levels
from retrieval.scorers.like_counts import LikeCounts
from retrieval.scorers.training import Training
from retrieval.sources.alike import AlikeSource
from retrieval.sources.collaborative import CollaborativeSource, query_likes
from retrieval.sources.popular import PopularSource
from retrieval.sources.top_items import top_items
from vouch.ports import CandidateSource
from vouch.types import Interaction, Query

LISTED = 100
PLACES = 20
"""Of so many places the fixed ones are the last."""
IMPERSONAL = frozenset({"random", "popularity"})
"""The rows that list the same for whatever is known of a person."""
ROWS = {"popular": "popularity", "collaborative": "cf", "alike": "dense"}
"""What a source is called in the table where that is not its name."""
Indexes = NDArray[np.int64]


class Ranker(Protocol):
    """One model of the table."""

    def __call__(self, person: HeldOut, among: frozenset[str] | None = None) -> Indexes:
        """At most `LISTED` item indexes, best first, none that is out; only of `among` where given."""
        ...


@dataclass(frozen=True, kw_only=True)
class Models:
    """All models of one training. `rankers` by row; `sources`: row -> the source of the whole."""

    rankers: Mapping[str, Ranker]
    sources: Mapping[str, CandidateSource]
    catalogue: Catalogue
    fitted: Fitted
    content: Content | None

    def whole(self, *, without: str | None = None, k: int = LISTED) -> Ranker:
        """Lists of k by the whole, or by the whole without the source of one row."""
        left = [source for row, source in self.sources.items() if row != without]
        return _whole(_recommender(self.catalogue, self.fitted, self.content, left), self.catalogue, k=k)

    def weighing(self, people: Sequence[HeldOut]) -> frozenset[str]:
        """The rows of the sources that have a part in any of these people's lists by the whole."""
        whole = _recommender(self.catalogue, self.fitted, self.content, tuple(self.sources.values()))
        queries = (Query(tastes=(p.taste,), k=LISTED, exclude=tuple(sorted(p.out))) for p in people)
        return frozenset(ROWS.get(name, name) for query in queries for one in whole.rank(query) for name in one.parts)

    def pools(self, person: HeldOut) -> dict[str, frozenset[int]]:
        """Row -> the items that the source puts into the pool that is ranked, indexes; none that is out."""
        query, out = Query(tastes=(person.taste,)), person.out
        index_of = self.catalogue.index_of
        found = {row: source.propose(query, POOL + len(out), None) for row, source in self.sources.items()}
        return {
            row: frozenset([index_of[c.item_id] for c in candidates if c.item_id not in out][:POOL])
            for row, candidates in found.items()
        }


def levels_for(catalogue: Catalogue, training: Iterable[Interaction]) -> tuple[LevelChoice, ...] | None:
    """The levels of our model that validation people of the training choose; None where there is nothing to learn."""
    likes = Training.of(catalogue, training)
    if likes is None:
        return None
    n = len(likes.item_ids)
    most = next((models for items, models in MOST_MODELS if n <= items), MOST_MODELS[-1][1])
    return choose_levels(likes.likes, most_models=most)[0]


def fit_models(
    catalogue: Catalogue,
    training: Iterable[Interaction],
    *,
    content: Content | None,
    tuned: Tuned,
    seed: int,
) -> Models:
    """All models that the training can feed."""
    interactions = tuple(training)
    vectors = content.item_vectors if content is not None else None
    model = fit_adaptive(interactions, catalogue, choices=tuned.levels, item_vectors=vectors)
    fitted = Fitted(version="training", like_counts=LikeCounts.of(catalogue, interactions), model=model)
    rankers: dict[str, Ranker] = {"random": _at_random(catalogue, seed)}
    rankers["popularity"] = by_source(PopularSource(catalogue, fitted.like_counts), catalogue)
    alone = {
        "item_knn": fit_item_neighbours(interactions, catalogue, kind=tuned.neighbours_kind, k=tuned.neighbours),
        "als": fit_als(interactions, catalogue, choice=tuned.als),
        "ease": fit_ease(interactions, catalogue, penalty=tuned.ease_penalty),
        "cf": model,
    }
    for row, one in alone.items():
        if one is not None:
            rankers[row] = by_source(CollaborativeSource(one), catalogue)
    sources = {ROWS.get(s.name, s.name): s for s in standard_sources(catalogue, fitted=fitted, content=content)}
    spoken = {row: s for row, s in sources.items() if s.name not in TEXT_SOURCES}
    rankers["vouch"] = _whole(_recommender(catalogue, fitted, content, tuple(spoken.values())), catalogue)
    rankers |= {row: by_source(s, catalogue) for row, s in spoken.items() if row not in rankers}
    if (
        content is not None
    ):  # as strong as it can be: the mean of all texts is taken off, which the whole's own source does not do
        rankers["dense"] = by_source(AlikeSource(content.item_vectors.centred()), catalogue)
    return Models(rankers=rankers, sources=spoken, catalogue=catalogue, fitted=fitted, content=content)


def with_fixed_places(model: CollaborativeModel, places: int) -> Ranker:
    """The line that places by validation are to beat: our model's list whose last places of `PLACES` everybody's best new items have."""
    index_of, borrowers = model.catalogue.index_of, model.borrowers
    new = () if borrowers is None else borrowers.places[borrowers.rows < 0].tolist()
    old = by_source(CollaborativeSource(model, places=False), model.catalogue)
    new_ids = frozenset(model.catalogue.item_ids[i] for i in new)

    def ranker(person: HeldOut, among: frozenset[str] | None = None) -> Indexes:
        listed = old(person, among).tolist()
        likes = query_likes(Query(tastes=(person.taste,)))
        best = top_items(model.catalogue, model.affinity(likes), places, allowed=new_ids - person.out, name="new")
        cut = PLACES - len(best)
        return np.array([*listed[:cut], *(index_of[c.item_id] for c in best), *listed[cut:]][:LISTED], dtype=np.int64)

    return ranker


def by_source(source: CandidateSource, catalogue: Catalogue) -> Ranker:
    """What a source alone would list."""
    index_of = catalogue.index_of

    def ranker(person: HeldOut, among: frozenset[str] | None = None) -> Indexes:
        query = Query(tastes=(person.taste,))
        k, allowed = (LISTED + len(person.out), None) if among is None else (LISTED, among - person.out)
        found = source.propose(query, k, allowed)
        kept = [index_of[c.item_id] for c in found if c.item_id not in person.out]
        return np.array(kept[:LISTED], dtype=np.int64)

    return ranker


def _recommender(
    catalogue: Catalogue, fitted: Fitted, content: Content | None, sources: Sequence[CandidateSource]
) -> Recommender:
    return Recommender(catalogue=catalogue, store=_NoStore(), fitted=fitted, content=content, sources=sources)


def _whole(recommender: Recommender, catalogue: Catalogue, *, k: int = LISTED) -> Ranker:
    everything = frozenset(catalogue.item_ids)

    def ranker(person: HeldOut, among: frozenset[str] | None = None) -> Indexes:
        out = person.out if among is None else everything - among | person.out
        query = Query(tastes=(person.taste,), k=k, exclude=tuple(sorted(out)))
        return np.array([catalogue.index_of[one.item_id] for one in recommender.rank(query)], dtype=np.int64)

    return ranker


def _at_random(catalogue: Catalogue, seed: int) -> Ranker:
    rng = np.random.default_rng(seed)

    def ranker(person: HeldOut, among: frozenset[str] | None = None) -> Indexes:
        items = range(len(catalogue.items)) if among is None else [catalogue.index_of[i] for i in sorted(among)]
        out = [catalogue.index_of[i] for i in person.out]
        return np.asarray(rng.permutation(np.setdiff1d(items, out))[:LISTED], dtype=np.int64)

    return ranker


class _NoStore(InteractionStore):
    """The recommender that is measured remembers nobody."""

    def interactions(self, user_id: str | None = None) -> Sequence[Interaction]:
        return ()

    def people(self) -> Sequence[tuple[str, int]]:
        return ()
