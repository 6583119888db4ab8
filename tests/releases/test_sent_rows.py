"""Hold rows as they are sent to what they become."""

import pandas as pd
import pytest

from fcr_ml.errors import DataError, SettingsError
from fcr_ml.releases.sent_rows import as_sent, read_as_of, read_sent
from tests.releases.release_double import contacts, sent_rows


def test_text_becomes_contacts() -> None:
    read = read_sent(sent_rows())

    assert list(read["contact_id"]) == ["c2", "c1", "c3"]
    assert read["started_at"][1] == pd.Timestamp("2025-06-01T08:00Z")
    assert pd.isna(read["ended_at"][2])
    assert list(read["transfers"].fillna(-1)) == [1, -1, 2]
    assert list(read["agent_says_resolved"].astype(object).fillna("?")) == [True, "?", False]


def test_there_and_back_is_the_same() -> None:
    there = as_sent(contacts())

    pd.testing.assert_frame_equal(read_sent(there), contacts())


def test_ids_that_a_file_reads_as_numbers_stay_whole() -> None:
    rows = sent_rows().assign(contact_id=[1.0, 2.0, 3.0], case_id=[10.0, None, 12.0])
    read = read_sent(rows)

    assert list(read["contact_id"]) == ["1", "2", "3"]
    assert list(read["case_id"].fillna("none")) == ["10", "none", "12"]


def test_spark_and_pandas_times_are_taken() -> None:
    rows = sent_rows().assign(started_at=pd.Timestamp("2025-06-01T08:00:00.250Z"))

    assert set(read_sent(rows)["started_at"]) == {pd.Timestamp("2025-06-01T08:00:00.250Z")}


def test_every_fault_is_told_at_once_without_a_value() -> None:
    rows = sent_rows().assign(
        started_at=["2025-06-02T08:00", "yesterday", "2025-06-02T08:00Z"],
        transfers=["one", "1.5", "2"],
        customer_id=["", "a", None],
        agent_says_resolved=["perhaps", None, "yes"],
    )

    with pytest.raises(DataError) as refused:
        read_sent(rows)

    told = str(refused.value)
    assert "customer_id is empty in 2 of 3 rows" in told
    assert "started_at holds 2 of 3 values that are no times with their zone" in told
    assert "transfers holds 2 of 3 values that are no whole numbers" in told
    assert "agent_says_resolved holds 1 of 3 values that are no true or false" in told
    assert "yesterday" not in told


def test_a_contact_sent_twice_is_refused() -> None:
    with pytest.raises(DataError, match="repeat the key contact_id"):
        read_sent(sent_rows().assign(contact_id="c1"))


def test_no_rows_are_no_fault() -> None:
    assert len(read_sent(sent_rows().iloc[:0])) == 0


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(DataError, match="a dict was sent"):
        read_sent({"contact_id": ["c1"]})


def test_further_columns_are_read_where_they_are_named() -> None:
    rows = sent_rows().assign(shift=["early", None, "late"], floor=["2", "", "3"], other="x")
    read = read_sent(rows, {"shift": "text", "floor": "number"})

    assert list(read["floor"].fillna(-1)) == [2, -1, 3]
    assert list(read["shift"].fillna("none")) == ["early", "none", "late"]
    assert "other" not in read


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        (None, None),
        ({"as_of": ""}, None),
        ({"as_of": "2025-06-01T10:00+02:00"}, pd.Timestamp("2025-06-01T08:00Z")),
    ],
)
def test_the_moment_is_read(told: dict[str, str] | None, moment: pd.Timestamp | None) -> None:
    assert read_as_of(told) == moment


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(SettingsError, match="as_of: '2025-06-01' is no time with its zone"):
        read_as_of({"as_of": "2025-06-01"})
