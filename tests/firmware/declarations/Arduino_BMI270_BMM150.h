#pragma once
#include "Arduino.h"
#include "Wire.h"

#define BMI2_OK 0
#define BMM150_OK 0
#define BMI2_ACCEL 0
#define BMI2_GYRO 1
#define BMI2_ACC_ODR_25HZ 0x06
#define BMI2_ACC_ODR_50HZ 0x07
#define BMI2_ACC_ODR_100HZ 0x08
#define BMI2_ACC_ODR_200HZ 0x09
#define BMI2_ACC_RANGE_2G 0x00
#define BMI2_ACC_RANGE_4G 0x01
#define BMI2_ACC_RANGE_8G 0x02
#define BMI2_ACC_RANGE_16G 0x03
#define BMI2_GYR_RANGE_2000 0x00
#define BMI2_GYR_RANGE_1000 0x01
#define BMI2_GYR_RANGE_500 0x02
#define BMI2_GYR_RANGE_250 0x03
#define BMI2_INT_NON_LATCH 0
#define BMI2_INT_ACTIVE_HIGH 1
#define BMI2_INT_PUSH_PULL 0
#define BMI2_INT_OUTPUT_ENABLE 1
#define BMI2_INT_INPUT_DISABLE 0
#define BMI2_DRDY_INT 1

enum bmi2_hw_int_pin { BMI2_INT_NONE, BMI2_INT1, BMI2_INT2 };

struct bmi2_dev;
struct bmm150_dev;
struct bmi2_sens_axes_data {
  int16_t x, y, z;
};
struct bmi2_sens_data {
  bmi2_sens_axes_data acc, gyr;
};
struct bmi2_sens_config {
  uint8_t type;
  struct {
    struct {
      uint8_t odr, bwp, filter_perf, range;
    } acc;
    struct {
      uint8_t odr, bwp, filter_perf, ois_range, range;
    } gyr;
  } cfg;
};
struct bmi2_int_pin_config {
  uint8_t pin_type, int_latch;
  struct {
    uint8_t lvl, od, output_en, input_en;
  } pin_cfg[2];
};

int8_t bmi2_get_sensor_config(bmi2_sens_config *config, uint8_t n, bmi2_dev *dev);
int8_t bmi2_set_sensor_config(bmi2_sens_config *config, uint8_t n, bmi2_dev *dev);
int8_t bmi2_sensor_enable(const uint8_t *list, uint8_t n, bmi2_dev *dev);
int8_t bmi2_sensor_disable(const uint8_t *list, uint8_t n, bmi2_dev *dev);
int8_t bmi2_get_sensor_data(bmi2_sens_data *data, bmi2_dev *dev);
int8_t bmi2_set_int_pin_config(const bmi2_int_pin_config *config, bmi2_dev *dev);
int8_t bmi2_map_data_int(uint8_t data_int, bmi2_hw_int_pin int_pin, bmi2_dev *dev);

namespace mbed {
template <class F>
class Callback;
template <>
class Callback<void()> {
 public:
  Callback(void (*function)());
};
}  // namespace mbed

class BoschSensorClass {
 public:
  BoschSensorClass(TwoWire &wire = Wire);
  int begin();
  void onInterrupt(mbed::Callback<void()>);

 protected:
  virtual int8_t configure_sensor(struct bmm150_dev *dev);
  virtual int8_t configure_sensor(struct bmi2_dev *dev);
};
