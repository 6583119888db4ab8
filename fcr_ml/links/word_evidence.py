"""Words that two notes share, the rarer the more they say.

Enters: notes. Leaves: one TF-IDF row of unit length a note. Terms are hashed, so that
notes are read side by side without a common list, and how rare each is can be kept
without keeping a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fcr_ml.notes.terms import hash_terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

HASHED_TERMS = 2**22
"""Places for terms; in one pair of notes in ten thousand or so two different terms share one."""


def count_terms(notes: pd.Series) -> csr_matrix:
    """Count the hashed terms of notes, shape (n, HASHED_TERMS), float32."""
    return hash_terms(notes.fillna("").tolist(), HASHED_TERMS)


@dataclass(frozen=True, eq=False)
class TermCounts:
    """In how many notes of a log each term stands.

    Parameters
    ----------
    places : numpy.ndarray
        Hashed terms that stand in two notes or more, ascending: a term of one single note
        can never agree, and leaving it out halves the memory.
    counts : numpy.ndarray
        Their notes.
    notes : int
        Notes of the log.
    """

    places: np.ndarray
    counts: np.ndarray
    notes: int

    @classmethod
    def of(cls, counted: csr_matrix) -> TermCounts:
        """Count over the notes of a log, as :func:`count_terms` gave them."""
        of_all = np.bincount(counted.indices, minlength=1)
        places = np.flatnonzero(of_all >= 2)
        return cls(places.astype(np.int32), of_all[places].astype(np.int32), counted.shape[0])

    def weigh(self, counted: csr_matrix) -> csr_matrix:
        """Give TF-IDF rows of unit length; of zeros where no term comes in another note.

        ``(1 + ln tf) (1 + ln((1 + n) / (1 + df)))``, as scikit-learn has it.
        """
        from sklearn.preprocessing import normalize

        # A term that was in no two notes then, and is in two now, is as rare as can be.
        here = np.bincount(counted.indices, minlength=counted.shape[1])
        rarity = np.where(here >= 2, np.log((1 + self.notes) / 3) + 1, 0).astype(np.float32)
        rarity[self.places] = np.log((1 + self.notes) / (1.0 + self.counts)) + 1
        counted.data = (np.log(counted.data) + 1) * rarity[counted.indices]
        counted.eliminate_zeros()
        return normalize(counted, copy=False)
