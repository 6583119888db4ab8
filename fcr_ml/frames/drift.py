"""The declared tables of a risk model in use: what moved, and how right it still is.

Nothing enters. Leaves: two declarations, in the manner of :mod:`fcr_ml.frames.tables`.
"""

from __future__ import annotations

from fcr_ml.frames.tables import Column, Table


def _text(meaning: str, required: bool = False) -> Column:
    return Column("text", meaning, required)


DRIFT = Table(
    "drift",
    "a feature or column, and how far its values moved since the reference period",
    ("name",),
    {
        "name": _text("the feature or column", True),
        "kind": _text("number or category", True),
        "reference_contacts": Column("count", "contacts of the reference period", True),
        "contacts": Column("count", "contacts of the fresh period", True),
        "bins": Column("count", "bins that were compared", True),
        "psi": Column("number", "population stability index; null under the minimum count"),
        "psi_limit": Column("number", "what chance alone passes in 1 of 100 such tables"),
        "missing_rate_before": Column("share", "share without a value, reference period"),
        "missing_rate": Column("share", "share without a value, fresh period"),
        "moved_most": _text("the bin that adds most to the index"),
        "share_before": Column("share", "share of that bin, reference period"),
        "share": Column("share", "share of that bin, fresh period"),
        "verdict": _text("moved, steady or not enough contacts", True),
    },
)


def _figure(name: str, what: str) -> dict[str, Column]:
    """Declare a figure that is let expect with its interval, and what came."""
    return {
        f"expected_{name}": Column("number", f"{what} that is to be expected, as of then"),
        f"expected_{name}_low": Column("number", "lower end of its 95 % interval"),
        f"expected_{name}_high": Column("number", "upper end of its 95 % interval"),
        name: Column("number", f"{what} that came; null while windows run"),
    }


RISK_WATCH = Table(
    "risk_watch",
    "a moment, and what was known then of the contacts whose window ran",
    ("known_at",),
    {
        "known_at": Column("instant", "the moment whose knowledge was used", True),
        "contacts": Column("count", "contacts whose window ran", True),
        "customers": Column("count", "their customers", True),
        "due_rate": Column("share", "share of their expected returns that were due by then", True),
        "expected_returns": Column("number", "returns due by then, by their risks", True),
        "returns": Column("number", "returns seen by then, links weighed", True),
        "ratio": Column("number", "returns seen over due; null under ten due"),
        "ratio_low": Column("number", "lower end of its 95 % interval, by customer"),
        "ratio_high": Column("number", "upper end of the same; null where it has none"),
        "slope": Column("number", "how risks separate, over how they promise to; 1 as promised"),
        "slope_low": Column("number", "lower end of its 95 % interval, by customer"),
        "slope_high": Column("number", "upper end of the same"),
        "promised_auc": Column("number", "AUC were every risk true"),
        "promised_ap": Column("number", "average precision were every risk true"),
        **_figure("repeat_rate", "repeat rate"),
        **_figure("auc", "AUC"),
        **_figure("ap", "average precision"),
        **_figure("calibration_error", "calibration error"),
        "verdict": _text(
            "no shift shown, more returns, fewer returns, ranks worse, or too early to tell", True
        ),
        "model": _text("what the risks come from", True),
        "reading": _text("how a return is read", True),
        "window": _text("the repeat window", True),
    },
)
