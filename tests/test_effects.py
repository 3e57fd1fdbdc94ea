"""What a change of taste moves, and what holds for every list."""

from __future__ import annotations

from dataclasses import replace

from retrieval import filters
from retrieval.effects import with_standing
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive
from retrieval.scorers.like_counts import LikeCounts
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from vouch.answers import Move
from vouch.types import Filter, Preference, Query, StandingPreference, Taste

CATALOGUE = small_catalogue()
RECOMMENDER = Recommender(
    catalogue=CATALOGUE,
    store=ListStore(two_camps()),
    fitted=Fitted(
        version="", like_counts=LikeCounts.of(CATALOGUE, two_camps()), model=fit_adaptive(two_camps(), CATALOGUE)
    ),
    content=small_content(CATALOGUE, HashEmbedder()),
)
NOBODY = Taste(user_id="ann")
NO_HORROR = StandingPreference(filter=Filter(attribute="genres", op="none_of", value=("horror",)))


def liking(*item_ids: str) -> Taste:
    return replace(NOBODY, liked=tuple(Preference(item_id=i) for i in item_ids))


def holding(*held: StandingPreference) -> Taste:
    return replace(NOBODY, standing=held)


def by_item(moves: tuple[Move, ...]) -> dict[str, Move]:
    return {move.item_id: move for move in moves}


def places(taste: Taste) -> dict[str, int]:
    listed = RECOMMENDER.rank(Query(tastes=(taste,), k=20))
    return {one.item_id: place for place, one in enumerate(listed, start=1)}


def test_the_moves_are_those_of_the_two_lists() -> None:
    before, after = places(NOBODY), places(liking("jr"))
    for move in RECOMMENDER.effect(NOBODY, liking("jr"), Query()):
        assert (move.was, move.now) == (before.get(move.item_id), after.get(move.item_id))
        assert move.was != move.now


def test_a_like_lifts_what_others_like_with_it_and_takes_itself_out() -> None:
    moves = by_item(RECOMMENDER.effect(NOBODY, liking("jr"), Query()))
    assert (moves["jr"].now, moves["jr"].part) == (None, "met")
    assert moves["general"].part == "collaborative"
    assert (moves["general"].now or 99) < (moves["general"].was or 99)


def test_taking_it_back_is_the_other_way_round() -> None:
    there = by_item(RECOMMENDER.effect(NOBODY, liking("jr"), Query()))
    back = by_item(RECOMMENDER.effect(liking("jr"), NOBODY, Query()))
    assert {i: (m.now, m.was) for i, m in there.items()} == {i: (m.was, m.now) for i, m in back.items()}
    assert back["jr"].part == "free"


def test_a_condition_for_every_list_bars_and_the_others_only_make_room() -> None:
    moves = by_item(RECOMMENDER.effect(NOBODY, holding(NO_HORROR), Query()))
    assert {i for i, move in moves.items() if move.part == "barred"} == {
        "nosferatu",
        "dracula",
        "print",
    }  # an item without genres meets no condition on them
    assert {move.part for i, move in moves.items() if move.part != "barred"} == {"room"}


def test_the_largest_move_is_told_first() -> None:
    sizes = [abs((m.was or 21) - (m.now or 21)) for m in RECOMMENDER.effect(NOBODY, liking("jr"), Query())]
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_taste_moves_nothing() -> None:
    assert RECOMMENDER.effect(liking("jr"), liking("jr"), Query(text="vampire")) == ()


def test_what_holds_for_every_list_is_never_broken_and_shows_in_the_funnel() -> None:
    rec_list = RECOMMENDER.recommend(Query(text="vampire", tastes=(holding(NO_HORROR),)))
    assert not {"nosferatu", "dracula"} & {r.item.item_id for r in rec_list.recommendations}
    assert NO_HORROR.filter in {step.filter for step in rec_list.funnel}


def test_who_asks_for_it_now_gets_it_after_all() -> None:
    asked = Query(filters=(filters.parse(CATALOGUE.schema, "genres=horror"),), tastes=(holding(NO_HORROR),))
    assert {r.item.item_id for r in RECOMMENDER.recommend(asked).recommendations} == {"nosferatu", "dracula"}


def test_a_soft_condition_is_preferred() -> None:
    books = StandingPreference(filter=Filter(attribute="kind", op="=", value="book"), hard=False)
    first = RECOMMENDER.recommend(Query(tastes=(holding(books),), k=2)).recommendations
    assert {r.item.attributes["kind"] for r in first} == {"book"}


def test_a_condition_that_the_catalogue_no_longer_knows_is_passed_over() -> None:
    gone = StandingPreference(filter=Filter(attribute="colour", op="=", value="red"))
    assert with_standing(Query(tastes=(holding(gone),)), CATALOGUE.schema).filters == ()


def test_a_pinned_like_weighs_more_than_another() -> None:
    pinned = replace(NOBODY, liked=(Preference(item_id="jr", weight=2.0, pinned=True), Preference(item_id="dracula")))
    plain = liking("jr", "dracula")
    explained = [RECOMMENDER.explain("general", Query(tastes=(t,))) for t in (plain, pinned)]
    shares = [
        next(r.contribution for r in e.reasons if r.kind == "liked_item" and r.item_id == "jr") for e in explained
    ]
    assert shares[1] > shares[0]
