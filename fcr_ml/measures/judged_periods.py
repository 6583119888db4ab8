"""The control chart laid on a trend: alarms and shifts, each in the row of its period.

Enters: periods with their state, and the counts of their customers. Leaves: the same
periods with level, season, limits, alarms and shifts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fcr_ml.measures.rate_model import customer_rates
from fcr_ml.measures.season import season_columns
from fcr_ml.measures.shifts import FEWEST_PERIODS, ControlChart, control_chart

TOO_FEW = f"fewer than {FEWEST_PERIODS} periods to judge"


def judge_periods(rows: pd.DataFrame, cells: pd.DataFrame, by: str) -> pd.DataFrame:
    """Give the rows with what the control chart tells.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``period``, ``begins_at``, ``is_judged`` and ``mix_fcr_rate``, in order of time.
    cells : pandas.DataFrame
        ``customer``, ``period``, ``closed`` and ``repeated`` contacts.
    by : str
        ``week`` or ``month``.

    Returns
    -------
    pandas.DataFrame
        As TREND has them. With fewer than :data:`~fcr_ml.measures.shifts.FEWEST_PERIODS`
        judged none is, and the season says why.
    """
    judged = np.flatnonzero(rows["is_judged"])
    if len(judged) < FEWEST_PERIODS:
        return rows.assign(is_judged=False, is_alarm=False, season=TOO_FEW)
    named = pd.Index(rows["period"].iloc[judged])
    places = named.get_indexer(pd.Index(cells["period"]))
    own = cells[places >= 0]
    rates = customer_rates(
        own["customer"].to_numpy(),
        places[places >= 0],
        own["closed"].to_numpy(),
        own["repeated"].to_numpy(),
        len(judged),
    )
    begins = pd.DatetimeIndex(rows["begins_at"].iloc[judged])
    columns, season = season_columns(begins, by, rates)
    chart = control_chart(rates, columns)
    figures = {
        "level_fcr_rate": np.clip(chart.level, 0, 1),
        "centre_rate": np.clip(chart.expected, 0, 1),
        "limit_low": chart.low,
        "limit_high": chart.high,
    }
    if columns.shape[1]:
        figures["season_effect"] = chart.season
    judged_rows = rows.index[judged]
    for name, values in figures.items():
        rows[name] = pd.Series(values, index=judged_rows).reindex(rows.index)
    rows["alarm_p_value"] = pd.Series(
        {judged_rows[place]: p for place, p in chart.alarms.items()}, dtype=float
    ).reindex(rows.index)
    rows = rows.join(_shifts(chart, rows, judged))
    return rows.assign(is_alarm=rows["alarm_p_value"].notna(), season=season)


def _shifts(chart: ControlChart, rows: pd.DataFrame, judged: np.ndarray) -> pd.DataFrame:
    """Give the columns of shifts, each in the row of the period where it begins."""
    names = rows["period"].to_numpy()[judged]
    mix = rows["mix_fcr_rate"].to_numpy()[judged]
    columns = ["shift", "shift_low", "shift_high", "shift_p_value"]
    columns += ["shift_earliest", "shift_latest", "shift_beyond_mix"]
    columns += ["shift_beyond_mix_low", "shift_beyond_mix_high"]
    told = {}
    for shift in chart.shifts:
        by_mix = float(shift.weights @ mix)
        told[rows.index[judged[shift.begins]]] = (
            *(shift.size, shift.low, shift.high, shift.p_value),
            *(names[shift.earliest], names[shift.latest]),
            *(end - by_mix for end in (shift.size, shift.low, shift.high)),
        )
    found = pd.DataFrame.from_dict(told, orient="index", columns=columns)
    return found.reindex(rows.index)
