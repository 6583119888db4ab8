"""The page and the terminal screen: what a person reads.

Enters: :class:`~fcr_ml.reports.findings.Findings`; no figure is computed here, and only
``explain`` opens a casebook, to show the weights of a link as they are. Leaves:
self-contained HTML pages, or text for the terminal.
"""

from fcr_ml.reports.check import LogCheckLike, render_check
from fcr_ml.reports.findings import Findings
from fcr_ml.reports.page import render_page, write_page
from fcr_ml.reports.screen import render_screen

__all__ = [
    "Findings",
    "LogCheckLike",
    "render_check",
    "render_page",
    "render_screen",
    "write_page",
]
