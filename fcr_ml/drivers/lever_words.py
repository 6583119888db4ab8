"""Levers in words: where one was looked for, and what was found there.

Enters: one row of figures. Leaves: a sentence. No agent, team or customer is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

FOUND_IN = {
    "agent_id": "agents",
    "team": "teams",
    "queue": "queues",
    "channel": "channels",
    "product": "products",
    "was_transferred": "transferred or not",
    "was_on_hold": "on hold or not",
    "next_issue": "next issues",
    "segment": "the segment itself",
}
"""Where a lever is looked for."""

LEVER_OF_UNIT = {
    "agent_id": "training",
    "team": "training",
    "queue": "routing",
    "channel": "channel fit",
    "product": "product",
    "was_transferred": "transfer",
    "was_on_hold": "authority",
}
"""What the company could change if contacts differ by these."""

_OWN = {
    "training": "the same contacts handled by others repeat less",
    "routing": "the same contacts in other queues repeat less",
    "channel fit": "the same contacts in other channels repeat less",
    "transfer": "the same contacts not transferred repeat less",
    "authority": "the same contacts not on hold repeat less",
    "product": "the same contacts about other products repeat less",
    "knowledge": "other subjects repeat less",
    "product or process": "other contacts repeat less",
    "not enough evidence": "its columns, or its other names, point at different levers",
}


def evidence_words(row: Mapping[Any, Any]) -> str:
    """Say what was found, in a few words.

    Parameters
    ----------
    row : mapping
        ``unit``, ``units``, ``found_in``, ``lever`` and ``verdict``.

    Examples
    --------
    >>> evidence_words({"unit": "agent_id", "units": 23.0, "found_in": "agents",
    ...                 "lever": "training", "verdict": "little or nothing"})
    '23 agents hold less than half of the excess, if any'
    """
    unit, verdict = row["unit"], row["verdict"]
    if unit == "segment":
        return _of_the_segment(row["lever"], verdict)
    if unit == "next_issue":
        return _NEXT[verdict]
    if unit in ("was_transferred", "was_on_hold"):
        what = {"was_transferred": "transferred", "was_on_hold": "on hold"}[unit]
        return _CONTRAST[verdict].format(what=what)
    count = "" if pd.isna(row["units"]) else f"{int(row['units']):,} "
    return _BETWEEN[verdict].format(units=f"{count}{row['found_in']}")


def _of_the_segment(lever: str, verdict: str) -> str:
    if verdict == "most of it":
        return f"{_OWN[lever]}; nothing inside is shown to hold most of it"
    if verdict == "too few contacts to tell":
        return f"{_OWN[lever]}; inside it too few contacts to tell"
    return f"{_OWN[lever]}; what is left once the others are taken off"


_BETWEEN = {
    "most of it": "{units} differ: with the worse ones like the typical one, most would go",
    "part of it": "{units} differ: with the worse ones like the typical one, part would go",
    "little or nothing": "{units} hold less than half of the excess, if any",
    "too few contacts to tell": "too few contacts to tell {units} apart",
}

_CONTRAST = {
    "most of it": "most of the excess is of contacts {what}",
    "part of it": "contacts {what} repeat more",
    "little or nothing": "contacts {what} hold less than half of the excess, if any",
    "too few contacts to tell": "too few contacts {what}, or not, to tell",
}

_NEXT = {
    "most of it": "more than half of the excess are returns about a next issue",
    "part of it": "a part of the excess are returns about a next issue",
    "little or nothing": "returns about a next issue are less than half of the excess",
    "too few contacts to tell": "too few returns to tell same and next issues apart",
}
