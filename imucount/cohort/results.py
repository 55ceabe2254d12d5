"""ResultFiles: a file a recording with its session, each whole or not there."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import replace

from imucount.errors import CountingError, RecordingError
from imucount.json_text import read_json_file
from imucount.session import Session
from imucount.whole_file import replaced, write_error

__all__ = ["ResultFiles"]

FOLDER = "sessions"

_NAME = re.compile(r"(?P<place>.+-[0-9a-f]{16})-(?P<key>[0-9a-f]+)\.json")


class ResultFiles:
    """The sessions of a cohort in a folder, as `Session.to_json` writes them.

    The name of a file says of what it is: the recording's own name, where the recording lies, and the key of its
    bytes and how they were counted.

    Parameters
    ----------
    out : str
        The folder of the cohort; it is made if it is not there.

    Raises
    ------
    RecordingError
        If it cannot be made or read.
    """

    def __init__(self, out: str) -> None:
        self._folder = os.path.join(out, FOLDER)
        try:
            os.makedirs(self._folder, exist_ok=True)
            names = os.listdir(self._folder)
        except (OSError, ValueError) as error:
            raise write_error(out, error) from error
        self._keys = {found["place"]: found["key"] for found in map(_NAME.fullmatch, names) if found}

    def key_of(self, path: str) -> str | None:
        """Give the key of what was counted of the recording at a path; None of one that was not."""
        return self._keys.get(_place(path))

    def keep(self, path: str, key: str, session: str) -> None:
        """Write the session of the recording at a path, in place of what was there of it."""
        place = _place(path)
        with replaced(self._file(place, key)) as file:
            file.write(session)
        before = self._keys.get(place)
        self._keys[place] = key
        if before is not None and before != key:
            with suppress(OSError):
                os.remove(self._file(place, before))

    def session_of(self, path: str, file: str) -> Session:
        """Read the session of the recording at a path, which is named `file` now.

        Raises
        ------
        RecordingError
            If the result is gone or damaged.
        """
        place = _place(path)
        result = self._file(place, self._keys[place])
        text = read_json_file(result, "a session")
        try:
            session = Session.from_json(text)
        except CountingError as error:
            raise RecordingError(f"{error} Remove the file, and it is counted again", result) from error
        return replace(session, provenance=session.provenance.of({}, file))

    def _file(self, place: str, key: str) -> str:
        return os.path.join(self._folder, f"{place}-{key}.json")


def _place(path: str) -> str:
    """Name what lies at an absolute path in letters that every file system takes."""
    digest = hashlib.blake2b(os.fsencode(path), digest_size=8).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9._]', '_', os.path.basename(path))[:60]}-{digest}"
