"""Pairs that people judged, for links to learn from.

Enters: files and contacts. Leaves: the pairs that judges agree on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pandas as pd

from fcr_ml.contacts.read import read_log
from fcr_ml.links.judged import agreed_pairs, check_judged

_log = logging.getLogger(__name__)


def read_judged(paths: Sequence[str], contacts: pd.DataFrame) -> pd.DataFrame | None:
    """Read judged pairs; remark on rows set aside. None where no file is named.

    Parameters
    ----------
    paths : sequence of str
        Files, one a judge.
    contacts : pandas.DataFrame
        CONTACTS that the pairs are of.
    """
    if not paths:
        return None
    files = {str(path): read_log([str(path)]).rows for path in paths}
    judged = check_judged(files, contacts)
    if len(judged.set_aside):
        first = judged.set_aside.iloc[0]
        _log.warning(
            "judged pairs: %s rows are set aside; first: %s, row %s: %s",
            f"{len(judged.set_aside):,}",
            first["judge"],
            first["row"],
            first["problem"],
        )
    return agreed_pairs(judged.pairs)
