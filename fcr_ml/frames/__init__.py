"""Common ground: declared tables, the repeat window, the casebook, safe writing."""

from fcr_ml.frames.casebook import Casebook, write_casebook
from fcr_ml.frames.window import CASE_READINGS, READINGS, RepeatWindow

__all__ = ["CASE_READINGS", "READINGS", "Casebook", "RepeatWindow", "write_casebook"]
