"""What a release says of a log as of a day: kept, so that no month is read twice.

Enters: a release and a log as of a day. Leaves: risk, rule, topic and label of every
contact whose moment had come, and the probability of every pair. Files appear whole or
not at all; they hold ids and numbers, and no word of a note.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.contacts.clean import CleanLog
from fcr_ml.features import Features
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import replaced_folder
from fcr_ml.notes.table import NoteMemory
from fcr_ml.releases.fit import fingerprint_log
from fcr_ml.releases.reading import features_of, read_by
from fcr_ml.releases.release import Release
from fcr_ml.risk.rows import closed_rows

CONTACTS, PAIRS = "contacts.parquet", "pairs.parquet"
_KEPT = ("contact_id", "customer_id", "moment_epoch", "earlier_contacts")
_GROUPS = ("language", "channel")


@dataclass(frozen=True, eq=False)
class Reading:
    """What a release says of a log.

    Parameters
    ----------
    contacts : pandas.DataFrame
        By ``contact_id``: ``customer_id``, ``moment_epoch``, ``earlier_contacts``,
        ``language`` and ``channel`` where the log has them, ``risk``, ``rule``,
        ``topic_id``, and ``repeated_probability`` of the contacts that had closed.
    pairs : pandas.DataFrame
        ``contact_id follow_up_id link_probability``.
    """

    contacts: pd.DataFrame
    pairs: pd.DataFrame


def tell_reading(release: Release, casebook: Casebook, features: Features) -> Reading:
    """Give what a release says of a casebook that it has made.

    Parameters
    ----------
    release : Release
    casebook : Casebook
    features : Features
        Of the same casebook, as :func:`~fcr_ml.releases.reading.features_of` gives them.
    """
    rows = features.frame
    contacts = rows[[*_KEPT, *(name for name in _GROUPS if name in rows.columns)]].copy()
    contacts["risk"] = release.scorer.risk(rows)
    contacts["rule"] = release.rule.risk(rows)
    topics = casebook.table("topics", ["contact_id", "topic_id"])
    closed = closed_rows(casebook, features)[["contact_id", "repeated_probability"]]
    for told in (topics, closed):
        contacts = contacts.merge(told.astype({"contact_id": object}), on="contact_id", how="left")
    pairs = casebook.table("links", ["contact_id", "follow_up_id", "link_probability"])
    return Reading(contacts.sort_values("contact_id", ignore_index=True), pairs)


@dataclass
class Readings:
    """Readings under a models folder.

    Parameters
    ----------
    folder : pathlib.Path
    cache_folder : pathlib.Path, optional
        Where vectors are kept.
    memory : NoteMemory
        Notes that were read in this run.
    """

    folder: Path
    cache_folder: Path | None
    memory: NoteMemory

    def of(self, release: Release, log: CleanLog) -> Reading:
        """Read a log by a release, unless that has been done before."""
        place = self._place(release.name, log)
        if not (place / PAIRS).exists():
            with tempfile.TemporaryDirectory() as folder:
                casebook = read_by(
                    release,
                    log.contacts,
                    log.as_of,
                    Path(folder) / "casebook",
                    self.cache_folder,
                    self.memory,
                )
                told = tell_reading(release, casebook, features_of(release, casebook))
            self._write(told, place)
        return Reading(pd.read_parquet(place / CONTACTS), pd.read_parquet(place / PAIRS))

    def has(self, name: str, log: CleanLog) -> bool:
        """Say whether a log has been read by a release of that name."""
        return (self._place(name, log) / PAIRS).exists()

    def keep(self, reading: Reading, name: str, log: CleanLog) -> None:
        """Keep the reading of the log that a release was fitted on."""
        self._write(reading, self._place(name, log))

    def _place(self, name: str, log: CleanLog) -> Path:
        moment = f"{log.as_of:%Y-%m-%dT%H%M%S}"
        return self.folder / name / f"{moment}-{fingerprint_log(log.contacts)[:8]}"

    def _write(self, reading: Reading, place: Path) -> None:
        with replaced_folder(place) as beside:
            reading.contacts.to_parquet(beside / CONTACTS, index=False)
            reading.pairs.to_parquet(beside / PAIRS, index=False)


def compare_readings(
    champion: Reading,
    challenger: Reading,
    labels: pd.Series,
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out what two releases say of the contacts of a month.

    Parameters
    ----------
    champion, challenger : Reading
        Of the same log as of the month's end.
    labels : pandas.Series
        ``repeated_probability`` by ``contact_id``; contacts without one are left out.
    begin, end : pandas.Timestamp
        UTC; the month.

    Returns
    -------
    compared, pairs : pandas.DataFrame
        As :func:`~fcr_ml.backtest.verdict.judge_challenger` takes them.
    """
    rows = challenger.contacts
    inside = rows["moment_epoch"].between(begin.timestamp(), end.timestamp(), inclusive="left")
    known = rows["contact_id"].map(labels)
    rows = rows[inside & known.notna()].assign(repeated_probability=known)
    rows = rows.rename(columns={"risk": "challenger", "topic_id": "challenger_topic_id"})
    other = champion.contacts[["contact_id", "risk", "topic_id"]]
    other = other.rename(columns={"risk": "champion", "topic_id": "champion_topic_id"})
    compared = rows.merge(other, on="contact_id", how="inner")
    keys = ["contact_id", "follow_up_id"]
    both = champion.pairs.merge(
        challenger.pairs, on=keys, how="outer", suffixes=("_champion", "_challenger")
    )
    both = both[both["contact_id"].isin(compared["contact_id"])]
    pairs = pd.DataFrame(
        {
            name: both[f"link_probability_{name}"].astype(float).fillna(0.0)
            for name in ("champion", "challenger")
        }
    )
    return compared, pairs.reset_index(drop=True)


def labels_of(reading: Reading) -> pd.Series:
    """Give the label of every closed contact of a reading, by ``contact_id``."""
    closed = reading.contacts.dropna(subset=["repeated_probability"])
    values = closed["repeated_probability"].to_numpy(np.float64)
    return pd.Series(values, index=closed["contact_id"].to_numpy(object))
