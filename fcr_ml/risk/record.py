"""The record of what was flagged, and of what the desk did about it.

Enters: the desk's list of a night, and files. Leaves: FLAGGED rows below those of earlier
nights, and ACTED. A row once written is never changed: the proof rests on it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.errors import DataError, StorageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.conform import conform, empty
from fcr_ml.frames.flagged import ACTED, FLAGGED
from fcr_ml.frames.storage import append_csv
from fcr_ml.frames.tables import Table

_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


@dataclass(frozen=True)
class LeftOut:
    """Who is not listed: contacts that were called, and customers in the proof already.

    Parameters
    ----------
    contacts : collection of str
        Contacts that were called.
    customers : collection of str
        Customers of a contact that was called, or left alone by the draw on an earlier
        night, and whose window still runs. A call about another contact of theirs would
        spoil the comparison.
    """

    contacts: Collection[str] = ()
    customers: Collection[str] = ()


def read_flagged(path: Path) -> pd.DataFrame:
    """Read the record of what was flagged; without a file it is empty.

    Raises
    ------
    StorageError
        When the file cannot be read.
    DataError
        When it is no such record.
    """
    return _read(path, FLAGGED) if Path(path).exists() else empty(FLAGGED)


def helped_by(acted: pd.DataFrame, moment: pd.Timestamp) -> set[str]:
    """Give the contacts of ACTED that had been helped by a moment."""
    is_known = (acted["acted_at"] <= moment).fillna(False).to_numpy(dtype=bool)
    return set(acted.loc[is_known, "contact_id"])


def read_acted(path: Path) -> pd.DataFrame:
    """Read what the desk did.

    Parameters
    ----------
    path : pathlib.Path
        CSV or Parquet: ``contact_id``, ``acted_at`` (empty: nobody called), and
        ``flagged_at`` and ``is_left_alone`` where the desk has them; times with a zone.

    Returns
    -------
    pandas.DataFrame
        ACTED, one row a contact: its first call.

    Raises
    ------
    StorageError, DataError
        When the file cannot be read, or is no such file. All faults at once.
    """
    acted = _read(path, ACTED).sort_values(["acted_at", "contact_id"], kind="stable")
    return acted.drop_duplicates("contact_id", ignore_index=True)


def who_is_left_out(flagged: pd.DataFrame, acted: pd.DataFrame, as_of: pd.Timestamp) -> LeftOut:
    """Give who must not be listed tonight.

    Rows of the same night are not looked at, so that a night that is run again gives the
    same list.
    """
    called = acted[acted["acted_at"].notna() & (acted["acted_at"] <= as_of).fillna(False)]
    earlier = flagged[(flagged["flagged_at"] < as_of) & (flagged["closes_at"] > as_of)]
    is_settled = earlier["is_left_alone"].astype(bool)
    is_settled |= earlier["contact_id"].isin(called["contact_id"])
    return LeftOut(set(called["contact_id"]), set(earlier.loc[is_settled, "customer_id"]))


def as_flagged(
    flags: pd.DataFrame, casebook: Casebook, share: float, experiment: str
) -> pd.DataFrame:
    """Give the desk's list as FLAGGED rows."""
    settings = casebook.settings
    rows = flags.assign(
        flagged_at=casebook.as_of,
        left_alone_share=share,
        experiment=experiment,
        closes_at=casebook.as_of + pd.to_timedelta(flags["hours_left"].astype(float), unit="h"),
        reading=settings["reading"],
        window=settings["window"],
    )
    rows["closes_at"] = rows["closes_at"].dt.round("s")
    rows["flagged_at"] = rows["flagged_at"].dt.floor("s")
    return conform(FLAGGED, rows)


def add_flagged(path: Path, rows: pd.DataFrame) -> int:
    """Add a night to the record, whole or not at all.

    A contact that the record holds for the same night and experiment already is not
    written again: the same night twice leaves the file as it is.

    Parameters
    ----------
    path : pathlib.Path
        The record; begun if it is not there.
    rows : pandas.DataFrame
        FLAGGED rows of one night.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    DataError
        When the draw of a recorded contact differs: the share was changed within one
        experiment, which its comparison would not survive.
    """
    record = read_flagged(path)
    same = record[record["experiment"].isin(rows["experiment"])]
    drawn = same.drop_duplicates("contact_id").set_index("contact_id")["is_left_alone"]
    before = rows["contact_id"].map(drawn)
    differing = before.notna() & (before != rows["is_left_alone"]).fillna(False)
    shares = sorted({*same["left_alone_share"], *rows["left_alone_share"]})
    if differing.any() or len(shares) > 1:
        told = " and ".join(f"{share:g}" for share in shares)
        raise DataError(
            f"flagged: {path} holds {len(same):,} rows of the experiment "
            f"'{rows['experiment'].iloc[0]}', of which {int(differing.sum()):,} of tonight's "
            f"{len(rows):,} contacts are drawn otherwise now (left_alone_share {told}). Keep the "
            "share, or give the new one an experiment of its own, under [flags]."
        )
    tonight = set(zip(same["flagged_at"], same["contact_id"], strict=True))
    keys = zip(rows["flagged_at"], rows["contact_id"], strict=True)
    new = rows[[key not in tonight for key in keys]]
    if len(new):
        append_csv(new[list(FLAGGED.columns)], path)
    return len(new)


def first_nights(flagged: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """Give each contact of an experiment as it was first flagged."""
    rows = flagged[(flagged["experiment"] == experiment).to_numpy(dtype=bool)]
    rows = rows.sort_values(["flagged_at", "contact_id"], kind="stable")
    return rows.drop_duplicates("contact_id", ignore_index=True)


def _read(path: Path, table: Table) -> pd.DataFrame:
    path = Path(path)
    try:
        if path.suffix == ".parquet":
            rows = pd.read_parquet(path)
        else:
            rows = pd.read_csv(path, encoding="utf-8-sig", dtype="string", skip_blank_lines=True)
    except OSError as fault:
        raise StorageError(f"{table.name}: {path} cannot be read; check the path.") from fault
    except ValueError as fault:
        raise DataError(
            f"{table.name}: {path} is no CSV or Parquet file: {str(fault).splitlines()[0]}."
        ) from fault
    faults: list[str] = []
    absent = {n: None for n in table.columns if n not in rows and n not in table.required}
    rows = rows.assign(**absent)
    for name in [name for name in table.columns if name in rows]:
        rows[name] = _parsed(rows[name], table.columns[name].kind, name, faults)
    if table is ACTED and "contact_id" in rows and rows["contact_id"].duplicated().any():
        # Called twice, or listed on several nights: the first call counts.
        rows = rows.sort_values("acted_at", kind="stable").drop_duplicates("contact_id")
    if faults:
        raise DataError(f"{table.name}: {path}: " + "; ".join(faults) + ".")
    return conform(table, rows)


def _parsed(values: pd.Series, kind: str, name: str, faults: list[str]) -> pd.Series:
    """Give a text column in its declared kind; what cannot be read is a fault."""
    if not pd.api.types.is_string_dtype(values):
        return values
    text = values.astype("string").str.strip()
    text = text.mask(text == "")
    if kind == "text":
        # The apostrophe that keeps a spreadsheet from running a value.
        return text.str.replace(r"^'(?=[=+\-@])", "", regex=True)
    parsed: pd.Series
    if kind == "flag":
        parsed = text.str.lower().map(_FLAGS).astype("boolean")
    elif kind == "instant":
        has_zone = text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True, na=False)
        parsed = pd.to_datetime(text.where(has_zone), utc=True, errors="coerce", format="ISO8601")
    else:
        parsed = pd.to_numeric(text, errors="coerce")
    unread = text.notna() & parsed.isna()
    if unread.any():
        mend = "; write times as 2025-06-01T08:00Z, with their zone" if kind == "instant" else ""
        first = int(unread.to_numpy().argmax()) + 1
        faults.append(
            f"{int(unread.sum()):,} of {len(text):,} values of {name} cannot be read "
            f"(first: row {first}){mend}"
        )
    return parsed
