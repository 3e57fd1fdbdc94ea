"""Reasons as lines that open onto their evidence. Everything from the catalogue is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from tools.render import clean, for_person_text, shortened
from ui.page.facts import label, value_text
from ui.page.shelf import Shelf
from vouch.types import (
    Attribute,
    AttributeValue,
    Channel,
    CitedPassage,
    Filter,
    FilterOp,
    ForPerson,
    LikedItem,
    MetFilter,
    Passage,
    Popularity,
    Reason,
)

QUOTE_LENGTH = 140
CHANNELS: Mapping[Channel, str] = {
    "title": "its entry",
    "description": "its description",
    "review": "a review",
    "caption": "what is seen",
    "tags": "what is seen",
    "ocr": "what is written in the picture",
    "colours": "its colours",
    "transcript": "what is said",
    "sound": "how it sounds",
    "sidecar": "a note beside the file",
}
VERBS: Mapping[Channel, str] = {
    "caption": "seen by",
    "tags": "seen by",
    "ocr": "read by",
    "colours": "found by",
    "transcript": "heard by",
    "sound": "measured by",
}
HEARD: frozenset[Channel] = frozenset({"transcript", "sound"})
"""Channels whose passages can be played."""
MODELS = {
    "whisper-base": "Whisper base",
    "efficientnet-lite2": "EfficientNet-Lite2",
    "vouch-seeing": "Vouch’s own small model",
    "rapidocr": "RapidOCR",
    "colours": "counting pixels",
    "librosa": "librosa",
}
"""What people call the models, by the beginning of `made_by`."""
OPERATORS: Mapping[FilterOp, str] = {
    "=": "",
    "!=": "not ",
    "<": "under ",
    "<=": "at most ",
    ">": "over ",
    ">=": "at least ",
    "any_of": "",
    "all_of": "",
    "none_of": "nothing with ",
    "contains": "",
}


def reasons_html(reasons: Sequence[Reason], shelf: Shelf, *, most: int) -> str:
    """At most so many list elements, in the order of the reasons; the conditions on one attribute share an element."""
    met: dict[str, list[MetFilter]] = {}
    lines: dict[object, str] = {}
    for place, reason in enumerate(reasons):
        if isinstance(reason, MetFilter):
            alike = met.setdefault(reason.filter.attribute, [])
            alike.append(reason)
            lines[reason.filter.attribute] = _filters_html(alike, shelf)
        else:
            lines[place] = reason_html(reason, shelf)
    return "".join([*lines.values()][:most])


def reason_html(reason: Reason, shelf: Shelf) -> str:
    """One list element. A passage is a disclosure that holds the whole text; a heard one has a button that plays its second."""
    if isinstance(reason, CitedPassage):
        return _passage_html(reason, shelf)
    if isinstance(reason, LikedItem):
        return _liked_html(reason)
    if isinstance(reason, MetFilter):
        return _filters_html([reason], shelf)
    if isinstance(reason, ForPerson):
        return _for_person_html(reason)
    return _popularity_html(reason, shelf)


def quote_of(text: str, span: tuple[int, int], longest: int = QUOTE_LENGTH) -> str:
    """The cited part of a text on one line, cut at a word where it is long.

    >>> quote_of("A ship, a storm, and a long way home.", (8, 16))
    '… a storm, …'
    >>> quote_of("NOSFERATU F. W. Murnau", (0, 22))
    'NOSFERATU F. W. Murnau'
    >>> quote_of("It is slow. It is eerie. It is long.", (12, 24))
    'It is eerie.'
    """
    start, end = max(0, span[0]), min(len(text), span[1])
    if start >= end:
        start, end = 0, len(text)
    cited = " ".join(text[start:end].split())
    cut = len(cited) > longest
    if cut:
        cited = cited[:longest].rsplit(" ", 1)[0].rstrip(",;:.")
    before = "" if _ends_sentence(text[:start]) else "… "
    more = text[end:].strip() and not _ends_sentence(text[:end])
    after = " …" if cut or more else ""
    return f"{before}{cited}{after}"


def _ends_sentence(text: str) -> bool:
    return text.rstrip(" \t\n\"'”’)")[-1:] in ("", ".", "!", "?", "…")


def source_text(passage: Passage) -> str:
    """Where a passage comes from, for people: “heard by Whisper base”, “from the catalogue”."""
    verb = VERBS.get(passage.channel)
    if passage.made_by == "file" or verb is None:
        return "from a note beside the file" if passage.channel == "sidecar" else "from the catalogue"
    tags = " (tags)" if passage.channel == "tags" else ""
    return f"{verb} {model_name(passage.made_by)}{tags}"


def model_name(made_by: str) -> str:
    """A model's name without the digest behind it.

    >>> model_name("whisper-base:3f2a91c0/int8-1")
    'Whisper base'
    >>> model_name("some-model:12")
    'some-model'
    """
    known = next((name for start, name in MODELS.items() if made_by.lower().startswith(start)), None)
    return known or made_by.split(":", 1)[0].split("/", 1)[0]


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(75.4)
    '1:15'
    """
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _passage_html(reason: CitedPassage, shelf: Shelf) -> str:
    passage = reason.passage
    sound = shelf.url(passage.item_id, passage.media) if passage.media and passage.channel in HEARD else None
    play = _play_html(sound, passage.start_s or 0.0, passage.end_s) if sound else ""
    what = "a small model’s caption" if passage.by_small_model else CHANNELS[passage.channel]
    return (
        f'<li class="reason cited{" heard" if sound else ""}">{play}<details><summary>'
        f'<span class="quote">{escape(_quoted(reason))}</span> <span class="from">{escape(what)}</span></summary>'
        f"<blockquote>{_marked(passage.text, reason.span)}<footer>{escape(what.capitalize())}, "
        f"{escape(source_text(passage))}{_seconds(passage)}</footer></blockquote></details></li>"
    )


def _quoted(reason: CitedPassage) -> str:
    quote = quote_of(reason.passage.text, reason.span)
    return quote.strip("… ") if reason.passage.channel in ("tags", "colours", "sound") else f"“{quote}”"


def _marked(text: str, span: tuple[int, int]) -> str:
    start, end = max(0, span[0]), min(len(text), span[1])
    if start >= end:
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def _seconds(passage: Passage) -> str:
    if passage.start_s is None:
        return ""
    until = f" to {clock(passage.end_s)}" if passage.end_s is not None else ""
    return f", {clock(passage.start_s)}{until}"


def _play_html(url: str, start_s: float, end_s: float | None) -> str:
    end = f' data-end="{end_s:.2f}"' if end_s is not None else ""
    return (
        f'<button type="button" class="play" data-play="{escape(url)}" data-start="{start_s:.2f}"{end} '
        f'aria-pressed="false" aria-label="Play from {clock(start_s)}"><span class="glyph" aria-hidden="true"></span>'
        f"{clock(start_s)}</button>"
    )


def _liked_html(reason: LikedItem) -> str:
    words = "because you liked" if reason.share >= 0 else "although you liked"
    if reason.asked:
        words = "people like it with" if reason.share >= 0 else "seldom liked with"
    said = f'<span class="what">{words} <b>{escape(reason.title)}</b></span>'
    if abs(reason.share) > 1:  # a part of next to nothing: likes that speak for and against cancel out
        return f'<li class="reason liked">{said}</li>'
    percent = round(100 * reason.share)
    if percent < 0:
        return f'<li class="reason liked">{said}<span class="percent">−{-percent} %</span></li>'
    return (
        f'<li class="reason liked">{said}<span class="share" title="its part in the match with your taste">'
        f'<i style="width:{percent}%"></i></span><span class="percent">{percent} %</span></li>'
    )


def _for_person_html(reason: ForPerson) -> str:
    return (
        f'<li class="reason person"><span><b>For {escape(clean(reason.label))}:</b> '
        f"{escape(for_person_text(reason))}</span></li>"
    )


def _filters_html(reasons: Sequence[MetFilter], shelf: Shelf) -> str:
    """The item's own values, those that were asked for in bold, and behind them what else was asked of this attribute."""
    name, value = reasons[0].filter.attribute, reasons[0].value
    attribute = shelf.schema.attribute(name) if shelf.schema else None
    has, own = value_text(value, attribute), _words(value)
    asked = [(reason.filter, _words(reason.filter.value)) for reason in reasons]
    found = {word for _, wanted in asked for word in wanted} & {*own}
    values = (
        ", ".join(f"<b>{escape(v)}</b>" if v in found else escape(v) for v in own) if found else f"<b>{escape(has)}</b>"
    )
    others = [_asked_text(f, attribute) for f, wanted in asked if found.isdisjoint(wanted)]
    told = " and ".join(text for text in dict.fromkeys(others) if text != has)
    behind = f' <span class="from">you asked for {escape(told)}</span>' if told else ""
    return f'<li class="reason met"><span>{escape(label(name))}: {values}</span>{behind}</li>'


def _asked_text(asked: Filter, attribute: Attribute | None) -> str:
    wanted = _words(asked.value)
    joined = " and ".join(wanted) if asked.op == "all_of" else " or ".join(shortened(wanted))
    return f"{OPERATORS[asked.op]}{joined or value_text(asked.value, attribute)}"


def _words(value: AttributeValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _popularity_html(reason: Popularity, shelf: Shelf) -> str:
    one, many = ("simulated member", "simulated members") if shelf.simulated else ("person", "people")
    crowd = f"1 {one}" if reason.people == 1 else f"{reason.people} {many}"
    place = f", place {reason.place} of all" if reason.place > 0 else ""
    return f'<li class="reason popular"><span>liked by {crowd}{place}</span></li>'
