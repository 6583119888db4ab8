import json
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import DataError, StorageError
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.conform import empty
from fcr_ml.frames.tables import LINKS

AS_OF = pd.Timestamp("2025-02-01", tz="UTC")


@pytest.fixture
def contacts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "contact_id": ["a", "b"],
            "customer_id": ["x", "y"],
            "started_at": pd.to_datetime(["2025-01-01", "2025-01-02"], utc=True),
            "transfers": pd.array([1, None], dtype="Int64"),
        }
    )


def test_what_was_written_is_read(tmp_path: Path, contacts: pd.DataFrame) -> None:
    tables = {"contacts": contacts, "links": empty(LINKS)}
    written = write_casebook(tmp_path / "book", tables, AS_OF, {"window": "7d"})

    opened = Casebook.open(tmp_path / "book")

    assert opened == written
    assert opened.as_of == AS_OF
    assert opened.settings == {"window": "7d"}
    assert opened.table_names == ["contacts", "links"]
    assert opened.table("contacts")["transfers"].tolist() == [1, pd.NA]
    assert opened.table("links").dtypes.equals(empty(LINKS).dtypes)


def test_an_absent_column_asked_for_comes_as_nulls(tmp_path: Path, contacts: pd.DataFrame) -> None:
    book = write_casebook(tmp_path / "book", {"contacts": contacts}, AS_OF, {})

    read = book.table("contacts", ["contact_id", "queue"])

    assert list(read.columns) == ["contact_id", "queue"]
    assert read["queue"].isna().all()


def test_equal_rows_give_equal_bytes(tmp_path: Path, contacts: pd.DataFrame) -> None:
    for name in ("one", "two"):
        write_casebook(tmp_path / name, {"contacts": contacts}, AS_OF, {"b": 1, "a": 2})

    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_table_in_parts_is_the_table(tmp_path: Path, contacts: pd.DataFrame) -> None:
    parts = (contacts.iloc[[row]] for row in range(len(contacts)))

    book = write_casebook(tmp_path / "parts", {"contacts": parts}, AS_OF, {})

    whole = write_casebook(tmp_path / "whole", {"contacts": contacts}, AS_OF, {})
    pd.testing.assert_frame_equal(book.table("contacts"), whole.table("contacts"))
    manifest = json.loads((tmp_path / "parts" / "manifest.json").read_text())
    assert manifest["tables"]["contacts"]["rows"] == len(contacts)


def test_a_fault_leaves_the_older_casebook_whole(tmp_path: Path, contacts: pd.DataFrame) -> None:
    write_casebook(tmp_path / "book", {"contacts": contacts}, AS_OF, {})

    broken = contacts.assign(contact_id="a")
    with pytest.raises(DataError):
        write_casebook(tmp_path / "book", {"contacts": broken}, AS_OF, {})

    assert len(Casebook.open(tmp_path / "book").table("contacts")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_damage_and_other_versions_are_refused(tmp_path: Path, contacts: pd.DataFrame) -> None:
    book = write_casebook(tmp_path / "book", {"contacts": contacts}, AS_OF, {})
    manifest = json.loads((book.folder / "manifest.json").read_text())
    with pytest.raises(StorageError, match="no readable"):
        Casebook.open(tmp_path / "nowhere")

    (book.folder / "manifest.json").write_text(json.dumps(manifest | {"contract_version": 0}))
    with pytest.raises(DataError, match="contract version 0"):
        Casebook.open(book.folder)

    (book.folder / "manifest.json").write_text(json.dumps(manifest))
    path = book.path("contacts")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StorageError, match=r"contacts\.parquet has"):
        Casebook.open(book.folder)
