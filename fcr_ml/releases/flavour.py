"""A release as MLflow serves it: rows of contacts in, risk and reasons out.

Enters: a release folder. Leaves: a model folder that ``mlflow models serve``, ``mlflow models
predict`` and ``mlflow.pyfunc.spark_udf`` open. The release travels in it as it is and is read
by this program's own loader: the model is a short script, nothing is pickled.

MLflow shows the rows it was sent in its own messages. Notes must not end there, so every
column is optional to MLflow, and what is missing or wrong is told by this room.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fcr_ml.frames.tables import CONTACTS
from fcr_ml.releases.sent_rows import as_sent, read_as_of, read_sent
from fcr_ml.releases.tracking_faults import load_mlflow

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.pyfunc import PythonModel

RUNS_WITH = (
    "fcr_ml",
    "duckdb",
    "mlflow",
    "numpy",
    "onnxruntime",
    "pandas",
    "pandera",
    "phonenumbers",
    "py3langid",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "tokenizers",
)
"""What a release needs to be read and scored; stated, so that nothing has to be inferred."""

REASONS = ("reason_1", "reason_2", "reason_3")

_SCRIPT = '''\
"""A release of fcr_ml as MLflow serves it."""

from mlflow.models import set_model

from fcr_ml.releases.flavour import Served, served_model

set_model(served_model({served!r}))
'''


@dataclass(frozen=True)
class Served:
    """How a release is opened and scored.

    Parameters
    ----------
    opener : str
        ``module:function`` that gives a release from its folder.
    scorer : str
        ``module:function`` that gives ``contact_id``, ``risk`` and three reasons from a
        release, CONTACTS and a moment.
    attributes : mapping
        Further columns that the release reads, and their kind: ``text`` or ``number``.
    """

    opener: str = "fcr_ml.releases.serving:open_served"
    scorer: str = "fcr_ml.releases.serving:score_sent"
    attributes: Mapping[str, str] = field(default_factory=dict)

    def open(self, folder: Path) -> Any:
        """Open the release."""
        return _named(self.opener)(folder)

    def score(
        self, release: Any, contacts: pd.DataFrame, as_of: pd.Timestamp | None
    ) -> pd.DataFrame:
        """Score contacts as of a moment."""
        scored: pd.DataFrame = _named(self.scorer)(release, contacts, as_of)
        return scored


def _named(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def signature(attributes: Mapping[str, str] | None = None) -> ModelSignature:
    """Declare the columns in and out.

    A column in may be of any type: a file in which a key is a number, a flag was read as
    such or a column is empty would be refused before it reaches us.
    """
    load_mlflow()
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    names = [*CONTACTS.columns, *(attributes or {})]
    out = [ColSpec("string", "contact_id"), ColSpec("double", "risk", required=False)]
    return ModelSignature(
        Schema([ColSpec(AnyType(), name, required=False) for name in names]),
        Schema([*out, *(ColSpec("string", name) for name in REASONS)]),
        ParamSchema([ParamSpec("as_of", DataType.string, "")]),
    )


def save_served(
    folder: Path,
    place: Path,
    example: pd.DataFrame | None = None,
    served: Served | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
) -> None:
    """Write a release as a model folder.

    Parameters
    ----------
    folder : pathlib.Path
        The release.
    place : pathlib.Path
        Must not exist.
    example : pandas.DataFrame, optional
        A few simulated CONTACTS.
    served : Served, optional
        How it is opened and scored; as every release is, by default.
    run_id, model_id : str, optional
        Where it was logged.
    """
    load_mlflow()
    from mlflow.models import Model
    from mlflow.pyfunc import save_model

    served = served or _as_every_release(folder)
    script = Path(place).with_name("served_release.py")
    script.write_text(_SCRIPT.format(served=served), encoding="utf-8")
    save_model(
        str(place),
        python_model=str(script),
        artifacts={"release": str(folder)},
        signature=signature(served.attributes),
        input_example=None if example is None else as_sent(example),
        pip_requirements=requirements(),
        mlflow_model=Model(run_id=run_id, model_uuid=model_id, model_id=model_id),
    )


def _as_every_release(folder: Path) -> Served:
    """Open a release, which finds every byte whole, and ask what it reads."""
    from fcr_ml.releases.serving import open_served, sent_attributes

    return Served(attributes=sent_attributes(open_served(folder)))


def requirements(names: Sequence[str] = RUNS_WITH) -> list[str]:
    """Give the versions here of what a release runs with; what is not installed is left out."""
    found = []
    for name in names:
        try:
            found.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def served_model(served: Served | None = None) -> PythonModel:
    """Give the object that MLflow loads and asks; called by the model's script."""
    load_mlflow()
    # Were a value of another kind sent, MLflow's own message would repeat the rows.
    os.environ.setdefault("MLFLOW_DISABLE_SCHEMA_DETAILS", "true")
    from mlflow.pyfunc import PythonModel

    how = served or Served()

    class ServedRelease(PythonModel):
        """A release behind MLflow's two calls."""

        def load_context(self, context: Any) -> None:
            """Open the release from its artefacts."""
            self.release = how.open(Path(context.artifacts["release"]))

        def predict(
            self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
        ) -> pd.DataFrame:
            """Give a row for each row in, in their order."""
            return answer(how, self.release, model_input, params)

    return ServedRelease()


def answer(
    how: Served, release: Any, sent: pd.DataFrame, params: Mapping[str, Any] | None
) -> pd.DataFrame:
    """Score rows as they were sent.

    Returns
    -------
    pandas.DataFrame
        ``contact_id``, ``risk`` and three reasons, one row for each row in and in their
        order; risk is null where the contact's moment has not come. A reason that there is
        not is empty text.

    Raises
    ------
    mlflow.exceptions.MlflowException
        In our own words, where rows or moment cannot be used. Serving answers 400.
    """
    from fcr_ml.errors import FcrError

    try:
        contacts = read_sent(sent, how.attributes)
        scored = how.score(release, contacts, read_as_of(params))
    except FcrError as fault:
        raise _refusal(str(fault)) from fault
    by_contact = scored.set_index("contact_id")[["risk", *REASONS]]
    answered = by_contact.reindex(contacts["contact_id"]).reset_index()
    answered["contact_id"] = answered["contact_id"].astype(object)
    # A null, because a server would write a missing number as NaN, which is no JSON.
    risk = answered["risk"].astype(object)
    answered["risk"] = risk.where(risk.notna(), None)
    # Empty text, because Spark would write a missing one as the word None.
    reasons = answered[list(REASONS)].astype(object)
    answered[list(REASONS)] = reasons.where(reasons.notna(), "")
    return answered


def _refusal(message: str) -> Exception:
    """Give an error that keeps its words: serving would put the rows sent before them."""
    from mlflow.exceptions import MlflowException

    class Refusal(MlflowException):
        """The rows sent cannot be scored."""

        @property
        def message(self) -> str:
            return message

        @message.setter
        def message(self, other: str) -> None:
            pass

    return Refusal.invalid_parameter_value(message)
