"""LslOutlet: a live count on Lab Streaming Layer, its samples and its reps; by pylsl, which is an extra."""

from __future__ import annotations

import importlib
import json
import os
import secrets
from contextlib import suppress
from typing import Any

import numpy as np

from imucount.errors import SourceError
from imucount.live.counting import LiveUpdate
from imucount.provenance import version
from imucount.sets import Side

__all__ = ["LslOutlet", "hush"]

_CHANNELS = {"acc": ("ax", "ay", "az"), "gyr": ("gx", "gy", "gz")}
_UNITS = {"acc": "m/s^2", "gyr": "rad/s"}


class LslOutlet:
    """Two streams on the network: the samples of a live count, and a marker for each rep.

    The samples are a stream of the type IMU, in m/s² and rad/s, its channels labelled ax ... gz. Stamps are the
    times of the samples, moved by as much for all of them as brings the first ones to when they came: an outage is
    as long as it was. The markers are a stream of the type Markers: JSON with the keys rep, direction, start_s,
    end_s and confidence, stamped with the end of the rep, though it becomes certain later.

    The streams are there from the first samples on, and until `close`.

    Parameters
    ----------
    name : str
        What the streams are called; that of the markers with " reps" after it.
    side : {"left", "right"}, optional
        The shoulder that wears the sensor, for the description.
    sampling_rate_hz : float, optional
        Nominal rate, Hz; without it the rate is told as irregular.

    Attributes
    ----------
    side : {"left", "right"} or None
    sampling_rate_hz : float or None
        Both may be set until the first samples come.

    Raises
    ------
    SourceError
        If pylsl is not installed, or finds no library.
    """

    def __init__(self, name: str, *, side: Side | None = None, sampling_rate_hz: float | None = None) -> None:
        try:
            self._pylsl: Any = importlib.import_module("pylsl")
        except (ImportError, RuntimeError, OSError) as error:  # without its library it raises any of these
            raise SourceError(
                f"expected pylsl to put samples on Lab Streaming Layer, got none that works ({error}); "
                "pip install 'imucount[lsl]' brings it"
            ) from error
        self.name = name
        self.side = side
        self.sampling_rate_hz = sampling_rate_hz
        self._id = f"imucount-{secrets.token_hex(8)}"
        self._samples: Any = None
        self._markers: Any = None
        self._offset_s = 0.0
        self._n_reps = 0

    def update(self, update: LiveUpdate) -> None:
        """Hand over what an update of `stream` or `count_live` has."""
        samples = update.samples
        if samples:
            if self._samples is None:
                self._offset_s = self._pylsl.local_clock() - float(samples.t[-1])
                self._open(samples.has_gyroscope)
            values = samples.acc if samples.gyr is None else np.hstack([samples.acc, samples.gyr])
            self._samples.push_chunk(values.tolist(), (samples.t + self._offset_s).tolist())
        for rep in update.reps:
            self._n_reps += 1
            told = {"rep": self._n_reps, "direction": rep.direction, "start_s": rep.start_s, "end_s": rep.end_s}
            text = json.dumps(told | {"confidence": rep.confidence})
            if self._markers is not None:
                self._markers.push_sample([text], rep.end_s + self._offset_s)

    def close(self) -> None:
        """Take the streams off the network. Closing twice does no harm."""
        self._samples = self._markers = None

    def _open(self, has_gyroscope: bool) -> None:
        lsl = self._pylsl
        quantities = ("acc", "gyr") if has_gyroscope else ("acc",)
        rate = self.sampling_rate_hz or lsl.IRREGULAR_RATE
        info = lsl.StreamInfo(self.name, "IMU", 3 * len(quantities), rate, "double64", self._id)
        description = info.desc()
        channels = description.append_child("channels")
        for quantity in quantities:
            for label in _CHANNELS[quantity]:
                channel = channels.append_child("channel")
                channel.append_child_value("label", label)
                channel.append_child_value("unit", _UNITS[quantity])
                channel.append_child_value("type", quantity.upper())
        if self.side is not None:
            description.append_child_value("side", self.side)
        acquisition = description.append_child("acquisition")
        acquisition.append_child_value("software", f"imucount {version() or ''}".strip())
        self._samples = lsl.StreamOutlet(info)
        name, source_id = f"{self.name} reps", f"{self._id}-reps"
        markers = lsl.StreamInfo(name, "Markers", 1, lsl.IRREGULAR_RATE, "string", source_id)
        self._markers = lsl.StreamOutlet(markers)


def hush() -> None:
    """Have the library of LSL print warnings only, unless a configuration of the user's says otherwise."""
    own = ("lsl_api.cfg", os.path.expanduser("~/lsl_api/lsl_api.cfg"), "/etc/lsl_api/lsl_api.cfg")
    if "LSLAPICFG" in os.environ or any(map(os.path.exists, own)):
        return
    with suppress(ImportError, RuntimeError, OSError, AttributeError, NotImplementedError):
        importlib.import_module("pylsl").set_config_content("[log]\nlevel = -1\n")
