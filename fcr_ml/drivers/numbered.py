"""Closed contacts as numbers: what comparisons and effects are reckoned from.

Enters: a casebook. Leaves: one row a closed contact of the main reading and window,
its columns numbered, its measures as numbers. It is what
:func:`~fcr_ml.drivers.rows.read_segment_rows` gives, without a text a contact: a
million contacts are read in seconds. Notes are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fcr_ml.drivers.rows import MIX_COLUMNS
from fcr_ml.drivers.segments import MOST_LEVELS, Levels
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.coded import Coded, find_rows, read_coded
from fcr_ml.frames.tables import CONTACTS

Floats = NDArray[np.float64]

UNITS = ("queue", "channel", "team", "agent_id")
"""What handles contacts or brings them, and is compared."""

_EARLIER_SECONDS = 90 * 86_400
"""As in :mod:`fcr_ml.drivers.rows`."""

_MOST_CATEGORIES = 500
_DAY, _HOUR = 86_400, 3_600


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
        Every column that has at least two values, or one and nulls.
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
        An attribute joins the mix only where its settings name it under 'attributes'
        as known 'at_start'. ``cost`` is the attribute of that name, if there is one.
    minimum_contacts : int
        Values with fewer closed contacts are taken together.
    """
    settings = casebook.settings
    window = str(RepeatWindow.parse(settings["window"]))
    outcomes = _read_outcomes(casebook, settings["reading"], window)
    rows = find_rows(casebook, "contacts", outcomes["contact_id"])
    stored = _read_contacts(casebook)
    customers = _codes(casebook, "contacts", "customer_id")[rows]
    began = stored["started"][rows]
    earlier = count_earlier(customers, began, _episodes(outcomes["episode_id"]))
    is_closed = outcomes["is_compared"].to_numpy()
    places = np.flatnonzero(is_closed)
    places = places[np.lexsort((rows[places], customers[places]))]
    kept = rows[places]
    told = {"earlier_contacts": _earlier_bands(earlier[places]), **_moments(began[places])}
    told |= _described(casebook, outcomes["contact_id"], kept, places)
    columns = {
        name: number_coded(coded, minimum_contacts, None if name in UNITS else MOST_LEVELS)
        for name, coded in told.items()
    }
    columns = {name: levels for name, levels in columns.items() if _tells(levels)}
    mix = [*MIX_COLUMNS, *_attributes(casebook)]
    return Numbered(
        np.unique(customers[places], return_inverse=True)[1],
        outcomes["repeated_probability"].to_numpy()[places],
        columns,
        {name: values for name, values in _measures(stored, kept).items() if _is_known(values)},
        [name for name in dict.fromkeys(mix) if name in columns],
        settings["reading"],
        window,
    )


def count_earlier(
    customers: NDArray[np.int64], began: NDArray[np.int64], episodes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give how many contacts about other matters each customer began in the quarter before.

    Parameters
    ----------
    customers, began, episodes : numpy.ndarray
        Of every contact: its customer, when it began in seconds, and its episode.
        What belongs to the same episode may be a return that the contact itself
        brought about, and is not counted.
    """
    pairs = customers * (int(episodes.max(initial=0)) + 1) + episodes
    of_pairs = np.unique(pairs, return_inverse=True)[1]
    return _count_before(customers, began) - _count_before(of_pairs, began)


def _count_before(owners: NDArray[np.int64], began: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(began) == 0:
        return np.zeros(0, dtype=np.int64)
    span = int(began.max() - began.min()) + 2 * _EARLIER_SECONDS
    moments = owners * span + (began - began.min()) + _EARLIER_SECONDS
    ordered = np.sort(moments)
    return np.searchsorted(ordered, moments) - np.searchsorted(ordered, moments - _EARLIER_SECONDS)


def number_coded(coded: Coded, minimum_contacts: int, most: int | None) -> Levels:
    """Number values by count, as :func:`~fcr_ml.drivers.segments.number_levels` does.

    Parameters
    ----------
    coded : Coded
        One code a contact.
    minimum_contacts : int
        Values below this count are taken together.
    most : int or None
        Values kept apart at most; None keeps all.
    """
    counts = np.bincount(coded.codes + 1, minlength=len(coded.values) + 1)[1:]
    order = sorted(range(len(counts)), key=lambda place: (-counts[place], coded.values[place]))
    kept = [place for place in order if counts[place] >= max(minimum_contacts, 1)][:most]
    new = np.full(len(counts) + 1, len(kept) + 1, dtype=np.int32)
    new[-1] = 0  # where the code of null, -1, points
    new[kept] = np.arange(1, len(kept) + 1)
    return Levels(new[coded.codes], [coded.values[place] for place in kept])


def _tells(levels: Levels) -> bool:
    return len(levels.codes) > 0 and bool((levels.codes != levels.codes[0]).any())


def _is_known(values: Floats) -> bool:
    return bool((~np.isnan(values)).any())


def _read_outcomes(casebook: Casebook, reading: str, window: str) -> Any:
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    names = ["contact_id", "episode_id", "repeated_probability", "is_counted", "is_closed"]
    is_main = (compute.field("reading") == reading) & (compute.field("window") == window)
    told = parquet.read_table(casebook.path("outcomes"), columns=names, filters=is_main)
    is_compared = compute.and_(told["is_counted"], told["is_closed"])
    return told.append_column("is_compared", is_compared)


def _episodes(episodes: Any) -> NDArray[np.int64]:
    from fcr_ml.frames.coded import as_coded

    return as_coded(episodes).codes


def _codes(casebook: Casebook, table: str, column: str) -> NDArray[np.int64]:
    coded = read_coded(casebook, table, column)
    return np.zeros(0, dtype=np.int64) if coded is None else coded.codes


_NUMBERS = (
    *("handle_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "transfers", "csat"),
    "cost",
)


def _read_contacts(casebook: Casebook) -> dict[str, Any]:
    """Give the numbers of the contacts table by name, and its instants in seconds."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = casebook.path("contacts")
    schema = parquet.read_schema(path)
    kinds = {name: schema.field(name).type for name in _NUMBERS if name in schema.names}
    is_number = (pa.types.is_floating, pa.types.is_integer)
    names = [name for name, kind in kinds.items() if any(test(kind) for test in is_number)]
    instants = [name for name in ("started_at", "ended_at") if name in schema.names]
    stored = parquet.read_table(path, columns=[*names, *instants])
    told = {name: stored[name].to_pandas().to_numpy(dtype=float) for name in names}
    for name in instants:
        seconds = pd.to_datetime(stored[name].to_pandas()).astype("datetime64[s, UTC]")
        is_null = seconds.isna().to_numpy()
        told[name] = np.where(is_null, np.nan, seconds.astype("int64").to_numpy())
    return told | {"started": told["started_at"].astype(np.int64)}


def _measures(stored: dict[str, Any], kept: NDArray[np.int64]) -> dict[str, Floats]:
    unknown = np.full(len(stored["started"]), np.nan)
    parts = [stored.get(f"{part}_seconds", unknown) for part in ("talk", "hold", "wrap")]
    handled = stored.get("handle_seconds", unknown)
    handled = np.where(np.isnan(handled), sum(parts[1:], parts[0]), handled)
    told = {
        "handle_minutes": handled / 60,
        "csat": stored.get("csat", unknown),
        "cost": stored.get("cost", unknown),
        "answer_hours": (stored.get("ended_at", unknown) - stored["started_at"]) / _HOUR,
        "transfers": stored.get("transfers", unknown),
        "hold_seconds": stored.get("hold_seconds", unknown),
    }
    return {name: np.asarray(values, dtype=float)[kept] for name, values in told.items()}


def _earlier_bands(earlier: NDArray[np.int64]) -> Coded:
    bands = np.searchsorted([1, 2, 3, 6], earlier, side="right")
    return Coded(bands.astype(np.int64), ["0", "1", "2", "3 to 5", "6 or more"])


def _moments(began: NDArray[np.int64]) -> dict[str, Coded]:
    """Give weekday, band of four hours and month, UTC; 1 January 1970 was a Thursday."""
    months = began.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    found, codes = np.unique(months, return_inverse=True)
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    bands = [f"{hour:02d}-{hour + 4:02d} UTC" for hour in range(0, 24, 4)]
    return {
        "weekday": Coded((began // _DAY + 3) % 7, days),
        "hour_band": Coded(began % _DAY // (4 * _HOUR), bands),
        "month": Coded(codes, [str(np.datetime64(int(month), "M")) for month in found]),
    }


def _described(
    casebook: Casebook, contact_ids: Any, kept: NDArray[np.int64], places: NDArray[np.int64]
) -> dict[str, Coded]:
    """Give the text columns of the contacts kept, and their topic and language."""
    own = ["queue", "channel", "team", "agent_id", "reason_code", "product"]
    told = {name: read_coded(casebook, "contacts", name) for name in [*own, *_attributes(casebook)]}
    told = {
        name: coded
        for name, coded in told.items()
        if coded is not None and (name in own or len(coded.values) <= _MOST_CATEGORIES)
    }
    found = {name: Coded(coded.codes[kept], coded.values) for name, coded in told.items() if coded}
    has_notes = "notes" in casebook.table_names
    for name, table, column in (
        ("topic", "topics", "topic_id"),
        ("language", "notes" if has_notes else "contacts", "language"),
    ):
        coded = read_coded(casebook, table, column)
        if coded is not None:
            rows = find_rows(casebook, table, contact_ids)[places]
            codes = np.where(rows < 0, -1, coded.codes[rows])
            found[name] = Coded(codes, coded.values)
    return found


def _attributes(casebook: Casebook) -> list[str]:
    return [
        name
        for name, when in casebook.settings.get("attributes", {}).items()
        if when == "at_start" and name not in CONTACTS.columns
    ]
