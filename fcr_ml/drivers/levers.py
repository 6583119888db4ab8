"""Levers: what the company can change, by the column that stands out.

Enters: drivers' segments, the links' verdicts. Leaves: one lever each, in the words
of the house, or 'not enough evidence'. A first rule from the shape of the evidence:
it says where to look, not what will help.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.drivers.mix import NEARLY_DETERMINED
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search
from fcr_ml.frames import Casebook

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

SUBJECT_LEVERS = {
    "product": "product",
    "topic": "knowledge",
    "theme": "knowledge",
    "reason_code": "knowledge",
}
"""Columns that say what it was about."""

_NEXT_ISSUE_SHARE = 0.5
"""More than half of the returns bring a next issue: the answer itself was right."""

_LEAST_RETURNS = 20


def name_levers(
    casebook: Casebook, rows: SegmentRows, search: Search, places: list[int]
) -> list[str]:
    """Name the lever that each driver points at.

    In this order: where more than half of at least 20 returns are next issues,
    'expectation setting'; otherwise the lever of the column. In a pair of a handling
    column and a subject column it is the handling's, because the same subject
    handled otherwise repeats less. Where the columns point at different levers, or
    the segment goes under another name that does, 'not enough evidence'.

    Parameters
    ----------
    casebook : Casebook
        Its links tell next issues.
    rows : SegmentRows
        The closed contacts.
    search : Search
        What was searched.
    places : list of int
        Segments that are drivers.

    Returns
    -------
    list of str
        One lever a segment.
    """
    is_next = _next_issues(casebook, rows)
    levers = []
    for place in places:
        returns = is_next.iloc[search.segments.members[:, place].indices].dropna()
        if len(returns) >= _LEAST_RETURNS and returns.mean() > _NEXT_ISSUE_SHARE:
            levers.append("expectation setting")
        else:
            levers.append(_agreed(search, place))
    return levers


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
    for levers in (HANDLING_LEVERS, SUBJECT_LEVERS):
        named = {levers[column] for column in columns if column in levers}
        if named:
            return named.pop() if len(named) == 1 else NOT_ENOUGH
    return NOT_ENOUGH


def _agreed(search: Search, place: int) -> str:
    """Give the segment's lever if every other name for the same segment agrees."""
    levers = {lever_of(search.segments.columns(name)) for name in _names(search, place)}
    return levers.pop() if len(levers) == 1 else NOT_ENOUGH


def _names(search: Search, place: int) -> list[int]:
    """Give the segment and the single-column segments that hold nearly its contacts."""
    members = search.segments.members
    contacts, sizes = members.shape[0], search.crosses[:, 0]
    size = sizes[place]
    together = members.T @ members[:, [place]].toarray().ravel()
    covariance = together / contacts - size * sizes / contacts**2
    spread = size / contacts * (1 - size / contacts) * sizes / contacts * (1 - sizes / contacts)
    is_same = (covariance > 0) & (covariance**2 > NEARLY_DETERMINED * spread)
    same = np.flatnonzero(is_same)
    return [place, *(int(s) for s in same if s != place and len(search.segments.parts[s]) == 1)]


def _next_issues(casebook: Casebook, rows: SegmentRows) -> pd.Series:
    """Give, for each contact with a follow-up, whether it brought a next issue."""
    if "links" not in casebook.table_names:
        return pd.Series(np.nan, index=rows.contacts.index)
    keys = ["contact_id", "follow_up_id"]
    verdicts = casebook.table("links", [*keys, "verdict"])
    told = rows.contacts[keys].merge(verdicts, on=keys, how="left")["verdict"]
    return told.eq("next_issue").astype("Float64").mask(told.isna())
