"""How tests run; properties are searched a little every time, thoroughly in `.ci/run`, elsewhere on request."""

import signal

from hypothesis import HealthCheck, settings

# Tests press Ctrl-C in programs that they start, or close their terminal, and a shell's background
# job, or nohup, has all that it starts ignore that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No time limit, and no complaint about slow data: a busy machine is no failure. Which examples are tried does not
# change from run to run, so that whoever runs the tests sees what we saw.
settings.register_profile(
    "short", deadline=None, derandomize=True, max_examples=12, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("short"), max_examples=50)
# `pytest --hypothesis-profile=elsewhere` looks where nobody has looked.
settings.register_profile("elsewhere", settings.get_profile("thorough"), derandomize=False)
settings.load_profile("short")
