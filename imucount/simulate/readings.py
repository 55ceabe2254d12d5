"""What a clip makes of the motion where it sits: readings with its faults, and what of them arrives."""

from __future__ import annotations

import math

import numpy as np

from imucount.samples import STANDARD_GRAVITY, FloatArray
from imucount.simulate.script import Clip

__all__ = ["arrived_of", "measured"]


def measured(
    rng: np.random.Generator, clip: Clip, acc: FloatArray, gyr: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Read specific force, m/s², and angular rate, rad/s, as the clip does."""
    density_to_sigma = math.sqrt(clip.sampling_rate_hz / 2.0)
    milli_g = 1e-3 * STANDARD_GRAVITY
    readings = []
    for true, bias, noise, full_scale in (
        (acc, clip.acc_bias_mg * milli_g, clip.acc_noise_ug * 1e-3 * milli_g, clip.acc_range_g * 1e3 * milli_g),
        (gyr, *np.radians((clip.gyr_bias_dps, clip.gyr_noise_mdps * 1e-3, clip.gyr_range_dps))),
    ):
        axes = np.eye(3) + math.radians(clip.misalignment_deg) * rng.standard_normal((3, 3)) * (1.0 - np.eye(3))
        axes *= 1.0 + clip.scale_error * rng.standard_normal((3, 1))
        reading = true @ axes.T + bias * rng.standard_normal(3)
        reading += noise * density_to_sigma * rng.standard_normal(reading.shape)
        if clip.bits is None:
            readings.append(np.clip(reading, -full_scale, full_scale))
            continue
        half = 2 ** (clip.bits - 1)
        lsb = full_scale / half
        readings.append(np.clip(np.round(reading / lsb), -half, half - 1) * lsb)
    return readings[0], readings[1]


def arrived_of(rng: np.random.Generator, clip: Clip, t: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which samples arrive, shape (n,)."""
    packets = math.ceil(len(t) / clip.packet_samples)
    kept = np.repeat(rng.random(packets) >= clip.packet_loss, clip.packet_samples)[: len(t)]
    for start_s, duration_s in clip.outages:
        kept &= (t < start_s) | (t >= start_s + duration_s)
    return kept
