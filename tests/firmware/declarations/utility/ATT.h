#pragma once
#include "Arduino.h"

class ATTClass {
 public:
  virtual bool connected() const;
  virtual bool connected(uint16_t handle) const;
  virtual uint16_t mtu(uint16_t handle) const;
};

extern ATTClass &ATT;
