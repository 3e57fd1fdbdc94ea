"""What of Whisper's segments is believed, whichever library runs the model (Radford et al. 2022, section 4.5; -0.7 by our own clips)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from retrieval.perception.spoken_passages import Stretch

SURE_ENOUGH = -1.0
"""A segment whose words' mean log-probability is below this is left out."""
UNSURE, NO_SPEECH = -0.7, 0.6
"""So is one below UNSURE with more than this for “no speech”."""
MOST_REPETITIVE = 2.4
"""And one whose text compresses better than this: words in a loop."""
SHORTEST_S = 0.1


def trusted(segments: Iterable[Any], *, start_s: float = 0.0) -> Iterable[Stretch]:
    """The segments that Whisper is sure enough of, as stretches; `start_s` is where what it heard begins."""
    for segment in segments:
        sure, silent = segment.avg_logprob, segment.no_speech_prob
        text = segment.text.strip()
        if not any(map(str.isalnum, text)) or sure < SURE_ENOUGH or segment.compression_ratio > MOST_REPETITIVE:
            continue
        if sure < UNSURE and silent > NO_SPEECH:
            continue
        end_s = max(segment.end, segment.start + SHORTEST_S)
        yield Stretch(text=text, start_s=start_s + float(segment.start), end_s=start_s + float(end_s))
