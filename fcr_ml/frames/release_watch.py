"""The declared table of a watch over the release in use: what moved in the latest week.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


RELEASE_WATCH = Table(
    "release_watch",
    "something that was compared, the latest week against the weeks before the release",
    ("kind", "name", "value"),
    {
        "kind": _text("volume, column, new values, mix, topics, number or returns", True),
        "name": _text("the column, feature or figure", True),
        "value": _text("the value of the column it is about; 'all' where it is about none", True),
        "lately": Column("number", "the figure of the latest week; null without one"),
        "before": Column("number", "the same in the weeks before the release"),
        "distance": Column("number", "how far the latest week lies from those before"),
        "usual": Column("number", "the furthest that those weeks lie from each other"),
        "limit": Column("number", "what the distance must pass to be told"),
        "verdict": _text("fine, look or retrain", True),
        "why": _text("what moved, in words; null where nothing did"),
        "what_to_do": _text("what to do about it; null where nothing moved"),
    },
)
