#pragma once
#include <stdint.h>

#define I2C_MODE 0

typedef enum { IMU_SUCCESS, IMU_HW_ERROR } status_t;

class LSM6DS3Core {
 public:
  LSM6DS3Core(uint8_t);
  LSM6DS3Core(uint8_t, uint8_t);
  status_t beginCore(void);
  status_t readRegisterRegion(uint8_t *, uint8_t, uint8_t);
  status_t writeRegister(uint8_t, uint8_t);
};
