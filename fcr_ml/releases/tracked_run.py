"""One run in MLflow: a month, or a stage or candidate of it.

Enters: settings, figures, pages and lineage. Leaves: parameters, metrics, tags and artefacts.
What is there already is not written twice. No contact is ever stored: of the log, only its
fingerprint, columns and counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fcr_ml.errors import TrackingError
from fcr_ml.releases.tracking_faults import shown_address, told_as_one_error

if TYPE_CHECKING:
    from mlflow import MlflowClient

NOTE_TAG = "mlflow.note.content"
FIGURES_FILE = "figures.json"

_BATCH = 100
_LONGEST_VALUE = 6_000
_SHOWN_DIGEST = 16
_ALLOWED = frozenset("_-. /:")


def flatten(nested: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Give nested figures or settings as one level, names joined by a stroke.

    Signs that MLflow refuses in a name become ``_``.

    Examples
    --------
    >>> flatten({"auc": {"champion": 0.71, "challenger": 0.74}, "rows": 900})
    {'auc/champion': 0.71, 'auc/challenger': 0.74, 'rows': 900}
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        plain = "".join(c if c.isalnum() or c in _ALLOWED else "_" for c in str(name))
        path = f"{above}/{plain}" if above else plain
        flat |= flatten(value, path) if isinstance(value, Mapping) else {path: value}
    return flat


def numbers_of(figures: Mapping[str, Any]) -> dict[str, float]:
    """Give the finite numbers among nested figures; the rest is no metric.

    Examples
    --------
    >>> numbers_of({"gain": {"value": 0.02, "low": None}, "is_better": True, "by": "auc"})
    {'gain/value': 0.02, 'is_better': 1.0}
    """
    found = {}
    for name, value in flatten(figures).items():
        try:
            number = math.nan if value is None or isinstance(value, str) else float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            found[name] = number
    return found


@dataclass(frozen=True)
class TrackedRun:
    """A run that can be told more.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The way to the server.
    address : str
        For messages.
    experiment_id, run_id, name, key : str
        Where and which. ``key`` is what makes it the same run when told again.
    at : int
        The instant that metrics carry, in milliseconds: the month's, not the clock's.
    """

    client: MlflowClient = field(repr=False)
    address: str
    experiment_id: str
    run_id: str
    name: str
    key: str
    at: int

    def log_settings(self, settings: Mapping[str, Any]) -> None:
        """Add parameters; nested sections become ``section/name``.

        Raises
        ------
        TrackingError
            When one is there with another value: MLflow changes no parameter.
        """
        from mlflow.entities import Param

        told = {name: _as_text(value) for name, value in flatten(settings).items()}
        with told_as_one_error(self.address):
            there = self.client.get_run(self.run_id).data.params
            self._refuse_others(there, told)
            fresh = [Param(name, value) for name, value in told.items() if name not in there]
            for part in _parts(fresh):
                self.client.log_batch(self.run_id, params=part)

    def _refuse_others(self, there: Mapping[str, str], told: Mapping[str, str]) -> None:
        others = [name for name in told if there.get(name, told[name]) != told[name]]
        if others:
            raise TrackingError(
                f"tracking: run {self.name} at {shown_address(self.address)} has "
                f"{len(others)} of {len(told)} settings with another value (first: "
                f"{others[0]}). Give what was run otherwise an identity of its own."
            )

    def log_figures(self, figures: Mapping[str, Any], headline: Sequence[str] = ()) -> None:
        """Add metrics, and everything told, texts and empty ones too, as ``figures.json``.

        Parameters
        ----------
        figures : mapping
            Nested; numbers become metrics named ``outer/inner``.
        headline : sequence of str
            The flat names that become metrics; empty means all. A month has a handful, so
            that its columns can be read; ``figures.json`` keeps the rest.
        """
        from mlflow.entities import Metric

        numbers = numbers_of(figures)
        told = {name: numbers[name] for name in headline or numbers if name in numbers}
        with told_as_one_error(self.address):
            there = self.client.get_run(self.run_id).data.metrics
            fresh = [
                Metric(name, value, self._later_than(name, there), 0)
                for name, value in told.items()
                if there.get(name) != value
            ]
            for part in _parts(fresh):
                self.client.log_batch(self.run_id, metrics=part)
        self.log_text(json.dumps(figures, indent=2, default=str) + "\n", FIGURES_FILE)

    def _later_than(self, name: str, there: Mapping[str, float]) -> int:
        """Give an instant at which a metric counts as the latest."""
        if name not in there:
            return self.at
        return 1 + max(m.timestamp for m in self.client.get_metric_history(self.run_id, name))

    def log_text(self, text: str, name: str) -> None:
        """Add a text as an artefact: a page, a table as CSV, a chart as HTML."""
        with told_as_one_error(self.address):
            self.client.log_text(self.run_id, text, name)

    def log_file(self, path: Path, folder: str | None = None) -> None:
        """Add a file or a folder as an artefact."""
        with told_as_one_error(self.address):
            if Path(path).is_dir():
                self.client.log_artifacts(self.run_id, str(path), folder)
            else:
                self.client.log_artifact(self.run_id, str(path), folder)

    def tag(self, tags: Mapping[str, Any]) -> None:
        """Add tags, or give those that are there another value."""
        from mlflow.entities import RunTag

        with told_as_one_error(self.address):
            for part in _parts([RunTag(name, str(value)) for name, value in tags.items()]):
                self.client.log_batch(self.run_id, tags=part)

    def describe(self, markdown: str) -> None:
        """Put a note on top of the run: what was decided, and why."""
        self.tag({NOTE_TAG: markdown})

    def log_contact_log(
        self,
        name: str,
        fingerprint: str,
        counts: Mapping[str, Any],
        columns: Sequence[str],
        use: str = "training",
    ) -> None:
        """Say which log was learned from, without a row of it.

        Parameters
        ----------
        name : str
            As the desk calls it. Never an address with a password.
        fingerprint : str
            Of the log; its first 16 characters become the digest, the whole is kept beside.
        counts : mapping
            Such as contacts, customers, first and last day.
        columns : sequence of str
            The log's columns.
        use : str
            Such as ``training`` or ``replay``.
        """
        from mlflow.entities import Dataset, DatasetInput, InputTag

        fields = [{"type": "string", "name": c, "required": False} for c in columns]
        told = dict(counts) | {"num_rows": counts.get("contacts", 0)}
        dataset = Dataset(
            name,
            fingerprint[:_SHOWN_DIGEST],
            "contact_log",
            json.dumps({"fingerprint": fingerprint}),
            schema=json.dumps({"mlflow_colspec": fields}),
            profile=json.dumps(told, default=str),
        )
        used = DatasetInput(dataset, [InputTag("mlflow.data.context", use)])
        with told_as_one_error(self.address):
            self.client.log_inputs(self.run_id, [used])

    def finish(self, status: str = "FINISHED") -> None:
        """End the run: ``FINISHED``, ``FAILED`` or ``KILLED``."""
        with told_as_one_error(self.address):
            self.client.set_terminated(self.run_id, status)


def _as_text(value: Any) -> str:
    """Write a setting as MLflow keeps it; the end of a very long one is cut."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _parts(entries: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give entries in portions that one request takes."""
    for start in range(0, len(entries), _BATCH):
        yield entries[start : start + _BATCH]
