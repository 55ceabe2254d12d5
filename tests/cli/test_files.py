import os
import re
import signal
import subprocess

import click
import numpy as np
import pandas as pd
import pytest
from command_line import PIPES, assert_one_line_error, finished, on_terminal, run, start
from short_run import one_in

from imucount.cli import main
from imucount.counter import RepCounter
from imucount.counting import count
from imucount.formats.csv_reader import read_csv
from imucount.formats.recording import Recording, write_csv
from imucount.session import Session
from imucount.simulate import Movement, programme
from imucount.simulate import simulate as perform
from imucount.views.live_view import rep_line
from imucount.views.session_table import totals_line

READ_A_FILE = ("count", "explain", "replay", "inspect")
USE_A_CLIP = ("scan", "sensors", "live", "record")
COMMANDS = (
    *READ_A_FILE,
    "export",
    "simulate",
    "teach",
    "batch",
    "compare",
    *USE_A_CLIP,
    "coach",
    "history",
    "report",
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A set of three forward circles and one of three backward ones, right side."""
    simulation = perform(programme(sets=1, reps=3, rest_s=8.0), seed=3)
    path = tmp_path_factory.mktemp("recordings") / "short.csv"
    write_csv(path, Recording(simulation.samples, "right", 100.0))
    return path


@pytest.fixture(scope="module")
def untold(recording):
    """The same without a side, and with a column that is not read."""
    path = recording.with_name("untold.csv")
    lines = [line for line in recording.read_text("utf-8").splitlines() if not line.startswith("# side")]
    first = lines.index("t,ax,ay,az,gx,gy,gz")
    table = [f"{line},{'heart' if n == 0 else 60}" for n, line in enumerate(lines[first:])]
    path.write_text("\n".join(lines[:first] + table) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory):
    simulation = perform(programme(sets=2, reps=10), seed=4)
    path = tmp_path_factory.mktemp("recordings") / "long.csv"
    write_csv(path, Recording(simulation.samples, "right", 100.0))
    return path


# Help


def test_the_commands_are_known():
    assert set(main.commands) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"Example: imucount {name}\b", result.stdout)
    command = main.commands[name]
    assert command.short_help in run("--help").stdout
    words = " ".join(result.stdout.split())
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help
            assert all(option in words for option in param.opts)
        else:
            assert param.make_metavar(click.Context(command)) in command.help


@pytest.mark.parametrize("arguments", [[], *([name] for name in ("count", "replay", "simulate", "live"))])
def test_help_defines_the_direction(arguments):
    words = " ".join(run(*arguments, "--help").stdout.split())
    assert "orward goes back, up, forward, down; seen from the wearer's right side it is clockwise." in words


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_right_use(name):
    words = main.commands[name].epilog.removeprefix(f"Example: imucount {name}").partition(" > ")[0].split()
    main.commands[name].make_context(name, words)


def test_help_imports_nothing_slow():
    code = (
        "import sys; from imucount.cli import main; main(['--help'], standalone_mode=False); "
        "print('imported', {'numpy', 'scipy', 'pandas', 'rich', 'bleak', 'asyncio'} & set(sys.modules))"
    )
    code, out, _ = finished(start(code=code, cold=True, text=True, **PIPES))
    assert (code, out.splitlines()[-1]) == (0, "imported set()")


def test_version():
    assert re.match(r"imucount\b.*\n\Z", run("--version").stdout)


# Counting


def test_count_shows_each_set_and_the_totals(recording):
    result = run("count", recording)
    session = count(recording)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert [rep_set.direction for rep_set in session.sets] == ["forward", "backward"]
    rows = re.findall(r"^ +(\d+) +(\w+) +(\d+) ", result.stdout, re.MULTILINE)
    assert rows == [("1", "forward", "3"), ("2", "backward", "3")]
    assert result.stdout.splitlines()[-1] == totals_line(session)


def test_json_is_the_session(recording):
    result = run("count", recording, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert Session.from_json(result.stdout) == count(recording)


def test_csv_is_the_table_of_reps(recording):
    result = run("count", recording, "--csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == count(recording).to_frame().to_csv(lineterminator="\n")


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_warnings_go_to_stderr_where_data_go_to_stdout(untold, form):
    result = run("count", untold, form)
    warnings = count(untold).warnings
    assert any("heart" in warning for warning in warnings)
    assert result.stderr.splitlines() == [f"Warning: {warning}" for warning in warnings]
    assert "Warning: " not in result.stdout


def test_each_warning_is_a_line_of_the_table(untold):
    lines = run("count", untold).stdout.splitlines()
    warnings = count(untold).warnings
    assert lines[-len(warnings) :] == [f"Warning: {warning}" for warning in warnings]


def test_the_side_wins_over_the_file(recording):
    session = Session.from_json(run("count", recording, "--side", "left", "--json").stdout)
    assert session.side == "left"
    assert [rep_set.direction for rep_set in session.sets] == ["backward", "forward"]


def test_no_circles_is_a_result(tmp_path):
    path = tmp_path / "standing.csv"
    write_csv(path, Recording(perform([Movement("standing", 20.0)]).samples, "right"))
    for arguments in (["count", path], ["replay", path, "--speed", "0"]):
        result = run(*arguments)
        assert result.exit_code == 0
        assert "No circles were counted." in result.stdout
    assert Session.from_json(run("count", path, "--json").stdout).reps == ()


# Replaying


@pytest.mark.parametrize("speed", [0, 1000])
@pytest.mark.parametrize("options", [[], ["--side", "left"], ["--min-reps", "3"]])
def test_replay_announces_each_circle_and_ends_as_count(recording, speed, options):
    result = run("replay", recording, "--speed", speed, *options)
    table = run("count", recording, *options).stdout
    session = Session.from_json(run("count", recording, "--json", *options).stdout)
    announced = [
        rep_line(set_number, number, rep)
        for set_number, rep_set in enumerate(session.sets, start=1)
        for number, rep in enumerate(rep_set.reps, start=1)
    ]
    assert len(announced) == 6
    assert result.stdout == "".join(f"{line}\n" for line in announced) + table
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_circle_that_was_held_back_to_the_end_is_announced(tmp_path):
    simulation = perform(programme(sets=1, reps=3, rest_s=8.0), seed=3)
    samples = simulation.samples[: np.searchsorted(simulation.samples.t, simulation.reps[0].end_s + 1.0)]
    path = tmp_path / "cut.csv"
    write_csv(path, Recording(samples, "right"))
    counter = RepCounter("right")
    before = counter.update(samples)
    after = counter.finish().reps[len(before) :]
    assert after
    lines = run("replay", path, "--speed", 0).stdout.splitlines()
    announced = [line.partition(": ")[2] for line in lines if line.startswith("set ")]
    assert announced == [rep_line(1, 1, rep).partition(": ")[2] for rep in (*before, *after)]


def test_replay_tells_the_warnings_of_count(untold):
    assert run("replay", untold, "--speed", 0).stdout.endswith(run("count", untold).stdout)


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_ends_a_replay_with_the_session_so_far(long_recording):
    process = start("replay", long_recording, "--speed", 20, text=True, **PIPES)
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    code, out, err = finished(process)
    assert (code, err) == (0, "")
    whole = run("replay", long_recording, "--speed", 0).stdout.splitlines()
    announced = [line for line in (first + out).splitlines() if line.startswith("set ")]
    assert announced[0] == whole[0]
    # The end may cut the last circle, so its times may be others.
    numbered = [line.partition(", ended")[0] for line in announced]
    assert numbered == [line.partition(", ended")[0] for line in whole[: len(announced)]]
    assert 1 <= len(announced) < 40
    totals, end = out.splitlines()[-2:]
    assert totals.startswith(f"{len(announced)} circle")
    assert re.fullmatch(r"Ended early, \d+:\d\d into the recording\.", end)


# A terminal


def test_replay_shows_the_growing_number_on_a_terminal(recording):
    shown, err, code = on_terminal("stdout", "replay", recording, "--speed", "50")
    assert (err, code) == (b"", 0)
    assert "No circle yet" in shown
    assert [f"{n} circles in all" in shown for n in (3, 6)] == [True, True]
    assert "Set 2, backward" in shown
    assert shown.replace("\r", "").endswith(run("count", recording).stdout)


@pytest.mark.parametrize("name", ["count", "inspect"])
def test_what_takes_long_shows_its_progress(recording, name):
    code = "import imucount.cli.screen as screen; screen.PATIENCE_S = 0.0; from imucount.cli import main; main()"
    shown, out, code = on_terminal("stderr", name, recording, code=code)
    assert code == 0
    assert re.search(r"(Counting|Reading) short\.csv", shown)
    assert out.decode() == run(name, recording).stdout


def test_an_encoding_that_lacks_characters_does_no_harm(recording, tmp_path):
    path = tmp_path / "süß [a].csv"
    path.write_bytes(recording.read_bytes())
    for arguments in (["count", path], ["inspect", path]):
        code, out, err = finished(start(*arguments, env={"PYTHONIOENCODING": "ascii:strict"}, **PIPES))
        assert (code, err) == (0, b"")
        assert "s?? [a].csv" in out.decode("ascii")


@pytest.mark.skipif(os.name != "posix", reason="other systems tell a closed pipe otherwise")
@pytest.mark.parametrize(
    "arguments",
    one_in(3, [["count"], ["count", "--csv"], ["replay", "--speed", "0"]]),
)
def test_a_reader_that_leaves_is_no_error(recording, arguments):
    process = start(*arguments, recording, **PIPES)
    process.stdout.close()
    process.stdout = None
    assert finished(process)[2] == b""


# What goes wrong

SAMPLE = "0.0,0,0,9.81,0,0,0"
BAD = {
    "empty": b"",
    "header only": b"t,ax,ay,az,gx,gy,gz\n",
    "one sample": f"t,ax,ay,az,gx,gy,gz\n{SAMPLE}\n".encode(),
    "text": f"t,ax,ay,az,gx,gy,gz\n{SAMPLE}\n0.01,high,0,9.81,0,0,0\n".encode(),
    "time goes back": "\n".join(
        ["t,ax,ay,az,gx,gy,gz", *(f"{second}.{row},0,0,9.81,0,0,0" for second in (90, 5) for row in range(10, 60))]
    ).encode(),
    "columns": b"a,b,c,d\n1,2,3,4\n",
    "binary": bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", READ_A_FILE)
@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_one_line(tmp_path, name, content):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert_one_line_error(run(name, path), path)


@pytest.mark.parametrize("name", READ_A_FILE)
def test_no_file_and_a_directory_are_one_line(tmp_path, name):
    assert_one_line_error(run(name, tmp_path / "absent.csv"), tmp_path / "absent.csv")
    assert_one_line_error(run(name, tmp_path), tmp_path)


@pytest.mark.parametrize("name", READ_A_FILE)
def test_an_empty_name_is_seen(name):
    assert_one_line_error(run(name, ""), "'': expected the name of a file, got an empty one")


def test_a_name_cannot_break_the_line(tmp_path):
    result = run("count", tmp_path / "a\nb\x1b[31m.csv")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


def test_a_wrong_unit_is_refused_in_one_line_and_can_be_inspected(tmp_path):
    samples = perform([Movement("standing", 20.0)]).samples
    path = tmp_path / "in_g.csv"
    write_csv(path, Recording(type(samples)(samples.t, samples.acc / 9.81, samples.gyr)))
    assert_one_line_error(run("count", path), path)
    assert_one_line_error(run("replay", path, "--speed", "0"), path)
    result = run("inspect", path)
    assert result.exit_code == 0
    assert "Verdict: cannot be counted: " in result.stdout


def test_a_real_process_ends_without_a_traceback(tmp_path):
    code, out, err = finished(start("count", tmp_path / "absent.csv", text=True, **PIPES))
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("form", [[], pytest.param(["--json"], marks=pytest.mark.long)])
def test_a_full_disk_is_one_line(recording, form):
    with open("/dev/full", "wb") as full:
        code, _, err = finished(start("count", recording, *form, stdout=full, stderr=subprocess.PIPE, text=True))
    assert code == 1
    assert re.fullmatch(r"Error: [^\n]+\n", err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["count"],
        ["replay"],
        ["count", "{file}", "--json", "--csv"],
        ["count", "{file}", "--side", "up"],
        ["count", "{file}", "--min-reps", "0"],
        ["replay", "{file}", "--speed", "-1"],
        ["replay", "{file}", "--speed", "nan"],
        ["replay", "{file}", "--speed", "inf"],
        ["inspect", "{file}", "--side", "left"],
        ["simulate", "{out}", "--reps", "0"],
        ["simulate", "{out}", "--loss", "1.5"],
        ["simulate", "{out}", "--labels", "{out}"],
        ["guess", "{file}"],
    ],
)
def test_wrong_use_is_told(recording, tmp_path, arguments):
    result = run(*(each.format(file=recording, out=tmp_path / "out.csv") for each in arguments))
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


# Simulating


def simulated(tmp_path, *options, name="out.csv"):
    result = run("simulate", tmp_path / name, "--sets", 1, "--reps", 2, "--rest", 4, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return read_csv(tmp_path / name)


def test_a_simulated_recording_says_so(tmp_path):
    recording = simulated(tmp_path)
    assert recording.metadata["simulated"] == "yes"
    assert (recording.side, recording.sampling_rate_hz) == ("right", 100.0)


@pytest.mark.long
def test_the_default_is_the_prescribed_programme(tmp_path):
    result = run("simulate", tmp_path / "out.csv", "--labels", tmp_path / "labels.csv")
    labels = pd.read_csv(tmp_path / "labels.csv")
    sets = labels.groupby("set").direction.agg(["size", "first"])
    assert sets.to_numpy().tolist() == [[10, "forward"]] * 3 + [[10, "backward"]] * 3
    assert "60 circles in 6 sets" in result.stdout


def test_labels_are_the_truth(tmp_path):
    simulated(tmp_path, "--labels", tmp_path / "labels.csv", "--seed", 5)
    truth = perform(programme(sets=1, reps=2, rest_s=4.0), seed=5)
    labels = pd.read_csv(tmp_path / "labels.csv")
    assert labels.set.tolist() == [1, 1, 2, 2]
    for name in ("direction", "start_s", "end_s", "elevation_deg", "protraction_deg"):
        values = [getattr(rep, name) for rep in truth.reps]
        assert labels[name].tolist() == (values if name == "direction" else pytest.approx(values, abs=0.006))


def test_the_seed_alone_is_chance(tmp_path):
    first, same, other = (simulated(tmp_path, "--seed", seed, name=f"{n}.csv") for n, seed in enumerate((1, 1, 2)))
    np.testing.assert_array_equal(first.samples.acc, same.samples.acc)
    assert first.samples.acc[0].tolist() != other.samples.acc[0].tolist()


def test_the_options_arrive(tmp_path):
    plain = simulated(tmp_path)
    other = simulated(
        *(tmp_path, "--side", "left", "--rate", 50, "--accelerometer-only", "--loss", 0.3, "--period", 5),
        name="other.csv",
    )
    assert (other.side, other.sampling_rate_hz, other.samples.has_gyroscope) == ("left", 50.0, False)
    assert other.samples.duration_s > plain.samples.duration_s + 5.0
    expected = 50.0 * other.samples.duration_s
    assert 0.5 * expected < len(other.samples) < 0.9 * expected


def rotation_deg(tmp_path, *options):
    labels = tmp_path / "labels.csv"
    simulated(tmp_path, "--labels", labels, "--force", *options)
    frame = pd.read_csv(labels)
    return frame.elevation_deg.mean(), frame.protraction_deg.mean()


def test_the_range_of_motion_arrives(tmp_path):
    elevation_deg, protraction_deg = rotation_deg(tmp_path)
    assert rotation_deg(tmp_path, "--elevation", 10) == pytest.approx(
        (elevation_deg / 2, protraction_deg), rel=0.1
    )
    assert rotation_deg(tmp_path, "--protraction", 6) == pytest.approx(
        (elevation_deg, protraction_deg / 2), rel=0.1
    )


def still_share(recording):
    """Share of the samples while the circles last in which the clip hardly turns."""
    during = (recording.samples.t > 8.0) & (recording.samples.t < 13.0)
    return np.mean(np.linalg.norm(recording.samples.gyr[during], axis=1) < 0.1)


def test_separate_moves_have_pauses(tmp_path):
    fluid = simulated(tmp_path)
    separate = simulated(tmp_path, "--separate", name="separate.csv")
    assert still_share(separate) > still_share(fluid) + 0.1


def test_a_poor_sensor_is_noisier(tmp_path):
    good, poor = simulated(tmp_path), simulated(tmp_path, "--poor", name="poor.csv")
    noise = [np.abs(np.diff(each.samples.acc[:500], axis=0)).mean() for each in (good, poor)]
    assert noise[1] > 1.5 * noise[0]


@pytest.mark.parametrize("kept", ["out.csv", "labels.csv"])
def test_a_file_that_exists_is_kept(tmp_path, kept):
    (tmp_path / kept).write_text("mine")
    arguments = ["simulate", tmp_path / "out.csv", "--labels", tmp_path / "labels.csv", "--sets", 1, "--reps", 1]
    assert_one_line_error(run(*arguments), tmp_path / kept)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(kept, "mine")]
    assert run(*arguments, "--force").exit_code == 0
    assert len(read_csv(tmp_path / "out.csv").samples) > 0
    assert (tmp_path / "labels.csv").read_text().startswith("rep,set,direction,")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    for arguments in ([tmp_path / "absent" / "x.csv"], [tmp_path]):
        assert_one_line_error(run("simulate", *arguments, "--sets", 1, "--reps", 1), arguments[0])
    labels = tmp_path / "absent" / "labels.csv"
    result = run("simulate", tmp_path / "x.csv", "--labels", labels, "--sets", 1, "--reps", 1)
    assert_one_line_error(result, labels)


# Explaining


def test_a_moment_is_explained(recording):
    rep = count(recording).reps[1]
    told = run("explain", recording, "--at", f"0:{rep.start_s + 0.5:04.1f}", "--at", "0.5")
    assert told.output.startswith("Circle 2 of 3 in set 1 of direction forward, from 0:")
    assert "\n\nNo loop was seen there." in told.output or "\n\nA loop from" in told.output


def test_a_recording_is_explained_at_a_glance(recording):
    told = run("explain", recording).output
    assert told.startswith("short.csv: 6 circles in 2 sets: 3 forward, 3 backward")
    assert "--at 1:23" in told


@pytest.mark.parametrize(("at", "seconds"), [("7", 7), ("7.5", 7.5), ("0:07", 7), ("0:0:07.5", 7.5)])
def test_a_time_may_be_told_as_a_clock_shows_it(recording, at, seconds):
    assert run("explain", recording, "--at", at).output == run("explain", recording, "--at", str(seconds)).output


@pytest.mark.parametrize("at", ["noon", "-3", "1:2:3:4", "1:", "1e3", "nan"])
def test_what_is_no_time_is_refused(recording, at):
    told = run("explain", recording, f"--at={at}")
    assert told.exit_code == 2
    assert "expected a time such as 83.5" in told.output


def test_a_time_beyond_the_recording_is_one_line(recording):
    told = run("explain", recording, "--at", "59:00")
    assert_one_line_error(told, recording)
    assert "expected a time within the recording" in told.output
