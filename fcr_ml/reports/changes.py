"""What changed: the parts of a difference in repeat rate, for the page and the terminal.

Enters: rows of CHANGES. Leaves: a section for the page's template, and text for the
terminal. Parts are shown in hundredths of a percentage point, rounded together, so
that what is printed adds up. Where a difference lies is told, never why.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.frames.rounding import round_to_sum
from fcr_ml.reports import charts, wording
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

_UNITS = 10_000
"""A hundredth of a percentage point: finer than any interval of fewer than a million."""

_SUMS = {
    "difference": "difference",
    "rate": "repeats more or less often",
    "mix": "came more or less often, as a share",
    "new": "is new",
    "vanished": "came no more",
    "not_split": "too few on a side to tell the two apart",
}

_DID = {"new": "is new", "vanished": "came no more", "not_split": "too few to split"}

Row = dict[Any, Any]


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


def no_comparison() -> str:
    """Say that there are no two months to compare."""
    return (
        "No comparison: there are not two months in a row with closed contacts, the later one "
        "with nine of ten windows closed."
    )


def with_points(changes: pd.DataFrame) -> list[Row]:
    """Give the rows with ``points``, hundredths of a percentage point that add up.

    The difference is that of the two rates as they are shown; the sums over segments
    add up to it, and the segments' parts to their sums.
    """
    rows: list[Row] = changes.to_dict("records")
    if pd.isna(rows[0]["change"]):
        return rows
    first = rows[0]
    first["points"] = _units(first["repeat_rate_after"]) - _units(first["repeat_rate_before"])
    sums = [row for row in rows[1:] if row["group"] == "all"]
    _share_out(sums, first["points"])
    for whole in sums:
        own = [r for r in rows if r["group"] != "all" and r["part"] == whole["part"]]
        _share_out(own, whole["points"])
    return rows


def _units(rate: float) -> int:
    return round(rate * _UNITS)


def _share_out(rows: list[Row], whole: int) -> None:
    # Changes are whole millionths; as such they are exact.
    values = [Fraction(round(row["change"] * 1_000_000), 1_000_000 // _UNITS) for row in rows]
    for row, points in zip(rows, round_to_sum(values, whole), strict=True):
        row["points"] = points


def told_in_words(rows: list[Row]) -> list[str]:
    """Say what was compared, under which reading and window, and how it differs."""
    first = rows[0]
    before, after = wording.name(first["before"]), wording.name(first["after"])
    rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
    if pd.isna(first["change"]):
        return [f"{after} against {before} ({rule}): {first['remark']}.", *_left_out(first)]
    sides = [
        f"of {wording.count(first[f'closed_{side}'])} closed contacts in {name} "
        f"{_rate(first[f'repeat_rate_{side}'])} were repeated"
        for side, name in (("before", before), ("after", after))
    ]
    told = [
        f"{after} against {before}: {sides[0]}, {sides[1]}: {_points(first)} percentage points "
        f"({rule})."
    ]
    if first["change_low"] <= 0 <= first["change_high"]:
        told.append("The interval holds 0: the two may not differ at all.")
    told += _left_out(first)
    if len(rows) > 1:
        told.append(
            f"Split by {_column(rows)}, each part in percentage points of the repeat rate; as "
            "printed they add up to the difference. A part says where it lies, not why. A share "
            "counts by how far the segment lies from the mean of all: a larger share of what "
            "repeats little lowers the rate."
        )
    return told


def _column(rows: list[Row]) -> str:
    return str(rows[-1]["group"]).replace("_", " ")


def _left_out(first: Row) -> list[str]:
    open_ones = [
        f"{wording.count(first[f'open_{side}'])} of {wording.name(first[side])}"
        for side in ("before", "after")
        if first[f"open_{side}"]
    ]
    if not open_ones:
        return []
    return [f"Contacts whose window still runs are left out: {' and '.join(open_ones)}."]


def _rate(value: Any) -> str:
    return wording.NOTHING if pd.isna(value) else f"{_units(value) / 100:.2f} %"


def _signed(points: float) -> str:
    """Give hundredths of a point with their sign, such as ``+0.37``."""
    return f"{points / 100:+.2f}".replace("-", "\u2212")


def _points(row: Row) -> str:
    low, high = (_signed(_units(row[end])) for end in ("change_low", "change_high"))
    return f"{_signed(row['points'])} ({low} to {high})"


def _happened(row: Row) -> str:
    """Say what a segment did, in the words of its part."""
    if row["part"] in _DID:
        return _DID[row["part"]]
    is_rate = row["part"] == "rate"
    measure = "repeat_rate" if is_rate else "share"
    before, after = row[f"{measure}_before"], row[f"{measure}_after"]
    if before == after:
        return "repeats as often" if is_rate else "the same share"
    if is_rate:
        return f"repeats {'more' if after > before else 'less'} often"
    return f"{'larger' if after > before else 'smaller'} share"


def _both(row: Row, measure: str) -> str:
    """Give a count, rate or share before and after."""
    values = (row[f"{measure}_before"], row[f"{measure}_after"])
    if measure == "closed":
        return " → ".join(wording.count(value) for value in values)
    return " → ".join(wording.percent(value).removesuffix(" %") for value in values)


def _sums_table(rows: list[Row]) -> Table:
    cells = tuple(
        (
            text_cell(_SUMS[row["part"]]),
            count_cell(row["closed_before"]),
            count_cell(row["closed_after"]),
            Cell(_points(row), float(row["points"])),
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
            text_cell(row["value"], note=_happened(row)),
            Cell(_both(row, "closed"), float(row["closed_after"])),
            Cell(_both(row, "repeat_rate"), _number(row["repeat_rate_after"])),
            Cell(_both(row, "share"), float(row["share_after"])),
            Cell(_points(row), float(row["points"])),
            Cell(wording.q_value(row["q_value"]), _number(row["q_value"])),
        )
        for row in rows
    )
    first = rows[0]
    return Table(
        "changes-table",
        f"What each {_column(rows)} adds to the repeat rate, {wording.name(first['before'])} → "
        f"{wording.name(first['after'])} ({wording.reading(first['reading'])}, "
        f"{wording.window(first['window'])}). q is that of the repeat rate, over all segments.",
        words(_column(rows).capitalize())
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
    reached = _units(first["repeat_rate_before"])
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
        name = f"{wording.name(row['value'])}: {_happened(row)}"
        ends = {end: reached / _UNITS + row[f"change_{end}"] for end in ends}
    return {
        "place": place,
        "name": name,
        "side": "more" if points > 0 else "less",
        "points": _signed(points),
        "begin": reached / _UNITS,
        "end": (reached + points) / _UNITS,
        "next_place": place + 1,
        "figure": _signed(points) if ends["low"] is None else _points(row),
        **ends,
    }


def _end(first: Row, side: str, units: int, place: int) -> dict[str, Any]:
    rate, name = units / _UNITS, wording.name(first[side])
    figure = f"{_rate(rate)}, {wording.count(first[f'closed_{side}'])} closed"
    told = {"place": place, "name": name, "side": "whole", "points": _rate(rate)}
    told |= {"low": None, "high": None}
    return told | {"begin": rate, "end": rate, "next_place": place + 1, "figure": figure}


def _sums_grid(rows: list[Row]) -> Block:
    cells = [(_SUMS[row["part"]], _both(row, "closed"), _points(row)) for row in rows]
    return [grid(["part", "#closed", "#points (95 % interval)"], cells)]


def _segments_grid(rows: list[Row]) -> Block:
    ordered = sorted(rows, key=lambda row: -abs(row["points"]))
    cells = [
        (
            wording.name(row["value"]),
            _happened(row),
            _both(row, "closed"),
            _both(row, "repeat_rate"),
            _points(row),
            wording.q_value(row["q_value"]),
        )
        for row in ordered[:PARTS_ON_SCREEN]
    ]
    headings = [_column(rows), "what it did", "#closed", "#rate, %", "#points (95 %)", "#q"]
    block: Block = [grid(headings, cells)]
    if rest := ordered[PARTS_ON_SCREEN:]:
        together = _signed(sum(row["points"] for row in rest))
        number = wording.count(len(rest))
        block.append(line(f"and {number} smaller parts, together {together}", "dim"))
    return block
