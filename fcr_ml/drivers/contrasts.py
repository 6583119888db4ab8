"""Inside a driver: what its repeated contacts hold more often than its resolved ones.

Enters: a casebook, its closed contacts, drivers. Leaves: the tables CONTRASTS and
CONTRAST_EXAMPLES. A contrast suggests where to look; it does not say why. Only redacted notes
are read, words of few customers or of one agent are not shown, and agents only where the
settings allow them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.held_more import compare_sides
from fcr_ml.drivers.rows import SegmentRows
from fcr_ml.drivers.search import Search
from fcr_ml.drivers.typical import pick_examples
from fcr_ml.drivers.words import (
    CHARACTERS,
    FEWEST_CUSTOMERS,
    Words,
    count_words,
    is_one_agents,
)
from fcr_ml.engine import DuckEngine, statement
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.contrasts import CONTRAST_EXAMPLES, CONTRASTS

MOST_CONTACTS, MOST_NOTES = 20_000, 1_000
"""Repeated contacts, and as many resolved ones, of which columns and notes are compared;
of larger drivers every second, third or further one."""

_MOST_WORDS = 12
"""Words shown of a kind, each way."""

_LEVEL = 0.05
_ALWAYS = ("was_transferred", "was_on_hold")
"""Told whether or not they differ: that contacts were not transferred is an answer too."""

_MOST_QUEUES = 5
_KINDS = {"note": "note word", "resolution_note": "answer word"}


@dataclass(frozen=True)
class Contrasts:
    """What drivers hold.

    Parameters
    ----------
    table : pandas.DataFrame
        CONTRASTS.
    examples : pandas.DataFrame
        CONTRAST_EXAMPLES.
    """

    table: pd.DataFrame
    examples: pd.DataFrame


def no_contrasts() -> Contrasts:
    """Give both tables without rows."""
    return Contrasts(empty(CONTRASTS), empty(CONTRAST_EXAMPLES))


def find_contrasts(
    casebook: Casebook, rows: SegmentRows, search: Search, places: list[int]
) -> Contrasts:
    """Give what repeated contacts of each driver hold more often than its resolved ones.

    Parameters
    ----------
    casebook : Casebook
        Its redacted notes are read where it has any.
    rows : SegmentRows
        The closed contacts.
    search : Search
        What was searched.
    places : list of int
        Segments that are drivers, the largest first.

    Returns
    -------
    Contrasts
        By driver, then kind, the strongest evidence first. Of words and columns what differs
        at a q-value of 0.05, over everything looked at in that driver; whether transferred or
        on hold always; queues of follow-ups without a comparison, for resolved contacts
        have none. A driver all of whose contacts were repeated, or none, is compared with
        nothing and has no rows but those.
    """
    inside = [_sides(rows, search, place) for place in places]
    if not inside:
        return no_contrasts()
    notes = _read_notes(casebook, rows, inside)
    words = {name: count_words(notes[name].tolist()) for name in _KINDS if notes is not None}
    queues = _next_queues(casebook, rows, inside)
    tables, examples = [], []
    for place, sides in zip(places, inside, strict=True):
        segment = search.segments.words(place)
        looked = [_columns(rows, search, place, sides)] if sides.is_both else []
        if sides.is_both and notes is not None:
            at = notes.index.get_indexer(pd.Index(sides.of_notes))
            spoken = {name: _words(rows, sides, words[name], at, name) for name in _KINDS}
            looked += list(spoken.values())
            texts = notes["note"].iloc[at].tolist()
            inside_notes = rows.contacts.iloc[sides.of_notes].assign(note=texts)
            picked = pick_examples(inside_notes, spoken["note"])
            examples.append(picked.assign(segment=segment))
        kept = _with_q_values(looked)
        kept = pd.concat([kept, _followed(rows, sides, queues)], ignore_index=True)
        tables.append(kept.assign(segment=segment))
    told = pd.concat(tables, ignore_index=True).assign(
        reading=casebook.settings["reading"],
        window=str(RepeatWindow.parse(casebook.settings["window"])),
    )
    return Contrasts(
        conform(CONTRASTS, told.reindex(columns=list(CONTRASTS.columns))),
        conform(CONTRAST_EXAMPLES, pd.concat(examples)) if examples else empty(CONTRAST_EXAMPLES),
    )


@dataclass(frozen=True)
class _Sides:
    """Rows of a driver's contacts: all compared by column, some of them by their notes."""

    of_columns: NDArray[np.intp]
    of_notes: NDArray[np.intp]
    repeated: NDArray[np.intp]
    is_both: bool


def _sides(rows: SegmentRows, search: Search, place: int) -> _Sides:
    members = np.sort(search.segments.members[:, place].indices)
    is_repeated = rows.contacts["follow_up_id"].notna().to_numpy()[members]
    parts = [members[is_repeated], members[~is_repeated]]
    columns, notes = (
        np.sort(np.concatenate([part[:: max(-(-len(part) // most), 1)] for part in parts]))
        for most in (MOST_CONTACTS, MOST_NOTES)
    )
    return _Sides(columns, notes, parts[0], all(len(part) > 0 for part in parts))


def _read_notes(casebook: Casebook, rows: SegmentRows, inside: list[_Sides]) -> pd.DataFrame | None:
    """Give the beginnings of notes and answers by row of the contacts; None without notes."""
    if "notes" not in casebook.table_names:
        return None
    wanted = np.unique(np.concatenate([sides.of_notes for sides in inside]))
    ids = rows.contacts["contact_id"].iloc[wanted]
    with DuckEngine() as engine:
        engine.put("wanted", pd.DataFrame({"contact_id": ids.astype("string")}))
        columns = casebook.columns("notes")
        if "resolution_note" in columns:
            engine.put("notes", casebook.path("notes"))
        else:
            engine.put("notes", casebook.table("notes", ["contact_id", "note", "resolution_note"]))
        found = engine.ask(statement("contrasts_notes", characters=CHARACTERS))
    told = found.set_index("contact_id").reindex(ids).set_index(wanted)
    return told.astype("object").where(told.notna(), "")


def _next_queues(casebook: Casebook, rows: SegmentRows, inside: list[_Sides]) -> pd.Series:
    """Give the queue of each follow-up by row of the contact that was repeated."""
    wanted = np.unique(np.concatenate([sides.repeated for sides in inside]))
    pairs = rows.contacts[["contact_id", "follow_up_id"]].iloc[wanted].astype("string")
    if "queue" not in casebook.columns("contacts") or not len(pairs):
        return pd.Series([], index=pd.Index([], dtype=np.intp), dtype="object")
    with DuckEngine() as engine:
        engine.put("wanted", pairs)
        engine.put("contacts", casebook.path("contacts"))
        found = engine.ask(statement("contrasts_queues"))
    places = pd.Series(wanted, index=pairs["contact_id"])
    return pd.Series(found["queue"].to_numpy(), index=places.loc[found["contact_id"]].to_numpy())


def _columns(rows: SegmentRows, search: Search, place: int, sides: _Sides) -> pd.DataFrame:
    """Compare the values of the columns that may form segments, but for the driver's own."""
    from scipy.sparse import csr_matrix, hstack

    own, blocks, names = search.segments.columns(place), [], []
    of_columns = sides.of_columns
    for name in rows.segment_columns:
        levels = search.mix.levels[name]
        codes = levels.codes[of_columns]
        known = np.flatnonzero((codes > 0) & (codes <= len(levels.names)))
        if name in own or not len(known):
            continue
        cells = (np.ones(len(known)), (known, codes[known] - 1))
        blocks.append(csr_matrix(cells, shape=(len(codes), len(levels.names))))
        names += [(name, value) for value in levels.names]
    if not blocks:
        return pd.DataFrame()
    told = _compared(rows, of_columns, hstack(blocks, format="csr"))
    told[["kind", "value"]] = names
    is_other = told["kind"].str.startswith(("was_", "answer_")) & told["value"].eq("no")
    return told[(told["customers"] >= FEWEST_CUSTOMERS) & ~is_other]


def _words(
    rows: SegmentRows, sides: _Sides, counted: Words, at: NDArray[np.intp], name: str
) -> pd.DataFrame:
    """Compare the words of notes or answers; only those that may be shown."""
    held = counted.held[at]
    told = _compared(rows, sides.of_notes, held).assign(kind=_KINDS[name], value=counted.words)
    agents = pd.factorize(rows.contacts["agent_id"].iloc[sides.of_notes])[0]
    is_hidden = is_one_agents(held, agents) | counted.may_be_name
    return told[(told["customers"] >= FEWEST_CUSTOMERS).to_numpy() & ~is_hidden]


def _compared(rows: SegmentRows, members: NDArray[np.intp], held: object) -> pd.DataFrame:
    contacts = rows.contacts.iloc[members]
    owners = pd.factorize(contacts["customer_id"])[0]
    return compare_sides(held, contacts["follow_up_id"].notna().to_numpy(), owners)


def _with_q_values(looked: list[pd.DataFrame]) -> pd.DataFrame:
    """Add q-values over everything looked at in a driver, and keep what differs."""
    from scipy.stats import false_discovery_control

    told = pd.concat(looked, ignore_index=True) if looked else pd.DataFrame()
    if told.empty:
        return pd.DataFrame()
    told = told.assign(q_value=false_discovery_control(told["p_value"]))
    is_kept = (told["q_value"] <= _LEVEL) | told["kind"].isin(_ALWAYS)
    if not is_kept.any():
        return pd.DataFrame()
    kept = told[is_kept].assign(strength=told["evidence"].abs(), more=told["difference"] > 0)
    kept = kept.sort_values(
        ["kind", "more", "strength", "value"], ascending=[True, False, False, True]
    )
    is_word = kept["kind"].isin(_KINDS.values()).to_numpy(dtype=bool)
    rank = kept.groupby(["kind", "more"]).cumcount().to_numpy(dtype=int)
    return kept[~is_word | (rank < _MOST_WORDS)]


def _followed(rows: SegmentRows, sides: _Sides, queues: pd.Series) -> pd.DataFrame:
    """Count the queues in which the follow-ups of a driver waited."""
    found = queues[queues.index.isin(sides.repeated)]
    customers = rows.contacts["customer_id"].iloc[found.index.to_numpy(dtype=np.intp)]
    told = pd.DataFrame({"value": found.to_numpy(), "customer_id": customers.to_numpy()})
    counted = told.groupby("value")["customer_id"].agg(["size", "nunique"]).reset_index()
    counted = counted[counted["nunique"] >= FEWEST_CUSTOMERS]
    counted = counted.sort_values(["size", "value"], ascending=[False, True]).head(_MOST_QUEUES)
    return pd.DataFrame(
        {
            "kind": "next queue",
            "value": counted["value"],
            "repeated_contacts": counted["size"],
            "repeated_looked_at": len(found),
            "repeated_share": counted["size"] / max(len(found), 1),
            "customers": counted["nunique"],
        }
    )
