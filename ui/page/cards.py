"""A list of recommendations as HTML. Everything from the catalogue is escaped; nothing here is markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Literal

from ui.page.facts import every_fact, facts, lead, prose
from ui.page.reasons import reasons_html
from ui.page.shelf import Shelf
from vouch.types import CitedPassage, Item, LikedItem, Note, Reason, RecList, Recommendation, Taste

Mark = Literal["like", "dislike", "seen", "hide"]
MARKS: Mapping[Mark, tuple[str, str]] = {
    "like": ("Like", "M12 20s-7-4.4-7-9.6A3.9 3.9 0 0 1 12 8a3.9 3.9 0 0 1 7 2.4C19 15.6 12 20 12 20z"),
    "dislike": ("Dislike", "M6 6l12 12M18 6L6 18"),
    "seen": ("Seen", "M5 12.5l4.5 4.5L19 7.5"),
    "hide": (
        "Hide",
        "M4 4l16 16M9.9 5.2A9.6 9.6 0 0 1 12 5c5 0 8 4.5 9 7a14 14 0 0 1-2.6 3.7M6.1 7.3A14 14 0 0 0 3 12c1 2.5 4 7 9 7a9.5 9.5 0 0 0 4-.9",
    ),
}
"""Each mark's label and the outline of its sign in a 24 x 24 box."""
MOST_REASONS = 6
WILDCARD = ' <small class="wildcard" title="Taken in because it is unlike the rest">wildcard</small>'
GLYPHS = {"picture": "◩", "sound": "♪", "video": "▷"}


def cards_html(rec_list: RecList, shelf: Shelf, marks: Mapping[str, Mark]) -> str:
    """All cards of one answer in the order of the list; empty where nothing is recommended."""
    cards = "".join(card_html(one, shelf, marks.get(one.item.item_id)) for one in rec_list.recommendations)
    return f'<div class="cards">{cards}</div>' if cards else ""


def card_html(recommendation: Recommendation, shelf: Shelf, mark: Mark | None = None) -> str:
    """One item with its cover, facts, reasons and the four buttons; `mark` is the button that is pressed."""
    item = recommendation.item
    title = escape(item.title)
    reasons = reasons_html(_ordered(recommendation.reasons), shelf, most=MOST_REASONS)
    more = "".join(f"<li>{escape(text)}</li>" for text in facts(item, shelf.schema))
    return (
        f'<article class="card" data-item="{escape(item.item_id)}" data-mark="{mark or ""}" aria-label="{title}">'
        f'{_cover_html(item, shelf)}<div class="body"><p class="lead">{escape(lead(item, shelf.schema))}</p>'
        f'<h3>{title}{WILDCARD if recommendation.wildcard else ""}</h3><ul class="facts">{more}</ul></div>'
        f'<div class="why"><ul class="reasons" aria-label="Why {title}">{reasons}</ul>{_about_html(item, shelf)}</div>'
        f"{_marks_html(item, mark)}</article>"
    )


def mentions_html(items: Iterable[Item], shelf: Shelf) -> str:
    """Earlier items that an answer speaks of, each a small button that leads to its card; empty where there is none."""
    rows = "".join(_mention_html(item, shelf) for item in items)
    return f'<div class="mentions">{rows}</div>' if rows else ""


def words_html(text: str, titles: Mapping[str, str]) -> str:
    """Text as paragraphs; the first mention of each of `titles` (title -> item_id) leads to its card. No markup in `text` survives."""
    pieces: list[str] = []
    end = 0
    by_length = sorted((re.escape(title) for title in titles if title.strip()), key=len, reverse=True)
    found = re.finditer(rf"(?<!\w)(?:{'|'.join(by_length)})(?!\w)", text) if by_length else ()
    linked: set[str] = set()
    for match in found:
        if match[0] in linked:
            continue
        linked.add(match[0])
        link = f'<a href="#" data-goto="{escape(titles[match[0]])}">{escape(match[0])}</a>'
        pieces += [escape(text[end : match.start()]), link]
        end = match.end()
    pieces.append(escape(text[end:]))
    paragraphs = "".join(pieces).split("\n")
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph.strip())


def notes_html(notes: Iterable[Note], text: str) -> str:
    """The notes that the words have not said yet, one line each."""
    lines = "".join(f"<li>{escape(note.text)}</li>" for note in notes if note.text.strip(" .") not in text)
    return f'<ul class="notes">{lines}</ul>' if lines else ""


def marks_of(taste: Taste) -> dict[str, Mark]:
    """item_id -> the button that shows as pressed; a like or dislike says more than seen."""
    groups: tuple[tuple[Mark, Iterable[str]], ...] = (
        ("seen", (p.item_id for p in taste.seen)),
        ("hide", (p.item_id for p in taste.hidden)),
        ("dislike", (p.item_id for p in taste.disliked)),
        ("like", (p.item_id for p in taste.liked)),
    )
    return {item_id: mark for mark, item_ids in groups for item_id in item_ids}


def _ordered(reasons: tuple[Reason, ...]) -> list[Reason]:
    return sorted(reasons, key=_last)


def _last(reason: Reason) -> bool:
    """What repeats the card's facts, and what speaks against the item, comes after the rest."""
    match reason:
        case LikedItem():
            return reason.share < 0
        case CitedPassage():
            return reason.passage.channel == "title"
    return False


def _cover_html(item: Item, shelf: Shelf) -> str:
    sound = shelf.first(item, "sound")
    listen = (
        f'<button type="button" class="play listen" data-play="{escape(sound)}" data-start="0" aria-pressed="false" '
        f'aria-label="Listen to {escape(item.title)}"><span class="glyph" aria-hidden="true"></span>Listen</button>'
        if sound
        else ""
    )
    cover = shelf.cover(item)
    if cover is None:
        kind = item.media[0].kind if item.media else None
        sign = GLYPHS.get(kind or "", "") or next((c.upper() for c in item.title if c.isalnum()), "·")
        hue = sum(item.item_id.encode()) * 47 % 360
        picture = f'<div class="blank" style="--hue:{hue}" aria-hidden="true">{escape(sign)}</div>'
    else:
        picture = (
            f'<img src="{escape(cover.url)}" width="{cover.width_px}" height="{cover.height_px}" alt="" '
            f'loading="lazy" decoding="async">'
        )
    return f'<div class="cover">{picture}{listen}</div>'


def _mention_html(item: Item, shelf: Shelf) -> str:
    cover = shelf.cover(item)
    picture = (
        f'<img src="{escape(cover.url)}" alt="" width="{cover.width_px}" height="{cover.height_px}">' if cover else ""
    )
    return (
        f'<button type="button" data-goto="{escape(item.item_id)}">{picture}<span><b>{escape(item.title)}</b>'
        f"<small>{escape(lead(item, shelf.schema))}</small></span></button>"
    )


def _about_html(item: Item, shelf: Shelf) -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in every_fact(item, shelf.schema)
    )
    texts = "".join(f"<p>{escape(text)}</p>" for text in prose(item, shelf.schema))
    if not rows and not texts:
        return ""
    return f'<details class="about"><summary>About it</summary>{texts}<dl>{rows}</dl></details>'


def _marks_html(item: Item, mark: Mark | None) -> str:
    buttons = "".join(
        f'<button type="button" data-kind="{kind}" aria-pressed="{"true" if kind == mark else "false"}">'
        f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg><span>{text}</span></button>'
        for kind, (text, path) in MARKS.items()
    )
    return f'<div class="marks" role="group" aria-label="What you think of {escape(item.title)}">{buttons}</div>'
