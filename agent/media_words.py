"""What was perceived of a picture or sound that a person asks with, said as what it is: what models saw and heard."""

from __future__ import annotations

from collections.abc import Mapping

from agent.phrases import Phrases, plain, quote
from vouch.types import AskedMedia, Channel, MediaKind, Perceived, Query

_NAMES: Mapping[MediaKind, str] = {"picture": "picture", "sound": "sound", "video": "video"}
_SAID: tuple[tuple[Channel, str], ...] = (
    ("caption", "a small model sees {}"),
    ("transcript", "one hears {}"),
    ("sound", "it measures as {}"),
    ("ocr", "it reads {}"),
)
_MOST = 2
_WORDS = 18


class MediaWords:
    """Words for one catalogue."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def opening(self, query: Query) -> str:
        """What was perceived of each file that is asked with; "" where there is none."""
        return " ".join(self._one(media) for media in query.media)

    def _one(self, media: AskedMedia) -> str:
        name = _NAMES[media.kind]
        told = [how.format(quote(said.text, _WORDS)) for channel, how in _SAID if (said := _first(media, channel))]
        if not any(_first(media, channel) for channel in ("caption", "transcript", "sound")):
            told = [*self._seen(media), *told]
        if not told:
            return f"Nothing was recognised in your {name}, so this goes by how it looks or sounds alone."
        return f"Of your {name}: {'; '.join(told[:_MOST])}. Nearest to that:"

    def _seen(self, media: AskedMedia) -> list[str]:
        tags = _first(media, "tags")
        seen = self._phrases.seen(tags.text).replace("its picture", "it", 1) if tags else ""
        return [seen] if seen else [f"a small model sees {quote(plain(tags.text), _WORDS)}"] if tags else []


def _first(media: AskedMedia, channel: Channel) -> Perceived | None:
    return next((one for one in media.perceived if one.channel == channel and one.text.strip()), None)
