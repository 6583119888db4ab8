"""What to do about a flagged contact: its driver's lever, and what to settle as well.

Enters: flagged contacts with their columns, DRIVERS and TRANSITIONS. Leaves: one line
each, or none. Both tell what came together, not what caused what.
"""

from __future__ import annotations

import re

import pandas as pd

_NO_LEVER = "not enough evidence"
_YES_OR_NO = {True: "yes", False: "no"}


def advise(
    contacts: pd.DataFrame, drivers: pd.DataFrame | None, transitions: pd.DataFrame | None
) -> pd.DataFrame:
    """Give what to do about each contact.

    Parameters
    ----------
    contacts : pandas.DataFrame
        With ``topic``, ``topic_id`` and the log's columns, as far as there are any.
    drivers, transitions : pandas.DataFrame or None
        DRIVERS by rank and TRANSITIONS; None where they are not at hand.

    Returns
    -------
    pandas.DataFrame
        Same rows: ``what_to_do``, the lever of the first driver that holds the contact,
        drivers that name its topic before others, and ``also_settle``, the next issue with
        the largest share beyond coincidence, with that share. Null where there is none.
    """
    for name, measure in (("was_transferred", "transfers"), ("was_on_hold", "hold_seconds")):
        if measure in contacts.columns:
            amount = contacts[measure].astype(float)
            contacts = contacts.assign(**{name: (amount > 0).map(_YES_OR_NO).mask(amount.isna())})
    levers = pd.Series(None, index=contacts.index, dtype="string")
    for lever, segment, inside in _held(contacts, drivers):
        levers = levers.mask(levers.isna() & inside, f"{lever} ({segment})")
    following = pd.Series(None, index=contacts.index, dtype="string")
    if "topic_id" in contacts.columns and transitions is not None and len(transitions):
        following = contacts["topic_id"].astype("string").map(_next_issues(transitions))
    return pd.DataFrame({"what_to_do": levers, "also_settle": following.astype("string")})


def _held(contacts: pd.DataFrame, drivers: pd.DataFrame | None) -> list[tuple[str, str, pd.Series]]:
    """Give lever, segment and members of each driver that the contacts can be held to."""
    found = []
    rows = [] if drivers is None else drivers.sort_values("rank").to_dict("records")
    for row in sorted(rows, key=lambda row: "topic" not in str(row["columns"]).split(" + ")):
        names = str(row["columns"]).split(" + ")
        pattern = " and ".join(f"{re.escape(name)} = (.*)" for name in names)
        values = re.fullmatch(pattern, str(row["segment"]), re.DOTALL)
        if values is None or row["lever"] == _NO_LEVER or not set(names) <= set(contacts.columns):
            continue
        inside = pd.Series(True, index=contacts.index)
        for name, value in zip(names, values.groups(), strict=True):
            inside &= contacts[name].astype("string").eq(value).fillna(False).astype(bool)
        found.append((str(row["lever"]), str(row["segment"]), inside))
    return found


def _next_issues(transitions: pd.DataFrame) -> dict[str, str]:
    ranked = transitions.sort_values(["excess_rate", "next_topic_id"], ascending=[False, True])
    first = ranked.drop_duplicates("topic_id")
    told = [
        f"{topic} (follows {rate:.0%} beyond coincidence)"
        for topic, rate in zip(first["next_topic"], first["excess_rate"], strict=True)
    ]
    return dict(zip(first["topic_id"].astype(str), told, strict=True))
