"""Candidate pairs: which later contacts are worth comparing, and which cannot belong.

Enters: contacts, put on the engine. Leaves: near pairs (inside the longest
window), far pairs of the same customers (seven to nine weeks apart, so that the
rhythm of the week is the same) by which coincidence is counted, pairs of the same
customers as far apart as the log allows, by which unrelated evidence is known, and
pairs of different customers. Nothing is compared here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames.window import RepeatWindow

log = logging.getLogger(__name__)

DAY = 86_400
WEEK = 7 * DAY
FAR_WEEKS, FAR_SPAN_SECONDS = (7, 2), 2 * WEEK
"""Whole weeks away, so that weekdays match the near side; further where a window is long.
Two weeks serve a log too short for seven: some of what is far then still belongs together,
and links are believed too little."""

ENOUGH_COUNTED = 150
"""Near pairs of customers who stay long enough, that are waited for at one distance."""

APART_WEEKS = (26, 13, 7)
"""Two contacts of one customer are the surer unrelated the longer between them. On the
forum, pairs half a year apart have the evidence of pairs judged unrelated; at seven weeks
a third still go on with the matter."""

ENOUGH_APART = 2_000
"""Pairs that are waited for at one distance before a shorter one is taken."""

LEARNT_WINDOW = RepeatWindow(30 * DAY)
"""Pairs are learnt from at least this far, whatever windows are asked for: the figure of
one window must not depend on which others are told beside it."""

MAX_LATER = 20
"""A contact is compared with at most this many later ones. On a forum's busiest
customers fewer than one true follow-up in a thousand lies further down."""

PRIOR_DAYS = 90.0
"""A customer seen for a quarter is believed as much as the mean of all customers."""

SHARED_ACCOUNT_CONTACTS = 200
"""Customers above this are read as shared accounts and teach nothing about pairs."""


@dataclass(frozen=True)
class Candidates:
    """Pairs, before any evidence.

    Parameters
    ----------
    near : pandas.DataFrame
        ``contact_id follow_up_id started_epoch ended_epoch follow_up_epoch
        seconds_into_window is_learnt_from is_exposed``: the pairs that may be links,
        and at least all within 30 days; those of shared accounts teach nothing.
    far : pandas.DataFrame
        ``contact_id follow_up_id started_epoch ended_epoch follow_up_epoch
        seconds_beyond is_exposed``: pairs seven to nine weeks apart, and how far
        beyond the seven; two to four weeks in a log too short for that.
    far_weeks : int
        Their least distance.
    apart : pandas.DataFrame
        The same columns for pairs that are too far apart to belong together.
    apart_weeks : int
        Their least distance.
    others : pandas.DataFrame
        The same columns but the last two, for pairs of different customers.
    coincidence_per_day : pandas.Series
        By contact id: how many unrelated contacts a day its customer makes,
        shrunk towards the log's mean.
    usual_rate : float
        That mean.
    has_ends : bool
        Whether the log says when any contact ended.
    """

    near: pd.DataFrame
    far: pd.DataFrame
    far_weeks: int
    apart: pd.DataFrame
    apart_weeks: int
    others: pd.DataFrame
    coincidence_per_day: pd.Series
    usual_rate: float
    has_ends: bool


@dataclass(frozen=True)
class NearCandidates:
    """The pairs that may be links, where nothing is to be learnt from a log.

    ``near``, ``coincidence_per_day`` and ``has_ends`` as in :class:`Candidates`.
    """

    near: pd.DataFrame
    coincidence_per_day: pd.Series
    has_ends: bool


def find_candidates(
    engine: DuckEngine, longest: RepeatWindow, as_of_epoch: int, random_state: int = 0
) -> Candidates:
    """Find the pairs worth comparing and the pairs that cannot belong together.

    Parameters
    ----------
    engine : DuckEngine
        Holds the table ``timeline``.
    longest : RepeatWindow
        The longest window that outcomes are told for.
    as_of_epoch : int
        The moment whose knowledge is used, in epoch seconds.
    random_state : int
        Draws the pairs of different customers.
    """
    reach = max(longest, LEARNT_WINDOW).seconds
    nearest = reach // WEEK + 2
    near, far, far_weeks, spans = _near_and_far(engine, reach, nearest)
    apart, apart_weeks = _apart(engine, nearest)
    timeline = _timeline(engine)
    usual = timeline[timeline["customer_contacts"] <= SHARED_ACCOUNT_CONTACTS]
    _tell_shared_accounts(timeline)
    others, observed = _outside(engine, timeline, spans, as_of_epoch)
    usual_rate = _usual_rate(timeline, others, observed)
    return Candidates(
        near=near,
        far=far,
        far_weeks=far_weeks,
        apart=apart,
        apart_weeks=apart_weeks,
        others=_other_customers(usual, random_state),
        coincidence_per_day=_shrunk(others, observed, usual_rate),
        usual_rate=usual_rate,
        has_ends=bool(timeline["ended_epoch"].notna().any()),
    )


def find_near(
    engine: DuckEngine, longest: RepeatWindow, as_of_epoch: int, far_weeks: int, usual_rate: float
) -> NearCandidates:
    """Find the pairs worth comparing in a log that is weighed by what another one taught.

    Parameters
    ----------
    engine, longest, as_of_epoch
        As in :func:`find_candidates`.
    far_weeks, usual_rate
        Of the candidates that were learnt from.
    """
    reach = max(longest, LEARNT_WINDOW).seconds
    span = _span(far_weeks)
    timeline = _timeline(engine)
    others, observed = _outside(engine, timeline, _looked_in(span, reach), as_of_epoch)
    return NearCandidates(
        near=_near_pairs(engine, reach, span),
        coincidence_per_day=_shrunk(others, observed, usual_rate),
        has_ends=bool(timeline["ended_epoch"].notna().any()),
    )


def _timeline(engine: DuckEngine) -> pd.DataFrame:
    columns = "contact_id, customer_id, started_epoch, ended_epoch, segment, customer_contacts"
    return engine.ask(f"SELECT {columns} FROM timeline ORDER BY contact_id")


def _near_and_far(
    engine: DuckEngine, reach: int, nearest: int
) -> tuple[pd.DataFrame, pd.DataFrame, int, dict[str, int]]:
    """Give near pairs, far pairs, how far, and the spans where they were looked for."""
    near = far = pd.DataFrame()
    span: dict[str, int] = {}
    for weeks in (max(FAR_WEEKS[0], nearest), *FAR_WEEKS[1:]):
        span = _span(weeks)
        near = _near_pairs(engine, reach, span)
        far = engine.ask(_far_pairs(span))
        soon = near["follow_up_epoch"] - near["started_epoch"] <= FAR_SPAN_SECONDS
        if int((soon & (near["is_exposed"] == 1)).sum()) >= ENOUGH_COUNTED:
            break
    return near, far, weeks, _looked_in(span, reach)


def _span(weeks: int) -> dict[str, int]:
    return {"far_from": weeks * WEEK, "far_to": weeks * WEEK + FAR_SPAN_SECONDS}


def _looked_in(span: dict[str, int], reach: int) -> dict[str, int]:
    """Give the spans in which pairs are looked for, each contact once where they overlap."""
    beyond = {name: max(seconds, reach) for name, seconds in span.items()}
    return {"around_seconds": reach, **beyond}


def _near_pairs(engine: DuckEngine, reach: int, span: dict[str, int]) -> pd.DataFrame:
    return engine.ask(
        statement(
            "near_pairs",
            max_later=MAX_LATER,
            window_seconds=reach,
            exposure_seconds=span["far_to"],
            max_contacts=SHARED_ACCOUNT_CONTACTS,
        )
    )


def _far_pairs(span: dict[str, int]) -> str:
    return statement(
        "far_pairs",
        exposure_seconds=span["far_to"],
        max_contacts=SHARED_ACCOUNT_CONTACTS,
        **span,
    )


def _tell_shared_accounts(timeline: pd.DataFrame) -> None:
    """Say how many contacts are compared with the next ones only, and teach nothing."""
    shared = timeline[timeline["customer_contacts"] > SHARED_ACCOUNT_CONTACTS]
    if len(shared):
        log.warning(
            "links: %s contacts come from %s shared account(s) with more than %s contacts each; "
            "each is compared with the next %s only, and no pair of theirs is learnt from. Is "
            "customer_id the customer?",
            f"{len(shared):,}",
            f"{shared['customer_id'].nunique():,}",
            SHARED_ACCOUNT_CONTACTS,
            MAX_LATER,
        )


def _apart(engine: DuckEngine, nearest: int) -> tuple[pd.DataFrame, int]:
    """Give the pairs at the longest distance at which there are enough, and its weeks."""
    found = pd.DataFrame()
    for distance in APART_WEEKS:
        weeks = max(distance, nearest)
        span = {"far_from": weeks * WEEK, "far_to": 2 * weeks * WEEK}
        found = engine.ask(_far_pairs(span))
        if len(found) >= ENOUGH_APART:
            break
    return found, weeks


def _other_customers(timeline: pd.DataFrame, random_state: int, pairs: int = 5_000) -> pd.DataFrame:
    """Draw pairs of different customers of one language and product, near in time."""
    if timeline["customer_id"].nunique() < 2:
        columns = ["contact_id", "started_epoch", "ended_epoch", "follow_up_id", "follow_up_epoch"]
        return timeline.iloc[:0].assign(follow_up_id="", follow_up_epoch=0)[columns]
    in_time = timeline.sort_values(["segment", "started_epoch", "contact_id"], ignore_index=True)
    random = np.random.default_rng(random_state)
    first = random.integers(0, len(in_time), pairs)
    second = np.minimum(first + random.integers(1, 200, pairs), len(in_time) - 1)
    customers, segments = in_time["customer_id"].to_numpy(), in_time["segment"].to_numpy()
    differ = (customers[first] != customers[second]) & (segments[first] == segments[second])
    earlier, later = (in_time.iloc[places[differ]] for places in (first, second))
    drawn = earlier[["contact_id", "started_epoch", "ended_epoch"]].reset_index(drop=True)
    drawn = drawn.assign(
        follow_up_id=later["contact_id"].to_numpy(),
        follow_up_epoch=later["started_epoch"].to_numpy(),
    )
    return drawn.drop_duplicates(["contact_id", "follow_up_id"], ignore_index=True)


def _outside(
    engine: DuckEngine, timeline: pd.DataFrame, spans: dict[str, int], as_of_epoch: int
) -> tuple[pd.Series, np.ndarray]:
    """Count each customer's contacts outside the spans where its pairs are looked for.

    And the days that were observed there.
    """
    counts = engine.ask(statement("burst_counts", **spans))
    others = counts.set_index("contact_id")["other_contacts"]
    others = others.reindex(timeline["contact_id"]).astype(float)
    return others, _observed_days(timeline["started_epoch"].to_numpy(), spans, as_of_epoch)


def _usual_rate(timeline: pd.DataFrame, others: pd.Series, observed: np.ndarray) -> float:
    """Give the mean daily rate of unrelated contacts, shared accounts left out."""
    is_shared = timeline["customer_contacts"].to_numpy() > SHARED_ACCOUNT_CONTACTS
    usual = ~is_shared | is_shared.all()
    return float(others[usual].sum()) / max(float(observed[usual].sum()), 1.0)


def _shrunk(others: pd.Series, observed: np.ndarray, usual_rate: float) -> pd.Series:
    """Estimate each customer's daily rate of unrelated contacts.

    A gamma prior with the mean rate and the weight of a quarter is updated with what
    was counted: ``rate = (others + mean * 90) / (observed days outside + 90)``.
    """
    return (others + usual_rate * PRIOR_DAYS) / (observed + PRIOR_DAYS)


def _observed_days(started: np.ndarray, spans: dict[str, int], as_of_epoch: int) -> np.ndarray:
    """Give the days of the log in which none of a contact's pairs are looked for."""
    before, after = started - started.min(), as_of_epoch - started
    around, far_from = spans["around_seconds"], spans["far_from"]
    near = before.clip(max=around) + after.clip(max=around)
    far = after.clip(far_from, spans["far_to"]) - far_from
    return (before + after - near - far) / DAY
