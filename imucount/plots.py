"""Pictures of what was counted and seen, drawn with matplotlib: the signals, the loops, the tempo.

Nothing is told by colour alone: lines differ in style, reps in the shape of their marks. The colours are those of
Okabe and Ito (2008), which colour-blind readers tell apart; they differ in brightness, too, for print.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, cycle
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from imucount.errors import CountingError
from imucount.reps import Rep, Tempo
from imucount.samples import FloatArray
from imucount.signals import CircleSignals, CyclicSignals, Signals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loops", "plot_signals", "plot_tempo"]

RepSets = Sequence[Sequence[Rep]]
"""The reps of each set; none of them is empty."""

Span = tuple[float, float]
"""Start and end, s."""

BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"

MARKS = {"forward": ">", "backward": "<", "unknown": "o", "rep": "o", "steps": "x"}
LINES = {"forward": (BLUE, "-"), "backward": (VERMILION, "--"), "unknown": (GREY, ":")}
AXIS_LINES = (("x", BLUE, "-"), ("y", VERMILION, "--"), ("z", GREEN, ":"))

OVER, UNDER = 1.04, 0.03
"""Height of the marks of what was counted, and of what was not, as a share of the axes."""


def plot_signals(
    signals: Signals, sets: RepSets, gaps: Sequence[Span], whole: Span, knows_side: bool, ax: Axes | None
) -> Axes:
    """Draw what a counter saw over time, as of `imucount.Session.plot`."""
    ax = _axes(ax, (10.0, 3.6))
    if isinstance(signals, CyclicSignals):
        moved = signals.acc - signals.acc.mean(axis=0) if len(signals.acc) else signals.acc
        for (name, colour, style), values in zip(AXIS_LINES, moved.T, strict=True):
            line = _broken(signals.t_s, values)
            ax.plot(*line, color=colour, linestyle=style, linewidth=0.9, label=f"axis {name}")
        ax.set_ylabel("acceleration without its mean (m/s²)")
    else:
        ax.plot(*_broken(signals.t_s, signals.elevation_deg), color=BLUE, linewidth=1.1, label="elevation")
        if not np.isnan(signals.protraction_deg).all():
            name = "protraction" if knows_side else "turn to the left"
            turned = _broken(signals.t_s, signals.protraction_deg)
            ax.plot(*turned, color=VERMILION, linestyle="--", linewidth=1.0, label=name)
        ax.set_ylabel("angle at the clip (deg)")
        ax.set_ylim(*_limits(signals))
    for reps in sets:
        _shade(ax, reps)
    for kind, reps in _by_kind(sets).items():
        middles_s = [0.5 * (rep.start_s + rep.end_s) for rep in reps]
        _mark(ax, kind, middles_s, [OVER] * len(reps), markersize=4, **_beside(ax))
    if signals.rejected:
        middles_s = [0.5 * (each.start_s + each.end_s) for each in signals.rejected]
        look: dict[str, Any] = {"color": GREY, "markersize": 4, "label": "seen, not counted"}
        ax.plot(middles_s, [UNDER] * len(middles_s), "x", **look, **_beside(ax))
    for number, gap in enumerate(gaps):
        label = "no samples" if number == 0 else None
        ax.axvspan(*gap, facecolor="none", edgecolor=GREY, hatch="//", linewidth=0.0, label=label)
    _finish_time(ax, whole)
    return ax


def plot_loops(signals: Signals, sets: RepSets, knows_side: bool, ax: Axes | None) -> Axes:
    """Draw the loop of each rep, as of `imucount.Session.plot_loops`."""
    ax = _axes(ax, (5.2, 4.6))
    if isinstance(signals, CyclicSignals):
        _draw_cycles(ax, sets, signals)
    else:
        _draw_circles(ax, sets, signals, knows_side)
    _finish(ax)
    return ax


def plot_tempo(sets: RepSets, whole: Span, noun: str, ax: Axes | None) -> Axes:
    """Draw how long each rep took, as of `imucount.Session.plot_tempo`."""
    ax = _axes(ax, (8.0, 3.2))
    for number, reps in enumerate(sets, 1):
        ax.plot([rep.start_s for rep in reps], [rep.duration_s for rep in reps], color=GREY, linewidth=0.7)
        tempo = Tempo.of(reps)
        if tempo is not None:
            label = "mean of the set" if number == 1 else None
            ends_s, mean_s = [reps[0].start_s, reps[-1].end_s], [tempo.period_s] * 2
            ax.plot(ends_s, mean_s, color="black", linewidth=1.4, label=label)
        _write(ax, reps, f"set {number}", 0.02)
    for kind, reps in _by_kind(sets).items():
        _mark(ax, kind, [rep.start_s for rep in reps], [rep.duration_s for rep in reps], markersize=5)
    ax.set_ylim(0.0, 1.25 * max((rep.duration_s for rep in chain(*sets)), default=1.0))
    ax.set_ylabel(f"length of a {noun} (s)")
    _finish_time(ax, whole)
    return ax


def _draw_circles(ax: Axes, sets: RepSets, signals: CircleSignals, knows_side: bool) -> None:
    has_protraction = not np.isnan(signals.protraction_deg).all()
    left = {kind: len(reps) for kind, reps in _by_kind(sets).items()}
    for rep, loop in zip(chain(*sets), signals.loops, strict=False):
        colour, style = LINES[rep.direction]
        n = left.pop(rep.direction, None)
        label = None if n is None else f"{rep.direction}, {n}"
        x = loop.protraction_deg if has_protraction else loop.phase
        ax.plot(x, loop.elevation_deg, color=colour, linestyle=style, linewidth=0.9, alpha=0.8, label=label)
        top = int(np.argmax(loop.elevation_deg)) if len(x) else 0
        if has_protraction and 0 < top < len(x) - 1:
            after, before = ((x[at], loop.elevation_deg[at]) for at in (top + 1, top - 1))
            ax.annotate("", after, before, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 0.8})
    if not has_protraction:
        ax.set_xlabel("phase (share of the circle)")
    else:
        ax.set_xlabel(
            "protraction at the clip (deg),\nforward is right"
            if knows_side
            else "turn to the left at the clip (deg)"
        )
        ax.set_aspect("equal", adjustable="datalim")
    ax.set_ylabel("elevation at the clip (deg)")


def _draw_cycles(ax: Axes, sets: RepSets, signals: CyclicSignals) -> None:
    def about_mean(rep: Rep) -> FloatArray:
        acc = signals.acc[slice(*np.searchsorted(signals.t_s, [rep.start_s, rep.end_s]))]
        return np.asarray(acc - acc.mean(axis=0))

    if sets:
        plane = np.linalg.svd(np.concatenate([about_mean(rep) for rep in chain(*sets)]), full_matrices=False)[2][
            :2
        ]
        # The sign of such a direction is chance: the axis of the sensor that is most along it tells it.
        largest = np.take_along_axis(plane, np.abs(plane).argmax(axis=1)[:, np.newaxis], axis=1)
        plane *= np.sign(largest)
        lines = cycle((colour, style) for style in ("-", "--", ":", "-.") for colour in (BLUE, VERMILION, GREEN))
        for (number, reps), (colour, style) in zip(enumerate(sets, 1), lines):
            what = "steps" if reps[0].kind == "steps" else "reps"
            for index, rep in enumerate(reps):
                label = f"set {number}, {len(reps)} {what}" if index == 0 else None
                loop = about_mean(rep) @ plane.T
                ax.plot(*loop.T, color=colour, linestyle=style, linewidth=0.8, alpha=0.7, label=label)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel("acceleration where it varies most (m/s²)")
    ax.set_ylabel("across (m/s²)")


def _shade(ax: Axes, reps: Sequence[Rep]) -> None:
    """Shade every other rep of a set, and write above it what it is."""
    for rep in reps[::2]:
        ax.axvspan(rep.start_s, rep.end_s, color="black", alpha=0.08, linewidth=0.0)
    for edge_s in (reps[0].start_s, reps[-1].end_s):
        ax.axvline(edge_s, color=GREY, linewidth=0.6)
    kind = _kind(reps[0])
    _write(ax, reps, f"{len(reps)}\n{'reps' if kind == 'rep' else kind}", OVER + 0.04)  # narrow, beside other sets


def _write(ax: Axes, reps: Sequence[Rep], text: str, height: float) -> None:
    """Write something in the middle of a set, at a height that is a share of the axes."""
    where = (0.5 * (reps[0].start_s + reps[-1].end_s), height)
    ax.annotate(text, where, xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize="small")


def _kind(rep: Rep) -> str:
    if rep.kind == "steps":
        return "steps"
    return "rep" if rep.elevation_deg is None else rep.direction


def _by_kind(sets: RepSets) -> dict[str, list[Rep]]:
    of_kind: dict[str, list[Rep]] = {}
    for rep in chain(*sets):
        of_kind.setdefault(_kind(rep), []).append(rep)
    return of_kind


def _mark(ax: Axes, kind: str, x: Sequence[float], y: Sequence[float], **look: Any) -> None:
    colour = {"rep": GREY, "steps": GREEN}.get(kind) or LINES[kind][0]
    ax.plot(x, y, MARKS[kind], color=colour, label=kind, **look)


def _beside(ax: Axes) -> dict[str, Any]:
    """Say that heights are shares of the axes, and may lie beside them."""
    return {"transform": ax.get_xaxis_transform(), "clip_on": False}


def _limits(signals: CircleSignals) -> tuple[float, float]:
    """Choose limits in which circles are large: who turns round turns by more than any of them."""
    is_in_rep = np.isfinite(signals.phase)
    shown = np.concatenate([signals.elevation_deg, signals.protraction_deg[is_in_rep]])
    shown = shown[np.isfinite(shown)]
    low, high = np.percentile(shown, [0.5, 99.5]).tolist() if len(shown) else (0.0, 0.0)
    margin = 0.12 * max(high - low, 5.0)
    return low - margin, high + margin


def _broken(t_s: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Break a line where time jumps, so that none is drawn over a gap."""
    jumps = np.flatnonzero(np.diff(t_s) > 0.5) + 1
    return np.insert(t_s, jumps, nan), np.insert(values, jumps, nan)


def _finish_time(ax: Axes, whole: Span) -> None:
    ax.set_xlabel("time (s)")
    ax.set_xlim(whole[0], max(whole[1], whole[0] + 1.0))
    _finish(ax)


def _finish(ax: Axes) -> None:
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize="small", frameon=False)
    ax.grid(True, linewidth=0.3)
    ax.spines[["top", "right"]].set_visible(False)


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise CountingError(
            "expected matplotlib to draw with, got none; pip install 'imucount[plot]' brings it"
        ) from error
    return plt.subplots(figsize=size, layout="constrained")[1]
