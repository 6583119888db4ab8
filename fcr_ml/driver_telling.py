"""``fcr drivers rank`` and ``fcr drivers why``: the drivers of results, told in the terminal.

Enters: a results folder. Leaves: text, and a CSV file where one is asked for. The results
stay as they are.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.drivers.excess import study_drivers
from fcr_ml.errors import UsageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.driver_list import render_drivers, render_inside


def tell_drivers(
    results: Path,
    agents: bool = False,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Give the drivers of results as a list.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    agents : bool
        Whether agents may be drivers.
    csv : pathlib.Path, optional
        Where the table DRIVERS goes.
    width, colour
        As in :func:`~fcr_ml.reports.driver_list.render_drivers`.
    """
    casebook = Casebook.open(Path(results) / "casebook")
    studied = study_drivers(casebook, agents=agents, with_causes=False)
    if csv is not None:
        write_csv(studied.drivers, Path(csv))
    return render_drivers(studied.drivers, width, colour, csv)


def tell_why(
    results: Path,
    rank: int,
    agents: bool = False,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Give the evidence for the lever of one driver, and what its contacts hold.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    rank : int
        Which driver, 1 is the first.
    agents : bool
        Whether agents may be named.
    csv : pathlib.Path, optional
        Where the driver's rows of CAUSES go.
    width, colour
        As in :func:`~fcr_ml.reports.driver_list.render_inside`.

    Raises
    ------
    UsageError
        When there is no such driver.
    """
    casebook = Casebook.open(Path(results) / "casebook")
    studied = study_drivers(casebook, agents=agents)
    drivers = studied.drivers
    if not 1 <= rank <= len(drivers):
        have = f"there are {len(drivers)}" if len(drivers) else "there are none"
        raise UsageError(
            f"why: there is no driver {rank}; {have}. List them with fcr drivers rank."
        )
    driver = drivers[drivers["rank"] == rank].iloc[0].to_dict()
    tables = (studied.levers, studied.causes.table, studied.causes.examples)
    own = [table[table["segment"] == driver["segment"]] for table in tables]
    if csv is not None:
        write_csv(own[1], Path(csv))
    levers, causes, examples = own
    return render_inside(driver, levers, causes, examples, width, colour, csv)
