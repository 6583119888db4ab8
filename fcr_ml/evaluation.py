"""How well reactions are told, measured on judged replies.

Enters: a contact log and a file of judged replies. Leaves: figures with their intervals.
Only the notes that were judged, and the answers they reply to, are redacted and encoded, so
it takes seconds. One of the rooms that know both wings; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fcr_ml.analysis import Settings
from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError
from fcr_ml.links.reactions import REACTIONS, Encode, ReactionModel, cross_fit_reactions
from fcr_ml.measures.reactions_agreement import reaction_agreement
from fcr_ml.notes.cache import VectorCache, encode_notes
from fcr_ml.notes.encoders import open_encoder
from fcr_ml.notes.table import build_notes
from fcr_ml.stages import stage

PAIR = ["contact_id", "follow_up_id"]


def evaluate_replies(
    sources: Sequence[str], judged: str, settings: Settings, random_state: int = 0
) -> dict[str, float]:
    """Give how well reactions are told, with and without judged replies.

    Parameters
    ----------
    sources : sequence of str
        The contact log.
    judged : str
        CSV or Parquet: ``contact_id`` (the contact replied to), ``follow_up_id`` (the
        reply) and ``verdict`` (its reaction; a row with none of the six is left out).
    settings : mapping
        Keyword arguments by section; ``source``, ``contacts`` and ``casebook`` are used.
    random_state : int
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``judged`` and ``left_out`` (rows without a reaction, without a note, or of
        contacts that the log does not hold); the figures of
        :func:`~fcr_ml.measures.reactions_agreement.reaction_agreement`, every reply told
        from judgements of other customers (5 parts); and the same with
        ``_without_judged`` for the model that has seen no judgement.

    Raises
    ------
    DataError
        When a column is missing, or no judged reply can be used.
    """
    builder = CasebookBuilder(**settings.get("casebook", {}))
    contacts = _read_contacts(sources, settings)
    rows = read_log([judged]).rows
    pairs = _usable(rows, contacts)
    replies = _lay_out_replies(pairs, contacts)
    with stage("vectors", len(replies)) as running:
        vectors, encode = _encode(replies, builder)
        running.rows_out = int((~np.isnan(vectors).any(axis=1)).sum())
    model = ReactionModel().fit(encode)
    reactions, customers = replies["reaction"], replies["customer_id"]
    told: dict[str, float] = {"judged": len(replies), "left_out": len(rows) - len(replies)}
    with stage("reactions", len(replies)) as running:
        alone = model.predict(replies, vectors)
        crossed = cross_fit_reactions(model, replies, vectors, reactions, customers)
        running.rows_out = len(crossed)
    told |= reaction_agreement(crossed, reactions, customers, random_state)
    without = reaction_agreement(alone, reactions, customers, random_state)
    return told | {_without(key): value for key, value in without.items()}


def _without(key: str) -> str:
    for end in ("_low", "_high"):
        if key.endswith(end):
            return f"{key.removesuffix(end)}_without_judged{end}"
    return f"{key}_without_judged"


def _read_contacts(sources: Sequence[str], settings: Settings) -> pd.DataFrame:
    with stage("read", 0) as running:
        raw = read_log(sources, **settings.get("source", {}))
        contacts = clean_log(raw, **settings.get("contacts", {})).contacts
        running.rows_in, running.rows_out = len(raw.rows), len(contacts)
    if "note" not in contacts.columns:
        raise DataError("contacts: there is no column note; replies cannot be told without it.")
    return contacts


def _usable(rows: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Give the rows whose reaction is one of the six and whose contacts are in the log."""
    missing = [name for name in (*PAIR, "verdict") if name not in rows.columns]
    if missing:
        raise DataError(f"judged replies: missing {' and '.join(missing)}. Add the columns.")
    told = rows[[*PAIR, "verdict"]].astype("string")
    twice = int(told.duplicated("follow_up_id").sum())
    if twice:
        raise DataError(
            f"judged replies: {twice:,} of {len(told):,} rows judge a reply again; keep one "
            "judgement a reply."
        )
    known = contacts.loc[contacts["note"].notna(), "contact_id"]
    is_known = told["contact_id"].isin(contacts["contact_id"]) & told["follow_up_id"].isin(known)
    usable = told[is_known & told["verdict"].isin(REACTIONS)]
    if usable.empty:
        raise DataError(
            f"judged replies: none of {len(told):,} rows can be used; {int(is_known.sum()):,} are "
            f"of contacts with a note in the log. The column verdict is one of "
            f"{', '.join(REACTIONS)}."
        )
    return usable.sort_values("follow_up_id").reset_index(drop=True)


def _lay_out_replies(pairs: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Give NOTES of the replies with the answer each replies to, and its judgement."""
    needed = pd.concat([pairs["contact_id"], pairs["follow_up_id"]])
    with stage("notes", needed.nunique()) as running:
        own = contacts[contacts["contact_id"].isin(needed)].reset_index(drop=True)
        notes, _ = build_notes(own)
        running.rows_out = len(notes)
    notes = notes.assign(customer_id=own["customer_id"]).set_index("contact_id")
    replies = notes.loc[pairs["follow_up_id"]].reset_index()
    answers = notes["resolution_note"].reindex(pairs["contact_id"]).reset_index(drop=True)
    return replies.assign(earlier_answer=answers, reaction=pairs["verdict"])


def _encode(replies: pd.DataFrame, builder: CasebookBuilder) -> tuple[np.ndarray, Encode]:
    counts = replies["language"].value_counts()
    encoder = open_encoder(
        builder.encoder,
        languages={str(language): int(count) for language, count in counts.items()},
        cache_folder=builder.cache_folder,
    )
    vectors = encode_notes(replies, encoder, VectorCache(builder.cache_folder / "vectors"))
    return vectors, encoder.encode
