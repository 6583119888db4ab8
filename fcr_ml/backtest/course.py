"""The course of months: what retraining every month would have given.

Enters: a log and a recipe. Leaves: BACKTEST, month by month: retrained monthly under the
verdicts, never retrained after the first month, and the rule of thumb. Every month is
ranked by what had been fitted by its first day, and judged by what came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.backtest.month import Decision, Retraining
from fcr_ml.errors import SettingsError
from fcr_ml.frames.backtest import BACKTEST
from fcr_ml.frames.conform import conform
from fcr_ml.risk.metrics import (
    Ranking,
    brier_score,
    calibration_error,
    customer_draws,
    interval,
)

RETRAINED, NEVER, RULE = "retrained", "never retrained", "rule of thumb"
WAYS = (RETRAINED, NEVER, RULE)

DRAWS = 300
LISTED_SHARE = 0.1
"""Of a month's contacts, a desk that is stretched can call about a tenth."""

ALL = "all"


@dataclass(frozen=True, eq=False)
class Course:
    """What months of retraining have given.

    Parameters
    ----------
    months : pandas.DataFrame
        BACKTEST.
    decisions : tuple of Decision
        One a month.
    """

    months: pd.DataFrame
    decisions: tuple[Decision, ...]


def run_course(
    retraining: Retraining,
    end: pd.Timestamp,
    count: int = 12,
    at: str | None = None,
    told: Callable[[Decision], None] = lambda decision: None,
) -> Course:
    """Retrain month after month, and compare with never having retrained and with a rule.

    Parameters
    ----------
    retraining : Retraining
        Over a shelf of its own; releases are promoted there as they would have been.
    end : pandas.Timestamp
        UTC; the last moment that is known, and the end of the last month.
    count : int
        Months.
    at : str, optional
        The moment that the promotion log names; each month's own by default.
    told : callable
        Hears of each decision as it falls.

    Returns
    -------
    Course

    Raises
    ------
    SettingsError
        When there is no month to look at, or the log begins too late for the first.
    """
    if count < 1:
        raise SettingsError(f"backtest: {count} months are none; give 1 or more.")
    begins = [end - pd.DateOffset(months=back) for back in range(count, 0, -1)]
    _refuse_late_log(retraining, begins[0], end)
    decisions, used = [], []
    for begin in begins:
        decision = retraining.run(begin)
        promote(retraining, decision, at or decision.as_of)
        decisions.append(decision)
        used.append(_used_from(retraining, decision))
        told(decision)
    rows = _scored(retraining, [*begins, end], used)
    return Course(_months(rows, begins, used, decisions), tuple(decisions))


def promote(retraining: Retraining, decision: Decision, at: str, by: str = "fcr backtest") -> bool:
    """Do what a decision says.

    What was done before is not done again, so that a person's rollback lasts. A challenger
    replaces only the release that it was compared with.
    """
    shelf, name = retraining.shelf, decision.challenger
    if decision.verdict.outcome != "promote" or shelf.champion != decision.champion:
        return False
    if any(promotion.now == name for promotion in shelf.promotions):
        return False
    shelf.promote(name, at, by, decision.verdict.why)
    return True


def _used_from(retraining: Retraining, decision: Decision) -> str:
    """Give the release that a month is ranked by, whatever was promoted since.

    Raises
    ------
    SettingsError
        When the shelf holds a course of other settings or another log, or when the first
        release is none to be taken into use without a look.
    """
    is_promoted = decision.verdict.outcome == "promote"
    name = decision.challenger if is_promoted else decision.champion
    if name is None:
        raise SettingsError(
            f"backtest: the release of {decision.as_of[:10]} is not taken into use. "
            f"{decision.verdict.why}"
        )
    if all(promotion.now != name for promotion in retraining.shelf.promotions):
        raise SettingsError(
            f"backtest: {retraining.shelf.folder} holds months of other settings or of another "
            "log; choose another --out."
        )
    return name


def _refuse_late_log(retraining: Retraining, begin: pd.Timestamp, end: pd.Timestamp) -> None:
    first = retraining.logs.as_of(end).contacts["started_at"].min()
    if first > begin - pd.DateOffset(months=1):
        most = sum(first <= end - pd.DateOffset(months=back + 1) for back in range(1, 1_000))
        raise SettingsError(
            f"backtest: the log holds less than a month before {begin:%Y-%m-%d}, where the first "
            f"month would begin; ask for at most --months {most}, or bring a longer log."
            if most
            else f"backtest: the log begins on {first:%Y-%m-%d}, less than two months before "
            f"{end:%Y-%m-%d}; bring a longer log."
        )


def _scored(
    retraining: Retraining, seams: list[pd.Timestamp], used: list[str]
) -> list[pd.DataFrame]:
    """Give each month's contacts with their label and the risk that each way gave them."""
    shelf = retraining.shelf
    never = shelf.open(used[0])
    labels = retraining.labels(shelf.open(used[-1]), seams[-1])
    months = []
    for begin, end, name in zip(seams[:-1], seams[1:], used, strict=True):
        ranked = retraining.reading(shelf.open(name), end).contacts
        inside = ranked["moment_epoch"].between(
            begin.timestamp(), end.timestamp(), inclusive="left"
        )
        known = ranked["contact_id"].map(labels)
        rows = ranked[inside & known.notna()].assign(label=known)
        rows = rows.rename(columns={"risk": RETRAINED, "rule": RULE})
        first = retraining.reading(never, end).contacts.set_index("contact_id")["risk"]
        months.append(rows.assign(**{NEVER: rows["contact_id"].map(first)}))
    return months


def _months(
    rows: list[pd.DataFrame],
    begins: list[pd.Timestamp],
    used: list[str],
    decisions: list[Decision],
) -> pd.DataFrame:
    told = []
    for month, begin, name, decision in zip(rows, begins, used, decisions, strict=True):
        of_month = {"month": f"{begin:%Y-%m-%d}", "verdict": decision.verdict.outcome}
        releases = {RETRAINED: name, NEVER: used[0], RULE: name}
        told += [of_month | {"release": releases[str(r["way"])]} | r for r in _figures(month)]
    together = pd.concat(rows, ignore_index=True)
    told += [{"month": ALL, "release": None, "verdict": None} | r for r in _figures(together)]
    # A month in which nobody came back, or everybody did, has counts and no figures.
    return conform(BACKTEST, pd.DataFrame(told).reindex(columns=list(BACKTEST.columns)))


def _figures(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Give the figures of the three ways on the same contacts."""
    labels = rows["label"].to_numpy(np.float64)
    told: list[dict[str, object]] = []
    has_both = 0 < labels.sum() < len(labels)
    draws = customer_draws(pd.factorize(rows["customer_id"], sort=True)[0], DRAWS)
    rankings = {way: Ranking.of(rows[way].to_numpy(np.float64), labels) for way in WAYS}
    never = rankings[NEVER].average_precisions(draws) if has_both else None
    for way in WAYS:
        figures: dict[str, object] = {
            "way": way,
            "contacts": len(rows),
            "repeats": round(float(labels.sum()), 4),
        }
        if has_both and never is not None:
            risks, ranking = rows[way].to_numpy(np.float64), rankings[way]
            listed = max(1, round(LISTED_SHARE * len(rows)))
            precision = ranking.average_precision()
            low, high = interval(ranking.average_precisions(draws) - never)
            figures |= {
                "average_precision": precision,
                "auc": ranking.auc(),
                "brier_score": brier_score(risks, labels),
                "calibration_error": calibration_error(risks, labels),
                "caught_rate": ranking.caught(listed)[0] / labels.sum(),
                "gain": precision - rankings[NEVER].average_precision(),
                "gain_low": low,
                "gain_high": high,
            }
        told.append(figures)
    return told
