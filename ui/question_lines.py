"""Questions and conversations as JSON lines, and their answers: what programs send and read. Knows the toolbox and the conversation only."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retrieval import filters as filter_sets
from retrieval.asked_media import AskedFiles
from tools.render import answer_json
from tools.toolbox import FilterArg, Toolbox
from vouch.errors import InputError
from vouch.types import RecList, Reply, Schema

if TYPE_CHECKING:
    from agent.conversation import Conversation


class Question(BaseModel):
    """One question. A filter is "price<=120" or {"attribute", "op", "value"}. A null `user_id` is a stranger of whom nothing is known.

    `at_most`: attribute -> how many items of one value of it.
    """

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    user_id: str | None = None
    liked: list[str] = Field(default_factory=list)
    disliked: list[str] = Field(default_factory=list)
    filters: list[str | FilterArg] = Field(default_factory=list)
    at_most: dict[str, int] = Field(default_factory=dict)
    k: int = Field(default=8, ge=1, le=100)


class ConversationLine(BaseModel):
    """One conversation: its messages in order."""

    model_config = ConfigDict(extra="forbid")

    messages: list[str] = Field(min_length=1)
    user_id: str | None = None


def column_map(words: str) -> dict[str, str]:
    """ "title=Name,id=Sku" to {"title": "Name", "id": "Sku"}. Raises InputError."""
    pairs = [pair.split("=", 1) for pair in words.split(",") if pair.strip()]
    wrong = [pair[0] for pair in pairs if len(pair) != 2 or not pair[0].strip() or not pair[1].strip()]
    if wrong:
        raise InputError(f"--map takes role=Column pairs, such as title=Name,id=Sku; “{wrong[0]}” is not one.")
    return {role.strip(): column.strip() for role, column in pairs}


def quotas_of(words: Sequence[str]) -> dict[str, int]:
    """ "director=2" to {"director": 2}. Raises InputError."""
    found = {word: re.fullmatch(r"\s*(.+?)\s*=\s*(\d+)\s*", word) for word in words}
    wrong = [word for word, pair in found.items() if pair is None]
    if wrong:
        raise InputError(f"--at-most takes an attribute and a number, such as director=2; “{wrong[0]}” is not that.")
    return {pair[1]: int(pair[2]) for pair in found.values() if pair}


def seconds_of(words: str) -> float:
    """ "5s", "5" or "2m" to seconds. Raises InputError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m)?", words.strip())
    if found is None or not float(found[1]):
        raise InputError(f"--budget takes seconds, such as 5s; “{words}” is no such time.")
    return float(found[1]) * (60 if found[2] == "m" else 1)


def lines(source: str) -> Iterator[str]:
    """The lines of a file, or of stdin for "-", without empty ones. Raises InputError where there is no such file."""
    if source == "-":
        yield from (line for line in sys.stdin if line.strip())
        return
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read: {error}") from error
    yield from (line for line in text.splitlines() if line.strip())


def kept_files(asked: AskedFiles, paths: Sequence[Path]) -> list[str]:
    """The handles of files that the person at the command line asks with. Raises InputError where one cannot be read."""
    handles = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        handles.append(asked.keep(content, path.name))
    return handles


def ask(toolbox: Toolbox, question: Question, *, media: Sequence[str] = ()) -> RecList:
    """The list for one question; `media` are handles of kept files that are asked with."""
    schema = toolbox.recommender.catalogue.schema
    person = question.user_id if question.user_id is not None else "stranger:nobody"
    return toolbox.for_person(person).recommend(
        question.text,
        filters=[filter_argument(f, schema) if isinstance(f, str) else f for f in question.filters],
        liked=question.liked,
        disliked=question.disliked,
        quotas=[{"attribute": name, "most": most} for name, most in question.at_most.items()],
        media=media,
        k=question.k,
    )


def filter_argument(text: str, schema: Schema) -> FilterArg:
    """ "price<=120" to a tool's filter argument. Raises BadFilter."""
    parsed = filter_sets.parse(schema, text)
    value = list(parsed.value) if isinstance(parsed.value, tuple) else parsed.value
    return {"attribute": parsed.attribute, "op": parsed.op, "value": value}


def answer_line(toolbox: Toolbox, line: str) -> dict[str, Any]:
    """The answer to one line of JSON; {"error": ...} in its place where the line is wrong."""
    try:
        return answer_json(ask(toolbox, Question.model_validate_json(line)))
    except (InputError, ValidationError) as error:
        return {"error": _sentence(error)}


def converse(talk: Conversation, line: str, number: int) -> Iterator[dict[str, Any]]:
    """One answer a message of one conversation. Every line is a new conversation, and a stranger carries nothing over to the next."""
    try:
        given = ConversationLine.model_validate_json(line)
    except ValidationError as error:
        yield {"conversation": number, "error": _sentence(error)}
        return
    conversation_id = uuid.uuid4().hex
    for message in given.messages:
        yield reply_json(talk.reply(message, conversation_id=conversation_id, person=given.user_id), number)


def reply_json(reply: Reply, number: int) -> dict[str, Any]:
    """The JSON of a reply that programs read; `number` is the conversation's line in the input, from 0."""
    return answer_json(reply.rec_list) | {
        "conversation": number,
        "turn": reply.turn,
        "text": reply.text,
        "plan": [{"name": call.name, "arguments": dict(call.arguments)} for call in reply.plan],
        "tiers": dict(reply.tiers),
        "seconds": round(reply.seconds, 3),
        "counters": dict(reply.counters),
    }


def _sentence(error: InputError | ValidationError) -> str:
    if isinstance(error, InputError):
        return str(error)
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the line"
    return f"{where}: {first['msg']}"
