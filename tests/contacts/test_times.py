"""Times: one instant however it is written; never a zone or an order by guess."""

from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.contacts.times import read_times, shape

INSTANT = pd.Timestamp("2025-04-13T12:05:00Z")


def read(cells, zone=None, dtype="string"):
    """Read one column; give instants, faults and remarks."""
    faults: list[str] = []
    remarks: list[str] = []
    values = cells if isinstance(cells, pd.Series) else pd.Series(cells, dtype=dtype)
    return read_times({"started_at": values}, zone, faults, remarks)["started_at"], faults, remarks


@pytest.mark.parametrize(
    "text",
    [
        "2025-04-13T12:05:00Z",
        "2025-04-13T12:05Z",
        "2025-04-13 12:05:00.000000+00:00",
        "2025-04-13 14:05:00 +0200",
        "2025-04-13T14:05:00+02",
        "2025-04-13 12:05:00 UTC",
        "20250413T120500Z",
        "Sun, 13 Apr 2025 12:05:00 GMT",
        "1744545900",
        "1744545900.0",
        "1744545900000",
        "1744545900000000",
        "1744545900000000000",
    ],
)
def test_forms_that_carry_their_zone(text):
    times, faults, _ = read([text])
    assert times.instants.tolist() == [INSTANT]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    [
        "2025-04-13 14:05:00",
        "2025-04-13 14:05",
        "2025/4/13 14:05",
        "20250413140500",
        "202504131405",
        "13/04/2025 14:05:00",
        "13.4.2025 14:05",
        "13-04-25 14:05",
        "4/13/2025 2:05 PM",
        "4/13/2025 2:05:00 p.m.",
        "13-Apr-2025 14.05.00",
        "13 April 2025 14:05",
        "Apr 13, 2025, 2:05 PM",
        "2025年4月13日 14:05",
        "45760.586805556",
    ],
)
def test_forms_without_a_zone_take_the_given_one(text):
    times, faults, _ = read([text], "Europe/Stockholm")
    assert times.instants.tolist() == [INSTANT]
    assert faults == []


def test_typed_columns_are_read_without_detour():
    naive = pd.Series(pd.to_datetime(["2025-04-13 14:05:00"]))
    assert read(naive, "Europe/Stockholm")[0].instants.tolist() == [INSTANT]
    aware = naive.dt.tz_localize("Europe/Stockholm")
    assert read(aware)[0].instants.tolist() == [INSTANT]
    epochs = pd.Series([1744545900, None], dtype="Int64")
    assert read(epochs)[0].instants.tolist() == [INSTANT, pd.NaT]


def test_noon_and_midnight_in_half_days():
    times, _, _ = read(["4/13/2025 12:05 AM", "4/13/2025 12:05 PM"], "UTC")
    assert times.instants.dt.hour.tolist() == [0, 12]


def test_naive_times_without_a_zone_are_a_fault_with_the_mend():
    _, faults, _ = read([None, "2025-04-13T12:05:00Z", "2025-04-13 12:05:00"])
    assert faults == [
        "started_at: 1 of 2 times carry no zone (first: row 3); give the export's own with "
        "--time-zone, such as UTC or Europe/Stockholm"
    ]


def test_unknown_zone_names_the_nearest():
    _, faults, _ = read(["2025-04-13 12:05:00"], "Europe/Stokholm")
    assert faults == [
        "--time-zone: there is no zone 'Europe/Stokholm'; the nearest is Europe/Stockholm"
    ]


def test_one_row_after_the_twelfth_tells_day_from_month_for_both_columns():
    faults: list[str] = []
    columns = {
        "started_at": pd.Series(["03/04/2025 10:00"], dtype="string"),
        "ended_at": pd.Series(["13/04/2025 10:00"], dtype="string"),
    }
    times = read_times(columns, "UTC", faults, [])
    assert times["started_at"].instants.tolist() == [pd.Timestamp("2025-04-03T10:00Z")]
    assert faults == []


def test_day_or_month_is_asked_when_nothing_tells():
    _, faults, _ = read(["03/04/2025", "05/06/2025"], "UTC")
    assert len(faults) == 1
    assert "in all 2 dates such as 03/04/2025 the day may be the month" in faults[0]
    assert "export dates as YYYY-MM-DD" in faults[0]


def test_two_orders_in_one_log_are_refused_with_rows():
    _, faults, _ = read(["03/04/2025", "13/04/2025", "04/14/2025"], "UTC")
    assert "the day stands first in at least 1 dates (row 2)" in faults[0]
    assert "the month in at least 1 (row 3)" in faults[0]


def test_points_always_have_the_day_first():
    times, faults, _ = read(["3.4.2025", "4/13/2025"], "UTC")
    assert times.instants.dt.strftime("%m-%d").tolist() == ["04-03", "04-13"]
    assert faults == []


def test_the_hour_that_comes_twice_is_the_earlier_and_counted():
    times, _, remarks = read(["2025-10-26 02:30", "2025-10-26 03:30"], "Europe/Stockholm")
    assert times.instants.dt.strftime("%H:%M").tolist() == ["00:30", "02:30"]
    assert times.later.dt.strftime("%H:%M").tolist() == ["01:30", "02:30"]
    assert remarks[0].startswith("started_at: 1 of 2 times occur twice in Europe/Stockholm")


def test_the_hour_that_is_skipped_ends_at_the_gap_and_is_counted():
    times, _, remarks = read(["2025-03-30 02:30", "2025-03-30 03:30"], "Europe/Stockholm")
    assert times.instants.dt.strftime("%H:%M").tolist() == ["01:00", "01:30"]
    assert remarks[0].startswith("started_at: 1 of 2 times do not occur in Europe/Stockholm")


@pytest.mark.parametrize(
    "text", ["", " ", "NULL", "n/a", "nan", "None", "-", "0000-00-00 00:00:00"]
)
def test_ways_to_say_nothing_are_no_times_and_no_faults(text):
    times, faults, _ = read(["2025-04-13T12:05:00Z", text])
    assert times.is_filled.tolist() == [True, False]
    assert not times.unreadable.any()
    assert faults == []


@pytest.mark.parametrize(
    "text", ["gibberish", "2025-02-30", "2025-13-01T10:00Z", "2025-04-13 25:00", "12:05", "42"]
)
def test_what_is_no_time_is_unreadable(text):
    times, faults, _ = read(["2025-04-13T12:05:00Z", text], "UTC")
    assert times.unreadable.tolist() == [False, True]
    assert faults == []


def test_column_of_nothing_readable_is_a_fault():
    _, faults, _ = read(["yesterday", "today"])
    assert faults == [
        "started_at: none of 2 times can be read; export them as 2025-06-30T14:05:00Z"
    ]


def test_far_years_are_read():
    times, _, _ = read(["9999-12-31 00:00:00Z", "2099-01-01 00:00:00Z"])
    assert times.instants.dt.year.tolist() == [9999, 2099]


def test_shape_says_nothing_of_the_cell():
    assert shape("Anna 070-1234567, igår") == "aaaa 999-9999999, aaaa"
    assert len(shape("x" * 500)) == 30
