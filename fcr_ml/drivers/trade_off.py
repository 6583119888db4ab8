"""The trade-off: do we buy short contacts with repeats?

Enters: numbered contacts. Leaves: the table TRADE_OFFS, how the repeat rate goes with
handle time, survey answers and cost, between units and between contacts, and the units
in groups of at least three, none with more than half of it. It is a contrast between
units as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.compare import BESIDE
from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.within_mix import WithinMix, choose_mix
from fcr_ml.frames.comparisons import TRADE_OFFS
from fcr_ml.frames.conform import conform, empty

Floats = NDArray[np.float64]

FEWEST_UNITS = 8
"""With fewer units a slope between them has no interval worth the name."""

_MOST_GROUPS = 10
_UNITS_IN_GROUP = 3
"""Fewer in a group, and somebody could be told in it."""

_CAP = 0.99
"""A measure above its 99 % quantile counts as that: one call left open over lunch would
otherwise be its agent's handle time."""

CANNOT_TELL = "cannot tell"
BETWEEN_UNITS, BETWEEN_CONTACTS = "between units", "between contacts of one mix"


@dataclass(frozen=True)
class TradeOffs:
    """How the repeat rate goes with other measures.

    Parameters
    ----------
    table : pandas.DataFrame
        The table TRADE_OFFS; empty where the log has none of the measures.
    groups : pandas.DataFrame
        Units in groups of equal contacts by how long they usually handle: ``group
        units closed_contacts handle_minutes_excess excess_rate excess_rate_low
        excess_rate_high``; empty without handle time or enough units.
    """

    table: pd.DataFrame
    groups: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Pull:
    """Contacts with what their unit is used to: arrays of one length.

    ``usual`` is the mean measure of the unit's other customers, ``measure`` and
    ``repeated`` the contact's own; the mix and the overall means are taken off.
    """

    units: NDArray[np.int32]
    usual: Floats
    measure: Floats
    repeated: Floats


def measure_trade_offs(numbered: Numbered, minimum_contacts: int = 30) -> TradeOffs:
    """Give how the repeat rate goes with handle time, survey answers and cost.

    Parameters
    ----------
    numbered : Numbered
        From :func:`~fcr_ml.drivers.numbered.read_numbered`.
    minimum_contacts : int
        Closed contacts with the measure that a unit must have.

    Returns
    -------
    TradeOffs
        Between units there is a slope where eight units have enough contacts. The units
        are agents where the log has them, else teams, else queues; only the slope and
        groups of at least three are given, no unit by itself.

    Notes
    -----
    *Between contacts* the slope of the repeat rate is that within the mix, by customer.
    Hard contacts take longer and come back more, so it does not say what hurrying does.

    *Between units* it is y = β · (what the unit usually takes) + mix. The unit's usual
    measure is the mean over its other customers (leave-out), so no contact, and no
    customer's hard matter, explains itself. A mean of few contacts is uncertain, which
    would draw the slope towards nothing; the leave-out mean Z therefore serves as an
    instrument for the contact's own measure h: β = Σ Z y / Σ Z h. The interval is that
    of Anderson and Rubin, clustered by unit: all β for which Σ Z (y - β h) is within
    chance of nothing. Where units hardly differ in the measure it is open, and the
    verdict is 'cannot tell'. This is the way of leniency designs (Kling 2006, American
    Economic Review 96), which is also its assumption: within the mix, contacts come to
    the units as they come, and units differ in what goes with repeats only through
    what goes with their usual measure. A slope is a contrast: slow units may also be
    careful ones.
    """
    rows: list[dict[str, Any]] = []
    groups = pd.DataFrame()
    for name in BESIDE:
        if name not in numbered.measures:
            continue
        is_known = ~np.isnan(numbered.measures[name])
        known = numbered if is_known.all() else numbered.only(is_known)
        if len(known) < max(minimum_contacts, 2):
            continue
        capped = np.minimum(known.measures[name], np.quantile(known.measures[name], _CAP))
        rows.append(_between_contacts(known, name, capped))
        column = _unit_column(known, minimum_contacts)
        if column is not None:
            pull = pull_of_units(known, column, capped, minimum_contacts)
            rows.append(_between_units(pull, name, column))
            if name == "handle_minutes":
                groups = _grouped(pull)
    if not rows:
        return TradeOffs(empty(TRADE_OFFS), groups)
    table = pd.DataFrame(rows).assign(reading=numbered.reading, window=numbered.window)
    table = _with_hours(table, numbered)
    return TradeOffs(conform(TRADE_OFFS, table.reindex(columns=list(TRADE_OFFS.columns))), groups)


def _unit_column(numbered: Numbered, minimum: int) -> str | None:
    """Give the finest column with enough units of enough contacts."""
    for name in ("agent_id", "team", "queue"):
        if name in numbered.columns:
            levels = numbered.columns[name]
            contacts = np.bincount(levels.codes, minlength=levels.size)[1:-1]
            if (contacts >= max(minimum, 2)).sum() >= FEWEST_UNITS:
                return name
    return None


def pull_of_units(numbered: Numbered, column: str, measure: Floats, minimum: int) -> _Pull:
    """Give contacts with their unit's usual measure, their own customer left out."""
    within = WithinMix(numbered, choose_mix(numbered, column))
    measure_rest, repeated_rest = within.take_off(measure), within.take_off(numbered.repeated)
    units = numbered.columns[column]
    usual = _leave_out(numbered, units, measure_rest)
    contacts = np.bincount(units.codes, minlength=units.size)
    is_named = (units.codes > 0) & (units.codes <= len(units.names))
    is_kept = is_named & (contacts[units.codes] >= minimum) & ~np.isnan(usual)
    kept = (values[is_kept] for values in (usual, measure_rest, repeated_rest))
    centred = [values - values.mean() if len(values) else values for values in kept]
    return _Pull(units.codes[is_kept], *centred)


def _leave_out(numbered: Numbered, units: Levels, rest: Floats) -> Floats:
    """Give each contact the mean of its unit without its customer; NaN where none is left."""
    pairs = numbered.customers.astype(np.int64) * units.size + units.codes
    places = np.unique(pairs, return_inverse=True)[1]
    total = np.bincount(units.codes, rest, minlength=units.size)[units.codes]
    count = np.bincount(units.codes, minlength=units.size)[units.codes]
    own = np.bincount(places, rest)[places]
    own_count = np.bincount(places)[places]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > own_count, (total - own) / (count - own_count), np.nan)


def _between_units(pull: _Pull, name: str, column: str) -> dict[str, Any]:
    size = int(pull.units.max(initial=0)) + 1
    of_repeats = np.bincount(pull.units, pull.usual * pull.repeated, minlength=size)
    of_measure = np.bincount(pull.units, pull.usual * pull.measure, minlength=size)
    is_there = np.bincount(pull.units, minlength=size) > 0
    units = int(is_there.sum())
    told = {
        "measure": name,
        "level": BETWEEN_UNITS,
        "column": column,
        "closed_contacts": len(pull.units),
        "units": units,
        "verdict": CANNOT_TELL,
    }
    if units < FEWEST_UNITS:
        return told
    spread = float(of_measure.sum()) / len(pull.units)
    told["unit_spread"] = float(np.sqrt(max(spread, 0.0)))
    totals = (values[is_there].astype(float) for values in (of_repeats, of_measure))
    slope = slope_of_totals(*totals)
    return told | slope | {"verdict": _verdict(slope)}


def slope_of_totals(of_repeats: Floats, of_measure: Floats) -> dict[str, float]:
    """Give the ratio of two sums over units, with its interval of Anderson and Rubin.

    Parameters
    ----------
    of_repeats, of_measure : numpy.ndarray
        Each unit's sum of Z y and of Z h.

    Returns
    -------
    dict
        ``slope slope_low slope_high p_value``; NaN where the second sum is not told
        from nothing, so that no interval has two ends.

    Examples
    --------
    Every unit agrees, so there is no doubt:

    >>> told = slope_of_totals(np.full(9, 2.0), np.full(9, 1.0))
    >>> told["slope"], round(told["slope_low"], 6), round(told["slope_high"], 6)
    (2.0, 2.0, 2.0)
    """
    from scipy.stats import t

    units = len(of_repeats)
    small = units / max(units - 1, 1)
    k = t.ppf(0.975, max(units - 1, 1)) ** 2 * small
    a, b = float(of_repeats.sum()), float(of_measure.sum())
    aa, ab, bb = (
        float(one @ other)
        for one, other in (
            (of_repeats, of_repeats),
            (of_repeats, of_measure),
            (of_measure, of_measure),
        )
    )
    p_value = 2 * t.sf(abs(a) / np.sqrt(small * aa), max(units - 1, 1)) if aa > 0 else 1.0
    square, middle, rest = b**2 - k * bb, a * b - k * ab, a**2 - k * aa
    if b <= 0 or square <= 0:
        none = float("nan")
        return {"slope": none, "slope_low": none, "slope_high": none, "p_value": float(p_value)}
    half = np.sqrt(max(middle**2 - square * rest, 0.0))
    return {
        "slope": a / b,
        "slope_low": float((middle - half) / square),
        "slope_high": float((middle + half) / square),
        "p_value": float(p_value),
    }


def _between_contacts(numbered: Numbered, name: str, measure: Floats) -> dict[str, Any]:
    from scipy.stats import t

    within = WithinMix(numbered, numbered.mix)
    rest, repeats = within.take_off(measure), within.take_off(numbered.repeated)
    told = {"measure": name, "level": BETWEEN_CONTACTS, "closed_contacts": len(rest)}
    squares = float(rest @ rest)
    if squares <= 1e-9 * len(rest) * max(float(np.mean(measure) ** 2), 1e-9):
        return told | {"verdict": CANNOT_TELL}
    slope = float(rest @ repeats) / squares
    scores = np.bincount(numbered.customers, rest * (repeats - slope * rest))
    weights = np.bincount(numbered.customers, rest**2)
    customers = len(scores)
    error = np.sqrt((scores**2).sum() * customers / max(customers - 1, 1)) / squares
    degrees = max(weights.sum() ** 2 / (weights**2).sum() - 1, 1)
    half = t.ppf(0.975, degrees) * error
    ends = {"slope": slope, "slope_low": slope - half, "slope_high": slope + half}
    p_value = float(2 * t.sf(abs(slope) / error, degrees)) if error > 0 else 1.0
    return told | ends | {"p_value": p_value, "verdict": _verdict(ends)}


def _verdict(slope: dict[str, float]) -> str:
    if slope["slope_high"] < 0:
        return "fewer repeats"
    return "more repeats" if slope["slope_low"] > 0 else CANNOT_TELL


def _with_hours(table: pd.DataFrame, numbered: Numbered) -> pd.DataFrame:
    """Add what an hour saved buys: a minute less in each of sixty contacts."""
    is_time = table["measure"].eq("handle_minutes") & table["level"].eq(BETWEEN_UNITS)
    ends = {"": "slope", "_low": "slope_high", "_high": "slope_low"}
    slopes = table.reindex(columns=["slope", "slope_low", "slope_high"]).astype(float)
    hours = {
        f"repeats_per_hour{end}": (-60 * slopes[name]).where(is_time) for end, name in ends.items()
    }
    minutes = numbered.measures.get("handle_minutes", np.array([np.nan]))
    known = minutes[~np.isnan(minutes)]
    mean = float(known.mean()) if len(known) else np.nan
    return table.assign(**hours, handle_minutes=np.where(is_time, mean, np.nan))


def _grouped(pull: _Pull) -> pd.DataFrame:
    """Give the units in groups of about equal contacts, by their usual measure.

    Whole units, at least three in a group and none with more than half of its contacts;
    no groups where that cannot be had.
    """
    groups = _groups_of_units(pull)
    if len(groups) < 2:
        return pd.DataFrame()
    return pd.DataFrame([_group(pull, place, units) for place, units in enumerate(groups, 1)])


def _groups_of_units(pull: _Pull) -> list[list[int]]:
    contacts = np.bincount(pull.units)
    usual = np.bincount(pull.units, pull.usual) / np.maximum(contacts, 1)
    there = np.flatnonzero(contacts)
    least = len(pull.units) / min(_MOST_GROUPS, max(len(there) // _UNITS_IN_GROUP, 1))
    groups: list[list[int]] = [[]]
    for unit in there[np.argsort(usual[there], kind="stable")].tolist():
        groups[-1].append(unit)
        if contacts[groups[-1]].sum() >= least and _is_mixed(contacts[groups[-1]]):
            groups.append([])
    rest = groups.pop()
    if groups:
        groups[-1] += rest
    return groups if all(_is_mixed(contacts[group]) for group in groups) else []


def _is_mixed(contacts: NDArray[np.int64]) -> bool:
    return len(contacts) >= _UNITS_IN_GROUP and 2 * contacts.max() <= contacts.sum()


def _group(pull: _Pull, place: int, units: list[int]) -> dict[str, Any]:
    from scipy.stats import t

    is_in = np.isin(pull.units, units)
    rate = float(pull.repeated[is_in].mean())
    off = np.bincount(pull.units[is_in], pull.repeated[is_in] - rate)
    error = np.sqrt((off**2).sum() * len(units) / (len(units) - 1)) / is_in.sum()
    half = t.ppf(0.975, len(units) - 1) * error
    return {
        "group": place,
        "units": len(units),
        "closed_contacts": int(is_in.sum()),
        "handle_minutes_excess": float(pull.measure[is_in].mean()),
        "excess_rate": rate,
        "excess_rate_low": rate - half,
        "excess_rate_high": rate + half,
    }
