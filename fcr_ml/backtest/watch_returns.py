"""Whether a release's risks still hold: what came back so far, before labels are known.

Enters: plain rows of a log as a release sees it. Leaves: rows of ``RELEASE_WATCH`` for the
level of the risks and for their ranking. Each earlier week is looked at as it stood at its
own end, so that the latest is held against like weeks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.backtest.watch_rows import WatchRows
from fcr_ml.measures.weeks import WEEK, Weeks, fall_by_chance
from fcr_ml.risk.current import FEWEST_CONTACTS, FEWEST_DUE, current_figures
from fcr_ml.risk.metrics import Ranking

MARGIN = 1.5
LEAST_LEVEL, LEAST_AUC = float(np.log(1.25)), 0.05
"""Told are a quarter more or fewer returns than due, or 0.05 of AUC lost, at the least."""

SIGMAS = 3.5

Row = dict[str, Any]

_HOUR = 3_600
_NEEDED = [
    "customer_id",
    "risk",
    "moment_epoch",
    "closes_epoch",
    "return_hours",
    "repeated_probability",
]
_DO = "run fcr retrain, and look at the month's replay before the release is taken into use"
_KEPT = "check that the export is whole and customers keep their ids in it; if so, "


def compare_returns(watched: WatchRows, weeks: Weeks, as_of: int) -> list[Row]:
    """Compare returns so far with what the risks let expect, and how risks rank them.

    Parameters
    ----------
    watched : WatchRows
        Nothing begins at the moment or later.
    weeks : Weeks
        Of its rows; contacts that had not ended by their week's end are in none.
    as_of : int
        The moment, in seconds.

    Returns
    -------
    list of dict
        Two rows, or none where too little is due.

    Notes
    -----
    The share of a return that is due within h hours is D(h) / D(window), D counting the return
    hours of closed contacts of the reference. At a week's end e = sum risk x due is due and o
    has come. The level of a week is log(o / e), less the median of the reference's weeks; its
    ranking the AUC of risk x due for what has come. Chance: a higher level or a slope of
    :func:`~fcr_ml.risk.current.current_figures` that lies 3.5 standard errors off; a lower
    level, what :func:`~fcr_ml.measures.weeks.fall_by_chance` leaves of the returns due. The
    returns that came say nothing of its noise: without any it would have no end.
    """
    curve = _Curve.of(watched, weeks)
    if curve is None:
        return []
    seen = {int(w): curve.seen(watched, weeks, int(w), as_of) for w in (0, *weeks.reference)}
    fresh = seen.pop(0)
    held = {week: rows for week, rows in seen.items() if _is_enough(rows)}
    if not _is_enough(fresh) or len(held) < 3:
        return []
    return [_level(fresh, held), _ranking(fresh, held)]


class _Curve:
    """When returns come: the share due by each hour, and the share whose hour is known."""

    def __init__(self, hours: np.ndarray, weights: np.ndarray, known: float) -> None:
        order = np.argsort(hours, kind="stable")
        self._hours, self._share = hours[order], np.cumsum(weights[order]) / weights.sum()
        self._known = known

    @classmethod
    def of(cls, watched: WatchRows, weeks: Weeks) -> _Curve | None:
        rows = watched.rows[_NEEDED]
        rows = rows[np.isin(weeks.numbers, weeks.reference) & rows["risk"].notna().to_numpy()]
        chance = rows["repeated_probability"].to_numpy(np.float64)
        hours = rows["return_hours"].to_numpy(np.float64)
        is_known = ~np.isnan(hours)
        if chance[is_known].sum() < FEWEST_DUE:
            return None
        known = chance[is_known].sum() / chance.sum()
        return cls(hours[is_known], chance[is_known], float(known))

    def due(self, hours: np.ndarray) -> np.ndarray:
        place = np.searchsorted(self._hours, hours, side="right")
        return np.append(0.0, self._share)[place] * self._known

    def seen(self, watched: WatchRows, weeks: Weeks, week: int, as_of: int) -> pd.DataFrame:
        """Give a week's contacts as they stood at its end."""
        end = as_of - week * WEEK
        is_there = (weeks.numbers == week) & watched.rows["risk"].notna().to_numpy()
        rows = watched.rows[_NEEDED][is_there]
        followed = (rows["closes_epoch"].clip(upper=end) - rows["moment_epoch"]) / _HOUR
        hours = followed.to_numpy(np.float64)
        at = rows["return_hours"].to_numpy(np.float64)
        came = np.where(at <= hours, rows["repeated_probability"].to_numpy(np.float64), 0.0)
        return pd.DataFrame(
            {
                "customer_id": rows["customer_id"].to_numpy(object),
                "risk": np.clip(rows["risk"].to_numpy(np.float64), 0, 1),
                "share_due": np.clip(self.due(hours), 0, 1),
                "returned": np.clip(came, 0, 1),
            }
        )


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["share_due"] > 0).to_numpy(dtype=bool)].reset_index(drop=True)


def _is_enough(rows: pd.DataFrame) -> bool:
    return len(_plain(rows)) >= FEWEST_CONTACTS and _due(rows) >= FEWEST_DUE


def _due(rows: pd.DataFrame) -> float:
    return float((rows["risk"] * rows["share_due"]).sum())


def _log_ratio(rows: pd.DataFrame) -> float:
    return float(np.log((rows["returned"].sum() + 0.5) / (_due(rows) + 0.5)))


def _auc(rows: pd.DataFrame) -> float:
    due = (rows["risk"] * rows["share_due"]).to_numpy(np.float64)
    return float(Ranking.of(due, rows["returned"].to_numpy(np.float64)).auc())


def _level(fresh: pd.DataFrame, held: dict[int, pd.DataFrame]) -> Row:
    """Compare how many came of those due."""
    levels = np.array([_log_ratio(rows) for rows in held.values()])
    middle = float(np.median(levels))
    lately, usual = _log_ratio(fresh), float(np.abs(levels - middle).max())
    distance, limit = abs(lately - middle), max(MARGIN * usual, LEAST_LEVEL)
    why = ""
    # Chance takes long to tell, and is asked only where the log's own movement is passed.
    if distance > limit:
        is_more = lately > middle
        chance = _rise_by_chance(fresh) if is_more else _fall_by_chance(fresh, held, middle)
        limit = max(limit, chance)
        so_far = f"{fresh['returned'].sum():,.0f} of {_due(fresh):,.0f} due so far"
        why = f"{'more' if is_more else 'fewer'} customers return than the risks say: {so_far}"
    figures = (float(np.exp(lately)), float(np.exp(middle)), distance, usual, limit)
    return _row("returns over due", figures, why, _DO if lately > middle else _KEPT + _DO)


def _rise_by_chance(fresh: pd.DataFrame) -> float:
    told = current_figures(_plain(fresh))
    low, ratio = told["ratio_low"], told["ratio"]
    return SIGMAS * float(np.log(ratio / low)) / 1.96 if low > 0 else float("inf")


def _fall_by_chance(fresh: pd.DataFrame, held: dict[int, pd.DataFrame], middle: float) -> float:
    """Give how far below the usual level chance can go, by the returns that were due."""
    due = fresh["risk"] * fresh["share_due"]
    # All contacts of a customer return or none does: then each counts as many as they are.
    of_customer = fresh["customer_id"].map(fresh["customer_id"].value_counts())
    alike = float(np.average(of_customer.to_numpy(np.float64), weights=due.to_numpy(np.float64)))
    return fall_by_chance(_due(fresh) * np.exp(middle), alike * (1 + 1 / len(held)), SIGMAS)


def _ranking(fresh: pd.DataFrame, held: dict[int, pd.DataFrame]) -> Row:
    """Compare how well risks rank what came."""
    aucs = np.array([_auc(rows) for rows in held.values()])
    middle, lately = float(np.median(aucs)), _auc(fresh)
    usual = float(np.abs(aucs - middle).max())
    distance, limit = middle - lately, max(MARGIN * usual, LEAST_AUC)
    if distance > limit:
        told = current_figures(_plain(fresh))
        slope, high = told.get("slope"), told.get("slope_high")
        noise = (high - slope) / 1.96 if slope is not None else np.inf
        is_chance = slope is None or slope + SIGMAS * noise >= 1
        limit = max(limit, distance) if is_chance else limit
    why = f"risks rank worse: AUC of what came so far {lately:.2f}, {middle:.2f} usual"
    return _row("ranking of returns", (lately, middle, distance, usual, limit), why)


def _row(name: str, figures: tuple[float, ...], why: str, do: str = _DO) -> Row:
    named = ("lately", "before", "distance", "usual", "limit")
    row: Row = {"kind": "returns", "name": name, "value": "all"}
    row |= dict(zip(named, figures, strict=True))
    if row["distance"] > row["limit"]:
        return row | {"verdict": "retrain", "why": why, "what_to_do": do}
    return row | {"verdict": "fine", "why": None, "what_to_do": None}
