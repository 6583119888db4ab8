"""``fcr drivers change``: compare two periods or two groups of results.

Enters: a results folder and what is compared. Leaves: text, and a CSV file where one
is asked for. The results stay as they are.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.drivers.change import measure_change
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.changes import render_changes


def tell_change(
    results: Path,
    by: str | None = None,
    after: str | None = None,
    before: str | None = None,
    column: str | None = None,
    agents: bool = False,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Tell what changed between two periods or groups of a results folder.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    by, after, before, column, agents
        As in :func:`~fcr_ml.drivers.change.measure_change`.
    csv : pathlib.Path, optional
        Where the table CHANGES goes, with every segment.
    width, colour
        As in :func:`~fcr_ml.reports.changes.render_changes`.
    """
    casebook = Casebook.open(Path(results) / "casebook")
    changes = measure_change(casebook, by, after, before, column, agents=agents)
    if csv is not None:
        write_csv(changes, Path(csv))
    return render_changes(changes, width, colour)
