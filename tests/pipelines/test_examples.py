"""The examples for schedulers: every command in them is one that can be typed."""

import configparser
import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest
import typer
from typer.core import TyperGroup

from fcr_ml.cli.app import app
from tests.pipelines.scripts import PIPELINES, load_script

EXAMPLES = PIPELINES / "examples"
FIELDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
DATE = "2025-06-01"


def _refused(command: str) -> str | None:
    """Say why a command line could not be typed in the desk's folder; None where it could."""
    folder, _, rest = command.rpartition("&& ")
    program, *words = shlex.split(rest)
    if folder not in ("", "cd /srv/fcr "):
        return f"another folder: {folder}"
    if Path(program).name == "fcr":
        return _refused_by_fcr(words)
    if Path(program).name == "python" and words[0].startswith("pipelines/"):
        return _refused_by_script(Path(words[0]), words[1:])
    return f"unknown command: {program}"


def _refused_by_fcr(words: list[str]) -> str | None:
    command = typer.main.get_command(app)
    try:
        while isinstance(command, TyperGroup):
            command, words = command.commands[words[0]], words[1:]
        command.make_context("fcr", list(words))
    except Exception as fault:  # of click, which typer may bring along under another name
        return repr(fault)
    return None


def _refused_by_script(path: Path, words: list[str]) -> str | None:
    parser = load_script(path.stem).arguments_parser()
    try:
        parser.parse_args(words)
    except SystemExit:
        return f"{path}: {words}"
    return None


def _is_field(text: str, low: int, high: int) -> bool:
    pattern = r"(\*|\d+(-\d+)?)(/\d+)?"
    parts = text.split(",")
    numbers = [int(number) for number in re.findall(r"(?<!/)\b\d+", text)]
    return all(re.fullmatch(pattern, part) for part in parts) and all(
        low <= number <= high for number in numbers
    )


@pytest.mark.parametrize(
    "command",
    [
        "fcr retrian contacts.parquet",
        "fcr retrain contacts.parquet --model models",
        "fcr releases prune --keep many",
        "fcr retrain",
        "python pipelines/monthly.py contacts.parquet --out models",
        "rm contacts.parquet",
        "cd /elsewhere && fcr releases list",
    ],
)
def test_what_cannot_be_typed_is_found_out(command: str) -> None:
    assert _refused(command) is not None


def test_a_crontab_has_five_fields_and_a_command() -> None:
    lines = (EXAMPLES / "crontab").read_text(encoding="utf-8").splitlines()
    runs = [line for line in lines if line and not re.match(r"#|[A-Z]+=", line)]

    assert len(runs) == 4
    for run in runs:
        *fields, command = run.split(maxsplit=5)
        asked = zip(fields, FIELDS.items(), strict=True)
        assert all(_is_field(field, *limits) for field, (_, limits) in asked), run
        assert "%" not in command, "cron reads it as the end of the line"
        assert _refused(command) is None


@pytest.mark.parametrize("field", ["60", "*/", "1-", "x", "1,,2", ""])
def test_a_wrong_field_is_found_out(field: str) -> None:
    assert not _is_field(field, *FIELDS["minute"])


def test_the_service_ends_and_the_timer_starts_it_each_month() -> None:
    service, timer = _units("fcr-monthly.service"), _units("fcr-monthly.timer")
    command = service["Service"]["ExecStart"]

    assert service["Service"]["Type"] == "oneshot"
    assert command.startswith(f"{service['Service']['WorkingDirectory']}/.venv/bin/")
    assert _refused(command) is None
    assert re.fullmatch(r"\*-\*-0\d \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"


def _units(name: str) -> configparser.ConfigParser:
    units = configparser.ConfigParser(interpolation=None)
    units.optionxform = str  # type: ignore[assignment]
    units.read(EXAMPLES / name, encoding="utf-8")
    return units


class _Dag:
    """Stands for Airflow's: keeps what it was made of."""

    made: ClassVar[list["_Dag"]] = []

    def __init__(self, dag_id: str, **given: object) -> None:
        self.dag_id, self.given, self.tasks = dag_id, given, []

    def __enter__(self) -> "_Dag":
        _Dag.made.append(self)
        return self

    def __exit__(self, *_: object) -> None: ...


class _Bash:
    """Stands for Airflow's operator: joins the one that was opened last."""

    def __init__(self, task_id: str, bash_command: str) -> None:
        self.task_id, self.bash_command = task_id, bash_command
        self.after: list[_Bash] = []
        _Dag.made[-1].tasks.append(self)

    def __rshift__(self, after: "_Bash") -> "_Bash":
        self.after.append(after)
        return after


def test_the_dags_run_what_can_be_typed_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    operators = ModuleType("airflow.providers.standard.operators.bash")
    operators.BashOperator = _Bash  # type: ignore[attr-defined]
    sdk = ModuleType("airflow.sdk")
    sdk.DAG = _Dag  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, operators.__name__, operators)
    monkeypatch.setitem(sys.modules, sdk.__name__, sdk)
    monkeypatch.setattr(_Dag, "made", [])

    load_script("examples/airflow_dag")

    assert [dag.dag_id for dag in _Dag.made] == ["fcr_monthly", "fcr_weekly"]
    for dag in _Dag.made:
        fields = zip(str(dag.given["schedule"]).split(), FIELDS.values(), strict=True)
        assert all(_is_field(field, *limits) for field, limits in fields)
        assert dag.given["max_active_runs"] == 1
        for task in dag.tasks:
            typed = task.bash_command.replace("{{ data_interval_end | ds }}", DATE)
            assert "{{" not in typed
            assert _refused(typed) is None
    check, retrain, releases = _Dag.made[0].tasks
    assert (check.after, retrain.after, releases.after) == ([retrain], [releases], [])


def test_the_job_has_the_fields_of_its_format_and_parameters_that_are_taken() -> None:
    job = json.loads((EXAMPLES / "databricks_job.json").read_text(encoding="utf-8"))

    assert set(job) == _JOB
    assert re.fullmatch(r"0 \d+ \d+ \d+ \* \?", job["schedule"]["quartz_cron_expression"])
    assert job["schedule"]["pause_status"] == "PAUSED", "nothing starts by being copied"
    clusters = {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
    told: list[str] = []
    for task in job["tasks"]:
        assert set(task) <= _TASK
        assert {before["task_key"] for before in task.get("depends_on", [])} <= set(told)
        assert task["job_cluster_key"] in clusters
        run = task["spark_python_task"]
        assert set(run) == {"python_file", "source", "parameters"}
        script = Path(run["python_file"])
        assert (PIPELINES / script.name).exists()
        assert _refused_by_script(script, run["parameters"]) is None
        told.append(task["task_key"])


_JOB = {"name", "format", "max_concurrent_runs", "timeout_seconds"}
_JOB |= {"schedule", "job_clusters", "tasks"}
_TASK = {"task_key", "description", "depends_on", "job_cluster_key", "libraries"}
_TASK |= {"spark_python_task"}
"""Of the fields of Databricks' Jobs API 2.1, those that are used."""


def test_the_page_lists_every_file_of_the_folder() -> None:
    page = (PIPELINES / "README.md").read_text(encoding="utf-8")

    for path in [*PIPELINES.glob("*.py"), *EXAMPLES.iterdir()]:
        if path.name != "__pycache__":
            assert f"`{path.relative_to(PIPELINES).as_posix()}`" in page
