"""XDF: streams of Lab Streaming Layer as LabRecorder keeps them; by pyxdf, which is an extra.

Stamps are those that were recorded, brought onto the recorder's clock by the offsets that it measured, since two
streams may come from two computers. They are not smoothed: pyxdf would take an outage of up to 10 s at 50 Hz for
jitter, and close it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from imucount.errors import SampleError
from imucount.formats.binaries.binary import Binary, package
from imucount.formats.column_names import meaning_of
from imucount.formats.layouts.export import Signals, Vectors, no_gravity, quantity_of
from imucount.formats.layouts.tables import chosen_device
from imucount.formats.reading import HowToRead
from imucount.formats.sensor_words import without_sensor_words
from imucount.formats.unit_names import unit_named
from imucount.outside_text import printable_line, quoted
from imucount.samples import FloatArray
from imucount.units import TO_SI

__all__ = ["XDF"]

_AXES = ("x", "y", "z")


@dataclass(frozen=True)
class _Triple:
    """Three channels of a stream that are a quantity."""

    device: str
    quantity: str
    t: FloatArray
    xyz: FloatArray
    unit: str | None
    rate_hz: float | None


def _read(path: str, how: HowToRead) -> Signals:
    pyxdf = package("pyxdf", "xdf", "XDF")
    with _heard() as heard:
        try:
            streams, _ = pyxdf.load_xdf(path, synchronize_clocks=True, dejitter_timestamps=False, verbose=None)
        except Exception as error:  # of a file that is cut or damaged it may be anything
            raise SampleError(
                f"expected a whole XDF file, got one that pyxdf cannot read: {error!r}; was it cut short?"
            ) from error
    triples = [triple for stream in streams for triple in _triples(stream)]
    found = {triple.quantity for triple in triples}
    if "acc" not in found:
        if "linear" in found:
            raise no_gravity("linear acceleration", "stream the acceleration as it is measured")
        names = ", ".join(quoted(_text(stream["info"], "name"), 40) for stream in streams[:6])
        raise SampleError(
            f"expected a stream of acceleration, with channels labelled as ax, acc_x or of the type ACC, got "
            f"{names or 'none'}; label the channels in the description of the stream"
        )
    device = chosen_device([triple.device for triple in triples if triple.quantity == "acc"], how.device)
    acc = _only([triple for triple in triples if triple.quantity == "acc" and triple.device == device], "acc")
    turning = [triple for triple in triples if triple.quantity == "gyr"]
    here = [triple for triple in turning if triple.device == device]
    if not here and len({triple.device for triple in triples if triple.quantity == "acc"}) == 1:
        here = turning  # of one device, whose streams have names of their own
    gyr = _only(here, "gyr") if here else None
    vectors = _vectors(acc, how)
    return Signals(
        vectors,
        None if gyr is None else _vectors(gyr, how, vectors if gyr.t is acc.t else None),
        sampling_rate_hz=(acc if gyr is None else gyr).rate_hz,
        metadata={"device": printable_line(device)} if device else {},
        warnings=tuple(f"pyxdf says of the file: {printable_line(each, 200)}." for each in heard[:5]),
    )


def _triples(stream: dict[str, Any]) -> list[_Triple]:
    """Find three channels each that are acceleration or angular rate."""
    info, series = stream["info"], stream["time_series"]
    if not isinstance(series, np.ndarray) or series.ndim != 2 or series.dtype.kind not in "iuf" or not len(series):
        return []
    name, kind = _text(info, "name"), _text(info, "type")
    labels = _labels(info, series.shape[1])
    of_stream = quantity_of(kind) or quantity_of(name)
    places: dict[str, dict[str, tuple[int, str]]] = {}
    for place, (label, unit) in enumerate(labels):
        meaning = meaning_of(label) if label else None
        plain = label.strip().lower()
        if meaning is not None and meaning.axis:
            quantity, axis = meaning.quantity, meaning.axis
        elif quantity_of(label) and plain[-1:] in _AXES:
            quantity, axis = quantity_of(label) or "", plain[-1]
        elif of_stream is not None and plain in _AXES:
            quantity, axis = of_stream, plain
        else:
            continue
        places.setdefault("acc" if quantity == "total" else quantity, {})[axis] = (
            place,
            unit or (meaning.unit or "" if meaning is not None else ""),
        )
    if not places and of_stream is not None and len(labels) == 3 and not any(label for label, _ in labels):
        places[of_stream] = {axis: (place, labels[place][1]) for place, axis in enumerate(_AXES)}
    nominal = float(_text(info, "nominal_srate") or 0.0)
    device = without_sensor_words(name)
    t = np.asarray(stream["time_stamps"], dtype=np.float64)
    return [
        _Triple(
            device,
            quantity,
            t,
            series[:, [axes[axis][0] for axis in _AXES]].astype(np.float64),
            axes["x"][1] or None,
            nominal or None,
        )
        for quantity, axes in places.items()
        if axes.keys() >= set(_AXES)
    ]


def _vectors(triple: _Triple, how: HowToRead, beside: Vectors | None = None) -> Vectors:
    told = (how.units or {}).get(triple.quantity)
    unit = told or (unit_named(triple.quantity, triple.unit) if triple.unit else None)
    if unit is None:
        known = list(TO_SI[triple.quantity])
        got = quoted(triple.unit, 40) if triple.unit else "none"
        raise SampleError(
            f"expected the unit of {triple.quantity} with its channels, one of {', '.join(known)}, got {got}; say "
            f"it, as by --units {triple.quantity}={known[0]}"
        )
    sign = how.acc_sign if triple.quantity == "acc" and how.acc_sign is not None else 1
    return Vectors(triple.t if beside is None else beside.t, sign * triple.xyz, unit)


def _only(triples: Sequence[_Triple], quantity: str) -> _Triple:
    if len(triples) != 1:
        raise SampleError(
            f"expected one stream of {quantity} a device, got {len(triples)}; record them apart, or give each "
            "device a name of its own"
        )
    return triples[0]


def _text(info: dict[str, Any], key: str) -> str:
    return str((info.get(key) or [""])[0] or "")


def _labels(info: dict[str, Any], n: int) -> list[tuple[str, str]]:
    """Give label and unit of each channel, as far as the description of the stream has them."""
    try:
        channels = info["desc"][0]["channels"][0]["channel"]
        labels = [(_text(channel, "label"), _text(channel, "unit")) for channel in channels]
    except (KeyError, TypeError, IndexError, AttributeError):
        labels = []
    return labels if len(labels) == n else [("", "")] * n


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Hear what pyxdf has to say of a file, in place of having it printed."""
    said: list[str] = []

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage().rstrip("."))

    logger, hearing = logging.getLogger("pyxdf"), Hearing(logging.WARNING)
    logger.addHandler(hearing)
    propagated, logger.propagate = logger.propagate, False
    try:
        yield said
    finally:
        logger.removeHandler(hearing)
        logger.propagate = propagated


XDF = Binary(
    "an XDF recording",
    lambda path, head: head.startswith(b"XDF:"),
    _read,
    reads="extra `xdf`; channels by their labels, else by the type of the stream (ACC, GYRO); one stream or two; "
    "units of the channels, or by `--units`; stamps as they were recorded, on the recorder's clock; one device by "
    "`--device`",
    refuses="channels without labels, unless the type of the stream says what its three are; units that are told "
    "nowhere; several devices unless one is named",
)
