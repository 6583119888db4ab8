"""A backtest in words: what each month and all of them together mean.

Enters: BACKTEST. Leaves: sentences and figures as text. Nothing is computed.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.frames.backtest import BACKTEST
from fcr_ml.frames.conform import conform
from fcr_ml.reports import wording
from fcr_ml.reports.comparisons import signed_interval

RETRAINED, NEVER, RULE = "retrained", "never retrained", "rule of thumb"
WAYS = (RETRAINED, NEVER, RULE)
ALL = "all"

TOO_FEW, SAME = "not enough contacts", "same release"

Row = dict[Any, Any]
Month = dict[str, Row]

HOW = (
    "Retrained: at the first day of each month a challenger was fitted, judged on the months "
    "before, and taken into use where the verdict said promote. What was in use ranked the month.",
    "Never retrained: the release of the first month ranked every month.",
    "Rule of thumb: the simple rule that did best beside the release in use, such as the repeat "
    "rate so far of a reason code.",
    "Every way ranks the same contacts by what was known at their moment, and nothing later. Only "
    "closed contacts count; each counts as repeated with the probability of its links.",
    "Average precision is the mean share of repeats among the contacts ranked as high, over the "
    "repeats; a draw would give the share of repeats among all. Caught: share of the repeats "
    "among the riskiest tenth.",
    "Gain: average precision less that of never retraining, with its 95 % interval by customer.",
)


def told_in_words(months: pd.DataFrame) -> tuple[str, ...]:
    """Say what all months together mean, for one who reads nothing else."""
    by_month = rows_by_month(months)
    every = by_month.get(ALL, {})
    retrained, never, rule = (every.get(way, {}) for way in WAYS)
    count = len([name for name in by_month if name != ALL])
    contacts = wording.count(retrained.get("contacts", 0))
    span = f"{contacts} contacts of {count} {'month' if count == 1 else 'months'}"
    if pd.isna(retrained.get("average_precision")):
        return (f"Not enough contacts for a figure: {span}, and not both repeated and resolved.",)
    if len(set(_releases(months, RETRAINED))) < 2:
        return (
            "Nothing was promoted after the first month, so retraining and never retraining are "
            f"the same: average precision {precision(retrained)} on {span}, "
            f"{precision(rule)} for the rule of thumb.",
        )
    return (
        f"{_judged(retrained)}: average precision {precision(retrained)} against "
        f"{precision(never)}, a difference of {gain_told(retrained)} on {span}; "
        f"{precision(rule)} for the rule of thumb.",
    )


def _judged(row: Row) -> str:
    if row["gain_low"] > 0:
        return "Retraining every month finds repeats better than never retraining"
    if row["gain_high"] < 0:
        return "Retraining every month finds repeats worse than never retraining"
    return "Retraining every month is not shown to find repeats better than never retraining"


def rows_by_month(months: pd.DataFrame) -> dict[str, Month]:
    """Give the rows by month and way, the earliest first and all months last."""
    rows = conform(BACKTEST, months).reindex(columns=list(BACKTEST.columns)).to_dict("records")
    rows.sort(key=lambda row: WAYS.index(row["way"]))
    names = sorted({row["month"] for row in rows}, key=lambda name: (name == ALL, name))
    return {name: {row["way"]: row for row in rows if row["month"] == name} for name in names}


def _releases(months: pd.DataFrame, way: str) -> list[str]:
    of_way = months[(months["way"] == way) & (months["month"] != ALL)]
    return of_way.sort_values("month")["release"].dropna().tolist()


def is_same(month: Month) -> bool:
    """Say whether retraining and never retraining used one release."""
    names = [month.get(way, {}).get("release") for way in (RETRAINED, NEVER)]
    return bool(pd.notna(names[0]) and names[0] == names[1])


def precision(row: Row) -> str:
    """Give the average precision of a row."""
    return wording.number(row.get("average_precision"), 3)


def gain_of(month: Month) -> str:
    """Give what retraining gained in a month, or what stands in its place."""
    row = month.get(RETRAINED, {})
    if pd.isna(row.get("average_precision")):
        return TOO_FEW
    if is_same(month):
        return SAME
    return gain_told(row)


def gain_told(row: Row) -> str:
    """Give a gain with its interval."""
    return signed_interval(row["gain"], row["gain_low"], row["gain_high"], 3)
