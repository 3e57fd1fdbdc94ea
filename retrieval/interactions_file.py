"""An interactions file to Interactions: who did what with which item, and when. Columns, rating scale and times are found out.

Works on whole columns at a time, for a million rows. Knows of items only their ids.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.reading import events
from retrieval.reading.dates import parse_date
from retrieval.reading.decoding import decode
from retrieval.reading.delimited_tables import (
    Layout,
    column_names,
    delimited_table,
    find_layout,
    read_records,
    text_lines,
)
from retrieval.reading.file_tables import read_bytes, read_table, refuse_known_binaries
from retrieval.reading.findings import Trouble, shortened
from retrieval.reading.names import snake_case
from retrieval.reading.tables import Table
from vouch.errors import UnreadableCatalogue
from vouch.types import Interaction

if TYPE_CHECKING:
    import pandas as pd

MOST_TROUBLES = 200
"""Each distinct trouble is told once, with its number of rows, and no more than this many a kind; the last says how many more there are."""
_HEAD = 2000
_MISSING = ("", "N/A", "n/a", "null", "NULL", "nan", "NaN", "None", "\\N")
_STANDIN = "\x1f"


@dataclass(frozen=True, kw_only=True)
class InteractionsFile:
    """What an interactions file holds. `columns`: the field (user, item, rating, kind, at) -> the file's column.

    `troubles` by their kind, then by row.
    `scale`: the distinct ratings, sorted; () where there are none. One interaction a person and item, in the file's order.
    """

    interactions: tuple[Interaction, ...]
    troubles: tuple[Trouble, ...]
    columns: Mapping[str, str]
    scale: tuple[float, ...]


def read_interactions(path: Path, *, item_ids: Collection[str]) -> InteractionsFile:
    """The interactions in a CSV, TSV, .dat, JSON, JSONL or Parquet file, with items of the catalogue.

    Of several rows of one person and item the last by time counts, and a mere view never hides an opinion or a purchase. Without
    ratings and kinds each row is a like.

    Raises:
        UnreadableCatalogue: there is no such file, or no columns of people and items in it.
    """
    known = frozenset(item_ids)
    frame, troubles = _frame(path, known)
    columns = _columns(path, frame, known)
    rows = frame[list(columns.values())].set_axis(list(columns), axis=1).assign(row=frame["row"])
    rows, more = _usable(rows, known, columns)
    rows, scale, misread = _with_kinds(rows, columns)
    rows, mistimed = _with_times(rows, columns)
    interactions = _interactions(_last_of_each(rows))
    found = (*troubles, *more, *misread, *mistimed)
    return InteractionsFile(interactions=interactions, troubles=found, columns=columns, scale=scale)


def _frame(path: Path, item_ids: frozenset[str]) -> tuple[pd.DataFrame, list[Trouble]]:
    """The file's columns as text, with the 1-based data row in the column "row"; other columns of that name are renamed."""
    data = read_bytes(path)
    if (
        data[:4] == b"PAR1"
        or path.suffix.lower() in {".json", ".jsonl", ".ndjson"}
        or data.lstrip()[:1] in {b"[", b"{"}
    ):
        return _frame_of_table(read_table(path))
    refuse_known_binaries(path, data)
    text, _ = decode(data)
    lines, delimiter = text_lines(text)
    layout = find_layout(lines, prefer="\t" if path.suffix.lower() == ".tsv" else delimiter)
    first = next(read_records(lines, layout), None)
    if layout.delimiter is None or first is None:
        raise UnreadableCatalogue(
            f"“{path.name}” is empty or has only one column. Vouch needs one of people and one of items."
        )
    header = first.fields
    names = column_names(header if layout.header else (), width=layout.width)
    if layout.header and "item" not in events.named_columns(names) and item_ids.intersection(header):
        layout, names = replace(layout, header=False), column_names((), width=layout.width)
    fast = _fast_frame(text, layout, names)
    return fast if fast is not None else _frame_of_table(delimited_table(path.name, text, encoding="utf-8"))


def _fast_frame(text: str, layout: Layout, names: list[str]) -> tuple[pd.DataFrame, list[Trouble]] | None:
    """By pyarrow's reader; None where it can't take the text, which the patient reader then does."""
    import pandas as pd
    import pyarrow
    from pyarrow import csv

    ragged: list[tuple[int, str, int]] = []

    def skip(row: csv.InvalidRow) -> str:
        ragged.append(((row.number or 0) - layout.header, shortened(row.text), row.actual_columns))
        return "skip"

    double = layout.delimiter == "::"
    if double and _STANDIN in text:
        return None
    parse = csv.ParseOptions(
        delimiter=_STANDIN if double else layout.delimiter,
        quote_char='"' if layout.quoted and not double else False,
        escape_char=layout.escape or False,
        invalid_row_handler=skip,
    )
    read = csv.ReadOptions(use_threads=False, column_names=names, skip_rows=int(layout.header), block_size=1 << 24)
    convert = csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False)
    source = text.replace("::", _STANDIN) if double else text
    try:
        table = csv.read_csv(
            io.BytesIO(source.encode()), read_options=read, parse_options=parse, convert_options=convert
        )
    except pyarrow.ArrowException:
        return None
    left_out = {number for number, _, _ in ragged}
    numbers = [n for n in range(1, table.num_rows + len(ragged) + 1) if n not in left_out][: table.num_rows]
    frame = pd.DataFrame({_free(name): table.column(name).to_pandas().astype(str) for name in names})
    frame["row"] = numbers
    why = "the row has {} fields instead of " + str(layout.width)
    troubles = [Trouble(row=n, column=None, value=v, why=why.format(c), skipped=True) for n, v, c in ragged]
    return frame, _capped(troubles)


def _free(name: str) -> str:
    return "row (of the file)" if name == "row" else name


def _frame_of_table(table: Table) -> tuple[pd.DataFrame, list[Trouble]]:
    import pandas as pd

    columns = {
        _free(name): [c if isinstance(c, str) else ", ".join(c) for c in cells] for name, cells in table.columns.items()
    }
    frame = pd.DataFrame(columns, dtype=str)
    frame["row"] = list(table.row_numbers)
    return frame, _capped(list(table.troubles))


def _columns(path: Path, frame: pd.DataFrame, item_ids: frozenset[str]) -> dict[str, str]:
    """Which column is what. A name is believed only where the values agree."""
    heads = {str(name): frame[name].head(_HEAD).tolist() for name in frame.columns if name != "row"}
    named = events.named_columns(list(heads))
    if "kind" in named and not any(snake_case(v) in events.KIND_OF for v in heads[named["kind"]]):
        del named["kind"]
    if "item" in named and not _share(heads[named["item"]], item_ids):
        better = [c for c in heads if c not in named.values() and _share(heads[c], item_ids) > 0.5]
        named["item"] = better[0] if better else named["item"]
    found = events.columns_by_content(heads, known=named, item_ids=item_ids)
    missing = [field for field in ("user", "item") if field not in found]
    if missing:
        words = " and ".join({"user": "people", "item": "items"}[field] for field in missing)
        raise UnreadableCatalogue(f"“{path.name}” has no column of {words}. There are: {', '.join(list(heads)[:20])}.")
    return {field: found[field] for field in events.FIELDS if field in found}


def _share(values: list[str], item_ids: frozenset[str]) -> float:
    return sum(1 for v in values if v in item_ids) / max(1, len(values))


def _usable(
    rows: pd.DataFrame, item_ids: frozenset[str], columns: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Trouble]]:
    """The rows with a person and an item of the catalogue. Ids that a tool wrote as 17.0 are read as 17 where only that fits."""
    known = rows["item"].isin(item_ids)
    if not known.any():
        whole = rows["item"].str.removesuffix(".0")
        if whole.isin(item_ids).any():
            rows = rows.assign(item=whole, user=rows["user"].str.removesuffix(".0"))
            known = whole.isin(item_ids)
    nobody, nothing = rows["user"].str.strip().isin(_MISSING), rows["item"].str.strip().isin(_MISSING)
    troubles = [
        *_told(rows[nobody], "user", columns, "no person"),
        *_told(rows[nothing & ~nobody], "item", columns, "no item"),
        *_told(rows[~known & ~nobody & ~nothing], "item", columns, "no item of the catalogue has this id"),
    ]
    return rows[known & ~nobody & ~nothing], troubles


def _with_kinds(
    rows: pd.DataFrame, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[float, ...], list[Trouble]]:
    """The rows with what each says in "kind", the rating scale, and the rows that say nothing Vouch understands."""
    import pandas as pd

    troubles: list[Trouble] = []
    scale: tuple[float, ...] = ()
    said = pd.Series("seen" if "rating" in rows else "like", index=rows.index, dtype=object)
    rated = pd.Series(False, index=rows.index)
    bad = pd.Series(False, index=rows.index)
    if "rating" in rows:
        ratings = _numbers(rows["rating"])
        bad = ratings.isna() & ~rows["rating"].str.strip().isin(_MISSING)
        troubles += _told(rows[bad], "rating", columns, "not a number, as the other ratings are")
        scale = tuple(float(n) for n in sorted(ratings.dropna().unique()))
        rated = ratings.notna()
        if scale:
            said[rated] = ratings[rated].map(_opinions(ratings.dropna(), scale))
    if "kind" in rows:
        meaning = {text: events.KIND_OF.get(snake_case(text)) for text in rows["kind"].unique()}
        kinds = rows["kind"].map(meaning).astype(object)
        strange = kinds.isna() & ~(rated & rows["kind"].str.strip().isin(_MISSING))
        troubles += _told(
            rows[strange & ~bad],
            "kind",
            columns,
            "not a kind of interaction that Vouch knows (like, view, purchase ...)",
        )
        said = said.where(kinds.isna() | (rated & (kinds == "seen")), kinds)
        bad |= strange
    return rows.assign(kind=said)[~bad], scale, troubles


def _numbers(texts: pd.Series) -> pd.Series:
    """The finite numbers, with a decimal comma where the point fits nowhere."""
    import numpy as np
    import pandas as pd

    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    if numbers.isna().mean() > 0.5:
        commas = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce").astype(float)
        numbers = commas if commas.notna().sum() > numbers.notna().sum() else numbers
    return numbers.where(np.isfinite(numbers))


def _opinions(ratings: pd.Series, scale: tuple[float, ...]) -> dict[float, str]:
    """Where most ratings are 0 on a longer scale, 0 stands for “has it, without a rating”."""
    if scale[0] == 0.0 and len(scale) >= 6 and (ratings == 0.0).mean() > 0.4:
        return {0.0: "seen", **events.opinions(scale[1:])}
    return {**events.opinions(scale)}


def _with_times(rows: pd.DataFrame, columns: Mapping[str, str]) -> tuple[pd.DataFrame, list[Trouble]]:
    """The rows with "at" in seconds since 1970; 0.0 where no time is given or understood."""
    if "at" not in rows or rows.empty:
        return rows.assign(at=0.0), []
    seconds = _numbers(rows["at"])
    if seconds.notna().mean() >= 0.5:
        middle = abs(float(seconds.median()))
        seconds = seconds / next(
            f for f, above in ((1e9, 1e17), (1e6, 1e14), (1e3, 1e11), (1.0, -1.0)) if middle > above
        )
    else:
        seconds = _seconds_of_dates(rows["at"])
    bad = seconds.isna() & ~rows["at"].str.strip().isin(_MISSING)
    return rows.assign(at=seconds.fillna(0.0)), _told(
        rows[bad], "at", columns, "not a time; the row counts as undated", skipped=False
    )


def _seconds_of_dates(texts: pd.Series) -> pd.Series:
    """Each distinct date once: ISO 8601 with its time of day, other spellings to the day."""
    import pandas as pd

    distinct = pd.Series(texts.unique(), dtype=object)
    times = pd.to_datetime(distinct, utc=True, format="ISO8601", errors="coerce")
    others = distinct[times.isna()].map(parse_date, na_action="ignore")
    times[times.isna()] = pd.to_datetime(others, utc=True, format="ISO8601", errors="coerce")
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return texts.map(dict(zip(distinct, seconds, strict=True))).astype(float)


def _last_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a person and item: the last by time, opinions and purchases before views."""
    ordered = rows.assign(strong=rows["kind"] != "view").sort_values(["strong", "at", "row"], kind="stable")
    return ordered.drop_duplicates(["user", "item"], keep="last").sort_values("row", kind="stable")


def _interactions(rows: pd.DataFrame) -> tuple[Interaction, ...]:
    columns = (rows[name].tolist() for name in ("user", "item", "kind", "at"))
    return tuple(
        Interaction(user_id=user, item_id=item, kind=kind, at=at) for user, item, kind, at in zip(*columns, strict=True)
    )


def _told(
    rows: pd.DataFrame, field: str, columns: Mapping[str, str], why: str, *, skipped: bool = True
) -> list[Trouble]:
    """A trouble for each distinct value, with how many rows it costs; the commonest first, and not more than MOST_TROUBLES."""
    if rows.empty:
        return []
    groups = (
        rows.groupby(field, sort=False)["row"]
        .agg(["min", "size"])
        .sort_values(["size", "min"], ascending=[False, True])
    )
    shown = groups.head(MOST_TROUBLES)
    troubles = [
        Trouble(
            row=int(row),
            column=columns[field],
            value=shortened(value),
            why=why if size == 1 else f"{why} ({size:,} rows)",
            skipped=skipped,
        )
        for value, row, size in zip(shown.index.tolist(), shown["min"].tolist(), shown["size"].tolist(), strict=True)
    ]
    troubles.sort(key=lambda trouble: trouble.row)
    rest = groups.iloc[MOST_TROUBLES:]
    if len(rest):
        text = f"{why}: {len(rest):,} more values in {int(rest['size'].sum()):,} rows"
        troubles.append(Trouble(row=int(rest["min"].min()), column=columns[field], value="", why=text, skipped=skipped))
    return troubles


def _capped(troubles: list[Trouble]) -> list[Trouble]:
    if len(troubles) <= MOST_TROUBLES:
        return troubles
    rest = troubles[MOST_TROUBLES:]
    last = Trouble(row=rest[0].row, column=None, value="", why=f"{len(rest):,} more rows like these", skipped=True)
    return [*troubles[:MOST_TROUBLES], last]
