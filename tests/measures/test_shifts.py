"""The control chart: shifts and alarms found where planted, and none where nothing was."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fcr_ml.measures.rate_model import (
    Rates,
    contrasts,
    customer_rates,
    fit_rates,
    spread_between,
)
from fcr_ml.measures.season import TOO_SHORT, season_columns
from fcr_ml.measures.shifts import control_chart

WEEKS = 52
NO_SEASON = np.empty((WEEKS, 0))


def draw_rates(
    seed: int,
    per_week: int = 500,
    shift: float = 0.0,
    weeks_after: int = 0,
    weeks: int = WEEKS,
    spell: int = 0,
) -> Rates:
    """Draw contacts of customers who contact, and return, unequally often."""
    draw = np.random.default_rng(seed)
    customers = weeks * per_week // 3
    activity = np.minimum(draw.pareto(1.8, customers) + 0.2, 60)
    own = draw.beta(0.3 * 7 / 3, 0.7 * 7 / 3, customers)
    week = np.repeat(np.arange(weeks), draw.poisson(per_week, weeks))
    who = draw.choice(customers, len(week), p=activity / activity.sum())
    begins = weeks - weeks_after
    is_after = (week >= begins) & (week < (begins + spell if spell else weeks))
    # A rise of FCR spares that share of the repeats, whoever's they are.
    chance = np.where(is_after, own[who] * (1 - shift / 0.3), own[who])
    repeated = draw.random(len(week)) < chance
    cells = pd.DataFrame({"who": who, "week": week, "repeated": repeated}).groupby(["who", "week"])
    told = cells["repeated"].agg(["size", "sum"]).reset_index()
    return customer_rates(
        told["who"].to_numpy(),
        told["week"].to_numpy(),
        told["size"].to_numpy(float),
        told["sum"].to_numpy(float),
        weeks,
    )


def test_customers_of_one_contact_have_the_variance_of_a_share() -> None:
    # Ten customers, three of them repeated: p (1 - p) / (n - 1) over p (1 - p).
    rates = customer_rates(
        np.arange(10), np.zeros(10, dtype=int), np.ones(10), np.r_[np.ones(3), np.zeros(7)], 1
    )
    assert rates.rate.tolist() == [0.7]
    assert rates.likeness[0, 0] == pytest.approx(1 / 9)


def test_customers_of_one_piece_count_as_one_contact_each() -> None:
    # Four customers of five contacts, one customer repeated all: worth three degrees.
    rates = customer_rates(
        np.arange(4), np.zeros(4, dtype=int), np.full(4, 5.0), np.array([5.0, 0, 0, 0]), 1
    )
    assert rates.likeness[0, 0] == pytest.approx(1 / 3)


def test_a_period_without_repeats_is_as_sure_as_its_customers() -> None:
    rates = customer_rates(
        np.arange(3), np.zeros(3, dtype=int), np.array([1.0, 1, 2]), np.zeros(3), 1
    )
    assert rates.likeness[0, 0] == pytest.approx((1 + 1 + 4) / 16)


def test_a_contrast_gives_what_the_fit_would_with_its_column() -> None:
    rates = draw_rates(0)
    ones = np.ones((WEEKS, 1))
    step = (np.arange(WEEKS) >= 30).astype(float)[:, None]
    fit = fit_rates(rates, ones)
    # The same weights, by the textbook's normal equations.
    both = np.hstack([ones, step])
    weighted = both * fit.weights[:, None]
    expected = np.linalg.solve(both.T @ weighted, weighted.T @ rates.rate)[1]
    assert float((contrasts(fit, step) @ rates.rate)[0]) == pytest.approx(expected)


def test_the_spread_between_periods_is_recovered() -> None:
    draw = np.random.default_rng(0)
    residuals = draw.normal(0, np.hypot(0.02, 0.03), (400, WEEKS))
    spreads = spread_between(residuals, np.eye(WEEKS) * 0.02**2)
    assert spreads.mean() == pytest.approx(0.03, abs=0.002)
    # A lasting shift leaves it where it was: one of 51 differences is touched.
    shifted = spread_between(residuals + 0.3 * (np.arange(WEEKS) >= 20), np.eye(WEEKS) * 0.02**2)
    assert shifted.mean() == pytest.approx(spreads.mean(), abs=0.003)


def test_a_planted_shift_is_found_with_its_week_and_size() -> None:
    held, begun = 0, 0
    for seed in range(6):
        chart = control_chart(draw_rates(seed, 1_000, 0.06, 12), NO_SEASON)
        (shift,) = chart.shifts
        held += shift.low <= 0.06 <= shift.high
        begun += shift.earliest <= 40 <= shift.latest
        assert shift.p_value < 0.05
        assert chart.level[-1] - chart.level[0] == pytest.approx(shift.size, abs=1e-3)
    # Six intervals of 95 %: fewer than four hold once in four hundred.
    assert held >= 4
    assert begun >= 4


def test_a_shift_that_ends_again_has_two_ends() -> None:
    chart = control_chart(draw_rates(1, 1_000, 0.09, 20, spell=4), NO_SEASON)
    assert [shift.begins for shift in chart.shifts] == [32, 36]
    assert chart.shifts[0].size > 0 > chart.shifts[1].size


def test_one_bad_week_is_an_alarm_and_no_shift() -> None:
    rates = draw_rates(2)
    rates.rate[25] -= 0.15
    chart = control_chart(rates, NO_SEASON)
    assert list(chart.alarms) == [25]
    assert chart.shifts == []
    assert rates.rate[25] < chart.low[25]
    inside = np.delete((rates.rate >= chart.low) & (rates.rate <= chart.high), 25)
    assert inside.all()


def test_where_nothing_was_planted_little_is_flagged() -> None:
    # At one chart in twenty, more than four of thirty are flagged once in sixty times.
    charts = [control_chart(draw_rates(100 + seed, 200), NO_SEASON) for seed in range(30)]
    assert sum(bool(chart.alarms or chart.shifts) for chart in charts) <= 4


def test_two_runs_agree_to_the_last_bit() -> None:
    rates = draw_rates(3, shift=0.05, weeks_after=20)
    one, other = (control_chart(rates, NO_SEASON) for _ in range(2))
    assert one.low.tobytes() == other.low.tobytes()
    assert [s.p_value for s in one.shifts] == [s.p_value for s in other.shifts]


@pytest.mark.parametrize("repeated", [0.0, 1.0])
def test_all_alike_shows_nothing(repeated: float) -> None:
    cells = np.repeat(np.arange(20), 40)
    rates = customer_rates(np.arange(800), cells, np.ones(800), np.full(800, repeated), 20)
    chart = control_chart(rates, np.empty((20, 0)))
    assert not chart.alarms
    assert not chart.shifts


@pytest.mark.parametrize("customers", [2, 4, 6])
def test_fewer_customers_than_periods_give_a_chart(customers: int) -> None:
    draw = np.random.default_rng(customers)
    whose, when = (part.ravel() for part in np.meshgrid(range(customers), range(30)))
    closed = draw.integers(5, 30, len(whose))
    rates = customer_rates(whose, when, closed, draw.binomial(closed, 0.2), 30)
    chart = control_chart(rates, np.empty((30, 0)))
    assert np.isfinite(chart.low).all()
    assert (chart.low <= chart.expected).all()


def test_two_years_hold_every_month_twice_whenever_they_begin() -> None:
    months = pd.date_range("2021-01-01", periods=24, freq="MS", tz="UTC")
    weeks = pd.date_range("2021-01-04", periods=104, freq="7D", tz="UTC")
    apart = months[:6].append(months[18:24] + pd.DateOffset(years=1))
    for begins, by, is_told in ((months, "month", True), (weeks, "week", True)):
        rates = draw_rates(0, 50, weeks=len(begins))
        assert (season_columns(begins, by, rates)[1] != TOO_SHORT) is is_told
    # Two years from end to end, but no month in both.
    assert season_columns(apart, "month", draw_rates(0, 50, weeks=12))[1] == TOO_SHORT


def test_a_season_of_two_years_is_no_shift() -> None:
    weeks = 130
    begins = pd.date_range("2023-01-02", periods=weeks, freq="7D", tz="UTC")
    rates = draw_rates(4, weeks=weeks)
    rates.rate[:] += 0.04 * np.sin(2 * np.pi * begins.day_of_year.to_numpy() / 365.25)
    columns, told = season_columns(begins, "week", rates)
    assert told == "of the year"
    chart = control_chart(rates, columns)
    assert not chart.shifts
    assert np.ptp(chart.season) == pytest.approx(0.08, abs=0.025)
    assert control_chart(rates, np.empty((weeks, 0))).shifts


def test_a_year_is_too_short_for_a_season() -> None:
    begins = pd.date_range("2023-01-02", periods=WEEKS, freq="7D", tz="UTC")
    columns, told = season_columns(begins, "week", draw_rates(5))
    assert columns.shape == (WEEKS, 0)
    assert told == TOO_SHORT


def test_the_rhythm_of_the_month_is_taken_out_where_it_is_sure() -> None:
    begins = pd.date_range("2023-01-02", periods=WEEKS, freq="7D", tz="UTC")
    rates = draw_rates(6, 1_000)
    middle = begins + pd.Timedelta(days=3.5)
    rates.rate[:] -= 0.05 * np.cos(2 * np.pi * middle.day.to_numpy() / middle.days_in_month)
    columns, told = season_columns(begins, "week", rates)
    assert told == "of the month"
    assert columns.shape == (WEEKS, 2)
