"""Excess repeats: which segments are drivers, and what each costs.

Enters: a casebook. Leaves: the table DRIVERS. Every segment looked at pays for the
look; what remains is thinned until no driver is another under a second name. A
driver is a contrast, not a cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.drivers.avoidable import count_months, measure_avoidable
from fcr_ml.drivers.confirm import confirm_drivers, hold_out_month
from fcr_ml.drivers.contrasts import Contrasts, find_contrasts, no_contrasts
from fcr_ml.drivers.costs import check_costs, cost_of_excess, follow_up_hours
from fcr_ml.drivers.excess_rates import shrink
from fcr_ml.drivers.levers import in_order_of, named_levers, weigh_levers
from fcr_ml.drivers.rows import read_segment_rows
from fcr_ml.drivers.search import (
    Search,
    gather_evidence,
    prepare_search,
)
from fcr_ml.drivers.segments import DEEPEST
from fcr_ml.drivers.thinning import thin_out
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drivers import DRIVERS
from fcr_ml.frames.levers import LEVERS


def rank_drivers(
    casebook: Casebook,
    minimum_contacts: int = 50,
    q: float = 0.05,
    depth: int = DEEPEST,
    agents: bool = False,
    cost_per_hour: float | None = None,
    cost_per_contact: float | None = None,
) -> pd.DataFrame:
    """Give the segments that repeat more than their mix explains.

    Parameters
    ----------
    casebook : Casebook
        Its main reading and window are used, closed contacts only.
    minimum_contacts : int
        Closed contacts a segment must have to be looked at.
    q : float
        Accepted rate of false drivers among those found.
    depth : {1, 2, 3}
        How many columns a segment may be made of.
    agents : bool
        Whether agents may be drivers. Off: people are not drivers.
    cost_per_hour, cost_per_contact : float or None
        What an hour of handle time, or a contact, costs the desk, in its own currency;
        at most one of them. Without either, ``cost`` is null.

    Returns
    -------
    pandas.DataFrame
        The table DRIVERS, largest shrunk excess first; empty where nothing holds.
        Its ``attrs['segments_looked_at']`` says how many segments were looked at.

    Notes
    -----
    *The mix* is what the company did not choose: channel, reason code, topic,
    product, language, time, the customer's earlier contacts about other matters,
    and attributes known at the start. Each segment is held against the mix without
    its own columns and without columns that nearly determine it
    (:func:`~fcr_ml.drivers.mix.names_for_the_same`).

    *The test* is one-sided, by customer (:class:`~fcr_ml.drivers.estimates.MixModel`); a
    pair must pass a second one, against a mix that holds both its columns, so that it
    adds to its singles, and a triple one that knows its three pairs too. The larger
    p-value counts. q-values are those of
    Benjamini and Hochberg (1995) over all segments looked at, in which singles, pairs and
    triples have the same weight (:meth:`~fcr_ml.drivers.search.Search.q_values`).

    *Thinning.* From the strongest evidence down, a segment joins if, with those
    before it known, it still passes the same threshold and keeps half of its
    excess; at the end each is tested with all others known. The estimates and
    q-values shown are those of this last step.

    *Shrinkage.* excess = (1 - q) · B · n · estimate with B = τ² / (τ² + se²) and τ²
    the spread of the drivers' true excess by the method of moments; the interval is
    that of the same normal model, with a t quantile.

    *Confirmation.* The same segments are searched again on earlier contacts alone, and
    what is found there is held against the latest closed month
    (:func:`~fcr_ml.drivers.confirm.confirm_drivers`). The ranking does not change.
    """
    settings = (minimum_contacts, q, depth, agents, cost_per_hour, cost_per_contact)
    return study_drivers(casebook, *settings, with_contrasts=False).drivers


@dataclass(frozen=True)
class StudiedDrivers:
    """The drivers with what was found inside them.

    Parameters
    ----------
    drivers : pandas.DataFrame
        DRIVERS.
    levers : pandas.DataFrame
        LEVERS, in the order of the drivers.
    contrasts : Contrasts
        CONTRASTS and examples, in the order of the drivers.
    """

    drivers: pd.DataFrame
    levers: pd.DataFrame
    contrasts: Contrasts


def study_drivers(
    casebook: Casebook,
    minimum_contacts: int = 50,
    q: float = 0.05,
    depth: int = DEEPEST,
    agents: bool = False,
    cost_per_hour: float | None = None,
    cost_per_contact: float | None = None,
    with_contrasts: bool = True,
) -> StudiedDrivers:
    """Give the drivers, the evidence for their levers, and what lies inside them.

    Parameters
    ----------
    casebook, minimum_contacts, q, depth, agents, cost_per_hour, cost_per_contact
        As in :func:`rank_drivers`.
    with_contrasts : bool
        Whether to look at notes and columns inside; without, the contrasts are empty.
    """
    check_costs(cost_per_hour, cost_per_contact)
    _check_search(minimum_contacts, q, depth)
    rows = read_segment_rows(casebook, agents)
    search = prepare_search(rows, minimum_contacts, depth)
    drivers, levers, contrasts = empty(DRIVERS), empty(LEVERS), no_contrasts()
    if len(search.segments):
        evidence = gather_evidence(search, q)
        found = thin_out(search, evidence, q)
        if len(found):
            shown = shrink(found)
            drivers = _as_drivers(casebook, search, shown)
            levers = weigh_levers(casebook, rows, search, found)
            places = [int(place) for place in found.index]
            hours = follow_up_hours(casebook, rows, search.segments.rows(places))
            costs = cost_of_excess(drivers, hours, cost_per_hour, cost_per_contact)
            month = hold_out_month(casebook, rows)
            told = confirm_drivers(search, places, month, q, _strongest(evidence, q))
            less = measure_avoidable(search, evidence, shown, count_months(rows))
            named = named_levers(levers, drivers["segment"].tolist())
            drivers = _in_order(drivers.join([costs, told, less, named]))
            by_words = {search.segments.words(place): place for place in places}
            ordered = [by_words[words] for words in drivers["segment"]]
            levers = in_order_of(levers, drivers["segment"])
            contrasts = (
                find_contrasts(casebook, rows, search, ordered) if with_contrasts else contrasts
            )
    drivers.attrs["segments_looked_at"] = len(search.segments)
    return StudiedDrivers(drivers, levers, contrasts)


def _check_search(minimum_contacts: int, q: float, depth: int) -> None:
    if minimum_contacts < 1:
        raise SettingsError(f"drivers: minimum_contacts is {minimum_contacts}; give 1 or more.")
    if not 0 < q < 1:
        raise SettingsError(
            f"drivers: q is {q}; give the accepted rate of false drivers, such as 0.05."
        )
    if depth not in range(1, DEEPEST + 1):
        raise SettingsError(f"drivers: depth is {depth}; give 1, 2 or {DEEPEST} columns.")


def _strongest(evidence: pd.DataFrame, q: float) -> list[int]:
    passed = evidence[evidence["p_value"] <= q].sort_values("p_value", kind="stable")
    return [int(place) for place in passed.index]


def _as_drivers(casebook: Casebook, search: Search, shown: pd.DataFrame) -> pd.DataFrame:
    places = [int(place) for place in shown.index]
    inside = search.segments.rows(places)
    contacts = np.array([len(members) for members in inside])
    repeated = np.array([search.mix.repeated[members].sum() for members in inside])
    excess = contacts * shown["shrunk_rate"].to_numpy()
    rate = repeated / contacts
    return pd.DataFrame(
        {
            "segment": [search.segments.words(place) for place in places],
            "columns": [" + ".join(search.segments.columns(place)) for place in places],
            "closed_contacts": contacts,
            "repeated_contacts": repeated,
            "repeat_rate": rate,
            "expected_repeat_rate": np.clip(rate - shown["excess_rate"].to_numpy(), 0, 1),
            "excess_repeats": excess,
            "excess_repeats_low": contacts * shown["shrunk_rate_low"].to_numpy(),
            "excess_repeats_high": contacts * shown["shrunk_rate_high"].to_numpy(),
            "q_value": shown["q_value"].to_numpy(),
            "reading": casebook.settings["reading"],
            "window": str(RepeatWindow.parse(casebook.settings["window"])),
        }
    )


def _in_order(drivers: pd.DataFrame) -> pd.DataFrame:
    """Give the drivers as their table, largest excess first."""
    ordered = drivers.sort_values(["excess_repeats", "segment"], ascending=[False, True])
    return conform(DRIVERS, ordered.assign(rank=range(1, len(ordered) + 1)))
