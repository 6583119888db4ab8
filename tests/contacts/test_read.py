"""Reading: every kind of source gives the same cells; every fault is told in words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.contacts import clean_log, read_log
from fcr_ml.errors import DataError, StorageError, UsageError

HEADER = "contact_id,customer_id,started_at,note\n"
ROWS = "c1,0007,2025-03-01T10:00:00Z,hello\nc2,0008,2025-03-01T11:00:00Z,\n"
CELLS = [
    ["c1", "0007", "2025-03-01T10:00:00Z", "hello"],
    ["c2", "0008", "2025-03-01T11:00:00Z", None],
]
NAMES = ["contact_id", "customer_id", "started_at", "note"]


def as_lists(rows: pd.DataFrame) -> list[list[object]]:
    """Give cells as lists, nulls and empty text both as None."""
    return rows.astype(object).where(rows.notna() & (rows != ""), None).to_numpy().tolist()


def test_packed_csv_and_jsonl_are_read(tmp_path):
    table = tmp_path / "log.csv.gz"
    table.write_bytes(gzip.compress((HEADER + ROWS).encode()))
    lines = tmp_path / "log.jsonl.gz"
    records = [dict(zip(NAMES, cells, strict=True)) for cells in CELLS]
    lines.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    assert as_lists(read_log([str(table)]).rows) == CELLS
    assert as_lists(read_log([str(lines)]).rows) == CELLS


@pytest.mark.parametrize("form", ["array", "wrapped", "lines"])
def test_json_keeps_ids_exact_and_flattens_objects(tmp_path, form):
    record = '{"contact_id": 12345678901234567890, "Queue": {"Name": "Billing"}, "tags": ["a"]}'
    other = '{"contact_id": 7, "is_vip": true}'
    text = {
        "array": f"[{record},{other}]",
        "wrapped": f'{{"count": 2, "tickets": [{record},{other}]}}',
        "lines": f"{record}\n{other}\n",
    }[form]
    path = tmp_path / "log.json"
    path.write_text(text)
    rows = read_log([str(path)]).rows
    assert list(rows.columns) == ["contact_id", "Queue.Name", "tags", "is_vip"]
    assert rows["contact_id"].tolist() == ["12345678901234567890", "7"]
    assert rows.loc[0, ["Queue.Name", "tags"]].tolist() == ["Billing", '["a"]']


def test_broken_json_lines_are_set_aside(read_text_log):
    raw = read_text_log('{"contact_id": "c1"}\n{"contact\n3\n', name="log.jsonl")
    assert raw.unreadable[["line", "problem"]].to_numpy().tolist() == [
        [2, "not valid JSON"],
        [3, "not a JSON object"],
    ]
    assert len(raw.rows) == 1


def test_json_without_objects_is_refused(read_text_log):
    with pytest.raises(DataError, match=r"no object could be read"):
        read_text_log("[1, 2]", name="log.json")


def test_parquet_keeps_ids_whole_and_types(tmp_path):
    path = tmp_path / "log.parquet"
    pd.DataFrame(
        {
            "customer_id": pd.array([2403, None], dtype="Int64"),
            "started_at": pd.to_datetime(["2025-03-01", "2025-03-02"], utc=True),
            "queue": pd.Categorical(["a", None]),
            "vip": [True, False],
            "tags": [["x"], None],
        }
    ).to_parquet(path)
    rows = read_log([str(path)]).rows
    assert {name: str(dtype) for name, dtype in rows.dtypes.items()} == {
        "customer_id": "Int64",
        "started_at": "datetime64[us, UTC]",
        "queue": "string",
        "vip": "boolean",
        "tags": "string",
    }
    assert rows.loc[0, "tags"] == '["x"]'


def test_parquet_that_is_not_parquet(tmp_path):
    path = tmp_path / "log.parquet"
    path.write_text(HEADER + ROWS)
    with pytest.raises(StorageError, match=r"not a Parquet file or it is damaged"):
        read_log([str(path)])


def test_parquet_of_another_schema_names_all_that_is_missing(tmp_path):
    path = tmp_path / "sales.parquet"
    pd.DataFrame({"sku": ["a"], "custmer_id": ["b"], "price": [1.0]}).to_parquet(path)
    with pytest.raises(DataError) as refusal:
        clean_log(read_log([str(path)]))
    message = str(refusal.value)
    assert "3 faults" in message
    assert "required column customer_id is missing; the nearest is 'custmer_id'" in message
    assert "--columns customer_id=custmer_id" in message
    assert "required column started_at is missing; there are sku, custmer_id, price" in message


def test_folder_of_parquet_with_partitions(tmp_path):
    for month in ("2025-01", "2025-02"):
        folder = tmp_path / "log" / f"month={month}"
        folder.mkdir(parents=True)
        pd.DataFrame({"contact_id": [f"c{month}"]}).to_parquet(folder / "part-0.parquet")
    hidden = tmp_path / "log" / "_delta_log"
    hidden.mkdir()
    pd.DataFrame({"contact_id": ["old"]}).to_parquet(hidden / "x.parquet")
    raw = read_log([str(tmp_path / "log")])
    assert as_lists(raw.rows) == [["c2025-01", "2025-01"], ["c2025-02", "2025-02"]]
    assert raw.row_counts == [1, 1]


def test_folder_without_parquet(tmp_path):
    with pytest.raises(DataError, match=r"holds no \.parquet file"):
        read_log([str(tmp_path)])


def test_several_files_meet_by_column_name(tmp_path):
    (tmp_path / "jan.csv").write_text(HEADER + ROWS)
    pd.DataFrame(
        {
            "contact_id": ["c3"],
            "customer_id": [9],
            "started_at": pd.to_datetime(["2025-03-02T10:00:00Z"]),
            "queue": ["q"],
        }
    ).to_parquet(tmp_path / "feb.parquet")
    raw = read_log([str(tmp_path / "jan.csv"), str(tmp_path / "feb.parquet")])
    assert list(raw.rows.columns) == [*NAMES, "queue"]
    assert raw.rows["customer_id"].tolist() == ["0007", "0008", "9"]
    assert raw.row_counts == [2, 1]
    assert any(p.startswith("column queue: 1 of 2 sources do not have it") for p in raw.problems)
    contacts = clean_log(raw).contacts
    assert contacts["started_at"].iloc[-1] == pd.Timestamp("2025-03-02T10:00:00Z")


def test_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "contacts_june.csv").write_text(HEADER + ROWS)
    with pytest.raises(
        StorageError, match=r"no such file; the nearest name there is contacts_june\.csv"
    ):
        read_log([str(tmp_path / "contact_june.csv")])
    with pytest.raises(StorageError, match=r"there is no folder"):
        read_log([str(tmp_path / "nowhere" / "log.csv")])


def test_no_read_permission_is_told(tmp_path, monkeypatch):
    path = tmp_path / "log.csv"
    path.write_text(HEADER + ROWS)

    # The superuser may read everything, so the refusal is played.
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageError, match=r"no permission to read it; ask its owner"):
        read_log([str(path)])


def test_wrong_kind_and_no_source_are_wrong_usage(tmp_path):
    path = tmp_path / "log.xlsx"
    path.write_bytes(b"x")
    with pytest.raises(UsageError, match=r"files of this kind are not read; give one of \.csv"):
        read_log([str(path)])
    with pytest.raises(UsageError, match=r"no source is named"):
        read_log([])


def test_reading_changes_no_file_and_twice_gives_the_same(read_text_log):
    first, second = read_text_log(HEADER + ROWS), read_text_log(HEADER + ROWS)
    pd.testing.assert_frame_equal(first.rows, second.rows)
