"""``fcr drivers``: what drives repeats, told in the terminal.

Enters: a results folder and what is asked. Leaves: text, and a CSV file where one is
asked for. The results stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.drivers.change import measure_change
from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.effect import measure_effects
from fcr_ml.drivers.excess import study_drivers
from fcr_ml.drivers.numbered import read_numbered
from fcr_ml.drivers.trade_off import measure_trade_offs
from fcr_ml.drivers.transitions import find_next_issues
from fcr_ml.errors import UsageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.measures.trend import measure_trend
from fcr_ml.reports.changes import render_changes
from fcr_ml.reports.comparisons import render_comparisons
from fcr_ml.reports.control_chart import render_trend
from fcr_ml.reports.driver_list import render_drivers, render_inside
from fcr_ml.reports.effects import render_effects
from fcr_ml.reports.next_issue_list import render_next_issues
from fcr_ml.reports.screen import as_text, line
from fcr_ml.reports.trade_offs import trade_off_lines


@dataclass(frozen=True)
class Telling:
    """Results, and how what they say is told.

    Parameters
    ----------
    results : pathlib.Path
        A results folder of ``fcr analyze``.
    csv : pathlib.Path, optional
        Where the table told of goes too.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    StorageError
        By every method: when the folder holds no casebook, or the CSV cannot be written.
    """

    results: Path
    csv: Path | None = None
    width: int = 100
    colour: bool = False

    def change(
        self,
        by: str | None = None,
        after: str | None = None,
        before: str | None = None,
        column: str | None = None,
        agents: bool = False,
    ) -> str:
        """Tell what changed between two periods or groups, as ``measure_change`` gives it."""
        changes = measure_change(self._casebook(), by, after, before, column, agents=agents)
        return self._written(changes, render_changes(changes, self.width, self.colour))

    def trend(
        self, by: str = "week", column: str | None = None, value: str | None = None, **given: bool
    ) -> str:
        """Tell FCR by week or month, as ``measure_trend`` gives it."""
        trend = measure_trend(self._casebook(), by, column, value, **given)
        self._write(trend)
        return render_trend(trend, self.width, self.colour)

    def next_issues(self) -> str:
        """Tell which topic leads to which."""
        told = find_next_issues(self._casebook())
        self._write(told.transitions)
        return render_next_issues(
            told.transitions,
            told.avoidance,
            told.pairs_looked_at,
            self.width,
            self.colour,
            self.csv,
        )

    def drivers(self, settings: Mapping[str, Any]) -> str:
        """Tell the drivers; ``settings`` are keyword arguments of ``rank_drivers``."""
        drivers = study_drivers(self._casebook(), **settings, with_contrasts=False).drivers
        self._write(drivers)
        return render_drivers(drivers, self.width, self.colour, self.csv)

    def why(self, rank: int, settings: Mapping[str, Any]) -> str:
        """Tell the evidence for the lever of one driver, and what its contacts hold.

        Raises
        ------
        UsageError
            When there is no such driver.
        """
        studied = study_drivers(self._casebook(), **settings)
        drivers = studied.drivers
        if not 1 <= rank <= len(drivers):
            have = f"there are {len(drivers)}" if len(drivers) else "there are none"
            raise UsageError(
                f"why: there is no driver {rank}; {have}. List them with fcr drivers rank."
            )
        driver = drivers[drivers["rank"] == rank].iloc[0].to_dict()
        tables = (studied.levers, studied.contrasts.table, studied.contrasts.examples)
        levers, contrasts, examples = (t[t["segment"] == driver["segment"]] for t in tables)
        self._write(contrasts)
        return render_inside(driver, levers, contrasts, examples, self.width, self.colour, self.csv)

    def comparison(self, columns: Sequence[str] | None = None, agents: bool = False) -> str:
        """Tell how units do against their own mix, and what short contacts are bought with."""
        numbered = read_numbered(self._casebook())
        comparisons = compare_units(numbered, columns, agents=agents)
        told = render_comparisons(comparisons, self.width, self.colour)
        beside = trade_off_lines(measure_trade_offs(numbered).table)
        if beside:
            below = as_text([[line(sentence) for sentence in beside]], self.width, self.colour)
            told = f"{told}\n{below}"
        return self._written(comparisons, told)

    def effects(self, of: str | None = None) -> str:
        """Tell what levers do to repeats, as estimates under stated assumptions."""
        effects = measure_effects(read_numbered(self._casebook()), of)
        return self._written(effects, render_effects(effects, self.width, self.colour))

    def _casebook(self) -> Casebook:
        return Casebook.open(Path(self.results) / "casebook")

    def _written(self, table: pd.DataFrame, told: str) -> str:
        """Write the table where wanted, and say so below what is told."""
        self._write(table)
        if self.csv is None:
            return told
        below = as_text([[line(f"The table: {self.csv}", "bold")]], self.width, self.colour)
        return f"{told}\n{below}"

    def _write(self, table: pd.DataFrame) -> None:
        if self.csv is not None:
            write_csv(table, Path(self.csv))
