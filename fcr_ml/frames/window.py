"""The repeat window: how long after a contact a return still counts.

Enters: text such as ``48h`` or ``7d``. Leaves: a :class:`RepeatWindow` with
integer seconds, the only clock the timeline statements know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fcr_ml.errors import SettingsError

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PATTERN = re.compile(r"\s*(\d{1,6})\s*([mhdw])\s*", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class RepeatWindow:
    """How long after a contact a return still counts.

    Parameters
    ----------
    seconds : int
        Length; a return exactly this long after the window's beginning counts.

    Examples
    --------
    >>> RepeatWindow.parse("48h")
    RepeatWindow(seconds=172800)
    >>> str(RepeatWindow.parse("7d"))
    '7d'
    """

    seconds: int

    def __post_init__(self) -> None:
        """Refuse a window without length."""
        if self.seconds <= 0:
            raise SettingsError("window: it must be longer than nothing; give 48h, 7d or 30d.")

    @classmethod
    def parse(cls, text: str) -> RepeatWindow:
        """Read a window such as ``90m``, ``48h``, ``7d`` or ``4w``.

        Raises
        ------
        SettingsError
            When the text is not a whole number followed by m, h, d or w.
        """
        found = _PATTERN.fullmatch(text)
        if not found:
            raise SettingsError(
                f"window: '{text}' is not understood; give a whole number and a unit, "
                "such as 90m, 48h, 7d or 4w."
            )
        return cls(int(found[1]) * _SECONDS[found[2].lower()])

    def __str__(self) -> str:
        """Give the shortest usual way to write it: hours up to 48h, then days."""
        if self.seconds % _SECONDS["d"] == 0 and self.seconds > 2 * _SECONDS["d"]:
            return f"{self.seconds // _SECONDS['d']}d"
        if self.seconds % _SECONDS["h"] == 0:
            return f"{self.seconds // _SECONDS['h']}h"
        return f"{self.seconds // 60}m"

    @property
    def hours(self) -> float:
        """Length in hours."""
        return self.seconds / 3_600


READINGS = ("any_return", "same_code", "same_issue", "related")
"""How a return is read, from the crudest to the one this product exists for."""

CASE_READINGS = ("same_case", "needs_help")
"""Two more readings that risk may be asked about, in logs with case ids. ``same_case``: a later
contact under the same case id. ``needs_help``: one whose reaction says that the desk has to work
again; each return is weighed by that probability."""

DEFAULT_WINDOWS = ("48h", "7d", "30d")
