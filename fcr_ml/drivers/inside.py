"""Inside a driver: its contacts as units of people, channels and the like, and its mix.

Enters: closed contacts, what was searched, one segment. Leaves: what
:func:`~fcr_ml.drivers.variation.measure_variation` compares. No figure is formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search
from fcr_ml.drivers.variation import YES_OR_NO, Contrast

Codes = NDArray[np.intp]
Numbers = NDArray[np.float64]

UNITS = (
    "agent_id",
    "team",
    "queue",
    "channel",
    "product",
    "was_transferred",
    "was_on_hold",
)
"""What contacts of a driver are compared by. Agents are compared, never named."""

MOST_CONTACTS, MOST_OUTSIDE = 50_000, 20_000
"""Contacts of a driver, and of all others, that are compared; of more, those of every
second, third or further customer. A spread of two points is told from none by then."""

_LEAST_OF_AGENT, _LEAST_OF_UNIT, _LEAST_OF_MIX = 2, 10, 20
_MOST_AGENTS, _MOST_UNITS, _MOST_OF_MIX = 500, 100, 50
"""Units with fewer contacts inside, or beyond the most frequent, are taken as unknown; values
of the mix are taken together."""


def number_units(rows: SegmentRows, search: Search) -> dict[str, Codes]:
    """Number the units of every contact, 0 where unknown.

    Returns
    -------
    dict of str to numpy.ndarray
        Those of :data:`UNITS` that the log has.
    """
    numbered = {}
    for name in UNITS:
        # Agents may be segments too; those too small for one are compared all the same.
        if name in search.mix.levels and name != "agent_id":
            levels = search.mix.levels[name]
            numbered[name] = np.where(levels.codes > len(levels.names), 0, levels.codes)
        elif name in rows.contacts and rows.contacts[name].nunique() > 1:
            numbered[name] = pd.factorize(rows.contacts[name], sort=True)[0] + 1
    return numbered


def contrast_inside(
    search: Search,
    units: Mapping[str, Codes],
    place: int,
    repeated: Numbers,
    outside: bool = False,
) -> Contrast:
    """Give a driver's contacts, or all others, ready to be compared by unit.

    Parameters
    ----------
    search : Search
        What was searched.
    units : mapping of str to numpy.ndarray
        From :func:`number_units`.
    place : int
        The driver's segment.
    repeated : numpy.ndarray
        Each contact's outcome, less what other drivers add to it: the driver's excess is
        what it has beyond them.
    outside : bool
        Whether to give the contacts that are not the driver's, which say what is usual.
    """
    members = np.sort(search.segments.members[:, place].indices)
    if outside:
        members = np.setdiff1d(np.arange(len(search.mix.repeated)), members, assume_unique=True)
    owners = np.searchsorted(search.mix.customer_starts, members, side="right") - 1
    step = -(-len(members) // (MOST_OUTSIDE if outside else MOST_CONTACTS))
    kept = owners % max(step, 1) == 0
    members, owners = members[kept], owners[kept]
    own = search.segments.columns(place)
    inside = {
        name: _units_inside(name, codes[members])
        for name, codes in units.items()
        if name not in own
    }
    mix = [
        _most_frequent(search.mix.levels[name].codes[members], _LEAST_OF_MIX, _MOST_OF_MIX)
        for name in search.mix.mix_columns
        if name not in UNITS and name not in own
    ]
    return Contrast(repeated[members], owners, inside, _indicators(mix, len(members)))


def twins(units: Mapping[str, Codes]) -> dict[str, str]:
    """Give the units that are other units under another name, with the name that stays.

    Examples
    --------
    >>> twins({"team": np.array([0, 1, 0]), "queue": np.array([1, 0, 1])})
    {'queue': 'team'}
    """
    same: dict[str, str] = {}
    for first, second in combinations(units, 2):
        one, other = units[first], units[second]
        if first in same or second in same or second in YES_OR_NO or first in YES_OR_NO:
            continue
        pairs = len(np.unique(one * (int(other.max(initial=0)) + 2) + other))
        if pairs == len(np.unique(one)) == len(np.unique(other)) and pairs > 1:
            same[second] = first
    return same


def _units_inside(name: str, codes: Codes) -> Codes:
    """Number the units inside from 0, -1 where unknown or rare; of yes and no, 1 is yes."""
    is_agent = name == "agent_id"
    least = _LEAST_OF_AGENT if is_agent else _LEAST_OF_UNIT
    most = _MOST_AGENTS if is_agent else _MOST_UNITS
    return _most_frequent(np.where(codes > 0, codes, -1), least, most)


def _most_frequent(codes: Codes, least: int, most: int) -> Codes:
    """Number the values that come often enough from 0 in their order, the rest -1."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    order = np.argsort(-counts, kind="stable")[:most]
    kept = np.sort(order[counts[order] >= least])
    numbers = np.full(len(counts) + 1, -1)
    numbers[kept] = np.arange(len(kept))
    return numbers[codes]


def _indicators(columns: list[Codes], contacts: int) -> Any:
    """Give a column of ones, then 0/1 columns of the values numbered."""
    from scipy.sparse import csr_matrix

    rows, places, begin = [np.arange(contacts)], [np.zeros(contacts, dtype=np.intp)], 1
    for codes in columns:
        known = np.flatnonzero(codes >= 0)
        rows.append(known)
        places.append(codes[known] + begin)
        begin += int(codes.max(initial=-1)) + 1
    cells = (np.concatenate(rows), np.concatenate(places))
    return csr_matrix((np.ones(len(cells[0])), cells), shape=(contacts, begin))
