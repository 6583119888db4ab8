"""The declared table of effects: what a lever does to repeats, under stated assumptions.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


EFFECTS = Table(
    "effects",
    "a lever, and an estimate of what it does to the contacts it was set for",
    ("lever", "value"),
    {
        "lever": _text("transfer, hold, channel or first_answer", True),
        "value": _text("how it was set, such as transferred", True),
        "against": _text("the other way to set it, such as not transferred", True),
        "closed_with": Column("count", "closed contacts set this way", True),
        "closed_without": Column("count", "closed contacts set the other way", True),
        "repeat_rate_with": Column("share", "repeated over closed, set this way"),
        "repeat_rate_without": Column("share", "repeated over closed, set the other way"),
        "difference": Column("number", "the first less the second, nothing adjusted"),
        "difference_low": Column("number", "lower end of its 95 % interval"),
        "difference_high": Column("number", "upper end of its 95 % interval"),
        "effect": Column("number", "estimate: what the lever adds to their repeat rate"),
        "effect_low": Column("number", "lower end of its 95 % interval, by customer"),
        "effect_high": Column("number", "upper end of its 95 % interval, by customer"),
        "ratio": Column("number", "their repeat rate over what it would be the other way"),
        "ratio_low": Column("number", "lower end of its 95 % interval"),
        "ratio_high": Column("number", "upper end of its 95 % interval"),
        "e_value": Column("number", "ratios to lever and repeats that would explain it away"),
        "e_value_near": Column("number", "the same for the nearer end of the interval; 1 is none"),
        "strongest_column": _text("the measured column that moves the estimate most"),
        "strongest_shift": Column("number", "how far it moves it"),
        "times_strongest": Column("number", "shifts like that which would bring it to nothing"),
        "overlap_rate": Column("share", "share of the contacts that have others like them"),
        "effective_contacts": Column("number", "others compared with, as equal ones would count"),
        "largest_weight": Column("share", "share of the comparison that one contact has"),
        "imbalance_before": Column("number", "largest standardised difference between the sides"),
        "imbalance_after": Column("number", "the same once weighed"),
        "verdict": _text("more repeats, fewer repeats, cannot tell or no estimate", True),
        "remark": _text("why there is no estimate"),
        "adjusted_for": _text("the columns adjusted for, separated by ' + '", True),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
