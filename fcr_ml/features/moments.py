"""The moment of prediction of every contact, and the label that closes after it.

Enters: a casebook and the moment: when a contact ends, when it starts, or while it
is open. Leaves: one row a contact with its moment, the columns that are known by
then and the label of the main reading and window. Nothing that a contact's log says
only later (a survey answer) is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.frames.tables import CONTACTS, OUTCOMES, Known

Moment = Literal["end", "start", "live"]
"""When a contact's risk is asked for. ``end``: when it ends, and all of its log is known.
``start``: when it begins, to route it; only what is known at the start. ``live``: while it
is open; the note so far, its topic and what is known at the start, but no answer and no end.
A log keeps one note of each contact, so ``live`` takes that note for the note so far."""

OPENED = ("reason_code", "case_id")
"""Columns that forms, menus and tickets fill in when a contact opens. At ``start`` and
``live`` they are known unless ``known`` says that an agent codes them at the end."""

CATEGORIES = ("channel", "queue", "team", "agent_id", "product", "reason_code", "language")
"""Declared text columns that a repeat rate so far is kept for."""

ATTRIBUTE = "attribute_"
"""Stands before the name of a log's own column, here and in the features."""

_NUMBERS = (
    "transfers",
    "talk_seconds",
    "hold_seconds",
    "wrap_seconds",
    "handle_seconds",
    "agent_says_resolved",
    "not_resolvable",
)
_MILLION = 1_000_000


def read_contacts(casebook: Casebook, moment: Moment = "end") -> pd.DataFrame:
    """Give every contact with its moment, topic, language and label.

    Parameters
    ----------
    casebook : Casebook
        Read only; columns known ``later``, or later than the moment, are not touched.
    moment : {'end', 'start', 'live'}
        See :data:`Moment`.

    Returns
    -------
    pandas.DataFrame
        One row a contact, by ``contact_id``. ``moment_epoch`` is null for a
        contact whose moment has not come; ``ended_epoch`` for one that has not ended.
        ``closes_epoch`` and ``repeats_millionths`` are null unless the contact counts
        and its window has run out.
    """
    check_moment(moment)
    attributes = known_attributes(casebook, moment)
    declared = [n for n in (*CATEGORIES, *_NUMBERS, "case_id") if is_known(casebook, n, moment)]
    stored = casebook.columns("contacts")
    wanted = ["contact_id", "customer_id", "started_at", "ended_at", *declared, *attributes]
    contacts = casebook.table("contacts", [name for name in wanted if name in stored])
    # The prefix keeps a log's own column names apart from those of features.
    contacts = contacts.rename(columns={name: ATTRIBUTE + name for name in attributes})
    contacts["started_epoch"] = epochs(contacts["started_at"])
    contacts["ended_epoch"] = moment_epochs(contacts, casebook.as_of)
    contacts["moment_epoch"] = contacts["ended_epoch" if moment == "end" else "started_epoch"]
    if moment != "start":
        contacts = _with_topics(casebook, _with_language(casebook, contacts))
    contacts = contacts.merge(_labels(casebook), on="contact_id", how="left")
    return contacts.sort_values("contact_id", ignore_index=True)


def known_attributes(casebook: Casebook, moment: Moment = "end") -> list[str]:
    """Names of the extra columns that the settings name as known by the moment."""
    named = cast(dict[str, str], casebook.settings.get("attributes", {}))
    stored = set(casebook.columns("contacts")) - set(CONTACTS.columns)
    return sorted(name for name in named if name in stored and is_known(casebook, name, moment))


def is_known(casebook: Casebook, name: str, moment: Moment) -> bool:
    """Say whether a column of the log is known by the moment of prediction."""
    when = known_when(casebook, name, moment)
    return when != "later" and (moment == "end" or when == "at_start")


def known_when(casebook: Casebook, name: str, moment: Moment = "end") -> Known:
    """Give when a column becomes known: as the settings say, else as it is declared.

    :data:`OPENED` columns are taken as known at the start where the moment is before
    the end, unless ``known`` in the settings says otherwise.
    """
    said = cast(Mapping[str, Known], casebook.settings.get("known", {}))
    named = cast(Mapping[str, Known], casebook.settings.get("attributes", {}))
    if name in said:
        return said[name]
    if name not in CONTACTS.columns:
        return named[name]
    return "at_start" if moment != "end" and name in OPENED else CONTACTS.columns[name].known


def check_moment(moment: str) -> None:
    """Refuse a moment that there is not.

    Raises
    ------
    SettingsError
        When it is none of the three.
    """
    if moment not in get_args(Moment):
        raise SettingsError(f"moment: '{moment}' is none of {', '.join(get_args(Moment))}.")


def moment_epochs(contacts: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Give the second in which each contact ended, or began where the log has no ends.

    Parameters
    ----------
    contacts : pandas.DataFrame
        ``CONTACTS`` rows.
    as_of : pandas.Timestamp
        A contact that ends later has not ended yet.

    Returns
    -------
    pandas.Series
        ``Int64`` epoch seconds, null for a contact without an end.
    """
    has_ends = "ended_at" in contacts.columns and contacts["ended_at"].notna().any()
    moments = epochs(contacts["ended_at" if has_ends else "started_at"])
    return moments.where(moments <= int(as_of.timestamp()))


def epochs(instants: pd.Series) -> pd.Series:
    """Give instants as ``Int64`` epoch seconds; parts of a second are cut off."""
    seconds = instants.dt.as_unit("s").astype("int64").astype("Int64")
    return seconds.mask(instants.isna())


def main_outcomes(casebook: Casebook) -> pd.DataFrame:
    """Give the outcomes of the main reading and window, one row a contact.

    Declared columns that the casebook lacks are there as nulls.
    """
    outcomes = casebook.table("outcomes", list(OUTCOMES.columns))
    is_main = (outcomes["reading"] == casebook.settings["reading"]) & (
        outcomes["window"] == casebook.settings["window"]
    )
    return outcomes[is_main.to_numpy(dtype=bool)].reset_index(drop=True)


def _labels(casebook: Casebook) -> pd.DataFrame:
    outcomes = main_outcomes(casebook)
    is_label = (outcomes["is_counted"] & outcomes["is_closed"]).to_numpy(dtype=bool)
    labels = outcomes[is_label & outcomes["closes_at"].notna().to_numpy()]
    probabilities = labels["repeated_probability"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "contact_id": labels["contact_id"],
            "closes_epoch": epochs(labels["closes_at"]),
            # Whole millionths: their sum does not depend on the order of adding.
            "repeats_millionths": np.round(probabilities * _MILLION).astype("int64"),
        }
    ).astype({"repeats_millionths": "Int64"})


def _with_topics(casebook: Casebook, contacts: pd.DataFrame) -> pd.DataFrame:
    if "topics" not in casebook.table_names:
        return contacts
    topics = casebook.table("topics", ["contact_id", "topic_id", "topic_strength"])
    return contacts.merge(topics, on="contact_id", how="left")


def _with_language(casebook: Casebook, contacts: pd.DataFrame) -> pd.DataFrame:
    """Fill the customer's language, where the log has none, with the note's."""
    if "notes" not in casebook.table_names:
        return contacts
    notes = casebook.table("notes", ["contact_id", "language"])
    noted = contacts[["contact_id"]].merge(notes, on="contact_id", how="left")["language"]
    given = contacts["language"] if "language" in contacts.columns else noted
    return contacts.assign(language=given.fillna(noted))
