"""The declared tables of contrasts: what repeated contacts of a driver hold more often.

Nothing enters. Leaves: two declarations, in the manner of :mod:`fcr_ml.frames.tables`. A
cause suggested by a contrast is to be looked into; it is not proven.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


CONTRASTS = Table(
    "contrasts",
    "something that repeated contacts of a driver hold more or less often than resolved ones",
    ("segment", "kind", "value"),
    {
        "segment": _text("the driver's segment in words", True),
        "kind": _text("note word, answer word, next queue, or the column looked at", True),
        "value": _text("the word, or the column's value", True),
        "repeated_contacts": Column("count", "repeated contacts that hold it", True),
        "repeated_looked_at": Column("count", "repeated contacts looked at", True),
        "resolved_contacts": Column("count", "resolved contacts that hold it; null if unknown"),
        "resolved_looked_at": Column("count", "resolved contacts looked at; null if unknown"),
        "repeated_share": Column("share", "share of repeated contacts that hold it", True),
        "resolved_share": Column("share", "share of resolved contacts that hold it"),
        "difference": Column("number", "the one share less the other"),
        "difference_low": Column("number", "lower end of the 95 % interval"),
        "difference_high": Column("number", "upper end of the 95 % interval"),
        "customers": Column("count", "customers whose contacts hold it", True),
        "q_value": Column("share", "false-discovery q-value over all looked at in this driver"),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)

CONTRAST_EXAMPLES = Table(
    "contrast_examples",
    "a note that is typical of a driver's repeated or resolved contacts",
    ("segment", "outcome", "place"),
    {
        "segment": _text("the driver's segment in words", True),
        "outcome": _text("repeated or resolved", True),
        "place": Column("count", "1 is the most typical", True),
        "contact_id": _text("the contact", True),
        "excerpt": _text("at most 160 characters of its redacted note", True),
    },
)
