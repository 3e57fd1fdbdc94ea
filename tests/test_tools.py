"""The toolbox as its callers see it, its artifacts there and back, and the words and the JSON of results."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.recommender import Recommender
from retrieval.scorers.fitted import fit_scorer
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from tools import artifact
from tools.render import clean, filter_text, reason_text, render, result_json, value_text
from tools.toolbox import TOOL_NAMES, PersonArg, Toolbox
from vouch.errors import AmbiguousItem, BadFilter, UnknownItem
from vouch.types import CitedPassage, Filter, LikedItem, Passage, RecList

CATALOGUE = small_catalogue()


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    store = ListStore(two_camps())
    fitted = fit_scorer(store, CATALOGUE, tmp_path_factory.mktemp("scorer"))
    content = small_content(CATALOGUE, HashEmbedder())
    recommender = Recommender(catalogue=CATALOGUE, store=store, fitted=fitted, content=content)
    return Toolbox(recommender=recommender, person="stranger:test", clock=lambda: 1.0)


def titles(rec_list: RecList) -> list[str]:
    return [r.item.title for r in rec_list.recommendations]


def test_every_named_tool_is_a_method_that_speaks_to_the_model(toolbox: Toolbox) -> None:
    assert all((getattr(Toolbox, name).__doc__ or "").strip() for name in TOOL_NAMES)


def test_a_like_changes_the_next_list_and_forget_takes_it_back(toolbox: Toolbox) -> None:
    somebody = toolbox.for_person("stranger:one")
    before = somebody.recommend(k=3)
    liked = before.recommendations[0].item
    remembered = somebody.remember("like", [liked.item_id], source="click")
    assert remembered.titles == (liked.title,) == remembered.liked_titles
    assert liked.title not in titles(somebody.recommend(k=3))
    assert somebody.remember("forget", [liked.item_id]).liked_titles == ()
    assert titles(somebody.recommend(k=3)) == titles(before)


def test_one_persons_likes_are_not_anothers(toolbox: Toolbox) -> None:
    item = CATALOGUE.items[0]
    toolbox.for_person("stranger:two").remember("hide", [item.item_id])
    assert toolbox.for_person("stranger:three").recommender.taste("stranger:three").hidden == ()


def test_likes_of_one_question_are_not_remembered(toolbox: Toolbox) -> None:
    somebody = toolbox.for_person("stranger:four")
    somebody.recommend(liked=[CATALOGUE.items[0].title])
    assert somebody.recommender.taste("stranger:four").liked == ()


def test_an_unknown_title_is_never_swapped(toolbox: Toolbox) -> None:
    with pytest.raises(UnknownItem):
        toolbox.more_like("No Such Thing At All")
    assert toolbox.find_item("No Such Thing At All").items == ()


def test_a_filter_of_no_attribute_names_those_that_are(toolbox: Toolbox) -> None:
    with pytest.raises(BadFilter) as caught:
        toolbox.recommend(filters=[{"attribute": "weight", "op": "<", "value": 3}])
    assert set(caught.value.allowed) <= {attribute.name for attribute in CATALOGUE.schema.attributes} | {"title"}


SISTER: PersonArg = {
    "name": "your sister",
    "liked": ["The General"],
    "disliked": [],
    "never": [{"attribute": "genres", "op": "any_of", "value": ["comedy", "piano", "adventure", "action"]}],
    "prefer": [],
}


def test_a_guests_taste_is_nowhere_kept(toolbox: Toolbox) -> None:
    somebody = toolbox.for_person("stranger:host")
    somebody.recommend_together([SISTER])
    assert somebody.taste().entries == ()


def results(toolbox: Toolbox) -> list[object]:
    title = CATALOGUE.items[0].item_id
    somebody = toolbox.for_person("stranger:five")
    somebody.remember("like", [CATALOGUE.items[1].item_id])
    return [
        somebody.recommend("storm", k=4),
        somebody.more_like(title),
        somebody.find_item(title),
        somebody.find_item("nothing of the kind"),
        somebody.item_details(title),
        somebody.explain(title, text="storm"),
        somebody.why_not(title, text="storm", filters=[{"attribute": "year", "op": ">", "value": 1930}]),
        somebody.why_not(CATALOGUE.items[2].item_id, text="vampire", k=1),
        somebody.compare(title, CATALOGUE.items[2].item_id, text="storm"),
        somebody.recommend("storm", explore=0.5, k=3),
        somebody.recommend_together([SISTER], k=3),
        somebody.remember_condition("never_break", [{"attribute": "year", "op": ">", "value": 1930}]),
        somebody.taste(),
        somebody.undo(),
        somebody.score([title]),
        somebody.remember("seen", [title]),
        somebody.facets(),
    ]


def test_artifacts_come_back_as_they_went(toolbox: Toolbox) -> None:
    for result in results(toolbox):
        plain = artifact.to_json(result)  # type: ignore[arg-type]
        back = artifact.from_json(json.loads(json.dumps(plain)), CATALOGUE)
        assert artifact.to_json(back) == plain
        if isinstance(result, RecList) and isinstance(back, RecList):
            assert back.recommendations == result.recommendations
            assert (back.funnel, back.notes) == (result.funnel, result.notes)


def test_a_comparison_of_which_one_item_has_left_keeps_the_other(toolbox: Toolbox) -> None:
    plain = artifact.to_json(toolbox.compare(CATALOGUE.items[0].item_id, CATALOGUE.items[2].item_id))
    plain["other"]["item"] = "gone"
    back = artifact.from_json(plain, CATALOGUE)
    assert isinstance(back, RecList)
    assert titles(back) == [CATALOGUE.items[0].title]


def test_why_not_and_compare_come_back_whole(toolbox: Toolbox) -> None:
    told = toolbox.why_not("dracula", filters=[{"attribute": "kind", "op": "=", "value": "film"}])
    beside = toolbox.compare("dracula", "nosferatu", text="vampire")
    for result in (told, beside):
        assert artifact.from_json(json.loads(json.dumps(artifact.to_json(result))), CATALOGUE) == result


def test_artifacts_hold_no_passage_texts(toolbox: Toolbox) -> None:
    details = toolbox.item_details(CATALOGUE.items[0].item_id)
    plain = json.dumps(artifact.to_json(details))
    assert details.passages
    assert not any(passage.text in plain for passage in details.passages)


def test_an_item_that_has_left_the_catalogue_leaves_the_artifact(toolbox: Toolbox) -> None:
    plain = artifact.to_json(toolbox.recommend(k=2))
    plain["recommendations"][0]["item"] = "gone"
    back = artifact.from_json(plain, CATALOGUE)
    assert isinstance(back, RecList)
    assert len(back.recommendations) == 1


def test_every_result_has_words_and_json(toolbox: Toolbox) -> None:
    for result in results(toolbox):
        assert render(result)  # type: ignore[arg-type]
        json.dumps(result_json(result))  # type: ignore[arg-type]


def test_the_json_of_a_list_has_the_documented_words(toolbox: Toolbox) -> None:
    answer = result_json(toolbox.recommend("storm", k=2))
    assert set(answer) == {"query", "recommendations", "funnel", "notes"}
    first = answer["recommendations"][0]
    assert {"rank", "item_id", "title", "score", "parts", "reasons"} <= set(first)
    assert all({"kind", "text"} <= set(reason) for reason in first["reasons"])


@given(st.text())
def test_hypothesis_cleaned_text_is_one_line_without_hidden_characters(text: str) -> None:
    shown = clean(text)
    assert "\n" not in shown
    assert not any(ord(c) < 32 or c in "\u202e\u200b\ufeff" for c in shown)
    assert clean(shown) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(94.0, "min", "94 min"), (9.99, None, "9.99"), (True, None, "yes"), (("a", "b"), None, "a, b"), ("x", None, "x")],
)
def test_values_are_written_as_people_write_them(value: object, unit: str | None, shown: str) -> None:
    assert value_text(value, unit) == shown  # type: ignore[arg-type]


def test_filters_are_written_as_people_say_them() -> None:
    assert filter_text(Filter(attribute="price", op="<=", value=120.0)) == "price at most 120"
    assert filter_text(Filter(attribute="genres", op="none_of", value=("horror",))) == "genres without horror"


def test_a_transcript_reason_names_its_second_and_quotes_only_its_span() -> None:
    passage = Passage(
        passage_id="p", item_id="i", channel="transcript", text="Before. The words. After.", made_by="m", start_s=75.2
    )
    text = reason_text(CitedPassage(passage=passage, similarity=0.5, span=(8, 18)))
    assert text == "“The words.” (heard in its sound at 1:15)"


def test_a_negative_share_is_not_told_as_praise() -> None:
    assert "%" not in reason_text(LikedItem(item_id="i", title="T", contribution=-0.1, share=-0.2))


def test_two_items_of_one_title_are_asked_about() -> None:
    from dataclasses import replace

    twin = replace(CATALOGUE.items[0], item_id="twin")
    doubled = replace(CATALOGUE, items=(*CATALOGUE.items, twin))
    with pytest.raises(AmbiguousItem) as caught:
        doubled.resolve(twin.title)
    assert set(caught.value.item_ids) == {"twin", CATALOGUE.items[0].item_id}
