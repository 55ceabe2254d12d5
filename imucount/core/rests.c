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

double steps_down_to(const side *s, double level)
{
    for (ptrdiff_t k = 0; k < s->length; k++)
        if (tilt_at(s, k) <= level) {
            const double below = tilt_at(s, k), above = k > 0 ? tilt_at(s, k - 1) : 0.0;
            return k > 0 ? (double)k - (level - below) / (above - below) : 0.0;
        }
    return 0.0;
}

double slope(const side *one, const side *other)
{
    const side *const sides[2] = {one, other};
    double n = 0.0, total = 0.0, power = 0.0, product = 0.0;

    for (int s = 0; s < 2 && sides[s]; s++)
        for (ptrdiff_t k = s; k < sides[s]->length; k++, n += 1.0)
            total += tilt_at(sides[s], k);
    const double mean = total / n;
    for (int s = 0; s < 2 && sides[s]; s++)
        for (ptrdiff_t k = s; k < sides[s]->length; k++) {
            const double centred = tilt_at(sides[s], k) - mean;
            power += centred * centred;
            product += centred * yaw_at(sides[s], k);
        }
    return power > 0.0 ? product / power : 0.0;
}

static ptrdiff_t steps_to_start_of_rise(const side *rise)
{
    double lowest = tilt_at(rise, 0);
    for (ptrdiff_t k = 1; k < rise->length; k++)
        lowest = fmin(lowest, tilt_at(rise, k));
    return (ptrdiff_t)steps_down_to(rise, lowest + START_OF_RISE * (tilt_at(rise, 0) - lowest));
}

/* Finds the share of the yaw that goes along with the tilt over the rise and the fall, what is then the middle
 * between its extremes, how far they are from there, and to which side the fall went.
 */
static void resolve_yaw(imucount_fall *fall, const side *after, const side *before)
{
    const side *const sides[2] = {after, before}; /* the point itself belongs to the first */
    fall->tied = slope(after, before);

    double highest = -INFINITY, lowest = INFINITY, furthest = 0.0;
    for (int s = 0; s < 2; s++)
        for (ptrdiff_t k = s; k < sides[s]->length; k++) {
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
