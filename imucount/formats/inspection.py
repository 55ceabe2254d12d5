"""Inspection: what a CSV holds and how it was understood, without refusing what is implausible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Unpack

import numpy as np

from imucount.errors import SampleError
from imucount.formats.dialect import SEPARATORS
from imucount.formats.opening import Paths, Reader, open_recording, path_of
from imucount.formats.reading import ReadingOptions
from imucount.formats.recording import declared_rate_warning
from imucount.intake.gravity import magnitude
from imucount.intake.intake import Intake
from imucount.intake.rates import LONG_STEP
from imucount.samples import FloatArray, Samples
from imucount.sets import SHORTEST_GAP_S, Exercise, Gap, Side

__all__ = ["Inspection", "inspect_csv"]

_NOTABLE_INTERVALS = 3
"""Of a recording that is too slow to be counted a step is no gap."""

FOLLOWS: Mapping[Exercise, str] = {
    "shoulder-circles": "the direction of circles is unknown",
    "cyclic": "each sensor is counted on for itself, which this does not disturb",
}
"""What follows of axes that contradict each other."""

_MOST_VALUES = 1 << 16  # kept of a quantity for its median


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """What a CSV holds and how it was understood.

    Attributes
    ----------
    path : str
    is_own : bool
        Whether imucount wrote the file.
    layout : str
        The program whose layout was recognised, such as "an Apple SensorLog export"; "" for none.
    written_with : tuple of str
        What is unusual in how the file is written, such as "semicolons between the columns".
    columns : tuple of str
        All columns of the file.
    renamed : mapping of str to str
        For each of t, ax ... gz that has another name in the file, that name.
    ignored : tuple of str
        Those that are not read.
    units : mapping of str to str
        Units in the file of "t", "acc" and, with a gyroscope, "gyr".
    side : {"left", "right"} or None
    metadata : mapping of str to str
        What else the header says.
    n_samples : int
    start_s, duration_s : float
        Time of the first sample, and from it to the last, s.
    nominal_rate_hz : float or None
        As the header declares.
    rate_hz : float
        As the time stamps say, where no sample is lost.
    mean_rate_hz : float
        Samples over the whole duration, losses and gaps included.
    median_step_s : float
    gaps : tuple of Gap
        Stretches of more than 0.4 s, and of more than three samples, that are missing: those of a `Session`.
    lost_share : float
        Of the samples that `rate_hz` promises over the duration, the share that is not there, 0 to 1.
    median_acc_m_s2 : float
        Median of `|acc|`, m/s². Gravity makes it about 9.81.
    problem : str or None
        Why `read_csv` refuses the signal, such as a wrong unit; None if it does not.
    warnings : tuple of str
        What a reader should know, a sentence each.
    notes : tuple of str
        What a live recording says of drops and the like among its samples.
    """

    path: str
    is_own: bool
    layout: str
    written_with: tuple[str, ...]
    columns: tuple[str, ...]
    renamed: Mapping[str, str]
    ignored: tuple[str, ...]
    units: Mapping[str, str]
    side: Side | None
    metadata: Mapping[str, str]
    n_samples: int
    start_s: float
    duration_s: float
    nominal_rate_hz: float | None
    rate_hz: float
    mean_rate_hz: float
    median_step_s: float
    gaps: tuple[Gap, ...]
    lost_share: float
    median_acc_m_s2: float
    problem: str | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def has_gyroscope(self) -> bool:
        """Whether angular rate is there."""
        return "gyr" in self.units

    @property
    def bridged(self) -> tuple[Gap, ...]:
        """Those of the gaps, up to 2 s, over which counting goes on."""
        return tuple(gap for gap in self.gaps if gap.is_bridged)

    def to_dict(self) -> dict[str, Any]:
        """Everything that was found, as JSON can hold it."""
        return {
            name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(self).items()
        } | {"has_gyroscope": self.has_gyroscope}


def inspect_csv(
    path: Paths,
    *,
    lowest_rate_hz: float | None = None,
    exercise: Exercise = "shoulder-circles",
    **told: Unpack[ReadingOptions],
) -> Inspection:
    """Read a CSV through and tell what it holds, in memory that does not grow with the file.

    Medians are exact up to 65 536 samples, and of evenly chosen samples beyond.

    Parameters
    ----------
    path : path-like, or sequence of them
    lowest_rate_hz : float, optional
        Fewer samples a second are told as a problem: by default than the exercise needs.
    exercise : {"shoulder-circles", "cyclic"}, default "shoulder-circles"
        For what it is judged.
    **told
        How to read it, as of `read`.

    Raises
    ------
    RecordingError
        If it is not a table of finite numbers with increasing time. A wrong unit or rate does not raise; it is
        told as `problem`.
    """
    with open_recording(path, check=False, **told) as reader:
        header = reader.header
        intake = Intake(
            exercise, header.units, known=reader.known, taken=header.axes, lowest_rate_hz=lowest_rate_hz
        )
        return _inspect(reader, path_of(path), intake, FOLLOWS[exercise])


def _inspect(reader: Reader, path: str, intake: Intake, of_axes: str) -> Inspection:
    header = reader.header
    lengths, steps = _Thinned(), _Thinned()
    problem: str | None = None
    warnings: list[str] = []
    n = n_usual = 0
    start_s = end_s = usual_s = 0.0
    missing: list[Gap] = []
    for samples in reader:
        # From the second piece on, the step from the last sample of the one before counts too.
        t = samples.t if n == 0 else np.concatenate([[end_s], samples.t])
        if n == 0:
            start_s = float(t[0])
        n += len(samples)
        end_s = float(t[-1])
        lengths.update(magnitude(samples.acc))
        between = np.diff(t)
        steps.update(between)
        if len(steps.values):
            usual = between[between <= LONG_STEP * np.median(steps.values)]
            usual_s += float(usual.sum())
            n_usual += len(usual)
        missing += [
            Gap(float(t[index]), float(t[index + 1])) for index in np.flatnonzero(between > SHORTEST_GAP_S)
        ]
        if problem is None:
            problem = _problem(intake, intake.update(samples))
    if problem is None:
        problem = _problem(intake, intake.finish())
    if problem is None:
        warnings += intake.warnings
        if (axes := intake.axes_at_end).outcome == "contradicting":
            warnings.append(axes.sentences(of_axes))
    median_step_s = float(np.median(steps.values))
    interval_s = usual_s / n_usual
    duration_s = end_s - start_s
    warnings += declared_rate_warning(header.sampling_rate_hz, interval_s)
    return Inspection(
        path=path,
        is_own=header.is_own,
        layout=header.columns.layout,
        written_with=_unusual(reader),
        renamed=header.columns.renamed,
        columns=header.columns.names,
        ignored=header.columns.ignored,
        units=header.units,
        side=header.side,
        metadata=header.metadata,
        n_samples=n,
        start_s=start_s,
        duration_s=duration_s,
        nominal_rate_hz=header.sampling_rate_hz,
        rate_hz=1 / interval_s,
        mean_rate_hz=(n - 1) / duration_s,
        median_step_s=median_step_s,
        gaps=tuple(gap for gap in missing if gap.duration_s > _NOTABLE_INTERVALS * median_step_s),
        lost_share=max(0.0, 1 - n / (duration_s / interval_s + 1)),
        median_acc_m_s2=float(np.median(lengths.values)),
        problem=problem,
        warnings=(*reader.warnings, *warnings),
        notes=reader.notes,
    )


def _problem(intake: Intake, pieces: Iterable[Samples]) -> str | None:
    """Hear samples out; return why they are refused, None if they are not."""
    try:
        for _ in pieces:
            intake.let_go()
    except SampleError as error:
        return str(error)
    return None


def _unusual(reader: Reader) -> tuple[str, ...]:
    """Tell what is not as in a plain CSV."""
    header = reader.header
    found = []
    if header.separator != ",":
        found.append(f"{SEPARATORS[header.separator]} between the columns")
    if reader.decimal == ",":
        found.append("decimal commas")
    if header.encoding != "utf-8":
        found.append("text in UTF-16")
    return tuple(found)


class _Thinned:
    """Every 2**k-th value of a stream, with the smallest k that keeps no more than 65 536."""

    def __init__(self) -> None:
        self.values: FloatArray = np.empty(0)
        self._stride = 1
        self._n = 0

    def update(self, values: FloatArray) -> None:
        kept = values[len(self.values) * self._stride - self._n :: self._stride]
        self.values = np.concatenate([self.values, kept])
        self._n += len(values)
        while len(self.values) > _MOST_VALUES:
            self.values = self.values[::2]
            self._stride *= 2
