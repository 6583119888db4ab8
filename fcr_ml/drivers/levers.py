"""Levers: what the company can change about a driver, by the evidence inside it.

Enters: drivers' segments, their contacts, the links' verdicts. Leaves: the table LEVERS,
every lever that was looked at with its figure and at most one named a driver. It says
where more than half of the excess lies, not what will help.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.drivers.inside import contrast_inside, number_units, twins
from fcr_ml.drivers.lever_words import FOUND_IN, LEVER_OF_UNIT, evidence_words
from fcr_ml.drivers.next_share import excess_of_next_issues
from fcr_ml.drivers.own_lever import NOT_ENOUGH, own_lever
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search
from fcr_ml.drivers.variation import PEOPLE, Contrast, measure_variation
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.levers import LEVERS

MOST, PART, LITTLE, TOO_FEW = (
    "most of it",
    "part of it",
    "little or nothing",
    "too few contacts to tell",
)

PRODUCT_OR_PROCESS = "product or process"
"""Everyone fails alike, and the segment is no subject that someone could know more of."""

_LEVEL = 0.05
_HALF = 0.5
_SURELY = 0.25
"""At the lower end of its interval a lever named must still make a quarter of the excess."""

_APART = 1.28
"""Standard errors by which the first must be ahead of the second, one-sided at 90 %."""

_WIDTH = 2 * 1.96
_ENDS = ("", "_low", "_high")


def weigh_levers(
    casebook: Casebook, rows: SegmentRows, search: Search, found: pd.DataFrame
) -> pd.DataFrame:
    """Give the evidence for every lever that can be looked at in each driver.

    Parameters
    ----------
    casebook : Casebook
        Its links tell next issues.
    rows : SegmentRows
        The closed contacts.
    search : Search
        What was searched.
    found : pandas.DataFrame
        The drivers: ``excess_rate``, ``standard_error`` and ``q_value``, indexed by
        segment.

    Returns
    -------
    pandas.DataFrame
        The table LEVERS, in the order of ``found``; at most one row a driver is named.

    Notes
    -----
    Every figure is in repeats per contact of the driver that would go, so that levers can
    be compared with each other and with the excess; what the same units make avoidable
    outside the driver is taken off before, for the mix contains it. Agents who differ as
    much everywhere are no reason why this segment repeats more. *Between agents, teams, queues,
    channels, products; transferred; on hold*:
    :func:`~fcr_ml.drivers.variation.measure_variation`. *Next issues*: the excess of
    returns about a next issue beyond what the same mix gives
    (:func:`~fcr_ml.drivers.next_share.excess_of_next_issues`). *The segment itself*: what
    is left of the excess once the strongest of these is taken off; its lever is that of
    its columns.

    A lever makes *most of it* where its q-value is at most 0.05 and it makes half of the
    excess, a quarter at the lower end of its interval; *little or nothing* where not even
    the upper end makes half. Next issues make most where more than half of the excess is
    theirs, beyond doubt. One lever is named: next issues if they make most; else the only
    one that makes most, if it is ahead of the next; else, where all others make little or
    nothing, agents or teams among them, that of the segment itself. Everything else is
    'not enough evidence'. q-values are those of Benjamini and Hochberg over everything
    that was looked at in all drivers.
    """
    if not len(found):
        return empty(LEVERS)
    units = number_units(rows, search)
    places = [int(place) for place in found.index]
    following = excess_of_next_issues(casebook, rows, search, places)
    added = search.segments.members[:, places] @ found["excess_rate"].to_numpy(dtype=float)
    repeated = search.mix.repeated - added
    parts = []
    for place in places:
        driver = found.loc[place]
        inside = _inside(contrast_inside(search, units, place, repeated))
        outside = contrast_inside(search, units, place, repeated, outside=True)
        inside = _beyond_usual(inside, outside)
        looked = pd.concat([inside, following[following["place"] == place]], ignore_index=True)
        told = looked.assign(
            place=place, excess=driver["excess_rate"], error=driver["standard_error"]
        )
        parts.append(told)
    looked = _with_verdicts(pd.concat(parts, ignore_index=True))
    named = [_decide(looked[looked["place"] == place], search, found, place) for place in places]
    return _as_table(casebook, search, pd.concat(named, ignore_index=True))


def named_levers(levers: pd.DataFrame, segments: list[str]) -> pd.DataFrame:
    """Give the lever and the error source of each segment, in the order given.

    Parameters
    ----------
    levers : pandas.DataFrame
        The table LEVERS.
    segments : list of str
        In words.

    Returns
    -------
    pandas.DataFrame
        ``lever`` and ``error_source``; 'not enough evidence' and 'not told apart' where
        none is named.
    """
    named = levers[levers["is_named"]].set_index("segment")[["lever", "error_source"]]
    told = named.reindex(segments).astype("string")
    told = told.fillna({"lever": NOT_ENOUGH, "error_source": error_source(NOT_ENOUGH)})
    return told.reset_index(drop=True)


def in_order_of(levers: pd.DataFrame, segments: pd.Series) -> pd.DataFrame:
    """Give the rows of LEVERS in the order of the segments, the others as they were."""
    places = pd.Series(range(len(segments)), index=segments)
    order = levers["segment"].map(places).argsort(kind="stable")
    return levers.iloc[order].reset_index(drop=True)


def error_source(lever: str) -> str:
    """Give whose error a lever speaks of, in the words of contact-centre quality work.

    A log cannot tell customers' own errors from the company's, so they are never named.

    Examples
    --------
    >>> error_source("training"), error_source("routing"), error_source("not enough evidence")
    ('agent', 'organisation', 'not told apart')
    """
    if lever == NOT_ENOUGH:
        return "not told apart"
    return "agent" if lever == "training" else "organisation"


def _inside(contrast: Contrast) -> pd.DataFrame:
    """Compare the units inside; one that is another under a second name is told with it."""
    same = twins(contrast.units)
    kept = {name: codes for name, codes in contrast.units.items() if name not in same}
    told = measure_variation(
        Contrast(contrast.repeated, contrast.owners, kept, contrast.mix)
    ).reset_index()
    names = [[unit, *(s for s, stays in same.items() if stays == unit)] for unit in told["unit"]]
    levers = [{LEVER_OF_UNIT[name] for name in alike} for alike in names]
    return told.assign(
        found_in=[" and ".join(FOUND_IN[name] for name in alike) for alike in names],
        lever=[of.pop() if len(of) == 1 else NOT_ENOUGH for of in levers],
    )


def _beyond_usual(inside: pd.DataFrame, outside: Contrast) -> pd.DataFrame:
    """Take off what the same units make avoidable outside the driver: that is in its mix."""
    from scipy.stats import norm

    kept = {unit: codes for unit, codes in outside.units.items() if unit in set(inside["unit"])}
    told = measure_variation(Contrast(outside.repeated, outside.owners, kept, outside.mix))
    usual = told.reindex(inside["unit"])[[f"avoidable_rate{end}" for end in _ENDS]]
    usual = usual.astype(float).fillna(0.0)
    rate, low, high = (usual[f"avoidable_rate{end}"].clip(lower=0).to_numpy() for end in _ENDS)
    gross = {end: inside[f"avoidable_rate{end}"].to_numpy(dtype=float) for end in _ENDS}
    net = gross[""] - rate
    below, above = np.hypot(gross[""] - gross["_low"], high - rate), gross["_high"] - gross[""]
    above = np.hypot(above, rate - low)
    beyond = norm.sf(net / np.maximum(below / (_WIDTH / 2), 1e-12))
    p_values = np.maximum(inside["p_value"].to_numpy(dtype=float), np.where(rate > 0, beyond, 0))
    net_of = {"net_rate": net, "net_rate_low": net - below, "net_rate_high": net + above}
    return inside.assign(usual_rate=rate, p_value=p_values, **net_of)


def _with_verdicts(looked: pd.DataFrame) -> pd.DataFrame:
    """Add q-values over everything looked at, and how much of the excess each makes."""
    from scipy.stats import false_discovery_control

    is_tested = looked["p_value"].notna()
    q_values = pd.Series(np.nan, looked.index)
    if is_tested.any():
        q_values[is_tested] = false_discovery_control(looked.loc[is_tested, "p_value"])
    half = _HALF * looked["excess"]
    is_there = q_values <= _LEVEL
    makes_most = is_there & (looked["net_rate"] >= half)
    makes_most &= looked["net_rate_low"] >= _SURELY * looked["excess"]
    # More than half of the excess about next issues is tested as such.
    makes_most = makes_most.where(looked["unit"] != "next_issue", is_there)
    is_little = looked["net_rate_high"] < half
    verdicts = np.select([makes_most, is_little, is_there], [MOST, LITTLE, PART], TOO_FEW)
    is_small_part = is_little & is_there & (looked["net_rate_low"] > 0)
    is_small_part &= looked["unit"] != "next_issue"
    return looked.assign(q_value=q_values, verdict=np.where(is_small_part, PART, verdicts))


def _decide(looked: pd.DataFrame, search: Search, found: pd.DataFrame, place: int) -> pd.DataFrame:
    """Add the segment itself, and name at most one lever."""
    own = _own(looked, search, found, place)
    rows = pd.concat([looked, own.to_frame().T], ignore_index=True)
    named = _named(looked)
    if named is None and own["verdict"] == MOST:
        named = len(rows) - 1
    is_named = np.arange(len(rows)) == (-1 if named is None else named)
    return rows.assign(is_named=is_named & (rows["lever"] != NOT_ENOUGH))


def _named(looked: pd.DataFrame) -> int | None:
    """Give the row of the lever inside that makes most, if it is ahead of all others."""
    verdicts, units = looked["verdict"].to_numpy(), looked["unit"].to_numpy()
    following = np.flatnonzero((verdicts == MOST) & (units == "next_issue"))
    if len(following):
        return int(following[0])
    rates = looked["net_rate"].to_numpy(dtype=float)
    most = np.flatnonzero(verdicts == MOST)
    if not len(most):
        return None
    first = int(most[rates[most].argmax()])
    levers = looked["lever"].to_numpy()
    others = (levers != levers[first]) & (units != "next_issue") & np.isfinite(rates)
    width = (looked["net_rate_high"] - looked["net_rate_low"]).to_numpy(dtype=float)
    errors = np.hypot(width[first], width[others]) / _WIDTH
    return first if (rates[first] - rates[others] > _APART * errors).all() else None


def _own(looked: pd.DataFrame, search: Search, found: pd.DataFrame, place: int) -> pd.Series:
    """Give the row of the segment itself: its columns' lever, and what is left for it."""
    driver = found.loc[place]
    inside = looked[(looked["unit"] != "next_issue") & looked["verdict"].isin([MOST, PART])]
    taken = float(inside["net_rate"].max()) if len(inside) else 0.0
    rate = driver["excess_rate"] - taken
    half = _WIDTH / 2 * driver["standard_error"]
    lever, needs_people = own_lever(search, place)
    if lever == NOT_ENOUGH and needs_people:
        lever = PRODUCT_OR_PROCESS
    is_told = _is_alike(looked, needs_people)
    verdict = MOST if is_told and rate - half > 0 else TOO_FEW
    if (looked["verdict"] == MOST).any():
        verdict = PART if rate - half > 0 else LITTLE
    return pd.Series(
        {
            "unit": "segment",
            "found_in": FOUND_IN["segment"],
            "lever": lever,
            "place": place,
            "excess": driver["excess_rate"],
            "contacts": float(search.segments.members[:, place].nnz),
            **dict.fromkeys(("avoidable_rate", "net_rate"), rate),
            **dict.fromkeys(("avoidable_rate_low", "net_rate_low"), rate - half),
            **dict.fromkeys(("avoidable_rate_high", "net_rate_high"), rate + half),
            "q_value": driver["q_value"],
            "verdict": verdict,
        }
    )


def _is_alike(looked: pd.DataFrame, needs_people: bool) -> bool:
    """Tell whether nothing inside may hide a lever that makes most of the excess.

    Of a subject, people must be seen to be alike: not even the upper end reaches half. Of a
    contrast in how contacts are handled, whatever lies inside needs only be less than half
    and not there beyond doubt; the contrast itself is there already.
    """
    inside = looked[looked["unit"] != "next_issue"]
    half = _HALF * inside["excess"]
    is_small = inside["net_rate_high"] < half
    is_person = inside["unit"].isin(PEOPLE)
    if needs_people:
        return bool(is_small.all() and is_person.any())
    is_less = (inside["net_rate"] < half) & ~(inside["q_value"] <= _LEVEL)
    return bool((is_small | is_less).all())


def _as_table(casebook: Casebook, search: Search, rows: pd.DataFrame) -> pd.DataFrame:
    shares: dict[str, Any] = {
        f"share_of_excess{end}": rows[f"net_rate{end}"] / rows["excess"] for end in _ENDS
    }
    told = rows.assign(
        **shares,
        segment=[search.segments.words(int(place)) for place in rows["place"]],
        evidence=[evidence_words(row) for row in rows.to_dict("records")],
        error_source=[error_source(lever) for lever in rows["lever"]],
        reading=casebook.settings["reading"],
        window=str(RepeatWindow.parse(casebook.settings["window"])),
    )
    return conform(LEVERS, told)
