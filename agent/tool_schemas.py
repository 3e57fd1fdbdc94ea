"""What a model sees of a tool's arguments: made from the toolbox's own signatures, so that the two cannot drift apart."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from pydantic import BaseModel, create_model

HIDDEN = frozenset({"self", "source"})
"""Arguments that the program fills in."""


def arguments_of(method: Callable[..., Any]) -> type[BaseModel]:
    """A model of a method's arguments, with its defaults; those of HIDDEN are left out."""
    hints = get_type_hints(method)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(method).parameters.items():
        if name not in HIDDEN:
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[name] = (hints[name], default)
    return create_model(method.__name__, **fields)
