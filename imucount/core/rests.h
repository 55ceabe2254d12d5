/* Where the fall from a high point comes to rest, rather than to turn round. */
#ifndef IMUCOUNT_RESTS_H
#define IMUCOUNT_RESTS_H

#include "core.h"

/* What lies on one side of a high point, from the point outward: the tilt rises towards it. */
typedef struct {
    const double *tilt, *yaw;
    double sign;
    ptrdiff_t step, length;
} side;

static inline double tilt_at(const side *s, ptrdiff_t k)
{
    return s->sign * s->tilt[k * s->step];
}

static inline double yaw_at(const side *s, ptrdiff_t k)
{
    return s->yaw[k * s->step];
}

/* A fall that comes to rest earlier has not arrived: four separate moves rest half-way, too. */
static const double LEAST_FALL = 0.75;

/* Steps, with a fraction, until a side is down at a level; 0 where it never is. */
double steps_down_to(const side *s, double level);

/* Least-squares slope of the yaw over the tilt, on one side, or on both, with the point once; 0 where the tilt does not
 * vary.
 */
double slope(const side *one, const side *other);

/* Whether a fall has come to rest, and its yaw come back, within what is there to look at and was not before; then
 * fall->steps is the step at which that was certain.
 */
int comes_to_rest(imucount_fall *fall, side after, side before, ptrdiff_t linger);

/* Whether a fall that was watched for so many steps has brought little in their second half. */
int has_stayed_low(const imucount_fall *fall, double top, ptrdiff_t steps);

#endif
