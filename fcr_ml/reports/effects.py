"""Effects of levers on the page and the terminal: estimates under stated assumptions.

Enters: rows of EFFECTS. Leaves: a section for the page's template, and text for the
terminal. Assumptions stand beside every figure; a refused estimate says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import comparison_charts, wording
from fcr_ml.reports.comparisons import points_interval
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.screen import as_text, grid, line
from fcr_ml.reports.tables import (
    Cell,
    Chart,
    Folded,
    Part,
    Points,
    Section,
    Table,
    count_cell,
    numbers,
    text_cell,
    words,
)

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

Row = dict[Any, Any]

ASSUMPTIONS = (
    "Among contacts alike in the columns adjusted for, the lever was set regardless of anything "
    "else that makes contacts repeat. Nothing in the log can prove this.",
    "The columns adjusted for were settled before the lever was set. Topic and reason code are "
    "written down late and are taken for what the customer came about, the queue for the one in "
    "which the contact began; handle time is never adjusted for.",
    "What is done in one contact does not change how others repeat.",
    "The figure is of the contacts that the lever was set for and that have others like them, "
    "not of all contacts.",
)
E_VALUE = (
    "The E-value is how many times as frequent on one side something unseen would have to be, "
    "and how many times as likely it would have to make repeats, to explain the estimate away; "
    "in brackets that of the nearer end of the interval, 1 where the interval holds no effect."
)


def effects_section(findings: Findings) -> Section | None:
    """Give what levers do to repeats; None where the log tells of no lever."""
    rows = findings.effects
    if rows.empty:
        return None
    told = rows[rows["effect"].notna()].to_dict("records")
    lead = (
        "Estimates under stated assumptions, not proofs: what a lever adds to the repeat rate of "
        "the contacts that it was set for, against what contacts like them do without it. Only a "
        "trial on a part shows what a change brings about.",
        E_VALUE,
    )
    parts: list[Part] = [_chart(told)] if told else []
    every = rows.to_dict("records")
    parts += [_table(every), Points(ASSUMPTIONS)]
    parts.append(Folded("What the estimates rest on", _footing(every)))
    return Section("effects", "Effect of a lever", lead, tuple(parts))


def _chart(rows: list[Row]) -> Chart:
    records = [
        {
            "place": place,
            "lever": lever_words(row),
            "effect": float(row["effect"]),
            "low": float(row["effect_low"]),
            "high": float(row["effect_high"]),
            "difference": float(row["difference"]),
            "figure": f"{_points(row, 'effect')} points; not adjusted {_points(row, 'difference')}",
        }
        for place, row in enumerate(rows)
    ]
    in_words = (
        "Filled dots with intervals: what each lever adds to the repeat rate, adjusted. Hollow "
        "dots: the difference that nothing is adjusted for. The table below holds the figures."
    )
    return Chart("chart-effects", comparison_charts.effects_chart(records), in_words)


def lever_words(row: Row) -> str:
    """Say how the lever was set, and against what."""
    return f"{wording.name(row['value'])}, against {wording.name(row['against'])}"


def _points(row: Row, name: str) -> str:
    return points_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])


def _estimate(row: Row) -> str:
    return str(row["remark"]) if pd.isna(row["effect"]) else _points(row, "effect")


def _table(rows: list[Row]) -> Table:
    cells = tuple(
        (
            text_cell(lever_words(row), note=str(row["verdict"])),
            count_cell(row["closed_with"]),
            count_cell(row["closed_without"]),
            Cell(_points(row, "difference"), _order(row["difference"])),
            Cell(_estimate(row), _order(row["effect"])),
            Cell(_e_values(row), _order(row["e_value"])),
        )
        for row in rows
    )
    first = rows[0]
    rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
    return Table(
        "effects-table",
        f"What a lever adds to the repeat rate ({rule}), in percentage points with 95 % intervals "
        "by customer",
        words("Lever")
        + numbers("With it", "Without", "Not adjusted", "Estimate", "E-value (nearer end)"),
        cells,
    )


def _footing(rows: list[Row]) -> Table:
    """Give what each estimate rests on: how alike the sides are, and the strongest column."""
    cells = tuple(
        (
            text_cell(lever_words(row), note=f"adjusted for {_columns(row['adjusted_for'])}"),
            Cell(wording.percent(row["overlap_rate"]), _order(row["overlap_rate"])),
            count_cell(row["effective_contacts"]),
            Cell(wording.percent(row["largest_weight"]), _order(row["largest_weight"])),
            Cell(_apart(row), _order(row["imbalance_after"])),
            Cell(_strongest(row), note=_how_many(row)),
        )
        for row in rows
    )
    return Table(
        "effects-footing-table",
        "How far there are others alike, and how strong the strongest measured column is",
        words("Lever")
        + numbers(
            "Have others alike",
            "Others worth",
            "Largest weight",
            "Standard deviations apart, before and weighed",
        )
        + words("Strongest column"),
        cells,
    )


def _columns(text: str) -> str:
    return text.replace("_", " ").replace(" + ", ", ")


def _e_values(row: Row) -> str:
    if pd.isna(row["e_value"]):
        return wording.NOTHING
    return f"{wording.number(row['e_value'], 2)} ({wording.number(row['e_value_near'], 2)})"


def _strongest(row: Row) -> str:
    if pd.isna(row["strongest_column"]):
        return wording.NOTHING
    return str(row["strongest_column"]).replace("_", " ")


def _how_many(row: Row) -> str:
    """Say how strong an unseen column would have to be, beside the strongest measured one."""
    if pd.isna(row["times_strongest"]) or row["verdict"] == "cannot tell":
        return ""
    return f"unseen: {wording.number(row['times_strongest'], 1)} times as strong"


def _apart(row: Row) -> str:
    if pd.isna(row["imbalance_after"]):
        return wording.NOTHING
    before, after = (wording.number(row[f"imbalance_{when}"], 2) for when in ("before", "after"))
    return f"{before} → {after}"


def _order(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def render_effects(effects: pd.DataFrame, width: int, colour: bool = False) -> str:
    """Give the effects of levers as text for the terminal.

    Parameters
    ----------
    effects : pandas.DataFrame
        EFFECTS.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    if effects.empty:
        told = (
            "No effects: the log tells of no lever. Transfers, hold_seconds, channel and ended_at "
            "are what they are told by."
        )
        return as_text([[line(told)]], width, colour)
    rows = effects.to_dict("records")
    rule = f"{wording.reading(rows[0]['reading'])}, {wording.window(rows[0]['window'])}"
    title = f"What a lever adds to the repeat rate ({rule}): estimates under stated assumptions"
    headings = ["lever", "#with it", "#not adjusted", "#estimate", "#E-value"]
    cells = [cell for row in rows for cell in _two_lines(row)]
    refused = [
        line(f"no estimate for {lever_words(row)}: {row['remark']}")
        for row in rows
        if pd.isna(row["effect"])
    ]
    adjusted = dict.fromkeys(_columns(row["adjusted_for"]) for row in rows)
    points = line(
        f"Adjusted for {'; or '.join(adjusted)}. In percentage points with 95 % intervals by "
        f"customer. {E_VALUE}",
        "dim",
    )
    blocks: list[Block] = [[line(title, "bold"), grid(headings, cells), *refused, points]]
    strong = [sentence for row in rows if (sentence := _strength(row))]
    blocks += [[line(sentence) for sentence in strong]] if strong else []
    blocks.append([line("Assumed:", "bold"), *(line(text, "dim") for text in ASSUMPTIONS)])
    return as_text(blocks, width, colour)


def _two_lines(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        (
            wording.name(row["value"]),
            wording.count(row["closed_with"]),
            _points(row, "difference"),
            wording.NOTHING if pd.isna(row["effect"]) else _points(row, "effect"),
            _e_values(row),
        ),
        (f"  against {wording.name(row['against'])}", "", "", "", row["verdict"]),
    )


def _strength(row: Row) -> str:
    """Say how strong something unseen would have to be; nothing where nothing was found."""
    if row["verdict"] not in ("more repeats", "fewer repeats") or pd.isna(row["e_value"]):
        return ""
    side = "with" if row["verdict"] == "more repeats" else "without"
    told = (
        f"{lever_words(row)}: to explain this away, something unseen would have to be "
        f"{wording.number(row['e_value'], 1)} times as frequent {side} the lever and make repeats "
        f"{wording.number(row['e_value'], 1)} times as likely"
    )
    if pd.isna(row["times_strongest"]):
        return f"{told}."
    return (
        f"{told}, or move the estimate {wording.number(row['times_strongest'], 1)} times as far as "
        f"{_strongest(row)} does, the strongest column measured."
    )
