// The motion sensor of a board: raw samples of six axes, in the chip's own right-handed axes.
#pragma once

#include <stdint.h>

struct FullScale {
  uint16_t value;  // what 32768 would mean, 0.001 g or 0.1 deg/s
  uint8_t code;    // how the chip's register says it
};

struct Rate {
  uint16_t dhz;  // 0.1 Hz
  uint8_t code;
};

extern const Rate RATES[4];
extern const FullScale ACC_FULL_SCALES[4];
extern const FullScale GYR_FULL_SCALES[4];

// Wakes the chip and leaves it asleep; false if it does not answer. `taken` is called when a sample was taken.
bool imuBegin(void (*taken)());

// Indices into the tables above.
bool imuStart(uint8_t rate, uint8_t acc, uint8_t gyr);
void imuStop();

// The newest sample: ax ay az gx gy gz.
bool imuRead(int16_t sample[6]);
