/*
 * Puts the codec of firmware_notes/c behind a pipe. A line in, a line out, all numbers in decimal and bytes in hex:
 *
 *   encode CAPACITY AXES COUNT SEQUENCE TIME VALUES...   -> hex, or "refused"
 *   decode CAPACITY HEX                                  -> AXES COUNT SEQUENCE TIME VALUES..., or "refused"
 *   settings HEX                                         -> hex of what was read and written again, or "refused"
 *   configuration HEX                                    -> likewise
 *   fit MTU AXES                                         -> samples per frame
 *   nearest WANTED OFFERED...                            -> index
 *
 * Bytes and values lie in blocks of their exact size, so that the sanitizer sees a step beyond them.
 */
#include "imucount_profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char line[1 << 16];

static unsigned long next_number(void)
{
    char *word = strtok(NULL, " \n");
    if (word == NULL) {
        exit(2);
    }
    return strtoul(word, NULL, 10);
}

static uint8_t *next_bytes(size_t *length)
{
    char *word = strtok(NULL, " \n");
    size_t i;
    uint8_t *bytes;

    *length = word == NULL ? 0 : strlen(word) / 2;
    bytes = malloc(*length ? *length : 1);
    for (i = 0; i < *length; i++) {
        unsigned value;
        if (bytes == NULL || sscanf(word + 2 * i, "%2x", &value) != 1) {
            exit(2);
        }
        bytes[i] = (uint8_t)value;
    }
    return bytes;
}

static void print_bytes(const uint8_t *bytes, size_t length)
{
    size_t i;
    for (i = 0; i < length; i++) {
        printf("%02x", bytes[i]);
    }
    printf("\n");
}

static void encode(void)
{
    const size_t capacity = next_number();
    imucount_frame frame;
    int16_t *samples;
    uint8_t *out = malloc(capacity ? capacity : 1);
    size_t values, i, size;

    frame.axes = (uint8_t)next_number();
    frame.count = (uint8_t)next_number();
    frame.sequence = (uint16_t)next_number();
    frame.time_us = (uint32_t)next_number();
    values = (size_t)frame.axes * frame.count;
    samples = malloc(values ? 2 * values : 1);
    if (out == NULL || samples == NULL) {
        exit(2);
    }
    for (i = 0; i < values; i++) {
        samples[i] = (int16_t)strtol(strtok(NULL, " \n"), NULL, 10);
    }
    size = imucount_encode_frame(out, capacity, &frame, samples);
    if (size) {
        print_bytes(out, size);
    } else {
        printf("refused\n");
    }
    free(samples);
    free(out);
}

static void decode(void)
{
    const size_t capacity = next_number();
    size_t length, i;
    uint8_t *data = next_bytes(&length);
    int16_t *samples = malloc(capacity ? 2 * capacity : 1);
    imucount_frame frame;

    if (imucount_decode_frame(data, length, &frame, samples, capacity)) {
        printf("%u %u %u %lu", frame.axes, frame.count, frame.sequence, (unsigned long)frame.time_us);
        for (i = 0; i < (size_t)frame.axes * frame.count; i++) {
            printf(" %d", samples[i]);
        }
        printf("\n");
    } else {
        printf("refused\n");
    }
    free(samples);
    free(data);
}

static void settings(void)
{
    size_t length;
    uint8_t *data = next_bytes(&length), out[IMUCOUNT_SETTINGS_SIZE];
    imucount_settings there;

    if (imucount_decode_settings(data, length, &there)) {
        imucount_encode_settings(out, &there);
        print_bytes(out, sizeof out);
    } else {
        printf("refused\n");
    }
    free(data);
}

static void configuration(void)
{
    size_t length;
    uint8_t *data = next_bytes(&length), out[IMUCOUNT_CONFIGURATION_SIZE];
    imucount_settings there;
    imucount_limits limits;

    if (imucount_decode_configuration(data, length, &there, &limits)) {
        imucount_encode_configuration(out, &there, &limits);
        print_bytes(out, sizeof out);
    } else {
        printf("refused\n");
    }
    free(data);
}

static void nearest(void)
{
    const uint16_t wanted = (uint16_t)next_number();
    uint16_t offered[16];
    size_t count = 0;
    char *word;

    while (count < 16 && (word = strtok(NULL, " \n")) != NULL) {
        offered[count++] = (uint16_t)strtoul(word, NULL, 10);
    }
    printf("%zu\n", imucount_nearest(offered, count, wanted));
}

int main(void)
{
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *verb = strtok(line, " \n");

        if (verb == NULL) {
            return 2;
        } else if (strcmp(verb, "encode") == 0) {
            encode();
        } else if (strcmp(verb, "decode") == 0) {
            decode();
        } else if (strcmp(verb, "settings") == 0) {
            settings();
        } else if (strcmp(verb, "configuration") == 0) {
            configuration();
        } else if (strcmp(verb, "fit") == 0) {
            const uint16_t mtu = (uint16_t)next_number();
            printf("%u\n", imucount_samples_per_frame(mtu, (uint8_t)next_number()));
        } else if (strcmp(verb, "nearest") == 0) {
            nearest();
        } else {
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
