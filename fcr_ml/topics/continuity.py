"""Ids that stay: which topic of today carries on which topic of the fit before.

Enters: for each different note of a log its topic in the fit before and in today's.
Leaves: an id for each of today's topics, what became of every topic, and how much of
the sorting stayed as it was. Names, vectors and refits are not its business: two
topics are the same when they hold the same notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.frames.conform import conform
from fcr_ml.frames.tables import TOPIC_LINEAGE

KEPT_SHARE = 1 / 3
"""An id lives on only where a third of the old topic and a third of the new one are
shared: two equal topics joined, or one cut into three, still keep an id; a topic that
is mostly something else never takes it over."""

NOTICEABLE_SHARE = 1 / 5
"""Less than a fifth of both topics is the coming and going of single notes at a border."""


@dataclass(frozen=True, eq=False)
class Lineage:
    """The ids of a fit, and where they come from.

    Parameters
    ----------
    ids : list of str
        The id of each of today's topic numbers.
    table : pandas.DataFrame
        TOPIC_LINEAGE. ``shared_notes`` counts different notes, the shares contacts.
    next_topic : int
        The next free number; a number is never used twice.
    """

    ids: list[str]
    table: pd.DataFrame
    next_topic: int


@dataclass(frozen=True)
class Stability:
    """How much of the sorting of contacts a refit left as it was.

    Every contact that had a topic is counted once: as kept, explained, moved or lost.

    Parameters
    ----------
    contacts : float
        Contacts that had a topic in the fit before.
    lived_on : float
        Those whose topic is still there.
    kept : float
        Those with the same id in both fits.
    explained : float
        Those whose topic is gone or whose topic is new: split, merged, born or retired.
    moved : float
        Those that went from one topic to another although both were there before and after.
    lost : float
        Those that have no topic any more although theirs is still there.
    adjusted_rand : float
        Agreement of the two sortings whatever the ids, over contacts with a topic in
        both: 1 the same, about 0 by chance. Hubert and Arabie, 1985.
    """

    contacts: float
    lived_on: float
    kept: float
    explained: float
    moved: float
    lost: float
    adjusted_rand: float

    @property
    def kept_rate(self) -> float:
        """Share of contacts that keep their id among those whose topic lives on."""
        return self.kept / self.lived_on if self.lived_on else float("nan")

    @property
    def explained_rate(self) -> float:
        """Share of contacts whose id changed because topics came, went, split or merged."""
        return self.explained / self.contacts if self.contacts else float("nan")


@dataclass(frozen=True, eq=False)
class _Overlap:
    """Notes and contacts that forerunners (rows) and today's topics (columns) share."""

    notes: np.ndarray
    contacts: np.ndarray
    of_forerunner: np.ndarray
    of_topic: np.ndarray

    def reaches(self, share: float, either: bool) -> np.ndarray:
        """Tell which pairs share so much of both topics, or of either."""
        least = share - 1e-9  # a third of 30 contacts is 10 contacts
        of_old = self.contacts >= least * self.of_forerunner[:, None]
        of_new = self.contacts >= least * self.of_topic[None, :]
        return (self.contacts > 0) & (of_old | of_new if either else of_old & of_new)


def keep_ids(
    before: np.ndarray,
    now: np.ndarray,
    forerunner_ids: Sequence[str],
    next_topic: int,
    weights: np.ndarray | None = None,
    kept: Mapping[str, int] | None = None,
    topics: int | None = None,
    prefix: str = "t",
) -> Lineage:
    """Give each of today's topics an id: its forerunner's, or one never used before.

    Forerunners and topics are matched one to one so that together they share the most
    contacts; a pair that shares less than a third of either of the two is never
    matched. Among equal totals the forerunner with the lower id lives on. Serves
    themes as well, with the prefix ``g``.

    A topic and a forerunner share a noticeable part where it is a fifth of either. Then
    the topic is ``kept`` if it has the forerunner's id, else ``split`` from it if the
    forerunner has noticeable parts elsewhere too, else the forerunner is ``merged``
    into it. A topic is ``born`` where no forerunner gives a fifth of it; a forerunner
    is ``retired`` where no topic has a noticeable part of it. One that was kept by hand
    and has no note in the log is ``kept`` with none shared.

    Parameters
    ----------
    before : numpy.ndarray
        Shape (n,), int: the forerunner's topic of each different note; negative for none.
    now : numpy.ndarray
        Shape (n,), int: today's.
    forerunner_ids : sequence of str
        The id of each of the forerunner's topic numbers.
    next_topic : int
        The forerunner's next free number.
    weights : numpy.ndarray, optional
        Shape (n,): contacts with each note; one each if left out.
    kept : mapping of str to int, optional
        Ids kept by hand, and the number of today's topic that each stays with, whatever
        the two share: a topic of which the log has no note shares nothing.
    topics : int, optional
        Today's topics; the highest number in ``now`` decides if left out.
    prefix : str
        What an id begins with; ``t`` has three digits, any other two.

    Examples
    --------
    >>> import numpy as np
    >>> keep_ids(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 2]), ["t007", "t008"], 9).ids
    ['t008', 't007', 't009']
    """
    count = int(max(now, default=-1)) + 1 if topics is None else topics
    shared = _overlap(before, now, weights, len(forerunner_ids), count)
    # Neither the numbering of today's topics nor that of the forerunners may decide.
    first_note = np.full(count, len(now))
    np.minimum.at(first_note, now[now >= 0], np.flatnonzero(now >= 0))
    newest = np.lexsort((first_note, -shared.of_topic))
    oldest = np.argsort(np.array(forerunner_ids, dtype=str), kind="stable")
    heirs = np.full(count, -1)
    for topic_id, topic in (kept or {}).items():
        heirs[topic] = list(forerunner_ids).index(topic_id)
    heirs = _match(shared, oldest, newest, heirs)
    used = [int(topic_id[len(prefix) :]) for topic_id in forerunner_ids]
    free = max([next_topic, *(number + 1 for number in used)])
    ids = [""] * count
    for topic in newest:
        if heirs[topic] >= 0:
            ids[topic] = forerunner_ids[heirs[topic]]
        else:
            ids[topic] = f"{prefix}{free:0{3 if prefix == 't' else 2}d}"
            free += 1
    return Lineage(ids, _tell(shared, heirs, ids, list(forerunner_ids)), free)


def stability(
    before_ids: Sequence[str | None],
    now_ids: Sequence[str | None],
    weights: np.ndarray | None = None,
) -> Stability:
    """Tell how much of the sorting a refit left as it was.

    Parameters
    ----------
    before_ids, now_ids : sequence of str or None
        The id of each different note's topic in the two fits; null for none.
    weights : numpy.ndarray, optional
        Contacts with each note; one each if left out.

    Examples
    --------
    >>> told = stability(["t1", "t1", "t1", "t2"], ["t1", "t1", "t3", "t2"])
    >>> told.kept_rate, told.explained_rate
    (0.75, 0.25)
    """
    before, now = (pd.Series(list(ids), dtype=object) for ids in (before_ids, now_ids))
    contacts = np.ones(len(before)) if weights is None else np.asarray(weights, dtype=float)
    had, has = before.notna().to_numpy(), now.notna().to_numpy()
    lives_on = had & before.isin(now[has]).to_numpy()
    was_there = has & now.isin(before[had]).to_numpy()
    same = had & has & (before == now).to_numpy()
    told = {
        "contacts": had,
        "lived_on": lives_on,
        "kept": same,
        "explained": had & ~same & (~lives_on | (has & ~was_there)),
        "moved": lives_on & was_there & ~same,
        "lost": lives_on & ~has,
    }
    both = had & has
    return Stability(
        **{name: float(contacts[rows].sum()) for name, rows in told.items()},
        adjusted_rand=_adjusted_rand(before[both], now[both], contacts[both]),
    )


def _overlap(
    before: np.ndarray, now: np.ndarray, weights: np.ndarray | None, old: int, new: int
) -> _Overlap:
    contacts = np.ones(len(now)) if weights is None else np.asarray(weights, dtype=float)
    both = (before >= 0) & (now >= 0)
    pair = before[both] * new + now[both]
    return _Overlap(
        notes=np.bincount(pair, minlength=old * new).reshape(old, new),
        contacts=np.bincount(pair, contacts[both], old * new).reshape(old, new),
        of_forerunner=np.bincount(before[before >= 0], contacts[before >= 0], old),
        of_topic=np.bincount(now[now >= 0], contacts[now >= 0], new),
    )


def _match(
    shared: _Overlap, oldest: np.ndarray, newest: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Give the forerunner that lives on in each topic, -1 for none; those kept stay."""
    from scipy.optimize import linear_sum_assignment

    old, new = shared.contacts.shape
    # Whole contacts decide; the ranks only among assignments that share equally many.
    ranks = np.empty((old, new))
    ranks[np.ix_(oldest, newest)] = np.add.outer(np.arange(old)[::-1], np.arange(new)[::-1])
    worth = shared.contacts * (old + new + 1) ** 2 + ranks
    worth[~shared.reaches(KEPT_SHARE, either=False)] = 0
    worth[kept[kept >= 0]] = worth[:, kept >= 0] = 0
    matched, topic = linear_sum_assignment(worth, maximize=True)
    real = worth[matched, topic] > 0
    heirs = kept.copy()
    heirs[topic[real]] = matched[real]
    return heirs


def _tell(
    shared: _Overlap, heirs: np.ndarray, ids: list[str], forerunner_ids: list[str]
) -> pd.DataFrame:
    lives_on = np.zeros(shared.contacts.shape, dtype=bool)
    lives_on[heirs[heirs >= 0], np.flatnonzero(heirs >= 0)] = True
    noticeable = shared.reaches(NOTICEABLE_SHARE, either=True) | lives_on
    parts = noticeable.sum(axis=1)
    rows = []
    for old, new in np.argwhere(noticeable):
        event = "kept" if heirs[new] == old else "split" if parts[old] > 1 else "merged"
        topic_share = _share(shared.contacts[old, new], shared.of_topic[new])
        forerunner_share = _share(shared.contacts[old, new], shared.of_forerunner[old])
        row = (ids[new], forerunner_ids[old], event, shared.notes[old, new])
        rows.append((*row, topic_share, forerunner_share))
    known = (shared.contacts >= (NOTICEABLE_SHARE - 1e-9) * shared.of_topic) & noticeable
    known |= lives_on
    rows += [(ids[new], None, "born", 0, 0.0, None) for new in np.flatnonzero(~known.any(axis=0))]
    gone = np.flatnonzero(~noticeable.any(axis=1))
    rows += [(None, forerunner_ids[old], "retired", 0, None, 0.0) for old in gone]
    table = pd.DataFrame(rows, columns=list(TOPIC_LINEAGE.columns))
    return conform(TOPIC_LINEAGE, table.sort_values(["topic_id", "forerunner_id"], kind="stable"))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _adjusted_rand(before: pd.Series, now: pd.Series, contacts: np.ndarray) -> float:
    """Give the adjusted Rand index of contacts, each pair of contacts counted once."""
    if not len(before):
        return float("nan")
    table = pd.DataFrame({"before": before.to_numpy(), "now": now.to_numpy(), "n": contacts})
    together, in_before, in_now = (
        _pairs(table.groupby(keys)["n"].sum()) for keys in (["before", "now"], "before", "now")
    )
    by_chance = in_before * in_now / max(_pairs(pd.Series([contacts.sum()])), 1.0)
    most = (in_before + in_now) / 2
    return float((together - by_chance) / (most - by_chance)) if most > by_chance else 1.0


def _pairs(counts: pd.Series) -> float:
    return float((counts * (counts - 1) / 2).sum())


def number_ids(ids: Sequence[str]) -> np.ndarray:
    """Number ids in their order, equal ones alike.

    Examples
    --------
    >>> number_ids(["g02", "g01", "g02"]).tolist()
    [1, 0, 1]
    """
    return np.unique(np.array(ids, dtype=str), return_inverse=True)[1].astype(int)
