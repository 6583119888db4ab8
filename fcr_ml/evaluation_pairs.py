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

import numpy as np
import pandas as pd

from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import DataError, SettingsError
from fcr_ml.links.calibration import VERDICTS, cross_corrected
from fcr_ml.links.judged import check_judged
from fcr_ml.measures.agreement import auc, average_precision, by_customer
from fcr_ml.stages import Progress, silent

PAIR = ["contact_id", "follow_up_id"]
RELATED = VERDICTS[:3]


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
        ``related_auc``, ``related_ap``, ``same_issue_auc`` (double posts left out),
        ``calibration_error`` (10 equally filled bins), ``verdict_macro_f1``, all
        weighted as the pairs were drawn; ``related_auc_high_confidence``;
        ``confirmed_recall`` (linked, of those within 30 days);
        ``random_pairs_accepted_rate`` (of pairs of different customers, weighed as
        if they were one customer's at any distance up to 30 days), and
        ``confirmed_recall_at_half_percent``, where so few of those are accepted by
        the evidence of the notes alone; ``same_case_recall`` (contacts with an
        earlier one of their case among the pairs compared, that are linked to one)
        and ``same_case_precision`` (linked pairs that share a case, of those whose
        later contact is such a one). Each with ``_low`` and ``_high`` (95 %, by
        customer, Wilson's for shares); None where nothing can be said. Counts:
        ``judged_pairs``, ``set_aside``, ``confirmed_pairs``, ``random_pairs``.
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
    told = _judged_figures(cross_corrected(links, pairs) if cross_fit else links, pairs)
    told |= {"judged_pairs": len(pairs), "set_aside": len(known.set_aside) + known.not_judged}
    told |= _strangers(account["strangers"])
    if "case_id" in without:
        told |= _same_case_figures(links, log.contacts)
    if confirmed is not None:
        told |= _confirmed_figures(links, log.contacts, confirmed, account["strangers"])
    return told


def _without(contacts: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    absent = [name for name in names if name not in contacts.columns]
    if absent:
        raise SettingsError(
            f"without: the log has no column {', '.join(absent)}. It has: "
            f"{', '.join(contacts.columns)}."
        )
    return contacts.drop(columns=list(names))


def _same_case_figures(links: pd.DataFrame, contacts: pd.DataFrame) -> dict[str, Any]:
    """Hold links that were made without case ids against the case ids."""
    cases = contacts.set_index("contact_id")["case_id"]
    earlier, later = links["contact_id"].map(cases), links["follow_up_id"].map(cases)
    is_same = (earlier == later).fillna(False).to_numpy(bool)
    linked = (links["link_probability"] >= 0.5).to_numpy(bool)
    replies = links.loc[is_same, "follow_up_id"].unique()
    found = links.loc[is_same & linked, "follow_up_id"].nunique()
    of_replies = linked & links["follow_up_id"].isin(replies).to_numpy()
    told = _share("same_case_recall", found, len(replies))
    right = int((of_replies & is_same).sum())
    return told | _share("same_case_precision", right, int(of_replies.sum()))


def _judged_figures(links: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, Any]:
    columns = ["link_probability", "same_issue_probability", "verdict"]
    scored = pairs.merge(links[[*PAIR, *columns]], "left", PAIR, suffixes=("", "_of_link"))
    scored = scored.fillna({"link_probability": 0.0, "same_issue_probability": 0.0})
    scored["verdict_of_link"] = scored["verdict_of_link"].fillna("unrelated")
    is_single = scored["verdict"] != "double_post"
    is_sure = (scored["confidence"] == "high").fillna(False)
    figures = {
        "related_auc": (_related_auc, scored),
        "related_auc_high_confidence": (_related_auc, scored[is_sure.to_numpy(bool)]),
        "related_ap": (_related_ap, scored),
        "same_issue_auc": (_same_issue_auc, scored[is_single]),
        "calibration_error": (_calibration_error, scored),
        "verdict_macro_f1": (_macro_f1, scored),
    }
    told: dict[str, Any] = {}
    for name, (figure, rows) in figures.items():
        value, low, high = by_customer(figure, rows.reset_index(drop=True))
        told |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return told


def _related_auc(rows: pd.DataFrame) -> float:
    return auc(rows["verdict"] != "unrelated", rows["link_probability"], rows["sampling_weight"])


def _related_ap(rows: pd.DataFrame) -> float:
    truth = rows["verdict"] != "unrelated"
    return average_precision(truth, rows["link_probability"], rows["sampling_weight"])


def _same_issue_auc(rows: pd.DataFrame) -> float:
    truth = rows["verdict"] == "same_issue"
    return auc(truth, rows["same_issue_probability"], rows["sampling_weight"])


def _calibration_error(rows: pd.DataFrame, bins: int = 10) -> float:
    """Give the mean distance of probability and truth over bins of equal weight."""
    weight = rows["sampling_weight"].to_numpy(float)
    gap = rows["link_probability"].to_numpy(float) - (rows["verdict"] != "unrelated").to_numpy()
    # Pairs of equal probability stay together, so that the rows' order does not matter.
    level = np.unique(rows["link_probability"].to_numpy(float), return_inverse=True)[1]
    weight, gap = np.bincount(level, weights=weight), np.bincount(level, weights=gap * weight)
    place = (np.cumsum(weight) / weight.sum() * bins - 1e-9).astype(int).clip(0, bins - 1)
    return float(np.abs(np.bincount(place, weights=gap)).sum() / weight.sum())


def _macro_f1(rows: pd.DataFrame) -> float:
    """Give the mean F1 of the verdicts that occur among the judgements."""
    weight = rows["sampling_weight"].to_numpy(float)
    scores = []
    for verdict in VERDICTS:
        truth = (rows["verdict"] == verdict).to_numpy()
        called = (rows["verdict_of_link"] == verdict).to_numpy()
        if truth.any():
            both = weight[truth].sum() + weight[called].sum()
            scores.append(2 * weight[truth & called].sum() / both)
    return float(np.mean(scores)) if scores else float("nan")


def _strangers(strangers: Mapping[str, Any]) -> dict[str, Any]:
    linked = None if not strangers["pairs"] else strangers["linked_rate"] * strangers["pairs"]
    told = _share("random_pairs_accepted_rate", linked, strangers["pairs"])
    return told | {"random_pairs": strangers["pairs"]}


def _confirmed_figures(
    links: pd.DataFrame, contacts: pd.DataFrame, confirmed: Path, strangers: Mapping[str, Any]
) -> dict[str, Any]:
    given = read_log([str(confirmed)]).rows
    absent = [name for name in PAIR if name not in given.columns]
    if absent:
        raise DataError(f"{confirmed}: the column {' and '.join(absent)} is missing; add it.")
    started = contacts.set_index("contact_id")["started_at"]
    gap = given["follow_up_id"].map(started) - given["contact_id"].map(started)
    within = given.loc[(gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=30)), PAIR]
    found = within.drop_duplicates().merge(links, "left", PAIR)
    linked = int((found["link_probability"] >= 0.5).sum())
    told = _share("confirmed_recall", linked, len(found)) | {"confirmed_pairs": len(found)}
    least = strangers.get("evidence_of_one_in_200")
    if least is None:
        return told
    evidence = found[["meaning_weight", "words_weight", "code_weight"]].sum(axis=1)
    surer = int((evidence >= least).sum())
    return told | _share("confirmed_recall_at_half_percent", surer, len(found))


def _share(name: str, hits: float | None, trials: int) -> dict[str, Any]:
    from fcr_ml.measures.intervals import wilson_interval

    if hits is None or not trials:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = wilson_interval(hits, trials)
    return {name: hits / trials, f"{name}_low": float(low), f"{name}_high": float(high)}
