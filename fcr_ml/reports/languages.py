"""The section that holds languages side by side: do topics and links serve each alike?

Enters: findings. Leaves: a section for the page's template, or none for a log of one
language. A difference is shown, never explained.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.tables import (
    Cell,
    Section,
    Table,
    count_cell,
    numbers,
    percent_cell,
    rate_cell,
    text_cell,
    words,
)

_NOT_A_LANGUAGE = ("all", "other", "not given")
_TOO_FEW = "not enough contacts"
_TOO_FEW_PAIRS = "not enough pairs"

_WORSE = {
    "no_topic_rate": ("More notes without a topic than in the whole log", True),
    "purity_rate": ("Topics that agree less with reason codes", False),
    "link_auc": ("Links that rank pairs less well", False),
}
"""What is said of a language whose interval lies wholly beyond the log's figure, and
whether more is worse."""


def languages_section(findings: Findings) -> Section | None:
    """Give what topics and links make of each language; None for fewer than two."""
    languages = findings.languages
    if languages.empty or (~languages["language"].isin(_NOT_A_LANGUAGE)).sum() < 2:
        return None
    rows = languages.to_dict("records")
    lead = (
        "Topics and links rest on what notes mean, and the program may know one language "
        "better than another. Customers of two languages may also differ in what they ask: "
        "a difference says where to look.",
        *_worse(languages),
    )
    return Section("languages", "Languages", lead, (_topics_table(rows), _links_table(rows)))


def _worse(languages: pd.DataFrame) -> list[str]:
    """Name the languages that stand out, one sentence a figure."""
    whole = languages.iloc[0]
    named = languages[~languages["language"].isin(_NOT_A_LANGUAGE)]
    sentences = []
    for figure, (finding, is_more_worse) in _WORSE.items():
        beyond = named[f"{figure}_low"] > whole[figure]
        if not is_more_worse:
            beyond = named[f"{figure}_high"] < whole[figure]
        if beyond.any():
            sentences.append(
                f"{finding}: {', '.join(map(wording.name, named[beyond]['language']))}."
            )
    return sentences or ["No language stands out: every interval holds the whole log's figure."]


def _topics_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["language"]),
            count_cell(row["contacts"]),
            count_cell(row["noted_contacts"]),
            _rate(row, "no_topic_rate", _TOO_FEW),
            count_cell(row["coded_contacts"]),
            _beside(
                _rate(row, "purity_rate", _TOO_FEW), "without topics", row["commonest_code_rate"]
            ),
            Cell(_shared(row), None if pd.isna(row["topics"]) else float(row["topics"])),
            _beside(percent_cell(row["other_languages_rate"]), "by mix alone", row["mix_rate"]),
        )
        for row in rows
    )
    caption = (
        "Topics by language. Agreement with reason codes: contacts whose code is the commonest "
        "of their topic; without topics, the commonest of the language. Other languages: how "
        "often another contact of the same topic is of another language, and how often it would "
        "be if topics did not see languages. Intervals 95 %, by customer."
    )
    headings = words("Language") + numbers(
        "Contacts",
        "With a note",
        "Without topic",
        "With topic and code",
        "Code agrees with topic",
        "Topics shared",
        "Other languages",
    )
    return Table("languages-topics-table", caption, headings, cells, main_row=0)


def _links_table(rows: list[dict[Any, Any]]) -> Table:
    cells = tuple(
        (
            text_cell(row["language"]),
            count_cell(row["pairs"]),
            _rate(row, "link_probability", _TOO_FEW_PAIRS),
            count_cell(row["near_pairs"]),
            _rate(row, "same_topic_rate", _TOO_FEW_PAIRS),
            count_cell(row["known_pairs"]),
            _auc(row),
        )
        for row in rows
    )
    truths = [row["link_truth"] for row in rows if not pd.isna(row["link_truth"])]
    ranked = (
        f"Ranking: how often time, customer and notes put a pair with the {truths[0]} above one "
        "without; 0.5 is chance. "
        if truths
        else "Neither case ids nor reason codes can tell how well pairs are ranked. "
    )
    caption = (
        "Links by the language of the earlier contact. Near pairs lie within the main window, "
        f"and both notes have a topic. {ranked}Intervals 95 %, by customer."
    )
    headings = words("Language") + numbers(
        "Pairs",
        "Mean link probability",
        "Near pairs",
        "In the same topic",
        "Pairs that can be checked",
        "Ranking (AUC)",
    )
    return Table("languages-links-table", caption, headings, cells, main_row=0)


def _rate(row: dict[Any, Any], name: str, remark: str) -> Cell:
    return rate_cell(row[name], row[f"{name}_low"], row[f"{name}_high"], remark)


def _beside(cell: Cell, name: str, value: Any) -> Cell:
    """Give a figure with what it is to be compared with."""
    return cell if pd.isna(value) else replace(cell, note=f"{name} {wording.percent(value)}")


def _auc(row: dict[Any, Any]) -> Cell:
    value = row["link_auc"]
    if pd.isna(value):
        return Cell(_TOO_FEW_PAIRS)
    text = wording.number_interval(value, row["link_auc_low"], row["link_auc_high"], digits=2)
    return Cell(text, float(value))


def _shared(row: dict[Any, Any]) -> str:
    if pd.isna(row["topics"]):
        return wording.NOTHING
    return f"{wording.count(row['shared_topics'])} of {wording.count(row['topics'])}"
