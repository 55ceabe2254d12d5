"""count: a recording of any kind in, its session out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Unpack

from imucount.circles.profile import Profile
from imucount.counter import RepCounter
from imucount.cyclic.taught import ExerciseProfile
from imucount.errors import CountingError, RecordingError, SampleError
from imucount.formats.frames import Frame, is_frame, understood_frame
from imucount.formats.opening import Paths, Reader, is_paths, open_recording, path_of
from imucount.formats.reading import HowToRead, ReadingOptions
from imucount.formats.recording import Recording
from imucount.samples import Samples
from imucount.session import Session
from imucount.sets import Exercise, Side
from imucount.units import PLAIN_UNITS

__all__ = ["count", "other_side_warning"]

_OF_FILES = ("device", "acc_sign", "separator", "layout")


def count(
    source: Paths | Recording | Samples | Frame,
    side: Side | None = None,
    *,
    min_reps: int = 2,
    exercise: Exercise = "shoulder-circles",
    profile: Profile | ExerciseProfile | None = None,
    progress: Callable[[float], None] | None = None,
    keep_signals: bool = False,
    **told: Unpack[ReadingOptions],
) -> Session:
    """Count the shoulder circles of a recording, or the reps of any exercise in it.

    Parameters
    ----------
    source : path-like, sequence of them, Recording, Samples or DataFrame
        A plain table is read and counted piece by piece, so it may be longer than memory. Files of other programs,
        and several files of one recording, are as of `read`.
    side : {"left", "right"}, optional
        The shoulder that wears the clip; over what the recording says.
    min_reps, exercise, profile, keep_signals
        As of `RepCounter`.
    progress : callable, optional
        Called with the share of the file that has been counted, 0 to 1.
    gyr_axes, acc_axes : str, optional
        As of `RepCounter`; over what the recording says.
    units : mapping of str to str, optional
        Units of "t", "acc" or "gyr" in a file or data frame that a person knows, such as {"gyr": "deg/s"}, over
        what it says; what looks wrong about them is a warning then. Of samples as of `RepCounter`.
    sampling_rate_hz, columns
        Of a data frame, as of `recording_of_frame`; of files, as of `read`.
    device, acc_sign, separator, layout
        Of files, as of `read`.

    Raises
    ------
    RecordingError
        If a file cannot be read as a recording.
    SampleError
        If the samples are not one signal in SI units.
    CountingError
        If `side`, `min_reps` or `exercise` is not of the allowed ones, or `profile` does not go with them.

    Examples
    --------
    >>> from imucount.simulate import Circles, Movement, simulate
    >>> still = Movement("standing", 5.0)
    >>> samples = simulate([still, Circles(10, "forward", period_s=2.5), still]).samples
    >>> session = count(samples, side="right")
    >>> [(len(rep_set.reps), rep_set.direction) for rep_set in session.sets]
    [(10, 'forward')]
    """
    if is_paths(source):
        reader = open_recording(source, check=False, **told)
        return _count_file(
            reader, path_of(source), side, min_reps, exercise, profile, progress, keep_signals=keep_signals
        )
    how = HowToRead(**told)
    _refuse_extra("samples in memory", **{name: getattr(how, name) for name in _OF_FILES})
    units = how.units
    table_units: Mapping[str, str] = {}
    if isinstance(source, (Samples, Recording)):
        _refuse_extra("samples in memory", sampling_rate_hz=how.sampling_rate_hz, columns=how.columns)
    if isinstance(source, Samples):
        source = Recording(source)
    elif not isinstance(source, Recording):
        if not is_frame(source):
            raise CountingError(
                f"expected a path, Recording, Samples or DataFrame, got {type(source).__name__}; "
                "arrays make imucount.Samples(t, acc, gyr)"
            )
        source, table_units = understood_frame(
            source, sampling_rate_hz=how.sampling_rate_hz, columns=how.columns, units=units
        )
        units = {quantity: PLAIN_UNITS[quantity] for quantity in (units or {}) if quantity != "t"}
    counter = RepCounter(
        side if side is not None else source.side,
        min_reps=min_reps,
        exercise=exercise,
        profile=profile,
        gyr_axes=how.gyr_axes,
        acc_axes=how.acc_axes,
        units=units,
        keep_signals=keep_signals,
    )
    counter.table_units = table_units
    counter.update(source.samples)
    session = counter.finish()
    return replace(
        session,
        warnings=(*other_side_warning(side, source.side), *source.warnings, *session.warnings),
        provenance=session.provenance.of(source.metadata),
    )


def _count_file(
    opened: Reader,
    path: str,
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: Profile | ExerciseProfile | None,
    progress: Callable[[float], None] | None,
    *,
    keep_signals: bool,
) -> Session:
    with opened as reader:
        counter = RepCounter(
            side if side is not None else reader.header.side,
            min_reps=min_reps,
            exercise=exercise,
            profile=profile,
            units={quantity: PLAIN_UNITS[quantity] for quantity in reader.known},
            keep_signals=keep_signals,
        )
        counter.table_units, counter.taken_axes = reader.header.units, reader.header.axes
        try:
            for samples in reader:
                counter.update(samples)
                if progress is not None and reader.bytes_total:
                    progress(min(reader.bytes_read / reader.bytes_total, 1.0))
            session = counter.finish()
        except SampleError as error:
            raise RecordingError(str(error), path) from error
        warnings = (*other_side_warning(side, reader.header.side), *reader.warnings, *session.warnings)
        provenance = session.provenance.of({**reader.header.metadata, **reader.header.axes_told}, path)
        return replace(session, warnings=warnings, provenance=provenance)


def _refuse_extra(what: str, **arguments: object) -> None:
    """Refuse arguments that mean nothing for this kind of source."""
    for name, value in arguments.items():
        if value is not None:
            kind = "files" if name in _OF_FILES else "files and data frames"
            raise CountingError(f"expected {name} for {kind} only, got {value!r} for {what}")


def other_side_warning(side: Side | None, recorded: Side | None) -> tuple[str, ...]:
    """Say that a recording was counted as the other shoulder's, where it was."""
    if side is None or recorded is None or side == recorded:
        return ()
    return (f"The recording says the {recorded} shoulder; it was counted as the {side} one, as told.",)
