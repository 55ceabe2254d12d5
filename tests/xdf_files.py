"""XDF as LabRecorder writes it, by its specification."""

import struct

import numpy as np


def long(number):
    return b"\x04" + struct.pack("<I", number)


def chunk(tag, content):
    body = struct.pack("<H", tag) + content
    return long(len(body)) + body


def channels(*labels):
    cells = "".join(f"<channel><label>{label}</label><unit>{unit}</unit></channel>" for label, unit in labels)
    return f"<desc><channels>{cells}</channels></desc>"


def xdf(path, *streams):
    """Write streams, each of a name, a type, stamps, values, a description and the offset of its clock, by the XDF
    specification."""
    file = b"XDF:" + chunk(1, b"<info><version>1.0</version></info>")
    for number, (name, kind, t, values, description, offset_s) in enumerate(streams, 1):
        of_stream = struct.pack("<I", number)
        header = (
            f"<info><name>{name}</name><type>{kind}</type><channel_count>{values.shape[1]}</channel_count>"
            f"<nominal_srate>50</nominal_srate><channel_format>double64</channel_format>{description}</info>"
        )
        file += chunk(2, of_stream + header.encode())
        for at in np.arange(t[0], t[-1], 5.0):
            file += chunk(4, of_stream + struct.pack("<dd", at, offset_s))
        rows = b"".join(b"\x08" + struct.pack(f"<d{len(row)}d", at, *row) for at, row in zip(t, values))
        file += chunk(3, of_stream + long(len(t)) + rows)
        footer = (
            f"<info><first_timestamp>{t[0]}</first_timestamp><last_timestamp>{t[-1]}</last_timestamp>"
            f"<sample_count>{len(t)}</sample_count></info>"
        )
        file += chunk(6, of_stream + footer.encode())
    path.write_bytes(file)
    return path
