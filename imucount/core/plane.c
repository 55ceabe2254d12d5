#include <math.h>

#include "core.h"

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* One step of a low-pass of one pole, which remembers z. */
static double one_pole(double decay, double *z, double in)
{
    const double out = (1.0 - decay) * in + *z;
    *z = decay * out;
    return out;
}

/* Mean of the last samples: each adds its share to the means that are still to come. */
static double moving_mean(double *z, ptrdiff_t length, double in)
{
    const double share = 1.0 / (double)length * in, out = share + z[0];
    for (ptrdiff_t j = 1; j < length - 1; j++)
        z[j - 1] = share + z[j];
    z[length - 2] = share;
    return out;
}

ptrdiff_t imucount_plane_size(void)
{
    return (ptrdiff_t)sizeof(imucount_plane);
}

void imucount_plane_means(imucount_plane *p, const double *smooth, ptrdiff_t n, double *means)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        double mean[3], square[3], weighted[3];
        for (int c = 0; c < 3; c++) {
            const double gyr = smooth[(3 + c) * n + i];
            mean[c] = moving_mean(p->recent[c], p->recent_length, gyr);
            square[c] = moving_mean(p->recent[3 + c], p->recent_length, gyr * gyr);
            square[c] -= mean[c] * mean[c];
        }
        const double unrest = (square[0] + square[1] + square[2]) / (p->quiet_rad_s * p->quiet_rad_s);
        const double weight = 1.0 / (1.0 + unrest * unrest);
        for (int c = 0; c < 3; c++)
            weighted[c] = one_pole(p->bias_decay, &p->bias[c], weight * smooth[(3 + c) * n + i]);
        const double total = one_pole(p->bias_decay, &p->bias[3], weight);
        for (int c = 0; c < 3; c++) {
            const double acc = smooth[c * n + i], gyr = smooth[(3 + c) * n + i] - weighted[c] / total;
            const double quick = one_pole(p->moved_decay, &p->quick[c], acc);
            p->turn[c] += gyr / p->rate_hz;
            means[c * n + i] = acc;
            means[(3 + c) * n + i] = gyr;
            means[(6 + c) * n + i] = p->turn[c];
            means[(9 + c) * n + i] = quick;
            means[(12 + c) * n + i] = one_pole(p->moved_decay, &p->moved[c], quick);
            means[(15 + c) * n + i] = one_pole(p->drift_decay, &p->slow[c], acc);
        }
    }
}

/* Whether `up` no longer serves as the level. */
static int has_changed(const imucount_plane *p, const double quick[3], const double moved[3], const double slow[3])
{
    const double away[3] = {quick[0] - moved[0], quick[1] - moved[1], quick[2] - moved[2]};
    const double norm_moved = sqrt(dot(moved, moved)), norm_slow = sqrt(dot(slow, slow)), unrest = dot(away, away);
    const double cos_moved = dot(moved, p->up) / norm_moved, cos_slow = dot(slow, p->up) / norm_slow;

    if (cos_moved < p->moved_cos && unrest < p->settled_m_s2 * p->settled_m_s2)
        return 1;
    if (cos_moved < p->settled_cos && unrest < p->still_m_s2 * p->still_m_s2)
        return 1;
    return cos_slow < p->drifted_cos && cos_moved < p->drifted_cos &&
           dot(slow, moved) / (norm_slow * norm_moved) > p->agree_cos;
}

ptrdiff_t imucount_plane_motion(imucount_plane *p, const double *means, ptrdiff_t n, ptrdiff_t start, ptrdiff_t end,
                                double *motion, ptrdiff_t m)
{
    for (ptrdiff_t i = start; i < end; i++) {
        double row[18];
        for (int c = 0; c < 18; c++)
            row[c] = means[c * n + i];
        if (p->hold > 0)
            p->hold--;
        else if (has_changed(p, row + 9, row + 12, row + 15))
            return i;
        double *out = motion + (i - start);
        for (int c = 0; c < 3; c++) {
            out[c * m] = row[c];
            out[(3 + c) * m] = p->has_gyroscope ? one_pole(p->tilt_decay, &p->tilt_acc[c], row[c]) : row[c];
            out[(6 + c) * m] = p->tilt_tau_s * one_pole(p->tilt_decay, &p->tilt_gyr[c], row[3 + c]);
            out[(9 + c) * m] = row[6 + c];
        }
    }
    return end;
}
