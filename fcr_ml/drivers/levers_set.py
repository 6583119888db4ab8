"""How levers were set: which contacts had one set, and what was known before.

Enters: numbered contacts. Leaves: for each lever its two sides, and the columns that
were known before it was set: nothing else may be adjusted for. A transfer happens
during the contact and handle time is measured after it, so neither explains the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels

LEVERS = ("transfer", "hold", "channel", "first_answer")
"""What a desk can set, in the order in which it is told."""

ANSWER_HOURS = (1, 2, 4, 8, 12, 24, 48, 72, 168)
"""First-answer times a desk promises; that which splits the contacts most evenly is told."""

SLOW_HOURS = 1.0
"""A channel whose median answer takes an hour or more is answered later, not at once."""


@dataclass(frozen=True, eq=False)
class Lever:
    """A lever and its two sides.

    Parameters
    ----------
    lever, value, against : str
        Its name, and the two ways to set it in words.
    rows : numpy.ndarray
        Contacts that it can be told of, shape (contacts,), bool.
    is_set : numpy.ndarray
        Whether it was set, of all contacts; means nothing outside of ``rows``.
    columns : list of str
        What was known before.
    """

    lever: str
    value: str
    against: str
    rows: NDArray[np.bool_]
    is_set: NDArray[np.bool_]
    columns: list[str]


def levers_set(numbered: Numbered, minimum_contacts: int = 30) -> Iterator[Lever]:
    """Give every lever that the log tells of.

    Parameters
    ----------
    numbered : Numbered
    minimum_contacts : int
        Contacts a channel must have to be compared with the commonest one.
    """
    known = [*numbered.mix, *(["queue"] if "queue" in numbered.columns else [])]
    yield from _counted(numbered, "transfer", "transfers", "transferred", known)
    yield from _counted(numbered, "hold", "hold_seconds", "put on hold", known)
    yield from _channels(numbered, minimum_contacts)
    yield from _first_answer(numbered, known)


def _counted(
    numbered: Numbered, lever: str, name: str, words: str, known: list[str]
) -> Iterator[Lever]:
    if name in numbered.measures:
        values = numbered.measures[name]
        is_set = np.nan_to_num(values) > 0
        yield Lever(lever, words, f"not {words}", ~np.isnan(values), is_set, known)


def _channels(numbered: Numbered, minimum_contacts: int) -> Iterator[Lever]:
    """Give each channel against the commonest; the queue comes after the channel."""
    if "channel" not in numbered.columns:
        return
    channels = numbered.columns["channel"]
    contacts = np.bincount(channels.codes, minlength=channels.size)
    columns = [name for name in numbered.mix if name != "channel"]
    for code, name in enumerate(channels.names[1:], start=2):
        if contacts[code] >= minimum_contacts:
            rows = (channels.codes == 1) | (channels.codes == code)
            yield Lever("channel", name, channels.names[0], rows, channels.codes == code, columns)


def _first_answer(numbered: Numbered, known: list[str]) -> Iterator[Lever]:
    """Give contacts answered late against those answered in time, where answers take hours."""
    hours = numbered.measures.get("answer_hours")
    if hours is None:
        return
    channels = numbered.columns.get("channel") or Levels(np.zeros(len(hours), dtype=np.int64), [])
    rows = ~np.isnan(hours) & (hours >= 0)
    slow = [
        code
        for code in range(channels.size)
        if (inside := hours[rows & (channels.codes == code)]).size
        and np.median(inside) >= SLOW_HOURS
    ]
    rows &= np.isin(channels.codes, slow)
    if rows.any():
        late = {limit: float((hours[rows] > limit).mean()) for limit in ANSWER_HOURS}
        limit = min(late, key=lambda hours: (abs(late[hours] - 0.5), hours))
        words = f"{limit} hour{'s' if limit > 1 else ''}"
        with np.errstate(invalid="ignore"):
            is_set = hours > limit
        value, against = f"answered after more than {words}", f"answered within {words}"
        yield Lever("first_answer", value, against, rows, is_set, known)
