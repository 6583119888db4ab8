"""Fit a release: everything that one log teaches as of one moment.

Enters: cleaned contacts and settings. Leaves: a release, and the casebook that was made on
the way. The same contacts, settings and forerunner give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml import __version__
from fcr_ml.assembly import CasebookBuilder
from fcr_ml.contacts.clean import CleanLog
from fcr_ml.errors import StorageError
from fcr_ml.frames import Casebook
from fcr_ml.frames.tables import CONTACTS
from fcr_ml.notes.table import NoteMemory
from fcr_ml.releases.release import FORMAT, Release
from fcr_ml.risk.baselines import CountingRule, fit_baselines
from fcr_ml.risk.evaluate import Evaluation
from fcr_ml.risk.model import RiskModel
from fcr_ml.risk.rows import closed_rows
from fcr_ml.risk.split import split_by_time
from fcr_ml.risk.study import MODEL, RiskStudy, study_risk
from fcr_ml.stages import Progress, silent, stage
from fcr_ml.topics.forerunner import Forerunner

Settings = Mapping[str, Mapping[str, Any]]

LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "hdbscan", "duckdb", "pyarrow")
"""Whose versions a release names: another may give another fit, never another reading."""

_OF_ONE_MACHINE = ("cache_folder", "judged_pairs", "topics_from", "refit_topics", "namer")
_OF_THE_RISK = ("capacity", "left_alone_share", "moment")


@dataclass(frozen=True)
class Recipe:
    """What a release is fitted by, the log apart.

    Parameters
    ----------
    builder : CasebookBuilder
        Readings, windows, encoder.
    risk : dict
        Keyword arguments of :func:`~fcr_ml.risk.study.study_risk`.
    contacts : dict
        How the log's columns and times are read; no moment.
    """

    builder: CasebookBuilder
    risk: Mapping[str, Any]
    contacts: Mapping[str, Any]

    @classmethod
    def of(cls, settings: Settings) -> Recipe:
        """Give the recipe that settings describe."""
        contacts = {n: v for n, v in settings.get("contacts", {}).items() if n != "as_of"}
        builder = CasebookBuilder(**settings.get("casebook", {}))
        builder = replace(builder, topics_from=None, refit_topics=True)
        return cls(builder, dict(settings.get("risk", {})), contacts)

    def told(self) -> dict[str, dict[str, Any]]:
        """Give the settings that a release keeps: nothing of one machine, no address."""
        casebook = {
            field.name: getattr(self.builder, field.name)
            for field in fields(self.builder)
            if field.name not in _OF_ONE_MACHINE
        }
        risk = {name: self.risk[name] for name in _OF_THE_RISK if name in self.risk}
        return json.loads(
            json.dumps({"casebook": casebook, "risk": risk, "contacts": dict(self.contacts)})
        )

    def fingerprint(self) -> str:
        """Give what changes whenever the same log could be fitted otherwise."""
        judged = [_digest_of(Path(path)) for path in self.builder.judged_pairs]
        told = [FORMAT, __version__, self.told(), judged]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def fingerprint_log(contacts: pd.DataFrame) -> str:
    """Give what changes with any cell of the contacts, and not with their order."""
    digest = hashlib.sha256()
    ordered = contacts.sort_values("contact_id", kind="stable")
    for name in sorted(ordered.columns):
        values = ordered[name].astype("string").fillna("\x00")
        digest.update(name.encode())
        digest.update(pd.util.hash_array(values.to_numpy(object)).tobytes())
    return digest.hexdigest()[:16]


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as fault:
        raise StorageError(f"judged pairs: {path} cannot be read; check the path.") from fault


def release_name(
    log: CleanLog,
    recipe: Recipe,
    forerunner: str | None,
    acted_on: Collection[str] = (),
    log_fingerprint: str | None = None,
) -> str:
    """Give the name of the release that a log would give: its day, and a hash of what it is."""
    fingerprint = log_fingerprint or fingerprint_log(log.contacts)
    moment = log.as_of.isoformat()
    rests_on = [moment, recipe.fingerprint(), fingerprint, forerunner, sorted(acted_on)]
    digest = hashlib.sha256(json.dumps(rests_on).encode()).hexdigest()
    return f"{log.as_of:%Y-%m-%d}-{digest[:8]}"


@dataclass(frozen=True, eq=False)
class Fitted:
    """A release, the casebook it was fitted on, and what its risk was found to be worth."""

    release: Release
    casebook: Casebook
    studied: RiskStudy


def fit_release(
    log: CleanLog,
    recipe: Recipe,
    folder: Path,
    forerunner: Release | None = None,
    acted_on: Collection[str] = (),
    memory: NoteMemory | None = None,
    progress: Progress = silent,
) -> Fitted:
    """Fit everything as of a log's moment.

    Parameters
    ----------
    log : CleanLog
        As it was known at its moment.
    recipe : Recipe
    folder : pathlib.Path
        Where the casebook goes.
    forerunner : Release, optional
        Whose topics live on.
    acted_on : collection of str
        Contacts that were helped because they were flagged; risk does not learn from them.
    memory : NoteMemory, optional
        Notes that were read before in this run.
    progress : callable
        Hears how far long stages have come.
    """
    said = {name: when for name, when in log.columns.known.items() if when != "unknown"}
    named = replace(recipe, builder=replace(recipe.builder, attributes=said))
    fingerprint = fingerprint_log(log.contacts)
    earlier = None if forerunner is None else _topics_of(forerunner)
    casebook, learnt = named.builder.learn(
        log.contacts, log.as_of, folder, progress, earlier, memory
    )
    with stage("risk", len(log.contacts)) as running:
        studied = study_risk(casebook, **recipe.risk, acted_on=acted_on)
        rule = _rule_of_thumb(casebook, studied, acted_on)
        running.rows_out = len(studied.scores)
    before = None if forerunner is None else forerunner.name
    told = {
        "settings": named.told(),
        "recipe": recipe.fingerprint(),
        "encoder": {"name": learnt.topics.encoder, "fingerprint": learnt.topics.fingerprint},
        "program_version": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "forerunner": before,
        "log": {"fingerprint": fingerprint} | _counts(log.contacts),
        "figures": _figures(casebook, studied),
        "remarks": list(studied.remarks),
        "log_remarks": list(log.remarks),
    }
    scorer = studied.scorer
    assert isinstance(scorer, RiskModel | CountingRule)
    release = Release(
        release_name(log, recipe, before, acted_on, fingerprint),
        log.as_of,
        learnt,
        scorer,
        rule,
        tuple(studied.features.described),
        _topic_names(casebook),
        told,
    )
    return Fitted(release, casebook, studied)


def _topics_of(forerunner: Release) -> Forerunner:
    nothing = pd.DataFrame({"contact_id": [], "first_topic_id": []}, dtype="string")
    return Forerunner(forerunner.learnt.topics, nothing)


def _rule_of_thumb(
    casebook: Casebook, studied: RiskStudy, acted_on: Collection[str]
) -> RiskModel | CountingRule:
    """Give the rule of thumb that did best on the contacts that the model was tried on."""
    rows = closed_rows(casebook, studied.features, acted_on)
    if studied.evaluation is None:
        return CountingRule().fit(rows)
    figures = studied.evaluation.figures
    is_rule = (figures["labels"] == "expected") & (figures["scorer"] != MODEL)
    best = figures[is_rule].sort_values(["average_precision", "scorer"], ascending=[False, True])
    fitted = {rule.name: rule for rule in fit_baselines(rows, split_by_time(rows, test_share=0))}
    return fitted[best["scorer"].iloc[0]]


def _figures(casebook: Casebook, studied: RiskStudy) -> dict[str, Any]:
    """Give what a release says of itself, as plain figures."""
    topics = casebook.table("topics", ["topic_id"])["topic_id"]
    told: dict[str, Any] = {
        "topics": int(topics.nunique()),
        "without_topic_rate": round(float(topics.isna().mean()), 6),
        "open_contacts": len(studied.scores),
        "links": dict(casebook.settings["links"]),
    }
    evaluation: Evaluation | None = studied.evaluation
    if evaluation is None:
        return told | {"chosen": studied.scorer.name, "tried": []}
    tried = evaluation.figures[evaluation.figures["labels"] == "expected"].round(6)
    plain = json.loads(tried.drop(columns="labels").to_json(orient="records"))
    return told | {"chosen": evaluation.chosen, "tried": plain}


def _counts(contacts: pd.DataFrame) -> dict[str, Any]:
    columns = [name for name in CONTACTS.columns if name in contacts.columns]
    return {
        "contacts": len(contacts),
        "customers": int(contacts["customer_id"].nunique()),
        "first_started_at": contacts["started_at"].min().isoformat(),
        "last_started_at": contacts["started_at"].max().isoformat(),
        "columns": [name for name in columns if contacts[name].notna().any()],
    }


def _topic_names(casebook: Casebook) -> dict[str, str]:
    cards = casebook.table("topic_cards", ["topic_id", "topic"])
    return dict(zip(cards["topic_id"], cards["topic"], strict=True))
