"""Opens the page at once. Where a language model is wanted and there is a C++ compiler, `make llm` goes on beside it.

What was started ends with the page, and goes on at the next start. `LLM=0` leaves the language model out.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from agent.build import is_ready, wanted_model
from vouch.settings import Settings

COMPILERS = ("c++", "g++", "clang++")


def main() -> int:
    """Serves until it is stopped; returns the page's exit status."""
    signal.signal(signal.SIGTERM, _stop)
    building, said = begin_llm(Settings().llm_log)
    sys.stderr.write(f"{said}\n")
    page = subprocess.Popen([sys.executable, "-m", "ui.cli", "serve", *sys.argv[1:]])
    try:
        return page.wait()
    except KeyboardInterrupt:
        page.terminate()  # after Ctrl-C it ends by itself, after a TERM of this process alone it does not
        return page.wait()
    finally:
        if building is not None:
            end(building)


def begin_llm(log: Path) -> tuple[subprocess.Popen[bytes] | None, str]:
    """`make llm` begun in the background, niced, in a process group of its own; and a sentence that says what was done."""
    if os.environ.get("LLM") == "0":
        os.environ["VOUCH_CHAT_MODEL"] = "planner"
        return None, "No language model: LLM=0. The planner words the replies."
    if wanted_model(Settings(), may_wait=True) != "joined":
        return (
            None,
            "The replies are worded by what VOUCH_CHAT_MODEL names.",
        )
    if is_ready(Settings()):
        return None, "The language model is here, and words the replies (LLM=0 leaves it out)."
    if not any(shutil.which(name) for name in COMPILERS) and importlib.util.find_spec("llama_cpp") is None:
        os.environ["VOUCH_CHAT_MODEL"] = "planner"
        return None, "No C++ compiler here, so no language model is built. The planner words the replies."
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        building = subprocess.Popen(
            ["nice", "-n", "15", "make", "llm"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return building, f"A language model is being brought in the background (LLM=0 leaves it out); progress: {log}"


def end(building: subprocess.Popen[bytes]) -> None:
    """Ends the background work with all its compilers."""
    if building.poll() is None:
        os.killpg(building.pid, signal.SIGTERM)
        building.wait(timeout=10)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
