"""What changed: the difference in repeat rate between two periods, or two groups.

Enters: a casebook. Leaves: the table CHANGES: the difference split by segment into
what repeats more or less often (rate) and what came more or less often (mix), with
what is new and what has vanished apart. Says where a difference lies, never why.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.drivers.segments import MOST_LEVELS
from fcr_ml.drivers.sides import Sides, put_segments, put_sides
from fcr_ml.drivers.split import (
    PARTS,
    Cells,
    name_parts,
    rate_p_values,
    split_exactly,
    standard_errors,
)
from fcr_ml.engine import DuckEngine, statement
from fcr_ml.errors import SettingsError
from fcr_ml.frames import Casebook
from fcr_ml.frames.changes import CHANGES
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.rounding import round_to_sum
from fcr_ml.measures.fcr import NOT_ENOUGH, main_reading
from fcr_ml.measures.groups import (
    SPLIT_COLUMNS,
    casebook_engine,
    check_column,
    put_asked,
    put_group,
)

SMALLER_ONES = "all smaller ones"
"""The segment of all values with too few contacts both before and after."""

ENOUGH_TOLD_APART = 0.5
"""Where most contacts would be among 'all smaller ones', a coarser column says more."""

_GRID = 1_000_000
"""Changes are whole millionths: files show six digits, and their sums must hold there."""


def measure_change(
    casebook: Casebook,
    by: str | None = None,
    after: str | None = None,
    before: str | None = None,
    column: str | None = None,
    minimum_contacts: int = 30,
    agents: bool = False,
) -> pd.DataFrame:
    """Give the difference between two repeat rates in parts that add up to it.

    Parameters
    ----------
    casebook : Casebook
        Its main reading and window are used, closed contacts only, repeated where the
        outcome says so.
    by : str, optional
        The column that forms the segments: one of :data:`~fcr_ml.measures.groups.SPLIT_COLUMNS`
        or an attribute known at start or end. Without it the first of them whose segments
        with enough contacts on both sides hold half of the contacts, or that which comes
        nearest to it. A contact without a topic is in a segment of its reason for having none.
    after, before : str, optional
        Two periods, or with ``column`` two of its values. Without ``before`` the period
        of the same length before; without both the latest month in which nine of ten
        windows have closed and the month before it, both whole in the log.
    column : str, optional
        Compares two values of this column over the whole log.
    minimum_contacts : int
        Closed contacts a segment must have on both sides for rate and mix to be told
        apart. Values with fewer on both sides form one segment.
    agents : bool
        Whether agents may be split by or compared. Off: people are not drivers.

    Returns
    -------
    pandas.DataFrame
        The table CHANGES: the difference, the sums over segments, then the segments, the
        largest contribution first. Over the segments, ``change`` adds up to the sums and
        to the difference, digit for digit. Without enough closed contacts on a side the
        difference alone, without a rate and with a remark; without two months to compare
        no row.

    Raises
    ------
    SettingsError
        When a column, value or period is unknown, or would be compared with itself.

    Notes
    -----
    The parts are those of :func:`~fcr_ml.drivers.split.split_exactly` (Kitagawa 1955),
    exact fractions of the counts. They are rounded to millionths together, so that the
    sums hold as printed. Intervals are by customer, with a t quantile
    (:func:`~fcr_ml.drivers.split.standard_errors`); they are of each part alone.
    q-values are those of Benjamini and Hochberg over the rate parts.
    """
    if by is not None and by == column:
        raise SettingsError(f"change: {by} cannot be compared and split by at once.")
    if by is not None:
        check_column(casebook, by, agents, "change")
    with casebook_engine(casebook) as engine:
        put_asked(engine, main_reading(casebook), casebook.as_of)
        if column is not None:
            put_segments(engine, casebook, column, agents)
        sides = put_sides(engine, casebook, column, after, before)
        if sides is None:
            return empty(CHANGES)
        counted = engine.ask(statement("change_sides")).set_index("side")
        counted = counted.reindex([0, 1], fill_value=0)
        group, cells = _read_cells(engine, casebook, by, column, agents, minimum_contacts)
    facts = _facts(casebook, sides)
    if counted["closed_contacts"].min() < max(minimum_contacts, 1):
        rows = pd.DataFrame([_not_told(counted, sides, minimum_contacts)])
    else:
        rows = _told(*_as_cells(cells, minimum_contacts), group, minimum_contacts)
    is_whole = rows["part"].eq("difference")
    for name, count in zip(("before", "after"), counted["open_contacts"], strict=True):
        rows[f"open_{name}"] = pd.Series(int(count), index=rows.index).where(is_whole)
    return conform(CHANGES, rows.assign(**facts).reindex(columns=list(CHANGES.columns)))


def _facts(casebook: Casebook, sides: Sides) -> dict[str, str]:
    main = main_reading(casebook).iloc[0]
    return {
        "before": sides.before,
        "after": sides.after,
        "reading": main["reading"],
        "window": main["repeat_window"],
    }


def _read_cells(
    engine: DuckEngine,
    casebook: Casebook,
    by: str | None,
    column: str | None,
    agents: bool,
    minimum_contacts: int,
) -> tuple[str | None, pd.DataFrame]:
    """Give the column that forms segments, and what each customer has in each segment."""
    if by is not None:
        put_segments(engine, casebook, by, agents)
        return by, engine.ask(statement("change_cells"))
    found: dict[float, tuple[str, pd.DataFrame]] = {}
    for name in (name for name in SPLIT_COLUMNS if name != column):
        try:
            put_segments(engine, casebook, name, agents)
        except SettingsError:
            continue
        cells = engine.ask(statement("change_cells"))
        if cells["value"].nunique() > 1:
            told_apart = _told_apart(cells, minimum_contacts)
            found.setdefault(told_apart, (name, cells))
            if told_apart >= ENOUGH_TOLD_APART:
                break
    if found:
        return found[max(found)]
    put_group(engine, casebook, "all")
    return None, engine.ask(statement("change_cells"))


def _told_apart(cells: pd.DataFrame, minimum_contacts: int) -> float:
    """Give the share of contacts in segments with enough of them on both sides."""
    sizes = cells.groupby("value")[["closed_before", "closed_after"]].sum()
    is_large = sizes.min(axis=1) >= minimum_contacts
    return float(sizes[is_large].to_numpy().sum() / max(sizes.to_numpy().sum(), 1))


def _as_cells(cells: pd.DataFrame, minimum_contacts: int) -> tuple[list[str], Cells]:
    """Give the segments' names and their customers' counts, small segments as one."""
    from scipy.sparse import csr_matrix

    sizes = cells.groupby("value")[["closed_before", "closed_after"]].sum()
    order = sizes.sum(axis=1).sort_values(ascending=False, kind="stable").index
    is_large = sizes.max(axis=1).loc[order] >= max(minimum_contacts, 1)
    large = [str(name) for name in order[is_large] if name != SMALLER_ONES][:MOST_LEVELS]
    places = pd.Index(large, dtype="object").get_indexer(pd.Index(cells["value"].astype("object")))
    names = [*large, SMALLER_ONES] if (places < 0).any() else large
    places = np.where(places < 0, len(large), places)
    rows = cells["customer"].to_numpy()
    shape = (int(rows.max()) + 1, len(names))
    sides = [
        tuple(
            csr_matrix((cells[f"{what}_{side}"].to_numpy(), (rows, places)), shape=shape)
            for side in ("before", "after")
        )
        for what in ("closed", "repeated")
    ]
    return names, Cells(sides[0], sides[1])


def _not_told(counted: pd.DataFrame, sides: Sides, minimum_contacts: int) -> dict[str, Any]:
    """Give the row of a difference that has no rate, with the reason."""
    closed = [int(count) for count in counted["closed_contacts"]]
    names = (sides.before, sides.after)
    none = [name for name, count in zip(names, closed, strict=True) if not count]
    few = [name for name, count in zip(names, closed, strict=True) if count < minimum_contacts]
    remark = f"no closed contact in {' and '.join(none)}" if none else ""
    return {
        **{"group": "all", "value": "all", "part": "difference"},
        **{
            f"{what}_{side}": int(count)
            for what in ("closed", "repeated")
            for side, count in zip(("before", "after"), counted[f"{what}_contacts"], strict=True)
        },
        "remark": remark or f"{NOT_ENOUGH} in {' and '.join(few)}",
    }


def _told(names: list[str], cells: Cells, group: str | None, minimum_contacts: int) -> pd.DataFrame:
    """Give the rows of CHANGES, changes on the grid and intervals around them."""
    closed, repeated = cells.counts(cells.closed), cells.counts(cells.repeated)
    parts = name_parts(closed, minimum_contacts)
    leaves = split_exactly(closed, repeated, parts)
    changes = _on_grid(leaves, closed, repeated)
    keys = _in_order(changes, names) if group is not None else []
    kept = [key for key in changes if key[0] < 0 and (group or key[1] == "difference")]
    rows = pd.DataFrame([*kept, *keys], columns=["segment", "part"])
    rows["change"] = [changes[key] / _GRID for key in [*kept, *keys]]
    is_sum = rows["segment"] < 0
    rows["group"] = np.where(is_sum, "all", group or "all")
    rows["value"] = [names[place] if place >= 0 else "all" for place in rows["segment"]]
    rows = rows.join(_counts(rows, parts, closed, repeated, minimum_contacts))
    rows = rows.join(_intervals(rows, standard_errors(cells, parts)))
    return _with_q_values(rows, rate_p_values(cells))


def _on_grid(
    leaves: dict[tuple[int, str], Fraction],
    closed: np.ndarray[Any, Any],
    repeated: np.ndarray[Any, Any],
) -> dict[tuple[int, str], int]:
    """Round the difference, then its parts to it, then the segments' parts to theirs."""
    rates = [
        round(Fraction(int(r), int(n)) * _GRID)
        for n, r in zip(closed.sum(axis=1), repeated.sum(axis=1), strict=True)
    ]
    whole = rates[1] - rates[0]
    held = [part for part in PARTS if any(part == name for _, name in leaves)]
    sums = [sum(v for (_, name), v in leaves.items() if name == part) * _GRID for part in held]
    rounded = dict(zip(held, round_to_sum(sums, whole), strict=True))
    told = {(-1, "difference"): whole} | {(-1, part): rounded[part] for part in held}
    for part in held:
        keys = [key for key in leaves if key[1] == part]
        values = round_to_sum([leaves[key] * _GRID for key in keys], rounded[part])
        told |= dict(zip(keys, values, strict=True))
    return told


def _in_order(changes: dict[tuple[int, str], int], names: list[str]) -> list[tuple[int, str]]:
    """Give the segments' parts, the largest contribution first, names breaking ties."""
    whole: dict[int, int] = {}
    for (place, _), change in changes.items():
        whole[place] = whole.get(place, 0) + change
    keys = [key for key in changes if key[0] >= 0]
    return sorted(keys, key=lambda k: (-abs(whole[k[0]]), names[k[0]], PARTS.index(k[1])))


def _counts(
    rows: pd.DataFrame,
    parts: list[tuple[str, ...]],
    closed: np.ndarray[Any, Any],
    repeated: np.ndarray[Any, Any],
    minimum_contacts: int,
) -> pd.DataFrame:
    """Give every row's counts, shares and rates on both sides."""
    member = np.zeros((len(rows), len(parts)))
    for row, (place, part) in enumerate(rows[["segment", "part"]].itertuples(index=False)):
        inside = [part == "difference" or part in names for names in parts]
        member[row] = inside if place < 0 else np.arange(len(parts)) == place
    told = {}
    for side, name in enumerate(("before", "after")):
        n, r = member @ closed[side], member @ repeated[side]
        told[f"closed_{name}"], told[f"repeated_{name}"] = n.astype(int), r.astype(int)
        told[f"share_{name}"] = np.round(n / closed[side].sum(), 6)
        is_enough = n >= max(minimum_contacts, 1)
        rate = np.round(np.divide(r, n, out=np.full(len(n), np.nan), where=n > 0), 6)
        told[f"repeat_rate_{name}"] = np.where(is_enough, rate, np.nan)
    return pd.DataFrame(told, index=rows.index)


def _intervals(rows: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import t

    told = errors.loc[list(rows[["segment", "part"]].itertuples(index=False, name=None))]
    half = t.ppf(0.975, told["degrees"]) * told["standard_error"].to_numpy()
    ends = {"change_low": rows["change"] - half, "change_high": rows["change"] + half}
    return pd.DataFrame(ends, index=rows.index)


def _with_q_values(rows: pd.DataFrame, p_values: np.ndarray[Any, Any]) -> pd.DataFrame:
    from scipy.stats import false_discovery_control

    is_tested = ((rows["part"] == "rate") & (rows["segment"] >= 0)).to_numpy()
    q_values = np.full(len(rows), np.nan)
    if is_tested.any():
        places = rows.loc[is_tested, "segment"].to_numpy()
        q_values[is_tested] = false_discovery_control(p_values[places])
    return rows.assign(q_value=q_values)
