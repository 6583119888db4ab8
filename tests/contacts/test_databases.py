"""Databases: one table or one query, read-only, and never a password in a message."""

from __future__ import annotations

import os
import sqlite3

import duckdb
import pandas as pd
import pytest

from fcr_ml.contacts import clean_log, read_log
from fcr_ml.errors import DataError, SettingsError, StorageError


@pytest.fixture
def duckdb_file(tmp_path) -> str:
    path = tmp_path / "log.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE contacts AS SELECT 'c' || i AS contact_id, i AS customer_id, "
            "TIMESTAMPTZ '2025-03-01 10:00:00+00' AS started_at FROM range(3) t(i)"
        )
    return str(path)


def test_duckdb_file_with_one_table_is_read(duckdb_file):
    raw = read_log([duckdb_file])
    assert raw.rows["contact_id"].tolist() == ["c0", "c1", "c2"]
    assert clean_log(raw).contacts["started_at"].iloc[0] == pd.Timestamp("2025-03-01T10:00:00Z")


def test_duckdb_file_with_two_tables_lists_them(duckdb_file):
    with duckdb.connect(duckdb_file) as connection:
        connection.execute("CREATE TABLE agents AS SELECT 1 AS agent")
    with pytest.raises(DataError, match=r"it holds 2 tables: agents, contacts; name one"):
        read_log([duckdb_file])
    with pytest.raises(DataError, match=r"there is no table contact; the nearest is contacts"):
        read_log([duckdb_file], query="contact")
    assert len(read_log([duckdb_file], query="contacts").rows) == 3
    only = read_log([duckdb_file], query="SELECT * FROM contacts WHERE customer_id = 1;")
    assert only.rows["contact_id"].tolist() == ["c1"]
    with pytest.raises(DataError, match=r"the database refuses the query"):
        read_log([duckdb_file], query="SELECT nothing FROM contacts")


@pytest.fixture
def sqlite_file(tmp_path) -> str:
    path = tmp_path / "log one.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE contacts (contact_id, customer_id INTEGER, started_at, x)")
        connection.executemany(
            "INSERT INTO contacts VALUES (?, ?, ?, ?)",
            [("c1", 7, "2025-03-01T10:00:00Z", 1.5), ("c2", None, "2025-03-02T10:00:00Z", "word")],
        )
    connection.close()
    return str(path)


def test_sqlite_by_file_and_by_url_give_the_same(sqlite_file):
    by_file = read_log([sqlite_file])
    query = "SELECT * FROM contacts WHERE started_at > '2025-01-01T00:00:00Z'"
    by_url = read_log([f"sqlite:///{sqlite_file}"], query=query)
    pd.testing.assert_frame_equal(by_file.rows, by_url.rows)
    assert by_file.rows["customer_id"].tolist() == [7, pd.NA]
    # A column of mixed kinds is text, exactly as written.
    assert by_file.rows["x"].tolist() == ["1.5", "word"]


def test_sqlite_file_is_opened_read_only(sqlite_file):
    before = os.stat(sqlite_file).st_mtime_ns
    with pytest.raises(DataError, match=r"refuses the query"):
        read_log([sqlite_file], query="DELETE FROM contacts")
    assert os.stat(sqlite_file).st_mtime_ns == before
    assert len(read_log([sqlite_file]).rows) == 2


def test_database_that_is_none(tmp_path):
    path = tmp_path / "log.duckdb"
    path.write_bytes(b"not a database at all, only words")
    with pytest.raises(StorageError, match=r"cannot be opened as a DuckDB or SQLite file"):
        read_log([str(path)])


def test_database_url_never_shows_its_password(tmp_path):
    with pytest.raises(SettingsError) as refusal:
        read_log(["nosuchdialect://me:secret@host/db"], query="SELECT 1")
    assert "secret" not in str(refusal.value)
    assert "no driver for 'nosuchdialect'" in str(refusal.value)
    with pytest.raises(StorageError, match=r"cannot be reached"):
        read_log([f"sqlite:///{tmp_path}/nowhere/x.db"], query="SELECT 1")
