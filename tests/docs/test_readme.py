"""Hold the README to what its commands do."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.docs.conftest import Demonstration, console_lines
from tests.docs.generated import README, ROOT, part

TEXT = README.read_text(encoding="utf-8")


def _rows(table: str) -> list[list[str]]:
    lines = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return [[cell.strip(" `") for cell in line] for line in lines[2:]]


def test_every_command_works(demonstration: Demonstration) -> None:
    verbs = {line.split()[1] for line in demonstration.said}

    assert verbs == {"simulate", "check", "analyze"}
    assert all(demonstration.said.values())


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = [line.split()[1] for line in console_lines(TEXT) if line.startswith("make ")]

    assert named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_the_five_rows_are_rows_of_the_centre(demonstration: Demonstration) -> None:
    contacts = pd.read_parquet(demonstration.folder / "contacts.parquet").set_index("contact_id")
    shown = _rows(part(TEXT, "log"))

    assert len(shown) == 5
    for contact_id, customer_id, _, channel, reason_code, note in shown:
        row = contacts.loc[contact_id, ["customer_id", "channel", "reason_code", "note"]]
        assert list(row) == [customer_id, channel, reason_code, note]


def test_the_figures_are_those_of_the_run(demonstration: Demonstration) -> None:
    fcr = pd.read_csv(demonstration.folder / "results" / "fcr.csv", encoding="utf-8-sig")
    overall = fcr[fcr["group"] == "all"]
    told = dict(zip(overall["reading"] + overall["window"], overall["fcr_rate"], strict=True))
    shown = _rows(part(TEXT, "readings"))

    assert [reading for reading, *_ in shown] == [
        "any return",
        "same code",
        "same issue",
        "related",
    ]
    for reading, *cells in shown:
        for window, cell in zip(("48h", "7d", "30d"), cells, strict=True):
            rate = float(cell.split(" %")[0]) / 100
            # Another processor may round a vector's last digit otherwise.
            assert told[reading.replace(" ", "_") + window] == pytest.approx(rate, abs=0.01)


def test_the_drivers_are_those_of_the_run(demonstration: Demonstration) -> None:
    drivers = pd.read_csv(demonstration.folder / "results" / "drivers.csv", encoding="utf-8-sig")
    shown = _rows(part(TEXT, "drivers"))

    assert [row[0] for row in shown] == drivers["segment"].head(5).tolist()
    assert [int(row[1]) for row in shown] == pytest.approx(
        drivers["closed_contacts"].head(5).tolist(), rel=0.02
    )


def test_every_result_that_it_names_is_written(demonstration: Demonstration) -> None:
    results = demonstration.folder / "results"
    named = re.findall(r"^\| `([\w./]+)` \|", TEXT, re.MULTILINE)
    written = {path.name for path in results.iterdir()}

    assert {Path(name).name for name in named} == written


def test_the_picture_is_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)

    assert pictures
    assert all(0 < (ROOT / picture).stat().st_size < 200_000 for picture in pictures)
