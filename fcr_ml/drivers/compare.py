"""The adjusted comparison: queues, channels, teams and agents against their own mix.

Enters: numbered contacts. Leaves: the table COMPARISONS. A unit is held against what
the others make of the same mix, never raw. People are not drivers: agents are compared
only where they are asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.numbered import UNITS, Numbered
from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.spread import least_variance, ordinary_spread, shrink_to_mean
from fcr_ml.drivers.within_mix import Beyond, WithinMix, choose_mix
from fcr_ml.errors import SettingsError
from fcr_ml.frames.comparisons import COMPARISONS
from fcr_ml.frames.conform import conform, empty

Floats = NDArray[np.float64]

BESIDE = ("handle_minutes", "csat", "cost")
"""Measures told beside the repeat rate, where the log has them."""

OUTER_LIMIT = 3.09
"""The normal quantile of 99.8 %, the outer limit of Spiegelhalter's funnels."""

_CUSTOMERS_OF_ALL = 200.0
"""As many customers are needed to know a variance to a tenth; below, all units' counts more."""

NOT_ENOUGH, NONE_ALIKE = "not enough contacts", "no others alike"


def compare_units(
    numbered: Numbered,
    columns: Sequence[str] | None = None,
    minimum_contacts: int = 30,
    q: float = 0.05,
    agents: bool = False,
) -> pd.DataFrame:
    """Give every unit against what the others make of the same mix.

    Parameters
    ----------
    numbered : Numbered
        From :func:`~fcr_ml.drivers.numbered.read_numbered`, with the same minimum.
    columns : sequence of str, optional
        Of queue, channel, team and agent_id. Without it all that the log has.
    minimum_contacts : int
        Closed contacts a unit must have; smaller ones are 'not enough contacts', as one
        row a column.
    q : float
        Accepted rate of units called better or worse by chance, in a column.
    agents : bool
        Whether agents may be compared. Off: people are not drivers.

    Returns
    -------
    pandas.DataFrame
        The table COMPARISONS: columns in the order asked for, the most excess per
        contact first. Values below the minimum are one row, 'all smaller ones'.

    Raises
    ------
    SettingsError
        When a column is none of those, the log lacks it, or agents are asked for
        without ``agents``.

    Notes
    -----
    *Expected*: :class:`~fcr_ml.drivers.within_mix.WithinMix`. *Interval*: by customer,
    t quantile. *q-value*: two-sided test of no difference, its variance taken as if
    there were none, so that a few contacts that happen to agree prove nothing;
    Benjamini and Hochberg over the units of the column. *Shrunk*:
    :func:`~fcr_ml.drivers.spread.shrink_to_mean`. *Funnel*: limits that allow for the
    ordinary spread between units (:func:`~fcr_ml.drivers.spread.ordinary_spread`). The
    verdict asks whether a unit differs from the others at all; the funnel, whether it
    differs by more than units as a rule do.
    """
    wanted = columns_compared(numbered, columns, agents)
    parts = [_compared(numbered, column, minimum_contacts, q) for column in wanted]
    parts = [part for part in parts if len(part)]
    if not parts:
        return empty(COMPARISONS)
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(reading=numbered.reading, window=numbered.window)
    return conform(COMPARISONS, rows.reindex(columns=list(COMPARISONS.columns)))


def columns_compared(
    numbered: Numbered, columns: Sequence[str] | None = None, agents: bool = False
) -> list[str]:
    """Give the columns to compare, those asked for or all that the log has."""
    allowed = [name for name in UNITS if agents or name != "agent_id"]
    if columns is None:
        return [name for name in allowed if name in numbered.columns]
    for name in columns:
        if name == "agent_id" and not agents:
            raise SettingsError(
                "compare: agents are people, and people are no drivers; ask for them with "
                "agents=True (--agents) to look at them all the same."
            )
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(allowed)}."
            raise SettingsError(f"compare: '{name}' is nothing that can be compared; {hint}")
        if name not in numbered.columns:
            raise SettingsError(
                f"compare: the log has no two values of {name} among its closed contacts; "
                "give another column."
            )
    return list(dict.fromkeys(columns))


def _compared(numbered: Numbered, column: str, minimum: int, q: float) -> pd.DataFrame:
    units = numbered.columns[column]
    mix = choose_mix(numbered, column)
    beyond = WithinMix(numbered, mix).beyond(units, numbered.repeated, is_rate=True)
    contacts = np.bincount(units.codes, minlength=units.size)
    kept = np.arange(1, len(units.names) + 1)
    kept = kept[contacts[kept] >= max(minimum, 1)]
    rows = pd.DataFrame(
        {
            "value": [units.names[code - 1] for code in kept],
            "closed_contacts": contacts[kept],
            "repeated_contacts": beyond.seen[kept] * contacts[kept],
            "repeat_rate": beyond.seen[kept].clip(0, 1),
            **_judged(beyond, kept, q),
        }
    )
    for name in BESIDE:
        if name in numbered.measures:
            rows = rows.join(
                _beside(numbered, name, mix, units, minimum).loc[kept].set_axis(rows.index)
            )
    rows = rows.sort_values(["excess_rate", "value"], ascending=[False, True])
    small = int(contacts[1:].sum() - contacts[kept].sum())
    if small:
        told = {"value": "all smaller ones", "closed_contacts": small, "verdict": NOT_ENOUGH}
        rows = pd.concat([rows, pd.DataFrame([told])], ignore_index=True)
    return rows.assign(column=column, held_against=" + ".join(mix) or "nothing")


def _judged(beyond: Beyond, kept: NDArray[np.int64], q: float) -> dict[str, Any]:
    """Give estimates, intervals, limits and verdicts of the units kept, NaN where none."""
    excess, error = beyond.excess[kept], beyond.standard_error[kept]
    is_told = np.isfinite(excess) & (error > 0)
    told: dict[str, Any] = {
        name: np.full(len(kept), np.nan)
        for name in (
            *("effective_contacts", "expected_repeat_rate", "ratio", "excess_rate"),
            *("excess_rate_low", "excess_rate_high", "shrunk_rate", "shrunk_rate_low"),
            *("shrunk_rate_high", "funnel_low", "funnel_high", "q_value"),
        )
    }
    told["is_beyond_spread"] = np.full(len(kept), None, dtype=object)
    # A single customer tells nothing of how alike customers are.
    told["verdict"] = np.where(np.isfinite(excess), NOT_ENOUGH, NONE_ALIKE).astype(object)
    if is_told.any():
        figures = _figures(beyond, kept[is_told])
        is_far = figures["q_value"] <= q
        side = np.where(figures["excess_rate"] > 0, "worse", "better")
        figures["verdict"] = np.where(is_far, side, "as expected")
        for name, values in figures.items():
            told[name][is_told] = values
    return told


def _figures(beyond: Beyond, codes: NDArray[np.int64]) -> dict[str, Any]:
    from scipy.stats import false_discovery_control, t

    excess, error, kish = (
        values[codes] for values in (beyond.excess, beyond.standard_error, beyond.kish)
    )
    degrees = np.maximum(kish - 1, 1)
    half = t.ppf(0.975, degrees) * error
    seen = beyond.seen[codes]
    expected = seen - excess
    least = least_variance(kish)
    usual = usual_variances(expected.clip(0, 1), error, beyond.own[codes], kish)
    # A unit that happens to repeat little has a small variance of its own: that of the
    # rate expected counts where it is larger, or luck would be praised.
    doubt = np.maximum(usual, error**2 + excess**2 / np.maximum(kish, 1))
    evidence = excess / np.sqrt(doubt)
    shrunk = shrink_to_mean(excess, usual)
    spread = ordinary_spread(excess, usual)
    limit = np.sqrt(usual + spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, seen / expected, np.nan)
    return {
        "effective_contacts": np.maximum(beyond.spread, least * beyond.own[codes]) / usual,
        "expected_repeat_rate": expected.clip(0, 1),
        "ratio": ratio,
        "excess_rate": excess,
        "excess_rate_low": excess - half,
        "excess_rate_high": excess + half,
        "shrunk_rate": shrunk.value,
        "shrunk_rate_low": shrunk.low,
        "shrunk_rate_high": shrunk.high,
        "funnel_low": -1.96 * limit,
        "funnel_high": 1.96 * limit,
        "is_beyond_spread": np.abs(excess) > OUTER_LIMIT * limit,
        "q_value": false_discovery_control(2 * t.sf(np.abs(evidence), degrees)),
    }


def usual_variances(expected: Floats, error: Floats, own: Floats, kish: Floats) -> Floats:
    """Give each unit's variance as its expected rate and the other units let expect it.

    Parameters
    ----------
    expected : numpy.ndarray
        Expected repeat rates.
    error : numpy.ndarray
        Standard errors of the excess, each from its unit's own contacts.
    own, kish : numpy.ndarray
        Contacts a unit is judged by, and customers it is worth.

    Notes
    -----
    Where few contacts happen to repeat little, their own variance is small as well.
    Weighed by it, such units would pull the mean down and pass for certain. A variance
    a contact is p (1 - p) times a factor for how alike the contacts of a customer are;
    the factor is the unit's own as far as it has customers, and that of all units else.
    """
    binomial = np.maximum(expected * (1 - expected), 1e-4)
    made = error**2 * own
    common = float((made * own).sum() / (binomial * own).sum())
    factor = (kish * made / binomial + _CUSTOMERS_OF_ALL * common) / (kish + _CUSTOMERS_OF_ALL)
    return np.asarray(np.maximum(factor, 1e-9) * binomial / own)


def _beside(
    numbered: Numbered, name: str, mix: Sequence[str], units: Levels, minimum: int
) -> pd.DataFrame:
    """Give another measure of every unit against its mix, by code of the unit."""
    from scipy.stats import t

    is_known = ~np.isnan(numbered.measures[name])
    known = numbered if is_known.all() else numbered.only(is_known)
    theirs = Levels(units.codes[is_known], units.names)
    beyond = WithinMix(known, mix).beyond(theirs, known.measures[name])
    contacts = np.bincount(theirs.codes, minlength=units.size)
    half = t.ppf(0.975, np.maximum(np.nan_to_num(beyond.kish) - 1, 1)) * beyond.standard_error
    told = {
        name: beyond.seen,
        f"{name}_excess": beyond.excess,
        f"{name}_excess_low": beyond.excess - half,
        f"{name}_excess_high": beyond.excess + half,
    }
    told = {key: np.where(contacts >= minimum, values, np.nan) for key, values in told.items()}
    return pd.DataFrame({**told, f"{name}_contacts": contacts})
