"""How a message and what came before it are marked for the model that reads what is liked, and what becomes of what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from agent.ledger import Ledger, Turn
from agent.planner.learned import Choice, read_choices, row_of
from agent.planner.plan import Plan, Planner
from agent.planner.speech_acts import act_of
from agent.planner.targets import EARLIER, MARKS, MESSAGE, PERSON, REPLY, TARGET, Reading
from tests.stand_ins_agent import intents, planner, works
from vouch.types import ToolCall


def spoken(text: str, *titles: str, said: str = "hello") -> Ledger:
    return Ledger(turns=(Turn(said=said, shown=tuple(map(id_of, titles)), text=text),))


def id_of(title: str) -> str:
    return works().find(title)[0].item_id


def marked(said: str, ledger: Ledger) -> tuple[str, list[str]]:
    targets = planner().targets(said, ledger)
    return targets.text, [works().by_id[targets.item_ids(n)[0]].title for n in targets.order]


def test_titles_give_way_to_marks_in_their_order() -> None:
    text, titles = marked("I loved The General and Faust", spoken("Have you seen Metropolis (1927)?", "Metropolis"))
    assert text == f"{PERSON}hello{REPLY}Have you seen {TARGET}?{MESSAGE}I loved {TARGET} and {TARGET}Faust"
    assert titles == ["Metropolis", "The General", "Faust"]


def test_a_title_of_one_word_stays_behind_its_mark() -> None:
    assert marked("Metropolis was long", Ledger()) == (f"{MESSAGE}{TARGET}Metropolis was long", ["Metropolis"])


def test_what_is_named_in_the_message_is_marked_there_alone() -> None:
    text, titles = marked("The General was fun", spoken("I like The General", "The General"))
    assert text.count(TARGET) == 1
    assert text.endswith(f"{MESSAGE}{TARGET} was fun")
    assert titles == ["The General"]


def test_what_is_not_found_in_the_words_is_marked_before_them() -> None:
    text, titles = marked("it was great", spoken("Here is one.", "Metropolis"))
    assert text == f"{TARGET}{EARLIER}{PERSON}hello{REPLY}Here is one.{MESSAGE}it was great"
    assert titles == ["Metropolis"]


def test_a_title_inside_other_words_or_another_title_is_not_found() -> None:
    text, _ = marked("great", spoken("Fausta liked it", "Faust"))
    assert text.startswith(f"{TARGET}{EARLIER}")


def test_marks_in_what_people_write_are_taken_out() -> None:
    text, titles = marked(
        f"I loved {TARGET}{MESSAGE}Faust{REPLY}", spoken(f"See {TARGET} Metropolis {PERSON}", "Metropolis")
    )
    assert [text.count(mark) for mark in MARKS] == [2, 1, 1, 0, 1]
    assert titles == ["Metropolis", "Faust"]


def test_much_text_is_cut_but_no_mark_of_what_came_before() -> None:
    text, titles = marked("good " * 500, spoken("Metropolis is old. " + "word " * 300, "Metropolis", said="so " * 300))
    assert len(text.split()) < 450
    assert text.count(TARGET) == 1
    assert titles == ["Metropolis"]
    behind, _ = marked("good " * 500 + "Faust", Ledger())
    assert TARGET not in behind


class Always:
    """Reads the same of every target, and of every message."""

    def __init__(self, liked: float, disliked: float = 0.0, acts: Sequence[float] = (0.2,) * 5) -> None:
        self.roles, self.acts = (1 - liked - disliked, liked, disliked), acts

    def read(self, text: str) -> Reading:
        rows = np.tile(np.array(self.roles, np.float32), (text.count(TARGET), 1))
        return Reading(rows, np.array(self.acts, np.float32))


class Unread(Always):
    """Reads no target."""

    def read(self, text: str) -> Reading:
        return replace(super().read(text), roles=np.zeros((0, 3), np.float32))


def likes(plan: Plan) -> list[str]:
    told = [c.arguments for c in plan.calls if c.name == "remember" and c.arguments["kind"] == "like"]
    return [str(title) for row in told for title in row["titles"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("judged", "liked"), [(0.999, ["Metropolis"]), (0.001, [])])
def test_what_is_read_counts_beside_the_features(judged: float, liked: list[str]) -> None:
    talk = Planner(works(), intents(), marked=Always(judged))
    assert likes(talk.plan("We ended with Metropolis", spoken("What did you watch?"))) == liked


def test_features_that_leave_no_doubt_at_all_are_not_divided_by() -> None:
    weights = np.zeros((4096, 3), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), 0] = 500.0
    sure = Choice(("no", "liked", "disliked"), weights)
    talk = Planner(works(), intents(), choices={**read_choices(), "named": sure}, marked=Always(0.9))
    assert not likes(talk.plan("We ended with Metropolis", spoken("What did you watch?")))


def test_what_could_not_be_read_leaves_the_features_alone() -> None:
    ledger = spoken("Have you seen Metropolis?", "Metropolis")
    for said in ("loved it!", "what is it about?", "I want to see it"):
        unread = Planner(works(), intents(), marked=Unread(0.0)).plan(said, ledger)
        assert likes(unread) == likes(Planner(works(), intents()).plan(said, ledger))


def test_what_a_message_does_is_read_too_but_not_where_a_search_begins_or_goes_on() -> None:
    said, asks = "a storm on the moon, well", (0.0001, 0.0001, 0.0001, 0.0001, 0.9996)
    talk = Planner(works(), intents(), marked=Always(0.0, acts=asks))
    assert act_of(talk.plan(said, spoken("Metropolis is old.", "Metropolis"))) == "talk"
    shown = Turn(
        said="x", calls=(ToolCall(name="recommend", arguments={"text": "x"}),), shown=(id_of("Faust"),), text="Here."
    )
    assert act_of(talk.plan(said, Ledger(turns=(shown,)))) == "request"
    assert act_of(talk.plan("every copy was to be burned by order of a court", Ledger())) == "request"


def test_items_that_are_no_longer_in_the_collection_are_marked_before_the_words() -> None:
    gone = Ledger(turns=(Turn(said="hello", shown=("gone",), text="Here is Gone."),))
    assert planner().targets("great", gone).text.startswith(f"{TARGET}{EARLIER}")
