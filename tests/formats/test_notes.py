import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imucount.errors import RecordingError
from imucount.formats.csv_reader import open_csv, read_csv
from imucount.formats.inspection import inspect_csv
from imucount.formats.notes import END, note_of_event, note_of_warning, warnings_of_notes
from imucount.formats.recording import Recording, RecordingWriter, write_csv
from imucount.outside_text import printable_line
from imucount.samples import Samples


def moving(n=300):
    rng = np.random.default_rng(0)
    return Samples(np.arange(n) / 100, rng.normal((0, 0, 9.81), 0.05, (n, 3)), rng.normal(0, 0.1, (n, 3)))


def bits(samples):
    return np.column_stack([samples.t, samples.acc, samples.gyr]).view(np.int64)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """One file for all the examples of a Hypothesis test."""
    return tmp_path_factory.mktemp("scratch") / "recording.csv"


@given(st.text())
def test_any_text_becomes_a_line_that_stays_as_it_is(text):
    line = printable_line(text)
    assert line.isprintable()
    assert printable_line(line) == line == line.strip()


words = st.text(min_size=1).map(printable_line).filter(bool)


@given(st.floats(-1e6, 1e6), words)
def test_an_event_is_a_warning_with_its_time_until_the_end_has_been_told(time_s, text):
    note = note_of_event(time_s, "dropped", text)
    assert warnings_of_notes([note]) == (f"At {time_s:.3f} s: {text}",)
    assert warnings_of_notes([note, END + "today"]) == ()
    assert warnings_of_notes([note_of_event(time_s, "connected", text)]) == ()


@given(words)
def test_a_warning_survives(text):
    assert warnings_of_notes([note_of_warning(text)]) == (text,)


@pytest.mark.long
@given(
    st.lists(st.tuples(st.integers(0, 60), st.text() | st.sampled_from(["", "1,2,3", "side: left"])), max_size=6),
    st.integers(1, 3000),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_file_with_notes_is_read_exactly(scratch, noted, chunk_bytes, line_end):
    samples = moving(60)
    noted = sorted((place, line) for place, text in noted if (line := printable_line(text)))
    with RecordingWriter(scratch, has_gyroscope=True) as writer:
        done = 0
        for place, text in noted:
            writer.append(samples[done:place])
            writer.note(text)
            done = place
        writer.append(samples[done:])
    scratch.write_bytes(scratch.read_bytes().replace(b"\n", line_end.encode()))
    with open_csv(scratch, chunk_bytes=chunk_bytes) as reader:
        back = Samples.concatenate(list(reader))
    assert reader.notes == tuple(text for _, text in noted)
    assert np.array_equal(bits(back), bits(samples))
    assert (inspect_csv(scratch).n_samples, inspect_csv(scratch).notes) == (60, reader.notes)


def test_events_and_warnings_in_a_file_are_warnings_of_its_reader(scratch):
    with RecordingWriter(scratch, has_gyroscope=True) as writer:
        writer.note(note_of_event(0.0, "connected", "To the clip."))
        writer.append(moving())
        writer.note(note_of_event(2.9901, "dropped", "The link was lost."))
        writer.note("clock: device")
        writer.note(note_of_warning("It was cold."))
    assert read_csv(scratch).warnings == ("At 2.990 s: The link was lost.", "It was cold.")


def test_the_line_of_an_error_is_right_behind_notes(scratch):
    write_csv(scratch, Recording(moving()))
    lines = scratch.read_text("utf-8").splitlines()
    lines[10:10] = ["# 0.1 s: dropped: Lost.", "# 0.2 s: reconnected: Back."]
    lines[200] = "2,high,0,9.81,0,0,0"
    scratch.write_text("\n".join(lines) + "\n", "utf-8")
    for chunk_bytes in (100, 1 << 20):
        with (
            pytest.raises(RecordingError, match="line 201: "),
            open_csv(scratch, chunk_bytes=chunk_bytes) as reader,
        ):
            list(reader)


def test_a_note_that_was_being_written_is_left_out(scratch):
    write_csv(scratch, Recording(moving()))
    with open(scratch, "a", encoding="utf-8") as file:
        file.write("# 3.0 s: drop")
    recording = read_csv(scratch)
    assert np.array_equal(bits(recording.samples), bits(moving()))
    assert "still being written" in recording.warnings[0]


@pytest.mark.parametrize("text", ["", " ", " a", "a\nb", "a\x1b"])
def test_a_note_that_could_not_be_read_back_is_refused(scratch, text):
    with RecordingWriter(scratch, has_gyroscope=True) as writer, pytest.raises(RecordingError, match="note"):
        writer.note(text)
