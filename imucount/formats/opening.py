"""Opening: a recording of any known kind, whichever program wrote it, and in however many files."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any, TypeGuard

from imucount.errors import RecordingError, SampleError
from imucount.formats.csv_reader import CsvReader, open_csv
from imucount.formats.export_reader import ExportReader, name_of
from imucount.formats.layouts.bids import BIDS_NAME, is_bids, read_bids, sidecars
from imucount.formats.layouts.export import Ask, Export
from imucount.formats.layouts.exports import export_faults, export_of
from imucount.formats.layouts.tables import Head, Table, heads_of
from imucount.formats.named_columns import explained
from imucount.formats.recording import FIRST_LINE, Recording
from imucount.formats.session_files import (
    SessionFile,
    beside,
    files_of_session,
    is_beside,
    refuse_binary,
    text_of,
)
from imucount.intake.axes import AxisMap
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.samples import Samples

__all__ = ["Paths", "Reader", "is_paths", "known_export", "open_recording", "path_of", "read"]

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
    device: str | None = None,
    sampling_rate_hz: float | None = None,
    acc_sign: int | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    gyr_axes: str | None = None,
    acc_axes: str | None = None,
) -> Reader:
    """Open a recording of any known kind, in a `with` statement.

    A plain table and imucount's own files are read piece by piece; those of other programs whole.

    Parameters
    ----------
    source : path-like, or sequence of them
    check : bool, default True
        As of `CsvReader`.
    lowest_rate_hz, device, sampling_rate_hz, acc_sign, columns, units, gyr_axes, acc_axes
        As of `read`.

    Raises
    ------
    RecordingError
        If it cannot be read as a recording.
    """
    ask = Ask(device, sampling_rate_hz, acc_sign)
    _check(ask)
    path = path_of(source)
    axes = {what: AxisMap(told) for what, told in (("gyr", gyr_axes), ("acc", acc_axes)) if told is not None}
    plain_options: dict[str, Any] = {"check": check, "lowest_rate_hz": lowest_rate_hz}
    plain_options |= {"units": units, "gyr_axes": gyr_axes, "acc_axes": acc_axes}
    try:
        own = None if columns is None else explained(columns)
    except SampleError as error:
        raise RecordingError(str(error), path) from error
    files = [source] if isinstance(source, (str, PathLike)) else list(source)
    if len(files) == 1 and not os.path.isdir(files[0]) and own is None:
        plain = _is_plain(fspath(files[0]))
        if plain:
            _refuse_for_plain(ask, path)
            return open_csv(files[0], device=device, **plain_options)
    found = files_of_session(source)
    for file in found:
        if is_bids(file.name):
            return _open_bids(found, path, ask, check, lowest_rate_hz, axes)
    export, tables = _tables(found, path, own)
    if export is None:
        tables_alone = [file for file in found if os.path.isfile(file.path)]
        if len(tables_alone) == 1 and len(found) == 1 and own is None:
            _refuse_for_plain(ask, path)
            return open_csv(tables_alone[0].path, device=device, **plain_options)
        names = ", ".join(file.name for file in found[:5]) + (", ..." if len(found) > 5 else "")
        if own is not None:
            raise RecordingError(
                f"expected the columns {', '.join(columns or ())}, got {names} without them; are they spelled as "
                "in the file?",
                path,
            )
        raise RecordingError(
            f"expected the files of one recording of a known program, got {names or 'nothing'}; give a file alone "
            "if each is a recording",
            path,
        )
    try:
        signals = export.read(tables, ask)
    except SampleError as error:
        raise RecordingError(str(error), path) from error
    return ExportReader(
        path,
        export.name,
        signals,
        files=[table.file for table in tables],
        check=check,
        lowest_rate_hz=lowest_rate_hz,
        bytes_total=sum(len(table.frame) for table in tables),
        warnings=[str(fault) for fault in export_faults()],
        axes=axes,
    )


def read(
    source: Paths,
    *,
    lowest_rate_hz: float = LOWEST_RATE_HZ,
    device: str | None = None,
    sampling_rate_hz: float | None = None,
    acc_sign: int | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    gyr_axes: str | None = None,
    acc_axes: str | None = None,
) -> Recording:
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
        Names of columns where they are nobody's, theirs to ours, such as ``{"chest_1": "ax (g)"}``.
    units : mapping of str to str, optional
        Of a plain table, as of `CsvReader`; an export has its own.
    gyr_axes, acc_axes : str, optional
        As of `RepCounter`.

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
    with open_recording(
        source,
        lowest_rate_hz=lowest_rate_hz,
        device=device,
        sampling_rate_hz=sampling_rate_hz,
        acc_sign=acc_sign,
        columns=columns,
        units=units,
        gyr_axes=gyr_axes,
        acc_axes=acc_axes,
    ) as reader:
        samples = Samples.concatenate(list(reader))
        header = reader.header
        return Recording(samples, header.side, header.sampling_rate_hz, dict(header.metadata), reader.warnings)


def _check(ask: Ask) -> None:
    if ask.sampling_rate_hz is not None and not 0 < ask.sampling_rate_hz < float("inf"):
        raise SampleError(f"expected a positive sampling rate in Hz, got {ask.sampling_rate_hz!r}")
    if ask.acc_sign not in (None, 1, -1):
        raise SampleError(f"expected acc_sign 1 or -1, got {ask.acc_sign!r}")


def _refuse_for_plain(ask: Ask, path: str) -> None:
    """Refuse what means nothing for a table with time and signs of its own."""
    for name, value in (("sampling_rate_hz", ask.sampling_rate_hz), ("acc_sign", ask.acc_sign)):
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
            refuse_binary(path, files_of_session(path)[0].head()[:16])
        if zipfile.is_zipfile(path):
            return False
    return known_export(path) is None


def _known(head: bytes, name: str) -> tuple[Export, Head] | None:
    try:
        text = text_of(head)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else export_of(heads_of(text, name))


def _tables(files: Sequence[SessionFile], path: str, own: Export | None) -> tuple[Export | None, list[Table]]:
    """Find the files that are of a known program, and cut them into cells."""
    found: list[tuple[Export, Head, SessionFile]] = []
    for file in files:
        if is_beside(file.path):
            continue
        head = file.head()
        refuse_binary(file.path, head)
        if own is not None:
            fitting = next((each for each in heads_of(text_of(head), file.name) if own.fits(each)), None)
            known = None if fitting is None else (own, fitting)
        else:
            known = _known(head, file.name)
        if known is not None:
            found.append((*known, file))
    names = list(dict.fromkeys(export.name for export, _, _ in found))
    if len(names) > 1:
        raise RecordingError(
            f"expected the files of one program, got {' and '.join(names)}; give them one by one", path
        )
    if not found:
        return None, []
    export = found[0][0]
    texts = beside(files) if export.in_parts else []
    tables = [Table.of_text(file.path, file.text(), head, export.rows, texts) for _, head, file in found]
    return export, tables


def _open_bids(
    files: Sequence[SessionFile],
    path: str,
    ask: Ask,
    check: bool,
    lowest_rate_hz: float,
    axes: Mapping[str, AxisMap],
) -> ExportReader:
    motions = [file for file in files if is_bids(file.name)]
    if len(motions) != 1:
        raise RecordingError(
            f"expected one recording, got {', '.join(file.name for file in motions[:4])}; give one of them", path
        )
    by_path = {file.path: file for file in files}
    texts = []
    for sidecar in sidecars(motions[0].path):
        file = by_path.get(sidecar) or (files_of_session(sidecar)[0] if os.path.isfile(sidecar) else None)
        if file is None and sidecar.endswith(".tsv"):
            raise RecordingError(
                f"expected {name_of(sidecar)} beside it, which names the columns, got none; copy it there", path
            )
        texts.append("" if file is None else file.text())
    try:
        signals = read_bids(motions[0].text(), texts[0], texts[1], ask)
    except SampleError as error:
        raise RecordingError(str(error), path) from error
    return ExportReader(
        path,
        BIDS_NAME,
        signals,
        files=[name_of(motions[0].path)],
        check=check,
        lowest_rate_hz=lowest_rate_hz,
        axes=axes,
    )
