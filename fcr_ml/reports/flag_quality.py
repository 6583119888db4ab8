"""The section on how good the flags are: the model beside its baselines, and its risks.

Enters: findings. Leaves: a section for the page's template. The model never stands without
its baselines, nor a risk without how far it can be trusted. Groups and lists are folded:
first whether the model is better at all, then where.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import charts, wording
from fcr_ml.reports.figures import rule_of
from fcr_ml.reports.findings import GROUP_MEASURE, LIST_MEASURE, Findings
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Part,
    Section,
    Table,
    count_cell,
    numbers,
    percent_cell,
    rate_cell,
    text_cell,
    words,
)

_DIRECTIONS = (
    "AUC of 0.5 is a draw; of AUC and average precision more is better, of Brier score and "
    "calibration error less"
)


def evaluation_section(findings: Findings) -> Section:
    """Give the model beside its baselines, and whether its risks hold."""
    title = "How good are the flags"
    lead = (findings.risk_remark,) if findings.risk_remark else ()
    parts: list[Part] = []
    if len(findings.risk):
        parts += _evaluation_parts(findings)
    if len(findings.calibration):
        filled = findings.calibration.dropna(subset=["predicted", "observed"])
        parts += _calibration_parts(filled) if len(filled) else []
    if not parts and not lead:
        lead = ("No model was evaluated, so nothing is known about the flags.",)
    return Section("evaluation", title, lead, tuple(parts))


def _evaluation_parts(findings: Findings) -> list[Part]:
    """Give the table of scorers, then lists and groups folded."""
    risk, rule = findings.risk, rule_of(findings)
    is_group = risk["measure"].str.startswith(GROUP_MEASURE)
    is_list = risk["measure"].str.startswith(LIST_MEASURE)
    caption = f"The model and its baselines on later contacts ({rule}). {_DIRECTIONS}"
    parts: list[Part] = [_scorers_table(risk[~is_group & ~is_list], caption)]
    if is_list.any():
        parts.append(Folded("Repeats caught by lists of some lengths", _lists(risk[is_list], rule)))
    if is_group.any():
        parts.append(Folded("AUC by group of contacts", _groups(risk[is_group], rule)))
    return parts


def _scorers_table(rows: pd.DataFrame, caption: str) -> Table:
    """Give one row a scorer, the best by the first measure on top, one column a measure."""
    measures = list(dict.fromkeys(rows["measure"]))
    found = rows.set_index(["name", "measure"]).to_dict("index")
    first = rows[rows["measure"] == measures[0]]
    order = first.sort_values(["value", "name"], ascending=[False, True])["name"]
    cells = tuple(
        (
            text_cell(name),
            *(_value_cell(found.get((name, measure))) for measure in measures),
            count_cell(found[(name, measures[0])]["contacts"]),
        )
        for name in order
    )
    headings = words("Ordered by") + numbers(*map(_headed, measures), "Contacts")
    return Table("evaluation-table", f"{caption}; intervals are 95 %, by customer", headings, cells)


def _headed(measure: str) -> str:
    return measure[:1].upper() + measure[1:]


def _value_cell(row: dict[Any, Any] | None) -> Cell:
    if row is None or pd.isna(row["value"]):
        return Cell(wording.NOTHING)
    text = wording.number_interval(row["value"], row["low"], row["high"], 3)
    return Cell(text, float(row["value"]))


def _lists(rows: pd.DataFrame, rule: str) -> Table:
    """Give one row a scorer, the best on the longest list on top, one column a length."""
    lengths = sorted(rows["contacts"].unique())
    longest = rows[rows["contacts"] == lengths[-1]]
    order = longest.sort_values(["value", "name"], ascending=[False, True])["name"]
    found = rows.set_index(["contacts", "name"]).to_dict("index")
    cells = tuple(
        (text_cell(name), *(_caught(found.get((length, name))) for length in lengths))
        for name in order
    )
    caption = (
        f"Share of all repeats that lists of some lengths catch ({rule}); in brackets the worst "
        "and the best order of equal risks"
    )
    headings = words("Ordered by") + numbers(*(f"First {wording.count(n)}" for n in lengths))
    return Table("evaluation-lists-table", caption, headings, cells)


def _caught(row: dict[Any, Any] | None) -> Cell:
    if row is None:
        return Cell(wording.NOTHING)
    return rate_cell(row["value"], row["low"], row["high"])


def _groups(rows: pd.DataFrame, rule: str) -> Table:
    cells = tuple(
        (
            text_cell(str(row["measure"]).removeprefix(GROUP_MEASURE)),
            _value_cell(row),
            count_cell(row["contacts"]),
        )
        for row in rows.to_dict("records")
    )
    caption = f"AUC of the order that is used, by group of contacts ({rule})"
    headings = words("Group") + numbers("AUC (95 % interval)", "Contacts")
    return Table("evaluation-groups-table", caption, headings, cells)


def _calibration_parts(calibration: pd.DataFrame) -> list[Part]:
    rows = calibration.sort_values("predicted", kind="stable").to_dict("records")
    records = [
        {
            "predicted": float(row["predicted"]),
            "observed": float(row["observed"]),
            "low": None if pd.isna(row["low"]) else float(row["low"]),
            "high": None if pd.isna(row["high"]) else float(row["high"]),
            "figure": f"predicted {wording.percent(row['predicted'])}, observed {_observed(row)}, "
            f"{wording.count(row['contacts'])} contacts",
        }
        for row in rows
    ]
    cells = tuple(
        (
            percent_cell(row["predicted"]),
            rate_cell(row["observed"], row["low"], row["high"]),
            count_cell(row["contacts"]),
        )
        for row in rows
    )
    headings = numbers("Predicted risk", "Observed repeat rate (95 % interval)", "Contacts")
    table = Table("calibration-table", "Calibration of the risk, by bin", headings, cells)
    in_words = (
        f"Dots with intervals: observed repeat rate against predicted risk in {len(rows)} bins; "
        "on the dashed line both agree. The table below holds the same figures."
    )
    chart = Chart("chart-calibration", charts.calibration_chart(records), in_words, is_square=True)
    return [chart, Folded("Figures behind the chart", table)]


def _observed(row: dict[Any, Any]) -> str:
    return wording.percent_interval(row["observed"], row["low"], row["high"])
