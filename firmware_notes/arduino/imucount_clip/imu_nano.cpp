// Arduino Nano 33 BLE Sense Rev2: BMI270, with the library "Arduino_BMI270_BMM150" and the board package
// "Arduino Mbed OS Nano Boards".
#if defined(ARDUINO_ARDUINO_NANO33BLE) || defined(ARDUINO_NANO33BLE)

#include <Arduino.h>
#include <Arduino_BMI270_BMM150.h>

#include "imu.h"

// BMI270: full scales as named. Rates are 25 Hz times powers of two.
const Rate RATES[4] = {
    {250, BMI2_ACC_ODR_25HZ}, {500, BMI2_ACC_ODR_50HZ}, {1000, BMI2_ACC_ODR_100HZ}, {2000, BMI2_ACC_ODR_200HZ}};
const FullScale ACC_FULL_SCALES[4] = {
    {2000, BMI2_ACC_RANGE_2G}, {4000, BMI2_ACC_RANGE_4G}, {8000, BMI2_ACC_RANGE_8G}, {16000, BMI2_ACC_RANGE_16G}};
const FullScale GYR_FULL_SCALES[4] = {{2500, BMI2_GYR_RANGE_250},
                                      {5000, BMI2_GYR_RANGE_500},
                                      {10000, BMI2_GYR_RANGE_1000},
                                      {20000, BMI2_GYR_RANGE_2000}};

namespace {

uint8_t sensors[2] = {BMI2_ACCEL, BMI2_GYRO};

// The library's own readAcceleration swaps two axes and turns both round, which makes the frame left-handed. So the
// chip is read through Bosch's functions, in its own axes.
class Chip : public BoschSensorClass {
 public:
  Chip() : BoschSensorClass(Wire1) {}

  bool start(uint8_t rate, uint8_t acc, uint8_t gyr) {
    bmi2_sens_config configs[2] = {};
    configs[0].type = BMI2_ACCEL;
    configs[1].type = BMI2_GYRO;
    if (bmi2_get_sensor_config(configs, 2, device) != BMI2_OK) {
      return false;
    }
    configs[0].cfg.acc.odr = RATES[rate].code;
    configs[0].cfg.acc.range = ACC_FULL_SCALES[acc].code;
    configs[1].cfg.gyr.odr = RATES[rate].code;  // the same codes as the accelerometer's
    configs[1].cfg.gyr.range = GYR_FULL_SCALES[gyr].code;
    return bmi2_set_sensor_config(configs, 2, device) == BMI2_OK &&
           bmi2_sensor_enable(sensors, 2, device) == BMI2_OK;
  }

  void stop() { bmi2_sensor_disable(sensors, 2, device); }

  bool read(int16_t sample[6]) {
    bmi2_sens_data data = {};
    if (bmi2_get_sensor_data(&data, device) != BMI2_OK) {
      return false;
    }
    sample[0] = data.acc.x;
    sample[1] = data.acc.y;
    sample[2] = data.acc.z;
    sample[3] = data.gyr.x;
    sample[4] = data.gyr.y;
    sample[5] = data.gyr.z;
    return true;
  }

 protected:
  int8_t configure_sensor(struct bmm150_dev *) override { return BMM150_OK; }  // no magnetometer is needed

  int8_t configure_sensor(struct bmi2_dev *found) override {
    device = found;
    bmi2_int_pin_config pin = {};
    pin.pin_type = BMI2_INT1;
    pin.int_latch = BMI2_INT_NON_LATCH;
    pin.pin_cfg[0].lvl = BMI2_INT_ACTIVE_HIGH;
    pin.pin_cfg[0].od = BMI2_INT_PUSH_PULL;
    pin.pin_cfg[0].output_en = BMI2_INT_OUTPUT_ENABLE;
    pin.pin_cfg[0].input_en = BMI2_INT_INPUT_DISABLE;
    int8_t result = bmi2_set_int_pin_config(&pin, device);
    return result == BMI2_OK ? bmi2_map_data_int(BMI2_DRDY_INT, BMI2_INT1, device) : result;
  }

 private:
  struct bmi2_dev *device = nullptr;
};

Chip chip;

}  // namespace

bool imuBegin(void (*taken)()) {
  if (!chip.begin()) {
    return false;
  }
  chip.onInterrupt(taken);
  return true;
}

bool imuStart(uint8_t rate, uint8_t acc, uint8_t gyr) { return chip.start(rate, acc, gyr); }

void imuStop() { chip.stop(); }

bool imuRead(int16_t sample[6]) { return chip.read(sample); }

#endif
