"""One feature as a piecewise straight line: the alphabet of the risk model.

Enters: numbers with NaN. Leaves: columns that a linear model weighs: whether the
value is known, the value on a logarithmic scale, and a bend at each knot. All is
plain lists of numbers, so that a release can keep it as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shape:
    """The columns of one feature.

    Parameters
    ----------
    fill : float
        Stands in for a missing value, on the logarithmic scale; its median.
    knots : list of float
        Where the line may bend, on the logarithmic scale.
    tells_missing : bool
        Whether a column of its own says that the value is missing.
    """

    fill: float
    knots: list[float]
    tells_missing: bool

    @classmethod
    def fit(cls, values: np.ndarray, knots: int) -> Shape | None:
        """Place the knots at quantiles of the values above the least one.

        Parameters
        ----------
        values : numpy.ndarray
            Shape (n,), NaN where unknown.
        knots : int
            How many at most; equal ones are one.

        Returns
        -------
        Shape or None
            None for a feature that does not vary: it can tell nothing.
        """
        scaled = _scale(values)
        known = scaled[~np.isnan(scaled)]
        tells_missing = 0 < len(known) < len(values)
        if len(known) == 0 or (known.min() == known.max() and not tells_missing):
            return None
        above = known[known > known.min()]
        places: list[float] = []
        if knots and len(above):
            shares = np.linspace(0, 1, knots + 2)[1:-1]
            found = np.unique(np.quantile(above, shares, method="nearest"))
            places = [float(place) for place in found if place < known.max()]
        return cls(float(np.median(known)), places, bool(tells_missing))

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1 + len(self.knots) + int(self.tells_missing)

    def columns(self, values: np.ndarray) -> np.ndarray:
        """Give the columns of the values.

        Returns
        -------
        numpy.ndarray
            Shape (n, :attr:`width`): value, a bend at each knot, missing.
        """
        scaled = _scale(values)
        is_missing = np.isnan(scaled)
        filled = np.where(is_missing, self.fill, scaled)
        parts = [filled, *(np.maximum(filled - knot, 0.0) for knot in self.knots)]
        if self.tells_missing:
            parts.append(is_missing.astype(np.float64))
        return np.column_stack(parts)


def _scale(values: np.ndarray) -> np.ndarray:
    """Give the signed logarithm: a tenth contact adds less than a second one."""
    return np.sign(values) * np.log1p(np.abs(values))
