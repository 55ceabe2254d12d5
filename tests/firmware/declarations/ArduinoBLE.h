#pragma once
#include "Arduino.h"

enum BLEProperty { BLERead = 0x02, BLEWrite = 0x08, BLENotify = 0x10 };
enum BLECharacteristicEvent { BLESubscribed = 0, BLEUnsubscribed = 1, BLEWritten = 3 };

class BLEDevice {};
class BLECharacteristic;
typedef void (*BLECharacteristicEventHandler)(BLEDevice device, BLECharacteristic characteristic);

class BLECharacteristic {
 public:
  BLECharacteristic(const char *uuid, uint8_t properties, int valueSize, bool fixedLength = false);
  const uint8_t *value() const;
  int valueLength() const;
  int writeValue(const uint8_t value[], int length);
  bool subscribed();
  void setEventHandler(int event, BLECharacteristicEventHandler eventHandler);
};

class BLEService {
 public:
  BLEService(const char *uuid);
  void addCharacteristic(BLECharacteristic &characteristic);
};

class BLELocalDevice {
 public:
  int begin();
  void poll();
  bool connected() const;
  String address() const;
  void setAdvertisedService(const BLEService &service);
  void setLocalName(const char *localName);
  void setDeviceName(const char *deviceName);
  void addService(BLEService &service);
  int advertise();
  void setAdvertisingInterval(uint16_t advertisingInterval);
  void setConnectionInterval(uint16_t minimumConnectionInterval, uint16_t maximumConnectionInterval);
};

extern BLELocalDevice &BLE;
