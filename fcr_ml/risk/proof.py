"""Proof that calls help: returns of called and left-alone contacts, looked at every week.

Enters: FLAGGED, ACTED and a casebook. Leaves: PROOF, one row a look, and what it
means in words. Contacts are compared by what the draw said, called or not; those whose window
still runs are not compared, whatever became of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fcr_ml.features.moments import main_outcomes
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.flagged import PROOF
from fcr_ml.risk.pilot import multiplier

MINIMUM_CONTACTS = 30
"""Below these in either arm no gain is told; the same as everywhere."""
_HOUR = pd.Timedelta(hours=1)


def compare_arms(
    flagged: pd.DataFrame,
    acted: pd.DataFrame,
    casebook: Casebook,
    planned: float,
) -> pd.DataFrame:
    """Compare returns of called and left-alone contacts, week by week of closing.

    Parameters
    ----------
    flagged : pandas.DataFrame
        From :func:`fcr_ml.risk.record.first_nights`: one row a contact, one experiment.
    acted : pandas.DataFrame
        ACTED.
    casebook : Casebook
        A later one of the same desk: it knows who has returned, under its main reading
        and window.
    planned : float
        As in :func:`fcr_ml.risk.pilot.multiplier`.

    Returns
    -------
    pandas.DataFrame
        PROOF, one row a week in which windows ran out, up to the casebook's moment.
        Contacts that the casebook does not know or count, and contacts that turn out to
        have returned before they were flagged, are left out of both arms.

    Notes
    -----
    The gain is the difference of two rates, ``p_alone - p_called``. Its standard error is
    by customer: contacts of one customer count as one, in whichever arm they are. Each
    contact's share in the gain is ``±(returned - rate) / contacts`` of its arm; they are
    added up by customer, squared and summed, times ``G / (G - 1)`` for G customers.
    """
    rows = compared_contacts(flagged, acted, casebook)
    if rows.empty:
        return empty(PROOF)
    first = rows["closes_at"].min().normalize()
    last = casebook.as_of
    weeks = [*pd.date_range(first + pd.Timedelta(days=7), last, freq="7D"), last]
    told = []
    for closed_by in sorted(set(weeks)):
        seen = rows[(rows["closes_at"] <= closed_by).to_numpy(dtype=bool)]
        told.append({"closed_by": closed_by} | _look(seen, planned))
    given = {"experiment": flagged["experiment"].iloc[0], "reading": casebook.settings["reading"]}
    looks = pd.DataFrame(told).assign(**given, window=casebook.settings["window"])
    return conform(PROOF, looks.reindex(columns=list(PROOF.columns)))


def compared_contacts(
    flagged: pd.DataFrame, acted: pd.DataFrame, casebook: Casebook
) -> pd.DataFrame:
    """Give the flagged contacts whose window has run out, with what became of them.

    Returns
    -------
    pandas.DataFrame
        ``contact_id customer_id flagged_at is_left_alone risk closes_at is_returned
        returned_at is_acted``, by ``contact_id``.
    """
    outcomes = main_outcomes(casebook)
    has_closed = (outcomes["closes_at"] <= casebook.as_of).fillna(False)
    outcomes = outcomes[(outcomes["is_counted"] & has_closed).to_numpy(dtype=bool)]
    window = RepeatWindow.parse(casebook.settings["window"])
    returned = outcomes["outcome"].eq("repeated") & outcomes["hours_to_return"].notna()
    hours = outcomes["hours_to_return"].astype(float).where(returned) - window.hours
    known = pd.DataFrame(
        {
            "contact_id": outcomes["contact_id"],
            "closed_at": outcomes["closes_at"],
            "is_returned": returned.astype(bool),
            "returned_at": outcomes["closes_at"] + hours * _HOUR,
        }
    )
    columns = ["contact_id", "customer_id", "flagged_at", "is_left_alone", "risk"]
    rows = flagged[columns].merge(known, on="contact_id", how="inner")
    rows = rows.rename(columns={"closed_at": "closes_at"})
    rows = rows[~(rows["returned_at"] <= rows["flagged_at"]).fillna(False).to_numpy(dtype=bool)]
    called = acted[acted["acted_at"].notna().to_numpy()]["contact_id"]
    return rows.assign(is_acted=rows["contact_id"].isin(called)).sort_values("contact_id")


def _look(rows: pd.DataFrame, planned: float) -> dict[str, object]:
    alone = rows["is_left_alone"].to_numpy(dtype=bool)
    returned = rows["is_returned"].to_numpy(dtype=bool)
    acted = rows["is_acted"].to_numpy(dtype=bool)
    customers = pd.factorize(rows["customer_id"], sort=True)[0]
    counts: dict[str, object] = {
        "called_contacts": int((~alone).sum()),
        "left_alone_contacts": int(alone.sum()),
        "customers": int(customers.max()) + 1 if len(rows) else 0,
        "called_repeats": int(returned[~alone].sum()),
        "left_alone_repeats": int(returned[alone].sum()),
        "acted_rate": float(acted[~alone].mean()) if (~alone).any() else None,
        "acted_by_mistake": int(acted[alone].sum()),
    }
    if min((~alone).sum(), alone.sum()) < MINIMUM_CONTACTS:
        return counts | {"remark": "not enough contacts"}
    gain, error = gain_and_error(returned, alone, customers)
    reach = float(multiplier(len(rows), planned)) * error
    rate = float(returned[alone].mean())
    return counts | {
        "called_repeat_rate": float(returned[~alone].mean()),
        "left_alone_repeat_rate": rate,
        "gain": gain,
        "gain_low": gain - reach,
        "gain_high": gain + reach,
        "effect": gain / rate if rate > 0 else None,
        "remark": None,
    }


def gain_and_error(
    returned: np.ndarray, alone: np.ndarray, customers: np.ndarray
) -> tuple[float, float]:
    """Give the gain and its standard error by customer.

    Parameters
    ----------
    returned, alone : numpy.ndarray
        Boolean, shape (n,); both arms hold contacts.
    customers : numpy.ndarray
        Whole numbers from 0, shape (n,).

    Returns
    -------
    tuple of float
        Where all of an arm agree, one contact each way is added to that arm's rate for
        the error: nobody returned so far is not nobody ever.
    """
    errors = np.zeros(len(returned))
    rates = []
    floor = 0.0
    for arm, sign in ((alone, 1.0), (~alone, -1.0)):
        n = int(arm.sum())
        rate = float(returned[arm].mean())
        rates.append(rate)
        errors[arm] = sign * (returned[arm] - rate) / n
        if rate in (0.0, 1.0):
            smoothed = (returned[arm].sum() + 1) / (n + 2)
            floor += smoothed * (1 - smoothed) / n
    by_customer = np.bincount(customers, weights=errors)
    groups = int((np.bincount(customers) > 0).sum())
    variance = float(by_customer @ by_customer) * groups / max(groups - 1, 1) + floor
    return rates[0] - rates[1], float(np.sqrt(variance))


def proof_remarks(proof: pd.DataFrame, flagged: int, unmatched: int) -> list[str]:
    """Say what the latest look means, in words."""
    remarks = []
    if flagged == 0:
        remarks.append("Nothing has been flagged in this experiment yet; fcr flag begins it.")
    elif proof.empty:
        remarks.append(f"Of {flagged:,} flagged contacts none has closed yet.")
    else:
        remarks += _verdict(proof.iloc[-1])
    if unmatched:
        remarks.append(
            f"{unmatched:,} contacts that the desk acted on are not in the record of flagged "
            "contacts and are not compared."
        )
    return remarks


def _verdict(latest: pd.Series) -> Sequence[str]:
    if pd.notna(latest["remark"]):
        counts = f"{latest['called_contacts']:,} called, {latest['left_alone_contacts']:,} alone"
        return [f"Not enough contacts yet: {counts} have closed; {MINIMUM_CONTACTS} of each."]
    low, high = 100 * float(latest["gain_low"]), 100 * float(latest["gain_high"])
    interval = f"{low:+.1f} to {high:+.1f} points, at every look so far and to come"
    if low > 0:
        told = [f"Calls help: {interval}."]
    elif high < 0:
        told = [f"Calls bring customers back: {interval}. Stop, and look into why."]
    else:
        told = [f"Not shown that calls help, nor that they do not: {interval}."]
    told.append(
        f"Compared as drawn, called or not: {latest['acted_rate']:.0%} of those to be called were."
    )
    if latest["acted_by_mistake"]:
        told.append(
            f"{latest['acted_by_mistake']:,} of those left alone were called all the same; they "
            "count as left alone, and make the gain look smaller."
        )
    return told
