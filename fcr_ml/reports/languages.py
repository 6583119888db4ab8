"""The section that holds languages side by side: do topics and links serve each alike?

Enters: findings. Leaves: a section for the page's template, or none for a log of one
language. A difference is shown, never explained.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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

MOSTLY_ITS_OWN = 0.5
"""A language's topics are mostly its own where other languages are met less than half as often
as the mix alone would give."""


MOST_NAMED = 6
"""Languages named in one sentence; the table has the rest."""


@dataclass(frozen=True)
class _Compared:
    """A figure whose interval is held against the whole log's figure.

    Parameters
    ----------
    called : str
        In a sentence.
    finding : str
        What is said of languages whose interval lies wholly on the worse side.
    is_more_worse : bool
    counted : str
        The column of what the figure is taken of.
    unit : str
        What is counted.
    """

    called: str
    finding: str
    is_more_worse: bool
    counted: str
    unit: str


_COMPARED = {
    "no_topic_rate": _Compared(
        "notes without a topic",
        "More notes without a topic than in the whole log",
        True,
        "noted_contacts",
        "contacts",
    ),
    "purity_rate": _Compared(
        "agreement of topics with reason codes",
        "Topics that agree less with reason codes",
        False,
        "coded_contacts",
        "contacts",
    ),
    "link_auc": _Compared(
        "ranking of pairs by links",
        "Links that rank pairs less well",
        False,
        "known_pairs",
        "pairs",
    ),
}


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
        *_comparison(languages),
    )
    return Section("languages", "Languages", lead, (_topics_table(rows), _links_table(rows)))


def _comparison(languages: pd.DataFrame) -> list[str]:
    """Say which languages stand out as worse, what was compared, and what could not be."""
    named = languages[~languages["language"].isin(_NOT_A_LANGUAGE)]
    known = {figure: _known(named, languages.iloc[0], figure) for figure in _COMPARED}
    comparisons = sum(int(is_known.sum()) for is_known in known.values())
    if not comparisons:
        told = ["Not enough contacts to tell whether a language stands out: none was compared."]
    else:
        told = _worse(named, languages.iloc[0], known) or [
            f"No language stands out as worse in {wording.count(comparisons)} "
            f"comparison{'' if comparisons == 1 else 's'}."
        ]
        parts = ", ".join(
            f"{compared.called} of {wording.count(known[figure].sum())}"
            for figure, compared in _COMPARED.items()
        )
        told.append(
            "Compared with the whole log, so many languages each: "
            f"{parts}. One comparison in forty stands out as worse by chance alone."
        )
    untold = [_untold(named, known[figure], figure) for figure in _COMPARED]
    return [*told, *filter(None, untold), *_rare(languages), *_apart(named)]


def _known(named: pd.DataFrame, whole: pd.Series, figure: str) -> pd.Series:
    """Tell the languages whose interval can be held against the whole log's figure."""
    ends = named[[f"{figure}_low", f"{figure}_high"]]
    return ends.notna().all(axis=1) & bool(pd.notna(whole[figure]))


def _worse(named: pd.DataFrame, whole: pd.Series, known: dict[str, pd.Series]) -> list[str]:
    """Name the languages whose interval lies wholly on the worse side, a sentence a figure."""
    sentences = []
    for figure, compared in _COMPARED.items():
        beyond = named[f"{figure}_low"] > whole[figure]
        if not compared.is_more_worse:
            beyond = named[f"{figure}_high"] < whole[figure]
        if (beyond & known[figure]).any():
            found = ", ".join(map(wording.name, named[beyond & known[figure]]["language"]))
            sentences.append(f"{compared.finding}: {found}.")
    return sentences


def _untold(named: pd.DataFrame, is_known: pd.Series, figure: str) -> str | None:
    """Name the languages with too few contacts or pairs to be compared, with how many."""
    compared = _COMPARED[figure]
    if figure == "link_auc" and named["link_truth"].isna().all():
        return None  # the table's caption says why nobody can be compared
    left = named[~is_known]
    counts = [
        f"{wording.name(language)} ({wording.count(counted)})"
        for language, counted in zip(left["language"], left[compared.counted], strict=True)
    ]
    if not counts:
        return None
    more = len(counts) - MOST_NAMED
    counts = counts[:MOST_NAMED] + [f"{wording.count(more)} more"] * (more > 0)
    return f"Not enough {compared.unit} to tell, {compared.called}: {', '.join(counts)}."


def _rare(languages: pd.DataFrame) -> list[str]:
    others = languages[languages["language"] == "other"]["contacts"].sum()
    if not others:
        return []
    return [f"Languages too rare for a row ({wording.count(others)} contacts) are not compared."]


def _apart(named: pd.DataFrame) -> list[str]:
    """Name the languages whose topics hold few others; nothing is tested."""
    is_apart = named["other_languages_rate"] < MOSTLY_ITS_OWN * named["mix_rate"]
    if not is_apart.any():
        return []
    found = [
        f"{wording.name(row['language'])} ({wording.percent(row['other_languages_rate'])} where "
        f"the mix gives {wording.percent(row['mix_rate'])})"
        for row in named[is_apart].to_dict("records")
    ]
    return [f"Topics that hold few contacts of other languages, not tested: {', '.join(found)}."]


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
