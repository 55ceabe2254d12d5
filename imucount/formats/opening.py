"""Opening: a recording of any known kind, whichever program wrote it, and in however many files."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Sequence
from os import PathLike, fspath
from typing import TypeGuard, Unpack

from imucount.errors import ImucountError, RecordingError, SampleError
from imucount.formats.binaries import binary_of
from imucount.formats.csv_reader import CsvReader, open_csv
from imucount.formats.export_reader import ExportReader, Opened
from imucount.formats.layout_file import with_layout
from imucount.formats.layouts.bids import BIDS_NAME, is_bids, read_bids, sidecars
from imucount.formats.layouts.export import Ask, Export, Signals
from imucount.formats.layouts.exports import EXPORTS, export_faults, export_of, known_exports
from imucount.formats.layouts.refused import REFUSED
from imucount.formats.layouts.tables import Head, Table, heads_of
from imucount.formats.named_columns import PARTS, explained
from imucount.formats.no_table import no_table_of
from imucount.formats.reading import HowToRead, ReadingOptions
from imucount.formats.recording import FIRST_LINE, Recording
from imucount.formats.session_files import (
    SessionFile,
    beside,
    files_of_session,
    is_beside,
    refuse_binary,
    text_of,
)
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.outside_text import in_words
from imucount.paths import name_of
from imucount.samples import Samples

__all__ = ["Paths", "Reader", "is_paths", "known_export", "layout_of", "open_recording", "path_of", "read"]

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]
"""A file, a folder, a zip archive, or the files of one recording."""

Reader = CsvReader | ExportReader
"""What gives the samples of a recording, piece by piece."""


def is_paths(source: object) -> TypeGuard[Paths]:
    """Whether something names files: a path, or a list or tuple of paths."""
    if isinstance(source, (list, tuple)):
        return all(isinstance(each, (str, PathLike)) for each in source)
    return isinstance(source, (str, PathLike))


def path_of(source: Paths) -> str:
    """Give one path to name a recording by: that of its only or first file."""
    return fspath(source if isinstance(source, (str, PathLike)) else next(iter(source), ""))


def open_recording(
    source: Paths,
    *,
    check: bool = True,
    lowest_rate_hz: float = LOWEST_RATE_HZ,
    **told: Unpack[ReadingOptions],
) -> Reader:
    """Open a recording of any known kind, in a `with` statement.

    A plain table and imucount's own files are read piece by piece; those of other programs whole.

    Parameters
    ----------
    source : path-like, or sequence of them
    check : bool, default True
        As of `CsvReader`.
    lowest_rate_hz : float, default 20
        As of `read`.
    **told
        As of `read`.

    Raises
    ------
    RecordingError
        If it cannot be read as a recording.
    """
    how = with_layout(HowToRead(**told))
    path = path_of(source)
    try:
        opened = _opened(source, path, how)
    except SampleError as error:
        raise RecordingError(str(error), path) from error
    if isinstance(opened, Opened):
        return ExportReader(path, opened, how, check=check, lowest_rate_hz=lowest_rate_hz, warnings=_faults())
    _refuse_for_plain(how, path)
    try:
        return open_csv(opened, check=check, lowest_rate_hz=lowest_rate_hz, warnings=_faults(), **how.options)
    except RecordingError as error:
        known_exports()  # which loads them all
        faults = _faults()
        if not faults:
            raise
        # It may be just the file of the one that is left aside.
        raise RecordingError("; ".join([error.message, *faults]), error.path, error.line) from error


def _faults() -> list[str]:
    """Tell what is wrong with exports of other packages."""
    return [str(fault) for fault in export_faults()]


def read(source: Paths, *, lowest_rate_hz: float = LOWEST_RATE_HZ, **told: Unpack[ReadingOptions]) -> Recording:
    r"""Read a recording of any known kind: imucount's own, a plain table, or another program's export.

    What it is shows in the names of its columns and the lines above them, never in the name of the file. Units,
    sign and axes are those of the program. Files of one recording are joined on the gyroscope's clock.

    Parameters
    ----------
    source : path-like, or sequence of them
        A file, a folder or zip archive of one recording, or the files of one recording.
    lowest_rate_hz : float, default 20
        Fewer samples a second are refused; cyclic counting does with 10.
    device : str, optional
        Which to read, of a recording of several devices.
    sampling_rate_hz : float, optional
        Rate of the rows, Hz, where the file has neither time nor rate.
    acc_sign : {1, -1}, optional
        -1 where an axis that points up at rest reads -1 g, where the files leave it open.
    columns : mapping of str to str, optional
        Names of columns where they are nobody's, theirs to ours, such as ``{"chest_1": "ax (g)"}``; "device" is
        the column that says whose row it is.
    units : mapping of str to str, optional
        Units of "t", "acc" or "gyr" that you know, such as ``{"gyr": "deg/s"}``, over what the file says.
    gyr_axes, acc_axes : str, optional
        Which axis of the file each axis x, y, z is taken from, such as "y,-x,z"; over what the file says.
    separator : str, optional
        What stands between the cells of a row, over what the file looks like.
    layout : path-like, optional
        A file of columns, units, sign, axes and separator, as `imucount inspect --save-layout` writes it; what
        else is told is over it.

    Returns
    -------
    Recording

    Raises
    ------
    RecordingError
        If it cannot be read, with what to record or which option to give.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from imucount.simulate import Circles, simulate
    >>> samples = simulate([Circles(3, "forward")]).samples
    >>> rows = [f"{1e6 * t:.0f},{a[0]},{a[1]},{a[2]}" for t, a in zip(samples.t, samples.acc)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "dot.csv")
    ...     _ = path.write_text("\n".join(["sep=,", "SampleTimeFine,Acc_X,Acc_Y,Acc_Z", *rows]))
    ...     read(path).warnings
    ('There is no angular rate in a Movella DOT export: no direction is known.',)
    """
    with open_recording(source, lowest_rate_hz=lowest_rate_hz, **told) as reader:
        samples = Samples.concatenate(list(reader))
        header = reader.header
        return Recording(samples, header.side, header.sampling_rate_hz, dict(header.metadata), reader.warnings)


def layout_of(source: Paths, **told: Unpack[ReadingOptions]) -> HowToRead:
    """Tell how a table of nobody's is read, so that it can be kept: what is told, and the names that were found.

    Raises
    ------
    RecordingError
        If it cannot be read, or is a known program's, of which nothing need be told.
    """
    how = with_layout(HowToRead(**told))
    with open_recording(source, check=False, **told) as reader:
        if how.columns is not None:
            return how
        header = reader.header
    columns = header.columns
    if columns.layout or header.is_own:
        name = columns.layout or "a recording of imucount"
        raise RecordingError(
            f"expected a table of nobody's for a layout, got {name}, which is read as it is", path_of(source)
        )
    ours = [name for quantity in columns.units for name in PARTS[quantity]]
    found = {columns.names[place]: our for place, our in zip(columns.used, ours)}
    if columns.device is not None:
        found[columns.names[columns.device]] = "device"
    understood = HowToRead(
        units=columns.units,
        columns=found,
        gyr_axes=header.axes_told.get("gyr_axes"),
        acc_axes=header.axes_told.get("acc_axes"),
        separator=header.separator,
    )
    return how.over(understood)


def _refuse_for_plain(how: HowToRead, path: str) -> None:
    """Refuse what means nothing for a table with time and signs of its own."""
    for name, value in (("sampling_rate_hz", how.sampling_rate_hz), ("acc_sign", how.acc_sign)):
        if value is not None:
            raise RecordingError(
                f"expected {name} for files that leave it open, got it for a table that says it itself; name the "
                "columns, if it is to be read otherwise",
                path,
            )


def known_export(path: str) -> Export | None:
    """Tell whose export a file is; None if it is no known program's, an archive, or cannot be read."""
    if is_bids(path) or not os.path.isfile(path) or zipfile.is_zipfile(path):
        return None
    try:
        head = files_of_session(path)[0].head()
    except (OSError, RecordingError):
        return None
    known = None if head.startswith(FIRST_LINE.encode()) else _known(head, path)
    return None if known is None else known[0]


def _is_plain(path: str) -> bool:
    """Whether a file is no known program's: `CsvReader` then reads it, or says what is wrong with it."""
    if is_bids(path):
        return False
    if os.path.isfile(path):
        with contextlib.suppress(OSError):
            _refuse_other(path, files_of_session(path)[0].head())
        if zipfile.is_zipfile(path):
            return False
    return known_export(path) is None


def _refuse_other(path: str, head: bytes) -> None:
    """Refuse what is no table, by how it begins."""
    refuse_binary(path, head)
    with contextlib.suppress(UnicodeDecodeError):
        kind = no_table_of(text_of(head))
        if kind is not None:
            raise RecordingError(f"expected a recording, got {kind.name}; {kind.instead}", path)


def _known(head: bytes, name: str) -> tuple[Export, Head] | None:
    try:
        text = text_of(head)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else export_of(heads_of(text, name))


def _opened(source: Paths, path: str, how: HowToRead) -> Opened | str | SessionFile:
    """Read a recording whole; of a plain table give the path, or where it is in an archive.

    Raises
    ------
    RecordingError, SampleError
        If they cannot be read as one recording.
    """
    given = [source] if isinstance(source, (str, PathLike)) else list(source)
    if len(given) == 1 and not os.path.isdir(given[0]) and how.columns is None:
        file = fspath(given[0])
        binary = binary_of(file)
        if binary is not None:
            return Opened(binary.name, binary.read(file, how), (name_of(file),))
        if _is_plain(file):
            return file
    files = files_of_session(source)
    if len(files) == 1 and os.path.isdir(given[0]):
        return _opened(files[0].path, path, how)
    opened = _opened_files(files, path, how)
    if opened is None and len(files) == 1:
        return files[0]
    if opened is None:
        raise RecordingError(
            f"expected the files of one recording of a known program, got {_names(files)}; give a file alone "
            "if each is a recording",
            path,
        )
    return opened


def _opened_files(files: Sequence[SessionFile], path: str, how: HowToRead) -> Opened | None:
    """Read files that are of a known program, or whose columns are told; None if they are neither.

    Raises
    ------
    RecordingError, SampleError
        If they cannot be read as one recording.
    """
    own = None if how.columns is None else explained(how.columns, how.units)
    if own is None and any(is_bids(file.name) for file in files):
        return _opened_bids(files, path, how.ask)
    found = _tables_of_programs(files, path) if own is None else _tables_as_told(files, own, how.separator)
    if not found:
        if own is None:
            return None
        raise RecordingError(
            f"expected the columns {', '.join(how.columns or ())}, got {_names(files)} without them; are they "
            "spelled as in the file?",
            path,
        )
    export = found[0][0]
    texts = beside(files) if export.in_parts else []
    tables = [Table.of_text(file.path, file.text(), head, export.rows, texts) for _, head, file in found]
    return Opened(export.name, _signals(export, tables, how.ask, path), tuple(table.file for table in tables))


def _signals(export: Export, tables: Sequence[Table], ask: Ask, path: str) -> Signals:
    """Read tables as their export does, which may be of another package."""
    try:
        return export.read(tables, ask)
    except ImucountError:
        raise
    except (Exception, SystemExit) as error:
        if export in EXPORTS:
            raise
        raise RecordingError(
            f"expected {export.name} to be read by the package that adds it, got {in_words(error)}; is the file "
            "whole? If so, that is a fault of this package, tell its maker",
            path,
        ) from error


_Found = list[tuple[Export, Head, SessionFile]]


def _tables_of_programs(files: Sequence[SessionFile], path: str) -> _Found:
    """Find the files that are of a known program."""
    found: _Found = []
    for file in files:
        if is_beside(file.path):
            continue
        head = file.head()
        refuse_binary(file.path, head)
        known = _known(head, file.name)
        if known is not None:
            found.append((*known, file))
    found = [each for each in found if each[0] not in REFUSED] or found
    names = list(dict.fromkeys(export.name for export, _, _ in found))
    if len(names) > 1:
        raise RecordingError(
            f"expected the files of one program, got {' and '.join(names)}; give them one by one", path
        )
    return found


def _tables_as_told(files: Sequence[SessionFile], own: Export, separator: str | None) -> _Found:
    """Find the files that have the columns that were told."""
    found: _Found = []
    for file in files:
        head = file.head()
        refuse_binary(file.path, head)
        heads = heads_of(text_of(head), file.name, separator)
        found += [(own, each, file) for each in [each for each in heads if own.fits(each)][:1]]
    return found


def _opened_bids(files: Sequence[SessionFile], path: str, ask: Ask) -> Opened:
    motions = [file for file in files if is_bids(file.name)]
    if len(motions) != 1:
        raise RecordingError(f"expected one recording, got {_names(motions)}; give one of them", path)
    by_path = {file.path: file for file in files}
    texts = []
    for sidecar in sidecars(motions[0].path):
        file = by_path.get(sidecar) or (files_of_session(sidecar)[0] if os.path.isfile(sidecar) else None)
        if file is None and sidecar.endswith(".tsv"):
            raise RecordingError(
                f"expected {name_of(sidecar)} beside it, which names the columns, got none; copy it there", path
            )
        texts.append("" if file is None else file.text())
    return Opened(BIDS_NAME, read_bids(motions[0].text(), texts[0], texts[1], ask), (name_of(motions[0].path),))


def _names(files: Sequence[SessionFile]) -> str:
    return (", ".join(file.name for file in files[:5]) + (", ..." if len(files) > 5 else "")) or "nothing"
