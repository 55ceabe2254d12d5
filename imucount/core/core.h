/* The compiled core: what is done for every sample.
 *
 * Doubles, in a fixed order of operations, none of them fused: however a stream is cut, the result is the same to
 * the bit. Nothing is allocated, and nothing kept: all memory is the caller's.
 */
#ifndef IMUCOUNT_CORE_H
#define IMUCOUNT_CORE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* Tells of what sources a library was made. */
EXPORT const char *imucount_sources(void);

/* Filters n samples of each of k channels, row after row, from x to y, which may be the same.
 *
 * b and a are the coefficients above and below the line, order + 1 of each, a[0] is 1; z is what the filter
 * remembers, k rows of order values: its form is the transposed second direct one.
 */
EXPORT void imucount_filter(const double *b, const double *a, ptrdiff_t order, double *z, const double *x, double *y,
                            ptrdiff_t k, ptrdiff_t n);

/* Puts n samples of k channels, at times t, on an even grid; returns how many of the next m bins they complete.
 *
 * clock is the rate of the grid, Hz, its origin, the time of the last sample, s, and how many bins are complete;
 * state of each channel its last value, its area up to there and its area up to the last edge of a bin.
 */
EXPORT ptrdiff_t imucount_grid(double *clock, double *state, const double *t, const double *x, ptrdiff_t k,
                               ptrdiff_t n, double *bins, ptrdiff_t m);

/* So many samples at most make the mean of what is recent. */
#define IMUCOUNT_MOST_RECENT 64

/* What the shoulder plane knows, and what it goes by: as `imucount.circles.plane` lays it out and explains it. */
typedef struct {
    int64_t has_gyroscope, recent_length, hold;
    double rate_hz, tilt_tau_s, bias_decay, moved_decay, drift_decay, tilt_decay;
    double quiet_rad_s, still_m_s2, settled_m_s2, moved_cos, settled_cos, drifted_cos, agree_cos;
    double up[3], recent[6][IMUCOUNT_MOST_RECENT], bias[4];
    double quick[3], moved[3], slow[3], tilt_acc[3], tilt_gyr[3], turn[3];
} imucount_plane;

/* Size of that, in bytes. */
EXPORT ptrdiff_t imucount_plane_size(void);

/* Makes of n smoothed samples, (6, n), their means, (18, n), three rows each: force, angular rate without bias,
 * rotation, and the force's quick, quick again, and slow mean.
 */
EXPORT void imucount_plane_means(imucount_plane *plane, const double *smooth, ptrdiff_t n, double *means);

/* Makes motion, (12, m), of the samples from start to end of n, up to the first at which up no longer serves as the
 * level; returns its index, or end.
 */
EXPORT ptrdiff_t imucount_plane_motion(imucount_plane *plane, const double *means, ptrdiff_t n, ptrdiff_t start,
                                       ptrdiff_t end, double *motion, ptrdiff_t m);

/* Resolves n samples of motion, (12, n) with rows `stride` apart, along a level frame: up, first, second and
 * gravity, as `imucount.circles.plane` says; channels is (8, n).
 */
EXPORT void imucount_resolve(const double *level, const double *motion, ptrdiff_t stride, ptrdiff_t n,
                             double *channels);

#define IMUCOUNT_AXES 3
#define IMUCOUNT_SIZES 4
#define IMUCOUNT_ZIGZAGS (IMUCOUNT_AXES * IMUCOUNT_SIZES)

/* So many samples at most are watched for a rest. */
#define IMUCOUNT_MOST_WATCHED 256

/* A fall that is watched until it comes to rest: how many of its samples have been looked at, whether it was once
 * low, and then how its yaw resolves; the lowest tilt up to each sample.
 */
typedef struct {
    int64_t steps, is_low;
    double least, tied, middle, reach, outward, lowest[IMUCOUNT_MOST_WATCHED];
} imucount_fall;

/* A high or low point: whether the movement came to rest on the way to it, and from it. */
typedef struct {
    int64_t at, rested_before, rests_after;
    double value;
} imucount_point;

/* What a zigzag of one axis and size knows: the direction it looks in, 0 before the first point; the lowest sample
 * until then, and the furthest one since the last point; the last three points, and the fall from the last.
 */
typedef struct {
    int64_t has_begun, sign, low_at, best_at, n_points, is_watched;
    double low, best;
    imucount_point points[3];
    imucount_fall fall;
} imucount_zigzag;

/* What the finder of swings goes by, as `imucount.circles.swings` lays it out and explains it, and its zigzags. */
typedef struct {
    int64_t longest_side, linger;
    double sizes[IMUCOUNT_SIZES], axes[IMUCOUNT_AXES][2];
    double least_share, most_share, least_rest_share, most_rest_share, least_along;
    imucount_zigzag zigzags[IMUCOUNT_ZIGZAGS];
} imucount_finder;

/* Size of that, in bytes. */
EXPORT ptrdiff_t imucount_finder_size(void);

/* Numbers that tell of a fall: the sample that made it certain; low point, high point and end; the zigzag, 1 or -1 as
 * it rises to the high point or falls; whether the movement had rested at the low point; whether it turns at the end.
 */
#define IMUCOUNT_FALL 8

/* Looks for falls in the samples from begin to end of x, (11, end) with rows `stride` apart: the 8 channels, and
 * room for the tilt along each axis. The sample 0 has the index `first`; nothing is certain before `now`.
 *
 * falls[0] tells how many there are, each of IMUCOUNT_FALL numbers from falls[IMUCOUNT_FALL] on, `most` at most;
 * returns the sample to go on with where that is not enough, or end.
 */
EXPORT ptrdiff_t imucount_finder_update(imucount_finder *finder, double *x, ptrdiff_t stride, ptrdiff_t first,
                                        ptrdiff_t begin, ptrdiff_t end, ptrdiff_t now, int64_t *falls,
                                        ptrdiff_t most);

/* Gives the falls that the end cuts short at the sample `last`, once they are nearly down; there is room for all. */
EXPORT void imucount_finder_finish(imucount_finder *finder, ptrdiff_t last, int64_t *falls);

/* A swing whose loop is to be measured: its low point, high point and end, and the sample that made it certain, as
 * samples of the history; its axis, as `imucount.circles.swings` says.
 */
typedef struct {
    int64_t start, top, end, known, rested_before, has_gyroscope, longest_side, linger;
    double axis[2], rate_hz;
} imucount_swing;

/* What `imucount.circles.loops` tells of a loop, along level axes, rad. Edges, in samples from the top: before and after
 * it with a fraction, n_before without; sides are counted from the first sample. A lever's share, times what may be
 * wrong with the force, m/s², is what that shifts the lever by.
 */
typedef struct {
    double before, after, n_before, first_side, second_side, axis[2], area[3], sense, elevation, yaw, rise_yaw;
    double fall_yaw, roundness, closure, yaw_closure, fullest_quarter, lever, lever_share, forward_lever;
    double forward_lever_share, force_rms, unexplained_rms;
} imucount_loop;

/* Size of that, in bytes. */
EXPORT ptrdiff_t imucount_loop_size(void);

/* Measures the loop of a swing in history, (8, n) with rows `stride` apart; returns 1, or 0 if it is no loop. */
EXPORT ptrdiff_t imucount_measure(const imucount_swing *swing, const double *history, ptrdiff_t stride,
                                  imucount_loop *loop);

/* Tells how like the cycle before a moment is to the one after it, and how large both are, of several lengths.
 *
 * x is one octave of a signal, 6 channels of n samples; moments are `step` samples of the first octave apart, and the
 * cycles shortest, shortest + 1 ... samples of this one long. Work is room for 8 (n + 1) values; likeness, and the mean
 * square, have a row of moments for each length, and stay as they are where one of both cycles is cut.
 */
EXPORT void imucount_repetition(const double *x, ptrdiff_t n, ptrdiff_t octave, ptrdiff_t shortest, ptrdiff_t lags,
                                ptrdiff_t step, ptrdiff_t moments, double drift, double *work, double *likeness,
                                double *energy);

/* Finds the runs of moments at which something is open in a row or one of both beside it, none more than the row's gap
 * from the next, for each row.
 *
 * Of each run at which as much as `least` is open somewhere, runs takes the row in which most is, the first moment, the
 * one after the last, and the best, four values; scores takes the sum over it. Returned is how many there are, for each
 * row half as many as moments at most.
 */
EXPORT ptrdiff_t imucount_runs(const double *open, ptrdiff_t rows, ptrdiff_t moments, const double *gaps, double least,
                               ptrdiff_t *runs, double *scores);

/* Tells how like to templates the cycles are that end before each of some samples, of each of k lengths.
 *
 * sums are those of 6 channels until each sample, rows of `width` values, with zeros for the longest cycle before them
 * and 8 more of the last one after them. Templates are what moves of 12 parts, the posture of 6 channels, and the sum of
 * the squares of what moves. likeness has the order (templates, ends, k).
 */
EXPORT void imucount_cycles(const double *sums, ptrdiff_t width, ptrdiff_t ends, const ptrdiff_t *lengths, ptrdiff_t k,
                            const double *moved, const double *posture, const double *energy, ptrdiff_t templates,
                            double drift, double *likeness);

/* Tells what the best choice is worth of the cycles that end before each of n samples: in a set, out of one, and for a
 * cycle that begins there.
 *
 * gains are what each of k lengths, ascending, is worth at each sample. The first values of the three, for as many
 * samples as the longest cycle has, lie before the signal, and are given.
 */
EXPORT void imucount_cover(const double *gains, ptrdiff_t n, const ptrdiff_t *lengths, ptrdiff_t k, double start,
                           double pause, double *in_set, double *idle, double *best);

/* In place of where a cell goes: it is not read, or it has to be empty. */
enum { IMUCOUNT_SKIPPED = -1, IMUCOUNT_EMPTY = -2 };

/* Reads rows of a table, each of `width` cells and ended by a line end, as far as they are plain numbers.
 *
 * places tells into which of k values of its row each cell goes. missing are words, each ended by a line end, in place of
 * which NaN is put. Blanks around a cell, and quotes, are no part of it; where blanks separate, several are as one.
 * Returned is how many rows were read until one that is something else.
 */
EXPORT ptrdiff_t imucount_rows(const char *text, ptrdiff_t size, ptrdiff_t separator, ptrdiff_t decimal,
                               const char *missing, const ptrdiff_t *places, ptrdiff_t width, ptrdiff_t k,
                               double *values);

#endif
