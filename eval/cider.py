"""CIDEr-D (Vedantam et al. 2015): how near captions are to what people wrote, n-grams weighed by how telling they are.

As in the original: n = 1..4, clipped counts, a Gaussian penalty on the difference in length with sigma 6, times 10; document
frequencies over the references of all pictures. Words are runs of letters or digits in lower case; nothing is stemmed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

SIGMA = 6.0
LONGEST = 4

Gram = tuple[str, ...]
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[0-9]+")


def cider_d(captions: Sequence[str], references: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """The figure of each caption against its own references; the mean of them is the figure that is quoted.

    Caption and references may not be fewer than two, or no word tells anything:

    >>> said = cider_d(["a cat on a mat", "a dog"], [["a cat on a mat"], ["two men on a boat"]])
    >>> [round(one, 2) for one in said]
    [10.0, 0.0]
    """
    counted = [[_grams(reference) for reference in group] for group in references]
    met: Counter[Gram] = Counter()
    for group in counted:
        met.update({gram for reference in group for grams in reference for gram in grams})
    told = {gram: math.log(len(references)) - math.log(times) for gram, times in met.items()}
    rarest = math.log(max(len(references), 1))
    return tuple(_one(_grams(c), group, told, rarest) for c, group in zip(captions, counted, strict=True))


def _one(
    caption: Sequence[Counter[Gram]],
    references: Sequence[Sequence[Counter[Gram]]],
    told: Mapping[Gram, float],
    rarest: float,
) -> float:
    mine = [_weighed(grams, told, rarest) for grams in caption]
    total = 0.0
    for reference in references:
        theirs = [_weighed(grams, told, rarest) for grams in reference]
        gap = sum(caption[0].values()) - sum(reference[0].values())
        alike = sum(_clipped_cosine(a, b) for a, b in zip(mine, theirs, strict=True)) / LONGEST
        total += 10 * math.exp(-gap * gap / (2 * SIGMA**2)) * alike
    return total / max(len(references), 1)


def _grams(text: str) -> list[Counter[Gram]]:
    words = _WORD.findall(text.lower())
    return [Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1)) for n in range(1, LONGEST + 1)]


def _weighed(grams: Counter[Gram], told: Mapping[Gram, float], rarest: float) -> dict[Gram, float]:
    return {gram: times * told.get(gram, rarest) for gram, times in grams.items()}


def _clipped_cosine(caption: Mapping[Gram, float], reference: Mapping[Gram, float]) -> float:
    lengths = math.sqrt(sum(w * w for w in caption.values()) * sum(w * w for w in reference.values()))
    shared = sum(min(w, reference[gram]) * reference[gram] for gram, w in caption.items() if gram in reference)
    return shared / lengths if lengths else 0.0
