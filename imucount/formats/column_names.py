"""Column names: what people and programs call time, acceleration and angular rate, and the unit with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imucount.formats.unit_names import unit_named

__all__ = ["Meaning", "is_plain", "meaning_of"]

_TIME = frozenset(
    ["t", "time", "timestamp", "timestamps", "ts", "elapsed", "datetime", "unixtime", "timeelapsed", "elapsedtime"]
)
_TIME_BY_UNIT = {"seconds": "s", "secs": "s", "millis": "ms", "milliseconds": "ms", "micros": "us"}
_TIME_BY_UNIT |= {"microseconds": "us", "nanoseconds": "ns", "nanos": "ns"}
_BESIDE_TIME = frozenset(
    [
        "sensor",
        "device",
        "phone",
        "sample",
        "local",
        "utc",
        "unix",
        "epoch",
        "system",
        "host",
        "imu",
        "since",
        "start",
        "boot",
        "of",
        "the",
        "in",
    ]
)
_WORDS = {
    "acc": "a acc accel accelerometer acceleration accelero acceler accelerations",
    "gyr": "g gyr gyro gyroscope gyros gyroscopes w omega angvel angrate angularvelocity angularrate angularspeed",
}
_QUANTITY = {word: quantity for quantity, words in _WORDS.items() for word in words.split()}
_BESIDE_AXIS = frozenset({"axis", "raw", "cal", "calibrated", "imu", "sensor", "value"})

_WITH_UNIT = re.compile(r"(.+?)\s*[(\[{](.*)[)\]}]")
_COMPACT = re.compile(rf"({'|'.join(sorted(_QUANTITY, key=len, reverse=True))})([xyz])")
_COMPACT_AXIS_FIRST = re.compile(rf"([xyz])({'|'.join(sorted(_QUANTITY, key=len, reverse=True))})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PLAIN = frozenset({"t", "ax", "ay", "az", "gx", "gy", "gz"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column of this name holds.

    Attributes
    ----------
    quantity : {"t", "acc", "gyr"}
    axis : {"", "x", "y", "z"}
        "" of time.
    unit : str or None
        As it is written, perhaps no known one; None where none is.
    style : str
        What the names of its group have in common, such as "acc_": three columns of one style belong together.
    """

    quantity: str
    axis: str
    unit: str | None
    style: str


def is_plain(name: str) -> bool:
    """Whether a name, its unit aside, is one of t, ax, ay, az, gx, gy, gz."""
    match = _WITH_UNIT.fullmatch(name)
    return (match[1] if match else name) in _PLAIN


def meaning_of(name: str) -> Meaning | None:
    """Find what a column holds by its name; None where it could be anything.

    Examples
    --------
    >>> meaning_of("gyr_x_dps")
    Meaning(quantity='gyr', axis='x', unit='dps', style='gyr')
    >>> meaning_of("timestampMs").unit, meaning_of("linear acceleration x")
    ('Ms', None)
    """
    match = _WITH_UNIT.fullmatch(name)
    plain, unit = (match[1], match[2].strip()) if match else (name, None)
    tokens = [token for part in re.split(r"[\s_\-.:,]+", plain) for token in _CAMEL.split(part) if token]
    words = [token.lower() for token in tokens]
    if unit is None and len(words) == 1 and words[0] in _TIME_BY_UNIT:
        return Meaning("t", "", _TIME_BY_UNIT[words[0]], "t")
    if len(words) > 1 and words[0] in _TIME_BY_UNIT and set(words[1:]) <= _TIME | _BESIDE_TIME:
        return Meaning("t", "", unit or _TIME_BY_UNIT[words[0]], "t")
    if words and (words[0] in _TIME or (words[0] in _BESIDE_TIME and _TIME.intersection(words))):
        rest = [token for token, word in zip(tokens, words) if word not in _TIME | _BESIDE_TIME]
        return _with_unit(Meaning("t", "", unit, " ".join(words)), rest)
    return _of_axis(tokens, words, unit)


def _of_axis(tokens: list[str], words: list[str], unit: str | None) -> Meaning | None:
    if not words:
        return None
    for taken, word in enumerate(words):
        compact = _COMPACT.fullmatch(word)
        if compact is None and (first := _COMPACT_AXIS_FIRST.fullmatch(word)):
            return _with_unit(
                Meaning(_QUANTITY[first[2]], first[1], unit, f"x{first[2]}"), _without(tokens, {taken})
            )
        if compact:
            style = "" if compact[1] in ("a", "g") else compact[1]
            return _with_unit(
                Meaning(_QUANTITY[compact[1]], compact[2], unit, style or "plain"), _without(tokens, {taken})
            )
    axes = [place for place, word in enumerate(words) if word in ("x", "y", "z")]
    kinds = [place for place, word in enumerate(words) if word in _QUANTITY]
    if len(words) > 2 and not kinds:  # "angular velocity x"
        kinds = [place for place in range(len(words) - 1) if words[place] + words[place + 1] in _QUANTITY]
        if len(kinds) == 1:
            place = kinds[0]
            words = [*words[:place], words[place] + words[place + 1], *words[place + 2 :]]
            tokens = [*tokens[:place], words[place], *tokens[place + 2 :]]
            axes = [place for place, word in enumerate(words) if word in ("x", "y", "z")]
    if len(kinds) > 1 and words[kinds[-1]] == "g":  # "acc_x_g": the last one is its unit
        kinds = kinds[:-1]
    if len(axes) != 1 or len(kinds) != 1:
        return None
    word, axis = words[kinds[0]], words[axes[0]]
    style = word if kinds[0] < axes[0] else f"x{word}"
    return _with_unit(Meaning(_QUANTITY[word], axis, unit, style), _without(tokens, {axes[0], kinds[0]}))


def _with_unit(meaning: Meaning, rest: list[str]) -> Meaning | None:
    """Take what is left of a name for its unit; if it is none the name means something else."""
    rest = [token for token in rest if token.lower() not in _BESIDE_AXIS or meaning.quantity == "t"]
    if not rest:
        return meaning
    unit = "/".join(rest)
    if meaning.unit is not None or unit_named(meaning.quantity, unit) is None:
        return None
    return Meaning(meaning.quantity, meaning.axis, unit, meaning.style)


def _without(tokens: list[str], taken: set[int]) -> list[str]:
    return [token for place, token in enumerate(tokens) if place not in taken]
