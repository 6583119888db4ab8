"""Units against their own mix, and what they trade off, on the page and the terminal.

Enters: rows of COMPARISONS and TRADE_OFFS. Leaves: sections for the page's template,
and text for the terminal. No unit is shown raw, and none as a cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from fcr_ml.reports import comparison_charts, wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.screen import as_text, grid, line
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Part,
    Section,
    Table,
    count_cell,
    numbers,
    percent_cell,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

Row = dict[Any, Any]

UNITS_SHOWN = 200
FEWEST_IN_FUNNEL = 4
"""Fewer dots make no funnel; the table holds them."""

ALL_NAMED, NAMED = 14, 8
"""Up to so many dots each has a name; of more the farthest out, as many as do not lie on one
another."""

COLUMN_NAMES = {"queue": "Queue", "channel": "Channel", "team": "Team", "agent_id": "Agent"}
_BESIDE = {"handle_minutes": "Handle minutes", "csat": "CSAT", "cost": "Cost"}


def points(value: Any) -> str:
    """Give a share as percentage points with a sign, such as ``+4.8``."""
    if pd.isna(value):
        return wording.NOTHING
    return signed(float(value) * 100)


def points_interval(value: Any, low: Any, high: Any) -> str:
    """Give percentage points with their interval."""
    if pd.isna(value) or pd.isna(low) or pd.isna(high):
        return points(value)
    return f"{points(value)} ({points(low)} to {points(high)})"


def signed(value: Any, digits: int = 1) -> str:
    """Give a number with its sign."""
    if pd.isna(value):
        return wording.NOTHING
    rounded = round(float(value), digits)
    return f"{rounded:+,.{digits}f}".replace("-", "\u2212") if rounded else f"{0:.{digits}f}"


def signed_interval(value: Any, low: Any, high: Any, digits: int = 1) -> str:
    """Give a signed number with its interval."""
    if pd.isna(value) or pd.isna(low) or pd.isna(high):
        return signed(value, digits)
    return f"{signed(value, digits)} ({signed(low, digits)} to {signed(high, digits)})"


def comparisons_section(findings: Findings) -> Section | None:
    """Give queues, channels and teams against their own mix; None where there is none."""
    rows = findings.comparisons
    if rows.empty:
        return None
    lead = (
        f"{verdicts_told(rows)} A unit is held against what the others make of contacts like "
        "its own; what it is compared by stands in the table. It says where a unit differs, not "
        "why, and not that it is to blame: the mix holds what was measured and nothing else. The "
        "lines are of one unit alone; the verdict pays for all that were looked at, so a unit just "
        "outside may still be as expected.",
    )
    parts: list[Part] = []
    for column in rows["column"].unique():
        own = rows[rows["column"] == column]
        judged = own[own["excess_rate"].notna()]
        if len(judged) >= FEWEST_IN_FUNNEL:
            parts.append(_funnel(str(column), judged))
        parts.append(_table(str(column), own))
    return Section("comparisons", "Against their own mix", lead, tuple(parts))


def verdicts_told(rows: pd.DataFrame) -> str:
    """Say in one or two sentences which units differ from what their mix lets expect."""
    told = []
    judged = rows[rows["verdict"].isin(["worse", "better", "as expected"])]
    for verdict, what in (("worse", "more"), ("better", "less")):
        found = judged[judged["verdict"] == verdict]
        if len(found):
            names = [f"{_unit(row)} ({points(row['shrunk_rate'])})" for row in _far(found, 3)]
            rest = f" and {len(found) - 3:,} more" if len(found) > 3 else ""
            told.append(
                f"{len(found):,} of {len(judged):,} units repeat{'s' * (len(found) == 1)} {what} "
                f"than their mix explains, in shrunk percentage points: {', '.join(names)}{rest}."
            )
    if not len(judged):
        return "No unit has enough closed contacts, and others alike, to be compared."
    if not told:
        return f"None of {len(judged):,} units was found to differ from what its mix explains."
    return " ".join(told)


def _far(rows: pd.DataFrame, most: int) -> list[Row]:
    order = rows["shrunk_rate"].abs().sort_values(ascending=False, kind="stable").index
    return list(rows.loc[order[:most]].to_dict("records"))


def _unit(row: Row) -> str:
    return f"{COLUMN_NAMES[row['column']].lower()} {wording.name(row['value'])}"


def _funnel(column: str, judged: pd.DataFrame) -> Chart:
    most = len(judged) if len(judged) <= ALL_NAMED else NAMED
    named = {row["value"] for row in _far(judged, most)}
    records = [
        {
            "unit": wording.name(row["value"]),
            "contacts": float(row["effective_contacts"]),
            "excess": float(row["excess_rate"]),
            "verdict": row["verdict"],
            "is_named": row["value"] in named,
            "figure": f"{_excess(row)} points, {wording.count(row['closed_contacts'])} closed, "
            f"{row['verdict']}",
        }
        for row in judged.to_dict("records")
    ]
    in_words = (
        f"A dot a {COLUMN_NAMES[column].lower()}: repeat rate against its mix, over how much is "
        "known of it. The plain lines hold 95 % of units if chance alone sets them apart, the "
        "broken ones if units differ as they do as a rule. The table below holds the figures."
    )
    spec = comparison_charts.funnel_chart(records, _limits(judged))
    return Chart(f"chart-funnel-{column}", spec, in_words)


def _limits(judged: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the funnel's lines; a contact's variance is what one unit's figures imply."""
    counts = judged["effective_contacts"].to_numpy(dtype=float)
    half = (judged["funnel_high"] - judged["funnel_low"]).to_numpy(dtype=float) / 2 / 1.96
    # half² = variance / contacts + spread, so two units give both; equal ones give neither.
    few, many = int(counts.argmin()), int(counts.argmax())
    gap = 1 / counts[few] - 1 / counts[many]
    rate = float(judged["repeated_contacts"].sum() / judged["closed_contacts"].sum())
    variance = rate * (1 - rate)
    if gap > 1e-12:
        variance = float(half[few] ** 2 - half[many] ** 2) / gap
    spread = max(float(half[many] ** 2) - variance / counts[many], 0.0)
    at = np.geomspace(counts.min() * 0.8, counts.max() * 1.25, 60)
    kinds = {"chance alone": 0.0}
    if spread > 1e-8:
        kinds["with the ordinary spread"] = spread
    return [
        {"contacts": float(count), "low": -limit, "high": limit, "kind": kind}
        for kind, more in kinds.items()
        for count in at
        for limit in [float(1.96 * np.sqrt(variance / count + more))]
    ]


def _excess(row: Row) -> str:
    return points_interval(row["excess_rate"], row["excess_rate_low"], row["excess_rate_high"])


def _table(column: str, own: pd.DataFrame) -> Table:
    beside = [name for name in _BESIDE if own[f"{name}_excess"].notna().any()]
    rows = own.head(UNITS_SHOWN).to_dict("records")
    cells = tuple(
        (
            text_cell(row["value"], note=_verdict(row)),
            count_cell(row["closed_contacts"]),
            percent_cell(row["repeat_rate"]),
            percent_cell(row["expected_repeat_rate"]),
            Cell(_excess(row), _order(row["excess_rate"])),
            Cell(points(row["shrunk_rate"]), _order(row["shrunk_rate"])),
            Cell(wording.q_value(row["q_value"]), _order(row["q_value"])),
            *(_beside_cell(row, name) for name in beside),
        )
        for row in rows
    )
    first = rows[0]
    rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
    told = COLUMN_NAMES[column]
    shown = f"; the first {UNITS_SHOWN} of {len(own):,}" if len(own) > UNITS_SHOWN else ""
    return Table(
        f"comparisons-{column}",
        f"{told}s against their own mix ({rule}{shown}), held against: "
        f"{_columns(first['held_against'])}. Rates weigh every link by its probability; against "
        "the mix in percentage points, 95 % intervals by customer.",
        words(told)
        + numbers("Closed", "Repeat rate", "Its mix gives", "Against it", "Shrunk", "q")
        + numbers(*(f"{_BESIDE[name]} against it" for name in beside)),
        cells,
    )


def _columns(text: str) -> str:
    return text.replace("_", " ").replace(" + ", ", ")


def _verdict(row: Row) -> str:
    verdict = str(row["verdict"])
    is_far: bool = not pd.isna(row["is_beyond_spread"]) and bool(row["is_beyond_spread"])
    return f"{verdict}, beyond the ordinary spread" if is_far else verdict


def _beside_cell(row: Row, name: str) -> Cell:
    value, low, high = (row[f"{name}_excess{end}"] for end in ("", "_low", "_high"))
    count = wording.count(row[f"{name}_contacts"])
    text = signed_interval(value, low, high, digits=2)
    note: str = "" if pd.isna(row[name]) else f"{wording.number(row[name], 2)}, {count} contacts"
    return Cell(text, _order(row[f"{name}_excess"]), note=note)


def _order(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def render_comparisons(comparisons: pd.DataFrame, width: int, colour: bool = False) -> str:
    """Give the units against their mix as text for the terminal.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        COMPARISONS.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    if comparisons.empty:
        told = "No comparison: the log has no queue, channel or team with two values."
        return as_text([[line(told)]], width, colour)
    blocks: list[Block] = [[line(verdicts_told(comparisons))]]
    headings = ["unit", "#closed", "#rate", "#mix gives", "#points against it", "#q", "verdict"]
    for column in comparisons["column"].unique():
        own = comparisons[comparisons["column"] == column].to_dict("records")
        first = own[0]
        rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
        title = f"{COLUMN_NAMES[column]}s against their own mix ({rule})"
        cells = [_grid_row(row) for row in own[:UNITS_SHOWN]]
        held = line(f"held against: {_columns(first['held_against'])}", "dim")
        blocks.append([line(title, "bold"), grid(headings, cells), held])
    told = (
        "Rates weigh every link by its probability; against the mix in percentage points, 95 % "
        "intervals by customer."
    )
    blocks.append([line(told, "dim")])
    return as_text(blocks, width, colour)


def _grid_row(row: Row) -> tuple[str, ...]:
    return (
        wording.name(row["value"]),
        wording.count(row["closed_contacts"]),
        wording.percent(row["repeat_rate"]),
        wording.percent(row["expected_repeat_rate"]),
        _excess(row),
        wording.q_value(row["q_value"]),
        str(row["verdict"]),
    )
