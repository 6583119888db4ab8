"""A log as the release in use reads it: once for a night's list and for its watch.

Enters: sources, a models folder and settings. Leaves: the release, the cleaned log, its
casebook and its features. Nothing is learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.read import read_log
from fcr_ml.errors import SettingsError
from fcr_ml.features import Features
from fcr_ml.frames import Casebook
from fcr_ml.releases.reading import features_of, read_by
from fcr_ml.releases.release import Release
from fcr_ml.releases.shelf import Shelf
from fcr_ml.stages import Progress, silent, stage

Settings = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class InUse:
    """A log as the release in use reads it.

    Parameters
    ----------
    release : Release
    log : CleanLog
        Cleaned as that release read its own.
    casebook : Casebook
    features : Features
    """

    release: Release
    log: CleanLog
    casebook: Casebook
    features: Features

    @property
    def remarks(self) -> list[str]:
        """Say what the release expects of a log and this one does not have."""
        contacts, read = self.log.contacts, self.release.told["log"]["columns"]
        gone = [n for n in read if n not in contacts or contacts[n].isna().all()]
        told = []
        if gone:
            told.append(f"The log has no {', '.join(gone)}, which the release reads.")
        if self.log.as_of < self.release.as_of:
            told.append(
                f"The log ends on {self.log.as_of:%Y-%m-%d}, before the release's own moment: it "
                "is ranked by what came later. Give the log up to today."
            )
        return told


def read_in_use(
    sources: Sequence[str],
    models: Path,
    settings: Settings,
    folder: Path,
    as_of: str | None = None,
    progress: Progress = silent,
) -> InUse:
    """Read a log by the release in use.

    Parameters
    ----------
    sources : sequence of str
        The contact log, history included.
    models : pathlib.Path
        The models folder.
    settings : mapping
        Keyword arguments by section; the section ``contacts`` wins over the release's own,
        and of ``casebook`` only ``cache_folder`` is asked for: the rest is the release's.
    folder : pathlib.Path
        Where the casebook goes.
    as_of : str, optional
        The moment; the end of the last day of usual volume by default.
    progress : callable
        Hears how far long stages have come.

    Raises
    ------
    SettingsError
        When no release is in use.
    StorageError, DataError
        When the release is damaged or the log cannot be read.
    """
    shelf = Shelf(models)
    name = shelf.champion
    if name is None:
        raise SettingsError(
            f"models: no release is in use in {models}; make one with fcr retrain, or take one "
            "into use with fcr releases promote."
        )
    release = shelf.open(name)
    with stage("read", 0) as running:
        raw = read_log(sources, **settings.get("source", {}))
        running.rows_in = running.rows_out = len(raw.rows)
    own = release.settings
    attributes = own["casebook"].get("attributes") or None
    reading = {**own["contacts"], "attributes": attributes, **settings.get("contacts", {})}
    if as_of is not None:
        reading["as_of"] = as_of
    log = clean_log(raw, **reading)
    cache = settings.get("casebook", {}).get("cache_folder")
    cache = None if cache is None else Path(cache)
    casebook = read_by(release, log.contacts, log.as_of, folder, cache, progress=progress)
    return InUse(release, log, casebook, features_of(release, casebook))
