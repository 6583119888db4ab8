"""What is watched of every contact: columns, topic, note, risk, and what came back.

Enters: a release, and a casebook that was read by it. Leaves: plain rows, so that any
earlier moment can be looked at without another reading.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.features import Features
from fcr_ml.features.described import Feature
from fcr_ml.features.moments import epochs
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.releases.release import Release
from fcr_ml.risk.rows import followed_rows

CATEGORIES = ("channel", "queue", "product", "reason_code", "language")
"""Columns whose values are compared and may be named; people are not among them."""

WEIGHED = 5
"""Features that are watched: those that move risks most."""

_WEIGHED_ROWS = 20_000
_KEYS = ("contact_id", "customer_id", "started_at")
_SHORT_LOOKS = ("_7d", "_30d", "_while_running")


@dataclass(frozen=True, eq=False)
class WatchRows:
    """A log as a release sees it, ready to be watched as of any moment.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a contact: ``contact_id customer_id started_epoch``, the columns the release
        used, ``words topic_id`` of its note, the features weighed most; ``risk
        moment_epoch closes_epoch return_hours repeated_probability`` where its outcome is
        one to be foreseen, NaN elsewhere.
    used : tuple of str
        Columns of the log that the release learned from.
    weighed : tuple of str
        Features that the scorer weighs most.
    window_hours : float
        The main repeat window.
    """

    rows: pd.DataFrame
    used: tuple[str, ...]
    weighed: tuple[str, ...]
    window_hours: float

    @property
    def lacking(self) -> list[str]:
        """Columns that the release used and that the log does not have at all."""
        known = {*self.rows.columns, *_KEYS}
        return [name for name in self.used if name not in known]

    @property
    def emptied(self) -> list[str]:
        """Columns that the release used and that have no value in any row of the log.

        A note column that the log does not have is among them: the casebook has it always.
        """
        there = [name for name in self.used if name in self.rows.columns]
        return [name for name in there if self.rows[name].isna().all()]

    def until(self, epoch: int) -> WatchRows:
        """Give what had begun by a second; returns later than it are none."""
        rows = self.rows[(self.rows["started_epoch"] < epoch).to_numpy(dtype=bool)]
        came_at = rows["moment_epoch"] + rows["return_hours"] * 3_600
        is_later = (came_at >= epoch).to_numpy(dtype=bool)
        is_running = (rows["moment_epoch"] >= epoch).to_numpy(dtype=bool)
        rows = rows.assign(
            return_hours=rows["return_hours"].mask(is_later),
            repeated_probability=rows["repeated_probability"].mask(is_later, 0.0),
            risk=rows["risk"].mask(is_running),
        )
        return WatchRows(rows, self.used, self.weighed, self.window_hours)


def watch_rows(
    release: Release, casebook: Casebook, features: Features, acted_on: Collection[str] = ()
) -> WatchRows:
    """Lay out a casebook for the watch.

    Parameters
    ----------
    release : Release
    casebook : Casebook
        Read by it.
    features : Features
        Of the casebook, as :func:`~fcr_ml.releases.reading.features_of` gives them.
    acted_on : collection of str
        Contacts that were helped; their returns say nothing of their risk.
    """
    used = tuple(n for n in release.told["log"]["columns"] if n in CONTACTS.columns)
    rows = _told(casebook, used)
    scored = followed_rows(casebook, features, casebook.as_of, acted_on)
    known = ["moment_epoch", "closes_epoch", "return_hours", "repeated_probability"]
    weighed = _weighed(release, features)
    outcomes = scored[["contact_id", *known]].assign(risk=release.scorer.risk(scored))
    others = [name for name in weighed if name not in rows.columns]
    for told in (outcomes, features.frame[["contact_id", *others]]):
        rows = rows.merge(told.astype({"contact_id": object}), on="contact_id", how="left")
    window = RepeatWindow.parse(casebook.settings["window"]).hours
    return WatchRows(rows, used, tuple(weighed), float(window))


def _told(casebook: Casebook, used: tuple[str, ...]) -> pd.DataFrame:
    """Give the columns of contacts, their notes and topics."""
    contacts = casebook.table("contacts")
    texts = ("note", "resolution_note")
    names = [n for n in used if n in contacts.columns and n not in (*_KEYS, *texts)]
    rows = contacts[["contact_id", "customer_id", *names]].astype({"contact_id": object})
    rows = rows.assign(started_epoch=epochs(contacts["started_at"]))
    if "notes" in casebook.table_names:
        notes = casebook.table("notes", ["contact_id", "words", "language", *texts])
        # Whether there is one, never what it says.
        notes = notes.assign(**{n: notes[n].notna().where(notes[n].notna()) for n in texts})
        notes = notes.rename(columns={"language": "language of notes"})
        rows = rows.merge(notes.astype({"contact_id": object}), on="contact_id", how="left")
        rows = rows.drop(columns=[n for n in texts if n not in used])
    topics = casebook.table("topics", ["contact_id", "topic_id"])
    return rows.merge(topics.astype({"contact_id": object}), on="contact_id", how="left")


def _weighed(release: Release, features: Features) -> list[str]:
    """Name the features that move risks most, those that drift by their making left out."""
    described = {f.name: f for f in features.described if _is_compared(f)}
    sample = features.frame.tail(_WEIGHED_ROWS)
    if sample.empty:
        return []
    shares = release.scorer.contributions(sample)
    names = [name for name in shares.columns if name in described]
    moved = np.std(shares[names].to_numpy(np.float64), axis=0)
    return [name for _, name in sorted(zip(-moved, names, strict=True))][:WEIGHED]


def _is_compared(feature: Feature) -> bool:
    """Say whether a feature stays as it is where nothing happens; rates so far do not."""
    if feature.of or feature.group in ("desk", "calendar", "wording"):
        return False
    return feature.group == "contact" or feature.name.endswith(_SHORT_LOOKS)
