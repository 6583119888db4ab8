"""Groups of contacts on the engine: which columns may form one, and how.

Enters: a casebook. Leaves: an engine that knows its tables, the readings and
windows asked for, and one group at a time under the name ``grouped``. Notes stay
on disk: a statement reads only the columns it names.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.errors import SettingsError
from fcr_ml.frames import READINGS, Casebook, RepeatWindow
from fcr_ml.frames.tables import CONTACTS

GROUPS = (
    "channel",
    "queue",
    "topic",
    "product",
    "language",
    "reason_code",
    "month",
    "was_transferred",
)
"""What FCR is told by; a group whose column the log lacks is left out."""

SPLIT_COLUMNS = (
    "topic",
    "theme",
    "reason_code",
    "queue",
    "channel",
    "product",
    "team",
    "language",
    "was_transferred",
)
"""What contacts may be split or told apart by, besides attributes; where none is asked for
the first that tells enough of them apart."""

_OWN_STATEMENT = {
    "all": ("contacts", "contact_id"),
    "month": ("contacts", "started_at"),
    "week": ("contacts", "started_at"),
    "was_transferred": ("contacts", "transfers"),
    "topic": ("topic_cards", "topic"),
    "language": ("notes", "language"),
}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def known_columns(casebook: Casebook, agents: bool) -> list[str]:
    """Give the columns that contacts may be split by; people only where asked for."""
    attributes = [
        name
        for name, when in casebook.settings.get("attributes", {}).items()
        if when in ("at_start", "at_end") and name not in CONTACTS.columns
    ]
    people = ["agent_id"] if agents else []
    return list(dict.fromkeys([*SPLIT_COLUMNS, *attributes, *people]))


def check_column(casebook: Casebook, column: str, agents: bool, room: str) -> None:
    """Refuse a column that contacts may not be split by, in the name of a room.

    Raises
    ------
    SettingsError
        When it names people and they were not asked for, or is none of
        :func:`known_columns`.
    """
    if column == "agent_id" and not agents:
        raise SettingsError(
            f"{room}: agents are people, and people are no drivers; ask for them with "
            "agents=True (--agents) to look at them all the same."
        )
    known = known_columns(casebook, agents)
    if column not in known:
        near = difflib.get_close_matches(column, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(known)}."
        raise SettingsError(f"{room}: contacts cannot be split by '{column}'; {hint}")


@contextmanager
def casebook_engine(casebook: Casebook) -> Iterator[DuckEngine]:
    """Give an engine that knows every table of the casebook where it lies."""
    with DuckEngine() as engine:
        for name in casebook.table_names:
            engine.put(name, casebook.path(name))
        yield engine


def readings_and_windows(engine: DuckEngine) -> pd.DataFrame:
    """Give the ``reading`` and ``repeat_window`` of the outcomes, in house order."""
    engine.run(statement("fcr_asked"), out="held")
    held = engine.fetch("held")
    return held.iloc[
        sorted(
            range(len(held)),
            key=lambda row: (
                READINGS.index(held["reading"].iloc[row]),
                RepeatWindow.parse(held["repeat_window"].iloc[row]),
            ),
        )
    ].reset_index(drop=True)


def put_asked(engine: DuckEngine, asked: pd.DataFrame, as_of: pd.Timestamp) -> None:
    """Make the readings and windows asked for known as ``asked``."""
    lengths = [RepeatWindow.parse(window).seconds for window in asked["repeat_window"]]
    engine.put(
        "asked",
        pd.DataFrame(
            {
                "reading": asked["reading"].astype("string"),
                "repeat_window": asked["repeat_window"].astype("string"),
                "window_seconds": pd.Series(lengths, index=asked.index, dtype="int64"),
                "as_of_epoch": int(as_of.timestamp()),
            }
        ),
    )


def put_group(engine: DuckEngine, casebook: Casebook, group: str) -> bool:
    """Make every contact's value of a group known as ``grouped``.

    Parameters
    ----------
    engine : DuckEngine
        From :func:`casebook_engine`.
    casebook : Casebook
        Says which columns there are.
    group : str
        ``all``, ``week``, one of :data:`GROUPS`, or any column of the contacts.

    Returns
    -------
    bool
        False where the log lacks a declared column; nothing is made then.

    Raises
    ------
    SettingsError
        When the group is neither declared nor a column of the contacts.
    """
    if group in _OWN_STATEMENT:
        table, column = _OWN_STATEMENT[group]
        if table not in casebook.table_names or column not in casebook.columns(table):
            return False
        engine.run(statement(f"fcr_group_{group}"), out="grouped")
        return True
    if group in casebook.columns("contacts") and _PLAIN.fullmatch(group):
        engine.run(statement("fcr_group_column", column=group), out="grouped")
        return True
    if group in CONTACTS.columns:
        return False
    known = sorted(name for name in casebook.columns("contacts") if _PLAIN.fullmatch(name))
    raise SettingsError(
        f"fcr: '{group}' is not a column of these contacts that can form groups; give one of "
        f"{', '.join(known)} (lower-case letters, digits and underscores only)."
    )


def put_split(engine: DuckEngine, casebook: Casebook, column: str) -> bool:
    """Make every contact's value of a column known as ``grouped``, topics and themes too.

    A contact without a topic is in a group of its reason for having none. False where the
    log lacks the column.
    """
    if column not in ("topic", "theme"):
        return put_group(engine, casebook, column)
    if not {"topics", "topic_cards"} <= set(casebook.table_names):
        return False
    engine.run(statement(f"change_group_{column}"), out="grouped")
    return True
