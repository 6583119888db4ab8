"""Hold the settings file to the settings that there are."""

import inspect
import itertools
import re
from pathlib import Path

import pytest

from fcr_ml.analysis import SECTIONS
from fcr_ml.settings import read_settings
from tests.docs.generated import ROOT

FILE = ROOT / "pipelines" / "settings.toml"

# Data and what the code passes on; attributes are said once, under [contacts].
NOT_IN_A_FILE = {"raw", "sources", "casebook", "features", "acted_on", "progress", "namer"} | {
    "case_readings"
}
NOT_IN_A_FILE |= {"plan", "left_out"}
SAID_ELSEWHERE = {("casebook", "attributes")}


@pytest.fixture(scope="module")
def all_set(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Read the file with every setting set as it is written there."""
    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    path.write_text(re.sub(r"^#(?=\w)", "", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    return read_settings(path, SECTIONS)


def test_the_file_sets_nothing_as_it_stands() -> None:
    assert read_settings(FILE, SECTIONS) == {name: {} for name in SECTIONS}


def test_every_setting_is_listed_once_and_every_listed_one_exists(
    all_set: dict[str, dict[str, object]],
) -> None:
    there_are = {
        (section, name)
        for section, accepts in SECTIONS.items()
        for name in inspect.signature(accepts).parameters
        if name not in NOT_IN_A_FILE
    }

    listed = {(section, name) for section, settings in all_set.items() for name in settings}
    assert listed == there_are - SAID_ELSEWHERE


def test_what_is_listed_is_the_default_unless_there_is_none(
    all_set: dict[str, dict[str, object]],
) -> None:
    for section, settings in all_set.items():
        for name, value in settings.items():
            default = inspect.signature(SECTIONS[section]).parameters[name].default
            if default in (None, ()) or isinstance(default, Path):
                continue
            assert value == default, f"[{section}] {name}"


def test_every_setting_is_explained_above_its_line() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()

    for above, line in itertools.pairwise(lines):
        if re.match(r"#\w", line):
            assert above.startswith("# ")
            assert above.endswith(".")
