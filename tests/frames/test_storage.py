import errno
from pathlib import Path

import pandas as pd
import pytest

from fcr_ml.errors import StorageError
from fcr_ml.frames.storage import replaced_file, replaced_folder, write_csv, write_text


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
