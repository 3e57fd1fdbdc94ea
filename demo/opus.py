"""Write sound as Opus in an Ogg file, the same bytes each time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
RATE_HZ = 48_000


def write_opus(samples: Samples, path: Path, *, bit_rate: int) -> None:
    """Encode a mono sound.

    Args:
        samples: Shape (n,), at 48 kHz, between -1 and 1.
        path: The file to write.
        bit_rate: Bits a second.
    """
    import av

    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact", "serial_offset": "1"}) as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, options={"application": "audio", "vbr": "on"})
        stream.bit_rate = bit_rate
        stream.layout = "mono"
        whole = np.clip(samples, -1, 1).astype(np.float32)
        for start in range(0, len(whole), 960):
            chunk = np.zeros(960, np.float32)
            part = whole[start : start + 960]
            chunk[: len(part)] = part
            frame = av.AudioFrame.from_ndarray(chunk[None, :], format="flt", layout="mono")
            frame.sample_rate = RATE_HZ
            frame.pts = start
            frame.time_base = Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
