"""Everything that was known of a contact at its moment of prediction, as numbers.

Enters: a casebook. Leaves: :class:`~fcr_ml.features.described.Features`. Nothing
later than the moment is used, outcomes included: a label counts only once
its window has run out. Topics and note vectors are the exception to be known:
they were fitted, without labels, over the whole log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.features.described import DECLARED, Feature, Features, Group, KnownFrom
from fcr_ml.features.history import Past, customer_history, desk_history, rates_so_far
from fcr_ml.features.moments import (
    ATTRIBUTE,
    CATEGORIES,
    Moment,
    known_attributes,
    known_when,
    read_contacts,
)
from fcr_ml.features.own import (
    calendar_numbers,
    contact_numbers,
    note_numbers,
    note_vectors,
    to_numbers,
)
from fcr_ml.features.words_so_far import words_so_far
from fcr_ml.frames import Casebook


def build_features(
    casebook: Casebook, engine: DuckEngine | None = None, moment: Moment = "end"
) -> Features:
    """Give what was known of every contact at its moment of prediction.

    Parameters
    ----------
    casebook : Casebook
        Only tables and columns that it holds give features: a log without
        notes or topics has none of theirs, and none are invented.
    engine : DuckEngine, optional
        Runs the statements; one of its own is made and closed by default.
    moment : {'end', 'start', 'live'}
        When risk is asked for; see :data:`~fcr_ml.features.moments.Moment`.

    Returns
    -------
    Features
        One row a contact whose moment has come as of the casebook's, by
        ``contact_id``. Unknown values are NaN: missing is information too.
    """
    if engine is None:
        with DuckEngine() as own:
            return build_features(casebook, own, moment)
    contacts = read_contacts(casebook, moment)
    columns = _Columns.sort_out(casebook, contacts, moment)
    ended = contacts[contacts["moment_epoch"].notna().to_numpy()].set_index("contact_id")
    past = Past(engine, contacts, columns.rated, at_opening=moment != "end")
    parts = [
        contact_numbers(ended, moment),
        note_numbers(casebook, engine, ended, moment),
        customer_history(past),
        desk_history(past),
        rates_so_far(past),
        calendar_numbers(ended),
        pd.DataFrame({name: to_numbers(ended[name]) for name in columns.numbers}),
        note_vectors(casebook, ended, moment),
        *_worded(casebook, engine, contacts, moment),
    ]
    index = ended.index.astype(object)
    aligned = [part.set_index(part.index.astype(object)).reindex(index) for part in parts]
    numbers = pd.concat(aligned, axis=1).astype(np.float64)
    keys = ended[["customer_id", "moment_epoch", *columns.categories]].set_index(index)
    keys = keys.astype({"moment_epoch": "int64"})
    described = [f for f in _describe(list(numbers.columns), columns) if f.is_known(moment)]
    counts = [feature.closed for feature in described if feature.of]
    frame = pd.concat([keys, numbers[[f.name for f in described] + counts]], axis=1)
    return Features(
        frame.reset_index(names="contact_id"), tuple(described), columns.categories, moment
    )


def _worded(
    casebook: Casebook, engine: DuckEngine, contacts: pd.DataFrame, moment: Moment
) -> list[pd.DataFrame]:
    if "notes" not in casebook.table_names or moment == "start":
        return []
    return [words_so_far(engine, casebook.path("notes"), contacts, moment)]


@dataclass(frozen=True)
class _Columns:
    """Which of the log's columns become what.

    ``rated`` maps the stem of a rate's name to its column, ``known`` a column to
    when it is known; ``numbers`` are a log's own columns that are features as
    they are. A log's own times are neither.
    """

    categories: tuple[str, ...]
    rated: dict[str, str]
    numbers: list[str]
    known: Mapping[str, KnownFrom]

    @classmethod
    def sort_out(cls, casebook: Casebook, contacts: pd.DataFrame, moment: Moment) -> _Columns:
        attributes = [ATTRIBUTE + name for name in known_attributes(casebook, moment)]
        numbers = [n for n in attributes if pd.api.types.is_numeric_dtype(contacts[n])]
        times = [n for n in attributes if isinstance(contacts[n].dtype, pd.DatetimeTZDtype)]
        texts = [name for name in attributes if name not in {*numbers, *times}]
        declared = [name for name in (*CATEGORIES, "topic_id") if name in contacts.columns]
        rated = {name.removesuffix("_id"): name for name in ("customer_id", *declared)}
        rated |= {name: name for name in texts}
        known = {n: known_when(casebook, n, moment) for n in declared if n != "topic_id"}
        known |= {ATTRIBUTE + n: w for n, w in casebook.settings.get("attributes", {}).items()}
        # Nothing known later is among the columns, so what is left is one of a feature's times.
        told = {**cast(dict[str, KnownFrom], known), "topic_id": "while_open"}
        return cls((*declared, *texts), rated, numbers, told)


def _describe(computed: Sequence[str], columns: _Columns) -> list[Feature]:
    """Describe the computed features: declared ones first, then those of this log."""
    described = [feature for feature in DECLARED if feature.name in computed]
    for stem, column in columns.rated.items():
        group: Group = "customer" if stem == "customer" else "contact"
        meaning = f"repeat rate so far, same {stem.removeprefix(ATTRIBUTE).replace('_', ' ')}"
        known = columns.known.get(column, "at_start")
        described.append(Feature(f"{stem}_repeat_rate", meaning, "share", group, known, of=column))
    for name in columns.numbers:
        meaning = name.removeprefix(ATTRIBUTE).replace("_", " ")
        described.append(Feature(name, meaning, "number", "contact", columns.known[name]))
    for name in computed:
        if name.startswith("meaning_"):
            meaning = "a direction of the note's meaning"
            described.append(Feature(name, meaning, "number", "wording", "while_open"))
    return described
