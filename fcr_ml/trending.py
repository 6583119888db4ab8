"""``fcr drivers trend``: FCR in time, told in the terminal.

Enters: a results folder. Leaves: text, and the table TREND as CSV where one is asked for.
The results stay as they are.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.measures.trend import measure_trend
from fcr_ml.reports.control_chart import render_trend


def tell_trend(
    results: Path,
    by: str = "week",
    column: str | None = None,
    value: str | None = None,
    agents: bool = False,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Tell FCR by week or month of a results folder.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    by, column, value, agents
        As in :func:`~fcr_ml.measures.trend.measure_trend`.
    csv : pathlib.Path, optional
        Where the table TREND goes.
    width, colour
        As in :func:`~fcr_ml.reports.control_chart.render_trend`.
    """
    casebook = Casebook.open(Path(results) / "casebook")
    trend = measure_trend(casebook, by, column, value, agents=agents)
    if csv is not None:
        write_csv(trend, Path(csv))
    return render_trend(trend, width, colour)
