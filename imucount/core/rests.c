#include <math.h>

#include "rests.h"

/* A fall has come to rest when the last 0.35 of its time, and `linger` samples at least, brought less than 0.08 of
 * it. Half of a cosine lingers so long only after it has turned round.
 */
static const double LINGER_SHARE = 0.35, STILL_SHARE = 0.08;

/* A rest of this share of the time since the top is longer than any hold between two moves. */
static const double LONG_SHARE = 0.7;

/* At rest the tilt is still within this share of the fall from its lowest: else it has turned round. */
static const double NEAR_LOWEST = 0.25;

/* A rise begins when this share of it is done: before, it may have been at rest for long. */
static const double START_OF_RISE = 0.1;

/* The yaw has come back when it is less than this share of its reach on the side where it went. */
static const double CAME_BACK = 0.4;

static ptrdiff_t steps_to_start_of_rise(const side *rise)
{
    double lowest = tilt_at(rise, 0);
    for (ptrdiff_t k = 1; k < rise->length; k++)
        lowest = fmin(lowest, tilt_at(rise, k));
    const double level = lowest + START_OF_RISE * (tilt_at(rise, 0) - lowest);
    ptrdiff_t k = 0;
    while (k < rise->length - 1 && tilt_at(rise, k) > level)
        k++;
    if (k == 0)
        return 0;
    const double below = tilt_at(rise, k), above = tilt_at(rise, k - 1);
    return (ptrdiff_t)((double)k - (level - below) / (above - below));
}

/* Finds the share of the yaw that goes along with the tilt over the rise and the fall, what is then the middle
 * between its extremes, how far they are from there, and to which side the fall went.
 */
static void resolve_yaw(imucount_fall *fall, const side *after, const side *before)
{
    const side *const sides[2] = {after, before};
    const ptrdiff_t first[2] = {0, 1}; /* the point itself belongs to one of them */
    double n = 0.0, total = 0.0, power = 0.0, product = 0.0;

    for (int s = 0; s < 2; s++)
        for (ptrdiff_t k = first[s]; k < sides[s]->length; k++, n += 1.0)
            total += tilt_at(sides[s], k);
    const double mean = total / n;
    for (int s = 0; s < 2; s++)
        for (ptrdiff_t k = first[s]; k < sides[s]->length; k++) {
            const double centred = tilt_at(sides[s], k) - mean;
            power += centred * centred;
            product += centred * yaw_at(sides[s], k);
        }
    fall->tied = power > 0.0 ? product / power : 0.0;

    double highest = -INFINITY, lowest = INFINITY, furthest = 0.0;
    for (int s = 0; s < 2; s++)
        for (ptrdiff_t k = first[s]; k < sides[s]->length; k++) {
            const double aside = yaw_at(sides[s], k) - fall->tied * tilt_at(sides[s], k);
            highest = fmax(highest, aside);
            lowest = fmin(lowest, aside);
        }
    fall->middle = 0.5 * (highest + lowest);
    fall->reach = 0.5 * (highest - lowest);
    for (ptrdiff_t k = 0; k < after->length; k++)
        furthest = fmax(furthest, fabs(yaw_at(after, k) - fall->tied * tilt_at(after, k) - fall->middle));
    /* Where both extremes are on this side of the top they are equally far: the first is where it went. */
    fall->outward = 0.0;
    for (ptrdiff_t k = 0; k < after->length; k++) {
        const double aside = yaw_at(after, k) - fall->tied * tilt_at(after, k) - fall->middle;
        if (fabs(aside) >= (1.0 - 1e-9) * furthest) {
            fall->outward = aside > 0.0 ? 1.0 : aside < 0.0 ? -1.0 : 0.0;
            break;
        }
    }
}

int comes_to_rest(imucount_fall *fall, side after, side before, ptrdiff_t linger)
{
    for (; fall->steps < after.length; fall->steps++) {
        const ptrdiff_t k = fall->steps;
        const double tilt = tilt_at(&after, k);
        const double lowest = k > 0 ? fmin(fall->lowest[k - 1], tilt) : tilt;
        fall->lowest[k] = lowest;
        if (k < linger)
            continue;
        const double fallen = tilt_at(&after, 0) - lowest, still = STILL_SHARE * fallen;
        const ptrdiff_t share = (ptrdiff_t)((1.0 - LINGER_SHARE) * (double)k);
        const ptrdiff_t earlier = share < k - linger ? share : k - linger;
        const ptrdiff_t much_earlier = (ptrdiff_t)((1.0 - LONG_SHARE) * (double)k);
        if (fallen < fall->least || fall->lowest[earlier] - lowest > still || tilt > lowest + NEAR_LOWEST * fallen)
            continue;
        if (!fall->is_low) {
            fall->is_low = 1;
            const side until = {after.tilt, after.yaw, after.sign, after.step, k + 1};
            before.length = steps_to_start_of_rise(&before) + 1;
            resolve_yaw(fall, &until, &before);
        }
        const double aside = yaw_at(&after, k) - fall->tied * tilt - fall->middle;
        if (fall->lowest[much_earlier] - lowest <= still ||
            fall->outward * aside <= CAME_BACK * fall->reach + 1e-9)
            return 1;
    }
    return 0;
}

int has_stayed_low(const imucount_fall *fall, double top, ptrdiff_t steps)
{
    const double lowest = fall->lowest[steps - 1], fallen = top - lowest;
    return fallen >= fall->least && fall->lowest[steps / 2 - 1] - lowest <= 2.0 * STILL_SHARE * fallen;
}

ptrdiff_t imucount_steps_to_rest(imucount_fall *fall, const double *tilt, const double *yaw, ptrdiff_t n,
                                 const double *rise_tilt, const double *rise_yaw, ptrdiff_t n_rise,
                                 double least_fall, ptrdiff_t linger)
{
    const side after = {tilt, yaw, 1.0, 1, n < IMUCOUNT_MOST_WATCHED ? n : IMUCOUNT_MOST_WATCHED};
    const side before = {rise_tilt, rise_yaw, 1.0, 1, n_rise};
    fall->steps = fall->is_low = 0;
    fall->least = least_fall;
    return comes_to_rest(fall, after, before, linger) ? fall->steps : -1;
}
