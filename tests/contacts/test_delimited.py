"""Delimited text: a broken line costs itself, an unmarked encoding is never guessed."""

from __future__ import annotations

import csv
import gzip

import pytest

from fcr_ml.contacts import clean_log, read_log
from fcr_ml.errors import DataError, SettingsError, StorageError

HEADER = "contact_id,customer_id,started_at,note\n"
ROWS = "c1,0007,2025-03-01T10:00:00Z,hello\nc2,0008,2025-03-01T11:00:00Z,\n"
CELLS = [
    ["c1", "0007", "2025-03-01T10:00:00Z", "hello"],
    ["c2", "0008", "2025-03-01T11:00:00Z", ""],
]
NAMES = ["contact_id", "customer_id", "started_at", "note"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_gives_the_same_cells(read_text_log, delimiter):
    raw = read_text_log((HEADER + ROWS).replace(",", delimiter))
    assert raw.rows.to_numpy().tolist() == CELLS
    assert raw.problems == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_encodings_are_read_unasked(read_text_log, encoding):
    raw = read_text_log((HEADER + "c1,u1,2025-03-01,växel 交換 обмен\n").encode(encoding))
    assert list(raw.rows.columns) == NAMES
    assert raw.rows.loc[0, "note"] == "växel 交換 обмен"


def test_packed_file_cut_short_is_named_damaged(tmp_path):
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROWS * 5000).encode())[:-40])
    with pytest.raises(StorageError, match=r"damaged or cut short; copy or export it again"):
        read_log([str(path)])


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_empty_file_is_refused(read_text_log, text):
    with pytest.raises(DataError, match=r"log\.csv: the file is empty; export the log again"):
        read_text_log(text)


def test_header_only_is_refused(read_text_log):
    with pytest.raises(DataError, match=r"a header and no contacts"):
        read_text_log(HEADER)


def test_unclosed_quote_costs_its_line_only(read_text_log):
    lines = [f"c{n},u{n},2025-03-01T10:00:00Z,note {n}\n" for n in range(100)]
    lines[40] = 'c40,u40,2025-03-01T10:00:00Z,"never closed\n'
    lines[60] = 'c60,u60,2025-03-01T10:00:00Z,"two\nlines, one note"\n'
    raw = read_text_log(HEADER + "".join(lines))
    assert raw.rows["contact_id"].tolist() == [f"c{n}" for n in range(100) if n != 40]
    assert raw.rows.set_index("contact_id").loc["c60", "note"] == "two\nlines, one note"
    # The header is line 1, so the broken row stands in line 42.
    assert raw.unreadable[["line", "problem"]].to_numpy().tolist() == [[42, "broken quoting"]]
    assert "1 of 100 records cannot be read" in raw.problems[0]
    assert "line 42, broken quoting" in raw.problems[0]


def test_unclosed_quote_at_the_end_does_not_swallow_the_file(read_text_log):
    body = 'c0,u0,2025-03-01T10:00:00Z,"open\n' + "".join(
        f"c{n},u{n},2025-03-01T10:00:00Z,plain\n" for n in range(1, 2000)
    )
    raw = read_text_log(HEADER + body)
    assert len(raw.rows) == 1999
    assert raw.unreadable["line"].tolist() == [2]


def test_rows_of_another_width_are_set_aside_with_their_line(read_text_log):
    raw = read_text_log(HEADER + "c1,u1,2025-03-01T10:00:00Z,a,b\n" + ROWS.split("\n")[0] + "\n")
    assert raw.unreadable["problem"].tolist() == ["5 cells where the header has 4"]
    clean = clean_log(raw)
    assert clean.set_aside["reason"].tolist() == ["unreadable line"]
    assert (
        clean.set_aside["detail"]
        .str.endswith("log.csv line 2: 5 cells where the header has 4")
        .all()
    )
    assert len(clean.contacts) + len(clean.set_aside) == raw.records == 2


def test_no_line_fits_the_header(read_text_log):
    with pytest.raises(DataError, match=r"none of 2 lines can be read \(first: line 2, 3 cells"):
        read_text_log("a,b\n1,2,3\n1,2,3\n")


def test_one_megabyte_note_is_read_whole_and_the_csv_limit_restored(read_text_log):
    before = csv.field_size_limit()
    note = "word, " * 180_000
    raw = read_text_log(HEADER + f'c1,u1,2025-03-01T10:00:00Z,"{note}"\n')
    assert raw.rows.loc[0, "note"] == note
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Kundin möchte Öl für Gerät", "cp1252"),
        ("клиент просит вернуть деньги за заказ", "cp1251"),
        ("客户要求退款，因为订单没有送到", "gb18030"),
        ("お客様は返金を希望しています。注文が届かない", "cp932"),
        ("고객이 환불을 요청했습니다 주문이 오지 않았습니다", "cp949"),
    ],
)
def test_wrong_encoding_is_refused_with_the_one_that_fits(read_text_log, text, encoding):
    body = ROWS + f"c3,u3,2025-03-01T10:00:00Z,{text}\n"
    data = (HEADER + body).encode(encoding)
    with pytest.raises(DataError) as refusal:
        read_text_log(data)
    assert "1 of 4 lines are not UTF-8 (first: line 4)" in str(refusal.value)
    assert f"give --encoding {encoding}" in str(refusal.value)
    assert text[:6] not in str(refusal.value)
    assert read_text_log(data, encoding=encoding).rows.loc[2, "note"] == text


def test_unknown_encoding_and_delimiter_are_settings_errors(read_text_log):
    with pytest.raises(SettingsError, match=r"--encoding: 'utf-9' is not known"):
        read_text_log(HEADER + ROWS, encoding="utf-9")
    with pytest.raises(SettingsError, match=r"--delimiter: ';;' is not one sign"):
        read_text_log(HEADER + ROWS, delimiter=";;")
    raw = read_text_log((HEADER + ROWS).replace(",", "\t"), delimiter="tab")
    assert raw.rows.to_numpy().tolist() == CELLS


def test_utf16_without_a_mark_is_told(read_text_log):
    with pytest.raises(
        DataError, match=r"UTF-16 without a byte-order mark; give --encoding utf-16-le"
    ):
        read_text_log((HEADER + ROWS).encode("utf-16-le"))


def test_workbook_named_csv_is_told(read_text_log):
    with pytest.raises(DataError, match=r"workbook or zip archive"):
        read_text_log(b"PK\x03\x04" + b"\x00\x01" * 50)


def test_no_delimiter_in_the_header(read_text_log):
    with pytest.raises(DataError, match=r"no comma, semicolon, tab or pipe"):
        read_text_log("hello\nworld\n")


def test_repeated_and_empty_column_names_get_names_of_their_own(read_text_log):
    raw = read_text_log("contact_id,note,note,\nc1,a,b,c\n")
    assert list(raw.rows.columns) == ["contact_id", "note", "note (2)", "column 4"]
    assert "note (2), column 4" in raw.problems[0]
