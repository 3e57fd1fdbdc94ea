"""README's tables of figures, made of the files in docs/figures that the commands beside them write.

    python -m scripts.readme_tables

`python -m eval ranking --data FOLDER --json > docs/figures/ranking-NAME.json` writes one of the ranking (of a home: ranking-demo.json, with
`--split last`: ranking-NAME-last.json), `python -m eval fusion --data FOLDER... --json` fusion.json, `make bench` bench.json. A table stands
between `<!-- table NAME -->` and `<!-- end -->`; tests/test_readme_tables.py holds README to the files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
FIGURES = ROOT / "docs" / "figures"
_TABLE = re.compile(r"<!-- table ([\w-]+) -->\n.*?<!-- end -->", flags=re.DOTALL)

MODELS = {
    "random": "random",
    "popularity": "popularity",
    "item_knn": "item neighbours",
    "als": "ALS (implicit)",
    "ease": "EASE",
    "cf": "adaptive EDLAE alone",
    "vouch": "the whole",
}
NEW_MODELS = {
    "dense": "likeness of texts",
    "vouch": "the whole",
    "places_0": "no place for new ones",
    "places_1": "one place of twenty for everybody",
    "places_2": "two places",
    "cf": "adaptive EDLAE alone",
}
SOURCES = {
    "cf": "adaptive EDLAE",
    "popularity": "popularity",
    "company": "what is liked with few likes",
    "dense": "likeness of texts",
    "attributes": "shared attributes",
    "vouch": "all together",
}
PARTS = {"likes_1": "1 like", "likes_3": "3 likes", "likes_5": "5 likes", "all": "all likes"}
NEW_PARTS = {
    "new_among_new": "new ones among the new",
    "new_items": "new ones among all",
    "warm_items": "old ones among all",
}

Metrics = Mapping[tuple[str, str], Mapping[str, Sequence[float]]]


def main() -> None:
    """Writes the tables into README."""
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")


def filled(text: str) -> str:
    """The same text with every table made anew. Raises KeyError for the name of a table that there is not."""
    return _TABLE.sub(lambda found: f"<!-- table {found[1]} -->\n{table(found[1])}\n<!-- end -->", text)


def table(name: str) -> str:
    """One table by its name: `bench`, `fusion`, or a file of the ranking, with `-new` behind it its new items, with `-sources` its sources."""
    if name == "bench":
        return bench_table(_read("bench"))
    if name == "fusion":
        return fusion_table(_read("fusion"))
    if name.endswith("-new"):
        return new_table(_metrics(_read(name.removesuffix("-new"))))
    if name.endswith("-sources"):
        return sources_table(_metrics(_read(name.removesuffix("-sources"))))
    kind = intervals_table if name.endswith(("-demo", "-last")) else ranking_table
    return kind(_metrics(_read(name)), name.removeprefix("ranking-"))


def ranking_table(metrics: Metrics, title: str) -> str:
    """recall@20 / nDCG@10 of each model for each number of likes known."""
    rows = [
        [label, *(_pair(metrics[part, model]) for part in PARTS)]
        for model, label in MODELS.items()
        if ("all", model) in metrics and model != "random"
    ]
    return markdown([title, *PARTS.values()], rows)


def intervals_table(metrics: Metrics, title: str) -> str:
    """recall@20, nDCG@10 with their intervals and coverage, all likes known."""
    rows = []
    for model, label in MODELS.items():
        if ("all", model) in metrics:
            own = metrics["all", model]
            rows.append([label, _interval(own["recall@20"]), _interval(own["ndcg@10"]), _short(own["coverage@10"][0])])
    return markdown([title, "recall@20", "nDCG@10", "coverage@10"], rows)


def new_table(metrics: Metrics) -> str:
    """recall@20 of new items, and of the old ones beside them."""
    rows = [
        [
            label,
            *(_interval(metrics[part, model]["recall@20"]) if (part, model) in metrics else "" for part in NEW_PARTS),
        ]
        for model, label in NEW_MODELS.items()
        if any((part, model) in metrics for part in NEW_PARTS)
    ]
    return markdown(["recall@20", *NEW_PARTS.values()], rows)


def sources_table(metrics: Metrics) -> str:
    """For each number of likes known the recall of what a source puts into the pool, and the recall@20 that the whole owes to it."""
    rows = []
    for source, label in SOURCES.items():
        if ("all", source) in metrics:
            own = [metrics[part, source] for part in PARTS]
            added = [one["adds_recall@20"][0] if "adds_recall@20" in one else None for one in own]
            pools = [_short(one["recall@pool"][0]) for one in own]
            rows.append(
                [
                    label,
                    *(
                        pool if gain is None else f"{pool}, {gain:+.3f}"
                        for pool, gain in zip(pools, added, strict=True)
                    ),
                ]
            )
    return markdown(["recall of the pool, gain", *PARTS.values()], rows)


def fusion_table(told: Mapping[str, Any]) -> str:
    """The weights that serve validation people best beside the leading source's 1, by how much, and what the weights in use bring."""
    rows = []
    for one in told["rows"]:
        weights = ", ".join(f"{SOURCES[name]} {weight:g}" for name, weight in one["weights"].items()) or "none"
        alone = ", ".join(_short(value) for value in one["alone"])
        gains = [f"{one[name]:+.1%}" for name in ("gain", "written")]
        rows.append([one["known"], SOURCES[one["leading"]], weights, *gains, alone])
    alone = f"the leading one alone on {', '.join(told['data'])}"
    return markdown(["known", "leading", "best beside it", "gain", "gain of those in use", alone], rows)


def bench_table(told: Mapping[str, Any]) -> str:
    """Every figure of `make bench`."""
    rows = []
    for one in told["figures"]:
        peer = f"{one['peer']} ({one['peer_ms']:.2f} ms)"
        note = f"; {one['note']}" if one["note"] else ""
        rows.append(
            [f"{one['name']}{note}", f"{one['ours_ms']:.2f} / {one['ours_p99_ms']:.2f} ms", peer, f"{one['ratio']:.1f}"]
        )
    return markdown(["what", "p50 / p99", "peer (p50)", "peer / ours"], rows)


def markdown(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown.

    >>> print(markdown(["a", "b"], [["1", "2"]]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _read(name: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))
    return told


def _metrics(told: Mapping[str, Any]) -> Metrics:
    return {(row["part"], row["model"]): row["metrics"] for row in told["rows"]}


def _pair(metrics: Mapping[str, Sequence[float]]) -> str:
    return f"{_short(metrics['recall@20'][0])} / {_short(metrics['ndcg@10'][0])}"


def _interval(metric: Sequence[float]) -> str:
    value, low, high = map(_short, metric)
    return f"{value} [{low}, {high}]"


def _short(value: float) -> str:
    """Three places without the leading 0."""
    return f"{value:.3f}".removeprefix("0")


if __name__ == "__main__":
    main()
