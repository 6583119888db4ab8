"""What was drawn to be judged, and how well links agree with judges, for the terminal.

Enters: the result of a review, known by its shape alone. Leaves: text of at most the
width asked for. No note is shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from fcr_ml.reports import wording
from fcr_ml.reports.screen import as_text, grid, line

if TYPE_CHECKING:
    from fcr_ml.reports.screen import Block

ROWS_TOLD = 10

FIGURES = {
    "related_rate": "share judged related",
    "related_precision": "related: precision at 0.5",
    "related_recall": "related: recall at 0.5",
    "related_auc": "related: AUC",
    "related_average_precision": "related: average precision (floor: the share)",
    "same_issue_auc": "same issue: AUC",
    "same_issue_average_precision": "same issue: average precision",
    "verdict_accuracy": "four verdicts: accuracy",
}


class JudgedLike(Protocol):
    """What was read from judged files."""

    @property
    def pairs(self) -> pd.DataFrame:
        """The judged pairs that fit the casebook."""

    @property
    def set_aside(self) -> pd.DataFrame:
        """``judge, row, problem``."""

    @property
    def not_judged(self) -> int:
        """Rows without a verdict yet."""


class ReviewLike(Protocol):
    """How links and judges agree."""

    @property
    def judged(self) -> JudgedLike:
        """What was read."""

    @property
    def agreement(self) -> pd.DataFrame:
        """``judge, figure, value, low, high, pairs``."""

    @property
    def calibration(self) -> pd.DataFrame:
        """``judge, low_probability, high_probability, pairs, predicted, related_rate``."""

    @property
    def between(self) -> pd.DataFrame:
        """``first, second, question, pairs, agreed_rate, kappa, low, high``."""


def render_draw(
    drawn: pd.DataFrame, out: Path, judged: JudgedLike | None = None, width: int = 100
) -> str:
    """Say what was drawn, where it lies, and what to do with it."""
    stands_for = wording.count(drawn["sampling_weight"].sum())
    told: Block = [
        line(f"{wording.count(len(drawn))} pairs to judge are in {out}; they stand for about "
             f"{stands_for} links."),
        line("Write double_post, same_issue, next_issue, unrelated or unclear under verdict, and "
             "high, medium or low under confidence if you like."),
        line(f"Then feed it back with --judged {out}, without --out."),
    ]  # fmt: skip
    return as_text([*([] if judged is None else [_read(judged)]), told], width, colour=False)


def render_review(review: ReviewLike, width: int = 100, colour: bool = False) -> str:
    """Give the agreement of links with judges, and of judges, as text.

    Parameters
    ----------
    review : ReviewLike
    width : int
        Columns of the terminal.
    colour : bool
        Whether to add the codes for bold and quiet text.
    """
    blocks: list[Block] = [_read(review.judged)]
    for judge, figures in review.agreement.groupby("judge", sort=False):
        blocks.append(_agreement(str(judge), figures))
        bands = review.calibration[review.calibration["judge"] == judge]
        blocks.append(_calibration(bands))
    blocks += [_between(pairs) for _, pairs in review.between.groupby(["first", "second"])]
    return as_text(blocks, width, colour)


def _read(judged: JudgedLike) -> Block:
    pairs, aside = judged.pairs, judged.set_aside
    judges = pairs["judge"].nunique()
    unclear = int((pairs["verdict"] == "unclear").sum())
    told = [
        line(
            f"{wording.count(len(pairs))} judgements of {wording.count(judges)} "
            f"file{'' if judges == 1 else 's'}, {wording.count(unclear)} of them unclear and left "
            f"out of the figures; {wording.count(judged.not_judged)} rows have no verdict yet, "
            f"{wording.count(len(aside))} are set aside."
        )
    ]
    shown = aside.head(ROWS_TOLD).to_dict("records")
    told += [line(f"  {_name(row['judge'])}, row {row['row']}: {row['problem']}") for row in shown]
    rest = len(aside) - ROWS_TOLD
    return [*told, line(f"  and {rest:,} more")] if rest > 0 else list(told)


def _agreement(judge: str, figures: pd.DataFrame) -> Block:
    pairs = wording.count(figures["pairs"].iloc[0])
    who = "all judges" if judge == "all" else _name(judge)
    told = {row["figure"]: row for row in figures.to_dict("records")}
    rows = [(words, _figure(told[name])) for name, words in FIGURES.items()]
    title = f"Links against {who}: {pairs} pairs, weighted by the draw"
    return [line(title, "bold"), grid(["figure", "#value (95 % interval)"], rows)]


def _figure(figure: dict[Any, Any]) -> str:
    is_ranked = figure["figure"].endswith(("_auc", "_average_precision"))
    value, low, high = figure["value"], figure["low"], figure["high"]
    if is_ranked:
        return wording.number_interval(value, low, high, 3)
    return wording.percent_interval(value, low, high)


def _calibration(bands: pd.DataFrame) -> Block:
    rows = [
        (
            f"{row['low_probability']:.0%} to {row['high_probability']:.0%}".replace("%", " %"),
            wording.count(row["pairs"]),
            wording.percent(row["predicted"]),
            wording.percent_interval(row["related_rate"], row["low"], row["high"]),
        )
        for row in bands.to_dict("records")
    ]
    headings = ["links say", "#pairs", "#mean", "#judged related (95 % interval)"]
    return [line("Do the probabilities hold", "bold"), grid(headings, rows)]


def _between(pairs: pd.DataFrame) -> Block:
    first = pairs.iloc[0]
    title = (
        f"{_name(first['first'])} against {_name(first['second'])}: "
        f"{wording.count(first['pairs'])} pairs that both judged, weighted by the draw"
    )
    rows = [_kappa(row) for row in pairs.to_dict("records")]
    headings = ["question", "#agreed", "#Cohen's kappa (95 % interval)"]
    return [line(title, "bold"), grid(headings, rows)]


def _kappa(row: dict[Any, Any]) -> tuple[str, str, str]:
    kappa = wording.number_interval(row["kappa"], row["low"], row["high"], 2)
    return row["question"], wording.percent(row["agreed_rate"]), kappa


def _name(judge: Any) -> str:
    return Path(str(judge)).name
