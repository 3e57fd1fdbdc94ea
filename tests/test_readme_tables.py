"""README's tables of figures are those of the files that the commands write."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts import readme_tables

README = readme_tables.README.read_text(encoding="utf-8")


def test_every_table_is_that_of_its_file() -> None:
    names = re.findall(r"<!-- table ([\w-]+) -->", README)
    assert len(names) == len(set(names)) > 1
    assert readme_tables.filled(README) == README, "run: python -m scripts.readme_tables"


def test_every_file_of_figures_has_a_table() -> None:
    names = set(re.findall(r"<!-- table ([\w-]+?)(?:-new|-sources)? -->", README))
    assert {path.stem for path in readme_tables.FIGURES.glob("*.json")} == names


def test_a_figure_that_was_retyped_is_put_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [
        {"model": model, "part": part, "metrics": {"recall@20": [value, 0.1, 0.3], "ndcg@10": [0.5, 0.4, 0.6]}}
        for model, value in (("cf", 0.2), ("vouch", 0.25), ("dense", 0.05))
        for part in (*readme_tables.PARTS, *readme_tables.NEW_PARTS)
    ]
    (tmp_path / "ranking-films.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    monkeypatch.setattr(readme_tables, "FIGURES", tmp_path)
    text = "a\n<!-- table ranking-films -->\n| old |\n<!-- end -->\nb\n<!-- table ranking-films-new -->\n<!-- end -->\n"
    made = readme_tables.filled(text)
    assert "| films | 1 like | 3 likes | 5 likes | all likes |" in made
    assert "| the whole | .250 / .500 | .250 / .500 | .250 / .500 | .250 / .500 |" in made
    assert "| likeness of texts | .050 [.100, .300] | .050 [.100, .300] | .050 [.100, .300] |" in made
    assert "| old |" not in made
    assert made.startswith("a\n")
    assert readme_tables.filled(made) == made
