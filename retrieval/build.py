"""Settings to the parts of retrieval: an opened collection, and everything an ingest needs. The only place that chooses adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from retrieval import companions
from retrieval.asked_media import AskedFiles
from retrieval.catalogue import Catalogue
from retrieval.catalogue_file import CatalogueFile, read_catalogue
from retrieval.embedders.label_embedder import AveragedLabelEmbedder
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.ingest import IngestParts, IngestReport, Progress, ingest
from retrieval.interactions_file import InteractionsFile, read_interactions
from retrieval.item_vectors import ItemVectors
from retrieval.media_reader import ASPECTS, Aspect
from retrieval.perception.cache import PerceptionCache
from retrieval.perception.chosen_models import ModelChoice, chosen_captioner, chosen_transcriber
from retrieval.perception.efficientnet_captioner import EfficientNetCaptioner
from retrieval.perception.efficientnet_eye import EfficientNetEye
from retrieval.perception.librosa_sound import LibrosaSound
from retrieval.perception.pillow_colours import PillowColours
from retrieval.perception.pyav_video import FilmStills, SeenInFilm
from retrieval.perception.pyav_wholeness import Wholeness
from retrieval.perception.rapidocr_reader import RapidOcrReader
from retrieval.perception.seeing_captioner import SeeingCaptioner
from retrieval.perception.seeing_map import SeeingMap
from retrieval.perception.sidecar_reader import SidecarReader
from retrieval.recommender import Content, Recommender
from retrieval.scorers.fitted import Fitted
from retrieval.scorers.upkeep import Upkeep, current_scorer
from retrieval.scorers.versions import Versions
from retrieval.stores.chroma_index import ChromaIndex
from retrieval.stores.ingest_lock import ingest_lock
from retrieval.stores.sql_catalogue import SqlCatalogue
from vouch.errors import HomeBusy, SetupError
from vouch.ports import Embedder, Perceiver
from vouch.settings import Settings
from vouch.types import Schema
from vouch.weights import weights_path


@dataclass(frozen=True, kw_only=True)
class Collection:
    """An opened home. `tiers` names the model of each part; `media_dir` is None where there are no media.

    `people` can be chosen on the page; `examples` are messages to begin with; `asked` keeps the files that people ask with;
    `edition` is what it was read at.
    """

    store: SqlCatalogue
    index: ChromaIndex
    embedder: Embedder
    catalogue: Catalogue
    recommender: Recommender
    media_dir: Path | None
    tiers: Mapping[str, str]
    people: tuple[companions.Person, ...]
    examples: tuple[str, ...]
    asked: AskedFiles
    edition: str


class IngestWatcher(Protocol):
    """Is told what an ingest finds and does."""

    def catalogue(self, file: CatalogueFile) -> None:
        """The catalogue has been read; work has not begun."""
        ...

    def interactions(self, file: InteractionsFile) -> None:
        """The interactions have been read."""
        ...

    def step(self, step: Progress) -> None:
        """Work goes on."""
        ...

    def say(self, message: str) -> None:
        """One sentence."""
        ...


def open_collection(settings: Settings, *, before: Collection | None = None) -> Collection:
    """The collection in the home, with an index that is sound. Raises SetupError where nothing has been ingested.

    `before`: the collection as this process opened it earlier; its index gives what it holds to the new one's, and answers on.
    """
    store, schema = _opened_store(settings)
    source, edition = Path(store.source() or ""), store.edition()
    index = before.index.successor() if before else ChromaIndex.open(_index_folder(settings), catalogue=store)
    passages, rows = store.passages_and_vectors()
    catalogue = Catalogue(items=store.items(), schema=schema, passages=passages)
    embedder = before.embedder if before else MiniLmEmbedder(threads=settings.threads)
    people = companions.people(source, store.people())
    labels = AveragedLabelEmbedder(embedder)
    content = Content.of(catalogue, index=index, embedder=embedder, passages=passages, rows=rows, label_embedder=labels)
    fitted = _fitted(settings, store, catalogue, content.item_vectors)
    return Collection(
        store=store,
        index=index,
        embedder=embedder,
        catalogue=catalogue,
        recommender=Recommender(
            catalogue=catalogue,
            store=store,
            fitted=fitted,
            content=content,
            simulated=any(person.simulated for person in people),
        ),
        media_dir=store.media_dir(),
        tiers=_tiers(settings, fitted, index),
        people=people,
        examples=companions.examples(source),
        asked=AskedFiles(settings.home / "asked", build_perceivers(settings), _perceived_before(settings)),
        edition=f"{edition} {fitted.number}",
    )


def edition_now(settings: Settings, store: SqlCatalogue) -> str:
    """What a collection would be opened at now (`Collection.edition`): changes with the record and with the scorer's version in use."""
    pointer = Versions(_scorer_folder(settings)).current()
    return f"{store.edition()} {pointer.number if pointer else 0}"


def scorer_upkeep(settings: Settings) -> Upkeep:
    """The versions of the collection's scorer, to be listed, made and gone back to. Raises SetupError where nothing has been ingested."""
    store, schema = _opened_store(settings)
    catalogue = Catalogue(items=store.items(), schema=schema)
    return Upkeep(store, catalogue, _scorer_folder(settings), _item_vectors(store, catalogue))


def run_ingest(
    settings: Settings,
    path: Path,
    *,
    media_dir: Path | None,
    interactions: Path | None,
    column_map: Mapping[str, str],
    prune: bool,
    watcher: IngestWatcher,
    refresh: Literal["captions", "transcripts", "all"] | None = None,
) -> IngestReport:
    """Reads the files, perceives, embeds and stores, brings the index up to date and fits the scorer. Safe to be killed at any point.

    Where an open page holds the index, the page brings it up to date itself. Raises HomeBusy where another ingest is running.
    """
    file = read_catalogue(path, media_dir=media_dir, column_map=column_map)
    watcher.catalogue(file)
    with ingest_lock(settings.home), _index_to_write(settings) as (store, index):
        parts = _ingest_parts(settings, store, index, shipped=companions.perceived_file(path), media_dir=file.media_dir)
        report = ingest(file, source=path, parts=parts, prune=prune, refresh=_aspects(refresh), progress=watcher.step)
        if interactions is not None:
            told = read_interactions(interactions, item_ids={item.item_id for item in store.items()})
            watcher.interactions(told)
            store.replace_file_interactions(told.interactions)
            report = replace(report, troubles=(*report.troubles, *told.troubles))
        watcher.say("learning who likes what")
        catalogue = Catalogue(items=store.items(), schema=file.schema)
        _fitted(settings, store, catalogue, _item_vectors(store, catalogue))
    return report


@contextmanager
def _index_to_write(settings: Settings) -> Iterator[tuple[SqlCatalogue, ChromaIndex | None]]:
    """The record, and its index; None where another process holds that."""
    store = SqlCatalogue(settings.database)
    index: ChromaIndex | None = None
    with suppress(HomeBusy):
        index = ChromaIndex.open(_index_folder(settings), catalogue=store, for_writing=True)
    with index or nullcontext():
        yield store, index


def _opened_store(settings: Settings) -> tuple[SqlCatalogue, Schema]:
    nothing = SetupError(
        f"There is no collection in {settings.home}. Make one with: vouch ingest CATALOGUE (or make demo)"
    )
    if not settings.database.exists():
        raise nothing
    store = SqlCatalogue(settings.database)
    schema = store.schema()
    if schema is None:
        raise nothing
    return store, schema


def _aspects(refresh: str | None) -> frozenset[Aspect]:
    return frozenset(aspect for aspect in ASPECTS if refresh in (aspect, "all"))


def _index_folder(settings: Settings) -> Path:
    return settings.home / "index"


def _scorer_folder(settings: Settings) -> Path:
    return settings.home / "scorer"


def _item_vectors(store: SqlCatalogue, catalogue: Catalogue) -> ItemVectors:
    return ItemVectors.from_passages(catalogue, *store.passages_and_vectors())


def _fitted(settings: Settings, store: SqlCatalogue, catalogue: Catalogue, item_vectors: ItemVectors) -> Fitted:
    """The scorer of these interactions: read where it has been fitted, else fitted now; with what members have said since."""
    return current_scorer(store, catalogue, _scorer_folder(settings), item_vectors=item_vectors)


def _ingest_parts(
    settings: Settings, store: SqlCatalogue, index: ChromaIndex | None, *, shipped: Path | None, media_dir: Path | None
) -> IngestParts:
    embedder = MiniLmEmbedder(threads=settings.threads)
    return IngestParts(
        catalogue=store,
        index=index,
        embedder=embedder,
        label_embedder=AveragedLabelEmbedder(embedder),
        cache=PerceptionCache(settings.cache / "perceived", shipped=shipped),
        perceivers=build_perceivers(settings, embedder=embedder),
        media_dir=media_dir,
    )


def build_perceivers(
    settings: Settings, *, embedder: Embedder | None = None, always: bool = False
) -> tuple[Perceiver, ...]:
    """The profile's eyes and ears, with what the settings put in their place; weights are looked for when the first file needs them.

    A vision-language model's captions come beside our own small models' tags and vectors, which make pictures comparable with words.
    With `always` our small captioner says what it is not sure of, too: for measuring.
    """
    weights = partial(weights_path, folder=settings.weights_folder)
    eye = EfficientNetEye(partial(weights, "efficientnet-lite2"), threads=settings.threads)
    seeing_map = SeeingMap()
    seeing = EfficientNetCaptioner(eye, seeing_map)
    reading = RapidOcrReader(threads=settings.threads)
    stills = FilmStills()
    choice = _choice(settings)
    embedder = embedder or MiniLmEmbedder(threads=settings.threads)
    described = chosen_captioner(choice) or SeeingCaptioner(eye, seeing_map, embedder=embedder, always=always)
    return (
        SidecarReader(),
        seeing,
        reading,
        PillowColours(),
        SeenInFilm(seeing, stills),
        SeenInFilm(reading, stills),
        described,
        SeenInFilm(described, stills),
        chosen_transcriber(choice),
        LibrosaSound(),
        Wholeness(),
    )


def _choice(settings: Settings) -> ModelChoice:
    return ModelChoice(
        profile=settings.profile,
        folder=settings.weights_folder,
        captioner=settings.captioner,
        captioner_key=settings.captioner_key,
        transcriber=settings.transcriber,
        threads=settings.threads,
    )


def hub_models_of(settings: Settings) -> tuple[str, ...]:
    """The models that the settings see and hear with and that the Hugging Face hub has."""
    return _choice(settings).hub_names


def _perceived_before(settings: Settings) -> PerceptionCache:
    return PerceptionCache(settings.cache / "perceived")


def _tiers(settings: Settings, fitted: Fitted, index: ChromaIndex) -> Mapping[str, str]:
    likes = int(fitted.like_counts.counts.sum())
    scorer = f"{fitted.told} ({likes:,} likes)"
    return {
        "words": "all-MiniLM-L6-v2",
        "pictures": _choice(settings).pictures_tier,
        "sound": _choice(settings).sound_tier,
        "likes": scorer,
        "index": index.tier,
    }
