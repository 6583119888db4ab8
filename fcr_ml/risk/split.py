"""Divide closed contacts by time, with a window-long gap at every seam.

Enters: closed contacts in the order of their moments. Leaves: masks and the
instants between them. A contact is learned from only if its window had run out
before the next part begins; the ones in between belong to neither part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fcr_ml.errors import DataError

# Below these a rate cannot be told from another, let alone a model from a rule.
_FEWEST = {"fit": 300, "calibration": 100, "test": 100}
_FEWEST_OF_A_KIND = {"fit": 30, "calibration": 10, "test": 10}


class NotEnoughContactsError(DataError):
    """The log is too small or too short to learn from; a rule is used instead."""


@dataclass(frozen=True)
class TimeSplit:
    """Which closed contact belongs to which part.

    Parameters
    ----------
    fit, calibration, test : numpy.ndarray
        Boolean masks over the rows; disjoint, and not all rows are in one.
    calibration_begins_at, test_begins_at : pandas.Timestamp
        UTC. Every label of an earlier part was known before these.
    """

    fit: np.ndarray
    calibration: np.ndarray
    test: np.ndarray
    calibration_begins_at: pd.Timestamp
    test_begins_at: pd.Timestamp | None


def split_by_time(
    rows: pd.DataFrame,
    test_share: float = 0.25,
    calibration_share: float = 0.2,
    test_from: pd.Timestamp | None = None,
) -> TimeSplit:
    """Give the latest closed contacts to the test, the latest before them to calibration.

    Parameters
    ----------
    rows : pandas.DataFrame
        From :func:`fcr_ml.risk.rows.closed_rows`.
    test_share : float
        Share of the rows that are tested on; 0 for none, to fit for use.
    calibration_share : float
        Share of the remaining rows that the probabilities are fitted on.
    test_from : pandas.Timestamp, optional
        Where the test begins, in the place of its share.

    Returns
    -------
    TimeSplit

    Raises
    ------
    NotEnoughContactsError
        When a part would hold too few contacts, or too few of one outcome.
    """
    everything = np.ones(len(rows), dtype=bool)
    _check("fit", rows, everything)
    known, test, test_epoch = everything, ~everything, None
    if test_from is not None or test_share > 0:
        if test_from is None:
            test_epoch = _begin(rows, everything, test_share)
        else:
            test_epoch = int(test_from.timestamp())
        known, test = _at_seam(rows, everything, test_epoch)
        _check("test", rows, test)
        _check("fit", rows, known)
    calibration_epoch = _begin(rows, known, calibration_share)
    fit, calibration = _at_seam(rows, known, calibration_epoch)
    _check("fit", rows, fit)
    _check("calibration", rows, calibration)
    test_begins_at = None if test_epoch is None else _instant(test_epoch)
    return TimeSplit(fit, calibration, test, _instant(calibration_epoch), test_begins_at)


def _begin(rows: pd.DataFrame, among: np.ndarray, share: float) -> int:
    moments = rows["moment_epoch"].to_numpy()[among]
    return int(moments[min(int(len(moments) * (1 - share)), len(moments) - 1)])


def _at_seam(rows: pd.DataFrame, among: np.ndarray, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    """Give what had closed before the seam, and what ended at it or later."""
    before = among & (rows["closes_epoch"].to_numpy() < epoch)
    after = among & (rows["moment_epoch"].to_numpy() >= epoch)
    return before, after


def _check(part: str, rows: pd.DataFrame, mask: np.ndarray) -> None:
    repeats = float(rows["repeated_probability"].to_numpy()[mask].sum())
    contacts = int(mask.sum())
    rarer = min(repeats, contacts - repeats)
    if contacts >= _FEWEST[part] and rarer >= _FEWEST_OF_A_KIND[part]:
        return
    raise NotEnoughContactsError(
        f"risk: {contacts:,} closed contacts with {repeats:,.0f} repeats are left for the "
        f"part '{part}', which needs {_FEWEST[part]:,} with at least "
        f"{_FEWEST_OF_A_KIND[part]:,} repeated and as many resolved; bring a longer log or "
        "use a shorter window."
    )


def _instant(epoch: int) -> pd.Timestamp:
    return pd.Timestamp(epoch, unit="s", tz="UTC")
