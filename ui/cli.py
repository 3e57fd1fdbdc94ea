"""The command line: `vouch ingest | recommend | chat | serve | mcp | model | models | pull | config | doctor`.

Parses words, calls the parts, draws what comes back.

Answers go to stdout, progress and warnings to stderr. Exit status: 0, 2 for wrong words, 3 for an ingest done with skipped rows or files,
4 for something missing on the machine.
"""

from __future__ import annotations

import sys
import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ui import question_lines, terminal
from vouch.errors import InputError, SetupError
from vouch.settings import Settings
from vouch.weights import keep_libraries_offline

app = typer.Typer(
    help="A recommender on your own machine: it looks at and listens to a catalogue, talks, and vouches for every reason.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class ModelAction(StrEnum):
    """What `vouch model` does."""

    LIST = "list"
    UPDATE = "update"
    REFIT = "refit"
    ROLLBACK = "rollback"


Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
User = Annotated[str | None, typer.Option("--user", help="A person of the collection; their history is used.")]


class Refresh(StrEnum):
    """What is made anew where another model or prompt made it."""

    captions = "captions"
    transcripts = "transcripts"
    all = "all"


@app.command()
def ingest(
    catalogue: Annotated[Path, typer.Argument(help="CSV, TSV, JSON, JSONL or Parquet.")],
    media: Annotated[Path | None, typer.Option(help="The folder of pictures and sounds.")] = None,
    interactions: Annotated[Path | None, typer.Option(help="Who liked, rated, saw what.")] = None,
    mapping: Annotated[str, typer.Option("--map", help="title=Name,id=Sku,text=Blurb,ignore=Notes")] = "",
    prune: Annotated[bool, typer.Option(help="Remove items that have gone from the file.")] = False,
    refresh: Annotated[
        Refresh | None, typer.Option(help="Make anew what another model, or another prompt, has seen or heard.")
    ] = None,
) -> None:
    """Read a catalogue, look at and listen to its media, and make all of it findable. Can be killed and started again."""
    from retrieval.build import run_ingest

    with terminal.IngestScreen() as screen:
        report = run_ingest(
            Settings(),
            catalogue,
            media_dir=media,
            interactions=interactions,
            column_map=question_lines.column_map(mapping),
            prune=prune,
            refresh=None if refresh is None else refresh.value,
            watcher=screen,
        )
    terminal.show_report(report)
    if not report.complete:
        raise typer.Exit(3)


@app.command()
def recommend(
    text: Annotated[str, typer.Argument(help="What it should be like, in your own words.")] = "",
    user: User = None,
    like: Annotated[list[str] | None, typer.Option(help="A title that you like; may be given several times.")] = None,
    dislike: Annotated[list[str] | None, typer.Option(help="A title that you dislike.")] = None,
    filters: Annotated[list[str] | None, typer.Option("--filter", help="price<=120, kind=film, genres!=horror")] = None,
    at_most: Annotated[
        list[str] | None,
        typer.Option(help="director=2: at most two items by one director; may be given several times."),
    ] = None,
    like_media: Annotated[
        list[Path] | None, typer.Option(help="A picture, sound or video: something like it is searched for.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many.")] = 8,
    queries: Annotated[str | None, typer.Option(help="A file with one JSON question a line, or - for stdin.")] = None,
    as_json: Json = False,
) -> None:
    """Recommend items, with the reasons for each."""
    from retrieval.build import open_collection
    from tools.toolbox import Toolbox

    single = question_lines.Question(
        text=text,
        user_id=user,
        liked=like or [],
        disliked=dislike or [],
        filters=list(filters or []),
        at_most=question_lines.quotas_of(at_most or ()),
        k=k,
    )
    with terminal.opening():
        collection = open_collection(Settings())
    toolbox = Toolbox(recommender=collection.recommender, asked=collection.asked)
    if queries is None:
        media = question_lines.kept_files(collection.asked, like_media or ())
        rec_list = question_lines.ask(toolbox, single, media=media)
        terminal.show_json(rec_list) if as_json else terminal.show_list(rec_list, collection.tiers)
        return
    failed = False
    for line in question_lines.lines(queries):
        answer = question_lines.answer_line(toolbox, line)
        failed = failed or "error" in answer
        terminal.print_json(answer)
    if failed:
        raise typer.Exit(2)


@app.command()
def chat(
    once: Annotated[str | None, typer.Option(help="One message; prints the reply and ends.")] = None,
    user: User = None,
    conversation: Annotated[str | None, typer.Option(help="Go on with a conversation of that name.")] = None,
    conversations: Annotated[str | None, typer.Option(help="A file with one JSON conversation a line, or -.")] = None,
    model: Annotated[
        str | None, typer.Option(help="planner, joined, auto, a .gguf file, a folder, an id, a URL.")
    ] = None,
    budget: Annotated[str | None, typer.Option(help="How long a language model may take for a reply: 5s.")] = None,
    attach: Annotated[list[Path] | None, typer.Option(help="With --once: a picture or sound to ask with.")] = None,
    as_json: Json = False,
) -> None:
    """Talk about what to watch, read, hear or buy."""
    from agent.build import build_conversation
    from retrieval.build import open_collection

    asked: dict[str, Any] = {} if model is None else {"chat_model": model}
    asked |= {} if budget is None else {"budget": question_lines.seconds_of(budget)}
    settings = Settings(**asked)
    with terminal.opening():
        collection = open_collection(settings)
        talk = build_conversation(settings, collection)
    conversation_id = conversation or uuid.uuid4().hex
    if conversations is not None:
        failed = False
        for number, line in enumerate(question_lines.lines(conversations)):
            for answer in question_lines.converse(talk, line, number):
                failed = failed or "error" in answer
                terminal.print_json(answer)
        if failed:
            raise typer.Exit(2)
    elif once is not None:
        media = question_lines.kept_files(collection.asked, attach or ())
        reply = talk.reply(once, conversation_id=conversation_id, person=user, media=media)
        terminal.print_json(question_lines.reply_json(reply, 0)) if as_json else terminal.show_reply(reply)
    else:
        terminal.talk(talk, conversation_id, user)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address; beyond the loopback VOUCH_API_KEY is needed.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; if taken, the next free one.")] = None,
) -> None:
    """Open the chat page, and POST /tools/{name} beside it."""
    from agent.build import build_conversation, step_up_later
    from agent.keeping_up import keep_up
    from retrieval.build import open_collection
    from ui.page.visitors import Member
    from ui.serving import serve_page

    settings = Settings()
    with terminal.opening():
        collection = open_collection(settings)
        talk = build_conversation(settings, collection, may_wait=True)
    terminal.show_tiers(talk.tiers)
    step_up_later(settings, collection, talk, terminal.warn)
    keep_up(settings, collection, talk, terminal.warn)
    serve_page(
        talk,
        address=(host or settings.host, settings.port if port is None else port),
        api_key=settings.api_key,
        media_dir=collection.media_dir,
        members=[Member(user_id=p.user_id, label=p.label, simulated=p.simulated) for p in collection.people],
        examples=collection.examples,
        say=terminal.warn,
    )


@app.command()
def mcp(user: User = None) -> None:
    """Offer the tools to another agent by the Model Context Protocol, over stdin and stdout."""
    from agent.keeping_up import FreshTools
    from ui.mcp_server import build_mcp

    build_mcp(FreshTools(Settings(), person=user or "stranger:mcp")).run("stdio")


@app.command()
def model(
    do: Annotated[ModelAction, typer.Argument(help="list, update, refit or rollback.")] = ModelAction.LIST,
    to: Annotated[int | None, typer.Option(help="With rollback: the version; by default the one before.")] = None,
    as_json: Json = False,
) -> None:
    """List the versions of what was learned from everybody's likes; take in new likes, fit anew, or go back to an older one."""
    from retrieval.build import scorer_upkeep

    upkeep = scorer_upkeep(Settings())
    if do is ModelAction.UPDATE:
        terminal.warn(f"version {upkeep.update()} is in use")
    elif do is ModelAction.REFIT:
        terminal.warn(f"version {upkeep.refit()} is in use")
    elif do is ModelAction.ROLLBACK:
        terminal.warn(f"back at version {upkeep.go_back(to)}; new likes flow in again with: vouch model update")
    terminal.show_versions(upkeep.versions(), as_json=as_json)


@app.command()
def models(as_json: Json = False) -> None:
    """List the models of each profile: what for, size, licence, what is here."""
    from ui.model_lines import model_rows, show_models

    show_models(model_rows(Settings().weights_folder), as_json=as_json)


@app.command()
def pull(
    what: Annotated[
        str, typer.Argument(help="A profile (laptop), a name of vouch models, or an owner/name of the hub.")
    ] = "qwen2.5-coder-1.5b",
) -> None:
    """Fetch the models of a profile, or one model; by itself the language model that words the replies. Goes on where it stopped."""
    from agent.build import fetch_language_model
    from retrieval.build import hub_models_of
    from ui.model_lines import PROFILES, pull_models

    settings, say = Settings(), terminal.say_now_and_then()
    here = pull_models(
        what,
        folder=settings.weights_folder,
        chosen=hub_models_of(settings.model_copy(update={"profile": what})) if what in PROFILES else (),
        fetch_talker=lambda name: fetch_language_model(settings, say, name),
        progress=say,
    )
    terminal.warn(f"{', '.join(here)}: ready")


@app.command()
def config(as_json: Json = False) -> None:
    """Show every setting, its value and what it means."""
    settings = Settings()
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    values |= {name: "set" for name, value in values.items() if name.endswith("_key") and value}
    meanings = {name: field.description or "" for name, field in Settings.model_fields.items()}
    terminal.show_settings(values, meanings, as_json=as_json)


@app.command()
def doctor(
    fetch: Annotated[bool, typer.Option(help="Fetch the profile's model weights that are missing.")] = False,
    as_json: Json = False,
) -> None:
    """Check what is here: packages, weights, the collection; says what to do about what is missing."""
    from ui.checkup import check_up

    settings = Settings()
    findings = check_up(
        database=settings.database, weights_folder=settings.weights_folder, fetch=fetch, progress=terminal.say_once()
    )
    terminal.show_findings(findings, as_json=as_json)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(4)


def main() -> None:
    """The entry point: errors that people can mend become one sentence and an exit status."""
    keep_libraries_offline()
    try:
        app()
    except InputError as error:
        terminal.warn(str(error))
        sys.exit(2)
    except SetupError as error:
        terminal.warn(str(error))
        sys.exit(4)


if __name__ == "__main__":
    main()
