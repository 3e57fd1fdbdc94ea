"""An item's attributes in the few words that stand below its title. Knows the schema, and nothing of HTML."""

from __future__ import annotations

from vouch.types import Attribute, AttributeValue, Item, Schema

KIND = ("kind", "type", "category", "format", "product_type")
WHEN = ("year", "date", "released", "release_date", "release_year", "published")
WHO = ("creator", "author", "authors", "director", "directors", "artist", "composer", "brand", "maker")
LONGEST_FACT = 40
MOST_FACTS = 5
MOST_OF_A_LIST = 3


def lead(item: Item, schema: Schema | None = None) -> str:
    """The line below the title: kind, year and creator, as far as the item has them.

    >>> lead(Item(item_id="n", title="Nosferatu", attributes={"kind": "film", "year": 1922.0, "length": 94.0}))
    'film · 1922'
    """
    found = [_first(item, names, schema) for names in (KIND, WHEN, WHO)]
    return " · ".join(text for text in found if text)


def facts(item: Item, schema: Schema | None = None) -> tuple[str, ...]:
    """The item's other short facts, in the order of its file; at most five, each at most 40 characters."""
    named = {name for names in (KIND, WHEN, WHO) if (name := _first_name(item, names))}
    texts = (
        fact(name, value, schema)
        for name, value in item.attributes.items()
        if name not in named and not is_prose(name, value, schema)
    )
    return tuple(text for text in texts if text and len(text) <= LONGEST_FACT)[:MOST_FACTS]


def every_fact(item: Item, schema: Schema | None = None) -> tuple[tuple[str, str], ...]:
    """Name and value of every attribute that is not long prose, in the order of the file."""
    return tuple(
        (label(name), value_text(value, _attribute(schema, name)))
        for name, value in item.attributes.items()
        if not is_prose(name, value, schema)
    )


def prose(item: Item, schema: Schema | None = None) -> tuple[str, ...]:
    """The item's long texts, such as its description."""
    return tuple(
        value
        for name, value in item.attributes.items()
        if is_prose(name, value, schema) and isinstance(value, str) and value.strip()
    )


def is_prose(name: str, value: AttributeValue, schema: Schema | None) -> bool:
    """Whether the value is running text rather than a fact."""
    attribute = _attribute(schema, name)
    if attribute is not None:
        return attribute.type == "text"
    return isinstance(value, str) and len(value) > 2 * LONGEST_FACT


def fact(name: str, value: AttributeValue, schema: Schema | None = None) -> str:
    """One fact, with its name where the value alone would say nothing.

    >>> fact("price", 119.0), fact("minutes", 94.0), fact("country", "Germany")
    ('price 119', '94 minutes', 'Germany')
    """
    attribute = _attribute(schema, name)
    if isinstance(value, bool):
        return label(name) if value else ""
    text = value_text(value, attribute)
    if isinstance(value, tuple):
        return value_text(value[:MOST_OF_A_LIST])
    if not isinstance(value, float) or (attribute and attribute.unit) or name in WHEN:
        return text
    return f"{text} {label(name)}" if name.endswith("s") else f"{label(name)} {text}"


def value_text(value: AttributeValue, attribute: Attribute | None = None) -> str:
    """The value in words: whole numbers without a point, the unit behind, lists with commas.

    >>> value_text(94.0, Attribute(name="length", type="number", column="Length", unit="min"))
    '94 min'
    >>> value_text(("horror", "silent"))
    'horror, silent'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        number = f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}".rstrip("0")
        return f"{number} {attribute.unit}" if attribute and attribute.unit else number
    if isinstance(value, tuple | list):
        return ", ".join(value)
    return value


def label(name: str) -> str:
    """An attribute's name for people.

    >>> label("list_price")
    'list price'
    """
    return name.replace("_", " ").strip()


def _first(item: Item, names: tuple[str, ...], schema: Schema | None) -> str:
    name = _first_name(item, names)
    if name is None:
        return ""
    value = item.attributes[name]
    if isinstance(value, tuple):
        value = value[:2]
    return value_text(value, _attribute(schema, name))


def _first_name(item: Item, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in item.attributes), None)


def _attribute(schema: Schema | None, name: str) -> Attribute | None:
    return schema.attribute(name) if schema is not None else None
