"""The forerunner: what an earlier analysis knew of topics.

Enters: a results folder. Leaves: its topic model, and the topic that each of its contacts
had when it was first seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.errors import SettingsError
from fcr_ml.frames.casebook import Casebook
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.saved import WORDS, load_topics


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
    results : pathlib.Path, optional
        Where it was read from.
    """

    model: TopicModel
    topics: pd.DataFrame
    refit: bool = True
    results: Path | None = None

    def check_encoder(self, name: str, fingerprint: str | None = None) -> None:
        """Refuse vectors that another encoder than the forerunner's has made.

        Parameters
        ----------
        name : str
            What the encoder is called.
        fingerprint : str, optional
            Its fingerprint; where either is not known, names decide.

        Raises
        ------
        SettingsError
            When name or fingerprint is another.
        """
        refuse_encoder(f"topics_from: {self.results}", self.model, name, fingerprint)


def refuse_encoder(what: str, model: TopicModel, name: str, fingerprint: str | None) -> None:
    """Raise SettingsError where a model was made with another encoder; ``what`` is it of."""
    if model.encoder not in (None, name):
        raise SettingsError(
            f"{what} was made with the encoder {model.encoder}, this analysis uses {name}; name "
            "that encoder, or leave topics_from out."
        )
    if fingerprint and model.fingerprint and fingerprint != model.fingerprint:
        raise SettingsError(
            f"{what} was made with an encoder '{name}' of other weights or settings (fingerprint "
            f"{model.fingerprint}, now {fingerprint}); bring that one back, or leave topics_from "
            "out."
        )


def open_forerunner(
    results: Path | None, as_of: pd.Timestamp | None = None, refit: bool = True
) -> Forerunner | None:
    """Read the topics of an earlier analysis.

    Parameters
    ----------
    results : pathlib.Path, optional
        A results folder; without one there is no forerunner.
    as_of : pandas.Timestamp, optional
        The moment of the analysis that follows.
    refit : bool
        As in ``Forerunner``.

    Raises
    ------
    StorageError
        When the folder holds no casebook or no topics, or they are damaged.
    SettingsError
        When its topics rest on what was known later than ``as_of``.
    """
    if results is None:
        return None
    folder = Path(results).expanduser()
    model = load_topics(folder / "topics")
    casebook = Casebook.open(folder / "casebook")
    known_at = max(model.as_of or casebook.as_of, casebook.as_of)
    if as_of is not None and known_at > as_of:
        raise SettingsError(
            f"topics_from: {results} is as of {known_at.isoformat()}, later than this analysis, "
            f"as of {as_of.isoformat()}: its topics know what was not known then. Name results "
            "of that moment or before, or leave topics_from out."
        )
    topics = casebook.table("topics", ["contact_id", "first_topic_id"])
    return Forerunner(model, topics, refit, results)


def edits_left_behind(results: Path, topics_from: Path | None) -> list[dict[str, Any]]:
    """Give what was done by hand in results, and is not in those that topics come from.

    Parameters
    ----------
    results : pathlib.Path
        A results folder that is to be replaced; it need not exist.
    topics_from : pathlib.Path, optional
        The results whose topics live on.

    Raises
    ------
    StorageError
        When the topics of either are damaged or of another format.
    """
    folder = Path(results).expanduser() / "topics"
    if not (folder / WORDS).exists():
        return []
    done = load_topics(folder).edits_
    if not done or topics_from is None:
        return done
    carried_on = load_topics(Path(topics_from).expanduser() / "topics").edits_
    # What both have done from the beginning on is carried on; all after it is not.
    alike = [one == other for one, other in zip(done, carried_on, strict=False)]
    return done[(alike.index(False) if False in alike else len(alike)) :]
