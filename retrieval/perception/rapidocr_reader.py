"""Text in pictures, read by RapidOCR with the models that its package carries (Latin and Chinese script, printed)."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import threading
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.perception.pictures import open_picture
from vouch.errors import ModelFailed, ModelUnavailable
from vouch.types import MediaKind, Perceived

MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
FLOOR = 0.8
"""Lines that are read with less confidence are left out: below it they were mostly textures taken for letters."""


class RapidOcrReader:
    """The lines of text in a picture, from top to bottom; loaded by the first picture; calls may come from several threads."""

    takes: frozenset[MediaKind] = frozenset({"picture"})

    def __init__(self, *, threads: int = 0) -> None:
        self.made_by = f"rapidocr-{importlib.metadata.version('rapidocr')}:pp-ocrv6-small/ocr-1"
        self._threads = threads
        self._reading = threading.Lock()
        self._engine: Any = None

    def perceive(self, path: Path) -> tuple[Perceived, ...]:
        """One Perceived of channel "ocr", or none where no text is read with confidence. Raises UnreadableMedia, ModelFailed."""
        picture = open_picture(path, short_side_px=1000)
        picture.thumbnail((2000, 2000))
        pixels = np.ascontiguousarray(np.asarray(picture)[..., ::-1])  # RapidOCR wants BGR
        with self._reading:
            if self._engine is None:
                self._engine = load(self._threads)
            try:
                found = self._engine(pixels)
            except (RuntimeError, ValueError) as failure:
                raise ModelFailed(f"RapidOCR could not read {path}: {failure}") from failure
        lines = [line.strip() for line, p in zip(found.txts or (), found.scores or (), strict=True) if p >= FLOOR]
        text = "\n".join(line for line in lines if sum(map(str.isalnum, line)) >= 2)
        return (Perceived(channel="ocr", text=text),) if text else ()


def load(threads: int) -> Any:
    """The engine. The models' paths are given, because without them it looks for downloads. Raises ModelUnavailable."""
    package = importlib.util.find_spec("rapidocr")
    places = (package.submodule_search_locations if package else None) or [""]
    folder = Path(places[0]) / "models"
    missing = [name for name in MODELS.values() if not (folder / name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"RapidOCR's package should carry {', '.join(missing)}. Install it again with: pip install --force-reinstall rapidocr"
        )
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
            **{f"{part}.model_path": str(folder / name) for part, name in MODELS.items()},
        }
    )
