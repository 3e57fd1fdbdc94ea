"""Seven colours for each work, chosen by its moods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from demo.covers.canvas import Colour, colour


@dataclass(frozen=True)
class Palette:
    """`sky` behind, `deep` the darkest shape, `mid` and `pale` between, `accent` for one thing, `ink` and `paper` for words."""

    sky: Colour
    deep: Colour
    mid: Colour
    pale: Colour
    accent: Colour
    ink: Colour
    paper: Colour


def _palette(text: str) -> Palette:
    return Palette(*(colour(part) for part in text.split()))


PALETTES = {
    "night": _palette("22384f 0d1826 3d5a73 c3d0c6 e8b23a 0d1826 f1ead6"),
    "graveyard": _palette("31443f 111b1a 587065 b9c9a6 d2532f 121a19 ece7d0"),
    "ember": _palette("5b1f1c 1d0d10 93352a e2a06b f2c14e 1d0d10 f6e8d3"),
    "sepia": _palette("c9a678 3a2a1e 8f6a45 ecdcb9 a63d2b 33241a f4ead2"),
    "rose": _palette("e7b7a8 59263a b25d6a f6ddcd d9443f 43192b fbf0e4"),
    "meadow": _palette("b9cfae 24443a 5f8f6b eef0cf e58a3a 1d382f f7f4e1"),
    "sea": _palette("8fb9be 12394a 3a7685 dcebe0 e4703d 0f3040 f4f1e0"),
    "carnival": _palette("f0c356 3b2352 cf4a42 fbe8b5 1f7a8c 2b1a3d fdf4dc"),
    "steel": _palette("9aa7a8 22292e 5b6a70 d9ded4 c8452f 1d2327 efeee4"),
    "violet": _palette("5a4a78 1d1733 8a6fa0 d9c7d8 f0a35e 1a152e f3ecec"),
    "desert": _palette("efc88b 5a2e20 c9733f f8e6bf 2f6f73 4a2419 fbf1da"),
    "snow": _palette("bccbd6 24384d 7590a8 f3f5f2 bf3f3a 1f3043 f7f6f0"),
    "gold": _palette("8a2f2b 2c1317 b98336 ecc875 f7e6b0 2c1317 f8eccb"),
    "petrol": _palette("1f5a60 0b2a30 3f8a86 c4ddc8 f2994a 0b2a30 f2efdc"),
    "mono": _palette("c9c4b8 1b1a1a 77736b ebe6d9 d23b2c 171616 f3efe4"),
    "dawn": _palette("f3b98f 3f3153 b66a6f fbe3c4 7a3b62 33264a fdf1e0"),
}

MOOD_PALETTES = {
    "eerie": ("graveyard", "night"),
    "melancholy": ("night", "violet", "snow"),
    "funny": ("carnival", "desert", "sea"),
    "tender": ("rose", "dawn", "meadow"),
    "dark": ("ember", "night", "mono"),
    "hopeful": ("dawn", "meadow"),
    "tense": ("mono", "ember", "steel"),
    "dreamy": ("violet", "dawn", "petrol"),
    "playful": ("carnival", "meadow", "sea"),
    "grand": ("gold", "desert", "petrol"),
    "wistful": ("sepia", "dawn", "snow"),
    "exciting": ("desert", "carnival", "petrol"),
    "slow-burning": ("sepia", "petrol"),
    "cosy": ("sepia", "meadow", "gold"),
    "satirical": ("mono", "carnival"),
    "haunting": ("graveyard", "violet", "snow"),
    "joyful": ("carnival", "meadow", "dawn"),
    "tragic": ("ember", "mono", "violet"),
    "serene": ("sea", "meadow", "snow"),
    "romantic": ("rose", "gold", "dawn"),
    "mysterious": ("petrol", "violet", "night"),
    "bleak": ("steel", "snow", "mono"),
    "whimsical": ("meadow", "carnival", "violet"),
    "stirring": ("gold", "sea", "ember"),
    "unsettling": ("mono", "graveyard", "ember"),
}


def palette_for(moods: Sequence[str], rng: Random) -> Palette:
    """Choose among the palettes of the first two moods.

    Args:
        moods: The work's moods, the most telling first; unknown ones are passed over.
        rng: Seeded by the work's id.
    """
    names = [name for mood in moods[:2] for name in MOOD_PALETTES.get(mood, ())]
    return PALETTES[rng.choice(names or sorted(PALETTES))]
