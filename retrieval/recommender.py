"""Query -> RecList: filters, sources, fusion, reasons. Stateless but for the store, so the next list knows the last like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from retrieval import filters
from retrieval.catalogue import Catalogue
from retrieval.tastes import taste_of
from vouch.ports import CandidateSource
from vouch.types import Interaction, LikedItem, Query, Recommendation, RecList, Taste


class InteractionStore(Protocol):
    """The part of the record that the recommender needs."""

    def interactions(self, user_id: str | None = None) -> Sequence[Interaction]: ...
    def add_interaction(self, interaction: Interaction) -> None: ...
    def remove_interactions(self, user_id: str, item_id: str | None = None) -> None: ...
    def people(self) -> Sequence[tuple[str, int]]: ...


class Recommender:
    """Recommends from one catalogue to anybody."""

    def __init__(
        self, *, catalogue: Catalogue, store: InteractionStore, sources: Sequence[CandidateSource] = ()
    ) -> None:
        self.catalogue = catalogue
        self._store = store
        self._sources = tuple(sources)

    def recommend(self, query: Query) -> RecList:
        """The list for a query: at most k items, best first, none that breaks a filter.

        Raises:
            BadFilter: a filter that the schema cannot answer.
        """
        checked = tuple(filters.check(self.catalogue.schema, f) for f in query.filters)
        out = {i for taste in query.tastes for i in taste.out} | set(query.exclude)
        allowed = filters.admitted(self.catalogue, checked) - out
        items = [item for item in self.catalogue.items if item.item_id in allowed][: query.k]
        return RecList(
            query=query,
            recommendations=tuple(
                Recommendation(rank=rank, item=item, score=0.0, parts={}) for rank, item in enumerate(items, start=1)
            ),
        )

    def explain(self, item_id: str, query: Query) -> Recommendation:
        """One item as it stands in the answer to a query, with all reasons, whether or not it would be shown.

        Raises:
            UnknownItem: no item of that id.
        """
        return Recommendation(rank=1, item=self.catalogue.resolve(item_id), score=0.0, parts={})

    def affinities(self, taste: Taste, item_ids: Iterable[str]) -> tuple[tuple[str, float, tuple[LikedItem, ...]], ...]:
        """For each item the affinity (NaN: no opinion) and the liked items that carry it, the strongest first."""
        return tuple((item_id, float("nan"), ()) for item_id in item_ids)

    def taste(self, user_id: str) -> Taste:
        """What is known of a person now; an unknown person has an empty taste."""
        return taste_of(user_id, self._store.interactions(user_id))

    def remember(self, interaction: Interaction) -> None:
        """Writes down what a person did; the next list knows it."""
        self._store.add_interaction(interaction)

    def forget(self, user_id: str, item_id: str | None = None) -> None:
        """Takes back what was remembered of one item, or of all."""
        self._store.remove_interactions(user_id, item_id)

    def people(self) -> tuple[tuple[str, int], ...]:
        """user_id and number of interactions of everybody known."""
        return tuple(self._store.people())
