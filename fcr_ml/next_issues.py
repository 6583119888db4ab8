"""``fcr drivers next``: the next issues of results, told in the terminal.

Enters: a results folder. Leaves: text, and the table TRANSITIONS as CSV where wanted.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.drivers.transitions import find_next_issues
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.next_issue_list import render_next_issues


def tell_next_issues(
    results: Path, csv: Path | None = None, width: int = 100, colour: bool = False
) -> str:
    """Give the next issues of results as text.

    Parameters
    ----------
    results : pathlib.Path
        A results folder of ``fcr analyze``.
    csv : pathlib.Path, optional
        Where to write TRANSITIONS.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    StorageError
        When the folder holds no casebook, or the CSV cannot be written.
    """
    told = find_next_issues(Casebook.open(results / "casebook"))
    if csv is not None:
        write_csv(told.transitions, csv)
    return render_next_issues(
        told.transitions, told.avoidance, told.pairs_looked_at, width, colour, csv
    )
