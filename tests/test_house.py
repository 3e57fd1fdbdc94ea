"""The house itself: what may be imported where, and what the repository holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "chromadb", "transformers", "langchain", "langgraph", "gradio", "faster_whisper", "rapidocr")


def loaded_after(statement: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import vouch, retrieval, tools",
        "import vouch.types, vouch.ports, vouch.settings, vouch.weights",
        "import retrieval.recommender, retrieval.ingest, retrieval.build",
        "import tools.toolbox, tools.artifact, tools.render",
        "import ui.cli",
    ],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    assert loaded_after(statement) == set()


def test_the_heavy_libraries_would_be_noticed() -> None:
    assert "langchain" in loaded_after("import langchain")


def test_no_module_is_longer_than_400_lines() -> None:
    rooms = ("vouch", "retrieval", "tools", "prompts", "agent", "ui", "eval", "demo", "scripts")
    long = {
        str(path.relative_to(ROOT)): lines
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_pin_is_a_pin() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all("==" in pin for pin in pins)
    assert "torch==2.13.0" in pins
