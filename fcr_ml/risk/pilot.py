"""How far an interval reaches that is looked at every week, and how long a pilot runs.

Enters: what is promised, and how many contacts are flagged. Leaves: multipliers of a
standard error, contacts and weeks. No contact is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fcr_ml.errors import SettingsError

ALPHA = 0.05
"""Probability that any of all looks misses the true value."""


@dataclass(frozen=True)
class Pilot:
    """How long a pilot has to run.

    Parameters
    ----------
    contacts : int
        Flagged contacts, called and left alone, that have to close.
    weeks : int or None
        Until so many have closed, the window included; None where nothing is flagged yet.
    gain : float
        Promised: share of contacts that do not return because they were called.
    power : float
        Probability of showing that gain by then.
    repeat_rate : float
        Share of those left alone that returns, which the count rests on.
    """

    contacts: int
    weeks: int | None
    gain: float
    power: float
    repeat_rate: float


def multiplier(contacts: float | np.ndarray, planned: float, alpha: float = ALPHA) -> np.ndarray:
    """Give how many standard errors the interval reaches, valid at every look.

    Parameters
    ----------
    contacts : float or numpy.ndarray
        Contacts compared so far.
    planned : float
        Contacts at which the interval is to be narrowest for its standard error; fixed
        before the first look.
    alpha : float
        Probability that any look ever misses the true value.

    Returns
    -------
    numpy.ndarray
        ``sqrt(2 (1 + s) / s × log(sqrt(1 + s) / alpha))`` with ``s = rho² contacts`` and
        ``rho² = (-2 log alpha + log(-2 log alpha) + 1) / planned``.

    Notes
    -----
    The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
    (2024), "Time-uniform central limit theory and asymptotic confidence sequences", Annals
    of Statistics 52, theorem 2.2 with their choice of rho: Robbins' normal mixture, and
    the two-sided mixture test of Johari et al. (2022). Fixed-size intervals, at 1.96, miss
    the truth at one of many weekly looks far more often than at 5 %.

    Examples
    --------
    >>> round(float(multiplier(1000, 1000)), 2)
    3.04
    """
    scale = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha)) + 1) / planned
    s = scale * np.asarray(contacts, dtype=np.float64)
    return np.sqrt(2 * (1 + s) / s * np.log(np.sqrt(1 + s) / alpha))


def plan_pilot(
    gain: float = 0.04,
    power: float = 0.8,
    share: float = 0.1,
    repeat_rate: float = 0.5,
    contacts_per_week: float | None = None,
    window_days: float = 7.0,
    planned: float | None = None,
) -> Pilot:
    """Say how many contacts, and weeks, a promised gain takes to be shown.

    Parameters
    ----------
    gain : float
        Promised: repeat rate of those left alone less that of those to be called, all of
        them, reached or not.
    power : float
        Probability of showing it.
    share : float
        Share left alone.
    repeat_rate : float
        Of those left alone; a half is the worst case.
    contacts_per_week : float, optional
        Flagged, both arms together.
    window_days : float
        Days until a contact can be compared.
    planned : float, optional
        As in :func:`multiplier`; by default :func:`planned_contacts`.

    Returns
    -------
    Pilot
        The smallest count with ``gain / standard error - multiplier >= z(power)``, so the
        power is at least as promised: a pilot may be over sooner.

    Raises
    ------
    SettingsError
        When a number is impossible.
    """
    _check_promise(gain, power, share, repeat_rate)
    planned = planned_contacts(gain, power, share) if planned is None else planned
    contacts = _needed(gain, power, share, repeat_rate, planned)
    weeks = None
    if contacts_per_week:
        weeks = int(np.ceil(contacts / contacts_per_week + window_days / 7))
    return Pilot(contacts, weeks, gain, power, repeat_rate)


def planned_contacts(gain: float, power: float, share: float) -> int:
    """Give the contacts that the promise needs at the worst repeat rate, a half.

    It follows from the promise alone, not from what was seen, as an interval that is valid
    at every look demands.
    """
    from scipy.stats import norm

    # Where as many are compared as are planned, the multiplier is a number: 3.04.
    reach = float(multiplier(1, 1)) + float(norm.ppf(power))
    return int(np.ceil(_variance(gain, share, 0.5) * (reach / gain) ** 2))


def _variance(gain: float, share: float, rate: float) -> float:
    """Give the variance of the gain, times the contacts of both arms."""
    called = max(rate - gain, 0.0)
    return called * (1 - called) / (1 - share) + rate * (1 - rate) / share


def _needed(gain: float, power: float, share: float, rate: float, planned: float) -> int:
    from scipy.optimize import brentq
    from scipy.stats import norm

    z, variance = float(norm.ppf(power)), _variance(gain, share, rate)

    def short_of(log_contacts: float) -> float:
        contacts = np.exp(log_contacts)
        reach = float(multiplier(contacts, planned)) + z
        return float(gain / np.sqrt(variance / contacts) - reach)

    return int(np.ceil(np.exp(brentq(short_of, 0.0, 40.0))))


def _check_promise(gain: float, power: float, share: float, repeat_rate: float) -> None:
    told = {"promised gain": gain, "power": power, "share left alone": share}
    told["repeat rate"] = repeat_rate
    faults = [f"{name} is {value:g}" for name, value in told.items() if not 0 < value < 1]
    if faults or gain > repeat_rate:
        faults = faults or [f"the promised gain {gain:g} is above the repeat rate {repeat_rate:g}"]
        raise SettingsError(
            f"proof: {'; '.join(faults)}; give numbers between 0 and 1, a gain of 4 points as 0.04."
        )
