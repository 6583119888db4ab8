"""How the bytes of a text file are to be read, without guessing silently.

Enters: a path, perhaps an encoding named by the user. Leaves: an open text stream
in that encoding, or a refusal that names the first bad line and the encodings that
fit. UTF-8 and, by their byte-order marks, UTF-16 and UTF-32 are read unasked.
"""

from __future__ import annotations

import codecs
import gzip
import itertools
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO

from fcr_ml.errors import DataError, SettingsError, StorageError

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CANDIDATES = ("cp1252", "cp1250", "cp1251", "cp949", "gb18030", "big5", "cp932")
# What people write every day lies in the smaller set that each of these grew from.
_EVERYDAY = {"gb18030": "gb2312", "cp932": "shift_jis", "cp949": "euc_kr"}
_SAMPLE_LINES = 200


@contextmanager
def open_text(path: Path, encoding: str | None = None) -> Iterator[TextIO]:
    """Open a text file, packed with gzip or not, line ends left as they are.

    Raises
    ------
    SettingsError
        When the encoding is not known.
    DataError
        When the bytes are not in that encoding; names the first bad line.
    StorageError
        When the packed file is damaged.
    """
    used = _encoding(path, encoding)
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding=used, newline="") as stream:
            yield stream
    except UnicodeError as fault:
        raise _misread(path, used) from fault
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise StorageError(
            f"{path}: the packed file is damaged or cut short; copy or export it again."
        ) from fault


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, packed with gzip or not, for its bytes."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def _encoding(path: Path, given: str | None) -> str:
    if given is not None:
        try:
            return codecs.lookup(given).name
        except LookupError:
            raise SettingsError(
                f"--encoding: '{given}' is not known; usual ones are utf-8, utf-16, "
                f"{', '.join(_CANDIDATES)}."
            ) from None
    with open_bytes(path) as stream:
        try:
            start = stream.read(4096)
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise StorageError(
                f"{path}: the packed file is damaged; copy or export it again."
            ) from fault
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    if start.startswith(b"PK\x03\x04"):
        raise DataError(
            f"{path}: it is a workbook or zip archive, not text; save it as CSV (UTF-8) first."
        )
    if start.count(b"\0") > len(start) // 4:
        order = "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        raise DataError(
            f"{path}: it looks like UTF-16 without a byte-order mark; give --encoding {order}."
        )
    return "utf-8"


def _misread(path: Path, encoding: str) -> DataError:
    """Find the lines that are not in the encoding and say which encodings fit."""
    if encoding.startswith(("utf-16", "utf-32")):
        return DataError(f"{path}: it is not {encoding} throughout; export it again as UTF-8.")
    bad: list[tuple[int, bytes]] = []
    lines = 0
    with open_bytes(path) as stream:
        for lines, line in enumerate(stream, start=1):
            try:
                line.decode(encoding)
            except UnicodeError:
                bad.append((lines, line))
    fitting = fitting_encodings([line for _, line in itertools.islice(bad, _SAMPLE_LINES)])
    mend = "export it again as UTF-8"
    if fitting:
        mend += f", or give --encoding {fitting[0]}"
    if len(fitting) > 1:
        mend += f" (also possible: {', '.join(fitting[1:3])}); look at a few notes afterwards"
    return DataError(
        f"{path}: {len(bad):,} of {lines:,} lines are not {encoding.upper()} "
        f"(first: line {bad[0][0] if bad else lines:,}); {mend}."
    )


def fitting_encodings(lines: list[bytes]) -> list[str]:
    """Give the encodings in which lines read like words, the likeliest first.

    A wrong encoding shows itself by signs where letters belong, by ideographs or
    Cyrillic glued to Latin letters, by long runs of accented Latin letters, by
    half-width kana, by Hangul among ideographs and by ideographs that nobody
    uses. Counts of these decide the order; encodings that cannot read the bytes
    are left out.

    Examples
    --------
    >>> fitting_encodings(["från Malmö".encode("cp1252")])[0]
    'cp1252'
    """
    oddities = {}
    for place, name in enumerate(_CANDIDATES):
        try:
            text = "\n".join(line.decode(name) for line in lines)
        except UnicodeError:
            continue
        oddities[name] = (_oddity(text, _EVERYDAY.get(name, name)), place)
    return sorted(oddities, key=lambda name: oddities[name])


def _oddity(text: str, everyday: str) -> float:
    """Give the share of letters beyond ASCII that stand where they hardly can."""
    foreign = re.findall(r"[^\x00-\x7f]", text)
    odd = sum(not sign.isalpha() for sign in foreign)
    odd += 2 * len(re.findall(r"[A-Za-z][\u3000-\uffff]|[\u3000-\uffff][A-Za-z]", text))
    odd += sum(len(run) for run in re.findall(r"[\u00a0-\u017f]{3,}", text))
    odd += len(re.findall(r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]", text))
    odd += len(re.findall(r"[а-яё][А-ЯЁЂ-Џ]", text))
    odd += len(re.findall(r"[가-힣][一-鿿]|[一-鿿][가-힣]", text))
    odd += len(re.findall(r"[\uff61-\uff9f\ue000-\uf8ff]", text))
    odd += len(text) - len(text.encode(everyday, "ignore").decode(everyday))
    return odd / max(len(foreign), 1)
