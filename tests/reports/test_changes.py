"""What changed, on the page and in the terminal: what is printed adds up."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from fcr_ml.frames.changes import CHANGES
from fcr_ml.frames.conform import conform, empty
from fcr_ml.reports.change_words import with_points
from fcr_ml.reports.changes import changes_section, render_changes
from fcr_ml.reports.tables import Chart, Section, Table

from .findings_double import change_rows, findings


def _section(changes: pd.DataFrame) -> Section:
    section = changes_section(replace(findings(), changes=changes))
    assert section is not None
    return section


def _tables(section: Section) -> list[Table]:
    return [part for part in section.parts if isinstance(part, Table)]


def _points(text: str) -> int:
    """Give the printed points as hundredths."""
    return round(float(text.split(" ")[0].replace("\u2212", "-")) * 100)


def test_the_section_says_counts_rates_interval_reading_and_window() -> None:
    told = " ".join(_section(change_rows()).lead)
    assert "2025-06 against 2025-05" in told
    assert "of 100 closed contacts in 2025-05 26.00 % were repeated" in told
    assert "of 100 closed contacts in 2025-06 38.00 % were repeated" in told
    # .12 with .13 to either side.
    assert "+12.00 (\u22121.00 to +25.00) percentage points (related, 7 days)" in told
    assert "The interval holds 0" in told
    assert "Contacts whose window still runs are left out: 1,604 of 2025-06." in told


def test_an_interval_without_nothing_in_it_is_not_doubted() -> None:
    told = _section(change_rows().assign(change_low=0.02)).lead
    assert not any("holds 0" in sentence for sentence in told)


def test_what_a_segment_did_is_told_by_the_part() -> None:
    rows = _tables(_section(change_rows()))[1].rows
    assert [row[0].note for row in rows] == [
        "repeats more often",  # 10 % to 20 %
        "smaller share",
        "repeats as often",  # 50 % both times
        "larger share",
    ]
    assert [row[1].text for row in rows] == ["60 → 40", "60 → 40", "40 → 60", "40 → 60"]
    assert [row[2].text for row in rows[:3:2]] == ["10.0 → 20.0", "50.0 → 50.0"]


def _thirds() -> pd.DataFrame:
    """Give nine equal parts of a difference of a thousandth: no two digits would add up."""
    rows = change_rows()
    kept = rows[rows["part"].isin(["difference", "rate"])].iloc[:3]
    parts = pd.concat([kept.iloc[[2]].assign(value=f"t{n}") for n in range(9)])
    changes = [0.001, 0.001, *([0.000111] * 8), 0.000112]
    told = pd.concat([kept.iloc[:2], parts], ignore_index=True).assign(change=changes)
    told.loc[0, ["repeat_rate_before", "repeat_rate_after"]] = [0.26, 0.261]
    return conform(CHANGES, told)


@pytest.mark.parametrize("changes", [change_rows(), _thirds()], ids=["months", "thirds"])
def test_printed_points_add_up(changes: pd.DataFrame) -> None:
    section = _section(changes)
    sums, segments = (
        [_points(row[-1 - at].text) for row in table.rows]
        for at, table in enumerate(_tables(section))
    )
    assert sum(segments) == sums[0] == sum(sums[1:])
    rates = re.findall(r"(\d+\.\d\d) % were repeated", section.lead[0])
    assert round((float(rates[1]) - float(rates[0])) * 100) == sums[0]
    # The steps of the chart begin at one rate, end at the other, and leave no gap.
    chart = next(part for part in section.parts if isinstance(part, Chart))
    steps = chart.spec["data"]["values"]
    for step, after in pairwise(steps):
        assert step["end"] == pytest.approx(after["begin"], abs=1e-12)
    assert steps[-1]["end"] == pytest.approx(changes["repeat_rate_after"][0], abs=1e-12)
    assert sum(_points(step["points"]) for step in steps[1:-1]) == sums[0]


def test_parts_move_by_less_than_a_hundredth_of_a_point() -> None:
    for row in with_points(_thirds()):
        assert abs(row["points"] - row["change"] * 10_000) < 1


def test_without_a_comparison_the_reason_is_told() -> None:
    assert "not two whole months in a row" in _section(empty(CHANGES)).lead[0]
    assert changes_section(replace(findings(), changes=pd.DataFrame())) is None
    assert "not two whole months in a row" in render_changes(empty(CHANGES))


def test_without_a_rate_the_remark_stands_in_its_place() -> None:
    rows = change_rows().iloc[:1].assign(change=pd.NA, remark="no closed contact in 2025-06")
    section = _section(rows)
    assert section.parts == ()
    assert (
        section.lead[0] == "2025-06 against 2025-05 (related, 7 days): no closed contact in "
        "2025-06."
    )
    assert "no closed contact in 2025-06" in render_changes(rows)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_text_fits_its_width_and_adds_up(width: int) -> None:
    text = render_changes(_thirds(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "Split by topic" in " ".join(text.split())
    if width == 100:
        shown = re.findall(r"t\d .*? ([+\u2212]\d\.\d\d) \(", text)
        assert sum(_points(points) for points in shown) == 10
