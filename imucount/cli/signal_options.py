"""Options by which a person says what a signal is: its axes, its units, and whose rows they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imucount.cli.group import Number
from imucount.errors import CountingError

if TYPE_CHECKING:
    from imucount.formats.reading import ReadingOptions

__all__ = ["axes_options", "file_options", "reading", "reading_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


class _Axes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "axes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Make axes of text."""
        from imucount.axis_map import AxisMap

        try:
            return AxisMap(value).text
        except CountingError as error:
            self.fail(f"{error}.", param, ctx)


class _Unit(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "unit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Make a quantity and its unit of text."""
        quantity, equals, unit = str(value).partition("=")
        if not equals or quantity not in ("t", "acc", "gyr") or not unit:
            self.fail(f"expected a unit such as gyr=rad/s, of t, acc or gyr, got {value!r}.", param, ctx)
        return quantity, unit


def _as_mapping(
    ctx: click.Context, param: click.Parameter, units: tuple[tuple[str, str], ...]
) -> dict[str, str] | None:
    return dict(units) or None


_gyr_axes_option = click.option(
    "--gyr-axes",
    type=_Axes(),
    metavar="X,Y,Z",
    help="Which axis of the gyroscope each axis is taken from, such as y,-x,z, where a sensor's axes are not "
    "the same as those of its accelerometer.",
)
_acc_axes_option = click.option(
    "--acc-axes", type=_Axes(), metavar="X,Y,Z", help="The same for the axes of the accelerometer."
)
_units_option = click.option(
    "--units",
    multiple=True,
    type=_Unit(),
    callback=_as_mapping,
    metavar="WHAT=UNIT",
    help="A unit in FILE that you know, such as gyr=rad/s, of t, acc or gyr: it wins over what FILE says, and "
    "over what the values look like.",
)
_device_option = click.option(
    "--device",
    metavar="NAME",
    help="Whose rows to read, of a recording of several devices.",
)
_rate_option = click.option(
    "--rate",
    "sampling_rate_hz",
    type=Number(0, min_open=True),
    metavar="HZ",
    help="Rows a second, of a file that has neither the time of its rows nor their rate.",
)
_acc_sign_option = click.option(
    "--acc-sign",
    type=click.Choice(["1", "-1"]),
    help="-1 where an axis that points up at rest reads -1 g, as with iPhones; where the files leave it open.",
)
_columns_option = click.option(
    "--columns",
    metavar="NAMES",
    help="What the columns of a table are, where no program is known by it: time=T,acc=A,B,C,gyr=D,E,F; their "
    "units by --units.",
)
_separator_option = click.option(
    "--separator",
    metavar="CHARACTER",
    help="What stands between the cells of a row, where it is mistaken: a comma, semicolon, bar or blank, or tab.",
)
_layout_option = click.option(
    "--layout",
    type=click.Path(),
    metavar="TOML",
    help="All this out of a file, as `imucount inspect --save-layout` writes it; what else is told is over it.",
)


def axes_options(command: Command) -> Command:
    """Add what may be said about the axes of a sensor."""
    return _gyr_axes_option(_acc_axes_option(command))


def file_options(command: Command) -> Command:
    """Add what may be said about files, but for their rate and axes."""
    return _device_option(
        _units_option(_acc_sign_option(_columns_option(_separator_option(_layout_option(command)))))
    )


def reading_options(command: Command) -> Command:
    """Add all that may be said about how files are to be read."""
    return axes_options(_rate_option(file_options(command)))


def reading(told: Mapping[str, Any]) -> ReadingOptions:
    """Make of these options what `imucount.read` takes."""
    from imucount.formats.named_columns import columns_of_option

    options = dict(told)
    sign, columns = options.pop("acc_sign"), options.pop("columns")
    options["acc_sign"] = None if sign is None else int(sign)
    if options["separator"] == "tab":
        options["separator"] = "\t"
    options["columns"] = None if columns is None else columns_of_option(columns)
    return options  # type: ignore[return-value]  # the options are named as its keys
