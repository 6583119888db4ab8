"""Judged pairs: what people wrote beside the drawn pairs, checked row by row.

Enters: rows as read from judged files, and CONTACTS. Leaves: judged pairs that fit the
casebook, and every other row with what is wrong with it. Nothing is mended beyond
case, spaces and the apostrophe that guards a cell from being run as a formula.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.links.review import PAIR

_log = logging.getLogger(__name__)

VERDICTS = ("double_post", "same_issue", "next_issue", "unrelated", "unclear")
CONFIDENCES = ("high", "medium", "low")

JUDGED = ["judge", *PAIR, "customer_id", "verdict", "confidence", "sampling_weight"]
SET_ASIDE = ["judge", "row", "problem"]


@dataclass(frozen=True, eq=False)
class JudgedPairs:
    """Pairs that people judged.

    Parameters
    ----------
    pairs : pandas.DataFrame
        ``judge`` (the file), ``contact_id``, ``follow_up_id``, ``customer_id``,
        ``verdict``, ``confidence`` (null where none was given), ``sampling_weight``
        (1 where the file has none). A judge judges a pair once.
    set_aside : pandas.DataFrame
        ``judge``, ``row`` (as a spreadsheet counts, the header being row 1) and
        ``problem``: rows that cannot be used.
    not_judged : int
        Rows whose verdict is still empty.
    """

    pairs: pd.DataFrame
    set_aside: pd.DataFrame
    not_judged: int


def check_judged(files: Mapping[str, pd.DataFrame], contacts: pd.DataFrame) -> JudgedPairs:
    """Give the judged pairs that fit the casebook, and what is wrong with the others.

    Parameters
    ----------
    files : mapping of str to pandas.DataFrame
        The rows of each judge's file: ``contact_id``, ``follow_up_id``, ``verdict``,
        and ``confidence`` and ``sampling_weight`` if there are any.
    contacts : pandas.DataFrame
        CONTACTS of the casebook: ``contact_id``, ``customer_id``, ``started_at``.

    Raises
    ------
    DataError
        When a column is missing from a file; all of them at once.
    """
    _refuse_missing(files)
    known = contacts.set_index("contact_id")
    pairs, aside, not_judged = [], [], 0
    for judge, rows in files.items():
        given = _plain(rows).assign(judge=judge)
        is_empty = given["verdict"].isna() & (given["problem"] == "")
        not_judged += int(is_empty.sum())
        checked = _checked(given[~is_empty], known)
        is_good = checked["problem"] == ""
        pairs.append(checked.loc[is_good, JUDGED])
        aside.append(checked.loc[~is_good, SET_ASIDE])
    return JudgedPairs(
        pd.concat(pairs, ignore_index=True), pd.concat(aside, ignore_index=True), not_judged
    )


def agreed_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Give each judged pair once: what is unclear or judged otherwise by another is left out.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As :class:`JudgedPairs` holds them.
    """
    told = pairs[pairs["verdict"] != "unclear"]
    verdicts = told.groupby(PAIR)["verdict"].transform("nunique")
    if (verdicts > 1).any():
        _log.warning(
            "judged pairs: %s judgements of pairs that judges differ on are not used.",
            f"{int((verdicts > 1).sum()):,}",
        )
    return told[verdicts == 1].drop_duplicates(PAIR, ignore_index=True)


def _refuse_missing(files: Mapping[str, pd.DataFrame]) -> None:
    faults = []
    for judge, rows in files.items():
        names = [str(name).strip().lower() for name in rows.columns]
        missing = [name for name in (*PAIR, "verdict") if name not in names]
        if missing:
            faults.append(f"{judge} has no column {' and no column '.join(missing)}")
    if faults:
        raise DataError(
            f"judged pairs: {'; '.join(faults)}. Keep the columns of the file that was drawn."
        )


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the cells that count as plain text and numbers, with their row and problem."""
    named = rows.set_axis([str(name).strip().lower() for name in rows.columns], axis=1)
    text = {name: _text(named, name) for name in (*PAIR, "verdict", "confidence")}
    weight = _text(named, "sampling_weight")
    number = pd.to_numeric(weight.str.replace(",", ".", regex=False), errors="coerce")
    number = number.astype(float)
    is_odd = (number.isna() | ~(number > 0) | np.isinf(number)).to_numpy()
    plain = pd.DataFrame(text | {"sampling_weight": number})
    if "sampling_weight" not in named:
        plain["sampling_weight"], is_odd = 1.0, np.zeros(len(plain), dtype=bool)
    for name in ("verdict", "confidence"):
        plain[name] = plain[name].str.lower().str.replace(r"[\s\-]+", "_", regex=True)
    said = "the sampling weight is no number above 0; take it from the file that was drawn"
    is_told = plain["verdict"].notna().to_numpy()
    return plain.assign(row=range(2, len(plain) + 2), problem=np.where(is_odd & is_told, said, ""))


def _text(rows: pd.DataFrame, name: str) -> pd.Series:
    """Give a column as text without the guard of a formula; null where it is empty."""
    if name not in rows:
        return pd.Series(pd.NA, index=range(len(rows)), dtype="string")
    text = rows[name].reset_index(drop=True).astype("string").str.strip()
    text = text.str.replace(r"^'(?=[=+\-@])", "", regex=True)
    return text.mask(text == "")


def _checked(given: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with ``customer_id`` and, where one is wrong, its first problem."""
    earlier, later = (given[name].map(known["customer_id"]) for name in PAIR)
    began, returned = (given[name].map(known["started_at"]) for name in PAIR)
    problems = [
        (given[PAIR].isna().any(axis=1), "an id is missing"),
        (earlier.isna(), "no contact " + given["contact_id"] + " in the casebook"),
        (later.isna(), "no contact " + given["follow_up_id"] + " in the casebook"),
        (earlier != later, "the two contacts are of different customers"),
        (began > returned, "the follow-up began before the contact; swap them"),
        *_unknown_words(given, "verdict", VERDICTS),
        *_unknown_words(given, "confidence", CONFIDENCES),
    ]
    problem = given["problem"]
    for holds, words in problems:
        problem = problem.mask((problem == "") & holds.fillna(False).astype(bool), words)
    checked = given.assign(customer_id=earlier, problem=problem)
    return checked.assign(problem=_judged_again(checked))


def _unknown_words(
    given: pd.DataFrame, column: str, known: Sequence[str]
) -> list[tuple[pd.Series, str]]:
    told = given[column].dropna()
    unknown = sorted(set(told) - set(known))
    return [(given[column] == word, _none_of(column, word, known)) for word in unknown]


def _none_of(column: str, word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"write {', '.join(known)}"
    return f"{column} '{word}': {hint}"


def _judged_again(checked: pd.DataFrame) -> pd.Series:
    """Set aside what a judge says twice: all of it where it differs, else the later rows."""
    good = checked[checked["problem"] == ""]
    verdicts = good.groupby(PAIR)["verdict"].transform("nunique")
    again = pd.Series("", index=good.index, dtype=object)
    again = again.mask(good.duplicated(PAIR), "judged again with the same verdict; once counts")
    again = again.mask(verdicts > 1, "judged twice with different verdicts; keep one")
    return checked["problem"].where(checked["problem"] != "", again.reindex(checked.index))
