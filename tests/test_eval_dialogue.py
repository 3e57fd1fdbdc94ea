"""Recommendation turns of a dialogue, and where the films that were named are listed."""

from __future__ import annotations

import numpy as np
import pytest

from eval.dialogue import Mentions, places_of
from eval.dialogue_vectors import ContextVectors
from eval.dialogue_words import AlikeSeekers
from eval.dialogues import Dialogue, Message, rec_turns
from retrieval.catalogue import Catalogue
from tests.stand_ins_perception import HashEmbedder
from vouch.types import Item, Passage, Schema

FILMS = Catalogue(
    items=tuple(Item(item_id=i, title=f"Film {i}") for i in "abcd"),
    schema=Schema(id_columns=("id",), title_column="title"),
)


def dialogue(name: str, *said: tuple[bool, str, str]) -> Dialogue:
    messages = tuple(
        Message(number=n, seeker=seeker, text=text, films=tuple(films)) for n, (seeker, text, films) in enumerate(said)
    )
    return Dialogue(data="redial-valid", dialogue_id=name, messages=messages)


TALK = dialogue(
    "one", (True, "I like a", "a"), (False, "try b", "b"), (True, "more", ""), (False, "b again, or c", "bc")
)


def test_a_turn_knows_what_was_said_before_and_finds_only_new_films() -> None:
    first, second = rec_turns(TALK)
    assert (first.said, dict(first.named), first.relevant) == ("I like a", {"a": 1.0}, ("b",))
    assert (second.said, set(second.named), second.relevant) == ("I like a more", {"a", "b"}, ("c",))


def test_films_named_before_are_left_out_of_the_list() -> None:
    second = rec_turns(TALK)[1]
    scores = np.array([9, 8, 1, 5], dtype=np.float32)
    assert places_of(scores, second, FILMS.index_of) == [2]


def test_a_dialogue_does_not_count_for_itself() -> None:
    other = dialogue("two", (True, "I like a", "a"), (False, "see d", "d"))
    mentions = Mentions(FILMS, [TALK, other])
    company = mentions.company(rec_turns(TALK)[0])
    assert company[FILMS.index_of["b"]] == 0
    assert company[FILMS.index_of["d"]] == 1
    assert mentions.popular(rec_turns(TALK)[0])[FILMS.index_of["c"]] == 0


@pytest.mark.parametrize("item_id", ["a", "b"])
def test_another_dialogue_s_company_counts(item_id: str) -> None:
    stranger = dialogue("three", (True, "hi", item_id), (False, "c", "c"))
    assert Mentions(FILMS, [TALK]).company(rec_turns(stranger)[0])[FILMS.index_of["c"]] > 0


def test_what_was_named_to_seekers_who_spoke_alike_comes_first() -> None:
    others = [
        dialogue("scared", (True, "something with ghosts please", ""), (False, "b", "b")),
        dialogue("moved", (True, "something that makes me weep", ""), (False, "c", "c")),
        dialogue("both", (True, "ghosts that make me weep", ""), (False, "d", "d")),
        dialogue("neither", (True, "cowboys", ""), (False, "a", "a")),
        *(dialogue(f"other{n}", (True, "trains", "")) for n in range(4)),
    ]
    alike = AlikeSeekers(FILMS, others)
    scores = alike.told("have you got ghosts", "new")
    assert scores[FILMS.index_of["b"]] > 0 == scores[FILMS.index_of["c"]]
    assert alike.told("have you got ghosts", "scared")[FILMS.index_of["b"]] == 0
    assert not alike.told("zeppelins", "new").any()


def test_what_was_named_where_the_like_was_said_comes_first() -> None:
    ghosts = dialogue("ghosts", (True, "old houses with ghosts", ""), (False, "b", "b"))
    trains = dialogue("trains", (True, "long journeys by train", ""), (False, "c", "c"))
    vectors = ContextVectors(FILMS, [*rec_turns(ghosts), *rec_turns(trains)], HashEmbedder())
    (asked,) = rec_turns(dialogue("new", (True, "houses with ghosts", ""), (False, "d", "d")))
    near = vectors.near(asked)
    assert near[FILMS.index_of["b"]] == 1 > near[FILMS.index_of["c"]] > 0 == near[FILMS.index_of["a"]]
    assert vectors.near(rec_turns(ghosts)[0])[FILMS.index_of["b"]] == 0


def test_a_plot_near_to_what_was_said_comes_first() -> None:
    plot = Passage(passage_id="b/plot", item_id="b", channel="description", text="houses with ghosts", made_by="file")
    films = Catalogue(items=FILMS.items, schema=FILMS.schema, passages=(plot,))
    (asked,) = rec_turns(dialogue("new", (True, "houses with ghosts", ""), (False, "d", "d")))
    scores = ContextVectors(films, [asked], HashEmbedder()).plots(asked)
    assert scores.argmax() == films.index_of["b"]
    assert (scores >= 0).all()
