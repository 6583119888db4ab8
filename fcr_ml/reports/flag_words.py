"""What a list of flags says of itself, the same on page and terminal.

Enters: counts. Leaves: sentences. A list that holds nearly everybody chooses nobody, and
says so.
"""

from __future__ import annotations

from fcr_ml.reports import wording

MOST = 0.5
"""Of the open contacts: a list that holds more of them than it leaves out chooses little."""


def listed_told(listed: int, open_contacts: int) -> str:
    """Say how many of the open contacts are listed.

    Parameters
    ----------
    listed : int
        Rows of the list.
    open_contacts : int
        Contacts whose window still runs and whose customer is not back: there is nothing
        to prevent for the others.

    Examples
    --------
    >>> listed_told(40, 1604)
    '40 of 1,604 open contacts without a return are listed'
    """
    verb = "is" if listed == 1 else "are"
    counted = f"{wording.count(listed)} of {wording.count(open_contacts)}"
    return f"{counted} open contacts without a return {verb} listed"


def capacity_told(listed: int, left_alone: int, open_contacts: int) -> list[str]:
    """Say what it means where most open contacts are listed; nothing otherwise.

    Examples
    --------
    >>> capacity_told(40, 4, 1604)
    []
    """
    if listed <= MOST * open_contacts:
        return []
    calls = listed - left_alone
    return [
        f"That is {wording.percent(listed / open_contacts)} of all who could be called, so the "
        f"list hardly chooses: it tells whom to call first. It holds {wording.count(calls)} "
        f"call{'' if calls == 1 else 's'}; set capacity to what the desk can make, and call from "
        "the top."
    ]
