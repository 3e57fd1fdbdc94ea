"""The command line: JSON lines in and out, exit statuses, a port that is taken, what lies beside a catalogue file."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from retrieval import companions
from retrieval.recommender import Recommender
from retrieval.scorers.fitted import fit_scorer
from tests.stand_ins_perception import HashEmbedder
from tests.stand_ins_recommender import ListStore, small_catalogue, small_content, two_camps
from tools.toolbox import Toolbox
from ui import cli, question_lines
from ui.serving import free_listener
from vouch.errors import BadFilter, InputError, SetupError

CATALOGUE = small_catalogue()


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    store = ListStore(two_camps())
    fitted = fit_scorer(store, CATALOGUE, tmp_path_factory.mktemp("scorer"))
    content = small_content(CATALOGUE, HashEmbedder())
    return Toolbox(recommender=Recommender(catalogue=CATALOGUE, store=store, fitted=fitted, content=content))


def run(monkeypatch: pytest.MonkeyPatch, home: Path, *words: str) -> int:
    """The exit status of the program with these words."""
    monkeypatch.setenv("VOUCH_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["vouch", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_wrong_line_is_answered_in_its_place_and_says_why(toolbox: Toolbox) -> None:
    assert "colour" in question_lines.answer_line(toolbox, '{"filters": ["colour=red"]}')["error"]
    assert "No Such" in question_lines.answer_line(toolbox, '{"liked": ["No Such Title"]}')["error"]
    assert "kk" in question_lines.answer_line(toolbox, '{"kk": 3}')["error"]
    assert set(question_lines.answer_line(toolbox, "not json")) == {"error"}


def test_a_line_with_filters_is_answered_by_items_that_meet_them(toolbox: Toolbox) -> None:
    answer = question_lines.answer_line(toolbox, '{"text": "a vampire", "filters": ["kind=film"], "k": 3}')
    kinds = {CATALOGUE.by_id[r["item_id"]].attributes["kind"] for r in answer["recommendations"]}
    assert kinds == {"film"}
    assert len(answer["recommendations"]) <= 3


def test_at_most_holds_a_list_to_so_many_of_one_value(toolbox: Toolbox) -> None:
    asked = {"at_most": question_lines.quotas_of(["Kind = 1"]), "k": 8}
    answer = question_lines.answer_line(toolbox, json.dumps(asked))
    kinds = [CATALOGUE.by_id[r["item_id"]].attributes["kind"] for r in answer["recommendations"]]
    assert len(kinds) == len(set(kinds)) > 1
    assert "colour" in question_lines.answer_line(toolbox, '{"at_most": {"colour": 1}}')["error"]
    with pytest.raises(InputError, match="director"):
        question_lines.quotas_of(["kind"])


def test_a_null_user_is_nobody_and_a_named_one_is_used(toolbox: Toolbox) -> None:
    somebody = toolbox.recommender.people()[0][0]
    known = question_lines.ask(toolbox, question_lines.Question(user_id=somebody))
    assert [t.user_id for t in known.query.tastes] == [somebody]
    nobody = question_lines.ask(toolbox, question_lines.Question(user_id=None))
    assert nobody.query.tastes[0].liked == ()


def test_map_takes_pairs_and_refuses_others() -> None:
    assert question_lines.column_map("title=Name, id=Sku") == {"title": "Name", "id": "Sku"}
    assert question_lines.column_map("") == {}
    with pytest.raises(InputError, match="title"):
        question_lines.column_map("title")


def test_a_filter_in_words_becomes_an_argument_of_a_tool() -> None:
    assert question_lines.filter_argument("kind=film", CATALOGUE.schema)["value"] in ("film", ["film"])
    with pytest.raises(BadFilter):
        question_lines.filter_argument("nothing", CATALOGUE.schema)


def test_lines_that_are_not_there_are_wrong_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone"):
        list(question_lines.lines(str(tmp_path / "gone.jsonl")))


def test_a_home_without_a_collection_is_something_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "recommend", "sea") == 4
    said = capfd.readouterr()
    assert "vouch ingest" in said.err
    assert said.out == ""


def test_wrong_words_end_with_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, tmp_path, "recommend", "--nonsense") == 2
    assert run(monkeypatch, tmp_path, "ingest", str(tmp_path / "gone.csv")) == 2


def test_config_is_json_and_never_shows_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOUCH_API_KEY", "a-secret-word")
    assert run(monkeypatch, tmp_path, "config", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["home"], told["api_key"]) == (str(tmp_path), "set")


def test_a_port_that_is_taken_is_passed_over() -> None:
    with free_listener("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with free_listener("127.0.0.1", taken) as second:
            assert taken < second.getsockname()[1] < taken + 20


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise OSError("taken")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(SetupError, match="--port"):
        free_listener("127.0.0.1", 7860)


def test_people_to_choose_are_one_a_cluster_and_at_most_twelve(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue.csv"
    known = [(f"m{i}", 5) for i in range(40)]
    assert len(companions.people(catalogue, known)) == 12
    labels = {f"m{i}": {"cluster": f"c{i % 20}", "label": f"m{i} (simulated)"} for i in range(40)}
    (tmp_path / "members.json").write_text(json.dumps(labels), encoding="utf-8")
    chosen = companions.people(catalogue, known)
    assert len(chosen) == 12
    assert all(person.simulated for person in chosen)
    (tmp_path / "members.json").write_text("spoilt", encoding="utf-8")
    assert not any(person.simulated for person in companions.people(catalogue, known))


def test_examples_are_lines_without_comments(tmp_path: Path) -> None:
    assert companions.examples(tmp_path / "catalogue.csv") == ()
    (tmp_path / "examples.txt").write_text("# why\n\nA cat\n", encoding="utf-8")
    assert companions.examples(tmp_path / "catalogue.csv") == ("A cat",)


@pytest.mark.parametrize(("words", "seconds"), [("5s", 5.0), ("5", 5.0), ("2.5 s", 2.5), ("2m", 120.0)])
def test_a_budget_is_seconds(words: str, seconds: float) -> None:
    assert question_lines.seconds_of(words) == seconds


@pytest.mark.parametrize("words", ["", "0s", "soon", "-3s", "5h"])
def test_a_budget_that_is_no_time_is_one_sentence(words: str) -> None:
    with pytest.raises(InputError, match="--budget takes seconds"):
        question_lines.seconds_of(words)
