"""What the writer is asked, the grammar of its answer, and the lines that are made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.evidence import Fact, ItemEvidence, block
from agent.grounding import check
from agent.writing import CHOSEN, LINES, answer_grammar, asked, line
from eval.grounding import lists
from prompts import writer_prompt
from tests.tiny_models import random_gguf


def items(name: str = "eerie") -> tuple[ItemEvidence, ...]:
    return lists()[name].tellable(LINES)


def test_only_whole_sentences_of_the_items_own_can_be_repeated() -> None:
    wallpaper = items()[0]
    assert (
        "She has nothing to look at but the wallpaper, and keeps a secret diary of what the pattern does at night."
        in wallpaper.quotable
    )
    texts = [cited.passage.text for cited in wallpaper.passages]
    assert all(any(sentence in text for text in texts) for sentence in wallpaper.quotable)
    assert all(sentence[-1] in ".!?" for sentence in wallpaper.quotable)


def test_the_writer_is_told_what_it_may_choose_and_the_message_last() -> None:
    evidence = lists()["eerie"]
    said = asked(evidence, items())
    assert (
        "\n  by Charlotte Perkins Gilman; 1892; unsettling; eerie; dark; horror; gothic; short stories; from the United States; 32 pages"
        in said
    )
    assert all(
        f"  {item.handle}.{n} “{sentence}”" in said for item in items() for n, sentence in enumerate(item.quotable, 1)
    )
    assert said.endswith(f"Person: {evidence.message}\nReply:")
    assert said.count("\n[") == LINES


@pytest.mark.parametrize(("name", "seed"), [("eerie", 0), ("eerie", 1), ("eerie", 2), ("romance", 3), ("popular", 4)])
def test_even_a_model_of_random_weights_makes_choices_and_all_of_them_are_said(
    tmp_path: Path, name: str, seed: int
) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: run make llm")
    from agent.models.llama_cpp_engine import Budget, Count, LlamaCppEngine

    engine, count = LlamaCppEngine(random_gguf(tmp_path / "r.gguf"), digest="random", threads=1), Count()
    own = items(name)
    chat = [{"role": "system", "content": writer_prompt()}, {"role": "user", "content": asked(lists()[name], own)}]
    budget = Budget(tokens=2000, seconds=60.0)
    pieces = engine.write(chat, budget=budget, count=count, grammar=answer_grammar(own), temperature=1.0, seed=seed)
    written = "".join(pieces)
    engine.close()
    assert count.finish == "stop"
    lines = written.removesuffix("\n").split("\n")
    assert len(lines) == len(own) == LINES
    for answer, item in zip(lines, own, strict=True):
        verdict = check(answer, own)
        assert (verdict.kind, verdict.about) == ("kept", item)
        chosen, _, number = answer.partition(" | ")
        assert bool(number) == bool(item.quotable)
        assert not number or f"“{item.quotable[int(number.partition('.')[2]) - 1]}”" in verdict.text
        told = chosen.partition(": ")[2].split("; ")
        assert 1 <= len(told) <= CHOSEN
        assert all(word in verdict.text for text in told for word in re.findall(r"\w+", text) if word != "you")


def test_the_choices_of_other_catalogues_are_what_these_record() -> None:
    boots = ItemEvidence(
        handle=1,
        item_id="b",
        title="Boots",
        facts=(
            Fact(name="brand", topic="brand", value="Wolf"),
            Fact(name="tags", topic="mood", value=("warm", "tall", "half; price")),
            Fact(name="price", topic="price", value=89.99),
        ),
    )
    assert [choice.text for choice in boots.choices] == ["by Wolf", "warm", "tall", "priced at 89.99"]
    assert (
        line(boots, boots.choices, []) == "Boots by Wolf, listed as warm and tall, priced at 89.99."
    )  # a tag is no adjective


def test_a_year_that_stands_in_the_title_is_not_told_again() -> None:
    year = Fact(name="year", topic="year", value=1995.0)
    assert ItemEvidence(handle=1, item_id="t", title="Toy Story (1995)", facts=(year,)).choices == ()
    assert [c.text for c in ItemEvidence(handle=1, item_id="t", title="1984", facts=(year,)).choices] == ["1995"]


def test_one_of_many_makers_is_not_told_as_the_only_one() -> None:
    many = ItemEvidence(
        handle=1, item_id="m", title="Many", facts=(Fact(name="creator", topic="people", value=("A", "B", "C")),)
    )
    assert many.choices == ()
    assert block([many]) == "<evidence>\n[1] Many\n</evidence>"
