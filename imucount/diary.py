"""Diary: the folder where sessions are kept, each with its recording, its result and what was asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path

from filelock import FileLock, Timeout

from imucount.errors import ImucountError, RecordingError
from imucount.form import Form, forms_of_json, forms_to_json
from imucount.json_text import read_json_file
from imucount.programme import Assessment, Programme, assessment_of_json, assessment_to_json
from imucount.session import Session
from imucount.sets import Side
from imucount.whole_file import replaced, write_error

__all__ = ["Diary", "Entry"]

LOCK = "in-use.lock"
STAMP = "%Y-%m-%dT%H-%M-%SZ"
SESSION, COACHED, FORM, PRESSED = "session.json", "coached.json", "form.json", "pressed.txt"

_PRESSED = re.compile(r"(?P<time_s>-?\d+\.\d{3}) (?P<action>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A session in the diary: a folder of its own.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @property
    def name(self) -> str:
        """What it is called: when it began, in UTC, and the side."""
        return self.folder.name

    @property
    def start_utc(self) -> datetime:
        """When it began."""
        return datetime.strptime(self.name[:20], STAMP).replace(tzinfo=UTC)

    @property
    def recordings(self) -> list[Path]:
        """What was recorded, in order: one file, and one more for each time that it was taken up again."""
        return [path for path in self._files if path.stat().st_size]

    @property
    def next_recording(self) -> Path:
        """A name for what is recorded now."""
        return self.folder / f"recording-{len(self._files) + 1:03}.csv"

    @property
    def _files(self) -> list[Path]:
        """Of the recordings, and of one that was killed before its first sample came."""
        return sorted(self.folder.glob("recording-*.csv"))

    @property
    def is_finished(self) -> bool:
        """Whether it has a result."""
        return (self.folder / SESSION).exists()

    @property
    def is_going_on(self) -> bool:
        """Whether a program holds it that has not ended."""
        lock = FileLock(self.folder / LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        except (OSError, NotImplementedError):  # of a file system without locks it cannot be told
            return False
        lock.release()
        with suppress(OSError):
            (self.folder / LOCK).unlink(missing_ok=True)
        return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it, so that no other program takes it for one that was not finished, until this one ends or dies.

        One that has neither a recording nor a result in the end is removed.
        """
        lock = FileLock(self.folder / LOCK)
        with suppress(Timeout, OSError, NotImplementedError):
            lock.acquire(blocking=False)
        try:
            yield
        finally:
            lock.release(force=True)
            is_empty = not self.is_finished and not self._files
            with suppress(OSError):
                for name in (LOCK, COACHED, PRESSED) if is_empty else (LOCK,):
                    (self.folder / name).unlink(missing_ok=True)
                if is_empty:
                    self.folder.rmdir()

    def begin(self, programme: Programme) -> None:
        """Write down what is asked for, for who takes the session up again.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        with replaced(self.folder / COACHED) as file:
            file.write(assessment_to_json(Assessment(programme, ())) + "\n")

    def programme(self) -> Programme | None:
        """Give what was asked for; None if nothing was.

        Raises
        ------
        ImucountError
            If what was kept is damaged.
        """
        path = self.folder / COACHED
        if not path.exists():
            return None
        return assessment_of_json(read_json_file(path, "a coached session"), ()).programme

    def note_pressed(self, time_s: float, action: str) -> None:
        """Write down at once what the person asked for, for who takes the session up again.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        path = self.folder / PRESSED
        try:
            with open(path, "a", encoding="ascii") as file:
                file.write(f"{time_s:.3f} {action}\n")
        except OSError as error:
            raise write_error(fspath(path), error) from error

    def pressed(self) -> list[tuple[float, str]]:
        """Give what the person asked for, and when on the clock of the samples, s."""
        try:
            lines = (self.folder / PRESSED).read_text("ascii", errors="replace").splitlines()
        except OSError:
            return []
        found = (_PRESSED.fullmatch(line) for line in lines)  # of a full disk a line may be cut short
        return [(float(each["time_s"]), each["action"]) for each in found if each]

    def save(
        self, session: Session, assessment: Assessment | None = None, forms: Sequence[Form] | None = None
    ) -> None:
        """Keep the result, whole or not at all.

        Raises
        ------
        RecordingError
            If it cannot be written.
        """
        if assessment is not None:
            with replaced(self.folder / COACHED) as file:
                file.write(assessment_to_json(assessment) + "\n")
        if forms is not None:
            with replaced(self.folder / FORM) as file:
                file.write(forms_to_json(forms) + "\n")
        with replaced(self.folder / SESSION) as file:
            file.write(session.to_json() + "\n")

    def load(self) -> tuple[Session, Assessment | None]:
        """Give the result.

        Raises
        ------
        ImucountError
            If there is none, or it is damaged.
        """
        path = self.folder / SESSION
        text = read_json_file(path, "a session")
        try:
            session = Session.from_json(text)
            coached = self.folder / COACHED
            if not coached.exists():
                return session, None
            return session, assessment_of_json(read_json_file(coached, "a coached session"), session.reps)
        except RecordingError:
            raise
        except ImucountError as error:
            raise RecordingError(str(error), path) from error

    def forms(self) -> tuple[Form, ...]:
        """Give the form of its circles; none where it was not kept.

        Raises
        ------
        ImucountError
            If what was kept is damaged.
        """
        path = self.folder / FORM
        if not path.exists():
            return ()
        text = read_json_file(path, "the form of circles")
        try:
            return forms_of_json(text)
        except ImucountError as error:
            raise RecordingError(str(error), path) from error


class Diary:
    """A folder of sessions.

    Parameters
    ----------
    folder : path-like, optional
        By default the place for data of programs in the person's home.
    """

    def __init__(self, folder: str | PathLike[str] | None = None) -> None:
        if folder is None:
            from platformdirs import user_data_dir

            folder = os.path.join(user_data_dir("imucount", appauthor=False), "sessions")
        self.folder = Path(fspath(folder))

    def new(self, start_utc: datetime, side: Side | None) -> Entry:
        """Begin an entry.

        Raises
        ------
        RecordingError
            If no folder can be made for it.
        """
        name = start_utc.astimezone(UTC).strftime(STAMP) + ("" if side is None else f"-{side}")
        try:
            for number in range(1, 1000):
                folder = self.folder / (name if number == 1 else f"{name}-{number}")
                try:
                    folder.mkdir(parents=True)
                except FileExistsError:
                    if folder.exists():
                        continue
                    raise
                return Entry(folder)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise RecordingError(
                f"expected a folder to keep sessions in, got: {reason}; --dir names another one", self.folder
            ) from error
        raise RecordingError("expected a free name for a session, got a thousand of this second", self.folder)

    def entries(self) -> list[Entry]:
        """Give all entries, the oldest first."""
        try:
            folders = sorted(each for each in self.folder.iterdir() if each.is_dir())
        except OSError:
            return []
        return [Entry(folder) for folder in folders if _is_stamp(folder.name[:20])]

    def unfinished(self) -> list[Entry]:
        """Give the entries of the last occasion, one a clip, that have a recording and no result.

        What recorded them was killed.
        """
        left = [each for each in self.entries() if not each.is_finished and each.recordings]
        left = [each for each in left if not each.is_going_on]
        return [each for each in left if each.start_utc == left[-1].start_utc]

    def find(self, name: str) -> Entry:
        """Give the entry of a name, of its beginning, or the last one for "last".

        Raises
        ------
        RecordingError
            If there is none, or more than one.
        """
        entries = self.entries()
        if name == "last" and entries:
            return entries[-1]
        found = [entry for entry in entries if name and entry.name.startswith(name)]
        if len(found) != 1:
            what = "none" if not found else f"{len(found)} of them"
            raise RecordingError(
                f"expected the name of one kept session, got {what} for {name[:60]!r}; "
                "`imucount history` tells their names",
                self.folder,
            )
        return found[0]


def _is_stamp(text: str) -> bool:
    try:
        datetime.strptime(text, STAMP)
    except ValueError:
        return False
    return True
