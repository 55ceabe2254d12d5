"""Diary: the folder where sessions are kept, each with its recording, its result and what was asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path

from imucount.errors import ImucountError, RecordingError
from imucount.form import Form, forms_of_json, forms_to_json
from imucount.json_text import read_json_file
from imucount.programme import Assessment, assessment_of_json, assessment_to_json
from imucount.session import Session
from imucount.sets import Side
from imucount.whole_file import replaced

__all__ = ["Diary", "Entry"]

STAMP = "%Y-%m-%dT%H-%M-%SZ"
SESSION, COACHED, FORM = "session.json", "coached.json", "form.json"


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
        return sorted(self.folder.glob("recording-*.csv"))

    @property
    def next_recording(self) -> Path:
        """A name for what is recorded now."""
        return self.folder / f"recording-{len(self.recordings) + 1:03}.csv"

    @property
    def is_finished(self) -> bool:
        """Whether it has a result."""
        return (self.folder / SESSION).exists()

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
        entries = self.entries()
        last = [entry for entry in entries if entry.start_utc == entries[-1].start_utc]
        return [entry for entry in last if not entry.is_finished and entry.recordings]

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
