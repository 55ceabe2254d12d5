"""What the air does to notifications: `Peripheral.disturb` can be any of these."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

__all__ = ["duplicated", "lost", "shortened", "swapped"]

Disturbance = Callable[[bytes], Iterable[bytes]]


def lost(share: float, seed: int = 0) -> Disturbance:
    """Lose a share of the notifications."""
    rng = random.Random(seed)
    return lambda data: () if rng.random() < share else (data,)


def duplicated(share: float, seed: int = 0) -> Disturbance:
    """Bring a share of the notifications twice."""
    rng = random.Random(seed)
    return lambda data: (data, data) if rng.random() < share else (data,)


def swapped(share: float, seed: int = 0) -> Disturbance:
    """Let a share of the notifications come after the one that follows them."""
    rng = random.Random(seed)
    held: list[bytes] = []

    def disturb(data: bytes) -> Iterable[bytes]:
        if held:
            return (data, held.pop())
        if rng.random() < share:
            held.append(data)
            return ()
        return (data,)

    return disturb


def shortened(share: float, seed: int = 0) -> Disturbance:
    """Cut a share of the notifications, as a connection does with those that are too long for it."""
    rng = random.Random(seed)
    return lambda data: (data[: rng.randrange(len(data))] if rng.random() < share else data,)
