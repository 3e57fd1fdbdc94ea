"""What the command line draws, with rich. Answers on stdout, progress and warnings on stderr. Knows no model and no store."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tools.render import answer_json, clean, filter_text, reason_text, value_text
from ui.checkup import Finding
from ui.costs import cost_text
from vouch.errors import InputError
from vouch.types import Item, RecList, Recommendation, Reply

if TYPE_CHECKING:
    from agent.conversation import Conversation
    from retrieval.catalogue_file import CatalogueFile
    from retrieval.ingest import IngestReport
    from retrieval.ingest import Progress as Step
    from retrieval.interactions_file import InteractionsFile
    from retrieval.scorers.upkeep import VersionLine

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
_SHOWN_TROUBLES = 20
_FACT_CHARACTERS = 60
_LINE_EVERY_S = 10.0


def warn(message: str) -> None:
    """One line on stderr."""
    err.print(escape(message))


def say_once() -> Callable[[str], None]:
    """A progress that says each sentence once, and not every megabyte."""
    said: set[str] = set()

    def say(sentence: str) -> None:
        start = sentence.split(",")[0]
        if start not in said:
            said.add(start)
            warn(start)

    return say


def show_versions(versions: Sequence[VersionLine], *, as_json: bool) -> None:
    """The scorer's versions, the newest first."""
    if as_json:
        print_json([asdict(one) for one in versions])
        return
    if not versions:
        out.print("No version has been fitted yet; opening the collection does it.")
    for one in versions:
        when = f"{datetime.fromtimestamp(one.at):%Y-%m-%d %H:%M}"
        state = (" ← in use, gone back to" if one.held else " ← in use") if one.in_use else ""
        out.print(
            f"{one.number:>4}  {when}  {one.made:<6}  {one.likes:>9,} likes of {one.items:,} items"
            f"  {one.seconds:.1f} s{state}",
            highlight=False,
        )


def say_now_and_then() -> Callable[[str], None]:
    """A progress that says a new thing at once, and how far it is every few seconds."""
    said, next_at = "", 0.0

    def say(sentence: str) -> None:
        nonlocal said, next_at
        start = sentence.split(",")[0]
        if start != said or time.monotonic() >= next_at:
            said, next_at = start, time.monotonic() + _LINE_EVERY_S
            warn(sentence)

    return say


def print_json(value: Any) -> None:
    """One JSON object on one line of stdout."""
    out.print(json.dumps(value, ensure_ascii=False), markup=False, soft_wrap=True)


def show_json(rec_list: RecList) -> None:
    """A list as one JSON line."""
    print_json(answer_json(rec_list))


@contextlib.contextmanager
def opening() -> Iterator[None]:
    """A sign of life while models are loaded."""
    with err.status("Opening the collection …"):
        yield


class IngestScreen:
    """Shows the guesses before work starts, then the progress with counts and time left."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=err,
            disable=not err.is_terminal,
        )
        self._task = self._bar.add_task("Reading", total=None)
        self._next_line_at = time.monotonic() + _LINE_EVERY_S

    def __enter__(self) -> IngestScreen:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def catalogue(self, file: CatalogueFile) -> None:
        """The guessed columns of a catalogue."""
        table = Table(title=f"{len(file.items)} items ({file.encoding})", title_justify="left")
        for heading in ("column", "is", "named", "for example", "because"):
            table.add_column(heading)
        for guess in file.guesses:
            role = guess.type if guess.role == "attribute" and guess.type else guess.role
            kind = f"{role} ({guess.unit})" if guess.unit else str(role)
            cells = (guess.column, kind, guess.attribute or "", guess.example[:_FACT_CHARACTERS], guess.why)
            table.add_row(*(escape(clean(cell)) for cell in cells))
        err.print(table)

    def interactions(self, file: InteractionsFile) -> None:
        """The guessed columns of an interactions file."""
        scale = f"; ratings from {file.scale[0]:g} to {file.scale[-1]:g}" if file.scale else ""
        columns = ", ".join(f"{role}: {column}" for role, column in file.columns.items())
        warn(f"{len(file.interactions)} interactions ({columns}{scale})")

    def step(self, step: Step) -> None:
        """One step of the work: a bar in a terminal, elsewhere a line every ten seconds."""
        self._bar.update(self._task, description=escape(step.what), completed=step.done, total=step.total)
        if not err.is_terminal and time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + _LINE_EVERY_S
            left = f", about {step.seconds_left:.0f} s left" if step.seconds_left is not None else ""
            warn(f"{step.done} of {step.total}: {step.what}{left}")

    def say(self, message: str) -> None:
        """What is done after the items."""
        self._bar.update(self._task, description=escape(message))


def show_report(report: IngestReport) -> None:
    """What an ingest did, and every row or file that was left out, with its reason."""
    counts = f"{report.added} added, {report.updated} changed, {report.unchanged} unchanged, {report.removed} removed"
    if report.gone:
        counts += f", {report.gone} no longer in the file but kept (--prune removes them)"
    warn(
        f"{counts}; {report.passages} passages; {report.looks} looked at or heard, {report.embedded} embedded; {report.seconds:.1f} s"
    )
    if report.older:
        warn(
            f"  {report.older} keep what another model saw or heard (--refresh captions, transcripts or all makes it anew)"
        )
    for trouble in report.troubles[:_SHOWN_TROUBLES]:
        place = f"row {trouble.row}" + (f", {trouble.column}" if trouble.column else "")
        warn(f"  {'left out' if trouble.skipped else 'missing'}: {place}: “{clean(trouble.value)[:80]}”: {trouble.why}")
    if len(report.troubles) > _SHOWN_TROUBLES:
        warn(f"  … and {len(report.troubles) - _SHOWN_TROUBLES} more")


def show_list(rec_list: RecList, tiers: Mapping[str, str]) -> None:
    """A list for people: items, facts, reasons, then what was not done."""
    show_tiers(tiers)
    for recommendation in rec_list.recommendations:
        _show_recommendation(recommendation)
    _show_funnel(rec_list)
    for note in rec_list.notes:
        out.print(f"[yellow]{escape(clean(note.text))}[/yellow]")


def _show_recommendation(recommendation: Recommendation) -> None:
    item = recommendation.item
    out.print(f"[bold]{recommendation.rank}. {escape(clean(item.title))}[/bold]  [dim]{escape(facts(item))}[/dim]")
    for reason in recommendation.reasons:
        out.print(f"   · {escape(reason_text(reason))}")


def facts(item: Item) -> str:
    """The short attributes of an item on one line."""
    values = (value_text(value) for value in item.attributes.values())
    return " · ".join(text for text in values if text and len(text) <= _FACT_CHARACTERS)


def _show_funnel(rec_list: RecList) -> None:
    steps = [step for step in rec_list.funnel if step.before != step.after or step.filter is not None]
    if steps:
        words = (f"{filter_text(step.filter) if step.filter else step.label}: {step.after}" for step in steps)
        out.print(f"[dim]{steps[0].before} items → {escape(' → '.join(words))}[/dim]")


def show_tiers(tiers: Mapping[str, str]) -> None:
    """The line that names each part's model."""
    err.print(f"[dim]{escape(' · '.join(f'{part}: {name}' for part, name in tiers.items()))}[/dim]")


def show_reply(reply: Reply) -> None:
    """A reply of the chat: the items, then the words."""
    for recommendation in reply.rec_list.recommendations:
        _show_recommendation(recommendation)
    out.print(escape(reply.text))
    if cost := cost_text(reply.counters):
        err.print(f"[dim]{escape(cost)}[/dim]")


def talk(conversation: Conversation, conversation_id: str, person: str | None) -> None:
    """Message by message, until the input ends."""
    show_tiers(conversation.tiers)
    warn("Ask for something in your own words; Ctrl-D ends.")
    while True:
        try:
            message = out.input("[bold]> [/bold]")
        except (EOFError, KeyboardInterrupt):
            return
        if not message.strip():
            continue
        try:
            show_reply(conversation.reply(message, conversation_id=conversation_id, person=person))
        except InputError as error:
            warn(str(error))


def show_settings(values: Mapping[str, object], meanings: Mapping[str, str], *, as_json: bool) -> None:
    """Every setting with its environment variable, value and meaning."""
    if as_json:
        print_json(
            {name: value if isinstance(value, int | str | None) else str(value) for name, value in values.items()}
        )
        return
    table = Table("setting", "value", "meaning")
    for name, value in values.items():
        table.add_row(f"VOUCH_{name.upper()}", escape(str(value)), escape(meanings[name]))
    out.print(table)


def show_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """What the check-up found."""
    if as_json:
        print_json([{"what": f.what, "ok": f.ok, "found": f.found, "do": f.advice} for f in findings])
        return
    for finding in findings:
        sign = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
        advice = f" → {finding.advice}" if finding.advice else ""
        out.print(f"{sign} {escape(finding.what)}: {escape(finding.found + advice)}")
