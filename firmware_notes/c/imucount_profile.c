#include "imucount_profile.h"

enum { ACCELERATION_ALONE = 0x01, WITH_ANGULAR_RATE = 0x11, ATT_OVERHEAD = 3, MOST_SAMPLES = 255 };

static void put_u16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value & 0xffu);
    out[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *out, uint32_t value)
{
    put_u16(out, (uint16_t)(value & 0xffffu));
    put_u16(out + 2, (uint16_t)(value >> 16));
}

static uint16_t get_u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | ((unsigned)data[1] << 8));
}

static uint32_t get_u32(const uint8_t *data)
{
    return (uint32_t)get_u16(data) | ((uint32_t)get_u16(data + 2) << 16);
}

/* A cast of 0x8000 and above to int16_t is left to the compiler by the standard; this is not. */
static int16_t get_i16(const uint8_t *data)
{
    int32_t value = get_u16(data);
    return (int16_t)(value < 0x8000 ? value : value - 0x10000);
}

size_t imucount_frame_size(uint8_t axes, uint8_t count)
{
    if ((axes != 3 && axes != 6) || count == 0) {
        return 0;
    }
    return (size_t)IMUCOUNT_FRAME_HEADER_SIZE + (size_t)2 * axes * count;
}

uint8_t imucount_samples_per_frame(uint16_t att_mtu, uint8_t axes)
{
    size_t fit;

    if ((axes != 3 && axes != 6) || att_mtu < ATT_OVERHEAD + IMUCOUNT_FRAME_HEADER_SIZE) {
        return 0;
    }
    fit = ((size_t)att_mtu - ATT_OVERHEAD - IMUCOUNT_FRAME_HEADER_SIZE) / ((size_t)2 * axes);
    return (uint8_t)(fit < MOST_SAMPLES ? fit : MOST_SAMPLES);
}

size_t imucount_encode_frame(uint8_t *out, size_t capacity, const imucount_frame *frame, const int16_t *samples)
{
    const size_t size = imucount_frame_size(frame->axes, frame->count);
    const size_t values = (size_t)frame->axes * frame->count;
    size_t i;

    if (size == 0 || size > capacity) {
        return 0;
    }
    out[0] = frame->axes == 6 ? WITH_ANGULAR_RATE : ACCELERATION_ALONE;
    out[1] = frame->count;
    put_u16(out + 2, frame->sequence);
    put_u32(out + 4, frame->time_us);
    for (i = 0; i < values; i++) {
        put_u16(out + IMUCOUNT_FRAME_HEADER_SIZE + 2 * i, (uint16_t)samples[i]);
    }
    return size;
}

bool imucount_decode_frame(const uint8_t *data, size_t length, imucount_frame *frame, int16_t *samples,
                           size_t capacity)
{
    uint8_t axes;
    size_t values, i;

    if (length < IMUCOUNT_FRAME_HEADER_SIZE || (data[0] != ACCELERATION_ALONE && data[0] != WITH_ANGULAR_RATE)) {
        return false;
    }
    axes = data[0] == WITH_ANGULAR_RATE ? 6 : 3;
    values = (size_t)axes * data[1];
    if (values == 0 || values > capacity || length != imucount_frame_size(axes, data[1])) {
        return false;
    }
    frame->axes = axes;
    frame->count = data[1];
    frame->sequence = get_u16(data + 2);
    frame->time_us = get_u32(data + 4);
    for (i = 0; i < values; i++) {
        samples[i] = get_i16(data + IMUCOUNT_FRAME_HEADER_SIZE + 2 * i);
    }
    return true;
}

void imucount_encode_settings(uint8_t out[IMUCOUNT_SETTINGS_SIZE], const imucount_settings *settings)
{
    out[0] = IMUCOUNT_VERSION;
    out[1] = (uint8_t)settings->side;
    put_u16(out + 2, settings->rate_dhz);
    put_u16(out + 4, settings->acc_full_scale_mg);
    put_u16(out + 6, settings->gyr_full_scale_ddps);
}

bool imucount_decode_settings(const uint8_t *data, size_t length, imucount_settings *settings)
{
    if (length != IMUCOUNT_SETTINGS_SIZE || data[0] != IMUCOUNT_VERSION || data[1] > IMUCOUNT_SIDE_RIGHT ||
        get_u16(data + 2) == 0 || get_u16(data + 4) == 0) {
        return false;
    }
    settings->side = (imucount_side)data[1];
    settings->rate_dhz = get_u16(data + 2);
    settings->acc_full_scale_mg = get_u16(data + 4);
    settings->gyr_full_scale_ddps = get_u16(data + 6);
    return true;
}

void imucount_encode_configuration(uint8_t out[IMUCOUNT_CONFIGURATION_SIZE], const imucount_settings *settings,
                                   const imucount_limits *limits)
{
    uint8_t *rest = out + IMUCOUNT_SETTINGS_SIZE;

    imucount_encode_settings(out, settings);
    put_u16(rest, limits->lowest_rate_dhz);
    put_u16(rest + 2, limits->highest_rate_dhz);
    put_u16(rest + 4, limits->acc_full_scale_mg);
    put_u16(rest + 6, limits->gyr_full_scale_ddps);
}

bool imucount_decode_configuration(const uint8_t *data, size_t length, imucount_settings *settings,
                                   imucount_limits *limits)
{
    const uint8_t *rest;

    if (length < IMUCOUNT_CONFIGURATION_SIZE || !imucount_decode_settings(data, IMUCOUNT_SETTINGS_SIZE, settings)) {
        return false;
    }
    rest = data + IMUCOUNT_SETTINGS_SIZE;
    limits->lowest_rate_dhz = get_u16(rest);
    limits->highest_rate_dhz = get_u16(rest + 2);
    limits->acc_full_scale_mg = get_u16(rest + 4);
    limits->gyr_full_scale_ddps = get_u16(rest + 6);
    return true;
}

size_t imucount_nearest(const uint16_t *offered, size_t count, uint16_t wanted)
{
    size_t best = 0, i;
    uint16_t least = UINT16_MAX;

    for (i = 0; i < count; i++) {
        const uint16_t off = (uint16_t)(offered[i] > wanted ? offered[i] - wanted : wanted - offered[i]);
        if (off < least) {
            least = off;
            best = i;
        }
    }
    return best;
}
