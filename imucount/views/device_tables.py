"""Tables to read of the sensors that are supported, and of the devices that are near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from imucount.outside_text import printable_line
from imucount.sensors import Sensor

if TYPE_CHECKING:
    from imucount.sources.nearby import Nearby

__all__ = ["nearby_table", "sensors_table"]

NOT_KNOWN = "-"


def sensors_table(sensors: Sequence[type[Sensor]]) -> RenderableType:
    """Lay out what each kind of sensor can do, and how far that was proven."""
    parts: list[RenderableType] = []
    for kind in sensors:
        sensor = kind()
        facts = Table.grid(Column(style="dim", no_wrap=True), Column(), padding=(0, 2))
        facts.add_row("Rates", Text(", ".join(f"{rate_hz:g}" for rate_hz in kind.rates_hz) + " Hz"))
        facts.add_row("Gyroscope", _gyroscope(sensor))
        facts.add_row("Time", _time(sensor))
        facts.add_row("Latency", f"up to {kind.latency_s:g} s")
        facts.add_row("Proven", Text(printable_line(kind.proven)))
        parts += [
            Text.assemble((printable_line(kind.key), "bold"), f": {printable_line(kind.products)}"),
            Padding(facts, (0, 2), expand=False),
            Text(),
        ]
    return Group(*parts[:-1])


def _gyroscope(sensor: Sensor) -> str:
    if not sensor.has_gyroscope:
        return "no: the direction of circles is unknown"
    return "yes" if sensor.gyr_range_dps is None else f"yes, up to {sensor.gyr_range_dps:g} deg/s"


def _time(sensor: Sensor) -> str:
    if sensor.ticks is not None:
        return "the sensor's own clock"
    return "by arrival" + (", and packets are numbered" if sensor.counter is not None else "")


def nearby_table(nearby: Sequence[Nearby]) -> RenderableType:
    """Lay out the devices that were heard."""
    columns = [Column("Name"), Column("Kind"), Column("Signal", justify="right"), Column("Address", no_wrap=True)]
    has_battery = any(each.battery_percent is not None for each in nearby)
    if has_battery:
        columns.insert(3, Column("Battery", justify="right"))
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for each in nearby:
        rssi_dbm = each.found.rssi_dbm
        percent = NOT_KNOWN if each.battery_percent is None else f"{each.battery_percent:.0f} %"
        table.add_row(
            Text(printable_line(each.found.advertisement.name or NOT_KNOWN)),
            Text(NOT_KNOWN if each.sensor is None else printable_line(each.sensor.key)),
            NOT_KNOWN if rssi_dbm is None else f"{rssi_dbm} dBm",
            *([percent] if has_battery else []),
            Text(printable_line(each.found.address)),
        )
    return table
