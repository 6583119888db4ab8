"""How well reactions are told, for the terminal.

Enters: figures by name. Leaves: a small table of at most the width asked for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from fcr_ml.reports.screen import as_text, grid, line

FIGURES = {
    "thanks_auc": "thanks against the rest: AUC",
    "needs_help_auc": "needs more help against not: AUC",
    "reaction_macro_f1": "reactions: macro F1",
}


def render_replies(told: Mapping[str, float], width: int = 100, colour: bool = False) -> str:
    """Give the figures on judged replies as text, with and without judgements.

    Parameters
    ----------
    told : mapping
        ``judged``, ``left_out`` and, for each figure, its value, ``_low`` and ``_high``,
        and the same with ``_without_judged``.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    rows = [
        (name, _figure(told, key), _figure(told, f"{key}_without_judged"))
        for key, name in FIGURES.items()
    ]
    said = (
        f"{int(told['judged']):,} judged replies, {int(told['left_out']):,} rows left out; "
        "intervals are 95 %, by customer. With judgements: each reply told from the "
        "judgements of other customers."
    )
    headings = ("figure", "#with judgements", "#without any")
    return as_text([[line(said)], [grid(headings, rows)]], width, colour)


PAIR_FIGURES = {
    "related_auc": "related against unrelated: AUC",
    "related_auc_high_confidence": "the same, sure judgements only: AUC",
    "related_ap": "related against unrelated: average precision",
    "same_issue_auc": "same issue against the rest: AUC",
    "calibration_error": "calibration error of related",
    "verdict_macro_f1": "four verdicts: macro F1",
    "confirmed_recall": "confirmed pairs that are linked",
    "random_pairs_accepted_rate": "pairs of other customers, weighed as one's",
    "same_case_recall": "later contacts of a case linked to it, without its id",
    "same_case_precision": "their links that are of the same case",
    "confirmed_recall_at_half_percent": "confirmed, where the notes accept 1 other in 200",
}


def render_pairs(told: Mapping[str, Any], width: int = 100, colour: bool = False) -> str:
    """Give the figures on judged pairs as text.

    Parameters
    ----------
    told : mapping
        As :func:`fcr_ml.evaluation_pairs.evaluate_pairs` gives them.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    rows = [
        (name, _figure(told, key))
        for key, name in PAIR_FIGURES.items()
        if told.get(key) is not None
    ]
    said = f"{told['judged_pairs']:,} judged pairs, {told['set_aside']:,} rows left out"
    if told.get("confirmed_pairs"):
        said += f", {told['confirmed_pairs']:,} confirmed pairs"
    if told.get("confirmed_set_aside"):
        said += f", and {told['confirmed_set_aside']:,} confirmed pairs left out"
    said += "; weighted as they were drawn, intervals are 95 %, by customer."
    return as_text([[line(said)], [grid(("figure", "#value"), rows)]], width, colour)


def _figure(told: Mapping[str, Any], key: str) -> str:
    return f"{told[key]:.3f} ({told[f'{key}_low']:.3f} to {told[f'{key}_high']:.3f})"


TOPIC_FIGURES = {
    "texts": "texts",
    "labels": "labels",
    "topics": "topics",
    "accuracy": "accuracy",
    "accuracy_all_placed": "all placed",
    "nmi": "NMI",
    "ari": "ARI",
    "share_without_topic": "no topic",
}
"""Figures on labelled texts and their headings: short, so that they stand in 80 columns."""


def render_topics(told: Mapping[str, Any], width: int = 100, colour: bool = False) -> str:
    """Give the figures on labelled texts as text: a row a group, and one of all.

    Parameters
    ----------
    told : mapping
        As :func:`fcr_ml.evaluation_topics.evaluate_topics` gives them.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    groups = told["groups"]
    rows = [
        (str(row.get("group", "all")), *(_plain(row[key]) for key in TOPIC_FIGURES))
        for row in [*groups, told]
    ]
    said = (
        f"{told['texts']:,} labelled texts, {told['left_out']:,} rows left out. Accuracy: each "
        "topic stands for one label at most, a text without a topic is wrong; all placed, NMI "
        "and ARI: every text in the topic nearest to it."
    )
    if groups:
        said += " All: the mean over groups, counts added up."
    reasons = told["without_topic"].items()
    why = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in reasons)
    cost = (
        f"Without a topic: {why or 'none'}. Seconds: {told['encoding_seconds']:,.1f} to redact "
        f"and encode, {told['seconds']:,.1f} for topics; at most {_plain(told['peak_mb'])} MB."
    )
    headings = ("group", *(f"#{heading}" for heading in TOPIC_FIGURES.values()))
    return as_text([[line(said)], [grid(headings, rows)], [line(cost)]], width, colour)


def _plain(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value > 1 else f"{value:.3f}"


def as_json_text(told: Mapping[str, Any]) -> str:
    """Give the figures as one JSON object; what could not be told is null."""
    return json.dumps(_without_nan(told))


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_without_nan(held) for held in value]
    return None if isinstance(value, float) and math.isnan(value) else value
