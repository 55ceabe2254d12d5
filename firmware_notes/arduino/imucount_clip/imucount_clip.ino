// A clip with imucount's open profile, for Seeed XIAO nRF52840 Sense and Arduino Nano 33 BLE Sense Rev2.
//
// Copy imucount_profile.h and imucount_profile.c from ../../c beside this file, install the libraries ArduinoBLE and
// that of the board's sensor (see imu_xiao.cpp, imu_nano.cpp), and upload. This sketch was not run on a board.

#include <ArduinoBLE.h>
#include <utility/ATT.h>  // the library tells the MTU nowhere else

#include "imu.h"
#include "imucount_profile.h"

namespace {

constexpr uint32_t LONGEST_WAIT_US = 200000;  // as the profile demands
constexpr uint16_t LARGEST_FRAME = 244;       // what a notification carries at an ATT MTU of 247
constexpr uint16_t LAST_CONNECTION_HANDLE = 0x0EFF;
constexpr uint8_t AXES = 6;

BLEService service(IMUCOUNT_SERVICE_UUID);
BLECharacteristic data(IMUCOUNT_DATA_UUID, BLENotify, LARGEST_FRAME);
BLECharacteristic configuration(IMUCOUNT_CONFIGURATION_UUID, BLERead | BLEWrite, IMUCOUNT_CONFIGURATION_SIZE);

const imucount_limits LIMITS = {RATES[0].dhz, RATES[3].dhz, ACC_FULL_SCALES[3].value, GYR_FULL_SCALES[3].value};

uint8_t rate = 2, accFullScale = 1, gyrFullScale = 1;  // 100 Hz or so, 4 g, 500 deg/s
imucount_side side = IMUCOUNT_SIDE_UNKNOWN;            // kept until the power goes

// Written when the sensor says that it has a sample.
volatile uint32_t samplesTaken = 0;
volatile uint32_t takenAtUs = 0;

bool streaming = false;
uint32_t samplesSeen = 0;
imucount_frame frame;
uint8_t samplesPerFrame = 1;
int16_t samples[LARGEST_FRAME / 2];

void sampleTaken() {
  takenAtUs = micros();
  samplesTaken = samplesTaken + 1;
}

void tellConfiguration() {
  const imucount_settings settings = {
      side, RATES[rate].dhz, ACC_FULL_SCALES[accFullScale].value, GYR_FULL_SCALES[gyrFullScale].value};
  uint8_t bytes[IMUCOUNT_CONFIGURATION_SIZE];
  imucount_encode_configuration(bytes, &settings, &LIMITS);
  configuration.writeValue(bytes, sizeof bytes);
}

uint8_t nearestFullScale(const FullScale *offered, uint16_t wanted) {
  const uint16_t values[4] = {offered[0].value, offered[1].value, offered[2].value, offered[3].value};
  return static_cast<uint8_t>(imucount_nearest(values, 4, wanted));
}

void takeSettings(BLEDevice, BLECharacteristic) {
  imucount_settings wanted;
  if (!streaming && imucount_decode_settings(configuration.value(), configuration.valueLength(), &wanted)) {
    const uint16_t rates[4] = {RATES[0].dhz, RATES[1].dhz, RATES[2].dhz, RATES[3].dhz};
    rate = static_cast<uint8_t>(imucount_nearest(rates, 4, wanted.rate_dhz));
    accFullScale = nearestFullScale(ACC_FULL_SCALES, wanted.acc_full_scale_mg);
    gyrFullScale = nearestFullScale(GYR_FULL_SCALES, wanted.gyr_full_scale_ddps);
    side = wanted.side;
  }
  tellConfiguration();  // in the place of what was written, taken or not
}

uint16_t attMtu() {
  for (uint16_t handle = 0; handle <= LAST_CONNECTION_HANDLE; handle++) {
    if (ATT.connected(handle)) {
      return ATT.mtu(handle);
    }
  }
  return 23;
}

void startStream() {
  const uint16_t room = min(attMtu(), static_cast<uint16_t>(LARGEST_FRAME + 3));
  samplesPerFrame = imucount_samples_per_frame(room, AXES);
  frame.count = 0;
  noInterrupts();
  samplesTaken = 0;
  interrupts();
  samplesSeen = 0;
  streaming = imuStart(rate, accFullScale, gyrFullScale);
}

void stopStream() {
  streaming = false;
  imuStop();
}

void sendFrame() {
  uint8_t bytes[LARGEST_FRAME];
  const size_t size = imucount_encode_frame(bytes, sizeof bytes, &frame, samples);
  if (size > 0) {
    data.writeValue(bytes, static_cast<int>(size));
  }
  frame.count = 0;
}

void addSample() {
  noInterrupts();
  const uint32_t taken = samplesTaken;
  const uint32_t atUs = takenAtUs;
  interrupts();
  if (taken == samplesSeen) {
    return;
  }
  if (taken != samplesSeen + 1 && frame.count > 0) {
    sendFrame();  // samples went unread, and a frame has no hole
  }
  samplesSeen = taken;
  if (!imuRead(&samples[frame.count * AXES])) {
    if (frame.count > 0) {
      sendFrame();
    }
    return;
  }
  if (frame.count == 0) {
    frame.axes = AXES;
    frame.sequence = static_cast<uint16_t>(taken - 1);
    frame.time_us = atUs;
  }
  frame.count++;
  if (frame.count == samplesPerFrame || atUs - frame.time_us >= LONGEST_WAIT_US * 9 / 10) {
    sendFrame();
  }
}

}  // namespace

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  if (!imuBegin(sampleTaken) || !BLE.begin()) {
    for (;;) {  // blinks: the sensor or the radio does not answer
      digitalWrite(LED_BUILTIN, HIGH);
      delay(100);
      digitalWrite(LED_BUILTIN, LOW);
      delay(100);
    }
  }
  imuStop();

  String address = BLE.address();
  static char name[] = "imucount-0000";
  const int last = static_cast<int>(address.length());
  name[9] = address.charAt(last - 5);
  name[10] = address.charAt(last - 4);
  name[11] = address.charAt(last - 2);
  name[12] = address.charAt(last - 1);
  BLE.setLocalName(name);
  BLE.setDeviceName(name);

  service.addCharacteristic(data);
  service.addCharacteristic(configuration);
  BLE.addService(service);
  configuration.setEventHandler(BLEWritten, takeSettings);
  tellConfiguration();

  BLE.setAdvertisedService(service);
  BLE.setAdvertisingInterval(1600);      // 1 s, in 0.625 ms
  BLE.setConnectionInterval(12, 24);     // 15 to 30 ms, in 1.25 ms
  BLE.advertise();
}

void loop() {
  BLE.poll();
  const bool wanted = BLE.connected() && data.subscribed();
  if (wanted && !streaming) {
    startStream();
  } else if (!wanted && streaming) {
    stopStream();
  }
  if (streaming) {
    addSample();
  }
}
