"""Read notes on every processor, part by part.

Enters: the work and columns of equal length. Leaves: what the work gives of every
part, in order. The work must not depend on which rows share a part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

MANY, PART = 20_000, 5_000
"""Rows. Below the first, starting processes costs more than it saves."""


def side_by_side(work: Callable[..., T], *columns: list[Any]) -> list[T]:
    """Do the work part by part, on every processor where there is much of it.

    Parameters
    ----------
    work : callable
        Takes as many lists as there are columns. It goes to other processes, so it
        is a function of a module and not of another function.
    columns : list
        At least one, all of n values.

    Examples
    --------
    >>> side_by_side(max, [1, 3, 2])
    [3]
    """
    rows = len(columns[0])
    if rows < MANY:
        return [work(*columns)]
    from joblib import Parallel, delayed

    parts = [[column[begin : begin + PART] for column in columns] for begin in range(0, rows, PART)]
    return list(Parallel(n_jobs=-1)(delayed(work)(*part) for part in parts))
