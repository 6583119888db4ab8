"""FCR by week on the page and in the terminal: shifts in words, open weeks told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.trend import TREND
from fcr_ml.reports.control_chart import render_trend, weeks_section
from fcr_ml.reports.tables import Chart, Folded
from fcr_ml.reports.trends import months_section

from .findings_double import findings


def trend_rows(weeks: int = 20) -> pd.DataFrame:
    """Give weeks with a shift at the tenth, an alarm at the fifth, the last one open."""
    begins = pd.date_range("2025-01-06", periods=weeks, freq="7D", tz="UTC")
    place = np.arange(weeks)
    rate = np.where(place >= 9, 0.75, 0.7)
    rows = pd.DataFrame(
        {
            "by": "week",
            "group": "all",
            "value": "all",
            "period": [f"2025-W{number:02d}" for number in place + 2],
            "begins_at": begins,
            "ends_at": begins + pd.Timedelta(days=7),
            "closed_contacts": 500,
            "open_contacts": np.where(place == weeks - 1, 400, 0),
            "repeated_contacts": 150,
            "fcr_rate": rate,
            "fcr_rate_low": rate - 0.04,
            "fcr_rate_high": rate + 0.04,
            "is_open": place == weeks - 1,
            "is_partial": False,
            "is_judged": place < weeks - 1,
            "level_fcr_rate": rate,
            "centre_rate": rate,
            "limit_low": rate - 0.08,
            "limit_high": rate + 0.08,
            "is_alarm": place == 4,
            "season": "too short for a season (it does not hold every month twice)",
            "reading": "related",
            "window": "7d",
        }
    ).reindex(columns=list(TREND.columns))
    figures = [name for name, c in TREND.columns.items() if c.kind in ("number", "share")]
    rows[figures] = rows[figures].astype("Float64")
    last = weeks - 1
    estimate = {"": 0.74, "_low": 0.68, "_high": 0.79}
    for end, value in estimate.items():
        rows.loc[last, f"survival_fcr_rate{end}"] = value
    rows.loc[last, ["level_fcr_rate", "limit_low", "limit_high", "centre_rate"]] = pd.NA
    rows.loc[4, ["fcr_rate", "alarm_p_value"]] = [0.6, 0.002]
    shift = {"shift": 0.05, "shift_low": 0.02, "shift_high": 0.08, "shift_p_value": 0.001}
    shift |= {"shift_beyond_mix": 0.01, "shift_beyond_mix_low": -0.02}
    shift |= {"shift_beyond_mix_high": 0.04}
    for name, value in shift.items():
        rows.loc[9, name] = value
    rows["shift_earliest"] = pd.Series("2025-W10", index=rows.index).where(rows.index == 9)
    rows["shift_latest"] = pd.Series("2025-W12", index=rows.index).where(rows.index == 9)
    return conform(TREND, rows)


def test_shift_and_alarm_are_told_with_size_interval_and_count() -> None:
    section = weeks_section(replace(findings(), trend=trend_rows()))
    assert section is not None
    told = " ".join(section.lead)
    assert "related, 7 days" in told
    assert "19 of 20 weeks are judged" in told
    assert "From 2025-W11 on FCR is higher: +5.0 percentage points (+2.0 to +8.0)" in told
    assert "between 2025-W10 and 2025-W12" in told
    assert "the mix alone may explain it" in told
    assert "2025-W06 lies below its limits: 60.0 % of 500 closed" in told
    assert "too short for a season" in told
    assert "not why" in told


def test_an_open_week_is_drawn_by_its_estimate_alone() -> None:
    section = weeks_section(replace(findings(), trend=trend_rows()))
    assert section is not None
    chart, table = section.parts
    assert isinstance(chart, Chart)
    assert isinstance(table, Folded)
    last = chart.spec["data"]["values"][-1]
    assert last["value"] is None
    assert (last["survival"], last["low"], last["high"]) == (0.74, 0.68, 0.79)
    assert len(table.table.rows) == 20


def test_where_nothing_was_found_that_is_said() -> None:
    calm = trend_rows().assign(shift=pd.NA, is_alarm=False)
    section = weeks_section(replace(findings(), trend=conform(TREND, calm)))
    assert section is not None
    assert "No week stands out, and no lasting shift is found." in section.lead


def test_a_short_log_has_no_chart_of_limits() -> None:
    short = trend_rows().head(8).assign(is_judged=False, season="fewer than 12 periods to judge")
    section = weeks_section(replace(findings(), trend=short.assign(shift=pd.NA)))
    assert section is not None
    assert "fewer than 12 periods to judge" in section.lead[1]


def test_without_a_trend_there_is_no_section_and_without_weeks_a_sentence() -> None:
    assert weeks_section(findings()) is None
    section = weeks_section(replace(findings(), trend=empty(TREND)))
    assert section is not None
    assert "no contact whose window has begun" in section.lead[0]
    assert "no contact whose window has begun" in render_trend(empty(TREND))


def test_an_open_month_has_the_interval_of_its_estimate() -> None:
    month = trend_rows().tail(1).assign(by="month", period="2025-06")
    section = months_section(replace(findings(), trend=conform(TREND, month)))
    chart = section.parts[0]
    assert isinstance(chart, Chart)
    last = chart.spec["data"]["values"][-1]
    assert (last["survival"], last["low"], last["high"]) == (0.74, 0.68, 0.79)
    assert "74.0 % (68.0 – 79.0)" in last["figure"]


@pytest.mark.parametrize("width", [60, 100])
def test_the_text_fits_its_width(width: int) -> None:
    text = render_trend(trend_rows(40), width)
    assert max(len(line) for line in text.splitlines()) <= width
    words = " ".join(text.split())
    assert "FCR by week (related, 7 days)" in words
    assert "and 14 earlier weeks" in words
