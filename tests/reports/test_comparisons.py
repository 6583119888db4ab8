"""Comparisons, the trade-off and effects: told with counts and intervals, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.effect import measure_effects
from fcr_ml.drivers.trade_off import measure_trade_offs
from fcr_ml.reports import Findings
from fcr_ml.reports.comparisons import (
    comparisons_section,
    points,
    points_interval,
    render_comparisons,
    verdicts_told,
)
from fcr_ml.reports.effects import effects_section, render_effects
from fcr_ml.reports.tables import Chart, Folded, Points, Section, Table
from fcr_ml.reports.trade_offs import told_in_words, trade_off_lines, trade_offs_section
from tests.drivers.numbered_log import draw_log

from .findings_double import INJECTION, findings


@pytest.fixture(scope="module")
def told() -> Findings:
    """Give findings of a drawn log: one team repeats more, one has an odd name."""
    log = draw_log(5_000, 2, {"team 03": 0.15}, transfer=0.1, minute=-0.03)
    log.columns["team"].names[log.columns["team"].names.index("team 05")] = INJECTION
    trade_offs = measure_trade_offs(log)
    return replace(
        findings(),
        comparisons=compare_units(log),
        trade_offs=trade_offs.table,
        trade_groups=trade_offs.groups,
        effects=measure_effects(log),
    )


def _parts(section: Section | None, kind: type) -> list:
    assert section is not None
    return [part for part in section.parts if isinstance(part, kind)]


def test_points_have_a_sign_and_an_interval() -> None:
    assert points(0.0484) == "+4.8"
    assert points(-0.0484) == "\u22124.8"
    assert points(0.0001) == "0.0"
    assert points_interval(0.05, -0.01, 0.11) == "+5.0 (\u22121.0 to +11.0)"
    assert points(None) == "–"


def test_units_are_told_with_count_expectation_interval_and_verdict(told: Findings) -> None:
    section = comparisons_section(told)
    table = _parts(section, Table)[-1]
    row = next(row for row in table.rows if row[0].text == "team 03")
    own = told.comparisons.set_index("value").loc["team 03"]

    assert row[0].note.startswith("worse")
    assert row[1].text == f"{own['closed_contacts']:,}"
    assert row[4].text == points_interval(
        own["excess_rate"], own["excess_rate_low"], own["excess_rate_high"]
    )
    assert "related, 7 days" in table.caption
    assert "held against: channel, topic" in table.caption
    assert "team team 03" in section.lead[0]


def test_the_funnel_is_narrower_where_more_is_known_and_fits_its_dots(told: Findings) -> None:
    chart = _parts(comparisons_section(told), Chart)[-1]
    lines = chart.spec["layer"][1]["data"]["values"]
    chance = [row["high"] for row in lines if row["kind"] == "chance alone"]
    assert chance == sorted(chance, reverse=True)
    assert len(chart.spec["data"]["values"]) == 12
    # The broken lines are the limits that the table has.
    own = told.comparisons[told.comparisons["column"] == "team"]
    wide = [row for row in lines if row["kind"] == lines[-1]["kind"]]
    first = own.iloc[0]
    near = min(wide, key=lambda row: abs(row["contacts"] - first["effective_contacts"]))
    assert near["high"] == pytest.approx(first["funnel_high"], rel=0.05)


def test_the_slope_is_told_with_what_an_hour_saved_buys(told: Findings) -> None:
    lead = " ".join(trade_offs_section(told).lead)
    assert "Between 12 teams, a minute more of handle time goes with \u2212" in lead
    assert "an hour saved by shorter contacts goes with" in lead
    chart = _parts(trade_offs_section(told), Chart)[0]
    assert len(chart.spec["data"]["values"]) == len(told.trade_groups)


def test_a_slope_that_is_not_known_is_not_told(told: Findings) -> None:
    rows = told.trade_offs
    unknown = rows.assign(slope=pd.NA, slope_low=pd.NA, slope_high=pd.NA)
    assert "cannot be told" in told_in_words(unknown)[0]
    doubtful = rows.assign(slope_low=-0.1, slope_high=0.1, verdict="cannot tell")
    assert "The interval holds 0" in told_in_words(doubtful)[0]
    assert "cannot be told" in told_in_words(rows[rows["level"] != "between units"])[0]
    assert trade_off_lines(rows.iloc[:0]) == []


def test_effects_stand_beside_their_assumptions_and_what_would_explain_them(
    told: Findings,
) -> None:
    section = effects_section(told)
    assert "under stated assumptions" in section.lead[0]
    assert len(_parts(section, Points)[0].sentences) == 4
    row = _parts(section, Table)[0].rows[0]
    assert row[0].text == "transferred, against not transferred"
    assert row[0].note == "more repeats"
    footing = _parts(section, Folded)[0].table.rows[0]
    assert "times as strong" in footing[-1].note
    assert "adjusted for channel, topic" in footing[0].note


def test_a_refused_estimate_says_why(told: Findings) -> None:
    gone = ["effect", "effect_low", "effect_high", "ratio", "e_value", "e_value_near"]
    refused = told.effects.assign(
        **dict.fromkeys(gone), remark="too few alike", verdict="no estimate"
    )
    section = effects_section(replace(told, effects=refused))
    assert {row[4].text for row in _parts(section, Table)[0].rows} == {"too few alike"}
    assert _parts(section, Chart) == []
    assert "no estimate for transferred" in render_effects(refused, 100)


def test_sections_are_absent_where_the_log_has_nothing_for_them() -> None:
    nothing = findings()
    assert comparisons_section(nothing) is None
    assert trade_offs_section(nothing) is None
    assert effects_section(nothing) is None
    assert "no queue, channel or team" in render_comparisons(nothing.comparisons, 100)
    assert "tells of no lever" in render_effects(nothing.effects, 100)


def test_charts_need_nothing_from_outside(told: Findings) -> None:
    for section in (comparisons_section(told), trade_offs_section(told), effects_section(told)):
        for chart in _parts(section, Chart):
            assert "http" not in json.dumps(chart.spec)
            assert chart.spec["width"] == "container"


def test_charts_are_drawn_without_a_warning(told: Findings) -> None:
    import vl_convert

    for section in (comparisons_section(told), trade_offs_section(told), effects_section(told)):
        for chart in _parts(section, Chart):
            drawn = vl_convert.vegalite_to_svg(json.dumps(chart.spec | {"width": 600}))
            assert drawn.startswith("<svg")


@pytest.mark.parametrize("width", [60, 100])
def test_the_terminal_is_not_overrun(told: Findings, width: int) -> None:
    text = render_comparisons(told.comparisons, 100) + render_effects(told.effects, width)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert "Assumed:" in text


def test_nothing_found_is_said_with_how_many_were_looked_at(told: Findings) -> None:
    none = told.comparisons.assign(verdict="as expected")
    assert verdicts_told(none) == (
        f"None of {len(none)} units was found to differ from what its mix explains."
    )
