"""The shape of the desk's answers: is there one, how long, does it ask, how soon.

Enters: a casebook whose log has answers. Leaves: columns that may form segments, known at
the end of the contact and so no part of the mix. No answer is read for its words.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook

ANSWER_COLUMNS = ("answer_length", "answer_asks", "answer_links", "answer_time")
"""None, short, middle or long; whether it asks; whether it holds a link; how soon it came."""

_LENGTHS = ["short", "middle", "long"]
"""Thirds of the log's own answers: what is long for a chat is short for a letter."""

_BANDS = {
    900: "within 15 min",
    3_600: "15 min to 1 h",
    14_400: "1 to 4 h",
    86_400: "4 to 24 h",
    259_200: "1 to 3 d",
    float("inf"): "after 3 d",
}


def describe_answers(casebook: Casebook) -> pd.DataFrame:
    """Give the shape of every contact's answer.

    Parameters
    ----------
    casebook : Casebook
        Its redacted answers are measured where it has any.

    Returns
    -------
    pandas.DataFrame
        ``contact_id`` and the columns of :data:`ANSWER_COLUMNS` as text; without rows where
        the log holds no answer. A contact without an answer has the length 'none' and
        nulls. The time is from the contact's beginning to its end.
    """
    answers = _measured(casebook)
    nothing = pd.DataFrame({name: [] for name in ("contact_id", *ANSWER_COLUMNS)}, dtype="string")
    if answers.empty:
        return nothing
    contacts = casebook.table("contacts", ["contact_id", "started_at", "ended_at"])
    told = contacts.merge(answers, on="contact_id", how="left")
    thirds = answers["characters"].quantile(np.array([1 / 3, 2 / 3])).tolist()
    place = np.searchsorted(thirds, told["characters"].fillna(0))
    has_answer = told["characters"].notna()
    lengths = pd.Series(np.array(_LENGTHS)[place], index=told.index).where(has_answer, "none")
    seconds = (told["ended_at"] - told["started_at"]).dt.total_seconds()
    bands = pd.cut(seconds, [-1, *_BANDS], labels=list(_BANDS.values()))
    return pd.DataFrame(
        {
            "contact_id": told["contact_id"],
            "answer_length": lengths.astype("string"),
            "answer_asks": _yes_or_no(told["asks"]),
            "answer_links": _yes_or_no(told["links"]),
            "answer_time": bands.astype("string").where(has_answer),
        }
    )


def _measured(casebook: Casebook) -> pd.DataFrame:
    has_notes = "notes" in casebook.table_names
    if not has_notes or "resolution_note" not in casebook.columns("notes"):
        return pd.DataFrame()
    with DuckEngine() as engine:
        engine.put("notes", casebook.path("notes"))
        return engine.ask(statement("segments_answers"))


def _yes_or_no(marks: pd.Series) -> pd.Series:
    return marks.map({1.0: "yes", 0.0: "no"}).astype("string")
