"""Keep vectors, so that a note is encoded once.

What enters: the NOTES table and an encoder. What leaves: one vector a row; and files of vectors
under the hashes of *redacted* notes. What it will not do: keep a word of any note, or trust a
file that is not whole.

A folder holds one sub-folder for each encoder's fingerprint, and in it files that are written once
and never changed. A file is named by the hash of its content and appears whole or not at all, so an
interrupted run loses at most the notes of one file, two runs at once cannot harm each other, and a
damaged file is known by its name. Encoders give a text the same vector in any company, so a resumed
run ends with the same bytes as an undisturbed one.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.frames.storage import replaced_file
from fcr_ml.notes.encoders import Encoder

NOTES_PER_FILE = 512
"""Some ten seconds of work, which is what an interruption costs at most."""

_log = logging.getLogger(__name__)


class VectorCache:
    """Vectors by encoder and note hash, in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Made when the first vectors are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def load(self, fingerprint: str, dimensions: int) -> dict[str, np.ndarray]:
        """Return every kept vector of an encoder by note hash.

        A damaged file is passed over with a warning in the log; its notes are encoded again.
        """
        kept: dict[str, np.ndarray] = {}
        for path in sorted((self.folder / fingerprint).glob("*.npy")):
            rows = _read_whole(path, dimensions)
            if rows is not None:
                kept.update(
                    zip(rows["note_hash"].astype(str).tolist(), rows["vector"], strict=True)
                )
        return kept

    def write(self, fingerprint: str, hashes: Sequence[str], vectors: np.ndarray) -> None:
        """Keep vectors under the hashes of their notes.

        Raises
        ------
        StorageError
            When the folder cannot be written; nothing is left half written.
        """
        rows = np.empty(len(hashes), dtype=_row_type(vectors.shape[1]))
        rows["note_hash"], rows["vector"] = hashes, vectors
        content = io.BytesIO()
        np.save(content, rows, allow_pickle=False)
        name = hashlib.sha256(content.getvalue()).hexdigest()[:32]
        with replaced_file(self.folder / fingerprint / f"{name}.npy") as beside:
            beside.write_bytes(content.getvalue())


def encode_notes(
    notes: pd.DataFrame,
    encoder: Encoder,
    cache: VectorCache | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Return one vector for each row of the NOTES table.

    Parameters
    ----------
    notes : pandas.DataFrame
        ``note`` (redacted) and ``note_hash``. Equal notes are encoded once. Not changed.
    encoder : Encoder
    cache : VectorCache, optional
        Vectors found there are not encoded again; new ones are added, 512 notes at a time, so an
        interrupted run goes on where it stopped.
    progress : callable, optional
        Called with the notes encoded so far and all that have to be.

    Returns
    -------
    numpy.ndarray
        Shape (n, dimensions), float32, unit length, row by row as ``notes``; NaN where there is no
        note. Thin notes have a vector like any other.

    Raises
    ------
    DataError
        When a column is missing, or the encoder returned something that is not a vector.
    StorageError
        When the cache cannot be written.
    """
    missing = {"note", "note_hash"} - set(notes.columns)
    if missing:
        raise DataError(f"notes: missing {' and '.join(sorted(missing))}. Build notes first.")
    distinct = notes.dropna(subset=["note", "note_hash"]).drop_duplicates("note_hash")
    known = cache.load(encoder.fingerprint, encoder.dimensions) if cache else {}
    to_do = distinct[~distinct["note_hash"].isin(list(known))]
    for hashes, vectors in _encode_in_parts(to_do, encoder, progress):
        if cache:
            cache.write(encoder.fingerprint, hashes, vectors)
        known.update(zip(hashes, vectors, strict=True))
    return _by_row(notes["note_hash"], known, encoder.dimensions)


def _encode_in_parts(
    to_do: pd.DataFrame, encoder: Encoder, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[list[str], np.ndarray]]:
    for start in range(0, len(to_do), NOTES_PER_FILE):
        part = to_do.iloc[start : start + NOTES_PER_FILE]

        def report(done: int, _: int, start: int = start) -> None:
            if progress:
                progress(start + done, len(to_do))

        vectors = encoder.encode(part["note"].tolist(), report)
        if vectors.shape != (len(part), encoder.dimensions) or not np.isfinite(vectors).all():
            raise DataError(
                f"notes: the encoder '{encoder.name}' did not return {len(part):,} whole "
                f"vectors of {encoder.dimensions:,} numbers. Choose another encoder."
            )
        yield part["note_hash"].tolist(), vectors.astype(np.float32, copy=False)


def _by_row(hashes: pd.Series, known: dict[str, np.ndarray], dimensions: int) -> np.ndarray:
    vectors = np.full((len(hashes), dimensions), np.nan, dtype=np.float32)
    for row, note_hash in enumerate(hashes):
        if not pd.isna(note_hash):
            vectors[row] = known[note_hash]
    return vectors


def _row_type(dimensions: int) -> np.dtype:
    return np.dtype([("note_hash", "S32"), ("vector", "<f4", (dimensions,))])


def _read_whole(path: Path, dimensions: int) -> np.ndarray | None:
    """Return a file's rows, or None, with a warning, when it is not what was written."""
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest()[:32] == path.stem:
            rows = np.load(io.BytesIO(content), allow_pickle=False)
            if rows.dtype == _row_type(dimensions):
                return rows
    except (OSError, ValueError):
        pass
    _log.warning("%s is damaged and is passed over; its notes are encoded again.", path)
    return None
