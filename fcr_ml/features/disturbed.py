"""What a feature must not hang on: the order of rows, the letters of ids, later edits.

Enters: a casebook. Leaves: a small casebook of some customers, the same one with its rows
in another order, or under other ids, and the features whose values differ. Cutting the log
at a moment, as :mod:`fcr_ml.features.leaks` does, cannot see any of these.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from fcr_ml.features.build import build_features
from fcr_ml.features.described import Features
from fcr_ml.features.leaks import Build
from fcr_ml.frames import Casebook, write_casebook
from fcr_ml.frames.conform import restore_types
from fcr_ml.frames.tables import CASEBOOK_TABLES

_TABLES = ("contacts", "notes", "topics", "topic_cards", "outcomes")
_CONTACT_IDS = ("contact_id", "follow_up_id", "episode_id")
# Refits of topics and links move these without anything leaking.
_REFITTED = ("meaning_", "topic_strength", "is_previous_topic")


def sample_customers(casebook: Casebook, folder: Path, contacts: int = 400) -> Casebook:
    """Write the casebook of some customers, whole, about as many contacts as asked for.

    Customers are taken by a hash of their id, so that two runs take the same.
    """
    known = casebook.table("contacts", ["contact_id", "customer_id"])
    counts = known["customer_id"].value_counts()
    ranked = sorted(counts.index, key=lambda name: hashlib.sha256(str(name).encode()).digest())
    running = counts.reindex(ranked).cumsum()
    chosen = set(running.index[: int((running <= contacts).sum()) + 1])
    ids = set(known["contact_id"][known["customer_id"].isin(chosen)])
    tables = {}
    for name in set(_TABLES) & set(casebook.table_names):
        has_contacts = "contact_id" in casebook.columns(name)
        tables[name] = _rows_of(casebook, name, ids) if has_contacts else casebook.table(name)
    return write_casebook(folder, tables, casebook.as_of, casebook.settings)


def _rows_of(casebook: Casebook, name: str, ids: set[str]) -> pd.DataFrame:
    """Read some contacts' rows; the others are not brought into memory together."""
    import pyarrow.parquet as parquet

    path = casebook.path(name)
    rows = parquet.read_table(path, filters=[("contact_id", "in", ids)]).to_pandas()
    declared = CASEBOOK_TABLES[name].columns
    return restore_types(rows, {c: declared[c] for c in rows.columns if c in declared})


def reorder(casebook: Casebook, folder: Path, random_state: int = 0) -> Casebook:
    """Write the same casebook with the rows of every table in another order."""
    tables = {}
    for name in set(_TABLES) & set(casebook.table_names):
        table = casebook.table(name)
        places = np.random.default_rng([random_state, len(table)]).permutation(len(table))
        tables[name] = table.iloc[places].reset_index(drop=True)
    return write_casebook(folder, tables, casebook.as_of, casebook.settings)


def rename(casebook: Casebook, folder: Path) -> tuple[Casebook, dict[str, str]]:
    """Write the same casebook under other ids, and give the new id of each contact.

    Contacts keep their order, for that decides between equal seconds; their digits and
    those of customers and cases are others.
    """
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "case_id"])
    named = _names(contacts["contact_id"])
    others = {name: _names(contacts[name]) for name in ("customer_id", "case_id")}
    tables = {}
    for name in set(_TABLES) & set(casebook.table_names):
        table = casebook.table(name)
        new = {c: table[c].map(named) for c in _CONTACT_IDS if c in table.columns}
        new |= {c: table[c].map(names) for c, names in others.items() if c in table.columns}
        tables[name] = table.assign(**{c: v.astype("string") for c, v in new.items()})
    return write_casebook(folder, tables, casebook.as_of, casebook.settings), named


def _names(ids: pd.Series) -> dict[str, str]:
    """Give new ids in the same order: a letter, and the square of the place and 7 more."""
    ranked = sorted(ids.dropna().astype(str).unique())
    return {name: f"k{place**2 + 7:018d}" for place, name in enumerate(ranked)}


def find_disturbed(
    casebook: Casebook,
    build: Build | None = None,
    features: Features | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Give the features that hang on the order of rows, or on the letters of ids.

    Parameters
    ----------
    casebook : Casebook
        A small one: features are computed once more, and twice again if they differ.
    build : callable, optional
        Computes the features; ours by default.
    features : Features, optional
        Of this casebook, where they are at hand.
    random_state : int
        Seed of the other order.

    Returns
    -------
    pandas.DataFrame
        ``feature``, ``kind`` (``row order`` or ``ids``), ``contacts`` whose value differs
        and ``looked_at``. No rows: none does.
    """
    build = build or build_features
    whole = build(casebook) if features is None else features
    values = whole.frame.set_index("contact_id")[whole.names]
    with tempfile.TemporaryDirectory(prefix="fcr_ml-disturbed-") as folder:
        renamed, named = rename(casebook, Path(folder) / "ids")
        back = {new: old for old, new in named.items()}
        both = build(reorder(renamed, Path(folder) / "both", random_state))
        found = _differing(values, both.frame, back)
        if found.empty:
            return found.assign(kind="")
        other = build(reorder(casebook, Path(folder) / "order", random_state))
        told = [
            _differing(values, other.frame, {}).assign(kind="row order"),
            _differing(values, build(renamed).frame, back).assign(kind="ids"),
        ]
    return pd.concat(told, ignore_index=True)


def find_changed(earlier: Casebook, casebook: Casebook, build: Build | None = None) -> pd.DataFrame:
    """Give the features that two casebooks of one log tell otherwise of the same contacts.

    What was known at a contact's end is known for good: a value that is another one in a
    later casebook was changed after the moment of prediction, such as a note edited once
    the customer was back.

    Parameters
    ----------
    earlier, casebook : Casebook
        Of the same desk; contacts that both have, and that had ended before the earlier
        casebook's moment, are compared. Topics and repeat rates are not: those are fitted
        anew.
    build : callable, optional
        Computes the features; ours by default.

    Returns
    -------
    pandas.DataFrame
        As :func:`find_disturbed`, the kind being ``changed later``.
    """
    build = build or build_features
    before, now = build(earlier), build(casebook)
    kept = [
        described.name
        for described in before.described
        if described.group in ("contact", "wording")
        and not described.of
        and not described.name.startswith(_REFITTED)
    ]
    values = before.frame.set_index("contact_id")[kept]
    return _differing(values, now.frame, {}).assign(kind="changed later")


def _differing(values: pd.DataFrame, other: pd.DataFrame, back: Mapping[str, str]) -> pd.DataFrame:
    """Count, by feature, the contacts of both frames whose values differ."""
    ids = other["contact_id"].map(back) if back else other["contact_id"]
    others = other.set_index(ids)
    both = values.index.intersection(others.index)
    names = [name for name in values.columns if name in others.columns]
    one, two = values.loc[both, names], others.loc[both, names]
    differs = (one != two) & ~(one.isna() & two.isna())
    counts = differs.sum()
    found = pd.DataFrame({"feature": counts.index, "contacts": counts.to_numpy()})
    found["looked_at"] = len(both)
    return found[found["contacts"] > 0].reset_index(drop=True)
