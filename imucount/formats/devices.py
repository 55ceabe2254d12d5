"""Devices: the rows of one of several devices that a table holds in turn."""

from __future__ import annotations

import numpy as np

from imucount.errors import SampleError
from imucount.formats.csv_rows import Rows
from imucount.outside_text import quoted

__all__ = ["DeviceRows"]

MOST_DEVICES = 32
"""More names than these are no devices: the column holds something else."""


class DeviceRows:
    """Keeps the rows of one device.

    Parameters
    ----------
    wanted : str, optional
        Its name as the table has it.
    """

    def __init__(self, wanted: str | None = None) -> None:
        self._wanted = None if wanted is None else wanted.strip()
        self._names: dict[str, None] = {}
        self._kept = 0

    def update(self, rows: Rows) -> Rows:
        """Take rows, and give those of the device.

        Raises
        ------
        SampleError
            If they are of several and none was named.
        """
        if rows.devices is None or len(self._names) > MOST_DEVICES:
            return rows
        names = np.array([str(name).strip() for name in rows.devices], dtype=object)
        self._names |= dict.fromkeys(sorted(set(names)))
        if self._wanted is None:
            if 1 < len(self._names) <= MOST_DEVICES:
                raise SampleError(
                    f"expected the rows of one device, got those of {self._told()}; say which, as by "
                    f"--device {quoted(next(iter(self._names)), 40)}"
                )
            return rows
        kept = rows.taken(names == self._wanted)
        self._kept += len(kept)
        return kept

    def finish(self) -> None:
        """Close the table.

        Raises
        ------
        SampleError
            If a device was named that it does not have.
        """
        if self._wanted is not None and not self._kept:
            got = self._told() if self._names else "no column that names devices"
            raise SampleError(f"expected rows of the device {quoted(self._wanted, 40)}, got {got}")

    def _told(self) -> str:
        names = list(self._names)
        told = ", ".join(quoted(name, 40) for name in names[:8])
        return f"{len(names)}: {told}{', ...' if len(names) > 8 else ''}"
