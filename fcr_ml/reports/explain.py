"""Why a link got its verdict: its weights, its evidence in words, its probabilities.

Enters: a casebook. Leaves: explanations of single links. Nothing is weighed here: the
weights are those the link was made with. No note is read, so none can be shown.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.frames import Casebook
from fcr_ml.frames.tables import LINKS
from fcr_ml.reports import wording
from fcr_ml.reports.rungs import lay_out_rungs, length_of_time, weight_columns

VERDICTS = ("same_issue", "next_issue", "unrelated", "double_post")
"""In the order in which examples are worth showing."""

ROUNDING = 1e-3
"""How far rounded weights may lead away from the stored probability."""

WORTH = 2.0
"""Log-odds beyond which a single rung makes an example no more telling: many rungs that
speak show more than one that shouts."""

_SHOWN = [name for name in LINKS.columns if name != "reasons"]


@dataclass(frozen=True, eq=False)
class LinkExplanation:
    """What made the verdict on one link.

    Parameters
    ----------
    contact_id, follow_up_id, customer_id : str
        The earlier contact, the later one, and whose they are.
    started_at, follow_up_started_at : pandas.Timestamp
        When they began, UTC.
    hours_between : float
        Hours from the one beginning to the other.
    rungs : pandas.DataFrame
        ``rung, finding, weight, probability_so_far``; the weights, in log-odds, add up
        to ``log_odds``.
    log_odds : float
        Log-odds of the link.
    link_probability : float
        Probability that the contacts belong together.
    probabilities : dict of str to float
        Of each verdict; NaN where the casebook does not tell it. They add to one.
    verdict : str
        ``double_post``, ``same_issue``, ``next_issue`` or ``unrelated``.
    reaction : str or None
        What a return under the same case id is; None for other returns.
    needs_help_probability : float or None
        That such a return needs more help.
    """

    contact_id: str
    follow_up_id: str
    customer_id: str
    started_at: pd.Timestamp
    follow_up_started_at: pd.Timestamp
    hours_between: float
    rungs: pd.DataFrame
    log_odds: float
    link_probability: float
    probabilities: dict[str, float]
    verdict: str
    reaction: str | None
    needs_help_probability: float | None


def explain_link(casebook: Casebook, contact_id: str, follow_up_id: str) -> LinkExplanation:
    """Give the weights that made the verdict on a pair.

    Parameters
    ----------
    casebook : Casebook
    contact_id, follow_up_id : str
        The earlier contact and the later one.

    Raises
    ------
    DataError
        When a contact is unknown, the pair was not compared or is given the wrong way
        round, or the casebook holds no weights.
    """
    links = casebook.table("links", _SHOWN)
    is_it = (links["contact_id"] == contact_id) & (links["follow_up_id"] == follow_up_id)
    contacts = _contacts(casebook)
    if not is_it.any():
        raise DataError("explain: " + _why_not_compared(links, contacts, contact_id, follow_up_id))
    return _explained(links[is_it].iloc[0].to_dict(), contacts)


def example_explanations(casebook: Casebook, count: int = 3) -> list[LinkExplanation]:
    """Give the link of each verdict that shows most.

    The link shows most whose rungs speak most, for or against, each rung counted up to
    log-odds of 2; among equals the first by contact and follow-up.

    Parameters
    ----------
    casebook : Casebook
    count : int
        How many verdicts at most: same issue, next issue, unrelated, double post.

    Returns
    -------
    list of LinkExplanation
        Verdicts without a link that has weights are left out.
    """
    links = casebook.table("links", _SHOWN)
    links = links[links["prior_weight"].notna()]
    evidence = links[weight_columns()[1:]].astype("Float64").fillna(0.0)
    shown = evidence.abs().clip(upper=WORTH).sum(axis=1).round(6)
    ordered = links.assign(shown=shown).sort_values(
        ["shown", "contact_id", "follow_up_id"], ascending=[False, True, True], kind="stable"
    )
    first = ordered.drop_duplicates("verdict").set_index("verdict", drop=False)
    contacts = _contacts(casebook)
    present = [verdict for verdict in VERDICTS if verdict in first.index]
    return [_explained(first.loc[verdict].to_dict(), contacts) for verdict in present[:count]]


def _contacts(casebook: Casebook) -> pd.DataFrame:
    columns = ["contact_id", "customer_id", "started_at", "direction"]
    return casebook.table("contacts", columns).set_index("contact_id")


def _explained(link: dict[Any, Any], contacts: pd.DataFrame) -> LinkExplanation:
    earlier, later = contacts.loc[link["contact_id"]], contacts.loc[link["follow_up_id"]]
    is_theirs = contacts["customer_id"] == earlier["customer_id"]
    rungs = lay_out_rungs(link | {"customer_contacts": int(is_theirs.sum())})
    log_odds = float(rungs["weight"].sum())
    probability = float(link["link_probability"])
    _check_weights(link, log_odds, probability)
    told = [f"{verdict}_probability" for verdict in ("double_post", "same_issue", "next_issue")]
    probabilities = {name.removesuffix("_probability"): _float(link[name]) for name in told}
    needs_help = _float(link["needs_help_probability"])
    return LinkExplanation(
        contact_id=link["contact_id"],
        follow_up_id=link["follow_up_id"],
        customer_id=earlier["customer_id"],
        started_at=earlier["started_at"],
        follow_up_started_at=later["started_at"],
        hours_between=float(link["hours_between"]),
        rungs=rungs,
        log_odds=log_odds,
        link_probability=probability,
        probabilities=probabilities | {"unrelated": 1 - probability},
        verdict=link["verdict"],
        reaction=None if pd.isna(link["reaction"]) else str(link["reaction"]),
        needs_help_probability=None if math.isnan(needs_help) else needs_help,
    )


def _check_weights(link: dict[Any, Any], log_odds: float, probability: float) -> None:
    pair = f"the link of {link['contact_id']} and {link['follow_up_id']}"
    if pd.isna(link["prior_weight"]):
        raise DataError(f"explain: {pair} has no weights; build the casebook again.")
    led_to = 1 / (1 + math.exp(-log_odds))
    if abs(led_to - probability) > ROUNDING:
        raise DataError(
            f"explain: the weights of {pair} lead to {led_to:.4f}, its probability is "
            f"{probability:.4f}; build the casebook again."
        )


def _float(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _why_not_compared(
    links: pd.DataFrame, contacts: pd.DataFrame, contact_id: str, follow_up_id: str
) -> str:
    """Say why a pair is no link, with the facts on both sides, and the mend."""
    unknown = [one for one in (contact_id, follow_up_id) if one not in contacts.index]
    if unknown:
        return "; ".join(_unknown(one, contacts) for one in dict.fromkeys(unknown)) + "."
    if contact_id == follow_up_id:
        return f"{contact_id} cannot follow itself; name two contacts of one customer."
    pair = f"{contact_id} and {follow_up_id} were not compared: "
    earlier, later = (contacts.loc[[one]].iloc[0] for one in (contact_id, follow_up_id))
    if earlier["customer_id"] != later["customer_id"]:
        return (
            f"{pair}the one is of customer {earlier['customer_id']}, the other of customer "
            f"{later['customer_id']}; name two contacts of one customer."
        )
    if (earlier["started_at"], contact_id) > (later["started_at"], follow_up_id):
        return (
            f"{follow_up_id} began first, on {wording.instant(later['started_at'])}, "
            f"{contact_id} on {wording.instant(earlier['started_at'])}; name the earlier one "
            f"first: fcr explain {follow_up_id} {contact_id}."
        )
    return pair + _apart(links, contacts, earlier, later)


def _unknown(contact_id: str, contacts: pd.DataFrame) -> str:
    near = difflib.get_close_matches(contact_id, list(contacts.index), n=3, cutoff=0.5)
    mend = f"the nearest are {', '.join(near)}" if near else "check the id in your log"
    return f"there is no contact {contact_id} among {wording.count(len(contacts))}; {mend}"


def _apart(
    links: pd.DataFrame, contacts: pd.DataFrame, earlier: pd.Series, later: pd.Series
) -> str:
    """Say what lies between two contacts of one customer that were not compared."""
    if later["direction"] == "outbound":
        return f"{later.name} was started by the company, so it is no return."
    hours = (later["started_at"] - earlier["started_at"]).total_seconds() / 3_600
    longest = float(links["hours_between"].max()) if len(links) else 0.0
    if hours > longest:
        return (
            f"{later.name} began {length_of_time(hours)} later, and the compared pairs of this "
            f"casebook lie at most {length_of_time(longest)} apart. A longer window compares more."
        )
    is_theirs = contacts["customer_id"] == earlier["customer_id"]
    starts = contacts.loc[is_theirs, "started_at"]
    between = int(starts.between(earlier["started_at"], later["started_at"]).sum()) - 2
    most = int(links.groupby("contact_id").size().max())
    return (
        f"{wording.count(between)} contacts of the customer lie between them, and a contact is "
        f"compared with few of its next ones (here {most:,} at most). Name one that is nearer."
    )
