"""Texts to passages: the source's own words, of a size to be cited, with ids that stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.passages import count_words, passages_of, perceived_passages, split_text, title_line, without_echoes
from tests.stand_ins_stores import SCHEMA, film
from vouch.types import Attribute, AttributeValue, Item, Media, Perceived

SENTENCE = "The keeper of the lighthouse waits for a ship that never comes, and sings to the gulls."
PICTURE = Media(path="covers/1.webp", kind="picture")


@given(
    st.text(alphabet=st.characters(exclude_characters="<>&"), max_size=2000)
    | st.text(alphabet="aA .!\n,", max_size=4000)
)
def test_no_word_is_lost_and_none_is_added(text: str) -> None:
    assert "".join("".join(split_text(text)).split()) == "".join(text.split())


@given(st.lists(st.integers(1, 60), min_size=8, max_size=80))
def test_passages_of_a_long_text_have_forty_to_a_hundred_and_twenty_words_and_whole_sentences(
    lengths: list[int],
) -> None:
    text = " ".join(" ".join(["Word", *["word"] * (length - 1)]) + "." for length in lengths)
    pieces = split_text(text)
    assert all(piece.endswith(".") for piece in pieces)
    assert all(count_words(piece) <= 120 for piece in pieces)
    if sum(lengths) >= 40:
        assert all(count_words(piece) >= 30 for piece in pieces)


def test_a_text_of_a_hundred_and_twenty_words_stays_whole() -> None:
    text = " ".join([SENTENCE] * 6)
    assert split_text(text) == (text,)


def test_a_sentence_without_end_is_cut_all_the_same() -> None:
    assert [count_words(piece) for piece in split_text("word " * 1000)] == [80] * 11 + [120]
    assert len(split_text("电影" * 500)) > 5


def test_an_abbreviation_or_an_initial_ends_no_sentence() -> None:
    text = " ".join(
        [f"Dr. Smith and J. S. Bach met Mr. Lee, e.g. in the {n}th house of Vol. 3 on the hill." for n in range(40)]
    )
    assert all(piece.endswith("hill.") for piece in split_text(text))


def test_html_is_left_out_and_its_entities_are_read() -> None:
    assert split_text("<p>Warm &amp; dry.</p><ul><li>Light</li></ul>") == ("Warm & dry. Light",)
    assert split_text("for 3 < 5 and a > b") == ("for 3 < 5 and a > b",)


@pytest.mark.parametrize("text", [" ", "\n", "!", "<", "<a", " \n", '."', "a.b", "\u3002"])
def test_a_long_run_of_anything_takes_no_time(text: str) -> None:
    split_text(text * 100_000)


def test_an_item_says_its_title_with_short_facts_then_its_texts() -> None:
    schema = replace(SCHEMA, attributes=(*SCHEMA.attributes, Attribute(name="user review", type="text", column="r")))
    item = replace(film(1), attributes={**film(1).attributes, "user review": "Lovely."})
    drafts = passages_of(item, schema)
    assert [(d.passage.channel, d.passage.text) for d in drafts] == [
        ("title", "Film 1 (genres: Drama; year: 1920)"),
        ("description", item.attributes["plot"]),
        ("review", "Lovely."),
    ]
    assert {d.passage.space for d in drafts} == {"text"}


def test_a_value_is_said_once_and_the_line_is_short() -> None:
    attributes = [
        Attribute(name=n, type="list" if n == "stars" else "category", column=n) for n in ("star1", "star2", "stars")
    ]
    many = [Attribute(name=f"a{n}", type="category", column="x") for n in range(100)]
    schema = replace(SCHEMA, attributes=(*attributes, *many))
    values: dict[str, AttributeValue] = {"star1": "Ann Lee", "star2": "Bo Ray", "stars": ("Ann Lee", "Bo Ray")}
    values.update({f"a{n}": f"value {n}" for n in range(100)})
    line = title_line(Item(item_id="1", title="Film", attributes=values), schema)
    assert line.startswith("Film (stars: Ann Lee, Bo Ray; a0: value 0;")
    assert count_words(line) < 70


def test_numbers_say_their_unit_once_and_not_what_the_title_says() -> None:
    numbers = [("year", None, 1979.0), ("minutes", "min", 117.0), ("length", "min", 117.5)]
    schema = replace(
        SCHEMA, attributes=tuple(Attribute(name=n, type="number", column=n, unit=u) for n, u, _ in numbers)
    )
    alien = Item(item_id="1", title="Alien (1979)", attributes={name: value for name, _, value in numbers})
    assert title_line(alien, schema) == "Alien (1979) (minutes: 117; length: 117.5 min)"


def test_an_item_without_anything_but_its_title_still_has_a_passage() -> None:
    assert [d.passage.text for d in passages_of(Item(item_id="1", title="Bare"), SCHEMA)] == ["Bare"]


def test_ids_stay_when_other_passages_come_and_differ_for_equal_texts() -> None:
    long = film(1, " ".join(f"{SENTENCE} {n}." for n in range(30)))
    before = {d.passage.text: d.passage.passage_id for d in passages_of(long, SCHEMA)}
    more = replace(SCHEMA, attributes=(Attribute(name="notes", type="text", column="n"), *SCHEMA.attributes))
    drafts = passages_of(replace(long, attributes={**long.attributes, "notes": long.attributes["plot"]}), more)
    after = [d.passage.passage_id for d in drafts]
    assert len(set(after)) == len(after)
    assert set(before.values()) <= set(after)
    assert {d.passage.passage_id for d in passages_of(replace(long, item_id="2"), SCHEMA)}.isdisjoint(before.values())


def test_what_is_seen_goes_to_its_own_space_with_its_labels() -> None:
    labels = (("tabby cat", 0.62), ("lynx", 0.1))
    perceived = (Perceived(channel="tags", text="tabby cat (0.62), lynx (0.10)", labels=labels),)
    seen = perceived_passages("1", PICTURE, perceived, made_by="net/1", seen=True)
    assert [(d.passage.space, d.passage.media, d.passage.made_by, d.labels) for d in seen] == [
        ("seen", "covers/1.webp", "net/1", labels)
    ]
    mapped = (replace(perceived[0], vector=(0.6, 0.8)),)
    assert [d.vector for d in perceived_passages("1", PICTURE, mapped, made_by="net/1", seen=True)] == [(0.6, 0.8)]
    read = perceived_passages("1", PICTURE, perceived, made_by="net/1", seen=False)
    assert [(d.passage.space, d.labels) for d in read] == [("text", ())]


def test_a_transcript_keeps_its_stretches_and_a_long_caption_is_cut() -> None:
    perceived = (
        Perceived(channel="transcript", text=" ".join([SENTENCE] * 20), start_s=0.0, end_s=40.0),
        Perceived(channel="transcript", text="So it ends.", start_s=40.0, end_s=42.5),
        Perceived(channel="transcript", text="  ", start_s=42.5, end_s=43.0),
        Perceived(channel="ocr", text=" ".join([SENTENCE] * 20)),
    )
    drafts = perceived_passages("1", Media(path="1.ogg", kind="sound"), perceived, made_by="w/1", seen=True)
    assert [d.passage.end_s for d in drafts[:2]] == [40.0, 42.5]
    assert [d.passage.channel for d in drafts[2:]] == ["ocr"] * (len(drafts) - 2)
    assert len(drafts) > 3


def test_a_title_read_on_its_own_cover_is_no_passage() -> None:
    item = Item(item_id="1", title="The General", attributes={"creator": "Buster Keaton"})
    picture = Media(path="1.webp", kind="picture")

    def drafts(text: str) -> int:
        read = (Perceived(channel="ocr", text=text),)
        made = perceived_passages("1", picture, read, made_by="ocr/1", seen=True)
        return len(without_echoes(item, made))

    assert drafts("THE GENERAL Buster Keaton") == 0
    assert drafts("Free popcorn on Mondays") == 1
