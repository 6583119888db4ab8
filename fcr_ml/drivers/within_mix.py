"""Units held against their own mix: what each does beyond what its contacts explain.

Enters: numbered contacts and the column whose values are compared. Leaves: for every
unit the difference between what was seen and what the other units would make of the
same mix, with a standard error by customer. No verdict is given here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fcr_ml.drivers.mix import NEARLY_DETERMINED
from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.spread import least_variance

Floats = NDArray[np.float64]

_RIDGE = 1.0
"""Each value of the mix carries one made-up contact at the overall rate."""

_LEAST_OWN = 0.05
"""A unit whose contacts the mix tells apart but for this share has no others alike."""

ALSO_HELD_AGAINST = {"team": ("queue",), "agent_id": ("queue",)}
"""What a unit did not choose although the company did: who handles a hard queue is not to
be blamed for it. The channel is in every mix but its own."""


def choose_mix(numbered: Numbered, unit: str) -> list[str]:
    """Give the columns that units of a column are held against.

    A column stays out where it is the unit, or all but names it: Goodman and Kruskal's
    tau of the unit given the column, the share of all units' membership that the column
    explains, is above :data:`~fcr_ml.drivers.mix.NEARLY_DETERMINED`.
    """
    also = [name for name in ALSO_HELD_AGAINST.get(unit, ()) if name in numbered.columns]
    wanted = [name for name in dict.fromkeys([*numbered.mix, *also]) if name != unit]
    units = numbered.columns[unit]
    return [name for name in wanted if tau(units, numbered.columns[name]) <= NEARLY_DETERMINED]


def tau(units: Levels, levels: Levels) -> float:
    """Give the share of the units' membership that another column explains, 0 to 1."""
    both = cross(units, levels).astype(float)
    contacts = max(both.sum(), 1.0)
    by_chance = (both.sum(axis=1) ** 2).sum() / contacts
    explained = (both**2 / np.maximum(both.sum(axis=0), 1)).sum()
    return float((explained - by_chance) / max(contacts - by_chance, 1e-9))


def cross(one: Levels, other: Levels, weights: Floats | None = None) -> NDArray[Any]:
    """Count contacts by the values of two columns, shape (one.size, other.size)."""
    places = one.codes * other.size + other.codes
    cells = np.bincount(places, weights, minlength=one.size * other.size)
    return cells.reshape(one.size, other.size)


def products_of(columns: Sequence[Levels], weights: Floats | None = None) -> Floats:
    """Give the products of the columns' 0/1 columns, side by side: weighed counts of pairs."""
    ends = np.cumsum([0, *(levels.size for levels in columns)])
    products = np.zeros((ends[-1], ends[-1]))
    for i, one in enumerate(columns):
        for j in range(i, len(columns)):
            cells = cross(one, columns[j], weights)
            products[ends[i] : ends[i + 1], ends[j] : ends[j + 1]] = cells
            products[ends[j] : ends[j + 1], ends[i] : ends[i + 1]] = cells.T
    return products


def sums_of(columns: Sequence[Levels], values: Floats) -> Floats:
    """Give the sum of some values by every value of the columns, side by side."""
    sums = [np.bincount(levels.codes, values, minlength=levels.size) for levels in columns]
    return np.concatenate([np.empty(0), *sums])


def add_up(columns: Sequence[Levels], effects: Floats) -> Floats:
    """Give for each contact the sum of the effects of its values."""
    total = np.zeros(len(columns[0].codes))
    begin = 0
    for levels in columns:
        total += effects[begin : begin + levels.size][levels.codes]
        begin += levels.size
    return total


@dataclass(frozen=True, eq=False)
class Beyond:
    """What units do beyond their mix, arrays by code of the unit's column.

    Parameters
    ----------
    seen, excess : numpy.ndarray
        Mean of the measure, and how far it is from what the others make of the same
        mix; the excess is NaN where there are no others alike.
    standard_error : numpy.ndarray
        Of the excess, by customer.
    own : numpy.ndarray
        Contacts that the mix does not tell apart from others': what the unit is judged by.
    kish : numpy.ndarray
        How many equal customers the unit's unequal ones are worth.
    spread : float
        Variance of the measure within the mix.
    """

    seen: Floats
    excess: Floats
    standard_error: Floats
    own: Floats
    kish: Floats
    spread: float


class WithinMix:
    """Least squares on the mix, with a place of its own for one unit at a time.

    Parameters
    ----------
    numbered : Numbered
        Only contacts whose measures are known.
    mix : sequence of str
        Columns to hold units against.

    Notes
    -----
    The estimate is that of :class:`~fcr_ml.drivers.estimates.MixModel`: the coefficient
    of the unit's 0/1 column z beside the mix. With d what the mix leaves of z, it is
    d'y / d'z, the unit's mean less what the others make of contacts like its own
    (indirect standardisation, the unit left out). The others count as far as their
    contacts are alike, so a team is held against the other teams of its queue even
    where no team works in two. A model with a place for every unit at once would learn
    the mix from differences inside units alone; it cannot tell a unit from a column
    that it is nested in.

    As all columns are numbered, everything follows from counts of pairs of values, and
    two thousand agents cost no more than two. The variance is that of independent
    contacts, spread² / d'z, times what the unit's customers make of it: the sum over
    customers of their squared totals, over what it would be were contacts independent.
    """

    def __init__(self, numbered: Numbered, mix: Sequence[str]) -> None:
        self.numbered = numbered
        everything = Levels(np.zeros(len(numbered), dtype=np.int64), [])
        self.mix = [everything, *(numbered.columns[name] for name in mix)]

    @cached_property
    def _inverse(self) -> Floats:
        """Give the inverse of the products of the mix's 0/1 columns."""
        products = products_of(self.mix)
        ridge = np.full(len(products), _RIDGE)
        # The overall mean is not drawn towards anything.
        ridge[0] = 1e-9
        return np.asarray(np.linalg.inv(products + np.diag(ridge)))

    def take_off(self, measure: Floats) -> Floats:
        """Give the measure less what each contact's mix gives."""
        effects = self._inverse @ sums_of(self.mix, measure)
        return np.asarray(measure - add_up(self.mix, effects))

    def beyond(self, units: Levels, measure: Floats, is_rate: bool = False) -> Beyond:
        """Give what every unit has beyond what the others make of contacts like its own.

        Parameters
        ----------
        units : Levels
            The unit of every contact.
        measure : numpy.ndarray
            One number a contact.
        is_rate : bool
            Whether it lies between 0 and 1; where the contacts of a unit nearly agree,
            doubt remains all the same (:func:`~fcr_ml.drivers.spread.least_variance`).
        """
        contacts = np.bincount(units.codes, minlength=units.size).astype(float)
        by_unit = np.hstack([cross(units, levels) for levels in self.mix]).astype(float)
        own = contacts - ((by_unit @ self._inverse) * by_unit).sum(axis=1)
        rest = self.take_off(measure)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.bincount(units.codes, rest, minlength=units.size) / contacts
            seen = np.bincount(units.codes, measure, minlength=units.size) / contacts
            is_alike = own > _LEAST_OWN * contacts
            excess = np.where(is_alike, level * contacts / own, np.nan)
        left = rest - np.nan_to_num(level)[units.codes]
        spread = float(left @ left / max(len(left) - by_unit.shape[1], 1))
        kish, made = self._customers(units, left, contacts)
        with np.errstate(divide="ignore", invalid="ignore"):
            if is_rate:
                made = np.maximum(made, least_variance(kish) * contacts)
            error = np.sqrt(made / own)
        return Beyond(seen, excess, np.where(is_alike, error, np.nan), own, kish, spread)

    def _customers(self, units: Levels, left: Floats, contacts: Floats) -> tuple[Floats, Floats]:
        """Give each unit's worth in equal customers, and a contact's variance by customer."""
        pairs = self.numbered.customers * units.size + units.codes
        found, places = np.unique(pairs, return_inverse=True)
        of_unit = found % units.size
        inside = np.bincount(places, left, minlength=len(found))
        sizes = np.bincount(places, minlength=len(found)).astype(float)
        squared = np.bincount(of_unit, inside**2, minlength=units.size)
        customers = np.bincount(of_unit, minlength=units.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            kish = contacts**2 / np.bincount(of_unit, sizes**2, minlength=units.size)
            # One customer alone tells nothing of how customers differ.
            made = squared / contacts * customers / np.where(customers > 1, customers - 1, np.nan)
        return kish, made
