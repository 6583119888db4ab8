"""The west wing in one object: from cleaned contacts to a casebook.

Enters: cleaned contacts, as of one moment. Leaves: a casebook folder. Counting,
ranking and predicting are the east wing's work.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.contacts.read import read_log
from fcr_ml.engine import DuckEngine, statement
from fcr_ml.errors import SettingsError
from fcr_ml.frames.casebook import Casebook, write_casebook
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.frames.window import DEFAULT_WINDOWS, READINGS, RepeatWindow
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.judged import agreed_pairs, check_judged
from fcr_ml.links.outcomes import answered_with_copy, tell_outcomes
from fcr_ml.links.returns import tell_reactions
from fcr_ml.links.table import TiedLinks, tie_links
from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.centre import centre_vectors
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.notes.table import build_notes
from fcr_ml.stages import Progress, silent, stage
from fcr_ml.topics.emerging import find_emerging
from fcr_ml.topics.forerunner import Forerunner, open_forerunner
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.names import Namer
from fcr_ml.topics.saved import save_topics
from fcr_ml.topics.table import PlacedTopics, sort_into_topics

_log = logging.getLogger(__name__)

TIMELINE_COLUMNS = (
    "contact_id",
    "customer_id",
    "started_at",
    "ended_at",
    "reason_code",
    "case_id",
    "direction",
    "language",
    "product",
)


@dataclass(frozen=True, eq=False)
class EncodedNotes:
    """Note vectors of shape (n, d), NaN rows where there is no note.

    Parameters
    ----------
    vectors, centred : numpy.ndarray
        As encoded, and around the middle of their language.
    encode : callable, optional
        Encodes further sentences alike.
    encoder, fingerprint : str, optional
        Its name, and what changes with its weights and settings.
    """

    vectors: np.ndarray
    centred: np.ndarray
    encode: Callable[[list[str]], np.ndarray] | None = None
    encoder: str | None = None
    fingerprint: str | None = None


@dataclass
class CasebookBuilder:
    """Build casebooks from contacts.

    Parameters
    ----------
    window : str
        The main repeat window: the one that drivers and risk are about.
    windows : tuple of str
        Every window that outcomes are told for; the main one is added.
    reading : {'related', 'same_issue', 'same_code', 'any_return'}
        The main reading.
    case_readings : tuple of str
        Those of ``CASE_READINGS`` that outcomes are also told for.
    window_from : {'end', 'start'}
        Where a window begins. ``end`` falls back to ``start`` in a log without
        ends.
    encoder : str
        ``auto``, ``english``, ``multilingual``, ``words``, or any
        sentence-transformers model by name or path.
    cache_folder : pathlib.Path
        Where vectors are kept between runs, by hash of the redacted text.
    attributes : dict of str to str
        Extra columns that drivers and risk may use, and when each is known.
    judged_pairs : tuple of str
        Files of pairs that people judged; links learn from them too.
    topics_from : pathlib.Path, optional
        Results of an earlier analysis whose topics live on: ids, names and edits.
    refit_topics : bool
        Whether these topics are found anew, or notes only placed in them.
    random_state : int
        Seed of everything that draws.
    namer : callable, optional
        Takes a :class:`~fcr_ml.topics.names.TopicToName`, gives a topic or theme its name,
        as a language model may. Nothing is asked without one.
    """

    window: str = "7d"
    windows: tuple[str, ...] = DEFAULT_WINDOWS
    reading: str = "related"
    case_readings: tuple[str, ...] = ()
    window_from: str = "end"
    encoder: str = "auto"
    cache_folder: Path = Path.home() / ".cache" / "fcr_ml"
    attributes: dict[str, str] = field(default_factory=dict)
    judged_pairs: tuple[str, ...] = ()
    topics_from: Path | None = None
    refit_topics: bool = True
    random_state: int = 0
    namer: Namer | None = None

    def __post_init__(self) -> None:
        """Refuse readings and places that do not exist."""
        _check_choice("reading", self.reading, READINGS)
        _check_choice("window_from", self.window_from, ("end", "start"))
        if self.namer is not None and not callable(self.namer):
            raise SettingsError("namer: this is no function; give one that takes a TopicToName.")
        self.all_windows  # noqa: B018 - refuses a window that is none before any work is done
        self.cache_folder = Path(self.cache_folder).expanduser()

    def build(
        self,
        contacts: pd.DataFrame,
        as_of: pd.Timestamp,
        folder: Path,
        progress: Progress = silent,
        topics_folder: Path | None = None,
    ) -> Casebook:
        """Build a casebook and write it to a folder.

        Parameters
        ----------
        contacts : pandas.DataFrame
            CONTACTS, cleaned; nothing in it is later than ``as_of``.
        as_of : pandas.Timestamp
            The moment whose knowledge is used, UTC.
        folder : pathlib.Path
            Where the casebook goes; an older one is replaced when the new one
            is complete.
        progress : callable
            Hears how far long stages have come.
        topics_folder : pathlib.Path, optional
            Where the topic model is kept, for the analyses that come after.

        Returns
        -------
        Casebook
        """
        forerunner = open_forerunner(self.topics_from, as_of, self.refit_topics)
        with stage("notes", len(contacts)) as running:
            notes, redacted = build_notes(contacts)
            running.rows_out = int(notes["note"].notna().sum())
        encoded = self._encode(notes, progress, forerunner)
        with stage("topics", len(notes)) as running:
            model = TopicModel(
                random_state=self.random_state,
                encoder=encoded.encoder,
                fingerprint=encoded.fingerprint,
                as_of=as_of,
            )
            placed = sort_into_topics(
                contacts, notes, encoded.vectors, model, forerunner, self.namer
            )
            running.rows_out = int(placed.topics["topic_id"].notna().sum())
        timed = contacts.assign(language=notes["language"])
        with DuckEngine() as engine:
            tied = self._tie(engine, timed, notes, placed, encoded, as_of)
            tables: dict[str, pd.DataFrame | Iterable[pd.DataFrame]] = {
                "contacts": contacts[self._kept(contacts)],
                "notes": notes,
                "topics": placed.topics,
                "topic_cards": placed.cards,
                "topic_lineage": placed.lineage,
                "emerging": find_emerging(contacts, notes, placed.topics, placed.cards, as_of),
                "links": tied.links,
                "outcomes": self._outcomes(engine, timed, tied.links, as_of),
            }
            settings = self._settings(contacts) | {
                "encoder": encoded.encoder,
                "encoder_fingerprint": encoded.fingerprint,
                "redacted": redacted,
                "links": tied.account,
            }
            casebook = write_casebook(folder, tables, as_of, settings)
        if topics_folder is not None:
            save_topics(placed.model, topics_folder)
        return casebook

    def _encode(
        self, notes: pd.DataFrame, progress: Progress, forerunner: Forerunner | None = None
    ) -> EncodedNotes:
        usable = notes["note"].notna() & ~notes["is_thin"]
        if not usable.any():
            none = np.full((len(notes), 1), np.nan, dtype=np.float32)
            return EncodedNotes(none, none)
        counts = notes.loc[usable, "language"].value_counts()
        languages = {str(language): int(count) for language, count in counts.items()}
        with stage("vectors", int(notes["note"].notna().sum())) as running:
            encoder = open_encoder(
                self.encoder, languages=languages, cache_folder=self.cache_folder
            )
            if forerunner is not None:
                forerunner.check_encoder(encoder.name, encoder.fingerprint)
            cache = VectorCache(self.cache_folder / "vectors")
            vectors = encode_notes(
                notes,
                encoder,
                cache,
                progress=lambda done, total: progress("vectors", done, total),
            )
            running.rows_out = int((~np.isnan(vectors).any(axis=1)).sum())
        centred = centre_vectors(vectors, notes["language"])
        return EncodedNotes(vectors, centred, encoder.encode, encoder.name, encoder.fingerprint)

    def _tie(
        self,
        engine: DuckEngine,
        contacts: pd.DataFrame,
        notes: pd.DataFrame,
        placed: PlacedTopics,
        encoded: EncodedNotes,
        as_of: pd.Timestamp,
    ) -> TiedLinks:
        with stage("links", len(contacts)) as running:
            put_timeline(engine, contacts, self._window_from(contacts) == "start")
            tied = tie_links(
                engine,
                EvidenceBook(contacts, notes, placed.topics, encoded.centred),
                max(self.all_windows),
                int(as_of.timestamp()),
                self.random_state,
                judged=self._judged(contacts),
            )
            links = tell_reactions(tied.links, notes, encoded.vectors, encoded.encode)
            running.rows_out = len(links)
        return replace(tied, links=links)

    def _outcomes(
        self,
        engine: DuckEngine,
        contacts: pd.DataFrame,
        links: pd.DataFrame,
        as_of: pd.Timestamp,
    ) -> Iterator[pd.DataFrame]:
        with stage("outcomes", len(contacts)) as running:
            answered = answered_with_copy(contacts, links)
            put_timeline(engine, answered, self._window_from(contacts) == "start")
            told, moment = (*READINGS, *self.case_readings), int(as_of.timestamp())
            for part in tell_outcomes(engine, links, self.all_windows, moment, told):
                running.rows_out += len(part)
                yield part

    def _judged(self, contacts: pd.DataFrame) -> pd.DataFrame | None:
        """Read the judged pairs that links may learn from; remark on rows set aside."""
        if not self.judged_pairs:
            return None
        files = {str(path): read_log([str(path)]).rows for path in self.judged_pairs}
        judged = check_judged(files, contacts)
        if len(judged.set_aside):
            first = judged.set_aside.iloc[0]
            _log.warning(
                "judged pairs: %s rows are set aside; first: %s, row %s: %s",
                f"{len(judged.set_aside):,}",
                first["judge"],
                first["row"],
                first["problem"],
            )
        return agreed_pairs(judged.pairs)

    def _kept(self, contacts: pd.DataFrame) -> list[str]:
        """Name the columns that may leave the west wing.

        Notes leave it redacted, in NOTES; a further column may hold anybody's
        words, so it leaves only where settings name it.
        """
        known = (set(CONTACTS.columns) | set(self.attributes)) - {"note", "resolution_note"}
        return [name for name in contacts.columns if name in known]

    @property
    def all_windows(self) -> list[RepeatWindow]:
        """The windows that outcomes are told for, shortest first."""
        return sorted({RepeatWindow.parse(text) for text in (*self.windows, self.window)})

    def _window_from(self, contacts: pd.DataFrame) -> str:
        has_ends = "ended_at" in contacts.columns and contacts["ended_at"].notna().any()
        return self.window_from if has_ends else "start"

    def _settings(self, contacts: pd.DataFrame) -> dict[str, Any]:
        return {
            "window": str(RepeatWindow.parse(self.window)),
            "windows": [str(window) for window in self.all_windows],
            "reading": self.reading,
            "window_from": self._window_from(contacts),
            "attributes": dict(self.attributes),
            "topics_from": None if self.topics_from is None else str(self.topics_from),
            "refit_topics": self.refit_topics,
            "random_state": self.random_state,
            **({"topics_named_by": "a function of yours"} if self.namer else {}),
        }


def put_timeline(engine: DuckEngine, contacts: pd.DataFrame, from_start: bool) -> None:
    """Put contacts on an engine as ``timeline``, one row a contact.

    Parameters
    ----------
    engine : DuckEngine
    contacts : pandas.DataFrame
        CONTACTS; columns of ``TIMELINE_COLUMNS`` that are absent count as empty.
    from_start : bool
        Whether repeat windows begin at a contact's start.
    """
    engine.put("contacts", contacts.reindex(columns=TIMELINE_COLUMNS).pipe(_typed))
    engine.run(statement("timeline", window_from_start=int(from_start)), out="timeline")


def _typed(contacts: pd.DataFrame) -> pd.DataFrame:
    """Give absent columns their declared type, so that statements can read them."""
    kinds = {"text": "string", "instant": "datetime64[us, UTC]"}
    return contacts.astype({c: kinds[CONTACTS.columns[c].kind] for c in contacts.columns})


def _check_choice(name: str, chosen: str, choices: tuple[str, ...]) -> None:
    if chosen not in choices:
        raise SettingsError(f"{name}: '{chosen}' is none of {', '.join(choices)}.")
