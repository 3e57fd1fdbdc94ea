"""The thousand classes of ImageNet-1k: their names, and the everyday words that people use around them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import prompts


@cache
def imagenet_words() -> Mapping[str, str]:
    """Name to everyday words (empty where there are none), in the order of the classes: prompts/imagenet_words.tsv."""
    text = Path(prompts.__file__).with_name("imagenet_words.tsv").read_text(encoding="utf-8")
    pairs = (line.partition("\t") for line in text.splitlines())
    return MappingProxyType({name: words for name, _, words in pairs})
