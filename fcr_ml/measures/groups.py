"""Groups of contacts on the engine: which columns may form one, and how.

Enters: a casebook. Leaves: an engine that knows its tables, the readings and
windows asked for, and one group at a time under the name ``grouped``. Notes stay
on disk: a statement reads only the columns it names.
"""

from __future__ import annotations

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

_OWN_STATEMENT = {
    "all": ("contacts", "contact_id"),
    "month": ("contacts", "started_at"),
    "week": ("contacts", "started_at"),
    "was_transferred": ("contacts", "transfers"),
    "topic": ("topic_cards", "topic"),
    "language": ("notes", "language"),
}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


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
