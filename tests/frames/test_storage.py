import errno
import os
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import StorageError
from fcr_ml.frames.storage import (
    append_line,
    clear_leftovers,
    replaced_file,
    replaced_folder,
    write_csv,
    write_text,
)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_text("old", path)

    def write_half() -> None:
        with replaced_file(path) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    for text in ("old", "new"):
        with replaced_folder(folder) as beside:
            (beside / "part").write_text(text)

    assert (folder / "part").read_text() == "new"
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("older", ["", "one\ntwo\n", "one\ntwo", "one\r\ntwo"])
def test_a_line_is_added_below_a_last_one_that_an_editor_left_open(
    tmp_path: Path, older: str
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(older.encode())

    append_line(path, "退款")

    assert path.read_text("utf-8").splitlines() == [*older.splitlines(), "退款"]
    assert path.read_bytes().startswith(older.encode())
    assert path.read_bytes().endswith("退款\n".encode())
    assert list(tmp_path.iterdir()) == [path]


def test_a_line_begins_a_file_and_is_added_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "models" / "log.jsonl"
    append_line(path, "one")
    assert path.read_bytes() == b"one\n"

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "told by the system")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="the disk is full"):
        append_line(path, "two")
    assert path.read_bytes() == b"one\n"
    assert list(path.parent.iterdir()) == [path]


def test_what_died_half_way_is_cleared_and_an_only_copy_stays(tmp_path: Path) -> None:
    for place in (".june.partial-a", ".june.older-b/june", ".may.older-c/may", "june"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "part").write_text(place)

    clear_leftovers(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".may.older-c", "june"]
    assert (tmp_path / ".may.older-c" / "may" / "part").exists()
    clear_leftovers(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "no write permission")],
)
def test_storage_faults_are_told_in_words(tmp_path: Path, code: int, words: str) -> None:
    with pytest.raises(StorageError, match=words), replaced_file(tmp_path / "a.csv"):
        raise OSError(code, "told by the system")

    assert list(tmp_path.iterdir()) == []


def test_csv_is_plain_and_runs_no_formula(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "queue": ["=1+1", "退款", None],
            "at": pd.to_datetime(
                ["2025-01-01 10:00", None, "2025-01-02"], utc=True, format="ISO8601"
            ),
            "rate": [0.123456789, None, 1.0],
        }
    )
    write_csv(rows, tmp_path / "a.csv")

    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines() == [
        "queue,at,rate",
        "'=1+1,2025-01-01T10:00:00Z,0.123457",
        "退款,,",
        ",2025-01-02T00:00:00Z,1",
    ]
