"""Charts as Vega-Lite specifications, coloured by the page's own variables.

Enters: records whose figures are finished, each with its text for the tooltip.
Leaves: dictionaries that need nothing from outside. Colours are CSS variables, so a
change between light and dark needs no second drawing.
"""

from __future__ import annotations

import math
from typing import Any

Records = list[dict[str, Any]]

_INK, _QUIET, _RULE = "var(--ink)", "var(--quiet)", "var(--rule)"
_MAIN, _WARM, _PAPER = "var(--main)", "var(--warm)", "var(--paper)"
_SOFT = "var(--soft)"

CONFIG: dict[str, Any] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _QUIET,
        "titleColor": _QUIET,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "labelPadding": 6,
        "gridColor": _RULE,
        "domain": False,
        "ticks": False,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": _INK,
        "labelFontSize": 12,
        "columns": 2,
        "symbolType": "stroke",
        "symbolStrokeWidth": 2.5,
        "symbolSize": 300,
    },
}

_PERCENT = "format(datum.value * 100, '~r') + ' %'"
_HOURS = "datum.value <= 48 ? datum.value + ' h' : format(datum.value / 24, '.3~g') + ' d'"
_HOUR_TICKS = (0.25, 1, 6, 24, 48, 168, 720, 2160, 8760)
_PROBABILITY = "format(100 / (1 + exp(-datum.value)), '.4~r') + ' %'"
_LOG_ODDS_TICKS = tuple(
    round(math.log(share / (1 - share)), 4)
    for share in (1e-5, 1e-4, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 0.99999)
)
_SIDES = (0.38, 0.62)
"""Where the two columns of names end and begin: names need more room than lines."""

_COLOURS = ("var(--main)", "var(--warm)", "var(--third)", "var(--fourth)")
_DASHES = ([1, 0], [7, 3], [2, 3], [10, 3, 2, 3])


def readings_chart(records: Records, readings: list[str]) -> dict[str, Any]:
    """Draw FCR with its interval for every reading and window.

    Parameters
    ----------
    records : list of dict
        ``reading, window, place, value, low, high, is_main, figure``; ``place``
        orders the windows.
    readings : list of str
        From top to bottom.
    """
    import altair as alt

    colour = alt.condition("datum.is_main", alt.value(_MAIN), alt.value(_QUIET))
    base = alt.Chart().encode(
        y=alt.Y("reading:N", sort=readings, title=None),
        yOffset=alt.YOffset("place:O"),
        color=colour,
        tooltip=_tooltips("reading", "window", "figure"),
    )
    value = alt.X("value:Q", title="FCR", scale=alt.Scale(zero=False, nice=True))
    value = value.axis(labelExpr=_PERCENT, tickCount=6)
    interval = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(x=value)
    names = base.mark_text(align="left", dx=10, fontSize=11).encode(x="high:Q", text="window:N")
    return _finish(alt.layer(interval, dots, names), records, 24 * len(records))


def trend_chart(records: Records) -> dict[str, Any]:
    """Draw FCR by month; open months as hollow points at their survival estimate.

    Parameters
    ----------
    records : list of dict
        ``month, is_open, value, low, high, survival, figure``; a record has either
        ``value`` (closed) or ``survival`` (open).
    """
    import altair as alt

    month = alt.X("month:O", title=None)
    month = month.axis(labelAngle=0, labelOverlap="parity", labelSeparation=8, grid=False)
    base = alt.Chart().encode(x=month, tooltip=_tooltips("month", "figure"))
    value = alt.Y("value:Q", title="FCR", scale=alt.Scale(zero=False))
    value = value.axis(labelExpr=_PERCENT, tickCount=5)
    closed = base.transform_filter("!datum.is_open && isValid(datum.value)")
    band = closed.mark_rule(color=_MAIN, strokeWidth=7, opacity=0.25)
    band = band.encode(y=alt.Y("low:Q"), y2="high:Q")
    line = closed.mark_line(color=_MAIN, strokeWidth=2).encode(y=value)
    dots = closed.mark_point(filled=True, color=_MAIN, size=45, opacity=1).encode(y=value)
    still_open = base.transform_filter("datum.is_open && isValid(datum.survival)")
    hollow = still_open.mark_point(stroke=_WARM, fill=_PAPER, size=70, strokeWidth=2)
    hollow = hollow.encode(y="survival:Q")
    doubt = still_open.mark_rule(color=_WARM, strokeWidth=1.5).encode(y="low:Q", y2="high:Q")
    names = still_open.mark_text(color=_WARM, fontSize=11, align="right", dx=-9)
    names = names.encode(y="survival:Q", text=alt.value("open"))
    return _finish(alt.layer(band, line, dots, doubt, hollow, names), records, 240)


def curve_chart(records: Records, readings: list[str], main_hours: float) -> dict[str, Any]:
    """Draw how the repeat rate grows with the window, one line a reading.

    Parameters
    ----------
    records : list of dict
        ``reading, hours, value, figure``, and ``low, high`` where known.
    readings : list of str
        The main reading first.
    main_hours : float
        The main window, marked by a vertical rule.
    """
    import altair as alt

    ends = [r["hours"] for r in records]
    ticks = [t for t in _HOUR_TICKS if min(ends) <= t <= max(ends)]
    hours = alt.X("hours:Q", title="Repeat window", scale=alt.Scale(type="log", nice=False))
    hours = hours.axis(
        values=ticks, labelExpr=_HOURS, labelOverlap="parity", labelSeparation=8, grid=False
    )
    value = alt.Y("value:Q", title="Repeat rate").axis(labelExpr=_PERCENT, tickCount=5)
    scale = alt.Scale(domain=readings, range=list(_COLOURS))
    # Else the legend's lines are as faint as the bands.
    colour = alt.Color("reading:N", scale=scale, legend=alt.Legend(symbolOpacity=1))
    dash = alt.StrokeDash("reading:N", scale=alt.Scale(domain=readings, range=list(_DASHES)))
    base = alt.Chart().encode(x=hours)
    line = base.mark_line(strokeWidth=2.2).encode(y=value, strokeDash=dash, color=colour)
    dots = base.mark_point(filled=True, size=90, opacity=0)
    dots = dots.encode(y="value:Q", tooltip=_tooltips("reading", "figure"))
    main = alt.Chart().transform_filter("datum.is_first").mark_rule(color=_QUIET)
    main = main.encode(x=alt.datum(main_hours))
    layers = [main, line, dots]
    if any(r["low"] is not None for r in records):
        band = base.mark_area(opacity=0.15).encode(y="low:Q", y2="high:Q", color=colour)
        layers.insert(0, band)
    first = [dict(r, is_first=place == 0) for place, r in enumerate(records)]
    return _finish(alt.layer(*layers), first, 280)


def drivers_chart(records: Records) -> dict[str, Any]:
    """Draw the excess repeats of the first drivers with their intervals.

    Parameters
    ----------
    records : list of dict
        ``rank, segment, value, low, high, figure``, first rank on top.
    """
    import altair as alt

    rank = alt.Y("rank:O", title=None, axis=None)
    base = alt.Chart().encode(y=rank, tooltip=_tooltips("segment", "figure"))
    value = alt.X("value:Q", title="Excess repeats").axis(tickCount=5)
    bars = base.mark_bar(color=_SOFT, height=10).encode(x=value)
    interval = base.mark_rule(color=_INK, strokeWidth=1.5).encode(x=alt.X("low:Q"), x2="high:Q")
    names = base.mark_text(
        align="left", dy=-15, color=_INK, fontSize=12, limit=alt.expr("width")
    ).encode(x=alt.value(0), text="segment:N")
    return _finish(alt.layer(bars, interval, names), records, 44 * len(records))


def next_issues_chart(records: Records, rows: int) -> dict[str, Any]:
    """Draw topics on the left, their next issues on the right, and lines between.

    Parameters
    ----------
    records : list of dict
        ``topic, next_topic, place, next_place, is_named, is_next_named, excess,
        figure``; places from 0, the top, to 1; a name is written where it is named.
    rows : int
        Topics in the longer column.
    """
    import altair as alt

    width = alt.Scale(domain=[0, 1], nice=False, zero=False)
    height = alt.Scale(domain=[1, 0], nice=False, zero=False)
    tooltips = [
        alt.Tooltip("topic:N", title="When you solve"),
        alt.Tooltip("next_topic:N", title="also settle"),
        alt.Tooltip("figure:N", title="Contacts"),
    ]
    place = alt.Y("place:Q", axis=None, scale=height)
    base = alt.Chart().encode(y=place, tooltip=tooltips)
    thickness = alt.Scale(domain=[0, max(r["excess"] for r in records)], range=[1, 9])
    lines = base.mark_rule(color=_MAIN, opacity=0.45, strokeCap="round").encode(
        x=alt.X("left:Q", axis=None, scale=width),
        x2="right:Q",
        y2="next_place:Q",
        strokeWidth=alt.StrokeWidth("excess:Q", scale=thickness, legend=None),
    )
    named: dict[str, Any] = {"color": _INK, "fontSize": 12, "limit": alt.expr("width * 0.36")}
    topics = base.transform_filter("datum.is_named").mark_text(align="right", dx=-8, **named)
    topics = topics.encode(x="left:Q", text="topic:N")
    next_topics = base.transform_filter("datum.is_next_named").mark_text(
        align="left", dx=8, **named
    )
    next_topics = next_topics.encode(
        x="right:Q", y=alt.Y("next_place:Q", axis=None, scale=height), text="next_topic:N"
    )
    placed = [r | {"left": _SIDES[0], "right": _SIDES[1]} for r in records]
    return _finish(alt.layer(lines, topics, next_topics), placed, 30 * rows + 10)


def calibration_chart(records: Records) -> dict[str, Any]:
    """Draw observed repeat rates against predicted risk, with the line of agreement.

    Parameters
    ----------
    records : list of dict
        ``predicted, observed, low, high, figure``.
    """
    import altair as alt

    top = max(max(r["predicted"], r["high"] or r["observed"]) for r in records)
    scale = alt.Scale(domain=[0, min(1.0, top * 1.05) or 1.0], nice=False)
    axis: dict[str, Any] = {"labelExpr": _PERCENT, "tickCount": 5}
    predicted = alt.X("predicted:Q", title="Predicted risk", scale=scale).axis(**axis)
    observed = alt.Y("observed:Q", title="Observed repeat rate", scale=scale).axis(**axis)
    base = alt.Chart().encode(x=predicted, tooltip=_tooltips("figure"))
    agreement = alt.Chart().mark_line(color=_QUIET, strokeDash=[4, 4], strokeWidth=1)
    agreement = agreement.encode(x="predicted:Q", y=alt.Y("predicted:Q"))
    interval = base.mark_rule(color=_MAIN, strokeWidth=2, opacity=0.5)
    interval = interval.encode(y=alt.Y("low:Q"), y2="high:Q")
    dots = base.mark_point(filled=True, color=_MAIN, size=60, opacity=1).encode(y=observed)
    return _finish(alt.layer(agreement, interval, dots), records, 300)


def waterfall_chart(records: Records) -> dict[str, Any]:
    """Draw how the weights of a link add up to its probability, one bar a rung.

    Parameters
    ----------
    records : list of dict
        ``place, finding, begin, end, next_place, weight, side, figure``, the first on
        top; ``begin`` and ``end`` in log-odds, ``side`` is for, against or sum.
    """
    import altair as alt

    reached = [r[end] for r in records for end in ("begin", "end")]
    ticks = [t for t in _LOG_ODDS_TICKS if min(reached) - 0.7 <= t <= max(reached) + 0.7]
    rows = alt.Scale(domain=[len(records) - 0.5, -0.7], nice=False, zero=False)
    place = alt.Y("place:Q", title=None, axis=None, scale=rows)
    base = alt.Chart().encode(y=place, tooltip=_tooltips("finding", "figure"))
    reach = alt.Scale(nice=False, padding=16)
    value = alt.X("begin:Q", title="Probability of a link, so far", scale=reach)
    value = value.axis(values=ticks, labelExpr=_PROBABILITY, labelOverlap="parity")
    sides = alt.Scale(domain=["for", "against", "sum"], range=[_MAIN, _WARM, _QUIET])
    bars = base.mark_rule(strokeWidth=10).encode(
        x=value, x2="end:Q", color=alt.Color("side:N", scale=sides, legend=None)
    )
    steps = alt.Chart().transform_filter("isValid(datum.next_place)").mark_rule(color=_QUIET)
    steps = steps.encode(x="end:Q", y=place, y2="next_place:Q")
    even = alt.Chart().mark_rule(color=_QUIET, strokeDash=[4, 4]).encode(x=alt.datum(0))
    words = _words_at_the_ends(base, "finding", "weight", 48)
    layers = alt.layer(even, steps, *words[:2], bars, *words[2:])
    return _finish(layers, records, 44 * len(records))


def changes_chart(records: Records) -> dict[str, Any]:
    """Draw how one repeat rate becomes the other, one step a part.

    Parameters
    ----------
    records : list of dict
        ``place, name, begin, end, low, high, next_place, points, side, figure``, the
        first on top; ``low`` and ``high`` are where the step might end, ``side`` is more,
        less or, at both ends, whole.
    """
    import altair as alt

    rows = alt.Scale(domain=[len(records) - 0.5, -0.7], nice=False, zero=False)
    place = alt.Y("place:Q", title=None, axis=None, scale=rows)
    base = alt.Chart().encode(y=place, tooltip=_tooltips("name", "figure"))
    value = alt.X("begin:Q", title="Repeat rate", scale=alt.Scale(zero=False, padding=16))
    value = value.axis(labelExpr=_PERCENT, tickCount=5)
    sides = alt.Scale(domain=["more", "less", "whole"], range=[_WARM, _MAIN, _INK])
    colour = alt.Color("side:N", scale=sides, legend=None)
    bars = base.mark_rule(strokeWidth=10).encode(x=value, x2="end:Q", color=colour)
    doubt = base.transform_filter("isValid(datum.low)").mark_rule(color=_INK, strokeWidth=1.5)
    doubt = doubt.encode(x="low:Q", x2="high:Q")
    ends = base.transform_filter("datum.side == 'whole'")
    ends = ends.mark_point(filled=True, size=110, opacity=1, color=_INK).encode(x=value)
    steps = alt.Chart().transform_filter("isValid(datum.next_place)").mark_rule(color=_QUIET)
    steps = steps.encode(x="end:Q", y=place, y2="next_place:Q")
    words = _words_at_the_ends(base, "name", "points", 60)
    layers = alt.layer(steps, *words[:2], bars, doubt, ends, *words[2:])
    return _finish(layers, records, 44 * len(records))


def _words_at_the_ends(base: Any, left: str, right: str, kept_free: int) -> list[Any]:
    """Give layers of words above each bar, the first two to be drawn behind the bars.

    Steps pass behind the words: the paper shines round every letter.
    """
    import altair as alt

    halos: tuple[dict[str, Any], ...] = ({"stroke": _PAPER, "strokeWidth": 4}, {})
    text: dict[str, Any] = {"dy": -15, "color": _INK, "fontSize": 12}
    named = text | {"align": "left", "limit": alt.expr(f"width - {kept_free}")}
    ends = {"align": "right"} | text
    return [
        layer
        for halo in halos
        for layer in (
            base.mark_text(**named, **halo).encode(x=alt.value(0), text=f"{left}:N"),
            base.mark_text(**ends, **halo).encode(x=alt.value("width"), text=f"{right}:N"),
        )
    ]


def _tooltips(*fields: str) -> list[Any]:
    import altair as alt

    return [alt.Tooltip(f"{field}:N", title=field.capitalize()) for field in fields]


def _finish(chart: Any, records: Records, height: int) -> dict[str, Any]:
    """Give the specification, as wide as its place, with nothing that varies.

    The schema's address goes: the page tells the drawer what it is, and a reader
    who looks for outside addresses finds none.
    """
    import altair as alt

    chart = chart.properties(data=alt.Data(values=records), width="container", height=height)
    transformers = alt.data_transformers.enable("default", consolidate_datasets=False)
    with transformers, alt.theme.enable("default"):
        spec: dict[str, Any] = chart.to_dict()
    spec.pop("$schema")
    return spec | {"config": CONFIG}
