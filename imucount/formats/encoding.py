"""Encoding: bytes of a text file as UTF-8, whichever encoding it was saved in."""

from __future__ import annotations

import codecs
import io

__all__ = ["Utf8File", "decoded"]

_WIDE = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

_SIGNS = frozenset("°²³µ·±")
"""What tables of measurements have beyond ASCII."""

_LOOKED_AT = 256  # bytes


class Utf8File:
    """A file of text as bytes in UTF-8, for reading; what is in UTF-8 already, or like it, is not touched.

    Text in UTF-16 is known by its mark, or by every second byte of its beginning, which is 0.

    Parameters
    ----------
    file : binary file
        At its beginning.

    Attributes
    ----------
    encoding : str
        "utf-8", "utf-16-le" or "utf-16-be".
    """

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._kept = bytearray()
        self._decoder: codecs.IncrementalDecoder | None = None
        self.encoding = "utf-8"
        head = file.read(_LOOKED_AT)
        for mark, encoding in _WIDE.items():
            if head.startswith(mark):
                head, self.encoding = head[len(mark) :], encoding
                break
        else:
            self.encoding = _without_mark(head)
        if self.encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        self._kept += self._recoded(head)

    def read(self, size: int) -> bytes:
        """Read so many bytes, fewer only at the end."""
        while len(self._kept) < size:
            piece = self._file.read(size - len(self._kept))
            if not piece:
                break
            if self._decoder is None and not self._kept:
                return piece
            self._kept += self._recoded(piece)
        piece = bytes(self._kept[:size])
        del self._kept[:size]
        return piece

    def readline(self, size: int) -> bytes:
        """Read up to and with the next line end, or so many bytes."""
        if not self._kept and self._decoder is None:
            return self._file.readline(size)
        line = bytearray()
        while len(line) < size:
            if not self._kept:
                if self._decoder is None:
                    return bytes(line) + self._file.readline(size - len(line))
                self._kept += self.read(io.DEFAULT_BUFFER_SIZE)
                if not self._kept:
                    break
            end = self._kept.find(b"\n") + 1 or len(self._kept)
            end = min(end, size - len(line))
            line += self._kept[:end]
            del self._kept[:end]
            if line.endswith(b"\n"):
                break
        return bytes(line)

    def tell(self) -> int:
        """Tell how much of the file itself was read."""
        return self._file.tell() - (len(self._kept) if self._decoder is None else 0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _recoded(self, piece: bytes) -> bytes:
        return piece if self._decoder is None else self._decoder.decode(piece).encode("utf-8", errors="replace")


def decoded(line: bytes) -> str:
    """Decode a line of unknown encoding: UTF-8, else Latin-1 if that gives the signs of units, else Chinese GBK.

    Examples
    --------
    >>> [decoded("gx (°/s)".encode(encoding)) for encoding in ("utf-8", "latin-1", "gbk")]
    ['gx (°/s)', 'gx (°/s)', 'gx (°/s)']
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        latin = line.decode("cp1252", errors="replace")
        if not {each for each in latin if not each.isascii()} <= _SIGNS:
            try:
                return line.decode("gb18030")
            except UnicodeDecodeError:
                pass
        return latin


def _without_mark(head: bytes) -> str:
    """Tell UTF-16 by the zeros of text that is mostly ASCII."""
    half = len(head) // 2
    if half >= 4:
        odd, even = head[1::2].count(0), head[0::2].count(0)
        if odd > 0.8 * half and not even:
            return "utf-16-le"
        if even > 0.8 * half and not odd:
            return "utf-16-be"
    return "utf-8"
