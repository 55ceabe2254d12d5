"""count: a recording of any kind in, its session out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING

from imucount.circles.profile import Profile
from imucount.counter import LOWEST_RATES_HZ, RepCounter
from imucount.errors import CountingError, RecordingError, SampleError
from imucount.formats.csv_reader import open_csv
from imucount.formats.recording import Recording, recording_of_frame
from imucount.intake.rates import LOWEST_RATE_HZ
from imucount.intake.turning import turning_problem
from imucount.samples import Samples
from imucount.sets import Exercise, Session, Side

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["count", "other_side_warning"]


def count(
    source: str | PathLike[str] | Recording | Samples | pd.DataFrame,
    side: Side | None = None,
    *,
    min_reps: int = 2,
    exercise: Exercise = "shoulder-circles",
    profile: Profile | None = None,
    progress: Callable[[float], None] | None = None,
) -> Session:
    """Count the shoulder circles of a recording, or the reps of any exercise in it.

    Parameters
    ----------
    source : path-like, Recording, Samples or DataFrame
        A file is read and counted piece by piece, so it may be longer than memory.
    side : {"left", "right"}, optional
        The shoulder that wears the clip; over what the recording says.
    min_reps, exercise, profile
        As of `RepCounter`.
    progress : callable, optional
        Called with the share of the file that has been counted, 0 to 1.

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
    if isinstance(source, (str, PathLike)):
        return _count_file(source, side, min_reps, exercise, profile, progress)
    if isinstance(source, Samples):
        source = Recording(source)
    elif not isinstance(source, Recording):
        if not hasattr(source, "columns"):
            raise CountingError(
                f"expected a path, Recording, Samples or DataFrame, got {type(source).__name__}; "
                "arrays make imucount.Samples(t, acc, gyr)"
            )
        source = recording_of_frame(source, lowest_rate_hz=_lowest_rate_hz(exercise))
    samples = source.samples
    if samples.gyr is not None and len(samples) > 2:
        problem = turning_problem(samples.t, samples.acc, samples.gyr)
        if problem:
            raise SampleError(problem)
    counter = RepCounter(
        side if side is not None else source.side, min_reps=min_reps, exercise=exercise, profile=profile
    )
    counter.update(samples)
    session = counter.finish()
    return replace(
        session,
        warnings=(*other_side_warning(side, source.side), *source.warnings, *session.warnings),
        provenance=session.provenance.of(source.metadata),
    )


def _count_file(
    path: str | PathLike[str],
    side: Side | None,
    min_reps: int,
    exercise: Exercise,
    profile: Profile | None,
    progress: Callable[[float], None] | None,
) -> Session:
    with open_csv(path, lowest_rate_hz=_lowest_rate_hz(exercise)) as reader:
        counter = RepCounter(
            side if side is not None else reader.header.side, min_reps=min_reps, exercise=exercise, profile=profile
        )
        try:
            for samples in reader:
                counter.update(samples)
                if progress is not None and reader.bytes_total:
                    progress(min(reader.bytes_read / reader.bytes_total, 1.0))
            session = counter.finish()
        except SampleError as error:
            raise RecordingError(str(error), path) from error
        warnings = (*other_side_warning(side, reader.header.side), *reader.warnings, *session.warnings)
        return replace(session, warnings=warnings, provenance=session.provenance.of(reader.header.metadata, path))


def _lowest_rate_hz(exercise: Exercise) -> float:
    return LOWEST_RATES_HZ.get(exercise, LOWEST_RATE_HZ)  # one that does not exist is refused by the counter


def other_side_warning(side: Side | None, recorded: Side | None) -> tuple[str, ...]:
    """Say that a recording was counted as the other shoulder's, where it was."""
    if side is None or recorded is None or side == recorded:
        return ()
    return (f"The recording says the {recorded} shoulder; it was counted as the {side} one, as told.",)
