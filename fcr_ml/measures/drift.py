"""How far values moved between a reference period and a fresh one, and whether by chance.

Enters: two frames with the same columns, such as the contacts a model learned from and
those of last week. Leaves: ``DRIFT``, one row a column. That values moved does not say
that risks are wrong; :mod:`fcr_ml.risk.current` asks that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.drift import DRIFT

WORTH_TELLING = 0.1
"""A smaller index is told as steady whatever its count: the rule of thumb of credit
scoring (Siddiqi 2006), under which nobody would act on it."""

_FEWEST = 100
_FEWEST_IN_BIN = 10
_MISSING, _NEW, _RARE = "no value", "new values", "rare values"

Counts = NDArray[np.float64]


def measure_drift(
    reference: pd.DataFrame,
    fresh: pd.DataFrame,
    names: Sequence[str],
    customer: str = "customer_id",
    bins: int = 10,
    level: float = 0.99,
    unnamed: Collection[str] = ("agent_id",),
) -> pd.DataFrame:
    """Give the population stability index of every column, beside what chance would make.

    Parameters
    ----------
    reference, fresh : pandas.DataFrame
        Contacts of the two periods, with ``names`` and the customer's column. Columns of
        numbers fall into bins between quantiles of the reference; all others, flags
        among them, have a bin a value. Having no value is a bin of its own.
    names : sequence of str
        The columns to compare.
    customer : str
        The column that says whose contacts belong together.
    bins : int
        Bins of a column of numbers.
    level : float
        Share of whole tables in which, where nothing moved, no index passes its limit.
    unnamed : collection of str
        Columns whose values are not to be named, such as people.

    Returns
    -------
    pandas.DataFrame
        ``DRIFT``, those that moved first, largest index over limit first, then by name.
        ``moved``: the index passes its limit and 0.1. Under 100 contacts in either
        period there is no index.

    Notes
    -----
    With shares p and q of bins before and after, ``PSI = sum (q - p) ln(q / p)``, half a
    contact added to every bin. Where nothing moved it is about ``(1 / n + 1 / m)`` times a
    chi-square with one degree of freedom less than bins (Yurdakul 2018, Statistical
    Properties of Population Stability Index), n and m the contacts of the periods. Contacts
    of one customer are alike, so n and m are divided by the mean design effect of the bins,
    ``sum (1 - p) d / (bins - 1)`` (Rao and Scott 1981, Journal of the American Statistical
    Association 76), never below 1; that is itself estimated, so that the limit is a quantile of
    F over chi-square, with as many degrees below as equal customers of the smaller period less
    one (Thomas and Rao 1987, same journal, 82), of ``1 - (1 - level) / columns``.
    Customers are taken to be independent, periods to be like draws: a column that follows the
    weekday or the season moves without anything being wrong.

    Values that the reference lacks are one bin. Its share before is that of values seen but
    once (Good 1953, Biometrika 40): so many of the next contacts hold a value never seen.
    Bins with fewer than ten contacts expected in either period are counted together.

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": range(400), "queue": ["a", "b"] * 200})
    >>> after = pd.DataFrame({"customer_id": range(400), "queue": ["a", "a", "a", "b"] * 100})
    >>> measure_drift(before, after, ["queue"])[["psi", "verdict"]].round(2).values.tolist()
    [[0.27, 'moved']]
    """
    if not len(names):
        return empty(DRIFT)
    codes = [pd.factorize(frame[customer], sort=True)[0] for frame in (reference, fresh)]
    chance = 1 - (1 - level) / len(names)
    rows = [
        _row(name, reference[name], fresh[name], codes, bins, chance, name in unnamed)
        for name in names
    ]
    told = pd.DataFrame(rows)
    beyond = (told["psi"] / told["psi_limit"]).astype(float).fillna(-1.0)
    order = told.assign(beyond=beyond, rest=told["verdict"] != "moved")
    order = order.sort_values(["rest", "beyond", "name"], ascending=[True, False, True])
    return conform(DRIFT, order.drop(columns=["beyond", "rest"]))


def _row(
    name: str,
    before: pd.Series,
    after: pd.Series,
    customers: list[NDArray[np.intp]],
    bins: int,
    chance: float,
    is_unnamed: bool,
) -> dict[str, Any]:
    is_number = pd.api.types.is_numeric_dtype(before) and not pd.api.types.is_bool_dtype(before)
    row: dict[str, Any] = {
        "name": name,
        "kind": "number" if is_number else "category",
        "reference_contacts": len(before),
        "contacts": len(after),
        "bins": 0,
        "missing_rate_before": before.isna().mean() if len(before) else None,
        "missing_rate": after.isna().mean() if len(after) else None,
        **dict.fromkeys(("psi", "psi_limit", "moved_most", "share_before", "share")),
    }
    if min(len(before), len(after)) < _FEWEST:
        return row | {"verdict": "not enough contacts"}
    place = _number_bins if is_number else _value_bins
    labels, old, new = place(before, after, bins)
    labels, old, new = _together(labels, old, new)
    told = _index(old, new, len(labels), customers, chance)
    psi, limit, most, shares = told
    is_moved = psi > max(limit, WORTH_TELLING)
    named = {} if is_unnamed else {"moved_most": labels[most]}
    return (
        row
        | named
        | {
            "bins": len(labels),
            "psi": psi,
            "psi_limit": limit,
            "share_before": shares[0],
            "share": shares[1],
            "verdict": "moved" if is_moved else "steady",
        }
    )


def _number_bins(
    before: pd.Series, after: pd.Series, bins: int
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp]]:
    """Place numbers between quantiles of the reference; missing ones come last."""
    old, new = (values.to_numpy(np.float64, na_value=np.nan) for values in (before, after))
    known = old[~np.isnan(old)]
    # A value that many contacts share is an edge more than once, and one bin.
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else known
    placed = [
        np.where(np.isnan(v), len(cuts) + 1, np.searchsorted(cuts, v, side="left"))
        for v in (old, new)
    ]
    ends = [f"{cut:.3g}" for cut in cuts]
    labels = [f"up to {ends[0]}"] if ends else ["any value"]
    labels += [f"{low} to {high}" for low, high in pairwise(ends)]
    labels += [f"above {ends[-1]}"] if ends else []
    return [*labels, _MISSING], placed[0], placed[1]


def _value_bins(
    before: pd.Series, after: pd.Series, _: int
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp]]:
    """Give each value of the reference a bin; values seen but once stand for new ones."""
    texts = [values.astype("string") for values in (before, after)]
    counts = texts[0].value_counts()
    kept = sorted(counts.index[counts > 1])
    places = {value: place for place, value in enumerate(kept)}
    # One seen once was never seen by the others: what is new before, by leaving one out.
    once = set(counts.index[counts == 1])
    old = texts[0].map(places).fillna(len(kept)).astype(int)
    known = texts[1].map({**places, **dict.fromkeys(once, len(kept) + 1)})
    new = known.fillna(len(kept)).astype(int)
    labels = [*map(str, kept), _NEW, _RARE, _MISSING]
    placed = [
        np.where(text.isna(), len(kept) + 2, found).astype(np.intp)
        for text, found in zip(texts, (old, new), strict=True)
    ]
    return labels, placed[0], placed[1]


def _together(
    labels: list[str], old: NDArray[np.intp], new: NDArray[np.intp]
) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp]]:
    """Count bins together in which too few contacts are to be expected; drop empty ones."""
    counted = [np.bincount(codes, minlength=len(labels)) for codes in (old, new)]
    share = (counted[0] + counted[1]) / (len(old) + len(new))
    is_rare = share * min(len(old), len(new)) < _FEWEST_IN_BIN
    kept = np.flatnonzero(~is_rare)
    moved = np.full(len(labels), len(kept))
    moved[kept] = np.arange(len(kept))
    told = [labels[place] for place in kept]
    if (share[is_rare] > 0).any():
        told.append(_RARE)
    return told, moved[old], moved[new]


def _index(
    old: NDArray[np.intp],
    new: NDArray[np.intp],
    bins: int,
    customers: list[NDArray[np.intp]],
    chance: float,
) -> tuple[float, float, int, tuple[float, float]]:
    """Give the index, its limit, and the bin that adds most with its shares."""
    from scipy.stats import f

    if bins < 2:
        return 0.0, 0.0, 0, (1.0, 1.0)
    counts = [np.bincount(codes, minlength=bins).astype(np.float64) for codes in (old, new)]
    p, q = ((n + 0.5) / (n.sum() + bins / 2) for n in counts)
    parts = (q - p) * np.log(q / p)
    pooled = (counts[0] + counts[1]) / (len(old) + len(new))
    spread = sum(
        _design_effect(codes, whose, pooled) / len(codes)
        for codes, whose in zip((old, new), customers, strict=True)
    )
    most = int(parts.argmax())
    shares = (counts[0][most] / len(old), counts[1][most] / len(new))
    limit = spread * (bins - 1) * f.ppf(chance, bins - 1, _equal_customers(customers))
    return float(parts.sum()), float(limit), most, shares


def _equal_customers(customers: list[NDArray[np.intp]]) -> float:
    """Give how many equal customers the smaller period is worth, less one; at least 1."""
    own = [np.bincount(whose).astype(np.float64) for whose in customers]
    return max(min(float(n.sum() ** 2 / (n @ n)) for n in own) - 1, 1.0)


def _design_effect(codes: NDArray[np.intp], customers: NDArray[np.intp], shares: Counts) -> float:
    """Give by how much customers widen the shares of bins, on average; at least 1."""
    bins = len(shares)
    cells, seen = np.unique(customers.astype(np.int64) * bins + codes, return_counts=True)
    own = np.bincount(customers).astype(np.float64)
    found = np.bincount(codes, minlength=bins) / len(codes)
    # The sum over customers of (contacts in the bin - contacts x share)², multiplied out.
    squares = np.bincount(cells % bins, weights=seen.astype(np.float64) ** 2, minlength=bins)
    crossed = np.bincount(cells % bins, weights=seen * own[cells // bins], minlength=bins)
    variance = squares - 2 * found * crossed + found**2 * (own @ own)
    alone = len(codes) * found * (1 - found)
    effects = np.divide(variance, alone, out=np.ones(bins), where=alone > 0)
    return max(float(((1 - shares) * effects).sum() / (bins - 1)), 1.0)
