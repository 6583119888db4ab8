"""What one log taught about links, to weigh the pairs of the next one alike.

Enters: what was learnt, and a log's timeline and evidence. Leaves: its links, and a folder
of plain arrays and numbers that gives the very same ones again. Nothing is learnt here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.engine import DuckEngine
from fcr_ml.frames.window import RepeatWindow
from fcr_ml.links.calibration import JudgedCorrection
from fcr_ml.links.candidates import find_near
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.near_far import NearFarModel
from fcr_ml.links.reasons import reasons_in_words
from fcr_ml.links.verdicts import judge_pairs
from fcr_ml.links.word_evidence import TermCounts

WORDS, ARRAYS = "links.json", "links.npz"
"""The files of a linker."""


@dataclass(frozen=True)
class Rhythm:
    """How often customers contact by coincidence.

    Parameters
    ----------
    far_weeks : int
        Where the far pairs were looked for.
    usual_rate : float
        Unrelated contacts of the usual customer, a day.
    """

    far_weeks: int
    usual_rate: float


@dataclass(frozen=True, eq=False)
class Linker:
    """What one log taught about links.

    Parameters
    ----------
    model : NearFarModel
        Probabilities from evidence and time.
    correction : JudgedCorrection
        What judged pairs added.
    turnings : numpy.ndarray
        Directions that notes of one matter share; see :mod:`fcr_ml.links.meaning`.
    term_counts : TermCounts
        How rare hashed terms are.
    rhythm : Rhythm
        How often customers contact by coincidence.
    account : dict
        How all this was learnt, in figures.
    """

    model: NearFarModel
    correction: JudgedCorrection
    turnings: np.ndarray
    term_counts: TermCounts
    rhythm: Rhythm
    account: Mapping[str, Any]

    def tie(
        self, engine: DuckEngine, book: EvidenceBook, longest: RepeatWindow, as_of_epoch: int
    ) -> pd.DataFrame:
        """Tie the contacts of a log; LINKS, as :func:`~fcr_ml.links.table.tie_links` gives them.

        Parameters
        ----------
        engine : DuckEngine
            Holds ``timeline``.
        book : EvidenceBook
            Made with this linker's ``term_counts``.
        longest : RepeatWindow
            Later returns are not compared.
        as_of_epoch : int
            The moment whose knowledge is used, in epoch seconds.
        """
        found = find_near(engine, longest, as_of_epoch, **asdict(self.rhythm))
        book.take_meaning(self.turnings)
        near = book.lay_out(found.near)
        by_chance = found.coincidence_per_day
        links = weigh_pairs(near, self.model, by_chance, longest, found.has_ends)
        links = self.correction.correct(links)
        return links.assign(reasons=reasons_in_words(links))

    def to_files(self) -> dict[str, bytes]:
        """Give the files that keep it, by name; :meth:`from_files` reads them."""
        arrays = io.BytesIO()
        np.savez(
            arrays,
            turnings=self.turnings,
            places=self.term_counts.places,
            counts=self.term_counts.counts,
        )
        words = {
            "model": self.model.to_dict(),
            "correction": self.correction.to_dict(),
            "notes": self.term_counts.notes,
            "rhythm": asdict(self.rhythm),
            "account": dict(self.account),
        }
        return {
            WORDS: (json.dumps(words, sort_keys=True) + "\n").encode(),
            ARRAYS: arrays.getvalue(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Linker:
        """Give the linker that :meth:`to_files` kept; it weighs to the same bits."""
        words = json.loads(files[WORDS])
        arrays = np.load(io.BytesIO(files[ARRAYS]), allow_pickle=False)
        return cls(
            NearFarModel.from_dict(words["model"]),
            JudgedCorrection.from_dict(words["correction"]),
            arrays["turnings"],
            TermCounts(arrays["places"], arrays["counts"], words["notes"]),
            Rhythm(**words["rhythm"]),
            words["account"],
        )


def weigh_pairs(
    near: pd.DataFrame,
    model: NearFarModel,
    coincidence_per_day: pd.Series,
    longest: RepeatWindow,
    has_ends: bool,
) -> pd.DataFrame:
    """Give the pairs inside the longest window with their probabilities and verdicts.

    Parameters
    ----------
    near : pandas.DataFrame
        Pairs with their evidence.
    model : NearFarModel
        Fitted.
    coincidence_per_day : pandas.Series
        By contact id.
    longest : RepeatWindow
        Later pairs are left out.
    has_ends : bool
        Whether the log says when any contact ended.
    """
    near = near[near["seconds_into_window"] <= longest.seconds].reset_index(drop=True)
    near = near.assign(
        hours_between=_hours(near["follow_up_epoch"] - near["started_epoch"]),
        hours_since_end=_hours(near["follow_up_epoch"] - near["ended_epoch"]),
    )
    return judge_pairs(near, model.weigh(near, coincidence_per_day), has_ends)


def _hours(seconds: pd.Series) -> np.ndarray:
    return (seconds.astype("float64") / 3_600).round(4).to_numpy()
