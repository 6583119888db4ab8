"""The forerunner: what an earlier analysis knew of topics.

Enters: a results folder. Leaves: its topic model, and the topic that each of its contacts
had when it was first seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.frames.casebook import Casebook
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import load_topics


@dataclass(frozen=True)
class Forerunner:
    """What an earlier analysis knew.

    Parameters
    ----------
    model : TopicModel
        Its topics.
    topics : pandas.DataFrame
        ``contact_id first_topic_id`` of its TOPICS.
    refit : bool
        Whether topics are found anew, anchored to these, or notes only placed in them.
    """

    model: TopicModel
    topics: pd.DataFrame
    refit: bool = True


def open_forerunner(results: Path | None, refit: bool = True) -> Forerunner | None:
    """Read the topics of an earlier analysis.

    Parameters
    ----------
    results : pathlib.Path, optional
        A results folder; without one there is no forerunner.
    refit : bool
        As in ``Forerunner``.

    Raises
    ------
    StorageError
        When the folder holds no casebook or no topics, or they are damaged.
    """
    if results is None:
        return None
    folder = Path(results).expanduser()
    model = load_topics(folder / "topics")
    casebook = Casebook.open(folder / "casebook")
    topics = casebook.table("topics", ["contact_id", "first_topic_id"])
    return Forerunner(model, topics, refit)
