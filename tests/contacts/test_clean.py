"""Cleaning: every row is a contact or set aside with one reason; nothing vanishes."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from fcr_ml.contacts import RawLog, clean_log
from fcr_ml.errors import DataError
from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import CONTACTS

SCRIPTS = [
    "my order is late",
    "заказ опаздывает",
    "订单迟到了",
    "注文が遅れています",
    "주문이 늦어요",
    "طلبي متأخر",
    "ההזמנה שלי מאחרת",
    "मेरा ऑर्डर देर से है",
    "என் ஆர்டர் தாமதம்",
    "η παραγγελία μου αργεί",
]


def reasons_of(clean) -> dict[str, str]:
    return dict(zip(clean.set_aside["contact_id"], clean.set_aside["reason"], strict=True))


def test_clean_log_conforms_and_is_sorted(raw_log):
    raw = raw_log(
        started_at=["2025-03-02T10:00:00Z", "2025-03-01T10:00:00Z", "2025-03-01T10:00:00Z"],
        ended_at=None,
        contact_id=["c9", "c2", "c1"],
    )
    contacts = clean_log(raw).contacts
    assert contacts["contact_id"].tolist() == ["c1", "c2", "c9"]
    pd.testing.assert_frame_equal(conform(CONTACTS, contacts), contacts)


def test_rows_are_set_aside_with_the_first_reason_that_holds(raw_log):
    # Truth by hand: one row a reason, and one contact that is kept.
    rows = {
        "kept": ("c0", "u0", "2025-03-01T10:00:00Z", "2025-03-01T10:05:00Z"),
        "contact_id missing": (" ", "u0", "2025-03-01T10:00:00Z", None),
        "customer_id missing": ("c2", "NULL", "2025-03-01T10:00:00Z", None),
        "started_at missing": ("c3", "u0", "N/A", None),
        "started_at unreadable": ("c4", "u0", "soon", None),
        "ended_at unreadable": ("c5", "u0", "2025-03-01T10:00:00Z", "later on"),
        "ends before it starts": ("c6", "u0", "2025-03-01T10:00:00Z", "2025-03-01T08:30:00Z"),
        "later than the moment of the analysis": ("c7", "u0", "2099-01-01T00:00:00Z", None),
        "same row twice": ("c0", "u0", "2025-03-01T10:00:00Z", "2025-03-01T10:05:00Z"),
        "contact_id repeated with other values": ("c0", "u1", "2025-03-01T10:00:00Z", None),
    }
    cells = list(zip(*rows.values(), strict=True))
    raw = raw_log(
        **dict(
            zip(
                ["contact_id", "customer_id", "started_at", "ended_at"],
                map(list, cells),
                strict=True,
            )
        )
    )
    clean = clean_log(raw, as_of="2025-06-30")
    assert clean.contacts["contact_id"].tolist() == ["c0"]
    assert clean.set_aside["reason"].tolist() == list(rows)[1:]
    assert clean.set_aside["source_row"].tolist() == list(range(2, 11))
    details = clean.set_aside.set_index("reason")["detail"]
    assert details["ends before it starts"] == "by 1.50 hours"
    assert details["started_at unreadable"] == "written as aaaa"
    assert details["same row twice"] == "first in row 1"
    assert details["later than the moment of the analysis"] == "starts 2099-01-01"


@pytest.mark.parametrize("word", ["", "NULL", "N/A", "nan", "-", "unknown", "Anonymous", "0"])
def test_null_customers_are_set_aside_and_counted(raw_log, word):
    clean = clean_log(raw_log(customer_id=["u1", word, "u1"]))
    assert reasons_of(clean) == {"c1": "customer_id missing"}
    assert any(
        "set aside: customer_id missing, 1 of 3 rows (first: row 2)" in r for r in clean.remarks
    )


def test_first_of_a_repeated_id_is_kept_even_if_an_earlier_row_was_refused(raw_log):
    # Row 1 cannot be a contact, so row 2 is the first of its id.
    raw = raw_log(
        contact_id="c0",
        started_at=["bad", "2025-03-01T10:00:00Z", "2025-03-02T10:00:00Z"],
        ended_at=None,
    )
    clean = clean_log(raw)
    assert clean.contacts["started_at"].tolist() == [pd.Timestamp("2025-03-01T10:00:00Z")]
    assert clean.set_aside["reason"].tolist() == [
        "started_at unreadable",
        "contact_id repeated with other values",
    ]


def random_log(seed: int) -> RawLog:
    """Give 400 rows whose cells are drawn from good and bad ones."""
    draws = np.random.default_rng(seed)
    choices = {
        "contact_id": [*(f"c{n}" for n in range(150)), "", "null"],
        "customer_id": [*(f"u{n}" for n in range(20)), "unknown", None],
        "started_at": ["2025-03-01T10:00Z", "2025-03-02T09:00Z", "x", "", "2080-01-01T00:00Z"],
        "ended_at": ["2025-03-02T10:00Z", "2025-03-09T10:00Z", None, "??"],
        "transfers": ["1", "-1", "two", None],
    }
    table = {
        name: draws.choice(np.array(cells, dtype=object), 400) for name, cells in choices.items()
    }
    lines = pd.DataFrame({"source": ["a.csv"], "line": [7], "problem": ["broken quoting"]})
    return RawLog(pd.DataFrame(table).astype("string"), ["a.csv"], [], lines, [400])


# A row that is neither a contact nor set aside would bias every figure unseen.
@pytest.mark.parametrize("seed", range(8))
def test_no_row_vanishes(seed):
    raw = random_log(seed)
    clean = clean_log(raw)
    assert len(clean.contacts) + len(clean.set_aside) == raw.records == 401
    assert clean.set_aside["reason"].notna().all()
    again = clean_log(raw)
    pd.testing.assert_frame_equal(clean.contacts, again.contacts)
    pd.testing.assert_frame_equal(clean.set_aside, again.set_aside)
    assert clean.remarks == again.remarks


# Which rows are contacts must not depend on the order in which a log is exported,
# as long as no id comes twice with other values.
@pytest.mark.parametrize("seed", range(3))
def test_row_order_does_not_matter(seed):
    raw = random_log(seed)
    rows = raw.rows.drop_duplicates("contact_id").reset_index(drop=True)
    shuffled = rows.sample(frac=1, random_state=seed).reset_index(drop=True)
    straight, other = (clean_log(RawLog(table, ["a"], [])).contacts for table in (rows, shuffled))
    pd.testing.assert_frame_equal(straight, other)


def test_several_sources_are_named_with_the_row_within(raw_log):
    rows = raw_log(customer_id=["u1", "u1", None]).rows
    clean = clean_log(RawLog(rows, ["jan.csv", "feb.csv"], [], row_counts=[1, 2]))
    assert clean.set_aside["source_row"].tolist() == [3]
    assert clean.set_aside["detail"].tolist() == ["feb.csv row 2"]


def test_input_is_not_changed(raw_log):
    raw = raw_log(note=["a\x00", " b ", None])
    before = raw.rows.copy()
    clean_log(raw)
    pd.testing.assert_frame_equal(raw.rows, before)


def test_all_faults_come_at_once(raw_log):
    raw = raw_log(started_at=["2025-03-01 10:00"] * 3, ended_at="2025-03-01 11:00")
    rows = raw.rows.rename(columns={"customer_id": "custmer"})
    with pytest.raises(DataError) as refusal:
        clean_log(RawLog(rows, ["a"], []), as_of="soon", attributes={"mood": "later"})
    message = str(refusal.value)
    assert message.startswith("contacts: 4 faults have to be mended.")
    for part in (
        "required column customer_id is missing; the nearest is 'custmer'",
        "there is no further column 'mood'",
        "started_at, ended_at: 6 of 6 times carry no zone (first: row 1)",
        "--as-of: 'soon' is not a date",
    ):
        assert part in message


def test_single_fault_is_one_line(raw_log):
    with pytest.raises(DataError) as refusal:
        clean_log(raw_log(started_at="2025-03-01 10:00", ended_at=None))
    assert str(refusal.value) == (
        "contacts: started_at: 3 of 3 times carry no zone (first: row 1); give the export's own "
        "with --time-zone, such as UTC or Europe/Stockholm."
    )


def test_no_contact_left_is_an_error_with_counts(raw_log):
    with pytest.raises(DataError) as refusal:
        clean_log(raw_log(customer_id=[None, "unknown", ""]))
    assert "no contact is left: all 3 rows are set aside (customer_id missing 3)" in str(
        refusal.value
    )
    with pytest.raises(DataError, match=r"later than the moment of the analysis 3"):
        clean_log(raw_log(), as_of="2020-01-01")


def test_future_dates_do_not_move_the_moment(raw_log):
    rows = 400
    days = pd.date_range("2025-01-01", periods=100, tz="UTC").repeat(4)
    starts = [*days.strftime("%Y-%m-%dT10:00:00Z")[:-1], "2099-12-31T00:00:00Z"]
    clean = clean_log(
        raw_log(contact_id=[f"c{n}" for n in range(rows)], started_at=starts, ended_at=None)
    )
    assert clean.as_of == pd.Timestamp("2025-04-11", tz="UTC")
    assert reasons_of(clean) == {"c399": "later than the moment of the analysis"}
    assert clean.remarks[0] == (
        "as of 2025-04-11 00:00 UTC, the end of the last day with the log's usual volume; 1 of "
        "400 rows start later."
    )


def test_local_end_in_the_repeated_hour_is_never_before_its_start(raw_log):
    # 02:50 summer time, then 02:10 winter time: twenty minutes, not minus forty.
    clean = clean_log(
        raw_log(started_at="2025-10-26 02:50", ended_at="2025-10-26 02:10"),
        time_zone="Europe/Stockholm",
    )
    length = clean.contacts["ended_at"] - clean.contacts["started_at"]
    assert length.dt.total_seconds().tolist() == [1_200] * 3


def test_cells_that_cannot_be_read_are_null_counted_and_not_quoted(raw_log):
    clean = clean_log(raw_log(transfers=["1", "secret", "-4"], csat=["5", "5", "n/a"]))
    assert clean.contacts["transfers"].tolist() == [1, pd.NA, pd.NA]
    told = [remark for remark in clean.remarks if "transfers" in remark]
    assert told == [
        "transfers: 2 of 3 cells are not whole numbers of at least 0 and are left empty "
        "(first: row 2)."
    ]


def test_handle_time_is_the_sum_where_all_parts_are_known(raw_log):
    clean = clean_log(
        raw_log(talk_seconds=["60", "00:01:00", "60"], hold_seconds=["5", None, "10"])
    )
    assert clean.contacts["handle_seconds"].tolist() == [65, pd.NA, 70]
    given = clean_log(raw_log(talk_seconds="60", handle_seconds="90"))
    assert given.contacts["handle_seconds"].tolist() == [90] * 3


def test_milliseconds_are_noticed(raw_log):
    clean = clean_log(raw_log(handle_seconds="312000"))
    assert any(
        "the median is 86.7 hours; if the export is in milliseconds" in r for r in clean.remarks
    )


def test_notes_of_ten_scripts_and_control_characters_pass_untouched(raw_log):
    notes = [f"{text}\x07\x00\r\n\t {text} " for text in SCRIPTS]
    clean = clean_log(raw_log(note=notes))
    assert clean.contacts["note"].tolist() == notes


def test_notes_of_a_megabyte_pass_untouched(raw_log):
    note = "straße " * 150_000
    clean = clean_log(raw_log(note=[note, "", None]))
    assert clean.contacts["note"].tolist() == [note, pd.NA, pd.NA]


def test_no_note_and_no_id_of_a_customer_enters_the_rows_set_aside_or_the_remarks(raw_log):
    clean = clean_log(
        raw_log(
            note="SECRET words",
            customer_id="SECRETARY",
            started_at=["SECRET", "2025-03-01T10:00Z", "2025-03-01T10:00Z"],
            ended_at=None,
            contact_id=["c1", "c2", "c2"],
        )
    )
    assert len(clean.set_aside) == 2
    assert "SECRET" not in clean.set_aside.to_csv() + " ".join(clean.remarks)


def test_one_customer_with_many_contacts_is_quick_and_remarked():
    rows = 100_000
    starts = pd.date_range("2024-01-01", periods=rows, freq="5min", tz="UTC")
    table = pd.DataFrame({"contact_id": np.arange(rows).astype(str), "customer_id": "shared"})
    table = pd.concat([table.assign(started_at=starts)], ignore_index=True)
    table.loc[0, "customer_id"] = "alone"
    began = time.process_time()
    clean = clean_log(
        RawLog(table.astype({"contact_id": "string", "customer_id": "string"}), ["a"], [])
    )
    assert time.process_time() - began < 10
    assert len(clean.contacts) + len(clean.set_aside) == rows
    told = [remark for remark in clean.remarks if "shared accounts" in remark]
    assert told[0].startswith("customer_id: 1 of 2 customers have more contacts than a person has")


def test_small_log_has_no_shared_accounts(raw_log):
    assert not any("shared accounts" in remark for remark in clean_log(raw_log()).remarks)


def test_rounded_ids_and_event_logs_are_noticed(raw_log):
    clean = clean_log(
        raw_log(contact_id=["c1", "c1", "c1"], customer_id=["4.67E+10", "4.67E+10", "4.68E+10"])
    )
    told = " ".join(clean.remarks)
    assert "customer_id: 3 of 3 look rounded by a spreadsheet" in told
    assert "2 of 3 rows repeat an id with other values; is this a log of events" in told


def test_attributes_keep_their_types_and_get_safe_names(raw_log):
    raw = raw_log(**{"VIP Level": [1, 2, 3], "City": [" Malmö", "", "NULL"]})
    clean = clean_log(raw, attributes={"City": "at_start"})
    assert clean.contacts["vip_level"].tolist() == [1, 2, 3]
    assert clean.contacts["city"].tolist() == ["Malmö", pd.NA, pd.NA]
    assert clean.columns.known == {"vip_level": "unknown", "city": "at_start"}
    naive = raw_log(seen=list(pd.to_datetime(["2025-03-01"] * 3)))
    assert clean_log(naive).contacts["seen"].iloc[0] == "2025-03-01T00:00:00.000000"


def test_columns_by_hand_are_used(raw_log):
    raw = raw_log()
    renamed = RawLog(raw.rows.rename(columns={"customer_id": "wer"}), ["a"], [])
    clean = clean_log(renamed, columns={"customer_id": "wer"})
    assert clean.contacts["customer_id"].tolist() == ["u0", "u1", "u0"]
    assert clean.columns.how["customer_id"] == "given"
