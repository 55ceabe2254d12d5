"""Recorder: a live stream written down as it comes, so that a fault loses none of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from os import PathLike, fspath

from imucount.axis_map import AxisMap, axes_told, mapped
from imucount.closing import Closing
from imucount.errors import RecordingError
from imucount.formats.notes import END, LIVE, note_of_event, note_of_warning
from imucount.formats.recording import RecordingWriter
from imucount.outside_text import printable_line
from imucount.samples import Samples
from imucount.sets import Side
from imucount.sources.source import Notice, Source
from imucount.whole_file import write_error

__all__ = ["Recorder"]


class Recorder(Closing):
    """Writes what a source gives to a new file of imucount's own layout.

    The file is made at once, so that what is wrong with its place shows before the exercise begins. Each piece is
    handed to the operating system as it comes: whatever happens to this process, the file has all of them. It can
    be read while it is written; if it is removed meanwhile, it is written anew. Without any sample none is left.

    Parameters
    ----------
    path : path-like
        The file to make. One that exists is never replaced.
    source : Source
        What is recorded. The header says of it what it knows when the first samples come; what it knows only in
        the end is written after them. Where it says from which axes of the sensor its samples' are taken, the file
        holds what the sensor measured, and whoever reads it maps the axes.
    side : {"left", "right"}, optional
        The shoulder that wears the clip; over what the source says.

    Attributes
    ----------
    path : str
    notices : list of Notice
        What happened to the file.
    is_broken : bool
        Whether writing has failed: the file has what came before, and gets no more.

    Raises
    ------
    RecordingError
        If there is a file of that name, or none can be made.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        source: Source,
        *,
        side: Side | None = None,
    ) -> None:
        self.path = fspath(path)
        self.notices: list[Notice] = []
        self.is_broken = False
        self._source = source
        self._side = side
        self._undone: dict[str, AxisMap] = {}
        self._writer: RecordingWriter | None = None
        self._early: list[str] = []
        self._closed = False
        try:
            open(self.path, "xb").close()
        except FileExistsError as error:
            raise RecordingError(
                "expected the name of a new file, got one that exists; an earlier recording is not replaced, "
                "so give another name",
                self.path,
            ) from error
        except (OSError, ValueError) as error:
            raise write_error(self.path, error) from error

    def append(self, samples: Samples) -> None:
        """Write samples that follow the ones before.

        Raises
        ------
        RecordingError
            If they do not follow, or cannot be written, as when the disk is full.
        """
        if not len(samples):
            return
        with self._noting_what_breaks():
            if self._writer is None:
                self._writer = self._begun(samples)
                axes = axes_told(self._source.metadata)
                self._undone = {quantity: each.inverse for quantity, each in axes.items()}
            self._writer.append(mapped(samples, self._undone))
            self._writer.flush()
            if self._writer.restore():
                text = f"{self.path} was removed while it was written, and has been written anew."
                self.notices.append(Notice(float(samples.t[-1]), "recording", text))
                self.note(self.notices[-1])

    def note(self, notice: Notice) -> None:
        """Keep what happened, and when; it is told after the samples.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        text = note_of_event(notice.time_s, notice.kind, notice.text)
        if self._writer is None:
            self._early.append(text)
            return
        with self._noting_what_breaks():
            self._writer.note(text)
            self._writer.flush()

    def close(self, warnings: Iterable[str] = ()) -> None:
        """Write what is known only now, and finish the file. Closing twice does no harm.

        Parameters
        ----------
        warnings : iterable of str, optional
            What a reader should know besides what the source says.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        if self._closed:
            return
        self._closed = True
        if self._writer is None:
            self._remove_if_empty()
            return
        with self._noting_what_breaks():
            try:
                # What comes after rows that are missing would seem to be in order.
                if not self.is_broken:
                    for key, value in _on_lines(self._source.summary).items():
                        self._writer.note(f"{key}: {value}")
                    for warning in (*self._source.warnings, *warnings):
                        self._writer.note(note_of_warning(warning))
                    self._writer.note(END + datetime.now(UTC).isoformat(timespec="milliseconds"))
            finally:
                try:
                    self._writer.close()
                finally:
                    self._remove_if_empty()

    def _remove_if_empty(self) -> None:
        with suppress(OSError):
            if os.path.getsize(self.path) == 0:
                os.remove(self.path)

    @contextmanager
    def _noting_what_breaks(self) -> Iterator[None]:
        try:
            yield
        except RecordingError as error:
            # Samples that are refused are in nobody's file; a file that cannot be written is at its end.
            self.is_broken = self.is_broken or isinstance(error.__cause__, OSError)
            raise

    def _begun(self, samples: Samples) -> RecordingWriter:
        if self._source.origin_utc is None:
            start = datetime.now(UTC) - timedelta(seconds=samples.duration_s)
        else:
            start = self._source.origin_utc + timedelta(seconds=float(samples.t[0]))
        writer = RecordingWriter(
            self.path,
            has_gyroscope=samples.has_gyroscope,
            side=self._side or self._source.side,
            sampling_rate_hz=self._source.sampling_rate_hz,
            metadata={"start_utc": start.isoformat(timespec="milliseconds")}
            | _on_lines(self._source.metadata)
            | dict([LIVE]),
        )
        for text in self._early:
            writer.note(text)
        return writer


def _on_lines(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata with values that a line can hold: a device may call itself anything."""
    return {key: printable_line(value) for key, value in metadata.items()}
