#include <math.h>
#include <string.h>

#include "rests.h"

enum { TILT_1, TILT_2, YAW, TURN_1, TURN_2, FORCE, LEVEL_1, LEVEL_2, ALONG };

static double dot(const double *motion, ptrdiff_t stride, const double axis[3])
{
    return motion[0] * axis[0] + motion[stride] * axis[1] + motion[2 * stride] * axis[2];
}

void imucount_resolve(const double *level, const double *motion, ptrdiff_t stride, ptrdiff_t n, double *channels)
{
    const double *up = level, *first = level + 3, *second = level + 6, gravity = level[9];

    for (ptrdiff_t i = 0; i < n; i++) {
        const double *acc = motion + i, *slow_acc = acc + 3 * stride;
        const double *slow_turn = acc + 6 * stride, *turn = acc + 9 * stride;
        double *out = channels + i;
        /* A turn about `first` moves up along `second`; one about `second` moves it against `first`. */
        out[TILT_1 * n] = dot(slow_turn, stride, first) + dot(slow_acc, stride, second) / gravity;
        out[TILT_2 * n] = dot(slow_turn, stride, second) - dot(slow_acc, stride, first) / gravity;
        out[YAW * n] = dot(turn, stride, up);
        out[TURN_1 * n] = dot(turn, stride, first);
        out[TURN_2 * n] = dot(turn, stride, second);
        out[FORCE * n] = sqrt(acc[0] * acc[0] + acc[stride] * acc[stride] + acc[2 * stride] * acc[2 * stride]);
        out[LEVEL_1 * n] = dot(acc, stride, first);
        out[LEVEL_2 * n] = dot(acc, stride, second);
    }
}

ptrdiff_t imucount_finder_size(void)
{
    return (ptrdiff_t)sizeof(imucount_finder);
}

/* What one call works on. */
typedef struct {
    imucount_finder *finder;
    const double *x; /* rows by channel, and then the tilt along each axis */
    ptrdiff_t stride, first;
    int64_t index, now, *falls;
} work;

static const double *sample(const work *w, ptrdiff_t row, int64_t index)
{
    return w->x + row * w->stride + (index - w->first);
}

/* Tells of a fall from the point after `low`. */
static void tell(work *w, int number, const imucount_point *low, int64_t end, int turns)
{
    const imucount_point *top = low + 1;
    int64_t *fall = w->falls + IMUCOUNT_FALL * ++w->falls[0];
    fall[0] = w->index > w->now ? w->index : w->now;
    fall[1] = low->at;
    fall[2] = top->at;
    fall[3] = end;
    fall[4] = number;
    fall[5] = top->value > low->value ? 1 : -1;
    fall[6] = low->rested_before;
    fall[7] = turns;
}

/* Whether the axis is near enough to that in which the tilt rises most to the high point. */
static int lies_along(const work *w, int axis, int64_t start, int64_t top, int64_t end)
{
    const imucount_finder *f = w->finder;
    const int64_t earliest = top - f->longest_side, latest = top + f->longest_side;
    const int64_t low = start > earliest ? start : earliest;
    const int64_t other = end < earliest ? earliest : end > latest ? latest : end;
    double rise[2];
    for (int c = 0; c < 2; c++)
        rise[c] = *sample(w, c, top) - 0.5 * (*sample(w, c, low) + *sample(w, c, other));
    return fabs(f->axes[axis][0] * rise[0] + f->axes[axis][1] * rise[1]) >=
           f->least_along * hypot(rise[0], rise[1]);
}

/* Looks on from the last point, as far as the samples go, for the movement to come to rest. */
static void watch(work *w, int number)
{
    const imucount_finder *f = w->finder;
    imucount_zigzag *z = &w->finder->zigzags[number];
    const imucount_point *low = &z->points[1];
    imucount_point *top = &z->points[2];
    const ptrdiff_t row = ALONG + number / IMUCOUNT_SIZES;
    const double sign = top->value > low->value ? 1.0 : -1.0;
    const int64_t seen = w->index + 1 - top->at, earliest = top->at - f->longest_side;
    const int64_t begin = low->at > earliest ? low->at : earliest;
    const ptrdiff_t length = (ptrdiff_t)(seen < f->longest_side ? seen : f->longest_side);
    const side after = {sample(w, row, top->at), sample(w, YAW, top->at), sign, 1, length};
    const side before = {after.tilt, after.yaw, sign, -1, (ptrdiff_t)(top->at - begin) + 1};

    top->rests_after = comes_to_rest(&z->fall, after, before, (ptrdiff_t)f->linger);
    if (!top->rests_after && seen > f->longest_side) {
        z->is_watched = 0;
        top->rests_after = has_stayed_low(&z->fall, sign * top->value, length);
        z->fall.steps = length - 1;
    }
    if (top->rests_after) {
        ptrdiff_t lowest = 0;
        z->is_watched = 0;
        while (tilt_at(&after, lowest) > z->fall.lowest[z->fall.steps])
            lowest++;
        tell(w, number, low, top->at + lowest, 0);
    }
}

/* Takes a point that a zigzag confirms. */
static void add_point(work *w, int number, int64_t at, double value)
{
    const imucount_finder *f = w->finder;
    imucount_zigzag *z = &w->finder->zigzags[number];
    imucount_point *points = z->points;
    const int axis = number / IMUCOUNT_SIZES;
    const double size = f->sizes[number % IMUCOUNT_SIZES];

    memmove(points, points + 1, 2 * sizeof *points);
    points[2].at = at;
    points[2].value = value;
    points[2].rested_before = z->n_points > 0 && points[1].rests_after;
    points[2].rests_after = 0;
    z->is_watched = 0;
    if (z->n_points < 3)
        z->n_points++;
    if (z->n_points >= 2) {
        const double rise = fabs(value - points[1].value);
        if (f->least_rest_share * rise <= size && size < f->most_rest_share * rise &&
            w->index - at <= f->longest_side && lies_along(w, axis, points[1].at, at, points[1].at)) {
            z->is_watched = 1;
            z->fall.steps = z->fall.is_low = 0;
            z->fall.least = LEAST_FALL * rise;
        }
    }
    if (z->n_points == 3 && !points[1].rests_after) {
        const double smaller = fmin(fabs(points[1].value - points[0].value), fabs(points[1].value - value));
        if (f->least_share * smaller <= size && size <= f->most_share * smaller &&
            w->index - points[1].at <= 2 * f->longest_side && lies_along(w, axis, points[0].at, points[1].at, at))
            tell(w, number, &points[0], at, 1);
    }
}

typedef struct {
    int64_t at;
    double value;
} vertex;

static void look_both_ways(imucount_zigzag *z, double size, vertex v)
{
    if (!z->has_begun) {
        z->has_begun = 1;
        z->low_at = z->best_at = v.at;
        z->low = z->best = v.value;
    }
    if (v.value <= z->low) {
        z->low = v.value;
        z->low_at = v.at;
    }
    if (v.value >= z->best) {
        z->best = v.value;
        z->best_at = v.at;
    }
    if (v.value - z->low >= size) {
        z->best = z->low;
        z->best_at = z->low_at;
        z->sign = -1;
    } else if (z->best - v.value >= size) {
        z->sign = 1;
    }
}

/* Shows a zigzag what the next smaller one passes on, and leaves what the next larger one is to be shown: what goes
 * further in the direction of the present leg.
 */
static int show(work *w, int number, vertex *vertices, int n)
{
    imucount_zigzag *z = &w->finder->zigzags[number];
    const double size = w->finder->sizes[number % IMUCOUNT_SIZES];
    vertex further[2];
    int n_further = 0;

    for (int i = 0; i < n; i++) {
        const vertex v = vertices[i];
        if (z->sign == 0) {
            look_both_ways(z, size, v);
            if (z->sign == 0)
                continue;
            further[n_further].at = z->best_at;
            further[n_further++].value = z->best;
        }
        const double back = (double)z->sign * (z->best - v.value);
        if (back > 0.0) {
            if (back < size)
                continue;
            z->sign = -z->sign;
            add_point(w, number, z->best_at, z->best);
        }
        z->best_at = v.at;
        z->best = v.value;
        further[n_further++] = v;
    }
    memcpy(vertices, further, sizeof *vertices * (size_t)n_further);
    return n_further;
}

ptrdiff_t imucount_finder_update(imucount_finder *f, double *x, ptrdiff_t stride, ptrdiff_t first,
                                 ptrdiff_t begin, ptrdiff_t end, ptrdiff_t now, int64_t *falls, ptrdiff_t most)
{
    work w = {f, x, stride, first, 0, now, falls};
    ptrdiff_t i = begin;

    falls[0] = 0;
    for (; i < end && falls[0] + 2 * IMUCOUNT_ZIGZAGS <= most; i++) {
        w.index = first + i;
        for (int axis = 0; axis < IMUCOUNT_AXES; axis++)
            x[(ALONG + axis) * stride + i] =
                f->axes[axis][0] * x[TILT_1 * stride + i] + f->axes[axis][1] * x[TILT_2 * stride + i];
        for (int axis = 0; axis < IMUCOUNT_AXES; axis++) {
            vertex vertices[2] = {{w.index, x[(ALONG + axis) * stride + i]}};
            int n = 1;
            for (int size = 0; size < IMUCOUNT_SIZES && n > 0; size++)
                n = show(&w, axis * IMUCOUNT_SIZES + size, vertices, n);
        }
        for (int number = 0; number < IMUCOUNT_ZIGZAGS; number++)
            if (f->zigzags[number].is_watched)
                watch(&w, number);
    }
    return i;
}

void imucount_finder_finish(imucount_finder *f, ptrdiff_t last, int64_t *falls)
{
    work w = {f, 0, 0, 0, last, last, falls};
    falls[0] = 0;
    for (int number = 0; number < IMUCOUNT_ZIGZAGS; number++) {
        const imucount_zigzag *z = &f->zigzags[number];
        const double rise = fabs(z->points[2].value - z->points[1].value);
        if (z->is_watched && fabs(z->points[2].value - z->best) >= LEAST_FALL * rise)
            tell(&w, number, &z->points[1], z->best_at, 0);
    }
}
