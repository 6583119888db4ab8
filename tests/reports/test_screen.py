from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from fcr_ml.reports import render_check, render_screen

from .findings_double import INJECTION, findings, nothing_found


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
    assert len(screen.splitlines()) < 66


def test_figures_are_whole_even_beside_very_long_names() -> None:
    screen = render_screen(findings())
    row = next(line for line in screen.splitlines() if "164 (111 – 217)" in line)
    assert row.endswith("164 (111 – 217)    0.008")
    assert "Delivery slot moved" in screen
    assert "…" in screen  # beyond 120 characters


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


def test_a_log_with_faults_does_not_say_that_no_row_is_set_aside() -> None:
    faulty = CheckDouble(faults=["contacts: the column started_at is missing."], is_usable=False)
    told = render_check(faulty)
    assert "No row is set aside." not in told
    assert "Which rows are set aside is known once the faults are mended." in told
    assert "No row is set aside." in render_check(CheckDouble())


@pytest.mark.parametrize("width", [72, 100])
def test_nothing_of_a_name_or_reason_is_cut(width: int) -> None:
    given = findings()
    segment = (
        "product = Fibre 1000 and was_transferred = yes and reason_code = Connection lost again"
    )
    reason = "reason code 'Connection' repeats 24% so far (n=304)"
    drivers = given.drivers.assign(segment=segment).head(1)
    flags = given.flags.assign(reason_1=reason, topic="found pieces loose · carton").head(1)
    screen = render_screen(replace(given, drivers=drivers, flags=flags), width=width)

    assert "…" not in screen
    # Narrow columns break within a word; at 100 every word is whole.
    for told in (segment, reason, "found pieces loose · carton") if width == 100 else ():
        assert all(word in screen for word in told.split())


def test_a_list_of_nearly_all_open_contacts_says_so() -> None:
    given = replace(findings(), open_contacts=64)
    listed, left_alone = len(given.flags), int(given.flags["is_left_alone"].sum())
    told = " ".join(render_screen(given).split())
    assert f"Flags: {listed} of 64 open contacts without a return are listed" in told
    assert "78.1 % of all who could be called, so the list hardly chooses" in told
    assert f"It holds {listed - left_alone} calls" in told
    assert "hardly chooses" not in render_screen(findings())
