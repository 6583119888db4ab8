"""Read Parquet: one file, or a folder of them as data platforms write it.

Enters: a path. Leaves: one part a file, so that files of differing columns meet by
the same rule as any other sources. Partition folders such as ``month=2025-06``
become columns.
"""

from __future__ import annotations

from pathlib import Path

from fcr_ml.contacts.parts import Part, from_arrow
from fcr_ml.errors import DataError, StorageError


def read_parquet(path: Path, source: str | None = None) -> Part:
    """Read one Parquet file.

    Raises
    ------
    StorageError
        When it is not Parquet, or damaged.
    DataError
        When it has no rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as fault:
        if isinstance(fault, PermissionError):
            raise
        raise StorageError(
            f"{path}: it is not a Parquet file or it is damaged; export it again."
        ) from fault
    if table.num_rows == 0:
        raise DataError(f"{path}: it has columns and no contacts; export the log again.")
    return Part(source or str(path), from_arrow(table))


def read_parquet_folder(folder: Path) -> list[Part]:
    """Read every Parquet file under a folder, in the order of their paths.

    Files and folders whose names begin with ``.`` or ``_`` are left out, as data
    platforms keep their own records there; so are files without rows.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*.parquet"))
        if not any(step.startswith((".", "_")) for step in path.relative_to(folder).parts)
    ]
    if not paths:
        raise DataError(
            f"{folder}: the folder holds no .parquet file; name the files themselves "
            "if the log is in another format."
        )
    parts, without_rows = [], []
    for path in paths:
        try:
            parts.append(_with_partitions(read_parquet(path), path.relative_to(folder)))
        except DataError:
            without_rows.append(path.name)
    if not parts:
        raise DataError(f"{folder}: none of its {len(paths):,} Parquet files has a row.")
    if without_rows:
        parts[0].problems.append(
            f"{folder}: {len(without_rows):,} of {len(paths):,} files have no rows "
            f"(first: {without_rows[0]})."
        )
    return parts


def _with_partitions(part: Part, relative: Path) -> Part:
    pairs = [step.split("=", 1) for step in relative.parts[:-1] if "=" in step]
    missing = {name: value for name, value in pairs if name not in part.rows.columns}
    rows = part.rows.assign(**missing).astype(dict.fromkeys(missing, "string"))
    return Part(part.source, rows, part.unreadable, part.problems)
