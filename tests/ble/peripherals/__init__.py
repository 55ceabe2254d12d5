"""Sensors in software: each advertises, answers and streams as the real one's documents say.

They are written from what is published of the real sensors, not from imucount's decoders, which they are to test.
None was compared with a real device.
"""
