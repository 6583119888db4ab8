"""Read a log by a release: its topics, its links, its risks; nothing is learnt.

Enters: a release and cleaned contacts as of a moment. Leaves: a casebook, and a risk of
every contact whose moment has come. It is the one way that a release is used by: for the
nightly list, for the replay of past months, and behind a served model.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import RawLog
from fcr_ml.features import Features, build_features
from fcr_ml.features.described import Feature
from fcr_ml.frames import Casebook
from fcr_ml.notes.table import NoteMemory
from fcr_ml.releases.release import Release
from fcr_ml.risk.reasons import explain
from fcr_ml.stages import Progress, silent

REASONS = ("reason_1", "reason_2", "reason_3")


def read_by(
    release: Release,
    contacts: pd.DataFrame,
    as_of: pd.Timestamp,
    folder: Path,
    cache_folder: Path | None = None,
    memory: NoteMemory | None = None,
    progress: Progress = silent,
) -> Casebook:
    """Build the casebook of a log as a release sees it.

    Parameters
    ----------
    release : Release
    contacts : pandas.DataFrame
        CONTACTS, cleaned; nothing in it is later than ``as_of``.
    as_of : pandas.Timestamp
        UTC.
    folder : pathlib.Path
        Where the casebook goes.
    cache_folder : pathlib.Path, optional
        Where vectors are kept; the usual place by default.
    memory, progress
        As in :meth:`~fcr_ml.assembly.CasebookBuilder.read`.
    """
    builder = _builder(release)
    if cache_folder is not None:
        builder = replace(builder, cache_folder=cache_folder)
    casebook = builder.read(contacts, as_of, folder, release.learnt, progress, memory)
    return casebook


def _builder(release: Release) -> CasebookBuilder:
    """Give the builder of a release's settings, of the main window alone."""
    settings: Mapping[str, Any] = release.settings["casebook"]
    return CasebookBuilder(**{**settings, "windows": (settings["window"],)})


def features_of(release: Release, casebook: Casebook) -> Features:
    """Give the features of a casebook as a release's scorer knows them."""
    moment = release.settings["risk"].get("moment", "end")
    features = build_features(casebook, moment=moment)
    known = {feature.name for feature in features.described}
    unseen = [feature for feature in release.described if feature.name not in known]
    nothing = pd.DataFrame(np.nan, index=features.frame.index, columns=_columns(unseen))
    frame = pd.concat([features.frame, nothing], axis=1)
    return replace(features, frame=frame, described=(*features.described, *unseen))


def _columns(unseen: list[Feature]) -> list[str]:
    """Name the columns of features that this log cannot give: missing everywhere."""
    return [f.name for f in unseen] + [f.closed for f in unseen if f.of]


def score_log(
    release: Release,
    contacts: pd.DataFrame,
    as_of: pd.Timestamp | None = None,
    cache_folder: Path | None = None,
) -> pd.DataFrame:
    """Score the contacts of a log, and say why.

    Parameters
    ----------
    release : Release
    contacts : pandas.DataFrame
        A contact log as it was exported, history included: what a contact's customer, queue
        and topic did before is read from it and from nowhere else.
    as_of : pandas.Timestamp, optional
        UTC; the end of the last day of usual volume by default.
    cache_folder : pathlib.Path, optional
        Where vectors are kept; the usual place by default.

    Returns
    -------
    pandas.DataFrame
        ``contact_id``, ``risk`` and ``reason_1`` to ``reason_3`` of every contact whose
        moment has come, in the order of ``contact_id``.

    Raises
    ------
    DataError
        When columns are missing or times cannot be read; all faults at once.
    """
    settings = release.settings
    attributes = settings["casebook"].get("attributes") or None
    reading = {**settings["contacts"], "attributes": attributes, "as_of": as_of}
    raw = RawLog(contacts.reset_index(drop=True), ["contacts"], [], row_counts=[len(contacts)])
    log = clean_log(raw, **reading)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "casebook"
        casebook = read_by(release, log.contacts, log.as_of, place, cache_folder)
        features = features_of(release, casebook)
    rows = features.frame.sort_values("contact_id", ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=["contact_id", "risk", *REASONS])
    told = explain(rows, release.scorer.contributions(rows), features, release.topic_names)
    risks = release.scorer.risk(rows).round(6)
    return pd.concat([rows[["contact_id"]].assign(risk=risks), told], axis=1)
