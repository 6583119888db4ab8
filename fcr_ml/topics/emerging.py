"""Emerging topics and terms: what rises beyond what season and trend expect.

Enters: contacts, redacted notes and their topics, and one moment. Leaves: EMERGING,
one row a rise. The last days are looked at against the same days of the weeks before,
as shares of the contacts of those days. Why something rises is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.tables import EMERGING
from fcr_ml.topics.carriers import FEWEST_CUSTOMERS, may_be_shown, read_carriers
from fcr_ml.topics.expectation import Expectation, expect_counts
from fcr_ml.topics.holders import Holders, Rows, count_customers, read_terms, read_topics
from fcr_ml.topics.thinning import thin_terms

WEEKS = 12
"""Weeks that the expectation rests on: a quarter of a year, so that last season's share
does not weigh on this one."""

FEWEST_WEEKS = 3
"""With fewer weeks before, nothing is known of what is usual."""

_LEAST_VOLUME = 0.25  # of the median week: below, the log has not begun, or has a gap
_LANGUAGES = 8  # told apart; the rarer ones count as one


def find_emerging(
    contacts: pd.DataFrame,
    notes: pd.DataFrame,
    topics: pd.DataFrame,
    cards: pd.DataFrame,
    as_of: pd.Timestamp,
    days: Sequence[int] = (3, 7),
    q_value: float = 0.05,
) -> pd.DataFrame:
    """Find the topics and terms that rise beyond what season and trend expect.

    Parameters
    ----------
    contacts, notes, topics : pandas.DataFrame
        CONTACTS, NOTES and TOPICS, rows alike, in any order.
    cards : pandas.DataFrame
        TOPIC_CARDS, for the topics' names.
    as_of : pandas.Timestamp
        The moment looked from, UTC. Days are spans of 24 hours that end here, so the
        last one is never incomplete. Nothing later is read.
    days : sequence of int
        The numbers of last days to look at, 7 at most.
    q_value : float
        Share of false rises to bear among those reported.

    Returns
    -------
    pandas.DataFrame
        EMERGING, topics first, then by q-value; of the numbers of days, the one that
        tells most. Empty where nothing rises, where there are no notes, and where the
        log reaches back less than four weeks.

    Notes
    -----
    The last d days are compared with the same d days of each of the 12 weeks before, so
    that weekday and hour are alike. Customers are counted: one who comes ten times in
    those days counts once. Contacts started by the company, and those without a note
    that says enough, are left out. A term that fewer than five customers hold in those
    days, or one agent's contacts nearly alone, is not told. What is expected is told by
    :func:`~fcr_ml.topics.expectation.expect_counts`.

    Topics and terms, and each number of days, bear an equal part of the false rises
    (weighted Benjamini and Hochberg: Genovese, Roeder and Wasserman 2006, Biometrika
    93). Every topic of the log and every term of the last days counts as looked at, also
    where too few customers hold it. Terms overlap, but then they rise together, which
    the procedure allows.
    """
    told = _read_log(contacts, notes, as_of)
    weeks = _weeks_before(told)
    if len(weeks) < FEWEST_WEEKS:
        return empty(EMERGING)
    read = (
        read_topics(topics["topic_id"], told),
        read_terms(notes["note"], told, max(days), FEWEST_CUSTOMERS),
    )
    kinds = {holders.kind: holders for holders in read if holders.names}
    tested = [_test(holders, span, weeks) for holders in kinds.values() for span in days]
    rises = _significant(tested, q_value, families=len(read) * len(days))
    rises = _worth_showing(rises, kinds, notes["note"], contacts, topics["topic_id"])
    if rises.empty:
        return empty(EMERGING)
    return _described(rises, kinds, contacts, topics["topic_id"], cards)


def _read_log(contacts: pd.DataFrame, notes: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the contacts that customers started and that say something, up to the moment."""
    age = (as_of - contacts["started_at"]).dt.total_seconds().to_numpy(float) / 86_400
    is_told = (age >= 0) & notes["note"].notna().to_numpy() & ~notes["is_thin"].to_numpy(bool)
    if "direction" in contacts:
        is_told &= contacts["direction"].ne("outbound").fillna(True).to_numpy(bool)
    row = np.flatnonzero(is_told & (age < 7 * (WEEKS + 1)))
    customer, customers = pd.factorize(contacts["customer_id"].iloc[row], sort=True)
    drawn = pd.util.hash_array(customers.to_numpy(object)) / 2**64
    spoken = notes["language"].iloc[row]
    common = spoken.value_counts().sort_index().nlargest(_LANGUAGES).index
    language, _ = pd.factorize(spoken.where(spoken.isin(common)), sort=True)
    columns = {"age": age[row], "customer": customer, "language": language + 1}
    return pd.DataFrame({"row": row, **columns, "drawn": drawn[customer]})


def _weeks_before(told: pd.DataFrame) -> Rows:
    """Name the weeks before the last seven days that have enough contacts, 1 the latest."""
    volume = np.bincount((told["age"] // 7).astype(int), minlength=2)[1:]
    usual = np.median(volume[volume > 0]) if volume.any() else 1
    return np.flatnonzero(volume >= _LEAST_VOLUME * usual) + 1


def _test(holders: Holders, days: int, weeks: Rows) -> pd.DataFrame:
    """Test every item that enough customers hold in the last days."""
    counts, volume = count_customers(holders, days, int(weeks.max()))
    weeks_read = [0, *weeks]
    expected = expect_counts(counts[weeks_read], volume[weeks_read], weeks.astype(float))
    seen = counts[0].sum(axis=1)
    tested = pd.DataFrame(
        {
            "kind": holders.kind,
            "item": np.arange(len(seen)),
            "days": days,
            "contacts": seen,
            "expected_contacts": expected.counts,
            "spread": expected.spreads,
            "p_value": expected.tail(seen),
            "looked_at": holders.looked_at,
        }
    )
    return tested[seen >= FEWEST_CUSTOMERS]


def _significant(tested: list[pd.DataFrame], q_value: float, families: int) -> pd.DataFrame:
    """Give the rises, one row an item, with their q-values."""
    rows = pd.concat(tested, ignore_index=True) if tested else pd.DataFrame({"p_value": []})
    if rows.empty:
        return rows
    # Every family has its own count to bear, so that thousands of terms do not drown topics.
    burden = (rows["p_value"] * rows["looked_at"] * families).to_numpy()
    order = np.argsort(burden, kind="stable")
    by_rank = burden[order] / np.arange(1, len(rows) + 1)
    q_values = np.empty(len(rows))
    q_values[order] = np.minimum.accumulate(by_rank[::-1])[::-1].clip(max=1)
    rises = rows.assign(q_value=q_values)[q_values <= q_value]
    rises = rises.sort_values(["q_value", "days", "item"], ascending=[True, False, True])
    return rises.drop_duplicates(["kind", "item"], ignore_index=True)


def _worth_showing(
    rises: pd.DataFrame,
    kinds: dict[str, Holders],
    notes: pd.Series,
    contacts: pd.DataFrame,
    topic_ids: pd.Series,
) -> pd.DataFrame:
    """Leave out personal names, and all but one of the terms that rise in the same contacts.

    What few customers hold, or one agent's contacts nearly alone, may be a person's own.
    """
    is_term = (rises["kind"] == "term").to_numpy()
    if not is_term.any():
        return rises
    holders = kinds["term"].late(rises["days"].max())
    rising = rises["item"].to_numpy(int)[is_term]
    rising = rising[_is_anybody_s(holders, rising, contacts, topic_ids)]
    names = [holders.names[item] for item in rising]
    texts = notes.iloc[holders.told["row"]].tolist()
    kept = thin_terms(names, holders.holds[:, rising], texts)
    return rises[~is_term | rises["item"].isin(rising[kept])]


def _is_anybody_s(
    holders: Holders, rising: Rows, contacts: pd.DataFrame, topic_ids: pd.Series
) -> np.ndarray:
    """Tell the rising terms that are not one agent's, nor hold a word that is."""
    row = holders.told["row"].to_numpy()
    topics = pd.factorize(topic_ids.iloc[row], use_na_sentinel=False)[0]
    rows, items = holders.holds.nonzero()
    carriers = read_carriers(contacts.iloc[row])
    shown = may_be_shown(items, rows, len(holders.names), carriers, topics)
    own = {name for name, may_be in zip(holders.names, shown, strict=True) if not may_be}
    terms = (holders.names[item] for item in rising)
    return np.array([not own & {term, *term.split()} for term in terms], dtype=bool)


def _described(
    rises: pd.DataFrame,
    kinds: dict[str, Holders],
    contacts: pd.DataFrame,
    topic_ids: pd.Series,
    cards: pd.DataFrame,
) -> pd.DataFrame:
    """Give EMERGING rows: topics first, then by q-value and name."""
    expected = Expectation(
        rises["expected_contacts"].to_numpy(float), rises["spread"].to_numpy(float)
    )
    seen = rises["contacts"].to_numpy(float)
    low, high = expected.interval(seen)
    held_by = [
        _held_by(kinds[kind], item, days)
        for kind, item, days in zip(rises["kind"], rises["item"], rises["days"], strict=True)
    ]
    ids = [kinds[k].names[i] for k, i in zip(rises["kind"], rises["item"], strict=True)]
    names = dict(zip(cards["topic_id"], cards["topic"], strict=True))
    rows = rises.assign(
        name=[
            names.get(one, one) if k == "topic" else one
            for k, one in zip(rises["kind"], ids, strict=True)
        ],
        topic_id=[_commonest(topic_ids.iloc[rows]) for rows in held_by],
        ratio=seen / expected.counts,
        ratio_low=low,
        ratio_high=high,
        example_contact_id=[_latest(contacts.iloc[rows]) for rows in held_by],
    )
    order = ["is_term", "q_value", "name"]
    rows = rows.assign(is_term=rows["kind"] == "term").sort_values(order, kind="stable")
    return conform(EMERGING, rows)


def _held_by(holders: Holders, item: int, days: int) -> Rows:
    """Give the log's rows of the contacts that hold an item in the last days."""
    late = holders.late(days)
    return np.asarray(late.told["row"].to_numpy()[late.holds[:, [item]].nonzero()[0]])


def _commonest(values: pd.Series) -> Any:
    """Give the value that comes most, the first by the alphabet of several; None of none."""
    counts = values.value_counts().sort_index()
    return str(counts.idxmax()) if len(counts) else None


def _latest(contacts: pd.DataFrame) -> str:
    return str(contacts.sort_values(["started_at", "contact_id"])["contact_id"].iloc[-1])
