"""Charts of comparisons and effects, as Vega-Lite specifications.

Enters: records whose figures are finished, each with its text for the tooltip. Leaves:
dictionaries that need nothing from outside, coloured as in :mod:`fcr_ml.reports.charts`.
"""

from __future__ import annotations

from typing import Any

from fcr_ml.reports.charts import CONFIG

Records = list[dict[str, Any]]

_INK, _QUIET, _MAIN, _WARM = "var(--ink)", "var(--quiet)", "var(--main)", "var(--warm)"
_POINTS = "datum.value == 0 ? '0' : replace(format(datum.value * 100, '+~r'), '-', '\u2212')"
_MINUTES = "datum.value == 0 ? '0' : replace(format(datum.value, '+~r'), '-', '\u2212')"
_NONE = {"mark": {"type": "rule", "color": _QUIET}, "encoding": {"y": {"datum": 0}}}


def funnel_chart(records: Records, limits: Records) -> dict[str, Any]:
    """Draw units by how much is known of them, with the limits that narrow with it.

    Parameters
    ----------
    records : list of dict
        ``unit, contacts, excess, verdict, is_named, figure``; contacts count as
        independent ones.
    limits : list of dict
        ``contacts, low, high, kind`` from few contacts to many; kind is 'chance alone'
        or 'with the ordinary spread'.
    """
    x = {
        "field": "contacts",
        "type": "quantitative",
        "title": "Closed contacts, as independent ones would count",
        "scale": {"type": "log", "nice": False, "padding": 24},
        "axis": {"grid": False, "format": ",", "labelOverlap": "parity", "tickCount": 6},
    }
    y = _points_axis("excess", "y")
    kinds = list(dict.fromkeys(row["kind"] for row in limits))
    lines = [
        {
            "data": {"values": limits},
            "mark": {"type": "line", "color": _QUIET, "strokeWidth": 1.3},
            "encoding": {
                "x": x,
                "y": {"field": end, "type": "quantitative"},
                "strokeDash": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {
                        "domain": kinds,
                        "range": [[1, 0], [5, 4]][: len(kinds)],
                    },
                },
            },
        }
        for end in ("low", "high")
    ]
    colour = {
        "field": "verdict",
        "type": "nominal",
        "scale": {"domain": ["worse", "better", "as expected"], "range": [_WARM, _MAIN, _QUIET]},
        "legend": None,
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": colour, "tooltip": _tooltips("unit", "figure")},
    }
    # Lines pass behind the names: the paper shines round every letter.
    halos: Records = [{"stroke": "var(--paper)", "strokeWidth": 4}, {}]
    text = {"type": "text", "dy": -11, "color": _INK, "fontSize": 12, "limit": 160}
    names = [
        {
            "transform": [{"filter": "datum.is_named"}],
            "mark": text | halo,
            "encoding": {"x": x, "y": y, "text": {"field": "unit", "type": "nominal"}},
        }
        for halo in halos
    ]
    return _finished([_NONE, *lines, names[0], dots, names[1]], records, 320)


def trade_off_chart(records: Records, slope: Records) -> dict[str, Any]:
    """Draw the repeat rate of groups of units by how long they handle, with the slope.

    Parameters
    ----------
    records : list of dict
        ``minutes, excess, low, high, figure``.
    slope : list of dict
        ``minutes, excess`` at both ends of the line; empty where there is none.
    """
    x = {
        "field": "minutes",
        "type": "quantitative",
        "title": "Handle time against the mix, minutes a contact",
        "scale": {"zero": False, "padding": 16},
        "axis": {"tickCount": 6, "labelExpr": _MINUTES},
    }
    line = {
        "data": {"values": slope},
        "mark": {"type": "line", "color": _QUIET, "strokeDash": [5, 4]},
        "encoding": {"x": x, "y": {"field": "excess", "type": "quantitative"}},
    }
    interval = {
        "mark": {"type": "rule", "color": _MAIN, "strokeWidth": 2, "opacity": 0.5},
        "encoding": {
            "x": x,
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
            "tooltip": _tooltips("figure"),
        },
    }
    dots = {
        "mark": {"type": "point", "filled": True, "color": _MAIN, "size": 60, "opacity": 1},
        "encoding": {"x": x, "y": _points_axis("excess", "y"), "tooltip": _tooltips("figure")},
    }
    return _finished([_NONE, *([line] if slope else []), interval, dots], records, 280)


def effects_chart(records: Records) -> dict[str, Any]:
    """Draw what each lever adds, beside the difference that nothing is adjusted for.

    Parameters
    ----------
    records : list of dict
        ``place, lever, effect, low, high, difference, figure``, the first on top.
    """
    rows = {"domain": [len(records) - 0.5, -0.7], "nice": False, "zero": False}
    y = {"field": "place", "type": "quantitative", "axis": None, "scale": rows}
    tooltips = _tooltips("lever", "figure")
    x = _points_axis("effect", "x", "Added to the repeat rate, percentage points")
    none = {"mark": {"type": "rule", "color": _QUIET}, "encoding": {"x": {"datum": 0}}}
    layers: Records = [
        none,
        {
            "mark": {"type": "rule", "color": _MAIN, "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": {"field": "low", "type": "quantitative"},
                "x2": {"field": "high"},
                "tooltip": tooltips,
            },
        },
        {
            "mark": {"type": "point", "stroke": _WARM, "size": 70, "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": {"field": "difference", "type": "quantitative"},
                "tooltip": tooltips,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "color": _MAIN, "size": 70, "opacity": 1},
            "encoding": {"y": y, "x": x, "tooltip": tooltips},
        },
        {
            "mark": {
                "type": "text",
                "align": "left",
                "dy": -15,
                "color": _INK,
                "fontSize": 12,
                "limit": {"expr": "width"},
            },
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "lever", "type": "nominal"}},
        },
    ]
    return _finished(layers, records, 48 * len(records))


def _points_axis(
    field: str, channel: str, title: str = "Repeat rate against the mix, percentage points"
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "field": field,
        "type": "quantitative",
        "title": title,
        "axis": {"labelExpr": _POINTS, "tickCount": 5},
        "scale": {"zero": True, "padding": 12} if channel == "x" else {"zero": True},
    }
    return told


def _tooltips(*fields: str) -> list[dict[str, str]]:
    return [{"field": field, "type": "nominal", "title": field.capitalize()} for field in fields]


def _finished(layers: list[dict[str, Any]], records: Records, height: int) -> dict[str, Any]:
    return {
        "layer": layers,
        "data": {"values": records},
        "width": "container",
        "height": height,
        "config": CONFIG,
    }
