"""`python -m eval NAME`: one measurement, as a table or as one JSON object on stdout."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from agent.models.choosing import Place
from eval.caption_sheets import caption_sheets
from eval.conversation_tables import show_dialogue, show_planner
from eval.datasets import read_dataset
from eval.dialogue import DialogueTable, dialogue_table
from eval.few_likes import METRICS, FewLikesTable, few_likes_table
from eval.fusion import FusionTable, fusion_table
from eval.grounding import GroundingTable, grounding_table
from eval.held_out_photos import held_out_table
from eval.perception import PerceptionTable, Say, Tier, Watcher, perception_table
from eval.planner import PlannerTable, planner_table
from eval.planner_models import model_table
from eval.ranking import PARTS, Metric, Problem, RankingTable, ranking_table
from eval.recorded import RECORDED, Tuned
from eval.splits import Split, split_last, split_people
from eval.texts import content_of
from eval.tuning import baselines
from retrieval.build import Collection, build_perceivers, open_collection, run_ingest
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.recommender import Content
from vouch.errors import InputError, SetupError
from vouch.settings import Settings


def ranking(arguments: argparse.Namespace, settings: Settings) -> RankingTable:
    """The ranking table of the collection in the home, or of a public data set as it stands; what is being done goes to stderr."""
    say = _teller()
    if len(arguments.data) > 1:
        raise InputError("ranking is measured on one data set at a time: give --data one folder.")
    folder = arguments.data[0] if arguments.data else None
    problem = replace(_problem(folder, arguments, settings), say=say)
    if arguments.tune:
        on = problem if arguments.validation else _problem(folder, replaced(arguments, validation=True), settings)
        problem = replace(problem, tuned=baselines(on.catalogue, on.split, seed=arguments.seed, say=say))
        say(f"found on validation people: {problem.tuned}")
    gc.freeze()  # half a million interactions that stay need not be looked at in each collection
    return ranking_table(problem, parts=arguments.parts or PARTS)


def fusion(arguments: argparse.Namespace, settings: Settings) -> FusionTable:
    """What the sources weigh best, on the validation people of the data sets (or of the home) together."""
    return fusion_table(_validation_problems(arguments, settings), seed=arguments.seed)


def few_likes(arguments: argparse.Namespace, settings: Settings) -> FewLikesTable:
    """How far what goes with one like is brought forward, on the validation people of each data set (or of the home)."""
    return few_likes_table(_validation_problems(arguments, settings), seed=arguments.seed)


def _validation_problems(arguments: argparse.Namespace, settings: Settings) -> list[Problem]:
    told, say = replaced(arguments, validation=True), _teller()
    return [replace(_problem(folder, told, settings), say=say) for folder in arguments.data or [None]]


def replaced(arguments: argparse.Namespace, **changes: object) -> argparse.Namespace:
    """The same words but for some."""
    return argparse.Namespace(**(vars(arguments) | changes))


def _teller() -> Callable[[str], None]:
    began, console = time.monotonic(), Console(stderr=True)
    return lambda what: console.print(f"{time.monotonic() - began:6.0f} s  {what}", markup=False, highlight=False)


def _problem(folder: Path | None, arguments: argparse.Namespace, settings: Settings) -> Problem:
    """What is to be measured, split: of a folder, or of the home."""
    own: Split | None = None
    if folder is not None:
        dataset = read_dataset(folder)
        catalogue, interactions, data = dataset.catalogue, dataset.interactions, folder.name
        own = dataset.own_split(validation=arguments.validation) if arguments.split == "strong" else None
    else:
        collection = open_collection(settings)
        catalogue, interactions = collection.catalogue, tuple(collection.store.interactions())
        data = Path(collection.store.source() or settings.home).name
    held_out = split_people if arguments.split == "strong" else split_last
    split = own or held_out(interactions, seed=arguments.seed, validation=arguments.validation)
    if folder is not None:
        embedder = MiniLmEmbedder(threads=settings.threads)
        content: Content | None = content_of(catalogue, embedder, settings.cache / "eval")
    else:
        content = collection.recommender.content
    return Problem(
        catalogue=catalogue,
        split=split,
        content=content,
        data=data,
        split_name=f"{arguments.split}, validation" if arguments.validation else arguments.split,
        seed=arguments.seed,
        tuned=RECORDED.get(data, Tuned()),
    )


def perception(arguments: argparse.Namespace, settings: Settings) -> PerceptionTable:
    """What the profile's eyes and ears make of the data sets in --data, VOUCH_TEST_DATA or ../shared/data; in homes of its own."""
    beside = Path(__file__).parent.parent.parent / "shared" / "data"
    (folder,) = arguments.data[:1] or [Path(os.environ.get("VOUCH_TEST_DATA", beside))]

    def opened(catalogue: Path, media: Path, home: Path, say: Say) -> Collection:
        own = Settings(**{**settings.model_dump(), "home": home})
        run_ingest(own, catalogue, media_dir=media, interactions=None, column_map={}, prune=False, watcher=Watcher(say))
        return open_collection(own)

    perceivers, unsilenced = build_perceivers(settings), build_perceivers(settings, always=True)
    tier = Tier(perceivers=perceivers, unsilenced=unsilenced, opened=opened)
    if arguments.captions:
        seed, held_out = arguments.seed, arguments.validation
        return caption_sheets(folder, tier, arguments.captions, seed=seed, held_out=held_out, say=_teller())
    if arguments.validation:
        return held_out_table(folder, tier, say=_teller())
    return perception_table(folder, tier, say=_teller())


def grounding(arguments: argparse.Namespace, settings: Settings) -> GroundingTable:
    """The adversarial and the faithful replies of tests/data/grounding; needs no home."""
    return grounding_table()


def planner(arguments: argparse.Namespace, settings: Settings) -> PlannerTable:
    """How labelled messages of real seekers are understood; needs no home, but the folder of the data sets. With --model a sample of them,
    by a language model alone and joined."""
    folder, embedder = _data_sets(arguments), MiniLmEmbedder(threads=settings.threads)
    if not arguments.model:
        return planner_table(folder, embedder)
    place = Place(
        weights=settings.weights_folder, prefixes=settings.prefixes, threads=settings.threads, key=settings.chat_key
    )
    return model_table(folder, embedder, arguments.model, place, messages=arguments.messages, say=_teller())


def dialogue(arguments: argparse.Namespace, settings: Settings) -> DialogueTable:
    """How well what real recommenders named is found; needs no home, but the folder of the data sets."""
    folder, embedder = _data_sets(arguments), MiniLmEmbedder(threads=settings.threads)
    return dialogue_table(folder, embedder, tuning=arguments.validation, seed=arguments.seed, say=_teller())


def _data_sets(arguments: argparse.Namespace) -> Path:
    if len(arguments.data) != 1:
        raise InputError("Name the folder that holds redial-valid, inspired-dev and the MovieLens sets with --data.")
    return Path(arguments.data[0])


Measured = PerceptionTable | RankingTable | GroundingTable | FusionTable | FewLikesTable | PlannerTable | DialogueTable
MEASUREMENTS: dict[str, Callable[[argparse.Namespace, Settings], Measured]] = {
    "dialogue": dialogue,
    "few_likes": few_likes,
    "fusion": fusion,
    "grounding": grounding,
    "perception": perception,
    "planner": planner,
    "ranking": ranking,
}


def main(words: Sequence[str] | None = None) -> int:
    """Runs one measurement. Exit status: 0, 2 for wrong words, 4 for something missing on the machine."""
    parser = argparse.ArgumentParser(prog="python -m eval", description="Offline measurements of a collection.")
    parser.add_argument("name", choices=sorted(MEASUREMENTS), help="what to measure")
    parser.add_argument("--home", type=Path, help="the folder of the collection (default: VOUCH_HOME)")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="a folder with MovieLens or Mult-VAE files, instead of a home (several for fusion, few_likes); planner and dialogue take the folder of all sets",
    )
    parser.add_argument(
        "--tune",
        action="store_true",
        help="choose the settings of the models beside ours on validation people, instead of the recorded ones",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="draws the people who are held out, the photos of --captions"
    )
    parser.add_argument(
        "--validation",
        action="store_true",
        help="measure on the people (perception: the photos) kept for tuning, not on the test's",
    )
    parser.add_argument(
        "--split",
        choices=("strong", "last"),
        default="strong",
        help="hold out people (strong), or everybody's last like by time",
    )
    parser.add_argument(
        "--parts",
        nargs="+",
        metavar="PART",
        help=f"some of {', '.join(PARTS)}, likes_K for another K, or shown (lists of ten as people see them); all but these by default",
    )
    parser.add_argument(
        "--model", default="", help="planner: a language model (as of `vouch chat --model`) on a sample"
    )
    parser.add_argument("--messages", type=int, default=60, help="planner: how many messages that model is asked about")
    parser.add_argument(
        "--captions",
        type=Path,
        metavar="FOLDER",
        help="perception: draw pictures beside the captions said of them, to be read by eye, instead of measuring",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args(words)
    settings = Settings(home=arguments.home) if arguments.home else Settings()
    try:
        table = MEASUREMENTS[arguments.name](arguments, settings)
    except InputError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 2
    except SetupError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 4
    if arguments.json:
        sys.stdout.write(json.dumps(_json(table), ensure_ascii=False) + "\n")
    elif isinstance(table, GroundingTable):
        show_grounding(table, Console())
    elif isinstance(table, FusionTable):
        show_fusion(table, wide_console())
    elif isinstance(table, FewLikesTable):
        show_few_likes(table, wide_console())
    elif isinstance(table, PerceptionTable):
        show_perception(table, wide_console())
    elif isinstance(table, PlannerTable):
        show_planner(table, wide_console())
    elif isinstance(table, DialogueTable):
        show_dialogue(table, wide_console())
    else:
        show(table, wide_console())
    return 0


def _json(table: Measured) -> dict[str, Any]:
    return table.to_json() if isinstance(table, RankingTable) else asdict(table)


def wide_console() -> Console:
    """A console that cuts no column where the output is not a terminal."""
    return Console() if sys.stdout.isatty() else Console(width=320)


def show(table: RankingTable, console: Console) -> None:
    """Prints the table, each figure with its 95 % interval."""
    names = tuple(dict.fromkeys(name for row in table.rows for name in row.metrics))
    drawn = Table(
        title=f"{table.data}: {table.people} held-out people, {table.items} items, "
        f"{table.training_likes} likes of others to learn from ({table.split}, seed {table.seed})"
    )
    for heading in ("part", "model", *names):
        drawn.add_column(heading)
    for row in table.rows:
        drawn.add_row(row.part, row.model, *(_figure(row.metrics.get(name)) for name in names))
    console.print(drawn)


def show_grounding(table: GroundingTable, console: Console) -> None:
    """Prints what was kept and caught in each group, and what came out wrong among the replies tuned on."""
    drawn = Table(title="replies that came out right, with 95 % intervals")
    for heading in ("group", "replies", "right", "of", "part"):
        drawn.add_column(heading)
    for row in table.rows:
        drawn.add_row(row.group, row.kind, str(row.right), str(row.replies), _figure((row.part, row.low, row.high)))
    console.print(drawn)
    for missed in table.missed:
        console.print(missed, markup=False)


def show_fusion(table: FusionTable, console: Console) -> None:
    """Prints the weights for each number of likes known."""
    drawn = Table(title=f"what the sources weigh beside the leading one: {', '.join(table.data)}")
    for heading in (
        "known",
        "leading",
        "weights",
        "gain over it alone",
        "gain of the weights in use",
        "its quality alone",
    ):
        drawn.add_column(heading)
    for row in table.rows:
        weights = ", ".join(f"{name} {weight:g}" for name, weight in row.weights.items())
        alone = ", ".join(f"{value:.4f}" for value in row.alone)
        drawn.add_row(row.known, row.leading, weights or "none", f"{row.gain:.2%}", f"{row.written:.2%}", alone)
    console.print(drawn)


def show_few_likes(table: FewLikesTable, console: Console) -> None:
    """Prints each strength in each data set, and the one that the rule takes."""
    drawn = Table(
        title=f"bringing forward what goes with the likes, {table.likes} known; differences with 95 % intervals"
    )
    for heading in ("data", "strength", *METRICS, *(f"{name} over popularity" for name in METRICS)):
        drawn.add_column(heading)
    for row in table.rows:
        own = (f"{row.metrics[name]:.4f}" for name in METRICS)
        over = (_figure(row.over_popularity[name]) for name in METRICS)
        drawn.add_row(row.data, f"{row.strength:g}", *own, *over)
    console.print(drawn)
    console.print("Taken: none beats popularity." if table.taken is None else f"Taken: {table.taken:g}")


def show_perception(table: PerceptionTable, console: Console) -> None:
    """Prints a line a measurement with its models, and which data sets are not here."""
    drawn = Table(title="what is seen, read and heard")
    for heading in ("measured", "on", "by", "of", "figures"):
        drawn.add_column(heading)
    for row in table.rows:
        figures = "\n".join(f"{name} {value:.3f}" for name, value in row.figures.items())
        drawn.add_row(row.what, row.data, row.model.replace(", ", "\n"), str(row.count), figures)
    console.print(drawn)
    for sentence in table.missing:
        console.print(sentence, markup=False)


def _figure(metric: Metric | None) -> str:
    if metric is None:
        return ""
    value, low, high = metric
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    sys.exit(main())
