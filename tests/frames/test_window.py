import pytest

from fcr_ml.errors import SettingsError
from fcr_ml.frames.window import RepeatWindow


@pytest.mark.parametrize(
    ("text", "seconds", "shown"),
    [
        ("48h", 172_800, "48h"),
        ("7d", 604_800, "7d"),
        ("1w", 604_800, "7d"),
        ("90m", 5_400, "90m"),
        (" 30D ", 2_592_000, "30d"),
        ("2d", 172_800, "48h"),
    ],
)
def test_a_window_is_read_and_shown(text: str, seconds: int, shown: str) -> None:
    window = RepeatWindow.parse(text)

    assert window.seconds == seconds
    assert str(window) == shown
    assert RepeatWindow.parse(str(window)) == window


@pytest.mark.parametrize("text", ["", "7", "d7", "7 days", "-7d", "1.5d", "0d"])
def test_what_is_no_window_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(SettingsError, match="48h, 7d"):
        RepeatWindow.parse(text)
