"""What a vision-language model answers about a picture, and what becomes of it: a short JSON object, asked for once more where it is
none, and read as plain text where it is none then either. Knows no model: each captioner brings its own way to ask.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompts import caption_prompt, caption_repair
from retrieval.perception.pictures import open_picture
from vouch.errors import InputError, ModelFailed, UnreadableMedia
from vouch.types import Channel, Perceived

if TYPE_CHECKING:
    from PIL.Image import Image

FORMAT = 1
"""Part of the prompt's digest: with another number every answer is asked for anew."""

MAX_TOKENS = 260
OPENING = '{"caption": "'
TEXTS = {"caption": 400, "setting": 120, "people": 120, "mood": 80, "visible_text": 400}
LISTS = {"objects": 8, "colours": 4}
WORD_CHARACTERS = 40
_NOTHING = re.compile(
    r"(?:|none?|nobody|no ?one|nothing|unknown|unclear|not (?:visible|applicable|specified)|n/?a|null"
    r"|no (?:people|persons?|text|words)(?: (?:are |is )?(?:visible|present|seen))?|\.+)[.!]?",
    re.IGNORECASE,
)
_FENCE = re.compile(r"```(?:json)?")

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        name: {"type": "string", "maxLength": TEXTS[name]}
        if name in TEXTS
        else {"type": "array", "items": {"type": "string", "maxLength": WORD_CHARACTERS}, "maxItems": LISTS[name]}
        for name in ("caption", "objects", "setting", "people", "mood", "colours", "visible_text")
    },
    "required": ["caption", "objects", "setting", "people", "mood", "colours", "visible_text"],
    "additionalProperties": False,
}
"""The answer as a JSON schema, for servers that constrain what is decoded."""

Outcome = tuple[Perceived, ...] | InputError | ModelFailed
"""What a picture says, or why it says nothing."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of the talk about a picture; the picture goes with the first."""

    role: str
    text: str


Ask = Callable[[Sequence[Any], Sequence[tuple[Turn, ...]]], Sequence[str | ModelFailed]]
"""Pictures and a talk about each to an answer each, or why there is none."""


def prompt_digest() -> str:
    """Eight hexadecimal digits that change when the question or the reading of the answer does."""
    text = f"{FORMAT}\n{caption_prompt()}\n{caption_repair()}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def look_at(
    paths: Sequence[Path],
    ask: Ask,
    *,
    batch: int,
    largest_px: int,
    prepare: Callable[[Image], Any] = lambda picture: picture,
) -> list[Outcome]:
    """What each file says, in the order of `paths`; why it says nothing stands in its place.

    Args:
        paths: pictures' files; at most `batch` are open at a time.
        ask: the model; it is given pictures as `prepare` made them, from pictures of at most `largest_px` a side.
    """
    found: list[Outcome] = []
    for start in range(0, len(paths), batch):
        opened = [opened_or_why(path, largest_px) for path in paths[start : start + batch]]
        outcomes = iter(look([prepare(one) for one in opened if not isinstance(one, UnreadableMedia)], ask))
        found += [one if isinstance(one, UnreadableMedia) else next(outcomes) for one in opened]
    return found


def opened_or_why(path: Path, largest_px: int) -> Image | UnreadableMedia:
    """The picture, at most so many pixels a side, or why it cannot be opened, as a value."""
    try:
        picture = open_picture(path, short_side_px=largest_px // 2)
    except UnreadableMedia as error:
        return error
    picture.thumbnail((largest_px, largest_px))
    return picture


def look(pictures: Sequence[Any], ask: Ask) -> list[tuple[Perceived, ...] | ModelFailed]:
    """What each picture says: asked for once, and once more where the answer is no JSON; then as plain text."""
    if not pictures:
        return []
    question = (Turn(role="user", text=caption_prompt()),)
    answers = list(ask(pictures, [question] * len(pictures)))
    unread = [i for i, answer in enumerate(answers) if isinstance(answer, str) and not fields(answer)]
    if unread:
        again = [
            (*question, Turn(role="assistant", text=str(answers[i])), Turn(role="user", text=caption_repair()))
            for i in unread
        ]
        for i, answer in zip(unread, ask([pictures[i] for i in unread], again), strict=True):
            if isinstance(answer, str) and (fields(answer) or not plain(str(answers[i]))):
                answers[i] = answer
    return [answer if isinstance(answer, ModelFailed) else perceived(answer) for answer in answers]


def perceived(answer: str) -> tuple[Perceived, ...]:
    """The answer's fields, each in its channel; the whole as a caption where it has no fields; empty where it says nothing.

    >>> [(p.channel, p.text) for p in perceived('{"caption": "A cat.", "objects": ["cat", "sofa"], "mood": "calm"}')]
    [('caption', 'A cat.'), ('caption', 'Mood: calm.'), ('tags', 'cat, sofa')]
    """
    found = fields(answer)
    if not found:
        text = plain(answer)
        return (Perceived(channel="caption", text=text),) if text else ()
    about = " ".join(
        f"{name.capitalize()}: {found[name].rstrip('.')}." for name in ("setting", "people", "mood") if found.get(name)
    )
    said: tuple[tuple[Channel, str], ...] = (
        ("caption", found.get("caption", "")),
        ("caption", about),
        ("tags", found.get("objects", "")),
        ("colours", found.get("colours", "")),
        ("ocr", found.get("visible_text", "")),
    )
    return tuple(Perceived(channel=channel, text=text) for channel, text in said if text)


def fields(answer: str) -> dict[str, str]:
    """The answer's known fields that say something, lists joined by commas; empty where it holds no JSON object with one."""
    raw = _object(answer)
    found: dict[str, str] = {}
    for name, longest in TEXTS.items():
        text = _text(raw.get(name), longest)
        if text:
            found[name] = text
    for name, most in LISTS.items():
        value = raw.get(name)
        words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
        texts = [_text(word, WORD_CHARACTERS) for word in words]
        different = list({text.casefold(): text for text in reversed(texts) if text}.values())[::-1]
        if different:
            found[name] = ", ".join(different[:most])
    return found


def plain(answer: str) -> str:
    """The answer as a text to show: without fences and braces, cut after a sentence, empty where nothing is said."""
    text = " ".join(_FENCE.sub(" ", answer).split())
    if text.startswith("{"):
        text = " ".join(re.findall(r"[^{}\[\]\"]{12,}", text)[:1])
    return _text(text, TEXTS["caption"])


def _object(answer: str) -> dict[str, Any]:
    """The first JSON object of the answer; one that breaks off is ended where it breaks."""
    start = answer.find("{")
    if start < 0:
        return {}
    text = answer[start:]
    for ending in ("", '"}', '"]}', "]}", "}"):
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(text + ending)
        except ValueError:
            continue
        return value if isinstance(value, dict) else {}
    return {}


def _text(value: Any, longest: int) -> str:
    """A value as one line of at most so many characters, cut after a sentence or a word; empty for "none", false and the like."""
    told = value if isinstance(value, list) else [value]
    text = ", ".join(
        " ".join(str(one).split()) for one in told if isinstance(one, str | int | float) and one is not False
    )
    if _NOTHING.fullmatch(text):
        return ""
    if len(text) > longest:
        head = text[:longest]
        ends = [end.end() for end in re.finditer(r"[.!?](?=\s)", head)]
        text = head[: ends[-1]] if ends else head.rsplit(" ", 1)[0]
    return text
