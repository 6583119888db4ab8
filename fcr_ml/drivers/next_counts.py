"""Counts of next issues: what each topic's contacts have beside them.

Enters: a casebook. Leaves: for every topic and every other topic, how often a customer
next came about it, came about it just before, and came about it some weeks later, with
the sums over customers that a test needs. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook, RepeatWindow

WEEK = 7 * 86_400

_TIMES = ("contact_id", "customer_id", "started_at")

_REST_WEEKS = 2
"""What a contact leads to comes mostly within its window; two weeks more let it die out."""

_LATER_SHARE = 0.5
"""Of the contacts that could be compared, at least this share must also be seen later on:
a log too short for that is held against the time before alone."""


@dataclass(frozen=True)
class NextCounts:
    """What stood beside the compared contacts.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One row a topic and another topic: ``topic_id next_topic_id near before later``
        (contacts), ``near_customers customers`` and sums over customers; see
        ``next_issues_counts.sql``.
    any_next : pandas.DataFrame
        The same for all other topics together, one row a topic.
    topics : pandas.DataFrame
        Indexed by topic: ``contacts`` compared, ``customers`` and ``squared_contacts``,
        the sum over customers of their squared number.
    later_weeks : int or None
        How many weeks later; None in a log too short to look there.
    """

    pairs: pd.DataFrame
    any_next: pd.DataFrame
    topics: pd.DataFrame
    later_weeks: int | None


def later_weeks(window: RepeatWindow) -> int:
    """Give how many whole weeks later the customer's usual contacts are counted.

    Examples
    --------
    >>> later_weeks(RepeatWindow.parse("7d")), later_weeks(RepeatWindow.parse("30d"))
    (3, 7)
    """
    return -(-window.seconds // WEEK) + _REST_WEEKS


@contextmanager
def next_issues_engine(casebook: Casebook) -> Iterator[DuckEngine]:
    """Give an engine that knows the contacts with a topic, each in its customer's sequence."""
    window = RepeatWindow.parse(casebook.settings["window"])
    asked = pd.DataFrame({"reading": ["related"], "repeat_window": [str(window)]})
    end = "started_at" if casebook.settings.get("window_from") == "start" else "ended_at"
    contacts = casebook.table("contacts", list(dict.fromkeys([*_TIMES, end])))
    begins_at = contacts[end].fillna(contacts["started_at"])
    with DuckEngine() as engine:
        engine.put("asked", asked.astype("string"))
        engine.put("timeline", contacts[list(_TIMES)].assign(begins_at=begins_at))
        for name in ("outcomes", "topics", "links"):
            engine.put(name, casebook.path(name))
        made = statement("next_issues_sequence", window_seconds=window.seconds)
        engine.run(made, out="sequence")
        yield engine


def count_next_issues(engine: DuckEngine, casebook: Casebook) -> NextCounts:
    """Count what stands beside the compared contacts of every topic.

    Parameters
    ----------
    engine : DuckEngine
        From :func:`next_issues_engine`; knows ``beside`` afterwards.
    casebook : Casebook
        Says how long the log is.
    """
    started_at = casebook.table("contacts", ["started_at"])["started_at"]
    bounds = {
        "first_epoch": int(started_at.min().timestamp()) if len(started_at) else 0,
        "as_of_epoch": int(casebook.as_of.timestamp()),
    }
    weeks = later_weeks(RepeatWindow.parse(casebook.settings["window"]))
    seen = engine.ask(statement("next_issues_compared", later_seconds=weeks * WEEK, **bounds))
    before, later = (int(seen[f"{side}_contacts"].iloc[0]) for side in ("before", "later"))
    is_later = later > 0 and later >= _LATER_SHARE * before
    bounds["later_seconds"] = weeks * WEEK if is_later else 0
    engine.run(statement("next_issues_beside", **bounds), out="beside")
    engine.run(statement("next_issues_members", **bounds), out="members")
    return NextCounts(
        pairs=engine.ask(statement("next_issues_counts", any_next=0)),
        any_next=engine.ask(statement("next_issues_counts", any_next=1)),
        topics=engine.ask(statement("next_issues_topics")).set_index("topic_id"),
        later_weeks=weeks if is_later else None,
    )


def hours_to_next(engine: DuckEngine, found: pd.DataFrame) -> pd.DataFrame:
    """Give the quartiles of the hours to the next issue, indexed by the pair of topics.

    Parameters
    ----------
    engine : DuckEngine
        Knows ``beside``.
    found : pandas.DataFrame
        ``topic_id next_topic_id``, at least one row.
    """
    engine.put("found", found[["topic_id", "next_topic_id"]].astype("string"))
    gaps = engine.ask(statement("next_issues_hours"))
    hours = (gaps["seconds_to_next"] / 3_600).groupby([gaps["topic_id"], gaps["next_topic_id"]])
    quartiles = hours.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    return quartiles.set_axis(["quarter_hours", "median_hours", "three_quarter_hours"], axis=1)
