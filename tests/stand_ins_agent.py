"""What the agent's tests talk with: the demo collection's works in memory, a small shop, a few films, and a conversation over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from agent.conversation import Conversation
from agent.ledger import Ledger, Turn
from agent.models.minilm_reader import MiniLmReader
from agent.models.planner_chat import PlannerChat
from agent.planner.intents import IntentReader
from agent.planner.plan import Plan, Planner
from agent.planner.slots import SlotReader
from agent.planner.targets import MESSAGE, TARGET, Reading
from agent.wording import Wording
from prompts import utterances
from retrieval.catalogue import Catalogue
from retrieval.catalogue_file import read_catalogue
from retrieval.embedders.minilm_embedder import MiniLmEmbedder
from retrieval.recommender import Recommender
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_content
from tools.toolbox import Toolbox
from vouch.types import Attribute, AttributeType, AttributeValue, Interaction, Item, Passage, Schema, ToolCall

DEMO = Path(__file__).parent.parent / "demo" / "catalogue.jsonl"


@cache
def works() -> Catalogue:
    """The demo collection with one passage a description."""
    file = read_catalogue(DEMO)
    texts = [(item.item_id, item.attributes.get("description")) for item in file.items]
    passages = tuple(
        Passage(passage_id=f"{item_id}/1", item_id=item_id, channel="description", text=str(text), made_by="file")
        for item_id, text in texts
        if text
    )
    return Catalogue(items=file.items, schema=file.schema, passages=passages)


def schema_from(items: Sequence[Item]) -> Schema:
    """The attributes of items with their values counted."""
    names = list(dict.fromkeys(name for item in items for name in item.attributes))
    return Schema(id_columns=("id",), title_column="title", attributes=tuple(_attribute(n, items) for n in names))


def _attribute(name: str, items: Sequence[Item]) -> Attribute:
    values = [item.attributes[name] for item in items if name in item.attributes]
    numbers = [v for v in values if isinstance(v, float)]
    if numbers:
        low, high = min(numbers), max(numbers)
        return Attribute(name=name, type="number", column=name, minimum=low, maximum=high, present=len(values))
    words = Counter(w for v in values for w in (v if isinstance(v, tuple) else (str(v),)))
    kind: AttributeType = "list" if isinstance(values[0], tuple) else "category"
    return Attribute(name=name, type=kind, column=name, values=tuple(words.most_common()), present=len(values))


def catalogue_of(rows: Sequence[tuple[str, dict[str, AttributeValue]]]) -> Catalogue:
    """A catalogue of (title, attributes); an item's id is its number from 1."""
    items = tuple(Item(item_id=str(n), title=title, attributes=dict(own)) for n, (title, own) in enumerate(rows, 1))
    return Catalogue(items=items, schema=schema_from(items))


@cache
def shop() -> Catalogue:
    """Ten products with a type, a brand and a price."""
    rows: list[tuple[str, dict[str, AttributeValue]]] = [
        ("Wanderer Black Hiking Boots", {"Type": "Footwear", "Brand": "Daybird", "Price": 109.99}),
        ("Nomad Trail Shoes", {"Type": "Footwear", "Brand": "Raptor Elite", "Price": 89.0}),
        ("Summit Pro Harness", {"Type": "Climbing", "Brand": "Gravitator", "Price": 89.99}),
        ("Alpine Fusion Goggles", {"Type": "Ski/boarding", "Brand": "WildRunner", "Price": 79.99}),
        ("Expedition Backpack", {"Type": "Bags", "Brand": "Quester", "Price": 129.0}),
        ("Day Pack", {"Type": "Bags", "Brand": "Daybird", "Price": 39.0}),
        ("Storm Jacket", {"Type": "Jackets", "Brand": "Legend", "Price": 199.0}),
        ("Powder Jacket", {"Type": "Jackets", "Brand": "WildRunner", "Price": 259.0}),
        ("Trail Compass", {"Type": "Navigation", "Brand": "Quester", "Price": 21.99}),
        ("Road Helmet", {"Type": "Cycling", "Brand": "Raptor Elite", "Price": 59.0}),
    ]
    return catalogue_of(rows)


@cache
def films() -> Catalogue:
    """Films as MovieLens writes them; half of the lengths are missing."""
    rows: list[tuple[str, dict[str, AttributeValue]]] = [
        ("Toy Story (1995)", {"genres": ("Animation", "Children", "Comedy"), "year": 1995.0, "minutes": 81.0}),
        ("Matrix, The (1999)", {"genres": ("Action", "Sci-Fi"), "year": 1999.0, "minutes": 136.0}),
        ("Heat (1995)", {"genres": ("Action", "Crime"), "year": 1995.0}),
        ("It (2017)", {"genres": ("Horror",), "year": 2017.0}),
        ("She (1935)", {"genres": ("Adventure", "Fantasy"), "year": 1935.0}),
        ("Alien (1979)", {"genres": ("Horror", "Sci-Fi"), "year": 1979.0, "minutes": 117.0}),
        ("Dracula (1931)", {"genres": ("Horror",), "year": 1931.0}),
        ("Dracula (1958)", {"genres": ("Horror",), "year": 1958.0}),
        ("Star Wars: Episode IV - A New Hope (1977)", {"genres": ("Sci-Fi",), "year": 1977.0, "minutes": 121.0}),
        ("Star Wars: Episode V - The Empire Strikes Back (1980)", {"genres": ("Sci-Fi",), "year": 1980.0}),
    ]
    return catalogue_of(rows)


@cache
def reader(catalogue: str = "works") -> SlotReader:
    """The slot reader of a catalogue: "works", "shop" or "films"."""
    return SlotReader({"works": works, "shop": shop, "films": films}[catalogue](), marked_reader())


@cache
def intents() -> IntentReader:
    """The real one, over MiniLM."""
    return IntentReader(MiniLmEmbedder(), utterances())


class WordReader:
    """A `MarkedReader` that knows three words of the message, and reads a thousand words."""

    def read(self, text: str) -> Reading:
        """As the port says."""
        said = text.rsplit(MESSAGE, 1)[-1].split()
        row = [0.1, 0.8, 0.1] if "loved" in said else [0.1, 0.1, 0.8] if "hated" in said else [0.8, 0.1, 0.1]
        read = " ".join(text.split()[:1000]).count(TARGET)
        return Reading(np.tile(np.array(row, np.float32), (read, 1)), np.full(5, 0.2, np.float32))


@cache
def marked_reader() -> MiniLmReader:
    """The real one."""
    return MiniLmReader()


def planner_over(catalogue: Catalogue) -> Planner:
    """The planner of any catalogue, with all that it has learned."""
    return Planner(catalogue, intents(), marked=marked_reader(), sought=marked_reader())


@cache
def planner(catalogue: str = "works") -> Planner:
    """The planner of a catalogue."""
    return planner_over(reader(catalogue).catalogue)


def turn(said: str, plan: Plan, *, shown: Sequence[str] = ()) -> Turn:
    """A turn in which a plan was carried out and a list of item_ids shown."""
    return Turn(said=said, calls=plan.calls, shown=tuple(shown), aside=plan.aside)


def after_list(*item_ids: str, asked: str = "something scary", text: str = "scary") -> Ledger:
    """A ledger with one list."""
    call = ToolCall(name="recommend", arguments={"text": text})
    return Ledger(turns=(Turn(said=asked, calls=(call,), shown=item_ids, aside={"intent": "recommend"}),))


def talk(folder: Path, *, catalogue: str = "works", interactions: Sequence[Interaction] = ()) -> Conversation:
    """A conversation over a catalogue, with a hash embedder's vectors and an interaction list in memory."""
    known = reader(catalogue).catalogue
    recommender = Recommender(
        catalogue=known, store=ListStore(list(interactions)), content=small_content(known, HashEmbedder())
    )
    return Conversation(
        model=PlannerChat(planner=planner(catalogue), wording=Wording(known)),
        toolbox=Toolbox(recommender=recommender),
        checkpoints=folder / "conversations.sqlite",
        tiers={"chat": "planner"},
    )
