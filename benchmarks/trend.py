"""The control chart of FCR by week: false alarms, what it finds, and open weeks.

    python benchmarks/trend.py [charts]

Logs of 52 weeks: volumes are Poisson, customers contact and return unequally often, and
one customer has contacts in many weeks. First what is flagged where nothing was planted,
beside two plain charts: points outside three standard errors of independent contacts, and
the four rules of Western Electric on the same. Then shifts of four and six points by how
many weeks they have lasted. Last the survival estimate of a week as it is followed.
One processor.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.measures.rate_model import Floats, Rates, customer_rates
from fcr_ml.measures.shifts import ControlChart, control_chart
from fcr_ml.measures.survival import survival_estimate

WEEKS = 52
HOUR = 3_600
WINDOW = 168 * HOUR

UNDISTURBED: dict[str, dict[str, Any]] = {
    "independent contacts, 500 a week": {"alike": 0.0},
    "customers alike": {},
    "customers alike, ten contacts each": {"alike": 0.5, "of_each": 10.0},
    "weeks vary by 2 points beyond that": {"wander": 0.02},
    "50 a week": {"per_week": 50},
    "50 a week, FCR 93 %": {"per_week": 50, "fcr": 0.93},
    "100 a week, FCR 95 %": {"per_week": 100, "fcr": 0.95},
    "500 a week, FCR 97 %": {"fcr": 0.97},
    "26 weeks": {"weeks": 26},
    "104 weeks": {"weeks": 104},
    "weeks vary by 1 point, half of it carried on": {"wander": 0.01, "carried": 0.5},
}


def main(charts: int) -> None:
    """Print the tables."""
    rows = []
    for name, plan in UNDISTURBED.items():
        found = [_flags(draw_rates(seed, **plan)) for seed in range(charts)]
        rows.append((name, *np.mean(found, axis=0)))
    heads = ["nothing planted", "chart", "three errors", "Western Electric"]
    print(pd.DataFrame(rows, columns=heads).round(3).to_string(index=False), flush=True)
    rows = [
        (per_week, points, after, *_power(per_week, points / 100, after, charts))
        for per_week, points in ((500, 4), (1_000, 4), (2_000, 4), (500, 6))
        for after in (3, 5, 8, 26)
    ]
    heads = ["a week", "points", "weeks", "found", "start held", "size held", "something else"]
    print(pd.DataFrame(rows, columns=heads).round(3).to_string(index=False), flush=True)
    rows = [(days, *_survival(days, 10 * charts)) for days in (2, 4, 7, 10)]
    heads = ["days since it began", "estimates", "held the truth", "mean width", "mean error"]
    print(pd.DataFrame(rows, columns=heads).round(3).to_string(index=False), flush=True)


def draw_rates(
    seed: int,
    weeks: int = WEEKS,
    per_week: int = 500,
    fcr: float = 0.7,
    alike: float = 0.3,
    of_each: float = 3.0,
    wander: float = 0.0,
    carried: float = 0.0,
    shift: float = 0.0,
    after: int = 0,
) -> Rates:
    """Draw the rates of a log; ``alike`` is the correlation of a customer's contacts."""
    draw = np.random.default_rng(seed)
    customers = int(weeks * per_week / of_each)
    activity = np.minimum(draw.pareto(1.8, customers) + 0.2, 60)
    repeat = 1 - fcr
    own = np.full(customers, repeat)
    if alike:
        whole = (1 - alike) / alike
        own = draw.beta(repeat * whole, fcr * whole, customers)
    week = np.repeat(np.arange(weeks), draw.poisson(per_week, weeks))
    who = draw.choice(customers, len(week), p=activity / activity.sum())
    added = np.zeros(weeks)
    for place in range(weeks):
        before = added[place - 1] if place else 0.0
        added[place] = carried * before + draw.normal(0, wander)
    added[weeks - after :] -= shift
    # A share more of those not repeated, or less of those repeated, whoever's they are.
    change = added[week]
    chance = np.where(
        change > 0, 1 - (1 - own[who]) * (1 - change / fcr), own[who] * (1 + change / repeat)
    )
    repeated = draw.random(len(week)) < chance
    cells, place = np.unique(who * weeks + week, return_inverse=True)
    return customer_rates(
        cells // weeks,
        cells % weeks,
        np.bincount(place).astype(float),
        np.bincount(place, repeated),
        weeks,
    )


def _flags(rates: Rates) -> tuple[bool, bool, bool]:
    chart = _chart(rates)
    level = rates.rate.mean()
    z = (rates.rate - level) / np.sqrt(level * (1 - level) / _contacts(rates))
    return bool(chart.alarms or chart.shifts), bool(np.any(np.abs(z) > 3)), _western_electric(z)


def _contacts(rates: Rates) -> Floats:
    """Give what a chart of independent contacts takes each week to hold; 500 as a rule."""
    return np.full(len(rates.rate), 1 / np.diag(rates.likeness).min())


def _western_electric(z: Floats) -> bool:
    """Say whether any of the four rules fires, on either side."""
    rules = ((1, 1, 3.0), (3, 2, 2.0), (5, 4, 1.0), (8, 8, 0.0))
    for side in (z, -z):
        for length, needed, limit in rules:
            beyond = np.convolve(side > limit, np.ones(length), "valid")
            if np.any(beyond >= needed):
                return True
    return False


def _chart(rates: Rates) -> ControlChart:
    return control_chart(rates, np.empty((len(rates.rate), 0)))


def _power(per_week: int, points: float, after: int, charts: int) -> tuple[float, ...]:
    """Give how often the shift is found, its ranges hold it, and anything else is told."""
    told = []
    for seed in range(charts):
        size = points if seed % 2 else -points
        chart = _chart(draw_rates(seed, per_week=per_week, shift=size, after=after))
        near = [s for s in chart.shifts if s.earliest <= WEEKS - after <= s.latest]
        others = len(chart.shifts) + len(chart.alarms) - bool(near)
        if not near:
            told.append((0.0, np.nan, np.nan, float(others > 0)))
            continue
        best = min(near, key=lambda s: abs(s.begins - (WEEKS - after)))
        told.append(
            (
                1.0,
                abs(best.begins - (WEEKS - after)) <= 2,
                best.low <= size <= best.high,
                float(others > 0),
            )
        )
    return tuple(np.nanmean(np.array(told, dtype=float), axis=0))


def _survival(days: int, weeks: int) -> tuple[float, ...]:
    """Give how often the interval of one week's estimate holds its true rate."""
    held, widths, errors = [], [], []
    for seed in range(weeks):
        draw = np.random.default_rng(seed)
        who, began, hours = _week(draw, 300, 90)
        _, _, before_hours = _week(draw, 3_000, 900)
        returned = before_hours * HOUR <= WINDOW
        seconds = np.where(returned, before_hours * HOUR, WINDOW).astype(np.int64)
        before = _times(seconds, returned)
        followed = np.minimum(days * 24 - began, 168)
        is_here = followed > 0
        seen = (hours <= followed)[is_here]
        own = np.where(seen, hours[is_here], followed[is_here]) * HOUR
        told = survival_estimate(
            who[is_here], own.astype(np.int64), seen.astype(np.int64), before, WINDOW
        )
        if told is None:
            continue
        truth = 0.7
        held.append(told.low <= truth <= told.high)
        widths.append(told.high - told.low)
        errors.append(told.rate - truth)
    return len(held), float(np.mean(held)), float(np.mean(widths)), float(np.mean(errors))


def _week(
    draw: np.random.Generator, contacts: int, customers: int
) -> tuple[np.ndarray, Floats, Floats]:
    """Draw a week: whose contact, the hour it began, the hours until a return."""
    activity = np.minimum(draw.pareto(1.8, customers) + 0.2, 60)
    who = draw.choice(customers, contacts, p=activity / activity.sum())
    own = draw.beta(0.3 * 7 / 3, 0.7 * 7 / 3, customers)
    returns = draw.random(contacts) < own[who]
    # Two in three within two days, all within the window.
    hours = np.where(returns, 168 * draw.beta(0.6, 1.6, contacts), np.inf)
    return who, draw.uniform(0, 168, contacts), hours


def _times(seconds: np.ndarray, returned: np.ndarray) -> pd.DataFrame:
    counted = pd.DataFrame({"seconds": seconds, "returns": returned.astype(int)})
    times = counted.groupby("seconds")["returns"].agg(["sum", "size"]).reset_index()
    return pd.DataFrame(
        {
            "reading": "all",
            "repeat_window": "all",
            "value": "all",
            "seconds": times["seconds"],
            "returns": times["sum"],
            "leaves": times["size"] - times["sum"],
        }
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
