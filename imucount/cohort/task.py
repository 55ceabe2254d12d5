"""Task and Outcome: one recording to count, and what became of it. All that runs in a worker is here.

Nothing but text and numbers comes back from a worker. An exception of a third party may not survive the way, and
then breaks a whole pool, so whatever goes wrong becomes text where it happens.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field

from imucount.circles.profile import Profile
from imucount.counting import count
from imucount.cyclic.taught import ExerciseProfile
from imucount.errors import RecordingError
from imucount.formats.reading import HowToRead
from imucount.outside_text import printable_line
from imucount.provenance import version
from imucount.sets import Exercise, Side

__all__ = ["Outcome", "Settings", "Task", "count_recording", "failure"]

BLOCK = 1 << 20  # bytes that are read at a time

KEY_BYTES = 12
"""Of a million recordings no two have the same key but once in 10^17 times."""

LONGEST_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """How each recording is counted, as of `imucount.count`."""

    side: Side | None = None
    min_reps: int = 2
    exercise: Exercise = "shoulder-circles"
    profile: Profile | ExerciseProfile | None = None
    reading: HowToRead = field(default_factory=HowToRead)

    def key_of(self, paths: Sequence[str]) -> str:
        """Give what is the same only if the bytes of a recording's files, these settings and the version are.

        Raises
        ------
        RecordingError
            If one is no file that can be read to its end.
        """
        told = json.dumps(
            [
                *(version(), self.side, self.min_reps, self.exercise, dict(self.reading.options)),
                None if self.profile is None else self.profile.to_json(),
            ]
        )
        digest = hashlib.blake2b(told.encode(), digest_size=KEY_BYTES)
        for path in paths:
            _take(digest, path)
        return digest.hexdigest()


def _take(digest: hashlib.blake2b, path: str) -> None:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # a device or a pipe may never end
            raise RecordingError("expected a file, got a directory, a device or a pipe", path)
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RecordingError(f"expected a file that can be read, got: {reason}", path) from error


@dataclass(frozen=True, slots=True)
class Task:
    """A recording to count.

    Attributes
    ----------
    paths : tuple of str
        Where its files are, absolute: a worker may have another working directory.
    settings : Settings
    known : str or None
        The key of what was counted of it before.
    """

    paths: tuple[str, ...]
    settings: Settings
    known: str | None = None

    @property
    def path(self) -> str:
        """That of its first file, by which it goes."""
        return self.paths[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    Attributes
    ----------
    key : str or None
        Of what was counted, as of `Settings.key_of`.
    session : str or None
        As JSON; None if the key is the known one, and the session with it.
    error, message : str or None
        The name of what was raised and what it says, if nothing could be counted.
    """

    key: str | None = None
    session: str | None = None
    error: str | None = None
    message: str | None = None


def count_recording(task: Task) -> Outcome:
    """Count one recording. Nothing but the file goes into it, and it raises nothing."""
    try:
        settings = task.settings
        key = settings.key_of(task.paths)
        if key == task.known:
            return Outcome(key)
        session = count(
            task.paths,
            settings.side,
            min_reps=settings.min_reps,
            exercise=settings.exercise,
            profile=settings.profile,
            **settings.reading.options,
        )
        return Outcome(key, session.to_json())
    except (Exception, SystemExit) as error:  # a third party's reader may raise anything, or try to leave
        return failure(error)


def failure(error: BaseException) -> Outcome:
    """Tell of an exception in text, whatever it is."""
    try:
        message = str(error)
    except Exception:
        message = "it cannot say what was wrong"
    if isinstance(error, RecordingError):  # which file it is stands beside it
        message = message.removeprefix(error.path).lstrip(",: ")
    name = type(error).__name__
    return Outcome(error=name, message=printable_line(message or name, LONGEST_MESSAGE))
