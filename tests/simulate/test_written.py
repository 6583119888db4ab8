"""A simulated centre on disk: whole, readable, and equal byte for byte."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet

from fcr_ml.frames.conform import restore_types
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre
from fcr_ml.simulate.answer_key import KEY_TABLES

PLAN = CentrePlan(contacts=300, days=60)


def _bytes_of(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    write_centre(simulate_centre(PLAN), tmp_path / "a")
    write_centre(simulate_centre(PLAN), tmp_path / "b")
    written = _bytes_of(tmp_path / "a")
    assert set(written) == {
        "contacts.csv",
        "contacts.parquet",
        *(f"key/{name}.parquet" for name in KEY_TABLES),
    }
    assert written == _bytes_of(tmp_path / "b")


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    centre = simulate_centre(PLAN)
    write_centre(centre, tmp_path / "centre")
    read = parquet.read_table(tmp_path / "centre" / "contacts.parquet").to_pandas()
    pd.testing.assert_frame_equal(restore_types(read, CONTACTS.columns), centre.contacts)
    for name, table in KEY_TABLES.items():
        read = parquet.read_table(tmp_path / "centre" / "key" / f"{name}.parquet").to_pandas()
        pd.testing.assert_frame_equal(restore_types(read, table.columns), centre.key[name])
    from_csv = pd.read_csv(tmp_path / "centre" / "contacts.csv", encoding="utf-8-sig")
    assert from_csv["contact_id"].tolist() == centre.contacts["contact_id"].tolist()


def test_an_older_centre_is_replaced_and_other_files_are_left_alone(tmp_path: Path) -> None:
    write_centre(simulate_centre(PLAN), tmp_path / "centre")
    (tmp_path / "centre" / "left_over.txt").write_text("old", encoding="utf-8")
    write_centre(simulate_centre(CentrePlan(contacts=50, days=30)), tmp_path / "centre")
    assert (tmp_path / "centre" / "left_over.txt").read_text(encoding="utf-8") == "old"
    left = {path.name for path in (tmp_path / "centre").iterdir()}
    assert left == {"contacts.csv", "contacts.parquet", "key", "left_over.txt"}
    assert [path.name for path in tmp_path.iterdir()] == ["centre"]
