"""Execute the notebooks in their order, on the centre they simulate."""

import ast
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.docs.generated import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, nbformat.NotebookNode]:
    """Give the notebooks as a reader would see them after running them one after the other."""
    folder = tmp_path_factory.mktemp("notebooks")
    done = {}
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        done[path.name] = nbclient.NotebookClient(
            notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()
    return done


def test_there_are_four_numbered_ones() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_they_are_stored_without_outputs_and_define_nothing(path: Path) -> None:
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]

    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
    for cell in cells:
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert not any(isinstance(node, defined) for node in ast.walk(ast.parse(cell.source)))


def test_every_cell_shows_something_and_nothing_warns(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    for name, notebook in executed.items():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                kinds = [output.get("name", output.output_type) for output in cell.outputs]
                assert kinds, f"{name}: {cell.source}"
                assert "stderr" not in kinds, f"{name}: {cell.outputs}"


def test_the_planted_drivers_and_the_found_ones_meet(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    shown = str(executed["01_first_look.ipynb"].cells)

    assert shown.count("was_transferred = yes") >= 2


def test_the_drivers_are_held_against_what_was_planted(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    cells = executed["03_top_repeat_drivers.ipynb"].cells
    found, planted = (str(cells[place].outputs) for place in (3, 5))

    assert "was_transferred = yes" in found
    assert "was_transferred = yes" in planted


def test_fcr_within_a_week_is_near_the_truth(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    table = executed["02_fcr_and_follow_ups.ipynb"].cells[-1].outputs[0].data["text/plain"]
    week = re.search(r"^168 +([\d.]+) +([\d.]+) +([\d.]+)", table, re.MULTILINE)

    assert week is not None
    truth, plain, expected = map(float, week.groups())
    assert 0.5 < truth < 1
    # Three points: the interval of some 1,800 contacts, and what links cannot tell; four
    # where the interval holds the links' own doubt as well.
    assert plain == pytest.approx(truth, abs=0.03)
    assert expected == pytest.approx(truth, abs=0.04)


def test_a_month_is_decided_and_a_rollback_undoes_a_promotion(
    executed: dict[str, nbformat.NotebookNode],
) -> None:
    cells = executed["04_monthly_retraining.ipynb"].cells
    first, last = (_printed(cell) for cell in cells if "tell_releases" in cell.source)

    assert "2025-06-01-" in first
    assert re.findall("in use: .*", last) == re.findall("in use: .*", first)
    assert (
        len(re.findall(" by the notebook", last)) == len(re.findall(" by the notebook", first)) + 2
    )


def _printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)
