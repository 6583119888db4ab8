"""What a feature is, and the frame of features with its descriptions.

Enters: nothing but declarations. Leaves: :class:`Feature` and :class:`Features`,
which the risk room reads. No value is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from fcr_ml.features.moments import Moment

Group = Literal["contact", "wording", "customer", "desk", "calendar"]
KnownFrom = Literal["at_start", "while_open", "at_end"]

_OPEN_NOTE = ("live", "while_open")


@dataclass(frozen=True)
class Feature:
    """One number known about a contact at its moment of prediction.

    Parameters
    ----------
    name : str
        Column in :attr:`Features.frame`.
    meaning : str
        What one value says.
    unit : str
        ``contacts``, ``hours``, ``share``, ``0 or 1`` and the like.
    group : {'contact', 'wording', 'customer', 'desk', 'calendar'}
        Where it comes from.
    known : {'at_start', 'while_open', 'at_end'}
        From when on its value is known: ``at_start`` at every moment of prediction,
        ``while_open`` at the moments ``live`` and ``end``, ``at_end`` only at ``end``.
        Nothing known later is ever a feature.
    of : str
        For a repeat rate so far: the column of the frame whose value the rate
        belongs to; empty for everything else.
    """

    name: str
    meaning: str
    unit: str
    group: Group
    known: KnownFrom = "at_end"
    of: str = ""

    def is_known(self, moment: Moment) -> bool:
        """Say whether its value is known at a moment of prediction."""
        return moment == "end" or self.known == "at_start" or (moment, self.known) == _OPEN_NOTE

    @property
    def closed(self) -> str:
        """Column with the closed contacts behind a repeat rate so far."""
        return self.name.removesuffix("_repeat_rate") + "_closed"


@dataclass(frozen=True)
class Features:
    """What was known of every contact at its moment of prediction.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a contact that has ended, by ``contact_id``: ``contact_id``,
        ``customer_id``, ``moment_epoch``, the text columns in ``categories``,
        one ``float64`` column a feature, NaN where nothing is known, and the
        closed contacts behind each rate.
    described : sequence of Feature
        The feature columns, in the order of the frame.
    categories : sequence of str
        Text columns that rates belong to and figures may be grouped by.
    moment : {'end', 'start', 'live'}
        The moment of prediction.
    """

    frame: pd.DataFrame
    described: Sequence[Feature]
    categories: Sequence[str]
    moment: Moment = "end"

    @property
    def names(self) -> list[str]:
        """Names of the feature columns."""
        return [feature.name for feature in self.described]

    def feature(self, name: str) -> Feature:
        """Give the description of a feature.

        Raises
        ------
        KeyError
            When there is no feature of that name.
        """
        for described in self.described:
            if described.name == name:
                return described
        raise KeyError(name)


_START: KnownFrom = "at_start"
_OPEN: KnownFrom = "while_open"

DECLARED = (
    Feature("transfers", "times it was transferred", "times", "contact"),
    Feature("handle_minutes", "time agents were held by it", "minutes", "contact"),
    Feature("hold_share", "share of the handle time on hold", "share", "contact"),
    Feature("hours_to_end", "from its start to its end", "hours", "contact"),
    Feature("agent_says_resolved", "the agent claimed it resolved", "0 or 1", "contact"),
    Feature("not_resolvable", "tagged as not resolvable at once", "0 or 1", "contact"),
    Feature(
        "topic_strength", "share of like notes that vote for its topic", "share", "contact", _OPEN
    ),
    Feature("words", "words in the note", "words", "contact", _OPEN),
    Feature("is_thin", "the note says too little to tell the topic", "0 or 1", "contact", _OPEN),
    Feature("has_note", "there is a note", "0 or 1", "contact", _OPEN),
    Feature("has_answer", "there is a note of what the desk answered", "0 or 1", "contact"),
    Feature("answer_characters", "length of the desk's answer", "characters", "contact"),
    Feature("answer_questions", "question marks in the desk's answer", "marks", "contact"),
    Feature("answer_sentence_words", "words a sentence in the answer", "words", "contact"),
    Feature("answer_long_word_rate", "share of its words over six letters", "share", "contact"),
    Feature("note_questions", "question marks in the note", "marks", "wording", _OPEN),
    Feature(
        "again_words", "words such as 'still' and 'again' in the note", "words", "wording", _OPEN
    ),
    Feature("thanks_words", "words of thanks or success in the note", "words", "wording", _OPEN),
    Feature("words_log_odds", "what the words have meant so far", "log-odds", "wording", _OPEN),
    Feature("earlier_contacts_7d", "customer's contacts in 7 days", "contacts", "customer", _START),
    Feature(
        "earlier_contacts_30d", "customer's contacts in 30 days", "contacts", "customer", _START
    ),
    Feature(
        "earlier_contacts_365d", "customer's contacts in 365 days", "contacts", "customer", _START
    ),
    Feature("earlier_contacts", "customer's contacts ever", "contacts", "customer", _START),
    Feature("contacts_while_running", "customer's contacts while it ran", "contacts", "customer"),
    Feature(
        "hours_since_previous", "since the customer's previous start", "hours", "customer", _START
    ),
    Feature(
        "is_previous_running", "the previous contact had not ended", "0 or 1", "customer", _START
    ),
    Feature(
        "is_previous_reason_code", "reason code of the previous one", "0 or 1", "customer", _START
    ),
    Feature("is_previous_topic", "topic of the previous contact", "0 or 1", "customer", _OPEN),
    Feature(
        "earlier_same_reason_code_7d", "same reason code, 7 days", "contacts", "customer", _START
    ),
    Feature(
        "earlier_same_reason_code_30d", "same reason code, 30 days", "contacts", "customer", _START
    ),
    Feature("earlier_same_reason_code", "same reason code, ever", "contacts", "customer", _START),
    Feature(
        "hours_since_same_reason_code", "since one of the same code", "hours", "customer", _START
    ),
    Feature("earlier_in_case", "ended contacts of its case", "contacts", "customer", _START),
    Feature("desk_repeat_rate", "repeat rate of the whole desk so far", "share", "desk", _START),
    Feature(
        "desk_load",
        "contacts in 24 hours over their daily mean in 30 days",
        "ratio",
        "desk",
        _START,
    ),
    Feature("queue_load", "the same within its queue", "ratio", "desk", _START),
    Feature(
        "reason_code_contacts_24h", "all contacts of its code, 24 h", "contacts", "desk", _START
    ),
    Feature(
        "reason_code_load", "the same over their daily mean in 7 days", "ratio", "desk", _START
    ),
    Feature(
        "topic_lately_rate", "its topic's repeat rate, closed in 60 days", "share", "desk", _OPEN
    ),
    Feature("end_hour", "hour of the day at the moment, UTC", "hour", "calendar", _START),
    Feature("end_weekday", "its day of the week, Monday 0, UTC", "day", "calendar", _START),
)
"""Features that do not depend on what a log calls its columns. Counts of the
customer's contacts are of others, begun strictly before the moment."""

GENERIC = (
    Feature("…_repeat_rate", "repeat rate so far of its value in a column", "share", "contact"),
    Feature("attribute_…", "a log's own column of numbers", "number", "contact"),
    Feature("meaning_…", "a direction of the note's meaning", "number", "wording", _OPEN),
)
"""Features that a log's own columns give: one for each. The first two are known when their
column is; a topic's rate is known when its note is, a customer's at the start."""
