"""Tonight's list, and what calls proved, for the terminal.

Enters: FLAGS, or PROOF. Leaves: text of at most the width asked for.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.flag_words import capacity_told, listed_told
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

_SHOWN, _LOOKS = 20, 12


class Rankings(Protocol):
    """Lists by uplift and by risk compared, as ``fcr_ml.risk.uplift`` gives them."""

    @property
    def curve(self) -> pd.DataFrame:
        """``listed_share by_uplift by_risk by_chance``."""

    @property
    def difference(self) -> float:
        """Qini coefficient by uplift less by risk."""

    @property
    def low(self) -> float:
        """Lower end of its 95 % interval."""

    @property
    def high(self) -> float:
        """Upper end of the same."""

    @property
    def is_better(self) -> bool:
        """Whether ranking by uplift is shown to prevent more."""


def render_flags(
    flags: pd.DataFrame,
    as_of: pd.Timestamp,
    open_contacts: int,
    remarks: Sequence[str] = (),
    width: int = 100,
    colour: bool = False,
    time_zone: str = "UTC",
) -> str:
    """Give the desk's list as text: who to call, why, and what to settle.

    Parameters
    ----------
    flags : pandas.DataFrame
        FLAGS.
    as_of : pandas.Timestamp
        The list's moment.
    open_contacts : int
        How many it was taken from.
    remarks : sequence of str
        What else is to be said, one line each.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    time_zone : str
        The desk's; every time is told in it.
    """
    when = wording.instant(as_of, time_zone)
    blocks: list[Block]
    if flags.empty:
        counted = f"0 of {wording.count(open_contacts)} open contacts"
        blocks = [[line(f"No flags: {counted} are worth a call, as of {when}.")]]
    else:
        left_alone = int(flags["is_left_alone"].sum())
        is_priced = bool(flags["saving"].notna().any())
        headings = ["#", "contact", "#risk", "#in 48 h"]
        headings += ["#saves" if is_priced else "", "#hours left"]
        headings = [h for h in headings if h] + ["why, and what to do"]
        shown = flags.sort_values("rank").head(_SHOWN).to_dict("records")
        wide = max(24, width - 68)
        rows = [text for row in shown for text in _rows(row, is_priced, wide, time_zone)]
        title = f"Flags: {listed_told(len(flags), open_contacts)}, as of {when}"
        blocks = [[line(title, "bold")]]
        blocks[0] += [line(told) for told in capacity_told(len(flags), left_alone, open_contacts)]
        blocks[0].append(grid(headings, rows))
        if len(flags) > _SHOWN:
            blocks[0].append(line(f"and {wording.count(len(flags) - _SHOWN)} more", "dim"))
        if left_alone:
            told = f"{wording.count(left_alone)} drawn to be left alone: do not call those."
            blocks.append([line(told)])
    if remarks:
        blocks.append([line(remark) for remark in remarks])
    return as_text(blocks, width, colour)


def _rows(row: dict[Any, Any], is_priced: bool, wide: int, time_zone: str) -> list[tuple[str, ...]]:
    """Give the lines of one contact: who on the left, why and what to do on the right."""
    places = [wording.name(row[k]) for k in ("queue", "channel") if pd.notna(row[k])]
    who = [wording.name(row["contact_id"]), " · ".join(places)]
    who += ["LEFT ALONE"] if row["is_left_alone"] else []
    who = [told for told in who if told]
    why = [row["reason_1"], row["reason_2"], row["reason_3"]]
    why += [f"after {row['earlier_contact_id']}" if pd.notna(row["earlier_contact_id"]) else None]
    why += [] if row["is_left_alone"] else _what_to_do(row, time_zone)
    soon = wording.percent(row["within_48h_probability"])
    numbers = [wording.percent(row["risk"]), soon, wording.number(row["hours_left"], 0)]
    if is_priced:
        numbers.insert(2, wording.number(row["saving"], 2))
    firsts = [wording.count(row["rank"]), *numbers]
    rows = []
    lines = [part for w in why if pd.notna(w) for part in _wrapped(wording.name(w), wide)]
    for place, (left, right) in enumerate(zip_longest(who, lines, fillvalue="")):
        cells = firsts if place == 0 else [""] * len(firsts)
        rows.append((cells[0], left, *cells[1:], right))
    return rows


def _what_to_do(row: dict[Any, Any], time_zone: str) -> list[str]:
    """Give what to do about a contact that is to be called, and from when."""
    told = [("do", row["what_to_do"]), ("also settle", row["also_settle"])]
    lines = [f"{say}: {value}" for say, value in told if pd.notna(value)]
    if pd.notna(row["shift"]):
        lines.append(f"call from {wording.instant(row['call_from_at'], time_zone)}")
    return lines


def _wrapped(text: str, wide: int) -> list[str]:
    """Break a text at spaces; what goes on is set in."""
    return textwrap.wrap(text, wide, subsequent_indent="  ") or [""]


def render_proof(
    proof: pd.DataFrame,
    remarks: Sequence[str],
    width: int,
    colour: bool,
    rankings: Rankings | None = None,
) -> str:
    """Give what calls proved as text.

    Parameters
    ----------
    proof : pandas.DataFrame
        PROOF, one row a week in which windows ran out; the last is the latest look.
    remarks : sequence of str
        What it means, one line each.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    rankings : Rankings, optional
        Lists by uplift and by risk compared, once there is enough proof.
    """
    if proof.empty:
        return as_text([[line(remark) for remark in remarks]], width, colour)
    latest = proof.iloc[-1]
    window = wording.window(str(latest["window"]))
    reading = wording.reading(str(latest["reading"]))
    title = f"Returns of called and left alone ({reading}, {window}), by weeks in which some closed"
    headings = ["closed by", "#called", "#returned", "#left alone", "#returned", "#gain in points"]
    rows = [_proof_row(row) for row in proof.tail(_LOOKS).to_dict("records")]
    blocks: list[Block] = [[line(title, "bold"), grid(headings, rows)]]
    blocks.append([line(remark) for remark in remarks])
    blocks += [] if rankings is None else [_qini(rankings)]
    return as_text(blocks, width, colour)


def _qini(rankings: Rankings) -> Block:
    """Give both Qini curves as a table, and which ranking prevents more."""
    names = ("by_uplift", "by_risk", "by_chance")
    rows = [
        (wording.percent(row["listed_share"]), *(wording.number(100 * row[n]) for n in names))
        for row in rankings.curve.to_dict("records")
    ]
    headings = ["called", "#by uplift", "#by risk", "#by chance"]
    difference, low, high = (
        100 * end for end in (rankings.difference, rankings.low, rankings.high)
    )
    apart = wording.number_interval(difference, low, high, 2)
    told = "Not shown to prevent more; the list stays by risk."
    if rankings.is_better:
        told = "It is shown to prevent more; the list is by uplift from now on."
    return [
        line("Repeats that calls prevent, of 100 flagged, when the list is cut short", "bold"),
        grid(headings, rows),
        line(
            "Uplift is what a call prevents at a contact's risk, learned from other customers. "
            f"Qini (mean height above chance), by uplift less by risk: {apart}, 95 % interval by "
            f"customer. {told}"
        ),
    ]


def _proof_row(row: dict[Any, Any]) -> tuple[str, ...]:
    if pd.notna(row["remark"]):
        told = wording.name(row["remark"])
    else:
        gain, low, high = (100 * float(row[n]) for n in ("gain", "gain_low", "gain_high"))
        told = wording.number_interval(gain, low, high, 1)
    return (
        wording.day(row["closed_by"]),
        wording.count(row["called_contacts"]),
        wording.percent(row["called_repeat_rate"]),
        wording.count(row["left_alone_contacts"]),
        wording.percent(row["left_alone_repeat_rate"]),
        told,
    )
