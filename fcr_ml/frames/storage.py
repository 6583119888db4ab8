"""Write files whole or not at all.

Enters: frames, text and folders to be written. Leaves: files under their final
names only when they are complete. Everything is written beside its place first
and then renamed; a fault on the way leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from fcr_ml.errors import StorageError

if TYPE_CHECKING:
    import pyarrow as pa


def storage_error(path: Path, fault: OSError) -> StorageError:
    """Say in words why a file cannot be written, with the mend."""
    reasons = {
        13: ("there is no write permission", "choose another place with --out"),
        17: ("it is a file", "name a folder"),
        20: ("a part of the path is a file", "name a folder"),
        28: ("the disk is full", "free some space or choose another place with --out"),
        30: ("the place is read-only", "choose another place with --out"),
        122: ("the disk quota is used up", "free some space or choose another place with --out"),
    }
    reason, mend = reasons.get(
        fault.errno or 0, (fault.strerror or str(fault), "check the path and its file system")
    )
    return StorageError(f"{path}: cannot be written, {reason}; {mend}.")


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to, renamed to it on success.

    Raises
    ------
    StorageError
        When the place cannot be written: no permission, no space, read-only.
    """
    mine = f"{os.getpid()}-{threading.get_ident()}"  # two writers never share a half file
    beside = path.with_name(f".{path.name}.partial-{mine}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        os.replace(beside, path)
    except OSError as fault:
        raise storage_error(path, fault) from fault
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside ``folder``, put in its place on success.

    The older folder is moved out of the way before and removed after the new
    one is in place; if the new one cannot be put there, the older one returns.

    Raises
    ------
    StorageError
        When the place cannot be written: no permission, no space, read-only.
    """
    beside: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
        beside.chmod(0o755)
        yield beside
        _swap(beside, folder)
    except OSError as fault:
        raise storage_error(folder, fault) from fault
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def filled_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder whose contents move into ``folder`` on success.

    Files and folders of the same names are replaced, others are left alone.
    After a fault ``folder`` is as it was before: not there, or with its older
    contents.

    Raises
    ------
    StorageError
        When the place cannot be written: no permission, no space, read-only.
    """
    beside: Path | None = None
    was_there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        yield beside
        _move_in(beside, folder)
    except OSError as fault:
        raise storage_error(folder, fault) from fault
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        if not was_there and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _move_in(beside: Path, folder: Path) -> None:
    """Put what was made in its place; on any fault put back what was there before."""
    older = Path(tempfile.mkdtemp(prefix=".older-", dir=folder))
    moved: list[Path] = []
    try:
        for made in sorted(beside.iterdir()):
            place = folder / made.name
            if place.exists():
                os.replace(place, older / made.name)
            moved.append(place)
            os.replace(made, place)
    except BaseException:
        for place in moved:
            if (older / place.name).exists():
                shutil.rmtree(place, ignore_errors=True)
                os.replace(older / place.name, place)
        raise
    finally:
        shutil.rmtree(older, ignore_errors=True)


def _swap(beside: Path, folder: Path) -> None:
    if not folder.exists():
        os.replace(beside, folder)
        return
    older = Path(tempfile.mkdtemp(prefix=f".{folder.name}.older-", dir=folder.parent))
    os.replace(folder, older / folder.name)
    try:
        os.replace(beside, folder)
    except OSError:
        os.replace(older / folder.name, folder)
        raise
    finally:
        shutil.rmtree(older, ignore_errors=True)


def clear_leftovers(folder: Path) -> None:
    """Remove the folders that runs which died while they wrote have left beside others.

    An older folder that was moved out of the way stays where nothing took its place: it is
    the only copy then. Nobody else may be writing there.
    """
    for path in folder.glob(".*.partial-*/"):
        shutil.rmtree(path)
    for path in folder.glob(".*.older-*/"):
        name = path.name[1:].rpartition(".older-")[0]
        if (folder / name).exists():
            shutil.rmtree(path)


def write_parquet(parts: Iterable[pd.DataFrame], path: Path, schema: pa.Schema) -> int:
    """Write frames one below the other as Parquet and give the number of rows.

    Equal rows in equal parts give equal bytes. The pandas version and index that
    pyarrow would add to the file are left out: they would make two machines
    disagree about the same rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    written = 0
    with (
        replaced_file(path) as beside,
        parquet.ParquetWriter(beside, schema, compression="zstd") as writer,
    ):
        for part in parts:
            # Arrow takes bare instants as UTC when the schema says so, which they are.
            instants = [c for c in part.columns if isinstance(part[c].dtype, pd.DatetimeTZDtype)]
            bare = part.assign(**{c: part[c].dt.tz_convert(None) for c in instants})
            rows = pa.Table.from_pandas(bare, schema=schema, preserve_index=False)
            writer.write_table(rows.replace_schema_metadata(None))
            written += len(part)
    return written


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as UTF-8 CSV with a byte-order mark, times as ISO 8601 UTC.

    Spreadsheet programs read such a file without breaking other scripts, and a
    value that begins like a formula is quoted with an apostrophe so that they
    do not run it.
    """
    with replaced_file(path) as beside:
        beside.write_bytes(_csv(frame, header=True))


def append_csv(frame: pd.DataFrame, path: Path) -> None:
    """Put rows below those of a CSV file, whole or not at all.

    The bytes that are there stay as they are; without a file one is begun as by
    :func:`write_csv`. The columns are taken to be those of the file.
    """
    with replaced_file(path) as beside:
        older = _whole_lines(path)
        beside.write_bytes(older + _csv(frame, header=not older))


def append_line(path: Path, line: str) -> None:
    """Put a line below those of a UTF-8 text file, whole or not at all.

    The bytes that are there stay as they are; a last line that an editor left without an
    end gets one. The file is on the disk before it takes the place of the older one, for a
    record that is only ever added to is the truth about what it records.

    Parameters
    ----------
    path : pathlib.Path
        Begun when it is not there.
    line : str
        Without its end.

    Raises
    ------
    StorageError
        When the place cannot be written: no permission, no space, read-only.
    """
    with replaced_file(path) as beside:
        written = _whole_lines(path) + line.encode() + b"\n"
        with beside.open("wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())


def _whole_lines(path: Path) -> bytes:
    """Give what a file holds, its last line ended; nothing where there is no file."""
    older = path.read_bytes() if path.exists() else b""
    return older if not older or older.endswith(b"\n") else older + b"\n"


def _csv(frame: pd.DataFrame, header: bool) -> bytes:
    written = frame.copy()
    for name in written.columns:
        if isinstance(written[name].dtype, pd.DatetimeTZDtype):
            written[name] = written[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif pd.api.types.is_string_dtype(written[name]):
            text = written[name].astype("string")
            is_formula = text.str.match(r"^[=+\-@\t\r]", na=False)
            written[name] = text.mask(is_formula, "'" + text)
    lines = written.to_csv(index=False, lineterminator="\n", float_format="%.6g", header=header)
    return lines.encode("utf-8-sig" if header else "utf-8")


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text whole or not at all."""
    with replaced_file(path) as beside:
        beside.write_text(text, encoding="utf-8")
