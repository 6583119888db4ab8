"""One month: fit a challenger, replay the past months, and judge it.

Enters: a log that can be read as of any day, a recipe, and a shelf. Leaves: a release on
the shelf and a decision. Whatever has been finished is found again by the next run, so a
run that was stopped at any moment is gone on with and ends as an undisturbed one.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.backtest.readings import Reading, Readings, compare_readings, labels_of, tell_reading
from fcr_ml.backtest.verdict import Verdict, judge_challenger
from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.read import RawLog
from fcr_ml.errors import OldReleaseError, StorageError
from fcr_ml.frames.conform import empty
from fcr_ml.frames.flagged import ACTED
from fcr_ml.notes.table import NoteMemory
from fcr_ml.releases.fit import Recipe, fit_release, release_name
from fcr_ml.releases.release import Release
from fcr_ml.releases.shelf import READINGS, REPLAYS, Shelf
from fcr_ml.risk.evaluate import TOO_GOOD
from fcr_ml.risk.record import helped_by
from fcr_ml.stages import Progress, silent


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
    acted : pandas.DataFrame
        ACTED: contacts that were helped because they were flagged. They are neither learned
        from nor judged by, from the moment on that they were helped.
    progress : callable
        Hears how far long stages have come.
    """

    logs: LogByDay
    recipe: Recipe
    shelf: Shelf
    months: int = 3
    acted: pd.DataFrame = field(default_factory=lambda: empty(ACTED))
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
        try:
            champion = None if was is None else self.shelf.open(was)
        except OldReleaseError as fault:
            challenger = self.fit(as_of, None, self.shelf)
            why = f"It cannot be compared with the release in use. {fault}"
            return Decision(as_of.isoformat(), challenger.name, was, (), _alone(challenger, why))
        challenger = self.fit(as_of, champion, self.shelf)
        if champion is None:
            verdict = _alone(challenger, "There was no release to compare with")
            return Decision(as_of.isoformat(), challenger.name, None, (), verdict)
        if _question(challenger) != _question(champion):
            verdict = Verdict("keep", _other_question(challenger, champion), (), {})
            return Decision(as_of.isoformat(), challenger.name, champion.name, (), verdict)
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
        """Give the release of a moment; it is fitted where it does not lie here whole yet."""
        known, helped = self.logs.as_of(as_of), helped_by(self.acted, as_of)
        before = None if forerunner is None else forerunner.name
        name = release_name(known, self.recipe, before, helped)
        for place in (self.shelf, shelf):
            if place.has(name) and self.readings.has(name, known):
                # A damaged one is fitted again, to the same bytes.
                with suppress(StorageError):
                    return place.open(name)
        with tempfile.TemporaryDirectory() as folder:
            fitted = fit_release(
                known,
                self.recipe,
                Path(folder) / "casebook",
                forerunner,
                helped,
                self.memory,
                self.progress,
            )
            told = tell_reading(fitted.release, fitted.casebook, fitted.studied.features)
        self.readings.keep(told, name, known)
        shelf.put(fitted.release)
        return shelf.open(name)

    def stand_in(self, as_of: pd.Timestamp, champion: Release) -> Release:
        """Give the release that this recipe gave, or gives, as of a past moment."""
        if champion.as_of == as_of and champion.told["recipe"] == self.recipe.fingerprint():
            return champion
        earlier = self.shelf.champion_before(as_of)
        forerunner = None if earlier is None else self.shelf.open(earlier)
        return self.fit(as_of, forerunner, self.replays)

    def labels(self, release: Release, as_of: pd.Timestamp) -> pd.Series:
        """Give what came of every contact that nobody helped, as a release reads it."""
        known = labels_of(self.reading(release, as_of))
        return known[~known.index.isin(helped_by(self.acted, as_of))]

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
        labels = self.labels(challenger, as_of)
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


def _question(release: Release) -> tuple[str, ...]:
    """Give what a release's risks are risks of."""
    casebook = release.settings["casebook"]
    asked = (casebook["reading"], casebook["window"], casebook["window_from"])
    return (*map(str, asked), release.settings["risk"].get("moment", "end"))


_QUESTION = ("the reading", "the window", "the beginning of the window", "the moment")


def _other_question(challenger: Release, champion: Release) -> str:
    asked = zip(_QUESTION, _question(challenger), _question(champion), strict=True)
    other = [f"{name} is {now} here and {was} there" for name, now, was in asked if now != was]
    return (
        f"The challenger and the release in use tell risks of different things ({'; '.join(other)}"
        "), so neither can be judged by what came of the other. A person may take it into use."
    )


def _alone(challenger: Release, why: str) -> Verdict:
    """Judge a release that there is nothing to compare with by its own test."""
    figures = challenger.told["figures"]
    for tried in figures["tried"]:
        if tried["scorer"] == figures["chosen"]:
            told = (
                f"{why}; on its own latest {tried['contacts']:,.0f} closed contacts "
                f"'{figures['chosen']}' has AUC {tried['auc']:.3f} ({tried['auc_low']:.3f} to "
                f"{tried['auc_high']:.3f})"
            )
            if tried["auc"] > TOO_GOOD:
                return Verdict("keep", f"{told}: {_LOOK_FIRST}.", (), {})
            return Verdict("promote", f"{told}.", (), {})
    too_small = "its log is too small or short to try it; a counting rule is used until then"
    return Verdict("promote", f"{why}; {too_small}.", (), {})


_LOOK_FIRST = (
    "too good to be true. Look for a column that is filled in after the moment; if there is none, "
    "take it into use by hand"
)
