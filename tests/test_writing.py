"""What the writer is asked, the grammar of its lines, and lines that read badly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.evidence import Fact, ItemEvidence
from agent.grounding import check
from agent.writing import LINES, asked, lines_grammar, reads_well
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
    assert all(any(sentence in text for text in wallpaper.texts) for sentence in wallpaper.quotable)
    assert all(sentence[-1] in ".!?" for sentence in wallpaper.quotable)


def test_the_writer_is_told_what_its_lines_may_repeat_and_the_message_last() -> None:
    evidence = lists()["eerie"]
    said = asked(evidence, items())
    assert all(f"“{sentence}”" in said for item in items() for sentence in item.quotable)
    assert said.endswith(f"Person: {evidence.message}\nReply:")
    assert said.count("\n[") == LINES


@pytest.mark.parametrize("seed", range(5))
def test_even_a_model_of_random_weights_writes_titles_and_true_sentences(tmp_path: Path, seed: int) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not built: run make llm")
    from agent.models.llama_cpp_engine import Budget, Count, LlamaCppEngine

    engine, count = LlamaCppEngine(random_gguf(tmp_path / "r.gguf"), digest="random", threads=1), Count()
    chat = [
        {"role": "system", "content": writer_prompt()},
        {"role": "user", "content": asked(lists()["eerie"], items())},
    ]
    budget = Budget(tokens=2000, seconds=60.0)
    pieces = engine.write(chat, budget=budget, count=count, grammar=lines_grammar(items()), temperature=1.0, seed=seed)
    written = "".join(pieces)
    engine.close()
    assert count.finish == "stop"
    lines = written.removesuffix("\n").split("\n")
    assert len(lines) == len(items())
    for line, item in zip(lines, items(), strict=True):
        lead, _, quote = line.partition(": “")
        assert lead.startswith(item.title)
        assert quote.removesuffix("”") in item.quotable
        verdict = check(line, lists()["eerie"])
        assert (verdict.kind, verdict.text) == ("kept", line)
        own = {word for fact in item.facts for value in fact.values for word in re.findall(r"\w+", value)}
        said = set(re.findall(r"\w+", lead.removeprefix(item.title)))
        assert said <= own | {"by", "is", "and", "listed", "as", "from", "minutes", "pages"}


def test_the_leads_of_other_catalogues_say_what_these_record() -> None:
    boots = ItemEvidence(
        handle=1,
        item_id="b",
        title="Boots",
        facts=(
            Fact(name="brand", topic="brand", value="Wolf"),
            Fact(name="tags", topic="mood", value=("warm", "tall")),
            Fact(name="price", topic="price", value=89.99),
        ),
    )
    grammar = lines_grammar([boots])
    assert '(" by Wolf")?' in grammar
    assert '", listed as warm and tall"' in grammar
    assert '", priced at 89.99"' in grammar
    assert '" is ' not in grammar  # a tag is no adjective


def test_a_line_that_was_cut_off_or_says_everything_twice_is_not_shown() -> None:
    item = items()[0]
    quote = "She has nothing to look at but the wallpaper, and keeps a secret diary of what the pattern does at night."
    assert reads_well(f"{item.title} is a gothic horror story: “{quote}”", item)
    assert not reads_well(f"{item.title} is one who has nothing to look at but the wallpaper: “{quote}”", item)
    assert not reads_well(f"{item.title} is a horror story {'and eerie ' * 12}: “{quote}”", item)
    assert reads_well(f"{item.title} is a gothic horror story.", item)
    assert not reads_well("The.", item)
