"""The section that draws the map of the notes.

Enters: findings. Leaves: a section whose one part holds the places as packed numbers,
and the figures of each topic as text. No note, no word of one and no contact's id is in
it: a dot has a place, a topic, a month, a language and an outcome.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.figures import rule_of
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import NoteMap, Section

LANGUAGES_COLOURED = 4
"""As many colours as are still told apart by readers who see few."""

MONTHS_KEPT = 255
"""A month is packed in one byte; older ones count as the oldest kept."""

_OUTCOMES = ("repeated", "resolved")


def map_section(findings: Findings) -> Section | None:
    """Give the map of the notes; None where no note has a place or there are no topics."""
    places, topics = findings.note_map, findings.topics
    if places.empty or topics.empty:
        return None
    ordered = topics.sort_values(["contacts", "topic_id"], ascending=[False, True], kind="stable")
    drawn = ordered[ordered["topic_id"].isin(places["topic_id"])]
    if drawn.empty:
        return None
    notes = wording.count(len(places))
    lead = (
        f"{notes} notes, one dot each: near where they mean alike, apart where they do not. "
        "The axes stand for nothing, and a distance only for nearer or farther.",
        f"A topic repeats more or less than all contacts{_of_all(findings)} where its whole 95 % "
        "interval lies on that side. Every figure of a topic is in the table of topics above.",
    )
    in_words = (
        f"Map of {notes} notes in {wording.count(len(drawn))} topics. Arrow keys move it, plus "
        "and minus draw it nearer or farther, 0 shows all. The table of topics above holds the "
        "same figures."
    )
    part = NoteMap("note-map", _packed(places, drawn, findings), in_words)
    return Section("map", "Map of the notes", lead, (part,))


def _packed(places: pd.DataFrame, topics: pd.DataFrame, findings: Findings) -> dict[str, Any]:
    """Pack the dots topic by topic, those without one last, and by outcome within."""
    months = sorted(places["month"].unique())[-MONTHS_KEPT:]
    languages = _languages(places["language"])
    topic = _places_in(places["topic_id"], topics["topic_id"].tolist())
    outcome = _places_in(places["outcome"], _OUTCOMES)
    month = _places_in(places["month"], months) % len(months)
    language = _places_in(places["language"], languages)
    x, y = (np.rint(places[axis].to_numpy(float) * 65_535).astype("<u2") for axis in ("x", "y"))
    order = np.lexsort((y, x, language, month, outcome, topic))
    runs = np.bincount(topic * 3 + outcome, minlength=3 * (len(topics) + 1))
    return {
        "topics": [_topic(row, findings) for row in topics.to_dict("records")],
        "runs": runs.tolist(),
        "x": _text(x[order]),
        "y": _text(y[order]),
        "months": months,
        "month": _text(month[order].astype("u1")) if len(months) > 1 else "",
        "languages": languages,
        "language": _text(language[order].astype("u1")) if len(languages) > 1 else "",
        "rule": rule_of(findings),
    }


def _places_in(values: pd.Series, names: Sequence[str]) -> np.ndarray:
    """Give each value's place among the names; what is none of them comes after the last."""
    number = {name: place for place, name in enumerate(names)}
    return values.map(number).fillna(len(number)).to_numpy(int)


def _languages(languages: pd.Series) -> list[str]:
    """Give the languages that get a colour, commonest first."""
    counts = languages.value_counts()
    ordered = sorted(counts.index, key=lambda name: (-counts[name], name))
    return ordered[:LANGUAGES_COLOURED]


def _topic(row: dict[Any, Any], findings: Findings) -> dict[str, Any]:
    """Give a topic's name, its figures in words, and how its repeats stand to all."""
    rate = wording.percent_interval(row["repeat_rate"], row["low"], row["high"])
    figures = [f"{wording.count(row['contacts'])} contacts"]
    if pd.isna(row["repeat_rate"]):
        figures.append("not enough closed contacts for a rate")
    else:
        figures.append(f"{rate} of {wording.count(row['closed_contacts'])} closed repeated")
    return {
        "name": wording.name(row["topic"]),
        "figures": ", ".join(figures),
        "side": _side(row, findings),
    }


def _of_all(findings: Findings) -> str:
    main = findings.main
    if main is None or pd.isna(main["fcr_rate"]):
        return ""
    return f" ({wording.percent(1 - main['fcr_rate'])} under {rule_of(findings)})"


def _side(row: dict[Any, Any], findings: Findings) -> int:
    """Give 1 where the whole interval lies above all contacts' repeat rate, -1 below, else 0."""
    main = findings.main
    if main is None or pd.isna(main["fcr_rate"]) or pd.isna(row["repeat_rate"]):
        return 0
    of_all = 1 - float(main["fcr_rate"])
    return int(row["low"] > of_all) - int(row["high"] < of_all)


def _text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
