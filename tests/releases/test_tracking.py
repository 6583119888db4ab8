"""Hold MLflow to what the tracker promises: kept once, anywhere, served as it is."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fcr_ml.errors import FcrError, SettingsError, StorageError, TrackingError
from fcr_ml.mirroring import HEADLINE, mirror_champion, mirror_month
from fcr_ml.releases.flavour import Served, answer, requirements, signature
from fcr_ml.releases.local_tracking import point_local_alias
from fcr_ml.releases.registry import Version
from fcr_ml.releases.shelf import PROMOTIONS, Shelf
from fcr_ml.releases.tracked_run import NOTE_TAG, TrackedRun
from fcr_ml.releases.tracking import KIND_TAG, Tracker
from fcr_ml.releases.tracking_faults import load_mlflow, shown_address, tolerated
from tests.releases.release_double import (
    SERVED,
    contacts,
    decision,
    open_release,
    sent_rows,
    write_release,
    write_told_release,
)

ROOT = Path(__file__).parents[2]
FINGERPRINT = "0123456789abcdef" * 4
SETTINGS = {"risk": {"window": "7d", "reading": "related"}, "minimum": 30}
FIGURES = {
    "auc": {"champion": 0.70, "challenger": 0.72},
    "gain": {"value": 0.02, "low": 0.01, "high": 0.03},
    "rows": 900,
    "by": "customer",
    "ece": None,
}
AS_OF = pd.Timestamp("2025-07-01", tz="UTC")
SECRET = "a secret note"


def _environment() -> dict[str, str]:
    """Give what a process of MLflow's needs to find this program and to stay here."""
    beside = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "OMP_NUM_THREADS": "1",
    }


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody answers at a port, for at most two minutes."""
    pause = threading.Event()
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert process.poll() is None, log.read_text()[-2_000:]
        pause.wait(0.2)
    raise AssertionError(log.read_text()[-2_000:])


@contextlib.contextmanager
def _started(
    command: list[str], folder: Path, port: int, user: str | None = None
) -> Iterator[None]:
    """Run a server on loopback, and end it with all that it began."""
    log = folder / "server.log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdout=told,
            stderr=told,
            start_new_session=True,
            user=user,
        )
    try:
        _wait_for(port, process, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("server"), _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", "sqlite:///runs.db", "--artifacts-destination", "./kept"]
    with _started(command, folder, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a PostgreSQL server of our own."""
    pytest.importorskip("pg8000", reason="pg8000, the driver for PostgreSQL, is not installed")
    places = [Path("/usr/lib/postgresql/"), *map(Path, os.get_exec_path())]
    programs = [*places[0].glob("*/bin/initdb"), *(place / "initdb" for place in places[1:])]
    found = [program for program in programs if program.exists()]
    if not found:
        pytest.skip("no PostgreSQL server is installed (initdb was not found)")
    # It refuses to run as root, and another user cannot enter pytest's own folders.
    user = "nobody" if os.geteuid() == 0 else None
    folder, port = Path("/tmp") / f"fcr-postgres-{os.getpid()}", _free_port()
    folder.mkdir()
    try:
        if user:
            shutil.chown(folder, user)
        data = str(folder / "data")
        begin = [str(found[0]), "-D", data, "-U", "fcr", "-A", "trust", "--no-sync"]
        begin += ["--encoding", "UTF8", "--locale", "C"]
        subprocess.run(begin, check=True, capture_output=True, user=user, cwd="/")
        command = [str(found[0].with_name("postgres")), "-D", data, "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        with _started([*command, "-c", "fsync=off"], folder, port, user):
            yield f"postgresql+pg8000://fcr:pass@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("releases") / "2025-06")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Tracker:
    """Give a models folder in which one month was kept."""
    tracker = Tracker(models=tmp_path_factory.mktemp("desk") / "models")
    _keep_month(tracker, release)
    return tracker


def _keep_month(tracker: Tracker, release: Path) -> Version:
    with tracker.month("2025-06", "log and settings") as month:
        month.log_settings(SETTINGS)
        month.log_figures(FIGURES, ["auc/champion", "auc/challenger", "gain/value"])
        month.log_contact_log("contacts.parquet", FINGERPRINT, {"contacts": 3}, list(sent_rows()))
        month.log_text("<p>page</p>", "report.html")
        month.describe("**Promoted.** The challenger ranks better.")
        with tracker.part(month, "risk model", "candidate") as candidate:
            candidate.log_figures({"auc": 0.72})
        version = tracker.log_release(
            month, release, "2025-06", AS_OF, "promoted", "AUC .02 higher", contacts(), SERVED
        )
    tracker.point("champion", "2025-06")
    tracker.point("challenger", None)
    return version


def _runs(tracker: Tracker) -> list[Any]:
    return list(tracker._client.search_runs([tracker._experiment_id]))


@pytest.fixture(params=["folder", "server", "database"])
def tracker(request: pytest.FixtureRequest, tmp_path: Path, release: Path) -> Tracker:
    if request.param == "folder":
        return request.getfixturevalue("kept")
    found = Tracker(request.getfixturevalue(request.param), models=tmp_path)
    _keep_month(found, release)
    return found


def test_a_month_told_twice_is_kept_once(tracker: Tracker, release: Path) -> None:
    again = _keep_month(tracker, release)

    runs = {run.data.tags[KIND_TAG]: run for run in _runs(tracker)}
    month, candidate = runs["month"], runs["candidate"]
    assert len(_runs(tracker)) == 2
    assert (month.info.run_name, candidate.info.run_name) == ("2025-06", "risk model")
    assert candidate.data.tags["mlflow.parentRunId"] == month.info.run_id
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    assert month.data.params == {
        "risk/window": "7d",
        "risk/reading": "related",
        "minimum": "30",
    }
    assert month.data.metrics == {"auc/champion": 0.7, "auc/challenger": 0.72, "gain/value": 0.02}
    assert "Promoted" in month.data.tags[NOTE_TAG]
    history = tracker._client.get_metric_history(month.info.run_id, "auc/champion")
    assert len(history) == 1
    assert [version.number for version in tracker.registry.versions()] == [again.number] == [1]
    assert again.tags["verdict"] == "promoted"
    assert again.run_id == month.info.run_id
    assert tracker.registry.aliases() == {"champion": "2025-06"}


def test_of_the_log_only_fingerprint_columns_and_counts_are_kept(tracker: Tracker) -> None:
    month = next(run for run in _runs(tracker) if run.data.tags[KIND_TAG] == "month")

    (used,) = month.inputs.dataset_inputs
    assert used.dataset.digest == FINGERPRINT[:16]
    assert json.loads(used.dataset.source) == {"fingerprint": FINGERPRINT}
    assert json.loads(used.dataset.profile)["contacts"] == 3
    assert '"note"' in used.dataset.schema
    assert SECRET not in str(month.to_dictionary())


def test_all_figures_are_kept_beside_the_few_that_are_metrics(kept: Tracker) -> None:
    month = next(run for run in _runs(kept) if run.data.tags[KIND_TAG] == "month")
    figures = json.loads((Path(month.info.artifact_uri) / "figures.json").read_text())

    assert figures == FIGURES


def test_a_changed_verdict_is_told_anew_without_a_second_version(
    kept: Tracker, release: Path
) -> None:
    with kept.month("2025-06", "log and settings") as month:
        retold = kept.log_release(month, release, "2025-06", AS_OF, "rolled back", "too many flags")

    assert retold.number == 1
    (version,) = kept.registry.versions()
    assert (version.tags["verdict"], version.tags["why"]) == ("rolled back", "too many flags")
    assert version.tags["as_of"] == AS_OF.isoformat()


def test_a_release_of_other_content_is_the_next_version(kept: Tracker, tmp_path: Path) -> None:
    other = write_release(tmp_path / "2025-07", base=0.3)
    with kept.month("2025-07", "later") as month:
        version = kept.log_release(
            month, other, "2025-07", AS_OF, "kept back", "no gain", served=SERVED
        )
    kept.point("challenger", "2025-07")

    assert version.number == 2
    assert kept.registry.aliases() == {"challenger": "2025-07", "champion": "2025-06"}
    kept.point("challenger", None)
    assert kept.registry.aliases() == {"champion": "2025-06"}


def test_other_settings_need_an_identity_of_their_own(kept: Tracker) -> None:
    before = len(_runs(kept))
    with (
        pytest.raises(TrackingError, match=r"1 of 1 settings with another value \(first: minimum"),
        kept.month("2025-06", "log and settings") as month,
    ):
        month.log_settings({"minimum": 50})
    with kept.month("2025-06", "other settings") as other:
        other.log_settings({"minimum": 50})

    assert len(_runs(kept)) == before + 1
    assert other.run_id != month.run_id


def test_a_figure_told_anew_replaces_the_older_one(kept: Tracker) -> None:
    with kept.month("2025-05") as month:
        month.log_figures({"auc": 0.9})
        month.log_figures({"auc": 0.7})

    assert kept._client.get_run(month.run_id).data.metrics == {"auc": 0.7}


def test_a_fault_ends_the_month_as_failed_and_goes_on(kept: Tracker) -> None:
    def fail(month: TrackedRun) -> None:
        raise StorageError(f"{month.name}: the disk is full.")

    with pytest.raises(StorageError, match="disk is full"), kept.month("2025-04") as month:
        fail(month)

    assert kept._client.get_run(month.run_id).info.status == "FAILED"


def test_an_alias_needs_a_registered_release(kept: Tracker) -> None:
    with pytest.raises(TrackingError, match="has no version of the release 2019-01"):
        kept.point("champion", "2019-01")


def test_tables_of_another_mlflow_are_left_to_mlflow(tmp_path: Path) -> None:
    asked = (tmp_path, "fcr_risk", "champion", "fcr.release", "2025-05")
    assert not point_local_alias(*asked)
    assert not (tmp_path / "mlflow.db").exists()
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as other, other:
        other.execute("CREATE TABLE model_versions (name, version)")

    assert not point_local_alias(*asked)


def test_a_moved_folder_is_found_again(kept: Tracker, tmp_path: Path) -> None:
    moved = tmp_path / "another place"
    shutil.copytree(kept.models, moved)

    there = Tracker(models=moved)
    place = there._client.get_model_version("fcr_risk", "1").source

    assert place.startswith(str(moved))
    assert (Path(place) / "MLmodel").exists()
    assert all(run.info.artifact_uri.startswith(str(moved)) for run in _runs(there))
    assert kept._client.get_model_version("fcr_risk", "1").source.startswith(str(kept.models))


def _model(tracker: Tracker) -> str:
    return str(tracker._client.get_model_version("fcr_risk", "1").source)


def _asked(port: int, body: str, kind: str = "application/json") -> tuple[int, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", body.encode(), {"Content-Type": kind}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answered:
            return answered.status, json.load(answered)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


EXPECTED = [
    ("c2", 0.35, "customer had 1 earlier contacts", "queue Orders"),
    ("c1", 0.25, "customer had 0 earlier contacts", "queue Orders"),
    ("c3", None, "", ""),
]


def _told(predictions: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("contact_id", "risk", "reason_1", "reason_2")
    return [tuple(row[name] for name in names) for row in predictions]


def test_serve_answers_over_http(kept: Tracker, tmp_path: Path) -> None:
    rows = sent_rows().to_json(orient="split", index=False)
    early = json.dumps({"dataframe_split": json.loads(rows), "params": {"as_of": "2025-06-01T12Z"}})
    bare = json.dumps({"dataframe_records": [{"contact_id": 7, "note": SECRET}]})
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", _model(kept)]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]

    with _started(command, tmp_path, port):
        _, scored = _asked(port, f'{{"dataframe_split": {rows}}}')
        _, before = _asked(port, early)
        status, refused = _asked(port, bare)

    assert _told(scored["predictions"]) == EXPECTED
    assert [row["risk"] for row in before["predictions"]] == [None, 0.25, None]
    assert status == 400
    assert refused["message"].startswith("contacts: 2 of 3 required columns (customer_id, started")
    assert SECRET not in str(refused)
    assert SECRET not in (tmp_path / "server.log").read_text()


def test_predict_reads_a_csv_file(kept: Tracker, tmp_path: Path) -> None:
    # Read from a file, keys are numbers, flags are flags, and an empty column has no kind.
    rows = sent_rows().assign(case_id=[7, 8, 9], agent_says_resolved=True, product=None)
    rows.to_csv(tmp_path / "rows.csv", index=False)
    command = [sys.executable, "-m", "mlflow", "models", "predict", "--model-uri", _model(kept)]
    command += ["--env-manager", "local", "--content-type", "csv"]
    command += ["--input-path", "rows.csv", "--output-path", "scored.json"]

    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=_environment())

    scored = json.loads((tmp_path / "scored.json").read_text(), parse_constant=_no_constant)
    assert _told(scored["predictions"]) == EXPECTED


def test_the_model_states_what_it_takes_and_runs_with(kept: Tracker, release: Path) -> None:
    place = Path(_model(kept))
    declared = signature({"shift": "text"})
    needed = (place / "requirements.txt").read_text().split()

    names = declared.inputs.input_names()
    assert {"contact_id", "customer_id", "started_at", "note", "shift"} <= set(names)
    assert declared.outputs.input_names() == [
        "contact_id", "risk", "reason_1", "reason_2", "reason_3",
    ]  # fmt: skip
    assert set(requirements()) == set(needed)
    assert not list(place.rglob("*.pkl"))
    told = (place / "artifacts" / release.name / "release.json").read_bytes()
    assert told == (release / "release.json").read_bytes()
    assert "c2" in (place / "input_example.json").read_text()


def test_a_refusal_keeps_its_words(release: Path) -> None:
    mlflow = load_mlflow()
    opened = open_release(release)

    with pytest.raises(mlflow.exceptions.MlflowException) as refused:
        answer(Served(scorer=SERVED.scorer), opened, sent_rows()[["note"]], None)
    refused.value.message = f"Failed to predict data '{SECRET}'"

    assert SECRET not in refused.value.serialize_as_json()
    assert "3 of 3 required columns" in refused.value.message


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}",
        "postgresql+pg8000://desk:geheim@127.0.0.1:{port}/mlflow",
        "nodriver://127.0.0.1:{port}/mlflow",
    ],
)
def test_a_server_that_is_not_there_is_one_error_that_can_be_tolerated(address: str) -> None:
    tracker = Tracker(address.format(port=_free_port()))
    remarks: list[str] = []
    with tolerated(remarks.append), tracker.month("2025-06"):
        pytest.fail("there is no such server")

    assert len(remarks) == 1
    assert shown_address(tracker.address) in remarks[0]
    assert "Releases and promotions are kept without it" in remarks[0]
    assert "geheim" not in remarks[0]


def test_what_is_no_address_or_month_is_refused(kept: Tracker, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'mlruns' is no tracking address"):
        _ = Tracker("mlruns").registry
    with pytest.raises(SettingsError, match="month 'June' must be written as 2025-06"):
        kept.month("June").__enter__()
    with kept.month("2025-03") as month, pytest.raises(FcrError, match="is no folder"):
        kept.log_release(month, tmp_path / "none", "2025-03", AS_OF, "", "")


MAY, JUNE = "2025-05-01-aaaaaaaa", "2025-06-01-bbbbbbbb"


def _take_into_use(shelf: Shelf, name: str) -> None:
    """Add a line to the promotion log, as opening a whole release would let it."""
    line = {"at": "2025-06-01", "by": "a lead", "was": shelf.champion, "now": name, "why": "-"}
    with (shelf.folder / PROMOTIONS).open("a") as log:
        log.write(json.dumps(line) + "\n")


def test_what_months_decided_is_mirrored_once_and_follows_the_promotion_log(
    tmp_path: Path,
) -> None:
    shelf, tracker = Shelf(tmp_path), Tracker(models=tmp_path)
    card = tmp_path / "card"
    card.mkdir()
    (card / "card.html").write_text("<p>card</p>")
    for name, before in ((MAY, MAY), (JUNE, MAY)):
        as_of = f"{name[:10]}T00:00:00+00:00"
        write_told_release(shelf.place(name), as_of)
        _take_into_use(shelf, name)
        told = decision(name, before, as_of)
        mirror_month(tracker, shelf, told, card, contacts(), SERVED)
    mirror_month(tracker, shelf, told, card, contacts(), SERVED)

    runs = _runs(tracker)
    (june,) = [run for run in runs if run.info.run_name == "2025-06"]
    assert sorted(run.info.run_name for run in runs) == [
        "2025-05", "2025-06", *["challenger"] * 2, *["champion"] * 2, *["rule"] * 2,
    ]  # fmt: skip
    assert set(june.data.metrics) == set(HEADLINE)
    assert june.data.metrics["gain/low"] == 0.01
    assert june.data.params["casebook/window"] == "7d"
    assert june.data.tags["fcr.verdict"] == "promoted"
    assert june.data.tags[NOTE_TAG].startswith("**Promoted.** The challenger ranks better.")
    assert JUNE in june.data.tags[NOTE_TAG]
    (made,) = june.outputs.model_outputs
    leads_to = json.loads(
        tracker._client.get_logged_model(made.model_id).tags["mlflow.modelVersions"]
    )
    assert leads_to == [{"name": "fcr_risk", "version": 2}]
    assert [version.release for version in tracker.registry.versions()] == [MAY, JUNE]
    assert tracker.registry.aliases() == {"champion": JUNE}

    _take_into_use(shelf, MAY)
    fresh = Tracker(models=tmp_path)
    mirror_champion(fresh, shelf)

    assert "_client" not in vars(fresh), "a roll back in a hurry does not wait for MLflow to load"
    assert tracker.registry.aliases() == {"champion": MAY, "challenger": JUNE}


def test_a_release_that_was_kept_back_is_the_challenger(kept: Tracker, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    as_of = "2025-08-01T00:00:00+00:00"
    write_told_release(shelf.place("2025-08-01-cccccccc"), as_of)
    _take_into_use(shelf, "2025-06")
    told = decision("2025-08-01-cccccccc", "2025-06", as_of, "too close")

    mirror_month(kept, shelf, told, None, contacts(), SERVED)

    assert kept.registry.aliases() == {"challenger": "2025-08-01-cccccccc", "champion": "2025-06"}
    assert kept.registry.versions()[-1].tags["verdict"] == "kept back, too close"
