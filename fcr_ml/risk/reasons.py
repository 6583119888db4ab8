"""Why a contact's risk is high, in the desk's words.

Enters: contacts with their features and each feature's exact share in the
log-odds. Leaves: up to three reasons, the strongest first. Features that say the
same thing (four counts of earlier contacts) are one reason and their shares are
added. No text of a note is repeated, and no agent is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from fcr_ml.features import Feature, Features
from fcr_ml.features.moments import ATTRIBUTE

NOTHING_STANDS_OUT = "nothing about it stands out from the mean contact"

# True of every contact of the day alike: it sets the level and tells nobody apart.
_UNTOLD = {"desk_repeat_rate"}

# Less than this share of log-odds (a change of risk by about one point) is no reason.
_LEAST_SHARE = 0.05

_SAME_REASON = {
    "earlier_contacts_7d": "earlier",
    "earlier_contacts_30d": "earlier",
    "earlier_contacts_365d": "earlier",
    "earlier_contacts": "earlier",
    "is_previous_running": "previous",
    "hours_since_previous": "previous",
    "is_previous_reason_code": "same_code",
    "earlier_same_reason_code_7d": "same_code",
    "earlier_same_reason_code_30d": "same_code",
    "earlier_same_reason_code": "same_code",
    "hours_since_same_reason_code": "same_code",
    "reason_code_contacts_24h": "code_load",
    "reason_code_load": "code_load",
    "words": "note",
    "is_thin": "note",
    "has_note": "note",
    "topic_strength": "note",
    "has_answer": "answer",
    "answer_characters": "answer",
    "answer_questions": "answer",
    "answer_sentence_words": "answer",
    "answer_long_word_rate": "answer",
    "handle_minutes": "handling",
    "hold_share": "handling",
    "desk_load": "load",
    "queue_load": "load",
    "end_hour": "calendar",
    "end_weekday": "calendar",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def explain(
    rows: pd.DataFrame,
    contributions: pd.DataFrame,
    features: Features,
    topics: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give up to three reasons for each contact's risk.

    Parameters
    ----------
    rows : pandas.DataFrame
        Contacts with their features.
    contributions : pandas.DataFrame
        Same rows: each used feature's share in the log-odds, zero for the mean
        contact.
    features : Features
        Describes the columns.
    topics : mapping of str to str, optional
        A topic's name by its id.

    Returns
    -------
    pandas.DataFrame
        Same rows: ``reason_1``, ``reason_2``, ``reason_3``. Only what raises the
        risk is a reason, and no repeat rate below the desk's own; the second and third
        may be null.
    """
    described = {feature.name: feature for feature in features.described}
    contributions = contributions.drop(columns=list(_UNTOLD), errors="ignore")
    of = {name: _reason_of(described[name]) for name in contributions.columns}
    # In plain arrays: one contact is explained in a few thousandths of a second.
    keys, places = np.unique([of[name] for name in contributions.columns], return_inverse=True)
    shares = np.zeros((len(keys), len(rows)))
    np.add.at(shares, places, contributions.to_numpy(np.float64).T)
    reasons = []
    for place in range(len(rows)):
        row = rows.iloc[place]
        ranked = np.argsort(-shares[:, place], kind="stable")
        raising = (k for k in ranked if shares[k, place] > _LEAST_SHARE)
        strong = [k for k in raising if not _is_below_usual(str(keys[k]), row)][:3]
        told = [_tell(str(keys[k]), row, described, topics or {}) for k in strong]
        told = told or [NOTHING_STANDS_OUT]
        reasons.append([*told, None, None][:3])
    return pd.DataFrame(reasons, columns=["reason_1", "reason_2", "reason_3"], index=rows.index)


def _is_below_usual(key: str, row: pd.Series) -> bool:
    """Say whether it is a repeat rate so far that is lower than that of the whole desk."""
    return key.endswith("_repeat_rate") and bool(row[key] < row.get("desk_repeat_rate", np.nan))


def _reason_of(feature: Feature) -> str:
    if feature.group == "wording":
        return "wording"
    return _SAME_REASON.get(feature.name, feature.name)


def _tell(
    key: str, row: pd.Series, described: Mapping[str, Feature], topics: Mapping[str, str]
) -> str:
    if key in _TOLD:
        return _TOLD[key](row)
    feature = described[key]
    if feature.of:
        return _rate(feature, row, topics)
    value = row[key]
    if np.isnan(value):
        return f"not known: {feature.meaning}"
    return f"{feature.meaning}: {value:,.4g}"


def _rate(feature: Feature, row: pd.Series, topics: Mapping[str, str]) -> str:
    """Tell a repeat rate so far, with the closed contacts behind it."""
    if feature.of == "agent_id":
        return "who handled it"
    rate = row[feature.name]
    kind = feature.name.removesuffix("_repeat_rate").removeprefix(ATTRIBUTE).replace("_", " ")
    if np.isnan(rate):
        return f"no {kind} is known"
    told = f"repeats {rate:.0%} so far (n={row[feature.closed]:,.0f})"
    if feature.of == "customer_id":
        return f"this customer {told}"
    value = str(row[feature.of])
    return f"{kind} '{topics.get(value, value) if kind == 'topic' else value}' {told}"


def _earlier(row: pd.Series) -> str:
    for name, span in (("7d", " in 7 days"), ("30d", " in 30 days"), ("365d", " in a year")):
        count = row[f"earlier_contacts_{name}"]
        if count > 0:
            return f"{_counted(count, 'earlier contact')}{span}"
    count = row["earlier_contacts"]
    return _counted(count, "earlier contact") if count > 0 else "the customer's first contact"


def _previous(row: pd.Series) -> str:
    hours = row["hours_since_previous"]
    if np.isnan(hours):
        return "no contact before"
    told = f"the previous contact began {_duration(hours)} before"
    return f"{told} and had not ended" if row["is_previous_running"] == 1 else told


def _same_code(row: pd.Series) -> str:
    count = row["earlier_same_reason_code"]
    if count > 0:
        return f"{_counted(count, 'earlier contact')} with the same reason code"
    return "no contact with this reason code had ended before"


def _while_running(row: pd.Series) -> str:
    count = row["contacts_while_running"]
    if count > 0:
        return f"{_counted(count, 'further contact')} before this one ended"
    return "no further contact before this one ended"


def _in_case(row: pd.Series) -> str:
    count = row["earlier_in_case"]
    if np.isnan(count):
        return "it has no case id"
    return f"contact {count + 1:.0f} of its case"


def _transfers(row: pd.Series) -> str:
    times = row["transfers"]
    if np.isnan(times):
        return "not known how often it was transferred"
    words = {0: "never transferred", 1: "transferred once", 2: "transferred twice"}
    return words.get(int(times), f"transferred {times:.0f} times")


def _note(row: pd.Series) -> str:
    if row.get("has_note", 1) == 0:
        return "there is no note"
    if row.get("is_thin", 0) == 1:
        return "the note says too little to tell the topic"
    words = row.get("words", np.nan)
    return "how plain its topic is" if np.isnan(words) else f"a note of {_counted(words, 'word')}"


def _answer(row: pd.Series) -> str:
    if row["has_answer"] != 1:
        return "there is no note of what the desk answered"
    if row["answer_questions"] > 0:
        return f"the desk's answer asks {_counted(row['answer_questions'], 'question')}"
    return f"an answer of {_counted(row['answer_characters'], 'character')}"


def _wording(row: pd.Series) -> str:
    if row.get("again_words", 0) > 0:
        return "the note's wording, with words such as 'still' or 'again'"
    return "the note's wording"


def _handling(row: pd.Series) -> str:
    if np.isnan(row["handle_minutes"]):
        return "its handle time is not known"
    told = f"handled for {row['handle_minutes']:,.0f} minutes"
    hold = row.get("hold_share", np.nan)
    return f"{told}, {hold:.0%} of it on hold" if hold > 0 else told


def _load(row: pd.Series) -> str:
    name, load = "queue", row.get("queue_load", np.nan)
    if np.isnan(load):
        name, load = "desk", row["desk_load"]
    if np.isnan(load):
        return "not known how busy the desk was"
    return f"the {name} had {load:.1f} times its usual contacts"


def _code_load(row: pd.Series) -> str:
    count = row["reason_code_contacts_24h"]
    if np.isnan(count):
        return "it has no reason code"
    return f"{_counted(count, 'contact')} with its reason code in 24 hours"


def _calendar(row: pd.Series) -> str:
    return f"ended on a {_WEEKDAYS[int(row['end_weekday'])]} at {row['end_hour']:02.0f} h UTC"


def _hours_to_end(row: pd.Series) -> str:
    hours = row["hours_to_end"]
    return "not known how long it took" if np.isnan(hours) else f"took {_duration(hours)} to end"


def _previous_topic(row: pd.Series) -> str:
    same = row["is_previous_topic"]
    if np.isnan(same):
        return "no previous contact with a topic"
    return "the same topic as before" if same == 1 else "another topic than before"


def _says_resolved(row: pd.Series) -> str:
    claims = {0.0: "the agent did not claim it resolved", 1.0: "the agent claimed it resolved"}
    return claims.get(row["agent_says_resolved"], "the agent claimed nothing")


def _not_resolvable(row: pd.Series) -> str:
    tags = {0.0: "tagged as resolvable at once", 1.0: "tagged as not resolvable at once"}
    return tags.get(row["not_resolvable"], "not tagged as resolvable or not")


def _duration(hours: float) -> str:
    if hours < 1:
        return _counted(max(1, round(hours * 60)), "minute")
    if hours < 48:
        return _counted(round(hours), "hour")
    return _counted(round(hours / 24), "day")


def _counted(count: float, noun: str) -> str:
    return f"{count:,.0f} {noun}{'' if round(count) == 1 else 's'}"


_TOLD: dict[str, Callable[[pd.Series], str]] = {
    "earlier": _earlier,
    "previous": _previous,
    "same_code": _same_code,
    "contacts_while_running": _while_running,
    "earlier_in_case": _in_case,
    "is_previous_topic": _previous_topic,
    "transfers": _transfers,
    "hours_to_end": _hours_to_end,
    "handling": _handling,
    "agent_says_resolved": _says_resolved,
    "not_resolvable": _not_resolvable,
    "note": _note,
    "answer": _answer,
    "wording": _wording,
    "load": _load,
    "code_load": _code_load,
    "calendar": _calendar,
}
