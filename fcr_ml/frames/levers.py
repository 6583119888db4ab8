"""The declared table LEVERS: for each driver, what the company can change and the evidence.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


LEVERS = Table(
    "levers",
    "a lever that was looked at in a driver, and the evidence for it",
    ("segment", "found_in"),
    {
        "segment": _text("the driver's segment in words", True),
        "found_in": _text("where it was looked for, such as 'agents' or 'next issues'", True),
        "lever": _text("what the company could change, if this is it", True),
        "evidence": _text("what was found, in words", True),
        "verdict": _text(
            "most of it, part of it, little or nothing, too few contacts to tell", True
        ),
        "is_named": Column("flag", "whether it is the driver's lever", True),
        "error_source": _text("agent or organisation, if this is it; else not told apart", True),
        "units": Column("count", "agents, teams, channels and the like that were compared"),
        "contacts": Column("count", "closed contacts that were compared", True),
        "spread_rate": Column("number", "standard deviation between units, in repeats a contact"),
        "spread_rate_low": Column("number", "lower end of the 95 % interval"),
        "spread_rate_high": Column("number", "upper end of the 95 % interval"),
        "avoidable_rate": Column(
            "number", "repeats per contact that go if worse units become like the typical one"
        ),
        "avoidable_rate_low": Column("number", "lower end of the 95 % interval"),
        "avoidable_rate_high": Column("number", "upper end of the 95 % interval"),
        "usual_rate": Column("number", "the same outside the driver, which its mix contains"),
        "share_of_excess": Column(
            "number", "avoidable beyond what is usual, over the driver's excess per contact"
        ),
        "share_of_excess_low": Column("number", "lower end of the 95 % interval"),
        "share_of_excess_high": Column("number", "upper end of the 95 % interval"),
        "q_value": Column("share", "false-discovery q-value over all looked at in all drivers"),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
