"""The adjusted effect of a lever one can set: an estimate under stated assumptions.

Enters: numbered contacts. Leaves: the table EFFECTS: what a transfer, a hold, a channel
or a late answer adds to the repeat rate of the contacts that had it, how far there were
others like them, and how strong something unseen would have to be to explain it away.
"""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.drivers.doubly_robust import (
    Effect,
    Estimate,
    Sides,
    difference_of_rates,
    estimate_effect,
)
from fcr_ml.drivers.levers_set import LEVERS, Lever, levers_set
from fcr_ml.drivers.numbered import Numbered
from fcr_ml.drivers.segments import Levels
from fcr_ml.drivers.within_mix import products_of, sums_of
from fcr_ml.errors import SettingsError
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.effects import EFFECTS

LEAST_OVERLAP = 0.5
"""If most contacts with the lever have no others like them, the rest would speak for few."""

LEAST_OTHERS = 30
"""Equal contacts that the others must be worth: the minimum count of every group."""

MOST_IN_ONE = 0.1
"""One contact that makes more of the comparison than this is the comparison."""

MOST_IMBALANCE = 0.25
"""Beyond a quarter of a standard deviation the sides are not alike even once weighed
(Rubin 2001, Health Services and Outcomes Research Methodology 2)."""

NO_ESTIMATE = "no estimate"


def measure_effects(
    numbered: Numbered,
    of: str | None = None,
    minimum_contacts: int = 30,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give what levers do to repeats, estimated under stated assumptions.

    Parameters
    ----------
    numbered : Numbered
        From :func:`~fcr_ml.drivers.numbered.read_numbered`.
    of : str, optional
        One of transfer, hold, channel and first_answer; all that the log has without it.
    minimum_contacts : int
        Closed contacts that each side must have.
    random_state : int
        Seed of the folds.

    Returns
    -------
    pandas.DataFrame
        The table EFFECTS. A lever without enough contacts, or whose contacts have too
        few others like them, has no estimate and a remark that says why.

    Raises
    ------
    SettingsError
        When ``of`` is no lever, or the log does not tell of it.

    Notes
    -----
    *Estimate*: :func:`~fcr_ml.drivers.doubly_robust.estimate_effect`, the effect on the
    contacts that the lever was set for.

    *Assumptions*: within the columns adjusted for, the lever was set regardless of
    whatever else makes contacts repeat; contacts of both kinds come in all of them;
    one contact's lever does not touch another's repeats. The topic and the reason code
    are written down late, and are taken for what the customer came about.

    *E-value* (VanderWeele and Ding 2017, Annals of Internal Medicine 167): with the
    ratio R of rates above 1, R + sqrt(R (R - 1)): something unseen would have to be that
    many times as frequent with the lever, and make repeats that many times as likely, to
    explain the estimate away. Of the interval it is that of the end nearer to 1.

    *The strongest column*: of every measured column, how far the adjusted difference
    moves when it is left out of all columns, or is the only one; the larger counts.
    """
    if of is not None and of not in LEVERS:
        near = difflib.get_close_matches(of, LEVERS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(LEVERS)}."
        raise SettingsError(f"effect: '{of}' is no lever that is estimated; {hint}")
    found = [lever for lever in levers_set(numbered, minimum_contacts) if of in (None, lever.lever)]
    if of is not None and not found:
        raise SettingsError(
            f"effect: the log does not tell of {of} for any closed contact; it needs {_NEEDS[of]}."
        )
    rows = [_told(numbered, lever, minimum_contacts, random_state) for lever in found]
    if not rows:
        return empty(EFFECTS)
    table = pd.DataFrame(rows).assign(reading=numbered.reading, window=numbered.window)
    return conform(EFFECTS, table.reindex(columns=list(EFFECTS.columns)))


_NEEDS = {
    "transfer": "the column transfers",
    "hold": "the column hold_seconds",
    "channel": "the column channel, with two channels of enough contacts",
    "first_answer": "ended_at, and channels in which the median answer takes an hour",
}


def e_value(ratio: float) -> float:
    """Give how strong something unseen would have to be to explain a ratio away.

    Examples
    --------
    >>> round(e_value(2.0), 2), round(e_value(0.5), 2), e_value(1.0)
    (3.41, 3.41, 1.0)
    """
    if not ratio > 0:
        return float("nan")
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))


def e_value_of_interval(ratio: Estimate) -> float:
    """Give the E-value of the end that is nearer to 1; 1 where the interval holds 1."""
    if not ratio.value > 0:
        return float("nan")
    if ratio.low <= 1 <= ratio.high:
        return 1.0
    return e_value(ratio.low if ratio.value > 1 else ratio.high)


def _told(numbered: Numbered, lever: Lever, minimum: int, random_state: int) -> dict[str, Any]:
    part = numbered if lever.rows.all() else numbered.only(lever.rows)
    is_set = lever.is_set[lever.rows]
    columns = [name for name in lever.columns if _tells(part.columns[name])]
    sides = Sides(is_set, part.repeated, part.customers, [part.columns[n] for n in columns])
    count = int(is_set.sum())
    told: dict[str, Any] = {
        "lever": lever.lever,
        "value": lever.value,
        "against": lever.against,
        "closed_with": count,
        "closed_without": len(part) - count,
        "verdict": NO_ESTIMATE,
        "adjusted_for": " + ".join(columns) or "nothing",
    }
    if min(count, len(part) - count) < max(minimum, 2):
        side = lever.value if count < max(minimum, 2) else lever.against
        return told | {"remark": f"not enough contacts {side}"}
    repeated = float(part.repeated.sum())
    if min(repeated, len(part) - repeated) < 1:
        return told | {"remark": "all contacts agree, so there is nothing to compare"}
    told |= {
        "repeat_rate_with": part.repeated[is_set].mean().clip(0, 1),
        "repeat_rate_without": part.repeated[~is_set].mean().clip(0, 1),
        **_ends("difference", difference_of_rates(sides)),
    }
    found = estimate_effect(sides, random_state)
    told |= {
        "overlap_rate": found.overlap_rate,
        "effective_contacts": found.effective_contacts,
        "largest_weight": min(found.largest_weight, 1.0),
        "imbalance_before": found.imbalance_before,
        "imbalance_after": found.imbalance_after,
    }
    remark = why_refused(found)
    return told | ({"remark": remark} if remark else _estimated(sides, columns, found))


def why_refused(found: Effect) -> str | None:
    """Say why an estimate would rest on contacts that are not alike; None where it may stand."""
    if found.overlap_rate < LEAST_OVERLAP:
        return f"only {found.overlap_rate:.0%} of its contacts have others like them".replace(
            "%", " %"
        )
    if found.effective_contacts < LEAST_OTHERS:
        return f"the others like them are worth only {found.effective_contacts:.0f} contacts"
    if found.largest_weight > MOST_IN_ONE:
        return f"a single contact would make {found.largest_weight:.0%} of the comparison".replace(
            "%", " %"
        )
    if found.imbalance_after > MOST_IMBALANCE:
        apart = f"{found.imbalance_after:.2f}"
        return f"the sides stay {apart} standard deviations apart even once weighed"
    return None


def _estimated(sides: Sides, columns: list[str], found: Effect) -> dict[str, Any]:
    effect, ratio = found.effect, found.ratio
    verdict = "cannot tell"
    if effect.low > 0 or effect.high < 0:
        verdict = "more repeats" if effect.low > 0 else "fewer repeats"
    told = {
        **_ends("effect", effect),
        **_ends("ratio", ratio),
        "e_value": e_value(ratio.value),
        "e_value_near": e_value_of_interval(ratio),
        "verdict": verdict,
    }
    shifts = column_shifts(sides)
    if len(shifts) and shifts.max() > 0:
        place = int(shifts.argmax())
        told["strongest_column"] = columns[place]
        told["strongest_shift"] = float(shifts[place])
        told["times_strongest"] = abs(effect.value) / float(shifts[place])
    return told


def column_shifts(sides: Sides) -> np.ndarray:
    """Give how far each column moves the difference between the sides.

    Returns
    -------
    numpy.ndarray
        For each column the larger of two distances: between the difference adjusted for
        all columns and for all but this, and between that adjusted for none and for
        this alone.

    Notes
    -----
    Adjusted by the rates of the contacts without the lever (least squares with a ridge
    of one contact a value), averaged over those with it. Everything follows from one
    table of counts.
    """
    levels = [Levels(np.zeros(len(sides.repeated), dtype=np.int64), []), *sides.columns]
    others = np.flatnonzero(~sides.is_set)
    theirs = [Levels(one.codes[others], one.names) for one in levels]
    products, sums = products_of(theirs), sums_of(theirs, sides.repeated[others])
    profile = sums_of(levels, sides.is_set.astype(float)) / sides.is_set.sum()
    owner = np.repeat(np.arange(len(levels)), [one.size for one in levels])
    ridge = np.where(owner == 0, 1e-9, 1.0)

    def expected(is_used: np.ndarray) -> float:
        block = products[np.ix_(is_used, is_used)] + np.diag(ridge[is_used])
        return float(profile[is_used] @ np.linalg.solve(block, sums[is_used]))

    everything, nothing = expected(owner >= 0), expected(owner == 0)
    return np.array(
        [
            max(
                abs(everything - expected(owner != place)),
                abs(nothing - expected((owner == 0) | (owner == place))),
            )
            for place in range(1, len(levels))
        ]
    )


def _tells(levels: Levels) -> bool:
    return bool((levels.codes != levels.codes[:1]).any())


def _ends(name: str, estimate: Estimate) -> dict[str, float]:
    return {
        name: estimate.value,
        f"{name}_low": estimate.low,
        f"{name}_high": estimate.high,
    }
