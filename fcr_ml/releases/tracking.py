"""MLflow as the mirror of what happens each month.

Enters: an address, or a models folder for the SQLite file in it. Leaves: runs, one a month
with children for its stages and candidates, and the registered versions of the model.
The truth stays with the releases and the promotion log: everything here may fail, with a
:class:`~fcr_ml.errors.TrackingError`, and the month is whole without it. Whatever is told
twice is kept once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.errors import SettingsError, StorageError, TrackingError
from fcr_ml.releases.flavour import Served, save_served
from fcr_ml.releases.local_tracking import (
    artifacts_place,
    follow_moved_folder,
    local_address,
    point_local_alias,
)
from fcr_ml.releases.registry import REGISTERED, RELEASE_TAG, Registry, Version
from fcr_ml.releases.tracked_run import NOTE_TAG, TrackedRun
from fcr_ml.releases.tracking_faults import (
    load_mlflow,
    refuse_unreachable,
    told_as_one_error,
    without_collector,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "fcr_ml"
KEY_TAG, MONTH_TAG, KIND_TAG = "fcr.key", "fcr.month", "fcr.kind"

_PARENT_TAG, _SOURCE_TAG = "mlflow.parentRunId", "mlflow.source.name"
_ABOUT = (
    "One run a month, named after it: what was learned from, how it did on past months, what "
    "was decided. Its children are the stages and candidates. Which release is in use is told "
    "by the promotion log beside the releases; the alias *champion* follows it."
)


class Tracker:
    """Tell MLflow what a month did.

    Nothing is opened before the first call.

    Parameters
    ----------
    address : str, optional
        A tracking address such as ``http://mlflow.desk:5000`` or
        ``postgresql+pg8000://user@host/mlflow``. None: the SQLite file in ``models``.
    models : pathlib.Path
        The folder that holds ``mlflow.db`` and ``artifacts/`` where no address is given. It
        may be moved.
    experiment : str
        The experiment that the runs belong to.
    registered : str
        The registered model.
    """

    def __init__(
        self,
        address: str | None = None,
        models: Path = Path("models"),
        experiment: str = EXPERIMENT,
        registered: str = REGISTERED,
    ) -> None:
        self.models = Path(models)
        self.is_local = not address
        self.address = address or local_address(self.models)
        self.experiment = experiment
        self.registered = registered

    @cached_property
    def _client(self) -> MlflowClient:
        """Open the address, after putting a moved folder right."""
        refuse_unreachable(self.address)
        load_mlflow()
        with told_as_one_error(self.address), without_collector():
            if self.is_local:
                self.models.mkdir(parents=True, exist_ok=True)
                follow_moved_folder(self.models, self.experiment)
            from mlflow import MlflowClient

            return MlflowClient(self.address, registry_uri=self.address)

    @cached_property
    def _experiment_id(self) -> str:
        client = self._client
        with told_as_one_error(self.address):
            found = client.get_experiment_by_name(self.experiment)
            if found is not None:
                return str(found.experiment_id)
            # A server keeps artefacts itself; a bare database has no place for them.
            is_server = self.address.startswith(("http", "databricks"))
            place = None if is_server else artifacts_place(self.models)
            tags = {NOTE_TAG: _ABOUT, "mlflow.experimentKind": "custom_model_development"}
            return str(client.create_experiment(self.experiment, place, tags))

    @cached_property
    def registry(self) -> Registry:
        """The registered versions and their aliases."""
        return Registry(self._client, self.address, self.registered)

    def point(self, alias: str, release: str | None) -> None:
        """Let an alias stand for a release, or for none; errors as of Registry.set_alias."""
        if self.is_local and point_local_alias(
            self.models, self.registered, alias, RELEASE_TAG, release
        ):
            return
        self.registry.set_alias(alias, release)

    @contextmanager
    def month(
        self, month: str, identity: str = "", source: str = "fcr retrain"
    ) -> Iterator[TrackedRun]:
        """Open the run of a month, and end it: as failed where a fault leaves the block.

        Parameters
        ----------
        month : str
            Such as ``2025-06``: the run's name.
        identity : str
            What makes it the same work when it is done again: a digest of log, settings and
            program. The same month and identity are one run; another identity is another
            run of the same name.
        source : str
            What did it.

        Raises
        ------
        SettingsError
            When the month is not written as ``YYYY-MM``.
        TrackingError
            When MLflow cannot be reached or refuses.
        """
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
            raise SettingsError(f"tracking: month '{month}' must be written as 2025-06.")
        with self._ending(self._run(month, "month", month, identity, None, source)) as run:
            yield run

    @contextmanager
    def part(self, run: TrackedRun, name: str, kind: str = "stage") -> Iterator[TrackedRun]:
        """Open a child of a run: a stage or a candidate of the month.

        Parameters
        ----------
        run : TrackedRun
            The month.
        name : str
            Such as ``topics`` or ``risk model``; one child a name and kind.
        kind : str
            Such as ``stage`` or ``candidate``.
        """
        month = pd.Timestamp(run.at, unit="ms").strftime("%Y-%m")
        with self._ending(self._run(name, kind, month, run.key, run.run_id, None)) as child:
            yield child

    @contextmanager
    def _ending(self, run: TrackedRun) -> Iterator[TrackedRun]:
        try:
            yield run
        except BaseException:
            # The fault that is on its way matters more than one of the mirror.
            with suppress(TrackingError):
                run.finish("FAILED")
            raise
        run.finish()

    def _run(
        self,
        name: str,
        kind: str,
        month: str,
        identity: str,
        parent: str | None,
        source: str | None,
    ) -> TrackedRun:
        """Find the run by its key, or begin it."""
        words = "\n".join((self.experiment, month, kind, name, identity))
        key = hashlib.sha256(words.encode()).hexdigest()[:16]
        experiment_id = self._experiment_id
        with told_as_one_error(self.address):
            there = self._client.search_runs(
                [experiment_id], f"tags.`{KEY_TAG}` = '{key}'", max_results=1
            )
            if there:
                run_id = there[0].info.run_id
                self._client.update_run(run_id, status="RUNNING")
            else:
                tags = {KEY_TAG: key, MONTH_TAG: month, KIND_TAG: kind}
                tags |= {_PARENT_TAG: parent} if parent else {}
                tags |= {_SOURCE_TAG: source} if source else {}
                run_id = self._client.create_run(
                    experiment_id, tags=tags, run_name=name
                ).info.run_id
        at = int(pd.Timestamp(f"{month}-01", tz="UTC").timestamp() * 1000)
        return TrackedRun(self._client, self.address, experiment_id, run_id, name, key, at)

    def log_release(
        self,
        run: TrackedRun,
        folder: Path,
        release: str,
        as_of: pd.Timestamp,
        verdict: str,
        why: str,
        example: pd.DataFrame | None = None,
        served: Served | None = None,
    ) -> Version:
        """Register a release as a version that MLflow can serve.

        Parameters
        ----------
        run : TrackedRun
            The month that made it.
        folder : pathlib.Path
            The release; it is copied whole, byte for byte.
        release : str
            Its name.
        as_of : pandas.Timestamp
            The moment whose knowledge it holds.
        verdict, why : str
            What was decided about it, and the reason in a sentence.
        example : pandas.DataFrame, optional
            A few simulated CONTACTS, kept as the example of what to send. Never real rows.
        served : Served, optional
            How it is opened and scored, and further columns it reads.

        Returns
        -------
        Version
            The one that is there already when the same release was registered before; its
            verdict and reason are then written anew.
        """
        tags = {"as_of": as_of.isoformat(), "verdict": verdict, "why": why}
        digest = folder_digest(folder)
        there = self.registry.find(release, digest)
        if there is not None:
            return self.registry.retell(there, tags)
        client = self._client
        with told_as_one_error(self.address), TemporaryDirectory() as beside:
            model = client.create_logged_model(
                run.experiment_id,
                name=f"{self.registered}-{release}",
                source_run_id=run.run_id,
                tags={"fcr.release": release},
                model_type="risk",
            )
            place = Path(beside) / "model"
            save_served(folder, place, example, served, run.run_id, model.model_id)
            client.log_model_artifacts(model.model_id, str(place))
            client.finalize_logged_model(model.model_id, "READY")
            client.log_outputs(run.run_id, [_output(model.model_id)])
            return self.registry.add(release, digest, run.run_id, model, tags)


def folder_digest(folder: Path) -> str:
    """Give a digest of every file of a folder and its name.

    Raises
    ------
    StorageError
        When it is no folder or a file cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise StorageError(f"release: {folder} is no folder; name one that holds a release.")
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()[:16]


def _output(model_id: str) -> Any:
    from mlflow.entities import LoggedModelOutput

    return LoggedModelOutput(model_id, step=0)
