"""The colours of a picture in everyday words. Knows nothing of light: a white wall in the evening is grey or beige."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.perception.pictures import open_picture
from vouch.types import MediaKind, Perceived

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE_PX = 96
COLOURS = {
    "black": "000000 161616",
    "dark grey": "3c3c3c 505050",
    "grey": "808080 949494",
    "light grey": "bcbcbc d2d2d2",
    "white": "f2f2f2 ffffff",
    "red": "d21f26 b3181f e8433f",
    "dark red": "6b1218 84202a 7c3a3c",
    "pink": "f3a4bb e2608c f9c9d4 b98894",
    "orange": "f08021 e86a1c f7a04a",
    "brown": "7a4a26 8d6038 a57848",
    "dark brown": "3b2414 4c3220",
    "beige": "d8c4a2 e9dcc0 c3ab86",
    "yellow": "f6d51f fbe764 e3b823",
    "olive green": "6a6c30 84864a 5c6248",
    "green": "2f8f3e 58b048 3f7d3a",
    "dark green": "12401f 22502e 3d4b3a",
    "light green": "a6d89c c8e6bd",
    "turquoise": "27b3ad 5fd0c8 128078",
    "light blue": "8fc5ea bcdcf2 6aaede",
    "blue": "2459c4 3f7fd6 1d4a9c",
    "dark blue": "131f52 1c2f66 22345a 2e3f52",
    "purple": "6f2f9d 8a4bb8",
    "dark purple": "351a4e 45265f",
    "lilac": "c2a5dc d9c8ea",
}
"""Names and the sRGB values that people would call so."""
LIGHTNESS_COUNTS = np.array([0.5, 1.0, 1.0])
"""A red jacket has dark folds and stays red: differences of lightness count half."""


class PillowColours:
    """“mostly dark blue with orange and white”, for any picture."""

    takes: frozenset[MediaKind] = frozenset({"picture"})
    made_by = "colours-1"

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "colours". Raises UnreadableMedia."""
        return (Perceived(channel="colours", text=colours_text(open_picture(path, short_side_px=SIDE_PX))),)


def colours_text(picture: Image) -> str:
    """The colours that are seen most, in words. A plain pale background is left out and named last: “red and black, on white”."""
    from PIL.Image import Resampling

    lab = oklab(np.asarray(picture.resize((SIDE_PX, SIDE_PX), Resampling.BOX), np.float64))
    chroma = np.linalg.norm(lab[..., 1:], axis=-1)
    pale = (lab[..., 0] > 0.72) & (chroma < 0.035)
    edge = np.concatenate([pale[0], pale[-1], pale[:, 0], pale[:, -1]])
    subject = ~pale if edge.mean() > 0.8 and 0.05 < (~pale).mean() < 0.7 else np.ones_like(pale)
    values, names = prototypes()
    distances = np.linalg.norm((lab[subject][:, None, :] - values) * LIGHTNESS_COUNTS, axis=-1)
    weights = 0.3 + np.minimum(chroma[subject] / 0.1, 1)  # a vivid patch is noticed before a grey one of its size
    shares: Counter[str] = Counter()
    for nearest, weight in zip(distances.argmin(-1), weights, strict=True):
        shares[names[nearest]] += round(100 * weight)
    return words(shares) if subject.all() else f"{words(shares)}, on white"


def words(shares: Counter[str]) -> str:
    """At most three colours, the first of them “mostly” where it covers half, none that covers less than a tenth, one grey.

    >>> words(Counter({"dark blue": 60, "orange": 20, "white": 15, "pink": 5}))
    'mostly dark blue with orange and white'
    >>> words(Counter({"red": 45, "black": 40, "grey": 25, "light grey": 25}))
    'red, black and grey'
    """
    total = shares.total()
    named = [name for name, n in shares.most_common() if n >= total / 10] or [shares.most_common(1)[0][0]]
    greys = [name for name in named if "grey" in name]
    first, *others = [name for name in named if name not in greys[1:]][:3]
    if not others:
        return "shades of grey" if len(greys) > 1 else first
    if shares[first] >= total / 2:
        return f"mostly {first} with {' and '.join(others)}"
    return f"{', '.join([first, *others[:-1]])} and {others[-1]}"


def oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB in 0..255 to Oklab, whose distances are about as large as the eye finds them (Ottosson 2020); shape (..., 3)."""
    linear = np.where(rgb <= 0.04045 * 255, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    cones = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    opponent = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    lab: NDArray[np.float64] = np.cbrt(linear @ cones.T) @ opponent.T
    return lab


@cache
def prototypes() -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Oklab values, shape (n, 3), and the n names that they belong to."""
    pairs = [(bytes.fromhex(value), name) for name, values in COLOURS.items() for value in values.split()]
    return oklab(np.array([list(value) for value, _ in pairs], np.float64)), tuple(name for _, name in pairs)
