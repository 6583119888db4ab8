"""Given names: what a name typed by hand or answered by a function may look like.

Enters: text from outside. Leaves: the name on one line, what is wrong with it in words, and
a key that two names share when a reader would take them for one.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 60
"""Longer names do not fit beside their figures."""

JOINERS = "\u200c\u200d"
"""Shown as nothing, but Persian and Indic words are written with them."""


def tidy_name(text: str) -> str:
    """Give a text on one line, runs of spaces as one.

    Examples
    --------
    >>> tidy_name("  Late\\n  refund ")
    'Late refund'
    """
    return " ".join(text.split())


def name_key(name: str) -> str:
    """Give what two names share that look alike, capitals and widths aside.

    Examples
    --------
    >>> name_key("Ｌate REFUND") == name_key("late refund")
    True
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return tidy_name(plain.translate(dict.fromkeys(map(ord, JOINERS))))


def fault_of_name(name: str) -> str | None:
    """Say what is wrong with a tidy name, with the mend; None where nothing is.

    Examples
    --------
    >>> fault_of_name("t012")
    "'t012' looks like an id; choose a name in words"
    """
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"a name has 1 to {LONGEST_NAME} characters, this has {len(name)}"
    hidden = [sign for sign in name if not sign.isprintable() and sign not in JOINERS]
    if hidden:
        return (
            f"the name has {len(hidden)} sign{'' if len(hidden) == 1 else 's'} that cannot be "
            f"shown (first: U+{ord(hidden[0]):04X}); type it without"
        )
    if not any(sign.isalnum() for sign in name):
        return f"'{name}' has no letter and no digit; choose a name in words"
    if re.fullmatch(r"[tg]\d+", name_key(name)):
        return f"'{name}' looks like an id; choose a name in words"
    return None
