"""The west wing in one object: from cleaned contacts to a casebook.

Enters: cleaned contacts, as of one moment. Leaves: a casebook folder. Counting,
ranking and predicting are the east wing's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.assembly.encoded import EncodedNotes, encode_log
from fcr_ml.assembly.judgements import read_judged
from fcr_ml.assembly.learnt import Learnt
from fcr_ml.assembly.timeline import columns_that_leave, put_timeline
from fcr_ml.engine import DuckEngine
from fcr_ml.errors import SettingsError
from fcr_ml.frames.casebook import Casebook, write_casebook
from fcr_ml.frames.window import DEFAULT_WINDOWS, READINGS, RepeatWindow
from fcr_ml.links.evidence import EvidenceBook
from fcr_ml.links.outcomes import answered_with_copy, tell_outcomes
from fcr_ml.links.returns import tell_reactions
from fcr_ml.links.table import TiedLinks, tie_links
from fcr_ml.notes.table import NoteMemory, build_notes
from fcr_ml.stages import Progress, silent, stage
from fcr_ml.topics.emerging import find_emerging
from fcr_ml.topics.forerunner import Forerunner, open_forerunner
from fcr_ml.topics.model import TopicModel
from fcr_ml.topics.names import Namer
from fcr_ml.topics.saved import save_topics
from fcr_ml.topics.table import PlacedTopics, place_in_topics, sort_into_topics


@dataclass(frozen=True, eq=False)
class _Made:
    """Tables of a casebook that were made from its contacts; outcomes come last."""

    notes: pd.DataFrame
    topics: pd.DataFrame
    links: pd.DataFrame
    further: Mapping[str, pd.DataFrame]


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
        casebook, learnt = self.learn(contacts, as_of, folder, progress, forerunner)
        if topics_folder is not None:
            save_topics(learnt.topics, topics_folder)
        return casebook

    def learn(
        self,
        contacts: pd.DataFrame,
        as_of: pd.Timestamp,
        folder: Path,
        progress: Progress = silent,
        forerunner: Forerunner | None = None,
        memory: NoteMemory | None = None,
    ) -> tuple[Casebook, Learnt]:
        """Build a casebook, and give what its log has taught.

        Parameters
        ----------
        contacts, as_of, folder, progress
            As in :meth:`build`.
        forerunner : Forerunner, optional
            Topics that live on.
        memory : NoteMemory, optional
            Notes that were read before in this run.
        """
        notes, redacted = self._read_notes(contacts, memory)
        check = None if forerunner is None else forerunner.check_encoder
        keep = self.cache_folder
        encoded = encode_log(notes, self.encoder, keep, progress, check)
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
            tables = {
                "topic_cards": placed.cards,
                "topic_lineage": placed.lineage,
                "emerging": find_emerging(contacts, notes, placed.topics, placed.cards, as_of),
            }
            made = _Made(notes, placed.topics, tied.links, tables)
            told = {"redacted": redacted, "links": tied.account}
            casebook = self._write(engine, contacts, made, as_of, folder, encoded.told | told)
        learnt = Learnt(placed.model, encoded.middles, placed.reduction, tied.linker)
        return casebook, learnt

    def read(
        self,
        contacts: pd.DataFrame,
        as_of: pd.Timestamp,
        folder: Path,
        learnt: Learnt,
        progress: Progress = silent,
        memory: NoteMemory | None = None,
    ) -> Casebook:
        """Build a casebook by what an earlier log has taught; nothing is learnt from this one.

        Parameters
        ----------
        contacts, as_of, folder, progress, memory
            As in :meth:`learn`. A contact has the same topic, and a pair the same weights,
            alone as among a million; only how often its customer contacts is this log's.
        learnt : Learnt
            As :meth:`learn` gave it.

        Returns
        -------
        Casebook
            Without a map and cards of topics.

        Raises
        ------
        SettingsError
            When the notes would be encoded otherwise than those that were learnt from.
        """
        notes, redacted = self._read_notes(contacts, memory)
        # What "auto" would choose for this log is not asked: a few notes may be in one language.
        name, keep = learnt.topics.encoder or self.encoder, self.cache_folder
        encoded = encode_log(notes, name, keep, progress, learnt.check_encoder, learnt.middles)
        with stage("topics", len(notes)) as running:
            found = (learnt.topics, learnt.reduction)
            topics = place_in_topics(notes, encoded.vectors, encoded.centred, *found)
            running.rows_out = int(topics["topic_id"].notna().sum())
        timed = contacts.assign(language=notes["language"])
        with DuckEngine() as engine:
            with stage("links", len(contacts)) as running:
                put_timeline(engine, timed, self._window_from(contacts) == "start")
                term_counts = learnt.linker.term_counts
                book = EvidenceBook(timed, notes, topics, encoded.centred, term_counts)
                seen = (max(self.all_windows), int(as_of.timestamp()))
                links = learnt.linker.tie(engine, book, *seen)
                links = tell_reactions(links, notes, encoded.vectors, encoded.encode)
                running.rows_out = len(links)
            told = {"redacted": redacted, "links": dict(learnt.linker.account)}
            made = _Made(notes, topics, links, {})
            return self._write(engine, contacts, made, as_of, folder, encoded.told | told)

    def _read_notes(
        self, contacts: pd.DataFrame, memory: NoteMemory | None
    ) -> tuple[pd.DataFrame, dict[str, int]]:
        with stage("notes", len(contacts)) as running:
            notes, redacted = build_notes(contacts, memory=memory)
            running.rows_out = int(notes["note"].notna().sum())
        return notes, redacted

    def _write(
        self,
        engine: DuckEngine,
        contacts: pd.DataFrame,
        made: _Made,
        as_of: pd.Timestamp,
        folder: Path,
        told: Mapping[str, Any],
    ) -> Casebook:
        timed = contacts.assign(language=made.notes["language"])
        tables: dict[str, pd.DataFrame | Iterable[pd.DataFrame]] = {
            "contacts": contacts[columns_that_leave(contacts, self.attributes)],
            "notes": made.notes,
            "topics": made.topics,
            **made.further,
            "links": made.links,
            "outcomes": self._outcomes(engine, timed, made.links, as_of),
        }
        return write_casebook(folder, tables, as_of, self._settings(contacts) | dict(told))

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
                judged=read_judged(self.judged_pairs, contacts),
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


def _check_choice(name: str, chosen: str, choices: tuple[str, ...]) -> None:
    if chosen not in choices:
        raise SettingsError(f"{name}: '{chosen}' is none of {', '.join(choices)}.")
