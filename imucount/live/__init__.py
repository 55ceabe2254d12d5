"""Counting live: a source, a counter and a recorder brought together."""

from imucount.live.counting import LiveUpdate, Moment, count_live, stream, watch
from imucount.live.recorder import Recorder

__all__ = ["LiveUpdate", "Moment", "Recorder", "count_live", "stream", "watch"]
