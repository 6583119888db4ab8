"""A control chart: which periods stand out of a rate, and where its level shifted.

Enters: rates of successive periods with their covariance, and a season. Leaves: alarms
and shifts, with limits whose false alarms are counted over the whole chart. A shift is
said to be there, never why.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fcr_ml.measures.chart_draws import drawn_residuals, over, standard_errors, variances
from fcr_ml.measures.rate_model import (
    Fit,
    Floats,
    Ints,
    Rates,
    contrasts,
    fit_rates,
    spread_between,
)

LASTING = 3
"""Periods that a shift has lasted at least: of one or two, each is told by itself."""

FALSE_ALARM_RATE = 0.05
"""Share of charts of an undisturbed rate that show anything at all."""

FEWEST_PERIODS = 12
"""Fewer say too little of how much the rate varies from one to the next."""

_ALARM, _START, _SPELL = 0, 1, 2
_SHARES = (0.25, 0.5, 0.25)
"""How the false alarms are dealt to single periods, to shifts, and to shifts that end
again: what lasts matters most."""

_LONGEST_SPELL = 8
"""Periods after which a shift that ended again is found by its two ends."""

_BEGAN_DROP = 7.35
"""Hansen (2000), Econometrica 68: starts whose squared deviation, in standard errors, falls
short of the best by no more hold the true one in 95 of 100 cases."""


@dataclass(frozen=True)
class Shift:
    """A lasting change of level.

    Parameters
    ----------
    begins, earliest, latest : int
        The first period of the new level, and the 95 % range of it.
    size, low, high : float
        What it adds to the rate, with its 95 % interval.
    p_value : float
        Share of undisturbed charts that show as much anywhere.
    weights : numpy.ndarray
        Applied to the rates they give the size.
    """

    begins: int
    earliest: int
    latest: int
    size: float
    low: float
    high: float
    p_value: float
    weights: Floats


@dataclass(frozen=True)
class ControlChart:
    """What a chart shows.

    Parameters
    ----------
    expected, low, high : numpy.ndarray
        Each period's rate as the other periods give it, and the limits around it.
    level, season : numpy.ndarray
        The fitted level without season, and what the season adds.
    alarms : dict of int to float
        Periods outside their limits, with the p-value over the whole chart.
    shifts : list of Shift
        In order of time.
    spread : float
        Standard deviation from period to period beyond the draw of customers.
    """

    expected: Floats
    low: Floats
    high: Floats
    level: Floats
    season: Floats
    alarms: dict[int, float]
    shifts: list[Shift]
    spread: float


@dataclass
class _Found:
    """What is in the model so far: single periods and starts of shifts, with p-values."""

    season: Floats
    alarms: dict[int, float] = field(default_factory=dict)
    starts: dict[int, float] = field(default_factory=dict)

    def columns(self, alarms: list[int], starts: list[int]) -> Floats:
        periods = len(self.season)
        steps = [_column(_START, (start,), periods) for start in starts]
        points = [_column(_ALARM, (place,), periods) for place in alarms]
        return np.column_stack([np.ones(periods), self.season, *steps, *points])

    def fit(
        self, rates: Rates, without_alarm: int | None = None, without_start: int | None = None
    ) -> Fit:
        alarms = [place for place in self.alarms if place != without_alarm]
        starts = [place for place in sorted(self.starts) if place != without_start]
        return fit_rates(rates, self.columns(alarms, starts))


def control_chart(rates: Rates, season: Floats, random_state: int = 0) -> ControlChart:
    """Find the periods that stand out and the lasting shifts.

    Parameters
    ----------
    rates : Rates
        At least :data:`FEWEST_PERIODS`.
    season : numpy.ndarray
        Shape (periods, columns): what comes back every year or month; no column
        without a season.
    random_state : int
        Seed of the charts drawn.

    Notes
    -----
    The rates are fitted as one level and the season. Every period (as a column of its
    own, so that it is held against the others), every start of a shift of at least
    :data:`LASTING` periods, and every such shift that ends again within eight is tried as
    an addition, in standard errors that hold the draw
    of customers, customers of several periods, and a spread between periods. Charts
    drawn with that covariance from an undisturbed rate, skewed as shares of that count
    are, their spread estimated anew, say how large the largest of all becomes by chance.
    The surest addition is taken in, and the rest tried again beside it, as long as one
    in twenty undisturbed charts or fewer show as much anywhere. What the later
    additions explain away is taken out again. Assumes that periods differ independently
    beyond their customers: a rate that wanders is told as shifts.
    """
    found = _Found(season)
    limit = _search(rates, found, random_state)
    shifts = [_told(rates, found, start) for start in sorted(found.starts)]
    fit = found.fit(rates)
    expected, errors = _held_against_others(rates, found, fit)
    among = slice(1, 1 + season.shape[1])
    seasonal = season @ fit.coefficients[among]
    steps = fit.coefficients[among.stop : among.stop + len(found.starts)]
    level = np.full(len(seasonal), fit.coefficients[0])
    for start, size in zip(sorted(found.starts), steps, strict=True):
        level[start:] += size
    # The season is told around the mean, which the level keeps.
    mean = seasonal.mean() if season.shape[1] else 0.0
    # What was taken in later may have widened the limits.
    is_outside = np.abs(rates.rate - expected) >= limit * errors
    return ControlChart(
        expected,
        np.clip(expected - limit * errors, 0, 1),
        np.clip(expected + limit * errors, 0, 1),
        level + mean,
        seasonal - mean,
        {place: p for place, p in sorted(found.alarms.items()) if is_outside[place]},
        shifts,
        fit.spread,
    )


def _search(rates: Rates, found: _Found, random_state: int) -> float:
    """Take in what stands out, one after the other; give the limit of single periods."""
    tried = _tries(len(rates.rate))
    columns = np.column_stack([_column(kind, ends, len(rates.rate)) for kind, ends in tried])
    kinds = np.array([kind for kind, _ in tried])
    limits, taken = np.zeros(len(_SHARES)), set()
    for _ in range(len(rates.rate)):
        z, largest = _tried(found.fit(rates), columns, kinds, random_state)
        limits = np.array(
            [
                np.quantile(largest[:, kind], 1 - FALSE_ALARM_RATE * share)
                for kind, share in enumerate(_SHARES)
            ]
        )
        p_values = _p_values(z, largest, kinds)
        best = int(np.lexsort((-np.abs(z), p_values))[0])
        if p_values[best] > FALSE_ALARM_RATE or best in taken:
            break
        taken.add(best)
        kind, ends = tried[best]
        members = found.alarms if kind == _ALARM else found.starts
        members.update(dict.fromkeys(ends, float(p_values[best])))
        _take_out(rates, found, limits, set(ends))
    _move_starts(rates, found)
    return float(limits[_ALARM])


def _tries(periods: int) -> list[tuple[int, tuple[int, ...]]]:
    """Give what is tried: single periods, starts of shifts, and shifts that end again."""
    last = periods - LASTING
    spells = [
        (first, first + length)
        for length in range(LASTING, _LONGEST_SPELL + 1)
        for first in range(LASTING, last - length + 1)
    ]
    return [
        *((_ALARM, (place,)) for place in range(periods)),
        *((_START, (place,)) for place in range(LASTING, last + 1)),
        *((_SPELL, ends) for ends in spells),
    ]


def _column(kind: int, ends: tuple[int, ...], periods: int) -> Floats:
    place = np.arange(periods)
    until = {_ALARM: ends[0] + 1, _START: periods, _SPELL: ends[-1]}[kind]
    return ((place >= ends[0]) & (place < until)).astype(float)


def _tried(fit: Fit, columns: Floats, kinds: Ints, random_state: int) -> tuple[Floats, Floats]:
    """Give every candidate in standard errors, and the largest of each kind by drawn chart."""
    rows = contrasts(fit, columns)
    drawn, own = variances(rows, fit)
    z = over(rows @ fit.residuals, np.sqrt(drawn + fit.spread**2 * own))
    noise = drawn_residuals(fit, random_state)
    spreads = spread_between(noise, fit.covariance)
    largest = np.zeros((len(noise), len(_SHARES)))
    for kind in range(len(_SHARES)):
        mine = kinds == kind
        if mine.any():
            errors = np.sqrt(drawn[mine] + spreads[:, None] ** 2 * own[mine])
            largest[:, kind] = over(np.abs(noise @ rows[mine].T), errors).max(axis=1)
    return z, largest


def _p_values(z: Floats, largest: Floats, kinds: Ints) -> Floats:
    """Give each candidate's p-value over the whole chart, the kinds dealt their shares."""
    p_values = np.ones(len(z))
    for kind, share in enumerate(_SHARES):
        mine = kinds == kind
        ordered = np.sort(largest[:, kind])
        larger = len(ordered) - np.searchsorted(ordered, np.abs(z[mine]), side="left")
        p_values[mine] = (1 + larger) / (1 + len(ordered)) / share
    return np.minimum(p_values, 1)


def _take_out(rates: Rates, found: _Found, limits: Floats, just_added: set[int]) -> None:
    """Take out what the others explain: below its own limit beside them."""
    for kind, members in ((_ALARM, found.alarms), (_START, found.starts)):
        for place in [place for place in members if place not in just_added]:
            if abs(_beside_the_others(rates, found, place, kind)) < limits[kind]:
                del members[place]


def _beside_the_others(rates: Rates, found: _Found, place: int, kind: int) -> float:
    """Give one alarm or start in standard errors beside all others."""
    without = (place, None) if kind == _ALARM else (None, place)
    fit = found.fit(rates, *without)
    alone = _column(kind, (place,), len(rates.rate))[:, None]
    rows = contrasts(fit, alone)
    return float(over(rows @ fit.residuals, standard_errors(rows, fit))[0])


def _between_neighbours(rates: Rates, found: _Found, start: int) -> tuple[Ints, Floats, Floats]:
    """Give the starts that one shift might have between its neighbours, weights and z."""
    others = sorted(set(found.starts) - {start})
    first = max([other for other in others if other < start], default=0) + LASTING
    last = min([other for other in others if other > start], default=len(rates.rate)) - LASTING
    places = np.arange(min(first, start), max(last, start) + 1)
    fit = found.fit(rates, without_start=start)
    steps = [_column(_START, (int(place),), len(rates.rate)) for place in places]
    rows = contrasts(fit, np.column_stack(steps))
    return places, rows, over(rows @ fit.residuals, standard_errors(rows, fit))


def _move_starts(rates: Rates, found: _Found) -> None:
    """Move each start to where it stands out most beside the others found after it."""
    for start in sorted(found.starts):
        places, _, z = _between_neighbours(rates, found, start)
        best = int(places[np.argmax(np.abs(z))])
        if best not in found.starts:
            found.starts[best] = found.starts.pop(start)


def _told(rates: Rates, found: _Found, start: int) -> Shift:
    """Give a shift with the ranges of its start and its size."""
    places, rows, z = _between_neighbours(rates, found, start)
    at = int(np.flatnonzero(places == start)[0])
    is_near = z**2 >= z[at] ** 2 - _BEGAN_DROP
    size = float(rows[at] @ rates.rate)
    half = 1.96 * float(standard_errors(rows[at : at + 1], found.fit(rates))[0])
    return Shift(
        start,
        int(places[is_near].min()),
        int(places[is_near].max()),
        size,
        size - half,
        size + half,
        found.starts[start],
        rows[at],
    )


def _held_against_others(rates: Rates, found: _Found, fit: Fit) -> tuple[Floats, Floats]:
    """Give what the other periods make of each period, and the standard error of the gap."""
    everyone = np.eye(len(rates.rate))
    rows = contrasts(fit, everyone)
    gaps, errors = rows @ rates.rate, standard_errors(rows, fit)
    for place in found.alarms:
        fit_without = found.fit(rates, without_alarm=place)
        row = contrasts(fit_without, everyone[:, place : place + 1])
        gaps[place], errors[place] = (
            float((row @ rates.rate)[0]),
            standard_errors(row, fit_without)[0],
        )
    return rates.rate - gaps, errors
