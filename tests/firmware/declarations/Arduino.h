// What the sketch uses of the libraries, as their public headers declare it (Arduino API, ArduinoBLE 1.3,
// Seeed_Arduino_LSM6DS3 2.0, Arduino_BMI270_BMM150 1.2): enough to check its syntax and types, nothing to run.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HIGH 1
#define LOW 0
#define OUTPUT 1
#define INPUT 0
#define RISING 3
#define LED_BUILTIN 13
#define PIN_LSM6DS3TR_C_INT1 18

class String {
 public:
  unsigned int length() const;
  char charAt(unsigned int index) const;
};

template <class A, class B>
auto min(const A &a, const B &b) -> decltype(a < b ? a : b);

void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
void delay(unsigned long ms);
unsigned long micros();
void noInterrupts();
void interrupts();
int digitalPinToInterrupt(int pin);
void attachInterrupt(uint8_t interrupt, void (*callback)(void), int mode);
