"""Settings files: what fits is passed on, and every fault is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from fcr_ml.errors import SettingsError, StorageError
from fcr_ml.settings import read_settings


def count_repeats(casebook: object, window: str = "7d", minimum_contacts: int = 50) -> None:
    """Stand in for a function with settings; ``casebook`` is data, not a setting."""


class Builder:
    def __init__(
        self,
        windows: tuple[str, ...] = ("7d",),
        folder: Path = Path(),
        attributes: dict[str, str] | None = None,
        known: Literal["at_start", "at_end"] = "at_end",
    ) -> None:
        """Stand in for a class with settings."""


SECTIONS = {"count": count_repeats, "build": Builder}


@pytest.fixture
def read(tmp_path: Path):
    def write_and_read(text: str | bytes):
        path = tmp_path / "settings.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_settings(path, SECTIONS)

    return write_and_read


def test_a_section_becomes_the_keyword_arguments_of_its_function(read) -> None:
    given = read(
        """
        [count]
        window = "48h"
        minimum_contacts = 30
        [build]
        windows = ["48h", "30d"]
        folder = "somewhere"
        attributes = { priority = "at_start" }
        """
    )

    assert given == {
        "count": {"window": "48h", "minimum_contacts": 30},
        "build": {
            "windows": ("48h", "30d"),
            "folder": Path("somewhere"),
            "attributes": {"priority": "at_start"},
        },
    }


def test_what_the_file_leaves_out_is_left_to_the_function(read) -> None:
    assert read("") == {"count": {}, "build": {}}
    assert read("[count]\n") == {"count": {}, "build": {}}


def test_every_fault_is_told_at_once_with_the_nearest_name(read) -> None:
    with pytest.raises(SettingsError) as caught:
        read(
            """
            [counts]
            [count]
            windo = "7d"
            minimum_contacts = "many"
            [build]
            known = "sometimes"
            """
        )

    told = str(caught.value)
    assert "section [counts] is unknown (did you mean count?)" in told
    assert "[count] windo is unknown (did you mean window?)" in told
    assert "[count] minimum_contacts: input should be a valid integer" in told
    assert "[build] known: input should be 'at_start' or 'at_end'" in told


def test_a_name_like_no_other_is_answered_with_the_known_ones(read) -> None:
    with pytest.raises(SettingsError, match=r"xyz is unknown \(known: window, minimum_contacts\)"):
        read("[count]\nxyz = 1\n")


def test_data_cannot_be_set_by_a_file(read) -> None:
    with pytest.raises(SettingsError, match="casebook is unknown"):
        read('[count]\ncasebook = "here"\n')


@pytest.mark.parametrize("text", ["[count", "window == 7", b"\xff\xfe\x00"])
def test_what_is_no_toml_is_told_with_its_place(read, text: str | bytes) -> None:
    with pytest.raises(SettingsError, match=r"settings\.toml is not TOML"):
        read(text)


def test_a_value_in_the_place_of_a_section_is_refused(read) -> None:
    with pytest.raises(SettingsError, match=r"\[count\] must be a section"):
        read("count = 3\n")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read; check the path"):
        read_settings(tmp_path / "absent.toml", SECTIONS)


def test_the_house_has_no_setting_that_a_file_cannot_give() -> None:
    """Every section of the real command resolves: no setting is of an unknown kind."""
    from fcr_ml.analysis import SECTIONS as REAL
    from fcr_ml.settings import _kinds

    names = {section: set(_kinds(accepts)) for section, accepts in REAL.items()}

    assert {"window", "reading", "encoder", "cache_folder"} <= names["casebook"]
    assert {"minimum_contacts", "q"} <= names["drivers"]
    assert {"capacity", "left_alone_share"} <= names["risk"]
    assert {"effect", "queue_capacity", "quiet_hours", "experiment"} <= names["flags"]
    assert {"columns", "time_zone", "as_of", "attributes"} <= names["contacts"]
    assert {"query", "encoding", "delimiter"} <= names["source"]
