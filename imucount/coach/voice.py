"""Voice: cues spoken by the computer's own speech, where it has one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

__all__ = ["Voice"]

PROGRAMS: dict[str, tuple[str, ...]] = {
    "spd-say": ("--priority", "text", "--"),  # a newer text takes the place of one that is being spoken
    "say": ("--",),
}
"""Programs that speak, of Linux and of macOS, with what is said to them before the text."""


class Voice:
    """Speaks cues. The newest is never one behind: it takes the place of what is still being spoken.

    Parameters
    ----------
    bell : callable, optional
        Called in place of speaking where no program can speak, or the one that there is fails.
    find : callable, optional
        Finds a program by its name, as `shutil.which` does.
    """

    def __init__(
        self,
        bell: Callable[[], None] = lambda: None,
        find: Callable[[str], str | None] = shutil.which,
    ) -> None:
        self._bell = bell
        self._command: tuple[str, ...] | None = None
        self._speaking: subprocess.Popen[bytes] | None = None
        for name, before in PROGRAMS.items():
            path = find(name)
            if path is not None:
                self._command = (path, *before)
                return

    @property
    def can_speak(self) -> bool:
        """Whether a program was found and has not failed."""
        return self._command is not None

    def say(self, texts: Sequence[str]) -> None:
        """Speak what comes together, as one text. Returns at once."""
        if not texts:
            return
        if self._speaking is not None:
            if self._speaking.poll() not in (None, 0):
                self._command = None  # there is no speech service behind the program, or no sound
            self.stop()
        if self._command is None:
            self._bell()
            return
        text = " ".join(each if each.endswith((".", "?", "!")) else f"{each}." for each in texts)
        try:
            self._speaking = subprocess.Popen(
                [*self._command, text],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._command = None
            self._bell()

    def stop(self) -> None:
        """Speak no further."""
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return
        if speaking.poll() is None:
            speaking.terminate()
        with suppress(subprocess.TimeoutExpired):
            speaking.wait(timeout=0.2)
