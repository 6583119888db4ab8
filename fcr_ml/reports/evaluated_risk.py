"""How well risk did on a log's latest contacts, for the terminal.

Enters: figures by name. Leaves: small tables of at most the width asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fcr_ml.reports import wording
from fcr_ml.reports.screen import as_text, grid, line

FIGURES = {
    "auc": "AUC",
    "first_time_auc": "AUC, first-time customers",
    "prior_count_auc": "AUC of the earlier contacts' count",
    "gain_over_prior_count": "AUC gained over that count",
    "ap": "average precision",
    "base_rate": "repeated among all",
    "lift_at_5": "lift of the riskiest 5 %",
    "brier": "Brier score",
    "calibration_error": "calibration error",
}
MOMENTS = {
    "end": "when they ended",
    "start": "when they started",
    "live": "while they were open, with the note so far",
}


def render_risk(told: Mapping[str, Any], width: int = 100, colour: bool = False) -> str:
    """Give the figures of a risk as text: the model's, its rivals', groups and lists.

    Parameters
    ----------
    told : mapping
        As :func:`fcr_ml.risk.trial.try_risk` gives them.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    said = (
        f"{told['contacts']:,} contacts from {told['test_from']} to {told['test_to']}, "
        f"{told['first_time_contacts']:,} of them by first-time customers, asked about "
        f"{MOMENTS[told['moment']]}; learned from {told['learned_contacts']:,} closed before. "
        f"Repeated: {wording.reading(told['reading'])}, within {wording.window(told['window'])}. "
        "Intervals are 95 %, by customer."
    )
    figures = [(name, _figure(told, key)) for key, name in FIGURES.items()]
    rivals = [
        (name, *(_plain(known[key]) for key in ("auc", "ap", "brier", "calibration_error")))
        for name, known in [*told["baselines"].items(), ("risk model", told)]
    ]
    parts: list[list[Any]] = [
        [line(said)],
        [grid(("figure", "#value"), figures)],
        [grid(("scorer", "#AUC", "#AP", "#Brier", "#calibration error"), rivals)],
        [
            grid(
                ("within", "#rate", "scorer", "#AUC", "#AP", "#calibration error"), _windows(told)
            ),
            line(_apart(told["windows"]), "dim"),
        ],
        [grid(("list", "#contacts", "#caught (ties)", "#of all", "#lift"), _lists(told))],
        [
            grid(
                (*("group", "value", "#contacts", "#rate", "#risk"), "#AUC", "#expected"),
                _groups(told),
            ),
            line("Expected: the AUC that risks alone let expect, before labels are known.", "dim"),
        ],
    ]
    parts += [[line(remark)] for remark in told["leaks"]]
    if told.get("alarm"):
        parts.append([line(told["alarm"])])
    return as_text(parts, width, colour)


def _windows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            wording.window(row["window"]) if place == 0 else "",
            _plain(row["base_rate"]) if place == 0 else "",
            scorer,
            *(_plain(known[key]) for key in ("auc", "ap", "calibration_error")),
        )
        for row in told["windows"]
        for place, (scorer, known) in enumerate(row["scorers"].items())
    ]


def _apart(windows: list[dict[str, Any]]) -> str:
    """Say what either scorer is, and how far apart they are."""
    apart = ", ".join(
        f"{100 * row['mean_apart']:.1f} within {wording.window(row['window'])}" for row in windows
    )
    said = (
        "The return model is one model for all windows and learns from open contacts too; the risk "
        f"model is learned anew for each window. Their mean distance, in points: {apart}."
    )
    if len(windows) < 2:
        return said
    most = max(row["contradicted_rate"] for row in windows)
    return (
        f"{said} For up to {wording.percent(most)} of the contacts a risk model gives a shorter "
        "window more than the whole one, which cannot be; the return model never does."
    )


def _lists(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            f"{row['per_day']:,} a day" if "per_day" in row else f"{row['listed_share']:.0%}",
            f"{row['listed']:,}",
            f"{row['repeats_caught']:,.0f} ({row['repeats_caught_low']:,.0f} to "
            f"{row['repeats_caught_high']:,.0f})",
            f"{row['caught_rate']:.0%}",
            f"{row['lift']:.2f}",
        )
        for row in told["lists"]
    ]


def _groups(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            row["group"],
            row["value"],
            f"{row['contacts']:,}",
            *(
                tuple(_plain(row[n]) for n in ("base_rate", "mean_risk", "auc", "expected_auc"))
                if "auc" in row
                else (row["remark"], "", "", "")
            ),
        )
        for row in told["groups"]
    ]


def _figure(told: Mapping[str, Any], key: str) -> str:
    if math.isnan(told[key]):
        return "not enough contacts"
    return f"{told[key]:.3f} ({told[f'{key}_low']:.3f} to {told[f'{key}_high']:.3f})"


def _plain(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
