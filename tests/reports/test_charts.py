from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from fcr_ml.reports.figures import readings_section
from fcr_ml.reports.page import sections
from fcr_ml.reports.tables import Chart
from fcr_ml.reports.trends import window_section

from .findings_double import findings


@pytest.fixture(scope="module")
def charts() -> list[Chart]:
    parts = [part for section in sections(findings()) for part in section.parts]
    return [part for part in parts if isinstance(part, Chart)]


def test_colours_are_the_page_s_variables_so_that_themes_need_no_second_drawing(
    charts: list[Chart],
) -> None:
    for chart in charts:
        assert "var(--" in json.dumps(chart.spec)
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b", json.dumps(chart.spec))


def test_charts_are_as_wide_as_their_place(charts: list[Chart]) -> None:
    assert {chart.spec["width"] for chart in charts} == {"container"}


def test_every_reading_and_window_is_one_dot_and_the_main_one_is_marked() -> None:
    chart = next(p for p in readings_section(findings()).parts if isinstance(p, Chart))
    records = chart.spec["data"]["values"]
    main = [(r["reading"], r["window"]) for r in records if r["is_main"]]
    assert len(records) == 4 * 3
    assert main == [("related", "7 days")]
    assert all(r["low"] < r["value"] < r["high"] for r in records)


def test_the_main_reading_comes_first_in_the_legend() -> None:
    chart = next(p for p in window_section(findings()).parts if isinstance(p, Chart))
    domains = re.findall(r'"domain": (\[[^\]]*\])', json.dumps(chart.spec))
    assert json.loads(domains[0]) == ["related", "any return", "same code", "same issue"]


def test_the_curve_shows_intervals_only_where_they_are_known() -> None:
    given = findings()
    without = next(p for p in window_section(given).parts if isinstance(p, Chart))
    assert '"area"' not in json.dumps(without.spec)
    rate = given.curve["repeat_rate"]
    known = replace(given, curve=given.curve.assign(low=rate - 0.005, high=rate + 0.005))
    with_band = next(p for p in window_section(known).parts if isinstance(p, Chart))
    assert '"area"' in json.dumps(with_band.spec)
