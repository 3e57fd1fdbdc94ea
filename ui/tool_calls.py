"""The toolbox's methods called with JSON: bodies are checked against each method's own signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from tools.toolbox import TOOL_NAMES, Toolbox, ToolResult
from vouch.errors import InputError

LONGEST_PERSON = 100


class ToolCalls:
    """Calls tools by name for any person. `toolbox` gives the one of now: the collection may change while the page is open."""

    def __init__(self, toolbox: Callable[[], Toolbox]) -> None:
        self._toolbox = toolbox
        self._bodies: Mapping[str, type[BaseModel]] = {name: body_model(name) for name in TOOL_NAMES}

    @property
    def names(self) -> tuple[str, ...]:
        """The tools there are."""
        return tuple(self._bodies)

    def described(self) -> list[dict[str, Any]]:
        """Name, description and the JSON schema of the body of every tool."""
        return [
            {
                "name": name,
                "description": inspect.getdoc(getattr(Toolbox, name)) or "",
                "input_schema": model.model_json_schema(),
            }
            for name, model in self._bodies.items()
        ]

    def call(self, name: str, body: bytes, *, stranger: str) -> ToolResult:
        """The tool's result for a JSON body; `stranger` is who asks where the body names no person.

        Raises:
            InputError: the body is no JSON or does not fit the tool, or the tool refuses it.
        """
        try:
            words = self._bodies[name].model_validate_json(body or b"{}")
        except ValidationError as error:
            raise InputError(f"{name}: {_told(error)}") from error
        arguments = {key: getattr(words, key) for key in words.model_fields_set - {"person"}}
        person = str(getattr(words, "person", None) or stranger)
        return cast(ToolResult, getattr(self._toolbox().for_person(person), name)(**arguments))


def body_model(name: str) -> type[BaseModel]:
    """A model of one tool's arguments, with the person for whom it is called; unknown words are refused."""
    method = getattr(Toolbox, name)
    hints = get_type_hints(method)
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in inspect.signature(method).parameters.values()
        if parameter.name not in ("self", "source")
    }
    fields["person"] = (str | None, Field(default=None, max_length=LONGEST_PERSON, description="whose taste counts"))
    model: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
    return model


def _told(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part) for part in detail['loc']) or 'the body'}: {detail['msg']}"
        for detail in error.errors(include_url=False)
    ]
    return "; ".join(lines[:5])
