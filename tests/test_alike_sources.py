"""Sources that go by what is liked, without other people: shared attribute values, texts and pictures that are alike."""

from __future__ import annotations

import numpy as np

from eval.texts import NoIndex
from retrieval.catalogue import Catalogue
from retrieval.item_vectors import ItemVectors
from retrieval.recommender import Content, standard_sources
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.like_counts import LikeCounts
from retrieval.sources.alike import AlikeSource
from retrieval.sources.attributes import AttributeSource
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import small_catalogue
from vouch.types import Item, Passage, Preference, Query, Schema, Taste

CATALOGUE = small_catalogue()


def liking(*item_ids: str) -> Query:
    return Query(tastes=(Taste(user_id="s", liked=tuple(Preference(item_id=i) for i in item_ids)),))


def test_the_same_maker_comes_first_then_the_same_genre() -> None:
    found = [c.item_id for c in AttributeSource(CATALOGUE).propose(liking("jr"), 10, frozenset({"general", "dracula"}))]
    assert found == ["general"]
    found = [c.item_id for c in AttributeSource(CATALOGUE).propose(liking("nosferatu"), 10, None)]
    assert found[:2] == ["nosferatu", "dracula"]
    assert set(found) <= {"nosferatu", "dracula", "general", "jr"}, "only what is a film or of its genre"


def test_more_of_an_item_is_about_that_item() -> None:
    query = Query(like_item="moonlight", tastes=liking("jr").tastes)
    others = frozenset(CATALOGUE.item_ids) - {"moonlight", "jr"}
    assert AttributeSource(CATALOGUE).propose(query, 1, others)[0].item_id == "clair"


def test_a_catalogue_without_categories_has_nothing_to_share() -> None:
    bare = Catalogue(
        items=(Item(item_id="a", title="A"), Item(item_id="b", title="B")),
        schema=Schema(id_columns=("id",), title_column="title"),
    )
    assert AttributeSource(bare).propose(liking("a"), 5, None) == ()


def seen(item_id: str, name: str = "tags") -> Passage:
    return Passage(
        passage_id=f"{item_id}:{name}", item_id=item_id, channel="tags", text="cat (0.6)", made_by="m", space="seen"
    )


def test_pictures_that_look_alike_are_proposed_and_items_without_one_are_not() -> None:
    passages = [seen("nosferatu"), seen("dracula"), seen("general"), seen("general", "second view")]
    told = Passage(passage_id="t", item_id="whale", channel="description", text="A whale.", made_by="file")
    rows = np.array([[1, 0], [0.8, 0.6], [0, 1], [0, 1], [1, 0]], dtype=np.float32)
    pictures = ItemVectors.of_pictures(CATALOGUE, [*passages, told], rows)
    assert pictures is not None
    found = AlikeSource(pictures, name="looks_alike").propose(liking("nosferatu"), 5, None)
    assert [(c.item_id, round(c.scores["looks_alike"], 3)) for c in found] == [("nosferatu", 1.0), ("dracula", 0.8)]
    assert AlikeSource(pictures, name="looks_alike").propose(liking("whale"), 5, None) == ()


def test_sounds_that_are_alike_are_proposed() -> None:
    def heard(item_id: str) -> Passage:
        text = "slow music without a steady beat"
        return Passage(passage_id=f"{item_id}:sound", item_id=item_id, channel="sound", text=text, made_by="m")

    rows = np.array([[1, 0], [0.8, 0.6], [0, 1], [1, 0]], dtype=np.float32)
    told = Passage(passage_id="t", item_id="whale", channel="description", text="A whale.", made_by="file")
    passages = [heard("clair"), heard("moonlight"), heard("general"), told]
    sounds = ItemVectors.of_sounds(CATALOGUE, passages, rows)
    assert sounds is not None
    found = AlikeSource(sounds, name="sounds_alike").propose(liking("clair"), 5, None)
    assert [c.item_id for c in found] == ["clair", "moonlight"]
    assert ItemVectors.of_sounds(CATALOGUE, [told], rows[:1]) is None
    content = Content.of(
        CATALOGUE, index=NoIndex(), embedder=HashEmbedder(), passages=passages, rows=np.resize(rows, (4, 2))
    )
    fitted = Fitted(version="", like_counts=LikeCounts.of(CATALOGUE, ()), model=None)
    names = [source.name for source in standard_sources(CATALOGUE, fitted=fitted, content=content)]
    assert "sounds_alike" in names
    assert "looks_alike" not in names


def test_where_nothing_is_seen_there_are_no_pictures_to_compare() -> None:
    told = Passage(passage_id="t", item_id="whale", channel="description", text="A whale.", made_by="file")
    assert ItemVectors.of_pictures(CATALOGUE, [told], np.ones((1, 2), dtype=np.float32)) is None


def test_a_caption_says_what_an_item_is_like_only_where_nothing_else_does() -> None:
    caption = Passage(passage_id="c", item_id="whale", channel="caption", text="A boat.", made_by="vouch-seeing:1")
    told = Passage(passage_id="t", item_id="whale", channel="description", text="A whale.", made_by="file")
    rows = np.array([[1, 0], [0, 1]], dtype=np.float32)
    assert ItemVectors.from_passages(CATALOGUE, [caption, told], rows).of("whale").tolist() == [0, 1]
    assert ItemVectors.from_passages(CATALOGUE, [caption], rows[:1]).of("whale").tolist() == [1, 0]


def test_what_all_items_have_in_common_does_not_make_them_alike() -> None:
    rows = np.zeros((len(CATALOGUE.items), 3), dtype=np.float32)
    rows[:4] = [[0.8, 0.6, 0], [0.8, -0.6, 0], [0.8, 0, 0.6], [0.8, 0, -0.6]]
    vectors = ItemVectors(CATALOGUE, rows).centred().vectors
    assert np.allclose(vectors[:4], [[0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], atol=1e-6)
    assert not vectors[4:].any()
