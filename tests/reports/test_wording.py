from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.reports import wording


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (wording.count(1_234_567), "1,234,567"),
        (wording.number(1_204.55, 1), "1,204.5"),
        (wording.percent(0.7119), "71.2 %"),
        (wording.percent_interval(0.712, 0.698, 0.726), "71.2 % (69.8 – 72.6)"),
        (wording.percent_interval(0.712, None, 0.726), "71.2 %"),
        (wording.number_interval(1_204, -98, 1_430), "1,204 (−98 to 1,430)"),
        (wording.q_value(0.00001), "< 0.001"),
        (wording.q_value(0.0314), "0.031"),
        (wording.hours(0.5), "30 min"),
        (wording.hours(48), "48 h"),
        (wording.hours(720), "30 d"),
        (wording.window("1d"), "24 hours"),
        (wording.window("1h"), "1 hour"),
        (wording.window("90m"), "90 minutes"),
        (wording.window("4w"), "28 days"),
        (wording.window("calendar month"), "calendar month"),
        (wording.verdict("next_issue"), "next issue"),
    ],
)
def test_figures_are_written_as_a_reader_expects(given: str, written: str) -> None:
    assert given == written


def test_a_missing_value_is_a_dash_and_never_a_zero() -> None:
    writers = (
        wording.count,
        wording.number,
        wording.percent,
        wording.q_value,
        wording.instant,
        wording.day,
        wording.hours,
        wording.name,
    )
    assert {write(pd.NA) for write in writers} == {"–"}


def test_names_cannot_steer_what_shows_them_and_keep_their_joiners() -> None:
    assert wording.name("a\x1b[31mb\nc") == "a [31mb c"
    assert wording.name("left\u202eright") == "left right"
    assert wording.name("می\u200cخواهم") == "می\u200cخواهم"
    assert wording.name("\ud800").encode() == b" "


def test_rows_are_ordered_by_reading_and_by_the_length_of_the_window() -> None:
    rows = pd.DataFrame(
        {
            "reading": ["related", "any_return", "any_return", "own_reading"],
            "window": ["7d", "30d", "48h", "7d"],
        }
    )
    ordered = wording.in_reading_order(rows)
    assert list(ordered.index) == [2, 1, 0, 3]
