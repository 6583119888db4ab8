"""Rounding that keeps sums."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from fcr_ml.frames.rounding import round_to_sum


def test_the_largest_remainders_are_rounded_up() -> None:
    # 1.6 + 2.7 - 0.8 = 3.5, told as 4: floors 1, 2, -1 make 2, so two are raised.
    assert round_to_sum([1.6, 2.7, -0.8], 4) == [2, 3, -1]
    assert round_to_sum([1.6, 2.7, -0.8], 3) == [1, 3, -1]
    assert round_to_sum([], 0) == []


def test_sums_hold_and_no_value_moves_by_a_unit() -> None:
    generator = np.random.default_rng(0)
    for _ in range(200):
        values = [Fraction(int(n), 997) for n in generator.integers(-9_000, 9_000, 12)]
        whole = round(sum(values))
        rounded = round_to_sum(values, whole)
        assert sum(rounded) == whole
        assert all(abs(r - v) < 1 for r, v in zip(rounded, values, strict=True))
        # What is added when read one way is taken away when read the other.
        assert round_to_sum([-v for v in values], -whole) == [-r for r in rounded]
