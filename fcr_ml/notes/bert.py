"""A small BERT with 8-bit arithmetic.

What enters: a network's weights as numpy arrays, and word vectors of one note. What leaves: one
vector of the note. What it will not do: tokenise, read files, or run several notes in one pass.

Why one note at a time: 8-bit arithmetic scales its inputs by the largest number it sees. In a
batch that number would come from another note, and a vector would depend on its neighbours. Alone,
the same note gives the same vector wherever and whenever it is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fcr_ml.notes.graph import RUNTIME, Graph

_LARGEST = 63  # 7 bits: two products of 255 x 63 still fit the 16 bits that AVX2 adds them in


@dataclass(frozen=True)
class BertShape:
    """The sizes of a BERT: layers, attention heads, vector width and layer-norm epsilon."""

    layers: int
    heads: int
    width: int
    epsilon: float


class SmallBert:
    """A BERT encoder with mean pooling, built from weights and run on the processor.

    Parameters
    ----------
    shape : BertShape
    weights : mapping of str to numpy.ndarray
        Named as in a Hugging Face BERT checkpoint (``encoder.layer.0.attention.self.query.weight``
        and so on), linear weights as (out, in).

    Notes
    -----
    Linear weights are rounded to 7 bits per output column (symmetric), their inputs to 8 bits per
    note; attention, norms and pooling stay in 32-bit floats.
    """

    def __init__(self, shape: BertShape, weights: Mapping[str, np.ndarray]) -> None:
        self._positions = weights["embeddings.position_embeddings.weight"]
        self._token_type = weights["embeddings.token_type_embeddings.weight"][0]
        self.width = shape.width
        self._session = _open_session(_write_graph(shape, weights))

    def pool(self, word_vectors: np.ndarray) -> np.ndarray:
        """Return one vector of unit length for one note.

        Parameters
        ----------
        word_vectors : numpy.ndarray
            Shape (tokens, width), float32: a row of the embedding table for each token.

        Returns
        -------
        numpy.ndarray
            Shape (width,), float32. The sum of the last layer over the tokens, brought to unit
            length, which is where their mean points as well.
        """
        embedded = word_vectors + self._positions[: len(word_vectors)] + self._token_type
        total = self._session.run(None, {"embedded": embedded[None]})[0][0]
        return total / np.linalg.norm(total)


def _open_session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the caller runs one note per thread
    # The wider fusions cost time: 96 tokens take 20.6 ms with all, 16.7 with the basic ones.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _write_graph(shape: BertShape, weights: Mapping[str, np.ndarray]) -> bytes:
    graph = Graph()
    state = _normed(graph, shape, weights, "embeddings.LayerNorm", "embedded")
    for layer in range(shape.layers):
        state = _add_layer(graph, shape, weights, f"encoder.layer.{layer}", state)
    over_tokens = graph.weight(np.array([1], np.int64))
    pooled = graph.step("ReduceSum", state, over_tokens, keepdims=0)
    return graph.to_bytes({"embedded": (1, "tokens", shape.width)}, {pooled: (1, shape.width)})


def _add_layer(
    graph: Graph, shape: BertShape, weights: Mapping[str, np.ndarray], name: str, state: str
) -> str:
    heads = (f"{name}.attention.self.{part}" for part in ("query", "key", "value"))
    joined = _linear(graph, weights, list(heads), state)
    query = graph.step("Split", joined, outputs=3, axis=2)
    context = graph.step(
        "MultiHeadAttention",
        query,
        f"{query}_1",
        f"{query}_2",
        domain=RUNTIME,
        num_heads=shape.heads,
    )
    attended = _linear(graph, weights, [f"{name}.attention.output.dense"], context)
    attended = graph.step("Add", attended, state)
    state = _normed(graph, shape, weights, f"{name}.attention.output.LayerNorm", attended)
    inner = _linear(graph, weights, [f"{name}.intermediate.dense"], state)
    inner = graph.step("Gelu", inner, domain=RUNTIME)
    outer = graph.step("Add", _linear(graph, weights, [f"{name}.output.dense"], inner), state)
    return _normed(graph, shape, weights, f"{name}.output.LayerNorm", outer)


def _linear(graph: Graph, weights: Mapping[str, np.ndarray], names: list[str], state: str) -> str:
    """Add linear maps side by side as one 8-bit product with a bias."""
    kernel = np.concatenate([weights[f"{name}.weight"] for name in names]).T
    bias = np.concatenate([weights[f"{name}.bias"] for name in names])
    scales = (np.abs(kernel).max(axis=0) / _LARGEST).astype(np.float32)
    rounded = np.rint(kernel / scales).astype(np.int8)
    return graph.step(
        "DynamicQuantizeMatMul",
        state,
        graph.weight(rounded),
        graph.weight(scales),
        graph.weight(np.zeros(len(scales), np.int8)),
        graph.weight(bias),
        domain=RUNTIME,
    )


def _normed(
    graph: Graph, shape: BertShape, weights: Mapping[str, np.ndarray], name: str, state: str
) -> str:
    gain, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return graph.step(
        "LayerNormalization", state, graph.weight(gain), graph.weight(shift), epsilon=shape.epsilon
    )
