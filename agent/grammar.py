"""Tools' JSON schemas to a grammar for llama.cpp (GBNF) under which a weak model, too, writes valid calls, and must end.

No optional whitespace, strings of at most 80 characters, arrays of at most 5 items (of 3 inside another, of 2 inside those), numbers of a few
digits: nowhere can tokens be spent for ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

STRING_CHARACTERS = 80
ARRAY_ITEMS = (5, 3, 2)
"""Of an array, of one inside another, of one inside those."""
CALLS = 3
_OPENING = '{"calls":['
_COMMA = ' "," '
_DEPTH = 12
_LISTED_INTEGERS = 256
_RULES = rf"""
string ::= "\"" char{{0,{STRING_CHARACTERS}}} "\""
char ::= [ !#-\[\]-~\u00A1-\uD7FF\uE000-\uFFFD] | "\\" ["\\/bfnrt]
integer ::= "-"? ("0" | [1-9] [0-9]{{0,6}})
number ::= integer ("." [0-9]{{1,3}})?
boolean ::= "true" | "false"
prose ::= [^{{\x00-\x20] [^\x00-\x09\x0B-\x1F]*
"""

Schema = Mapping[str, Any]


def calls_grammar(tools: Sequence[Schema], *, or_prose: bool = False) -> str:
    """The grammar of `{"calls":[{"name":...,"arguments":{...}}]}` with one to three calls of the given tools.

    Args:
        tools: in OpenAI's form: `{"type": "function", "function": {"name", "parameters"}}`.
        or_prose: also allows free text, which never begins with a brace; it ends where the model or its budget ends.

    Raises:
        ValueError: a schema that refers to itself, or a kind of schema that this does not know.
    """
    rules = Rules()
    call = rules.one_of([rules.call(tool["function"]) for tool in tools])
    calls = f'{text_rule(_OPENING)} {call} ("," {call}){{0,{CALLS - 1}}} "]}}"'
    root = f"root ::= {rules.named(calls)}{' | prose' if or_prose else ''}"
    return "\n".join([root, *(f"{name} ::= {body}" for body, name in rules.bodies.items())]) + _RULES


class Rules:
    """Rules under construction: each body once, with its name."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}

    def named(self, body: str) -> str:
        """The name of a rule with this body."""
        return self.bodies.setdefault(body, f"r{len(self.bodies)}")

    def one_of(self, choices: Sequence[str]) -> str:
        """The name of a rule that is any of the choices."""
        return self.named(" | ".join(choices))

    def call(self, function: Schema) -> str:
        """The name of the rule of one tool's call."""
        opening = '{"name":' + json.dumps(function["name"]) + ',"arguments":'
        arguments = self.value(function.get("parameters") or {"type": "object"})
        return self.named(f'{text_rule(opening)} {arguments} "}}"')

    def value(self, schema: Schema, defs: Schema | None = None, depth: int = 0, arrays: int = 0) -> str:
        """The name of the rule of a JSON schema that so many arrays are around. Raises ValueError for what cannot be written so."""
        if depth > _DEPTH:
            raise ValueError("a schema that refers to itself has no grammar that must end")
        defs = defs or schema.get("$defs", {})
        if "$ref" in schema:
            return self.value(defs[schema["$ref"].rsplit("/", 1)[-1]], defs, depth + 1, arrays)
        if "enum" in schema or "const" in schema:
            values = schema.get("enum", [schema.get("const")])
            return self.one_of([text_rule(json.dumps(value, ensure_ascii=False)) for value in values])
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.one_of([self.value(choice, defs, depth + 1, arrays) for choice in schema[word]])
        return self._typed(schema, defs, depth, arrays)

    def _typed(self, schema: Schema, defs: Schema, depth: int, arrays: int) -> str:
        match schema.get("type", "string"):
            case "object":
                return self._object(schema, defs, depth, arrays)
            case "array":
                return self._array(schema, defs, depth, arrays)
            case "integer":
                return self._integer(schema)
            case "string" | "number" | "boolean" as simple:
                return str(simple)
            case "null":
                return '"null"'
            case other:
                raise ValueError(f"no grammar for a schema of type {other}")

    def _integer(self, schema: Schema) -> str:
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is None or high is None or high - low >= _LISTED_INTEGERS:
            return "integer"  # a wide range is checked by the tool
        return self.one_of([text_rule(str(n)) for n in range(int(low), int(high) + 1)])

    def _array(self, schema: Schema, defs: Schema, depth: int, arrays: int) -> str:
        item = self.value(schema.get("items", {}), defs, depth + 1, arrays + 1)
        least = int(schema.get("minItems", 0))
        allowed = ARRAY_ITEMS[min(arrays, len(ARRAY_ITEMS) - 1)]
        most = max(least, min(int(schema.get("maxItems", allowed)), allowed))
        if most == 0:
            return '"[]"'
        filled = f'{item} ("," {item}){{{max(least - 1, 0)},{most - 1}}}'
        return self.named(f'"[" {filled} "]"' if least else f'"[" ({filled})? "]"')

    def _object(self, schema: Schema, defs: Schema, depth: int, arrays: int) -> str:
        """Required properties first, then each of the others or not, in the schema's order: the commas are then always right."""
        pairs = {
            name: self.named(f"{text_rule(json.dumps(name) + ':')} {self.value(own, defs, depth + 1, arrays)}")
            for name, own in schema.get("properties", {}).items()
        }
        required = [rule for name, rule in pairs.items() if name in schema.get("required", ())]
        optional = [rule for name, rule in pairs.items() if name not in schema.get("required", ())]
        if required:
            return self.named(f'"{{" {_COMMA.join(required)} {_maybe(optional)} "}}"')
        starts = [f"{first} {_maybe(optional[n + 1 :])}" for n, first in enumerate(optional)]
        return self.named(f'"{{" ({" | ".join(starts)})? "}}"') if starts else '"{}"'


def _maybe(rules: Sequence[str]) -> str:
    return " ".join(f'("," {rule})?' for rule in rules)


def text_rule(literal: str) -> str:
    """A literal as GBNF writes it."""
    escaped = literal.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
