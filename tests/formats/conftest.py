"""What the tests of files read."""

import pytest

from imucount.simulate import Circles, Clip, Movement, simulate


@pytest.fixture(scope="session")
def clip():
    """Eight forward circles on the right shoulder, at 60 Hz."""
    still = Movement("standing", 4.0)
    return simulate([still, Circles(8, "forward", period_s=2.5), still], clip=Clip(60.0), seed=11).samples
