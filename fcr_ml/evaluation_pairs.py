"""How well links agree with pairs that people judged, on any centre's own files.

Enters: a contact log and its judged pairs, and pairs that were confirmed if there are
any. Leaves: figures with intervals. Judgements are compared with; they are learnt from
only where that is asked for, and then only those of other customers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, SettingsError
from fcr_ml.links.calibration import cross_corrected
from fcr_ml.links.judged import check_judged
from fcr_ml.measures.pair_agreement import (
    PAIR,
    VERDICTS,
    confirmed_agreement,
    pair_agreement,
    same_case_agreement,
    score_judged,
    strangers_agreement,
)
from fcr_ml.stages import Progress, silent

FIGURES = (
    "related_auc",
    "related_auc_high_confidence",
    "related_average_precision",
    "same_issue_auc",
    "calibration_error",
    "verdict_macro_f1",
)
"""What is told of links against judged pairs, in this order."""


def evaluate_pairs(
    sources: Sequence[str],
    judged: Path,
    settings: Mapping[str, Mapping[str, Any]],
    confirmed: Path | None = None,
    without: Sequence[str] = (),
    cross_fit: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Link a contact log and hold the links against judged and confirmed pairs.

    Parameters
    ----------
    sources : sequence of str
        The contact log.
    judged : pathlib.Path
        ``contact_id follow_up_id verdict``, and ``confidence`` and
        ``sampling_weight`` where they are known; CSV or Parquet.
    settings : mapping
        Keyword arguments by section; see :data:`fcr_ml.analysis.SECTIONS`.
    confirmed : pathlib.Path, optional
        ``contact_id follow_up_id`` of pairs that are known to belong together.
    without : sequence of str
        Columns of CONTACTS that are not to be used. Without ``case_id`` the log's own
        case ids are held against: see ``same_case_recall`` below.
    cross_fit : bool
        Correct each judged pair by the judgements of other customers.
    progress : callable
        Hears how far long stages have come.

    Returns
    -------
    dict
        :data:`FIGURES`, ``related_ap`` being the average precision;
        ``random_pairs_accepted_rate``; ``same_case_recall`` and ``same_case_precision``
        where case ids were not used; ``confirmed_recall``, and
        ``confirmed_recall_at_half_percent`` where the evidence of the notes accepts 1 in
        200 random pairs. See :mod:`fcr_ml.measures.pair_agreement`. Each with ``_low``
        and ``_high`` (95 %); None where nothing can be said. Counts: ``judged_pairs``,
        ``set_aside``, ``confirmed_pairs``, ``confirmed_set_aside``, ``random_pairs``.
    """
    raw = read_log(sources, **settings.get("source", {}))
    log = clean_log(raw, **settings.get("contacts", {}))
    used = _without(log.contacts, without)
    known = check_judged({judged.name: read_log([str(judged)]).rows}, log.contacts)
    pairs = known.pairs[known.pairs["verdict"].isin(VERDICTS)].reset_index(drop=True)
    if pairs.empty:
        raise DataError(f"{judged}: no pair that was judged is in the log. Check the ids.")
    builder = CasebookBuilder(**settings.get("casebook", {}))
    builder = replace(builder, window="30d", windows=("30d",), judged_pairs=())
    with tempfile.TemporaryDirectory() as folder:
        casebook = builder.build(used, log.as_of, Path(folder) / "casebook", progress)
        links, account = casebook.table("links"), casebook.settings["links"]
    scored = score_judged(cross_corrected(links, pairs) if cross_fit else links, pairs)
    told = pair_agreement(scored, FIGURES, draws=300)
    told |= {"judged_pairs": len(pairs), "set_aside": len(known.set_aside) + known.not_judged}
    told |= strangers_agreement(account["strangers"])
    if "case_id" in without:
        told |= same_case_agreement(links, log.contacts)
    if confirmed is not None:
        least = account["strangers"].get("evidence_of_one_in_200")
        told |= confirmed_agreement(links, log.contacts, _confirmed(confirmed), least)
    return {
        name.replace("average_precision", "ap"): None if pd.isna(value) else value
        for name, value in told.items()
    }


def _without(contacts: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    absent = [name for name in names if name not in contacts.columns]
    if absent:
        raise SettingsError(
            f"without: the log has no column {', '.join(absent)}. It has: "
            f"{', '.join(contacts.columns)}."
        )
    return contacts.drop(columns=list(names))


def _confirmed(path: Path) -> pd.DataFrame:
    given = read_log([str(path)]).rows
    absent = [name for name in PAIR if name not in given.columns]
    if absent:
        raise DataError(f"{path}: the column {' and '.join(absent)} is missing; add it.")
    return given
