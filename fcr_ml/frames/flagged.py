"""The declared tables of what was flagged, what was done about it, and what that proved.

Nothing enters. Leaves: FLAGGED, the record that ``fcr flag`` adds to and never changes;
ACTED, what the desk did; PROOF, returns of called and left-alone contacts compared.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


FLAGGED = Table(
    "flagged",
    "a contact on the list of one night",
    ("experiment", "flagged_at", "contact_id"),
    {
        "flagged_at": Column("instant", "the moment whose knowledge the list used", True),
        "rank": Column("count", "its place on that list", True),
        "contact_id": _text("the contact", True),
        "customer_id": _text("its customer", True),
        "queue": _text("where it waited"),
        "risk": Column("share", "risk as of then", True),
        "saving": Column("number", "expected saving as of then; null without costs"),
        "is_left_alone": Column("flag", "drawn to be left alone", True),
        "left_alone_share": Column("share", "share that was drawn", True),
        "experiment": _text("name of the experiment, which the draw hangs on", True),
        "closes_at": Column("instant", "when its repeat window runs out", True),
        "reading": _text("how a return was read", True),
        "window": _text("the repeat window", True),
    },
)

ACTED = Table(
    "acted",
    "a flagged contact, and what the desk did",
    ("contact_id",),
    {
        "contact_id": _text("the contact", True),
        "flagged_at": Column("instant", "the list it was taken from"),
        "acted_at": Column("instant", "when somebody called; null if nobody did"),
        "is_left_alone": Column("flag", "what the list said"),
    },
)

PROOF = Table(
    "proof",
    "flagged contacts whose window has run out, called and left alone compared",
    ("experiment", "closed_by"),
    {
        "experiment": _text("name of the experiment", True),
        "closed_by": Column("instant", "contacts whose window had run out by then", True),
        "called_contacts": Column("count", "drawn to be called, called or not", True),
        "left_alone_contacts": Column("count", "drawn to be left alone", True),
        "customers": Column("count", "customers of both", True),
        "called_repeats": Column("count", "of those to be called, returned after the list", True),
        "left_alone_repeats": Column("count", "of those left alone, likewise", True),
        "called_repeat_rate": Column("share", "returned over those to be called"),
        "left_alone_repeat_rate": Column("share", "returned over those left alone"),
        "gain": Column("number", "left alone less called: repeats a call prevents"),
        "gain_low": Column("number", "lower end of the 95 % sequence, valid at every look"),
        "gain_high": Column("number", "upper end of the same"),
        "acted_rate": Column("share", "of those to be called, called in fact"),
        "acted_by_mistake": Column("count", "left alone by the draw, yet called", True),
        "effect": Column("number", "share of repeats prevented: gain over the left-alone rate"),
        "remark": _text("'not enough contacts' under the minimum count"),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
