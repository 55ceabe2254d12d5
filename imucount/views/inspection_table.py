"""What a recording holds, as a table to read. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from imucount.formats.inspection import Inspection
from imucount.outside_text import printable_line
from imucount.sets import Gap
from imucount.views.wording import NOT_KNOWN, clock_time, gaps_line, number_of, shoulder

__all__ = ["inspection_table"]

NOTES_SHOWN = 20
"""As many fit a screen; the file has them all."""


def inspection_table(inspection: Inspection) -> RenderableType:
    """Lay out what a recording holds and how it was understood."""
    measured = {"t": "time", "acc": "specific force", "gyr": "angular rate"}
    rows = {
        "Kind": "imucount's own recording" if inspection.is_own else inspection.layout or "table of text",
        "Columns": ", ".join(inspection.columns),
        "Units": ", ".join(f"{measured[name]} in {unit}" for name, unit in inspection.units.items()),
        "Gyroscope": "yes" if inspection.has_gyroscope else "no: the direction of circles is unknown",
        "Side": shoulder(inspection.side)
        if inspection.side
        else "not told; without it, as by --side, the direction of circles is unknown",
        "Samples": f"{inspection.n_samples} in {clock_time(inspection.duration_s)}",
        "Start": f"{inspection.start_s:.6g} s on the recording's clock",
        "Nominal rate": NOT_KNOWN if inspection.nominal_rate_hz is None else f"{inspection.nominal_rate_hz:g} Hz",
        "Effective rate": f"{inspection.rate_hz:.4g} Hz; {inspection.mean_rate_hz:.4g} Hz on average",
        "Lost": f"{100 * inspection.lost_share:.1f} % of the samples, in gaps and elsewhere",
        "Gaps": _with_places(inspection.gaps),
        "Bridged": _with_places(inspection.bridged),
        "Gravity": f"median of |acc| is {inspection.median_acc_m_s2:.2f} m/s², at rest it should be about 9.81",
    }
    if inspection.renamed:
        rows["Taken as"] = ", ".join(f"{theirs} as {ours}" for ours, theirs in inspection.renamed.items())
    if inspection.written_with:
        rows["Written with"] = ", ".join(inspection.written_with)
    if inspection.ignored:
        rows["Not read"] = ", ".join(inspection.ignored)
    table = Table.grid(Column(style="dim", no_wrap=True), Column(overflow="fold"), padding=(0, 2))
    for name, value in (rows | {f"# {key}": value for key, value in inspection.metadata.items()}).items():
        table.add_row(Text(printable_line(name)), Text(printable_line(value)))
    for note in inspection.notes[:NOTES_SHOWN]:
        table.add_row("Note", Text(printable_line(note)))
    if len(inspection.notes) > NOTES_SHOWN:
        table.add_row("", f"and {number_of(len(inspection.notes) - NOTES_SHOWN, 'note')} more")
    if inspection.problem is None:
        verdict = Text.assemble(("Verdict: ", "bold"), ("can be counted", "green"))
    else:
        verdict = Text.assemble(
            ("Verdict: ", "bold"), ("cannot be counted: ", "red"), printable_line(inspection.problem)
        )
    warnings = [Text.assemble(("Warning: ", "yellow"), printable_line(warning)) for warning in inspection.warnings]
    return Group(Text(printable_line(inspection.path), "bold"), Text(), table, Text(), *warnings, verdict)


def _with_places(gaps: Sequence[Gap], shown: int = 5) -> str:
    if not gaps:
        return "none"
    longest = sorted(sorted(gaps, key=lambda gap: -gap.duration_s)[:shown], key=lambda gap: gap.start_s)
    told = ", ".join(f"{gap.duration_s:.2f} s at {gap.start_s:.2f} s" for gap in longest)
    return f"{gaps_line(gaps)}{':' if len(gaps) <= shown else ', the longest:'} {told}"
