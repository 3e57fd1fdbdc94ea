"""Public-domain tunes as lists of notes, for the works of the demo collection.

A voice is a row of `NAME:beats`: `F#4:1` a quarter note, `-` a rest, `A3+C4+E4` a chord. Voices start together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Timbre = Literal["piano", "pluck", "organ"]


@dataclass(frozen=True)
class Tune:
    """One melody; `quicken` is how much faster the end is than the start."""

    voices: tuple[str, ...]
    beats_per_minute: float
    timbre: Timbre = "piano"
    quicken: float = 1.0


_FUR_ELISE = (
    "E5:.25 D#5:.25 E5:.25 D#5:.25 E5:.25 B4:.25 D5:.25 C5:.25 A4:.75 C4:.25 E4:.25 A4:.25 B4:.75 E4:.25 G#4:.25 B4:.25 "
    "C5:.75 E4:.25 E5:.25 D#5:.25 E5:.25 D#5:.25 E5:.25 B4:.25 D5:.25 C5:.25 A4:.75 C4:.25 E4:.25 A4:.25 "
    "B4:.75 E4:.25 C5:.25 B4:.25 A4:1.5",
    "-:2 A2:.25 E3:.25 A3:1 E2:.25 E3:.25 G#3:1 A2:.25 E3:.25 A3:2.5 A2:.25 E3:.25 A3:1 E2:.25 E3:.25 G#3:1 "
    "A2:.25 E3:.25 A3:1",
)

_MOUNTAIN = (
    "B2:.5 C#3:.5 D3:.5 E3:.5 F#3:.5 D3:.5 F#3:1 F3:.5 C#3:.5 F3:1 E3:.5 C3:.5 E3:1 "
    "B2:.5 C#3:.5 D3:.5 E3:.5 F#3:.5 D3:.5 F#3:.5 B3:.5 A3:.5 F#3:.5 D3:.5 F#3:.5 A3:2 "
)
_MOUNTAIN_HIGH = (
    "B4:.5 C#5:.5 D5:.5 E5:.5 F#5:.5 D5:.5 F#5:1 F5:.5 C#5:.5 F5:1 E5:.5 C5:.5 E5:1 "
    "B4:.5 C#5:.5 D5:.5 E5:.5 F#5:.5 D5:.5 F#5:.5 B5:.5 A5:.5 F#5:.5 D5:.5 F#5:.5 B5+B3+F#4:2"
)

_MOONLIGHT = (
    "G#3:.333 C#4:.333 E4:.334 " * 8
    + "A3:.333 C#4:.333 E4:.334 " * 2
    + "A3:.333 D4:.333 F#4:.334 " * 2
    + "G#3:.333 C4:.333 F#4:.334 G#3:.333 C#4:.333 E4:.334 G#3:.333 C#4:.333 D#4:.334 F#3:.333 C4:.333 D#4:.334 E3+G#3+C#4:3",
    "C#2+C#3:4 B1+B2:4 A1+A2:2 F#1+F#2:2 G#1+G#2:4 C#2+C#3:3",
)

TUNES = {
    "symphony-no-9": Tune(
        (
            "F#4:1 F#4:1 G4:1 A4:1 A4:1 G4:1 F#4:1 E4:1 D4:1 D4:1 E4:1 F#4:1 F#4:1.5 E4:.5 E4:2 "
            "F#4:1 F#4:1 G4:1 A4:1 A4:1 G4:1 F#4:1 E4:1 D4:1 D4:1 E4:1 F#4:1 E4:1.5 D4:.5 D4:2",
            "-:16 D3+A3:4 A2+E3:4 B2+F#3:2 G2+D3:2 A2+G3:2 D2+D3+F#3:2",
        ),
        146,
    ),
    "fur-elise": Tune(_FUR_ELISE, 72),
    "gymnopedie-no-1": Tune(
        (
            "-:6 -:1 F#5:1 A5:1 G5:1 F#5:1 C#5:1 B4:1 C#5:1 D5:1 A4:3 F#4:4",
            "G2:1 B3+D4+F#4:2 D2:1 A3+C#4+F#4:2 " * 3 + "G2:1 B3+D4+F#4:3",
        ),
        98,
    ),
    "peer-gynt-suite-no-1": Tune((_MOUNTAIN + _MOUNTAIN_HIGH, "-:16 " + "B2:.5 F#3:.5 " * 16), 128, "pluck", 1.7),
    "canon-in-d": Tune(
        (
            "F#5:2 E5:2 D5:2 C#5:2 B4:2 A4:2 B4:2 C#5:2 D5:2 C#5:2 B4:2 A4:2 G4:2 F#4:2 G4:2 A4:2 D4+F#4+D5:3",
            "-:16 F#5:2 E5:2 D5:2 C#5:2 B4:2 A4:2 B4:2 C#5:2",
            "D3:1 A3:1 A2:1 E3:1 B2:1 F#3:1 F#2:1 C#3:1 G2:1 D3:1 D2:1 A2:1 G2:1 D3:1 A2:1 E3:1 " * 2 + "D2+D3:3",
        ),
        158,
        "pluck",
    ),
    "the-entertainer": Tune(
        (
            "D5:.25 D#5:.25 E5:.25 C6:.5 E5:.25 C6:.5 E5:.25 C6:1.5 C6:.25 D6:.25 D#6:.25 E6:.25 C6:.25 D6:.25 E6:.5 "
            "B5:.25 D6:.5 C6:1 -:.5 D5:.25 D#5:.25 E5:.25 C6:.5 E5:.25 C6:.5 E5:.25 C6:1.75 A5:.25 G5:.25 F#5:.25 "
            "A5:.25 C6:.25 E6:.5 D6:.25 C6:.25 A5:.25 D6:1.5",
            "-:.5 C3:.5 E3+G3+C4:.5 G2:.5 E3+A#3+C4:.5 F2:.5 F3+A3+C4:.5 E2:.5 E3+G3+C4:.5 G2:.5 E3+G3+C4:.5 G2:.5 F3+G3+B3:.5 "
            "C3:.5 E3+G3+C4:.5 G2:.5 E3+G3+C4:.5 C3:.5 E3+G3+C4:.5 G2:.5 E3+A#3+C4:.5 F2:.5 F3+A3+C4:.5 E2:.5 E3+G3+C4:.5 "
            "D3:.5 F#3+A3+C4:.5 D3:.5 F#3+A3+C4:.5 G2:.5 F3+G3+B3:.5 G2+G3:.5",
        ),
        76,
    ),
    "the-blue-danube": Tune(
        (
            "D4:1 D4:1 F#4:1 A4:1 A4:2 A5+F#5:1 A5+F#5:2 F#5+D5:1 F#5+D5:2 D4:1 D4:1 F#4:1 A4:1 A4:2 A5+G5:1 A5+G5:2 G5+E5:1 G5+E5:2 "
            "C#4:1 C#4:1 E4:1 B4:1 B4:2 B5+G5:1 B5+G5:2 G5+E5:1 G5+E5:2 C#4:1 C#4:1 E4:1 B4:1 B4:2 B5+F#5:1 B5+F#5:2 F#5+D5:1 F#5+D5:2",
            "-:4 D3:1 F#3+A3:1 F#3+A3:1 D3:1 F#3+A3:1 F#3+A3:1 D3:1 F#3+A3:1 F#3+A3:1 -:3 A2:1 G3+A3:1 G3+A3:1 A2:1 G3+A3:1 G3+A3:1 "
            "A2:1 G3+A3:1 G3+A3:1 -:3 A2:1 G3+A3:1 G3+A3:1 A2:1 G3+A3:1 G3+A3:1 A2:1 G3+A3:1 G3+A3:1 -:3 D3:1 F#3+A3:1 F#3+A3:1 "
            "D3:1 F#3+A3:1 F#3+A3:1 D2+D3+A3:2",
        ),
        214,
    ),
    "toccata-and-fugue-in-d-minor": Tune(
        (
            "A5+A4:.15 G5+G4:.15 A5+A4:2.4 -:.4 G5+G4:.2 F5+F4:.2 E5+E4:.2 D5+D4:.2 C#5+C#4:.8 D5+D4:1.7 -:.9 "
            "A4+A3:.15 G4+G3:.15 A4+A3:2 -:.3 E4+E3:.4 F4+F3:.4 C#4+C#3:.4 D4+D3:1.5 -:.8 D2:.9 D2+C#3:.5 D2+C#3+E3:.5 "
            "D2+C#3+E3+G3:.5 D2+C#3+E3+G3+A#3:.5 D2+C#3+E3+G3+A#3+C#4:2 D2+D3+F#3+A3+D4:2.6",
        ),
        94,
        "organ",
    ),
    "swan-lake": Tune(
        (
            "F#5:2 B4:.5 C#5:.5 D5:.5 E5:.5 F#5:1.5 D5:.5 F#5:1.5 D5:.5 F#5:1.5 B4:.5 D5:.5 B4:.5 G4:.5 D5:.5 B4:2.5 "
            "E5:.5 D5:.5 C#5:.5 F#5:2 B4:.5 C#5:.5 D5:.5 E5:.5 F#5:1.5 D5:.5 F#5:1.5 D5:.5 B4+D5+F#5:3",
            "B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 "
            "B2:.5 F#3:.5 B3:.5 D4:.5 G2:.5 D3:.5 G3:.5 B3:.5 E2:.5 B2:.5 G3:.5 B3:.5 F#2:.5 C#3:.5 A#3:.5 C#4:.5 "
            "B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 B2:.5 F#3:.5 B3:.5 D4:.5 B1+B2+F#3:3",
        ),
        122,
    ),
    "brahms-lullaby": Tune(
        (
            "A4:.5 A4:.5 C5:1.5 A4:.5 A4:1 C5:2 A4:.5 C5:.5 F5:1 E5:1.5 D5:.5 D5:1 C5:1 G4:.5 A4:.5 Bb4:1 G4:1 G4:.5 A4:.5 "
            "Bb4:2 G4:.5 Bb4:.5 E5:.5 D5:.5 C5:1 E5:1 F5:2",
            "-:1 F3:1 A3+C4:1 A3+C4:1 F3:1 A3+C4:1 A3+C4:1 F3:1 A3+C4:1 A3+C4:1 F3:1 A3+C4:1 A3+C4:1 C3:1 G3+Bb3:1 G3+Bb3:1 "
            "C3:1 G3+Bb3:1 G3+Bb3:1 C3:1 G3+Bb3:1 G3+Bb3:1 F3+A3+C4:2",
        ),
        112,
    ),
    "moonlight-sonata": Tune(_MOONLIGHT, 86),
    "symphony-no-5": Tune(
        (
            "-:.5 G4+G3:.5 G4+G3:.5 G4+G3:.5 Eb4+Eb3:2.6 -:.5 F4+F3:.5 F4+F3:.5 F4+F3:.5 D4+D3:3.4 -:.5 G4:.5 G4:.5 G4:.5 Eb4:.5 "
            "Ab4:.5 Ab4:.5 Ab4:.5 G4:.5 Eb5:.5 Eb5:.5 Eb5:.5 C5:2 -:.5 G4:.5 G4:.5 G4:.5 D4:.5 Ab4:.5 Ab4:.5 Ab4:.5 "
            "G4:.5 F5:.5 F5:.5 F5:.5 D5:2 G5:.5 G5:.5 F5:.5 Eb5+C4+G4:2.5",
        ),
        168,
    ),
    "eine-kleine-nachtmusik": Tune(
        (
            "G4+B4+G5:1 -:.5 D5:.5 G5:1 -:.5 D5:.5 G5:.5 D5:.5 G5:.5 B5:.5 D6:1 -:1 C6:1 -:.5 A5:.5 C6:1 -:.5 A5:.5 "
            "C6:.5 A5:.5 F#5:.5 A5:.5 D5:1 -:1 G4+B4+G5:2",
            "G3:1 -:.5 D4:.5 G4:1 -:.5 D4:.5 G4:.5 D4:.5 G4:.5 B4:.5 D5:1 -:1 C5:1 -:.5 A4:.5 C5:1 -:.5 A4:.5 "
            "C5:.5 A4:.5 F#4:.5 A4:.5 D4:1 -:1 G2+D3+G3:2",
        ),
        116,
        "pluck",
    ),
    "from-the-new-world": Tune(
        (
            "F4:1.5 Ab4:.5 Ab4:2 F4:1.5 Eb4:.5 Db4:2 Eb4:1.5 F4:.5 Ab4:1.5 F4:.5 Eb4:4",
            "Db2+Ab3:4 Db3+F3+Ab3:4 Gb2+Bb3:2 Ab2+Db3+F3:2 Ab2+C3+Gb3:4",
        ),
        76,
    ),
    "pictures-at-an-exhibition": Tune(
        (
            "G4:1 F4:1 Bb4:1 C5:.5 F5:.5 D5:1 C5:.5 F5:.5 D5:1 Bb4:1 C5:1 G4:1 F4:1 "
            "G4+Bb3+Eb4:1 F4+A3+C4:1 Bb4+D4+F4:1 C5+F4+A4:.5 F5+A4+C5:.5 D5+F4+Bb4:1 C5+F4+A4:.5 F5+A4+C5:.5 D5+F4+Bb4:1 "
            "Bb4+D4+G4:1 C5+E4+G4:1 G4+C4+E4:1 F4+A3+C4:2",
            "-:11 Eb2+Eb3:1 F2+F3:1 Bb2+Bb3:1 F2+F3:1 Bb2+Bb3:1 F2+F3:1 Bb2+Bb3:1 G2+G3:1 C3:1 C2+C3:1 F2+F3:2",
        ),
        104,
    ),
    "scenes-from-childhood": Tune(
        (
            "C4:1 F4:3.5 E4:.5 F4:.5 A4:.5 C5:.5 F5:2.5 E5:.5 D5:.5 C5:.5 F5:.5 G4:.5 A4:.5 Bb4:.5 D5:.5 F4:.5 G4:.5 A4:.5 C5:.5 G4:2.5",
            "-:1 F2+C3:1 A3+C4:6 Bb2+F3+D4:3 C3+A3:1.5 Bb2+G3:2 A2+F3:2 C3+E3+Bb3:2.5",
        ),
        84,
    ),
}
