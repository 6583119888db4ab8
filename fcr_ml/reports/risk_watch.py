"""Whether the risk model is still right: a section for the page, and a line for the terminal.

Enters: RISK_WATCH and DRIFT. Leaves: what returns so far say of risks whose labels are not
known yet, earlier weeks beside what came, and which features moved. A shift is never
explained, and what moved is not called its cause.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Folded,
    Part,
    Section,
    Table,
    count_cell,
    number_cell,
    numbers,
    percent_cell,
    text_cell,
    words,
)

_SAYS = {
    "no shift shown": "nothing shows that the risks are off",
    "more returns": "more customers return than the risks say",
    "fewer returns": "fewer customers return than the risks say",
    "ranks worse": "the risks rank worse than they promise",
}
_NAMED = 3
_QUESTION = "Is the risk model still right?"


def risk_watch_section(findings: Findings) -> Section | None:
    """Give what is known of the risks before labels are; None where no model is watched."""
    watch = findings.risk_watch
    if watch.empty:
        return None
    lead = [told for told in (_now(watch), _features_line(findings.drift)) if told]
    lead.append(
        "Returns due: what the risks let expect by that moment, of contacts whose window still "
        "ran. A shift is named beyond chance, from a tenth more or fewer returns or 0.02 of AUC "
        "on; where nothing shifts 5 to 7 of 100 looks err. Earlier weeks stand beside what came."
    )
    parts: list[Part] = [_weeks_table(watch)]
    if len(findings.drift):
        parts.append(Folded("How far features and columns moved", _drift_table(findings.drift)))
    return Section("risk-watch", _QUESTION, tuple(lead), tuple(parts))


def watch_line(watch: pd.DataFrame) -> str | None:
    """Give what is known by now in a line or two; None where nothing was watched."""
    now = _now(watch)
    return None if now is None else f"{_QUESTION} {now}"


def _now(watch: pd.DataFrame) -> str | None:
    if watch.empty or pd.notna(watch["repeat_rate"].iloc[-1]):
        return None
    row = watch.iloc[-1]
    contacts = wording.count(row["contacts"])
    if row["verdict"] == "too early to tell":
        due = wording.number(row["expected_returns"], 0)
        return (
            f"Too early to tell: of {contacts} contacts whose "
            f"window runs {due} returns are due by now."
        )
    return (
        f"By returns so far {_SAYS[row['verdict']]}: "
        f"{wording.number(row['returns'], 0)} came where "
        f"{wording.number(row['expected_returns'], 0)} were due, {_ratio(row)} times as many, of "
        f"{contacts} contacts whose window runs. AUC to be "
        f"expected {_expected(row, 'auc', 2)}, promised {wording.number(row['promised_auc'], 2)}."
    )


def _features_line(drift: pd.DataFrame) -> str | None:
    if drift.empty:
        return None
    moved = drift[(drift["verdict"] == "moved").to_numpy(dtype=bool)]
    looked_at = f"{wording.count(len(drift))} features and columns"
    if moved.empty:
        return f"None of {looked_at} moved lately beyond chance by an index of 0.1 or more."
    named = ", ".join(wording.name(name) for name in moved["name"].head(_NAMED))
    rest = len(moved) - _NAMED
    more = f" and {wording.count(rest)} more" if rest > 0 else ""
    return (
        f"{wording.count(len(moved))} of {looked_at} moved lately: {named}{more}. That values "
        "moved does not say that risks are wrong."
    )


def _weeks_table(watch: pd.DataFrame) -> Table:
    rows = watch.iloc[::-1].to_dict("records")
    cells = tuple(
        (
            text_cell(wording.day(row["known_at"]), note=str(row["verdict"])),
            count_cell(row["contacts"]),
            number_cell(row["expected_returns"], 0),
            number_cell(row["returns"], 0),
            Cell(_ratio(row), _order(row["ratio"])),
            _beside(row, "repeat_rate"),
            _beside(row, "auc"),
            _beside(row, "ap"),
        )
        for row in rows
    )
    first = rows[0]
    rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
    return Table(
        "risk-watch-table",
        f"What was to be expected as of a moment, and what came ({rule}), by {first['model']}",
        words("Known by")
        + numbers("Contacts", "Returns due", "Seen", "Seen over due (95 % interval)")
        + numbers("Repeat rate expected", "AUC expected", "Average precision expected"),
        cells,
    )


def _drift_table(drift: pd.DataFrame) -> Table:
    cells = tuple(
        (
            text_cell(row["name"], note=str(row["verdict"])),
            number_cell(row["psi"], 3),
            number_cell(row["psi_limit"], 3),
            percent_cell(row["missing_rate_before"]),
            percent_cell(row["missing_rate"]),
            text_cell(row["moved_most"]),
            percent_cell(row["share_before"]),
            percent_cell(row["share"]),
        )
        for row in drift.to_dict("records")
    )
    counts = drift.iloc[0]
    return Table(
        "drift-table",
        f"Population stability index of {wording.count(counts['contacts'])} late contacts against "
        f"{wording.count(counts['reference_contacts'])} before them",
        words("Feature or column")
        + numbers("Index", "Chance limit", "No value before", "No value lately")
        + words("Bin that moved most")
        + numbers("Share before", "Share lately"),
        cells,
    )


def _beside(row: dict[Any, Any], name: str) -> Cell:
    """Give a figure that was to be expected with its interval, over what came."""
    ends = (row[f"expected_{name}"], row[f"expected_{name}_low"], row[f"expected_{name}_high"])
    if name == "repeat_rate":
        expected, came = wording.percent_interval(*ends), wording.percent(row[name])
    else:
        expected, came = _expected(row, name, 3), wording.number(row[name], 3)
    note = "" if pd.isna(row[name]) else f"came: {came}"
    return Cell(expected, _order(row[f"expected_{name}"]), note=note)


def _expected(row: Any, name: str, digits: int) -> str:
    ends = (row[f"expected_{name}_low"], row[f"expected_{name}_high"])
    return wording.number_interval(row[f"expected_{name}"], *ends, digits)


def _ratio(row: Any) -> str:
    return wording.number_interval(row["ratio"], row["ratio_low"], row["ratio_high"], 2)


def _order(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
