"""People's own tastes in the record: what they clicked and said, what they pinned and dropped, what holds for every list, and each change.

A change is kept as what it removed and what it added, so that it can be undone; of each person the newest `MOST_CHANGES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, select

from retrieval.stores import sql_rows, sql_tables
from retrieval.stores.sql_tables import reading, writing
from vouch.own_taste import OwnTaste, TasteChange
from vouch.types import Filter, Interaction, StandingPreference

MOST_CHANGES = 50
_t = sql_tables
_Rows = dict[str, list[dict[str, Any]]]


class SqlTastes:
    """The part of the record that is about people. Methods may be called from any thread and process."""

    _engine: Engine

    def own_taste(self, user_id: str) -> OwnTaste:
        """What the person clicked and said; empty for somebody unknown."""
        with reading(self._engine) as connection:
            return _taste(_read(connection, user_id))

    def change_taste(self, user_id: str, changed: Callable[[OwnTaste], OwnTaste], what: TasteChange) -> None:
        """Replaces the person's own taste by `changed` of it, in one transaction, and notes what was done; nothing changed: no note."""
        with writing(self._engine) as connection:
            before = _read(connection, user_id)
            after = _rows(user_id, changed(_taste(before)))
            if _same(before, after):
                return
            _write(connection, user_id, after)
            note = {
                "user_id": user_id,
                "what": json.dumps(asdict(what)),
                "before": json.dumps(_difference(before, after)),
            }
            connection.execute(_t.taste_changes.insert(), [note])
            _drop_old(connection, user_id)

    def undo_taste(self, user_id: str) -> TasteChange | None:
        """Takes the newest noted change back; None where there is none."""
        with writing(self._engine) as connection:
            newest = connection.execute(_newest(user_id)).first()
            if newest is None:
                return None
            difference = json.loads(newest.before)
            _write(connection, user_id, _without(_read(connection, user_id), difference))
            connection.execute(delete(_t.taste_changes).where(_t.taste_changes.c.row == newest.row))
            return _what(newest.what)

    def last_change(self, user_id: str) -> TasteChange | None:
        """What `undo_taste` would take back."""
        with reading(self._engine) as connection:
            newest = connection.execute(_newest(user_id)).first()
            return None if newest is None else _what(newest.what)


def _read(connection: Connection, user_id: str) -> _Rows:
    c, n = _t.interactions.c, _t.tastes.c
    own = and_(c.user_id == user_id, c.source != "file")
    done = connection.execute(_t.interactions.select().where(own).order_by(c.row)).all()
    notes = connection.execute(_t.tastes.select().where(n.user_id == user_id).order_by(n.row)).all()
    return {
        "interactions": [vars(sql_rows.to_interaction(row)) for row in done],
        "tastes": [dict(row._mapping) for row in notes],
    }


def _write(connection: Connection, user_id: str, rows: _Rows) -> None:
    c = _t.interactions.c
    connection.execute(delete(_t.interactions).where(c.user_id == user_id, c.source != "file"))
    connection.execute(delete(_t.tastes).where(_t.tastes.c.user_id == user_id))
    if rows["interactions"]:
        connection.execute(_t.interactions.insert(), rows["interactions"])
    if rows["tastes"]:
        connection.execute(_t.tastes.insert(), [row | {"row": n} for n, row in enumerate(rows["tastes"])])


def _taste(rows: _Rows) -> OwnTaste:
    subjects = {kind: frozenset(r["subject"] for r in rows["tastes"] if r["kind"] == kind) for kind in ("pin", "drop")}
    standing = tuple(_standing(row) for row in rows["tastes"] if row["kind"] in {"never", "prefer"})
    done = tuple(Interaction(**row) for row in rows["interactions"])
    return OwnTaste(interactions=done, standing=standing, pinned=subjects["pin"], dropped=subjects["drop"])


def _standing(row: dict[str, Any]) -> StandingPreference:
    given = json.loads(row["subject"])
    value = tuple(given["value"]) if isinstance(given["value"], list) else given["value"]
    return StandingPreference(
        filter=Filter(attribute=given["attribute"], op=given["op"], value=value),
        hard=row["kind"] == "never",
        source=row["source"],
        at=row["at"],
        pinned=bool(row["pinned"]),
    )


def _rows(user_id: str, own: OwnTaste) -> _Rows:
    def note(kind: str, subject: str, *, source: str = "", at: float = 0.0, pinned: bool = False) -> dict[str, Any]:
        return {"user_id": user_id, "kind": kind, "subject": subject, "source": source, "at": at, "pinned": int(pinned)}

    notes = [
        note("never" if s.hard else "prefer", _subject(s.filter), source=s.source, at=s.at, pinned=s.pinned)
        for s in own.standing
    ]
    notes += [note("pin", item_id) for item_id in sorted(own.pinned)]
    notes += [note("drop", item_id) for item_id in sorted(own.dropped)]
    return {
        "interactions": [dict(vars(i)) for i in own.interactions],
        "tastes": [row | {"row": n} for n, row in enumerate(notes)],
    }


def _subject(wanted: Filter) -> str:
    return json.dumps(asdict(wanted), ensure_ascii=False, sort_keys=True)


def _key(row: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in row.items() if name != "row"}, sort_keys=True)


def _same(before: _Rows, after: _Rows) -> bool:
    return all([_key(r) for r in before[table]] == [_key(r) for r in after[table]] for table in before)


def _difference(before: _Rows, after: _Rows) -> dict[str, _Rows]:
    """What was removed, with its place, and what was added."""
    removed: _Rows = {}
    added: _Rows = {}
    for table in before:
        old, new = {_key(r) for r in before[table]}, {_key(r) for r in after[table]}
        removed[table] = [r | {"place": n} for n, r in enumerate(before[table]) if _key(r) not in new]
        added[table] = [r for r in after[table] if _key(r) not in old]
    return {"removed": removed, "added": added}


def _without(rows: _Rows, difference: dict[str, _Rows]) -> _Rows:
    """The rows without what was added and with what was removed in its old place."""
    restored: _Rows = {}
    for table, known in rows.items():
        added = {_key(r) for r in difference["added"][table]}
        kept = [r for r in known if _key(r) not in added]
        for row in difference["removed"][table]:
            kept.insert(row["place"], {name: value for name, value in row.items() if name != "place"})
        restored[table] = kept
    return restored


def _newest(user_id: str) -> Any:
    c = _t.taste_changes.c
    return _t.taste_changes.select().where(c.user_id == user_id).order_by(c.row.desc()).limit(1)


def _drop_old(connection: Connection, user_id: str) -> None:
    c = _t.taste_changes.c
    kept = select(c.row).where(c.user_id == user_id).order_by(c.row.desc()).limit(MOST_CHANGES)
    connection.execute(delete(_t.taste_changes).where(c.user_id == user_id, c.row.not_in(kept)))


def _what(text: str) -> TasteChange:
    given = json.loads(text)
    return TasteChange(**{**given, "titles": tuple(given["titles"])})
