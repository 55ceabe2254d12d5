import io
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from imucount.counter import Progress, RepCounter
from imucount.formats.inspection import inspect_csv
from imucount.formats.recording import Recording, RecordingWriter, write_csv
from imucount.reps import POSITIONS, Phase, Rep
from imucount.samples import Samples
from imucount.session import Session
from imucount.sets import Gap, RepSet
from imucount.simulate import programme, simulate
from imucount.sources.source import Notice
from imucount.views.inspection_table import inspection_table
from imucount.views.live_view import Arranged, big_number, live_view, present_notices, rep_line
from imucount.views.session_table import session_table
from imucount.views.wording import clock_time


def rep(start_s, end_s, direction="forward", elevation_deg=12.0, protraction_deg=8.0):
    edges = np.linspace(start_s, end_s, 5).tolist()
    phases = tuple(Phase(*each) for each in zip(POSITIONS[direction], edges, edges[1:]))
    return Rep(start_s, end_s, direction, phases, elevation_deg, protraction_deg, 0.9)


def session(*sets, warnings=(), gaps=(), side="right"):
    reps = tuple(each for rep_set in sets for each in rep_set.reps)
    return Session(0.0, 125.4, side, 99.987, reps, tuple(sets), gaps, warnings)


SETS = (
    RepSet((rep(8.0, 11.0, elevation_deg=11.0), rep(11.0, 15.0, elevation_deg=14.0)), None),
    RepSet((rep(40.25, 43.0, "backward"),), 25.25),
    RepSet((rep(60.0, 66.0, "unknown", protraction_deg=None),), 17.0),
)


def rendered(renderable, width=80, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    Console(file=file, width=width, highlight=False).print(renderable)
    file.flush()
    return file.buffer.getvalue().decode(encoding)


def line_with(text, word):
    (line,) = [line for line in text.splitlines() if word in line]
    return line


def test_a_set_is_a_row():
    lines = rendered(session_table(session(*SETS), "x.csv")).splitlines()
    assert lines[0] == "x.csv: 2:05, 99.99 Hz, right shoulder"
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines if re.match(r"\s+\d+\s", line)]
    assert rows == [
        ["1", "forward", "2", "3.50 ± 0.71", "17.1", "12.5°", "8.0°", "-"],
        ["2", "backward", "1", "2.75", "21.8", "12.0°", "8.0°", "25.2 s"],
        ["3", "unknown", "1", "6.00", "10.0", "12.0°", "-", "17.0 s"],
    ]
    assert lines[-1] == "4 circles in 3 sets: 2 forward, 1 backward, 1 of unknown direction"


def test_directions_that_did_not_come_are_not_in_the_totals():
    assert rendered(session_table(session(SETS[1]))).splitlines()[-1] == "1 circle in 1 set: 1 backward"


def test_a_warning_is_a_line():
    warnings = ("The clip was moved at 31 s.", "Columns that are not read: [red].")
    lines = rendered(session_table(session(*SETS, warnings=warnings))).splitlines()
    assert lines[-2:] == [f"Warning: {warning}" for warning in warnings]


def test_a_session_without_circles_says_so():
    text = rendered(session_table(session(side=None, gaps=(Gap(1.0, 3.0), Gap(7.0, 8.5)))))
    assert text == "2:05, 99.99 Hz, side not told, 2 gaps of 3.5 s in all\nNo circles were counted.\n"


def test_a_name_is_not_taken_for_markup():
    assert rendered(session_table(session(), "[bold]a[/x].csv")).startswith("[bold]a[/x].csv: ")


def test_the_programme_fits_eighty_columns():
    reps = tuple(rep(start_s, start_s + 10.5 + start_s % 3) for start_s in np.arange(0.0, 120.0, 12.0).tolist())
    text = rendered(session_table(session(RepSet(reps, None), RepSet(reps, 1030.0))))
    assert "1030.0 s" in line_with(text, "  2  forward")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
@pytest.mark.parametrize("width", [12, 24, 40, 79, 200])
def test_no_number_is_lost_on_narrow_or_plain_terminals(width, encoding):
    words = re.split(r"[\s|]+", rendered(session_table(session(*SETS)), width, encoding))
    for number in ["3.50", "0.71", "17.1", "2.75", "21.8", "6.00", "10.0", "25.2"]:
        assert words.count(number) == 1, number


def test_a_circle_is_a_line():
    assert rep_line(1, 2, SETS[0].reps[1]) == "set 1, rep 2: forward, ended at 15.00 s, took 4.00 s"


def test_the_number_of_the_present_set_is_big():
    lines = rendered(live_view(SETS[:1], Progress(3, 1, 0.25), 21.3, "x.csv")).splitlines()
    assert lines[0] == "x.csv at 21.3 s"
    big = big_number(2).splitlines()
    block = lines[2:]
    assert [line.strip()[:3].rstrip() for line in block] == [row.strip() for row in big]
    assert [line[8:].strip() for line in block] == [
        "Set 1, forward",
        "2 circles in all",
        "resting for 0:06",
        "",
        "█████░░░░░░░░░░░░░░░",
    ]


@pytest.mark.parametrize("width", [16, 24, 200])
def test_the_big_number_stays_whole(width):
    text = rendered(live_view(SETS[:1], Progress(3, 1, 0.25), 21.3), width)
    drawn = [line[2:].rstrip() for line in text.splitlines() if "█" in line[:5]]
    assert [line[:3].rstrip() for line in drawn] == [row.rstrip() for row in big_number(2).splitlines()]


def on_screen(views, width, height):
    """What a screen of this size shows."""
    file = io.StringIO()
    console = Console(
        file=file, width=width, height=height, highlight=False, force_terminal=True, color_system=None
    )
    console.print(Arranged(views))
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert all(len(line) <= width for line in lines)
    return lines


def views_of(n, notices=(), phase=0.25):
    titles = ["left", "right", "third"]
    return [live_view(SETS[:1], Progress(3, 1, phase), 16.3, title, notices) for title in titles[:n]]


def test_of_two_clips_on_a_small_screen_both_numbers_are_big():
    lines = on_screen(views_of(2), 40, 12)
    assert len(lines) <= 12
    assert lines[0].split() == ["left", "at", "16.3", "s", "right", "at", "16.3", "s"]
    assert [line.split() for line in lines[1:6]] == [row.split() * 2 for row in big_number(2).splitlines()]
    assert lines[6].split() == ["Set", "1,", "forward"] * 2


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize(("width", "height"), [(20, 8), (24, 12), (40, 12), (80, 12), (80, 24), (200, 50)])
def test_however_small_the_screen_every_clip_and_its_number_are_seen(n, width, height):
    lines = on_screen(views_of(n), width, height)
    assert len(lines) <= height
    text = "\n".join(lines)
    assert "left at" in text
    assert n == 1 or "right at" in text
    drawn = [line for line in lines if "███" in line]
    assert drawn or text.count("2  Set 1, forward") == n


def test_where_there_is_room_clips_are_one_above_the_other():
    lines = on_screen(views_of(2), 80, 24)
    assert [line.split()[0] for line in lines if " at " in line] == ["left", "right"]


def test_a_lost_link_is_shown_until_it_is_back_and_what_is_over_for_a_while():
    lost = Notice(16.0, "dropped", "The link was lost.")
    back = Notice(16.2, "reconnected", "The link is back.")
    low = Notice(1.0, "battery", "The battery is low.")
    for notices, shown in [
        ([low, lost], "The link was lost."),
        ([lost, back], "The link is back."),
        ([low], None),
    ]:
        for size in ((80, 24), (40, 12)):
            told = [line for line in on_screen(views_of(2, notices), *size) if "The " in line]
            assert len(told) == (0 if shown is None else 2)
            assert all(shown in line for line in told)
    assert present_notices([low], 10.9) == (low,)


def test_outside_of_a_set_a_circle_may_wait_to_be_confirmed():
    waiting, none = (rendered(live_view(SETS[:1], Progress(2, pending, None), 40.0)) for pending in (1, 0))
    assert "a circle to be confirmed" in waiting
    assert "confirmed" not in none
    assert "resting for 0:25" in none


@pytest.mark.parametrize(
    ("sets", "progress", "now_s", "number", "said"),
    [
        (SETS[:1], Progress(2, 0, 0.3), 16.0, "2", "Set 1, forward"),
        (SETS[:1], Progress(2, 0, 0.95, 1), 18.4, "3?", "Set 1, forward"),
        (SETS[:1], Progress(2, 1, None, 1), 18.8, "3?", "Set 1, forward"),
        (SETS[:1], Progress(2, 1, None, 1), 30.0, "1?", "Set 2, to be confirmed"),
        ((), Progress(0, 1, None, 1), 5.0, "1?", "Set 1, to be confirmed"),
    ],
)
def test_a_circle_that_is_not_certain_counts_at_once_and_is_marked(sets, progress, now_s, number, said):
    view = live_view(sets, progress, now_s)
    assert view.brief_number == number
    assert view.number == big_number(number.ljust(2))
    assert view.number_width == live_view(SETS[:1], Progress(2, 0, None), now_s).number_width  # nothing jumps
    assert said in rendered(view)


def test_the_marked_number_is_what_the_next_circle_makes_certain():
    samples = simulate(programme(sets=1, reps=4, rest_s=8.0), seed=3).samples
    counter, shown = RepCounter("right"), ["0"]
    for start in range(0, len(samples), 20):
        piece = samples[start : start + 20]
        counter.update(piece)
        number = live_view(counter.sets, counter.progress, float(piece.t[-1])).brief_number
        if number != shown[-1]:
            shown.append(number)
    certain = [number for number in shown if "?" not in number]
    assert certain == ["0", "2", "3", "4", "2", "3", "4"]
    assert shown.index("1?") < shown.index("2")
    assert all(shown.index(f"{n}?") < shown.index(str(n)) for n in (3, 4))


def test_before_the_first_circle_the_number_is_zero():
    text = rendered(live_view((), Progress(0, 0, None), 1.0))
    assert "No circle yet" in text
    assert all(row in text for row in big_number(0).splitlines())


CYCLIC = tuple(
    RepSet(
        tuple(Rep(t, t + 2.0, "unknown", (), None, None, 0.9) for t in np.arange(start_s, start_s + 6.0, 2.0)),
        rest,
    )
    for start_s, rest in ((10.0, None), (40.0, 24.0))
)


@pytest.mark.parametrize("width", [30, 80])
def test_of_other_exercises_nothing_is_told_that_only_circles_have(width):
    text = rendered(session_table(replace(session(*CYCLIC), exercise="cyclic")), width)
    words = text.split()
    assert words.count("2.00") == words.count("30.0") == 2
    assert "24.0 s" in text
    assert "6 reps in 2 sets" in text
    for word in ("unknown", "elevation", "protraction", "direction", "circle"):
        assert word not in text.lower()
    assert rep_line(1, 2, CYCLIC[0].reps[1]) == "set 1, rep 2: ended at 14.00 s, took 2.00 s"


def test_of_other_exercises_the_present_set_grows_before_it_is_certain():
    text, after, none = (
        rendered(live_view(sets, Progress(3 * len(sets), pending, None, pending), 60.0, exercise="cyclic"))
        for sets, pending in ((CYCLIC[:1], 7), (CYCLIC[:1], 0), ((), 0))
    )
    assert all(row in text for row in big_number(7).splitlines())
    assert "Set 2, to be confirmed" in text
    assert all(row in after for row in big_number(3).splitlines())
    assert "resting for 0:44" in after
    assert "No rep yet" in none
    assert "unknown" not in text + after + none


def test_digits_can_be_told_apart():
    drawn = [big_number(digit) for digit in range(10)]
    assert len(set(drawn)) == 10
    for digit, other in [(1, 0), (3, 7), (5, 9)]:
        rows = zip(drawn[digit].splitlines(), drawn[other].splitlines(), strict=True)
        assert big_number(10 * digit + other).splitlines() == [f"{left}   {right}" for left, right in rows]


@given(st.floats(0, 1e6))
def test_a_clock_shows_every_second(seconds):
    parts = [int(part) for part in clock_time(seconds).split(":")]
    assert all(part < 60 for part in parts[1:])
    assert sum(part * 60**power for power, part in enumerate(reversed(parts))) == round(seconds)


def nodding(n=1000):
    t = np.arange(n) / 50.0
    angle = 0.2 * np.sin(np.pi * t)
    acc = 9.81 * np.column_stack([0 * t, np.sin(angle), np.cos(angle)])
    return Samples(t, acc, np.column_stack([0.2 * np.pi * np.cos(np.pi * t), 0 * t, 0 * t]))


def test_what_a_recording_holds(tmp_path):
    whole = nodding()
    parts = [whole[:300], whole[400:]]
    recording = Recording(Samples.concatenate(parts), "left", 50.0, {"sensor": "clip 7"})
    write_csv(tmp_path / "x.csv", recording)
    text = rendered(inspection_table(inspect_csv(tmp_path / "x.csv")), width=200)
    for name, value in {
        "Columns": "t, ax, ay, az, gx, gy, gz",
        "Units": "specific force in m/s^2, angular rate in rad/s",
        "Gyroscope": "yes",
        "Side": "left shoulder",
        "Samples": "900 in 0:20",
        "Nominal rate": "50 Hz",
        "Effective rate": "50 Hz; 44.99 Hz on average",
        "Lost": "10.0 % of the samples",
        "Gaps": "1 gap of 2.0 s in all: 2.02 s at 5.98 s",
        "Bridged": "none",
        "Gravity": "9.81 m/s²",
        "# sensor": "clip 7",
    }.items():
        assert value in line_with(text, f"{name}  "), name
    assert text.splitlines()[-1] == "Verdict: can be counted"


def test_a_wrong_unit_is_the_verdict(tmp_path):
    samples = nodding()
    write_csv(tmp_path / "x.csv", Recording(Samples(samples.t, samples.acc / 9.81)))
    inspection = inspect_csv(tmp_path / "x.csv")
    text = rendered(inspection_table(inspection), width=1000)
    assert text.splitlines()[-1] == f"Verdict: cannot be counted: {inspection.problem}"
    assert "no: the direction of circles is unknown" in line_with(text, "Gyroscope")
    assert "not told" in line_with(text, "Side")


def test_many_gaps_are_shortened_to_the_longest(tmp_path):
    write_csv(tmp_path / "x.csv", Recording(nodding()))
    inspection = inspect_csv(tmp_path / "x.csv")
    gaps = tuple(Gap(10.0 * n, 10.0 * n + 1.0 + n % 7) for n in range(20))
    line = line_with(rendered(inspection_table(replace(inspection, gaps=gaps)), width=300), "Gaps")
    assert (
        "20 gaps of 77.0 s in all, the longest: 6.00 s at 50.00 s, 7.00 s at 60.00 s, 6.00 s at 120.00 s" in line
    )
    assert line.count(" s at ") == 5


def test_a_file_cannot_command_the_terminal(tmp_path):
    path = tmp_path / "x.csv"
    write_csv(path, Recording(nodding()))
    path.write_text(path.read_text("utf-8").replace("# units", "# note: \x9b31m red\n# units"), "utf-8")
    text = rendered(inspection_table(inspect_csv(path)))
    assert r"\x9b31m red" in line_with(text, "# note")
    assert "\x9b" not in text


def test_an_inspection_shows_the_notes_of_a_live_recording(tmp_path):
    path = tmp_path / "x.csv"
    t = np.arange(300) / 100
    with RecordingWriter(path, has_gyroscope=False) as writer:
        writer.append(Samples(t, np.random.default_rng(0).normal((0, 0, 9.81), 0.1, (300, 3))))
        for number in range(25):
            writer.note(f"{number}.000 s: dropped: The link was lost.")
    lines = rendered(inspection_table(inspect_csv(path))).splitlines()
    notes = [line.split(None, 1)[1].rstrip() for line in lines if line.startswith("Note ")]
    assert notes == [f"{number}.000 s: dropped: The link was lost." for number in range(20)]
    assert any(line.strip() == "and 5 notes more" for line in lines)
