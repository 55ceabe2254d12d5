"""The sensors in software send the bytes that are published of the real ones."""

import numpy as np
import pytest

from ble.peripherals import metamotion, movella_dot, open_profile, polar, thingy52, witmotion
from imucount.samples import STANDARD_GRAVITY


def g(*values):
    return np.array(values) * STANDARD_GRAVITY


def dps(*values):
    return np.radians(values)


def test_witmotion_sends_the_frame_of_a_published_decoder_test():
    published = bytes.fromhex("5561 0000 0004 0008 0000 0020 0000 0000 0020 0040")
    assert witmotion.frame(g(0, 0.5, 1), dps(0, 500, 0))[:14] == published[:14]  # the angles are not played


def test_polar_packs_differences_as_in_the_tests_of_the_vendors_sdk():
    assert polar.block([(-22, 8, 13), (-23, 11, 16)]) == bytes.fromhex("0301df00")


@pytest.mark.parametrize(
    ("module", "full_scale", "values", "published"),
    [
        (metamotion.ACC, 4.0, (-1.87231, -2.91943, -1.49487), "16c494a22ad0"),
        (metamotion.GYRO, 500.0, (262.409, 499.497, -499.512), "3e43ff7f0080"),
        (metamotion.GYRO, 1000.0, (164.177, 301.860, -265.122), "0915ad2608de"),
    ],
)
def test_metamotion_counts_as_in_the_tests_of_the_vendors_sdk(module, full_scale, values, published):
    assert metamotion.counts(module, full_scale, g(*values), dps(*values)) == bytes.fromhex(published)


def test_dot_and_thingy_send_the_layouts_of_their_specifications():
    payload = "d8052244 0000003f 00001cc1 0000a03f 00002041 00807ac3 0000003e"
    sent = movella_dot.payload(1143080408, np.array([0.5, -9.75, 1.25]), dps(10.0, -250.5, 0.125))
    assert sent == bytes.fromhex(payload)
    raw = "0004 00fe 1000 2000 80f3 401f a000 c0fe 1000"
    assert thingy52.raw(g(1.0, -0.5, 0.015625), dps(1.0, -100.0, 250.0)) == bytes.fromhex(raw)


def test_the_open_clip_sends_the_frames_of_the_description():
    described = "1102ffff80e3ffff640038ff002071fd00004200680035fffe1f6cfd01004100"
    samples = np.array([[100, -200, 8192, -655, 0, 66], [104, -203, 8190, -660, 1, 65]]) / 32768
    assert open_profile.frame(65535, 4_294_960_000, samples) == bytes.fromhex(described)
    without = "0102070060e31600640038ff0020680035fffe1f"
    assert open_profile.frame(7, 1_500_000, samples[:, :3]) == bytes.fromhex(without)
