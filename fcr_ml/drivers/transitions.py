"""Next issues: which topic leads to which, beyond coincidence.

Enters: a casebook. Leaves: the tables TRANSITIONS and AVOIDANCE. A customer who came
about X and next about Y may have come about Y anyway, so every count is held against
the same customers at other times. Links are not read for it: their probabilities
already know how near in time two contacts are, and no link tells of other times. That Y
follows X is no proof that X brought it about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.drivers.next_counts import (
    NextCounts,
    count_next_issues,
    hours_to_next,
    next_issues_engine,
)
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.next_issues import AVOIDANCE, TRANSITIONS

READING = "next_issue"


@dataclass(frozen=True)
class NextIssues:
    """What follows what.

    Parameters
    ----------
    transitions : pandas.DataFrame
        The table TRANSITIONS, largest excess first; empty where nothing holds.
    avoidance : pandas.DataFrame
        The table AVOIDANCE, every topic with compared contacts, the largest first.
    pairs_looked_at : int
        Ordered pairs of topics that the q-values stand for.
    later_weeks : int or None
        How many weeks later the customers were looked at again; None in a log too short.
    """

    transitions: pd.DataFrame
    avoidance: pd.DataFrame
    pairs_looked_at: int
    later_weeks: int | None


def find_next_issues(
    casebook: Casebook,
    minimum_customers: int = 10,
    minimum_contacts: int = 30,
    q: float = 0.05,
) -> NextIssues:
    """Give the topics that lead to other topics beyond coincidence.

    Parameters
    ----------
    casebook : Casebook
        Its main window is used, closed contacts with a topic only. A log without notes
        has no topics, and so no next issues.
    minimum_customers : int
        Customers who came about Y right after X or right before it, that a pair must
        have to be looked at. Fewer than ten could not pass in a search over fifty pairs
        even if all went one way. Either order counts, so what is looked at does not
        depend on what is tested.
    minimum_contacts : int
        Compared contacts that a topic's avoidance rate needs.
    q : float
        Accepted rate of false transitions among those found.

    Returns
    -------
    NextIssues

    Raises
    ------
    SettingsError
        When ``q`` is no rate between 0 and 1.

    Notes
    -----
    *Followed.* A contact about X is followed by Y, another topic, when the customer's next
    contact is about Y and begins before the contact's repeat window has run out.
    Only the very next contact counts, so that X to Y to Z is not also X to Z, and the
    shares of a topic add up to at most one.

    *Coincidence* is counted twice on the same contacts, each time over as long a time:
    the contact just before X, and the first contact some whole weeks after X. What makes
    X and Y come together without an order (frequent customers, owners of one product, an
    outage, a busy month) fills the time before as much as the time after. What comes
    once and for good (a new customer, one who leaves) fills the later time as well. The
    larger of the two counts is the coincidence, and the larger p-value counts.

    *The test* is the sign test by customer: among customers for whom Y came unequally
    often in the two times, as many should have more of it after X as before. A customer
    counts once, whatever the number of contacts. It is exact for any count, one-sided;
    q-values are those of Benjamini and Hochberg (1995) over all pairs looked at. The
    comparison with the time before is that of sequence symmetry analysis (Hallas, 1996).

    *Intervals* are those of the difference as a ratio of totals by customer, t quantile,
    degrees of freedom from the customers that differ. They are not corrected for the
    search: the strongest of many look a little stronger than they are.

    A pair that leads either way about equally often is not found: no order tells it
    from what merely comes together.
    """
    if not 0 < q < 1:
        raise SettingsError(f"drivers: q is {q}; give the accepted rate of false pairs, as 0.05.")
    if casebook.table("topics", ["topic_id"])["topic_id"].isna().all():
        return NextIssues(empty(TRANSITIONS), empty(AVOIDANCE), 0, None)
    with next_issues_engine(casebook) as engine:
        counts = count_next_issues(engine, casebook)
        looked_at = counts.pairs[counts.pairs["customers"] >= minimum_customers]
        tested = judge_pairs(looked_at, is_later=counts.later_weeks is not None)
        found = tested[tested["q_value"] <= q]
        transitions = empty(TRANSITIONS)
        if len(found):
            hours = hours_to_next(engine, found)
            transitions = _as_transitions(casebook, counts, found.join(hours, on=_PAIR))
    avoidance = _as_avoidance(casebook, counts, minimum_contacts)
    return NextIssues(transitions, avoidance, len(looked_at), counts.later_weeks)


_PAIR = ["topic_id", "next_topic_id"]


def judge_pairs(pairs: pd.DataFrame, is_later: bool) -> pd.DataFrame:
    """Add ``p_value`` and ``q_value`` to pairs, in their order.

    Parameters
    ----------
    pairs : pandas.DataFrame
        ``more_than_before less_than_before more_than_later less_than_later``, counts of
        customers.
    is_later : bool
        Whether the later time counts too.
    """
    from scipy.stats import binom, false_discovery_control

    p_value = np.zeros(len(pairs))
    for side in ("before", "later") if is_later else ("before",):
        more = pairs[f"more_than_{side}"].to_numpy()
        differing = more + pairs[f"less_than_{side}"].to_numpy()
        p_value = np.maximum(p_value, binom.sf(more - 1, differing, 0.5))
    q_value = false_discovery_control(p_value) if len(p_value) else p_value
    return pairs.assign(p_value=p_value, q_value=q_value)


@dataclass(frozen=True)
class Excess:
    """Contacts beyond coincidence with their 95 % interval, arrays of one length."""

    expected: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def estimate_next(pairs: pd.DataFrame, topics: pd.DataFrame, side: str) -> Excess:
    """Give how many contacts were followed beyond what one other time lets expect.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Counts with their sums over customers.
    topics : pandas.DataFrame
        ``contacts customers squared_contacts``, rows as those of ``pairs``.
    side : {'before', 'later'}
        The time that they are held against.
    """
    from scipy.stats import t

    contacts = topics["contacts"].to_numpy(float)
    customers = topics["customers"].to_numpy(float)
    excess = (pairs["near"] - pairs[side]).to_numpy(float)
    squares = (pairs["near_near"] - 2 * pairs[f"near_{side}"] + pairs[f"{side}_{side}"]).to_numpy(
        float
    )
    crossed = (pairs["near_contacts"] - pairs[f"{side}_contacts"]).to_numpy(float)
    rate = excess / contacts
    spread = squares - 2 * rate * crossed + rate**2 * topics["squared_contacts"].to_numpy(float)
    spread = np.maximum(spread, 0) * customers / np.maximum(customers - 1, 1)
    differing = (pairs[f"more_than_{side}"] + pairs[f"less_than_{side}"]).to_numpy()
    half = t.ppf(0.975, np.maximum(differing - 1, 1)) * np.sqrt(spread)
    high = np.minimum(excess + half, contacts)
    return Excess(pairs[side].to_numpy(float), excess, excess - half, high)


def estimate_lift(pairs: pd.DataFrame, side: str) -> Excess:
    """Give followed over expected, half a contact added to both, with its interval.

    Returns
    -------
    Excess
        ``value`` is the lift. Normal on its logarithm; the variance is the sum over
        customers of their share of one count less their share of the other, squared.
    """
    near = pairs["near"].to_numpy(float) + 0.5
    other = pairs[side].to_numpy(float) + 0.5
    variance = (
        pairs["near_near"].to_numpy(float) / near**2
        - 2 * pairs[f"near_{side}"].to_numpy(float) / (near * other)
        + pairs[f"{side}_{side}"].to_numpy(float) / other**2
    )
    # The half contacts are as uncertain as half a contact.
    half = 1.96 * np.sqrt(variance + 0.5 / near**2 + 0.5 / other**2)
    lift = near / other
    return Excess(other, lift, lift * np.exp(-half), lift * np.exp(half))


def _as_transitions(casebook: Casebook, counts: NextCounts, found: pd.DataFrame) -> pd.DataFrame:
    """Give the found pairs as TRANSITIONS, each against the time with more coincidence."""
    is_later = counts.later_weeks is not None
    parts = []
    for side in ("before", "later"):
        is_side = (found["later"] > found["before"]) & is_later
        held = found[is_side if side == "later" else ~is_side]
        if len(held):
            parts.append(_told(casebook, counts, held, side))
    rows = pd.concat(parts).sort_values(["excess_contacts", *_PAIR], ascending=[False, True, True])
    later = rows["later"] if is_later else None
    return conform(TRANSITIONS, rows.assign(later_contacts=later))


def _told(casebook: Casebook, counts: NextCounts, held: pd.DataFrame, side: str) -> pd.DataFrame:
    names = _topic_names(casebook)
    topics = counts.topics.loc[held["topic_id"]]
    contacts = topics["contacts"].to_numpy()
    of_next = counts.topics["contacts"].reindex(held["next_topic_id"]).fillna(0).to_numpy()
    excess, lift = estimate_next(held, topics, side), estimate_lift(held, side)
    columns: dict[str, Any] = {
        "topic": held["topic_id"].map(names),
        "next_topic": held["next_topic_id"].map(names),
        "compared_contacts": contacts,
        "followed_contacts": held["near"],
        "followed_customers": held["near_customers"],
        "before_contacts": held["before"],
        "expected_contacts": excess.expected,
        "next_topic_contacts": of_next.astype("int64"),
        "reading": READING,
        "window": str(RepeatWindow.parse(casebook.settings["window"])),
    }
    for end, told in (("", "value"), ("_low", "low"), ("_high", "high")):
        beyond = getattr(excess, told)
        columns[f"lift{end}"] = getattr(lift, told)
        columns[f"excess_contacts{end}"] = beyond
        columns[f"excess_rate{end}"] = (beyond / contacts).clip(0, 1)
        columns[f"spared_rate{end}"] = (beyond / np.maximum(of_next, 1)).clip(0, 1)
    return held.assign(**columns)


def _as_avoidance(casebook: Casebook, counts: NextCounts, minimum_contacts: int) -> pd.DataFrame:
    """Give every topic's rate of contacts that nothing follows beyond coincidence.

    Held against the later time alone: the time before X is full of contacts that led to
    X, which is no coincidence.
    """
    names = _topic_names(casebook)
    any_next = counts.any_next.drop(columns="next_topic_id").set_index("topic_id")
    sums = any_next.reindex(counts.topics.index, fill_value=0)
    excess = estimate_next(sums, counts.topics, "later")
    contacts = counts.topics["contacts"].to_numpy()
    told = (contacts >= minimum_contacts) & (counts.later_weeks is not None)
    rate, low, high = (
        pd.Series(1 - beyond / contacts, counts.topics.index).clip(0, 1).where(told)
        for beyond in (excess.value, excess.high, excess.low)
    )
    too_few = "not enough contacts" if counts.later_weeks is not None else "log too short"
    rows = pd.DataFrame(
        {
            "topic": counts.topics.index.map(names.to_dict()),
            "compared_contacts": contacts,
            "followed_contacts": sums["near"],
            "expected_contacts": sums["later"] if counts.later_weeks is not None else None,
            "avoidance_rate": rate,
            "avoidance_rate_low": low,
            "avoidance_rate_high": high,
            "remark": pd.Series(too_few, counts.topics.index).mask(told),
            "reading": READING,
            "window": str(RepeatWindow.parse(casebook.settings["window"])),
        }
    ).reset_index()
    order = ["compared_contacts", "topic_id"]
    return conform(AVOIDANCE, rows.sort_values(order, ascending=[False, True]))


def _topic_names(casebook: Casebook) -> pd.Series:
    cards = casebook.table("topic_cards", ["topic_id", "topic"])
    return cards.set_index("topic_id")["topic"]
