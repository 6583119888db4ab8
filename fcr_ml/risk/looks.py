"""When to look at a proof again, and when its pilot can be ended.

Enters: FLAGGED, PROOF and a pilot's plan. Leaves: the looks that show something new, and
sentences with dates. Whether calls help is not said here; see proof.py.
"""

from __future__ import annotations

import pandas as pd

from fcr_ml.frames import Casebook
from fcr_ml.risk.pilot import Pilot
from fcr_ml.risk.proof import MINIMUM_CONTACTS

WEEK = pd.Timedelta(days=7)

_COUNTED = ["called_contacts", "left_alone_contacts", "called_repeats", "left_alone_repeats"]


def changed_looks(proof: pd.DataFrame) -> pd.DataFrame:
    """Leave out the looks that counted the same contacts as the look before.

    Parameters
    ----------
    proof : pandas.DataFrame
        PROOF, in order of ``closed_by``.

    Returns
    -------
    pandas.DataFrame
        The first look always; of equal ones in a row the first.
    """
    counts = proof[_COUNTED].astype("float64")
    return proof[(counts != counts.shift()).any(axis=1).to_numpy(dtype=bool)]


def dates_told(
    proof: pd.DataFrame, pilot: Pilot, flagged: pd.DataFrame, casebook: Casebook
) -> list[str]:
    """Say how many contacts the promise takes, until when, and when to look again.

    Parameters
    ----------
    proof : pandas.DataFrame
        PROOF; empty while nothing has closed.
    pilot : Pilot
        What was promised.
    flagged : pandas.DataFrame
        FLAGGED of one experiment, one row a contact.
    casebook : Casebook
        Its moment is the look's.
    """
    closed = _closed(proof)
    seen = not proof.empty and pd.notna(proof.iloc[-1]["left_alone_repeat_rate"])
    rate = f"{100 * pilot.repeat_rate:.1f} %"
    rests_on = f"{rate} of those left alone return" + ("" if seen else ", the worst case")
    told = [
        f"To show a gain of {100 * pilot.gain:.1f} points with a probability of "
        f"{pilot.power:.0%} takes up to {pilot.contacts:,} flagged contacts, if {rests_on}; "
        f"{closed:,} have closed so far. {_ending(pilot, closed, flagged)}"
    ]
    return [*told, *_next_look(flagged, casebook.as_of)]


def _closed(proof: pd.DataFrame) -> int:
    if proof.empty:
        return 0
    latest = proof.iloc[-1]
    return int(latest["called_contacts"] + latest["left_alone_contacts"])


def _ending(pilot: Pilot, closed: int, flagged: pd.DataFrame) -> str:
    """Say when the pilot can be ended: whatever the interval says, or once it leaves out 0."""
    either = "or as soon as the interval lies on one side of 0"
    if closed >= pilot.contacts:
        return "So the pilot can be ended now, whatever the interval says."
    if pilot.weeks is None or flagged.empty:
        return f"The pilot can be ended then, {either}."
    last = flagged["flagged_at"].min() + pilot.weeks * WEEK
    return (
        f"At the present pace that is by {last:%Y-%m-%d}, {pilot.weeks:,} weeks after the first "
        f"list; the pilot can be ended then, {either}."
    )


def _next_look(flagged: pd.DataFrame, as_of: pd.Timestamp) -> list[str]:
    """Say from when on another look can show something that this one does not."""
    later = flagged[(flagged["closes_at"] > as_of).to_numpy(dtype=bool)]
    if flagged.empty:
        return []
    if later.empty:
        return [
            "Look again a window after the next list: no flagged contact's window still runs, so "
            "until then every look shows the same."
        ]
    looked = max(as_of + WEEK, later["closes_at"].min())
    enough = _enough_at(flagged)
    if enough is None:
        return [
            f"Look again from {looked:%Y-%m-%d} on; for a gain to be told, {MINIMUM_CONTACTS} of "
            "each have to close, and fewer are flagged so far."
        ]
    more = int((later["closes_at"] <= max(looked, enough)).sum())
    return [
        f"Look again from {max(looked, enough):%Y-%m-%d} on, when {more:,} windows more have run "
        "out."
    ]


def _enough_at(flagged: pd.DataFrame) -> pd.Timestamp | None:
    """Give when the windows of enough contacts of both arms have run out; None without them."""
    alone = flagged["is_left_alone"].astype(bool)
    arms = [flagged.loc[arm, "closes_at"].sort_values() for arm in (alone, ~alone)]
    if min(map(len, arms)) < MINIMUM_CONTACTS:
        return None
    return max(closes.iloc[MINIMUM_CONTACTS - 1] for closes in arms)
