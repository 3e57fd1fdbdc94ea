"""Reasons: the sentence that fits, the likes' exact shares, the conditions met; the strongest first and never too many."""

from __future__ import annotations

import math

import pytest

from retrieval.citations import sentences
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import Fitted, fit_adaptive
from retrieval.scorers.like_counts import LikeCounts
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from vouch.types import CitedPassage, Filter, LikedItem, MetFilter, Popularity, Preference, Query, Recommendation, Taste

CATALOGUE = small_catalogue()
FITTED = Fitted(
    version="",
    like_counts=LikeCounts.of(CATALOGUE, two_camps()),
    model=fit_adaptive(two_camps(), CATALOGUE),
)
RECOMMENDER = Recommender(
    catalogue=CATALOGUE,
    store=ListStore(two_camps()),
    fitted=FITTED,
    content=small_content(CATALOGUE, HashEmbedder()),
)


def taste(*liked: str) -> Taste:
    return Taste(user_id="s", liked=tuple(Preference(item_id=i) for i in liked))


def first(query: Query) -> Recommendation:
    return RECOMMENDER.recommend(query).recommendations[0]


def test_the_sentence_that_answers_is_marked() -> None:
    best = first(Query(text="eerie shadows on the stairs"))
    cited = best.reasons[0]
    assert isinstance(cited, CitedPassage)
    start, end = cited.span
    assert cited.passage.text[start:end] == "Eerie shadows climb the stairs."
    assert cited.passage.passage_id == "nosferatu:1"
    assert -1 <= cited.similarity <= 1


def test_where_no_word_decides_the_sentence_is_chosen_by_its_vector() -> None:
    best = first(Query(text="vampire shadows"))  # one word in each sentence of nosferatu
    cited = next(r for r in best.reasons if isinstance(r, CitedPassage))
    assert cited.span in sentences(cited.passage.text)


def test_shares_of_the_likes_and_the_popularity_part_sum_to_the_affinity() -> None:
    query = Query(tastes=(taste("nosferatu", "dracula", "general"),))
    explained = RECOMMENDER.explain("whale", query)
    liked = [r for r in explained.reasons if isinstance(r, LikedItem)]
    assert {r.item_id for r in liked} == {"nosferatu", "dracula", "general"}
    assert explained.affinity is not None
    (popularity,) = [r for r in explained.reasons if isinstance(r, Popularity)]
    assert popularity.contribution > 0
    carried = math.fsum([*(r.contribution for r in liked), popularity.contribution])
    assert carried == pytest.approx(explained.affinity, abs=1e-6)
    assert math.fsum(r.share for r in liked) == pytest.approx(1 - popularity.contribution / explained.affinity)


def test_the_like_that_carried_it_comes_first() -> None:
    best = first(Query(tastes=(taste("nosferatu", "dracula"),)))
    assert best.item.item_id == "whale"
    liked = [r for r in best.reasons if isinstance(r, LikedItem)]
    assert liked[0].contribution == max(r.contribution for r in liked) > 0
    assert liked[0].title in {"Nosferatu", "Dracula"}


def test_filters_and_preferences_that_are_met_are_reasons_with_the_items_own_value() -> None:
    query = Query(
        text="funny",
        filters=(Filter(attribute="year", op="<=", value=1925),),
        prefer=(Filter(attribute="creator", op="=", value="buster keaton"),),
    )
    met = [r for r in first(query).reasons if isinstance(r, MetFilter)]
    assert {r.filter.attribute: r.value for r in met} == {"year": 1924.0, "creator": "Buster Keaton"}


def test_with_nothing_known_the_reason_is_how_many_like_it() -> None:
    assert first(Query()).reasons == (Popularity(people=6, place=1),)


def test_what_nobody_likes_is_not_called_popular() -> None:
    explained = RECOMMENDER.explain("print", Query())
    assert not [r for r in explained.reasons if isinstance(r, Popularity)]


def test_there_are_at_most_five_reasons() -> None:
    query = Query(
        text="a vampire brings the plague by ship",
        tastes=(taste("dracula", "whale", "clair", "moonlight"),),
        filters=tuple(Filter(attribute="year", op="<=", value=2000.0 + n) for n in range(4)),
    )
    assert len(first(query).reasons) == 5


def test_a_taste_without_a_model_is_explained_by_likeness() -> None:
    bare = Recommender(catalogue=CATALOGUE, store=ListStore(), content=small_content(CATALOGUE, HashEmbedder()))
    best = bare.recommend(Query(tastes=(taste("clair"),))).recommendations[0]
    assert best.item.item_id == "moonlight"
    assert best.affinity is None
    assert [r.item_id for r in best.reasons if isinstance(r, LikedItem)] == ["clair"]


def test_sentences_keep_their_place_in_the_text() -> None:
    text = "  It rains. “A ship!” they cry…\nDawn"
    assert [text[a:b] for a, b in sentences(text)] == ["It rains.", "“A ship!”", "they cry…", "Dawn"]
    assert sentences("no stop") == ((0, 7),)
    assert sentences("") == ((0, 0),)


def test_an_item_that_is_only_asked_about_is_not_called_liked() -> None:
    asked = RECOMMENDER.explain("dracula", Query(like_item="nosferatu"))
    assert [r.asked for r in asked.reasons if isinstance(r, LikedItem)] == [True]
    liked = RECOMMENDER.explain("dracula", Query(like_item="nosferatu", tastes=(taste("nosferatu"),)))
    assert [r.asked for r in liked.reasons if isinstance(r, LikedItem)] == [False]
