"""The declared table of a backtest: what each month would have been like.

Nothing enters. Leaves: one declaration, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


BACKTEST = Table(
    "backtest",
    "a way of choosing what ranks contacts, in one month or in all of them",
    ("month", "way"),
    {
        "month": _text("first day of the month; 'all' for all months together", True),
        "way": _text("retrained, never retrained, or rule of thumb", True),
        "release": _text("the release that ranked; null for all months", False),
        "contacts": Column("count", "contacts whose window has closed", True),
        "repeats": Column("number", "repeats expected among them", True),
        "average_precision": Column("share", "mean precision over the repeats"),
        "auc": Column("share", "chance that a repeated contact ranks above a resolved one"),
        "brier_score": Column("number", "mean squared distance of risk and outcome"),
        "calibration_error": Column("share", "mean distance of risk and repeat rate, in tenths"),
        "caught_rate": Column("share", "share of the repeats among the riskiest tenth"),
        "gain": Column("number", "average precision less that of never retraining"),
        "gain_low": Column("number", "lower end of its 95 % interval, by customer"),
        "gain_high": Column("number", "upper end of its 95 % interval, by customer"),
        "verdict": _text("what the month decided: promote, keep or too close"),
    },
)
