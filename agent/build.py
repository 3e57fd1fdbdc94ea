"""Settings and a collection to the conversation: which chat model talks, where its checkpoints lie. The only place that chooses."""

from __future__ import annotations

from agent.conversation import Conversation
from agent.models.planner_chat import PlannerChat
from agent.planner.intents import IntentReader
from agent.planner.plan import Planner
from agent.wording import Wording
from prompts import utterances
from retrieval.build import Collection
from tools.toolbox import Toolbox
from vouch.settings import Settings


def build_conversation(settings: Settings, collection: Collection) -> Conversation:
    """The conversation over a collection. The embedder's first use is here, so that the first message does not wait for it."""
    intents = IntentReader(collection.embedder, utterances())
    intents.warm()
    model = PlannerChat(planner=Planner(collection.catalogue, intents), wording=Wording(collection.catalogue))
    return Conversation(
        model=model,
        toolbox=Toolbox(recommender=collection.recommender),
        checkpoints=settings.conversations,
        tiers={"chat": "planner (no language model)"} | dict(collection.tiers),
    )
