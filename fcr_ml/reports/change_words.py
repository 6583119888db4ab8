"""What changed, in words and in figures that add up, for page and terminal alike.

Enters: rows of CHANGES. Leaves: the same rows with hundredths of a percentage point,
rounded together so that what is printed adds up, and sentences. Where a difference
lies is told, never why.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from fcr_ml.frames.rounding import round_to_sum
from fcr_ml.reports import wording

UNITS = 10_000
"""A hundredth of a percentage point: finer than any interval of fewer than a million."""

PART_NAMES = {
    "difference": "difference",
    "rate": "repeats more or less often",
    "mix": "came more or less often, as a share",
    "new": "is new",
    "vanished": "came no more",
    "not_split": "too few on a side to tell the two apart",
}

_DID = {"new": "is new", "vanished": "came no more", "not_split": "too few to split"}

Row = dict[Any, Any]


def no_comparison() -> str:
    """Say that there are no two months to compare."""
    return (
        "No comparison: there are not two whole months in a row with closed contacts, the later "
        "one with nine of ten windows closed. `fcr drivers change` compares any two periods."
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
    first["points"] = in_units(first["repeat_rate_after"]) - in_units(first["repeat_rate_before"])
    sums = [row for row in rows[1:] if row["group"] == "all"]
    _share_out(sums, first["points"])
    for whole in sums:
        own = [r for r in rows if r["group"] != "all" and r["part"] == whole["part"]]
        _share_out(own, whole["points"])
    return rows


def in_units(rate: float) -> int:
    """Give a share in whole hundredths of a percentage point."""
    return round(rate * UNITS)


def _share_out(rows: list[Row], whole: int) -> None:
    # Changes are whole millionths; as such they are exact.
    values = [Fraction(round(row["change"] * 1_000_000), 1_000_000 // UNITS) for row in rows]
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
        f"{rate_text(first[f'repeat_rate_{side}'])} were repeated"
        for side, name in (("before", before), ("after", after))
    ]
    told = [
        f"{after} against {before}: {sides[0]}, {sides[1]}: {points_text(first)} percentage points "
        f"({rule})."
    ]
    if first["change_low"] <= 0 <= first["change_high"]:
        told.append("The interval holds 0: the two may not differ at all.")
    told += _left_out(first)
    if len(rows) > 1:
        told.append(
            f"Split by {column_of(rows)}, each part in percentage points of the repeat rate; as "
            "printed they add up to the difference. A part says where it lies, not why. A share "
            "counts by how far the segment lies from the mean of all: a larger share of what "
            "repeats little lowers the rate."
        )
    return told


def column_of(rows: list[Row]) -> str:
    """Name the column that forms the segments, in words."""
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


def rate_text(value: Any) -> str:
    """Give a rate in percent with the two decimals in which the difference is shown."""
    return wording.NOTHING if pd.isna(value) else f"{in_units(value) / 100:.2f} %"


def signed(points: float) -> str:
    """Give hundredths of a point with their sign, such as ``+0.37``."""
    return f"{points / 100:+.2f}".replace("-", "\u2212")


def points_text(row: Row) -> str:
    """Give a part in percentage points with its interval."""
    low, high = (signed(in_units(row[end])) for end in ("change_low", "change_high"))
    return f"{signed(row['points'])} ({low} to {high})"


def happened(row: Row) -> str:
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


def both_sides(row: Row, measure: str) -> str:
    """Give a count, rate or share before and after."""
    values = (row[f"{measure}_before"], row[f"{measure}_after"])
    if measure == "closed":
        return " → ".join(wording.count(value) for value in values)
    return " → ".join(wording.percent(value).removesuffix(" %") for value in values)
