"""The taste model behind the simulated members: named clusters, what each likes, and how much it would like a work.

A cluster is a preference over genres, moods, kinds and years, with a handful of touchstones: works that its people press on each other,
in every kind (the night owls read “Dracula”, watch “Nosferatu” and hear “Danse macabre”). It knows no person; demo/make_members.py mixes
clusters into members. Nothing here is learned from anybody: the clusters are invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import Any

PERIOD_BONUS = 0.6
TOUCHSTONE_BONUS = 2.0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One way of liking things.

    `label` completes “likes what is ...”. Weights are added up for each genre, mood and kind a work has; `period` are the first and last
    year of a favourite time; `share` is how often the cluster is drawn relative to the others.
    """

    key: str
    label: str
    genres: Mapping[str, float]
    moods: Mapping[str, float]
    kinds: Mapping[str, float] = field(default_factory=dict)
    period: tuple[int, int] | None = None
    touchstones: tuple[str, ...] = ()
    share: float = 1.0


def utility(cluster: Cluster, work: Mapping[str, Any]) -> float:
    """How much the cluster likes the work, in no unit; a work without genres and moods (a print) has only kind and touchstone."""
    genres = sum(cluster.genres.get(genre, 0.0) for genre in work.get("genres", ()))
    moods = sum(cluster.moods.get(mood, 0.0) for mood in work.get("moods", ()))
    inside = cluster.period is not None and cluster.period[0] <= work.get("year", -1) <= cluster.period[1]
    bonus = PERIOD_BONUS * inside + TOUCHSTONE_BONUS * (work["id"] in cluster.touchstones)
    return genres + moods + cluster.kinds.get(work["kind"], 0.0) + bonus


def standardised(cluster: Cluster, works: Sequence[Mapping[str, Any]]) -> tuple[float, ...]:
    """The utilities of all works, shifted and scaled to mean 0 and standard deviation 1 over the catalogue, in the works' order."""
    values = [utility(cluster, work) for work in works]
    mean, spread = fmean(values), pstdev(values)
    return tuple((value - mean) / spread if spread else 0.0 for value in values)


CLUSTERS = (
    Cluster(
        key="night-owls",
        label="eerie and gothic",
        genres={"horror": 1.6, "gothic": 1.6, "thriller": 0.4, "slapstick": -0.8},
        moods={"eerie": 1.2, "dark": 0.6, "haunting": 0.8, "unsettling": 0.5, "cosy": -0.4},
        touchstones=(
            "dracula",
            "nosferatu",
            "the-cabinet-of-dr-caligari",
            "the-call-of-cthulhu",
            "the-golem",
            "danse-macabre",
            "erlkonig",
            "night-on-bald-mountain",
            "toccata-and-fugue-in-d-minor",
        ),
        share=1.3,
    ),
    Cluster(
        key="front-row-laughers",
        label="slapstick and satire",
        genres={"comedy": 1.2, "slapstick": 1.2, "satire": 0.9, "tragedy": -0.8, "horror": -0.5},
        moods={"funny": 1.0, "playful": 0.6, "satirical": 0.8, "bleak": -0.6},
        touchstones=(
            "the-general",
            "safety-last",
            "three-men-in-a-boat",
            "carry-on-jeeves",
            "the-gold-rush",
            "the-carnival-of-the-animals",
            "the-sorcerers-apprentice",
        ),
        share=1.4,
    ),
    Cluster(
        key="concert-goers",
        label="music before everything, quiet or grand",
        genres={"slapstick": -0.6, "crime": -0.5},
        moods={"serene": 0.8, "grand": 0.4, "dreamy": 0.4, "tender": 0.3, "melancholy": 0.3},
        kinds={"music": 2.6},
        touchstones=(
            "swanns-way",
            "death-in-venice",
            "clair-de-lune",
            "moonlight-sonata",
            "the-four-seasons",
        ),
        share=1.2,
    ),
    Cluster(
        key="sea-and-sail",
        label="ships, islands and long journeys",
        genres={"adventure": 1.8, "western": 0.7, "romance": -0.3},
        moods={"exciting": 1.0, "stirring": 0.4, "slow-burning": -0.3},
        touchstones=(
            "treasure-island",
            "moby-dick",
            "twenty-thousand-leagues-under-the-sea-book",
            "around-the-world-in-eighty-days",
            "the-navigator",
            "nanook-of-the-north",
            "the-lost-world-book",
            "scheherazade",
            "over-the-waves",
            "aloha-oe",
            "the-moldau",
        ),
    ),
    Cluster(
        key="machine-dreamers",
        label="machines, rockets and brave new cities",
        genres={"science fiction": 2.2, "experimental": 0.8, "documentary": 0.6, "historical": -0.4},
        moods={"unsettling": 0.4, "tense": 0.2, "mysterious": 0.2},
        period=(1895, 1929),
        touchstones=(
            "metropolis",
            "r-u-r",
            "we",
            "man-with-a-movie-camera",
            "the-time-machine",
            "print-4",
            "print-7",
            "print-10",
            "the-planets",
            "the-rite-of-spring",
            "bolero",
        ),
    ),
    Cluster(
        key="drawing-room-romantics",
        label="love stories told with manners",
        genres={"romance": 1.5, "melodrama": 0.5, "horror": -0.8, "war": -0.6, "slapstick": -0.3},
        moods={"romantic": 1.2, "tender": 0.7, "wistful": 0.8},
        touchstones=(
            "pride-and-prejudice",
            "persuasion",
            "a-room-with-a-view",
            "sunrise",
            "seventh-heaven",
            "the-age-of-innocence",
            "nocturne-in-e-flat",
            "swan-lake",
            "clara-schumann-piano-concerto",
        ),
        share=1.3,
    ),
    Cluster(
        key="puzzle-people",
        label="detectives, crimes and locked rooms",
        genres={"detective": 2.2, "crime": 1.5, "thriller": 1.3, "fantasy": -0.4},
        moods={"mysterious": 1.1, "tense": 0.7},
        touchstones=(
            "the-hound-of-the-baskervilles",
            "the-murder-of-roger-ackroyd",
            "the-lodger",
            "dr-mabuse-the-gambler",
            "sherlock-jr",
            "the-moonstone",
            "brandenburg-concerto-no-3",
        ),
    ),
    Cluster(
        key="dream-logic",
        label="strange, modern and dreamlike",
        genres={
            "experimental": 1.6,
            "modernist": 1.3,
            "impressionist": 1.3,
            "fantasy": 0.4,
            "melodrama": -0.6,
            "adventure": -0.5,
        },
        moods={"dreamy": 1.3, "unsettling": 0.7, "whimsical": 0.4, "mysterious": 0.4},
        period=(1900, 1929),
        touchstones=(
            "un-chien-andalou",
            "the-metamorphosis",
            "alices-adventures-in-wonderland",
            "ulysses",
            "a-page-of-madness",
            "prelude-to-the-afternoon-of-a-faun",
            "gymnopedie-no-1",
            "symphonie-fantastique",
        ),
    ),
    Cluster(
        key="whole-canon",
        label="great, long and tragic",
        genres={
            "historical": 1.1,
            "tragedy": 1.2,
            "epic": 1.2,
            "philosophy": 0.8,
            "drama": 0.5,
            "symphony": 0.8,
            "opera": 0.7,
            "choral": 0.7,
            "slapstick": -0.7,
        },
        moods={"grand": 1.2, "tragic": 0.7, "slow-burning": 0.5, "playful": -0.4},
        touchstones=(
            "war-and-peace",
            "les-miserables",
            "napoleon",
            "anna-karenina",
            "the-passion-of-joan-of-arc",
            "symphony-no-9",
            "mozart-requiem",
            "messiah",
        ),
    ),
    Cluster(
        key="under-the-blanket",
        label="cosy, whimsical and good to read aloud",
        genres={"children's": 1.8, "animation": 1.6, "fantasy": 0.7, "crime": -0.5, "war": -0.6},
        moods={"whimsical": 1.0, "cosy": 1.2, "tender": 0.5, "hopeful": 0.4, "bleak": -0.6},
        touchstones=(
            "the-wind-in-the-willows",
            "winnie-the-pooh",
            "peter-pan-book",
            "peter-pan-film",
            "steamboat-willie",
            "the-kid",
            "print-1",
            "print-3",
            "the-nutcracker",
            "scenes-from-childhood",
            "brahms-lullaby",
        ),
        share=1.1,
    ),
    Cluster(
        key="dance-hall-nights",
        label="jazz, joy and the nineteen-twenties",
        genres={"gothic": -0.7, "romance": 0.3, "comedy": 0.2, "jazz": 1.8, "ragtime": 1.6, "waltz": 1.2},
        moods={"joyful": 1.5, "romantic": 0.5, "playful": 0.5, "exciting": 0.3, "bleak": -0.4},
        kinds={"music": 0.3},
        period=(1915, 1929),
        touchstones=(
            "the-great-gatsby",
            "the-sun-also-rises",
            "the-jazz-singer",
            "speedy",
            "piccadilly",
            "lonesome",
            "rhapsody-in-blue",
            "west-end-blues",
            "maple-leaf-rag",
        ),
    ),
    Cluster(
        key="boots-and-banners",
        label="war, protest and ordinary courage",
        genres={"war": 1.9, "drama": 0.6, "documentary": 0.5, "memoir": 0.6, "fantasy": -0.7},
        moods={"stirring": 1.4, "bleak": 0.5, "tragic": 0.4, "whimsical": -0.5},
        touchstones=(
            "battleship-potemkin",
            "all-quiet-on-the-western-front-book",
            "the-big-parade",
            "the-souls-of-black-folk",
            "within-our-gates",
            "mother",
            "finlandia",
            "symphony-no-5",
        ),
    ),
)
