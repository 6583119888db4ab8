"""``fcr drivers compare`` and ``fcr drivers effect``: adjusted figures of results.

Enters: a results folder. Leaves: text, and CSV files where they are asked for. The
results stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fcr_ml.drivers.compare import compare_units
from fcr_ml.drivers.effect import measure_effects
from fcr_ml.drivers.numbered import read_numbered
from fcr_ml.drivers.trade_off import measure_trade_offs
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.reports.comparisons import render_comparisons
from fcr_ml.reports.effects import render_effects
from fcr_ml.reports.screen import as_text, line
from fcr_ml.reports.trade_offs import trade_off_lines


def tell_comparison(
    results: Path,
    columns: Sequence[str] | None = None,
    agents: bool = False,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Tell how units do against their own mix, and what short contacts are bought with.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    columns, agents
        As in :func:`~fcr_ml.drivers.compare.compare_units`.
    csv : pathlib.Path, optional
        Where the table COMPARISONS goes.
    width, colour
        As in :func:`~fcr_ml.reports.comparisons.render_comparisons`.
    """
    numbered = read_numbered(Casebook.open(Path(results) / "casebook"))
    comparisons = compare_units(numbered, columns, agents=agents)
    told = render_comparisons(comparisons, width, colour)
    beside = trade_off_lines(measure_trade_offs(numbered).table)
    if beside:
        told += "\n" + as_text([[line(sentence) for sentence in beside]], width, colour)
    if csv is not None:
        write_csv(comparisons, Path(csv))
    return told


def tell_effects(
    results: Path,
    of: str | None = None,
    csv: Path | None = None,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Tell what levers do to repeats, as estimates under stated assumptions.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    of : str, optional
        As in :func:`~fcr_ml.drivers.effect.measure_effects`.
    csv : pathlib.Path, optional
        Where the table EFFECTS goes.
    width, colour
        As in :func:`~fcr_ml.reports.effects.render_effects`.
    """
    effects = measure_effects(read_numbered(Casebook.open(Path(results) / "casebook")), of)
    if csv is not None:
        write_csv(effects, Path(csv))
    return render_effects(effects, width, colour)
