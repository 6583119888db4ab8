"""The models folder: releases on a shelf, and which of them is in use.

Enters: releases and decisions. Leaves: folders under ``releases``, and ``promotions.jsonl``,
a log that is only ever added to: its last line names the champion. Every change appears
whole or not at all, so a release is in use at every moment once one has been.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path

import pandas as pd

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.frames.storage import append_line, clear_leftovers, storage_error
from fcr_ml.releases.release import MANIFEST, Release, open_release, save_release

RELEASES, PROMOTIONS, LOCK = "releases", "promotions.jsonl", ".lock"
READINGS = "readings"
"""What releases have said of logs; see :mod:`fcr_ml.backtest.readings`."""
REPLAYS = "replays"
"""A shelf of releases that were fitted for replayed months alone; see
:mod:`fcr_ml.backtest.month`."""

_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}")
"""Day and hash, as :func:`~fcr_ml.releases.fit.release_name` gives them: no way to a place
outside the folder."""


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

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise storage_error(self.folder, fault) from fault
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
        return [name for name in self._lying if self.has(name)]

    @property
    def damaged(self) -> list[str]:
        """Names of folders that have lost what says what they hold."""
        return [name for name in self._lying if not self.has(name)]

    @property
    def _lying(self) -> list[str]:
        """Names of all that lies here under the name of a release, whole or not."""
        return _named(self.folder / RELEASES)

    def place(self, name: str) -> Path:
        """Give the folder of a release, whether it is there or not.

        Raises
        ------
        SettingsError
            When it is no name that a release can have.
        """
        if not _NAME.fullmatch(name):
            raise self._none(name)
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
        if not self.place(name).exists():
            raise self._none(name)
        return open_release(self.place(name))

    def _none(self, name: str) -> SettingsError:
        known = ", ".join(self.names[-5:]) or "none yet; make one with fcr retrain"
        return SettingsError(f"release '{name}': there is none in {self.folder} ({known}).")

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

        So a month that is run again finds what it found the first time, whatever was taken
        into use by hand since.
        """
        return self._champion_before(f"{as_of:%Y-%m-%d}")

    def _champion_before(self, day: str) -> str | None:
        earlier = [p.now for p in takewhile(lambda p: _day(p.now) < day, self.promotions)]
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
        line = json.dumps(asdict(promotion), ensure_ascii=False)
        append_line(self.folder / PROMOTIONS, line)
        return promotion

    def roll_back(self, at: str, by: str, why: str) -> Promotion:
        """Take the release that was in use before back into use.

        Going back twice goes two releases back, not forth again.

        Raises
        ------
        SettingsError
            When there is none before.
        """
        way_back = self._way_back
        if len(way_back) < 2:
            raise SettingsError(
                "releases: there is no release before the one in use to roll back to."
            )
        return self.promote(way_back[-2], at, by, why)

    @property
    def _way_back(self) -> list[str]:
        """Releases in the order in which rolling back comes to them, the one in use last."""
        way_back: list[str] = []
        for promotion in self.promotions:
            if promotion.now in way_back:
                del way_back[way_back.index(promotion.now) + 1 :]
            else:
                way_back.append(promotion.now)
        return way_back

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest releases, and those that are needed still.

        Needed are the one in use, the one that rolling back takes, and those that a replayed
        month begins from. Of the releases that were fitted for replays the newest stay that
        are no older than the oldest here. What releases that are gone said of logs goes, and
        what runs that died have left. Nobody else may be writing here: see :meth:`locked`.

        Parameters
        ----------
        keep : int
            How many of the newest stay, here and of those for replays.

        Returns
        -------
        list of str
            The releases that were removed, without those for replays. Promotions stay in
            the log.
        """
        if keep < 1:
            raise SettingsError(
                f"releases: --keep {keep} is no number of releases; keep 1 or more."
            )
        needed, replays = self._needed(), Shelf(self.folder / REPLAYS)
        # Before any release goes: an older copy is left over only while its newer one lies there.
        for folder in (self.folder / RELEASES, replays.folder / RELEASES):
            clear_leftovers(folder)
        gone = [name for name in self.names[:-keep] if name not in needed]
        for name in gone:
            self._remove(name)
        since = _day(min(self.names, default=""))
        kept = [name for name in replays.names[-keep:] if _day(name) >= since]
        for name in set(replays.names) - set(kept):
            replays._remove(name)
        self._prune_readings({*self._lying, *replays._lying})
        return gone

    def _needed(self) -> set[str | None]:
        """Names that pruning leaves alone, whatever their age."""
        way_back = self._way_back
        needed: set[str | None] = set(way_back[-2:])
        # Replayed months begin no earlier than the release in use, each from the champion of
        # its day; that changes only at the days of promoted releases.
        days = {_day(promotion.now) for promotion in self.promotions}
        return needed | {self._champion_before(d) for d in days if d >= _day(way_back[-1])}

    def _remove(self, name: str) -> None:
        # Without its manifest it is no release any more, however far the rest has come.
        (self.place(name) / MANIFEST).unlink()
        shutil.rmtree(self.place(name))

    def _prune_readings(self, known: set[str]) -> None:
        """Remove what releases said of logs that lie nowhere any more: it names customers."""
        for name in _named(self.folder / READINGS):
            if name in known:
                clear_leftovers(self.folder / READINGS / name)
            else:
                shutil.rmtree(self.folder / READINGS / name)


def _day(name: str) -> str:
    """Give the day in a release's name: '2025-06-01' of '2025-06-01-1f2e3d4c'."""
    return name[:10]


def _named(folder: Path) -> list[str]:
    """Give what lies in a folder under the name of a release, in the order of their days."""
    return sorted(path.name for path in folder.glob("[0-9]*/") if _NAME.fullmatch(path.name))
