"""The Bluetooth stack in software: bumble's radio, controllers and GATT, under the public API of bleak.

`air` is what the radios share, `backend` makes bleak speak through it, `peripherals` are the sensors, and
`virtual_time` lets an hour pass in seconds.
"""
