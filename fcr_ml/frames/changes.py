"""The declared table of changes: what a difference in repeat rate is made of.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


CHANGES = Table(
    "changes",
    "a part of the difference in repeat rate between two periods or two groups",
    ("group", "value", "part"),
    {
        "before": _text("the period or group compared with", True),
        "after": _text("the period or group that is compared", True),
        "group": _text("the column that forms the segments; 'all' for sums over them", True),
        "value": _text("the segment's value; 'all' for sums over segments", True),
        "part": _text("difference, rate, mix, new, vanished or not_split", True),
        "change": Column("number", "what the part adds to the repeat rate; null without a rate"),
        "change_low": Column("number", "lower end of the 95 % interval"),
        "change_high": Column("number", "upper end of the 95 % interval"),
        "q_value": Column("share", "false-discovery q-value over the rate parts of all segments"),
        "closed_before": Column("count", "closed contacts before", True),
        "closed_after": Column("count", "closed contacts after", True),
        "repeated_before": Column("count", "repeated among them", True),
        "repeated_after": Column("count", "repeated among them", True),
        "share_before": Column("share", "share of all closed contacts before"),
        "share_after": Column("share", "share of all closed contacts after"),
        "repeat_rate_before": Column("share", "repeated over closed; null under the minimum count"),
        "repeat_rate_after": Column("share", "repeated over closed; null under the minimum count"),
        "open_before": Column("count", "windows still running before, left out; in the first row"),
        "open_after": Column("count", "windows still running after, left out; in the first row"),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
        "remark": _text("why no change is told"),
    },
)
