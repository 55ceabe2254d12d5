#include <math.h>

#include "rests.h"

enum { TILT_1, TILT_2, YAW, TURN_1, TURN_2, FORCE, LEVEL_1, LEVEL_2 };

/* Circles take 1 to 8 s; a beginner's with holds, or one cut short, may take this. */
static const double SHORTEST_S = 0.7, LONGEST_S = 14.0;

/* The axis of the swing is within 60 deg of the loop's: 35 deg for the choice of axes, and the rest where the clip
 * turns obliquely.
 */
static const double LEAST_ALIGNED = 0.5;

/* A rise of more than so many times its fall may have begun at rest. */
static const double LONG_RISE = 1.2;

/* A first circle that begins gently rises for so many times its fall; a last one falls for so many its rise. */
static const double LONGEST_TO_OTHER = 1.6;

/* Where the tilt rises again by more than this share of the fall it has turned round. */
static const double TURNED_SHARE = 0.04;

/* The bottom is in the middle of what lies below this share of the fall, or of the rise if that is small. */
static const double CROSSED_SHARE = 0.2, CROSSED_RISE_SHARE = 0.9;

/* What lies so low for more than this share of the fall's time is no bottom, but a rest. */
static const double LONGEST_BOTTOM = 0.6;

/* The tilt and the yaw have arrived when this share of their way to rest is left. As the sensor sees them, amid sway
 * and breath, this is mostly within 0.1 s of where `imucount.Rep` has a last circle end, a first one start.
 */
static const double ARRIVED_SHARE = 0.03, YAW_ARRIVED_SHARE = 0.1;

static const double TINY = 1e-12;

/* Finds the axis about which the area over the yaw is largest; returns whether it is near enough to this one. */
static int turn_to_area(const double *history, ptrdiff_t stride, ptrdiff_t begin, ptrdiff_t n, double axis[2])
{
    const double *tilt[2] = {history + TILT_1 * stride + begin, history + TILT_2 * stride + begin};
    const double *yaw = history + YAW * stride + begin, drift = (yaw[n] - yaw[0]) / (double)n;
    double total = 0.0, swept[2] = {0.0, 0.0};

    for (ptrdiff_t k = 1; k <= n; k++)
        total += yaw[k] - drift * (double)k;
    for (ptrdiff_t k = 1; k <= n; k++)
        for (int c = 0; c < 2; c++)
            swept[c] += (tilt[c][k] - tilt[c][k - 1]) * (yaw[k] - drift * (double)k - total / (double)n);
    const double size = sqrt(swept[0] * swept[0] + swept[1] * swept[1]);
    const double aligned = swept[0] * axis[0] + swept[1] * axis[1];
    if (size > 0.0)
        for (int c = 0; c < 2; c++)
            axis[c] = (aligned > 0.0 ? swept[c] : -swept[c]) / size;
    return fabs(aligned) >= LEAST_ALIGNED * size;
}

/* Steps from the top to the end of the loop on that side, with a fraction.
 *
 * Where the tilt turns at the bottom it is half-way between two crossings of one low level; where the movement comes to
 * rest there, the moment at which tilt and yaw have both arrived.
 */
static double steps_to_end(const side *s)
{
    const double top = tilt_at(s, 0), tied = slope(s, NULL);
    ptrdiff_t bottom = 0, furthest = 0, above = 0, came_back;
    double lowest = top, highest_after, reach = 0.0;

    for (ptrdiff_t k = 1; k < s->length; k++)
        if (tilt_at(s, k) < lowest) {
            lowest = tilt_at(s, k);
            bottom = k;
        }
    highest_after = lowest;
    for (ptrdiff_t k = bottom; k < s->length; k++)
        highest_after = fmax(highest_after, tilt_at(s, k));
    const double depth = top - lowest, rise = highest_after - lowest;
    if (depth <= 0.0)
        return (double)(s->length - 1);

    if (rise > TURNED_SHARE * depth) {
        const double low = lowest + fmin(CROSSED_SHARE * depth, CROSSED_RISE_SHARE * rise);
        for (above = bottom; tilt_at(s, above) <= low; above++)
            ;
        const double climbed = tilt_at(s, above) - tilt_at(s, above - 1);
        const double again = (double)above - (tilt_at(s, above) - low) / climbed, down = steps_down_to(s, low);
        if (again - down <= LONGEST_BOTTOM * (double)bottom)
            return 0.5 * (down + again);
    }

    const double aside = yaw_at(s, 0) - tied * top;
    for (ptrdiff_t k = 0; k < s->length; k++) {
        const double out = fabs(yaw_at(s, k) - tied * tilt_at(s, k) - aside);
        if (out > reach) {
            reach = out;
            furthest = k;
        }
    }
    const double at_end = fabs(yaw_at(s, s->length - 1) - tied * tilt_at(s, s->length - 1) - aside);
    const double left = at_end + YAW_ARRIVED_SHARE * (reach - at_end);
    for (came_back = furthest; came_back < s->length - 1; came_back++)
        if (fabs(yaw_at(s, came_back) - tied * tilt_at(s, came_back) - aside) <= left)
            break;
    return fmax(steps_down_to(s, lowest + ARRIVED_SHARE * depth), (double)came_back);
}

/* Finds where the loop of a swing starts and ends, in samples from its top; returns whether it is one. */
static int find_edges(const imucount_swing *swing, const double *history, ptrdiff_t stride, imucount_loop *loop)
{
    const ptrdiff_t top = swing->top, longest = swing->longest_side;
    const ptrdiff_t earliest = top > longest ? top - longest : 0;
    ptrdiff_t n_before = top - (swing->start > earliest ? swing->start : earliest) + 1;
    ptrdiff_t n_after = (swing->known - top < longest ? swing->known - top : longest) + 1;
    const ptrdiff_t n_fall = swing->end - top < n_after - 1 ? swing->end - top : n_after - 1;
    double axis[2] = {swing->axis[0], swing->axis[1]}, tilt[2 * IMUCOUNT_MOST_WATCHED];

    if (swing->has_gyroscope) {
        const ptrdiff_t n_rise = 2 * n_fall < n_before - 1 ? 2 * n_fall : n_before - 1;
        if (!turn_to_area(history, stride, top - n_rise, n_rise + n_fall, axis))
            return 0;
    }
    for (ptrdiff_t k = 0, from = top - n_before + 1; k < n_before + n_after - 1; k++)
        tilt[k] = axis[0] * history[TILT_1 * stride + from + k] + axis[1] * history[TILT_2 * stride + from + k];
    side before = {tilt + n_before - 1, history + YAW * stride + top, 1.0, -1, n_before};
    side after = {before.tilt, before.yaw, 1.0, 1, n_after};

    if (swing->rested_before || (double)(n_before - 1) > LONG_RISE * (double)n_fall) {
        imucount_fall fall;
        double lowest = before.tilt[0];
        for (ptrdiff_t k = 1; k < n_before; k++)
            lowest = fmin(lowest, tilt_at(&before, k));
        fall.steps = fall.is_low = 0;
        fall.least = LEAST_FALL * (before.tilt[0] - lowest);
        /* A drift of the posture or of the yaw may hide the rest: one side is not that much longer than the other. */
        const ptrdiff_t most = comes_to_rest(&fall, before, after, swing->linger)
                                   ? (ptrdiff_t)fall.steps
                                   : (ptrdiff_t)(LONGEST_TO_OTHER * (double)n_fall);
        n_before = n_before < most + 1 ? n_before : most + 1;
    }
    const ptrdiff_t most = (ptrdiff_t)(LONGEST_TO_OTHER * (double)n_before) + 1;
    n_after = n_after < most ? n_after : most;
    before.length = n_before;
    after.length = n_after;
    loop->before = steps_to_end(&before);
    loop->after = steps_to_end(&after);
    const double duration_s = (loop->before + loop->after) / swing->rate_hz;
    return duration_s >= SHORTEST_S && duration_s <= LONGEST_S && rint(loop->before) >= 2.0 &&
           rint(loop->after) >= 2.0;
}

#define SIGNALS 11
#define MOST (2 * IMUCOUNT_MOST_WATCHED)

static double along(double one_one, double one_two, double two_two, const double axis[2])
{
    return axis[0] * axis[0] * one_one + 2.0 * axis[0] * axis[1] * one_two + axis[1] * axis[1] * two_two;
}

/* Turns an axis to where a matrix of products is largest. */
static void turn_to_main_axis(double one_one, double one_two, double two_two, double axis[2])
{
    const double difference = one_one - two_two, both = 2.0 * one_two;
    const double size = sqrt(difference * difference + both * both);
    const double cosine = size > 0.0 ? fmax(-1.0, fmin(1.0, difference / size)) : difference; /* of twice the angle */
    const double one = sqrt(0.5 * (1.0 + cosine)), two = copysign(sqrt(0.5 * (1.0 - cosine)), both);
    const double sign = one * axis[0] + two * axis[1] > 0.0 ? 1.0 : -1.0;
    axis[0] = sign * one;
    axis[1] = sign * two;
}

/* Makes the signals of which a loop's measures consist, 0 on average: the rotation about the two level axes and up,
 * with its end where it starts (0 to 2), the force (3 to 5), and, per sample, the rotation's speed (6 to 8) and the
 * change of it about the level axes (9, 10). Returns the mean of the force.
 */
static double make_signals(const double *history, ptrdiff_t stride, ptrdiff_t n, int has_gyroscope,
                           double x[SIGNALS][MOST])
{
    const int rows[6] = {has_gyroscope ? TURN_1 : TILT_1, has_gyroscope ? TURN_2 : TILT_2, YAW, FORCE, LEVEL_1, LEVEL_2};
    double gravity = 0.0;

    for (int c = 0; c < 6; c++) {
        const double *given = history + rows[c] * stride;
        const double start = c < 3 ? given[0] : 0.0, last = c < 3 ? given[n - 1] - given[0] : 0.0;
        double total = 0.0;
        for (ptrdiff_t k = 0; k < n; k++) {
            x[c][k] = given[k] - start - last * ((double)k / (double)(n - 1));
            total += x[c][k];
        }
        const double mean = total / (double)n;
        for (ptrdiff_t k = 0; k < n; k++)
            x[c][k] -= mean;
        gravity = c == 3 ? mean : gravity;
    }
    for (int c = 0; c < 3; c++) {
        x[6 + c][0] = 0.0;
        for (ptrdiff_t k = 1; k < n; k++)
            x[6 + c][k] = x[c][k] - x[c][k - 1];
    }
    for (int c = 0; c < 2; c++) {
        x[9 + c][0] = x[9 + c][n - 1] = 0.0;
        for (ptrdiff_t k = 1; k < n - 1; k++)
            x[9 + c][k] = x[6 + c][k + 1] - x[6 + c][k];
    }
    return gravity;
}

static double product(const double *a, const double *b, ptrdiff_t n)
{
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    ptrdiff_t k = 0;
    for (; k + 4 <= n; k += 4)
        for (int lane = 0; lane < 4; lane++)
            sums[lane] += a[k + lane] * b[k + lane];
    for (; k < n; k++)
        sums[0] += a[k] * b[k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Where the yaw, without what goes along with the elevation, is farthest from the middle, from `from` to `to`. */
static ptrdiff_t farthest(const double *aside, ptrdiff_t from, ptrdiff_t to)
{
    ptrdiff_t best = from;
    for (ptrdiff_t k = from + 1; k <= to; k++)
        if (fabs(aside[k]) > fabs(aside[best]))
            best = k;
    return best;
}

static void range(const double *x, ptrdiff_t n, double *lowest, double *highest)
{
    *lowest = *highest = x[0];
    for (ptrdiff_t k = 1; k < n; k++) {
        *lowest = fmin(*lowest, x[k]);
        *highest = fmax(*highest, x[k]);
    }
}

ptrdiff_t imucount_loop_size(void)
{
    return (ptrdiff_t)sizeof(imucount_loop);
}

ptrdiff_t imucount_measure(const imucount_swing *swing, const double *history, ptrdiff_t stride, imucount_loop *loop)
{
    if (!find_edges(swing, history, stride, loop))
        return 0;
    const ptrdiff_t top = (ptrdiff_t)rint(loop->before), n = top + (ptrdiff_t)rint(loop->after) + 1;
    const double step_s = 1.0 / swing->rate_hz, *from = history + (swing->top - top);
    double x[SIGNALS][MOST], p[SIGNALS][SIGNALS], axis[2] = {swing->axis[0], swing->axis[1]};
    const double gravity = make_signals(from, stride, n, swing->has_gyroscope != 0, x);

    for (int i = 0; i < SIGNALS; i++)
        for (int j = 0; j <= i; j++)
            p[i][j] = p[j][i] = product(x[i], x[j], n);
    double *const area = loop->area;
    for (int c = 0; c < 3; c++) {
        const int i = (c + 1) % 3, j = (c + 2) % 3;
        area[c] = 0.5 * (p[i][6 + j] - p[j][6 + i]);
    }
    const double swept = sqrt(area[0] * area[0] + area[1] * area[1]);
    loop->sense = 0.0;
    if (swing->has_gyroscope) {
        const double aligned = axis[0] * area[1] - axis[1] * area[0];
        if (fabs(aligned) < LEAST_ALIGNED * swept)
            return 0;
        if (swept > 0.0) {
            loop->sense = aligned > 0.0 ? 1.0 : -1.0;
            axis[0] = loop->sense * (area[1] / swept);
            axis[1] = loop->sense * (-area[0] / swept);
        }
    } else {
        turn_to_main_axis(p[0][0], p[0][1], p[1][1], axis);
    }

    const double elevation_power = along(p[0][0], p[0][1], p[1][1], axis), yaw_power = p[2][2];
    const double lever_weight = step_s * step_s / (along(p[6][6], p[6][7], p[7][7], axis) + TINY);
    const double lever = -(axis[0] * p[3][0] + axis[1] * p[3][1]) * lever_weight;
    /* Force that the lever leaves: force - lever * d²elevation/dt², whose power follows from the products. */
    const double pushed = axis[0] * p[9][3] + axis[1] * p[10][3], force_power = p[3][3];
    const double rest_power = force_power - 2.0 * lever * pushed / (step_s * step_s) +
                              lever * lever * along(p[9][9], p[9][10], p[10][10], axis) /
                                  (step_s * step_s * step_s * step_s);
    /* Level force is gravity seen along the level axes, and on top of it what moves the clip. */
    const double moving =
        axis[0] * (p[4][2] + gravity * p[1][2]) + axis[1] * (p[5][2] - gravity * p[0][2]);
    const double yaw_weight = step_s * step_s / (p[8][8] + TINY);

    double *const elevation = x[6], *const aside = x[7], *const yaw = x[2]; /* the speed has been used */
    const double tied = (axis[0] * p[0][2] + axis[1] * p[1][2]) / (elevation_power + TINY);
    for (ptrdiff_t k = 0; k < n; k++) {
        elevation[k] = axis[0] * x[0][k] + axis[1] * x[1][k];
        aside[k] = yaw[k] - tied * elevation[k];
    }
    double lowest, highest, least, most, left, right;
    range(elevation, n, &lowest, &highest);
    range(aside, n, &least, &most);
    range(yaw, n, &left, &right);
    ptrdiff_t quarters[4] = {0, 0, 0, 0}, first_high = -1, last_high = 0, fullest = 0;
    for (ptrdiff_t k = 0; k < n; k++) {
        const int is_high = elevation[k] > 0.5 * (highest + lowest), is_ahead = aside[k] > 0.5 * (most + least);
        quarters[2 * is_high + is_ahead]++;
        if (is_high) {
            first_high = first_high < 0 ? k : first_high;
            last_high = k;
        }
    }
    for (int quarter = 0; quarter < 4; quarter++)
        fullest = quarters[quarter] > fullest ? quarters[quarter] : fullest;
    double apart[3];
    for (int c = TILT_1; c <= YAW; c++)
        apart[c] = from[c * stride + n - 1] - from[c * stride];

    loop->n_before = (double)top;
    loop->first_side = (double)farthest(aside, 0, top);
    loop->second_side = (double)farthest(aside, top, n - 1);
    loop->axis[0] = axis[0];
    loop->axis[1] = axis[1];
    loop->elevation = highest - lowest;
    loop->yaw = right - left;
    loop->rise_yaw = yaw[first_high < 0 ? 0 : first_high] - yaw[0];
    loop->fall_yaw = yaw[last_high] - yaw[0];
    loop->roundness = swept / (2.0 * acos(-1.0) * sqrt(elevation_power * yaw_power) / (double)n + TINY);
    loop->closure = sqrt(apart[0] * apart[0] + apart[1] * apart[1]) / (highest - lowest + TINY);
    loop->yaw_closure = fabs(apart[2]) / (right - left + TINY);
    loop->fullest_quarter = (double)fullest / (double)n;
    loop->lever = lever;
    loop->lever_share = elevation_power * lever_weight;
    loop->forward_lever = moving * yaw_weight;
    loop->forward_lever_share = yaw_power * yaw_weight;
    loop->force_rms = sqrt(force_power / (double)n);
    loop->unexplained_rms = sqrt(fmax(rest_power, 0.0) / (double)n);
    return 1;
}
