import re
import signal
import sys
from pathlib import Path

import pytest
from command_line import PIPES, finished, on_terminal, run, start

ROOT = Path(__file__).parents[2]
PROGRAMME = f"csv:{ROOT / 'recordings' / 'programme_right.csv'}"


def coach(folder, *arguments):
    return ("coach", "--no-voice", "--dir", str(folder), *arguments)


def test_the_whole_programme_is_led_to_its_summary_and_kept(tmp_path):
    result = run(*coach(tmp_path, "--source", PROGRAMME, "--speed", "100", "--rest", "10"))
    assert result.exit_code == 0, result.output
    counts = re.findall(r": (\d+)$", result.output, re.M)
    assert counts == [str(number) for _ in range(6) for number in range(1, 11)]
    assert result.output.count("One more.") == 6
    assert "That was the last set. Well done." in result.output
    assert "60 of 60 circles of the programme." in result.output
    assert "Arms: not measured" in result.output
    assert "Feet and trunk were not measured" in result.output
    listed = run("history", "--dir", tmp_path).output
    assert "60 of 60" in listed
    assert "(n = 60 in 1 session)" in listed
    page = tmp_path / "report.html"
    assert run("report", "last", "-o", page, "--dir", tmp_path).exit_code == 0
    assert "The whole programme was done: 60 of 60 circles." in page.read_text(encoding="utf-8")
    assert run("report", "last", "-o", page, "--dir", tmp_path).exit_code == 1  # --force replaces it
    (kept,) = (each for each in tmp_path.iterdir() if each.is_dir())
    assert run("report", kept, "-o", tmp_path / "same.html").exit_code == 0  # as coach has told where it is kept
    assert (tmp_path / "same.html").read_text() == page.read_text()


def test_a_recording_is_reported_too(tmp_path):
    page = tmp_path / "report.html"
    done = run("report", ROOT / "recordings" / "programme_left.csv", "-o", page)
    assert done.exit_code == 0, done.output
    assert "on the left shoulder" in page.read_text(encoding="utf-8")


def test_a_recording_is_read_as_the_options_say(tmp_path):
    rows = (ROOT / "recordings" / "fast.csv").read_text(encoding="utf-8").splitlines()
    begin = next(number for number, row in enumerate(rows) if row.startswith("t,"))
    cells = [row.split(",")[:7] for row in rows[begin + 1 :]]
    swapped = tmp_path / "swapped.csv"
    swapped.write_text(
        "when;a;b;c;d;e;f\n"
        + "".join(";".join([t, ay, ax, az, gy, gx, gz]) + "\n" for t, ax, ay, az, gx, gy, gz in cells)
    )
    options = ["--columns", "time=when,acc=a,b,c,gyr=d,e,f", "--units", "acc=m/s^2", "--units", "gyr=rad/s"]
    options += ["--acc-axes", "y,x,z", "--gyr-axes", "y,x,z", "--separator", ";"]
    arguments = ["--side", "right", "--speed", "100"]
    told = run(*coach(tmp_path / "kept", "--source", f"csv:{swapped}", *arguments, *options))
    assert told.exit_code == 0, told.output
    plain = run(*coach(tmp_path / "plain", "--source", f"csv:{ROOT / 'recordings' / 'fast.csv'}", *arguments))
    assert _counts(told.output) == _counts(plain.output) != []
    (recording,) = (tmp_path / "kept").glob("2*/recording-001.csv")  # it says itself how it is read
    of_kept = run("count", recording, "--side", "right", "--csv").output
    of_plain = run("count", ROOT / "recordings" / "fast.csv", "--side", "right", "--csv").output
    assert of_kept.count("\n") == of_plain.count("\n") > 1


def test_what_is_told_of_files_is_not_of_a_clip(tmp_path):
    result = run(*coach(tmp_path, "--sensor", "sim", "--units", "acc=g"))
    assert result.exit_code == 2
    assert "--units" in result.output


def _counts(output):
    return re.findall(r": (\d+)$", output, re.M)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--resume"], 1, "no session that was not finished"),
        (["--resume", "--no-keep"], 2, "--no-keep"),
        (["--source", "csv:nothing.csv"], 1, "nothing.csv"),
        (["--speed", "0"], 2, "--speed"),
    ],
)
def test_what_cannot_be_is_told_before_the_exercise(tmp_path, arguments, code, told):
    result = run(*coach(tmp_path, *arguments))
    assert result.exit_code == code
    assert told in result.output


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills like this here")
def test_a_session_that_was_killed_goes_on(tmp_path):
    source = f"csv:{ROOT / 'recordings' / 'fast.csv'}"
    arguments = coach(tmp_path, "--source", source, "--side", "right", "--speed", "8")
    killed = start(*arguments, text=True, **PIPES)
    for line in killed.stdout:
        if line.endswith(": 5\n"):
            break
    killed.kill()
    finished(killed)
    told = run(*coach(tmp_path / "other", "--source", source, "--speed", "100", "--no-keep"))
    assert told.exit_code == 0
    result = run(*arguments[:-1], "100", "--resume")
    assert result.exit_code == 0, result.output
    counts = [int(count) for count in re.findall(r": (\d+)$", result.output, re.M)]
    assert counts[0] > 1  # of the first set the circles before are known
    (folder,) = [each for each in tmp_path.iterdir() if each.name.startswith("20")]
    assert sorted(each.name for each in folder.glob("*.csv")) == ["recording-001.csv", "recording-002.csv"]
    assert run("history", "--dir", tmp_path).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="keys are those of a terminal of Unix")
def test_keys_confirm_correct_and_finish(tmp_path):
    keys = [("I am ready", b"\n"), ("Begin.", b"a"), ("by hand", b"q")]
    arguments = coach(tmp_path, "--sensor", "sim:forward", "--side", "right", "--speed", "2")
    shown, _, code = on_terminal("stdout", *arguments, keys=keys, typed=True)
    assert code == 0
    assert "by hand" in shown
    assert "Kept: " in shown


def test_the_page_is_served_until_the_end(tmp_path):
    pytest.importorskip("aiohttp", reason="the page is served by aiohttp")
    from urllib.request import urlopen

    process = start(*coach(tmp_path, "--sensor", "sim:forward", "--speed", "4", "--web"), text=True, **PIPES)
    link = next(re.search(r"http://\S+", line)[0] for line in process.stdout if "The page: " in line)
    assert b"<title>imucount<" in urlopen(link, timeout=10).read()
    process.send_signal(signal.SIGINT)
    assert finished(process)[0] == 0
    with pytest.raises(OSError):  # noqa: PT011 - whatever the system says of a port where nobody is
        urlopen(link, timeout=2)


def test_history_without_sessions_says_where_they_would_be(tmp_path):
    assert str(tmp_path) in run("history", "--dir", tmp_path).output
