"""What the page shows and does, through the functions behind it; a browser is asked in test_browser.py."""

from __future__ import annotations

import asyncio
import json
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.stand_ins_ui import ScriptedConversation, draw_media
from ui.costs import cost_text
from ui.gradio_chat import build_page, build_shelf
from ui.page.cards import cards_html, notes_html, words_html
from ui.page.reasons import reason_html, reasons_html
from ui.page.room import Room
from ui.page.visitors import Member, visitor
from vouch.types import AttributeValue, Filter, FilterOp, LikedItem, MetFilter, Note

MEMBER = Member(user_id="m017", label="Ines, likes silent horror")
TAGS = {
    *("article", "div", "p", "h3", "ul", "li", "span", "b", "i", "img", "button", "svg", "path", "details", "summary"),
    *("blockquote", "mark", "footer", "dl", "dt", "dd", "a", "small"),
}


class Tags(HTMLParser):
    """The elements and attributes of an HTML text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def talk() -> ScriptedConversation:
    return ScriptedConversation()


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_media(tmp_path_factory.mktemp("media"))


@pytest.fixture
def room(talk: ScriptedConversation, media: Path) -> Room:
    shelf = build_shelf(talk, media_dir=media)
    return Room(talk, shelf=shelf, members=[MEMBER], examples=["A film that makes me laugh"])


def ask(room: Room, tab: dict[str, Any], text: str) -> list[dict[str, Any]]:
    return list(room.ask({"conversation": tab["conversation"], "who": tab["who"], "key": "t1", "text": text}))


def click(room: Room, tab: dict[str, Any], item: str, kind: str) -> dict[str, Any]:
    return room.mark({"conversation": tab["conversation"], "who": tab["who"], "item": item, "kind": kind})


def shown(answer: dict[str, Any]) -> list[str]:
    return [attrs["data-item"] or "" for tag, attrs in Tags(answer["cards"]).found if tag == "article"]


def test_the_cards_come_before_the_words(room: Room) -> None:
    answers = ask(room, room.arrive({}), "a film")
    assert shown(answers[0]) == ["nosferatu", "general", "caligari"]
    assert "words" not in answers[0]
    assert answers[-1]["state"] == "done"
    assert "comes closest" in answers[-1]["words"]


def test_everything_shown_is_plain_json(room: Room) -> None:
    tab = room.arrive({})
    for answer in [tab, *ask(room, tab, "anything"), click(room, tab, "nosferatu", "like")]:
        assert json.loads(json.dumps(answer)) == answer


def test_what_a_language_model_cost_is_told_where_one_was_asked() -> None:
    counters = {
        "calls": 2,
        "prompt_tokens": 812,
        "cached_tokens": 790,
        "completion_tokens": 64,
        "seconds": 3.21,
        "removed": 1,
    }
    assert cost_text(counters) == (
        "language model: 2 calls, 812 tokens read (790 from memory), 64 written, 3.2 s; 1 sentence left out"
    )
    assert cost_text({"calls": 0, "seconds": 0.0}) == cost_text({}) == ""


def test_nothing_from_the_catalogue_becomes_markup(room: Room) -> None:
    answer = ask(room, room.arrive({}), "anything")[-1]
    for html in (answer["cards"], answer["words"], answer["notes"]):
        for tag, attrs in Tags(html).found:
            assert tag in TAGS
            assert not any(name.startswith("on") for name in attrs)
            assert attrs.get("href", "#") == "#"
            assert (attrs.get("src") or "/media/").startswith("/media/")
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer["cards"]
    assert "[A link](javascript:alert(1))" in answer["cards"]


def test_words_are_text_and_titles_lead_to_their_cards() -> None:
    html = words_html("<b>See</b> A & B or A.\n\n**Now** <script>x</script>", {"A & B": "ab", "A": 'a"'})
    assert html == (
        '<p>&lt;b&gt;See&lt;/b&gt; <a href="#" data-goto="ab">A &amp; B</a> or <a href="#" data-goto="a&quot;">A</a>.</p>'
        "<p>**Now** &lt;script&gt;x&lt;/script&gt;</p>"
    )


def test_a_title_inside_a_word_is_no_title() -> None:
    assert (
        words_html("Italy, it is. It! It.", {"It": "it"})
        == '<p>Italy, it is. <a href="#" data-goto="it">It</a>! It.</p>'
    )


def test_a_reason_opens_the_whole_passage_with_its_span_marked(room: Room) -> None:
    cards = ask(room, room.arrive({}), "a film")[-1]["cards"]
    assert "<mark>A clerk travels to a castle in the Carpathians" in cards
    assert "</mark> Slow, pale and full of shadows" in cards
    assert "from the catalogue" in cards


def test_each_kind_of_perception_is_named(room: Room) -> None:
    cards = ask(room, room.arrive({}), "anything")[-1]["cards"]
    assert "heard by Whisper base" in cards
    assert "seen by EfficientNet-Lite2 (tags)" in cards
    assert "tabby cat (0.62)" in cards


def test_a_heard_reason_plays_from_its_second(room: Room) -> None:
    cards = Tags(ask(room, room.arrive({}), "a film")[-1]["cards"]).found
    plays = [attrs for tag, attrs in cards if tag == "button" and "data-end" in attrs]
    assert (plays[0]["data-play"], plays[0]["data-start"], plays[0]["data-end"]) == (
        "/media/nosferatu/1",
        "2.00",
        "3.00",
    )


def test_an_item_without_a_picture_gets_a_placeholder_and_others_their_size(room: Room) -> None:
    cards = ask(room, room.arrive({}), "anything")[-1]["cards"]
    pictures = {attrs["src"]: attrs for tag, attrs in Tags(cards).found if tag == "img"}
    assert len(pictures) == 7
    assert pictures["/media/print-07/0?cover"]["width"] == "600"
    assert pictures["/media/print-07/0?cover"]["height"] == "400"
    assert all(attrs["loading"] == "lazy" for attrs in pictures.values())
    assert 'class="blank"' in cards


@pytest.mark.parametrize(
    ("op", "wanted", "value", "shown"),
    [
        ("any_of", ("eerie", "dark"), ("eerie", "slow"), "moods: <b>eerie</b>, slow"),
        ("all_of", ("eerie",), ("eerie",), "moods: <b>eerie</b>"),
        (
            "none_of",
            ("funny", "gay"),
            ("eerie",),
            'moods: <b>eerie</b></span> <span class="from">you asked for nothing with funny or gay',
        ),
        ("none_of", tuple("abcdefgh"), ("eerie",), "you asked for nothing with a or b or c or 5 others<"),
        ("any_of", ("eerie", "dark"), "eerie", "moods: <b>eerie</b></span></li>"),
        ("<=", 100.0, 94.0, 'moods: <b>94</b></span> <span class="from">you asked for at most 100'),
        ("=", "<film>", "<film>", "moods: <b>&lt;film&gt;</b></span></li>"),
    ],
)
def test_a_filter_that_is_met_shows_what_met_it(
    talk: ScriptedConversation, media: Path, op: FilterOp, wanted: AttributeValue, value: AttributeValue, shown: str
) -> None:
    reason = MetFilter(filter=Filter(attribute="moods", op=op, value=wanted), value=value)
    assert shown in reason_html(reason, build_shelf(talk, media_dir=media))


def test_conditions_on_one_attribute_share_a_line(talk: ScriptedConversation, media: Path) -> None:
    asked: list[tuple[str, FilterOp, AttributeValue, AttributeValue]] = [
        ("released", ">=", 1920.0, 1925.0),
        ("moods", "none_of", ("gay",), ("eerie", "slow")),
        ("released", "<=", 1929.0, 1925.0),
        ("moods", "any_of", ("eerie",), ("eerie", "slow")),
    ]
    reasons = [MetFilter(filter=Filter(attribute=a, op=op, value=wanted), value=has) for a, op, wanted, has in asked]
    shelf = build_shelf(talk, media_dir=media)
    years, moods = reasons_html(reasons, shelf, most=2).split("</li>")[:-1]
    assert '<b>1925</b></span> <span class="from">you asked for at least 1920 and at most 1929</span>' in years
    assert '<b>eerie</b>, slow</span> <span class="from">you asked for nothing with gay</span>' in moods
    assert reasons_html(reasons, shelf, most=1) == f"{years}</li>"


def test_facts_have_their_units_and_no_decimal_point(room: Room) -> None:
    cards = ask(room, room.arrive({}), "a film")[-1]["cards"]
    assert "film · 1922 · F. W. Murnau" in cards
    assert "<li>94 min</li>" in cards


def test_a_like_takes_the_item_out_and_becomes_a_reason(room: Room) -> None:
    tab = room.arrive({})
    kept = click(room, tab, "nosferatu", "like")
    assert kept["said"] == "You like Nosferatu. The General: 2 → 1, because it is like what you like."
    assert (kept["marks"], kept["undo"]) == ({"nosferatu": "like"}, True)
    answer = ask(room, tab, "a film")[-1]
    assert shown(answer) == ["general", "caligari"]
    assert "because you liked <b>Nosferatu</b>" in answer["cards"]
    assert "41 %" in answer["cards"]


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.414, "41 %"), (-0.08, "−8 %"), (27.14, "because you liked <b>A</b></span></li>")],
)
def test_a_share_is_shown_where_it_says_something(room: Room, share: float, shown: str) -> None:
    assert shown in reason_html(LikedItem(item_id="a", title="A", contribution=0.1, share=share), room.shelf)


def test_a_second_opinion_replaces_the_first_and_undo_takes_it_back(room: Room) -> None:
    tab = room.arrive({})
    click(room, tab, "nosferatu", "like")
    assert click(room, tab, "nosferatu", "hide")["marks"] == {"nosferatu": "hide"}
    taken_back = click(room, tab, "nosferatu", "forget")
    assert (taken_back["said"], taken_back["marks"], taken_back["undo"]) == (
        "Taken back: Nosferatu.",
        {"nosferatu": ""},
        False,
    )
    assert "nosferatu" in shown(ask(room, tab, "a film")[-1])


def change(room: Room, tab: dict[str, Any], action: str, **subject: str) -> dict[str, Any]:
    return room.change_taste({"conversation": tab["conversation"], "who": tab["who"], "taste": action, **subject})


def rows(panel: str) -> list[str]:
    return [attrs["data-item"] or "" for tag, attrs in Tags(panel).found if tag == "li" and "data-item" in attrs]


def test_the_taste_card_shows_each_thing_with_its_source(room: Room, talk: ScriptedConversation) -> None:
    tab = room.arrive({})
    assert "Nothing yet" in room.taste(tab)["taste"]
    click(room, tab, "nosferatu", "like")
    person = f"stranger:{tab['conversation']}"
    talk.toolbox.for_person(person).remember("dislike", ["general"], source="<b>I can't stand The General</b>")
    panel = room.taste(tab)["taste"]
    assert rows(panel) == ["nosferatu", "general"]
    assert "a click, 14 Nov 2023" in panel
    assert "“&lt;b&gt;I can&#x27;t stand The General&lt;/b&gt;”" in panel


def test_the_taste_card_can_be_edited_pinned_forgotten_and_undone(room: Room) -> None:
    tab = room.arrive({})
    click(room, tab, "nosferatu", "like")
    assert 'class="pinned"' in change(room, tab, "pin", item="nosferatu")["taste"]
    assert change(room, tab, "unpin", item="nosferatu")["said"] == "Nosferatu counts as before."
    edited = change(room, tab, "dislike", item="nosferatu")
    assert (edited["marks"], edited["said"]) == ({"nosferatu": "dislike"}, "You don’t like Nosferatu.")
    assert change(room, tab, "forget", item="nosferatu")["marks"] == {"nosferatu": ""}
    undone = change(room, tab, "undo")
    assert (undone["said"], undone["marks"]) == ("Undone: Nosferatu.", {"nosferatu": "dislike"})
    assert rows(change(room, tab, "forget_all")["taste"]) == []


def test_a_condition_for_every_list_stands_on_the_card_and_can_be_let_go(
    room: Room, talk: ScriptedConversation
) -> None:
    tab = room.arrive({})
    own = talk.toolbox.for_person(f"stranger:{tab['conversation']}")
    own.remember_condition("never_break", [{"attribute": "year", "op": "<", "value": 1900}], source="nothing old")
    panel = room.taste(tab)["taste"]
    (condition,) = [attrs["data-condition"] for tag, attrs in Tags(panel).found if "data-condition" in attrs]
    assert "year under 1900" in panel
    assert "Preferred, in every list" in change(room, tab, "prefer", condition=condition or "")["taste"]
    assert "data-condition" not in change(room, tab, "release", condition=condition or "")["taste"]


def test_a_click_that_moved_the_list_says_what_and_why(room: Room) -> None:
    tab = room.arrive({})
    kept = click(room, tab, "nosferatu", "like")
    assert "What that moved in your list" in kept["taste"]
    assert "The General: 2 → 1, because it is like what you like" in kept["taste"]


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"taste": "adore", "item": "nosferatu"},
        {"taste": "like", "item": "nobody"},
        {"taste": "never", "condition": "{not json"},
        {"taste": "release", "condition": '{"attribute": "colour", "op": "=", "value": "red"}'},
    ],
)
def test_a_button_that_makes_no_sense_changes_nothing(room: Room, talk: ScriptedConversation, said: object) -> None:
    told = room.change_taste(said)
    assert told["marks"] == {}
    assert told["said"]
    assert talk.recommender.interactions == []


@pytest.mark.parametrize(
    "said", [None, [], "x", {"item": "nobody", "kind": "like"}, {"item": "nosferatu", "kind": "adore"}]
)
def test_a_click_that_makes_no_sense_keeps_nothing(room: Room, talk: ScriptedConversation, said: object) -> None:
    assert room.mark(said)["marks"] == {}
    assert talk.recommender.interactions == []


def test_a_reload_brings_the_conversation_and_its_marks_back(room: Room) -> None:
    tab = room.arrive({})
    ask(room, tab, "a film")
    click(room, tab, "general", "like")
    again = room.arrive({"conversation": tab["conversation"], "who": tab["who"]})
    assert [turn["asked"] for turn in again["turns"]] == ["a film"]
    assert 'data-item="general" data-mark="like"' in again["turns"][0]["cards"]


def test_two_tabs_taste_cards_never_meet(room: Room) -> None:
    one, other = room.arrive({}), room.arrive({})
    click(room, one, "nosferatu", "like")
    click(room, other, "general", "hide")
    assert rows(room.taste(one)["taste"]) == ["nosferatu"]
    assert rows(room.taste(other)["taste"]) == ["general"]
    assert change(room, other, "undo")["marks"] == {"general": ""}
    assert rows(room.taste(one)["taste"]) == ["nosferatu"]
    assert change(room, other, "undo")["said"] == "There is nothing to undo."


def test_two_tabs_never_meet(room: Room, talk: ScriptedConversation) -> None:
    one, other = room.arrive({}), room.arrive({})
    click(room, one, "nosferatu", "hide")
    assert "nosferatu" in shown(ask(room, other, "a film")[-1])
    assert room.arrive({"conversation": one["conversation"]})["turns"] == []
    assert one["conversation"] != other["conversation"]


def test_a_browser_may_not_name_a_person_of_its_own_choice() -> None:
    stranger = visitor({"conversation": "../../x", "who": {"kind": "member", "id": "m999"}}, [MEMBER])
    assert stranger.person == f"stranger:{stranger.conversation}"
    assert visitor({"who": {"kind": "stranger", "id": "stranger:other"}}, [MEMBER]).person != "stranger:other"
    assert visitor({"who": {"kind": "name", "id": " Ada\n"}}, [MEMBER]).person == "name:ada"
    assert visitor({"who": {"kind": "member", "id": "m017"}}, [MEMBER]).person == "m017"


def test_a_simulated_member_is_called_that(room: Room) -> None:
    assert room.arrive({"who": {"kind": "member", "id": "m017"}})["simulated"] is True
    assert room.arrive({})["simulated"] is False


@pytest.mark.parametrize(
    ("text", "told"), [("nonsense", "There is no “nonsense”"), ("  ", "Please ask"), ("a" * 2_001, "Please ask")]
)
def test_what_cannot_be_answered_becomes_a_friendly_sentence(room: Room, text: str, told: str) -> None:
    (answer,) = ask(room, room.arrive({}), text)
    assert told in answer["words"]
    assert answer["state"] == "done"


def test_a_bug_is_not_turned_into_a_sentence(room: Room) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        ask(room, room.arrive({}), "crash")


def test_an_answer_about_an_earlier_item_links_to_it(room: Room) -> None:
    answer = ask(room, room.arrive({}), "why the first?")[-1]
    assert shown(answer) == []
    assert 'data-goto="nosferatu"' in answer["words"]
    assert 'data-goto="nosferatu"' in answer["cards"]


@pytest.mark.parametrize(("simulated", "crowd"), [(True, "41 simulated members"), (False, "41 people")])
def test_invented_likes_are_called_that(talk: ScriptedConversation, media: Path, simulated: bool, crowd: str) -> None:
    shelf = build_shelf(talk, media_dir=media, simulated=simulated)
    assert f"liked by {crowd}, place 7" in cards_html(talk.toolbox.recommend(""), shelf, {})


def test_notes_that_the_words_have_said_are_not_repeated() -> None:
    notes = [Note(kind="all_seen", text="You have met <all> of it."), Note(kind="preferred", text="Films first.")]
    assert (
        notes_html(notes, "Sorry: films first. You have met <all> of it.")
        == '<ul class="notes"><li>Films first.</li></ul>'
    )


def test_eight_cards_are_drawn_quickly(talk: ScriptedConversation, media: Path) -> None:
    shelf = build_shelf(talk, media_dir=media)
    rec_list = talk.toolbox.recommend("")
    began = time.perf_counter()
    assert cards_html(rec_list, shelf, {})
    assert time.perf_counter() - began < 0.3


def test_the_page_is_one_component_that_asks_nobody_else(talk: ScriptedConversation, media: Path) -> None:
    async def built() -> Any:  # Gradio leaves an event loop unclosed where none is running
        return build_page(talk, shelf=build_shelf(talk, media_dir=media))

    page = asyncio.run(built())
    assert page.title == "Vouch"
    assert page.analytics_enabled is False
    assert [component["type"] for component in page.config["components"]] == ["html"]
