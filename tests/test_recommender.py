"""The recommender as a whole: hard limits hold, feedback counts at once, and nothing is said to be what it is not."""

from __future__ import annotations

import itertools
import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import filters
from retrieval.catalogue import Catalogue
from retrieval.quotas import met
from retrieval.ranking import EXPLORED
from retrieval.recommender import Recommender, standard_sources
from retrieval.scorers.fitted import Fitted, fit_scorer, load_scorer
from retrieval.tastes import NAMED, taste_of
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import (
    FailingEmbedder,
    FailingSource,
    ListStore,
    small_catalogue,
    small_content,
    two_camps,
)
from vouch.errors import BadFilter, UnknownItem
from vouch.types import Filter, Interaction, InteractionKind, Preference, Query, Quota, RecList, Taste

CATALOGUE = small_catalogue()
CONTENT = small_content(CATALOGUE, HashEmbedder())
IDS = list(CATALOGUE.item_ids)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fit_scorer(ListStore(two_camps()), CATALOGUE, tmp_path_factory.mktemp("scorer"))


@pytest.fixture(scope="module")
def recommender(fitted: Fitted) -> Recommender:
    return Recommender(catalogue=CATALOGUE, store=ListStore(two_camps()), fitted=fitted, content=CONTENT)


def taste(*liked: str, disliked: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> Taste:
    return Taste(
        user_id="s",
        liked=tuple(Preference(item_id=i) for i in liked),
        disliked=tuple(Preference(item_id=i) for i in disliked),
        hidden=tuple(Preference(item_id=i) for i in hidden),
    )


def ids(rec_list: RecList) -> list[str]:
    return [r.item.item_id for r in rec_list.recommendations]


def notes(rec_list: RecList) -> list[str]:
    return [note.kind for note in rec_list.notes]


WRITTEN = (
    "kind=film",
    "kind!=book",
    "year<=1922",
    "genres!=horror",
    "genres=piano|comedy",
    "published>=1900",
    "title~a",
)


MANY = settings(max_examples=20_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 500)


@MANY
@given(
    text=st.sampled_from(["", "vampire", "funny fast film", "quantum sourdough", "slow piano at night"]),
    liked=st.lists(st.sampled_from(IDS), max_size=6, unique=True),
    disliked=st.lists(st.sampled_from(IDS), max_size=2, unique=True),
    written=st.lists(st.sampled_from(WRITTEN), max_size=2),
    prefer=st.lists(st.sampled_from(WRITTEN), max_size=1),
    quotas=st.lists(
        st.builds(Quota, attribute=st.sampled_from(["kind", "genres"]), most=st.integers(1, 2)), max_size=1
    ),
    exclude=st.lists(st.sampled_from(IDS), max_size=2),
    k=st.integers(1, 8),
    explore=st.sampled_from([0.0, 1.0]),
)
def test_no_list_breaks_a_limit(
    recommender: Recommender,
    text: str,
    liked: list[str],
    disliked: list[str],
    written: list[str],
    prefer: list[str],
    quotas: list[Quota],
    exclude: list[str],
    k: int,
    explore: float,
) -> None:
    schema = CATALOGUE.schema
    wanted = tuple(filters.parse(schema, f) for f in written)
    person = taste(*liked, disliked=tuple(disliked))
    query = Query(
        text=text,
        tastes=(person,),
        filters=wanted,
        prefer=tuple(filters.parse(schema, f) for f in prefer),
        exclude=tuple(exclude),
        quotas=tuple(quotas),
        k=k,
        explore=explore,
    )
    answer = recommender.recommend(query)
    allowed = filters.admitted(CATALOGUE, wanted) - person.out - set(exclude)
    assert set(ids(answer)) <= allowed
    assert len(ids(answer)) == len(set(ids(answer))) <= k
    assert quotas or len(ids(answer)) >= min(k, len(allowed), 5)
    assert met(CATALOGUE, quotas, ids(answer))
    assert answer.funnel[-1].after == len(allowed)
    assert [r.rank for r in answer.recommendations] == list(range(1, len(ids(answer)) + 1))
    scores = [r.score for r in answer.recommendations][
        : None if explore == 0 else -1
    ]  # a wildcard stands last, whatever its score
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(scores))
    assert all(r.score == pytest.approx(sum(r.parts.values())) for r in answer.recommendations)
    for r in answer.recommendations[:1]:
        told = recommender.explain(r.item.item_id, query)
        carried = [why.contribution for why in told.reasons if why.kind in {"liked_item", "popularity"}]
        assert told.affinity is None or math.fsum(carried) == pytest.approx(told.affinity, abs=1e-5)
    assert answer == recommender.recommend(query)


def test_the_funnel_counts_after_each_step(recommender: Recommender) -> None:
    query = Query(
        filters=(filters.parse(CATALOGUE.schema, "kind=film"), filters.parse(CATALOGUE.schema, "year>=1924")),
        tastes=(taste("general"),),
        exclude=("jr",),
    )
    steps = recommender.recommend(query).funnel
    assert [(s.label, s.before, s.after) for s in steps] == [
        ("kind: film", 8, 3),
        ("year at least 1924", 3, 2),
        ("seen or hidden", 2, 1),
        ("already shown", 1, 0),
    ]


def test_an_impossible_request_says_what_would_help(recommender: Recommender) -> None:
    wanted = (filters.parse(CATALOGUE.schema, "kind=film"), filters.parse(CATALOGUE.schema, "year<1900"))
    answer = recommender.recommend(Query(filters=wanted))
    assert ids(answer) == []
    (note,) = answer.notes
    assert note.kind == "over_constrained"
    assert note.relaxations[0].instead == Filter(attribute="year", op="<=", value=1922.0)


def test_a_person_who_met_everything_is_told_so(recommender: Recommender) -> None:
    answer = recommender.recommend(
        Query(tastes=(taste("nosferatu", "general", "jr"),), filters=(filters.parse(CATALOGUE.schema, "kind=film"),))
    )
    assert ids(answer) == []
    assert notes(answer) == ["all_seen"]


def test_words_find_what_only_a_picture_shows() -> None:
    embedder = HashEmbedder()
    recommender = Recommender(catalogue=CATALOGUE, store=ListStore(), content=small_content(CATALOGUE, embedder))
    answer = recommender.recommend(Query(text="a tabby cat"))
    assert ids(answer)[0] == "print"
    assert answer.recommendations[0].reasons[0].kind == "passage"


def test_words_that_nothing_answers_are_not_dressed_up_as_a_match(recommender: Recommender) -> None:
    answer = recommender.recommend(Query(text="chromodynamics homework", tastes=(taste("nosferatu"),)))
    assert notes(answer) == ["not_filterable"]
    assert "chromodynamics homework" in answer.notes[0].text
    assert not {"dense", "lexical", "seen"} & {name for r in answer.recommendations for name in r.parts}


def test_a_stranger_with_no_words_gets_what_most_people_like_and_is_told_so(recommender: Recommender) -> None:
    answer = recommender.recommend(Query(k=2))
    assert ids(answer)[0] == "nosferatu"
    assert notes(answer) == ["no_history"]


def test_one_like_moves_the_list_at_once(fitted: Fitted) -> None:
    recommender = Recommender(catalogue=CATALOGUE, store=ListStore(two_camps()), fitted=fitted, content=CONTENT)

    def first_for_ann() -> str:
        return ids(recommender.recommend(Query(tastes=(recommender.taste("ann"),))))[0]

    before = first_for_ann()
    recommender.remember(Interaction(user_id="ann", item_id="jr", kind="like", at=1.0, source="click"))
    assert before == "nosferatu"
    assert first_for_ann() in {"general", "clair", "moonlight"}
    recommender.forget("ann", "jr")
    assert first_for_ann() == before


def test_who_explores_hears_less_of_what_everybody_likes(recommender: Recommender) -> None:
    def share_paid(item_id: str, explore: float) -> float:
        parts = dict(recommender.explain(item_id, Query(explore=explore)).parts)
        paid = -parts.pop("popularity", 0.0)
        return paid / sum(parts.values())

    assert share_paid("nosferatu", 0.0) == 0.0
    assert share_paid("nosferatu", 0.5) == pytest.approx(EXPLORED / 2)  # it has the most likes
    assert share_paid("nosferatu", 1.0) == pytest.approx(EXPLORED)
    assert share_paid("jr", 1.0) < EXPLORED


def test_what_is_disliked_or_hidden_never_comes_back(recommender: Recommender) -> None:
    person = taste("dracula", disliked=("nosferatu",), hidden=("whale",))
    assert not {"nosferatu", "whale", "dracula"} & set(ids(recommender.recommend(Query(tastes=(person,)))))


def test_a_dislike_pushes_its_neighbours_down(recommender: Recommender) -> None:
    def score(person: Taste) -> float:
        return recommender.explain("dracula", Query(text="vampire", tastes=(person,))).score

    assert score(taste(disliked=("nosferatu",))) < score(taste(disliked=("general",)))
    assert recommender.explain("dracula", Query(tastes=(taste(disliked=("nosferatu",)),))).parts["dislikes"] < 0


def test_a_preference_lifts_and_shuts_nothing_out(recommender: Recommender) -> None:
    answer = recommender.recommend(Query(prefer=(filters.parse(CATALOGUE.schema, "kind=music"),)))
    assert set(ids(answer)[:2]) == {"moonlight", "clair"}
    assert len(ids(answer)) == 8
    nowhere = recommender.recommend(
        Query(prefer=(filters.parse(CATALOGUE.schema, "kind=music"),), exclude=("moonlight", "clair"))
    )
    assert "preferred" in notes(nowhere)


def test_more_like_one_item_does_not_list_it_and_cites_what_is_alike(recommender: Recommender) -> None:
    answer = recommender.recommend(Query(like_item="moonlight"))
    assert "moonlight" not in ids(answer)
    clair = next(r for r in answer.recommendations if r.item.item_id == "clair")
    assert clair.rank <= 2
    assert "passage" in {reason.kind for reason in clair.reasons}


def test_several_tastes_are_averaged(recommender: Recommender) -> None:
    both = recommender.recommend(Query(tastes=(taste("nosferatu"), taste("jr"))))
    assert {"dracula", "general"} & set(ids(both)[:4])
    assert not {"nosferatu", "jr"} & set(ids(both))


def test_a_failing_source_is_named_and_the_others_answer(fitted: Fitted) -> None:
    sources = (FailingSource(), *standard_sources(CATALOGUE, fitted=fitted, content=None))
    recommender = Recommender(catalogue=CATALOGUE, store=ListStore(), fitted=fitted, sources=sources)
    answer = recommender.recommend(Query(text="vampire"))
    assert set(ids(answer)[:2]) == {"nosferatu", "dracula"}
    assert notes(answer) == ["source_failed", "filled"]
    assert "failing" in answer.notes[0].text


@pytest.mark.parametrize("part", ["company", "attributes"])
def test_who_names_a_title_is_told_of_its_like_and_a_history_of_one_less_so(fitted: Fitted, part: str) -> None:
    recommender = Recommender(catalogue=CATALOGUE, store=ListStore(), fitted=fitted)

    def heard(source: str) -> float:
        taste = Taste(user_id="s", liked=(Preference(item_id="nosferatu", source=source),))
        return max(one.parts.get(part, 0.0) for one in recommender.rank(Query(tastes=(taste,))))

    assert heard(NAMED) > heard("file") > 0


def test_an_embedder_that_fails_leaves_the_literal_words(fitted: Fitted) -> None:
    content = small_content(CATALOGUE, HashEmbedder())
    broken = replace(content, vectors=type(content.vectors)(FailingEmbedder()))
    recommender = Recommender(catalogue=CATALOGUE, store=ListStore(), fitted=fitted, content=broken)
    answer = recommender.recommend(Query(text="vampire"))
    assert set(ids(answer)[:2]) == {"nosferatu", "dracula"}
    assert set(notes(answer)) == {"source_failed", "filled"}


def test_an_item_is_explained_even_where_it_would_not_be_shown(recommender: Recommender) -> None:
    query = Query(text="vampire", filters=(filters.parse(CATALOGUE.schema, "kind=film"),))
    explained = recommender.explain("dracula", query)
    assert explained.item.item_id == "dracula"
    assert explained.rank in {1, 2}
    with pytest.raises(UnknownItem):
        recommender.explain("Nosferatu", query)


def test_affinities_are_told_for_named_items(recommender: Recommender) -> None:
    rows = recommender.affinities(taste("nosferatu", "dracula"), ["whale", "print"])
    (whale, affinity, liked), (print_id, unknown, _) = rows
    assert (whale, print_id) == ("whale", "print")
    by_popularity = affinity * (1 - sum(one.share for one in liked))
    assert affinity == pytest.approx(sum(one.contribution for one in liked) + by_popularity)
    assert 0 < by_popularity < affinity
    assert unknown != unknown  # NaN: nobody likes it, so there is no opinion


def test_a_filter_that_the_schema_cannot_answer_is_refused(recommender: Recommender) -> None:
    with pytest.raises(BadFilter):
        recommender.recommend(Query(filters=(Filter(attribute="mood", op="=", value="sad"),)))


def act(kind: InteractionKind, item_id: str, at: float, user_id: str = "u") -> Interaction:
    return Interaction(user_id=user_id, item_id=item_id, kind=kind, at=at)


def test_the_later_opinion_of_an_item_holds() -> None:
    found = taste_of(
        "u", [act("dislike", "a", 2.0), act("like", "a", 1.0), act("like", "b", 3.0), act("hide", "c", 4.0)]
    )
    assert [p.item_id for p in found.liked] == ["b"]
    assert [p.item_id for p in found.disliked] == ["a"]
    assert {p.item_id for p in found.seen} == {"a", "b"}
    assert [p.item_id for p in found.hidden] == ["c"]
    assert found.out == {"a", "b", "c"}


def test_an_unknown_person_has_an_empty_taste(recommender: Recommender) -> None:
    assert recommender.taste("nobody") == Taste(user_id="nobody")
    assert ("p1", 5) in recommender.people()


def test_a_scorer_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    store = ListStore(two_camps())
    written = fit_scorer(store, CATALOGUE, tmp_path)
    read = load_scorer(tmp_path, CATALOGUE, version=store.interactions_version())
    assert read is not None
    assert read.model is not None
    assert written.model is not None
    likes = {"nosferatu": 1.0}
    assert read.model.contributions(likes, "whale") == written.model.contributions(likes, "whale")
    assert read.like_counts.counts.tolist() == written.like_counts.counts.tolist()
    assert load_scorer(tmp_path, CATALOGUE, version="another") is None
    assert load_scorer(tmp_path / "nowhere", CATALOGUE) is None


def test_a_scorer_survives_items_that_move_come_and_go(tmp_path: Path) -> None:
    written = fit_scorer(ListStore(two_camps()), CATALOGUE, tmp_path)
    items = tuple(item for item in reversed(CATALOGUE.items) if item.item_id != "general")
    moved = load_scorer(tmp_path, Catalogue(items=items, schema=CATALOGUE.schema))
    assert moved is not None
    assert moved.model is not None
    assert written.model is not None
    likes = {"nosferatu": 1.0}
    assert moved.model.contributions(likes, "whale") == written.model.contributions(likes, "whale")
    assert not moved.model.knows("general")


def test_a_folder_of_an_older_format_is_fitted_anew(tmp_path: Path) -> None:
    store = ListStore(two_camps())
    (tmp_path / "ease-0123.npy").write_bytes(b"old")
    old = {"version": store.interactions_version(), "likes": {}, "weights": "ease-0123.npy", "item_ids": []}
    (tmp_path / "scorer.json").write_text(json.dumps(old), "utf-8")
    assert load_scorer(tmp_path, CATALOGUE) is None
    fit_scorer(store, CATALOGUE, tmp_path)
    assert load_scorer(tmp_path, CATALOGUE, version=store.interactions_version()) is not None
    assert not list(tmp_path.glob("ease-*"))


def test_the_record_says_which_levels_there_are_what_they_rest_on_and_how_much_memory_it_took(tmp_path: Path) -> None:
    fit_scorer(ListStore(two_camps()), CATALOGUE, tmp_path)
    record = json.loads((tmp_path / "1" / "scorer.json").read_text("utf-8"))
    assert [choice["least"] for choice in record["chosen"]] == [level["least"] for level in record["levels"]]
    assert all((tmp_path / "1" / f"weights-{place}.npy").exists() for place in range(len(record["models"])))
    assert record["validation_people"] == 0
    assert record["bytes_to_fit"] == 8 * len(record["item_ids"]) ** 2


def test_a_collection_without_likes_has_no_model(tmp_path: Path) -> None:
    fitted = fit_scorer(ListStore(), CATALOGUE, tmp_path)
    assert fitted.model is None
    assert not fitted.like_counts.known
    read = load_scorer(tmp_path, CATALOGUE)
    assert read is not None
    assert read.model is None


def test_what_speaks_of_an_avoided_word_comes_last(recommender: Recommender) -> None:
    plain = ids(recommender.recommend(Query(text="a story of a ship or a vampire")))
    avoiding = recommender.recommend(Query(text="a story of a ship or a vampire", avoid=("vampire",)))
    assert {"nosferatu", "dracula"} & set(plain[:3])
    parts = {r.item.item_id: r.parts.get("avoided", 0.0) for r in avoiding.recommendations}
    assert all(parts[i] < 0 for i in parts if i in {"nosferatu", "dracula"})
    assert ids(avoiding)[0] not in {"nosferatu", "dracula"}


def test_words_that_few_speak_of_are_not_dressed_up(recommender: Recommender) -> None:
    answer = recommender.recommend(Query(text="vampire", k=8))
    assert len(ids(answer)) == 5
    assert "Only the first 2 speak" in answer.notes[-1].text


def test_an_item_that_no_source_proposes_is_explained_too(recommender: Recommender) -> None:
    query = Query(text="vampire", k=1)
    shown = set(ids(recommender.recommend(replace(query, k=2))))
    for item_id in IDS:
        explained = recommender.explain(item_id, query)
        assert explained.item.item_id == item_id
        assert item_id in shown or explained.rank > 2
