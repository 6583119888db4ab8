"""A release on disk: everything one month fitted, of which no byte may be another.

Enters: what was learnt from one log as of one moment. Leaves: a folder of arrays, numbers
and words with a manifest, or the same objects again. Nothing in it is run when it is
loaded, and nothing of a customer or a note is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fcr_ml.assembly import Learnt
from fcr_ml.errors import OldReleaseError, StorageError
from fcr_ml.features.described import Feature
from fcr_ml.frames.storage import replaced_folder
from fcr_ml.frames.tables import CONTRACT_VERSION
from fcr_ml.risk.baselines import CountingRule
from fcr_ml.risk.kept import scorer_from_dict, scorer_to_dict
from fcr_ml.risk.model import RiskModel

FORMAT = 1
"""Raised when the files change their meaning; a program refuses what is newer than itself."""

MANIFEST, RISK, WEST = "release.json", "risk.json", "west"


@dataclass(frozen=True, eq=False)
class Release:
    """What one month fitted.

    Parameters
    ----------
    name : str
        The day it is as of, and the beginning of its recipe's and log's hash.
    as_of : pandas.Timestamp
        UTC; nothing later was seen.
    learnt : Learnt
        Topics, vectors and links.
    scorer : RiskModel or CountingRule
        What ranks contacts.
    rule : RiskModel or CountingRule
        The rule of thumb that did best beside it.
    described : tuple of Feature
        The features that it was learnt from.
    topic_names : dict of str to str
        By topic id.
    told : dict
        Settings, encoder, versions of libraries, the log's fingerprint and counts, figures:
        whatever a reader may want to know.
    """

    name: str
    as_of: pd.Timestamp
    learnt: Learnt
    scorer: RiskModel | CountingRule
    rule: RiskModel | CountingRule
    described: tuple[Feature, ...]
    topic_names: Mapping[str, str]
    told: Mapping[str, Any]

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """Keyword arguments by section, as it was fitted with."""
        return dict(self.told["settings"])


def save_release(release: Release, folder: Path) -> None:
    """Write a release whole or not at all, replacing one of that name.

    Parameters
    ----------
    release : Release
    folder : pathlib.Path
        Gets ``release.json``, ``risk.json`` and the folder ``west``.
    """
    with replaced_folder(Path(folder)) as beside:
        (beside / WEST).mkdir()
        release.learnt.save(beside / WEST)
        risk = {
            "scorer": scorer_to_dict(release.scorer),
            "rule": scorer_to_dict(release.rule),
            "described": [asdict(feature) for feature in release.described],
            "topic_names": dict(release.topic_names),
        }
        _write_words(beside / RISK, risk)
        files = {
            str(path.relative_to(beside).as_posix()): _file_entry(path)
            for path in sorted(beside.rglob("*"))
            if path.is_file()
        }
        manifest = {
            "format": FORMAT,
            "name": release.name,
            "as_of": release.as_of.isoformat(),
            "contract_version": CONTRACT_VERSION,
            "told": dict(release.told),
            "files": files,
        }
        _write_words(beside / MANIFEST, manifest | {"sha256": _digest(manifest)})


def open_release(folder: Path) -> Release:
    """Read a release, once every byte has been found to be the one that was written.

    Raises
    ------
    StorageError
        When a file is missing, changed or not of the release, the folder has another name
        than the release, or it was made by a newer version or under another contract of
        tables (:class:`~fcr_ml.errors.OldReleaseError`); the message names the release and
        the mend.
    """
    folder = Path(folder)
    manifest = check_release(folder)
    risk = json.loads((folder / RISK).read_text(encoding="utf-8"))
    return Release(
        name=manifest["name"],
        as_of=pd.Timestamp(manifest["as_of"]),
        learnt=Learnt.load(folder / WEST),
        scorer=scorer_from_dict(risk["scorer"]),
        rule=scorer_from_dict(risk["rule"]),
        described=tuple(Feature(**feature) for feature in risk["described"]),
        topic_names=risk["topic_names"],
        told=manifest["told"],
    )


def check_release(folder: Path) -> dict[str, Any]:
    """Check every byte of a release, and give what it says of itself; errors as above."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    _check_names(folder, manifest["files"])
    for name, entry in manifest["files"].items():
        if _file_entry(folder / name) != entry:
            raise StorageError(f"release {folder.name}: {name} was changed after the fit; {MEND}")
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a release says of itself, checked as :func:`open_release` checks it."""
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise StorageError(
            f"release {folder.name}: {folder / MANIFEST} is missing or no readable manifest; {MEND}"
        ) from fault
    if version > FORMAT:
        raise StorageError(
            f"release {folder.name}: it was made by a newer version of fcr_ml (format {version}, "
            f"this one reads {FORMAT}); update fcr_ml, or use another release."
        )
    if manifest["contract_version"] != CONTRACT_VERSION:
        raise OldReleaseError(
            f"release {folder.name}: it was made under contract {manifest['contract_version']} of "
            f"tables, this program has {CONTRACT_VERSION}; fit that month again with fcr retrain."
        )
    told = {name: value for name, value in manifest.items() if name != "sha256"}
    if manifest.get("sha256") != _digest(told):
        raise StorageError(f"release {folder.name}: {MANIFEST} was changed after the fit; {MEND}")
    if manifest["name"] != folder.name:
        raise StorageError(
            f"release {folder.name}: the folder holds release {manifest['name']}; give it that "
            "name back, or use another release (fcr releases)."
        )
    return dict(manifest)


MEND = "restore the folder, use another release (fcr releases), or fit that month again."


def _check_names(folder: Path, listed: Collection[str]) -> None:
    """Check that a folder holds the files that were written, and no other: it is copied whole."""
    lying = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    for name, path in lying.items():
        if path.is_symlink():
            raise StorageError(f"release {folder.name}: {name} is a link and no file; {MEND}")
    files = [name for name, path in lying.items() if not path.is_dir()]
    for name in listed:
        if name not in files:
            raise StorageError(f"release {folder.name}: the file {name} is missing; {MEND}")
    further = [name for name in files if name not in {*listed, MANIFEST}]
    if further:
        raise StorageError(
            f"release {folder.name}: {len(further)} of {len(files)} files are not of the release "
            f"(first: {further[0]}). Move them out of {folder}; a release holds only what its "
            "fit wrote."
        )


def _file_entry(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _digest(words: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def _write_words(path: Path, words: Mapping[str, Any]) -> None:
    text = json.dumps(words, indent=2, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
