"""Choose what turns notes into vectors.

What enters: the name of an encoder. What leaves: an object with one method, ``encode``. What it
will not do: download anything unless told to, or fit anything to the notes it is given: the same
text has the same vector in every run, which is what lets vectors be kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from fcr_ml.errors import SettingsError
from fcr_ml.notes.embedded import MOST_TOKENS, Progress, open_english, open_multilingual
from fcr_ml.notes.terms import terms

ENCODERS = ("auto", "english", "multilingual", "words")

ENGLISH_SHARE = 0.95
"""From this share of English notes on, the English encoder serves a log better than the other."""


class Encoder(Protocol):
    """Anything that turns texts into vectors."""

    @property
    def name(self) -> str:
        """What it was asked for as."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could give another vector."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one vector for each text: (n, dimensions), float32, unit length."""


def open_encoder(
    name: str = "auto",
    *,
    languages: Mapping[str, int] | None = None,
    threads: int | None = None,
    most_tokens: int = MOST_TOKENS,
    cache_folder: Path | None = None,
    allow_download: bool = False,
) -> Encoder:
    """Open an encoder.

    Parameters
    ----------
    name : str, default 'auto'
        ``english``, ``multilingual``, ``words`` (no network at all: the floor), the name or path
        of a sentence-transformers model, or ``auto``: English when at least 95 % of the notes
        whose language is known are English, otherwise multilingual.
    languages : mapping of str to int, optional
        Notes counted by two-letter language, for ``auto``.
    threads : int, optional
        Notes encoded side by side by the embedded encoders; by default one for each processor.
    most_tokens : int, default 64
        Where the embedded encoders cut a text: 8 to 512.
    cache_folder : pathlib.Path, optional
        Where a named model is kept, when it is one to download.
    allow_download : bool, default False
        Whether a named model may be fetched from its hub.

    Raises
    ------
    SettingsError
        When ``most_tokens`` is out of range, the encoder's package is missing, its weights are not
        the ones measured, or no model of that name lies on this machine.

    Examples
    --------
    >>> open_encoder("words").encode(["refund not received"]).shape
    (1, 1024)
    """
    if not 8 <= most_tokens <= 512:
        raise SettingsError(f"encoder: most_tokens is {most_tokens}; choose 8 to 512.")
    if name == "auto":
        name = choose_encoder(languages or {})
    if name == "english":
        return open_english(threads, most_tokens)
    if name == "multilingual":
        return open_multilingual(threads, most_tokens)
    if name == "words":
        return WordsEncoder()
    meant = get_close_matches(name, ENCODERS, n=1, cutoff=0.7)
    if meant and not Path(name).exists():
        raise SettingsError(f"encoder: there is no '{name}'; did you mean {meant[0]}?")
    return NamedEncoder(name, cache_folder, allow_download)


def choose_encoder(languages: Mapping[str, int]) -> str:
    """Return ``english`` or ``multilingual`` for notes counted by language.

    Examples
    --------
    >>> choose_encoder({"en": 95, "sv": 5}), choose_encoder({"en": 94, "sv": 6}), choose_encoder({})
    ('english', 'multilingual', 'multilingual')
    """
    total = sum(languages.values())
    mostly_english = total > 0 and languages.get("en", 0) >= ENGLISH_SHARE * total
    return "english" if mostly_english else "multilingual"


class WordsEncoder:
    """Counts of terms and their neighbours, hashed into 1,024 dimensions. Knows no meaning.

    Terms are weighed by the square root of their count and by their length, since the short words
    of most languages say least. Nothing is fitted, so nothing depends on the log.
    """

    name = "words"
    dimensions = 1024
    fingerprint = "words-1024-1"

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one vector for each text: (n, 1024), float32, unit length (a wordless text: 0)."""
        from sklearn.feature_extraction.text import HashingVectorizer
        from sklearn.preprocessing import normalize

        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        hashing = HashingVectorizer(n_features=self.dimensions, analyzer=terms, norm=None)
        counts = hashing.transform(texts)
        counts.data = np.sign(counts.data) * np.sqrt(np.abs(counts.data))
        if progress:
            progress(len(texts), len(texts))
        return normalize(counts).toarray().astype(np.float32)


class NamedEncoder:
    """Any sentence-transformers model, by name or path.

    Texts are encoded one at a time: in a batch the padding of a neighbour changes the last digits.
    """

    def __init__(self, name: str, cache_folder: Path | None, allow_download: bool) -> None:
        self._model = _load_model(name, cache_folder, allow_download)
        self.name = name
        self.dimensions = int(self._model.get_embedding_dimension())
        self.fingerprint = _hash_of_weights(self._model)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one vector for each text: (n, dimensions), float32, unit length."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._model.encode(
                [text], batch_size=1, normalize_embeddings=True, show_progress_bar=False
            )[0]
            if progress:
                progress(row + 1, len(texts))
        return vectors


def _load_model(name: str, cache_folder: Path | None, allow_download: bool) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            name,
            cache_folder=str(cache_folder) if cache_folder else None,
            local_files_only=not allow_download,
        )
    except (OSError, ValueError) as fault:
        raise SettingsError(
            f"encoder: no model '{name}' on this machine. Give the path of its folder, allow the "
            "download, or choose 'english', 'multilingual' or 'words'."
        ) from fault


def _hash_of_weights(model: Any) -> str:
    """Return a hash of every weight and the cut of a model, in the order of their names."""
    digest = hashlib.sha256(str(model.max_seq_length).encode())
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()[:16]
