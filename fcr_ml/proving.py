"""``fcr proof``: whether calls help, from results and what the desk did.

Enters: a results folder with its ``flagged.csv``, and what the desk did. Leaves: text, and
the table PROOF as CSV where wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.errors import DataError
from fcr_ml.flagging import RECORD
from fcr_ml.frames import Casebook, RepeatWindow
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.flag_list import render_proof
from fcr_ml.risk.draw import LEFT_ALONE_SHARE
from fcr_ml.risk.looks import changed_looks, dates_told
from fcr_ml.risk.measured import GAIN, POWER, compare_if_enough
from fcr_ml.risk.pilot import Pilot, plan_pilot, planned_contacts
from fcr_ml.risk.plan import FlagPlan
from fcr_ml.risk.proof import compare_arms, compared_contacts, proof_remarks
from fcr_ml.risk.record import first_nights, read_acted, read_flagged


def tell_proof(
    results: Path,
    acted: Path,
    gain: float = GAIN,
    power: float = POWER,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Compare returns of called and left-alone contacts, and tell it.

    Parameters
    ----------
    results : pathlib.Path
        Results folder of a later analysis of the same desk, with the ``flagged.csv`` of
        the nights before.
    acted : pathlib.Path
        What the desk did; see :func:`fcr_ml.risk.record.read_acted`.
    gain, power : float
        What the pilot promises; see :func:`fcr_ml.risk.pilot.plan_pilot`. Keep them as
        they were when the pilot began: the interval hangs on them.
    settings : mapping, optional
        Sections ``risk`` and ``flags``: share and experiment.
    csv : pathlib.Path, optional
        Where to write PROOF.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    StorageError, DataError, SettingsError
        When files or settings are at fault.
    """
    given = settings or {}
    plan = FlagPlan(**given.get("flags", {}))
    casebook = Casebook.open(Path(results) / "casebook")
    did = read_acted(acted)
    flagged = first_nights(read_flagged(Path(results) / RECORD), plan.experiment)
    _check(flagged, did, casebook)
    share = given.get("risk", {}).get("left_alone_share", LEFT_ALONE_SHARE)
    if len(flagged):
        share = float(flagged["left_alone_share"].iloc[0])
    planned = planned_contacts(gain, power, share)
    proof = compare_arms(flagged, did, casebook, planned)
    pilot = _pilot(flagged, proof, casebook, (gain, power, share))
    if csv is not None:
        write_csv(proof, Path(csv))
    called = did[did["acted_at"].notna()]["contact_id"]
    unmatched = int((~called.isin(flagged["contact_id"])).sum())
    remarks = proof_remarks(proof, len(flagged), unmatched)
    remarks += dates_told(proof, pilot, flagged, casebook)
    compared = compare_if_enough(compared_contacts(flagged, did, casebook), planned)
    return render_proof(changed_looks(proof), remarks, width, colour, compared)


def _pilot(
    flagged: pd.DataFrame,
    proof: pd.DataFrame,
    casebook: Casebook,
    promise: tuple[float, float, float],
) -> Pilot:
    """Plan with the repeat rate seen among those left alone, or the worst, and the pace."""
    rate = 0.5
    if len(proof) and pd.notna(proof.iloc[-1]["left_alone_repeat_rate"]):
        rate = float(proof.iloc[-1]["left_alone_repeat_rate"])
    nights = list(flagged["flagged_at"].drop_duplicates())
    pace = None
    if len(nights) > 1:
        weeks = (max(nights) - min(nights)).total_seconds() / (7 * 86_400)
        # A night more than there are spans between nights.
        pace = len(flagged) / (weeks * len(nights) / (len(nights) - 1))
    window = RepeatWindow.parse(casebook.settings["window"])
    rate = min(max(rate, promise[0]), 0.99)
    return plan_pilot(*promise, rate, pace, window.hours / 24)


def _check(flagged: pd.DataFrame, acted: pd.DataFrame, casebook: Casebook) -> None:
    """Refuse a record of another reading, and calls that do not fit the record."""
    faults = []
    settings = casebook.settings
    said = (settings["reading"], settings["window"])
    others = (flagged["reading"] != said[0]) | (flagged["window"] != said[1])
    if others.any():
        faults.append(
            f"{int(others.sum()):,} of {len(flagged):,} contacts were flagged under another "
            f"reading or window than the casebook's ({' within '.join(said)}); analyze with theirs"
        )
    both = acted.merge(flagged, on="contact_id", suffixes=("", "_recorded"))
    early = (both["acted_at"] < both["flagged_at_recorded"]).fillna(False)
    if early.any():
        first = both.loc[early, "contact_id"].iloc[0]
        faults.append(
            f"{int(early.sum()):,} of {len(both):,} contacts were called before they were "
            f"flagged (first: {first}); check the time zone of acted_at"
        )
    differ = (both["is_left_alone"] != both["is_left_alone_recorded"]).fillna(False)
    if differ.any():
        first = both.loc[differ, "contact_id"].iloc[0]
        faults.append(
            f"{int(differ.sum()):,} of {len(both):,} contacts are left alone in one file and not "
            f"in the other (first: {first}); the record counts, so take the column from it"
        )
    if faults:
        raise DataError("proof: " + "; ".join(faults) + ".")
