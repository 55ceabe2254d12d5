"""The command simulate: a recording of a virtual shoulder."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

import click

from imucount.cli.group import Number
from imucount.cli.screen import progress
from imucount.outside_text import printable_line
from imucount.paths import name_of
from imucount.whole_file import check_place, replaced

if TYPE_CHECKING:
    from imucount.sets import Side
    from imucount.simulate import Simulation

__all__ = ["simulate"]


@click.command(
    short_help="Write a simulated recording.",
    epilog="Example: imucount simulate session.csv --side left --period 4 --separate --labels truth.csv",
)
@click.argument("out", type=click.Path())
@click.option("--labels", type=click.Path(), metavar="FILE", help="Write the truth, a row a circle, to this CSV.")
@click.option(
    "--side",
    type=click.Choice(["left", "right"]),
    default="right",
    show_default=True,
    help="The shoulder that wears the clip.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed, other chance."
)
@click.option("--rate", type=Number(1, 1000), default=100, show_default=True, help="Samples a second.")
@click.option("--sets", type=click.IntRange(1, 100), default=3, show_default=True, help="Sets of each direction.")
@click.option("--reps", type=click.IntRange(1, 1000), default=10, show_default=True, help="Circles in a set.")
@click.option("--period", type=Number(0.2, 60), default=3, show_default=True, help="Length of a circle, s.")
@click.option("--rest", type=Number(0.1, 3600), default=30, show_default=True, help="Rest between sets, s.")
@click.option("--separate", is_flag=True, help="Four separate moves with pauses, as beginners do.")
@click.option(
    "--elevation",
    type=Number(0, 90),
    default=20,
    show_default=True,
    help="Range of the clavicle up, deg.",
)
@click.option(
    "--protraction",
    type=Number(0, 90),
    default=12,
    show_default=True,
    help="Range of the clavicle forward, deg.",
)
@click.option("--accelerometer-only", is_flag=True, help="A clip without gyroscope.")
@click.option("--loss", type=Number(0, 0.9), default=0, show_default=True, help="Share of lost packets.")
@click.option("--poor", is_flag=True, help="A poor sensor: noise, large bias, scale errors, a clock 2 % fast.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def simulate(
    out: str,
    labels: str | None,
    side: Side,
    seed: int,
    rate: float,
    sets: int,
    reps: int,
    period: float,
    rest: float,
    separate: bool,
    elevation: float,
    protraction: float,
    accelerometer_only: bool,
    loss: float,
    poor: bool,
    force: bool,
) -> None:
    """Write a simulated recording to OUT, by default of the prescribed programme.

    The programme is 3 sets of 10 forward circles and 3 sets of 10 backward ones.

    Forward goes back, up, forward, down; seen from the wearer's right side it is clockwise.

    The file's header says that it is simulated.
    """
    if labels is not None and os.path.abspath(labels) == os.path.abspath(out):
        raise click.UsageError("--labels must be another file than OUT.")
    for path in (out, labels):
        if path is not None and os.path.isfile(path) and not force:
            raise click.ClickException(f"{path} exists; --force replaces it.")
    for path in (out, labels):
        if path is not None:
            check_place(path)
    from imucount.formats.recording import Recording, write_csv
    from imucount.simulate import Clip, Wearer, programme
    from imucount.simulate import simulate as perform

    sensor: dict[str, float] = {}
    if poor:
        sensor = {"acc_noise_ug": 400.0, "gyr_noise_mdps": 30.0, "gyr_bias_dps": 8.0}
        sensor |= {"scale_error": 0.02, "misalignment_deg": 2.0, "clock_error": 0.02}
    script = programme(
        period_s=period,
        rest_s=rest,
        separate=separate,
        elevation_deg=elevation,
        protraction_deg=protraction,
        reps=reps,
        sets=sets,
    )
    clip = Clip(sampling_rate_hz=rate, packet_loss=loss, gyroscope=not accelerometer_only, **sensor)  # type: ignore[arg-type]
    with progress(f"Simulating {name_of(out)}"):
        simulation = perform(script, wearer=Wearer(side=side), clip=clip, seed=seed)
        metadata = {"simulated": "yes", "seed": str(seed)}
        write_csv(out, Recording(simulation.samples, side, rate, metadata))
        if labels is not None:
            _write_labels(labels, simulation)
    click.echo(
        f"{printable_line(out)}: {len(simulation.reps)} circles in {len(simulation.sets)} sets, "
        f"{simulation.samples.duration_s:.1f} s at {rate:g} Hz, {side} shoulder"
    )


def _write_labels(path: str, simulation: Simulation) -> None:
    with replaced(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rep", "set", "direction", "start_s", "end_s", "elevation_deg", "protraction_deg"])
        sets_of_reps = [number for number, each in enumerate(simulation.sets, start=1) for _ in each.reps]
        for number, (in_set, rep) in enumerate(zip(sets_of_reps, simulation.reps, strict=True), start=1):
            times = (f"{rep.start_s:.3f}", f"{rep.end_s:.3f}")
            ranges = (f"{rep.elevation_deg:.2f}", f"{rep.protraction_deg:.2f}")
            writer.writerow([number, in_set, rep.direction, *times, *ranges])
