"""Whether the release in use still fits the log: the latest week against those before it.

Enters: plain rows of a log as a release sees it, and a moment. Leaves: ``RELEASE_WATCH``,
one row a thing compared, and a verdict. The log's own usual movement is the yardstick, and
chance; no clock is asked, so the same log as of the same moment says the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.backtest.watch_returns import compare_returns
from fcr_ml.backtest.watch_rows import CATEGORIES, WatchRows
from fcr_ml.frames.conform import conform
from fcr_ml.frames.release_watch import RELEASE_WATCH
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.measures.drift import measure_drift
from fcr_ml.measures.weeks import (
    FEWEST_WEEKS,
    Weeks,
    fall_by_chance,
    new_values,
    psi_distance,
    rise_distance,
    volume_distance,
)

FINE, LOOK, RETRAIN = "fine", "look", "retrain"

MARGIN = 1.5
"""So many times its own largest movement a figure must move to be told."""

LEAST_VOLUME, LEAST_SHARE, LEAST_NEW, LEAST_INDEX = float(np.log(1.3)), 0.1, 0.05, 0.1
"""Smaller movements change no list: volume by less than 30 %, a share by less than ten
points, new values on less than 5 % of contacts, an index under 0.1."""

UNREADABLE = 0.25
"""So many points more contacts without a topic, and the release reads the log badly."""

SIGMAS = 4.0
FEWEST_A_WEEK = 30
BINS = 10

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Look:
    """A log cut at a moment: its rows, their weeks, and who was settled by their week's end."""

    watched: WatchRows
    rows: pd.DataFrame
    weeks: Weeks
    settled: Weeks
    as_of: int

    @classmethod
    def of(cls, watched: WatchRows, as_of: pd.Timestamp, seam: pd.Timestamp) -> _Look:
        now = int(as_of.timestamp())
        cut = watched.until(now)
        rows = cut.rows.reset_index(drop=True)
        starts = rows["started_epoch"].to_numpy(np.int64)
        weeks = Weeks.of(starts, now, int(seam.timestamp()))
        # What ends late is not known yet in the latest week, so it does not count in any.
        ends = now - weeks.numbers * 604_800
        moments = rows["moment_epoch"].to_numpy(np.float64, na_value=np.inf)
        settled = np.where(moments < ends, weeks.numbers, -1)
        return cls(cut, rows, weeks, Weeks(settled, weeks.reference), now)

    def pair(self, weeks: Weeks, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give customers and values of the reference, and of the latest week."""
        rows = self.rows[["customer_id", name]]
        before = np.isin(weeks.numbers, weeks.reference)
        return rows[before], rows[weeks.numbers == 0]

    def alike(self, weeks: Weeks, which: Collection[int] = (0,)) -> float:
        """Give by how much contacts of one customer widen counts of a week, 1 or more.

        The sum of squares of customers' contacts in a week over their sum.
        """
        is_there = np.isin(weeks.numbers, list(which))
        whose = [self.rows["customer_id"][is_there], weeks.numbers[is_there]]
        own = self.rows[is_there].groupby(whose, sort=False).size().to_numpy(np.float64)
        return max(float(own @ own / own.sum()), 1.0) if len(own) else 1.0


def watch_release(
    watched: WatchRows,
    as_of: pd.Timestamp,
    seam: pd.Timestamp,
    topic_names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Compare the latest week with the weeks before a release.

    Parameters
    ----------
    watched : WatchRows
        What begins at ``as_of`` or later is not looked at.
    as_of : pandas.Timestamp
        UTC.
    seam : pandas.Timestamp
        The release's own moment: the reference ends there.
    topic_names : mapping of str to str, optional
        By topic id.

    Returns
    -------
    pandas.DataFrame
        ``RELEASE_WATCH``, worst first. Of a log with fewer than four whole weeks before the
        seam only the columns it lacks, and that its history does; of one without a contact
        in the latest week only what it lacks, and its volume.

    Notes
    -----
    Each figure d of the latest week against up to sixteen weeks before the seam is told where
    ``d > max(1.5 u, c, m)``. u, its usual movement, is the largest of the same figure over those
    weeks themselves, each against all the others and each against those that lie as far before
    it as the latest week lies behind the seam. c is what chance passes in 1 of 1,000 looks or
    rarer, contacts of one customer counted as alike: four standard errors, of a fall those of
    what was to be expected, the limit of :func:`~fcr_ml.measures.drift.measure_drift`, or that
    of the returns. m is the least that would matter. u is the maximum of at most some thirty
    values that overlap, so that a movement like those before passes it in about 1 of 17
    independent weeks, and 1.5 times it far more rarely; how often in fact is measured in
    ``benchmarks/watch.py``. Indices grow with the square of a movement: for them the factor is
    1.5².
    """
    look = _Look.of(watched, as_of, min(seam, as_of))
    rows = [_lacking(n, f"the log has no column {n} any more") for n in look.watched.lacking]
    if as_of < seam or not look.weeks.is_enough:
        unseen = _stale(as_of, seam) if as_of < seam else _without_history(look.weeks)
        return _in_order([*rows, unseen])
    rows += [_lacking(n, f"{n} has no value anywhere in the log") for n in look.watched.emptied]
    rows += _volumes(look)
    if (look.weeks.numbers == 0).any():
        rows += _columns(look)
        told = {row["name"] for row in rows if row["verdict"] != FINE and row["kind"] == "column"}
        values = [_new_values(look, name) for name in _there(look, CATEGORIES)]
        rows += values
        told |= {row["name"] for row in values if row["verdict"] != FINE}
        rows += [_mix(look, n, "mix") for n in _there(look, (*CATEGORIES, "language of notes"))]
        rows += _topics(look, topic_names or {})
        every = dict.fromkeys(("words", "risk", *look.watched.weighed))
        names = [name for name in every if name in look.rows]
        rows += [_mix(look, name, "number") for name in names]
        rows += compare_returns(look.watched, look.settled, look.as_of)
        # One thing is told once: an emptied column, or new values, and not its mix as well.
        rows = [r | _FINE if r["kind"] == "mix" and r["name"] in told else r for r in rows]
    return _in_order(rows)


def verdict_of(told: pd.DataFrame) -> str:
    """Give the worst verdict of a watch."""
    return max([FINE, *told["verdict"]], key=(FINE, LOOK, RETRAIN).index)


_FINE: Row = {"verdict": FINE, "why": None, "what_to_do": None}
_DO = {
    "volume": "find out what drives or stops contacts; check that the export is whole",
    "column": "mend the export; if the column is gone for good, run fcr retrain",
    "new values": "if these values are here to stay, run fcr retrain once some weeks hold them",
    "mix": "find out what changed; the release goes on, and learns it at the next fcr retrain",
    "topics": "read notes without a topic, or of the topic; if they stay, run fcr retrain",
    "number": "find out what changed; if it stays, run fcr retrain",
}


def _row(kind: str, name: str, value: str, figures: Row, why: str, worse: str = LOOK) -> Row:
    """Give a row of the table; it is told where its distance passes its limit."""
    row = {"kind": kind, "name": name, "value": value, **figures}
    if not figures["distance"] > figures["limit"]:
        return row | _FINE
    return row | {"verdict": worse, "why": why, "what_to_do": _DO[kind]}


def _lacking(name: str, why: str) -> Row:
    figures = {"lately": 0.0, "before": None, "distance": 1.0, "usual": None, "limit": 0.0}
    return _row("column", name, "all", figures, why, RETRAIN)


def _without_history(weeks: Weeks) -> Row:
    """Tell that nothing was compared: a watch that cannot see must not say fine."""
    held = f"{len(weeks.reference)} of the {FEWEST_WEEKS} whole weeks before the release"
    do = "give the log with its history; where there is none yet, run fcr retrain once there is"
    return _not_compared(f"the log holds {held} that are needed", do)


def _stale(as_of: pd.Timestamp, seam: pd.Timestamp) -> Row:
    """Tell that the log ends before the release was fitted."""
    why = f"the log ends on {as_of:%Y-%m-%d}, before the release's own moment, {seam:%Y-%m-%d}"
    return _not_compared(why, "give the log up to today; find out why the export is older")


def _not_compared(why: str, do: str) -> Row:
    figures = {"lately": None, "before": None, "distance": 1.0, "usual": None, "limit": 0.0}
    why = f"nothing was compared: {why}"
    return _row("volume", "history", "all", figures, why) | {"what_to_do": do}


def _there(look: _Look, names: tuple[str, ...]) -> list[str]:
    return [n for n in names if n in look.rows.columns and look.rows[n].notna().any()]


def _volumes(look: _Look) -> Iterator[Row]:
    """Compare contacts a week: of all, or where that is as usual, of channels and queues."""
    everything = np.zeros(len(look.rows), np.int64)
    whole = _volume(look, look.weeks.counts(everything, 1), "contacts", "all")
    yield whole
    for name in _there(look, ("channel", "queue")) if whole["verdict"] == FINE else []:
        codes, values = pd.factorize(look.rows[name], sort=True)
        table = look.weeks.counts(codes, len(values))
        for place, value in enumerate(values):
            if table[look.weeks.reference, place].mean() >= FEWEST_A_WEEK:
                yield _volume(look, table[:, [place]], name, str(value))


def _volume(look: _Look, table: np.ndarray, name: str, value: str) -> Row:
    lately, usual = look.weeks.compare(table, volume_distance)
    before = float(table[look.weeks.reference].mean())
    now = float(table[0].sum())
    if now < before:
        spread = look.alike(look.weeks, look.weeks.reference) * (1 + 1 / len(look.weeks.reference))
        chance = fall_by_chance(before, spread, SIGMAS)
    else:
        chance = SIGMAS * np.sqrt(look.alike(look.weeks) * (1 / max(now, 1) + 1 / max(before, 1)))
    limit = max(MARGIN * usual, chance, LEAST_VOLUME)
    figures = {"lately": now, "before": before, "distance": lately, "usual": usual, "limit": limit}
    what = "contacts" if value == "all" else f"contacts of {name} {value}"
    return _row("volume", name, value, figures, f"{now:,.0f} {what} in a week, {before:,.0f} usual")


def _columns(look: _Look) -> Iterator[Row]:
    """Compare how often each column that the release used has no value."""
    passed = {"contact_id", "customer_id", "ended_at", *look.watched.emptied}
    for name in look.watched.used:
        if name not in look.rows.columns or name in passed:
            continue
        known = CONTACTS.columns[name].known
        if known != "later":
            weeks = look.weeks if known == "at_start" else look.settled
            row, filled = _rise(look, weeks, look.rows[name].isna(), "column", name)
            why = (
                f"{name} has no value in {row['lately']:.0%} of contacts, {row['before']:.0%} usual"
            )
            is_gone = row["lately"] > 0.95 and filled > 0.3
            yield _row("column", name, "all", row, why, RETRAIN if is_gone else LOOK)


def _rise(look: _Look, weeks: Weeks, is_so: pd.Series, kind: str, name: str) -> tuple[Row, float]:
    """Give the figures of a share that may have risen, and its complement before."""
    table = weeks.counts(is_so.to_numpy(dtype=bool).astype(np.int64), 2)
    lately, usual = weeks.compare(table, rise_distance)
    before, now = table[weeks.reference].sum(axis=0), table[0]
    p = float(before[1] / max(before.sum(), 1))
    pooled = (before[1] + now[1]) / max(before.sum() + now.sum(), 1)
    spread = pooled * (1 - pooled) * look.alike(weeks)
    noise = np.sqrt(spread * (1 / max(now.sum(), 1) + 1 / max(before.sum(), 1)))
    limit = max(MARGIN * usual, SIGMAS * noise, LEAST_SHARE)
    share = float(now[1] / max(now.sum(), 1))
    figures = {"lately": share, "before": p, "distance": lately, "usual": usual, "limit": limit}
    return figures, 1 - p


def _new_values(look: _Look, name: str) -> Row:
    """Compare the share of contacts whose value was never seen before the release."""
    codes, values = pd.factorize(look.rows[name], sort=True)
    table = look.weeks.counts(codes, len(values))
    is_older = look.weeks.numbers >= look.weeks.reference[0]
    known = np.bincount(codes[is_older & (codes >= 0)], minlength=len(values)).astype(float)
    lately, usual = new_values(table, known, look.weeks)
    total = max(table[0].sum(), 1)
    limit = max(MARGIN * usual, LEAST_NEW, 10 * look.alike(look.weeks) / total)
    figures = {"lately": lately, "before": 0.0, "distance": lately, "usual": usual, "limit": limit}
    fresh = np.where(known <= 0, table[0], 0)
    named = [str(values[place]) for place in np.argsort(-fresh, kind="stable")[:3] if fresh[place]]
    why = f"{name} has values never seen before the release in {lately:.0%} of contacts"
    return _row("new values", name, "all", figures, f"{why}: {', '.join(named)}")


def _mix(look: _Look, name: str, kind: str, names: Mapping[str, str] | None = None) -> Row:
    """Compare how the values of a column, topic or number are spread."""
    is_settled = name == "risk" or name in look.watched.weighed or name == "reason_code"
    weeks = look.settled if is_settled else look.weeks
    values = look.rows[name]
    before, lately = look.pair(weeks, name)
    codes, bins = _bins(values, before[name])
    distance, usual = weeks.compare(weeks.counts(codes, bins), psi_distance)
    limit = max(MARGIN**2 * usual, LEAST_INDEX)
    figures: Row = {"lately": None, "before": None, "distance": distance, "usual": usual}
    why = ""
    if distance > limit:
        drift = measure_drift(before, lately, [name], level=0.999, bins=BINS).iloc[0]
        limit = limit if drift["verdict"] == "moved" else max(limit, distance)
        shares = {"lately": _number(drift["share"]), "before": _number(drift["share_before"])}
        figures |= shares
        most = drift["moved_most"]
        bin_ = (names or {}).get(str(most), str(most))
        if drift["verdict"] == "moved":
            now, then = drift["share"], drift["share_before"]
            why = f"{name} moved, most of all '{bin_}': {now:.0%} of contacts, {then:.0%} usual"
    return _row(kind, name, "all", figures | {"limit": limit}, why)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _bins(values: pd.Series, before: pd.Series) -> tuple[np.ndarray, int]:
    """Place values in bins: numbers between quantiles of the reference, others each alone."""
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if not is_number:
        codes, kept = pd.factorize(values, sort=True)
        return np.where(codes < 0, len(kept), codes), len(kept) + 1
    numbers = values.to_numpy(np.float64, na_value=np.nan)
    known = before.to_numpy(np.float64, na_value=np.nan)
    known = known[~np.isnan(known)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else known
    codes = np.where(np.isnan(numbers), len(cuts) + 1, np.searchsorted(cuts, numbers, side="left"))
    return codes, len(cuts) + 2


def _topics(look: _Look, names: Mapping[str, str]) -> Iterator[Row]:
    """Compare topics, and the contacts with a note of which the release knows no topic."""
    noted = look.rows.get("words", pd.Series(0, index=look.rows.index)).fillna(0).to_numpy() > 0
    if not noted.any():
        return
    weeks = Weeks(np.where(noted, look.weeks.numbers, -1), look.weeks.reference)
    row, _ = _rise(look, weeks, look.rows["topic_id"].isna(), "topics", "without topic")
    why = f"{row['lately']:.0%} of notes are of no topic, {row['before']:.0%} usual"
    worse = RETRAIN if row["distance"] >= UNREADABLE else LOOK
    yield _row("topics", "without topic", "all", row, why, worse)
    of_topics = _Look(look.watched, look.rows, weeks, weeks, look.as_of)
    yield _mix(of_topics, "topic_id", "topics", names) | {"name": "topics"}


def _in_order(rows: list[Row]) -> pd.DataFrame:
    if not rows:
        return conform(RELEASE_WATCH, pd.DataFrame(columns=list(RELEASE_WATCH.columns)))
    told = pd.DataFrame([dict.fromkeys(RELEASE_WATCH.columns) | row for row in rows])
    place = told["verdict"].map({RETRAIN: 0, LOOK: 1, FINE: 2})
    told = told.assign(place=place).sort_values(
        ["place", "kind", "name", "value"], ignore_index=True
    )
    return conform(RELEASE_WATCH, told.drop(columns="place"))
