"""How much of a driver's excess are returns about a next issue.

Enters: the links' verdicts, what was searched, drivers. Leaves: for each driver the excess
of such returns with an interval, and whether they are more than half of the whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search
from fcr_ml.frames import Casebook

MOST_CONTACTS = 200_000
"""Of a larger log every second, third or further customer is looked at."""

_LEAST_RETURNS = 20


def excess_of_next_issues(
    casebook: Casebook, rows: SegmentRows, search: Search, places: list[int]
) -> pd.DataFrame:
    """Give the excess of returns about a next issue in each driver.

    Parameters
    ----------
    casebook : Casebook
        Its links tell next issues.
    rows : SegmentRows
        The closed contacts.
    search : Search
        What was searched.
    places : list of int
        Segments that are drivers; one with fewer than 20 returns of known verdict has no
        row.

    Returns
    -------
    pandas.DataFrame
        ``place``, ``avoidable_rate`` with both ends, ``contacts`` and ``p_value``, that
        next issues are no more than half of the excess, one-sided.

    Notes
    -----
    The excess of a part of the repeats is estimated as that of all
    (:class:`~fcr_ml.drivers.estimates.MixModel`). That it is more than half of the whole
    is tested on the part less the rest, in one estimate, since both are of the same
    contacts.
    """
    columns = ["place", "unit", "found_in", "lever", "contacts", "p_value"]
    is_next = _next_issues(casebook, rows)
    known = is_next.notna().to_numpy(dtype=float)
    returns = search.segments.members[:, places].T @ known if places else np.zeros(0)
    told = [place for place, count in zip(places, returns, strict=True) if count >= _LEAST_RETURNS]
    if not told:
        return pd.DataFrame({name: [] for name in columns})
    part = search.mix.repeated * is_next.fillna(False).to_numpy(dtype=float)
    step = max(-(-len(part) // MOST_CONTACTS), 1)
    is_kept = search.mix.customers % step == 0
    fewer, part = search.only(is_kept, told), part[is_kept]
    excess = _estimate(fewer, part)
    ahead = _estimate(fewer, 2 * part - fewer.mix.repeated)
    from scipy.stats import t

    half = t.ppf(0.975, excess["degrees"]) * excess["standard_error"]
    rates = excess["excess_rate"].to_numpy()
    ends = {"": rates, "_low": rates - half.to_numpy(), "_high": rates + half.to_numpy()}
    return pd.DataFrame(
        {
            "place": told,
            "unit": "next_issue",
            "found_in": "next issues",
            "lever": "expectation setting",
            "contacts": [float(search.segments.members[:, place].nnz) for place in told],
            **{
                f"{name}{end}": ends[end] for name in ("avoidable_rate", "net_rate") for end in ends
            },
            "p_value": ahead["p_value"].to_numpy(),
        }
    )


def _estimate(search: Search, outcome: np.ndarray) -> pd.DataFrame:
    """Estimate the excess of another outcome, of every segment of the search."""
    other = replace(search, mix=replace(search.mix, repeated=outcome))
    return pd.concat([other.estimate(place) for place in range(len(other.segments))])


def _next_issues(casebook: Casebook, rows: SegmentRows) -> pd.Series:
    """Give, for each contact with a follow-up, whether it brought a next issue."""
    if "links" not in casebook.table_names:
        return pd.Series(pd.NA, index=rows.contacts.index, dtype="boolean")
    keys = ["contact_id", "follow_up_id"]
    verdicts = casebook.table("links", [*keys, "verdict"])
    told = rows.contacts[keys].merge(verdicts, on=keys, how="left")["verdict"]
    return told.eq("next_issue").astype("boolean").mask(told.isna())
