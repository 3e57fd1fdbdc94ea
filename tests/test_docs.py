"""README tells the truth: every command, option, setting, tool and make target that there is, and none that there is not."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from tools.toolbox import TOOL_NAMES
from ui.cli import app
from vouch.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Every command of the command line with its options."""
    group = typer.main.get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("the command line has commands")
    return {n: {o for p in c.params for o in p.opts if o.startswith("-")} for n, c in group.commands.items()}


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def command_lines() -> list[str]:
    lines = (line.split("  #")[0].strip() for block in code_blocks("bash") for line in block.splitlines())
    return [line for line in lines if line.startswith(("vouch ", "make "))]


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile, flags=re.MULTILINE)) - {"help"}


@pytest.mark.parametrize("line", command_lines())
def test_a_command_of_readme_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)
    if words[0] == "make":
        assert words[1] in make_targets()
        return
    known = commands()[words[1]]
    assert {word for word in words[2:] if word.startswith("-")} <= known


def test_every_command_and_option_is_in_readme() -> None:
    for name, options in commands().items():
        rows = [line for line in README.splitlines() if line.startswith(f"| `vouch {name}")]
        assert rows, f"vouch {name} is not in README's table"
        told = set(re.findall(r"--?[a-z][a-z-]*", rows[0]))
        assert {o for o in options if not o.startswith("--no-")} - {"--help", "-h"} == told, name


def test_every_setting_is_in_readme_and_no_other() -> None:
    settings = {f"VOUCH_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"VOUCH_[A-Z_]+", README)) == settings


def test_every_tool_is_in_readme() -> None:
    section = README.split("### Tools")[1].split("##")[0]
    assert set(TOOL_NAMES) <= set(re.findall(r"`([a-z_]+)`", section))


def test_every_make_target_is_in_readme() -> None:
    assert {
        target for target in make_targets() if f"`make {target}`" not in README and f"make {target} " not in README
    } == set()


def test_the_json_of_readme_is_json() -> None:
    for block in code_blocks("json"):
        assert set(json.loads(block)) == {"query", "recommendations", "funnel", "notes"}


def test_readme_sells_itself_in_forty_lines() -> None:
    top = "\n".join(README.splitlines()[:40])
    assert all(word in top for word in ("make demo", "vouch ingest", "docs/page.webp", "What it does not do yet"))


def test_links_of_readme_lead_somewhere() -> None:
    for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("https://") or (ROOT / link).exists(), f"{name}: {link}"
