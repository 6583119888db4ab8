"""The rows that drivers are sought in: closed contacts and what is said of them.

Enters: a casebook. Leaves: one row a closed contact of the main reading and
window, with the columns that may form segments or belong to the mix, as text.
Nothing known only later is read, of answers only their shape, and no figure is formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fcr_ml.drivers.answers import ANSWER_COLUMNS, describe_answers
from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.tables import CONTACTS

SEGMENT_COLUMNS = (
    "queue",
    "channel",
    "reason_code",
    "topic",
    "theme",
    "product",
    "team",
    "language",
    "was_transferred",
    "was_on_hold",
    "weekday",
    "hour_band",
    *ANSWER_COLUMNS,
)
"""What may form a segment, besides attributes; of equal evidence the first wins."""

MIX_COLUMNS = (
    "channel",
    "reason_code",
    "topic",
    "product",
    "language",
    "weekday",
    "hour_band",
    "month",
    "earlier_contacts",
)
"""What the company did not choose, besides attributes known at the start. Not the theme:
the topics say all that it says, and where a topic is looked at, its theme in the mix would
hold it against its own theme alone."""

_EARLIER_SECONDS = 90 * 86_400
"""A quarter: long enough to tell frequent customers, short enough to be in most logs."""

_HOURS_IN_BAND = 4
_MOST_LEVELS = 500
"""An attribute with more values than this is an identifier, not a category."""


@dataclass(frozen=True)
class SegmentRows:
    """Closed contacts with their columns.

    Parameters
    ----------
    contacts : pandas.DataFrame
        ``contact_id``, ``customer_id``, ``started_epoch`` in seconds, ``place`` in the
        table of contacts, ``repeated_probability``, ``follow_up_id`` and the columns below
        as text, null where unknown; ordered by customer, then contact.
    segment_columns, mix_columns : list of str
        Which columns may form segments, and which are the mix.
    """

    contacts: pd.DataFrame
    segment_columns: list[str]
    mix_columns: list[str]


def read_segment_rows(casebook: Casebook, agents: bool = False) -> SegmentRows:
    """Give the closed contacts of the main reading and window with their columns.

    Parameters
    ----------
    casebook : Casebook
        An attribute is used only where its settings name it under 'attributes'
        as known 'at_start' or 'at_end'.
    agents : bool
        Whether agents may form segments. Off: people are not drivers.

    Returns
    -------
    SegmentRows
        Columns with a single value, or none, are left out.
    """
    known = {
        name: when
        for name, when in casebook.settings.get("attributes", {}).items()
        if when in ("at_start", "at_end") and name not in CONTACTS.columns
    }
    rows = _closed_contacts(casebook)
    described = _described(casebook, list(known)).drop(columns="contact_id")
    own = described.iloc[rows["place"]].reset_index(drop=True)
    rows = pd.concat([rows, own], axis=1)
    telling = [name for name in rows.columns if rows[name].nunique() > 1]
    segments = [*SEGMENT_COLUMNS, *known, *(["agent_id"] if agents else [])]
    mix = [*MIX_COLUMNS, *(name for name, when in known.items() if when == "at_start")]
    return SegmentRows(
        rows,
        [name for name in dict.fromkeys(segments) if name in telling],
        [name for name in dict.fromkeys(mix) if name in telling],
    )


def _closed_contacts(casebook: Casebook) -> pd.DataFrame:
    settings = casebook.settings
    window = str(RepeatWindow.parse(settings["window"]))
    asked = pd.DataFrame({"reading": [settings["reading"]], "repeat_window": [window]})
    with DuckEngine() as engine:
        engine.put("asked", asked.astype("string"))
        engine.put("outcomes", casebook.path("outcomes"))
        timeline = casebook.table("contacts", ["contact_id", "customer_id", "started_at"])
        engine.put("timeline", timeline.assign(place=range(len(timeline))))
        engine.run(statement("segments_rows", seconds=_EARLIER_SECONDS), out="rows")
        rows = engine.fetch("rows")
    band = pd.cut(
        rows["earlier_contacts"],
        [-1, 0, 1, 2, 5, float("inf")],
        labels=["0", "1", "2", "3 to 5", "6 or more"],
    )
    return rows.assign(earlier_contacts=band.astype("string"))


def _described(casebook: Casebook, attributes: list[str]) -> pd.DataFrame:
    """Give every contact's columns as text, by contact id."""
    own = ["queue", "channel", "reason_code", "product", "team", "agent_id"]
    read = ["contact_id", "started_at", *own, "transfers", "hold_seconds"]
    contacts = casebook.table("contacts", [*read, *attributes])
    described = contacts[["contact_id", *own]].assign(
        was_transferred=_yes_or_no(contacts["transfers"]),
        was_on_hold=_yes_or_no(contacts["hold_seconds"]),
        **_moments(contacts["started_at"]),
        **{name: _as_category(contacts[name]) for name in attributes},
    )
    for more in (_topics(casebook), _languages(casebook), describe_answers(casebook)):
        described = _beside(described, more)
    return described


def _beside(contacts: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Add columns by contact id; tables in the same order are laid side by side at once."""
    if contacts["contact_id"].equals(more["contact_id"]):
        return pd.concat([contacts, more.drop(columns="contact_id")], axis=1)
    return contacts.merge(more, on="contact_id", how="left")


def _yes_or_no(counts: pd.Series) -> pd.Series:
    return (counts > 0).map({True: "yes", False: "no"}).astype("string").mask(counts.isna())


def _moments(started_at: pd.Series) -> dict[str, pd.Series]:
    begins = started_at.dt.hour // _HOURS_IN_BAND * _HOURS_IN_BAND
    bands = {hour: f"{hour:02d}-{hour + _HOURS_IN_BAND:02d} UTC" for hour in range(24)}
    return {
        "weekday": started_at.dt.day_name().astype("string"),
        "hour_band": begins.map(bands).astype("string"),
        "month": (started_at.dt.year * 100 + started_at.dt.month).astype("string"),
    }


def _as_category(values: pd.Series) -> pd.Series:
    """Give an attribute as text, or all nulls where it is no category."""
    is_measured = pd.api.types.is_float_dtype(values) or isinstance(
        values.dtype, pd.DatetimeTZDtype
    )
    if is_measured or values.nunique() > _MOST_LEVELS:
        return pd.Series(pd.NA, index=values.index, dtype="string")
    return values.astype("string")


def _topics(casebook: Casebook) -> pd.DataFrame:
    """Give every contact's topic and the theme it belongs to; null where there is none."""
    if "topic_cards" not in casebook.table_names:
        return pd.DataFrame({"contact_id": [], "topic": [], "theme": []}, dtype="string")
    cards = casebook.table("topic_cards", ["topic_id", "topic", "parent_topic_id"])
    names = cards.set_index("topic_id")["topic"]
    cards = cards.assign(theme=cards["parent_topic_id"].map(names).astype("string"))
    topics = casebook.table("topics", ["contact_id", "topic_id"])
    named = cards.set_index("topic_id").reindex(topics.pop("topic_id"))[["topic", "theme"]]
    return pd.concat([topics, named.reset_index(drop=True)], axis=1)


def _languages(casebook: Casebook) -> pd.DataFrame:
    """Give the language of every note, given or detected; the contact's without notes."""
    table = "notes" if "notes" in casebook.table_names else "contacts"
    return casebook.table(table, ["contact_id", "language"])
