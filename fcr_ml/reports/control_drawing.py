"""The control chart as a Vega-Lite specification, in the manner of :mod:`fcr_ml.reports.charts`.

Enters: records whose figures are finished. Leaves: a dictionary that needs nothing from
outside.
"""

from __future__ import annotations

from typing import Any

from fcr_ml.reports.charts import (
    _MAIN,
    _PAPER,
    _PERCENT,
    _QUIET,
    _WARM,
    Records,
    _finish,
    _tooltips,
)

LANES = 3
"""Rows for the words of shifts, so that those of near ones do not overlap."""


def control_drawing(records: Records) -> dict[str, Any]:
    """Draw FCR by week between its limits, shifts as upright lines.

    Parameters
    ----------
    records : list of dict
        ``period, value, survival, low, high, level_fcr_rate, limit_low, limit_high,
        is_alarm, shift, lane, figure, limits``; a record has either ``value`` (closed) or
        ``survival`` (open), a ``shift`` where one begins, its words in
        one of :data:`LANES` rows.
    """
    import altair as alt

    period = alt.X("period:O", title=None)
    period = period.axis(labelAngle=0, labelOverlap="greedy", labelSeparation=12, grid=False)
    base = alt.Chart().encode(x=period, tooltip=_tooltips("period", "figure", "limits"))
    value = alt.Y("value:Q", title="FCR", scale=alt.Scale(zero=False))
    value = value.axis(labelExpr=_PERCENT, tickCount=5)
    is_judged = "isValid(datum.limit_low)"
    band = alt.Chart().transform_filter(is_judged).mark_area(color=_MAIN, opacity=0.12)
    band = band.encode(x=period, y=alt.Y("limit_low:Q"), y2="limit_high:Q")
    level = (
        alt.Chart()
        .transform_filter(is_judged)
        .mark_line(color=_QUIET, strokeWidth=1.5, interpolate="step")
    )
    level = level.encode(x=period, y="level_fcr_rate:Q")
    closed = base.transform_filter("isValid(datum.value)")
    line = closed.mark_line(color=_MAIN, strokeWidth=1, opacity=0.5).encode(y=value)
    dots = closed.transform_filter("!datum.is_alarm").mark_point(
        filled=True, color=_MAIN, size=30, opacity=1
    )
    alarms = closed.transform_filter("datum.is_alarm").mark_point(
        filled=True, color=_WARM, size=110, opacity=1, shape="diamond"
    )
    still_open = base.transform_filter("isValid(datum.survival)")
    doubt = still_open.mark_rule(color=_WARM, strokeWidth=1.5, opacity=0.6)
    doubt = doubt.encode(y=alt.Y("low:Q"), y2="high:Q")
    hollow = still_open.mark_point(stroke=_WARM, fill=_PAPER, size=60, strokeWidth=2)
    shifted = base.transform_filter("isValid(datum.shift)")
    upright = shifted.mark_rule(color=_WARM, strokeDash=[4, 3])
    words: dict[str, Any] = {"color": _WARM, "fontSize": 12, "align": "left", "baseline": "top"}
    names = [
        shifted.transform_filter(f"datum.lane == {lane}")
        .mark_text(dx=5, dy=15 * lane, **words)
        .encode(y=alt.value(0), text="shift:N")
        for lane in range(LANES)
    ]
    layers = [
        *(band, level, upright, line, dots.encode(y=value), alarms.encode(y=value)),
        *(doubt, hollow.encode(y="survival:Q"), *names),
    ]
    return _finish(alt.layer(*layers), records, 280)
