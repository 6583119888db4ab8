"""Build a network graph and take the bytes an ONNX runtime loads.

Enters: operator names, tensor names and numpy weights. Leaves: the bytes of one
model. It checks nothing: the runtime does, when it loads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

RUNTIME = "com.microsoft"
"""The runtime's own operators; the 8-bit product and the fused attention are among them."""

_IR_VERSION = 8
_OPERATOR_SETS = {"": 17, RUNTIME: 1}

Sizes = Sequence[int | str]


class Graph:
    """A network under construction: add weights and steps, then take its bytes.

    Examples
    --------
    >>> graph = Graph()
    >>> twice = graph.step("Mul", "numbers", graph.weight(np.float32([2.0])))
    >>> len(graph.to_bytes({"numbers": ("n",)}, {twice: ("n",)})) > 50
    True
    """

    def __init__(self) -> None:
        self._weights: list[Any] = []
        self._steps: list[Any] = []

    def weight(self, weights: np.ndarray) -> str:
        """Store an array and give the name that steps refer to it by."""
        from onnx.numpy_helper import from_array

        name = f"w{len(self._weights)}"
        self._weights.append(from_array(np.ascontiguousarray(weights), name))
        return name

    def step(
        self, operator: str, *inputs: str, domain: str = "", outputs: int = 1, **settings: Any
    ) -> str:
        """Add an operator and give the name of its first output.

        With several outputs the others are that name followed by ``_1``, ``_2``
        and so on.
        """
        from onnx.helper import make_node

        name = f"s{len(self._steps)}"
        names = [name, *(f"{name}_{place}" for place in range(1, outputs))]
        self._steps.append(make_node(operator, inputs, names, domain=domain, **settings))
        return name

    def to_bytes(self, inputs: dict[str, Sizes], outputs: dict[str, Sizes]) -> bytes:
        """Give the finished model, its inputs and outputs by name and sizes.

        A size given as text may differ from call to call.
        """
        from onnx import TensorProto
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info

        enters, leaves = (
            [make_tensor_value_info(name, TensorProto.FLOAT, list(sizes)) for name, sizes in ends]
            for ends in (inputs.items(), outputs.items())
        )
        graph = make_graph(self._steps, "encoder", enters, leaves, initializer=self._weights)
        sets = [make_opsetid(domain, version) for domain, version in _OPERATOR_SETS.items()]
        model = make_model(graph, opset_imports=sets, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())
