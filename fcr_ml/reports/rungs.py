"""Rungs: the weights of a link, each with its evidence in words.

Enters: one link with its weights. Leaves: a table of rungs that add up to the log-odds
of the link, and the words for hours, verdicts and weights. No note is quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

Link = Mapping[Any, Any]

ALIKE, MANY = 0.6, 0.4
"""Cosines of notes and of words that are high in any log; the reasons of a link use them
too. Below, how high is high depends on the log, and its own weights say it."""

SLIGHT, STRONG = 0.1, 1.0
"""Weights in log-odds from which evidence speaks at all (odds by a tenth), and strongly
(odds nearly threefold)."""


def lay_out_rungs(link: Link) -> pd.DataFrame:
    """Give the rungs of a link in their order, the prior first.

    Parameters
    ----------
    link : mapping
        One row of LINKS, and ``customer_contacts``: how many contacts its customer has.

    Returns
    -------
    pandas.DataFrame
        ``rung``, ``finding`` in words, ``weight`` in log-odds (missing evidence weighs
        0) and ``probability_so_far``: of a link, by this rung and those above it.
    """
    is_missing = [_is_missing(link, column) for _, _, column in _RUNGS.values()]
    weights = np.array([_known(link, weight, 0.0) for weight, _, _ in _RUNGS.values()], float)
    # What weighs on a pair without that evidence weighs on every such pair: it is no finding.
    weights[0] += weights[is_missing].sum()
    weights[is_missing] = 0.0
    rungs = pd.DataFrame(
        {
            "rung": list(_RUNGS),
            "finding": [say(link) for _, say, _ in _RUNGS.values()],
            "weight": weights,
        }
    )
    return rungs.assign(probability_so_far=1 / (1 + np.exp(-rungs["weight"].cumsum())))


def weight_columns() -> list[str]:
    """Give the columns of LINKS that hold weights, the prior first."""
    return [weight for weight, _, _ in _RUNGS.values()]


def signed(weight: float) -> str:
    """Give a weight with its sign and two decimals.

    Examples
    --------
    >>> signed(1.934), signed(-0.4), signed(0.001)
    ('+1.93', '−0.40', '0')
    """
    if abs(weight) < 0.005:
        return "0"
    return f"{'+' if weight > 0 else '−'}{abs(weight):.2f}"


def length_of_time(hours: float) -> str:
    """Give hours in the unit a person would use.

    Examples
    --------
    >>> length_of_time(0.5), length_of_time(31.2), length_of_time(120)
    ('30 minutes', '31 hours', '5 days')
    """
    if hours < 1:
        return _plural(hours * 60, "minute")
    return _plural(hours, "hour") if hours < 72 else _plural(hours / 24, "day")


def _plural(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if round(value) == 1 else f"{value:,.0f} {unit}s"


def _known(link: Link, name: str, otherwise: Any) -> Any:
    value = link.get(name)
    return otherwise if value is None or pd.isna(value) else value


def _is_missing(link: Link, column: str | None) -> bool:
    return column is not None and _known(link, column, None) is None


def _prior(link: Link) -> str:
    if all(_is_missing(link, column) for _, _, column in _RUNGS.values() if column):
        return "a usual return, nothing known of its issue"
    return "a usual return that looks unrelated"


def _hours(link: Link) -> str:
    return f"{length_of_time(float(link['hours_between']))} between"


def _customer(link: Link) -> str:
    return f"the customer has {_plural(int(link['customer_contacts']), 'contact')} in the log"


def _meaning(link: Link) -> str:
    cosine = _known(link, "note_similarity", None)
    if cosine is None:
        return "no note to compare"
    cosine = _known(link, "shared_meaning", cosine)
    if cosine >= ALIKE:
        return f"notes mean much the same ({cosine:.2f})"
    near = _against_unrelated(link, "meaning_weight", ("nearer than", "as near as", "farther than"))
    return f"notes {near} unrelated ones ({cosine:.2f})"


def _words(link: Link) -> str:
    cosine = _known(link, "word_similarity", None)
    if cosine is None:
        return "no words to compare"
    if cosine >= MANY:
        return f"many words shared ({cosine:.2f})"
    more = _against_unrelated(link, "words_weight", ("more than in", "as in", "fewer than in"))
    return f"words shared: {more} unrelated notes ({cosine:.2f})"


def _against_unrelated(link: Link, column: str, words: tuple[str, str, str]) -> str:
    """Say how evidence compares with that of unrelated pairs, by what it weighs."""
    weight = _known(link, column, 0.0)
    if abs(weight) < SLIGHT:
        return words[1]
    much = "much " if abs(weight) >= STRONG else ""
    return much + (words[0] if weight > 0 else words[2])


def _code(link: Link) -> str:
    same = _known(link, "is_same_reason_code", None)
    if same is None:
        return "no reason code to compare"
    return "same reason code" if same else "another reason code"


def _desk(link: Link) -> str:
    same = _known(link, "is_same_case", None)
    if same:
        return "the desk filed both under one case id"
    if _known(link, "desk_weight", 0.0) > 0:
        return "the same request sent again before an answer"
    return "no case id to compare" if same is None else "filed under another case id"


def _judged(link: Link) -> str:
    if _is_missing(link, "judged_weight"):
        return "no judged pairs to learn from"
    return "what judged pairs like this one taught"


_RUNGS: dict[str, tuple[str, Callable[[Link], str], str | None]] = {
    "before any evidence": ("prior_weight", _prior, None),
    "time": ("hours_weight", _hours, None),
    "customer": ("customer_weight", _customer, None),
    "meaning": ("meaning_weight", _meaning, "note_similarity"),
    "words": ("words_weight", _words, "word_similarity"),
    "reason code": ("code_weight", _code, "is_same_reason_code"),
    "desk": ("desk_weight", _desk, None),
    "judgements": ("judged_weight", _judged, "judged_weight"),
}
"""Each rung with its weight, its words, and the evidence that it may lack."""
