"""A topic model on disk: two files of arrays and words, no pickles.

Enters: a fitted model, or a folder. Leaves: the folder, or a model that places every note as
the one that was saved. A byte that does not fit is refused with the file's name.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.errors import StorageError
from fcr_ml.frames.conform import empty
from fcr_ml.frames.storage import replaced_folder
from fcr_ml.frames.tables import TOPIC_LINEAGE
from fcr_ml.notes.centre import Middles
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.space import Space

FORMAT = 2
"""Raised when the files change their meaning, so that an old model is refused."""

WORDS, ARRAYS = "model.json", "arrays.npz"
_KEPT = ("ids_", "themes_", "next_topic_", "next_theme_", "names_", "edits_", "floor_")


def save_topics(model: TopicModel, folder: Path) -> None:
    """Write a fitted model whole or not at all, replacing an older one.

    Parameters
    ----------
    model : TopicModel
        The lineage is left out: it is a table of the casebook.
    folder : pathlib.Path
        Gets ``model.json`` and ``arrays.npz``.
    """
    arrays, space = io.BytesIO(), model.space_
    np.savez(
        arrays,
        reference_vectors=model.reference_vectors_,
        reference_topics=model.reference_topics_,
        middles=space.middles.vectors,
        axes=space.axes,
        rarity=space.rarity,
        word_axes=space.word_axes,
    )
    words = {
        "format": FORMAT,
        "sha256": hashlib.sha256(arrays.getvalue()).hexdigest(),
        "encoder": model.encoder,
        "fingerprint": model.fingerprint,
        "as_of": None if model.as_of is None else model.as_of.isoformat(),
        "sample_size": model.sample_size,
        "random_state": model.random_state,
        "languages": list(space.middles.languages),
        "word_weight": space.word_weight,
        "held_": sorted(model.held_),
        **{name: getattr(model, name) for name in _KEPT},
    }
    words["words_sha256"] = _digest(words)
    with replaced_folder(Path(folder)) as beside:
        (beside / ARRAYS).write_bytes(arrays.getvalue())
        text = json.dumps(words, indent=2, ensure_ascii=False, sort_keys=True)
        (beside / WORDS).write_text(text + "\n", encoding="utf-8")


def _digest(words: dict[str, Any]) -> str:
    told = {name: value for name, value in words.items() if name != "words_sha256"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def load_topics(folder: Path) -> TopicModel:
    """Read a model that was saved.

    Raises
    ------
    StorageError
        When a file is missing, damaged, or of another format.
    """
    folder = Path(folder)
    try:
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        stored = (folder / ARRAYS).read_bytes()
    except (OSError, ValueError) as fault:
        raise StorageError(
            f"topics: {folder} holds no readable {WORDS} and {ARRAYS}; name a results folder "
            "that fcr analyze has written, or analyze once more without it."
        ) from fault
    if not isinstance(words, dict):
        words = {}
    if words.get("format", FORMAT) != FORMAT:
        raise StorageError(
            f"topics: {folder} was written in format {words['format']}, this program reads "
            f"{FORMAT}; analyze once more without it."
        )
    if words.get("words_sha256") != _digest(words):
        raise StorageError(f"topics: {folder / WORDS} is damaged; restore it, or analyze anew.")
    if hashlib.sha256(stored).hexdigest() != words["sha256"]:
        raise StorageError(f"topics: {folder / ARRAYS} is damaged; restore it, or analyze anew.")
    arrays = np.load(io.BytesIO(stored), allow_pickle=False)
    as_of = None if words["as_of"] is None else pd.Timestamp(words["as_of"])
    model = TopicModel(
        sample_size=words["sample_size"],
        random_state=words["random_state"],
        encoder=words["encoder"],
        fingerprint=words["fingerprint"],
        as_of=as_of,
    )
    for name in _KEPT:
        setattr(model, name, words[name])
    model.held_ = set(words["held_"])
    model.reference_vectors_ = arrays["reference_vectors"]
    model.reference_topics_ = arrays["reference_topics"]
    model.space_ = Space(
        Middles(tuple(words["languages"]), arrays["middles"]),
        arrays["axes"],
        arrays["rarity"],
        arrays["word_axes"],
        words["word_weight"],
    )
    model.lineage_ = empty(TOPIC_LINEAGE)
    return model
