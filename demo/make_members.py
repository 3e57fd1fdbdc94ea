"""The demo's simulated members: writes demo/interactions.csv and demo/members.json. Run `python -m demo.make_members`.

Nobody is behind them. The model, in the order in which it is drawn:

1. A member draws one cluster of demo/tastes.py, or (60 % of them) two, which start as a mixture of 55:45 to 85:15.
2. A member has a number of interactions (log-normal, median 26, between 10 and 90), a first day from January 2024 on and a last day up
   to October 2026; the instants between them are uniform, and fall in the evening.
3. Drift: between the first and the last day, up to 0.4 of weight moves from the first cluster to the second (if there is one).
4. At each instant the next work is drawn among those not yet met, with probability proportional to
   exp(1.3 z + personal noise) x popularity, where z is the mixture's standardised utility (demo/tastes.py), the personal noise is normal
   with deviation 0.8 for each member and work, and popularity is rank ** -0.55 over a rank of fame: first the HOUSEHOLD list below in
   its order, then the others in an order shuffled once. Prints, which most people overlook, have 0.3 of the last work's popularity.
5. The rating is 3.4 + 0.75 z + 0.5 x the work's quality + normal noise of deviation 0.75, rounded and held between 1 and 5; 5 is love.
   The quality is standard normal, drawn once for each work.

Every draw comes from `random.Random` seeded by names, so that a second run gives the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from demo.build_collection import collection
from demo.tastes import CLUSTERS, Cluster, standardised

FOLDER = Path(__file__).resolve().parent
INTERACTIONS = FOLDER / "interactions.csv"
MEMBERS = FOLDER / "members.json"

MEMBER_COUNT = 500
FIRST_DAY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) // 86_400
LAST_DAY = int(datetime(2026, 10, 31, tzinfo=UTC).timestamp()) // 86_400
LEAST, MEDIAN, MOST = 10, 26, 90
TWO_CLUSTERS = 0.6
DRIFT = 0.4
TASTE_WEIGHT = 1.3
PERSONAL_NOISE = 0.8
FAME_EXPONENT = 0.55
PRINT_POPULARITY = 0.3
RATING_MIDDLE, RATING_TASTE, RATING_QUALITY, RATING_NOISE = 3.4, 0.75, 0.5, 0.75

HOUSEHOLD = (
    "dracula",
    "frankenstein-book",
    "pride-and-prejudice",
    "alices-adventures-in-wonderland",
    "metropolis",
    "a-christmas-carol",
    "nosferatu",
    "clair-de-lune",
    "the-great-gatsby",
    "the-gold-rush",
    "treasure-island",
    "the-hound-of-the-baskervilles",
    "the-general",
    "symphony-no-9",
    "the-four-seasons",
    "peter-pan-book",
    "the-wonderful-wizard-of-oz-book",
    "moby-dick",
    "fur-elise",
    "jane-eyre",
    "the-metamorphosis",
    "the-kid",
    "the-nutcracker",
    "moonlight-sonata",
    "war-and-peace",
    "the-secret-garden",
    "crime-and-punishment",
    "the-time-machine",
    "don-quixote",
    "swan-lake",
    "symphony-no-5",
    "winnie-the-pooh",
    "les-miserables",
    "a-trip-to-the-moon",
    "anna-karenina",
    "rhapsody-in-blue",
    "the-blue-danube",
    "the-cabinet-of-dr-caligari",
    "wuthering-heights",
    "steamboat-willie",
    "battleship-potemkin",
    "carmen",
    "bolero",
    "the-picture-of-dorian-gray",
    "the-count-of-monte-cristo",
    "the-war-of-the-worlds",
    "adventures-of-huckleberry-finn",
    "pinocchio",
    "grimms-fairy-tales",
    "eine-kleine-nachtmusik",
    "toccata-and-fugue-in-d-minor",
    "canon-in-d",
    "the-murder-of-roger-ackroyd",
    "safety-last",
    "phantom-of-the-opera-book",
    "un-chien-andalou",
    "one-thousand-and-one-nights",
    "the-importance-of-being-earnest",
    "all-quiet-on-the-western-front-book",
)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One simulated member: `share` is the first cluster's on the first day, `drift` what the first has lost by the last day."""

    number: int
    clusters: tuple[Cluster, ...]
    share: float
    drift: float
    instants: tuple[int, ...]

    @property
    def user_id(self) -> str:
        """Such as member-017."""
        return f"member-{self.number:03d}"

    @property
    def label(self) -> str:
        """What the page shows in the choice of a member; it always says that the member is simulated."""
        return f"member {self.number} (simulated): {', also '.join(cluster.label for cluster in self.clusters)}"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What is the same for all members: the works, and for each of them the log of its popularity, its quality, and z by cluster key."""

    works: tuple[Mapping[str, Any], ...]
    log_popularity: tuple[float, ...]
    quality: tuple[float, ...]
    z: Mapping[str, tuple[float, ...]]


def build_shelf(works: Sequence[Mapping[str, Any]]) -> Shelf:
    """The shelf of a catalogue; each work's quality depends on its id alone."""
    popularity = popularity_of(works)
    return Shelf(
        works=tuple(works),
        log_popularity=tuple(math.log(popularity[work["id"]]) for work in works),
        quality=tuple(Random(f"quality of {work['id']}").gauss(0.0, 1.0) for work in works),
        z={cluster.key: standardised(cluster, works) for cluster in CLUSTERS},
    )


def popularity_of(works: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """A power law over the rank of fame: rank ** -0.55; each print has 0.3 of the last work's."""
    ids = [work["id"] for work in works if work["kind"] != "print"]
    others = sorted(set(ids) - set(HOUSEHOLD), key=lambda item_id: Random(f"fame of {item_id}").random())
    ranked = [item_id for item_id in HOUSEHOLD if item_id in ids] + others
    popularity = {item_id: rank**-FAME_EXPONENT for rank, item_id in enumerate(ranked, start=1)}
    least = PRINT_POPULARITY * min(popularity.values())
    return popularity | {work["id"]: least for work in works if work["kind"] == "print"}


def draw_member(number: int, *, most: int = MOST) -> Member:
    """Steps 1 to 3 of the model; `most` bounds how many works a member meets."""
    random = Random(f"member {number}")
    first = random.choices(CLUSTERS, [cluster.share for cluster in CLUSTERS])[0]
    clusters: tuple[Cluster, ...] = (first,)
    share, drift = 1.0, 0.0
    if random.random() < TWO_CLUSTERS:
        rest = [cluster for cluster in CLUSTERS if cluster is not first]
        second = random.choices(rest, [cluster.share for cluster in rest])[0]
        share = random.uniform(0.55, 0.85)
        clusters, drift = (first, second), random.uniform(0.0, DRIFT)
    count = max(LEAST, min(most, round(random.lognormvariate(math.log(MEDIAN), 0.45))))
    joined = random.randint(FIRST_DAY, LAST_DAY - 120)
    left = random.randint(joined + 90, LAST_DAY)
    instants = sorted(
        random.randint(joined, left) * 86_400 + random.randint(17 * 3600, 23 * 3600) for _ in range(count)
    )
    return Member(number=number, clusters=clusters, share=share, drift=drift, instants=tuple(instants))


def draw_interactions(member: Member, shelf: Shelf) -> tuple[tuple[str, int, int], ...]:
    """Steps 4 and 5 of the model: (item_id, rating, unix seconds) in order of time, no work twice."""
    random = Random(f"interactions of {member.user_id}")
    noise = [random.gauss(0.0, PERSONAL_NOISE) for _ in shelf.works]
    unmet = list(range(len(shelf.works)))
    met = []
    for instant in member.instants:
        z = mixed(member, shelf, instant)
        appeal = [math.exp(TASTE_WEIGHT * z[index] + noise[index] + shelf.log_popularity[index]) for index in unmet]
        index = random.choices(unmet, appeal)[0]
        unmet.remove(index)
        exact = (
            RATING_MIDDLE
            + RATING_TASTE * z[index]
            + RATING_QUALITY * shelf.quality[index]
            + random.gauss(0.0, RATING_NOISE)
        )
        met.append((shelf.works[index]["id"], max(1, min(5, round(exact))), instant))
    return tuple(met)


def mixed(member: Member, shelf: Shelf, instant: int) -> list[float]:
    """z of every work for the member's mixture at that instant."""
    if len(member.clusters) == 1:
        return list(shelf.z[member.clusters[0].key])
    first, last = member.instants[0], member.instants[-1]
    passed = (instant - first) / (last - first) if last > first else 0.0
    share = member.share - member.drift * passed
    one, two = (shelf.z[cluster.key] for cluster in member.clusters)
    return [share * a + (1.0 - share) * b for a, b in zip(one, two, strict=True)]


def to_csv(members: Sequence[Member], shelf: Shelf) -> str:
    """The interactions of all members, by member and then by time: user_id,item_id,rating,timestamp (unix seconds)."""
    lines = ["user_id,item_id,rating,timestamp"]
    for member in members:
        lines += [f"{member.user_id},{item},{rating},{at}" for item, rating, at in draw_interactions(member, shelf)]
    return "\n".join(lines) + "\n"


def to_labels(members: Sequence[Member]) -> str:
    """What the page shows: {"member-017": {"cluster": ..., "label": ...}}, as JSON; `cluster` is the member's first."""
    labels = {member.user_id: {"cluster": member.clusters[0].key, "label": member.label} for member in members}
    return json.dumps(labels, ensure_ascii=False, indent=1) + "\n"


def draw_members(works: Sequence[Mapping[str, Any]], *, count: int = MEMBER_COUNT) -> tuple[Member, ...]:
    """The members 1 to `count`; none meets more than half of the works."""
    return tuple(draw_member(number, most=min(MOST, len(works) // 2)) for number in range(1, count + 1))


def main() -> None:
    """Write demo/interactions.csv and demo/members.json."""
    works = collection()
    members = draw_members(works)
    INTERACTIONS.write_text(to_csv(members, build_shelf(works)), encoding="utf-8")
    MEMBERS.write_text(to_labels(members), encoding="utf-8")


if __name__ == "__main__":
    main()
