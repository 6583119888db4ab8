import errno
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fcr_ml.errors import DataError, StorageError
from fcr_ml.notes import cache as cache_module
from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.table import build_notes


class LengthEncoder:
    """A vector says how long the text is; counts what it was asked, can stop like a person."""

    name = "length"
    fingerprint = "length-1"
    dimensions = 2

    def __init__(self, stop_after: int = 10**9) -> None:
        self.texts: list[str] = []
        self.stop_after = stop_after

    def encode(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> np.ndarray:
        if len(self.texts) >= self.stop_after:
            raise KeyboardInterrupt
        self.texts += texts
        if progress:
            progress(len(texts), len(texts))
        angles = np.array([len(text) / 100 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture(autouse=True)
def _small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "NOTES_PER_FILE", 4)


def _notes(count: int = 10) -> pd.DataFrame:
    texts = [f"the order number {'x' * row} is late" for row in range(count)]
    return build_notes(
        pd.DataFrame({"contact_id": [f"c{r}" for r in range(count)], "note": texts})
    )[0]


def test_vectors_are_laid_out_row_by_row(tmp_path: Path) -> None:
    notes = pd.concat(
        [_notes(3), build_notes(pd.DataFrame({"contact_id": ["none"]}))[0], _notes(1)]
    )
    encoder = LengthEncoder()
    vectors = encode_notes(notes, encoder, VectorCache(tmp_path))
    angles = [len(note) / 100 for note in notes["note"].dropna()]
    assert np.isnan(vectors[3]).all()
    assert np.delete(vectors, 3, axis=0)[:, 0] == pytest.approx(np.cos(angles))
    assert vectors.dtype == np.float32
    assert len(encoder.texts) == 3  # the first note comes twice and is encoded once


def test_kept_vectors_are_not_encoded_again_and_are_the_same_bytes(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    first = encode_notes(_notes(), LengthEncoder(), cache)
    again = LengthEncoder()
    assert encode_notes(_notes(), again, cache).tobytes() == first.tobytes()
    assert again.texts == []


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    cache, undisturbed = VectorCache(tmp_path), encode_notes(_notes(), LengthEncoder())
    with pytest.raises(KeyboardInterrupt):
        encode_notes(_notes(), LengthEncoder(stop_after=8), cache)
    resumed = LengthEncoder()
    assert encode_notes(_notes(), resumed, cache).tobytes() == undisturbed.tobytes()
    assert len(resumed.texts) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_file_is_passed_over_with_a_warning(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = VectorCache(tmp_path)
    first = encode_notes(_notes(), LengthEncoder(), cache)
    path = sorted(tmp_path.rglob("*.npy"))[0]
    content = path.read_bytes()
    changed = bytes([content[-1] ^ 1])
    path.write_bytes({"cut": content[:-5], "changed": content[:-1] + changed, "empty": b""}[damage])
    again = LengthEncoder()
    with caplog.at_level(logging.WARNING):
        vectors = encode_notes(_notes(), again, cache)
    assert vectors.tobytes() == first.tobytes()
    assert 0 < len(again.texts) <= 4
    assert "is damaged" in caplog.text
    caplog.clear()
    encode_notes(_notes(), LengthEncoder(), cache)
    assert caplog.text == ""  # the file was written anew under the same name


def test_no_word_of_a_note_is_kept(tmp_path: Path) -> None:
    encode_notes(_notes(), LengthEncoder(), VectorCache(tmp_path))
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*.npy"))
    assert b"number" not in content
    assert b"late" not in content


def test_two_runs_at_once_leave_a_whole_cache(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    runs = [
        threading.Thread(target=encode_notes, args=(_notes(count), LengthEncoder(), cache))
        for count in (30, 40)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    again = LengthEncoder()
    encode_notes(_notes(40), again, cache)
    assert again.texts == []
    assert not list(tmp_path.rglob("*partial*"))


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    cache, other = VectorCache(tmp_path), LengthEncoder()
    encode_notes(_notes(), LengthEncoder(), cache)
    other.fingerprint = "length-2"
    encode_notes(_notes(), other, cache)
    assert len(other.texts) == 10


def test_progress_runs_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    encode_notes(_notes(), LengthEncoder(), None, lambda done, total: seen.append((done, total)))
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_a_full_disk_is_named_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(path: Path, content: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        encode_notes(_notes(), LengthEncoder(), VectorCache(tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_wrong_input_is_refused() -> None:
    with pytest.raises(DataError, match="missing note_hash"):
        encode_notes(pd.DataFrame({"note": ["text"]}), LengthEncoder())

    class Broken(LengthEncoder):
        def encode(
            self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
        ) -> np.ndarray:
            return np.full((len(texts), 2), np.nan, np.float32)

    with pytest.raises(DataError, match="did not return 4 whole vectors of 2 numbers"):
        encode_notes(_notes(), Broken())


def test_no_notes_give_no_vectors() -> None:
    vectors = encode_notes(_notes().iloc[:0], LengthEncoder())
    assert vectors.shape == (0, 2)
