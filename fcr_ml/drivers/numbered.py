"""Closed contacts as numbers: what comparisons and effects are reckoned from.

Enters: a casebook. Leaves: the closed contacts that drivers are sought in, their columns
numbered, and their measures as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.rows import read_segment_rows
from fcr_ml.drivers.segments import MOST_LEVELS, Levels, number_levels
from fcr_ml.frames import Casebook, RepeatWindow

Floats = NDArray[np.float64]

UNITS = ("queue", "channel", "team", "agent_id")
"""What handles contacts or brings them, and is compared."""

_NUMBERS = ("talk_seconds", "hold_seconds", "wrap_seconds", "handle_seconds", "transfers", "csat")


@dataclass(frozen=True, eq=False)
class Numbered:
    """Closed contacts, ordered by customer.

    Parameters
    ----------
    customers : numpy.ndarray
        Each contact's customer, numbered from 0 in the order of the rows.
    repeated : numpy.ndarray
        Probability that the contact was repeated.
    columns : dict of str to Levels
        The columns of the mix and the units, where they have at least two values.
    measures : dict of str to numpy.ndarray
        ``handle_minutes``, ``csat``, ``cost``, ``answer_hours``, ``transfers`` and
        ``hold_seconds``, NaN where unknown; left out where the log has none.
    mix : list of str
        The columns of the mix that there are.
    reading, window : str
    """

    customers: NDArray[np.int64]
    repeated: Floats
    columns: dict[str, Levels]
    measures: dict[str, Floats]
    mix: list[str]
    reading: str
    window: str

    def __len__(self) -> int:
        return len(self.repeated)

    def only(self, is_wanted: NDArray[np.bool_]) -> Numbered:
        """Give the same of some of the contacts, their customers numbered anew."""
        return Numbered(
            np.unique(self.customers[is_wanted], return_inverse=True)[1],
            self.repeated[is_wanted],
            {name: Levels(o.codes[is_wanted], o.names) for name, o in self.columns.items()},
            {name: values[is_wanted] for name, values in self.measures.items()},
            self.mix,
            self.reading,
            self.window,
        )


def read_numbered(casebook: Casebook, minimum_contacts: int = 30) -> Numbered:
    """Give the closed contacts of the main reading and window, numbered.

    Parameters
    ----------
    casebook : Casebook
        Read as :func:`~fcr_ml.drivers.rows.read_segment_rows` reads it. ``cost`` is the
        attribute of that name, if there is one.
    minimum_contacts : int
        Values with fewer closed contacts are taken together.
    """
    rows = read_segment_rows(casebook)
    contacts = rows.contacts
    units = [name for name in UNITS if contacts[name].nunique() > 1]
    columns = {
        name: number_levels(
            contacts[name], minimum_contacts, None if name in UNITS else MOST_LEVELS
        )
        for name in dict.fromkeys([*rows.mix_columns, *units])
    }
    measures = _measures(casebook, contacts["place"].to_numpy())
    return Numbered(
        pd.factorize(contacts["customer_id"])[0].astype(np.int64),
        contacts["repeated_probability"].to_numpy(dtype=float),
        columns,
        {name: values for name, values in measures.items() if (~np.isnan(values)).any()},
        rows.mix_columns,
        casebook.settings["reading"],
        str(RepeatWindow.parse(casebook.settings["window"])),
    )


def _measures(casebook: Casebook, places: NDArray[np.int64]) -> dict[str, Floats]:
    """Give the measures of contacts by their places in the table of contacts."""
    has_cost = "cost" in casebook.columns("contacts")
    names = [*_NUMBERS, *(["cost"] if has_cost else [])]
    contacts = casebook.table("contacts", ["started_at", "ended_at", *names]).iloc[places]
    told = {name: _as_floats(contacts[name]) for name in names}
    handled = told["talk_seconds"] + told["hold_seconds"] + told["wrap_seconds"]
    handled = np.where(np.isnan(told["handle_seconds"]), handled, told["handle_seconds"])
    answered = (contacts["ended_at"] - contacts["started_at"]).dt.total_seconds() / 3_600
    kept = ("csat", "cost", "transfers", "hold_seconds")
    return {
        "handle_minutes": np.asarray(handled / 60, dtype=np.float64),
        "answer_hours": np.asarray(answered, dtype=np.float64),
        **{name: told[name] for name in kept if name in told},
    }


def _as_floats(values: pd.Series) -> Floats:
    if not pd.api.types.is_numeric_dtype(values):
        return np.full(len(values), np.nan)
    return values.to_numpy(dtype=float, na_value=np.nan)
