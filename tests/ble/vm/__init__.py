"""The same radio with a real BlueZ on one side of it: bleak, D-Bus, bluetoothd, the kernel, /dev/vhci, bumble.

`run.py` runs a command where that can be had; the tests here are skipped elsewhere.
"""
