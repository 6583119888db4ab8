"""Prove that no feature looks ahead: take the future away and compute again.

Enters: a casebook and the moment of prediction. Leaves: the casebook as it would have been
at one contact's moment, and every feature value that differs between the two. An empty
answer is the proof. Topics and note vectors are taken as they are: they are fitted without
labels over the whole log, and are the one thing known to look ahead.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.features.build import build_features
from fcr_ml.features.described import Features
from fcr_ml.features.moments import Moment, epochs, known_when, moment_epochs
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.tables import CONTACTS

Build = Callable[[Casebook], Features]
"""What computes features of a casebook; :func:`build_features`, unless others are tried."""


def check_leaks(
    casebook: Casebook,
    contact_ids: Sequence[str],
    build: Build | None = None,
    features: Features | None = None,
    moment: Moment = "end",
) -> pd.DataFrame:
    """Compare features computed on everything with those computed at the moment.

    Parameters
    ----------
    casebook : Casebook
        As it is now.
    contact_ids : sequence of str
        Contacts whose moment has come; each costs one computation of all features.
    build : callable, optional
        Computes the features; ours of that moment by default.
    features : Features, optional
        Of the casebook as it is, where they are at hand.
    moment : {'end', 'start', 'live'}
        When risk is asked for.

    Returns
    -------
    pandas.DataFrame
        ``contact_id``, ``feature``, ``whole``, ``cut``: one row a value that
        differs. No rows: nothing leaks.
    """
    build = build or partial(build_features, moment=moment)
    features = build(casebook) if features is None else features
    whole = features.frame.set_index("contact_id")[features.names]
    differing = []
    for contact_id in contact_ids:
        with tempfile.TemporaryDirectory(prefix="fcr_ml-leaks-") as folder:
            past = cut_casebook(casebook, contact_id, Path(folder) / "past", moment)
            cut = build(past).frame.set_index("contact_id")
        values = pd.DataFrame(
            {"whole": whole.loc[contact_id], "cut": cut.loc[contact_id].reindex(features.names)}
        ).astype(np.float64)
        is_equal = (values["whole"] == values["cut"]) | values.isna().all(axis=1)
        values = values[~is_equal].rename_axis("feature").reset_index()
        differing.append(values.assign(contact_id=contact_id))
    columns = ["contact_id", "feature", "whole", "cut"]
    found = [values[columns] for values in differing if len(values)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def cut_casebook(
    casebook: Casebook, contact_id: str, folder: Path, moment: Moment = "end"
) -> Casebook:
    """Write the casebook as it was known at a contact's moment of prediction.

    Contacts begun in that second or later are gone; of those still running only
    what is known at the start remains; windows still running are open, whatever
    became of them.

    Parameters
    ----------
    casebook : Casebook
        As it is now.
    contact_id : str
        A contact whose moment has come. It keeps what is known by then: at its end
        everything, while it is open its note and topic, at its start neither.
    folder : pathlib.Path
        Where to write.
    moment : {'end', 'start', 'live'}
        When risk is asked for.

    Returns
    -------
    Casebook
    """
    contacts = casebook.table("contacts")
    starts, ends = epochs(contacts["started_at"]), moment_epochs(contacts, casebook.as_of)
    is_own = (contacts["contact_id"] == contact_id).to_numpy(dtype=bool)
    cut = int((ends if moment == "end" else starts)[is_own].iloc[0])
    has_begun = (starts < cut).to_numpy(dtype=bool) | is_own
    has_ended = (ends < cut).fillna(False).to_numpy(dtype=bool)
    has_ended = (has_ended | is_own) if moment == "end" else (has_ended & ~is_own)
    has_note = has_ended | (is_own & (moment == "live"))
    noted_ids = contacts["contact_id"][has_note]
    tables = {"contacts": _without_ends(casebook, contacts, ~has_ended, moment)[has_begun]}
    for name in set(casebook.table_names) & {"notes", "topics"}:
        table = casebook.table(name)
        tables[name] = table[table["contact_id"].isin(noted_ids).to_numpy(dtype=bool)]
    if "topic_cards" in casebook.table_names:
        tables["topic_cards"] = casebook.table("topic_cards")
    outcomes = casebook.table("outcomes")
    has_begun_ids = contacts["contact_id"][has_begun]
    outcomes = outcomes[outcomes["contact_id"].isin(has_begun_ids).to_numpy(dtype=bool)]
    tables["outcomes"] = _reopened(outcomes, cut)
    # One second on, so that the contact's own moment has come as of then.
    as_of = pd.Timestamp(cut + 1, unit="s", tz="UTC")
    return write_casebook(folder, tables, as_of, casebook.settings)


def _without_ends(
    casebook: Casebook, contacts: pd.DataFrame, running: np.ndarray, moment: Moment
) -> pd.DataFrame:
    """Blank what running contacts do not know yet, and what nobody knows until later."""
    told = {*CONTACTS.columns, *casebook.settings.get("attributes", {})}
    contacts = contacts.copy()
    for name in contacts.columns:
        when = known_when(casebook, name, moment) if name in told else "later"
        if when == "later":
            contacts[name] = contacts[name].mask(contacts["contact_id"].notna())
        elif when == "at_end":
            contacts[name] = contacts[name].mask(running)
    return contacts


def _reopened(outcomes: pd.DataFrame, moment: int) -> pd.DataFrame:
    """Give outcomes with every window that had not run out by then open again."""
    runs = ~(epochs(outcomes["closes_at"]) < moment).fillna(False).to_numpy(dtype=bool)
    reopened = outcomes.copy()
    reopened["is_closed"] = reopened["is_closed"] & ~runs
    reopened["outcome"] = reopened["outcome"].mask(runs, "open")
    reopened["repeated_probability"] = reopened["repeated_probability"].mask(runs, 0.0)
    for name in ("follow_up_id", "hours_to_return"):
        if name in reopened.columns:
            reopened[name] = reopened[name].mask(runs)
    return reopened
