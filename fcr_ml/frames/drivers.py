"""The table DRIVERS: segments that repeat more than their mix explains.

Enters: nothing. Leaves: the declared table. It says what a row holds, not how it is
found.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


DRIVERS = Table(
    "drivers",
    "a segment of contacts that repeats more than its mix explains",
    ("segment",),
    {
        "rank": Column("count", "1 is the largest excess", True),
        "segment": _text("the segment in words, such as 'queue = Billing'", True),
        "columns": _text("the columns that form it, separated by ' + '", True),
        "closed_contacts": Column("count", "closed contacts in the segment", True),
        "repeated_contacts": Column("number", "repeated contacts, links weighed", True),
        "repeat_rate": Column("share", "repeated over closed", True),
        "expected_repeat_rate": Column("share", "what its mix would give, segment left out", True),
        "excess_repeats": Column("number", "repeats beyond what the mix would give, shrunk", True),
        "excess_repeats_low": Column("number", "lower end of the 95 % interval", True),
        "excess_repeats_high": Column("number", "upper end of the 95 % interval", True),
        "q_value": Column("share", "false-discovery q-value over all segments looked at", True),
        "handle_hours": Column("number", "hours of handle time the excess cost; null if unknown"),
        "handle_hours_low": Column("number", "the same at the lower end of the excess"),
        "handle_hours_high": Column("number", "the same at the upper end of the excess"),
        "cost": Column("number", "what the excess cost; null where no price is set"),
        "cost_low": Column("number", "the same at the lower end of the excess"),
        "cost_high": Column("number", "the same at the upper end of the excess"),
        "avoidable_per_month": Column("number", "repeats a month less, down to what its mix gives"),
        "avoidable_per_month_low": Column("number", "lower end of the 95 % interval"),
        "avoidable_per_month_high": Column("number", "upper end of the 95 % interval"),
        "best_quarter_per_month": Column(
            "number", "the same, down to the best quarter of its column; null under 4 beside it"
        ),
        "best_quarter_per_month_low": Column("number", "lower end of the 95 % range"),
        "best_quarter_per_month_high": Column("number", "upper end of the 95 % range"),
        "best_quarter_of": Column("count", "segments of the same columns beside it"),
        "lever": _text("what the company can change, by the evidence inside the segment", True),
        "error_source": _text("agent or organisation, by the lever; else not told apart", True),
        "confirmation": _text(
            "whether it was found on earlier months and held in the latest", True
        ),
        "confirmation_month": _text("the latest closed month, held out; null in a short log"),
        "confirmed_contacts": Column("count", "its closed contacts in the month held out"),
        "earlier_excess_rate": Column(
            "number", "repeats per contact beyond its mix before the month, shrunk"
        ),
        "confirmed_excess_rate": Column(
            "number", "the same in the month alone; null under 30 contacts or if not found before"
        ),
        "confirmed_excess_rate_low": Column("number", "lower end of its 95 % interval"),
        "confirmed_excess_rate_high": Column("number", "upper end of its 95 % interval"),
        "confirmation_p_value": Column("share", "one-sided p-value in the month alone"),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
