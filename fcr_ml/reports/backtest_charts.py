"""Charts of a backtest: how well each way found repeats, month by month.

Enters: records whose figures are finished, each with its text for the tooltip. Leaves:
dictionaries that need nothing from outside, coloured as in :mod:`fcr_ml.reports.charts`.
"""

from __future__ import annotations

import json
from typing import Any

from fcr_ml.reports.charts import CONFIG

Records = list[dict[str, Any]]

_INK, _QUIET, _PAPER = "var(--ink)", "var(--quiet)", "var(--paper)"
_COLOURS = ("var(--main)", "var(--warm)", "var(--quiet)")
_DASHES = ([1, 0], [7, 3], [2, 3])
_SIGNED = "datum.value == 0 ? '0' : replace(format(datum.value, '+.3~f'), '-', '\u2212')"

HEIGHT, NAMES_WIDTH = 260, 108
"""In pixels; the names of the lines stand to their right."""

_LINE = 15
"""A line of the names, in pixels: closer together they would be written over each other."""


def precision_chart(records: Records, ways: list[str], months: list[str]) -> dict[str, Any]:
    """Draw the average precision of each way by month, its name at the end of its line.

    Parameters
    ----------
    records : list of dict
        ``month, place, way, value, figure``; places count months from 0, and a month
        without a value breaks the line.
    ways : list of str
        From the first colour to the last.
    months : list of str
        What stands under each place.
    """
    values = [row["value"] for row in records if row["value"] is not None]
    spread = max(values) - min(values) or 0.1
    domain = [max(0.0, min(values) - 0.15 * spread), max(values) + 0.15 * spread]
    y = {
        "field": "value",
        "type": "quantitative",
        "title": "Average precision",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"tickCount": 5},
    }
    scales = (
        {"scale": {"domain": ways, "range": list(_COLOURS[: len(ways)])}, "legend": None},
        {"scale": {"domain": ways, "range": list(_DASHES[: len(ways)])}, "legend": None},
    )
    way = {"field": "way", "type": "nominal"}
    x, colour = _months_axis(months), way | scales[0]
    line = {
        "mark": {"type": "line", "strokeWidth": 2.2},
        "encoding": {"x": x, "y": y, "color": colour, "strokeDash": way | scales[1]},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "color": colour,
            "tooltip": _tooltips("month", "way", "figure"),
        },
    }
    named = _names_at_the_ends(records, ways, domain)
    halos: Records = [{"stroke": _PAPER, "strokeWidth": 4}, {"stroke": None}]
    names = [
        {
            "data": {"values": named},
            "mark": {"type": "text", "align": "left", "dx": 9, "fontSize": 12} | halo,
            "encoding": {
                "x": x,
                "y": y,
                "text": way,
                "color": colour,
            },
        }
        for halo in halos
    ]
    return _finished([line, dots, *names], records, HEIGHT)


def gain_chart(records: Records, months: list[str]) -> dict[str, Any]:
    """Draw what retraining gained each month, with its interval, about the line of none.

    Parameters
    ----------
    records : list of dict
        ``month, place, value, low, high, figure``.
    months : list of str
        What stands under each place.
    """
    x, tooltips = _months_axis(months), _tooltips("month", "figure")
    none = {"mark": {"type": "rule", "color": _QUIET}, "encoding": {"y": {"datum": 0}}}
    interval = {
        "mark": {"type": "rule", "color": _COLOURS[0], "strokeWidth": 2, "opacity": 0.5},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
            "tooltip": tooltips,
        },
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": "Gain over never retraining",
        "axis": {"tickCount": 4, "labelExpr": _SIGNED},
        "scale": {"zero": True},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "color": _COLOURS[0], "size": 55, "opacity": 1},
        "encoding": {"x": x, "y": y, "tooltip": tooltips},
    }
    return _finished([none, interval, dots], records, HEIGHT * 2 // 3)


def _names_at_the_ends(records: Records, ways: list[str], domain: list[float]) -> Records:
    """Place each name by the last point of its line, none over another."""
    known = [row for row in records if row["value"] is not None]
    last = {row["way"]: row for row in sorted(known, key=lambda row: row["place"])}
    ends = sorted((last[way] for way in ways if way in last), key=lambda row: row["value"])
    least = (domain[1] - domain[0]) * _LINE / HEIGHT
    places: list[float] = []
    for row in ends:
        places.append(max(row["value"], places[-1] + least) if places else row["value"])
    # What was pushed up over the top comes down again, and pushes the others.
    for place in range(len(places) - 1, -1, -1):
        top = domain[1] if place == len(places) - 1 else places[place + 1] - least
        places[place] = min(places[place], top)
    return [
        {"way": row["way"], "place": row["place"], "value": round(value, 9)}
        for row, value in zip(ends, places, strict=True)
    ]


def _months_axis(months: list[str]) -> dict[str, Any]:
    return {
        "field": "place",
        "type": "quantitative",
        "title": None,
        "scale": {
            "domain": [-0.15, max(len(months) - 1, 0.15)],
            "nice": False,
            "zero": False,
            "range": [0, {"expr": f"width - {NAMES_WIDTH}"}],
        },
        "axis": {
            "values": list(range(len(months))),
            "labelExpr": f"{json.dumps(months)}[datum.value]",
            "labelOverlap": "parity",
            "labelSeparation": 8,
            "grid": False,
        },
    }


def _tooltips(*fields: str) -> list[dict[str, str]]:
    return [{"field": field, "type": "nominal", "title": field.capitalize()} for field in fields]


def _finished(layers: Records, records: Records, height: int) -> dict[str, Any]:
    return {
        "layer": layers,
        "data": {"values": records},
        "width": "container",
        "height": height,
        "config": CONFIG,
    }
