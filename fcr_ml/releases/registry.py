"""The registered versions of the risk model, and which is champion and challenger.

Enters: releases by name. Leaves: versions with tags, and aliases. The aliases follow the
promotion log; nothing here decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fcr_ml.errors import TrackingError
from fcr_ml.releases.tracking_faults import shown_address, told_as_one_error

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

REGISTERED = "fcr_risk"
CHAMPION, CHALLENGER = "champion", "challenger"
"""The release in use, and the newest where that is another."""

_TAG = "fcr."
RELEASE_TAG = _TAG + "release"
_ABOUT = (
    "Calibrated risk that an open contact will be repeated, with three reasons. Rows in: "
    "contacts with `contact_id`, `customer_id` and `started_at`, and what else is known of "
    "them, the customers' earlier contacts included. Rows out: one for each row in; the risk "
    "is empty where its moment has not come. `champion` is in use, `challenger` was trained "
    "last and is not."
)


@dataclass(frozen=True)
class Version:
    """A registered release.

    Parameters
    ----------
    release : str
        Its name.
    number : int
        MLflow's version.
    run_id : str
        The month's run.
    tags : mapping
        ``release``, ``digest``, ``as_of``, ``verdict``, ``why``.
    """

    release: str
    number: int
    run_id: str
    tags: Mapping[str, str]


class Registry:
    """Versions and aliases of one registered model.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The way to the server.
    address : str
        For messages.
    name : str
        The registered model.
    """

    def __init__(self, client: MlflowClient, address: str, name: str = REGISTERED) -> None:
        self.client, self.address, self.name = client, address, name

    def versions(self) -> list[Version]:
        """Give every version, oldest first; none where nothing was registered."""
        with told_as_one_error(self.address):
            found = self.client.search_model_versions(f"name = '{self.name}'")
        return sorted((_version(one) for one in found), key=lambda version: version.number)

    def find(self, release: str, digest: str | None = None) -> Version | None:
        """Give the latest version of a release, perhaps of one content, or None."""
        wanted = [
            version
            for version in self.versions()
            if version.release == release and digest in (None, version.tags.get("digest"))
        ]
        return wanted[-1] if wanted else None

    def add(
        self, release: str, digest: str, run_id: str, model: LoggedModel, tags: Mapping[str, str]
    ) -> Version:
        """Register a logged model as the next version.

        By its place, because a name such as ``models:/m-1`` would be looked up at whatever
        address the process uses by default.
        """
        told = {"release": release, "digest": digest, **tags}
        with told_as_one_error(self.address):
            if not self.client.search_registered_models(f"name = '{self.name}'"):
                self.client.create_registered_model(self.name, description=_ABOUT)
            made = self.client.create_model_version(
                self.name,
                model.artifact_location,
                run_id,
                tags={_TAG + name: value for name, value in told.items()},
                description=_described(told),
                model_id=model.model_id,
            )
            # Without it the run's page does not lead from its model to the version.
            told_of = json.dumps([{"name": self.name, "version": int(made.version)}])
            self.client.set_logged_model_tags(model.model_id, {"mlflow.modelVersions": told_of})
        return _version(made)

    def retell(self, version: Version, tags: Mapping[str, str]) -> Version:
        """Give a version its tags anew, where they differ."""
        told = {**version.tags, **tags}
        number = str(version.number)
        if told == version.tags:
            return version
        with told_as_one_error(self.address):
            for name, value in tags.items():
                self.client.set_model_version_tag(self.name, number, _TAG + name, value)
            self.client.update_model_version(self.name, number, _described(told))
        return Version(version.release, version.number, version.run_id, told)

    def aliases(self) -> dict[str, str]:
        """Give the release that each alias stands for."""
        releases = {version.number: version.release for version in self.versions()}
        if not releases:
            return {}
        with told_as_one_error(self.address):
            pointed = self.client.get_registered_model(self.name).aliases
        return {alias: releases[int(number)] for alias, number in sorted(pointed.items())}

    def set_alias(self, alias: str, release: str | None) -> None:
        """Let an alias stand for a release; None takes it away.

        Raises
        ------
        TrackingError
            When no version of that release is registered, or MLflow cannot be reached.
        """
        version = None if release is None else self.find(release)
        if release is not None and version is None:
            raise TrackingError(
                f"tracking: {self.name} at {shown_address(self.address)} has no version of the "
                f"release {release}, so '{alias}' cannot stand for it. Register the release first."
            )
        with told_as_one_error(self.address):
            if version is not None:
                self.client.set_registered_model_alias(self.name, alias, str(version.number))
            elif alias in self.aliases():
                self.client.delete_registered_model_alias(self.name, alias)


def _version(found: Any) -> Version:
    """Read a version; one that somebody else registered has a release without a name."""
    tags = {k.removeprefix(_TAG): v for k, v in found.tags.items() if k.startswith(_TAG)}
    return Version(tags.get("release", ""), int(found.version), found.run_id or "", tags)


def _described(told: Mapping[str, str]) -> str:
    """Say in a line what was decided about a version, and why: lists show its beginning."""
    day = told.get("as_of", "")[:10]
    return f"{told['release']} {told.get('verdict', '')} (as of {day}). {told.get('why', '')}"
