"""Rounding that keeps sums: parts of a whole that still add up to it as printed.

Enters: the parts and the rounded whole. Leaves: whole numbers that add up to it. Which
unit they count is the caller's business.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def round_to_sum(values: Sequence[Fraction | float], whole: int) -> list[int]:
    """Round each value down or up so that together they make the whole.

    Parameters
    ----------
    values : sequence of fractions.Fraction or float
        In the unit that is rounded to.
    whole : int
        Within one unit of their sum.

    Returns
    -------
    list of int
        Each less than one unit from its value. Those with the largest remainder are
        rounded up; of equal remainders the largest value, then the first.

    Notes
    -----
    The method of largest remainders, as seats are given to votes. Values of the other
    sign are rounded to the other sign.

    Examples
    --------
    Three thirds of a hundred add up to a hundred:

    >>> round_to_sum([100 / 3, 100 / 3, 100 / 3], 100)
    [34, 33, 33]
    """
    rounded = [math.floor(value) for value in values]
    remainders = [value - floor for value, floor in zip(values, rounded, strict=True)]
    order = sorted(range(len(rounded)), key=lambda i: (-remainders[i], -values[i], i))
    for place in order[: max(whole - sum(rounded), 0)]:
        rounded[place] += 1
    return rounded
