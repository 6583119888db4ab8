"""Review of links: draw pairs to judge, and compare links with what was judged.

Enters: a casebook and judged files. Leaves: a list of pairs for people to judge, or how
well the links agree with the judges and the judges with each other. One of the rooms
that know both wings: links draw and check, measures compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, SettingsError, UsageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.storage import write_csv
from fcr_ml.links.judged import JudgedPairs, check_judged
from fcr_ml.links.review import PAIR, draw_pairs
from fcr_ml.measures.judges_agreement import judges_agreement, samples_of_judges
from fcr_ml.measures.pair_agreement import (
    LINK_COLUMNS,
    calibration_bands,
    pair_agreement,
    score_judged,
)
from fcr_ml.reports.judged import FIGURES, render_draw, render_review

DRAWN_COLUMNS = [
    *PAIR,
    "hours_between",
    "hours_since_end",
    "is_same_case",
    "link_probability",
    "verdict",
]


@dataclass(frozen=True, eq=False)
class Review:
    """How links and judges agree.

    Parameters
    ----------
    judged : JudgedPairs
        What was read, and the rows that were set aside.
    agreement : pandas.DataFrame
        ``judge, figure, value, low, high, pairs``: links against each judge, or
        against all at once where no two judged the same pair.
    calibration : pandas.DataFrame
        ``judge`` and :func:`~fcr_ml.measures.pair_agreement.calibration_bands`.
    between : pandas.DataFrame
        From :func:`~fcr_ml.measures.judges_agreement.judges_agreement`.
    """

    judged: JudgedPairs
    agreement: pd.DataFrame
    calibration: pd.DataFrame
    between: pd.DataFrame


def review_links(
    results: Path,
    out: Path | None = None,
    count: int = 60,
    judged: Sequence[Path] = (),
    random_state: int = 0,
    width: int = 100,
    colour: bool = False,
) -> str:
    """Draw pairs of a results folder to judge, or compare its links, and tell it as text.

    Parameters
    ----------
    results : pathlib.Path
        Holds the folder ``casebook``.
    out : pathlib.Path, optional
        Where drawn pairs go; without it links are compared with ``judged``.
    count, random_state : int
        As in :func:`draw_for_review`.
    judged : sequence of pathlib.Path
        One file a judge; not drawn again.
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.

    Raises
    ------
    UsageError
        When neither is asked for.
    """
    if out is None and not judged:
        raise UsageError("review: give --out to draw pairs to judge, or --judged to compare.")
    casebook = Casebook.open(Path(results) / "casebook")
    if out is None:
        read = read_judged(judged, casebook)
        return render_review(compare_with_judged(casebook, read, random_state), width, colour)
    done = read_judged(judged, casebook) if judged else None
    drawn = draw_for_review(casebook, out, count, done, random_state)
    return render_draw(drawn, out, done, width)


def draw_for_review(
    casebook: Casebook,
    out: Path,
    count: int = 60,
    judged: JudgedPairs | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Write the pairs to judge as CSV, and give them.

    Parameters are those of :func:`~fcr_ml.links.review.draw_pairs`.

    Raises
    ------
    SettingsError
        When the file is there already: it may hold judgements.
    """
    out = Path(out)
    if out.exists():
        raise SettingsError(
            f"review: {out} is there already and may hold judgements; choose another place "
            "with --out, and name it with --judged if its pairs were judged."
        )
    drawn = draw_pairs(
        casebook.table("links", DRAWN_COLUMNS),
        casebook.table("notes", ["contact_id", "note", "resolution_note"]),
        casebook.table("contacts", ["contact_id", "channel"]),
        count=count,
        judged=None if judged is None else judged.pairs,
        random_state=random_state,
    )
    write_csv(drawn, out)
    return drawn


def read_judged(paths: Sequence[Path | str], casebook: Casebook) -> JudgedPairs:
    """Read judged files, CSV or Parquet, and check them against the casebook.

    Parameters
    ----------
    paths : sequence of path
        One file a judge.
    casebook : Casebook
        Whose pairs were judged.

    Raises
    ------
    StorageError
        When a file is missing or damaged.
    DataError
        When a file is empty or lacks a column.
    """
    contacts = casebook.table("contacts", ["contact_id", "customer_id", "started_at"])
    return check_judged({str(path): read_log([str(path)]).rows for path in paths}, contacts)


def compare_with_judged(casebook: Casebook, judged: JudgedPairs, random_state: int = 0) -> Review:
    """Give how well the links agree with the judges, and the judges with each other.

    Every figure is weighted by the draw; intervals are 95 %, by customer.

    Raises
    ------
    DataError
        When no judged pair can be used.
    """
    if judged.pairs.empty:
        raise DataError(
            f"judged pairs: none can be used; {judged.not_judged:,} have no verdict yet and "
            f"{len(judged.set_aside):,} are set aside{_first(judged.set_aside)}. Fill in the "
            "column verdict."
        )
    links = casebook.table("links", LINK_COLUMNS)
    scored = {
        judge: score_judged(links, pairs)
        for judge, pairs in samples_of_judges(judged.pairs).items()
    }
    return Review(
        judged=judged,
        agreement=_by_judge(scored, lambda pairs: _agreement(pairs, random_state)),
        calibration=_by_judge(scored, calibration_bands),
        between=judges_agreement(judged.pairs, random_state),
    )


def _agreement(scored: pd.DataFrame, random_state: int) -> pd.DataFrame:
    told = pair_agreement(scored, FIGURES, random_state)
    rows = [(name, told[name], told[f"{name}_low"], told[f"{name}_high"]) for name in FIGURES]
    figures = pd.DataFrame(rows, columns=["figure", "value", "low", "high"])
    return figures.assign(pairs=len(scored))


def _by_judge(
    scored: Mapping[str, pd.DataFrame], figures: Callable[[pd.DataFrame], pd.DataFrame]
) -> pd.DataFrame:
    told = {judge: figures(pairs) for judge, pairs in scored.items()}
    return pd.concat(told, names=["judge"]).reset_index("judge")


def _first(set_aside: pd.DataFrame) -> str:
    if set_aside.empty:
        return ""
    return f" (first: row {set_aside['row'].iloc[0]}, {set_aside['problem'].iloc[0]})"
