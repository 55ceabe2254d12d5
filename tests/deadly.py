"""What ends the process that counts it, as a library that crashes does. Workers import it by this name."""

import os

from imucount.cohort.task import Settings


class Deadly(Settings):
    def key_of(self, path):
        os._exit(1)
