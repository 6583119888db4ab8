"""The search: which segments hold when every look is paid for.

Enters: closed contacts with their columns. Leaves: the evidence on every segment
looked at, and the few that hold once the others are known. What a driver costs and
what to do about it is said in :mod:`fcr_ml.drivers.excess`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.mix import Mix, estimate_excess, names_for_the_same
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.segments import Levels, Segments, form_segments, number_levels

_OWN_SHARE = 0.5
"""Of a driver's excess, at least this share must remain once the others are known."""


@dataclass(frozen=True)
class Search:
    """What is searched.

    Parameters
    ----------
    mix : Mix
        Outcomes and columns.
    segments : Segments
        Everything looked at.
    kept_out : list of frozenset
        Columns that each segment's mix leaves out.
    """

    mix: Mix
    segments: Segments
    kept_out: list[frozenset[str]]

    def estimate(
        self, wanted: Sequence[int], known: Sequence[int] = (), crossed: bool = False
    ) -> pd.DataFrame:
        """Give the estimates of some segments, indexed by them, in their order.

        Parameters
        ----------
        wanted : sequence of int
            Segments.
        known : sequence of int
            Segments to adjust for besides the mix.
        crossed : bool
            Whether the columns that form a segment join its mix: what is then
            estimated is what a pair has beyond its two singles.

        Returns
        -------
        pandas.DataFrame
            As :func:`~fcr_ml.drivers.mix.estimate_excess` gives it.
        """
        members = self.segments.members
        parts = [
            estimate_excess(
                self.mix, columns, members[:, list(known)], members[:, places]
            ).set_index(pd.Index(places))
            for columns, places in self._by_mix(wanted, crossed).items()
        ]
        return pd.concat(parts).loc[list(wanted)]

    def only(self, is_wanted: NDArray[np.bool_]) -> Search:
        """Give the same search on some of the contacts: same segments, same mixes."""
        mix = self.mix
        sizes = np.diff([*mix.customer_starts, len(mix.repeated)])
        owners = np.repeat(np.arange(len(sizes)), sizes)[is_wanted]
        levels = {
            name: Levels(numbered.codes[is_wanted], numbered.names)
            for name, numbered in mix.levels.items()
        }
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        members = self.segments.members.tocsr()[is_wanted].tocsc()
        return Search(
            Mix(mix.repeated[is_wanted], starts, levels, mix.mix_columns),
            Segments(self.segments.parts, members),
            self.kept_out,
        )

    def _by_mix(self, wanted: Sequence[int], crossed: bool) -> dict[tuple[str, ...], list[int]]:
        groups: dict[tuple[str, ...], list[int]] = {}
        for place in wanted:
            mix = [name for name in self.mix.mix_columns if name not in self.kept_out[place]]
            own = self.segments.columns(place) if crossed else ()
            groups.setdefault((*mix, *own), []).append(int(place))
        return groups


def prepare_search(rows: SegmentRows, minimum_contacts: int, pairs: bool) -> Search:
    """Form the segments and settle what each is held against, no outcome seen."""
    contacts = rows.contacts
    columns = list(dict.fromkeys([*rows.segment_columns, *rows.mix_columns]))
    levels = {name: number_levels(contacts[name], minimum_contacts) for name in columns}
    customers = contacts["customer_id"].to_numpy()
    is_first = np.ones(len(customers), dtype=bool)
    is_first[1:] = customers[1:] != customers[:-1]
    repeated = contacts["repeated_probability"].to_numpy(dtype=float)
    mix = Mix(repeated, np.flatnonzero(is_first), levels, rows.mix_columns)
    segments = form_segments(levels, rows.segment_columns, minimum_contacts, pairs)
    return Search(mix, segments, names_for_the_same(mix, segments))


def gather_evidence(search: Search) -> pd.DataFrame:
    """Give every segment's estimate with the q-value of the whole search.

    Returns
    -------
    pandas.DataFrame
        As :meth:`Search.estimate`, with ``single_p_value``: for a pair, the
        p-value of what it has beyond its two singles, else 0; ``p_value`` is then
        the larger of the two. ``q_value`` is that of Benjamini and Hochberg over
        all segments looked at.
    """
    everything = range(len(search.segments))
    pairs = [place for place in everything if len(search.segments.parts[place]) > 1]
    evidence = search.estimate(everything).assign(single_p_value=0.0)
    if pairs:
        beyond_singles = search.estimate(pairs, crossed=True)["p_value"]
        evidence.loc[pairs, "single_p_value"] = beyond_singles
    return _with_q_values(evidence, evidence, len(evidence))


def thin_out(search: Search, evidence: pd.DataFrame, q: float) -> pd.DataFrame:
    """Give the segments that hold once the others are known.

    From the strongest evidence down, a segment joins if with those before it known
    it still passes the search's threshold and keeps half of its excess. What joined
    is then tested again, each with all others known. The many segments that only
    overlap a true driver are gone by then, so the q-values of this second test, in
    which every segment looked at still counts as a look, are those that hold for
    the list; the weakest that fails leaves until none does.

    Parameters
    ----------
    search : Search
        What was searched.
    evidence : pandas.DataFrame
        From :func:`gather_evidence`.
    q : float
        Accepted rate of false drivers.

    Returns
    -------
    pandas.DataFrame
        The evidence on each with all others known, indexed by segment, in the order
        in which they joined; equal evidence joins in the order of the segments.
    """
    found = _join_up(search, evidence[evidence["q_value"] <= q])
    while found:
        joint = _with_q_values(estimate_jointly(search, found), evidence, len(evidence))
        failed = joint[(joint["q_value"] > q) | ~_keeps_half(joint, evidence)]
        if len(failed) == 0:
            return joint
        found.remove(failed.index[int(failed["evidence"].fillna(0).argmin())])
    return evidence.iloc[:0]


def _join_up(search: Search, passed: pd.DataFrame) -> list[int]:
    threshold = passed["p_value"].max()
    found: list[int] = []
    left = passed
    while len(left):
        found.append(left.index[int(left["evidence"].argmax())])
        left = left.drop(index=found[-1])
        if len(left):
            given = search.estimate(left.index.tolist(), known=found)
            left = given[(given["p_value"] <= threshold) & _keeps_half(given, passed)]
    return found


def estimate_jointly(search: Search, found: list[int]) -> pd.DataFrame:
    """Give the estimate of each segment with all others of the list known."""
    return pd.concat(
        [search.estimate([place], [other for other in found if other != place]) for place in found]
    )


def _keeps_half(given: pd.DataFrame, alone: pd.DataFrame) -> pd.Series:
    return given["excess_rate"] >= _OWN_SHARE * alone.loc[given.index, "excess_rate"]


def _with_q_values(tested: pd.DataFrame, evidence: pd.DataFrame, looks: int) -> pd.DataFrame:
    """Add q-values over all looks; those not tested any more count as p = 1."""
    from scipy.stats import false_discovery_control

    single = evidence.loc[tested.index, "single_p_value"]
    p_values = np.ones(looks)
    p_values[: len(tested)] = np.maximum(tested["p_value"], single)
    q_values = false_discovery_control(p_values)[: len(tested)]
    return tested.assign(single_p_value=single, p_value=p_values[: len(tested)], q_value=q_values)
