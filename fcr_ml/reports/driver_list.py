"""Drivers as a list for the terminal, and what lies inside one of them.

Enters: DRIVERS; of one driver its rows of LEVERS, CONTRASTS and CONTRAST_EXAMPLES. Leaves: text of
at most the width asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.contrasts import contrast_kind, contrast_shares, lever_words, points
from fcr_ml.reports.repeats import no_drivers
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

_CONTRASTS_SHOWN = 25
_SHORT = {"too few contacts to tell": "too few to tell", "not found before": "new"}


def render_drivers(
    drivers: pd.DataFrame, width: int, colour: bool = False, csv: Path | None = None
) -> str:
    """Give the drivers as text, two lines each.

    Parameters
    ----------
    drivers : pandas.DataFrame
        DRIVERS; its ``attrs['segments_looked_at']`` is told.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    csv : pathlib.Path, optional
        Where the drivers were written; named at the end.
    """
    looked_at = int(drivers.attrs.get("segments_looked_at", 0))
    if drivers.empty:
        blocks: list[Block] = [[line(no_drivers(looked_at))]]
    else:
        first = drivers.iloc[0]
        rule = f"{wording.reading(first['reading'])}, {wording.window(first['window'])}"
        title = f"Drivers of repeats ({rule}): {len(drivers):,} of {looked_at:,} segments"
        headings = ["#", "segment and lever", "#excess repeats", "#less a month", "latest month"]
        rows = [cells for row in drivers.to_dict("records") for cells in _two_lines(row)]
        told = (
            "excess repeats: beyond what the mix gives, shrunk; less a month: were the segment to "
            f"come down to its mix; {_held_words(drivers)}. Intervals are of 95 %. A driver is a "
            "contrast, not a cause."
        )
        blocks = [[line(title, "bold"), grid(headings, rows)], [line(told, "dim")]]
    if csv is not None:
        blocks.append([line(f"The drivers: {csv}", "bold")])
    return as_text(blocks, width, colour)


def _held_words(drivers: pd.DataFrame) -> str:
    month = drivers["confirmation_month"].iloc[0]
    if pd.isna(month):
        return "latest month: the log has no two whole months that have closed"
    return f"latest month: whether it held in {month}, found on contacts before"


def _two_lines(row: Mapping[Any, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    excess, less = (
        wording.number_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])
        for name in ("excess_repeats", "avoidable_per_month")
    )
    held = _SHORT.get(row["confirmation"], row["confirmation"])
    return (
        (wording.count(row["rank"]), wording.name(row["segment"]), excess, less, held),
        ("", f"  {lever_words(dict(row))}", "", "", ""),
    )


def render_inside(
    driver: Mapping[Any, Any],
    levers: pd.DataFrame,
    contrasts: pd.DataFrame,
    examples: pd.DataFrame,
    width: int,
    colour: bool = False,
    csv: Path | None = None,
) -> str:
    """Give the evidence for one driver's lever, what its contacts hold, and typical notes.

    Parameters
    ----------
    driver : mapping
        A row of DRIVERS.
    levers, contrasts, examples : pandas.DataFrame
        Its rows of LEVERS, CONTRASTS and CONTRAST_EXAMPLES.
    width, colour, csv
        As in :func:`render_drivers`.
    """
    rule = f"{wording.reading(driver['reading'])}, {wording.window(driver['window'])}"
    names = ("excess_repeats", "excess_repeats_low", "excess_repeats_high")
    excess = points(*(driver[name] / driver["closed_contacts"] for name in names))
    title = f"{int(driver['rank'])}. {wording.name(driver['segment'])}, {lever_words(dict(driver))}"
    told = (
        f"{wording.count(driver['closed_contacts'])} closed contacts ({rule}), repeat rate "
        f"{wording.percent(driver['repeat_rate'])}; shrunk and with its 95 % interval that is "
        f"{excess} points more than its mix gives."
    )
    blocks: list[Block] = [
        [line(title, "bold"), line(told)],
        _levers(levers),
        _contrasts(contrasts),
    ]
    if len(examples):
        blocks.append(_examples(examples))
    blocks.append([line("A contrast suggests where to look; it does not prove why.", "dim")])
    if csv is not None:
        blocks.append([line(f"What its contacts hold: {csv}", "bold")])
    return as_text(blocks, width, colour)


def _levers(levers: pd.DataFrame) -> Block:
    headings = ["", "looked at", "lever", "found", "#% of the excess", "#q"]
    rows = [
        (
            "→" if row["is_named"] else "",
            wording.name(row["found_in"]),
            wording.name(row["lever"]),
            wording.name(row["verdict"]),
            points(*(row[f"share_of_excess{end}"] for end in ("", "_low", "_high"))),
            wording.q_value(row["q_value"]),
        )
        for row in levers.to_dict("records")
    ]
    told = (
        "% of the excess: what would go if worse units became like the typical one, beyond what is "
        "usual outside; q: that anything would, of next issues that more than half would."
    )
    return [line("Where the excess lies", "bold"), grid(headings, rows), line(told, "dim")]


def _contrasts(contrasts: pd.DataFrame) -> Block:
    if contrasts.empty:
        return [line("No difference between its repeated and its resolved contacts is shown.")]
    headings = ["looked at", "value", "#repeated", "#resolved", "#points apart", "#q"]
    rows = []
    for row in contrasts.head(_CONTRASTS_SHOWN).to_dict("records"):
        apart = points(row["difference"], row["difference_low"], row["difference_high"])
        q_value = wording.q_value(row["q_value"])
        shares = (share.split(",")[0] for share in contrast_shares(row))
        name = wording.name(row["value"])
        rows.append((contrast_kind(row["kind"]), name, *shares, apart, q_value))
    rest = len(contrasts) - _CONTRASTS_SHOWN
    more = [line(f"and {rest} more", "dim")] if rest > 0 else []
    looked_at = contrasts[["repeated_looked_at", "resolved_looked_at"]].max()
    counts = " and ".join(
        f"{wording.count(looked_at[f'{side}_looked_at'])} {side}"
        for side in ("repeated", "resolved")
    )
    title = f"What its repeated contacts hold more or less often ({counts} at most)"
    return [line(title, "bold"), grid(headings, rows), *more]


def _examples(examples: pd.DataFrame) -> Block:
    told: Block = [line("Notes most typical of either side, redacted and cut", "bold")]
    for row in examples.to_dict("records"):
        told.append(line(f"{row['outcome']}: {row['excerpt']}"))
    return told
