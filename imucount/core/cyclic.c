#include "core.h"

/* Channels of the signal, of which the first are the axes of acceleration; parts of a cycle. */
enum { CHANNELS = 6, AXES = 3, PARTS = 12 };

/* Cycles that are looked at together, so that the compiler may take several at once. */
enum { LANES = 8 };

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Sums up each channel, and the squares of all, until each sample: n + 1 sums of each. */
static void sum_up(const double *x, ptrdiff_t n, double *sums)
{
    double *squares = sums + CHANNELS * (n + 1);
    squares[0] = 0.0;
    for (ptrdiff_t i = 0; i < n; i++)
        squares[i + 1] = 0.0;
    for (ptrdiff_t channel = 0; channel < CHANNELS; channel++, x += n, sums += n + 1) {
        sums[0] = 0.0;
        for (ptrdiff_t i = 0; i < n; i++) {
            sums[i + 1] = sums[i] + x[i];
            squares[i + 1] += x[i] * x[i];
        }
    }
    for (ptrdiff_t i = 0; i < n; i++)
        squares[i + 1] += squares[i];
}

void imucount_repetition(const double *x, ptrdiff_t n, ptrdiff_t octave, ptrdiff_t shortest, ptrdiff_t lags,
                         ptrdiff_t step, ptrdiff_t moments, double drift, double *work, double *likeness,
                         double *energy)
{
    const double *sums = work, *squares = work + CHANNELS * (n + 1);
    double *products = work + (CHANNELS + 1) * (n + 1);
    sum_up(x, n, work);
    for (ptrdiff_t lag = shortest; lag < shortest + lags; lag++, likeness += moments, energy += moments) {
        products[0] = 0.0;
        for (ptrdiff_t i = 0; i + lag < n; i++) {
            double product = 0.0;
            for (ptrdiff_t channel = 0; channel < CHANNELS; channel++)
                product += x[channel * n + i + lag] * x[channel * n + i];
            products[i + 1] = products[i] + product;
        }
        for (ptrdiff_t moment = 0; moment < moments; moment++) {
            const ptrdiff_t t = moment * step >> octave;
            if (t < lag || t + lag > n)
                continue;
            double both = 0.0, each = 0.0, off = 0.0;
            for (ptrdiff_t channel = 0; channel < CHANNELS; channel++) {
                const double *sum = sums + channel * (n + 1) + t;
                const double before = sum[0] - sum[-lag], after = sum[lag] - sum[0];
                both += before * after;
                each += before * before + after * after;
                if (channel < AXES)
                    off += (before - after) * (before - after);
            }
            const double length = (double)lag;
            const double common = products[t] - products[t - lag] - both / length;
            const double square = squares[t + lag] - squares[t - lag] - each / length;
            off = length * larger(off / (length * length) - drift * drift, 0.0);
            likeness[moment] = (2.0 * common - off) / larger(square, 1e-9 * length);
            energy[moment] = square / (2.0 * length);
        }
    }
}

/* Gives the most that is open at a moment in some rows. */
static double most_open(const double *open, ptrdiff_t rows, ptrdiff_t moments, ptrdiff_t moment)
{
    double most = 0.0;
    for (ptrdiff_t row = 0; row < rows; row++)
        most = larger(most, open[row * moments + moment]);
    return most;
}

/* Describes a run: its score, its row, its first and last moment and its best one; whether it is good enough. */
static int describe_run(const double *open, ptrdiff_t rows, ptrdiff_t moments, ptrdiff_t first, ptrdiff_t last,
                        double least, ptrdiff_t *run, double *score)
{
    double most = 0.0, sum_of_own = -1.0;
    ptrdiff_t own = 0, best = first;
    *score = 0.0;
    for (ptrdiff_t moment = first; moment < last; moment++) {
        const double here = most_open(open, rows, moments, moment);
        most = larger(most, here);
        *score += here;
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        double sum = 0.0;
        for (ptrdiff_t moment = first; moment < last; moment++)
            sum += open[row * moments + moment];
        if (sum > sum_of_own) {
            sum_of_own = sum;
            own = row;
        }
    }
    for (ptrdiff_t moment = first; moment < last; moment++)
        if (open[own * moments + moment] > open[own * moments + best])
            best = moment;
    run[0] = own;
    run[1] = first;
    run[2] = last;
    run[3] = best;
    return most >= least;
}

/* Finds the runs in up to three rows. */
static ptrdiff_t find_runs(const double *open, ptrdiff_t rows, ptrdiff_t moments, double gap, double least,
                           ptrdiff_t *runs, double *scores)
{
    ptrdiff_t found = 0, first = -1, last = 0;
    for (ptrdiff_t moment = 0; moment <= moments; moment++) {
        const int is_open = moment < moments && most_open(open, rows, moments, moment) > 0.0;
        if (first >= 0 && (moment == moments || (is_open && (double)(moment - last + 1) > gap))) {
            found += describe_run(open, rows, moments, first, last, least, runs + 4 * found, scores + found);
            first = -1;
        }
        if (is_open) {
            first = first < 0 ? moment : first;
            last = moment + 1;
        }
    }
    return found;
}

ptrdiff_t imucount_runs(const double *open, ptrdiff_t rows, ptrdiff_t moments, const double *gaps, double least,
                        ptrdiff_t *runs, double *scores)
{
    ptrdiff_t found = 0;
    for (ptrdiff_t row = 0; row < rows; row++) {
        const ptrdiff_t low = row > 0 ? row - 1 : 0, high = row + 2 < rows ? row + 2 : rows;
        const ptrdiff_t more = find_runs(open + low * moments, high - low, moments, gaps[row], least, runs + 4 * found,
                                         scores + found);
        for (ptrdiff_t each = found; each < found + more; each++)
            runs[4 * each] += low;
        found += more;
    }
    return found;
}

void imucount_cycles(const double *sums, ptrdiff_t width, ptrdiff_t ends, const ptrdiff_t *lengths, ptrdiff_t k,
                     const double *moved, const double *posture, const double *energy, ptrdiff_t templates,
                     double drift, double *likeness)
{
    for (ptrdiff_t row = 0; row < k; row++) {
        const double length = (double)lengths[row], to_mean = PARTS / length;
        ptrdiff_t back[PARTS + 1]; /* whole samples from the end of a cycle to where a part of it begins */
        double share[PARTS + 1]; /* of the next sample */
        for (int edge = 0; edge <= PARTS; edge++) {
            const double ago = length * (1.0 - (double)edge / PARTS);
            back[edge] = (ptrdiff_t)ago + (ago > (double)(ptrdiff_t)ago);
            share[edge] = (double)back[edge] - ago;
        }
        for (ptrdiff_t first = 0; first < ends; first += LANES) {
            double parts[CHANNELS][PARTS][LANES], mean[CHANNELS][LANES], square[LANES] = {0.0};
            for (int channel = 0; channel < CHANNELS; channel++) {
                double until[PARTS + 1][LANES], all[LANES] = {0.0};
                for (int edge = 0; edge <= PARTS; edge++) {
                    const double *sum = sums + channel * width + first - back[edge];
                    for (int lane = 0; lane < LANES; lane++)
                        until[edge][lane] = sum[lane] + share[edge] * (sum[lane + 1] - sum[lane]);
                }
                for (int part = 0; part < PARTS; part++)
                    for (int lane = 0; lane < LANES; lane++) {
                        parts[channel][part][lane] = (until[part + 1][lane] - until[part][lane]) * to_mean;
                        all[lane] += parts[channel][part][lane];
                    }
                for (int lane = 0; lane < LANES; lane++)
                    mean[channel][lane] = all[lane] / PARTS;
                for (int part = 0; part < PARTS; part++)
                    for (int lane = 0; lane < LANES; lane++) {
                        parts[channel][part][lane] -= mean[channel][lane];
                        square[lane] += parts[channel][part][lane] * parts[channel][part][lane];
                    }
            }
            for (ptrdiff_t each = 0; each < templates; each++) {
                const double *usual = moved + each * CHANNELS * PARTS, *rest = posture + each * CHANNELS;
                double common[LANES] = {0.0}, off[LANES] = {0.0};
                for (int channel = 0; channel < CHANNELS; channel++)
                    for (int part = 0; part < PARTS; part++)
                        for (int lane = 0; lane < LANES; lane++)
                            common[lane] += usual[channel * PARTS + part] * parts[channel][part][lane];
                for (int axis = 0; axis < AXES; axis++)
                    for (int lane = 0; lane < LANES; lane++)
                        off[lane] += (mean[axis][lane] - rest[axis]) * (mean[axis][lane] - rest[axis]);
                for (int lane = 0; lane < LANES && first + lane < ends; lane++) {
                    const double beyond = PARTS * larger(off[lane] - drift * drift, 0.0);
                    const double size = larger(square[lane] + energy[each], 1e-9 * PARTS);
                    likeness[(each * ends + first + lane) * k + row] = (2.0 * common[lane] - beyond) / size;
                }
            }
        }
    }
}

void imucount_cover(const double *gains, ptrdiff_t n, const ptrdiff_t *lengths, ptrdiff_t k, double start, double pause,
                    double *in_set, double *idle, double *best)
{
    const ptrdiff_t before = lengths[k - 1];
    for (ptrdiff_t at = before; at < before + n; at++, gains += k) {
        double value = in_set[at - 1] - pause;
        for (ptrdiff_t row = 0; row < k; row++)
            value = larger(value, best[at - lengths[row]] + gains[row]);
        in_set[at] = value;
        idle[at] = larger(idle[at - 1], value);
        best[at] = larger(value, idle[at] - start);
    }
}
