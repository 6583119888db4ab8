"""Values: every usual spelling of a cell, and a count of those that are none."""

from __future__ import annotations

import pandas as pd
import pytest

from fcr_ml.contacts.values import (
    READERS,
    names_nobody,
    read_amount,
    read_count,
    read_direction,
    read_flag,
    read_id,
    read_language,
    read_note,
    read_number,
    read_text,
)
from fcr_ml.frames.tables import CONTACTS


def cells(*values):
    return pd.Series(values, dtype="string")


def test_every_declared_column_but_the_times_has_a_reader():
    assert set(READERS) == set(CONTACTS.columns) - {"started_at", "ended_at"}


def test_seconds_from_numbers_clock_times_and_decimal_commas():
    read, unread = read_amount(cells("205", "205.5", "00:03:25", "3:25", "1,205", "12,5", " 7 "))
    assert read.tolist() == [205, 205.5, 205, 205, 1205, 12.5, 7]
    assert not unread.any()


def test_seconds_that_are_none_are_null_and_marked():
    read, unread = read_amount(cells("-5", "long", "inf", "3:75", "", "n/a", None))
    assert read.isna().all()
    assert unread.tolist() == [True, True, True, True, False, False, False]


def test_numbers_from_typed_columns():
    read, unread = read_number(pd.Series([1.5, float("nan"), float("inf")]))
    assert read.tolist() == [1.5, pd.NA, pd.NA]
    assert unread.tolist() == [False, False, True]
    assert read_number(pd.Series([True, None], dtype="boolean"))[0].tolist() == [1, pd.NA]


def test_counts_are_whole():
    read, unread = read_count(cells("2", "2.0", "2.5", "-1"))
    assert read.tolist() == [2, 2, pd.NA, pd.NA]
    assert str(read.dtype) == "Int64"
    assert unread.tolist() == [False, False, True, True]


@pytest.mark.parametrize("word", ["yes", "Y", "TRUE", "1", "ja", "Oui", "sí", "是", "はい", "да"])
def test_yes_in_many_languages(word):
    assert read_flag(cells(word))[0].tolist() == [True]


@pytest.mark.parametrize("word", ["no", "N", "false", "0", "nej", "Nein", "non", "否", "нет"])
def test_no_in_many_languages(word):
    assert read_flag(cells(word))[0].tolist() == [False]


def test_other_words_are_no_flags():
    read, unread = read_flag(cells("maybe", "", "n/a"))
    assert read.isna().all()
    assert unread.tolist() == [True, False, False]


def test_directions():
    read, unread = read_direction(cells("Inbound", "OUT", "QUEUE_TRANSFER", "Callback", "api"))
    assert read.tolist() == ["inbound", "outbound", "outbound", "outbound", pd.NA]
    assert unread.tolist() == [False] * 4 + [True]


def test_languages():
    read, unread = read_language(
        cells("en-US", "SV", "zh_CN", "German", "fra", "English (UK)", "x1")
    )
    assert read.tolist() == ["en", "sv", "zh", "de", "fr", "en", pd.NA]
    assert unread.tolist() == [False] * 6 + [True]


def test_ids_are_trimmed_and_freed_of_control_characters():
    read, _ = read_id(cells(" 0007 ", "a\x00b\u200b", "NA", "\x01"))
    assert read.tolist() == ["0007", "ab", pd.NA, pd.NA]


def test_ids_that_a_data_frame_turned_into_fractions_are_whole_again():
    assert read_id(cells("2403.0", None, "7.0"))[0].tolist() == ["2403", pd.NA, "7"]
    assert read_id(pd.Series([2403.0, None]))[0].tolist() == ["2403", pd.NA]
    # One id of another form: the point belongs to them.
    assert read_id(cells("2403.0", "7.1"))[0].tolist() == ["2403.0", "7.1"]


def test_an_id_may_name_nobody():
    found = names_nobody(cells("Unknown", "ANONYMOUS", "0", "000", "***", "-1", "u1", "10", None))
    assert found.tolist() == [True] * 6 + [False] * 3


def test_text_is_trimmed_and_na_is_a_region():
    read, _ = read_text(cells(" Billing ", "NA", "null", "", "  "))
    assert read.tolist() == ["Billing", "NA", pd.NA, pd.NA, pd.NA]


def test_notes_pass_untouched():
    note = "  Väntar\x00 på\r\nsvar \u202e "
    read, _ = read_note(cells(note, "NULL", " \n", ""))
    assert read.tolist() == [note, pd.NA, pd.NA, pd.NA]


@pytest.mark.parametrize("column", READERS)
def test_readers_change_no_input_and_take_empty_and_all_null_columns(column):
    reader, _ = READERS[column]
    values = cells("7", None, "x")
    before = values.copy()
    reader(values)
    pd.testing.assert_series_equal(values, before)
    assert len(reader(cells())[0]) == 0
    assert reader(cells(None, None))[0].isna().all()
