"""One month: fit a challenger, replay the past months, and judge it.

Enters: a log that can be read as of any day, a recipe, and a shelf. Leaves: a release on
the shelf and a decision. Whatever has been finished is found again by the next run, so a
run that was stopped at any moment is gone on with and ends as an undisturbed one.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.backtest.readings import Reading, Readings, compare_readings, labels_of, tell_reading
from fcr_ml.backtest.verdict import Verdict, judge_challenger
from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.read import RawLog
from fcr_ml.notes.table import NoteMemory
from fcr_ml.releases.fit import Recipe, fit_release, release_name
from fcr_ml.releases.release import Release
from fcr_ml.releases.shelf import READINGS, Shelf
from fcr_ml.stages import Progress, silent

log = logging.getLogger(__name__)

REPLAYS = "replays"


@dataclass
class LogByDay:
    """A contact log as it was known on any day.

    Parameters
    ----------
    raw : RawLog
    recipe : Recipe
        Says how columns and times are read.
    """

    raw: RawLog
    recipe: Recipe
    _known: dict[pd.Timestamp, CleanLog] = field(default_factory=dict)

    def as_of(self, day: pd.Timestamp) -> CleanLog:
        """Give the log as it was known at a moment."""
        if day not in self._known:
            self._known[day] = clean_log(self.raw, **self.recipe.contacts, as_of=day)
        return self._known[day]


@dataclass(frozen=True)
class Decision:
    """What a month has decided.

    Parameters
    ----------
    as_of : str
        The month's moment, ISO 8601.
    challenger : str
        The release that was fitted.
    champion : str or None
        The one in use until then.
    months : tuple of tuple of str
        First and last moment of the months that were replayed, and the releases that
        stood for the challenger and the champion in them.
    verdict : Verdict
    """

    as_of: str
    challenger: str
    champion: str | None
    months: tuple[tuple[str, str, str, str], ...]
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain numbers and words."""
        return asdict(self)


@dataclass
class Retraining:
    """Monthly retraining over one shelf.

    Parameters
    ----------
    logs : LogByDay
    recipe : Recipe
    shelf : Shelf
    months : int
        Most past months that are replayed.
    acted_on : collection of str
        Contacts that were helped because they were flagged; never learned from.
    progress : callable
        Hears how far long stages have come.
    """

    logs: LogByDay
    recipe: Recipe
    shelf: Shelf
    months: int = 3
    acted_on: Collection[str] = ()
    progress: Progress = silent

    def __post_init__(self) -> None:
        """Open the readings, and the shelf of releases that are fitted for replays alone."""
        self.memory = NoteMemory()
        keep = self.recipe.builder.cache_folder
        self.readings = Readings(self.shelf.folder / READINGS, keep, self.memory)
        self.replays = Shelf(self.shelf.folder / REPLAYS)

    def run(self, as_of: pd.Timestamp) -> Decision:
        """Fit the challenger of a moment and judge it against the release then in use.

        Nothing is promoted; that is the caller's.
        """
        was = self.shelf.champion_before(as_of)
        champion = None if was is None else self.shelf.open(was)
        challenger = self.fit(as_of, champion, self.shelf)
        if champion is None:
            why = "There was no release to compare with; " + _told_alone(challenger)
            verdict = Verdict("promote", why, (), {})
            return Decision(as_of.isoformat(), challenger.name, None, (), verdict)
        spans = past_months(as_of, self.months, champion.as_of)
        stand_ins = [self.stand_in(begin, champion) for begin, _ in spans]
        told = tuple(
            (begin.isoformat(), end.isoformat(), release.name, champion.name)
            for (begin, end), release in zip(spans, stand_ins, strict=True)
        )
        if all(release.name == champion.name for release in stand_ins):
            why = (
                "Refitted as of the months that can be replayed, the challenger is the champion "
                "itself: it was fitted no earlier."
            )
            verdict = Verdict("too close", why, (), {})
        else:
            verdict = self._judge(as_of, challenger, champion, spans, stand_ins)
        return Decision(as_of.isoformat(), challenger.name, champion.name, told, verdict)

    def fit(self, as_of: pd.Timestamp, forerunner: Release | None, shelf: Shelf) -> Release:
        """Give the release of a moment; it is fitted where it is not on the shelf yet."""
        known = self.logs.as_of(as_of)
        before = None if forerunner is None else forerunner.name
        name = release_name(known, self.recipe, before, self.acted_on)
        if shelf.has(name) and self.readings.has(name, known):
            return shelf.open(name)
        with tempfile.TemporaryDirectory() as folder:
            fitted = fit_release(
                known,
                self.recipe,
                Path(folder) / "casebook",
                forerunner,
                self.acted_on,
                self.memory,
                self.progress,
            )
            told = tell_reading(fitted.release, fitted.casebook, fitted.studied.features)
        self.readings.keep(told, name, known)
        shelf.put(fitted.release)
        return shelf.open(name)

    def stand_in(self, as_of: pd.Timestamp, champion: Release) -> Release:
        """Give the release that this recipe gave, or gives, as of a past moment."""
        fingerprint, day = self.recipe.fingerprint(), f"{as_of:%Y-%m-%d}"
        for shelf in (self.shelf, self.replays):
            for name in (name for name in shelf.names if name.startswith(day)):
                release = shelf.open(name)
                if release.told["recipe"] == fingerprint and release.as_of == as_of:
                    return release
        earlier = self.shelf.champion_before(as_of)
        forerunner = None if earlier is None else self.shelf.open(earlier)
        return self.fit(as_of, forerunner, self.replays)

    def reading(self, release: Release, as_of: pd.Timestamp) -> Reading:
        """Give what a release says of the log as of a moment."""
        return self.readings.of(release, self.logs.as_of(as_of))

    def _judge(
        self,
        as_of: pd.Timestamp,
        challenger: Release,
        champion: Release,
        spans: list[tuple[pd.Timestamp, pd.Timestamp]],
        stand_ins: list[Release],
    ) -> Verdict:
        """Pool the months in which the two differ; what is known as of now says what came."""
        labels = labels_of(self.reading(challenger, as_of))
        parts = [
            compare_readings(
                self.reading(champion, end), self.reading(stand_in, end), labels, begin, end
            )
            for (begin, end), stand_in in zip(spans, stand_ins, strict=True)
            if stand_in.name != champion.name
        ]
        compared, pairs = (pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True))
        return judge_challenger(compared, pairs)


def past_months(
    as_of: pd.Timestamp, count: int, since: pd.Timestamp
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Give the latest months before a moment that begin no earlier than another.

    Examples
    --------
    >>> july, may = pd.Timestamp("2025-07-01", tz="UTC"), pd.Timestamp("2025-05-01", tz="UTC")
    >>> [f"{begin:%b} to {end:%b}" for begin, end in past_months(july, 6, may)]
    ['May to Jun', 'Jun to Jul']
    """
    ends = [as_of - pd.DateOffset(months=back) for back in range(count + 1)]
    spans = zip(ends[1:], ends[:-1], strict=True)
    return sorted((begin, end) for begin, end in spans if begin >= since)


def _told_alone(release: Release) -> str:
    """Say what the first release was found to be worth on its own latest contacts."""
    figures = release.told["figures"]
    for tried in figures["tried"]:
        if tried["scorer"] == figures["chosen"]:
            return (
                f"on its own latest {tried['contacts']:,.0f} closed contacts '{figures['chosen']}' "
                f"has AUC {tried['auc']:.3f} ({tried['auc_low']:.3f} to {tried['auc_high']:.3f})."
            )
    return "its log is too small or short to try it; a counting rule is used until then."
