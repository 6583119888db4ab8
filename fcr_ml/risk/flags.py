"""The desk's list: open contacts most worth a call before the customer has to come back.

Enters: a casebook, its features, a scorer and a plan. Leaves: ``FLAGS``, one row a
customer at most, with reasons, tie bounds and the share that is left alone. It
never decides what is done; that is the desk's.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.features import Features
from fcr_ml.features.moments import Moment, main_outcomes, moment_epochs
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.tables import FLAGS
from fcr_ml.risk.draw import is_left_alone
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.reasons import explain
from fcr_ml.risk.record import LeftOut
from fcr_ml.risk.rows import open_rows

_HOUR = 3_600


class Scorer(Protocol):
    """What ranks contacts: the model, a baseline or the counting rule."""

    name: str

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        """Give the probability of being repeated, shape (n,)."""
        ...

    def contributions(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give each feature's share in the log-odds, same rows."""
        ...


def flag_contacts(
    casebook: Casebook,
    features: Features,
    scorer: Scorer,
    capacity: int = 50,
    left_alone_share: float = 0.1,
    plan: FlagPlan | None = None,
    left_out: LeftOut | None = None,
) -> pd.DataFrame:
    """Give the open contacts whose call would save most.

    Parameters
    ----------
    casebook : Casebook
        Its moment decides what is open.
    features : Features
        Of the same casebook.
    scorer : Scorer
        Fitted.
    capacity : int
        Most rows in the list. A customer is listed once, with the contact most worth it.
    left_alone_share : float
        Share of contacts that are not to be helped, so that help can be proved.
        Drawn by a hash of the ``contact_id``: the same contact is drawn, or not,
        every night.
    plan : FlagPlan, optional
        Costs, capacities and hours; without one the list is by risk.
    left_out : LeftOut, optional
        Who is not to be listed.

    Returns
    -------
    pandas.DataFrame
        ``FLAGS`` by rank, largest saving first, or highest risk where there are no costs;
        equals stand in the order of ``contact_id``, and ``tie_low`` to ``tie_high`` are
        the ranks they share. Empty when nothing is open, or no call would pay.

    Raises
    ------
    SettingsError
        When the capacity is not positive or the share not between 0 and 1.
    """
    if capacity < 1 or not 0 <= left_alone_share < 1:
        raise SettingsError(
            f"flags: capacity {capacity} and left_alone_share {left_alone_share:g} are given; the "
            "capacity must be 1 or more, the share at least 0 and below 1."
        )
    plan = plan or FlagPlan()
    candidates = score_open_contacts(casebook, features, scorer)
    candidates = _most_worth(_kept(candidates, left_out or LeftOut()), plan)
    queues = candidates["queue"] if "queue" in candidates.columns else None
    placed = plan.place(candidates["closes_at"], queues, casebook.as_of, capacity)
    if not placed:
        return empty(FLAGS)
    listed = candidates.iloc[[row for row, _, _ in placed]].reset_index(drop=True)
    listed["shift"] = pd.Series([shift for _, shift, _ in placed], dtype="string")
    listed["call_from_at"] = pd.Series([begin for _, _, begin in placed])
    names = _topic_names(casebook)
    told = explain(listed, scorer.contributions(listed), features, names)
    ids = listed["contact_id"]
    kept = [name for name in FLAGS.columns if name in listed.columns and name != "topic"]
    flags = pd.concat([listed[kept], told], axis=1)
    flags["rank"] = np.arange(1, len(flags) + 1)
    flags["ended_at"] = _ends(casebook, listed, features.moment)
    flags["hours_left"] = (listed["closes_at"] - casebook.as_of).dt.total_seconds() / _HOUR
    if "topic_id" in listed.columns:
        flags["topic"] = listed["topic_id"].map(names).astype("string")
    flags["earlier_contact_id"] = ids.map(_earlier_contacts(casebook)).astype("string")
    alone = [is_left_alone(i, left_alone_share, plan.experiment) for i in ids]
    flags["is_left_alone"] = alone
    # Nobody calls them; but they keep their room, so that the draw changes nobody's place.
    flags["call_from_at"] = flags["call_from_at"].mask(np.array(alone, dtype=bool))
    absent = {c: None for c in FLAGS.columns if c not in flags.columns}
    return conform(FLAGS, flags.assign(**absent))


def _kept(candidates: pd.DataFrame, left_out: LeftOut) -> pd.DataFrame:
    is_out = candidates["contact_id"].isin(left_out.contacts)
    is_out |= candidates["customer_id"].isin(left_out.customers)
    return candidates[~is_out]


def _most_worth(candidates: pd.DataFrame, plan: FlagPlan) -> pd.DataFrame:
    """Give one contact a customer, those most worth a call first, with the ranks of equals."""
    queues = candidates["queue"] if "queue" in candidates.columns else None
    risk = candidates["risk"].to_numpy(np.float64)
    saving, prevented = plan.saving(risk, queues), plan.prevented(risk)
    candidates = candidates.assign(saving=saving.round(6), prevented=prevented.round(6))
    by = "prevented"
    if plan.is_priced:
        by, candidates = "saving", candidates[candidates["saving"] > 0]
    candidates = candidates.sort_values([by, "contact_id"], ascending=[False, True])
    candidates = candidates.drop_duplicates("customer_id", keep="first", ignore_index=True)
    candidates["tie_low"] = candidates[by].rank(ascending=False, method="min").astype("int64")
    candidates["tie_high"] = candidates[by].rank(ascending=False, method="max").astype("int64")
    return candidates


def score_open_contacts(casebook: Casebook, features: Features, scorer: Scorer) -> pd.DataFrame:
    """Give every open contact with its ``risk`` as of now, riskiest first.

    The scorer knows what was known at the contact's moment; since then its customer has
    been silent (:func:`risk_left`). Equal risks stand in the order of ``contact_id``.
    """
    rows = open_rows(casebook, features)
    at_end = scorer.risk(rows) if len(rows) else np.empty(0)
    come = _share_come(casebook, rows)
    scored = rows.assign(risk=risk_left(at_end, come).round(6))
    return scored.sort_values(["risk", "contact_id"], ascending=[False, True], ignore_index=True)


def risk_left(at_end: np.ndarray, come: np.ndarray) -> np.ndarray:
    """Give the risk that is left after a silence.

    Parameters
    ----------
    at_end : numpy.ndarray
        Risk when the contact ended, shape (n,).
    come : numpy.ndarray
        Share of all returns that come within as long a silence, shape (n,).

    Returns
    -------
    numpy.ndarray
        ``at_end (1 - come) / (1 - at_end come)``: those still to return, among those
        still silent. It takes for granted that risky contacts return no sooner than
        others.
    """
    return at_end * (1 - come) / (1 - at_end * come)


def _share_come(casebook: Casebook, rows: pd.DataFrame) -> np.ndarray:
    """Give the share of closed contacts' returns that came within each row's silence."""
    outcomes = main_outcomes(casebook)
    is_return = (outcomes["outcome"] == "repeated") & outcomes["is_closed"] & outcomes["is_counted"]
    hours = np.sort(outcomes.loc[is_return, "hours_to_return"].to_numpy(float))
    if not len(hours):
        return np.zeros(len(rows))
    window_hours = RepeatWindow.parse(casebook.settings["window"]).hours
    silent = (casebook.as_of - rows["closes_at"]).dt.total_seconds() / _HOUR + window_hours
    # A return more is supposed than was seen, so that silence never settles a matter.
    return np.searchsorted(hours, silent.to_numpy(float), side="right") / (len(hours) + 1)


def _ends(casebook: Casebook, listed: pd.DataFrame, moment: Moment) -> pd.Series:
    """Give when each contact ended; null for one that still runs at an earlier moment."""
    if moment == "end":
        return pd.to_datetime(listed["moment_epoch"], unit="s", utc=True)
    contacts = casebook.table("contacts", ["contact_id", "started_at", "ended_at"])
    ends = moment_epochs(contacts, casebook.as_of).set_axis(contacts["contact_id"].astype(object))
    return pd.to_datetime(listed["contact_id"].map(ends), unit="s", utc=True)


def _topic_names(casebook: Casebook) -> dict[str, str]:
    if "topic_cards" not in casebook.table_names:
        return {}
    cards = casebook.table("topic_cards", ["topic_id", "topic"])
    return dict(zip(cards["topic_id"], cards["topic"], strict=True))


def _earlier_contacts(casebook: Casebook) -> dict[str, str]:
    """Give the related earlier contact of each follow-up, the most probable one."""
    if "links" not in casebook.table_names:
        return {}
    links = casebook.table("links", ["contact_id", "follow_up_id", "link_probability", "verdict"])
    links = links[(links["verdict"] != "unrelated").to_numpy(dtype=bool)]
    links = links.sort_values(
        ["link_probability", "contact_id"], ascending=[False, True]
    ).drop_duplicates("follow_up_id")
    return dict(zip(links["follow_up_id"], links["contact_id"], strict=True))
