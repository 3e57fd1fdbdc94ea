"""The nouns. Frozen values that flow one way; no behaviour beyond small derivations. Knows no library and no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AttributeType = Literal["number", "category", "list", "date", "boolean", "text"]
AttributeValue = str | float | bool | tuple[str, ...]
"""number: float; category, date (ISO 8601) and text: str; list: tuple of str; boolean: bool. Missing: the key is absent."""

MediaKind = Literal["picture", "sound", "video"]
Channel = Literal[
    "title", "description", "review", "caption", "tags", "ocr", "colours", "transcript", "sound", "sidecar"
]
Space = Literal["text", "seen"]
InteractionKind = Literal["like", "dislike", "seen", "hide", "view", "purchase"]
FilterOp = Literal["=", "!=", "<", "<=", ">", ">=", "any_of", "all_of", "none_of", "contains"]
Together = Literal["average", "least_misery"]
NoteKind = Literal[
    "no_history",
    "unknown_person",
    "not_filterable",
    "no_such_title",
    "over_constrained",
    "all_seen",
    "source_failed",
    "preferred",
    "relaxation",
    "filled",
    "ambiguous",
    "changed",
    "simulated",
    "quota",
]


@dataclass(frozen=True, kw_only=True)
class Media:
    """One file that belongs to an item. `path` is relative to the media folder (POSIX separators), never opened from untrusted text."""

    path: str
    kind: MediaKind


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that can be recommended. `item_id` and `title` are the file's own strings, never cleaned."""

    item_id: str
    title: str
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What is known of one attribute over the whole catalogue.

    `column` is the file's column; `unit` such as "min" or None. `values` are (value, how many items), most frequent first, for
    category, list and boolean ("true", "false"); `minimum`, `maximum` for numbers; `first`, `last` (ISO 8601) for dates. `present`
    counts the items that have a value.
    """

    name: str
    type: AttributeType
    column: str
    unit: str | None = None
    values: tuple[tuple[str, int], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    first: str | None = None
    last: str | None = None
    present: int = 0


@dataclass(frozen=True, kw_only=True)
class Schema:
    """How a catalogue file was read: which column is what, and every attribute with its range or values."""

    id_columns: tuple[str, ...]
    title_column: str
    text_columns: tuple[str, ...] = ()
    media_columns: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, or None."""
        return next((a for a in self.attributes if a.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A condition on one attribute. `any_of`, `all_of`, `none_of` take a tuple of str; an item without a value never meets it."""

    attribute: str
    op: FilterOp
    value: AttributeValue


@dataclass(frozen=True, kw_only=True)
class Perceived:
    """What a perception port returned for one stretch of one file. `labels` are (label, probability in [0, 1]), best first.

    `vector`: what a map from pictures to words makes of what is seen, among text vectors; () where there is none.
    """

    channel: Channel
    text: str
    start_s: float | None = None
    end_s: float | None = None
    labels: tuple[tuple[str, float], ...] = ()
    vector: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of text that is both indexed and cited. `made_by` is "file", or model and prompt digest; times in seconds of `media`."""

    passage_id: str
    item_id: str
    channel: Channel
    text: str
    made_by: str
    space: Space = "text"
    media: str | None = None
    start_s: float | None = None
    end_s: float | None = None

    @property
    def by_small_model(self) -> bool:
        """Whether it is a caption by the project's own small model: to be called that, because it knows only everyday photos."""
        return self.channel == "caption" and self.made_by.startswith("vouch-seeing")


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Something that a person did with an item. `weight` > 0; `at` in seconds since 1970 (UTC); `source`: "file", "click" or the message."""

    user_id: str
    item_id: str
    kind: InteractionKind
    weight: float = 1.0
    at: float = 0.0
    source: str = "file"


@dataclass(frozen=True, kw_only=True)
class Preference:
    """One item that a person likes, dislikes, has seen or hides, with the click, message or interaction that it came from.

    A `pinned` one counts twice, and stays when the person forgets everything.
    """

    item_id: str
    weight: float = 1.0
    source: str = "file"
    at: float = 0.0
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class StandingPreference:
    """What a person said holds for every list: `hard`: never broken ("no horror"); else what meets it comes first."""

    filter: Filter
    hard: bool = True
    source: str = "message"
    at: float = 0.0
    pinned: bool = False


@dataclass(frozen=True, kw_only=True)
class Taste:
    """What is known of one person now. `seen` holds all that they met, liked and disliked items too.

    `standing` holds for every list; `label` is what a person of a group is called ("you", "your sister").
    """

    user_id: str
    liked: tuple[Preference, ...] = ()
    disliked: tuple[Preference, ...] = ()
    seen: tuple[Preference, ...] = ()
    hidden: tuple[Preference, ...] = ()
    standing: tuple[StandingPreference, ...] = ()
    label: str = ""

    @property
    def out(self) -> frozenset[str]:
        """The item_ids that are never recommended to this person again: seen, hidden, liked and disliked ones."""
        return frozenset(p.item_id for group in (self.liked, self.disliked, self.seen, self.hidden) for p in group)


@dataclass(frozen=True, kw_only=True)
class AskedMedia:
    """A picture, sound or video that a person asks with ("something like this"): what was perceived of it. `handle` names the kept file."""

    handle: str
    kind: MediaKind
    perceived: tuple[Perceived, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At most this many items of one value of an attribute in a list ("at most 2 of one director"); an item without a value is not counted."""

    attribute: str
    most: int


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked. `filters` are never violated; `prefer` lifts what meets it; `avoid` are words that push down;
    `exclude` are item_ids already shown; `like_item` an item_id. `together`: what counts where there are several tastes.
    `media` are asked with: their words are in `text` already. `explore` in [0, 1]: how far from the usual: what is popular
    pays for it, and above 0 one item is a wildcard. `quotas` are never broken."""

    text: str = ""
    tastes: tuple[Taste, ...] = ()
    filters: tuple[Filter, ...] = ()
    prefer: tuple[Filter, ...] = ()
    avoid: tuple[str, ...] = ()
    k: int = 8
    like_item: str | None = None
    exclude: tuple[str, ...] = ()
    explore: float = 0.0
    together: Together = "least_misery"
    media: tuple[AskedMedia, ...] = ()
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage found by its vector. `similarity`: cosine in [-1, 1], rounded to 1e-5."""

    passage_id: str
    item_id: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An item that sources proposed. `ranks` (from 1) and `scores` (higher is better) by source;
    `passages`: passage_ids that made a source propose it, best first.
    """

    item_id: str
    ranks: Mapping[str, int]
    scores: Mapping[str, float]
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CitedPassage:
    """The passage speaks for the item. `span`: the [start, end) characters of its text that fit the question best."""

    passage: Passage
    similarity: float
    span: tuple[int, int]
    kind: Literal["passage"] = "passage"


@dataclass(frozen=True, kw_only=True)
class LikedItem:
    """A liked item carried this much of the affinity. `share` = contribution / affinity, for the page; may be negative.

    `asked`: the person has not said that they like it; they asked for more of its kind.
    """

    item_id: str
    title: str
    contribution: float
    share: float
    asked: bool = False
    kind: Literal["liked_item"] = "liked_item"


@dataclass(frozen=True, kw_only=True)
class MetFilter:
    """A filter or a preference that the item meets, with the item's own value."""

    filter: Filter
    value: AttributeValue
    kind: Literal["met_filter"] = "met_filter"


@dataclass(frozen=True, kw_only=True)
class Popularity:
    """How many people liked the item, its place among all items (from 1), and its part in the affinity where there is one.

    `simulated`: these people are invented, and are to be called that.
    """

    people: int
    place: int
    contribution: float = 0.0
    simulated: bool = False
    kind: Literal["popularity"] = "popularity"


@dataclass(frozen=True, kw_only=True)
class ForPerson:
    """What speaks for an item to one person of a group, or to somebody else whose list it is: its place in their own list (None: not in it),
    what they like that it goes with, and which of their own conditions it meets."""

    label: str
    place: int | None
    liked: tuple[LikedItem, ...] = ()
    met: tuple[MetFilter, ...] = ()
    kind: Literal["for_person"] = "for_person"


Reason = CitedPassage | LikedItem | MetFilter | Popularity | ForPerson


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One item of a list. `score` is the sum of `parts` (by source); `affinity` is None where nothing is known of the person.

    `wildcard`: it was taken in because it is unlike the rest.
    """

    rank: int
    item: Item
    score: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...] = ()
    affinity: float | None = None
    wildcard: bool = False


@dataclass(frozen=True, kw_only=True)
class FunnelStep:
    """How many items stood before and after one step; `filter` is None for the steps "seen or hidden" and "already shown"."""

    label: str
    before: int
    after: int
    filter: Filter | None = None


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """The smallest change of one filter (None: leave it out) that would admit `count` items."""

    filter: Filter
    instead: Filter | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Note:
    """What was not done, or what should be known about the list. `text` is one plain sentence; `relaxations` for "over_constrained",
    `wishes` for "preferred": what would have been favoured and nothing meets.
    """

    kind: NoteKind
    text: str
    titles: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    wishes: tuple[Filter, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecList:
    """An answer: the ranked items with their reasons, the counts after each filter, and what was not done."""

    query: Query
    recommendations: tuple[Recommendation, ...] = ()
    funnel: tuple[FunnelStep, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """One call that the plan made: the tool's name and its arguments, plain JSON."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a person gets for one message. `turn` counts from 0; `tiers` names each part's model; `seconds` is the wall time.

    `about` are item_ids that the text speaks of although they are not recommended in this turn ("why the second one?").
    `counters`: what a language model's calls cost (calls, prompt_tokens, of them cached_tokens, completion_tokens, seconds), what became of
    its sentences (kept, repaired, removed), why it `ended` early, and why the planner's words or plan stand in its place (`fallback`).
    """

    conversation: str
    turn: int
    text: str
    rec_list: RecList
    plan: tuple[ToolCall, ...]
    tiers: Mapping[str, str]
    seconds: float
    about: tuple[str, ...] = ()
    counters: Mapping[str, int | float | str] = field(default_factory=dict)
