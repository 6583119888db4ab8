"""Whether topics and links serve every language alike.

Enters: a casebook. Leaves: the same figures for each language side by side. A difference
says where to look: customers of one language may also differ in what they ask.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.measures.agreement import UNKNOWN, Figure, named
from fcr_ml.measures.intervals import bootstrap_interval, customer_interval

ALL, OTHER, NOT_GIVEN = "all", "other", "not given"

TOPIC_HELD_FROM = 5
"""So many of a language's contacts make a topic one of its topics: fewer may be notes whose
language was told wrongly."""

PAIRS_WEIGHED = 50_000
"""More pairs narrow the interval of an AUC below a hundredth and only cost time."""

FEWEST_CUSTOMERS = 10
"""Customers drawn anew say nothing of how an AUC varies where there are hardly any."""

EVIDENCE = ("prior", "hours", "customer", "meaning", "words")
"""The weights of a link that know neither its case id nor its reason code."""

_TRUTHS = {"is_same_case": "same case id", "is_same_reason_code": "same reason code"}
_PAIR_COLUMNS = ["contact_id", "hours_between", "is_same_topic", "link_probability"]


def language_parity(casebook: Casebook, minimum_contacts: int = 30) -> pd.DataFrame:
    """Give what topics and links make of each language.

    Parameters
    ----------
    casebook : Casebook
        With contacts, notes, topics and links.
    minimum_contacts : int
        Contacts below which a language counts under 'other', and contacts or pairs
        below which a figure is null.

    Returns
    -------
    pandas.DataFrame
        The whole log as 'all', then one row a language, most contacts first, then
        'other' and 'not given' where there are any. Empty without notes.

        ``language, contacts``;
        ``noted_contacts`` that have a note, ``no_topic_rate`` of them without a topic;
        ``coded_contacts`` that have a topic and a reason code, ``purity_rate`` of them
        with the commonest code of their topic in the whole log, and
        ``commonest_code_rate`` with the commonest code of the language: what one topic
        for all would give;
        ``topics`` that hold at least five contacts of the language, ``shared_topics``
        of them that hold at least five of another;
        ``other_languages_rate``, the chance that another contact of the same topic is
        of another language, and ``mix_rate``, what it would be if topics did not see
        languages at all;
        ``pairs`` by the language of the earlier contact, their ``link_probability``;
        ``near_pairs`` within the main window whose notes both have a topic,
        ``same_topic_rate`` of them in the same one;
        ``known_pairs`` of which it is known whether they share a case id (a reason
        code, where cases tell too little), ``link_auc``, the chance that the time, the
        customer and the notes rank a pair that does above one that does not, and
        ``link_truth``, which of the two it is; the AUC is null below ten customers.

        Rates, means and AUC have ``_low`` and ``_high`` (95 %, by customer), except
        those of a mix.
    """
    contacts = _contacts(casebook)
    links = _links(casebook, contacts)
    if contacts["has_note"].sum() == 0:
        return pd.DataFrame()
    contacts["language"] = _rows_of(contacts["language"], minimum_contacts)
    links["language"] = links["contact_id"].map(contacts["language"])
    truth = _truth(links, minimum_contacts)
    near = RepeatWindow.parse(casebook.settings["window"]).hours
    holders = _holders(contacts)
    rows = []
    for language in [ALL, *_order(contacts["language"])]:
        own, pairs = contacts, links
        if language != ALL:
            own = contacts[contacts["language"] == language]
            pairs = links[links["language"] == language]
        rows.append(
            {"language": language, "contacts": len(own)}
            | _of_topics(own, minimum_contacts)
            | _of_sharing(language, holders, minimum_contacts)
            | _of_pairs(pairs, near, minimum_contacts)
            | _of_truth(pairs, truth, minimum_contacts)
        )
    return pd.DataFrame(rows)


def _contacts(casebook: Casebook) -> pd.DataFrame:
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "reason_code"])
    notes = casebook.table("notes", ["contact_id", "language"])
    topics = casebook.table("topics", ["contact_id", "topic_id", "no_topic_reason"])
    whole = contacts.merge(notes, "left", "contact_id").merge(topics, "left", "contact_id")
    has_note = whole["topic_id"].notna() | ~whole["no_topic_reason"].eq("no_note").fillna(True)
    told = whole.dropna(subset=["topic_id", "reason_code"])
    counts = told.groupby(["topic_id", "reason_code"]).size().rename("size").reset_index()
    counts = counts.sort_values(["size", "reason_code"], ascending=[False, True])
    commonest = counts.drop_duplicates("topic_id").set_index("topic_id")["reason_code"]
    return whole.assign(
        has_note=has_note.astype(bool), topic_code=whole["topic_id"].map(commonest)
    ).set_index("contact_id")


def _links(casebook: Casebook, contacts: pd.DataFrame) -> pd.DataFrame:
    weights = [f"{name}_weight" for name in EVIDENCE]
    links = casebook.table("links", [*_PAIR_COLUMNS, *_TRUTHS, *weights])
    evidence = links[weights].astype(float).fillna(0.0).sum(axis=1)
    customer = links["contact_id"].map(contacts["customer_id"])
    return links.drop(columns=weights).assign(evidence=evidence, customer_id=customer)


def _rows_of(languages: pd.Series, minimum: int) -> pd.Series:
    """Give each contact the row that it counts in."""
    counts = languages.value_counts()
    rare = counts.index[counts < minimum]
    named_rows = languages.astype(object).where(~languages.isin(rare), OTHER)
    return named_rows.where(languages.notna(), NOT_GIVEN)


def _order(languages: pd.Series) -> list[str]:
    counts = languages.value_counts()
    last = [name for name in (OTHER, NOT_GIVEN) if name in counts.index]
    first = counts.drop(last)
    return [*sorted(first.index, key=lambda name: (-first[name], name)), *last]


def _of_topics(contacts: pd.DataFrame, minimum: int) -> dict[str, Any]:
    noted = contacts[contacts["has_note"]]
    told = contacts.dropna(subset=["topic_id", "reason_code"])
    is_pure = told["reason_code"] == told["topic_code"]
    without = _mean(noted["topic_id"].isna(), noted["customer_id"], minimum)
    purity = _mean(is_pure, told["customer_id"], minimum)
    commonest = told["reason_code"].value_counts(normalize=True)
    return {
        "noted_contacts": len(noted),
        **named("no_topic_rate", without),
        "coded_contacts": len(told),
        **named("purity_rate", purity),
        "commonest_code_rate": commonest.iloc[0] if len(told) >= minimum else np.nan,
    }


def _holders(contacts: pd.DataFrame) -> pd.DataFrame:
    """Count contacts by topic, one column a language; 'not given' is none."""
    told = contacts[contacts["topic_id"].notna() & (contacts["language"] != NOT_GIVEN)]
    return told.groupby(["topic_id", "language"]).size().unstack(fill_value=0)


def _of_sharing(language: str, holders: pd.DataFrame, minimum: int) -> dict[str, Any]:
    unknown = {"topics": None, "shared_topics": None}
    rates = {"other_languages_rate": np.nan, "mix_rate": np.nan}
    if language in (ALL, OTHER) or language not in holders or holders[language].sum() < minimum:
        return unknown | rates
    own, whole = holders[language], holders.sum(axis=1)
    is_held = own >= TOPIC_HELD_FROM
    others = holders.drop(columns=language)
    is_shared = is_held & (others >= TOPIC_HELD_FROM).any(axis=1)
    # Another contact of the topic: the contact itself is left out.
    met = ((whole - own) / (whole - 1).where(whole > 1)).fillna(0.0)
    return {
        "topics": int(is_held.sum()),
        "shared_topics": int(is_shared.sum()),
        "other_languages_rate": float((met * own).sum() / own.sum()),
        "mix_rate": float((whole.sum() - own.sum()) / max(whole.sum() - 1, 1)),
    }


def _of_pairs(pairs: pd.DataFrame, near_hours: float, minimum: int) -> dict[str, Any]:
    near = pairs[(pairs["hours_between"] <= near_hours) & pairs["is_same_topic"].notna()]
    probability = _mean(pairs["link_probability"], pairs["customer_id"], minimum)
    return {
        "pairs": len(pairs),
        **named("link_probability", probability),
        "near_pairs": len(near),
        **named("same_topic_rate", _mean(near["is_same_topic"], near["customer_id"], minimum)),
    }


def _truth(links: pd.DataFrame, minimum: int) -> str | None:
    """Choose the one thing that all languages are held against."""
    for column in _TRUTHS:
        counts = links[column].value_counts()
        if counts.get(True, 0) >= minimum and counts.get(False, 0) >= minimum:
            return column
    return None


def _of_truth(pairs: pd.DataFrame, truth: str | None, minimum: int) -> dict[str, Any]:
    if truth is None:
        return {"known_pairs": 0, **named("link_auc", UNKNOWN), "link_truth": None}
    known = pairs[pairs[truth].notna()]
    is_same = known[truth].astype(bool)
    is_enough = min(is_same.sum(), (~is_same).sum()) >= minimum
    is_enough &= known["customer_id"].nunique() >= FEWEST_CUSTOMERS
    figure = _auc_by_customer(is_same, known) if is_enough else UNKNOWN
    return {"known_pairs": len(known), **named("link_auc", figure), "link_truth": _TRUTHS[truth]}


def _mean(values: pd.Series, customers: pd.Series, minimum: int) -> Figure:
    """Give a mean of shares or flags with its interval by customer."""
    if len(values) < minimum:
        return UNKNOWN
    sums = values.astype(float).groupby(customers.to_numpy()).agg(["sum", "size"])
    s, n = sums.to_numpy(float).T
    low, high = customer_interval(s.sum(), n.sum(), s @ s, s @ n, n @ n, len(n))
    return float(s.sum() / n.sum()), float(low), float(high)


def _auc_by_customer(is_same: pd.Series, pairs: pd.DataFrame) -> Figure:
    """Give the AUC of the evidence, customers drawn anew for the interval.

    A draw weighs every pair by how often its customer was drawn, so that the scores
    are sorted once and not once a draw.
    """
    owner = pd.factorize(pairs["customer_id"], sort=True)[0]
    kept = owner % (len(pairs) // PAIRS_WEIGHED + 1) == 0
    owner, same = pd.factorize(owner[kept])[0], is_same.to_numpy(bool)[kept]
    # Rounded, so that sums in another order tie alike.
    levels, place = np.unique(pairs["evidence"].to_numpy()[kept].round(9), return_inverse=True)
    customers = int(owner.max()) + 1

    def drawn(chosen: np.ndarray) -> float:
        weight = np.bincount(chosen, minlength=customers)[owner].astype(float)
        positives = np.bincount(place, weights=weight * same, minlength=len(levels))
        negatives = np.bincount(place, weights=weight * ~same, minlength=len(levels))
        beaten = np.cumsum(negatives) - negatives / 2
        counted = positives.sum() * negatives.sum()
        return float((positives * beaten).sum() / counted) if counted else float("nan")

    return drawn(np.arange(customers)), *bootstrap_interval(drawn, customers)
