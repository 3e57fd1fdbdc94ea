"""Speak the introductions of works/introductions.jsonl: `python -m demo.make_voices [id ...]`.

The voice is Festival's `cmu_us_slt_arctic_hts` (Debian packages festival and festvox-us-slt-hts, free), chosen by ear
of Whisper base among what Debian carries free: it heard fewest words wrong from this voice. Opus in Ogg, mono, 24 kbit/s.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

from demo.opus import RATE_HZ, Samples, write_opus

FOLDER = Path(__file__).parent
VOICE = "voice_cmu_us_slt_arctic_hts"
PAUSE_S = 0.25
BIT_RATE = 24_000


def speak(text: str) -> Samples:
    """Say a text; returns shape (n,) at 48 kHz, its loudest sample at 0.8, with a short silence before and after."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(
            ["text2wave", "-eval", f"({VOICE})", "-o", str(path)], input=text.encode(), check=True, capture_output=True
        )
        with wave.open(str(path)) as sound:
            rate = sound.getframerate()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float32)
    silence = np.zeros(round(PAUSE_S * RATE_HZ), np.float32)
    spoken = _resampled(samples, rate)
    return np.concatenate([silence, spoken * np.float32(0.8 / max(1.0, float(np.abs(spoken).max()))), silence])


def _resampled(samples: Samples, rate: int) -> Samples:
    from scipy.signal import resample_poly

    return np.asarray(resample_poly(samples, RATE_HZ, rate), np.float32)


def main(ids: list[str]) -> None:
    """Speak all introductions, or the named ones."""
    if shutil.which("text2wave") is None:
        raise SystemExit("Festival is missing. On Debian: apt-get install festival festvox-us-slt-hts")
    lines = (FOLDER / "works" / "introductions.jsonl").read_text(encoding="utf-8").splitlines()
    introductions = [entry for line in lines if (entry := json.loads(line)) and (not ids or entry["id"] in ids)]
    total = 0.0
    for number, entry in enumerate(introductions, 1):
        sound = speak(entry["text"])
        write_opus(sound, FOLDER / "media" / f"{entry['id']}.opus", bit_rate=BIT_RATE)
        total += len(sound) / RATE_HZ
        if number % 10 == 0 or number == len(introductions):
            print(f"{number}/{len(introductions)} introductions, {total:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
