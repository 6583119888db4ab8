"""The lever that a driver's own columns point at.

Enters: a segment's columns and the other names for the same contacts. Leaves: a lever in
the words of the house, or 'not enough evidence'. What lies inside is weighed elsewhere.
"""

from __future__ import annotations

import numpy as np

from fcr_ml.drivers.mix import NEARLY_DETERMINED
from fcr_ml.drivers.search import Search

NOT_ENOUGH = "not enough evidence"

HANDLING_LEVERS = {
    "queue": "routing",
    "was_transferred": "transfer",
    "channel": "channel fit",
    "team": "training",
    "agent_id": "training",
    "was_on_hold": "authority",
}
"""Columns that say how a contact was handled."""

SUBJECT_LEVERS = {"topic": "knowledge", "theme": "knowledge", "reason_code": "knowledge"}
"""Columns that say what it was about."""

_LADDER = (HANDLING_LEVERS, {"product": "product"}, SUBJECT_LEVERS)
"""The first that a segment's columns hold decides: the same subject handled otherwise, or
about another product, repeats less."""


def lever_of(columns: tuple[str, ...]) -> str:
    """Give the lever that a segment's columns point at.

    Examples
    --------
    >>> lever_of(("queue",))
    'routing'
    >>> lever_of(("channel", "reason_code"))
    'channel fit'
    >>> lever_of(("weekday",))
    'not enough evidence'
    """
    for levers in _LADDER:
        named = {levers[column] for column in columns if column in levers}
        if named:
            return named.pop() if len(named) == 1 else NOT_ENOUGH
    return NOT_ENOUGH


def own_lever(search: Search, place: int) -> tuple[str, bool]:
    """Give the lever of a segment's columns, and whether it needs people to be alike.

    Parameters
    ----------
    search : Search
        What was searched.
    place : int
        The segment.

    Returns
    -------
    tuple of str and bool
        'not enough evidence' where the columns point at different levers, or another
        name for the same contacts does. A column of how contacts were handled is a
        contrast by itself; of all other columns, that agents or teams fail alike must be
        seen before anything is said.
    """
    columns = [search.segments.columns(name) for name in _names(search, place)]
    levers = {lever_of(names) for names in columns}
    pointing = levers - {NOT_ENOUGH}
    needs_people = not any(name in HANDLING_LEVERS for names in columns for name in names)
    lever = levers.pop() if len(levers) == 1 else NOT_ENOUGH
    return lever, needs_people and (lever != NOT_ENOUGH or not pointing)


def _names(search: Search, place: int) -> list[int]:
    """Give the segment and the single-column segments that hold nearly its contacts."""
    segments, levels = search.segments, search.mix.levels
    counts, _ = search.counted(segments.parts[place], list(levels))
    begins = np.cumsum([1, *(numbered.size for numbered in levels.values())])
    begin_of = dict(zip(levels, begins, strict=False))
    singles = [s for s, parts in enumerate(segments.parts) if len(parts) == 1 and s != place]
    values = [segments.parts[s][0] for s in singles]
    together = np.array([counts[begin_of[n] + levels[n].code(value)] for n, value in values])
    contacts, sizes = len(search.mix.repeated), np.diff(segments.members.indptr)
    size, others = sizes[place], sizes[singles]
    covariance = together / contacts - size * others / contacts**2
    spread = size / contacts * (1 - size / contacts) * others / contacts * (1 - others / contacts)
    is_same = (covariance > 0) & (covariance**2 > NEARLY_DETERMINED * spread)
    return [place, *(s for s, same in zip(singles, is_same, strict=True) if same)]
