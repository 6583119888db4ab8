"""A release behind a served model: contacts as they were sent in, risk and reasons out.

Enters: a release folder, and rows under the declared names. Leaves: the same scores that
:func:`~fcr_ml.releases.reading.score_log` gives for a log. It learns nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from fcr_ml.features.moments import ATTRIBUTE
from fcr_ml.releases.reading import REASONS, score_log
from fcr_ml.releases.release import Release, open_release


def open_served(folder: Path) -> Release:
    """Open a release for rows that carry the declared names and the zone of their times.

    How the log that it learned from named its columns is left out: rows are sent under ours.
    """
    release = open_release(folder)
    settings = {**release.settings, "contacts": {}}
    return replace(release, told={**release.told, "settings": settings})


def sent_attributes(release: Release) -> dict[str, str]:
    """Give the further columns that a release reads, and whether each is text or a number."""
    numbers = {feature.name for feature in release.described}
    named = release.settings["casebook"].get("attributes") or {}
    return {name: "number" if ATTRIBUTE + name in numbers else "text" for name in named}


def score_sent(
    release: Release, contacts: pd.DataFrame, as_of: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Score contacts that were sent, each customer's earlier ones among them.

    Parameters
    ----------
    release : Release
        As :func:`open_served` gives it.
    contacts : pandas.DataFrame
        CONTACTS.
    as_of : pandas.Timestamp, optional
        UTC; by default the last instant that any row names.

    Returns
    -------
    pandas.DataFrame
        ``contact_id``, ``risk`` and three reasons of every contact whose moment has come.
    """
    if contacts.empty:
        return pd.DataFrame(columns=["contact_id", "risk", *REASONS])
    times = [contacts[name].max() for name in ("started_at", "ended_at") if name in contacts]
    moment = as_of or max(time for time in times if not pd.isna(time))
    kinds = sent_attributes(release)
    types = {"number": "Float64", "text": "string"}
    lacking = {
        name: pd.Series(pd.NA, index=contacts.index, dtype=types[kind])
        for name, kind in kinds.items()
        if name not in contacts
    }
    return score_log(release, contacts.assign(**lacking), moment)
