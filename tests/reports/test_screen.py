from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from fcr_ml.reports import render_check, render_screen

from .findings_double import INJECTION, LONG_NAME, findings, nothing_found


@dataclass
class CheckDouble:
    """The shape of a log check, with invented findings."""

    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    set_aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    switched_off: list[tuple[str, str]] = field(default_factory=list)
    is_usable: bool = True


@pytest.mark.parametrize("width", [72, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    screen = render_screen(findings(), Path("out/page.html"), width=width)
    assert max(cell_len(line) for line in screen.splitlines()) <= width


def test_a_screenful_names_figures_drivers_flags_and_the_page() -> None:
    screen = render_screen(findings(), Path("out/page.html"))
    assert "FCR: 71.0 % (95 % interval 70.6 – 71.4). Of 42,408 closed contacts" in screen
    assert "72.0 % (71.6 – 72.4)" in screen
    assert "strict rule (related, 48 hours before or after): 57.9 % (57.5 – 58.3)" in screen
    assert "by link probability (related, 7 days): 69.9 % (69.3 – 70.5)" in screen
    assert "queue = Billing" in screen
    assert "820 (636 – 1,004)" in screen
    assert "and 9 more drivers" in screen
    assert "and 40 more flags" in screen
    assert "c-91009" in screen
    assert "c-91010" not in screen
    assert "The page: out/page.html" in screen
    assert len(screen.splitlines()) < 60


def test_figures_are_whole_even_beside_very_long_names() -> None:
    screen = render_screen(findings())
    row = next(line for line in screen.splitlines() if "Delivery" in line and "…" in line)
    assert LONG_NAME not in screen
    assert row.endswith("164 (111 – 217)    0.008")


def test_names_are_taken_literally() -> None:
    drivers = findings().drivers.assign(segment="[bold]queue[/bold] = \x1b[2J:smile:")
    given = replace(findings(), drivers=drivers.head(1))
    screen = render_screen(given)
    assert "[bold]queue[/bold] =  [2J:smile:" in screen
    assert "\x1b" not in screen
    assert INJECTION[:20] in render_screen(findings())


def test_colour_is_given_only_when_asked_for() -> None:
    assert "\x1b[" in render_screen(findings(), colour=True)
    assert "\x1b[" not in render_screen(findings())


def test_what_is_not_there_is_said_in_words() -> None:
    screen = render_screen(nothing_found())
    assert "FCR: no rate (not enough contacts)" in screen
    assert "No drivers: no segment has enough closed contacts" in screen
    assert "No flags: nothing is on the list out of 2 open contacts." in screen
    assert "%" not in screen.replace("95 %", "")


def test_the_main_window_is_shown_even_if_it_is_the_longest_of_many() -> None:
    rows = findings().fcr
    more = [rows.assign(window=window) for window in ("24h", "72h")]
    given = replace(findings(), fcr=pd.concat([rows, *more]), window="30d")
    headings = next(line for line in render_screen(given).splitlines() if "within 24h" in line)
    assert headings.split() == ["reading", "within", "24h", "within", "48h", "within", "30d"]


def test_a_usable_log_shows_where_each_column_comes_from() -> None:
    check = CheckDouble(
        columns=pd.DataFrame(
            {
                "column": ["customer_id", "note"],
                "source": ["Kunde-Nr.", "备注"],
                "understood": ["by its name", "given in the settings"],
                "filled_rate": [1.0, 0.734],
            }
        ),
        set_aside=pd.DataFrame({"reason": ["ends before it starts"], "rows": [1_014]}),
        switched_off=[("drivers by team", "team")],
        remarks=["Times carry no zone and are taken as UTC."],
    )
    screen = render_check(check)
    assert screen.startswith("This log can be used.")
    assert "73.4 %" in screen
    assert "1,014" in screen
    assert "drivers by team: the log has no team" in screen
    assert "Times carry no zone" in screen
    assert max(cell_len(line) for line in screen.splitlines()) <= 100


def test_faults_come_before_everything_else() -> None:
    check = CheckDouble(faults=["contacts: the column started_at is missing."], is_usable=False)
    lines = render_check(check).splitlines()
    assert lines[0] == "This log cannot be used yet."
    assert lines[2:4] == ["Faults", "  contacts: the column started_at is missing."]
    assert "No row is set aside." in lines
