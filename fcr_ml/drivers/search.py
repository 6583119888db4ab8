"""The search: what is looked at, and the evidence on all of it.

Enters: closed contacts with their columns. Leaves: the segments looked at and the
evidence on each, every look paid for. Which few hold once the others are known is
settled in :mod:`fcr_ml.drivers.thinning`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.estimates import LEAST_OWN, RIDGE, MixModel, count_values, factor_of
from fcr_ml.drivers.mix import Mix, names_for_the_same
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.segments import DEEPEST, Levels, Parts, Segments, form_segments, number_levels


@dataclass(frozen=True)
class Search:
    """What is searched.

    Parameters
    ----------
    mix : Mix
        Outcomes and columns.
    segments : Segments
        Everything looked at.
    crosses : numpy.ndarray
        Contacts of every segment by value, shape (segments, values).
    kept_out : list of frozenset
        Columns that each segment's mix leaves out.
    weights : numpy.ndarray
        How much each look counts, 1 in the mean over all that was looked at.
    looks : int
        Segments looked at, where only some of them are here too.
    """

    mix: Mix
    segments: Segments
    crosses: NDArray[np.float64]
    kept_out: list[frozenset[str]]
    weights: NDArray[np.float64]
    looks: int

    def mix_of(self, place: int) -> tuple[str, ...]:
        """Give the columns that a segment is held against."""
        return tuple(name for name in self.mix.mix_columns if name not in self.kept_out[place])

    def by_mix(self, wanted: Sequence[int]) -> dict[tuple[str, ...], list[int]]:
        """Group segments by the columns that they are held against."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for place in wanted:
            groups.setdefault(self.mix_of(place), []).append(int(place))
        return groups

    def screen(self, wanted: Sequence[int]) -> pd.DataFrame:
        """Give the evidence on some segments, each alone, indexed by them in their order.

        As :meth:`~fcr_ml.drivers.estimates.MixModel.screen` gives it.
        """
        parts = [
            self._model(columns, [])
            .screen(self.segments.members[:, places], self.crosses[places])
            .set_index(pd.Index(places))
            for columns, places in self.by_mix(wanted).items()
        ]
        return pd.concat(parts).loc[list(wanted)]

    def test_beyond(self, place: int) -> float:
        """Give the p-value of what a segment has beyond every wider segment it lies in.

        Its own columns join the mix in full, and of a triple its three pairs too; 0 for
        a single, which lies in none.
        """
        parts, columns = self.segments.parts[place], self.segments.columns(place)
        if len(parts) == 1:
            return 0.0
        wider = self.mix.members_of(wider_than(parts))
        model = MixModel(self.mix, (*self.mix_of(place), *columns), wider)
        return float(model.estimate(self.segments.members[:, [place]])["p_value"].iloc[0])

    def estimate(self, wanted: int, known: Sequence[int] = ()) -> pd.DataFrame:
        """Give the estimate of a segment with others known, indexed by it.

        As :meth:`~fcr_ml.drivers.estimates.MixModel.estimate` gives it.
        """
        model = self._model(self.mix_of(wanted), known)
        return model.estimate(self.segments.members[:, [wanted]]).set_index(pd.Index([wanted]))

    def counted(self, parts: Parts, columns: Sequence[str]) -> tuple[NDArray[np.float64], float]:
        """Count the contacts of some values together by other values, and their repeats."""
        place = self._places.get(parts)
        if place is None:
            members = self.mix.members_of([parts])
            told = count_values(self.mix, columns, members)[0]
            return told, float(self.mix.repeated[members.indices].sum())
        rows = self.segments.members[:, [place]].indices
        counts = [self._counted(place, rows, name) for name in columns]
        return np.concatenate([[len(rows)], *counts]), float(self.mix.repeated[rows].sum())

    def _counted(self, place: int, rows: NDArray[np.int32], name: str) -> NDArray[np.float64]:
        if name in self.mix.mix_columns:
            return self.crosses[place, self.mix.spans[name]]
        levels = self.mix.levels[name]
        return np.bincount(levels.codes[rows], minlength=levels.size).astype(float)

    @cached_property
    def _places(self) -> dict[Parts, int]:
        return {parts: place for place, parts in enumerate(self.segments.parts)}

    def only(self, is_wanted: NDArray[np.bool_], places: Sequence[int]) -> Search:
        """Give the same search on some of the contacts and some of the segments.

        The segments are numbered anew in the order given; their mixes stay.
        """
        mix = self.mix
        levels = {
            name: Levels(numbered.codes[is_wanted], numbered.names)
            for name, numbered in mix.levels.items()
        }
        starts = np.flatnonzero(np.diff(mix.customers[is_wanted], prepend=-1))
        part = Mix(mix.repeated[is_wanted], starts, levels, mix.mix_columns)
        members = self.segments.members[:, list(places)].tocsr()[is_wanted].tocsc()
        segments = Segments([self.segments.parts[place] for place in places], members)
        kept_out = [self.kept_out[place] for place in places]
        weights = self.weights[list(places)]
        return Search(part, segments, part.crosses(members), kept_out, weights, self.looks)

    def q_values(self, p_values: NDArray[np.float64], places: Sequence[int]) -> NDArray[np.float64]:
        """Give the q-values of some segments; all others looked at count as p = 1.

        Those of Benjamini and Hochberg (1995), each p-value divided by its segment's weight
        first (Genovese, Roeder and Wasserman 2006). Singles, pairs and triples share the
        weight evenly: thousands of triples do not drown out a few singles, on which one
        can act soonest.
        """
        from scipy.stats import false_discovery_control

        weighed = np.ones(self.looks)
        weighed[: len(places)] = np.minimum(p_values / self.weights[list(places)], 1.0)
        return np.asarray(false_discovery_control(weighed)[: len(places)])

    def _model(self, columns: Sequence[str], known: Sequence[int]) -> MixModel:
        known = list(known)
        return MixModel(self.mix, columns, self.segments.members[:, known], self.crosses[known])


def prepare_search(rows: SegmentRows, minimum_contacts: int, depth: int = DEEPEST) -> Search:
    """Form the segments and settle what each is held against, no outcome seen."""
    contacts = rows.contacts
    columns = list(dict.fromkeys([*rows.segment_columns, *rows.mix_columns]))
    levels = {name: number_levels(contacts[name], minimum_contacts) for name in columns}
    customers = contacts["customer_id"].to_numpy()
    is_first = np.ones(len(customers), dtype=bool)
    is_first[1:] = customers[1:] != customers[:-1]
    repeated = contacts["repeated_probability"].to_numpy(dtype=float)
    mix = Mix(repeated, np.flatnonzero(is_first), levels, rows.mix_columns)
    segments = form_segments(levels, rows.segment_columns, minimum_contacts, depth, len(contacts))
    crosses = mix.crosses(segments.members)
    kept_out = names_for_the_same(mix, segments, crosses)
    return Search(mix, segments, crosses, kept_out, _weights(segments), len(segments))


def _weights(segments: Segments) -> NDArray[np.float64]:
    """Share the weight evenly between singles, pairs and triples."""
    wide = np.array([len(parts) for parts in segments.parts], dtype=int)
    looks = np.bincount(wide) if len(wide) else np.zeros(1)
    return np.asarray(len(wide) / (np.count_nonzero(looks) or 1) / looks[wide])


def gather_evidence(search: Search, q: float) -> pd.DataFrame:
    """Give the evidence on every segment with the q-value of the whole search.

    Parameters
    ----------
    search : Search
        What is searched.
    q : float
        Accepted rate of false drivers. What a segment has beyond wider ones is asked only
        where its own p-value, weighed as its q-value is, is not above it: otherwise it
        cannot hold.

    Returns
    -------
    pandas.DataFrame
        As :meth:`Search.screen`, with ``beyond_p_value``: for a pair or a triple, the
        p-value of what it has beyond its columns and its pairs, as
        :func:`guess_beyond` gives it, else 0; ``p_value`` is the larger of the two.
        ``q_value`` is that of :meth:`Search.q_values`.
    """
    evidence = search.screen(range(len(search.segments)))
    beyond = np.zeros(len(evidence))
    passed = evidence[evidence["p_value"] <= q * np.maximum(search.weights, 1.0)]
    beyond[passed.index] = guess_beyond(search, passed)
    return with_q_values(search, evidence, beyond)


def guess_beyond(search: Search, passed: pd.DataFrame) -> NDArray[np.float64]:
    """Give the p-values of what segments have beyond wider ones, from counts alone.

    Parameters
    ----------
    search : Search
        What is searched.
    passed : pandas.DataFrame
        The evidence on some segments, indexed by them.

    Returns
    -------
    numpy.ndarray
        One a segment, 0 for singles.

    Notes
    -----
    The excess beyond wider segments, and the own contacts that they leave, follow exactly
    from counts. The evidence is that of the segment alone, scaled by its excess and the
    root of its own contacts that remain: only how far contacts of one customer agree is
    taken to stay as it was. What is listed is tested again in full
    (:meth:`Search.test_beyond`).
    """
    from scipy.stats import t

    told = np.zeros(len(passed))
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, place in enumerate(passed.index):
        columns = search.segments.columns(place)
        if len(columns) > 1:
            groups.setdefault((*search.mix_of(place), *columns), []).append(row)
    for columns, rows in groups.items():
        alone = passed.iloc[rows]
        excess, own = _beyond(search, columns, [int(place) for place in alone.index])
        share = excess / alone["excess_rate"].to_numpy()
        scale = np.sqrt(own / alone["own_contacts"].to_numpy())
        evidence = alone["evidence"].to_numpy() * share * scale
        told[rows] = np.where(np.isnan(evidence), 1.0, t.sf(evidence, alone["degrees"].to_numpy()))
    return told


def _beyond(
    search: Search, columns: tuple[str, ...], places: list[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the excess beyond wider segments, and the own contacts left, null where none."""
    from scipy.linalg import cho_solve

    mix, picked = search.mix, search.mix.picked(columns)
    factor = factor_of(mix.counts[np.ix_(picked, picked)])
    fitted = cho_solve(factor, mix.repeats[picked])
    told = np.full((len(places), 2), np.nan)
    counted = cache(lambda parts: search.counted(parts, columns))
    for row, place in enumerate(places):
        stack = [*wider_than(search.segments.parts[place]), search.segments.parts[place]]
        crosses = np.array([counted(parts)[0] for parts in stack])
        repeats = np.array([counted(parts)[1] for parts in stack])
        size = crosses[-1, 0]
        both = np.full((len(stack), len(stack)), size) + np.diag(crosses[:, 0] - size)
        left = both - crosses @ cho_solve(factor, crosses.T)
        rest = repeats - crosses @ fitted
        known = np.linalg.solve(left[:-1, :-1] + RIDGE * np.eye(len(stack) - 1), left[:-1, -1:])
        own = left[-1, -1] - (left[-1, :-1] @ known).item()
        if own > LEAST_OWN * size:
            told[row] = (rest[-1] - (rest[:-1] @ known).item()) / own, own
    return told[:, 0], told[:, 1]


def wider_than(parts: Parts) -> list[Parts]:
    """Give the pairs that a triple lies in; a pair lies in its singles alone."""
    return list(combinations(parts, 2)) if len(parts) > 2 else []


def with_q_values(
    search: Search, tested: pd.DataFrame, beyond: NDArray[np.float64]
) -> pd.DataFrame:
    """Add the larger p-value of the two tests, and the q-values over all looks."""
    p_values = np.maximum(tested["p_value"].to_numpy(), beyond)
    q_values = search.q_values(p_values, tested.index.tolist())
    return tested.assign(beyond_p_value=beyond, p_value=p_values, q_value=q_values)
