"""Inside the drivers: the evidence for each lever, and what repeated contacts hold more often.

Enters: findings. Leaves: parts of the section of drivers, one fold a driver, and the rows
that page and terminal share. A contrast is shown; nothing here says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import Cell, Inside, Table, numbers, text_cell, words

DRIVERS_OPENED = 10
"""As many as are drawn in the chart."""

CONTRASTS_SHOWN = 40

_COLUMN_WORDS = {
    "was_transferred": "transferred",
    "was_on_hold": "on hold",
    "agent_id": "agent",
    "hour_band": "hours",
    "answer_length": "answer",
    "answer_asks": "answer asks",
    "answer_links": "answer holds a link",
    "answer_time": "answered",
}


def inside_drivers(findings: Findings) -> tuple[Inside, ...]:
    """Give what lies inside the first drivers, a fold each."""
    if findings.levers.empty:
        return ()
    drivers = findings.drivers.sort_values(["rank", "segment"], kind="stable")
    return tuple(_inside(findings, row) for row in drivers.head(DRIVERS_OPENED).to_dict("records"))


def lever_words(driver: dict[Any, Any]) -> str:
    """Say a driver's lever and whose error it speaks of.

    Examples
    --------
    >>> lever_words({"lever": "training", "error_source": "agent"})
    'lever: training (agent)'
    >>> lever_words({"lever": "not enough evidence", "error_source": "not told apart"})
    'lever: not enough evidence'
    """
    lever, source = wording.name(driver["lever"]), driver["error_source"]
    return f"lever: {lever}" + ("" if source == "not told apart" else f" ({source})")


def of_segment(table: pd.DataFrame, segment: str) -> list[dict[Any, Any]]:
    """Give the rows of one driver."""
    if table.empty:
        return []
    return table[table["segment"] == segment].to_dict("records")


def points(value: Any, low: Any, high: Any) -> str:
    """Give a change of the repeat rate in points, with its interval.

    Examples
    --------
    >>> points(0.092, 0.061, 0.123)
    '9.2 (6.1 – 12.3)'
    """
    if pd.isna(value):
        return wording.NOTHING
    return wording.number_interval(100 * value, 100 * low, 100 * high, 1)


def contrast_kind(kind: str) -> str:
    """Say what was looked at."""
    return _COLUMN_WORDS.get(kind, kind.replace("_", " "))


def contrast_shares(row: dict[Any, Any]) -> tuple[str, str]:
    """Give the share of repeated and of resolved contacts, each with its count."""
    return tuple(_share(row, side) for side in ("repeated", "resolved"))  # type: ignore[return-value]


def _share(row: dict[Any, Any], side: str) -> str:
    if pd.isna(row[f"{side}_share"]):
        return wording.NOTHING
    held, looked_at = (wording.count(row[f"{side}_{name}"]) for name in ("contacts", "looked_at"))
    return f"{wording.percent(row[f'{side}_share'])}, {held} of {looked_at}"


def _inside(findings: Findings, driver: dict[Any, Any]) -> Inside:
    segment, rank = driver["segment"], int(driver["rank"])
    levers = of_segment(findings.levers, segment)
    contrasts = of_segment(findings.contrasts, segment)
    examples = of_segment(findings.contrast_examples, segment)
    tables = [_levers_table(rank, levers)]
    if contrasts:
        tables.append(_contrasts_table(rank, contrasts[:CONTRASTS_SHOWN]))
    if examples:
        tables.append(_examples_table(rank, examples))
    told = [
        "A lever is named where more than half of the excess lies there beyond doubt; agents "
        "are compared, never named.",
    ]
    if not any(
        row["q_value"] == row["q_value"] and row["kind"] != "next queue" for row in contrasts
    ):
        told.append("No difference between its repeated and its resolved contacts is shown.")
    return Inside(f"{rank}. Inside {segment}: {lever_words(driver)}", tuple(told), tuple(tables))


def _levers_table(rank: int, rows: Iterable[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["found_in"]),
            Cell(row["lever"], row["lever"], is_mark=bool(row["is_named"])),
            text_cell(
                row["evidence"], note="" if row["verdict"] in row["evidence"] else row["verdict"]
            ),
            _figure(row, "avoidable_rate"),
            _figure(row, "share_of_excess"),
            Cell(wording.q_value(row["q_value"]), _order(row["q_value"])),
        )
        for row in rows
    )
    return Table(
        f"driver-{rank}-levers",
        "Where its excess lies: points of repeat rate that go if worse units become like the "
        "typical one, and how much of the excess that is beyond what is usual outside",
        words("Looked at", "Lever", "Found")
        + numbers("Points (95 % interval)", "% of the excess (95 % interval)", "q"),
        cells,
    )


def _figure(row: dict[Any, Any], name: str) -> Cell:
    value = row[name]
    return Cell(points(value, row[f"{name}_low"], row[f"{name}_high"]), _order(value))


def _contrasts_table(rank: int, rows: Iterable[dict[Any, Any]]) -> Table:
    cells = []
    for row in rows:
        repeated, resolved = contrast_shares(row)
        ends = (row["difference"], row["difference_low"], row["difference_high"])
        cells.append(
            (
                text_cell(contrast_kind(row["kind"])),
                text_cell(row["value"]),
                Cell(repeated, float(row["repeated_share"])),
                Cell(resolved, _order(row["resolved_share"])),
                Cell(points(*ends), _order(row["difference"])),
                Cell(wording.q_value(row["q_value"]), _order(row["q_value"])),
            )
        )
    return Table(
        f"driver-{rank}-contrasts",
        "What its repeated contacts hold more or less often than its resolved ones. A contrast, "
        "not a cause; of next queues there is nothing to compare with",
        words("Looked at", "Value")
        + numbers("Repeated", "Resolved", "Points apart (95 % interval)", "q"),
        tuple(cells),
        row_heading=1,
    )


def _examples_table(rank: int, rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["outcome"]),
            text_cell(row["excerpt"]),
            text_cell(row["contact_id"]),
        )
        for row in rows
    )
    return Table(
        f"driver-{rank}-examples",
        "Notes most typical of either side, redacted and cut",
        words("Outcome", "Note", "Contact"),
        cells,
        row_heading=2,
    )


def _order(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
