"""`vouch model`: what was learned from everybody, its versions listed, renewed and gone back to from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from retrieval.stores.sql_catalogue import SqlCatalogue
from tests.stand_ins_recommender import small_catalogue, two_camps
from ui import cli
from vouch.types import Interaction

CATALOGUE = small_catalogue()


@pytest.fixture
def store(tmp_path: Path) -> SqlCatalogue:
    """A home with items and the likes of two camps."""
    made = SqlCatalogue(tmp_path / "vouch.sqlite")
    made.save_schema(CATALOGUE.schema, source="catalogue.csv")
    for position, item in enumerate(CATALOGUE.items):
        made.put_item(item, row_digest=item.item_id, passages=(), vectors=[], position=position)  # type: ignore[arg-type]
    made.replace_file_interactions(two_camps())
    return made


class CommandLine:
    """Runs `vouch model` over a home."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capfd = monkeypatch, capfd
        monkeypatch.setenv("VOUCH_HOME", str(home))

    def versions(self, *words: str) -> list[dict[str, Any]]:
        """The versions as JSON after the command with these words."""
        self.monkeypatch.setattr(sys, "argv", ["vouch", "model", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        return list(json.loads(self.capfd.readouterr().out))


@pytest.fixture
def command(
    store: SqlCatalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> CommandLine:
    return CommandLine(tmp_path, monkeypatch, capfd)


def in_use(versions: list[dict[str, Any]]) -> list[tuple[int, bool]]:
    return [(one["number"], one["held"]) for one in versions if one["in_use"]]


def test_versions_are_made_listed_and_gone_back_to(command: CommandLine, store: SqlCatalogue) -> None:
    assert command.versions() == []
    assert [(one["number"], one["made"]) for one in command.versions("refit")] == [(1, "fit")]
    store.add_interaction(
        Interaction(user_id="p1", item_id=CATALOGUE.item_ids[-1], kind="like", at=9.0, source="click")
    )
    store.add_interaction(Interaction(user_id="stranger:a", item_id="nosferatu", kind="like", source="click"))
    assert store.opinions_said() == 1
    assert in_use(command.versions("update")) == [(2, False)]
    assert in_use(command.versions("update")) == [(2, False)]
    assert in_use(command.versions("rollback")) == [(1, True)]
    assert in_use(command.versions("rollback", "--to", "2")) == [(2, True)]
    assert in_use(command.versions("update")) == [(2, False)]
