"""Note vectors as the rooms of the west wing use them.

Enters: the table of notes and an encoder's name. Leaves: vectors as encoded, kept between
runs, and around the middle of their language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.centre import Middles, find_middles
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.stages import Progress, silent, stage


@dataclass(frozen=True, eq=False)
class EncodedNotes:
    """Note vectors of shape (n, d), NaN rows where there is no note.

    Parameters
    ----------
    vectors, centred : numpy.ndarray
        As encoded, and around the middle of their language.
    middles : Middles
        Those middles.
    encode : callable, optional
        Encodes further sentences alike.
    encoder, fingerprint : str, optional
        Its name, and what changes with its weights and settings.
    """

    vectors: np.ndarray
    centred: np.ndarray
    middles: Middles
    encode: Callable[[list[str]], np.ndarray] | None = None
    encoder: str | None = None
    fingerprint: str | None = None

    @property
    def told(self) -> dict[str, str | None]:
        """What a casebook's settings say of the encoder."""
        return {"encoder": self.encoder, "encoder_fingerprint": self.fingerprint}


def encode_log(
    notes: pd.DataFrame,
    name: str,
    cache_folder: Path,
    progress: Progress = silent,
    check: Callable[[str, str], None] | None = None,
    middles: Middles | None = None,
) -> EncodedNotes:
    """Encode the notes of a log.

    Parameters
    ----------
    notes : pandas.DataFrame
        NOTES.
    name : str
        The encoder's, or ``auto``; see :func:`~fcr_ml.notes.encoders.open_encoder`.
    cache_folder : pathlib.Path
        Where vectors are kept.
    progress : callable
        Hears how far it has come.
    check : callable, optional
        Is given the encoder's name and fingerprint, and raises where another is wanted.
    middles : Middles, optional
        Found before; those of this log by default.
    """
    usable = notes["note"].notna() & ~notes["is_thin"]
    if not usable.any():
        dimensions = 1 if middles is None else middles.vectors.shape[1]
        none = np.full((len(notes), dimensions), np.nan, dtype=np.float32)
        return EncodedNotes(none, none, middles or find_middles(none))
    counts = notes.loc[usable, "language"].value_counts()
    languages = {str(language): int(count) for language, count in counts.items()}
    with stage("vectors", int(notes["note"].notna().sum())) as running:
        encoder = open_encoder(name, languages=languages, cache_folder=cache_folder)
        if check is not None:
            check(encoder.name, encoder.fingerprint)
        cache = VectorCache(cache_folder / "vectors")
        vectors = encode_notes(
            notes, encoder, cache, progress=lambda done, total: progress("vectors", done, total)
        )
        running.rows_out = int((~np.isnan(vectors).any(axis=1)).sum())
    told = list(notes["language"])
    around = find_middles(vectors, told) if middles is None else middles
    centred = around.centre(vectors, told)
    found = (encoder.encode, encoder.name, encoder.fingerprint)
    return EncodedNotes(vectors, centred, around, *found)
