"""How well topics agree with labels that people gave, on any labelled texts.

Enters: a file of texts and their labels. Leaves: figures for each group of texts and for
all. Every group is taken for a log of its own and goes the way of a log's notes: redacted,
encoded, sorted into topics. How many topics there are is never told, and nothing
is learnt from labels. One of the rooms that know both wings; nothing is decided here.
"""

from __future__ import annotations

import difflib
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.analysis import Settings
from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, SettingsError
from fcr_ml.measures.topic_agreement import topic_agreement
from fcr_ml.notes.cache import encode_notes
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.notes.table import build_notes
from fcr_ml.stages import Progress, silent, stage
from fcr_ml.topics.space import note_terms
from fcr_ml.topics.table import sort_into_topics

MEANS = ("accuracy", "accuracy_all_placed", "nmi", "ari")
TOTALS = ("texts", "labels", "topics", "encoding_seconds", "seconds")

_NO_MOMENT = pd.Timestamp(0, tz="UTC")  # texts have no time, and topics do not depend on one


def evaluate_topics(
    sources: Sequence[str],
    text_column: str,
    label_column: str,
    settings: Settings,
    group_column: str | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Sort labelled texts into topics and hold the topics against the labels.

    Parameters
    ----------
    sources : sequence of str
        The texts: CSV, Parquet or JSON files, a folder, or a database URL.
    text_column, label_column : str
        Columns of the file.
    settings : mapping
        Keyword arguments by section; ``source`` and ``casebook`` are used.
    group_column : str, optional
        Column by which the texts fall into logs of their own; one log if left out.
    progress : callable
        Hears how far encoding has come.

    Returns
    -------
    dict
        The figures of :func:`measure_topics`, with ``encoding_seconds`` (redacting and
        encoding; vectors are not kept), for all: :data:`MEANS` are plain means over the
        groups, whatever their size, ``peak_mb`` the highest, the rest totals. ``groups``:
        the same for each group, with ``group``; none without ``group_column``.
        ``left_out``: rows without a label or group.

    Raises
    ------
    SettingsError
        When a column is not in the file.
    DataError
        When no row has a label.
    """
    rows = read_log(sources, **settings.get("source", {})).rows
    texts = _labelled(rows, text_column, label_column, group_column)
    builder = CasebookBuilder(**settings.get("casebook", {}))
    groups = []
    for name, part in texts.groupby("group", sort=True):
        told = _evaluate_group(part.reset_index(drop=True), builder, progress)
        groups.append({"group": str(name)} | told)
    shown = groups if group_column else []
    return _together(groups) | {"groups": shown, "left_out": len(rows) - len(texts)}


def measure_topics(labels: pd.Series, notes: pd.DataFrame, vectors: np.ndarray) -> dict[str, Any]:
    """Sort notes into topics as the main job does, and compare with labels.

    Parameters
    ----------
    labels : pandas.Series
        One for each note.
    notes : pandas.DataFrame
        NOTES.
    vectors : numpy.ndarray
        Note vectors as encoded, shape (n, d), NaN rows without one.

    Returns
    -------
    dict
        ``texts``, ``labels`` (different ones), ``topics``; the figures of
        :func:`~fcr_ml.measures.topic_agreement.topic_agreement`; ``without_topic``, how
        many texts have no topic, by reason; ``seconds`` of finding, naming and placing;
        ``peak_mb``, the most memory that this process ever held.
    """
    contacts = pd.DataFrame({"contact_id": notes["contact_id"], "started_at": _NO_MOMENT})
    began = time.perf_counter()
    with stage("topics", len(notes)) as running:
        found = sort_into_topics(contacts, notes, vectors)
        running.rows_out = int(found.topics["topic_id"].notna().sum())
    seconds = time.perf_counter() - began
    topics = pd.factorize(found.topics["topic_id"])[0]
    reasons = found.topics["no_topic_reason"].value_counts().sort_index()
    has_vector = ~np.isnan(vectors).any(axis=1)
    spoken = notes.loc[has_vector, "language"].astype(object).tolist()
    placed = np.full(len(notes), -1)
    terms = note_terms(notes.loc[has_vector, "note"].tolist())
    placed[has_vector], _ = found.model.place(vectors[has_vector], spoken, terms, refuse=False)
    return {
        "texts": len(notes),
        "labels": int(labels.nunique()),
        "topics": int(topics.max() + 1),
        **topic_agreement(labels, topics, placed),
        "without_topic": {str(reason): int(count) for reason, count in reasons.items()},
        "seconds": round(seconds, 2),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Give the most memory this process ever held, in MB; NaN where the system does not tell."""
    if sys.platform == "win32":
        return float("nan")
    from resource import RUSAGE_SELF, getrusage

    # macOS counts bytes, Linux kibibytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return round(getrusage(RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def _labelled(rows: pd.DataFrame, text: str, label: str, group: str | None) -> pd.DataFrame:
    """Give text, label and group of the rows that have a label and a group, as text."""
    wanted = [name for name in (text, label, group) if name is not None]
    absent = [name for name in wanted if name not in rows.columns]
    if absent:
        raise SettingsError(" ".join(_unknown(name, list(rows.columns)) for name in absent))
    texts = pd.DataFrame(
        {
            "text": rows[text].astype("string"),
            "label": rows[label].astype("string").str.strip(),
            "group": rows[group].astype("string").str.strip() if group else "all",
        }
    )
    has_both = texts["label"].fillna("").ne("") & texts["group"].fillna("").ne("")
    if not has_both.any():
        raise DataError(
            f"texts: none of {len(rows):,} rows has a label in the column {label}. "
            "Name the column that holds what people said each text is about."
        )
    return texts[has_both].reset_index(drop=True)


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"the nearest is {near[0]}" if near else f"there are {', '.join(names[:12])}"
    return f"texts: there is no column {name}; {hint}."


def _evaluate_group(
    texts: pd.DataFrame, builder: CasebookBuilder, progress: Progress
) -> dict[str, Any]:
    began = time.perf_counter()
    ids = pd.Series(range(len(texts))).astype("string")
    with stage("notes", len(texts)) as running:
        notes, _ = build_notes(pd.DataFrame({"contact_id": ids, "note": texts["text"]}))
        running.rows_out = int(notes["note"].notna().sum())
    vectors = _encode(notes, builder, progress)
    seconds = time.perf_counter() - began
    told = measure_topics(texts["label"], notes, vectors)
    return told | {"encoding_seconds": round(seconds, 2)}


def _encode(notes: pd.DataFrame, builder: CasebookBuilder, progress: Progress) -> np.ndarray:
    """Give vectors by the encoder that the main job would choose."""
    usable = notes["note"].notna() & ~notes["is_thin"]
    counts = notes.loc[usable, "language"].value_counts()
    with stage("vectors", int(notes["note"].notna().sum())) as running:
        encoder = open_encoder(
            builder.encoder,
            languages={str(language): int(count) for language, count in counts.items()},
            cache_folder=builder.cache_folder,
        )
        vectors = encode_notes(
            notes, encoder, progress=lambda done, total: progress("vectors", done, total)
        )
        running.rows_out = int((~np.isnan(vectors).any(axis=1)).sum())
    return vectors


def _together(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the figures of all groups: means count every group alike, the rest is summed."""
    table = pd.DataFrame(groups)
    reasons = pd.DataFrame(list(table["without_topic"])).sum().astype(int)
    without = {str(reason): int(count) for reason, count in reasons.sort_index().items()}
    totals = {name: round(sum(row[name] for row in groups), 2) for name in TOTALS}
    return {
        **totals,
        **{name: float(table[name].mean()) for name in MEANS},
        "share_without_topic": sum(without.values()) / totals["texts"],
        "without_topic": without,
        "peak_mb": float(table["peak_mb"].max()),
    }
