"""The declared tables of comparisons: units against their own mix, and what they trade off.

Nothing enters. Leaves: two declarations, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


def _beside(name: str, what: str) -> dict[str, Column]:
    """Declare a measure beside the repeat rate: its mean, and the unit against its mix."""
    return {
        name: Column("number", f"mean {what}; null under the minimum count or where unknown"),
        f"{name}_contacts": Column("count", "closed contacts that have it"),
        f"{name}_excess": Column("number", "mean less what the others make of the same mix"),
        f"{name}_excess_low": Column("number", "lower end of the 95 % interval"),
        f"{name}_excess_high": Column("number", "upper end of the 95 % interval"),
    }


COMPARISONS = Table(
    "comparisons",
    "a queue, channel, team or agent against what the others make of the same mix",
    ("column", "value"),
    {
        "column": _text("the column compared: queue, channel, team or agent_id", True),
        "value": _text("the unit", True),
        "closed_contacts": Column("count", "its closed contacts", True),
        "effective_contacts": Column("number", "independent contacts that would tell as much"),
        "repeated_contacts": Column("number", "repeated contacts, links weighed"),
        "repeat_rate": Column("share", "repeated over closed; null under the minimum count"),
        "expected_repeat_rate": Column("share", "what the others make of the same mix"),
        "ratio": Column("number", "repeat rate over the expected one"),
        "excess_rate": Column("number", "repeat rate less the expected one"),
        "excess_rate_low": Column("number", "lower end of the 95 % interval, by customer"),
        "excess_rate_high": Column("number", "upper end of the 95 % interval, by customer"),
        "shrunk_rate": Column("number", "the excess, shrunk towards the mean of its column"),
        "shrunk_rate_low": Column("number", "lower end of its 95 % interval"),
        "shrunk_rate_high": Column("number", "upper end of its 95 % interval"),
        "funnel_low": Column("number", "95 % of units would lie above, ordinary spread allowed"),
        "funnel_high": Column("number", "95 % of units would lie below, ordinary spread allowed"),
        "is_beyond_spread": Column("flag", "outside of 99.8 % limits, ordinary spread allowed"),
        "q_value": Column("share", "false-discovery q-value over the units of the column"),
        "verdict": _text(
            "better, worse, as expected, not enough contacts or no others alike", True
        ),
        **_beside("handle_minutes", "minutes of handle time"),
        **_beside("csat", "survey answer"),
        **_beside("cost", "cost, from the log's column of that name"),
        "held_against": _text("the columns of the mix, separated by ' + '", True),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)

TRADE_OFFS = Table(
    "trade_offs",
    "how the repeat rate goes with another measure, the mix taken off",
    ("measure", "level"),
    {
        "measure": _text("handle_minutes, csat or cost", True),
        "level": _text("between units, or between contacts of one mix", True),
        "column": _text("the units; null between contacts"),
        "closed_contacts": Column("count", "closed contacts that have the measure", True),
        "units": Column("count", "units with enough of them; null between contacts"),
        "unit_spread": Column("number", "how far units differ in the measure: standard deviation"),
        "slope": Column("number", "repeat rate added by one more of the measure; null if unknown"),
        "slope_low": Column("number", "lower end of the 95 % interval; null where it has none"),
        "slope_high": Column("number", "upper end of the 95 % interval; null where it has none"),
        "p_value": Column("share", "two-sided p-value of no slope"),
        "repeats_per_hour": Column("number", "repeats bought by an hour of handle time saved"),
        "repeats_per_hour_low": Column("number", "lower end of the 95 % interval"),
        "repeats_per_hour_high": Column("number", "upper end of the 95 % interval"),
        "handle_minutes": Column("number", "mean handle time of a contact"),
        "verdict": _text("more repeats, fewer repeats or cannot tell, with more of it", True),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
