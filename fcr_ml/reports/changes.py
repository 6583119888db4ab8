"""What changed: the parts of a difference in repeat rate, for the page and the terminal.

Enters: rows of CHANGES. Leaves: a section for the page's template, and text for the
terminal. What both say is made in :mod:`fcr_ml.reports.change_words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import charts, wording
from fcr_ml.reports.change_words import (
    PART_NAMES,
    UNITS,
    Row,
    both_sides,
    column_of,
    happened,
    in_units,
    no_comparison,
    points_text,
    rate_text,
    signed,
    told_in_words,
    with_points,
)
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
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

TITLE = "What changed"

PARTS_DRAWN = 8
"""As many steps as are still followed from one end to the other; the rest are one step."""

PARTS_ON_SCREEN = 14


def changes_section(findings: Findings) -> Section | None:
    """Give what changed between two periods; None where it was not looked for."""
    changes = findings.changes
    if not len(changes.columns):
        return None
    if changes.empty:
        return Section("changes", TITLE, (no_comparison(),))
    rows = with_points(changes)
    if len(rows) == 1:
        return Section("changes", TITLE, tuple(told_in_words(rows)))
    segments = [row for row in rows if row["group"] != "all"]
    parts: tuple[Part, ...] = (
        _sums_table([row for row in rows if row["group"] == "all"]),
        _chart(rows[0], segments),
        _segments_table(segments),
    )
    drawn = "In the chart the thin line of a step is its 95 % interval."
    return Section("changes", TITLE, (*told_in_words(rows), drawn), parts)


def render_changes(changes: pd.DataFrame, width: int = 100, colour: bool = False) -> str:
    """Give what changed as text.

    Parameters
    ----------
    changes : pandas.DataFrame
        The table CHANGES.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    if changes.empty:
        return as_text([[line(no_comparison())]], width, colour)
    rows = with_points(changes)
    first, *sentences = told_in_words(rows)
    blocks: list[Block] = [[line(first, "bold"), *(line(text) for text in sentences)]]
    if len(rows) > 1:
        sums = [row for row in rows if row["group"] == "all"]
        segments = [row for row in rows if row["group"] != "all"]
        blocks += [_sums_grid(sums), _segments_grid(segments)]
    return as_text(blocks, width, colour)


def _sums_table(rows: list[Row]) -> Table:
    cells = tuple(
        (
            text_cell(PART_NAMES[row["part"]]),
            count_cell(row["closed_before"]),
            count_cell(row["closed_after"]),
            Cell(points_text(row), float(row["points"])),
        )
        for row in rows
    )
    first = rows[0]
    return Table(
        "changes-sums",
        "The difference and its parts, over all segments "
        f"({wording.reading(first['reading'])}, {wording.window(first['window'])})",
        words("Part")
        + numbers(
            f"Closed, {wording.name(first['before'])}",
            f"Closed, {wording.name(first['after'])}",
            "Percentage points (95 % interval)",
        ),
        cells,
        main_row=0,
    )


def _segments_table(rows: list[Row]) -> Table:
    cells = tuple(
        (
            text_cell(row["value"], note=happened(row)),
            Cell(both_sides(row, "closed"), float(row["closed_after"])),
            Cell(both_sides(row, "repeat_rate"), _number(row["repeat_rate_after"])),
            Cell(both_sides(row, "share"), float(row["share_after"])),
            Cell(points_text(row), float(row["points"])),
            Cell(wording.q_value(row["q_value"]), _number(row["q_value"])),
        )
        for row in rows
    )
    first = rows[0]
    return Table(
        "changes-table",
        f"What each {column_of(rows)} adds to the repeat rate, {wording.name(first['before'])} → "
        f"{wording.name(first['after'])} ({wording.reading(first['reading'])}, "
        f"{wording.window(first['window'])}). q is that of the repeat rate, over all segments.",
        words(column_of(rows).capitalize())
        + numbers(
            "Closed",
            "Repeat rate, %",
            "Share of contacts, %",
            "Percentage points (95 % interval)",
            "q",
        ),
        cells,
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _chart(first: Row, segments: list[Row]) -> Chart:
    """Give the steps from one rate to the other, the largest first, the rest as one."""
    ordered = sorted(segments, key=lambda row: -abs(row["points"]))
    reached = in_units(first["repeat_rate_before"])
    records = [_end(first, "before", reached, 0)]
    steps = [*ordered[:PARTS_DRAWN], *_rest(ordered[PARTS_DRAWN:])]
    for place, row in enumerate(steps, start=1):
        records.append(_step(row, reached, place))
        reached += row["points"]
    records.append(_end(first, "after", reached, len(records)) | {"next_place": None})
    in_words = (
        f"Steps from the repeat rate of {wording.name(first['before'])} to that of "
        f"{wording.name(first['after'])}, the largest first, each with its interval. "
        "The table below holds the same figures."
    )
    return Chart("chart-changes", charts.changes_chart(records), in_words)


def _rest(rows: list[Row]) -> list[Row]:
    """Give the parts that are not drawn as one; their sum has no interval of its own."""
    if not rows:
        return []
    name = f"{wording.count(len(rows))} other parts"
    return [{"name": name, "points": sum(row["points"] for row in rows)}]


def _step(row: Row, reached: int, place: int) -> dict[str, Any]:
    points, name = row["points"], row.get("name")
    ends = {"low": None, "high": None}
    if name is None:
        name = f"{wording.name(row['value'])}: {happened(row)}"
        ends = {end: reached / UNITS + row[f"change_{end}"] for end in ends}
    return {
        "place": place,
        "name": name,
        "side": "more" if points > 0 else "less",
        "points": signed(points),
        "begin": reached / UNITS,
        "end": (reached + points) / UNITS,
        "next_place": place + 1,
        "figure": signed(points) if ends["low"] is None else points_text(row),
        **ends,
    }


def _end(first: Row, side: str, units: int, place: int) -> dict[str, Any]:
    rate, name = units / UNITS, wording.name(first[side])
    figure = f"{rate_text(rate)}, {wording.count(first[f'closed_{side}'])} closed"
    told = {"place": place, "name": name, "side": "whole", "points": rate_text(rate)}
    told |= {"low": None, "high": None}
    return told | {"begin": rate, "end": rate, "next_place": place + 1, "figure": figure}


def _sums_grid(rows: list[Row]) -> Block:
    cells = [(PART_NAMES[row["part"]], both_sides(row, "closed"), points_text(row)) for row in rows]
    return [grid(["part", "#closed", "#points (95 % interval)"], cells)]


def _segments_grid(rows: list[Row]) -> Block:
    ordered = sorted(rows, key=lambda row: -abs(row["points"]))
    cells = [
        (
            wording.name(row["value"]),
            happened(row),
            both_sides(row, "closed"),
            both_sides(row, "repeat_rate"),
            points_text(row),
            wording.q_value(row["q_value"]),
        )
        for row in ordered[:PARTS_ON_SCREEN]
    ]
    headings = [column_of(rows), "what it did", "#closed", "#rate, %", "#points (95 %)", "#q"]
    block: Block = [grid(headings, cells)]
    if rest := ordered[PARTS_ON_SCREEN:]:
        together = signed(sum(row["points"] for row in rest))
        parts = f"{wording.count(len(rest))} smaller {'part' if len(rest) == 1 else 'parts'}"
        block.append(line(f"and {parts}, together {together}", "dim"))
    return block
