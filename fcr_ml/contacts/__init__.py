"""Read a contact log and clean it so that nothing vanishes.

Enters: files, folders, databases as a company exports them. Leaves: contacts that
conform to the declared table, the rows set aside with their reason, and remarks on
everything that was changed on the way. Notes pass through as they are written;
they are redacted in the next room.
"""

from fcr_ml.contacts.check import LogCheck, check_log
from fcr_ml.contacts.clean import CleanLog, clean_log
from fcr_ml.contacts.columns import ColumnPlan, parse_columns, understand_columns
from fcr_ml.contacts.read import RawLog, read_log

__all__ = [
    "CleanLog",
    "ColumnPlan",
    "LogCheck",
    "RawLog",
    "check_log",
    "clean_log",
    "parse_columns",
    "read_log",
    "understand_columns",
]
