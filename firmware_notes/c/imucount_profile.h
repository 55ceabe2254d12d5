/*
 * imucount's open profile, version 1: bytes of the two characteristics, both ways.
 *
 * C99, for a clip as much as for a host. It allocates nothing, keeps nothing, uses no floating point and calls no
 * library. The description to the byte is ../open_profile.md.
 */
#ifndef IMUCOUNT_PROFILE_H
#define IMUCOUNT_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IMUCOUNT_SERVICE_UUID "9d940001-6e24-439e-a062-4dc48f79e672"
#define IMUCOUNT_DATA_UUID "9d940002-6e24-439e-a062-4dc48f79e672"
#define IMUCOUNT_CONFIGURATION_UUID "9d940003-6e24-439e-a062-4dc48f79e672"

enum {
    IMUCOUNT_VERSION = 1,
    IMUCOUNT_FRAME_HEADER_SIZE = 8,
    IMUCOUNT_SETTINGS_SIZE = 8,
    IMUCOUNT_LIMITS_SIZE = 8,
    IMUCOUNT_CONFIGURATION_SIZE = 16
};

typedef enum { IMUCOUNT_SIDE_UNKNOWN = 0, IMUCOUNT_SIDE_LEFT = 1, IMUCOUNT_SIDE_RIGHT = 2 } imucount_side;

/* What goes before the samples of a frame. */
typedef struct {
    uint8_t axes;      /* 3: ax ay az; 6: ax ay az gx gy gz */
    uint8_t count;     /* samples, 1 to 255 */
    uint16_t sequence; /* number of the first sample since the stream began, wraps */
    uint32_t time_us;  /* when the first sample was taken, on the clip's clock, wraps */
} imucount_frame;

typedef struct {
    imucount_side side;
    uint16_t rate_dhz;            /* 0.1 Hz */
    uint16_t acc_full_scale_mg;   /* what 32768 would mean, 0.001 g */
    uint16_t gyr_full_scale_ddps; /* what 32768 would mean, 0.1 deg/s; 0: three axes */
} imucount_settings;

typedef struct {
    uint16_t lowest_rate_dhz;
    uint16_t highest_rate_dhz;
    uint16_t acc_full_scale_mg;
    uint16_t gyr_full_scale_ddps; /* 0: there is no gyroscope */
} imucount_limits;

/* Bytes of a frame; 0 if it can be none, by its axes or its count. */
size_t imucount_frame_size(uint8_t axes, uint8_t count);

/* Samples that fit a notification of a connection with this ATT MTU; 0 if axes are neither 3 nor 6. */
uint8_t imucount_samples_per_frame(uint16_t att_mtu, uint8_t axes);

/*
 * Write a frame. `samples` are count * axes values, sample after sample.
 * Returns its bytes, or 0 and writes nothing if it can be no frame or is longer than `capacity`.
 */
size_t imucount_encode_frame(uint8_t *out, size_t capacity, const imucount_frame *frame, const int16_t *samples);

/*
 * Read a frame. `samples` has room for `capacity` values.
 * Returns false and writes nothing if the bytes are no frame of this version, or its values are more than that.
 */
bool imucount_decode_frame(const uint8_t *data, size_t length, imucount_frame *frame, int16_t *samples,
                           size_t capacity);

/* Write what the configuration characteristic takes. */
void imucount_encode_settings(uint8_t out[IMUCOUNT_SETTINGS_SIZE], const imucount_settings *settings);

/* Read what was written to the configuration characteristic; false, and nothing changed, if it is no settings. */
bool imucount_decode_settings(const uint8_t *data, size_t length, imucount_settings *settings);

/* Write what reading the configuration characteristic gives. */
void imucount_encode_configuration(uint8_t out[IMUCOUNT_CONFIGURATION_SIZE], const imucount_settings *settings,
                                   const imucount_limits *limits);

/* Read what reading the configuration characteristic gave; bytes that a later revision added are left out. */
bool imucount_decode_configuration(const uint8_t *data, size_t length, imucount_settings *settings,
                                   imucount_limits *limits);

/* Of `count` offered values, which are at least one, the index of that nearest to what is wanted. */
size_t imucount_nearest(const uint16_t *offered, size_t count, uint16_t wanted);

#ifdef __cplusplus
}
#endif

#endif
