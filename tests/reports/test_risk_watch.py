"""Whether risks are still right is told with counts and intervals, or said to be too early."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from rich.cells import cell_len

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drift import DRIFT, RISK_WATCH
from fcr_ml.reports import Findings, render_page, render_screen
from fcr_ml.reports.risk_watch import risk_watch_section, watch_line

from .findings_double import AS_OF, INJECTION, findings


def watch_rows(verdict: str = "no shift shown", **now: object) -> pd.DataFrame:
    """Give three weeks; the last is the present, and nothing of it has come."""
    rows = []
    for place in range(3):
        is_now = place == 2
        row: dict[str, object] = dict.fromkeys(RISK_WATCH.columns)
        row |= {"contacts": 1_204, "customers": 1_100, "due_rate": 0.72}
        row |= {"expected_returns": 210.4, "returns": 230.2}
        for name, value in (("ratio", 1.09), ("slope", 0.94)):
            row |= {name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1}
        for name, value in (("repeat_rate", 0.26), ("auc", 0.71), ("ap", 0.44)):
            row |= {f"expected_{name}": value, name: None if is_now else value + 0.01}
            row |= {f"expected_{name}_low": value - 0.02, f"expected_{name}_high": value + 0.02}
        row |= {"known_at": AS_OF - pd.Timedelta(days=7 * (2 - place)), "promised_auc": 0.72}
        row |= {"verdict": verdict, "model": "risk model", "reading": "related", "window": "7d"}
        rows.append(row | (now if is_now else {}))
    return conform(RISK_WATCH, pd.DataFrame(rows))


def drift_rows(moved: int = 1) -> pd.DataFrame:
    """Give five columns, of which some moved; one has an odd name and an odd value."""
    rows = [
        {
            "name": INJECTION if place == 0 else f"column {place}",
            "kind": "category",
            "reference_contacts": 12_000,
            "contacts": 1_300,
            "bins": 8,
            "psi": 0.31,
            "psi_limit": 0.04,
            "missing_rate_before": 0.01,
            "missing_rate": 0.4,
            "moved_most": INJECTION,
            "share_before": 0.1,
            "share": 0.2,
            "verdict": "moved" if place < moved else "steady",
        }
        for place in range(5)
    ]
    return conform(DRIFT, pd.DataFrame(rows))


def watched(**now: object) -> Findings:
    """Give findings with a watched model."""
    return replace(findings(), risk_watch=watch_rows(**now), drift=drift_rows())  # type: ignore[arg-type]


def test_the_line_gives_counts_intervals_and_what_was_promised() -> None:
    told = watch_line(watch_rows())
    assert told == (
        "Is the risk model still right? By returns so far nothing shows that the risks are off: "
        "230 came where 210 were due, 1.09 (0.99 – 1.19) times as many, of 1,204 contacts whose "
        "window runs. AUC to be expected 0.71 (0.69 – 0.73), promised 0.72."
    )


@pytest.mark.parametrize("verdict", ["more returns", "fewer returns", "ranks worse"])
def test_a_shift_is_said_in_words(verdict: str) -> None:
    told = watch_line(watch_rows(verdict))
    assert told is not None
    assert ("than the risks say" in told) or ("worse than they promise" in told)


def test_few_returns_are_too_early_to_tell() -> None:
    nothing = dict.fromkeys(["ratio", "ratio_low", "ratio_high", "expected_auc", "promised_auc"])
    rows = watch_rows("too early to tell", expected_returns=7.6, **nothing)
    told = watch_line(rows)
    assert told == (
        "Is the risk model still right? Too early to tell: of 1,204 contacts whose window runs 8 "
        "returns are due by now."
    )
    assert "–" in render_page(replace(findings(), risk_watch=rows))


def test_the_section_shows_weeks_latest_first_and_what_moved() -> None:
    section = risk_watch_section(watched())
    assert section is not None
    weeks = section.parts[0].rows  # type: ignore[union-attr]
    assert [row[0].text for row in weeks] == ["2025-07-01", "2025-06-24", "2025-06-17"]
    assert [row[6].text for row in weeks] == ["0.710 (0.690 – 0.730)"] * 3
    assert [row[6].note for row in weeks] == ["", "came: 0.720", "came: 0.720"]
    assert weeks[2][5].note == "came: 27.0 %"
    assert "1 of 5 features and columns moved lately" in section.lead[1]
    steady = replace(watched(), drift=drift_rows(0))
    assert "None of 5 features and columns moved" in risk_watch_section(steady).lead[1]  # type: ignore[union-attr]


def test_page_and_screen_hold_it_and_nothing_out_of_the_data_steers_them() -> None:
    page = render_page(watched())
    assert "Is the risk model still right?" in page
    assert INJECTION not in page
    screen = render_screen(watched())
    assert "Is the risk model still right?" in screen
    assert max(map(cell_len, screen.splitlines())) <= 100


def test_where_nothing_is_watched_nothing_is_said() -> None:
    assert watch_line(empty(RISK_WATCH)) is None
    assert watch_line(watch_rows().head(2)) is None
    assert risk_watch_section(findings()) is None
    assert "still right" not in render_screen(findings())
