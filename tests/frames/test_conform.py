import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError
from fcr_ml.frames.conform import as_vectors, conform, empty
from fcr_ml.frames.tables import CASEBOOK_TABLES, CONTACTS, LINKS, TOPICS


def _contacts(**changes: list) -> pd.DataFrame:
    columns = {
        "contact_id": ["a", "b"],
        "customer_id": ["x", "x"],
        "started_at": pd.to_datetime(["2025-01-01", "2025-01-02"], utc=True),
        "transfers": [0, None],
        "priority": ["high", "low"],
    }
    return pd.DataFrame(columns | changes)


def test_types_are_given_and_others_kept_where_allowed() -> None:
    contacts = conform(CONTACTS, _contacts())

    assert str(contacts["started_at"].dtype) == "datetime64[us, UTC]"
    assert contacts["transfers"].tolist() == [0, pd.NA]
    assert contacts["priority"].tolist() == ["high", "low"]


def test_the_input_is_not_changed() -> None:
    given = _contacts()
    before = given.copy(deep=True)

    conform(CONTACTS, given)

    pd.testing.assert_frame_equal(given, before)


def test_all_faults_are_told_at_once() -> None:
    broken = _contacts(contact_id=["a", "a"], customer_id=["x", None])

    with pytest.raises(DataError) as told:
        conform(CONTACTS, broken)

    assert "customer_id breaks the rule" in str(told.value)
    assert "1 of 2 rows repeat the key contact_id (first: a)" in str(told.value)


def test_a_missing_required_column_is_named() -> None:
    with pytest.raises(DataError, match="started_at is missing"):
        conform(CONTACTS, _contacts().drop(columns="started_at"))


def test_naive_times_are_refused() -> None:
    with pytest.raises(DataError, match="started_at"):
        conform(CONTACTS, _contacts(started_at=pd.to_datetime(["2025-01-01", "2025-01-02"])))


def test_a_share_above_one_is_refused() -> None:
    links = pd.DataFrame({name: ["a"] for name in LINKS.required})
    links = links.assign(hours_between=1.0, link_probability=1.5, same_issue_probability=0.5)
    with pytest.raises(DataError, match="link_probability"):
        conform(LINKS, links)


@pytest.mark.parametrize("name", sorted(CASEBOOK_TABLES))
def test_every_table_has_an_empty_form(name: str) -> None:
    table = CASEBOOK_TABLES[name]

    assert len(empty(table)) == 0
    assert list(empty(table).columns) == list(table.columns)


def test_vectors_come_back_with_gaps() -> None:
    topics = empty(TOPICS)
    values = pd.Series([np.array([1.0, 2.0], dtype=np.float32), None])

    vectors = as_vectors(values, dimensions=2)

    assert vectors[0].tolist() == [1.0, 2.0]
    assert np.isnan(vectors[1]).all()
    assert as_vectors(topics["vector"], dimensions=2).shape == (0, 2)
