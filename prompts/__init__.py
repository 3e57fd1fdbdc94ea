"""Text files that models and the planner read: utterances, everyday forms and words, instructions. Python only to load them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def _lines(name: str) -> tuple[str, ...]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def utterances() -> tuple[tuple[str, str], ...]:
    """(intent, utterance) pairs from utterances.txt; what a person fills in stands as TITLE, VALUE, NUMBER, PERSON or PERIOD."""
    pairs: list[tuple[str, str]] = []
    intent = ""
    for line in _lines("utterances.txt"):
        if line.startswith("[") and line.endswith("]"):
            intent = line[1:-1]
        else:
            pairs.append((intent, line))
    return tuple(pairs)


@cache
def same_forms() -> tuple[tuple[str, ...], ...]:
    """Groups of phrases that mean the same value."""
    lines = (line for line in _lines("everyday_forms.txt") if " ~ " not in line and " : " not in line)
    return tuple(tuple(part.strip() for part in line.split("=")) for line in lines)


@cache
def wider_forms() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """(phrases, the values that all of them together mean): ("europe", "european") means each of its countries."""
    lines = (line.split(" : ") for line in _lines("everyday_forms.txt") if " : " in line)
    return tuple(
        (tuple(part.strip() for part in said.split("=")), tuple(part.strip() for part in meant.split(",")))
        for said, meant in lines
    )


@cache
def near_forms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(phrase, the values that whoever says it would like)."""
    lines = (line.split(" ~ ") for line in _lines("everyday_forms.txt") if " ~ " in line)
    return tuple((said, tuple(part.strip() for part in meant.split(","))) for said, meant in lines)


@cache
def common_words() -> frozenset[str]:
    """Everyday English words, folded."""
    return frozenset(word for line in _lines("common_words.txt") for word in line.split())


@cache
def comparatives() -> dict[str, str]:
    """Comparative -> plain form: "funnier" -> "funny"."""
    return {line.split()[0]: line.split()[1] for line in _lines("comparatives.txt")}


@cache
def writer_prompt() -> str:
    """The instructions of the model that writes; the same bytes every time."""
    return (_FOLDER / "writer.txt").read_text(encoding="utf-8").strip()


@cache
def caption_prompt() -> str:
    """What a model that sees is asked about a picture; the same bytes every time."""
    return (_FOLDER / "caption.txt").read_text(encoding="utf-8").strip()


@cache
def caption_repair() -> str:
    """What it is told when its answer was no JSON object."""
    return (_FOLDER / "caption_repair.txt").read_text(encoding="utf-8").strip()


@cache
def caption_grammar() -> str:
    """The grammar (GBNF) of its answer behind `{"caption": "`: no optional white space, bounded strings and lists, so that it must end."""
    return (_FOLDER / "caption.gbnf").read_text(encoding="utf-8").strip()


def planning_prompt(facets: str) -> str:
    """The instructions of a model that plans; the same bytes every time for one catalogue."""
    return f"{(_FOLDER / 'planning.txt').read_text(encoding='utf-8').strip()}\n{facets}"
