"""Cells as their kind: text, numbers, durations, flags, directions and languages.

Enters: columns as read, of any plain type. Leaves: typed columns of the same length
and a mask of the cells that say something which could not be read. Those are null
in what leaves; counting and telling them is the caller's part. Times have a file of
their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fcr_ml.contacts.parts import as_text

NULL_WORDS = ("", "null", "(null)", "nan", "<na>", "none", "\\n")
"""Never meant as text, in any column."""

ABSENT_WORDS = (*NULL_WORDS, "na", "n/a", "#n/a", "nil", "-", "--", "---", "?", "(blank)")
"""Further ways to say nothing where an id, a time or a number belongs. Not for
queues and the like: there NA may be North America."""

NOBODY = (
    *("unknown", "anonymous", "anon", "unavailable", "withheld", "private", "restricted"),
    *("blocked", "no caller id", "not available", "not applicable", "undefined", "-1"),
)
"""What systems write when they do not know the customer."""

_CONTROL = r"[\x00-\x1f\x7f-\x9f\u200b\u2060\ufeff]"

_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "ja", "j", "oui", "si", "sí"), True),
    **dict.fromkeys(("sim", "da", "да", "是", "はい", "예", "resolved"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "nej", "nein", "nee", "non"), False),
    **dict.fromkeys(("não", "nu", "нет", "否", "いいえ", "아니요", "unresolved"), False),
}

# A transfer or call-back recorded as a contact of its own was started by the company.
_DIRECTIONS: Mapping[str, str] = {
    **dict.fromkeys(("inbound", "in", "incoming", "received", "i", "inbound call"), "inbound"),
    **dict.fromkeys(("outbound", "out", "outgoing", "sent", "o", "outbound call"), "outbound"),
    **dict.fromkeys(("callback", "call-back", "transfer", "queue_transfer"), "outbound"),
}

_LANGUAGES: Mapping[str, str] = {
    name: code
    for code, names in {
        "ar": "arabic ara",
        "bg": "bulgarian bul",
        "ca": "catalan cat",
        "cs": "czech ces cze",
        "da": "danish dan",
        "de": "german deu ger deutsch",
        "el": "greek ell gre",
        "en": "english eng",
        "es": "spanish spa español",
        "et": "estonian est",
        "fa": "persian farsi fas per",
        "fi": "finnish fin suomi",
        "fr": "french fra fre français",
        "he": "hebrew heb",
        "hi": "hindi hin",
        "hr": "croatian hrv",
        "hu": "hungarian hun",
        "id": "indonesian ind",
        "it": "italian ita italiano",
        "ja": "japanese jpn 日本語",
        "ko": "korean kor 한국어",
        "lt": "lithuanian lit",
        "lv": "latvian lav",
        "ms": "malay msa may",
        "nl": "dutch nld dut nederlands",
        "no": "norwegian nor norsk",
        "pl": "polish pol polski",
        "pt": "portuguese por português",
        "ro": "romanian ron rum",
        "ru": "russian rus русский",
        "sk": "slovak slk slo",
        "sl": "slovenian slv",
        "sr": "serbian srp",
        "sv": "swedish swe svenska",
        "ta": "tamil tam",
        "th": "thai tha",
        "tr": "turkish tur türkçe",
        "uk": "ukrainian ukr",
        "vi": "vietnamese vie",
        "zh": "chinese zho chi mandarin 中文",
    }.items()
    for name in names.split()
}

Read = tuple[pd.Series, pd.Series]
"""A typed column and the mask of its cells that could not be read."""


def null_words(text: pd.Series, words: tuple[str, ...] = NULL_WORDS) -> pd.Series:
    """Give text with the words that mean nothing as nulls; the rest untouched."""
    is_short = text.str.len() <= max(map(len, words)) + 8
    candidates = text[is_short.fillna(False).to_numpy(dtype=bool)]
    is_null = candidates.str.strip().str.lower().isin(words)
    text = text.copy()
    text[candidates.index[is_null.to_numpy(dtype=bool)]] = pd.NA
    # A cell of nothing but blanks is empty however long it is.
    return text.mask(text.str.isspace().fillna(False).to_numpy(dtype=bool))


def read_text(values: pd.Series) -> Read:
    """Give trimmed text."""
    text = null_words(as_text(values)).str.strip()
    return text, _nothing_unread(text)


def read_note(values: pd.Series) -> Read:
    """Give text exactly as it was written, nulls apart."""
    text = null_words(as_text(values))
    return text, _nothing_unread(text)


def read_id(values: pd.Series) -> Read:
    """Give identifiers: trimmed, without control characters, whole numbers whole."""
    text = as_text(values)
    has_control = text.str.contains(_CONTROL, regex=True).fillna(False).to_numpy(dtype=bool)
    if has_control.any():
        text = text.copy()
        text[has_control] = text[has_control].str.replace(_CONTROL, "", regex=True)
    text = null_words(text.str.strip(), ABSENT_WORDS)
    # A spreadsheet or data frame that turned whole numbers into fractions did so to all.
    if text.notna().any() and bool(text.str.fullmatch(r"\d+\.0").fillna(True).all()):
        text = text.str.removesuffix(".0")
    return text, _nothing_unread(text)


def names_nobody(ids: pd.Series) -> pd.Series:
    """Say which customer ids are what a system writes when it knows none."""
    plain = ids.str.lower()
    found = plain.isin(NOBODY) | plain.str.fullmatch(r"0+|\*+|x{3,}")
    return found.fillna(False).astype(bool)


def read_number(values: pd.Series) -> Read:
    """Give numbers; clock times such as 00:03:25 or 3:25 as seconds."""
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype("Float64")
        return _finite(numbers, numbers.notna())
    text = null_words(as_text(values), ABSENT_WORDS).str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype("Float64")
    unread = text[text.notna() & numbers.isna()]
    if len(unread):
        numbers[unread.index] = _clock_seconds(unread).fillna(_with_commas(unread))
    return _finite(numbers, text.notna())


def _finite(numbers: pd.Series, is_filled: pd.Series) -> Read:
    plain = numbers.to_numpy(dtype="float64", na_value=np.nan)
    is_finite = pd.Series(np.isfinite(plain), index=numbers.index)
    return numbers.where(is_finite), is_filled.astype(bool) & ~is_finite


def _clock_seconds(text: pd.Series) -> pd.Series:
    found = text.str.extract(r"^(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d(?:\.\d+)?)$").astype("Float64")
    return found[0].fillna(0) * 3_600 + found[1] * 60 + found[2]


def _with_commas(text: pd.Series) -> pd.Series:
    """Read 1,234.5 as thousands and 12,5 as a decimal comma."""
    is_thousands = text.str.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?").fillna(False)
    is_decimal = text.str.fullmatch(r"-?\d+,\d+").fillna(False) & ~is_thousands
    plain = text.mask(is_thousands, text.str.replace(",", "", regex=False))
    plain = plain.mask(is_decimal, text.str.replace(",", ".", regex=False))
    return pd.to_numeric(plain, errors="coerce").astype("Float64")


def read_amount(values: pd.Series) -> Read:
    """Give numbers of at least zero, such as seconds."""
    numbers, unread = read_number(values)
    is_negative = (numbers < 0).fillna(False).astype(bool)
    return numbers.mask(is_negative), unread | is_negative


def read_count(values: pd.Series) -> Read:
    """Give whole numbers of at least zero."""
    numbers, unread = read_amount(values)
    # Above this a 64-bit float no longer tells whole numbers apart.
    is_broken = ((numbers % 1 != 0) | (numbers > 2**53)).fillna(False).astype(bool)
    return numbers.mask(is_broken).astype("Int64"), unread | is_broken


def read_flag(values: pd.Series) -> Read:
    """Give true or false from yes and no in the usual spellings and languages."""
    if pd.api.types.is_bool_dtype(values):
        return values.astype("boolean"), _nothing_unread(values)
    return _from_words(values, _FLAGS, pd.BooleanDtype())


def read_direction(values: pd.Series) -> Read:
    """Give inbound or outbound; outbound is what the company started."""
    return _from_words(values, _DIRECTIONS, pd.StringDtype())


def read_language(values: pd.Series) -> Read:
    """Give two-letter language codes from codes with or without a region, or names."""
    text = null_words(as_text(values)).str.strip().str.lower()
    codes = {name: _language(name) for name in text.dropna().unique()}
    code = text.map(codes).astype("string")
    return code, text.notna() & code.isna()


def _language(name: str) -> str | None:
    """Give the code of en-us, en_GB, eng or "english (uk)": what stands first counts."""
    first = re.split(r"[-_ (]", name, maxsplit=1)[0]
    is_code = len(first) == 2 and first.isascii() and first.isalpha()
    return first if is_code else _LANGUAGES.get(first)


def _from_words(values: pd.Series, words: Mapping[str, Any], dtype: Any) -> Read:
    text = null_words(as_text(values), ABSENT_WORDS).str.strip().str.lower()
    found = text.map(words).astype(dtype)
    return found, text.notna() & found.isna()


def _nothing_unread(values: pd.Series) -> pd.Series:
    return pd.Series(False, index=values.index)


READERS: Mapping[str, tuple[Callable[[pd.Series], Read], str]] = {
    **dict.fromkeys(("contact_id", "customer_id", "agent_id", "case_id"), (read_id, "ids")),
    **dict.fromkeys(("channel", "queue", "team", "product", "reason_code"), (read_text, "text")),
    **dict.fromkeys(("note", "resolution_note"), (read_note, "text")),
    **dict.fromkeys(
        ("talk_seconds", "hold_seconds", "wrap_seconds", "handle_seconds"),
        (read_amount, "seconds or clock times of at least 0"),
    ),
    **dict.fromkeys(("agent_says_resolved", "not_resolvable"), (read_flag, "yes or no")),
    "transfers": (read_count, "whole numbers of at least 0"),
    "csat": (read_number, "numbers"),
    "direction": (read_direction, "inbound or outbound"),
    "language": (read_language, "languages"),
}
"""By column of the contacts table but the times: its reader, and what it reads."""
