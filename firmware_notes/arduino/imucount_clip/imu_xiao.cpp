// Seeed XIAO nRF52840 Sense: LSM6DS3TR-C, with the library "Seeed Arduino LSM6DS3" and the board package
// "Seeed nRF52 mbed-enabled Boards".
#if defined(TARGET_SEEED_XIAO_NRF52840_SENSE) || defined(ARDUINO_SEEED_XIAO_NRF52840_SENSE)

#include <Arduino.h>
#include <LSM6DS3.h>
#include <Wire.h>

#include "imu.h"

// By the data sheet of the LSM6DS3TR-C: 0.061, 0.122, 0.244, 0.488 mg and 8.75, 17.5, 35, 70 mdps a digit.
const Rate RATES[4] = {{260, 0x20}, {520, 0x30}, {1040, 0x40}, {2080, 0x50}};
const FullScale ACC_FULL_SCALES[4] = {{1999, 0x00}, {3998, 0x08}, {7995, 0x0C}, {15991, 0x04}};
const FullScale GYR_FULL_SCALES[4] = {{2867, 0x00}, {5734, 0x04}, {11469, 0x08}, {22938, 0x0C}};

namespace {

enum Register : uint8_t {
  DRDY_PULSE_CFG = 0x0B,
  INT1_CTRL = 0x0D,
  CTRL1_XL = 0x10,
  CTRL2_G = 0x11,
  CTRL3_C = 0x12,
  OUTX_L_G = 0x22,
};

LSM6DS3Core chip(I2C_MODE, 0x6A);

bool write(uint8_t address, uint8_t value) { return chip.writeRegister(address, value) == IMU_SUCCESS; }

}  // namespace

bool imuBegin(void (*taken)()) {
  if (chip.beginCore() != IMU_SUCCESS) {
    return false;
  }
  pinMode(PIN_LSM6DS3TR_C_INT1, INPUT);
  attachInterrupt(digitalPinToInterrupt(PIN_LSM6DS3TR_C_INT1), taken, RISING);
  imuStop();
  return write(CTRL3_C, 0x44)            // a sample is whole, addresses count on
         && write(DRDY_PULSE_CFG, 0x80)  // a pulse for each sample, also where one was not read in time
         && write(INT1_CTRL, 0x01);
}

bool imuStart(uint8_t rate, uint8_t acc, uint8_t gyr) {
  return write(CTRL2_G, RATES[rate].code | GYR_FULL_SCALES[gyr].code) &&
         write(CTRL1_XL, RATES[rate].code | ACC_FULL_SCALES[acc].code);
}

void imuStop() {
  write(CTRL1_XL, 0);
  write(CTRL2_G, 0);
}

bool imuRead(int16_t sample[6]) {
  uint8_t bytes[12];  // the gyroscope lies before the accelerometer
  if (chip.readRegisterRegion(bytes, OUTX_L_G, sizeof bytes) != IMU_SUCCESS) {
    return false;
  }
  for (int i = 0; i < 6; i++) {
    sample[(i + 3) % 6] = static_cast<int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
  }
  return true;
}

#endif
