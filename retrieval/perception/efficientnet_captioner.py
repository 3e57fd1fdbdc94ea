"""What is seen in a photograph, as ImageNet labels with probabilities by EfficientNet-Lite2: tags, never called a caption.

It knows a thousand everyday things and animals; of people, scenes and drawings it has no label, and says nothing of drawings. The
picture's vector beside the labels comes from our own map, which knows people and scenes too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrieval.perception.efficientnet_eye import EfficientNetEye
from retrieval.perception.imagenet import imagenet_words
from retrieval.perception.seeing_map import SeeingMap
from vouch.types import MediaKind, Perceived
from vouch.weights import weight_digest

TOP = 20
SURE, UNSURE, NAMED_WITH_IT = 0.25, 0.08, 0.05
"""A best label below UNSURE is not named at all, below SURE only with “perhaps”; others are named from NAMED_WITH_IT on.
Looked at on 40 photos and 101 product pictures: from .35 on nearly every first label was right, from .10 to .25 about half, below
.08 none. Pictures with unsure ones are not left out, because all 20 labels and the map still find them: on 576 photos, for those
with a best label of .06, the picture was among the tenth most similar to its captions 84 times in 100 by labels alone."""
UNNAMED = "perhaps nothing that it has a name for"


class EfficientNetCaptioner:
    """Labels for photographs, each with the picture's vector; calls may come from several threads.

    Args:
        eye: looks at the pictures.
        seeing: maps what is seen to where captions lie.
    """

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self, eye: EfficientNetEye, seeing: SeeingMap) -> None:
        self.made_by = f"efficientnet-lite2:{weight_digest('efficientnet-lite2')[:8]}+{seeing.name}/tags-2"
        self._eye = eye
        self._seeing = seeing

    def caption(self, picture: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "tags" with the 20 best labels, or none for drawings.

        Raises UnreadableMedia, ModelFailed, and ModelUnavailable where the weights are not here.
        """
        seen = self._eye.look(picture)
        if seen.drawn:
            return ()
        names = tuple(imagenet_words())
        best = np.argsort(-seen.probabilities)[:TOP]
        labels = tuple((names[i], round(float(seen.probabilities[i]), 4)) for i in best)
        vector = tuple(round(float(part), 4) for part in self._seeing.vector(seen))
        return (Perceived(channel="tags", text=tags_text(labels), labels=labels, vector=vector),)

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """As `caption`."""
        return self.caption(path)


def tags_text(labels: tuple[tuple[str, float], ...]) -> str:
    """The likely labels in words, at most four; UNNAMED where the best is too unlikely.

    >>> tags_text((("tabby cat", 0.62), ("tiger cat", 0.2), ("sink", 0.01)))
    'tabby cat 62 %, tiger cat 20 %'
    >>> tags_text((("desk", 0.12), ("notebook computer", 0.1)))
    'perhaps desk 12 %, notebook computer 10 %'
    >>> tags_text((("carton", 0.05),))
    'perhaps nothing that it has a name for'
    """
    if not labels or labels[0][1] < UNSURE:
        return UNNAMED
    named = ", ".join(f"{name} {p:.0%}".replace("%", " %") for name, p in labels[:4] if p >= NAMED_WITH_IT)
    return named if labels[0][1] >= SURE else f"perhaps {named}"
