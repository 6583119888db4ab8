"""The models folder: releases on a shelf, and which of them is in use.

Enters: releases and decisions. Leaves: folders under ``releases``, and ``promotions.jsonl``,
a log that is only ever added to: its last line names the champion. Every change appears
whole or not at all, so a release is in use at every moment once one has been.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.frames.storage import replaced_file
from fcr_ml.releases.release import MANIFEST, Release, open_release, read_manifest, save_release

RELEASES, PROMOTIONS, LOCK = "releases", "promotions.jsonl", ".lock"
READINGS = "readings"
"""What releases have said of logs; see :mod:`fcr_ml.backtest.readings`."""


@dataclass(frozen=True)
class Promotion:
    """One line of the promotion log.

    Parameters
    ----------
    at : str
        When, ISO 8601, UTC.
    by : str
        Who.
    was : str or None
        The release in use before.
    now : str
        The release in use from then on.
    why : str
        In words.
    """

    at: str
    by: str
    was: str | None
    now: str
    why: str


class Shelf:
    """Releases under a models folder.

    Parameters
    ----------
    folder : pathlib.Path
        Made when the first release is put there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep everybody else from changing the shelf; it is free again if this run dies.

        Raises
        ------
        StorageError
            When another run is at work here.
        """
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as fault:
            raise StorageError(
                f"models: another run is at work in {self.folder}; wait for it to end, or choose "
                "another --models."
            ) from fault
        try:
            yield
        finally:
            lock.release()

    @property
    def names(self) -> list[str]:
        """Names of the releases that lie here whole, in the order of their days."""
        return sorted(path.parent.name for path in self.folder.glob(f"{RELEASES}/*/{MANIFEST}"))

    @property
    def damaged(self) -> list[str]:
        """Names of folders that have lost what says what they hold."""
        lying = {path.name for path in self.folder.glob(f"{RELEASES}/[0-9]*")}
        return sorted(lying - set(self.names))

    def place(self, name: str) -> Path:
        """Give the folder of a release."""
        return self.folder / RELEASES / name

    def has(self, name: str) -> bool:
        """Say whether a release of that name lies here."""
        return (self.place(name) / MANIFEST).is_file()

    def put(self, release: Release) -> None:
        """Put a release on the shelf."""
        save_release(release, self.place(release.name))

    def open(self, name: str) -> Release:
        """Read a release, every byte checked.

        Raises
        ------
        SettingsError
            When there is none of that name.
        StorageError
            As of :func:`~fcr_ml.releases.release.open_release`.
        """
        if not self.has(name) and not self.place(name).exists():
            known = ", ".join(self.names[-5:]) or "none yet; make one with fcr retrain"
            raise SettingsError(f"release '{name}': there is none in {self.folder} ({known}).")
        return open_release(self.place(name))

    def as_of(self, name: str) -> pd.Timestamp:
        """Give the moment of a release without reading the rest of it."""
        return pd.Timestamp(read_manifest(self.place(name))["as_of"])

    @property
    def promotions(self) -> list[Promotion]:
        """Every promotion, the oldest first.

        Raises
        ------
        StorageError
            When the log cannot be read.
        """
        path = self.folder / PROMOTIONS
        if not path.exists():
            return []
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            return [Promotion(**json.loads(line)) for line in lines if line.strip()]
        except (OSError, ValueError, TypeError) as fault:
            raise StorageError(
                f"models: {path} cannot be read; restore it, for it says which release is in use."
            ) from fault

    @property
    def champion(self) -> str | None:
        """The name of the release in use; None before the first promotion."""
        promotions = self.promotions
        return promotions[-1].now if promotions else None

    def champion_before(self, as_of: pd.Timestamp) -> str | None:
        """Give the release that was in use when nothing of that moment or later was fitted.

        So a month that is run again finds what it found the first time.
        """
        earlier = [p.now for p in self.promotions if _day(p.now) < f"{as_of:%Y-%m-%d}"]
        return earlier[-1] if earlier else None

    def promote(self, name: str, at: str, by: str, why: str) -> Promotion:
        """Take a release into use, once it has been found whole.

        Parameters
        ----------
        name : str
            A release that lies here.
        at, by, why : str
            When, by whom and why; for the log.

        Raises
        ------
        SettingsError
            When it is in use already.
        StorageError
            When it is damaged; the one in use stays so.
        """
        was = self.champion
        if name == was:
            raise SettingsError(f"release {name} is in use already.")
        self.open(name)
        promotion = Promotion(at, by, was, name, why)
        path = self.folder / PROMOTIONS
        older = path.read_text(encoding="utf-8") if path.exists() else ""
        line = json.dumps(asdict(promotion), ensure_ascii=False)
        with replaced_file(path) as beside:
            beside.write_text(f"{older}{line}\n", encoding="utf-8")
        return promotion

    def roll_back(self, at: str, by: str, why: str) -> Promotion:
        """Take the release that was in use before back into use.

        Going back twice goes two releases back, not forth again.

        Raises
        ------
        SettingsError
            When there is none before.
        """
        in_use: list[str] = []
        for promotion in self.promotions:
            if promotion.now in in_use:
                del in_use[in_use.index(promotion.now) + 1 :]
            else:
                in_use.append(promotion.now)
        if len(in_use) < 2:
            raise SettingsError(
                "releases: there is no release before the one in use to roll back to."
            )
        return self.promote(in_use[-2], at, by, why)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest releases, and those that are or were last in use.

        What they said of logs goes with them.

        Parameters
        ----------
        keep : int
            How many of the newest stay.

        Returns
        -------
        list of str
            What was removed. Promotions stay in the log.
        """
        if keep < 1:
            raise SettingsError(
                f"releases: --keep {keep} is no number of releases; keep 1 or more."
            )
        promotions = self.promotions
        used = {promotions[-1].now, promotions[-1].was} if promotions else set()
        gone = [name for name in self.names[:-keep] if name not in used]
        for name in gone:
            shutil.rmtree(self.folder / READINGS / name, ignore_errors=True)
            # Without its manifest it is no release any more, however far the rest has come.
            (self.place(name) / MANIFEST).unlink()
            shutil.rmtree(self.place(name))
        return gone


def _day(name: str) -> str:
    """Give the day in a release's name: '2025-06-01' of '2025-06-01-1f2e3d4c'."""
    return name[:10]
