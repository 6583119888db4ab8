"""What a month decided, told to MLflow.

Enters: a decision, the release that was fitted, and the models folder with its promotion
log. Leaves: the month's run with its candidates, a registered version, and the aliases as
the promotion log has them. It decides nothing, and a month is whole without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.releases.flavour import Served
from fcr_ml.releases.registry import CHALLENGER, CHAMPION
from fcr_ml.releases.release import read_manifest
from fcr_ml.releases.shelf import Shelf
from fcr_ml.releases.tracked_run import TrackedRun
from fcr_ml.releases.tracking import Tracker
from fcr_ml.releases.tracking_faults import tolerated
from fcr_ml.reports.release_card import card_markdown

CANDIDATES = ("champion", "challenger", "rule")

HEADLINE = (
    "challenger/ap",
    "champion/ap",
    "gain/value",
    "gain/low",
    "gain/high",
    "challenger/calibration_error",
    "contacts",
)
"""What months are compared by; the candidates and ``figures.json`` hold the rest."""

_SHORT = {"promote": "promoted", "keep": "kept back", "too close": "kept back, too close"}


def mirror_month(
    tracker: Tracker,
    shelf: Shelf,
    decision: Mapping[str, Any],
    card: Path | None = None,
    example: pd.DataFrame | None = None,
    served: Served | None = None,
) -> None:
    """Tell MLflow a month; a second time adds nothing.

    Parameters
    ----------
    tracker : Tracker
    shelf : Shelf
        Where the challenger lies and which release is in use.
    decision : mapping
        ``as_of challenger champion months verdict``, as a month has decided.
    card : pathlib.Path, optional
        The folder of the release's card; its files become artefacts.
    example : pandas.DataFrame, optional
        A few simulated CONTACTS.
    served : Served, optional
        How the release is opened and scored; as every release is, by default.

    Raises
    ------
    TrackingError
        When MLflow cannot be reached or refuses. Nothing else is touched.
    StorageError
        When the challenger cannot be read.
    """
    name = decision["challenger"]
    manifest = read_manifest(shelf.place(name))
    told, verdict = manifest["told"], decision["verdict"]
    outcome = _outcome(shelf, decision)
    with tracker.month(decision["as_of"][:7], name) as run:
        run.log_settings({"as_of": decision["as_of"], **_settings(told)})
        run.log_figures(verdict["figures"], HEADLINE)
        log = {key: value for key, value in told["log"].items() if key != "columns"}
        fingerprint = str(log.pop("fingerprint"))
        run.log_contact_log("contact log", fingerprint, log, told["log"]["columns"])
        # Lists and a folded note show only its beginning.
        decided = f"**{outcome.capitalize()}.** {verdict['why']}"
        run.describe(f"{decided}\n\n{card_markdown(decision, manifest)}")
        run.tag({"fcr.release": name, "fcr.verdict": outcome})
        if card is not None:
            run.log_file(card, "card")
        _tell_candidates(tracker, run, verdict["figures"])
        as_of = pd.Timestamp(manifest["as_of"])
        place = shelf.place(name)
        tracker.log_release(run, place, name, as_of, outcome, verdict["why"], example, served)
    known = {version.release for version in tracker.registry.versions()}
    for alias, release in _aliases(shelf).items():
        tracker.point(alias, release if release in known else None)


def mirror_champion(tracker: Tracker, shelf: Shelf) -> None:
    """Bring the aliases to the release in use, after a promotion or a rollback by hand.

    Raises
    ------
    TrackingError
        When MLflow cannot be reached, or that release was never told to it.
    """
    aliases = _aliases(shelf)
    tracker.point(CHAMPION, aliases[CHAMPION])
    untold: list[str] = []
    with tolerated(untold.append):
        tracker.point(CHALLENGER, aliases[CHALLENGER])
    if untold:
        # It was fitted without MLflow being told.
        tracker.point(CHALLENGER, None)


def _aliases(shelf: Shelf) -> dict[str, str | None]:
    """Give the release in use, and the newest where that is another."""
    newest = shelf.names[-1] if shelf.names else None
    return {CHAMPION: shelf.champion, CHALLENGER: newest if newest != shelf.champion else None}


def _outcome(shelf: Shelf, decision: Mapping[str, Any]) -> str:
    """Say what became of a challenger: in use at some time, or kept back."""
    was_used = any(promotion.now == decision["challenger"] for promotion in shelf.promotions)
    return "promoted" if was_used else _SHORT.get(decision["verdict"]["outcome"], "kept back")


def _settings(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings a month was fitted with; what is empty says nothing."""
    kept = {
        section: {name: value for name, value in given.items() if value not in (None, [], {}, "")}
        for section, given in told["settings"].items()
    }
    return {**kept, "encoder": told["encoder"], "program_version": told["program_version"]}


def _tell_candidates(tracker: Tracker, run: TrackedRun, figures: Mapping[str, Any]) -> None:
    """Give each candidate that was tried a run of its own below the month."""
    for name in CANDIDATES:
        if isinstance(figures.get(name), Mapping):
            with tracker.part(run, name, "candidate") as candidate:
                candidate.log_figures(figures[name])
