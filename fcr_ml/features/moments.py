"""The moment of prediction of every contact, and the label that closes after it.

Enters: a casebook. Leaves: one row a contact with its moment, the columns that
are known by then and the label of the main reading and window. Nothing that a
contact's log says only later (a survey answer) is read.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook
from fcr_ml.frames.tables import CONTACTS, OUTCOMES

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


def read_contacts(casebook: Casebook) -> pd.DataFrame:
    """Give every contact with its moment, topic, language and label.

    Parameters
    ----------
    casebook : Casebook
        Read only; columns known ``later`` are not touched.

    Returns
    -------
    pandas.DataFrame
        One row a contact, by ``contact_id``. ``moment_epoch`` is null for a
        contact that has not ended. ``closes_epoch`` and ``repeats_millionths``
        are null unless the contact counts and its window has run out.
    """
    attributes = known_attributes(casebook)
    stored = casebook.columns("contacts")
    wanted = ["contact_id", "customer_id", "started_at", "ended_at", "case_id"]
    wanted += [*CATEGORIES, *_NUMBERS, *attributes]
    contacts = casebook.table("contacts", [name for name in wanted if name in stored])
    # The prefix keeps a log's own column names apart from those of features.
    contacts = contacts.rename(columns={name: ATTRIBUTE + name for name in attributes})
    contacts["started_epoch"] = epochs(contacts["started_at"])
    contacts["moment_epoch"] = moment_epochs(contacts, casebook.as_of)
    contacts = _with_topics(casebook, _with_language(casebook, contacts))
    contacts = contacts.merge(_labels(casebook), on="contact_id", how="left")
    return contacts.sort_values("contact_id", ignore_index=True)


def known_attributes(casebook: Casebook) -> list[str]:
    """Names of the extra columns that the settings name as known by the end."""
    named = cast(dict[str, str], casebook.settings.get("attributes", {}))
    stored = set(casebook.columns("contacts")) - set(CONTACTS.columns)
    return sorted(name for name, known in named.items() if known != "later" and name in stored)


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
